-- for how long an entry is stale, for how long the new one is kept, '1' if there is an old value and '' if none is to be there,
-- the old one, and the new one unless it is to be removed -> 1 if it was so, otherwise what is there
if is_fresh(KEYS[1], ARGV[1]) then
  local stored = redis.call('GET', KEYS[1])
  if ARGV[3] == '' or stored ~= ARGV[4] then
    return stored
  end
elseif ARGV[3] ~= '' then
  return nil
end
if ARGV[5] then
  redis.call('SET', KEYS[1], ARGV[5], 'PX', ARGV[2])
else
  redis.call('UNLINK', KEYS[1])
end
return 1
