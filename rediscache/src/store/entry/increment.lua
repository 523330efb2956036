-- for how long an entry is stale, for how long a new one is kept, what stands before an integer, before a float, 'integer' or
-- 'float', min (of an integer) and max, the amount -> what is stored then, or '!' and why it was refused. The second key is the
-- lease beside the entry, if there may be one.
local stored = is_fresh(KEYS[1], ARGV[1]) and redis.call('GET', KEYS[1])
local sum, refusal = adder(unpack(ARGV, 3, 7))(stored, ARGV[8])
if not sum then
  return refusal
end
-- One that adds and one that takes away leave the bytes and the end as they were: they end the lease themselves.
if KEYS[2] then
  ask('UNLINK', KEYS[2])
end
if stored then
  redis.call('SET', KEYS[1], sum, 'KEEPTTL')
else
  redis.call('SET', KEYS[1], sum, 'PX', ARGV[2])
end
if KEYS[2] then
  redis.call('UNLINK', KEYS[2])
end
return sum
