-- items -> puts them back at the end where they come out, the first time that this is asked with these KEYS[2]
-- Fails before anything is changed where the key holds another type.
redis.call('LLEN', KEYS[1])
ask('RPUSH', KEYS[1], '')
-- It is asked again every few seconds, until the server answers: a server may be out of reach for an hour.
if redis.call('SET', KEYS[2], '', 'NX', 'PX', 3600000) then
  redis.call('RPUSH', KEYS[1], unpack(ARGV))
end
