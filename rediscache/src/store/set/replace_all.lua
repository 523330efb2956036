
-- members, which become all there is
local held = redis.call('TYPE', KEYS[1]).ok
if held ~= 'set' and held ~= 'none' then
  return redis.error_reply('WRONGTYPE the key holds another data type')
end
if ARGV[1] then
  ask('SADD', KEYS[1], ARGV[1])
end
redis.call('UNLINK', KEYS[1])
-- `unpack` takes up to about 8,000.
for first = 1, #ARGV, 4000 do
  redis.call('SADD', KEYS[1], unpack(ARGV, first, math.min(first + 3999, #ARGV)))
end
return 1
