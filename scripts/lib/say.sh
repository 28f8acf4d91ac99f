# shellcheck shell=bash
# Words to the user, and long work with progress.

cache=$BELLOWS_ROOT/.cache

say() {
  printf 'bellows: %s\n' "$*" >&2
}

# Ends the script: what is wrong, then what to do about it.
die() {
  printf 'bellows: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do
    printf '         %s\n' "$line" >&2
  done
  exit 1
}

# Not understood: exit code 2.
usage_error() {
  printf 'bellows: %s\n' "$1" >&2
  printf "         see 'bellows help %s'\n" "$2" >&2
  exit 2
}

# Directories that the end of the script, however it comes, takes away.
temporary=()
cleanup() {
  local path
  for path in ${temporary[@]+"${temporary[@]}"}; do
    rm -rf "$path"
  done
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Sets $made to a new private directory, to be renamed when it is whole.
make_temporary() {
  mkdir -p "$cache/tmp"
  made=$(mktemp -d "$cache/tmp/XXXXXXXX")
  temporary+=("$made")
}

# work "What is done" LOG COMMAND...: runs it with its output in LOG, shows the time it takes, and
# the log's end when it fails.
work() {
  local what=$1 log=$2 child status=0 begin=$SECONDS
  shift 2
  mkdir -p "${log%/*}"
  # In a process group of its own, so that an interrupt ends all of it, and we clean up after that.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  set +m
  trap 'kill -TERM -- -$child 2>/dev/null; wait $child 2>/dev/null; printf "\n" >&2; exit 130' INT
  trap 'kill -TERM -- -$child 2>/dev/null; wait $child 2>/dev/null; exit 143' TERM
  if [[ -t 2 ]]; then
    while kill -0 "$child" 2>/dev/null; do
      printf '\rbellows: %s ... %ds ' "$what" $((SECONDS - begin)) >&2
      sleep 0.5
    done
    printf '\r\033[2K' >&2
  else
    say "$what ..."
  fi
  wait "$child" || status=$?
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if ((status != 0)); then
    tail -n 30 "$log" >&2
    say "$what failed; all of it is in $log"
    return "$status"
  fi
  say "$what: done in $((SECONDS - begin)) s"
}

# One setup at a time, for two terminals may want the same thing.
locked() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  if ! flock -n 9; then
    say "waiting for another bellows that sets up or builds"
    flock 9
  fi
}

unlocked() {
  exec 9>&-
}
