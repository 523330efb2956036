-- Whether there is a value that is not stale, that is, within so many milliseconds of its end. What is no string is no value:
-- the lease of who loads one, or what others put there.
local function is_fresh(stale)
  if redis.call('TYPE', KEYS[1]).ok ~= 'string' then
    return false
  end
  if stale == '0' then
    return true
  end
  local left = redis.call('PTTL', KEYS[1])
  return left < 0 or left > tonumber(stale)
end
