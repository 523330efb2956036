-- ARGV: a token, the lease and how long the fence is known in milliseconds -> whether the lock is held
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then
  return 0
end
local time = redis.call('TIME')
ask('PEXPIRE', KEYS[1], ARGV[2] + ARGV[3])
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', time[1] * 1000000 + time[2] + ARGV[2] * 1000))
redis.call('PEXPIRE', KEYS[1], ARGV[2] + ARGV[3])
return 1
