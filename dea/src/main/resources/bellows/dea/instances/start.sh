#!/bin/bash
# Starts one instance, inside its container, as user vcap. The environment comes from the container itself, so no value
# is ever read by a shell before the app's own profile scripts see it.
umask 077
__command=$BELLOWS_START_COMMAND
unset BELLOWS_START_COMMAND GEM_PATH
export DEPS_DIR=/home/vcap/deps

# What each buildpack supplied, in their order, so that a later one stands in front.
shopt -s nullglob
for ((__n = 0; ; __n++)); do
  __dep=$DEPS_DIR/$__n
  [[ -d $__dep ]] || break
  [[ -d $__dep/bin ]] && export PATH=$__dep/bin:$PATH
  [[ -d $__dep/lib ]] && export LD_LIBRARY_PATH=$__dep/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  for __script in "$__dep"/profile.d/*.sh; do
    # A finalize step may have copied it to the common directory under this name.
    [[ -e /home/vcap/profile.d/${__n}_${__script##*/} ]] || . "$__script"
  done
done

cd /home/vcap/app || exit 1
for __script in /home/vcap/profile.d/*.sh .profile.d/*.sh; do
  . "$__script"
done
[[ -f .profile ]] && . ./.profile
shopt -u nullglob
unset __n __dep __script

cd /home/vcap/app || exit 1
# Plain words that name a program need no second shell; a caller may be waiting for it. Only a program found on the
# path, and no word of the shell's own, gets into the table of commands.
__words=${__command#exec }
if [[ $__words =~ ^[A-Za-z0-9_./:,@%+\ -]+$ ]]; then
  __program=${__words%% *}
  hash -- "$__program" 2> /dev/null
  [[ -n ${BASH_CMDS[$__program]} || ($__program == */* && -f $__program && -x $__program) ]] && exec $__words
fi
exec /bin/bash -c "$__command"
