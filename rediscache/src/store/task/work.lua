
-- Ends leases and takes tasks, all in one, after what leases.lua begins with, which is made only where something is rare:
-- `rarely` is that. A script of its own, since one begins by making all of its functions, which takes longer than this does.
--
-- KEYS, and ARGV up to 4, are those of leases.lua. Then: a side for each lease that ends, as `release` has it, in upper case
-- where a task is to be taken in its place; the number of the first task; how many tasks to take beside those; the numbers of
-- the leases -> of each whether it was still held, and is gone now; when to come again; the tasks taken; how often each was
-- delivered, or nothing where all are for the first time; number, failures and time of the first one of those that someone
-- could not read
local queue, client, most, sides = KEYS[1], ARGV[2], tonumber(ARGV[4]), ARGV[5]
local name = KEYS[2] and KEYS[2]:sub(1, -#'$clients' - 1) or queue
local leases, pending, clients = name .. '$leases:' .. client:sub(1, 16), name .. client:sub(17), name .. '$clients'
local attempts, delayed, dead = name .. '$attempts', name .. '$delayed', name .. '$dead'
local wanted, ends = tonumber(ARGV[7]), #sides
local leased = redis.call('HLEN', leases)

-- What ends, and how many the client holds beside these, each of which comes once.
local held, left = {}, leased
if ends > 0 then
  held = redis.call('HMGET', leases, unpack(ARGV, 8))
  for at = 1, ends do
    if held[at] then
      left = left - 1
      if sides:byte(at) < 97 then
        wanted = wanted + 1
      end
    end
  end
  -- What is done after the first change.
  local _ = may('HDEL', leases, '') or ask('HDEL', leases, '')
  if left == 0 then
    local _ = may('ZREM', clients, client) or ask('ZREM', clients, client)
  end
end

-- What is to be taken.
local next_change, until_dead, known, rare = -1
if wanted > 0 then
  local waiting, time = redis.call('LLEN', queue), redis.call('TIME')
  redis.call('LLEN', pending)
  time = time[1] * 1000 + math.floor(time[2] / 1000)
  until_dead = time + ARGV[3]
  local due = tonumber(redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2])
  local silent = redis.call('ZRANGE', clients, 0, 0, 'WITHSCORES')
  local over = silent[1] ~= client and tonumber(silent[2])
  -- The first may be this one, and another one silent for as long.
  local is_over = silent[2] and tonumber(silent[2]) <= time
  known = redis.call('HLEN', attempts) > 0
  if waiting > 0 or due and due <= time or is_over then
    local _ = may('LPUSH', pending, '') or ask('LPUSH', pending, '')
    local _ = may('HSET', leases, '', '') or ask('HSET', leases, '', '')
    local _ = may('ZADD', clients, '', client) or ask('ZADD', clients, '', client)
    if ends > 0 then
      local _ = may('RPOP', queue, '1') or ask('RPOP', queue, '1')
    end
    if known then
      redis.call('HGET', attempts, '')
      local _ = may('HSET', attempts, '', '') or ask('HSET', attempts, '', '')
      local _ = may('HDEL', attempts, '') or ask('HDEL', attempts, '')
    end
    if most > 0 then
      redis.call('LLEN', dead)
      local _ = may('LPUSH', dead, '') or ask('LPUSH', dead, '')
    end
  end
  if due and due <= time or is_over then
    if ends > 0 then
      ask('LREM', pending, '', '')
    end
    redis.call('LLEN', dead)
    rare = rarely()
    next_change = rare.refresh()
    known = redis.call('HLEN', attempts) > 0
  elseif due or over then
    next_change = math.max(math.min(due or math.huge, over or math.huge) - time, 1)
  end
end

local ended = {}
for at = 1, ends do
  local item = held[at] and held[at]:match('^%d+:(.*)$')
  local side = sides:byte(at)
  ended[at] = item and redis.call('LREM', pending, (side == 110 or side == 78) and 1 or -1, item) or 0
end
if ends > 0 then
  redis.call('HDEL', leases, unpack(ARGV, 8))
end

local taken, delivered, unread, fresh = {}, {}, {}, {}
local first = tonumber(ARGV[6])
if wanted > 0 and not known then
  taken = redis.call('RPOP', queue, wanted) or {}
  for at, item in ipairs(taken) do
    fresh[2 * at - 1] = string.format('%.0f', first + at - 1)
    fresh[2 * at] = '1:' .. item
  end
elseif wanted > 0 then
  rare = rare or rarely()
  repeat
    local popped = redis.call('RPOP', queue, wanted - #taken) or {}
    for _, item in ipairs(popped) do
      local attempt = 1 + rare.recall(item)
      if most > 0 and attempt > most then
        redis.call('LPUSH', dead, item)
      else
        local number = string.format('%.0f', first + #taken)
        taken[#taken + 1], delivered[#delivered + 1] = item, attempt
        unread[#unread + 1] = rare.recall_unread(attempts, item, number)
        fresh[#fresh + 1] = number
        fresh[#fresh + 1] = attempt .. ':' .. item
      end
    end
  until #popped == 0 or #taken == wanted
end
if #taken > 0 then
  redis.call('LPUSH', pending, unpack(taken))
  redis.call('HSET', leases, unpack(fresh))
  redis.call('ZADD', clients, until_dead, client)
elseif ends > 0 and left == 0 then
  redis.call('ZREM', clients, client)
end
return { ended, next_change, taken, delivered, unread }
