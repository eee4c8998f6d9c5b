#!/bin/sh
# Makes the Debian root that the live tests boot, once: make-root.sh FOLDER
# Its own mount and pid namespaces: nothing that a maintainer script starts or mounts is left behind.
set -eu
root=$1
packages='systemd dbus redis-server redis-tools nginx-light curl iproute2 procps openssh-server openssh-client cron memcached
    netcat-openbsd rsyslog bsdutils dnsmasq bind9-host haproxy postgresql postfix chrony avahi-daemon tor php-fpm libfcgi-bin
    micro-httpd'
# An image of other packages is made anew.
[ "$(cat "$root/.complete" 2>/dev/null)" = "$packages" ] && exit 0
command -v debootstrap >/dev/null || { echo "debootstrap is not installed" >&2; exit 1; }
mkdir -p "$(dirname "$root")"
exec 9>"$root.lock"
flock 9
[ "$(cat "$root/.complete" 2>/dev/null)" = "$packages" ] && exit 0
rm -rf --one-file-system "$root"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || keyring=/etc/apt/trusted.gpg
mirror=${SERENO_DEBIAN_MIRROR:-http://deb.debian.org/debian}
unshare --mount --pid --fork --kill-child -- sh -eu -c '
    root=$1 mirror=$2 keyring=$3 packages=$4
    debootstrap --variant=minbase --keyring="$keyring" bookworm "$root" "$mirror"
    # Packages ask before they start anything (invoke-rc.d(8)).
    printf "#!/bin/sh\nexit 101\n" >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
    mount -t proc proc "$root/proc"
    chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get install -y --no-install-recommends \
        $packages
    # It wants the port that nginx has, of an inetd that it brings or by its own socket: one test starts it.
    chroot "$root" systemctl disable micro-httpd.socket inetd.service
    chroot "$root" apt-get clean
    umount "$root/proc"
' make-root "$root" "$mirror" "$keyring" "$packages"
rm -rf "$root"/var/lib/apt/lists/*
printf '%s\n' "$packages" >"$root/.complete"
