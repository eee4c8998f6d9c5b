// Sockets and devices from inside a service: part of probe.c.
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static socklen_t address(struct sockaddr_storage *to, const char *host, int port)
{
    struct sockaddr_in *v4 = (void *)to;
    struct sockaddr_in6 *v6 = (void *)to;
    memset(to, 0, sizeof *to);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return sizeof *v4;
    }
    inet_pton(AF_INET6, host, &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    return sizeof *v6;
}

// "udp HOST PORT" sends a datagram; "tcp HOST PORT" connects, which may take a second.
static void reach(const char *kind, const char *host, const char *port)
{
    struct sockaddr_storage to;
    socklen_t length = address(&to, host, atoi(port));
    int isTcp = strcmp(kind, "tcp") == 0, fd = socket(to.ss_family, isTcp ? SOCK_STREAM | SOCK_NONBLOCK : SOCK_DGRAM, 0);
    if (!isTcp) {
        tell("udp", sendto(fd, "x", 1, 0, (void *)&to, length));
        return;
    }
    int error = connect(fd, (void *)&to, length) == 0 ? 0 : errno;
    struct pollfd p = { .fd = fd, .events = POLLOUT };
    socklen_t size = sizeof error;
    if (error == EINPROGRESS && poll(&p, 1, 1000) == 0)
        error = ETIMEDOUT;
    else if (error == EINPROGRESS)
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    tell("tcp", error ? -1 : 0);
}

// "bind tcp|udp HOST PORT"
static void bindTo(const char *kind, const char *host, const char *port)
{
    struct sockaddr_storage to;
    socklen_t length = address(&to, host, atoi(port));
    int fd = socket(to.ss_family, strcmp(kind, "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    tell("bind", bind(fd, (void *)&to, length));
}

// "receive FILE": listens on a UDP port of 127.0.0.1 that it writes to FILE, and tells who sent the first datagram.
static void receive(const char *file)
{
    struct sockaddr_in from, me = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof me;
    char text[16], host[64], temporary[4096];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bind(fd, (void *)&me, sizeof me);
    getsockname(fd, (void *)&me, &length);
    snprintf(temporary, sizeof temporary, "%s.tmp", file);
    FILE *f = fopen(temporary, "w");
    fprintf(f, "%d", ntohs(me.sin_port));
    fclose(f);
    rename(temporary, file);
    length = sizeof from;
    ssize_t n = recvfrom(fd, text, sizeof text, 0, (void *)&from, &length);
    printf("receive: %s\n", n < 0 ? strerrorname_np(errno) : inet_ntop(AF_INET, &from.sin_addr, host, sizeof host));
}

// "open r|w|rw PATH..." and "make PATH MAJOR MINOR", a character device.
static void device(const char *mode, const char *path)
{
    int flags = strcmp(mode, "r") == 0 ? O_RDONLY : strcmp(mode, "w") == 0 ? O_WRONLY : O_RDWR;
    tell("open", open(path, flags | O_NONBLOCK | O_NOCTTY));
}

static void make(const char *path, const char *major, const char *minor)
{
    tell("make", mknod(path, S_IFCHR | 0600, makedev(atoi(major), atoi(minor))));
    unlink(path);
}

static void network(const char *what, char **rest, int count)
{
    if ((strcmp(what, "udp") == 0 || strcmp(what, "tcp") == 0) && count == 2)
        reach(what, rest[0], rest[1]);
    else if (strcmp(what, "bind") == 0 && count == 3)
        bindTo(rest[0], rest[1], rest[2]);
    else if (strcmp(what, "receive") == 0 && count == 1)
        receive(rest[0]);
    else if (strcmp(what, "make") == 0 && count == 3)
        make(rest[0], rest[1], rest[2]);
    else if (strcmp(what, "open") == 0)
        for (int k = 1; k < count; k++)
            device(rest[0], rest[k]);
}
