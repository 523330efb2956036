
-- What is done with tasks again and again, after leases.lua: a script of its own, since one begins by making all of its
-- functions, which takes longer than most of them do.

-- what becomes of them, a side for each, numbers -> how many of the tasks were still held
function commands.settle(outcome, sides, ...)
  check()
  local numbers, settled = { ... }, 0
  local ending, left, most_often = ask_to_end(numbers)
  -- Where no attempt was ever counted there is nothing to remember.
  local is_counted = most_often > 1 or redis.call('HLEN', attempts) > 0
  local _ = may('LREM', pending, '', '') or ask('LREM', pending, '', '')
  if outcome == 'rescheduled' then
    ask_to_retry('LPUSH')
  elseif outcome == 'untouched' then
    local _ = may('RPUSH', queue, '') or ask('RPUSH', queue, '')
    if is_counted then
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
        if is_counted then
          remember(item, attempt - 1, 'RPUSH')
        end
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
  local numbers = redis.call('HKEYS', leases)
  local next_change = refresh()
  return { next_change, numbers }
end

return commands[ARGV[1]](unpack(ARGV, 5))
