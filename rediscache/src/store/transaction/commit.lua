-- How many steps expect something; for each of these the number of its key, 'hash', 'string', or '' for an entry, the field, or for
-- how long an entry is stale, '1' if there is to be a value and '' if not, and the value; then for each write the number of its key, 0
-- where it has none, the type that the key must hold, '' for any, a command, how many arguments that has beside the key, and those
-- -> 0 if all was done, 1 with the expectation that is not met and what is there, or 2 with the number of a key of another type
local DONE, UNMET, WRONG_TYPE = 0, 1, 2
-- What keys hold after the steps that were looked at.
local held = {}

local function holds(key, data)
  local found = held[key] or redis.call('TYPE', key).ok
  return found == data or found == 'none'
end

local function for_each_write(step)
  local at = 2 + 5 * ARGV[1]
  while at <= #ARGV do
    local number, data, command, first, last = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2], at + 4, at + 3 + ARGV[at + 3]
    if number > 0 then
      step(number, data, command, KEYS[number], unpack(ARGV, first, last))
    else
      step(number, data, command, unpack(ARGV, first, last))
    end
    at = last + 1
  end
end

for step = 1, tonumber(ARGV[1]) do
  local number, data, name, has_value, value = unpack(ARGV, 5 * step - 3, 5 * step + 1)
  local key, stored = KEYS[tonumber(number)], false
  if data == '' then
    stored = is_fresh(key, name) and redis.call('GET', key)
  elseif not holds(key, data) then
    return { WRONG_TYPE, tonumber(number) }
  elseif data == 'hash' then
    stored = redis.call('HGET', key, name)
  else
    stored = redis.call('GET', key)
  end
  if stored ~= (has_value == '1' and value) then
    return { UNMET, step, stored }
  end
end

local misfit
for_each_write(function(number, data, command, key, ...)
  if misfit or data ~= '' and not holds(key, data) then
    misfit = misfit or number
    return
  end
  held[key] = data ~= '' and data or 'string'
  ask(command, key, ...)
end)
if misfit then
  return { WRONG_TYPE, misfit }
end
for_each_write(function(_, _, command, ...)
  redis.call(command, ...)
end)
return { DONE }
