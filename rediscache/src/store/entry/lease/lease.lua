-- Every script of leases begins with this. KEYS: each entry, and what lies beside it, which one entry by itself goes without where
-- nothing may. ARGV: for each a token, a channel, …
local entry, beside, token, channel

-- The entry as it is. Every write of it makes another of it.
local function basis()
  local ends = redis.call('PEXPIRETIME', entry)
  local value = redis.call('GET', entry)
  return ends .. ' ' .. redis.sha1hex(value)
end

-- Where the lease of this token stands, if it does, and whether someone waits for its end. Where there is no value, it takes
-- the place of one; where there is one, it lies beside it, and stands while that is what it was.
local function standing()
  local kind = redis.call('TYPE', entry).ok
  if kind == 'hash' then
    local held = redis.call('HMGET', entry, 'token', 'waited')
    if held[1] == token then
      return entry, held[2]
    end
  elseif kind == 'string' and beside then
    local held = redis.call('HMGET', beside, 'token', 'waited', 'basis')
    if held[1] == token and held[3] == basis() then
      return beside, held[2]
    end
  end
end

-- Nothing depends on it: whoever is not told waits for what is left of the lease.
local function tell()
  redis.pcall('PUBLISH', channel, '')
end

-- What `step` answers for each entry, of which so many arguments are told.
local function for_each(arguments, step)
  local answers, at = {}, 1
  for key = 1, #KEYS, 2 do
    entry, beside, token, channel = KEYS[key], KEYS[key + 1], ARGV[at], ARGV[at + 1]
    answers[#answers + 1] = step(unpack(ARGV, at + 2, at + arguments - 1))
    at = at + arguments
  end
  return answers
end

