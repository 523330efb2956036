-- items -> puts them into the list, the first time that this is asked with these KEYS[2]
-- Fails before anything is changed where the key holds another type, and what is first is what can be undone.
redis.call('LLEN', KEYS[1])
if redis.call('SET', KEYS[2], '', 'NX', 'PX', 600000) then
  local answer = redis.pcall('LPUSH', KEYS[1], unpack(ARGV))
  if type(answer) == 'table' then
    redis.call('SET', KEYS[2], '', 'PX', 1)
    return answer
  end
end
