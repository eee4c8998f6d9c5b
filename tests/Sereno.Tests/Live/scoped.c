// A server with listeners of its own, or with those that it is given; and a client that is connected to nobody.
//   scoped own PORT        TCP and UDP, IPv6 that takes IPv4, at every address
//   scoped given           what LISTEN_FDS says
//   scoped ask ADDR PORT   writes by UDP and reads the answer, then by TCP; says what it got
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct pollfd fds[16];
static int streams[16], count;

static void add(int fd, int stream)
{
    fds[count].fd = fd;
    fds[count].events = POLLIN;
    streams[count++] = stream;
}

static void own(int type, int port)
{
    struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    int fd = socket(AF_INET6, type, 0);
    if (bind(fd, (void *)&any, sizeof any) != 0 || (type == SOCK_STREAM && listen(fd, 64) != 0)) {
        perror("scoped");
        exit(1);
    }
    add(fd, type == SOCK_STREAM);
}

static int ask(const char *address, int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_pton(AF_INET, address, &to.sin_addr);
    char answer[16];
    struct timeval limit = { .tv_sec = 10 };
    int udp = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(udp, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(tcp, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sendto(udp, "?", 1, 0, (void *)&to, sizeof to);
    printf("udp %s\n", recv(udp, answer, sizeof answer, 0) > 0 ? "answered" : "silent");
    printf("tcp %s\n", connect(tcp, (void *)&to, sizeof to) == 0 && recv(tcp, answer, sizeof answer, 0) > 0 ? "answered" : "silent");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "ask") == 0)
        return ask(argv[2], atoi(argv[3]));
    if (argc == 3 && strcmp(argv[1], "own") == 0) {
        own(SOCK_STREAM, atoi(argv[2]));
        own(SOCK_DGRAM, atoi(argv[2]));
    } else
        for (int i = 0; i < atoi(getenv("LISTEN_FDS") ? getenv("LISTEN_FDS") : "0"); i++) {
            int type;
            socklen_t size = sizeof type;
            getsockopt(3 + i, SOL_SOCKET, SO_TYPE, &type, &size);
            add(3 + i, type == SOCK_STREAM);
        }
    while (poll(fds, count, -1) >= 0)
        for (int i = 0; i < count; i++) {
            struct sockaddr_storage peer;
            socklen_t size = sizeof peer;
            char byte;
            if (!(fds[i].revents & POLLIN))
                continue;
            if (streams[i]) {
                int fd = accept(fds[i].fd, NULL, NULL);
                if (fd >= 0 && write(fd, "hello", 5) == 5)
                    close(fd);
            } else if (recvfrom(fds[i].fd, &byte, 1, 0, (void *)&peer, &size) >= 0)
                sendto(fds[i].fd, "hello", 5, 0, (void *)&peer, size);
        }
    return 1;
}
