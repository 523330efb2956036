
-- Asks whether leases may be ended.
local function ask_to_end_leases()
  first_of(clients)
  ask('LREM', pending_of(client), 1, '')
  ask('EXISTS', leases_of(client))
  ask('TIME')
  ask('ZADD', clients, 0, client)
  ask('ZREM', clients, client)
end

-- Whether one of the tasks, each given as number and ms, is to come at once.
local function has_zero(given)
  for at = 2, #given, 2 do
    if given[at] == '0' then
      return true
    end
  end
  return false
end

-- What a command does after its first change, which is asked for before it begins. Whoever lets a command change more adds
-- that here, with the real keys; what becomes of each refusal is looked at in `tests/server/refused`. What a
-- command rarely does is asked for where it shows, as `refresh` does. What it reads later than that is read or asked for,
-- too, which also shows a key of another type.
local function ask_first(command, first, second, ...)
  if command == 'take' then
    redis.call('HLEN', leases_of(client))
    now()
    ask('LPUSH', pending_of(client), '')
    ask('HSET', leases_of(client), '', '')
    ask('ZADD', clients, 0, client)
    if redis.call('HLEN', attempts) > 0 then
      redis.call('HGET', attempts, '')
      ask('HSET', attempts, '', '')
      ask('HDEL', attempts, '')
      if most > 0 then
        ask('LPUSH', dead, '')
      end
    end
  elseif command == 'settle' then
    first_of(clients)
    local left = redis.call('HLEN', leases_of(client))
    local is_counted = redis.call('HLEN', attempts) > 0
    for _, number in ipairs({ ... }) do
      local attempt = lease_of(client, number)
      left = attempt and left - 1 or left
      is_counted = is_counted or (attempt or 1) > 1
    end
    ask('LREM', pending_of(client), 1, '')
    ask('EXISTS', leases_of(client))
    if left > 0 then
      ask('TIME')
      ask('ZADD', clients, 0, client)
    else
      ask('ZREM', clients, client)
    end
    if first == 'rescheduled' then
      ask_to_retry('LPUSH')
    elseif first == 'untouched' then
      ask('RPUSH', queue, '')
      if is_counted then
        ask_to_remember()
      end
    end
  elseif command == 'retry_after' or command == 'unreadable' then
    ask_to_end_leases()
    ask('ZADD', delayed, 0, '')
    ask('ZRANGE', delayed, 0, 0)
    if command == 'unreadable' or most > 0 then
      ask('LPUSH', dead, '')
    end
    if command == 'retry_after' and has_zero({ first, second, ... }) then
      ask_to_retry('LPUSH')
    end
  elseif command == 'keep' then
    ask_to_end_leases()
  elseif command == 'recover_unleased' then
    ask('LREM', pending_of(client), 1, '')
    ask('RPUSH', queue, '')
    ask('HSET', second, '', '')
    ask('HDEL', second, '')
    ask('PEXPIRE', second, WEEK)
  elseif command == 'reschedule_pending' then
    ask('LREM', pending_of(client), 1, '')
    ask('LPUSH', queue, '')
    if #namesakes() > 0 then
      ask_to_retry('LPUSH')
    end
  elseif command == 'reschedule_all_pending' then
    local holders = namesakes()
    for _, holder in ipairs(holders) do
      redis.call('HLEN', leases_of(holder))
      ask('DEL', leases_of(holder))
    end
    if #holders > 0 then
      ask_to_remember()
      ask('ZREM', clients, '')
      ask('LMOVE', pending_of(client), queue, 'LEFT', 'RIGHT')
    end
  end
end

ask_first(ARGV[1], unpack(ARGV, 5))
return commands[ARGV[1]](unpack(ARGV, 5))
