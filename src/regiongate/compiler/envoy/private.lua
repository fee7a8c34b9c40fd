-- What a provider in region gets of a request that is handed over to it.
--
-- Of the headers those in KEPT, and those that begin as one of BEGINNINGS: what an SDK needs to be
-- understood. Whatever else a client, its proxies or the router itself write stays here, for nobody
-- can list all the names under which an address, a credential or a name travels.
--
-- Out of the query goes what stands under a name in SECRETS, in lower case and without
-- percent-encoding, as an API reads it; everything else of the path stays as it is, to the byte.
-- (Envoy's own mutation of the query decodes all of it and sends it on like that: a request with
-- "%20" would be malformed, and one with "%0d%0a" would bring lines of its own.)

local SECRETS = {@SECRETS@}
local KEPT = {@KEPT@}
local BEGINNINGS = {@BEGINNINGS@}

local function stays_here(name)
  if name:sub(1, 1) == ":" or KEPT[name] then return false end
  for _, beginning in ipairs(BEGINNINGS) do
    if name:sub(1, #beginning) == beginning then return false end
  end
  return true
end

local function plain(name)
  local decoded = name:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  return decoded:lower()
end

function envoy_on_request(handle)
  local headers, private = handle:headers(), {}
  for name in pairs(headers) do
    if stays_here(name) then private[#private + 1] = name end
  end
  for _, name in ipairs(private) do headers:remove(name) end
  local path = headers:get(":path")
  local start = path:find("?", 1, true)
  if start == nil then return end
  local kept, dropped = {}, false
  for part in (path:sub(start + 1) .. "&"):gmatch("([^&]*)&") do
    if SECRETS[plain(part:match("^[^=]*"))] then
      dropped = true
    else
      kept[#kept + 1] = part
    end
  end
  if not dropped then return end
  local query = table.concat(kept, "&")
  headers:replace(":path", path:sub(1, start - 1) .. (#kept > 0 and "?" .. query or ""))
end
