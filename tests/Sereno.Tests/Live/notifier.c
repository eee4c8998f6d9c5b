// A service that speaks sd_notify(3) by hand: "store" leaves a descriptor with the manager, "flood" says too much.
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int bus;

static void say(const char *text, int fd)
{
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec iov = {.iov_base = (void *)text, .iov_len = strlen(text)};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    if (sendmsg(bus, &message, 0) < 0)
        _exit(9);
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static void store(void)
{
    char text[100] = "nothing", status[400];
    if (atoi(variable("LISTEN_FDS")) == 0) {
        int kept = memfd_create("kept", 0);
        if (write(kept, "remembered", 10) != 10)
            _exit(8);
        say("FDSTORE=1\nFDNAME=memory", kept);
        say("FDSTORE=1\nFDNAME=again", kept);
    } else {
        memset(text, 0, sizeof text);
        if (pread(3, text, sizeof text - 1, 0) < 0)
            strcpy(text, "unreadable");
    }
    snprintf(status, sizeof status, "READY=1\nSTATUS=%s/%s/%s", text, variable("LISTEN_FDNAMES"), atoi(variable("LISTEN_PID")) == getpid() ? "mine" : "");
    say(status, -1);
}

static void flood(void)
{
    char line[6000];
    say("READY=1", -1);
    for (int i = 0; i < 20000; i++) {
        snprintf(line, sizeof line, "STATUS=%d\nWATCHDOG=1", i);
        say(line, -1);
    }
    memset(line, 'x', 5000);
    line[5000] = 0;
    say(line, -1);
    say("STATUS=\xff", -1);
    say("\n\n=\nSTATUS=over", -1);
    for (;;)
        say("WATCHDOG=1", -1);
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    bus = socket(AF_UNIX, SOCK_DGRAM, 0);
    strncpy(address.sun_path, variable("NOTIFY_SOCKET"), sizeof address.sun_path - 1);
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(address.sun_path);
    if (address.sun_path[0] == '@')
        address.sun_path[0] = 0;
    if (connect(bus, (struct sockaddr *)&address, length) < 0)
        return 7;
    if (argc > 1 && strcmp(argv[1], "store") == 0)
        store();
    else
        flood();
    for (;;)
        pause();
}
