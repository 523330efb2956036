
-- What is done with tasks again and again, after leases.lua: a script of its own, since one begins by making all of its
-- functions, which takes longer than most of them do.

-- first number, limit -> when to come again, then number, attempt and item of each task taken, then number, failures and
-- time of the first one of those that someone could not read
function commands.take(first, limit)
  check()
  redis.call('HLEN', leases)
  now()
  local _ = may('LPUSH', pending, '') or ask('LPUSH', pending, '')
  local _ = may('HSET', leases, '', '') or ask('HSET', leases, '', '')
  local _ = may('ZADD', clients, '', client) or ask('ZADD', clients, '', client)
  local known = redis.call('HLEN', attempts) > 0
  if known then
    redis.call('HGET', attempts, '')
    local _ = may('HSET', attempts, '', '') or ask('HSET', attempts, '', '')
    local _ = may('HDEL', attempts, '') or ask('HDEL', attempts, '')
    if most > 0 then
      local _ = may('LPUSH', dead, '') or ask('LPUSH', dead, '')
    end
  end
  local next_change, is_refreshed = refresh()
  known = known or is_refreshed and redis.call('HLEN', attempts) > 0
  local taken, items, held, unread = {}, {}, {}, {}
  repeat
    local popped = redis.call('RPOP', queue, limit - #taken) or {}
    for _, item in ipairs(popped) do
      local attempt = 1 + (known and recall(item) or 0)
      if most > 0 and attempt > most then
        redis.call('LPUSH', dead, item)
      else
        local number = string.format('%.0f', first + #taken)
        taken[#taken + 1] = { number, attempt, item }
        if known then
          unread[#unread + 1] = recall_unread(attempts, item, number)
        end
        items[#items + 1] = item
        held[#held + 1] = number
        held[#held + 1] = attempt .. ':' .. item
      end
    end
  until #popped == 0 or #taken == tonumber(limit)
  if #taken > 0 then
    redis.call('LPUSH', pending, unpack(items))
    redis.call('HSET', leases, unpack(held))
    redis.call('ZADD', clients, now() + silence, client)
  end
  return { next_change, taken, unread }
end

-- what becomes of them, a side for each, numbers -> how many of the tasks were still held
function commands.settle(outcome, sides, ...)
  check()
  local numbers, settled = { ... }, 0
  local ending, left, most_often = ask_to_end(numbers)
  local _ = may('LREM', pending, '', '') or ask('LREM', pending, '', '')
  if outcome == 'rescheduled' then
    ask_to_retry('LPUSH')
  elseif outcome == 'untouched' then
    local _ = may('RPUSH', queue, '') or ask('RPUSH', queue, '')
    if most_often > 1 or redis.call('HLEN', attempts) > 0 then
      ask_to_remember()
    end
  end
  for at, number in ipairs(numbers) do
    local attempt, item = release(client, number, ending[at], sides:sub(at, at))
    if item then
      settled = settled + 1
      if outcome == 'rescheduled' then
        retry(item, attempt, 'LPUSH')
      elseif outcome == 'untouched' then
        redis.call('RPUSH', queue, item)
        remember(item, attempt - 1, 'RPUSH')
      end
    end
  end
  beat(left > 0)
  return settled
end

-- -> when to come again, then the numbers still held
function commands.beat()
  beat(redis.call('HLEN', leases) > 0)
  check()
  local next_change = refresh()
  return { next_change, redis.call('HKEYS', leases) }
end

return commands[ARGV[1]](unpack(ARGV, 5))
