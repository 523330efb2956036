-- the values of entries, and then in how many milliseconds each ends
local answers, entries = redis.call('MGET', unpack(KEYS)), #KEYS
for at = 1, entries do
  answers[entries + at] = redis.call('PTTL', KEYS[at])
end
return answers
