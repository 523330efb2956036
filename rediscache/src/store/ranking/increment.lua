-- The largest score where scores are integers, 'any' where a sum may be no number, '' where every sum is a score; the amount of
-- all ('' if they differ); then the members, then, if they differ, the amounts -> in one text, for each its score then, or '!'
-- and why it was refused. step.rs says what it means.
local most, common, first = tonumber(ARGV[1]), ARGV[2], 3
local count = common == '' and (#ARGV - first + 1) / 2 or #ARGV - first + 1
local answers, sums, changes, changed = {}, {}, {}, 0

-- Nothing is refused.
if ARGV[1] == '' then
  for at = 1, count do
    local amount = common ~= '' and common or ARGV[first + count + at - 1]
    answers[at] = redis.call('ZINCRBY', KEYS[1], amount, ARGV[first + at - 1])
  end
  return table.concat(answers, ' ')
end

local function number(text)
  if text == 'inf' or text == '-inf' then
    return text == 'inf' and math.huge or -math.huge
  end
  return tonumber(text)
end

local scores = redis.call('ZMSCORE', KEYS[1], unpack(ARGV, first, first + count - 1))
local amount = number(common)
for at = 1, count do
  local member = ARGV[first + at - 1]
  if common == '' then
    amount = number(ARGV[first + count + at - 1])
  end
  local start = sums[member] or scores[at] and number(scores[at]) or 0
  local sum = start + amount
  if sum ~= sum then
    answers[at] = '!OVERFLOW'
  elseif most and (start ~= math.floor(start) or math.abs(start) > most) then
    answers[at] = '!NOTWHOLE'
  -- One beyond rounds to what is not.
  elseif most and (math.abs(sum) > most or sum - amount ~= start) then
    answers[at] = '!OVERFLOW'
  else
    -- Of two zeros, this is the one.
    sum = sum + 0
    local text = string.format('%.17g', sum)
    sums[member], answers[at] = sum, text
    changes[changed + 1], changes[changed + 2] = text, member
    changed = changed + 2
  end
end
if changed > 0 then
  redis.call('ZADD', KEYS[1], unpack(changes))
end
return table.concat(answers, ' ')
