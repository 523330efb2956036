-- for each …, what is wanted, milliseconds of the lease, and of life beyond which a value is fresh -> for each what came of it,
-- milliseconds, value
local LEASED, FRESH, HELD, STALE, BESIDE = 0, 1, 2, 3, 4
local wanted, lease

local function held_at(key)
  if wanted ~= 'ahead' then
    redis.call('HSET', key, 'waited', 1)
  end
  return redis.call('PTTL', key)
end

local function take(key, ...)
  local _ = may('PEXPIRE', key, lease) or ask('PEXPIRE', key, lease)
  redis.call('HSET', key, 'token', token, ...)
  redis.call('PEXPIRE', key, lease)
  return { LEASED, 0, false }
end

local function begin(what, length, above)
  wanted, lease = what, length
  local kind = redis.call('TYPE', entry).ok
  if kind ~= 'string' then
    local holder = kind == 'hash' and redis.call('HGET', entry, 'token')
    if holder and holder ~= token then
      return { HELD, held_at(entry), false }
    elseif kind ~= 'none' and not holder then
      -- What others put there is no value, and a write replaces it.
      ask('PEXPIRE', entry, lease)
      ask('HSET', entry, 'token', token)
      redis.call('UNLINK', entry)
    end
    return take(entry)
  end

  local left = redis.call('PTTL', entry)
  local value = wanted ~= 'ahead' and redis.call('GET', entry)
  if (left == -1 and wanted ~= 'another') or left > tonumber(above) then
    return { FRESH, 0, value }
  end
  if not beside then
    return { BESIDE, 0, false }
  end
  local now = redis.call('TIME')
  local held = redis.call('HMGET', beside, 'basis', 'token', 'until')
  if held[1] ~= basis() then
    ask('PEXPIRE', beside, lease)
    ask('HSET', beside, 'token', token)
    redis.call('UNLINK', beside)
  elseif held[2] and held[2] ~= token then
    return { wanted == 'another' and HELD or STALE, held_at(beside), value }
  elseif held[3] and wanted ~= 'another' then
    local pause = held[3] - (now[1] * 1000 + math.floor(now[2] / 1000))
    if pause > 0 then
      return { STALE, pause, value }
    end
  end
  return take(beside, 'basis', basis())
end

return for_each(5, begin)
