-- Takes so many turns if they are due: `Rate::check`. The key says when all that were taken will have passed, in microseconds
-- since 1970 and parts of one.
local turns, parts, interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local stored = redis.call('GET', KEYS[1])
local time = redis.call('TIME')
local now, whole, ahead = time[1] * 1000000 + time[2], burst * interval, 0
if stored then
  local at, part = stored:match('^(%d+):(%d+)$')
  if not at then
    return false
  end
  ahead = math.max(0, math.min(whole, (at - now) * parts + part))
end
local after = ahead + turns * interval
local is_allowed = after <= whole
local taken = is_allowed and after or ahead
local reset = math.ceil(taken / parts)
if is_allowed and turns > 0 then
  local part = taken % parts
  local at = string.format('%.0f:%.0f', now + (taken - part) / parts, part)
  redis.call('SET', KEYS[1], at, 'PX', string.format('%.0f', math.ceil(reset / 1000)))
end
return { is_allowed and 1 or 0, math.floor((whole - taken) / interval), math.ceil((after - math.min(after, whole)) / parts), reset }
