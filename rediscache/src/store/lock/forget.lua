-- Forgets a lock that nobody holds.
local ends = tonumber(redis.call('HGET', KEYS[1], 'until') or 0)
local time = redis.call('TIME')
if ends <= time[1] * 1000000 + time[2] then
  redis.call('UNLINK', KEYS[1])
end
