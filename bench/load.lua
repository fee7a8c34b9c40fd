-- Sends the requests of a file in turn, and writes what was measured as one JSON line.
-- The file: requests as they go over the wire, each followed by a byte 0.

local requests, count, at = {}, 0, 0

function init(args)
    local file = assert(io.open(args[1], "rb"))
    for request in file:read("*a"):gmatch("(%Z+)%z") do requests[#requests + 1] = request end
    file:close()
    count = #requests
    at = math.random(count)
end

function request()
    at = at % count + 1
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\nmeasured {"requests":%d,"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f,"status":%d,"broken":%d}\n',
        summary.requests, summary.duration / 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
