-- How many turns, parts of a microsecond, interval and burst (`Rate`), once for all keys or for each -> for each key how many parts
-- go on for which turns are taken already; `Rate::check` says what comes of that. Nothing where the key holds something else, and
-- -1 where that has to be asked by itself. Takes the turns if they are due. A key says when all that were taken will have passed,
-- in microseconds since 1970 and parts of one.
local time, step = redis.call('TIME'), #ARGV > 4 and 4 or 0
local now, answers = time[1] * 1000000 + time[2], {}

local function held(key)
  if #KEYS == 1 then
    return redis.call('GET', key)
  end
  return redis.pcall('GET', key)
end

local function ahead_of(stored, parts, whole)
  if not stored then
    return 0
  elseif type(stored) ~= 'string' then
    return -1
  end
  local till, part = stored:match('^(%d+):(%d+)$')
  return till and math.max(0, math.min(whole, (till - now) * parts + part)) or false
end

for at, key in ipairs(KEYS) do
  local first = step * (at - 1)
  local turns, parts, interval = tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2]), tonumber(ARGV[first + 3])
  local whole = ARGV[first + 4] * interval
  local ahead = ahead_of(held(key), parts, whole)
  local taken = (ahead or -1) + turns * interval
  answers[at] = ahead
  if turns > 0 and taken <= whole and ahead and ahead >= 0 then
    local part, lasts = taken % parts, math.ceil(math.ceil(taken / parts) / 1000)
    local till = string.format('%.0f:%.0f', now + (taken - part) / parts, part)
    redis.call('SET', key, till, 'PX', string.format('%.0f', lasts))
  end
end
return answers
