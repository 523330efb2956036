-- for each of some commands: how many arguments it has after the key, its name, and those -> the answers
local answers, at = {}, 1
while at <= #ARGV do
  local last, answer = at + 1 + ARGV[at], nil
  if last - at <= 4000 then
    answer = redis.call(ARGV[at + 1], KEYS[1], unpack(ARGV, at + 2, last))
  else
    -- `unpack` takes up to about 8,000. What has as many says how many it did something for.
    answer = 0
    for first = at + 2, last, 4000 do
      answer = answer + redis.call(ARGV[at + 1], KEYS[1], unpack(ARGV, first, math.min(first + 3999, last)))
    end
  end
  answers[#answers + 1], at = answer, last + 1
end
return answers
