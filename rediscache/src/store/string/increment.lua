-- what stands before an integer, before a float, 'integer' or 'float', min (of an integer) and max, the amount -> what is stored
-- then, or '!' and why it was refused
local sum, refusal = adder(unpack(ARGV, 1, 5))(redis.call('GET', KEYS[1]), ARGV[6])
if not sum then
  return refusal
end
redis.call('SET', KEYS[1], sum, 'KEEPTTL')
return sum
