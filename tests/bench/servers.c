// The two ends of ./bench servers.
//   servers answer                          what an inetd starts: reads a line, answers, exits
//   servers load PORT COUNT CONCURRENCY     clients, so many at a time: "per second, p50 and p99 in us, failed, overtaken"
//   servers hold PORT COUNT                 connects, says "ready", holds the connections until its input ends
//   servers serve                           accepts on descriptor 3, reads a line, answers; SIGTERM lets it finish with its client
//   servers take                            what socket activation starts: accepts on descriptor 3 and holds all, answering each with a byte
//   servers first PORT                      one client: us from connect(2) to the first byte
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct client {
    int fd, answered, number;
    double began;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;
    return d < 0 ? -1 : d > 0;
}

static struct sockaddr_in address(int port, int number)
{
    // Ports of one address run out: TIME-WAIT keeps each for a minute.
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    a.sin_addr.s_addr = htonl(0x7f000001 + (number >> 14));
    return a;
}

static int answer(void)
{
    char line[256];
    size_t length = 0;
    for (ssize_t n; length < sizeof line && (n = read(0, line + length, sizeof line - length)) > 0;) {
        length += n;
        if (memchr(line, '\n', length))
            break;
    }
    return write(1, line, length) == (ssize_t)length ? 0 : 1;
}

static volatile sig_atomic_t over;

static void stop(int signal)
{
    (void)signal;
    over = 1;
}

// The signal comes in only while nobody is being served: who is in the queue is left to who comes next.
static int serve(void)
{
    sigset_t blocked, none;
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = stop}, NULL);
    while (!over) {
        struct pollfd listener = {.fd = 3, .events = POLLIN};
        char line[256];
        if (ppoll(&listener, 1, NULL, &none) <= 0)
            continue;
        int fd = accept4(3, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        ssize_t n = read(fd, line, sizeof line);
        if (n > 0 && write(fd, line, n) != n)
            return 1;
        close(fd);
    }
    return 0;
}

static int load(int port, int count, int concurrency)
{
    struct client *clients = calloc(concurrency, sizeof *clients);
    double *took = calloc(count, sizeof *took), began = now();
    int set = epoll_create1(0), started = 0, done = 0, failed = 0, overtaken = 0, latest = -1;
    for (int i = 0; i < concurrency; i++)
        clients[i].fd = -1;
    while (done < count) {
        for (int i = 0; i < concurrency && started < count; i++) {
            struct client *c = &clients[i];
            if (c->fd >= 0)
                continue;
            struct sockaddr_in a = address(port, started);
            *c = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), .number = started++, .began = now()};
            struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
            int one = 1;
            setsockopt(c->fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
            if ((connect(c->fd, (struct sockaddr *)&a, sizeof a) < 0 && errno != EINPROGRESS) || epoll_ctl(set, EPOLL_CTL_ADD, c->fd, &e) < 0) {
                perror("connect");
                return 1;
            }
            send(c->fd, "hello\n", 6, MSG_NOSIGNAL); // loopback: it is connected
        }
        struct epoll_event ready[64];
        int n = epoll_wait(set, ready, 64, 20000);
        if (n <= 0) {
            fprintf(stderr, "nobody answers: %d of %d done\n", done, count);
            return 1;
        }
        for (int i = 0; i < n; i++) {
            struct client *c = ready[i].data.ptr;
            char buffer[256];
            ssize_t got = read(c->fd, buffer, sizeof buffer);
            if (got > 0) {
                c->answered = 1;
                continue;
            }
            if (got < 0 && errno == EAGAIN)
                continue;
            took[done++] = now() - c->began;
            failed += !c->answered;
            overtaken += c->number < latest;
            latest = c->number > latest ? c->number : latest;
            close(c->fd);
            c->fd = -1;
        }
    }
    double all = now() - began;
    qsort(took, count, sizeof *took, by_size);
    printf("%.0f %.0f %.0f %d %d\n", count / all * 1e6, took[count / 2], took[(int)(count * 0.99)], failed, overtaken);
    return 0;
}

static int hold(int port, int count)
{
    for (int i = 0; i < count; i++) {
        struct sockaddr_in a = address(port, i);
        char byte;
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0 || read(fd, &byte, 1) != 1) {
            perror("hold");
            return 1;
        }
    }
    puts("ready");
    fflush(stdout);
    char byte;
    return read(0, &byte, 1) < 0;
}

static int take(void)
{
    fcntl(3, F_SETFL, 0);
    for (;;) {
        int fd = accept4(3, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 || write(fd, "!", 1) != 1)
            return 1;
    }
}

static int first(int port)
{
    struct sockaddr_in a = address(port, 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    double began = now();
    char byte;
    if (connect(fd, (struct sockaddr *)&a, sizeof a) < 0 || read(fd, &byte, 1) != 1) {
        perror("first");
        return 1;
    }
    printf("%.0f\n", now() - began);
    return 0;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    if (!strcmp(mode, "answer"))
        return answer();
    if (!strcmp(mode, "serve"))
        return serve();
    if (!strcmp(mode, "take"))
        return take();
    if (!strcmp(mode, "load") && argc == 5)
        return load(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
    if (!strcmp(mode, "hold") && argc == 4)
        return hold(atoi(argv[2]), atoi(argv[3]));
    if (!strcmp(mode, "first") && argc == 3)
        return first(atoi(argv[2]));
    return 2;
}
