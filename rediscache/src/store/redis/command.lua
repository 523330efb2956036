-- the name of a command, and its arguments after the key -> its answer
if #ARGV <= 4001 then
  return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))
end
-- `unpack` takes up to about 8,000. What has as many says how many it did something for.
local answer = 0
for first = 2, #ARGV, 4000 do
  answer = answer + redis.call(ARGV[1], KEYS[1], unpack(ARGV, first, math.min(first + 3999, #ARGV)))
end
return answer
