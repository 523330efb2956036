
-- Ends leases and takes tasks, all in one, after what leases.lua begins with, which is made only where something is rare:
-- `rarely` is that. A script of its own, since one begins by making all of its functions, which takes longer than this does.
--
-- KEYS, and ARGV up to 4, are those of leases.lua. Then: a side for each lease that ends, as `release` has it, in upper case
-- where a task is to be taken in its place; the number of the first task; how many tasks to take beside those; the numbers of
-- the leases -> the tasks taken, and a text: of each lease whether it was still held, and is gone now; when to come again; how
-- often each task was delivered, or nothing where all are for the first time; number, failures and time of the first one of
-- those that someone could not read
local queue, client, most, sides = KEYS[1], ARGV[2], tonumber(ARGV[4]), ARGV[5]
local name = KEYS[2] and KEYS[2]:sub(1, -#'$clients' - 1) or queue
local leases, pending, clients = name .. '$leases:' .. client:sub(1, 16), name .. client:sub(17), name .. '$clients'
local attempts, delayed, dead = name .. '$attempts', name .. '$delayed', name .. '$dead'
local wanted, ends = tonumber(ARGV[7]), #sides

-- A whole number as text. `%d` takes a tenth of the time, and is too short for some on servers of 32 bits.
local function in_full(number)
  return string.format(number < 2147483648 and '%d' or '%.0f', number)
end

-- What ends.
local held = {}
if ends > 0 then
  held = redis.call('HMGET', leases, unpack(ARGV, 8))
  for at = 1, ends do
    if held[at] and sides:byte(at) < 97 then
      wanted = wanted + 1
    end
  end
end

-- What is to be taken.
local next_change, until_dead, since, known, rare, is_rare, is_one = -1
if wanted > 0 then
  local time = redis.call('TIME')
  local ms = math.floor(time[2] / 1000)
  local now = time[1] * 1000 + ms
  until_dead, since = now + ARGV[3], '.' .. time[1] .. string.format('%03d:', ms)
  local due = tonumber(redis.call('ZRANGE', delayed, '0', '0', 'WITHSCORES')[2])
  local silent = redis.call('ZRANGE', clients, '0', '0', 'WITHSCORES')
  local over = tonumber(silent[2])
  is_rare = due and due <= now or over and over <= now
  known = redis.call('HLEN', attempts) > 0
  -- What ends is looked through before anything is changed, and so is what is taken from where nothing ends.
  if ends > 0 and redis.call('LLEN', queue) == 0 and not is_rare then
    wanted = 0
  end
  -- That is taken in one command, which looks at both keys first.
  is_one = wanted == 1 and not known and not is_rare
  if ends == 0 and not is_one then
    redis.call('LLEN', pending)
  end
  if silent[1] == client then
    over = nil
  end
  if due or over then
    next_change = math.max(math.min(due or math.huge, over or math.huge) - now, 1)
  end
end

-- What is done after the first change.
if ends > 0 then
  local _ = may('HDEL', leases, '') or ask('HDEL', leases, '')
end
if wanted > 0 then
  if not is_one then
    local _ = may('LPUSH', pending, '') or ask('LPUSH', pending, '')
  elseif ends > 0 then
    local _ = may('LMOVE', queue, pending, 'RIGHT', 'LEFT') or ask('LMOVE', queue, pending, 'RIGHT', 'LEFT')
  end
  local _ = may('HSET', leases, '', '') or ask('HSET', leases, '', '')
  local _ = may('ZADD', clients, '', client) or ask('ZADD', clients, '', client)
  if ends > 0 then
    local _ = may('LREM', pending, '', '') or ask('LREM', pending, '', '')
    local _ = is_one or may('RPOP', queue) or ask('RPOP', queue)
  end
  if known then
    redis.call('HGET', attempts, '')
    local _ = may('HSET', attempts, '', '') or ask('HSET', attempts, '', '')
    local _ = may('HDEL', attempts, '') or ask('HDEL', attempts, '')
    if most > 0 then
      redis.call('LLEN', dead)
      local _ = may('LPUSH', dead, '') or ask('LPUSH', dead, '')
    end
  end
end
-- Whether the client may hold nothing at the end, and is not known then.
local may_end = ends > 0 and (wanted == 0 or known or is_rare)
if may_end then
  local left = redis.call('HLEN', leases)
  for at = 1, ends do
    left = held[at] and left - 1 or left
  end
  may_end = left == 0
  if may_end then
    local _ = may('ZREM', clients, client) or ask('ZREM', clients, client)
  end
end
if wanted > 0 and is_rare then
  redis.call('LLEN', queue)
  redis.call('LLEN', dead)
  rare = rarely()
  next_change = rare.refresh()
  known = redis.call('HLEN', attempts) > 0
end

-- What ends goes first: what is added to a short hash is looked for among all that it holds.
local ended = {}
for at = 1, ends do
  local item, side = held[at] and held[at]:match('^%d+%.?%d*:(.*)$'), sides:byte(at)
  local was_held = item and redis.call('LREM', pending, (side == 110 or side == 78) and '1' or '-1', item) == 1
  ended[at] = was_held and '1' or '0'
end
if ends > 0 then
  redis.call('HDEL', leases, unpack(ARGV, 8))
end

local taken, delivered, unread, fresh = {}, {}, {}, {}
local first = ARGV[6]
if is_one then
  local item = redis.call('LMOVE', queue, pending, 'RIGHT', 'LEFT')
  if item then
    taken[1], fresh[1], fresh[2] = item, first, '1' .. since .. item
  end
elseif wanted > 0 and not known then
  since = '1' .. since
  taken = redis.call('RPOP', queue, in_full(wanted)) or {}
  for at, item in ipairs(taken) do
    fresh[2 * at - 1] = in_full(first + at - 1)
    fresh[2 * at] = since .. item
  end
elseif wanted > 0 then
  rare = rare or rarely()
  repeat
    local popped = redis.call('RPOP', queue, wanted - #taken) or {}
    for _, item in ipairs(popped) do
      local attempt = 1 + rare.recall(item)
      local number = in_full(first + #taken)
      local known_unread = rare.recall_unread(attempts, item, number)
      if most > 0 and attempt > most then
        redis.call('LPUSH', dead, item)
      else
        taken[#taken + 1], delivered[#delivered + 1] = item, attempt
        unread[#unread + 1] = known_unread and string.format('%.0f.%.0f.%.0f', unpack(known_unread))
        fresh[#fresh + 1] = number
        fresh[#fresh + 1] = attempt .. since .. item
      end
    end
  until #popped == 0 or #taken == wanted
end
if #taken > 0 then
  if not is_one then
    redis.call('LPUSH', pending, unpack(taken))
  end
  -- A hash of some hundred short leases is searched from the first to the last, until something was in it that is longer than 64 bytes
  -- (`hash-max-listpack-value`). Where something ends, HDEL was asked for. Measured: of 250 at a time, a third more in all.
  local is_many = ends > 0 and #taken > 128
  if is_many then
    fresh[#fresh + 1], fresh[#fresh + 2] = 'long', ('-'):rep(65)
  end
  redis.call('HSET', leases, unpack(fresh))
  if is_many then
    redis.call('HDEL', leases, 'long')
  end
  redis.call('ZADD', clients, until_dead, client)
end
if may_end and #taken == 0 then
  redis.call('ZREM', clients, client)
end
-- One text takes less than lists in a list. What is 300 years away would not be written in full.
taken[#taken + 1] = table.concat(ended) .. ' ' .. in_full(math.min(next_change, 1e13)) .. ' ' .. table.concat(delivered, ',') .. ' ' .. table.concat(unread, ',')
return taken
