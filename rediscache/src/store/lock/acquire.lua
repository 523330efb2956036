-- ARGV: a token, the lease and how long the fence is known in milliseconds -> whether it is held now, and the fence or for how
-- many milliseconds another may hold it
local token, lease, remembered = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'holder', 'until', 'fence')
local holder, ends, fence = held[1], tonumber(held[2] or 0), tonumber(held[3] or 0)
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if holder and holder ~= token and ends > now then
  return { 0, math.ceil((ends - now) / 1000) }
end
if holder ~= token then
  fence = math.max(now, fence + 1)
end
ask('PEXPIRE', KEYS[1], lease + remembered)
local digits = string.format('%.0f', fence)
redis.call('HSET', KEYS[1], 'holder', token, 'until', string.format('%.0f', now + lease * 1000), 'fence', digits)
redis.call('PEXPIRE', KEYS[1], lease + remembered)
return { 1, fence }
