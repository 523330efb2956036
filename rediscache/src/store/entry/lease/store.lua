-- …, value, milliseconds of its life -> whether the lease stood to the end, so that it was stored
local place, waited = standing()
if place then
  if place == beside then
    ask('UNLINK', beside)
  end
  redis.call('SET', entry, ARGV[3], 'PX', ARGV[4])
  if place == beside then
    redis.call('UNLINK', beside)
  end
end
if waited or not place then
  tell()
end
return place and 1 or 0
