-- for how long an entry is stale, for how long it is kept from now on -> whether there was one
if not is_fresh(KEYS[1], ARGV[1]) then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
