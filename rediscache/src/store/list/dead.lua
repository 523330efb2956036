
-- KEYS[1] is a queue, KEYS[2] the list of its dead letters. ARGV: what to do, and what the command below takes.
local queue, dead = KEYS[1], KEYS[2]

local commands = {}

-- -> how many items wait, and how many are dead letters
function commands.stats()
  local waiting = redis.call('LLEN', queue)
  return { waiting, redis.call('LLEN', dead) }
end

-- item -> whether it was there, the oldest of equal ones; then it is at the back of the queue
function commands.requeue_one(item)
  redis.call('LLEN', queue)
  -- Redis takes nothing back.
  ask('LPUSH', queue, item)
  if redis.call('LREM', dead, -1, item) == 0 then
    return 0
  end
  redis.call('LPUSH', queue, item)
  return 1
end

-- -> how many went to the back of the queue, oldest first
function commands.requeue_all()
  redis.call('LLEN', queue)
  local count = redis.call('LLEN', dead)
  for _ = 1, count do
    redis.call('LMOVE', dead, queue, 'RIGHT', 'LEFT')
  end
  return count
end

-- item -> whether it was there, the oldest of equal ones; then it is gone
function commands.delete_one(item)
  return redis.call('LREM', dead, -1, item)
end

-- -> how many there were; then they are gone
function commands.delete_all()
  local count = redis.call('LLEN', dead)
  redis.call('UNLINK', dead)
  return count
end

return commands[ARGV[1]](unpack(ARGV, 2))
