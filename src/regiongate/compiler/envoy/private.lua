-- What a provider in region must not learn, where removing headers from a route does not reach.
--
-- Takes out of the query whatever stands under a name in SECRETS, in lower case and without
-- percent-encoding, as an API reads it; everything else of the path stays as it is, to the byte.
-- (Envoy's own mutation of the query decodes all of it and sends it on like that: a request with
-- "%20" would be malformed, and one with "%0d%0a" would bring lines of its own.) The router adds
-- the host that the client asked for after the route has removed headers; it goes here.

local SECRETS = {@SECRETS@}

local function plain(name)
  local decoded = name:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  return decoded:lower()
end

function envoy_on_request(handle)
  local headers = handle:headers()
  headers:remove("x-envoy-original-host")
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
