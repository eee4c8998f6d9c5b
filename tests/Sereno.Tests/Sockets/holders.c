// Processes that hold sockets in every way that matters to who asks for owners: shared, duplicated, by threads, by a process
// whose first thread has ended, under awkward names. Says "ready" and waits; all end with the first.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int ready[2];

static void report(void)
{
    if (write(ready[1], "x", 1) != 1)
        exit(1);
}

static int listener(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 5))
        exit(1);
    return fd;
}

static void *wait_as(void *name)
{
    prctl(PR_SET_NAME, name);
    report();
    for (;;)
        pause();
}

static void *with_its_own_descriptors(void *name)
{
    if (unshare(CLONE_FILES))
        exit(1);
    listener();
    return wait_as(name);
}

static void thread(void *(*run)(void *), const char *name)
{
    pthread_t id;
    if (pthread_create(&id, NULL, run, (void *)name))
        exit(1);
}

static pid_t child(void)
{
    pid_t pid = fork();
    if (pid == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

int main(void)
{
    int shared = listener(), pair[2], reports = 0;
    char c;
    if (pipe(ready) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        return 1;
    for (int i = 0; i < 3; i++, reports++)
        if (child() == 0)
        {
            dup2(shared, 40 + i);
            wait_as("s) h\\a\nred");
        }
    reports += 3;
    if (child() == 0)
    {
        listener();
        thread(wait_as, "sharing");
        thread(with_its_own_descriptors, "apart");
        wait_as("threads");
    }
    reports += 1;
    if (child() == 0)
    {
        for (int i = 0, fd = listener(); i < 300; i++)
            if (i % 3)
                dup(fd);
            else
                listener();
        wait_as("many");
    }
    reports += 1;
    if (child() == 0)
    {
        listener();
        thread(wait_as, "orphan");
        pthread_exit(NULL);
    }
    // Numbers that are passed on: by now some pids have come and gone.
    for (int i = 0; i < 20; i++)
    {
        pid_t pid = child();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
    for (; reports > 0; reports--)
        if (read(ready[0], &c, 1) != 1)
            return 1;
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
