
-- What a page shows of a queue, after leases.lua: it changes nothing. Times are in ms from now on.

-- The clients that hold tasks, of which what nobody of us wrote is none.
local function known_clients()
  local known, answer = {}, redis.call('ZRANGE', clients, 0, -1, 'WITHSCORES')
  for at = 1, #answer, 2 do
    local other = answer[at]
    if other:sub(17) == '$pending' or other:find('^%$.*_pending$', 17) then
      known[#known + 1] = { other, tonumber(answer[at + 1]) - now() }
    end
  end
  return known
end

-- how many to leave out, and how many at the most -> of each task that is put for later: when it is due, how often it was
-- delivered before, and the item
function commands.look_delayed(skipped, limit)
  local found, answer = {}, redis.call('ZRANGE', delayed, skipped, skipped + limit - 1, 'WITHSCORES')
  for at = 1, #answer, 2 do
    local item, attempt = read_delayed(answer[at])
    found[#found + 1] = { tonumber(answer[at + 1]) - now(), attempt, item }
  end
  return found
end

-- the same -> of each task that is held: by whom, since when, which delivery it is, and the item
function commands.look_pending(skipped, limit)
  local found, left = {}, tonumber(skipped)
  for _, known in ipairs(known_clients()) do
    local other = known[1]
    local count = redis.call('HLEN', leases_of(other))
    if left >= count then
      left = left - count
    elseif #found < tonumber(limit) then
      local numbers = redis.call('HKEYS', leases_of(other))
      table.sort(numbers, function(a, b) return (tonumber(a) or 0) < (tonumber(b) or 0) end)
      for at = left + 1, math.min(#numbers, left + limit - #found) do
        local attempt, item, since = read_lease(lease_of(other, numbers[at]))
        found[#found + 1] = { other, since and since - now() or false, attempt or 0, item or '' }
      end
      left = 0
    end
  end
  return found
end

-- the same -> of each client that holds tasks: its name, when it is taken for dead, and how many it holds
function commands.look_workers(skipped, limit)
  local found, all = {}, known_clients()
  for at = skipped + 1, math.min(#all, skipped + limit) do
    found[#found + 1] = { all[at][1], all[at][2], redis.call('HLEN', leases_of(all[at][1])) }
  end
  return found
end

return commands[ARGV[1]](unpack(ARGV, 5))
