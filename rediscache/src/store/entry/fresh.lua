-- Whether the key has a value that is not stale, that is, within so many milliseconds of its end. What is no string is no value:
-- the lease of who loads one, or what others put there.
local function is_fresh(key, stale)
  if redis.call('TYPE', key).ok ~= 'string' then
    return false
  end
  if stale == '0' then
    return true
  end
  local left = redis.call('PTTL', key)
  return left < 0 or left > tonumber(stale)
end
