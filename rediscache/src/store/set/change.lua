-- 'SADD' or 'SREM', and members -> of each whether that changed anything, '1' or '0', in one text.
local answers, changing, seen = {}, {}, {}
local without = ARGV[1] == 'SADD' and 1 or 0
for at, known in ipairs(redis.call('SMISMEMBER', KEYS[1], unpack(ARGV, 2))) do
  local member = ARGV[at + 1]
  local changes = known ~= without and not seen[member]
  if changes then
    seen[member], changing[#changing + 1] = true, member
  end
  answers[at] = changes and '1' or '0'
end
if #changing > 0 then
  redis.call(ARGV[1], KEYS[1], unpack(changing))
end
return table.concat(answers)
