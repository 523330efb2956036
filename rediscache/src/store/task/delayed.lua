-- How the items in `$delayed` and what is known of unreadable ones are written. A member of `$delayed` is what makes it unique,
-- `.{attempt}` where it was delivered before, `.{failures}.{ms of the first}` where it could not be read, `:` and the item.

-- The item, how often it was delivered before, how often it could not be read, and since when
local function read_delayed(member)
  local head, item = member:match('^([^:]*):(.*)$')
  if not head then
    -- Another program put that in.
    return member, 0
  end
  local attempt, failures, since = head:match('^[^.]+%.(%d+)%.(%d+)%.(%d+)$')
  attempt = attempt or head:match('^[^.]+%.(%d+)$')
  -- As large as it can be handed over.
  return item, math.min(tonumber(attempt) or 0, 4294967294), tonumber(failures), tonumber(since)
end

-- Remembers of an item in the queue that some program could not read it: `{failures}.{since}.{items}`. Equal items share the
-- longest time.
local function remember_unread(attempts, item, failures, since)
  local id, items = 'unread:' .. redis.sha1hex(item), 1
  local known, first, equal = (redis.call('HGET', attempts, id) or ''):match('^(%d+)%.(%d+)%.(%d+)$')
  if known then
    failures, since, items = math.max(failures, known), math.min(since, first), equal + 1
  end
  redis.call('HSET', attempts, id, string.format('%.0f.%.0f.%.0f', failures, since, items))
  redis.call('PEXPIRE', attempts, 7 * 24 * 3600 * 1000)
end

-- What is remembered of an item that leaves the queue, behind its number.
local function recall_unread(attempts, item, number)
  local id = 'unread:' .. redis.sha1hex(item)
  local failures, since, items = (redis.call('HGET', attempts, id) or ''):match('^(%d+)%.(%d+)%.(%d+)$')
  if not failures then
    return nil
  elseif tonumber(items) > 1 then
    redis.call('HSET', attempts, id, string.format('%s.%s.%.0f', failures, since, items - 1))
  else
    redis.call('HDEL', attempts, id)
  end
  return { tonumber(number), math.min(tonumber(failures), 4294967294), tonumber(since) }
end

