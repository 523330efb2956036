-- KEYS[1] is the queue; every other key is named after it. On a cluster these follow, but for what belongs to other
-- clients: KEYS[2] ends with `$clients`, and what stands before that starts all their names. ARGV: what to do, the client
-- (16 digits of its instance and what the name of its pending list ends with), the silence in ms after which a client is
-- taken for dead, the number of deliveries after which a task is a dead letter (0: never), and what the command takes that it names.
local queue, client = KEYS[1], ARGV[2]
local silence, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local name = KEYS[2] and KEYS[2]:sub(1, -#'$clients' - 1) or queue
local clients, attempts, delayed, dead = name .. '$clients', name .. '$attempts', name .. '$delayed', name .. '$dead'
local WEEK = 7 * 24 * 3600 * 1000

-- The server's time in ms, asked for once.
local asked
local function now()
  if not asked then
    local time = redis.call('TIME')
    asked = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return asked
end

local function leases_of(client)
  return name .. '$leases:' .. client:sub(1, 16)
end

local function pending_of(client)
  return name .. client:sub(17)
end

-- Fails before anything is changed where a key holds another type.
local function check()
  redis.call('LLEN', queue)
  redis.call('LLEN', pending_of(client))
  redis.call('LLEN', dead)
end

-- Remembers how often an item in the queue was delivered. Counts of equal items stand in the order in which those come
-- out, as runs of `{count}x{items},`.
local function remember(item, count, push)
  local id = redis.sha1hex(item)
  local known = redis.call('HGET', attempts, id) or ''
  if count == 0 and known == '' then
    return
  end
  if push == 'RPUSH' then
    local first, times, rest = known:match('^(%d+)x(%d+),(.*)$')
    if tonumber(first) == count then
      known, times = rest, times + 1
    else
      times = 1
    end
    known = string.format('%dx%d,', count, times) .. known
  else
    local rest, last, times = known:match('^(.-)(%d+)x(%d+),$')
    if tonumber(last) == count then
      known, times = rest, times + 1
    else
      times = 1
    end
    known = known .. string.format('%dx%d,', count, times)
  end
  redis.call('HSET', attempts, id, known)
  redis.call('PEXPIRE', attempts, WEEK)
end

-- How often an item that leaves the queue was delivered before.
local function recall(item)
  local id = redis.sha1hex(item)
  local count, times, rest = (redis.call('HGET', attempts, id) or ''):match('^(%d+)x(%d+),(.*)$')
  if not count then
    return 0
  elseif times ~= '1' then
    redis.call('HSET', attempts, id, string.format('%sx%d,', count, times - 1) .. rest)
  elseif rest ~= '' then
    redis.call('HSET', attempts, id, rest)
  else
    redis.call('HDEL', attempts, id)
  end
  -- As large as it can be handed over.
  return math.min(tonumber(count), 4294967294)
end

-- Puts a task that failed back to an end of the queue, or aside when it failed too often.
local function retry(item, attempt, push)
  if most > 0 and attempt >= most then
    redis.call('LPUSH', dead, item)
  else
    redis.call(push, queue, item)
    remember(item, attempt, push)
  end
end

-- The attempt and the item of a lease, if there is one and it can be read.
local function lease_of(client, number)
  local attempt, item = (redis.call('HGET', leases_of(client), number) or ''):match('^(%d+):(.*)$')
  return tonumber(attempt), item
end

-- Ends a lease; returns its attempt and item if the client still had the task.
local function release(client, number, side)
  local attempt, item = lease_of(client, number)
  redis.call('HDEL', leases_of(client), number)
  if item and redis.call('LREM', pending_of(client), side or -1, item) == 1 then
    return attempt, item
  end
end

local function numbers_of(client)
  local numbers = {}
  for _, number in ipairs(redis.call('HKEYS', leases_of(client))) do
    if number:find('^%d+$') then
      numbers[#numbers + 1] = number
    else
      -- Nobody of us wrote that.
      redis.call('HDEL', leases_of(client), number)
    end
  end
  table.sort(numbers, function(a, b) return tonumber(a) < tonumber(b) end)
  return numbers
end

-- Returns what a dead client held to the front of the queue, oldest first to come out.
local function recover(client)
  local tasks = {}
  -- On a cluster, this fails before anything is changed while the slot is being moved.
  redis.call('EXISTS', pending_of(client))
  for _, number in ipairs(numbers_of(client)) do
    local attempt, item = release(client, number)
    if item then
      tasks[#tasks + 1] = { item, attempt }
    end
  end
  for last = #tasks, 1, -1 do
    retry(tasks[last][1], tasks[last][2], 'RPUSH')
  end
  redis.call('ZREM', clients, client)
  return #tasks
end

local function first_of(key)
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  return first[1], tonumber(first[2])
end

-- Brings what is due into the queue, and what dead clients held. Returns the ms until there is something to bring
-- again, as far as can be foreseen; otherwise -1.
local function refresh()
  local _, due = first_of(delayed)
  if due and due <= now() then
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now(), 'LIMIT', 0, 1000)) do
      local item, attempt, failures, since = read_delayed(member)
      redis.call('LPUSH', queue, item)
      if attempt > 0 then
        remember(item, attempt, 'LPUSH')
      end
      if failures then
        remember_unread(attempts, item, failures, since)
      end
      redis.call('ZREM', delayed, member)
    end
    _, due = first_of(delayed)
  end
  local silent, ends = first_of(clients)
  if ends and ends <= now() then
    for _, other in ipairs(redis.call('ZRANGEBYSCORE', clients, '-inf', now())) do
      if other ~= client then
        recover(other)
      end
    end
    silent, ends = first_of(clients)
  end
  if silent == client then
    ends = nil
  end
  local soonest = math.min(due or math.huge, ends or math.huge)
  return soonest < math.huge and math.max(soonest - now(), 1) or -1
end

-- A client is known for as long as it holds tasks.
local function beat()
  if redis.call('EXISTS', leases_of(client)) == 1 then
    redis.call('ZADD', clients, now() + silence, client)
  else
    redis.call('ZREM', clients, client)
  end
end

local commands = {}

-- first number, limit -> when to come again, then number, attempt and item of each task taken, then number, failures and
-- time of the first one of those that someone could not read
function commands.take(first, limit)
  check()
  local next_change, known = refresh(), redis.call('HLEN', attempts) > 0
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

-- numbers of tasks -> for each whether it was still held; then it is gone
function commands.finalize(...)
  local leases, finalized = redis.call('HMGET', leases_of(client), ...), {}
  for at, lease in ipairs(leases) do
    local item = lease and lease:match('^%d+:(.*)$')
    finalized[at] = item and redis.call('LREM', pending_of(client), -1, item) or 0
  end
  redis.call('HDEL', leases_of(client), ...)
  if redis.call('EXISTS', leases_of(client)) == 0 then
    redis.call('ZREM', clients, client)
  end
  return finalized
end

-- what becomes of them, numbers -> how many of the tasks were still held
function commands.settle(outcome, ...)
  check()
  local settled = 0
  for _, number in ipairs({ ... }) do
    -- What goes back untouched is the newest there is.
    local attempt, item = release(client, number, outcome == 'untouched' and 1 or -1)
    if item then
      settled = settled + 1
      if outcome == 'rescheduled' then
        retry(item, attempt, 'LPUSH')
      elseif outcome == 'untouched' then
        redis.call('RPUSH', queue, item)
        remember(item, attempt - 1, 'RPUSH')
      elseif outcome == 'unreadable' then
        redis.call('LPUSH', dead, item)
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
  local member = unique .. ':' .. item
  redis.call('ZADD', delayed, due, member)
  if redis.call('ZRANGE', delayed, 0, 0)[1] == member then
    -- Those who wait learn when to look. Where an ACL forbids it, they look every few seconds.
    redis.pcall('PUBLISH', delayed, '')
  end
end

-- -> how many tasks can be taken now
function commands.len()
  return redis.call('LLEN', queue) + redis.call('ZCOUNT', delayed, '-inf', now())
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

-- -> how many dead letters went to the back of the queue, oldest first
function commands.requeue_dead()
  local count = redis.call('LLEN', dead)
  for _ = 1, count do
    redis.call('LMOVE', dead, queue, 'RIGHT', 'LEFT')
  end
  return count
end

-- -> how many dead letters were removed
function commands.clear_dead()
  local count = redis.call('LLEN', dead)
  redis.call('UNLINK', dead)
  return count
end
