-- ARGV: a token, the lease and how long the fence is known in milliseconds -> whether the lock is held
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then
  return 0
end
local time = redis.call('TIME')
local ends = string.format('%.0f', time[1] * 1000000 + time[2] + ARGV[2] * 1000)
ask('HSET', KEYS[1], 'until', ends)
-- First what needs no memory: a server that is short of it lets a script go on that has written.
redis.call('PEXPIRE', KEYS[1], ARGV[2] + ARGV[3])
redis.call('HSET', KEYS[1], 'until', ends)
return 1
