// The measuring side of ./bench manager, and the service that all managers run.
//   manager idle SOCKET                       the service: says its pid, then waits for ever
//   manager mark SOCKET COMMAND...            says that the race begins now, then becomes the command
//   manager floor N COMMAND...                starts the command N times, again whenever one ends, and ends all on SIGTERM: what
//                                             the kernel's own part costs
//   manager race SOCKET N KILLS STOPSIGNAL COMMAND...
//     starts the command, waits until N services have spoken, kills KILLS of them one after the other and waits for each
//     successor, measures weight and idle time of the command's other processes, signals it, and waits until all is gone.
//     Prints "up USEC", "kill USEC" each, "pss KB", "idle PERCENT", "down USEC".
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct record { int64_t usec; int32_t mark, pid; };

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int named(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    strncpy(address->sun_path, path, sizeof address->sun_path - 1);
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void say(const char *path, int mark) {
    struct sockaddr_un address;
    struct record r = { now(), mark, 0 };
    int fd = named(path, &address);
    if (sendto(fd, &r, sizeof r, 0, (struct sockaddr *)&address, sizeof address) != sizeof r)
        die(path);
    close(fd);
}

// The next record, with the sender's pid as we see it (unix(7), SCM_CREDENTIALS), or 0 when none comes within the time.
static int next(int fd, struct record *r, int milliseconds) {
    struct pollfd p = { fd, POLLIN, 0 };
    char control[CMSG_SPACE(sizeof(struct ucred))];
    struct iovec data = { r, sizeof *r };
    struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
    if (poll(&p, 1, milliseconds) != 1 || recvmsg(fd, &m, MSG_CMSG_CLOEXEC) != sizeof *r || !CMSG_FIRSTHDR(&m))
        return 0;
    struct ucred who;
    memcpy(&who, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof who);
    r->pid = who.pid;
    return 1;
}

static long number(const char *path, const char *key) {
    char line[512];
    long value = 0;
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f))
        if (!strncmp(line, key, strlen(key)))
            value += atol(line + strlen(key));
    fclose(f);
    return value;
}

static int parent(int pid, long *ticks) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = 0;
    char *rest = strrchr(text, ')');
    int ppid;
    unsigned long user, system;
    if (!rest || sscanf(rest + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ppid, &user, &system) != 3)
        return 0;
    if (ticks)
        *ticks = (long)(user + system);
    return ppid;
}

static char *isService;

// Weight and ticks of the manager's own processes: all below the command that aren't services.
static void weigh(int command, long *pss, long *ticks) {
    static int parents[4194304];
    *pss = *ticks = 0;
    memset(parents, 0, sizeof parents);
    DIR *proc = opendir("/proc");
    struct dirent *e;
    while ((e = readdir(proc))) {
        int pid = atoi(e->d_name);
        if (pid > 0 && pid < 4194304)
            parents[pid] = parent(pid, NULL);
    }
    rewinddir(proc);
    while ((e = readdir(proc))) {
        int pid = atoi(e->d_name), at = pid;
        if (pid <= 0 || pid >= 4194304 || isService[pid])
            continue;
        while (at > 0 && at != command)
            at = parents[at];
        if (at != command)
            continue;
        char path[64];
        long its = 0;
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
        *pss += number(path, "Pss:");
        parent(pid, &its);
        *ticks += its;
    }
    closedir(proc);
}

static int race(int argc, char **argv) {
    const char *path = argv[2];
    int n = atoi(argv[3]), kills = atoi(argv[4]), stop = atoi(argv[5]);
    if (argc < 7)
        return 2;
    int *pids = calloc((size_t)n, sizeof *pids);
    isService = calloc(4194304, 1);
    unlink(path);
    struct sockaddr_un address;
    int heard = named(path, &address), on = 1;
    if (bind(heard, (struct sockaddr *)&address, sizeof address) || setsockopt(heard, SOL_SOCKET, SO_PASSCRED, &on, sizeof on))
        die(path);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int64_t begin = now();
    int command = fork();
    if (command == 0) {
        execvp(argv[6], argv + 6);
        die(argv[6]);
    }
    struct record r;
    int manager = command;
    for (int i = 0; i < n;) {
        if (!next(heard, &r, 120000)) {
            fprintf(stderr, "only %d of %d services came up\n", i, n);
            kill(command, SIGKILL);
            return 1;
        }
        if (r.mark) {
            begin = r.usec;
            manager = r.pid;
            continue;
        }
        pids[i++] = r.pid;
        if (r.pid > 0 && r.pid < 4194304)
            isService[r.pid] = 1;
    }
    printf("up %lld\n", (long long)(now() - begin));
    fflush(stdout);
    for (int i = 0; i < kills; i++) {
        usleep(20000);
        int at = (i * 7919) % n;
        begin = now();
        if (kill(pids[at], SIGKILL) || !next(heard, &r, 20000)) {
            fprintf(stderr, "no successor\n");
            break;
        }
        printf("kill %lld\n", (long long)(now() - begin));
        pids[at] = r.pid;
        isService[r.pid] = 1;
    }
    long pss, before, after;
    sleep(5);
    weigh(manager, &pss, &before);
    sleep(5);
    weigh(manager, &pss, &after);
    printf("pss %ld\nidle %.2f\n", pss, 100.0 * (double)(after - before) / 5 / (double)sysconf(_SC_CLK_TCK));
    fflush(stdout);
    int *fds = calloc((size_t)n, sizeof *fds);
    for (int i = 0; i < n; i++)
        fds[i] = (int)syscall(SYS_pidfd_open, pids[i], 0);
    begin = now();
    kill(manager, stop);
    for (int i = 0; i < n; i++) {
        struct pollfd p = { fds[i], POLLIN, 0 };
        if (fds[i] >= 0 && poll(&p, 1, 120000) != 1) {
            fprintf(stderr, "process %d doesn't end\n", pids[i]);
            break;
        }
    }
    printf("down %lld\n", (long long)(now() - begin));
    for (int i = 0; i < 100 && waitpid(command, NULL, WNOHANG) == 0; i++)
        usleep(100000);
    kill(command, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    unlink(path);
    return 0;
}

static int start(char **command) {
    sigset_t none;
    sigemptyset(&none);
    int pid = vfork();
    if (pid == 0) {
        sigprocmask(SIG_SETMASK, &none, NULL);
        execv(command[0], command);
        _exit(127);
    }
    return pid;
}

static int keep(int n, char **command) {
    int *pids = calloc((size_t)n, sizeof *pids), ended;
    sigset_t waited;
    sigemptyset(&waited);
    sigaddset(&waited, SIGCHLD);
    sigaddset(&waited, SIGTERM);
    sigprocmask(SIG_BLOCK, &waited, NULL);
    for (int i = 0; i < n; i++)
        pids[i] = start(command);
    while (sigwaitinfo(&waited, NULL) != SIGTERM)
        while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
            for (int i = 0; i < n; i++)
                if (pids[i] == ended)
                    pids[i] = start(command);
    for (int i = 0; i < n; i++)
        kill(pids[i], SIGTERM);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    return 0;
}

int main(int argc, char **argv) {
    const char *path = getenv("BENCH_SOCKET");
    if (argc > 2 && !strcmp(argv[1], "race"))
        return race(argc, argv);
    if (argc > 3 && !strcmp(argv[1], "floor"))
        return keep(atoi(argv[2]), argv + 3);
    if (argc > 3 && !strcmp(argv[1], "mark")) {
        say(argv[2], 1);
        execvp(argv[3], argv + 3);
        die(argv[3]);
    }
    // runit and s6 call it by a link, and say the rest in its environment.
    if (argc > 2)
        path = argv[2];
    if (!path)
        return 2;
    say(path, 0);
    for (;;)
        pause();
}
