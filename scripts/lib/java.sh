# shellcheck shell=bash
# Finds a JDK of version 25 or newer. Runs before every client command, so it starts no process.

java_needed=25

# Sets $major and $version of the JDK in directory $1; 0 when there is none.
read_version() {
  local line
  major=0
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 0
  while IFS= read -r line; do
    if [[ $line == JAVA_VERSION=* ]]; then
      version=${line#JAVA_VERSION=\"}
      version=${version%%\"*}
      major=${version%%[!0-9]*}
      return 0
    fi
  done <"$1/release"
}

# take_java DIRECTORY: succeeds when it will do.
take_java() {
  read_version "$1"
  ((major >= java_needed)) || return 1
  JAVA_HOME=$1
  java_id=${1//\//_}-$version # an AOT cache is good for one JDK only
  export JAVA_HOME
}

# Looks where a JDK may be. BELLOWS_IGNORE_SYSTEM_JAVA=1 leaves out all but our private one, which
# is how its installation is tested on a machine that has another.
find_java() {
  local candidate on_path
  if [[ ${BELLOWS_IGNORE_SYSTEM_JAVA:-} != 1 ]]; then
    if [[ -n ${BELLOWS_JAVA_HOME:-} ]]; then
      take_java "$BELLOWS_JAVA_HOME" && return 0
      die "BELLOWS_JAVA_HOME=$BELLOWS_JAVA_HOME is no JDK $java_needed or newer" \
        "unset it, and one will be looked for"
    fi
    [[ -n ${JAVA_HOME:-} ]] && take_java "$JAVA_HOME" && return 0
    for candidate in /usr/lib/jvm/*; do
      take_java "$candidate" && return 0
    done
    if on_path=$(command -v java); then
      on_path=$(readlink -f "$on_path")
      take_java "${on_path%/bin/java}" && return 0
    fi
  fi
  take_java "$cache/jdk/java"
}
