-- …, what is wanted, milliseconds of the lease, and of life beyond which a value is fresh -> what came of it, milliseconds, value
local wanted, lease, above = ARGV[3], ARGV[4], tonumber(ARGV[5])
local LEASED, FRESH, HELD, STALE = 0, 1, 2, 3

local function held_at(key)
  if wanted ~= 'ahead' then
    redis.call('HSET', key, 'waited', 1)
  end
  return redis.call('PTTL', key)
end

local function take(key, ...)
  ask('PEXPIRE', key, lease)
  redis.call('HSET', key, 'token', token, ...)
  redis.call('PEXPIRE', key, lease)
  return { LEASED, 0, false }
end

local kind = redis.call('TYPE', entry).ok
if kind == 'none' then
  return take(entry)
elseif kind == 'hash' then
  local holder = redis.call('HGET', entry, 'token')
  if not holder then
    return redis.error_reply('WRONGTYPE the key holds another data type')
  elseif holder == token then
    return take(entry)
  end
  return { HELD, held_at(entry), false }
elseif kind ~= 'string' then
  return redis.error_reply('WRONGTYPE the key holds another data type')
end

local left = redis.call('PTTL', entry)
local value = wanted ~= 'ahead' and redis.call('GET', entry)
if (left == -1 and wanted ~= 'another') or left > above then
  return { FRESH, 0, value }
end
local now = redis.call('TIME')
local held = redis.call('HMGET', beside, 'basis', 'token', 'until')
if held[1] ~= basis() then
  ask('PEXPIRE', beside, lease)
  ask('HSET', beside, 'token', token)
  redis.call('DEL', beside)
elseif held[2] and held[2] ~= token then
  return { wanted == 'another' and HELD or STALE, held_at(beside), value }
elseif held[3] and wanted ~= 'another' then
  local pause = held[3] - (now[1] * 1000 + math.floor(now[2] / 1000))
  if pause > 0 then
    return { STALE, pause, value }
  end
end
return take(beside, 'basis', basis())
