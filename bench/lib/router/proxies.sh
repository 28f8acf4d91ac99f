# nginx, HAProxy and ours on one core each alike, and the app behind them. Sourced by bench/router, after platform.sh.
# shellcheck shell=bash
#   start_app                     nginx that answers / with a line, /64k with 64 KiB, /upload after the body; and an echo of WebSockets
#   build_ours
#   start_proxies ROUTES NAME...  all of them at once: whoever is not asked does nothing
#   stop_proxies
#   cpu_us NAME                   processor time that the proxy has used so far
#   resident_kb NAME
#   release NAME / confine NAME   may use all cores, or its one again
# Every proxy has one worker, kept connections on both sides, a table of ROUTES hosts, a log of every request, and the headers that a platform adds.
# shellcheck disable=SC2154 # $data is platform.sh's
app_port=18101 echo_port=18102
declare -A ports=([nginx]=18110 [haproxy]=18120 [io_uring]=18130 [epoll]=18140) pids=()
tls_port() { echo $((${ports[$1]} + 1)); }
cores=$(nproc)
proxy_core=0 app_core=$((cores > 1 ? 1 : 0)) load_core=$((cores > 2 ? 2 : app_core))

await_port() { # PORT
  for _ in $(seq 600); do
    ! (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null || return 0
    sleep 0.1
  done
  echo "nothing listens on port $1" >&2
  return 1
}

start_app() {
  mkdir -p "$data/app" "$data/certificates"
  head -c 65536 /dev/zero | tr '\0' x > "$data/app/64k"
  chmod -R a+rX "$data"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bench.test -addext 'subjectAltName=DNS:*.bench.test' \
    -keyout "$data/certificates/bench.key" -out "$data/certificates/bench.pem" 2> /dev/null
  cat "$data/certificates/bench.pem" "$data/certificates/bench.key" > "$data/haproxy.pem"
  cat > "$data/app.conf" << CONF
daemon off; worker_processes 1; pid $data/app.pid; error_log $data/app.log; worker_rlimit_nofile 20000;
events { worker_connections 15000; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600; sendfile on; open_file_cache max=10; client_body_timeout 600;
  server {
    listen 127.0.0.1:$app_port backlog=4096; root $data/app; default_type text/plain;
    location = / { return 200 "hello\n"; }
    location = /upload { proxy_pass http://127.0.0.1:$app_port/; } # reads the whole body first
  }
}
CONF
  taskset -c $app_core nginx -c "$data/app.conf" 2> "$data/app.err" 9>&- &
  pids[app]=$!
  taskset -c $app_core "$data/load" echo $echo_port 9>&- &
  pids[echo]=$!
  await_port $app_port
  await_port $echo_port
}

start_nginx() { # ROUTES
  seq -f 'app-%07.0f.bench.test app;' 0 $(($1 - 1)) > "$data/nginx.map"
  cat > "$data/nginx.conf" << CONF
daemon off; worker_processes 1; pid $data/nginx.pid; error_log $data/nginx.log; worker_rlimit_nofile 20000;
events { worker_connections 15000; }
http {
  map_hash_max_size $(($1 * 2 + 2048)); map_hash_bucket_size 128;
  map \$host \$pool { include $data/nginx.map; localhost app; websocket.bench.test echo; }
  map \$http_upgrade \$hop { default upgrade; '' ''; }
  upstream app { server 127.0.0.1:$app_port; keepalive 2000; keepalive_requests 1000000000; }
  upstream echo { server 127.0.0.1:$echo_port; }
  log_format platform '\$host - [\$time_iso8601] "\$request" \$status \$request_length \$bytes_sent "\$http_referer" "\$http_user_agent" "\$remote_addr:\$remote_port" '
    '"\$upstream_addr" x_forwarded_for:"\$proxy_add_x_forwarded_for" x_forwarded_proto:"\$scheme" vcap_request_id:"\$request_id" response_time:\$request_time';
  access_log $data/nginx.access.log platform buffer=64k flush=1s;
  keepalive_requests 1000000000; keepalive_timeout 600;
  server {
    listen 127.0.0.1:${ports[nginx]} backlog=4096; listen 127.0.0.1:$(tls_port nginx) ssl http2 backlog=4096;
    ssl_certificate $data/certificates/bench.pem; ssl_certificate_key $data/certificates/bench.key; ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      if (\$pool = '') { return 404; }
      proxy_pass http://\$pool; proxy_http_version 1.1; proxy_buffers 8 16k; proxy_request_buffering off;
      proxy_set_header Host \$http_host; proxy_set_header Connection \$hop; proxy_set_header Upgrade \$http_upgrade;
      proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto \$scheme;
      proxy_set_header X-Request-Start \$msec; proxy_set_header X-Vcap-Request-Id \$request_id; add_header X-Vcap-Request-Id \$request_id;
    }
  }
}
CONF
  taskset -c $proxy_core nginx -c "$data/nginx.conf" 2> "$data/nginx.err" 9>&- &
  pids[nginx]=$!
}

start_haproxy() { # ROUTES
  seq -f 'app-%07.0f.bench.test app' 0 $(($1 - 1)) > "$data/haproxy.map"
  printf '%s\n' 'localhost app' 'websocket.bench.test echo' >> "$data/haproxy.map"
  cat > "$data/haproxy.conf" << CONF
global
  nbthread 1
  maxconn 9900
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout http-request 10s
  timeout tunnel 600s
  http-reuse always
frontend door
  bind 127.0.0.1:${ports[haproxy]} backlog 4096
  bind 127.0.0.1:$(tls_port haproxy) ssl crt $data/haproxy.pem alpn h2,http/1.1 backlog 4096
  unique-id-format %[uuid()]
  unique-id-header X-Vcap-Request-Id
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Proto http unless { ssl_fc }
  http-request set-header X-Request-Start %[date(0,ms)]
  http-response set-header X-Vcap-Request-Id %[unique-id]
  use_backend %[req.hdr(host),field(1,:),lower,map($data/haproxy.map)]
backend app
  server app 127.0.0.1:$app_port pool-max-conn 2000
backend echo
  server echo 127.0.0.1:$echo_port
CONF
  taskset -c $proxy_core haproxy -f "$data/haproxy.conf" > "$data/haproxy.access.log" 2> "$data/haproxy.err" 9>&- &
  pids[haproxy]=$!
}

# As the platform starts its JVM (scripts/lib/build.sh); a table of a million routes needs a larger heap.
start_ours() { # NAME ROUTES
  local transport=${1^^} port=${ports[$1]} tls
  tls=$(tls_port "$1")
  mkfifo "$data/$1.in"
  exec {inputs[$1]}<> "$data/$1.in"
  (
    # shellcheck source=scripts/lib/script.sh
    source scripts/lib/script.sh
    ensure_build_tools
    use_build server
    [ ! -s "$aot" ] || server_flags+=("-XX:AOTCache=$aot")
    exec taskset -c $proxy_core "$JAVA_HOME/bin/java" "${server_flags[@]}" -Xmx1g -cp "$jars:$data/classes" Proxy \
      "$transport" "$port" "$tls" "$data/certificates" "$data/$1.access.log" $app_port $echo_port "$2"
  ) < "$data/$1.in" > "$data/$1.out" 2> "$data/$1.err" 9>&- &
  pids[$1]=$!
}
declare -A inputs=()

build_ours() {
  (
    # shellcheck source=scripts/lib/script.sh
    source scripts/lib/script.sh
    ensure_build_tools
    build_server >&2
    use_build server
    "$JAVA_HOME/bin/javac" -d "$data/classes" -cp "$jars" bench/lib/router/Proxy.java
  )
}

start_proxies() { # ROUTES NAME...
  local routes=$1 name
  shift
  started=("$@") ours=()
  for name in "$@"; do
    case $name in
      nginx | haproxy) "start_$name" "$routes" ;;
      *) start_ours "$name" "$routes" && ours+=("$name") ;;
    esac
  done
  for name in "$@"; do
    await_port "$(tls_port "$name")"
    case $name in
      nginx | haproxy) ;;
      *)
        until grep -qs serves "$data/$name.out"; do
          kill -0 "${pids[$name]}" || {
            cat "$data/$name.err" >&2
            return 1
          }
          sleep 0.1
        done
        ;;
    esac
  done
}

stop() { # NAME...
  local name
  for name in "$@"; do
    [ -n "${pids[$name]:-}" ] || continue
    kill "${pids[$name]}" 2> /dev/null || true
    wait "${pids[$name]}" 2> /dev/null || true
    unset "pids[$name]"
    rm -f "$data/$name.in" "$data/$name.out"
  done
}

stop_proxies() { stop "${started[@]}"; }

release() { taskset -apc "0-$((cores - 1))" "${pids[$1]}" > /dev/null; }
confine() { taskset -apc $proxy_core "${pids[$1]}" > /dev/null; }

# The process and its workers.
family() { # NAME
  echo "${pids[$1]}"
  pgrep -P "${pids[$1]}" || true
}

cpu_us() { # NAME
  local pid
  family "$1" | while read -r pid; do cat "/proc/$pid/stat"; done | awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); sum += $12 + $13 } END { printf "%.0f\n", sum * 1000000 / tick }'
}

resident_kb() { # NAME
  local pid
  family "$1" | while read -r pid; do cat "/proc/$pid/status"; done | awk '/^VmRSS:/ { sum += $2 } END { print sum }'
}

# What one of ours holds, after a collection: heap and direct memory in bytes, as JSON.
holds() { asked "$1" memory; }
# How long its compiler has been at work, in milliseconds.
compiled() { asked "$1" compiled; }

asked() { # NAME QUESTION
  local lines
  lines=$(wc -l < "$data/$1.out")
  echo "$2" >&"${inputs[$1]}"
  for _ in $(seq 100); do
    [ "$(wc -l < "$data/$1.out")" -eq "$lines" ] || break
    sleep 0.1
  done
  tail -1 "$data/$1.out"
}
