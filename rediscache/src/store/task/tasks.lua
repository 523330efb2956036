-- What can be done with a task queue, after leases.lua and before later.lua.
local commands = {}

-- first number, limit -> when to come again, then number, attempt and item of each task taken, then number, failures and
-- time of the first one of those that someone could not read
function commands.take(first, limit)
  check()
  local next_change = refresh()
  local known = redis.call('HLEN', attempts) > 0
  local taken, items, leases, unread = {}, {}, {}, {}
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
        leases[#leases + 1] = number
        leases[#leases + 1] = attempt .. ':' .. item
      end
    end
  until #popped == 0 or #taken == tonumber(limit)
  if #taken > 0 then
    redis.call('LPUSH', pending_of(client), unpack(items))
    redis.call('HSET', leases_of(client), unpack(leases))
    redis.call('ZADD', clients, now() + silence, client)
  end
  return { next_change, taken, unread }
end

-- what becomes of them, a side for each, numbers -> how many of the tasks were still held
function commands.settle(outcome, sides, ...)
  check()
  local settled = 0
  for at, number in ipairs({ ... }) do
    local attempt, item = release(client, number, sides:sub(at, at))
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
  beat()
  return settled
end

-- -> when to come again, then the numbers still held
function commands.beat()
  beat()
  check()
  local next_change = refresh()
  return { next_change, redis.call('HKEYS', leases_of(client)) }
end

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
  for _, holder in ipairs(namesakes()) do
    for _, number in ipairs(numbers_of(holder)) do
      local _, held = lease_of(holder, number)
      if held == item then
        local attempt = release(holder, number)
        if attempt then
          retry(item, attempt, 'LPUSH')
          return 1
        end
      end
    end
  end
  if redis.call('LREM', pending_of(client), -1, item) == 0 then
    return 0
  end
  redis.call('LPUSH', queue, item)
  return 1
end

-- -> how many tasks returned to the front of the queue, those of Python clients of the same name included
function commands.reschedule_all_pending()
  check()
  local count = redis.call('LLEN', pending_of(client))
  for _, holder in ipairs(namesakes()) do
    local numbers = numbers_of(holder)
    for at = #numbers, 1, -1 do
      local attempt, item = lease_of(holder, numbers[at])
      if item then
        remember(item, attempt, 'RPUSH')
      end
    end
    redis.call('DEL', leases_of(holder))
    redis.call('ZREM', clients, holder)
  end
  for _ = 1, count do
    redis.call('LMOVE', pending_of(client), queue, 'LEFT', 'RIGHT')
  end
  return count
end

-- -> how many tasks can be taken now, are not due yet, are pending and are dead letters, and how many clients that hold
-- some live
function commands.stats()
  local lists, pending = { [pending_of(client)] = true }, 0
  for _, other in ipairs(redis.call('ZRANGE', clients, 0, -1)) do
    -- What nobody of us wrote names no list.
    if other:sub(17) == '$pending' or other:find('^%$.*_pending$', 17) then
      lists[pending_of(other)] = true
    end
  end
  for list in pairs(lists) do
    pending = pending + redis.call('LLEN', list)
  end
  local alive = redis.call('ZCOUNT', clients, '(' .. string.format('%.0f', now()), '+inf')
  return { commands.len(), commands.delayed_len(), pending, redis.call('LLEN', dead), alive }
end

-- Removes what waits, and how often it was delivered.
function commands.clear()
  redis.call('LLEN', queue)
  redis.call('UNLINK', queue, attempts)
end

