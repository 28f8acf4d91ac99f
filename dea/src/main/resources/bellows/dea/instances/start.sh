#!/bin/bash
# Starts one instance, inside its container, as user vcap. The environment comes from the container itself, so no value
# is ever read by a shell before the app's own profile scripts see it.
umask 077
command=$BELLOWS_START_COMMAND
unset BELLOWS_START_COMMAND GEM_PATH
export DEPS_DIR=/home/vcap/deps

# What each buildpack supplied, in their order, so that a later one stands in front.
shopt -s nullglob
for ((n = 0; ; n++)); do
  dep=$DEPS_DIR/$n
  [[ -d $dep ]] || break
  [[ -d $dep/bin ]] && export PATH=$dep/bin:$PATH
  [[ -d $dep/lib ]] && export LD_LIBRARY_PATH=$dep/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  for script in "$dep"/profile.d/*.sh; do
    # A finalize step may have copied it to the common directory under this name.
    [[ -e /home/vcap/profile.d/${n}_${script##*/} ]] || . "$script"
  done
done

cd /home/vcap/app || exit 1
for script in /home/vcap/profile.d/*.sh .profile.d/*.sh; do
  . "$script"
done
[[ -f .profile ]] && . ./.profile
shopt -u nullglob
unset n dep script

cd /home/vcap/app || exit 1
exec /bin/bash -c "$command"
