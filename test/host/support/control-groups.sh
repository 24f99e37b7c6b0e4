# Sourced by run.sh: the control groups in which everything runs, and what killed runs left behind.

# Where the hierarchies are mounted, one line each.
control_group_mounts() {
  awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts
}

# A group of that name in every hierarchy.
make_control_groups() {
  local mount file
  for mount in $(control_group_mounts); do
    mkdir "$mount/$1" || continue
    for file in cpuset.cpus cpuset.mems; do # version 1: a cpuset without these takes no process
      if [ -f "$mount/cgroup.clone_children" ] && [ -f "$mount/$file" ]; then cat "$mount/$file" >"$mount/$1/$file"; fi
    done
  done
}

# Puts this shell into the groups; a control group namespace made by it has them as its roots.
enter_control_groups() {
  local mount
  for mount in $(control_group_mounts); do
    if [ -d "$mount/$1" ]; then echo "$BASHPID" >"$mount/$1/cgroup.procs"; fi
  done
}

# Wakes what was frozen there (a paused container): in version 1 even SIGKILL has to wait for that.
thaw_control_groups() {
  local mount
  for mount in $(control_group_mounts); do
    [ -d "$mount/$1" ] || continue
    find "$mount/$1" -name freezer.state -exec sh -c 'echo THAWED >"$1"' - {} \; 2>/dev/null || true
  done
}

# Removes the groups from the leaves up. The kernel may still be ending the last processes, so it is tried for a while.
remove_control_groups() {
  local mount tries
  for mount in $(control_group_mounts); do
    for tries in {1..50}; do
      [ -d "$mount/$1" ] || break
      thaw_control_groups "$1"
      find "$mount/$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
      [ ! -d "$mount/$1" ] || sleep 0.2
    done
    [ ! -d "$mount/$1" ] || echo "test:host: $mount/$1 is still in use"
  done
}

# Field 22 of the process's stat line; with the number it identifies a process for ever.
process_start() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  stat=${stat##*) }
  set -- $stat
  echo "${20}"
}

# A run that was killed by SIGKILL leaves files and empty groups, never processes.
remove_leftovers() {
  local folder owner start mount group
  for folder in "${TMPDIR:-/tmp}"/virtgate-host-??????; do
    read -r owner start <"$folder/owner" 2>/dev/null || continue
    [ "$(process_start "$owner")" = "$start" ] && continue # another run, alive
    echo "test:host: removing what process $owner left in $folder"
    rm -rf --one-file-system "$folder"
    remove_control_groups "virtgate-host-$owner"
  done
  rm -f "${TMPDIR:-/tmp}/virtgate-host-apt.log"
  allow_services
}
