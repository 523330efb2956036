-- data type, command, its arguments after the key -> its answer, if the key holds that type or nothing
local held = redis.call('TYPE', KEYS[1]).ok
if held ~= ARGV[1] and held ~= 'none' then
  return redis.error_reply('WRONGTYPE the key holds another data type')
end
return redis.call(ARGV[2], KEYS[1], unpack(ARGV, 3))
