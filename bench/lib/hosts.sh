# Further hosts of the benchmark's platform on this machine, each in a network namespace of its own. Sourced after platform.sh.
# shellcheck shell=bash
#   start_lan NAME SUBNET NATS_PORT   a bridge, whose address is SUBNET.1, and a NATS server there; sets $lan_settings for start_platform
#   add_host NUMBER NETWORK           host-NUMBER at SUBNET.(1 + NUMBER), its containers in NETWORK
# All of it is gone at exit.
start_lan() {
  lan=$1 lan_subnet=$2
  needs ip iproute2
  needs nsenter util-linux
  needs nats-server nats-server
  lan_data=$(mktemp -d /tmp/bellows-lan-XXXXXX)
  lan_hosts=()
  also_stop=stop_lan
  trap stop_lan EXIT
  ip link add "$lan" type bridge
  ip addr add "$lan_subnet.1/24" dev "$lan"
  ip link set "$lan" up
  printf 'authorization { user: bench, password: bench }\n' > "$lan_data/nats.conf"
  nats-server -c "$lan_data/nats.conf" -a "$lan_subnet.1" -p "$3" > "$lan_data/nats.log" 2>&1 &
  lan_nats=$!
  bus=nats://bench:bench@$lan_subnet.1:$3
  # shellcheck disable=SC2034 # for the benchmark
  lan_settings=("nats.url=$bus" "api.listen=$lan_subnet.1:$(($3 + 1))")
  for _ in $(seq 100); do
    ! (: < "/dev/tcp/$lan_subnet.1/$3") 2> /dev/null || return 0
    sleep 0.1
  done
  cat "$lan_data/nats.log" >&2
  return 1
}

add_host() { # NUMBER NETWORK
  local name=$lan$1 home=$lan_data/host-$1
  mkdir "$home"
  ip netns add "$name"
  lan_hosts+=("$name $home")
  ip link add "$name" type veth peer name eth0 netns "$name"
  ip link set "$name" master "$lan" up
  ip -n "$name" link set lo up
  ip -n "$name" addr add "$lan_subnet.$((1 + $1))/24" dev eth0
  ip -n "$name" link set eth0 up
  ip -n "$name" route add default via "$lan_subnet.1"
  printf '%s\n' "nats.url=$bus" "network.name=${lan:0:7}h$1" "network.subnet=$2" > "$home/bellows.properties"
  nsenter --net="/run/netns/$name" ./bellows host --name "host-$1" --detach --data "$home" > /dev/null 9>&-
}

stop_lan() {
  local host name home
  for host in ${lan_hosts[@]+"${lan_hosts[@]}"}; do
    read -r name home <<< "$host"
    nsenter --net="/run/netns/$name" ./bellows down --purge --data "$home" > /dev/null 2>&1 || true
    ip netns del "$name" || true
  done
  kill "${lan_nats:-}" 2> /dev/null || true
  ip link del "$lan" 2> /dev/null || true
  rm -rf "$lan_data"
}
