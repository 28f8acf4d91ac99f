#!/bin/bash
# Runs the buildpacks of one staging task, inside the task's container. This is the whole contract between the
# platform and a buildpack; system buildpacks and foreign ones see the same.
#
# Who and where
#   user vcap, cwd /home/vcap/app, read-only root with the host's /usr, writable /home/vcap and /tmp (both on the task's
#   own size-limited disk), network out. stdout and stderr are the staging log, line by line; print progress, and on
#   failure the reason in words, to either.
#
# Paths (staging happens at the very paths of run time, so absolute paths in venvs, Bundler files or scripts stay valid)
#   /home/vcap/app         BUILD_DIR   the app's files; what is there at the end is the app
#   /home/vcap/deps/<n>    DEPS_DIR/n  what buildpack n supplies: bin/ lib/ env/ profile.d/ config.yml launch.yml
#   /home/vcap/profile.d   PROFILE_DIR scripts (*.sh) that every start of the app sources, before app/.profile.d/*.sh and app/.profile
#   /home/vcap/cache/...   CACHE_DIR   kept for the next staging of the same app; may be empty or lost at any time
#   /home/vcap/tmp         TMPDIR      emptied afterwards
#   The droplet holds app/ deps/ profile.d/ logs/ tmp/ and staging_info.yml; everything else in /home/vcap is dropped.
#
# Variables
#   BUILD_DIR DEPS_DIR PROFILE_DIR     as above; CACHE_DIR is the directory given to the script that runs
#   BUILDPACK_DIR          root of the buildpack that runs (read-only for admin buildpacks)
#   CF_STACK               stack name, `debian`
#   STAGING_TIMEOUT        seconds for the whole task; MEMORY_LIMIT such as 1024m
#   VCAP_APPLICATION VCAP_SERVICES DATABASE_URL    as at run time
#   HOME=/home/vcap USER=vcap LANG=C.UTF-8 TMPDIR PATH=/usr/local/bin:/usr/bin:/bin (plus what earlier buildpacks supplied)
#   and the user's and the operator's own variables (say NPM_CONFIG_REGISTRY), which win over all of these
#
# Scripts (bin/<name>, executable, any language the stack has). <cache> is cache/final for the last buildpack, else cache/<md5 of its name>.
#   bin/detect <build>                                    exit 0: fits; stdout is the name shown to people. Only asked when the user named no
#                                                         buildpack; the first that fits is used alone
#   bin/supply <build> <cache> <deps> <index>             adds a dependency to deps/<index>
#   bin/finalize <build> <cache> <deps> <index> <profile> last buildpack only, after its own supply (if it has one)
#   bin/compile <build> <cache>                           last buildpack only, when it has no finalize
#   bin/release <build>                                   stdout is YAML: default_process_types: {web: <command>}; optional, after compile or finalize
#   A buildpack that is not last needs supply. With compile alone a buildpack is always used as the last one.
#
# Between buildpacks, and at run time, for each deps/<n> in order: deps/<n>/bin goes in front of PATH, deps/<n>/lib in front of
# LD_LIBRARY_PATH; during staging each file deps/<n>/env/NAME sets NAME to its content.
#
# Process types: release's default_process_types, then deps/<n>/launch.yml {processes: [{type, command}]}, then the app's Procfile; later wins.
# deps/<n>/config.yml {name, version} names what was installed.
#
# Exit codes of this script: 222 no buildpack fits, 223 compile failed, 224 release failed, 225 supply failed or missing,
# 226 the last buildpack has neither finalize nor compile, 227 finalize failed, 228 a buildpack could not be fetched.

# A container's own mask is stricter; files of a droplet have the modes that a developer's machine would give them.
umask 022

own=/home/vcap/.bellows
plan=$own/plan
result=$own/result

export BUILD_DIR=/home/vcap/app DEPS_DIR=/home/vcap/deps PROFILE_DIR=/home/vcap/profile.d
cache_root=/home/vcap/cache
profile_dir=$PROFILE_DIR build_dir=$BUILD_DIR deps_dir=$DEPS_DIR

say() { printf '%s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }

# $1 exit code, $2.. words; the words are also what the build's error says.
fail() {
  local code=$1
  shift
  printf '%s\n' "$*" > "$result/failure"
  complain "$*"
  exit "$code"
}

# A zip made from a repository often wraps everything in one directory.
unwrapped() {
  local entries=("$1"/*)
  if [[ ! -d $1/bin && ${#entries[@]} -eq 1 && -d ${entries[0]}/bin ]]; then
    printf '%s' "${entries[0]}"
  else
    printf '%s' "$1"
  fi
}

# $1 address with optional #branch, $2 where to
fetch_git() {
  local url=${1%%#*} branch=()
  if [[ $1 == *'#'* ]]; then
    branch=(--branch "${1#*#}")
  fi
  export GIT_TERMINAL_PROMPT=0
  command -v git > /dev/null || fail 228 "cannot clone $url: the stack has no git"
  git clone --quiet --depth 1 --recursive --shallow-submodules "${branch[@]}" -- "$url" "$2" && return
  # Some servers refuse shallow clones, and a commit hash is no branch.
  rm -rf -- "$2"
  git clone --quiet --recursive -- "$url" "$2" || return
  if [[ $1 == *'#'* ]]; then
    git -C "$2" checkout --quiet "${1#*#}" -- && git -C "$2" submodule --quiet update --init --recursive
  fi
}

# $1 address, $2 where to
fetch_zip() {
  command -v curl > /dev/null || fail 228 "cannot fetch $1: the stack has no curl"
  command -v unzip > /dev/null || fail 228 "cannot unpack $1: the stack has no unzip"
  curl --silent --show-error --fail --location --retry 2 --connect-timeout 20 --max-time 300 --output "$2.zip" -- "$1" || return
  mkdir -p -- "$2" && unzip -q "$2.zip" -d "$2" && rm -f -- "$2.zip"
}

runnable() { [[ -f $1 && -x $1 ]]; }

# What the buildpacks before this one supplied.
use_supplied() {
  local n dir file
  for ((n = 0; n < $1; n++)); do
    dir=$DEPS_DIR/$n
    [[ -d $dir/bin && :$PATH: != *:$dir/bin:* ]] && export PATH=$dir/bin:$PATH
    [[ -d $dir/lib && :${LD_LIBRARY_PATH-}: != *:$dir/lib:* ]] && export LD_LIBRARY_PATH=$dir/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    for file in "$dir"/env/*; do
      if [[ -f $file && ${file##*/} =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
        export "${file##*/}=$(< "$file")"
      fi
    done
  done
}

# $1 name; the cache directory of a buildpack that is not the last
cache_of() {
  local sum
  sum=$(printf '%s' "$1" | md5sum)
  printf '%s' "$cache_root/${sum%% *}"
}

mkdir -p -- "$result" "$DEPS_DIR" "$PROFILE_DIR" "$cache_root/final" "$TMPDIR" /home/vcap/logs
cd "$build_dir" || exit 1

mode=
kinds=() names=() places=()
{
  IFS= read -r mode
  while IFS=$'\t' read -r kind name place; do
    kinds+=("$kind") names+=("$name") places+=("$place")
  done
} < "$plan"

detected=
if [[ $mode == detect ]]; then
  chosen=
  for i in "${!names[@]}"; do
    runnable "${places[i]}/bin/detect" || continue
    export BUILDPACK_DIR=${places[i]}
    if detected=$("${places[i]}/bin/detect" "$build_dir"); then
      chosen=$i
      break
    fi
  done
  if [[ -z $chosen ]]; then
    fail 222 "None of the buildpacks detected a compatible application (tried: ${names[*]:-none})"
  fi
  kinds=("${kinds[chosen]}") names=("${names[chosen]}") places=("${places[chosen]}")
  detected=${detected%%$'\n'*}
  say "-----> Buildpack ${names[0]}: ${detected:-${names[0]}}"
else
  for i in "${!names[@]}"; do
    fetched=/tmp/fetched-buildpacks/$i
    mkdir -p /tmp/fetched-buildpacks
    case ${kinds[i]} in
      admin) ;;
      git | zip)
        say "-----> Fetching buildpack ${names[i]}"
        "fetch_${kinds[i]}" "${places[i]}" "$fetched" || fail 228 "Failed to fetch buildpack ${names[i]}"
        places[i]=$(unwrapped "$fetched")
        ;;
    esac
    say "-----> Buildpack ${names[i]}"
  done
fi

last=$((${#names[@]} - 1))
for i in "${!names[@]}"; do
  mkdir -p -- "$DEPS_DIR/$i"
done

for ((i = 0; i < last; i++)); do
  pack=${places[i]}
  runnable "$pack/bin/supply" \
    || fail 225 "Buildpack ${names[i]} cannot be combined with others: it has no bin/supply, so it can only be the last one"
  use_supplied "$i"
  export BUILDPACK_DIR=$pack CACHE_DIR
  CACHE_DIR=$(cache_of "${names[i]}")
  mkdir -p -- "$CACHE_DIR"
  "$pack/bin/supply" "$build_dir" "$CACHE_DIR" "$deps_dir" "$i" || fail 225 "Buildpack ${names[i]} failed to supply its dependency (exit status $?)"
done

pack=${places[last]}
name=${names[last]}
use_supplied "$last"
export BUILDPACK_DIR=$pack CACHE_DIR=$cache_root/final
if runnable "$pack/bin/finalize"; then
  if runnable "$pack/bin/supply"; then
    "$pack/bin/supply" "$build_dir" "$CACHE_DIR" "$deps_dir" "$last" || fail 225 "Buildpack $name failed to supply its dependency (exit status $?)"
  fi
  "$pack/bin/finalize" "$build_dir" "$CACHE_DIR" "$deps_dir" "$last" "$profile_dir" || fail 227 "Buildpack $name failed to finalize the app (exit status $?)"
elif runnable "$pack/bin/compile"; then
  "$pack/bin/compile" "$build_dir" "$CACHE_DIR" || fail 223 "Buildpack $name failed to compile the app (exit status $?)"
else
  fail 226 "Buildpack $name has neither bin/finalize nor bin/compile, so it cannot be the last one"
fi

if runnable "$pack/bin/release"; then
  "$pack/bin/release" "$build_dir" > "$result/release.yml" || fail 224 "Buildpack $name failed to release the app (exit status $?)"
fi

# Which buildpacks ran: name and what detect said, one line each.
for i in "${!names[@]}"; do
  printf '%s\t%s\n' "${names[i]}" "$([[ $i -eq $last ]] && printf '%s' "${detected//$'\t'/ }")"
done > "$result/used"
