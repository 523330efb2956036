-- ARGV: a token, a channel -> whether the lock was held, also when this is said for the second time
local held = redis.call('HMGET', KEYS[1], 'holder', 'released')
if held[1] ~= ARGV[1] then
  return held[2] == ARGV[1] and 1 or 0
end
redis.call('HDEL', KEYS[1], 'holder', 'until')
-- Nothing depends on these: who says it again takes the lock for lost, and whoever is not told waits for what was left of the lease.
redis.pcall('HSET', KEYS[1], 'released', ARGV[1])
redis.pcall('PUBLISH', ARGV[2], '')
return 1
