// A server that starts to listen when it is told to, and echoes for as long as its clients stay:
// lingerer FILE tcp PORT | udp PORT | unix PATH | fd N | connection, and "out PORT" for a connection of its own.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_in local(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int open_socket(const char *kind, const char *where)
{
    int one = 1;
    if (!strcmp(kind, "fd") || !strcmp(kind, "connection"))
        return 3;
    if (!strcmp(kind, "unix")) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strncpy(address.sun_path, where, sizeof address.sun_path - 1);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        return bind(fd, (void *)&address, sizeof address) || listen(fd, 64) ? -1 : fd;
    }
    struct sockaddr_in address = local(where);
    int fd = socket(AF_INET, strcmp(kind, "udp") ? SOCK_STREAM : SOCK_DGRAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (void *)&address, sizeof address))
        return -1;
    return strcmp(kind, "udp") && listen(fd, 64) ? -1 : fd;
}

int main(int argc, char **argv)
{
    while (access(argv[1], F_OK))
        usleep(2000);
    struct pollfd fds[64] = {{.fd = open_socket(argv[2], argc > 3 ? argv[3] : ""), .events = POLLIN}};
    if (fds[0].fd < 0)
        return 9;
    if (argc > 5) {
        struct sockaddr_in address = local(argv[5]);
        if (connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&address, sizeof address))
            return 8;
    }
    int accepts = !strcmp(argv[2], "connection") || !strcmp(argv[2], "udp") ? 0 : 1;
    for (int count = 1;;) {
        poll(fds, count, -1);
        if (accepts && (fds[0].revents & POLLIN) && count < 64)
            fds[count++] = (struct pollfd){.fd = accept(fds[0].fd, NULL, NULL), .events = POLLIN};
        for (int i = accepts; i < count; i++) {
            char text[256];
            if (!(fds[i].revents & (POLLIN | POLLHUP)) || !strcmp(argv[2], "udp"))
                continue;
            int length = read(fds[i].fd, text + 16, sizeof text - 16);
            if (length <= 0) {
                close(fds[i].fd);
                fds[i].fd = -1;
                continue;
            }
            int prefix = snprintf(text, 16, "%d ", getpid());
            memmove(text + prefix, text + 16, length);
            if (write(fds[i].fd, text, prefix + length) < 0)
                return 7;
        }
    }
}
