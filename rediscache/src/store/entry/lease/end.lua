-- for each …, milliseconds for which no loader is asked again where there is a stale value, and at the most -> for each whether
-- the lease stood to the end, and those milliseconds
local function finish(first, most)
  first, most = tonumber(first), tonumber(most)
  local place, waited = standing()
  local pause = 0
  if place and (place == entry or first == 0) then
    redis.call('UNLINK', place)
  elseif place then
    local now = redis.call('TIME')
    local failures = (redis.call('HGET', beside, 'failures') or 0) + 1
    pause = math.min(first * 2 ^ math.min(failures - 1, 30), most)
    ask('HSET', beside, 'failures', failures)
    ask('PEXPIRE', beside, most)
    redis.call('HDEL', beside, 'token', 'waited')
    redis.call('HSET', beside, 'failures', failures, 'until', now[1] * 1000 + math.floor(now[2] / 1000) + pause)
    -- So that the next failure in a row is known for one.
    redis.call('PEXPIRE', beside, pause + most)
  end
  if waited or not place then
    tell()
  end
  return { place and 1 or 0, pause }
end

return for_each(4, finish)
