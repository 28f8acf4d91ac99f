-- For wrk: asks for the hosts app-0000000 to app-(COUNT-1), as far apart in turn as they can be, and prints what came of it as one line of JSON.
-- usage: wrk ... -s wrk.lua URL -- COUNT
local count, at, requests = 1, 0, {}

function init(arguments)
  count = tonumber(arguments[1])
  -- One host in so many, so that the requests are made in advance.
  local step = math.max(1, math.floor(count / 5000))
  for i = 0, count - 1, step do
    wrk.headers["Host"] = string.format("app-%07d.bench.test", i)
    requests[#requests + 1] = wrk.format("GET")
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"answered":%d,"failed":%d,"per_second":%.1f,"median_ms":%.3f,"p99_ms":%.3f}\n', summary.requests,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
