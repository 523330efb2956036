-- Makes what adds any numbers, digit by digit. Defining it takes longer than most additions, which do without.
local function adder(integer_tag, float_tag, kind, min, max)
  -- Takes off white space around and single underscores between digits, as Python does.
  local function plain(text)
    local first, behind = text:find('%S'), text:reverse():find('%S')
    text = first and text:sub(first, #text - behind + 1) or ''
    if text:find('_', 1, true) then
      if text:find('^_') or text:find('_$') or text:find('%D_') or text:find('_%D') then
        return nil
      end
      text = text:gsub('_', '')
    end
    return text
  end

  local function after(tag, text)
    if text:sub(1, #tag) == tag then
      return plain(text:sub(#tag + 1))
    end
  end

  -- A double, and 'inf' spelled in any way; nil for what is no number.
  local function read_float(text)
    text = after(float_tag, text) or after(integer_tag, text)
    if not text then
      return nil
    end
    local sign, name = text:lower():match('^([+-]?)(inf[inty]*)$')
    if name == 'inf' or name == 'infinity' then
      return sign == '-' and -math.huge or math.huge
    end
    -- No pattern that could try every way to split a long text.
    return text:find('^[%d.eE+-]+$') and tonumber(text)
  end

  -- An integer is a sign and digits without leading zeros: a Lua number has 53 bits.
  local function split(text)
    local sign, digits = text:match('^([+-]?)0*(%d*)$')
    return digits ~= '' and sign == '-', digits
  end

  local function less(a, b)
    return #a < #b or (#a == #b and a < b)
  end

  -- a + b or a - b of digits, where a is not less than b, in steps that a Lua number holds exactly.
  local function combine(a, b, sign)
    local width, result, carry = 14, {}, 0
    for last = #a, 1, -width do
      local behind = #a - last
      local x = tonumber(a:sub(math.max(1, last - width + 1), last))
      local end_b = #b - behind
      local y = end_b >= 1 and tonumber(b:sub(math.max(1, end_b - width + 1), end_b)) or 0
      local sum = x + sign * y + carry
      carry = 0
      if sum < 0 then
        sum, carry = sum + 1e14, -1
      elseif sum >= 1e14 and last - width >= 1 then
        sum, carry = sum - 1e14, 1
      end
      table.insert(result, 1, string.format(last - width >= 1 and '%014.0f' or '%.0f', sum))
    end
    return (table.concat(result):gsub('^0+', ''))
  end

  local function add(x, y)
    if #x < 16 and #y < 16 then
      return string.format('%.0f', tonumber(x) + tonumber(y))
    end
    local x_negative, a = split(x)
    local y_negative, b = split(y)
    if less(a, b) then
      x_negative, a, y_negative, b = y_negative, b, x_negative, a
    end
    local digits = combine(a, b, x_negative == y_negative and 1 or -1)
    if digits == '' then
      return '0'
    end
    return (x_negative and '-' or '') .. digits
  end

  -- Whether x < y.
  local function below(x, y)
    local x_negative, a = split(x)
    local y_negative, b = split(y)
    if x_negative ~= y_negative then
      return x_negative
    end
    if x_negative then
      a, b = b, a
    end
    return less(a, b)
  end

  -- A double as Python's repr writes it.
  local function repr(x)
    local text
    for precision = 0, 16 do
      text = string.format('%.' .. precision .. 'e', x)
      if tonumber(text) == x then
        break
      end
      -- Below a power of two the floats lie closer, so that the next digit up may be as good.
      local before, last, behind = text:match('^(.*)(%d)(e.*)$')
      local next_up = before .. (last + 1) .. behind
      if last ~= '9' and tonumber(next_up) == x then
        text = next_up
        break
      end
    end
    local sign, lead, rest, exponent = text:match('^(-?)(%d)%.?(%d*)e([+-]%d+)$')
    exponent = tonumber(exponent)
    if exponent < -4 or exponent > 15 then
      return text
    end
    local digits = lead .. rest
    if exponent < 0 then
      return sign .. '0.' .. string.rep('0', -exponent - 1) .. digits
    end
    digits = digits .. string.rep('0', exponent + 2 - #digits)
    return sign .. digits:sub(1, exponent + 1) .. '.' .. digits:sub(exponent + 2)
  end

  -- The sum in its stored form, or nil and why there is none.
  local function add_integer(stored, amount)
    local start = '0'
    if stored then
      start = after(integer_tag, stored)
      if not start or not start:find('^[+-]?%d+$') then
        return nil, read_float(stored) and '!NOTANINTEGER' or '!NOTANUMBER'
      end
      local _, digits = split(start)
      if less('340282366920938463463374607431768211455', digits) then
        return nil, '!OVERFLOW'
      end
    end
    local sum = add(start, amount)
    if below(sum, min) or below(max, sum) then
      return nil, '!OVERFLOW'
    end
    return integer_tag .. sum
  end

  local function add_float(stored, amount)
    local start = 0
    if stored then
      start = read_float(stored)
      if not start then
        return nil, '!NOTANUMBER'
      end
    end
    local sum, most = start + tonumber(amount), tonumber(max)
    if not (sum <= most and sum >= -most) then
      return nil, '!OVERFLOW'
    end
    return float_tag .. repr(sum)
  end

  return kind == 'integer' and add_integer or add_float
end
