
-- Fails before anything is changed where a key holds another type.
local function check_later()
  check()
  redis.call('ZRANGE', delayed, 0, 0)
end

-- Puts an item in after some ms, with what is known of it.
local function put_off(item, number, known, ms)
  -- The time is cut to whole ms: one more, so that no task is early.
  local member = client:sub(1, 16) .. '-' .. number .. known .. ':' .. item
  redis.call('ZADD', delayed, now() + ms + 1, member)
  return member
end

-- Tells those who wait when to look, if one of these is due first. Where an ACL forbids it, they look every few seconds.
local function announce(members)
  if next(members) and members[redis.call('ZRANGE', delayed, 0, 0)[1] or ''] then
    redis.pcall('PUBLISH', delayed, '')
  end
end

-- Ends the lease on each of the tasks, of which so many words are given, the number first: `place` is told item, attempt and
-- where its words begin, and returns whether it is a dead letter, and what it is in `$delayed`, if it is there. What only
-- `place` does is asked for before.
-- -> of each 0: was not held, 1: comes again, 2: is a dead letter
local function place_each(given, words, place)
  check_later()
  local numbers, answer, members = {}, {}, {}
  for at = 1, #given, words do
    numbers[#numbers + 1] = given[at]
  end
  local ending, left = ask_to_end(numbers)
  now()
  local _ = may('LREM', pending, '', '') or ask('LREM', pending, '', '')
  local _ = may('ZADD', delayed, '', '') or ask('ZADD', delayed, '', '')
  for at = 1, #given, words do
    local attempt, item = release(client, given[at], ending[#answer + 1])
    if not item then
      answer[#answer + 1] = 0
    else
      local is_dead, member = place(item, attempt, at)
      answer[#answer + 1] = is_dead and 2 or 1
      if member then
        members[member] = true
      end
    end
  end
  announce(members)
  beat(left > 0)
  return answer
end

-- number and ms of tasks that failed -> of each 0: was not held, 1: comes again after that time, 2: is a dead letter
function commands.retry_after(...)
  local given, is_now = { ... }, false
  for at = 2, #given, 2 do
    is_now = is_now or given[at] == '0'
  end
  if is_now then
    ask_to_retry('LPUSH')
  elseif most > 0 then
    ask('LPUSH', dead, '')
  end
  return place_each(given, 2, function(item, attempt, at)
    local ms = tonumber(given[at + 1])
    if most > 0 and attempt >= most then
      redis.call('LPUSH', dead, item)
      return true
    elseif ms > 0 then
      return false, put_off(item, given[at], string.format('.%.0f', attempt), ms)
    end
    retry(item, attempt, 'LPUSH')
    return false
  end)
end

-- the ms for which others may try; then number, ms, failures with this one, and the time of the first (0: now) of tasks that
-- could not be read -> of each 0: was not held, 1: comes again after that time, 2: is a dead letter
function commands.unreadable(patience, ...)
  local given = { ... }
  ask('LPUSH', dead, '')
  return place_each(given, 4, function(item, attempt, at)
    local ms, failures, since = tonumber(given[at + 1]), given[at + 2], tonumber(given[at + 3])
    since = since > 0 and since or now()
    local left = since + patience - now()
    if left <= 0 then
      redis.call('LPUSH', dead, item)
      return true
    end
    -- This delivery does not count.
    local known = string.format('.%.0f.%s.%.0f', attempt - 1, failures, since)
    return false, put_off(item, given[at], known, math.min(ms, left))
  end)
end

-- numbers of tasks -> their leases end, and they stay pending
function commands.keep(...)
  redis.call('LLEN', pending)
  local _, left = ask_to_end({ ... })
  redis.call('HDEL', leases, ...)
  beat(left > 0)
end

-- How many items of the pending list have no lease, by item, and the items: of the oldest ones, and not where too much is leased to look.
local function unleased()
  local counts, leased = {}, 0
  local items = redis.call('LRANGE', pending, -1000, -1)
  for _, item in ipairs(items) do
    counts[item] = (counts[item] or 0) + 1
  end
  for _, holder in ipairs(namesakes()) do
    local numbers = redis.call('HKEYS', leases_of(holder))
    leased = leased + #numbers
    if leased > 20000 then
      return nil
    end
    for first = 1, #numbers, 1000 do
      local last = math.min(first + 999, #numbers)
      for _, lease in ipairs(redis.call('HMGET', leases_of(holder), unpack(numbers, first, last))) do
        local _, item = read_lease(lease)
        if item and counts[item] then
          counts[item] = counts[item] - 1
        end
      end
    end
  end
  return counts, items
end

-- the ms after which what has no lease returns, the key of when it was first seen so -> how many returned to the front
function commands.recover_unleased(limit, seen)
  check()
  local counts, items = unleased()
  local returned, times, last, due = 0, {}, {}, {}
  if not counts then
    return 0
  end
  ask('LREM', pending, 1, '')
  ask('RPUSH', queue, '')
  ask('HSET', seen, '', '')
  ask('HDEL', seen, '')
  ask('PEXPIRE', seen, WEEK)
  -- `{ms}x{items},` of each, the oldest first.
  for _, id in ipairs(redis.call('HKEYS', seen)) do
    last[id] = true
  end
  for item, count in pairs(counts) do
    if count > 0 then
      local id = redis.sha1hex(item)
      local kept, left = '', count
      last[id] = nil
      for first, items in (redis.call('HGET', seen, id) or ''):gmatch('(%d+)x(%d+),') do
        local some = math.min(left, tonumber(items))
        left = left - some
        if tonumber(first) + limit <= now() then
          due[item] = (due[item] or 0) + some
        elseif some > 0 then
          kept = kept .. string.format('%sx%.0f,', first, some)
        end
      end
      if left > 0 then
        kept = kept .. string.format('%.0fx%.0f,', now(), left)
      end
      times[#times + 1] = { id, kept }
    end
  end
  -- The oldest goes back last, to come out first.
  for _, item in ipairs(items) do
    if (due[item] or 0) > 0 and redis.call('LREM', pending, -1, item) == 1 then
      due[item] = due[item] - 1
      redis.call('RPUSH', queue, item)
      returned = returned + 1
    end
  end
  for _, time in ipairs(times) do
    if time[2] == '' then
      redis.call('HDEL', seen, time[1])
    else
      redis.call('HSET', seen, time[1], time[2])
    end
  end
  for id in pairs(last) do
    redis.call('HDEL', seen, id)
  end
  redis.call('PEXPIRE', seen, math.max(limit * 2, WEEK))
  return returned
end

return commands[ARGV[1]](unpack(ARGV, 5))
