// The load and the clock of ./bench journal.
//   journal lines N SEED         N numbered lines of 100 bytes on standard output, through a buffer, as a program's stdio does
//   journal feed N K COMMAND...  K of COMMAND ("%d" in a word is its number), each fed N/K lines by a pipe: wall us, and CPU us of the commands
//   journal weigh COMMAND...     wall us, CPU us and the largest resident size in kB of one command; its output goes nowhere
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { line_size = 100, most = 256 };

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long of(struct timeval t) { return t.tv_sec * 1000000 + t.tv_usec; }

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// One in a hundred thousand holds the rare word that ./bench journal searches for.
static void lines(long count, long seed) {
    char line[line_size + 1];
    for (long i = 0; i < count; i++) {
        int n = snprintf(line, sizeof line, "%ld.%07ld %s ", seed, i, i % 100000 == 77777 ? "hornswoggle" : "request served");
        memset(line + n, 'a' + (int)(i % 26), sizeof line - (size_t)n);
        line[line_size - 1] = '\n';
        if (fwrite(line, line_size, 1, stdout) != 1) fail("write");
    }
    if (fflush(stdout)) fail("write");
}

static pid_t begin(char **words, int number, int in, int null) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid > 0) return pid;
    char *argv[64];
    int n = 0;
    for (; words[n] && n < 63; n++) {
        char *at = strstr(words[n], "%d");
        if (!at)
            argv[n] = words[n];
        else if (asprintf(&argv[n], "%.*s%d%s", (int)(at - words[n]), words[n], number, at + 2) < 0)
            fail("asprintf");
    }
    argv[n] = NULL;
    if (in >= 0) dup2(in, 0);
    if (null) {
        int out = open("/dev/null", O_WRONLY);
        dup2(out, 1);
    }
    execvp(argv[0], argv);
    fail(argv[0]);
    return 0;
}

static void feed(long count, int many, char **words) {
    pid_t readers[most], writers[most];
    long start = now(), cpu = 0;
    for (int i = 0; i < many; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC)) fail("pipe");
        readers[i] = begin(words, i, ends[0], 1);
        if ((writers[i] = fork()) == 0) {
            dup2(ends[1], 1);
            lines(count / many, i);
            exit(0);
        }
        close(ends[0]);
        close(ends[1]);
    }
    for (int i = 0; i < many; i++) {
        struct rusage usage;
        int status;
        waitpid(writers[i], &status, 0);
        if (status) exit(1);
        wait4(readers[i], &status, 0, &usage);
        if (status) exit(1);
        cpu += of(usage.ru_utime) + of(usage.ru_stime);
    }
    printf("%ld %ld\n", now() - start, cpu);
}

static void weigh(char **words) {
    struct rusage usage;
    int status;
    long start = now();
    wait4(begin(words, 0, -1, 1), &status, 0, &usage);
    printf("%ld %ld %ld\n", now() - start, of(usage.ru_utime) + of(usage.ru_stime), usage.ru_maxrss);
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int main(int argc, char **argv) {
    if (argc == 4 && !strcmp(argv[1], "lines"))
        lines(atol(argv[2]), atol(argv[3]));
    else if (argc > 4 && !strcmp(argv[1], "feed") && atoi(argv[3]) > 0 && atoi(argv[3]) <= most)
        feed(atol(argv[2]), atoi(argv[3]), argv + 4);
    else if (argc > 2 && !strcmp(argv[1], "weigh"))
        weigh(argv + 2);
    else
        return 2;
    return 0;
}
