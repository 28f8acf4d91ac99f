# shellcheck shell=bash
# The commands that start, stop and look at the platform of this machine.

# parse_options COMMAND ARGUMENT...: sets $data, $detach, $purge, $passed (for the Java side).
parse_options() {
  local command=$1
  shift
  data=${BELLOWS_DATA:-/var/lib/bellows}
  detach=
  purge=
  passed=()
  while (($# > 0)); do
    case $1 in
      --data=* | --listen=* | --listen-tls=* | --domain=* | --name=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
      --data | --listen | --listen-tls | --domain | --name)
        (($# > 1)) || usage_error "$1 needs a value" "$command"
        case $command/$1 in
          */--data) data=$2 ;;
          up/--listen* | up/--domain | router/--listen* | router/--domain | demo/--listen* | demo/--domain | host/--name) passed+=("$1" "$2") ;;
          *) usage_error "$1 is not an option of '$command'" "$command" ;;
        esac
        shift 2
        ;;
      --detach)
        [[ $command == up || $command == host || $command == router ]] || usage_error "--detach is not an option of '$command'" "$command"
        detach=1
        shift
        ;;
      --purge)
        [[ $command == down ]] || usage_error "--purge is not an option of '$command'" "$command"
        purge=1
        shift
        ;;
      *) usage_error "'$1' is not understood" "$command" ;;
    esac
  done
  data=$(realpath -m "$data")
}

# Sets $pid of the platform, host or router on $data; fails when none runs.
running() {
  pid=
  [[ -r $data/bellows.pid ]] || return 1
  pid=$(<"$data/bellows.pid")
  [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
  # A number may have been given to another process since.
  grep -qsF bellows.launcher.Main "/proc/$pid/cmdline"
}

# ready_value KEY: of the file that the platform writes when it serves.
ready_value() {
  sed -nE "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"?([^\",}]*)\"?.*/\1/p" "$data/ready" 2>/dev/null | head -n 1
}

platform_up() {
  parse_options up "$@"
  start_role up
}

platform_host() {
  parse_options host "$@"
  start_role host
}

platform_router() {
  parse_options router "$@"
  start_role router
}

# start_role ROLE: the platform, or one more host or router of one.
start_role() {
  if running; then
    case $1/$(role_that_runs) in
      router/router) say "$(what_is_up) runs on $data (process $pid); the new one takes its place" ;;
      router/unknown) ;; # it is starting
      up/up | host/host | */unknown)
        say "already up on $data (process $pid, $(what_is_up)); nothing changed"
        return 0
        ;;
      *) die "on $data something else is up already: $(what_is_up)" "'bellows $1' needs a directory of its own: --data DIR" ;;
    esac
  fi
  if [[ $1 != router ]]; then
    [[ $(id -u) == 0 ]] || die "containers are made, which needs root" "try: sudo ./bellows $1"
    ensure_packages "running apps" "${packages_to_run[@]}"
  fi
  ensure_java
  mention_old_jdk
  server_is_current && server_is_trained || build_server
  server_command
  server+=("$1" --data "$data" ${passed[@]+"${passed[@]}"})
  if [[ -n $detach ]]; then
    start_detached
  else
    # The traps and temporary directories end with this process.
    cleanup
    exec "${server[@]}"
  fi
}

start_detached() {
  local log=$data/log/bellows.log child begin=$SECONDS before
  mkdir -p "$data/log"
  before=$(stat -c %s "$log" 2>/dev/null || echo 0)
  setsid "${server[@]}" >>"$log" 2>&1 </dev/null 9>&- &
  child=$!
  # Not that of a former one.
  while [[ $(ready_value pid) != "$child" ]]; do
    if ! kill -0 "$child" 2>/dev/null; then
      tail -n 30 "$log" >&2
      rm -f "$aot.record" # what a failed start used is no guide
      die "it did not start" "its log is $log; 'bellows doctor' checks this machine"
    fi
    ((SECONDS - begin < 180)) || die "it is not ready after 180 s" "its log is $log"
    [[ -t 2 ]] && printf '\rbellows: starting ... %ds ' $((SECONDS - begin)) >&2
    sleep 0.1
  done
  [[ -t 2 ]] && printf '\r\033[2K' >&2
  disown "$child"
  say "up: $(what_is_up), data in $data, log $log"
  # What it has said to a person beside that.
  tail -c "+$((before + 1))" "$log" | sed -n '/^bellows: up after /d; /^bellows: /p' >&2
}

# up, host or router; unknown until it serves.
role_that_runs() {
  if [[ ! -s $data/ready ]]; then
    echo unknown
  elif [[ -n $(ready_value host) ]]; then
    echo host
  elif [[ -n $(ready_value api) ]]; then
    echo up
  else
    echo router
  fi
}

# Of what runs on $data, in a few words.
what_is_up() {
  if [[ -n $(ready_value host) ]]; then
    echo "host $(ready_value host) at $(ready_value address) on the bus $(ready_value bus)"
  elif [[ -z $(ready_value api) ]]; then
    echo "router at $(ready_value router) on the bus $(ready_value bus)"
  else
    echo "API $(ready_value api), apps at *.$(ready_value domain)"
  fi
}

platform_down() {
  parse_options down "$@"
  if ! running; then
    say "not up on $data"
    purge_containers
    return 0
  fi
  local begin=$SECONDS stopping=$pid
  kill -TERM "$stopping" || die "process $stopping cannot be told to stop" "are you its owner?"
  while running && [[ $pid == "$stopping" ]]; do
    ((SECONDS - begin < 60)) ||
      die "process $stopping has not ended after 60 s" "its log is $data/log/bellows.log; kill -9 $stopping loses no data"
    [[ -t 2 ]] && printf '\rbellows: stopping ... %ds ' $((SECONDS - begin)) >&2
    sleep 0.1
  done
  [[ -t 2 ]] && printf '\r\033[2K' >&2
  say "down"
  purge_containers
}

# With --purge: the containers go too, and all that they have on this machine.
purge_containers() {
  [[ -n $purge ]] || return 0
  ensure_java
  server_is_current && server_is_trained || build_server
  server_command
  "${server[@]}" purge --data "$data"
}

platform_status() {
  parse_options status "$@"
  if ! running; then
    echo "down: nothing runs on $data ('bellows up --detach' starts a platform)"
    return 1
  fi
  if [[ ! -s $data/ready ]]; then
    echo "starting: process $pid on $data"
    return 1
  fi
  local memory
  memory=$(awk '/^VmRSS:/ {print int($2 / 1024)}' "/proc/$pid/status")
  printf 'up\n'
  if [[ -n $(ready_value host) ]]; then
    printf 'host:     %s at %s\n' "$(ready_value host)" "$(ready_value address)"
    printf 'bus:      %s\n' "$(ready_value bus)"
  elif [[ -z $(ready_value api) ]]; then
    printf 'router:   %s\n' "$(ready_value router)"
    printf 'bus:      %s\n' "$(ready_value bus)"
  else
    printf 'API:      %s\n' "$(ready_value api)"
    printf 'apps:     *.%s\n' "$(ready_value domain)"
  fi
  if [[ -n $(ready_value router_tls) ]]; then
    printf 'TLS:      port %s; trust %s (curl --cacert) until you put other certificates into %s\n' \
      "$(ready_value router_tls | sed 's/.*://')" "$(ready_value ca)" "$data/tls/certificates"
  fi
  printf 'data:     %s\n' "$data"
  printf 'process:  %s (%s MB resident, since %s)\n' "$pid" "$memory" "$(ps -o lstart= -p "$pid")"
}

platform_demo() {
  parse_options demo "$@"
  say "this sets up what is missing, starts the platform, pushes examples/node-hello and calls it"
  ensure_runtime node
  detach=1
  start_role up
  ensure_java
  client_is_current && client_is_trained || build_client
  local address
  (cd "$BELLOWS_ROOT/examples/node-hello" && exec_client push --data "$data") ||
    die "the push failed" "what it said is above"
  # As JSON, so that the table's looks may change.
  address=$(exec_client app node-hello --data "$data" --json | sed -nE 's/^ *"url": "([^"]+)".*/\1/p' | head -n 1)
  [[ -n $address ]] || die "node-hello has no route" "see 'bellows routes'"
  local port
  port=$(ready_value router)
  port=${port##*:}
  echo
  echo "http://$address:$port/ answers:"
  echo
  call_app "$address" "$port" || die "node-hello did not answer" "see 'bellows logs node-hello --recent'"
  echo
  echo "the app      http://$address:$port/   (curl and browsers know *.localhost)"
  echo "the API      $(ready_value api)"
  echo "all state    $data"
  echo "the log      $data/log/bellows.log"
  echo
  [[ $data == /var/lib/bellows ]] || echo "first:       export BELLOWS_DATA=$data"
  echo "go on with:  ./bellows app node-hello | logs node-hello | scale node-hello -i 3 | delete node-hello"
  echo "stop it all: ./bellows down"
}

# One GET without curl, which Debian's base system lacks. Prints the body.
call_app() {
  local host=$1 port=$2 line status
  exec 8<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET / HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n' "$host" >&8
  IFS= read -r -t 60 status <&8 || return 1
  while IFS= read -r -t 60 line <&8 && [[ $line != $'\r' ]]; do :; done
  timeout 60 cat <&8
  exec 8>&-
  [[ $status == *" 200"* ]]
}

platform_doctor() {
  (($# == 0)) || usage_error "'$1' is not understood" doctor
  ensure_java
  server_is_current && server_is_trained || build_server
  server_command
  cleanup
  exec "${server[@]}" doctor
}

platform_runtime() {
  local name
  case ${1:-list} in
    list)
      for name in "${runtime_names[@]}"; do
        if has_runtime "$name"; then
          printf '%-8s there\n' "$name"
        else
          printf '%-8s missing: bellows runtime add %s   (packages %s)\n' "$name" "$name" "${runtime_packages[$name]}"
        fi
      done
      ;;
    add)
      shift
      (($# > 0)) || usage_error "name a runtime: ${runtime_names[*]}" runtime
      for name in "$@"; do
        [[ -n ${runtime_packages[$name]:-} ]] ||
          usage_error "there is no runtime '$name'; there are ${runtime_names[*]}" runtime
      done
      for name in "$@"; do
        ensure_runtime "$name"
        say "the runtime $name is there"
      done
      ;;
    *) usage_error "'$1' is not understood" runtime ;;
  esac
}

platform_test() {
  exec "$BELLOWS_ROOT/scripts/test" "$@"
}
