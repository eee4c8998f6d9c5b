# Sourced by ./bench: the manager beside its peers. 1,000 services that say their pid and sleep (tests/bench/manager.c).

services=1000

# one LABEL KILLS STOPSIGNAL COMMAND...: one race; its figures are added to those of earlier rounds.
one() {
    local label=$1 kills=$2 stop=$3 key value
    shift 3
    BENCH_SOCKET=$socket "$dir/manager" race "$socket" $services "$kills" "$stop" "$@" > "$dir/figures" 2> "$dir/errors" < /dev/null ||
        { printf '%s: %s\n' "$label" "$(tail -n 3 "$dir/errors")" >&2; return 0; }
    while read -r key value; do echo "$value" >> "$dir/$key.$label"; done < "$dir/figures"
}

# of KEY LABEL PERCENTILE: "-" where there are no figures.
of() {
    [ -s "$dir/$1.$2" ] || { echo -; return; }
    sort -n "$dir/$1.$2" | awk -v p="$3" '{ v[NR] = $1 } END { i = int(NR * p / 100 + 0.5); print v[i < 1 ? 1 : i] }'
}

# held TEXT VALUE LIMIT: one bound, with its verdict.
held() {
    [ "$2" != - ] || { printf '  %s: not measured\n' "$1"; broken=$((broken + 1)); return; }
    awk -v text="$1" -v v="$2" -v limit="$3" 'BEGIN { ok = v <= limit; printf "  %s: %.3f, at most %s: %s\n", text, v, limit, ok ? "held" : "NOT HELD"; exit !ok }' ||
        broken=$((broken + 1))
}

ratio() { if [ "$1" = - ] || [ "$2" = - ]; then echo -; else awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'; fi; }

scaled() { if [ "$1" = - ]; then echo -; else awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'; fi; }

make_services() {
    local i
    mkdir "$dir/units" "$dir/s6" "$dir/runit"
    printf '[Unit]\nWants=%s\n' "$(seq -f 'n%g.service' -s ' ' $services)" > "$dir/units/all.target"
    printf '[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=%s/supervisord.pid\nminfds=20000\n' "$dir" > "$dir/supervisord.conf"
    for ((i = 1; i <= services; i++)); do
        printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=%s idle %s\nRestart=always\nRestartSec=0\n' "$dir/manager" "$socket" > "$dir/units/n$i.service"
        mkdir "$dir/s6/n$i" "$dir/runit/n$i"
        ln -s "$dir/manager" "$dir/s6/n$i/run"
        ln -s "$dir/manager" "$dir/runit/n$i/run"
        printf '[program:n%d]\ncommand=%s idle %s\nstdout_logfile=NONE\nstderr_logfile=NONE\nautorestart=true\n' "$i" "$dir/manager" "$socket" >> "$dir/supervisord.conf"
    done
}

# systemd as PID 1 of a Debian of its own, booted as the live tests boot sereno.
systemd_root() {
    [ "$(id -u)" = 0 ] || return 1
    root=${SERENO_LIVE_ROOT:-$PWD/.cache/root}
    tests/live/make-root.sh "$root" > "$dir/root.log" 2>&1 || return 1
    [ -x "$root/lib/systemd/systemd" ]
}

boot_systemd() {
    local state
    state=$(mktemp -d "$dir/state.XXXXXX")
    cat > "$state.setup" << SETUP
mkdir -p "\$new$dir"
mount --bind "$dir" "\$new$dir"
cp "$dir"/units/* "\$new/etc/systemd/system/"
ln -sf all.target "\$new/etc/systemd/system/default.target"
SETUP
    SERENO_LIVE_INIT="container=other $dir/manager mark $socket /lib/systemd/systemd" one systemd 20 38 tests/live/boot.sh "$root" "$PWD/out" "$state"
    [ ! -s "$state/cgroup" ] || rmdir "$(cat "$state/cgroup")" 2> /dev/null || true
}

manager() {
    local round label with_systemd=
    cc -std=gnu11 -O2 -o "$dir/manager" tests/bench/manager.c
    cc -std=gnu11 -O2 -o "$dir/once" tests/bench/once.c
    need s6-svscan:s6 runsvdir:runit supervisord:supervisor
    socket=$dir/heard
    make_services
    systemd_root && with_systemd=yes || printf 'systemd cannot be run here: %s\n' "$(tail -n 1 "$dir/root.log" 2> /dev/null)"
    for ((round = 0; round < ${BENCH_ROUNDS:-3}; round++)); do
        one sereno 100 15 out/sereno init --quiet --dir "$dir/instance$round" --unit-path "$dir/units" --default all.target
        one floor 100 15 "$dir/manager" floor $services "$dir/manager" idle "$socket"
        one s6 0 15 s6-svscan -c 2000 "$dir/s6"
        one runit 0 1 runsvdir -P "$dir/runit"
        one supervisord 0 15 supervisord -c "$dir/supervisord.conf"
        [ -z "$with_systemd" ] || boot_systemd
    done
    printf '%s, %s, %d processors, %d services (medians of %d, interleaved)\n' "$(date -u +%F)" "$(uname -sr)" "$(nproc)" $services "${BENCH_ROUNDS:-3}"
    printf '%-14s %10s %10s %12s %12s %10s %8s\n' '' 'up ms' 'down ms' 'again p50 ms' 'again p99 ms' 'PSS MB' 'idle %'
    for label in sereno floor s6 runit supervisord systemd; do
        printf '%-14s %10.8s %10.8s %12.8s %12.8s %10.8s %8s\n' "$label" "$(scaled "$(of up $label 50)" 1000)" "$(scaled "$(of down $label 50)" 1000)" \
            "$(scaled "$(of kill $label 50)" 1000)" "$(scaled "$(of kill $label 99)" 1000)" "$(scaled "$(of pss $label 50)" 1024)" "$(of idle $label 50)"
    done
    held 'up / s6' "$(ratio "$(of up sereno 50)" "$(of up s6 50)")" 0.35
    if [ -n "$with_systemd" ]; then
        held 'up / systemd' "$(ratio "$(of up sereno 50)" "$(of up systemd 50)")" 0.2
        held 'down / systemd' "$(ratio "$(of down sereno 50)" "$(of down systemd 50)")" 0.2
    fi
    held 'kill -9 to its successor, p50 ms' "$(scaled "$(of kill sereno 50)" 1000)" 2.5
    held 'kill -9 to its successor, p99 ms' "$(scaled "$(of kill sereno 99)" 1000)" 10
    held 'keeper, manager and journal, MB' "$(scaled "$(of pss sereno 50)" 1024)" 16
    held 'idle, %' "$(of idle sereno 50)" 0
    # Nobody listens to them any more.
    sed -i 's|^ExecStart=.*|ExecStart=/bin/sleep infinity|' "$dir"/units/n*.service
    begin_instance all.target
    declare -gA ms=() rss=()
    race 21 'sereno status' "out/sereno --dir $dir status n1.service" '/bin/true' /bin/true
    held 'status of one unit, ms' "$(scaled "${ms['sereno status']}" 1000)" 6
    end_instance
}
