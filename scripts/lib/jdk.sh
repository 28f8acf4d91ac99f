# shellcheck shell=bash
# Gets a JDK 25 where there is none. Debian 13 has it; on Debian 12 the packages of Debian 13 are
# unpacked into .cache/jdk together with the C library that they need, and nothing of the system is
# changed. That copy gets no updates of its own: after thirty days it is mentioned.

ensure_java() {
  find_java && return 0
  locked
  # Another bellows may have brought it meanwhile.
  if ! find_java; then
    case $(debian_version) in
      12) install_private_jdk ;;
      13)
        ensure_packages "Bellows" openjdk-25-jdk-headless
        ;;
      *)
        die "there is no JDK $java_needed or newer on this machine" \
          "install one and set BELLOWS_JAVA_HOME to it"
        ;;
    esac
    find_java || die "the JDK was installed, but is not found" "set BELLOWS_JAVA_HOME to it"
  fi
  unlocked
}

mention_old_jdk() {
  if [[ ${JAVA_HOME:-} == "$cache/jdk/java" && -n $(find "$cache/jdk/made" -mtime +30 2>/dev/null) ]]; then
    say "the private JDK is more than 30 days old; 'rm -r $cache/jdk' lets the next start get a new one"
  fi
}

jdk_packages=(openjdk-25-jre-headless openjdk-25-jdk-headless libc6)

install_private_jdk() {
  say "there is no JDK $java_needed here; getting one from Debian 13 into $cache/jdk (about 150 MB," \
    "packages ${jdk_packages[*]}; the system itself is not changed)"
  ensure_packages "a private JDK" patchelf ca-certificates-java
  make_temporary
  local apt=$made/apt new=$made/jdk
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,debs,sources} "$new/system"
  chmod -R a+rX "$made"
  : >"$apt/status"
  trixie_sources "$apt/sources"
  work "getting the package lists of Debian 13" "$cache/log/jdk-lists.log" private_apt "$apt" update ||
    die "the package lists of Debian 13 could not be fetched"
  work "getting the JDK" "$cache/log/jdk-get.log" download_jdk "$apt" || die "the JDK could not be fetched"
  work "unpacking the JDK" "$cache/log/jdk-unpack.log" unpack_jdk "$apt/debs" "$new" ||
    die "the JDK could not be unpacked"
  : >"$new/made"
  rm -rf "$cache/jdk"
  mv -T "$new" "$cache/jdk"
  rm -rf "$made"
  if ! "$cache/jdk/java/bin/java" -version >"$cache/log/jdk-version.log" 2>&1; then
    rm -rf "$cache/jdk"
    cat "$cache/log/jdk-version.log" >&2
    die "the JDK does not run on this machine" "install one and set BELLOWS_JAVA_HOME to it"
  fi
}

# The machine's own source lines, for the other suite; those of other vendors are left out.
trixie_sources() {
  local file target=$1
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -r $file ]] || continue
    { grep -E '^[[:space:]]*deb[[:space:]]' "$file" || true; } |
      { grep -E '[[:space:]]bookworm(-updates|-security)?/?[[:space:]]' || true; } |
      sed -E 's/([[:space:]])bookworm(-updates|-security)?(\/?[[:space:]])/\1trixie\2\3/' \
        >>"$target/debian.list"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -r $file ]] || continue
    # Paragraphs whose suites are Debian's own.
    awk -v RS= -v ORS='\n\n' '
      /(^|\n)Suites:[ \t]*bookworm/ {
        count = split($0, lines, "\n")
        for (i = 1; i <= count; i++) if (lines[i] ~ /^Suites:/) gsub(/bookworm/, "trixie", lines[i])
        text = lines[1]
        for (i = 2; i <= count; i++) text = text "\n" lines[i]
        print text
      }' "$file" >>"$target/debian.sources"
  done
  [[ -s $target/debian.list || -s $target/debian.sources ]] ||
    die "no package source of Debian 12 is configured here" "install a JDK $java_needed and set BELLOWS_JAVA_HOME to it"
}

# apt with lists, cache and status of its own.
private_apt() {
  local apt=$1
  shift
  apt-get -q -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" \
    -o Dir::Cache="$apt/cache" -o Dir::Etc::SourceList=/dev/null \
    -o Dir::Etc::SourceParts="$apt/sources" -o APT::Sandbox::User=root "$@"
}

download_jdk() {
  cd "$1/debs" && private_apt "$1" download "${jdk_packages[@]}"
}

unpack_jdk() {
  local debs=$1 new=$2 deb link program home
  for deb in "$debs"/*.deb; do
    dpkg-deb -x "$deb" "$new/system" || return 1
  done
  home=$(echo "$new"/system/usr/lib/jvm/java-25-openjdk-*)
  mv "$home" "$new/java" || return 1
  # Its configuration is links to /etc, which this system does not have.
  find "$new/java" -type l -lname '/etc/java-25-openjdk/*' >"$new/links"
  while IFS= read -r link; do
    local target
    target=$(readlink "$link")
    rm "$link"
    cp -r "$new/system$target" "$link" || return 1
  done <"$new/links"
  rm "$new/links"
  mkdir "$new/glibc"
  cp -a "$new"/system/usr/lib/x86_64-linux-gnu/. "$new/glibc/"
  [[ -e $new/glibc/ld-linux-x86-64.so.2 ]] ||
    cp -L "$new"/system/*lib64/ld-linux-x86-64.so.2 "$new/glibc/" || return 1
  rm -rf "$new/system"
  # The paths are those after the rename.
  for program in "$new"/java/bin/* "$new/java/lib/jspawnhelper"; do
    [[ -f $program && ! -L $program ]] || continue
    patchelf --set-interpreter "$cache/jdk/glibc/ld-linux-x86-64.so.2" \
      --force-rpath --set-rpath "$cache/jdk/glibc:$cache/jdk/java/lib" "$program" || return 1
  done
}
