# Sourced by ./build, ./run, ./test and ./bench, with the repository's root as the working directory.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# missing COMMAND-OR-FILE:PACKAGE... prints the packages of those that aren't here.
missing() {
    local pair
    for pair; do
        case ${pair%%:*} in
            /*) [ -e "${pair%%:*}" ] || printf '%s ' "${pair#*:}" ;;
            *) command -v "${pair%%:*}" > /dev/null || printf '%s ' "${pair#*:}" ;;
        esac
    done
}

install() {
    local log
    log=$(mktemp)
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } < /dev/null > "$log" 2>&1 \
        || { tail -n 20 "$log" >&2; rm -f "$log"; return 1; }
    rm -f "$log"
}

# need COMMAND-OR-FILE:PACKAGE... installs what is missing, or says what to install.
need() {
    local packages
    packages=$(missing "$@")
    [ -n "$packages" ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
        die "missing: $packages(on Debian: sudo apt-get install $packages)"
    fi
    printf 'installing %s\n' "$packages" >&2
    # shellcheck disable=SC2086 # a list of words
    install $packages || die "cannot install $packages"
}

# Whether out/sereno is there and no source is younger.
is_fresh() {
    [ -x out/sereno ] && [ -z "$(find src Directory.*.props global.json -newer out/sereno -not -path '*/obj/*' -not -path '*/bin/*' \
        -not -name packages.lock.json -type f -print -quit)" ]
}
