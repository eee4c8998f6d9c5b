// hold PROCESSES LARGE EACH: that many processes of 20 to 50 descriptors, nearly all TCP sockets (a listener, and both ends of
// connections to it), and LARGE more with EACH connections. Says "ready" and waits; all of them end with the first.
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

// Addresses of 127/8 differ, so that ephemeral ports don't run out.
static void hold(int number, int connections)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(7000), .sin_addr.s_addr = htonl(0x7F010000 + number) };
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16))
        fail("listen");
    for (int i = 0; i < connections; i++)
    {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (client == -1 || connect(client, (struct sockaddr *)&address, sizeof address))
            fail("connect");
        if (accept(listener, NULL, NULL) == -1)
            fail("accept");
    }
}

int main(int argc, char **argv)
{
    int processes = argc > 3 ? atoi(argv[1]) : 0, large = argc > 3 ? atoi(argv[2]) : 0, each = argc > 3 ? atoi(argv[3]) : 0;
    struct rlimit limit;
    int ready[2];
    char c;
    if (pipe(ready) || getrlimit(RLIMIT_NOFILE, &limit))
        fail("pipe");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < processes + large; i++)
    {
        pid_t pid = fork();
        if (pid == -1)
            fail("fork");
        if (pid == 0)
        {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(ready[0]);
            // 3 standard ones and the pipe, the listener, and 2 for each connection: 21 to 49.
            hold(i + 1, i < processes ? 8 + i % 15 : each);
            if (write(ready[1], "x", 1) != 1)
                fail("write");
            for (;;)
                pause();
        }
        // One after the other: they would only wait for each other's locks.
        if (read(ready[0], &c, 1) != 1)
            fail("read");
    }
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
