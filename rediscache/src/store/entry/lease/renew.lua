-- …, milliseconds of the lease -> whether it stands
local place = standing()
if not place then
  -- Ended by a write, which told nobody.
  tell()
  return 0
end
return redis.call('PEXPIRE', place, ARGV[3])
