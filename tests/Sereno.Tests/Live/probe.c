// Run as a service by SandboxSpecs: tells, from inside, what it has and what it may do. Each command prints one line.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

// A line of /proc/self/status.
static void status(const char *key)
{
    char line[4096];
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0 && line[strlen(key)] == ':') {
            char *value = line + strlen(key) + 1;
            value += strspn(value, "\t ");
            value[strcspn(value, "\n")] = 0;
            printf("%s=%s\n", key, value);
        }
    if (f != NULL)
        fclose(f);
}

static void tell(const char *what, long r)
{
    printf("%s: %s\n", what, r < 0 ? strerrorname_np(errno) : "ok");
}

// A system call by number in a child of its own: one that kills tells so by its signal. A 0 in front means x86's int 0x80.
static void call(char **argv, int count, int old)
{
    long a[7] = { 0 };
    for (int i = 0; i < count && i < 7; i++)
        a[i] = strcmp(argv[i], "-") == 0 ? (long)"/tmp/no such file" : strtol(argv[i], NULL, 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        long r;
#if defined(__x86_64__)
        if (old) {
            __asm__ volatile("int $0x80" : "=a"(r) : "a"(a[0]), "b"(a[1]), "c"(a[2]), "d"(a[3]) : "memory", "r8", "r9", "r10", "r11");
            errno = (int)-r;
            r = r < 0 ? -1 : r;
        } else
#endif
            r = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
        (void)old;
        tell("call", r);
        exit(0);
    }
    int state;
    waitpid(child, &state, 0);
    if (WIFSIGNALED(state))
        printf("call: SIG%s\n", sigabbrev_np(WTERMSIG(state)));
}

static void file(const char *path)
{
    char text[65536];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (n < 0) {
        tell(path, -1);
        return;
    }
    text[n] = 0;
    text[strcspn(text, "\n")] = 0;
    printf("%s: %s\n", path, text);
}

static void scheduling(void)
{
    struct sched_param p;
    sched_getparam(0, &p);
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    printf("policy=%d priority=%d nice=%d cpus=%d io=%ld slack=%d personality=%d\n", sched_getscheduler(0), p.sched_priority, getpriority(PRIO_PROCESS, 0),
           CPU_COUNT(&set), syscall(SYS_ioprio_get, 1, 0), prctl(PR_GET_TIMERSLACK), personality(0xffffffff));
}

static void limit(const char *name)
{
    static const struct { const char *name; int resource; } known[] = {
        { "NOFILE", RLIMIT_NOFILE }, { "CORE", RLIMIT_CORE }, { "NPROC", RLIMIT_NPROC }, { "RTPRIO", RLIMIT_RTPRIO },
    };
    struct rlimit l;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0 && getrlimit(known[i].resource, &l) == 0)
            printf("%s=%ld:%ld\n", name, (long)l.rlim_cur, (long)l.rlim_max);
}

static void keyring(void)
{
    unsigned char id[16];
    long key = syscall(SYS_keyctl, 10 /* KEYCTL_SEARCH */, -3 /* the session's */, "user", "invocation_id", 0);
    if (key < 0 || syscall(SYS_keyctl, 11 /* KEYCTL_READ */, key, id, sizeof id) != sizeof id) {
        tell("keyring", -1);
        return;
    }
    printf("keyring: ");
    for (int i = 0; i < 16; i++)
        printf("%02x", id[i]);
    printf("\n");
}

static void who(void)
{
    uid_t u[3];
    gid_t g[3], groups[64];
    getresuid(&u[0], &u[1], &u[2]);
    getresgid(&g[0], &g[1], &g[2]);
    int n = getgroups(64, groups);
    printf("uid=%d,%d,%d gid=%d,%d,%d groups=", u[0], u[1], u[2], g[0], g[1], g[2]);
    for (int i = 0; i < n; i++)
        printf("%s%d", i ? "," : "", groups[i]);
    printf("\n");
}

#include "probe-net.h"

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        int count = 0;
        while (i + 1 + count < argc && strcmp(argv[i + 1 + count], ";;") != 0)
            count++;
        char **rest = argv + i + 1;
        if (strcmp(argv[i], "status") == 0)
            for (int k = 0; k < count; k++)
                status(rest[k]);
        else if (strcmp(argv[i], "call") == 0)
            call(rest, count, 0);
        else if (strcmp(argv[i], "oldcall") == 0)
            call(rest, count, 1);
        else if (strcmp(argv[i], "file") == 0)
            for (int k = 0; k < count; k++)
                file(rest[k]);
        else if (strcmp(argv[i], "touch") == 0)
            for (int k = 0; k < count; k++)
                tell("touch", open(rest[k], O_WRONLY | O_CREAT, 0600));
        else if (strcmp(argv[i], "scheduling") == 0)
            scheduling();
        else if (strcmp(argv[i], "limits") == 0)
            for (int k = 0; k < count; k++)
                limit(rest[k]);
        else if (strcmp(argv[i], "keyring") == 0)
            keyring();
        else if (strcmp(argv[i], "who") == 0)
            who();
        else if (strcmp(argv[i], "securebits") == 0)
            printf("securebits=%d\n", prctl(PR_GET_SECUREBITS));
        else if (strcmp(argv[i], "environment") == 0)
            for (int k = 0; k < count; k++)
                printf("%s=%s\n", rest[k], getenv(rest[k]) ? getenv(rest[k]) : "(unset)");
        else if (strcmp(argv[i], "arguments") == 0) {
            for (int k = 0; k < count; k++)
                printf("[%s]", rest[k]);
            printf("\n");
        } else if (strcmp(argv[i], "input") == 0) {
            char text[4096];
            ssize_t n, all = 0;
            while ((n = read(0, text + all, sizeof text - 1 - all)) > 0)
                all += n;
            text[all] = 0;
            for (char *c = text; *c; c++)
                if (*c == '\n')
                    *c = '|';
            printf("input=%s\n", text);
        } else if (strcmp(argv[i], "descriptors") == 0) {
            printf("0=1%s 1=2%s access=%d\n", syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 1) == 0 ? "" : "?",
                   syscall(SYS_kcmp, getpid(), getpid(), 0, 1, 2) == 0 ? "" : "?", fcntl(1, F_GETFL) & O_ACCMODE);
        } else if (strcmp(argv[i], "terminal") == 0) {
            struct winsize size = { 0 };
            tell("terminal", ioctl(0, TIOCGWINSZ, &size));
            printf("rows=%d columns=%d session=%d foreground=%d\n", size.ws_row, size.ws_col, getsid(0) == getpid(), tcgetpgrp(0) == getpgrp());
        }
        network(argv[i], rest, count);
        i += count + 1;
        i--;
        while (i + 1 < argc && strcmp(argv[i + 1], ";;") == 0)
            i++;
    }
    return 0;
}
