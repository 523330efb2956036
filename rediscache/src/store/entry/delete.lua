-- for how long an entry is stale -> whether there was a value; whatever is there is removed
local was_fresh = is_fresh(KEYS[1], ARGV[1])
redis.call('UNLINK', KEYS[1])
return was_fresh and 1 or 0
