#!/bin/sh
# Runs a command inside: enter.sh PID COMMAND... (PID as the host sees it: the one whose parent is boot.sh's unshare)
# Until pivot_root is done the root there is still the host's: the mark says whose it is, and without it nothing runs.
pid=$1
shift
[ -e /.sereno-live-root ] && exit 125
[ -e "/proc/$pid/root/.sereno-live-root" ] && [ ! -e "/proc/$pid/root/.old" ] || { echo "not booted" >&2; exit 125; }
exec nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup -- \
    /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TZ=UTC HOME=/root \
    SYSTEMD_COLORS=0 SYSTEMD_URLIFY=0 SYSTEMD_PAGER= \
    /bin/sh -c 'cd / && [ -e /.sereno-live-root ] || exit 125; exec "$@"' enter "$@"
