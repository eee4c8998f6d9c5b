#!/bin/sh
# Boots sereno as PID 1 of a Debian of its own: boot.sh ROOT PROGRAMS STATE
# ROOT      what make-root.sh made; never written to: an overlay on tmpfs takes the changes
# PROGRAMS  the folder with the sereno executable, seen inside as /opt/sereno
# STATE     an empty folder; STATE/cgroup will name the control group to remove afterwards
# SERENO_LIVE_INIT is run in place of sereno: assignments, a program, its arguments.
# Runs until PID 1 ends. Nothing of the host's is mounted, joined or signalled.
set -eu
root=$1 programs=$2 state=$3
[ -e /.sereno-live-root ] && { echo "already inside" >&2; exit 1; }

# Before the cgroup namespace is made: its root is where we are then (cgroup_namespaces(7)).
for mount in /sys/fs/cgroup /sys/fs/cgroup/unified; do
    if [ -e "$mount/cgroup.procs" ]; then
        own=$(sed -n 's/^0:://p' /proc/self/cgroup)
        group="$mount${own%/}/sereno-live-$$"
        if mkdir "$group" 2>/dev/null; then
            echo "$group" >"$state/cgroup"
            echo $$ >"$group/cgroup.procs"
        fi
        break
    fi
done

exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child -- /bin/sh -eu -c '
    root=$1 programs=$2 state=$3
    mount --make-rprivate /
    mount -t tmpfs -o size=512m,mode=755 tmpfs "$state"
    mkdir "$state/upper" "$state/work" "$state/root"
    new="$state/root"
    mount -t overlay -o "lowerdir=$root,upperdir=$state/upper,workdir=$state/work" overlay "$new"
    touch "$new/.sereno-live-root"
    echo sereno-live >"$new/etc/hostname"
    hostname sereno-live
    ip link set lo up
    mount -t proc -o nosuid,nodev,noexec proc "$new/proc"
    mount -t sysfs -o nosuid,nodev,noexec,ro sysfs "$new/sys"
    mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$new/sys/fs/cgroup"
    mount -t tmpfs -o mode=755,nosuid tmpfs "$new/dev"
    for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
        set -- $device
        mknod -m 666 "$new/dev/$1" c "$2" "$3"
    done
    mkdir "$new/dev/pts" "$new/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$new/dev/pts"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$new/dev/shm"
    ln -s pts/ptmx "$new/dev/ptmx"
    ln -s /proc/self/fd "$new/dev/fd"
    mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$new/run"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$new/tmp"
    mkdir -p "$new/opt/sereno" "$new/.old"
    mount --bind "$programs" "$new/opt/sereno"
    mount -o remount,bind,ro "$new/opt/sereno"
    # An executable that is not compiled ahead of time needs its runtime.
    if [ -e "$programs/sereno.dll" ] && [ -n "${DOTNET_ROOT:-}" ]; then
        mkdir -p "$new/usr/share/dotnet"
        mount --bind "$DOTNET_ROOT" "$new/usr/share/dotnet"
    fi
    if [ -e "$state.setup" ]; then . "$state.setup"; fi
    cd "$new"
    pivot_root . .old
    exec env -i /bin/sh -c "umount -l /.old; rmdir /.old; exec env -i ${SERENO_LIVE_INIT:-/opt/sereno/sereno init}"
' boot "$root" "$programs" "$state"
