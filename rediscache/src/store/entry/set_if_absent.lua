-- for how long an entry is stale, value, for how long it is kept -> whether it was stored
if is_fresh(KEYS[1], ARGV[1]) then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
