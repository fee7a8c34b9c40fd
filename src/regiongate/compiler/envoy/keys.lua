local TABLE = "@TABLE@"
local HEADERS = {@HEADERS@}
-- Who is calling, from the API key alone, natively in Envoy.
--
-- Takes the keys from the request headers in HEADERS, in their order; by default these:
--     authorization: Bearer KEY      x-api-key: KEY      api-key: KEY      x-goog-api-key: KEY
-- and sets
--     x-regiongate-key                 the first 16 hex digits of SHA-256 of the first key
--     x-regiongate-organization        whose key it is, when the table (keytable.py) knows it
--     x-regiongate-standing            how it stands, when the table says: `exempt`, for example
--     x-regiongate-organization-table  "unreadable", when there is no table to ask
-- A request without a key gets none of them. Of several different keys the first that the table
-- knows names the organization, so that a worthless key beside the real one hides nothing. The
-- short form is "invalid" where the first key has more than 4096 bytes, or its header came several
-- times with different values or more than eight times. Of more than eight, only the first eight and
-- the last are looked at: an API that wants one takes the first or the last, and a client must not
-- make a worker hash thousands. What a client sent under these four names has been removed long
-- before, with all that is under our prefix (strip.py). The key itself is neither stored nor logged,
-- and the buffer it is hashed in is wiped.
--
-- With LuaJIT's compiler off, the filter costs ten times as much: keep what it repeats simple.
--
-- The script runs when the filter is loaded, in the main thread and in each worker. A table that
-- cannot be read raises an error there, which makes Envoy refuse the whole configuration. Envoy
-- ignores the error if only a worker meets it (the file vanished in between); that worker then
-- says "unreadable" on each request. Only for this reason the table is loaded in the last line,
-- after envoy_on_request is defined.

local bit, ffi = require("bit"), require("ffi")
local band, bswap, bxor, rshift, tobit = bit.band, bit.bswap, bit.bxor, bit.rshift, bit.tobit
local byte, find, lower = string.byte, string.find, string.lower
local match, rep, sub = string.match, string.rep, string.sub

local KEY = "x-regiongate-key"
local ORGANIZATION = "x-regiongate-organization"
local STANDING = "x-regiongate-standing"
local TABLE_STATE = "x-regiongate-organization-table"
local NONE = 2 ^ 32 - 1 -- the number of no organization, and of the standing that everybody has
local MAX_KEY_BYTES = 4096
local MAX_VALUES = 8

-- SHA-256 (FIPS 180-4) ---------------------------------------------------------------------
-- One block is straight-line code over local variables, written out here by a loop: LuaJIT
-- turns it into a single trace without branches.

local ROUND = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

local state = ffi.new("int32_t[8]")
local start = ffi.new("const uint32_t[8]",
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19)

local function write_compress()
    local out = {}
    local function line(...) out[#out + 1] = string.format(...) end
    line("local bit, s = ...")
    line("local band, bxor, ror, shr = bit.band, bit.bxor, bit.ror, bit.rshift")
    line("local bswap, tobit = bit.bswap, bit.tobit")
    line("return function(p)")
    for i = 0, 15 do line("local w%d = bswap(p[%d])", i, i) end
    line("local a, b, c, d, e, f, g, h = s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]")
    line("local t")
    local v = { "a", "b", "c", "d", "e", "f", "g", "h" }
    for i = 0, 63 do
        local w = i % 16
        if i > 15 then
            local x, y = (i + 1) % 16, (i + 14) % 16
            line("w%d = tobit(w%d + w%d + bxor(ror(w%d, 7), ror(w%d, 18), shr(w%d, 3))"
                .. " + bxor(ror(w%d, 17), ror(w%d, 19), shr(w%d, 10)))",
                w, w, (i + 9) % 16, x, x, x, y, y, y)
        end
        local a, b, c, d, e, f, g, h = unpack(v)
        line("t = tobit(%s + bxor(ror(%s, 6), ror(%s, 11), ror(%s, 25))"
            .. " + bxor(%s, band(%s, bxor(%s, %s))) + w%d + (%d))",
            h, e, e, e, g, e, f, g, w, tobit(ROUND[i + 1]))
        line("%s = tobit(%s + t)", d, d)
        line("%s = tobit(t + bxor(ror(%s, 2), ror(%s, 13), ror(%s, 22))"
            .. " + bxor(band(%s, %s), band(%s, bxor(%s, %s))))",
            h, a, a, a, a, b, c, a, b)
        v = { h, a, b, c, d, e, f, g }
    end
    for i, name in ipairs(v) do line("s[%d] = tobit(s[%d] + %s)", i - 1, i - 1, name) end
    line("end")
    return table.concat(out, "\n")
end
local compress = assert(loadstring(write_compress(), "=sha256"))(bit, state)

-- Unions, not casts: a pointer made by a cast does not keep alive what it points to.
local function memory(bytes)
    return ffi.typeof("union { int32_t words[$]; uint8_t bytes[$]; }", bytes / 4, bytes)()
end
local digest, padded = memory(32), memory(MAX_KEY_BYTES + 72)

local function hash(bytes, length) -- leaves the result in `digest`
    local count = rshift(length + 72, 6)
    local size = count * 64
    ffi.copy(padded, bytes, length)
    ffi.fill(padded.bytes + length, size - length)
    padded.bytes[length] = 0x80
    padded.bytes[size - 2] = rshift(length, 5) -- 4096 bytes are 2^15 bits: two bytes hold them
    padded.bytes[size - 1] = band(length * 8, 255)
    ffi.copy(state, start, 32)
    for i = 0, count - 1 do compress(padded.words + i * 16) end
    ffi.fill(padded, size)
    for i = 0, 7 do digest.words[i] = bswap(state[i]) end
end

-- LuaJIT compiles what it sees repeated. Seen first with a key of one block, it would give up on
-- the loop above and interpret it forever after.
hash(rep("x", MAX_KEY_BYTES), MAX_KEY_BYTES)
hash(rep("x", MAX_KEY_BYTES), MAX_KEY_BYTES)

local hex = ffi.new("char[16]")
local DIGITS = ffi.new("const char[17]", "0123456789abcdef")

local function short_form()
    for i = 0, 7 do
        hex[2 * i] = DIGITS[rshift(digest.bytes[i], 4)]
        hex[2 * i + 1] = DIGITS[band(digest.bytes[i], 15)]
    end
    return ffi.string(hex, 16)
end

-- The organization table, as keytable.py describes it ---------------------------------------

ffi.cdef([[
    void *malloc(size_t);
    void free(void *);
    int memcmp(const void *, const void *, size_t);
    size_t fread(void *, size_t, size_t, void *);
]])
local memcmp = ffi.C.memcmp

local organizations -- what load_table() returns, or nil

local function text(texts, number)
    if number == NONE then return nil end
    local from = texts.offsets[number]
    return ffi.string(texts.bytes + from, texts.offsets[number + 1] - from)
end

local function owner() -- of the key whose digest is in `digest`: known, organization, standing
    local digests, low, high = organizations.digests, 0, organizations.keys - 1
    while low <= high do
        local middle = rshift(low + high, 1)
        local order = memcmp(digest.bytes, digests + middle * 32, 32)
        if order == 0 then
            return true, text(organizations.names, organizations.numbers[middle]),
                text(organizations.standings, organizations.marks[middle])
        end
        if order < 0 then high = middle - 1 else low = middle + 1 end
    end
    return false
end

local function crc32(bytes, size) -- of whole words, four bytes a step
    local steps = ffi.new("int32_t[4][256]")
    for i = 0, 255 do
        local c = i
        for _ = 1, 8 do c = bxor(rshift(c, 1), band(-band(c, 1), tobit(0xedb88320))) end
        steps[0][i] = c
    end
    for i = 0, 255 do
        for s = 1, 3 do
            local c = steps[s - 1][i]
            steps[s][i] = bxor(rshift(c, 8), steps[0][band(c, 255)])
        end
    end
    local s0, s1, s2, s3 = steps[0], steps[1], steps[2], steps[3]
    local words, c = ffi.cast("const int32_t *", bytes), -1
    for i = 0, size / 4 - 1 do
        c = bxor(c, words[i])
        c = bxor(s3[band(c, 255)], s2[band(rshift(c, 8), 255)],
            s1[band(rshift(c, 16), 255)], s0[rshift(c, 24)])
    end
    return bit.bnot(c)
end

local function load_table(path)
    local function check(good, problem)
        if not good then
            error("regiongate: organization table " .. path .. ": " .. problem
                .. ": build the bundle again", 0)
        end
    end
    local file, problem = io.open(path, "rb")
    check(file, problem and sub(problem, #path + 3)) -- without the path that io.open repeats
    local size = file:seek("end")
    check(size and size >= 32 and size < 2 ^ 31 and file:seek("set"), "not an organization table")
    -- Outside Lua's heap, which the collector would otherwise let grow to twice its size.
    local space = ffi.C.malloc(size)
    check(space ~= nil, "no memory for it")
    local bytes = ffi.gc(ffi.cast("uint8_t *", space), ffi.C.free)
    local got = ffi.C.fread(bytes, 1, size, file)
    file:close()
    check(got == size, "cannot be read")
    check(ffi.string(bytes, 8) == "RGKEYS2\n", "not an organization table")
    local header = ffi.cast("const uint32_t *", bytes)
    local keys, count, names_size = header[2], header[3], header[4]
    local others, standings_size = header[5], header[6]
    local numbers_at = 32 + 32 * keys
    local marks_at = numbers_at + 4 * keys
    local offsets_at = marks_at + 4 * keys
    local others_at = offsets_at + 4 * (count + 1)
    local names_at = others_at + 4 * (others + 1)
    local standings_at = names_at + names_size
    local padded_size = math.ceil((names_size + standings_size) / 4) * 4
    check(size == names_at + padded_size, "cut short")
    check(crc32(bytes + 32, size - 32) == tobit(header[7]), "damaged")
    local function words(at) return ffi.cast("const uint32_t *", bytes + at) end
    local found = {
        bytes = bytes, -- keeps alive what the pointers below point into
        keys = keys,
        digests = bytes + 32,
        numbers = words(numbers_at),
        marks = words(marks_at),
        names = { offsets = words(offsets_at), bytes = bytes + names_at },
        standings = { offsets = words(others_at), bytes = bytes + standings_at },
    }
    local function in_order(texts, number, length)
        local good = texts.offsets[0] == 0 and texts.offsets[number] == length
        for i = 0, number - 1 do good = good and texts.offsets[i] < texts.offsets[i + 1] end
        return good
    end
    local ordered = in_order(found.names, count, names_size)
        and in_order(found.standings, others, standings_size)
    for i = 0, keys - 1 do
        local number, mark = found.numbers[i], found.marks[i]
        ordered = ordered and (number < count or number == NONE) and (mark < others or mark == NONE)
    end
    for i = 1, keys - 1 do
        ordered = ordered and memcmp(found.digests + 32 * i - 32, found.digests + 32 * i, 32) < 0
    end
    check(ordered, "inconsistent")
    return found
end

-- The request --------------------------------------------------------------------------------
-- Both readers return the text that holds the key, where it begins (from 0) and where it ends;
-- nil when there is none, and false when it is not clear which of several.

local function trim(value, from, to)
    while from < to and byte(value, to) <= 32 do to = to - 1 end
    while from < to and byte(value, from + 1) <= 32 do from = from + 1 end
    if from == to then return nil end
    return value, from, to
end

local function bearer(headers)
    local value = headers:get("authorization")
    if not value then return nil end
    -- Envoy joins repeated authorization headers with commas; a bearer token has none itself.
    if find(value, ",", 1, true) then
        local first = match(value, "^[^,]*") .. ","
        local times = (#value + 1) / #first
        if times > MAX_VALUES or value .. "," ~= rep(first, times) then
            if find(lower(value), "bearer[ \t]") then return false end
            return nil -- another scheme, whose parameters commas separate
        end
        value = sub(first, 1, -2)
    end
    if sub(value, 1, 7) ~= "Bearer " and not find(value, "^[Bb][Ee][Aa][Rr][Ee][Rr][ \t]") then
        return nil
    end
    return trim(value, 7, #value)
end

local function plain(headers, name)
    local value = headers:get(name)
    if not value then return nil end
    if find(value, ",", 1, true) then -- the key's own comma, or several values joined
        local count = headers:getNumValues(name)
        if count > MAX_VALUES then return false end
        value = headers:getAtIndex(name, 0)
        for i = 1, count - 1 do
            if headers:getAtIndex(name, i) ~= value then return false end
        end
    end
    return trim(value, 0, #value)
end

local READERS = {}
for i, name in ipairs(HEADERS) do
    READERS[i] = name == "authorization" and bearer or function(headers)
        return plain(headers, name)
    end
end

-- The first values of a header that was sent several times, and its last. Each pattern here walks
-- the text once, whatever a client put there.
local function values_of_bearer(headers)
    local joined, values = headers:get("authorization"), {}
    for text in string.gmatch(joined, "[^,]+") do
        if #values == MAX_VALUES then
            values[MAX_VALUES + 1] = match(joined, "^.*,([^,]+)")
            break
        end
        values[#values + 1] = text
    end
    for i, text in ipairs(values) do
        values[i] = string.gsub(text, "^%s*[Bb][Ee][Aa][Rr][Ee][Rr]%s+", "")
    end
    return values
end

local function values_of_plain(headers, name)
    local count, values = headers:getNumValues(name), {}
    for i = 0, math.min(count, MAX_VALUES) - 1 do values[i + 1] = headers:getAtIndex(name, i) end
    if count > MAX_VALUES then values[MAX_VALUES + 1] = headers:getAtIndex(name, count - 1) end
    return values
end

local function hash_part(value, from, to)
    hash(ffi.cast("const uint8_t *", value) + from, to - from)
end

-- The owner of any of several values; the first that the table knows.
local function owner_among(headers, name)
    local read = name == "authorization" and values_of_bearer or values_of_plain
    for _, text in ipairs(read(headers, name)) do
        local value, from, to = trim(text, 0, #text)
        if value and to - from <= MAX_KEY_BYTES then
            hash_part(value, from, to)
            local known, organization, standing = owner()
            if known then return known, organization, standing end
        end
    end
end

-- The short form of the first key, and the organization and the standing of the first key that the
-- table knows: a worthless key beside the real one must not hide whose the real one is.
local function identify(headers)
    local key, known, organization, standing
    for i = 1, #READERS do
        local value, from, to = READERS[i](headers)
        if value and to - from <= MAX_KEY_BYTES then
            hash_part(value, from, to)
            key = key or short_form()
            if organizations then known, organization, standing = owner() end
        elseif value ~= nil then
            key = key or "invalid"
            if value == false and organizations then
                known, organization, standing = owner_among(headers, HEADERS[i])
            end
        end
        if known then break end
    end
    return key, organization, standing
end

function envoy_on_request(handle)
    local headers = handle:headers()
    local key, organization, standing = identify(headers)
    if key then headers:add(KEY, key) end
    if organization then headers:add(ORGANIZATION, organization) end
    if standing then headers:add(STANDING, standing) end
    if not organizations then headers:add(TABLE_STATE, "unreadable") end
end

organizations = load_table(TABLE)
