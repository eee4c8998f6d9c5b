// Plays a spawn plan in the child of clone3(CLONE_VM | CLONE_VFORK), and turns signals into bytes of a pipe.
//
// This is the only C here, because neither can be done in managed code: between clone and execve the child shares the
// parent's memory but not its threads, so nothing there may allocate, lock or touch the runtime; and a managed signal
// handler would run on a stack and in a GC mode that the runtime doesn't expect.
//
// The plan's format is docs/formats/plan.md. It is checked whole before the clone, so the child trusts it.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { PLAN_MAGIC = 0x504e5253 /* "SRNP" */, PLAN_MAX = 64 << 20, TARGET_MAX = 1 << 16, GROUPS_MAX = 65536 };
enum { WINDOW_LOWEST = 10, WINDOW_SIZE = 8, SCRATCH_KEPT = 256 << 10 };
enum { STACK_SIZE = 64 << 10, SECOND_STACK_SIZE = 4 << 10, SIGNALS = 64, STAGE_FDS = 202 /* EXIT_FDS of systemd.exec(5) */ };

enum opcode {
    OP_DUP = 1, OP_OPEN, OP_SETSID, OP_SIGNAL_IGNORE, OP_RLIMIT, OP_NICE, OP_OOM_SCORE_ADJUST, OP_UMASK, OP_DIRECTORY,
    OP_CHOWN, OP_CHDIR, OP_SETGROUPS, OP_SETGID, OP_SETUID, OP_PRCTL, OP_CLOSE_FROM, OP_EXEC, OP_COPY
};

struct plan_header { uint32_t magic, length; };
struct op { uint16_t code, stage; uint32_t length; uint8_t payload[]; };

struct op_dup { uint32_t index; int32_t target; };
struct op_copy { int32_t source, target; };
struct op_open { int32_t target; uint32_t flags, mode, reserved; char path[]; };
struct op_number { int32_t value; };
struct op_rlimit { uint32_t resource, clamp; uint64_t soft, hard; };
struct op_tolerant { int32_t value; uint32_t tolerate; };
struct op_directory { uint32_t mode, uid, gid, recursive; char path[]; };
struct op_chown { uint32_t uid, gid; char path[]; };
struct op_chdir { uint32_t optional, reserved; char path[]; };
struct op_setgroups { uint32_t count, gids[]; };
struct op_prctl { uint32_t option, reserved; uint64_t arguments[4]; };
struct op_exec { uint32_t argc, envc; char strings[]; };

struct spawn_result { int32_t pid, pidfd, stage, error, op, in_cgroup; };

struct spawn {
    uint8_t *plan;
    size_t length;
    const int32_t *fds;
    uint32_t nfds;
    int cgroup;         // -1: none, or the kernel has put the child there already
    int base;           // above every target
    int *moved;         // where the attached descriptors are in the child
    char *path, **argv, **envp;
    uint8_t *second_stack;  // its top: for the process that a user namespace is opened with
    int mountinfo, umask;   // while the mount namespace is made
    int without_mounts;     // it was refused, and the plan goes on without
    int unblocked;      // the child's signals
    int handlers_cleared;   // by the kernel
    int shares_fds;     // the child has the parent's table of descriptors until it leaves it
    struct spawn_result *result;
};

// What the soft RLIMIT_NOFILE was before sereno_raise_nofile: a child gets that back.
static struct rlimit nofile_before;
static int nofile_raised;

// A parent with thousands of descriptors would have its whole table copied for each child, which closes them all again at
// execve(2). Its child shares the table instead, and leaves it with what is below the window's end (close_range(2)). What it
// is to have must be down there: the numbers of the window belong to nobody else.
static int window = -1;
static uint64_t ignored = ~(uint64_t)0; // signals that may be: all, where nobody has looked
static volatile char spawning; // the window and the kept scratch memory are for one at a time
static uint8_t *scratch;       // SCRATCH_KEPT bytes

#include "syscalls.h"

// The kernel's struct sigaction, which is not glibc's (sigaction(2), "C library/kernel differences").
struct kernel_sigaction { void (*handler)(int); unsigned long flags; void (*restorer)(void); uint64_t mask[2]; };

#include "sandbox.h"

// ---------------------------------------------------------------------------------------------------------------------
// Checking

static int is_string(const char *s, size_t length)
{
    return length > 1 && memchr(s, 0, length) == s + length - 1;
}

static int is_directory_path(const char *s, size_t length)
{
    return is_string(s, length) && s[0] == '/' && length > 2 && s[length - 2] != '/';
}

static long tolerated(long r, uint32_t tolerate)
{
    return tolerate && (r == -EPERM || r == -EACCES) ? 0 : r;
}

static long make_parents(char *path);

#include "process.h"

static int exec_check(const struct op_exec *e, size_t length)
{
    uint64_t count = 1 + (uint64_t)e->argc + e->envc;
    const char *p = e->strings, *end = (const char *)e + length;
    if (e->argc == 0 || p == end || *p == 0)
        return 0;
    for (; count > 0; count--) {
        const char *zero = memchr(p, 0, (size_t)(end - p));
        if (zero == NULL)
            return 0;
        p = zero + 1;
    }
    return p == end;
}

static int op_check(const struct op *op, uint32_t nfds, int *highest)
{
    const uint8_t *p = op->payload;
    size_t n = op->length;
#define SIZED(type) (n == sizeof(struct type))
#define WITH_PATH(type, check) (n > sizeof(struct type) && check(((struct type *)p)->path, n - sizeof(struct type)))
    switch (op->code) {
    case OP_DUP: {
        const struct op_dup *d = (const void *)p;
        if (!SIZED(op_dup) || d->index >= nfds || d->target < 0 || d->target >= TARGET_MAX)
            return 0;
        *highest = d->target > *highest ? d->target : *highest;
        return 1;
    }
    case OP_OPEN: {
        const struct op_open *o = (const void *)p;
        if (!WITH_PATH(op_open, is_string) || o->target < 0 || o->target >= TARGET_MAX)
            return 0;
        *highest = o->target > *highest ? o->target : *highest;
        return 1;
    }
    case OP_COPY: {
        const struct op_copy *c = (const void *)p;
        if (!SIZED(op_copy) || c->source < 0 || c->source >= TARGET_MAX || c->target < 0 || c->target >= TARGET_MAX || c->source == c->target)
            return 0;
        *highest = c->target > *highest ? c->target : *highest;
        return 1;
    }
    case OP_SETSID: return n == 0;
    case OP_SIGNAL_IGNORE: {
        const struct op_number *s = (const void *)p;
        return SIZED(op_number) && s->value >= 1 && s->value <= SIGNALS;
    }
    case OP_RLIMIT: return SIZED(op_rlimit);
    case OP_NICE: case OP_OOM_SCORE_ADJUST: return SIZED(op_tolerant);
    case OP_UMASK: case OP_SETGID: case OP_SETUID: return SIZED(op_number);
    case OP_CLOSE_FROM: return SIZED(op_number) && ((const struct op_number *)p)->value >= 0;
    case OP_DIRECTORY: return WITH_PATH(op_directory, is_directory_path);
    case OP_CHOWN: return WITH_PATH(op_chown, is_string);
    case OP_CHDIR: return WITH_PATH(op_chdir, is_string);
    case OP_SETGROUPS: {
        const struct op_setgroups *g = (const void *)p;
        return n >= sizeof *g && g->count <= GROUPS_MAX && n == sizeof *g + g->count * sizeof(uint32_t);
    }
    case OP_PRCTL: return SIZED(op_prctl);
    case OP_EXEC: return n > sizeof(struct op_exec) && exec_check((const void *)p, n);
    default: return process_check(op, highest) || sandbox_check(op, nfds);
    }
}

// Every op is whole and known, and the last one, and only that, is Exec. Returns it, or NULL.
static struct op_exec *plan_check(uint8_t *plan, size_t length, uint32_t nfds, int *highest)
{
    const struct plan_header *header = (const void *)plan;
    size_t at = sizeof *header;
    if (length < at || header->magic != PLAN_MAGIC || header->length != length)
        return NULL;
    while (length - at >= sizeof(struct op)) {
        struct op *op = (void *)(plan + at);
        size_t padded = ((size_t)op->length + 7) & ~(size_t)7;
        if (padded > length - at - sizeof *op || !op_check(op, nfds, highest))
            return NULL;
        at += sizeof *op + padded;
        if (op->code == OP_EXEC)
            return at == length ? (struct op_exec *)op->payload : NULL;
    }
    return NULL;
}

// ---------------------------------------------------------------------------------------------------------------------
// Playing, in the child

static void reset_signals(uint64_t which)
{
    // CLONE_CLEAR_SIGHAND leaves ignored signals ignored, and the runtime ignores SIGPIPE; execve(2) would keep that.
    struct kernel_sigaction action = { 0 };
    for (int signo = 1; signo <= SIGNALS; signo++)
        if (signo != SIGKILL && signo != SIGSTOP && (which >> (signo - 1) & 1))
            CALL4(SYS_rt_sigaction, signo, &action, NULL, sizeof(uint64_t));
}

static int join_cgroup(int cgroup)
{
    long fd = CALL4(SYS_openat, cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    long n = CALL3(SYS_write, fd, "0", 1);
    CALL1(SYS_close, fd);
    return n == 1;
}

// Only these: a unit may give any other variable that very value.
static int wants_pid(const char *name, size_t length)
{
    static const char *const names[] = { "LISTEN_PID", "SYSTEMD_EXEC_PID", "WATCHDOG_PID" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = 0;
        while (n < length && names[i][n] == name[n])
            n++;
        if (n == length && names[i][n] == 0)
            return 1;
    }
    return 0;
}

// "NAME=@@@@@@@@@@" becomes "NAME=<our pid>": LISTEN_PID and SYSTEMD_EXEC_PID must hold it (sd_listen_fds(3)).
static void patch_pid(char **envp)
{
    char digits[10];
    size_t count = 0;
    for (long pid = CALL1(SYS_getpid, 0); pid > 0; pid /= 10)
        digits[count++] = (char)('0' + pid % 10);
    for (; *envp != NULL; envp++) {
        char *p = *envp;
        while (*p != 0 && *p != '=')
            p++;
        if (!wants_pid(*envp, (size_t)(p - *envp)))
            continue;
        size_t marks = 0;
        while (*p == '=' && p[1 + marks] == '@')
            marks++;
        if (marks != sizeof digits || p[1 + marks] != 0)
            continue;
        for (size_t i = 0; i < count; i++)
            p[1 + i] = digits[count - 1 - i];
        p[1 + count] = 0;
    }
}

static char *put_number(char *at, uint64_t number)
{
    char digits[20];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

// "JOURNAL_STREAM=N" and 40 "@" becomes device and inode of descriptor N, once that is what it shall be (systemd.exec(5)).
static void name_stream(char **envp, int fd)
{
    static const char name[] = "JOURNAL_STREAM=";
    enum { MARKS = 40 }; // with N as many as two 64-bit numbers and a colon need
    for (; *envp != NULL; envp++) {
        char *p = *envp;
        size_t n = 0, marks = 0;
        while (name[n] != 0 && p[n] == name[n])
            n++;
        if (name[n] != 0 || p[n] != '0' + fd)
            continue;
        while (p[n + 1 + marks] == '@')
            marks++;
        struct stat st;
        if (marks != MARKS || p[n + 1 + marks] != 0 || CALL2(SYS_fstat, fd, &st) < 0)
            continue;
        p = put_number(p + n, st.st_dev);
        *p++ = ':';
        *put_number(p, st.st_ino) = 0;
    }
}

static long play_open(const struct op_open *o)
{
    // The parent waits for us: opening a FIFO or a modem line must not wait for its other end.
    int blocking = !(o->flags & (O_NONBLOCK | O_PATH));
    long fd = CALL4(SYS_openat, AT_FDCWD, o->path, o->flags | O_CLOEXEC | (blocking ? O_NONBLOCK : 0), o->mode);
    if (fd < 0)
        return fd;
    if (blocking) {
        long flags = CALL3(SYS_fcntl, fd, F_GETFL, 0);
        if (flags >= 0)
            CALL3(SYS_fcntl, fd, F_SETFL, flags & ~O_NONBLOCK);
    }
    if (fd == o->target)
        return CALL3(SYS_fcntl, fd, F_SETFD, 0);
    long r = CALL3(SYS_dup3, fd, o->target, 0);
    CALL1(SYS_close, fd);
    return r;
}

static long play_rlimit(const struct op_rlimit *l)
{
    uint64_t limit[2] = { l->soft, l->hard }, now[2];
    long r = CALL4(SYS_prlimit64, 0, l->resource, limit, NULL);
    if (r != -EPERM || !l->clamp)
        return r;
    r = CALL4(SYS_prlimit64, 0, l->resource, NULL, now);
    if (r < 0)
        return r;
    limit[1] = limit[1] < now[1] ? limit[1] : now[1];
    limit[0] = limit[0] < limit[1] ? limit[0] : limit[1];
    return CALL4(SYS_prlimit64, 0, l->resource, limit, NULL);
}

static long play_oom_score_adjust(int32_t value)
{
    // Sharing the memory with the parent does not share the score with it: the kernel excepts vfork (proc(5)).
    char text[12];
    size_t at = sizeof text;
    uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    do text[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0)
        text[--at] = '-';
    long fd = CALL4(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    long r = CALL3(SYS_write, fd, text + at, sizeof text - at);
    CALL1(SYS_close, fd);
    return r;
}

enum { TREE_DEPTH_MAX = 40, ENTRIES_SIZE = 1024 };

// What is in a folder goes to its new owner too. Deeper than our stack is an error; symbolic links are not followed.
static long own_tree(long folder, uint32_t uid, uint32_t gid, int depth)
{
    struct entry { uint64_t inode; int64_t offset; uint16_t length; uint8_t type; char name[]; };
    uint64_t buffer[ENTRIES_SIZE / 8];
    long n;
    if (depth > TREE_DEPTH_MAX)
        return -ELOOP;
    while ((n = CALL3(SYS_getdents64, folder, buffer, sizeof buffer)) > 0)
        for (long at = 0; at < n;) {
            const struct entry *e = (const void *)((const char *)buffer + at);
            at += e->length;
            if (e->name[0] == '.' && (e->name[1] == 0 || (e->name[1] == '.' && e->name[2] == 0)))
                continue;
            long r = 0, fd = -ENOTDIR;
            if (e->type == 4 /* DT_DIR */ || e->type == 0 /* DT_UNKNOWN */)
                fd = CALL4(SYS_openat, folder, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
            if (fd >= 0) {
                r = own_tree(fd, uid, gid, depth + 1);
                CALL1(SYS_close, fd);
            }
            if (r == 0)
                r = CALL5(SYS_fchownat, folder, e->name, uid, gid, AT_SYMLINK_NOFOLLOW);
            if (r < 0 && r != -ENOENT)
                return r;
        }
    return n;
}

static long own_directory(long fd, const struct op_directory *d)
{
    struct statx now;
    long r = CALL5(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_UID | STATX_GID | STATX_MODE, &now);
    // Asking for what is already so would fail without privileges.
    if (r == 0 && ((d->uid != (uint32_t)-1 && d->uid != now.stx_uid) || (d->gid != (uint32_t)-1 && d->gid != now.stx_gid))) {
        if (d->recursive)
            r = own_tree(fd, d->uid, d->gid, 0);
        if (r == 0)
            r = CALL3(SYS_fchown, fd, d->uid, d->gid); // last: until then it is to be done again
    }
    if (r == 0 && (now.stx_mode & 07777) != d->mode)
        r = CALL2(SYS_fchmod, fd, d->mode);
    return r;
}

// The umask is 0.
static long make_parents(char *path)
{
    long parent = 0;
    for (char *p = path + 1; *p != 0; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        long r = CALL3(SYS_mkdirat, AT_FDCWD, path, 0755);
        *p = '/';
        if (r < 0 && r != -EEXIST && parent == 0)
            parent = r; // on a read-only file system that need not mean that it isn't there
    }
    return parent;
}

static long play_directory(struct op_directory *d)
{
    long mask = CALL1(SYS_umask, 0);
    long parent = make_parents(d->path);
    long r = CALL3(SYS_mkdirat, AT_FDCWD, d->path, 0700);
    CALL1(SYS_umask, mask);
    if (r < 0 && r != -EEXIST)
        return r == -ENOENT && parent != 0 ? parent : r;
    long fd = CALL4(SYS_openat, AT_FDCWD, d->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    r = own_directory(fd, d);
    CALL1(SYS_close, fd);
    return r;
}

static long play_close_from(int32_t first)
{
    long r = CALL3(SYS_close_range, first, ~0u, CLOSE_RANGE_CLOEXEC);
    if (r != -ENOSYS && r != -EINVAL)
        return r;
    uint64_t limit[2] = { 1024, 0 }; // before Linux 5.11: one by one
    CALL4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, limit);
    for (int32_t fd = first; fd < TARGET_MAX && (uint64_t)fd < limit[0]; fd++)
        CALL3(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

static long play(struct spawn *s, struct op *op)
{
    void *p = op->payload;
    switch ((enum opcode)op->code) {
    case OP_DUP: {
        const struct op_dup *d = p;
        long r = CALL3(SYS_dup3, s->moved[d->index], d->target, 0);
        if (r >= 0)
            name_stream(s->envp, d->target);
        return r;
    }
    case OP_COPY: return CALL3(SYS_dup3, ((const struct op_copy *)p)->source, ((const struct op_copy *)p)->target, 0);
    case OP_OPEN: return play_open(p);
    case OP_SETSID: {
        long r = CALL1(SYS_setsid, 0);
        return r == -EPERM ? 0 : r; // already a leader (setsid(2)): what was wanted
    }
    case OP_SIGNAL_IGNORE: {
        struct kernel_sigaction action = { .handler = SIG_IGN };
        return CALL4(SYS_rt_sigaction, ((struct op_number *)p)->value, &action, NULL, sizeof(uint64_t));
    }
    case OP_RLIMIT: return play_rlimit(p);
    case OP_NICE: {
        const struct op_tolerant *t = p;
        return t->tolerate ? nice_closest(t->value) : CALL3(SYS_setpriority, PRIO_PROCESS, 0, t->value);
    }
    case OP_OOM_SCORE_ADJUST: {
        const struct op_tolerant *t = p;
        return tolerated(play_oom_score_adjust(t->value), t->tolerate);
    }
    case OP_UMASK: return CALL1(SYS_umask, ((struct op_number *)p)->value);
    case OP_DIRECTORY: return play_directory(p);
    case OP_CHOWN: {
        const struct op_chown *c = p;
        return CALL5(SYS_fchownat, AT_FDCWD, c->path, c->uid, c->gid, AT_SYMLINK_NOFOLLOW);
    }
    case OP_CHDIR: {
        const struct op_chdir *c = p;
        long r = CALL1(SYS_chdir, c->path);
        return c->optional ? 0 : r;
    }
    case OP_SETGROUPS: {
        const struct op_setgroups *g = p;
        return CALL2(SYS_setgroups, g->count, g->gids);
    }
    case OP_SETGID: {
        long gid = ((struct op_number *)p)->value;
        return CALL3(SYS_setresgid, gid, gid, gid);
    }
    case OP_SETUID: {
        long uid = ((struct op_number *)p)->value;
        return CALL3(SYS_setresuid, uid, uid, uid);
    }
    case OP_PRCTL: {
        const struct op_prctl *c = p;
        return CALL5(SYS_prctl, c->option, c->arguments[0], c->arguments[1], c->arguments[2], c->arguments[3]);
    }
    case OP_CLOSE_FROM: return play_close_from(((struct op_number *)p)->value);
    case OP_EXEC: {
        // Signals stay blocked until here: one that stopped the child would stop the waiting parent with it.
        unblock_signals(s);
        return CALL3(SYS_execve, s->path, s->argv, s->envp);
    }
    }
    return op->code >= OP_UNSHARE ? sandbox_play(s, op) : process_play(s, op);
}

static int fail(const struct spawn *s, int stage, long error, int index)
{
    s->result->stage = stage;
    s->result->op = index;
    s->result->error = (int)-error;
    return stage & 0xff;
}

static int child(void *argument)
{
    struct spawn *s = argument;
    if (s->shares_fds) {
        long left = CALL3(SYS_close_range, window + WINDOW_SIZE, ~0u, CLOSE_RANGE_UNSHARE);
        if (left < 0)
            left = CALL1(SYS_unshare, CLONE_FILES); // before Linux 5.9
        if (left < 0)
            return fail(s, STAGE_FDS, left, -1);
    }
    reset_signals(s->handlers_cleared ? ignored : ~(uint64_t)0);
    if (s->cgroup >= 0)
        s->result->in_cgroup = join_cgroup(s->cgroup);
    for (uint32_t i = 0; i < s->nfds; i++) {
        // Out of the way of the targets, so that no dup overwrites one that is still needed.
        long fd = s->fds[i] >= s->base ? s->fds[i] : CALL3(SYS_fcntl, s->fds[i], F_DUPFD_CLOEXEC, s->base);
        if (fd < 0)
            return fail(s, STAGE_FDS, fd, -1);
        s->moved[i] = (int)fd;
    }
    if (nofile_raised)
        CALL4(SYS_prlimit64, 0, RLIMIT_NOFILE, &nofile_before, NULL);
    patch_pid(s->envp);
    size_t at = sizeof(struct plan_header);
    for (int index = 0; at < s->length; index++) {
        struct op *op = (void *)(s->plan + at);
        long r = play(s, op);
        if (r < 0)
            return fail(s, op->stage, r, index);
        at += sizeof *op + (((size_t)op->length + 7) & ~(size_t)7);
    }
    return 0; // not reached: a plan ends in Exec
}

// ---------------------------------------------------------------------------------------------------------------------
// Cloning

// clone3 into the cgroup; or without; or clone(2), where clone3 is filtered (container runtimes answer ENOSYS or EPERM).
static long clone_child(struct spawn *s, uint8_t *stack)
{
    struct clone_args args = {
        .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | (s->cgroup >= 0 ? CLONE_INTO_CGROUP : 0)
            | (s->shares_fds ? CLONE_FILES : 0),
        .pidfd = (uint64_t)(uintptr_t)&s->result->pidfd,
        .exit_signal = SIGCHLD,
        .stack = (uint64_t)(uintptr_t)stack,
        .stack_size = STACK_SIZE,
        .cgroup = s->cgroup >= 0 ? (uint64_t)s->cgroup : 0,
    };
    int cgroup = s->cgroup;
    long pid;
    if (cgroup >= 0) {
        s->cgroup = -1;
        s->result->in_cgroup = 1;
        pid = clone_call(SYS_clone3, (long)&args, sizeof args, 0, child, s);
        if (pid > 0 || pid == -EAGAIN || pid == -ENOMEM)
            return pid;
        // Read-only or delegated elsewhere, a threaded domain, or an older kernel: the child tries cgroup.procs itself.
        s->cgroup = cgroup;
        s->result->in_cgroup = 0;
        s->shares_fds = 0; // what it opens for that must not be seen here
        args.flags &= ~(CLONE_INTO_CGROUP | CLONE_FILES);
        args.cgroup = 0;
    }
    pid = clone_call(SYS_clone3, (long)&args, sizeof args, 0, child, s);
    if (pid > 0 || pid == -EAGAIN || pid == -ENOMEM)
        return pid;
    s->shares_fds = s->handlers_cleared = 0;
    return clone_call(SYS_clone, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, (long)(stack + STACK_SIZE),
                      (long)&s->result->pidfd, child, s);
}

static int run(struct spawn *s, uint8_t *stack)
{
    struct spawn_result *result = s->result;
    uint64_t all = ~(uint64_t)0, before;
    int dumpable = prctl(PR_GET_DUMPABLE);
    // Raw, because glibc keeps two signals of its own out of the set; a handler must not run in the child.
    CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    long pid = clone_child(s, stack);
    CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
    // A change of user in the child has marked the memory that we share as not dumpable (prctl(2), PR_SET_DUMPABLE).
    if (dumpable == 1)
        prctl(PR_SET_DUMPABLE, 1);
    if (pid < 0)
        return (int)-pid;
    if (result->error != 0) {
        if (result->pidfd >= 0)
            close(result->pidfd);
        result->pidfd = -1;
        while (waitpid((pid_t)pid, NULL, __WALL) < 0 && errno == EINTR)
            ;
        return result->error;
    }
    result->pid = (int32_t)pid;
    return 0;
}

// The numbers in the window stand for the attached descriptors while the child is made.
static int fill_window(const int32_t *fds, uint32_t nfds, int32_t *numbers)
{
    for (uint32_t i = 0; i < nfds; i++) {
        numbers[i] = window + 1 + (int32_t)i;
        if (dup3(fds[i], numbers[i], O_CLOEXEC) < 0)
            return 0;
    }
    return 1;
}

static void clear_window(uint32_t nfds)
{
    for (uint32_t i = 0; i < nfds; i++)
        dup3(window, window + 1 + (int)i, O_CLOEXEC);
}

static int prepare_and_run(uint8_t *plan, size_t length, const int32_t *fds, uint32_t nfds, int cgroup,
                           struct spawn_result *result)
{
    int highest = -1;
    struct op_exec *exec = plan_check(plan, length, nfds, &highest);
    if (exec == NULL)
        return EINVAL;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pointed = ((size_t)exec->argc + exec->envc + 2) * sizeof(char *) + nfds * sizeof(int);
    size_t size = page + STACK_SIZE + pointed + SECOND_STACK_SIZE + 16;
    int first = !__atomic_test_and_set(&spawning, __ATOMIC_ACQUIRE), keeps = first && size <= SCRATCH_KEPT;
    uint8_t *memory = keeps ? scratch : NULL;
    if (memory == NULL) {
        size = keeps ? SCRATCH_KEPT : size;
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            int error = errno;
            if (first)
                __atomic_clear(&spawning, __ATOMIC_RELEASE);
            return error;
        }
        mprotect(memory, page, PROT_NONE); // the guard: the stack grows towards it
        if (keeps)
            scratch = memory;
    }
    char **pointers = (char **)(memory + page + STACK_SIZE);
    int32_t numbers[WINDOW_SIZE];
    int uses_window = first && window >= 0 && nfds < WINDOW_SIZE, filled = uses_window && fill_window(fds, nfds, numbers);
    struct spawn s = {
        .plan = plan, .length = length, .fds = filled ? numbers : fds, .nfds = nfds, .cgroup = cgroup, .shares_fds = filled, .handlers_cleared = 1,
        .base = highest + 1 > 3 ? highest + 1 : 3,
        .moved = (int *)(pointers + exec->argc + exec->envc + 2),
        .second_stack = (uint8_t *)(((uintptr_t)pointers + pointed + SECOND_STACK_SIZE + 15) & ~(uintptr_t)15),
        .path = exec->strings, .argv = pointers, .envp = pointers + exec->argc + 1, .result = result,
    };
    char *p = exec->strings + strlen(exec->strings) + 1;
    for (uint32_t i = 0; i < exec->argc; i++, p += strlen(p) + 1)
        s.argv[i] = p;
    s.argv[exec->argc] = NULL;
    for (uint32_t i = 0; i < exec->envc; i++, p += strlen(p) + 1)
        s.envp[i] = p;
    s.envp[exec->envc] = NULL;
    int error = run(&s, memory + page);
    if (uses_window)
        clear_window(nfds);
    if (!keeps)
        munmap(memory, size);
    if (first)
        __atomic_clear(&spawning, __ATOMIC_RELEASE);
    return error;
}

/// Plays the plan at `plan`, which is changed thereby, or, when that is NULL, the one in the sealed memfd `plan_fd`.
/// Returns 0 with pid and pidfd, or an errno: with stage and op if the child met it, with stage 0 if there was no child.
EXPORT int32_t sereno_spawn(uint8_t *plan, uint64_t length, int32_t plan_fd, const int32_t *fds, uint32_t nfds,
                            int32_t cgroup, struct spawn_result *result)
{
    *result = (struct spawn_result){ .pidfd = -1, .op = -1 };
    if (plan != NULL) {
        if (length < sizeof(struct plan_header) || length > PLAN_MAX || (uintptr_t)plan % sizeof(uint64_t) != 0)
            return result->error = EINVAL;
        return result->error = prepare_and_run(plan, length, fds, nfds, cgroup, result);
    }
    // Sealed, or the sender could change what has been checked, or shrink it under us (memfd_create(2)).
    int wanted = F_SEAL_WRITE | F_SEAL_SHRINK, seals = fcntl(plan_fd, F_GET_SEALS);
    struct stat st;
    if (seals < 0 || (seals & wanted) != wanted || fstat(plan_fd, &st) < 0)
        return result->error = EINVAL;
    length = (uint64_t)st.st_size;
    if (length < sizeof(struct plan_header) || length > PLAN_MAX)
        return result->error = EINVAL;
    // Private and writable: the pid is patched into the environment in place.
    uint8_t *copy = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE, plan_fd, 0);
    if (copy == MAP_FAILED)
        return result->error = errno;
    result->error = prepare_and_run(copy, length, fds, nfds, cgroup, result);
    munmap(copy, length);
    return result->error;
}

#include "socket.h"

// What the runtime ignores it does from its start on; who watches a signal later handles it.
static void note_ignored(void)
{
    struct kernel_sigaction action;
    ignored = (uint64_t)1 << (SIGPIPE - 1);
    for (int signo = 1; signo <= SIGNALS; signo++)
        if (CALL4(SYS_rt_sigaction, signo, NULL, &action, sizeof(uint64_t)) != 0 || action.handler == SIG_IGN)
            ignored |= (uint64_t)1 << (signo - 1);
}

/// For a parent that will have many descriptors: its children don't have the table of them copied. Best while few are open.
EXPORT int32_t sereno_reserve_window(void)
{
    if (window >= 0)
        return 0;
    int fd = open("/", O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = 0, first = fcntl(fd, F_DUPFD_CLOEXEC, WINDOW_LOWEST);
    if (first < 0)
        error = errno;
    for (int i = 1; i < WINDOW_SIZE && error == 0; i++)
        if (fcntl(fd, F_GETFD) < 0 || fcntl(first + i, F_GETFD) >= 0 || dup3(fd, first + i, O_CLOEXEC) < 0)
            error = EBUSY; // what is taken already stays taken: nobody has so many descriptors here
    close(fd);
    note_ignored();
    if (error == 0)
        window = first;
    return error;
}

/// Raises the soft limit on descriptors to the hard one; children get the former back, as programs that use select(2) need.
EXPORT int32_t sereno_raise_nofile(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return errno;
    if (!nofile_raised)
        nofile_before = limit;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return errno;
    nofile_raised = 1;
    return 0;
}

// ---------------------------------------------------------------------------------------------------------------------
// Signals. signalfd(2) gets a signal only when every thread blocks it, and the runtime makes threads of its own that
// don't: one of them would take the default action. A handler works whichever thread it runs on.

static volatile int signal_pipe = -1;

static void on_signal(int signo, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)info;
    // A child that ends while the main thread makes another, and so blocks all signals, would wake a thread of the runtime's each
    // time. Once is enough: from now on the signal waits for the main thread.
    if (CALL1(SYS_gettid, 0) != CALL1(SYS_getpid, 0))
        sigaddset(&((ucontext_t *)context)->uc_sigmask, signo);
    uint8_t byte = (uint8_t)signo;
    // A full pipe has thousands waiting: the reader looks for every kind of event when it wakes, so nothing hangs.
    ssize_t n = write(signal_pipe, &byte, 1);
    (void)n;
    errno = saved;
}

/// Makes the pipe whose read end gets one byte, the number, per watched signal; both ends non-blocking.
EXPORT int32_t sereno_signals_open(int32_t *read_fd)
{
    int ends[2], before = signal_pipe;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return errno;
    signal_pipe = ends[1];
    if (before >= 0)
        close(before);
    *read_fd = ends[0];
    return 0;
}

EXPORT int32_t sereno_signals_watch(int32_t signo)
{
    struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK | SA_SIGINFO };
    sigfillset(&action.sa_mask);
    return sigaction(signo, &action, NULL) < 0 ? errno : 0;
}
