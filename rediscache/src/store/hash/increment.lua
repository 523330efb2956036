-- What stands before an integer, before a float, 'integer' or 'float', min (of an integer) and max, the pattern of a stored
-- integer and the format of one, whether a field comes twice ('' if not), the amount of all ('' if they differ); then the
-- fields that are added to, then, if they differ, the amounts -> for each what is stored then, or '!' and why it was
-- refused. increment/mod.rs says what it means.
local integer_tag, float_tag, kind, min, max, pattern, form, repeats, common = unpack(ARGV, 1, 9)
local match, format, first = string.match, string.format, 10
-- Below this, Lua's numbers are exact integers. A bound with more digits is beyond.
local limit = 2 ^ 53
local least = #min > 16 and 1 - limit or tonumber(min)
local most = #max > 16 and limit - 1 or tonumber(max)

local count = common == '' and (#ARGV - first + 1) / 2 or #ARGV - first + 1
-- What is read becomes what is answered.
local stored = redis.call('HMGET', KEYS[1], unpack(ARGV, first, first + count - 1))
local sums, changes, changed, add = repeats ~= '' and {}, {}, 0, nil
local amount, step = nil, nil
for at = 1, count do
  local field, next_amount = ARGV[first + at - 1], common
  if common == '' then
    next_amount = ARGV[first + count + at - 1]
  end
  if amount ~= next_amount then
    amount = next_amount
    -- So many digits that no sum of two is beyond the limit.
    step = kind == 'integer' and #amount < 16 and tonumber(amount)
  end
  local start, sum, refusal = sums and sums[field] or stored[at], step, nil
  if start and step then
    local digits = match(start, pattern)
    sum = digits and #digits < 16 and digits + step
  end
  if sum and sum >= least and sum <= most then
    sum = format(form, sum)
  else
    add = add or adder(integer_tag, float_tag, kind, min, max)
    sum, refusal = add(start, amount)
  end
  if sum then
    changes[changed + 1], changes[changed + 2] = field, sum
    changed = changed + 2
    if sums then
      sums[field] = sum
    end
  end
  stored[at] = sum or refusal
end
if changed > 0 then
  redis.call('HSET', KEYS[1], unpack(changes))
end
return stored
