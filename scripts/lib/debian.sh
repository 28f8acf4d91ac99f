# shellcheck shell=bash
# What comes from Debian's packages: named first, then installed.

# Starting containers needs these.
packages_to_run=(runc crun tini nftables iproute2 util-linux e2fsprogs procps xz-utils zip unzip git ca-certificates)
# Tests also talk to real neighbours, and push apps whose libraries Debian packages, so that no other
# index is asked.
packages_to_test=(nats-server postgresql curl openssl nghttp2-client chromium libnss3-tools python3-flask python3-gunicorn python3-httpbin ruby-rack puma)

declare -gA runtime_packages=(
  [static]="nginx-light"
  [node]="nodejs npm"
  [python]="python3 python3-venv python3-pip"
  [java]="default-jdk-headless maven"
  [ruby]="ruby ruby-bundler ruby-dev build-essential"
  [go]="golang-go"
  [php]="php-cli php-fpm php-mbstring php-xml composer nginx-light"
)
# A runtime is there when these files are, whichever package they came from. Only /usr counts: it is
# what a container sees of this machine.
declare -gA runtime_files=(
  [static]="/usr/sbin/nginx"
  [node]="/usr/bin/node /usr/bin/npm"
  [python]="/usr/bin/python3 /usr/bin/pip3 /usr/lib/python3*/ensurepip"
  [java]="/usr/bin/java /usr/bin/mvn"
  [ruby]="/usr/bin/ruby /usr/bin/bundle /usr/bin/gcc /usr/include/ruby-*"
  [go]="/usr/bin/go"
  [php]="/usr/bin/php /usr/sbin/php-fpm* /usr/bin/composer /usr/sbin/nginx"
)
runtime_names=(static node python java ruby go php)

debian_version() {
  local version=
  [[ -r /etc/debian_version ]] && version=$(</etc/debian_version)
  case $version in
    12 | 12.* | bookworm*) echo 12 ;;
    13 | 13.* | trixie*) echo 13 ;;
    *) echo "${version:-none}" ;;
  esac
}

# Prints those of the packages that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      printf '%s\n' "$package"
  done
}

# ensure_packages WHY PACKAGE...
ensure_packages() {
  local why=$1 missing
  shift
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) && return 0
  command -v apt-get >/dev/null ||
    die "$why needs ${missing[*]}, and this is no Debian" "install them by other means"
  [[ $(id -u) == 0 ]] ||
    die "$why needs packages: ${missing[*]}" "run it as root, or: sudo apt-get install ${missing[*]}"
  say "$why needs these packages of Debian, which are installed now: ${missing[*]}"
  apt_install "${missing[@]}" ||
    die "the packages could not be installed" "try: apt-get update && apt-get install ${missing[*]}"
}

# The package lists are fetched when they are older than a day, or when they turn out not to do.
apt_install() {
  local status=0
  keep_services_off
  if [[ -z $(find /var/lib/apt/lists -name '*Packages*' -mtime -1 -print -quit 2>/dev/null) ]]; then
    update_lists || true
  fi
  install_listed "$@" || { update_lists && install_listed "$@"; } || status=$?
  services_on_again
  return "$status"
}

install_listed() {
  work "installing packages" "$cache/log/apt.log" apt_get install -y --no-install-recommends "$@"
}

update_lists() {
  work "getting the package lists" "$cache/log/apt-update.log" apt_get update
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

# Debian starts a server when its package comes; ours are started by who needs them.
policy=/usr/sbin/policy-rc.d
keep_services_off() {
  if [[ ! -e $policy ]] || grep -qs 'made by bellows' "$policy"; then
    printf '#!/bin/sh\n# made by bellows for the time of an installation\nexit 101\n' >"$policy"
    chmod +x "$policy"
    temporary+=("$policy")
  fi
}

services_on_again() {
  if grep -qs 'made by bellows' "$policy"; then
    rm -f "$policy"
  fi
}

ensure_maven() {
  command -v mvn >/dev/null || ensure_packages "building" maven
}

has_runtime() {
  local file
  for file in ${runtime_files[$1]}; do # unquoted: the patterns are to be expanded
    [[ -e $file ]] || return 1
  done
}

# ensure_runtime NAME
ensure_runtime() {
  local packages
  if ! has_runtime "$1"; then
    read -ra packages <<<"${runtime_packages[$1]}"
    ensure_packages "the runtime $1" "${packages[@]}"
  fi
}
