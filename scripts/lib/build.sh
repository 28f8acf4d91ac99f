# shellcheck shell=bash
# The built programs: .cache/client and .cache/server point to folders of jars with an AOT cache.
# A build makes a new folder and moves the pointer, so a running platform keeps its own jars.

# Small and quick: a command lives for a tenth of a second.
client_flags=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xms24m -Xmx256m
  -Xlog:disable -Xlog:all=error:stderr '-Xlog:aot*=off:stderr')
server_flags=("-Dbellows.root=$BELLOWS_ROOT" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:-UsePerfData -Xms80m -Xmx512m
  -Xmn48m -XX:MinHeapFreeRatio=5 -XX:MaxHeapFreeRatio=10 -XX:-ShrinkHeapInSteps -XX:TrimNativeHeapInterval=60000
  -XX:+UseCompactObjectHeaders -Dio.netty.leakDetection.level=disabled
  -XX:+ExitOnOutOfMemoryError -Xlog:disable -Xlog:all=error:stderr '-Xlog:aot*=off:stderr')

# is_current NAME SOURCE...: whether a build newer than all its sources is there.
is_current() {
  local stamp=$cache/$1/stamp
  shift
  [[ -e $stamp && -z $(find "$@" -newer "$stamp" -print -quit 2>/dev/null) ]]
}

client_is_current() {
  is_current client "$BELLOWS_ROOT/pom.xml" "$BELLOWS_ROOT/cli/pom.xml" "$BELLOWS_ROOT/cli/src/main"
}

server_is_current() {
  local sources=("$BELLOWS_ROOT/pom.xml") module
  for module in "$BELLOWS_ROOT"/*/pom.xml; do
    sources+=("$module" "${module%/pom.xml}/src/main")
  done
  is_current server "${sources[@]}"
}

build_client() {
  locked
  if ! client_is_current; then
    build client cli
  fi
  train_client
  unlocked
}

build_server() {
  locked
  if ! server_is_current; then
    build server launcher
  fi
  train_server
  unlocked
}

# build NAME MODULE: compiles the module with what it needs, quickly; scripts/check is the strict one.
build() {
  local name=$1 module=$2 jar
  ensure_maven
  make_temporary
  mkdir "$made/lib"
  touch "$made/stamp" # before the build: what changes meanwhile is newer
  work "building the $name" "$cache/log/build-$name.log" maven -q -Dquick -Dmaven.test.skip=true \
    -pl "$module" -am package dependency:build-classpath -DincludeScope=runtime \
    -Dmdep.outputFile="$made/classpath" || die "the $name could not be built"
  # The modules write it one after the other; the last is the one that we asked for.
  while IFS= read -r -d: jar; do
    cp "$jar" "$made/lib/"
  done < <(printf '%s:' "$(<"$made/classpath")")
  cp "$BELLOWS_ROOT/$module/target/$module"-[0-9]*.jar "$made/lib/"
  rm "$made/classpath"
  publish "$name" "$made"
}

# publish NAME DIRECTORY: a rename and a new pointer, then the folders that nobody uses go.
publish() {
  local name=$1 directory=$2 final old
  mkdir -p "$cache/dist"
  final=$cache/dist/$name-${directory##*/}
  chmod 755 "$directory"
  mv -T "$directory" "$final"
  ln -s "$final" "$cache/$name.new"
  mv -T "$cache/$name.new" "$cache/$name"
  for old in "$cache/dist/$name"-*; do
    if [[ $old != "$final" ]] && ! grep -qsF "$old/" /proc/[0-9]*/cmdline; then
      rm -rf "$old"
    fi
  done
}

# jars DIRECTORY: sets $jars to its class path, in an order that does not change.
jars() {
  local jar
  jars=
  for jar in "$1"/lib/*.jar; do
    jars+=${jars:+:}$jar
  done
}

# use_build NAME: sets $directory of the build, its class path $jars, and the file $aot of its AOT
# cache for the JDK that was found.
use_build() {
  directory=$(readlink -f "$cache/$1")
  jars "$directory"
  aot=$directory/aot$java_id
}

# Whether there is a cache, or there was an attempt at one.
client_is_trained() {
  use_build client
  [[ -e $aot || -e $aot.failed ]]
}

# The cache is written by a second process when the first one ends, which needs an open output.
train_client() {
  client_is_trained && return 0
  make_aot client -XX:AOTCacheOutput="$aot.new" -cp "$jars" bellows.cli.Training
}

# make_aot NAME JAVA_ARGUMENT...: they make $aot.new.
make_aot() {
  local name=$1 flags=${1}_flags[@]
  shift
  temporary+=("$aot.new" "$aot.new.config") # gone already when all goes well
  if work "making the $name quick to start" "$cache/log/aot-$name.log" \
    "$JAVA_HOME/bin/java" "${!flags}" "$@" && [[ -s $aot.new ]]; then
    mv "$aot.new" "$aot"
  else
    touch "$aot.failed"
    say "no AOT cache for the $name: it works, but starts more slowly"
  fi
}

exec_client() {
  use_build client
  local flags=("${client_flags[@]}")
  [[ -e $aot ]] && flags+=("-XX:AOTCache=$aot")
  if [[ -t 1 ]]; then
    shopt -s checkwinsize
    (:) # lets bash find out how wide the terminal is
    flags+=("-Dbellows.terminal=${COLUMNS:-80}")
  fi
  exec "$JAVA_HOME/bin/java" "${flags[@]}" -cp "$jars" bellows.cli.Main "$@"
}

server_is_trained() {
  use_build server
  [[ -e $aot || -e $aot.failed ]]
}

train_server() {
  server_is_trained && return 0
  umask 022 # as in server_command, whose work this does once
  make_aot server -XX:AOTCacheOutput="$aot.new" -cp "$jars" bellows.launcher.Training
}

# The platform as a command line in $server.
server_command() {
  use_build server
  server=("$JAVA_HOME/bin/java" "${server_flags[@]}")
  [[ -s $aot ]] && server+=("-XX:AOTCache=$aot")
  server+=(-cp "$jars" bellows.launcher.Main)
  # Apps are not root and must read what their containers are made of, however careful the caller's shell is.
  umask 022
}

# Maven with the JDK that was found.
maven() {
  MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
    mvn -B -f "$BELLOWS_ROOT/pom.xml" "$@"
}
