-- items -> puts them back at the end where they come out, the first time that this is asked with these KEYS[2]
-- Fails before anything is changed where the key holds another type.
redis.call('LLEN', KEYS[1])
ask('RPUSH', KEYS[1], '')
-- For longer than anyone asks again.
if redis.call('SET', KEYS[2], '', 'NX', 'PX', 600000) then
  redis.call('RPUSH', KEYS[1], unpack(ARGV))
end
