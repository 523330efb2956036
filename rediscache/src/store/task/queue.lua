
-- What is done with a queue more rarely, after leases.lua and before later.lua.

-- item, a number that makes it unique, 'in' or 'at', and ms
function commands.put_later(item, unique, relation, ms)
  check()
  local due = tonumber(ms)
  if relation == 'in' and due > 0 then
    -- The time is cut to whole ms: one more, so that no task is early.
    due = now() + due + 1
  end
  if due <= now() then
    return redis.call('LPUSH', queue, item)
  end
  local _, soonest = first_of(delayed)
  redis.call('ZADD', delayed, due, unique .. ':' .. item)
  if not soonest or due < soonest then
    -- Those who wait learn when to look. Where an ACL forbids it, they look every few seconds.
    redis.pcall('PUBLISH', delayed, '')
  end
end

-- -> how many tasks can be taken now
function commands.len()
  local waiting = redis.call('LLEN', queue)
  return waiting + redis.call('ZCOUNT', delayed, '-inf', now())
end

-- -> how many tasks are not due yet
function commands.delayed_len()
  return redis.call('ZCOUNT', delayed, '(' .. string.format('%.0f', now()), '+inf')
end

-- The clients that share this one's pending list.
local function namesakes()
  local same = {}
  for _, other in ipairs(redis.call('ZRANGE', clients, 0, -1)) do
    if other:sub(17) == client:sub(17) then
      same[#same + 1] = other
    end
  end
  return same
end

-- item -> whether it was pending; then it is at the back of the queue
function commands.reschedule_pending(item)
  check()
  local holders = namesakes()
  ask('LREM', pending, 1, '')
  ask('LPUSH', queue, '')
  if #holders > 0 then
    ask_to_retry('LPUSH')
  end
  for _, holder in ipairs(holders) do
    for _, number in ipairs(numbers_of(holder)) do
      local lease = lease_of(holder, number)
      local _, held = read_lease(lease)
      if held == item then
        local attempt = release(holder, number, lease)
        if attempt then
          retry(item, attempt, 'LPUSH')
          return 1
        end
      end
    end
  end
  if redis.call('LREM', pending, -1, item) == 0 then
    return 0
  end
  redis.call('LPUSH', queue, item)
  return 1
end

-- -> how many tasks returned to the front of the queue, those of Python clients of the same name included
function commands.reschedule_all_pending()
  check()
  local count, holders = redis.call('LLEN', pending), namesakes()
  for _, holder in ipairs(holders) do
    redis.call('HLEN', leases_of(holder))
    ask('DEL', leases_of(holder))
  end
  if #holders > 0 then
    ask_to_remember()
    ask('ZREM', clients, '')
    ask('LMOVE', pending, queue, 'LEFT', 'RIGHT')
  end
  for _, holder in ipairs(holders) do
    local numbers = numbers_of(holder)
    for at = #numbers, 1, -1 do
      local attempt, item = read_lease(lease_of(holder, numbers[at]))
      if item then
        remember(item, attempt, 'RPUSH')
      end
    end
    redis.call('DEL', leases_of(holder))
    redis.call('ZREM', clients, holder)
  end
  for _ = 1, count do
    redis.call('LMOVE', pending, queue, 'LEFT', 'RIGHT')
  end
  return count
end

-- -> how many tasks can be taken now, are not due yet, are pending and are dead letters, and how many clients that hold
-- some live
function commands.stats()
  local lists, held = { [pending] = true }, 0
  for _, other in ipairs(redis.call('ZRANGE', clients, 0, -1)) do
    -- What nobody of us wrote names no list.
    if other:sub(17) == '$pending' or other:find('^%$.*_pending$', 17) then
      lists[pending_of(other)] = true
    end
  end
  for list in pairs(lists) do
    held = held + redis.call('LLEN', list)
  end
  local alive = redis.call('ZCOUNT', clients, '(' .. string.format('%.0f', now()), '+inf')
  return { commands.len(), commands.delayed_len(), held, redis.call('LLEN', dead), alive }
end

-- Removes what waits, and how often it was delivered.
function commands.clear()
  redis.call('LLEN', queue)
  redis.call('UNLINK', queue, attempts)
end

-- Removes all but what is pending.
function commands.clear_all()
  redis.call('LLEN', queue)
  redis.call('LLEN', dead)
  redis.call('UNLINK', queue, attempts, delayed, dead)
end

