-- '1' if there is an old value and '' if none is to be there, the old one, 'KEEPTTL' if the new one ends when that did and ''
-- if it has no end, and the new one unless it is to be removed -> 1 if it was so, otherwise what is there
local stored = redis.call('GET', KEYS[1])
if stored ~= (ARGV[1] ~= '' and ARGV[2]) then
  return stored
end
if not ARGV[4] then
  redis.call('UNLINK', KEYS[1])
elseif ARGV[3] ~= '' then
  redis.call('SET', KEYS[1], ARGV[4], ARGV[3])
else
  redis.call('SET', KEYS[1], ARGV[4])
end
return 1
