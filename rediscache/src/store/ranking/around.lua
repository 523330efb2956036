-- member, count -> who is at most so many places above it or below it, highest first, each with its score
local place, count = redis.call('ZREVRANK', KEYS[1], ARGV[1]), tonumber(ARGV[2])
if not place then
  return {}
end
return redis.call('ZRANGE', KEYS[1], math.max(place - count, 0), place + count, 'REV', 'WITHSCORES')
