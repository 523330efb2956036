-- -> who holds the lock, if anyone does, in how many milliseconds the lease ends, and the last fence; nothing where there is no lock
local held = redis.call('HMGET', KEYS[1], 'holder', 'until', 'fence')
if not held[3] then
  return false
end
local time = redis.call('TIME')
local left = math.ceil(((tonumber(held[2]) or 0) - time[1] * 1000000 - time[2]) / 1000)
if left <= 0 then
  held[1] = false
end
return { held[1] or '', left, held[3] }
