-- for each …, value, milliseconds of its life -> for each whether the lease stood to the end, so that it was stored
local function store(value, life)
  local place, waited = standing()
  if place then
    if place == beside then
      ask('UNLINK', beside)
    end
    redis.call('SET', entry, value, 'PX', life)
    if place == beside then
      redis.call('UNLINK', beside)
    end
  end
  if waited or not place then
    tell()
  end
  return place and 1 or 0
end

return for_each(4, store)
