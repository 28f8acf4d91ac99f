#!/usr/bin/env bash
# What a host has on this machine, as other programs see it: a line "KIND NAME" for each thing. Run in the host's network.
# usage: host-facts.sh NETWORK_NAME DATA_DIRECTORY SUBNET_PREFIX (such as 10.222.)
set -uo pipefail
name=$1 containers=$2/containers/containers/ subnet=$3

each() { # KIND: a line of input each
  sed "s|^|$1 |"
}

below() { # names of the containers whose files the input speaks of
  grep -o "$containers[^/ ]*" | sed 's|.*/||' | sort -u
}

ls "$containers" | each directory
ls "/run/warden-$name/bundles" | each bundle
ls "/run/warden-$name/oci" | each note
ls /run/netns | sed -n "s|^$name-||p" | each namespace
below < /proc/mounts | each mount
losetup -a | below | each loop
for tree in /sys/fs/cgroup/"$name" /sys/fs/cgroup/*/"$name"; do
  [[ ! -d $tree ]] || find "$tree" -mindepth 1 -maxdepth 1 -type d -printf "cgroup:$tree %f\n"
done
for tree in /sys/fs/cgroup/{,memory/}"$name"; do
  for processes in "$tree"/*/cgroup.procs; do
    [[ -e $processes ]] || continue
    cgroup=${processes%/*}
    while read -r pid; do
      echo "living ${cgroup##*/}"
      # The first word of its command line.
      IFS= read -r -d '' program 2> /dev/null < "/proc/$pid/cmdline" || continue
      [[ $program != ./hello ]] || echo "program $pid"
    done < "$processes"
  done
done
ip -br link | grep -o "^$name-[0-9a-f]*" | each cable
nft list set bridge "$name" members | grep -o "$name-[0-9a-f]*" | each member
nft list set ip "$name" containers | grep -oE '[0-9.]+ \. [0-9]+ counter' | cut -d ' ' -f 1 | each counted
nft list map ip "$name" awake | grep -oE ': [0-9.]+' | cut -c3- | each switch
grep -hoE '"ip" ?: ?"[0-9.]+"' /run/warden-"$name"/records/*.json | grep -oE '[0-9.]+' | each address
grep -oE "=$subnet[0-9.]+" /proc/net/nf_conntrack | cut -c2- | sort -u | grep -vx "${subnet}0.1" | each tracked
exit 0
