-- What tasks.lua, queue.lua and work.lua begin with: what is held, and how it comes back.
--
-- A command asks for all that it does after its first change before that, with the real keys; what becomes of each refusal is
-- looked at in `tests/server/refused`. What it rarely does it asks for where that shows, as `refresh` does. What it
-- reads later it reads before, too, or asks for, which also shows a key of another type.
--
-- KEYS[1] is the queue; every other key is named after it. On a cluster these follow, but for what belongs to other
-- clients: KEYS[2] ends with `$clients`, and what stands before that starts all their names. ARGV: what to do, the client
-- (16 digits of its instance and what the name of its pending list ends with), the silence in ms after which a client is
-- taken for dead, the number of deliveries after which a task is a dead letter (0: never), and what the command takes that
-- is to be done. No line calls two commands: where a server refuses one and does not say which, its line tells.
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

local leases, pending = leases_of(client), pending_of(client)

-- Fails before anything is changed where a key holds another type.
local function check()
  redis.call('LLEN', queue)
  redis.call('LLEN', pending)
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

-- Asks whether `remember` may be done.
local function ask_to_remember()
  redis.call('HGET', attempts, '')
  local _ = may('HSET', attempts, '', '') or ask('HSET', attempts, '', '')
  local _ = may('PEXPIRE', attempts, '') or ask('PEXPIRE', attempts, '')
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
    if push == 'RPUSH' then
      redis.call('RPUSH', queue, item)
    else
      redis.call('LPUSH', queue, item)
    end
    remember(item, attempt, push)
  end
end

-- Asks whether `retry` may be done.
local function ask_to_retry(push)
  ask(push, queue, '')
  ask_to_remember()
  if most > 0 then
    local _ = may('LPUSH', dead, '') or ask('LPUSH', dead, '')
  end
end

-- The attempt and the item of a lease, if there is one and it can be read, and since when it is held: `{attempt}.{ms}:{item}`.
local function read_lease(lease)
  local attempt, since, item = (lease or ''):match('^(%d+)%.?(%d*):(.*)$')
  return tonumber(attempt), item, tonumber(since)
end

local function lease_of(client, number)
  return redis.call('HGET', leases_of(client), number)
end

-- Ends a lease; returns its attempt and item if the client still had the task. Its item is looked for from the newest on
-- where `side` is 'n', as its process does where few that it holds are newer, and otherwise from the oldest on.
local function release(client, number, lease, side)
  local attempt, item = read_lease(lease)
  redis.call('HDEL', leases_of(client), number)
  if item and redis.call('LREM', pending_of(client), side == 'n' and 1 or -1, item) == 1 then
    return attempt, item
  end
end

local function numbers_of(client)
  local numbers = {}
  for _, number in ipairs(redis.call('HKEYS', leases_of(client))) do
    if number:find('^%d+$') then
      numbers[#numbers + 1] = number
    else
      -- Nobody of us wrote that. Where it may not be removed, it stays.
      redis.pcall('HDEL', leases_of(client), number)
    end
  end
  table.sort(numbers, function(a, b) return tonumber(a) < tonumber(b) end)
  return numbers
end

-- Asks whether what dead clients held may be returned.
local function ask_to_recover(others)
  for _, other in ipairs(others) do
    -- On a cluster, this fails before anything is changed while the slot is being moved.
    redis.call('LLEN', pending_of(other))
    if #redis.call('HKEYS', leases_of(other)) > 0 then
      ask('HDEL', leases_of(other), '')
      ask('LREM', pending_of(other), 1, '')
      ask_to_retry('RPUSH')
      -- Whoever takes one of them forgets how often it was delivered.
      ask('HDEL', attempts, '')
    end
    ask('ZREM', clients, other)
  end
end

-- Returns what a dead client held to the front of the queue, oldest first to come out.
local function recover(client)
  local tasks = {}
  for _, number in ipairs(numbers_of(client)) do
    local attempt, item = release(client, number, lease_of(client, number))
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
-- again, as far as can be foreseen, otherwise -1.
local function refresh()
  local _, due = first_of(delayed)
  local silent, ends = first_of(clients)
  local is_due, is_over = due and due <= now(), ends and ends <= now()
  if is_due or is_over then
    local others = {}
    for _, other in ipairs(is_over and redis.call('ZRANGEBYSCORE', clients, '-inf', now()) or {}) do
      if other ~= client then
        others[#others + 1] = other
      end
    end
    ask_to_recover(others)
    -- What may come next.
    ask('RPOP', queue, 1)
    if is_due then
      local members = redis.call('ZRANGEBYSCORE', delayed, '-inf', now(), 'LIMIT', 0, 1000)
      ask('LPUSH', queue, '')
      ask('ZREM', delayed, '')
      for _, member in ipairs(members) do
        local _, attempt, failures = read_delayed(member)
        if attempt > 0 or failures then
          ask_to_retry('LPUSH')
          -- Whoever takes it forgets how often it was delivered.
          ask('HDEL', attempts, '')
          break
        end
      end
      for _, member in ipairs(members) do
        -- In this order: after a first change, nothing is refused for lack of memory.
        redis.call('ZREM', delayed, member)
        local item, attempt, failures, since = read_delayed(member)
        redis.call('LPUSH', queue, item)
        if attempt > 0 then
          remember(item, attempt, 'LPUSH')
        end
        if failures then
          remember_unread(attempts, item, failures, since)
        end
      end
    end
    for _, other in ipairs(others) do
      recover(other)
    end
    _, due = first_of(delayed)
    silent, ends = first_of(clients)
  end
  if silent == client then
    ends = nil
  end
  local soonest = math.min(due or math.huge, ends or math.huge)
  return soonest < math.huge and math.max(soonest - now(), 1) or -1
end

-- A client is known for as long as it holds tasks.
local function beat(holds)
  if holds then
    redis.call('ZADD', clients, now() + silence, client)
  else
    redis.call('ZREM', clients, client)
  end
end

-- Asks whether these leases of the client may end. Returns them; how many others it holds, by which it is known then; and how
-- often one of their tasks was delivered, at the most.
local function ask_to_end(numbers)
  first_of(clients)
  local ending = redis.call('HMGET', leases, unpack(numbers))
  local left, most_often = redis.call('HLEN', leases), 0
  for _, lease in ipairs(ending) do
    if lease then
      left, most_often = left - 1, math.max(most_often, read_lease(lease) or 0)
    end
  end
  if left > 0 then
    now()
    local _ = may('ZADD', clients, '', client) or ask('ZADD', clients, '', client)
  else
    local _ = may('ZREM', clients, client) or ask('ZREM', clients, client)
  end
  return ending, left, most_often
end

-- What can be done.
local commands = {}
