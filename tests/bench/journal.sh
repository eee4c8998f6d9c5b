# Sourced by ./bench: lines in, and lines found again. Everybody writes to the same file system, and gets its lines by pipes but journald,
# whose services have a socket.

lines=${BENCH_LINES:-1000000}

# taken LABEL WALL CPU FOLDER: the figures of one run, us and bytes.
taken() {
    echo "$2" >> "$dir/wall.$many.$1"
    echo "$3" >> "$dir/cpu.$many.$1"
    du -s --block-size=1 "$4" | cut -f1 >> "$dir/bytes.$many.$1"
}

# logger_of LABEL COMMAND...: one that reads its standard input; "%d" is the number of each.
logger_of() {
    local label=$1 wall cpu i
    shift
    rm -rf "$dir/$label"
    mkdir "$dir/$label"
    for ((i = 0; i < many; i++)); do mkdir "$dir/$label/$i"; done
    read -r wall cpu < <("$dir/journal" feed "$lines" "$many" "$@") || return 0
    taken "$label" "$wall" "$cpu" "$dir/$label"
}

ticks() { awk '{ print ($14 + $15) * 10000 }' "/proc/$1/stat"; }

# The real journald, which finds its folders at fixed places: in a mount namespace where they are others.
of_journald() {
    rm -rf "$dir/journald"
    mkdir "$dir/journald"
    # shellcheck disable=SC2016 # the inner shell expands
    read -r wall cpu < <(unshare --mount --propagation private bash -c '
        mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log || exit
        mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log/journal
        mount --bind "$1" /run/log/journal
        printf "[Journal]\nStorage=volatile\nRateLimitBurst=0\nRuntimeMaxUse=8G\nRuntimeKeepFree=1M\nForwardToSyslog=no\nForwardToWall=no\nReadKMsg=no\nAudit=no\n" > /run/systemd/journald.conf.d/bench.conf
        /usr/lib/systemd/systemd-journald > /dev/null 2>&1 & journald=$!
        until [ -S /run/systemd/journal/stdout ]; do sleep 0.01; done
        start=${EPOCHREALTIME/[.,]/}
        for ((i = 0; i < $3; i++)); do systemd-cat -t "w$i" "$2" lines $(($4 / $3)) "$i" & writers+=($!); done
        wait "${writers[@]}"
        journalctl --sync
        echo $((${EPOCHREALTIME/[.,]/} - start)) "$(awk "{ print (\$14 + \$15) * 10000 }" "/proc/$journald/stat")"
        kill "$journald"
        wait "$journald"
    ' _ "$dir/journald" "$dir/journal" "$many" "$lines") || return 0
    taken journald "$wall" "$cpu" "$dir/journald"
}

of_sereno() {
    local journal start before units=() i
    rm -rf "$dir/log"
    mkdir -p "$dir/units"
    rm -f "$dir"/units/*
    for ((i = 0; i < many; i++)); do
        units+=("w$i.service")
        printf '[Service]\nType=oneshot\nLogRateLimitIntervalSec=0\nExecStart=%s lines %d %d\n' "$dir/journal" $((lines / many)) "$i" > "$dir/units/w$i.service"
    done
    printf '[Unit]\n' > "$dir/units/all.target"
    begin_instance all.target
    journal=$(pgrep -P "$instance" -f journal-role)
    before=$(ticks "$journal")
    start=${EPOCHREALTIME/[.,]/}
    out/sereno --dir "$dir" start "${units[@]}"
    out/sereno --dir "$dir" logs --sync
    taken sereno $((${EPOCHREALTIME/[.,]/} - start)) $(($(ticks "$journal") - before)) "$dir/log"
    end_instance
}

journal() {
    local round many wall cpu label
    need s6-log:s6 svlogd:runit multilog:daemontools
    cc -std=gnu11 -O2 -o "$dir/journal" tests/bench/journal.c
    for ((round = 0; round < ${BENCH_ROUNDS:-3}; round++)); do
        for many in 1 64; do
            of_sereno
            [ "$(id -u)" != 0 ] || [ ! -x /usr/lib/systemd/systemd-journald ] || of_journald
            logger_of s6-log s6-log n20 s100000000 "$dir/s6-log/%d"
            logger_of svlogd svlogd "$dir/svlogd/%d"
            logger_of multilog multilog n20 s16777215 "$dir/multilog/%d"
        done
    done
    journal_table
    found_again
}

per_second() { if [ "$1" = - ]; then echo -; else echo $((lines * 1000000 / $1)); fi; }

journal_table() {
    local label
    printf '%s, %s, %d processors, %d lines of 100 bytes (medians of %d, interleaved)\n' "$(date -u +%F)" "$(uname -sr)" "$(nproc)" "$lines" "${BENCH_ROUNDS:-3}"
    for many in 1 64; do
        printf '%-12s %14s %14s %14s   (services: %d)\n' '' 'lines a second' 'CPU ms' 'bytes a line' "$many"
        for label in sereno journald s6-log svlogd multilog; do
            printf '%-12s %14s %14s %14s\n' "$label" "$(per_second "$(of wall.$many $label 50)")" \
                "$(scaled "$(of cpu.$many $label 50)" 1000)" "$(scaled "$(of bytes.$many $label 50)" "$lines")"
        done
        held "journald's lines a second / sereno's, $many services" "$(ratio "$(of wall.$many sereno 50)" "$(of wall.$many journald 50)")" 0.1
        held "CPU / journald's, $many services" "$(ratio "$(of cpu.$many sereno 50)" "$(of cpu.$many journald 50)")" 0.1
        held "time / s6-log's, $many services" "$(ratio "$(of wall.$many sereno 50)" "$(of wall.$many s6-log 50)")" 1.667
        held "bytes / journald's, $many services" "$(ratio "$(of bytes.$many sereno 50)" "$(of bytes.$many journald 50)")" 0.75
    done
}

# weigh KEY LABEL COMMAND...: wall and memory of one command.
weigh() {
    local key=$1 label=$2 wall cpu size
    shift 2
    read -r wall cpu size < <("$dir/journal" weigh "$@") || true
    echo "$wall" >> "$dir/$key.$label"
    echo "$size" >> "$dir/$key.size.$label"
}

# On the files of the last 64 services: both programs read the same.
found_again() {
    local round folder
    folder=$(dirname "$(find "$dir/log" -name '*.journal' -print -quit)")
    ln -s "$PWD/out/sereno" "$dir/journalctl"
    for ((round = 0; round < 5; round++)); do
        for label in sereno journalctl; do
            program=$dir/journalctl
            [ "$label" = sereno ] || program=$(command -v journalctl)
            weigh last "$label" "$program" -q --no-pager -D "$folder" -u w7.service -n 100
            weigh grep "$label" "$program" -q --no-pager -D "$folder" -g hornswoggle
        done
    done
    printf 'last 100 lines of a unit: sereno %s us, journalctl %s; -g of a rare word: %s and %s us; largest resident size of ours %s and %s kB\n' \
        "$(of last sereno 50)" "$(of last journalctl 50)" "$(of grep sereno 50)" "$(of grep journalctl 50)" "$(of last.size sereno 50)" "$(of grep.size sereno 50)"
    held 'last 100 lines / journalctl' "$(ratio "$(of last sereno 50)" "$(of last journalctl 50)")" 0.3
    held '-g of a rare word / journalctl' "$(ratio "$(of grep sereno 50)" "$(of grep journalctl 50)")" 0.05
    held 'largest resident size while searching, MB' "$(scaled "$(of grep.size sereno 50)" 1024)" 32
}
