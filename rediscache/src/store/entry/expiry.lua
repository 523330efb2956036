-- for how long an entry is stale -> in how many milliseconds it ends, stale or not, -1 for never; nothing if there is no value
if not is_fresh(KEYS[1], ARGV[1]) then
  return nil
end
return redis.call('PTTL', KEYS[1])
