-- Refuses, by the name of the command, what this user may not run or the server does not know. Redis takes nothing back:
-- what a script does after its first change it asks for before that, with the real keys, and each time, since rights
-- change under open connections.
local function ask(command, ...)
  local check = redis.acl_check_cmd
  if not check then
    return
  end
  -- It raises an error for a command that was renamed away.
  local is_known, may = pcall(check, command, ...)
  if is_known and may then
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

