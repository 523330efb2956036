-- Refuses, by the name of the command, what this user may not run or the server does not know. Redis takes nothing back:
-- what a script does after its first change it asks for before that, with the real keys, and each time, since rights
-- change under open connections.
--
-- Where it shows how long that takes, `local _ = may(…) or ask(…)` asks in half the time. Text takes less than numbers.
local may = redis.acl_check_cmd or function() return true end
local function ask(command, ...)
  -- It raises an error for a command that was renamed away.
  local is_known, is_allowed = pcall(may, command, ...)
  if is_known and is_allowed then
    return
  end
  local name, refusal = string.lower(command), redis.pcall(command, ...)
  if not is_known then
    error({ err = string.format("ERR unknown command '%s'", name) })
  elseif type(refusal) == 'table' and refusal.err and refusal.err:find(' key', 1, true) then
    error({ err = 'NOPERM this user may not access a key' })
  end
  error({ err = string.format("NOPERM this user may not run the '%s' command", name) })
end

