
-- items -> puts them into the list, the first time that this is asked with these KEYS[2]
-- Fails before anything is changed where the key holds another type.
redis.call('LLEN', KEYS[1])
ask('LPUSH', KEYS[1], '')
-- For longer than anyone asks again.
if redis.call('SET', KEYS[2], '', 'NX', 'PX', 600000) then
  redis.call('LPUSH', KEYS[1], unpack(ARGV))
end
