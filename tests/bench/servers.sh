# Sourced by ./bench: a process for each connection, beside those who have always done that. The program (tests/bench/servers.c)
# reads a line, answers and exits. CPU is what the server's control group has used, its programs included.

requests=${BENCH_REQUESTS:-1000}

# group NAME: a control group of its own, whose cpu.stat counts also who has ended.
group() {
    local mount path
    mount=$(awk '$9 == "cgroup2" || $0 ~ / - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
    path=$(sed -n 's/^0:://p' /proc/self/cgroup)
    [ -n "$mount" ] && mkdir -p "$mount${path%/}/sereno-bench-$1" && printf '%s' "$mount${path%/}/sereno-bench-$1"
}

# begin LABEL COMMAND...: the server, in a control group of its own, once it listens on $port.
begin() {
    label=$1
    shift
    folder=$(group "$label") || die "servers needs root and cgroup v2: for the CPU that a server's programs have used"
    (echo "$BASHPID" > "$folder/cgroup.procs" && exec "$@") < /dev/null > "$dir/$label.log" 2>&1 &
    server=$!
    pids=("$server")
    local i
    for ((i = 0; i < 1000; i++)); do
        grep -qi ":$(printf %04x "$port") 0*:0000 0A" /proc/net/tcp && return
        kill -0 "$server" 2> /dev/null || break
        sleep 0.01
    done
    tail -n 5 "$dir/$label.log" >&2
    die "$label does not listen"
}

finish() {
    kill -TERM "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    pids=()
    local i
    for ((i = 0; i < 500; i++)); do rmdir "$folder" 2> /dev/null && return; sleep 0.01; done
}

used() { sed -n 's/^usage_usec //p' "$folder/cpu.stat"; }

# loads: sequential and 64 at once; the figures are added to those of earlier rounds.
loads() {
    local many before p50 p99 rate failed overtaken
    for many in ${concurrency:-1 64}; do
        "$dir/servers" load "$port" 50 "$many" > "$dir/warm" || { broken=$((broken + 1)); continue; }
        before=$(used)
        read -r rate p50 p99 failed overtaken < <("$dir/servers" load "$port" "$requests" "$many") || { printf '%s: no figures\n' "$label" >&2; continue; }
        echo "$rate" >> "$dir/rate.$many.$label"
        echo "$p50" >> "$dir/p50.$many.$label"
        echo "$p99" >> "$dir/p99.$many.$label"
        echo "$failed" >> "$dir/failed.$many.$label"
        echo "$overtaken" >> "$dir/overtaken.$many.$label"
        echo $((($(used) - before) / requests)) >> "$dir/cpu.$many.$label"
    done
}

# sereno_units MODE: one socket unit on $port.
sereno_units() {
    mkdir -p "$dir/units"
    rm -f "$dir"/units/*
    printf '[Unit]\nWants=b.socket\n' > "$dir/units/all.target"
    printf '[Socket]\nListenStream=127.0.0.1:%d\nListenStream=127.0.0.2:%d\nAccept=yes\nBacklog=1024\nMaxConnections=1024\nTriggerLimitIntervalSec=0\n[X-Sereno]\nServer=%s\n' "$port" "$port" "$1" > "$dir/units/b.socket"
    printf '[Service]\nExecStart=%s answer\nStandardInput=socket\n' "$dir/servers" > "$dir/units/b@.service"
}

init() { printf 'out/sereno init --quiet --dir %s --unit-path %s --default all.target' "$dir/instance.$1" "$dir/units"; }

peers() {
    local inetd=$dir/inetd.conf xinetd=$dir/xinetd.conf
    printf '127.0.0.1:%d stream tcp nowait.1000000 root %s servers answer\n' "$port" "$dir/servers" > "$inetd"
    printf 'defaults\n{\n cps = 1000000 1\n instances = UNLIMITED\n per_source = UNLIMITED\n}\nservice bench\n{\n type = UNLISTED\n bind = 127.0.0.1\n port = %d\n socket_type = stream\n protocol = tcp\n wait = no\n user = root\n server = %s\n server_args = answer\n}\n' "$port" "$dir/servers" > "$xinetd"
}

# xinetd and the other inetds are in each other's way as packages; its files are enough.
xinetd_program() {
    command -v xinetd && return
    (cd "$dir" && apt-get download xinetd > xinetd.log 2>&1 && dpkg -x xinetd_*.deb xinetd) < /dev/null && printf '%s' "$dir/xinetd/usr/sbin/xinetd"
}

servers() {
    local round port=17007 label server folder xinetd
    need tcpserver:ucspi-tcp inetd:openbsd-inetd socat:socat
    cc -std=gnu11 -O2 -o "$dir/servers" tests/bench/servers.c
    xinetd=$(xinetd_program) || printf 'xinetd cannot be had: %s\n' "$(tail -n 1 "$dir/xinetd.log")" >&2
    for ((round = 0; round < ${BENCH_ROUNDS:-3}; round++)); do
        peers
        sereno_units concurrent
        # shellcheck disable=SC2046 # a list of words
        begin sereno $(init "c$round") && loads && finish
        begin tcpserver tcpserver -HRl0 -c 1024 -b 1024 127.0.0.1 "$port" "$dir/servers" answer && loads && finish
        [ -z "$xinetd" ] || { begin xinetd "$xinetd" -dontfork -f "$dir/xinetd.conf" && loads && finish; }
        begin inetd inetd -i -R 1000000 "$dir/inetd.conf" && loads && finish
        begin socat socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr,backlog=1024" "EXEC:$dir/servers answer" && loads && finish
        begin activate systemd-socket-activate --accept --inetd -l "127.0.0.1:$port" "$dir/servers" answer && loads && finish
        sereno_units dedicated
        # shellcheck disable=SC2046
        begin dedicated $(init "d$round") && loads && finish
    done
    table
    activation
    held_connections
}

# listening_units PROGRAM: one service that gets the socket.
listening_units() {
    rm -f "$dir"/units/*
    printf '[Unit]\nWants=b.socket\n' > "$dir/units/all.target"
    printf '[Socket]\nListenStream=127.0.0.1:%d\nListenStream=127.0.0.2:%d\nBacklog=4096\nTriggerLimitIntervalSec=0\n' "$port" "$port" > "$dir/units/b.socket"
    printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nLimitNOFILE=16384\nExecStart=%s %s\n' "$dir/servers" "$1" > "$dir/units/b.service"
}

# From connect(2) to the first byte, where the connection starts the service. systemd-socket-activate becomes its program: it is started anew.
activation() {
    local round before
    listening_units take
    # shellcheck disable=SC2046
    begin activated $(init a)
    for ((round = 0; round < 21; round++)); do
        "$dir/servers" first "$port" >> "$dir/first.sereno"
        out/sereno --dir "$dir/instance.a" stop b.service 2> /dev/null
    done
    finish
    for ((round = 0; round < 21; round++)); do
        begin activate2 systemd-socket-activate -l "127.0.0.1:$port" "$dir/servers" take
        "$dir/servers" first "$port" >> "$dir/first.activate"
        finish
    done
    printf '\nFirst connection to first byte, us (medians of 21): sereno %s (p99 %s), systemd-socket-activate %s (p99 %s)\n' \
        "$(of first sereno 50)" "$(of first sereno 99)" "$(of first activate 50)" "$(of first activate 99)"
}

# weight: PSS in kB and CPU ticks of keeper and manager.
weight() {
    local pid
    for pid in "$server" $(pgrep -P "$server" -f manager-role); do
        awk '/^Pss:/ { p += $2 } END { print p }' "/proc/$pid/smaps_rollup"
        awk '{ print $14 + $15 }' "/proc/$pid/stat"
    done | tr '\n' ' '
}

held_connections() {
    local count=${BENCH_HELD:-10000} before after holder line
    ulimit -n "$(ulimit -Hn)"
    # shellcheck disable=SC2046
    begin holding $(init h)
    "$dir/servers" first "$port" > "$dir/warm"
    sleep 2
    before=$(weight)
    coproc HOLD { exec "$dir/servers" hold "$port" "$count"; }
    holder=$HOLD_PID
    read -r line <&"${HOLD[0]}" || true
    sleep 1
    after=$(weight)
    printf '%d connections held by an Accept=no service (%s): keeper %s kB, then %s; manager %s kB, then %s; CPU ticks %s and %s\n' "$count" "$line" \
        "$(cut -d' ' -f1 <<< "$before")" "$(cut -d' ' -f1 <<< "$after")" "$(cut -d' ' -f3 <<< "$before")" "$(cut -d' ' -f3 <<< "$after")" \
        "$(cut -d' ' -f2,4 <<< "$before")" "$(cut -d' ' -f2,4 <<< "$after")"
    kill "$holder" 2> /dev/null || true
    wait "$holder" 2> /dev/null || true
    finish
}

table() {
    local many label
    printf '%s, %s, %d processors, %d connections (medians of %d, interleaved)\n' "$(date -u +%F)" "$(uname -sr)" "$(nproc)" "$requests" "${BENCH_ROUNDS:-3}"
    for many in 1 64; do
        printf '%-12s %10s %10s %10s %12s %8s %10s   (%d at once)\n' '' 'per second' 'p50 us' 'p99 us' 'CPU us each' 'failed' 'overtaken' "$many"
        for label in sereno tcpserver xinetd inetd socat activate dedicated; do
            printf '%-12s %10s %10s %10s %12s %8s %10s\n' "$label" "$(of rate.$many $label 50)" "$(of p50.$many $label 50)" "$(of p99.$many $label 50)" \
                "$(of cpu.$many $label 50)" "$(of failed.$many $label 50)" "$(of overtaken.$many $label 50)"
        done
    done
    for many in 1 64; do
        held "tcpserver's per second / sereno's, $many at once" "$(ratio "$(of rate.$many tcpserver 50)" "$(of rate.$many sereno 50)")" 1.0
        held "p99 / tcpserver's, $many at once" "$(ratio "$(of p99.$many sereno 50)" "$(of p99.$many tcpserver 50)")" 1.0
        held "CPU / tcpserver's, $many at once" "$(ratio "$(of cpu.$many sereno 50)" "$(of cpu.$many tcpserver 50)")" 1.1
    done
}
