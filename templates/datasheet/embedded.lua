-- What Quarto does by itself, for plain pandoc: callouts, numbered references, alternative texts.
-- Whatever is not listed here is refused by lint.py before this filter runs.

local typst = FORMAT:match("typst") ~= nil
local names = { fig = "Figure", tbl = "Table", sec = "Section" }
local callouts = { note = "Note", tip = "Tip", important = "Important", warning = "Warning", caution = "Caution" }
local counters = { fig = 0, tbl = 0, sec = {} }
local labels = {}

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%c", " ") .. '"'
end

local function Callout(div)
  if div.classes[1] == "banner" then return {} end -- page.html puts it before everything else
  local kind = (div.classes[1] or ""):match("^callout%-(%a+)$")
  if not kind then return nil end
  local title = pandoc.Inlines { pandoc.Str(callouts[kind]) }
  if div.content[1] and div.content[1].t == "Header" then
    title = div.content[1].content
    div.content:remove(1)
  end
  if typst then
    local out = pandoc.Blocks { pandoc.RawBlock("typst", '#callout("' .. kind .. '", ['), pandoc.Plain(title) }
    out:insert(pandoc.RawBlock("typst", "], ["))
    out:extend(div.content)
    out:insert(pandoc.RawBlock("typst", "])"))
    return out
  end
  local head = pandoc.Div(pandoc.Plain(title), { class = "callout-title" })
  local body = pandoc.Div(div.content, { class = "callout-body" })
  return pandoc.Div({ head, body }, pandoc.Attr("", { "callout", "callout-" .. kind }, { role = "note" }))
end

local function Image(image)
  local alt = image.attributes["fig-alt"]
  image.attributes["fig-alt"] = nil
  if not typst then
    image.attributes.alt = alt
    return image
  end
  local width = image.attributes.width and (", width: " .. image.attributes.width) or ""
  return pandoc.RawInline("typst", "#image(" .. quoted(image.src) .. ", alt: " .. quoted(alt) .. width .. ")")
end

local function numbered(block, kind)
  if not block.identifier:match("^" .. kind .. "%-") then return nil end
  counters[kind] = counters[kind] + 1
  labels[block.identifier] = { kind = kind, number = tostring(counters[kind]) }
  local text = names[kind] .. "\u{a0}" .. counters[kind] .. ":"
  local first = block.caption.long[1]
  if first then
    first.content = pandoc.Inlines { pandoc.Strong { pandoc.Str(text) }, pandoc.Space() } .. first.content
  end
  return block
end

local function Header(header)
  if header.classes:includes("unnumbered") then return nil end
  for level = header.level + 1, 6 do counters.sec[level] = 0 end
  counters.sec[header.level] = (counters.sec[header.level] or 0) + 1
  local parts = {}
  for level = 1, header.level do parts[level] = tostring(counters.sec[level] or 0) end
  labels[header.identifier] = { kind = "sec", number = table.concat(parts, ".") }
end

local function Cite(cite)
  local id = cite.citations[1].id
  local label = labels[id]
  if not label then error("unresolved reference @" .. id) end
  return pandoc.Link(names[label.kind] .. "\u{a0}" .. label.number, "#" .. id)
end

-- Typst reads a string as text and nothing else, whatever signs it holds.
local function Str(str)
  return pandoc.RawInline("typst", "#" .. quoted(str.text) .. ";")
end

local function Table(block)
  return pandoc.Div({ block }, { class = "scroll" })
end

return {
  { Div = Callout, Image = Image },
  {
    traverse = "topdown",
    Header = Header,
    Figure = function(figure) return numbered(figure, "fig") end,
    Table = function(block) return numbered(block, "tbl") end,
  },
  { Cite = Cite },
  typst and { Str = Str } or { Table = Table },
}
