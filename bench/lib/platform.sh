# A platform of its own for a benchmark, and the table and file it ends with. Sourced, after cd to the root; NAME is the benchmark's.
# shellcheck shell=bash
#   start_platform NAME PORT SUBNET [SETTING...]   up, gone again at exit; exports what ./bellows needs to find it
#   start_bench NAME                               the same without a platform: only its jars, for run_java
#   run_java FILE [ARGUMENT...]                    a program of one file as the platform runs: with its classes, flags and cache; the heap is larger
#   figure NAME VALUE UNIT BAR                     one line of the result, at most BAR; null for a figure without one
#   at_least NAME VALUE UNIT BAR                   the same for a figure of which more is better
#   $of_samples                                    jq's median and p99 of a list of samples
#   verdict                                        writes and prints the figures; status 1 when a bar does not hold
# shellcheck disable=SC2034 # the variables are for the benchmark
needs() { # PROGRAM PACKAGE
  command -v "$1" > /dev/null || apt-get install -y -qq "$2" > /dev/null
}

start_bench() { # NAME
  bench=$1
  needs jq jq
  ./bellows help > /dev/null # builds what is not built
  exec 9> /tmp/bellows-bench.lock
  flock 9 # two at once would measure each other
  data=$(mktemp -d /tmp/bellows-bench-XXXXXX)
  figures=$data/figures
  : > "$figures"
  trap 'rm -rf "$data"; ${also_stop:-:}' EXIT
  trap 'exit 130' INT TERM
}

run_java() { # FILE [ARGUMENT...]
  (
    # shellcheck source=scripts/lib/script.sh
    source scripts/lib/script.sh
    ensure_build_tools
    build_server >&2
    use_build server
    "$JAVA_HOME/bin/javac" -d "$data/classes" -cp "$jars" "$1"
    main=$(basename "$1" .java)
    shift
    [ ! -s "$aot" ] || server_flags+=("-XX:AOTCache=$aot")
    "$JAVA_HOME/bin/java" "${server_flags[@]}" -Xms3g -Xmx3g -Xmn1g -cp "$jars:$data/classes" "$main" "$@"
  )
}

start_platform() {
  start_bench "$1"
  port=$2
  local subnet=$3
  shift 3
  needs python3 python3-minimal
  needs curl curl
  printf '%s\n' "network.name=b${bench:0:6}" "network.subnet=$subnet" "$@" > "$data/bellows.properties"
  export BELLOWS_DATA=$data BELLOWS_HOME=$data/client
  trap 'stop_platform; ${also_stop:-:}' EXIT
  ./bellows up --detach --data "$data" --listen "127.0.0.1:$port" > /dev/null 9>&-
}

stop_platform() {
  ./bellows down --purge --data "$data" > /dev/null 2>&1 || true
  rm -rf "$data"
}

of_samples='def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2; def p99: sort | .[(length * 0.99 | floor)];'
now_ms() { echo $(($(date +%s%N) / 1000000)); }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

figure() { add_figure '$value <= $bar' "$@"; }
at_least() { add_figure '$value >= $bar' "$@"; }

add_figure() { # RULE NAME VALUE UNIT BAR
  jq -cn --arg figure "$2" --argjson value "$3" --arg unit "$4" --argjson bar "$5" \
    "{figure: \$figure, value: (\$value * 1000 | round / 1000), unit: \$unit, bar: \$bar, holds: (\$bar == null or $1)}" >> "$figures"
}

verdict() {
  mkdir -p bench/results
  jq -s . "$figures" > "bench/results/$bench.json"
  jq -r '.[] | "\(.figure): \(.value) \(.unit)\(if .bar == null then "" else " (bar \(.bar)) \(if .holds then "holds" else "DOES NOT HOLD" end)" end)"' "bench/results/$bench.json"
  jq -e 'all(.holds)' "bench/results/$bench.json" > /dev/null
}

# hello_app DIRECTORY: the program of bench/lib/hello.c, ready to push.
hello_app() {
  needs gcc gcc
  [ -f /usr/include/stdio.h ] || apt-get install -y -qq libc6-dev > /dev/null
  mkdir -p "$1"
  gcc -O2 -static -o "$1/hello" bench/lib/hello.c
}

push_hello() { # NAME DIRECTORY
  ./bellows push "$1" -p "$2" -b binary -m 32M -k 64M -c "exec ./hello $1" > "$data/push-$1.log" 2>&1 || {
    cat "$data/push-$1.log" >&2
    return 1
  }
}

# The process is looked for, and not the platform asked: that it says so is not what is measured.
asleep() { ! pgrep -xf "\./hello $1" > /dev/null; }

put_to_sleep() { # NAME...
  local name
  for name in "$@"; do
    ./bellows sleep "$name" --now > /dev/null
  done
  for name in "$@"; do
    for _ in $(seq 300); do
      ! asleep "$name" || break
      sleep 0.1
    done
    asleep "$name" || {
      echo "$name did not fall asleep" >&2
      return 1
    }
  done
}
