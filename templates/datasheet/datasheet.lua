-- What the datasheet's classes mean in Typst. Both engines run this filter; in HTML the classes
-- stay, and style.css says what they look like.

if not FORMAT:match("typst") then
  return {}
end

local blocks = { cover = true, verdict = true, facts = true, small = true, tall = true, metric = true, plain = true }
local inlines = { word = "word", below = "below", line = "line-of-its-own", digest = "digest" }
local kinds = { passed = true, accepted = true, blocked = true, rejected = true }

local function wrapped(list, open, raw)
  list:insert(1, raw("typst", open))
  list:insert(raw("typst", raw == pandoc.RawInline and "];" or "]"))
  return list
end

local function Div(div)
  local class = div.classes[1]
  if class == "banner" then
    return {} -- the page header says it on every page
  elseif class == "verdict" then
    local kind = div.classes[2]
    if not kinds[kind] then error("unknown verdict: " .. tostring(kind)) end
    return wrapped(div.content, '#verdict("' .. kind .. '")[', pandoc.RawBlock)
  elseif blocks[class] then
    return wrapped(div.content, "#" .. class .. "[", pandoc.RawBlock)
  end
end

local function Span(span)
  local class = span.classes[1] or ""
  local state = class:match("^state%-([a-z-]+)$")
  if state then
    return wrapped(span.content, '#finding-state("' .. state .. '")[', pandoc.RawInline)
  elseif inlines[class] then
    return wrapped(span.content, "#" .. inlines[class] .. "[", pandoc.RawInline)
  end
end

return { { Div = Div, Span = Span } }
