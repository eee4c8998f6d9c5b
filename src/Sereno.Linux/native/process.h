// The part of a spawn plan that sets what a process may do and how it is run: capabilities, system call filters,
// scheduling, keyrings. Included by spawn.c, under the same rules: raw system calls, no allocation, nothing of the runtime.

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/ioctl.h>

enum process_opcode {
    OP_BOUNDING_SET = 20, OP_AMBIENT_SET, OP_SECURE_BITS, OP_SECCOMP, OP_SCHEDULER, OP_AFFINITY, OP_NUMA_POLICY, OP_IO_PRIORITY,
    OP_PERSONALITY, OP_WRITE_FILE, OP_KEYRING, OP_DATA, OP_TERMINAL_RESET, OP_TERMINAL
};

enum { CAPABILITIES = 64, MASK_MAX = 8192, KEYRING_PRIVATE = 1, KEYRING_SHARED = 2 };

struct op_set { uint64_t set; };
struct op_ambient { uint64_t set; uint32_t inherit, reserved; };
struct op_seccomp { uint32_t count, reserved; struct sock_filter filter[]; };
struct op_scheduler { uint32_t policy, priority, reset_on_fork, reserved; };
struct op_numa { uint32_t mode, reserved; uint8_t mask[]; };
struct op_write_file { uint32_t tolerate, reserved; char path[]; /* and then the text */ };
struct op_keyring { uint32_t mode, uid, gid, reserved; uint8_t invocation[16]; };

struct op_data { int32_t target; uint32_t reserved; uint8_t bytes[]; };
struct op_terminal_reset { uint32_t what, rows, columns, reserved; char path[]; };
struct op_terminal { uint32_t force, uid, rows, columns; char path[]; };

enum { RESET_HANG_UP = 1, RESET_SETTINGS = 2, RESET_CLEAR = 4, SIZE_KEPT = 0xffffffff };

// sched_setattr(2), as of its first version.
struct scheduler_attributes { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; };

struct capability_sets { struct __user_cap_header_struct header; struct __user_cap_data_struct data[2]; };

// ---------------------------------------------------------------------------------------------------------------------
// Checking

static int is_path_and_text(const char *s, size_t length)
{
    const char *zero = memchr(s, 0, length);
    return zero != NULL && zero != s && is_string(zero + 1, length - (size_t)(zero + 1 - s));
}

static int process_check(const struct op *op, int *highest)
{
    const uint8_t *p = op->payload;
    size_t n = op->length;
    switch (op->code) {
    case OP_BOUNDING_SET: return n == sizeof(struct op_set);
    case OP_AMBIENT_SET: return n == sizeof(struct op_ambient);
    case OP_SECURE_BITS: case OP_IO_PRIORITY: case OP_PERSONALITY: return n == sizeof(struct op_number);
    case OP_SECCOMP: {
        const struct op_seccomp *s = (const void *)p;
        return n > sizeof *s && s->count > 0 && s->count <= BPF_MAXINSNS && n == sizeof *s + s->count * sizeof(struct sock_filter);
    }
    case OP_SCHEDULER: return n == sizeof(struct op_scheduler);
    case OP_AFFINITY: return n > 0 && n <= MASK_MAX && n % sizeof(uint64_t) == 0;
    case OP_NUMA_POLICY: return n >= sizeof(struct op_numa) && n - sizeof(struct op_numa) <= MASK_MAX && n % sizeof(uint64_t) == 0;
    case OP_WRITE_FILE: {
        const struct op_write_file *w = (const void *)p;
        return n > sizeof *w && is_path_and_text(w->path, n - sizeof *w);
    }
    case OP_DATA: {
        const struct op_data *d = (const void *)p;
        if (n < sizeof *d || d->target < 0 || d->target >= TARGET_MAX)
            return 0;
        *highest = d->target > *highest ? d->target : *highest;
        return 1;
    }
    case OP_TERMINAL_RESET: return n > sizeof(struct op_terminal_reset) && is_string(((const struct op_terminal_reset *)(const void *)p)->path, n - sizeof(struct op_terminal_reset));
    case OP_TERMINAL: return n > sizeof(struct op_terminal) && is_string(((const struct op_terminal *)(const void *)p)->path, n - sizeof(struct op_terminal));
    case OP_KEYRING: {
        const struct op_keyring *k = (const void *)p;
        return n == sizeof *k && (k->mode == KEYRING_PRIVATE || k->mode == KEYRING_SHARED);
    }
    default: return 0;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Capabilities

static long read_capabilities(struct capability_sets *sets)
{
    sets->header = (struct __user_cap_header_struct){ .version = _LINUX_CAPABILITY_VERSION_3 };
    return CALL2(SYS_capget, &sets->header, sets->data);
}

// PID 1 has CAP_SETPCAP permitted but not effective. Without it, what needs it fails by itself.
static void gain_setpcap(void)
{
    struct capability_sets sets;
    if (read_capabilities(&sets) == 0) {
        sets.data[0].effective |= sets.data[0].permitted & (1u << CAP_SETPCAP);
        CALL2(SYS_capset, &sets.header, sets.data);
    }
}

static long bounding_set(uint64_t keep)
{
    struct capability_sets before;
    long r = read_capabilities(&before);
    if (r < 0)
        return r;
    gain_setpcap();
    struct capability_sets after = before;
    for (unsigned i = 0; i < CAPABILITIES; i++) {
        if (keep >> i & 1)
            continue;
        long has = CALL2(SYS_prctl, PR_CAPBSET_READ, i);
        if (has < 0)
            break; // beyond the kernel's last one
        if (has && (r = CALL2(SYS_prctl, PR_CAPBSET_DROP, i)) < 0)
            return r;
        // Out of the inheritable set too, or a program with file capabilities would get it back.
        after.data[i / 32].inheritable &= ~(1u << i % 32);
    }
    return CALL2(SYS_capset, &after.header, after.data);
}

static long ambient_set(const struct op_ambient *a)
{
    uint64_t set = a->set;
    long r;
    for (unsigned i = 0; i < CAPABILITIES; i++)
        if (set >> i & 1 && CALL2(SYS_prctl, PR_CAPBSET_READ, i) != 1)
            set &= ~((uint64_t)1 << i); // what the bounding set lacks is left out, as systemd does
    if (CALL5(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 0, 0, 0) < 0)
        return set == 0 ? 0 : -EOPNOTSUPP; // before Linux 4.3
    if (a->inherit) {
        struct capability_sets sets;
        if ((r = read_capabilities(&sets)) < 0)
            return r;
        sets.data[0].inheritable = (uint32_t)set;
        sets.data[1].inheritable = (uint32_t)(set >> 32);
        if ((r = CALL2(SYS_capset, &sets.header, sets.data)) < 0)
            return r;
    }
    for (unsigned i = 0; i < CAPABILITIES; i++) {
        long has = CALL5(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0), wanted = set >> i & 1;
        if (has < 0)
            break;
        if (has != wanted && (r = CALL5(SYS_prctl, PR_CAP_AMBIENT, wanted ? PR_CAP_AMBIENT_RAISE : PR_CAP_AMBIENT_LOWER, i, 0, 0)) < 0)
            return r;
    }
    return 0;
}

static long secure_bits(int32_t bits)
{
    if (CALL1(SYS_prctl, PR_GET_SECUREBITS) == bits)
        return 0; // asking for what is already so would fail without privileges
    gain_setpcap();
    return CALL2(SYS_prctl, PR_SET_SECUREBITS, bits);
}

// ---------------------------------------------------------------------------------------------------------------------
// Filters, scheduling and the rest

static void unblock_signals(struct spawn *s)
{
    uint64_t none = 0;
    if (!s->unblocked)
        CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
    s->unblocked = 1;
}

static long seccomp(struct spawn *s, const struct op_seccomp *p)
{
    struct sock_fprog program = { .len = (unsigned short)p->count, .filter = (struct sock_filter *)(uintptr_t)p->filter };
    if (CALL3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) != -EFAULT)
        return 0; // a kernel without filters: systemd goes on
    unblock_signals(s); // the filter may not let us later
    return CALL3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static long scheduler(const struct op_scheduler *p)
{
    struct scheduler_attributes attributes = {
        .size = sizeof attributes, .policy = p->policy, .priority = p->priority, .flags = p->reset_on_fork ? 1 /* SCHED_FLAG_RESET_ON_FORK */ : 0,
    };
    return CALL3(SYS_sched_setattr, 0, &attributes, 0);
}

static long numa_policy(const struct op_numa *p, size_t length)
{
    long r = CALL3(SYS_set_mempolicy, p->mode, length ? p->mask : NULL, length ? length * 8 + 1 : 0);
    return r == -ENOSYS ? 0 : r; // without NUMA systemd goes on
}

static size_t text_length(const char *s)
{
    size_t n = 0;
    while (s[n] != 0)
        n++;
    return n;
}

static long write_file(const struct op_write_file *p)
{
    const char *text = p->path + text_length(p->path) + 1;
    long fd = CALL4(SYS_openat, AT_FDCWD, p->path, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0);
    if (fd < 0)
        return fd;
    long r = CALL3(SYS_write, fd, text, text_length(text));
    CALL1(SYS_close, fd);
    return r;
}

// The nearest to what was asked for that RLIMIT_NICE permits (setrlimit(2)).
static long nice_closest(int32_t value)
{
    long r = CALL3(SYS_setpriority, PRIO_PROCESS, 0, value);
    if (r != -EPERM && r != -EACCES)
        return r;
    long now = 20 - CALL2(SYS_getpriority, PRIO_PROCESS, 0);
    if (value == now)
        return 0;
    if (value > now)
        return r;
    uint64_t limit[2];
    long failed = CALL4(SYS_prlimit64, 0, RLIMIT_NICE, NULL, limit);
    if (failed < 0)
        return failed;
    int32_t least = limit[0] >= 40 ? -20 : limit[0] < 1 ? 19 : 20 - (int32_t)limit[0];
    return now < least ? 0 : CALL3(SYS_setpriority, PRIO_PROCESS, 0, least);
}

// A session keyring of the service's own, with its invocation id; linked to the user's where keys are shared. It has to
// be asked for as the user that the service will run as, for it is that one's (keyrings(7)).
static long join_keyring(int mode)
{
    long r = CALL5(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
    if (r < 0)
        return r == -ENOSYS || r == -EACCES || r == -EPERM || r == -EDQUOT ? 1 : r; // containers forbid it; systemd goes on
    return mode == KEYRING_SHARED ? CALL5(SYS_keyctl, KEYCTL_LINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING, 0, 0) : 0;
}

static long keyring(const struct op_keyring *p)
{
    enum { VIEW_READ_SEARCH = 0x0b0b0000 }; // for who possesses it and for the user
    long uid = CALL1(SYS_getuid, 0), gid = CALL1(SYS_getgid, 0), r = 0;
    if (p->gid != (uint32_t)-1)
        r = CALL2(SYS_setregid, p->gid, -1);
    if (r >= 0 && p->uid != (uint32_t)-1)
        r = CALL2(SYS_setreuid, p->uid, -1);
    if (r >= 0)
        r = join_keyring((int)p->mode);
    CALL2(SYS_setreuid, uid, -1);
    CALL2(SYS_setregid, gid, -1);
    if (r != 0)
        return r < 0 ? r : 0;
    long key = call6(SYS_add_key, (long)"user", (long)"invocation_id", (long)p->invocation, sizeof p->invocation, KEY_SPEC_SESSION_KEYRING, 0);
    return key < 0 ? 0 : CALL5(SYS_keyctl, KEYCTL_SETPERM, key, VIEW_READ_SEARCH, 0, 0);
}

// ---------------------------------------------------------------------------------------------------------------------
// Standard input

static long to_target(long fd, int32_t target)
{
    if (fd == target)
        return CALL3(SYS_fcntl, fd, F_SETFD, 0);
    long r = CALL3(SYS_dup3, fd, target, 0);
    CALL1(SYS_close, fd);
    return r;
}

static long data(const struct op_data *d, size_t length)
{
    long fd = CALL2(SYS_memfd_create, "data", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return fd;
    for (size_t at = 0; at < length;) {
        long n = CALL3(SYS_write, fd, d->bytes + at, length - at);
        if (n <= 0)
            return n < 0 ? n : -EIO;
        at += (size_t)n;
    }
    CALL3(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    long r = CALL3(SYS_lseek, fd, 0, SEEK_SET);
    return r < 0 ? r : to_target(fd, d->target);
}

static void set_size(long fd, uint32_t rows, uint32_t columns)
{
    struct winsize size;
    if ((rows == SIZE_KEPT && columns == SIZE_KEPT) || CALL3(SYS_ioctl, fd, TIOCGWINSZ, &size) < 0)
        return;
    size.ws_row = rows == SIZE_KEPT ? size.ws_row : rows > 0xffff ? 0xffff : (unsigned short)rows;
    size.ws_col = columns == SIZE_KEPT ? size.ws_col : columns > 0xffff ? 0xffff : (unsigned short)columns;
    CALL3(SYS_ioctl, fd, TIOCSWINSZ, &size);
}

static long open_terminal(const char *path)
{
    long fd = CALL4(SYS_openat, AT_FDCWD, path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd >= 0)
        CALL3(SYS_fcntl, fd, F_SETFL, O_RDWR);
    return fd;
}

// What a terminal is like for someone who logs in (termios(3)). The kernel's struct termios has the first 19 control
// characters; TCGETS and TCSETS are for that one.
static void reset_settings(long fd)
{
    struct { uint32_t in, out, control, local; uint8_t line, characters[19]; } t;
    CALL2(SYS_ioctl, fd, TIOCNXCL);
    CALL3(SYS_ioctl, fd, 0x4b3a /* KDSETMODE */, 0 /* KD_TEXT */);
    if (CALL3(SYS_ioctl, fd, TCGETS, &t) < 0)
        return;
    enum { BREAKS_AND_MAPS = 01 | 02 | 040 | 0100 | 0200 | 01000, CR_TO_NL_BELL_UTF8 = 0400 | 020000 | 040000, NL_TO_CRNL_AND_POST = 04 | 01, RECEIVER = 0200 };
    enum { SIGNALS_LINES_ECHO = 01 | 02 | 0100000 | 010 | 020 | 040 | 01000 | 04000, ERASE = 2, TIME = 5, MINIMUM = 6, END_OF_LINE = 11, OTHER_END = 16 };
    t.in = (t.in & ~(uint32_t)BREAKS_AND_MAPS) | CR_TO_NL_BELL_UTF8;
    t.out |= NL_TO_CRNL_AND_POST;
    t.control |= RECEIVER;
    t.local = SIGNALS_LINES_ECHO;
    t.characters[ERASE] = 0177;
    t.characters[END_OF_LINE] = t.characters[OTHER_END] = t.characters[TIME] = 0;
    t.characters[MINIMUM] = 1;
    CALL3(SYS_ioctl, fd, TCSETS, &t);
    CALL3(SYS_ioctl, fd, TCFLSH, 2 /* TCIOFLUSH */);
}

// Whatever of it fails, the service goes on, as systemd's.
static long reset_terminal(const struct op_terminal_reset *p)
{
    static const char clear[] = "\033[r\033[H\033[3J";
    for (uint32_t what = RESET_HANG_UP; what <= RESET_CLEAR; what <<= 1) {
        long fd = p->what & what ? open_terminal(p->path) : -1;
        if (fd < 0)
            continue;
        if (what == RESET_HANG_UP)
            CALL2(SYS_ioctl, fd, 0x5437 /* TIOCVHANGUP */);
        else if (what == RESET_SETTINGS)
            reset_settings(fd);
        else
            CALL3(SYS_write, fd, clear, sizeof clear - 1);
        CALL1(SYS_close, fd);
    }
    return 0;
}

// Becomes the session's terminal and standard input. One that another session holds isn't waited for: our parent waits for us.
static long terminal(const struct op_terminal *p)
{
    long fd = open_terminal(p->path);
    if (fd < 0)
        return fd;
    long r = CALL3(SYS_ioctl, fd, TIOCSCTTY, p->force);
    if (r < 0) {
        CALL1(SYS_close, fd);
        return r;
    }
    set_size(fd, p->rows, p->columns);
    if (p->uid != (uint32_t)-1) {
        CALL3(SYS_fchown, fd, p->uid, -1);
        CALL2(SYS_fchmod, fd, 0620);
    }
    return to_target(fd, 0);
}

static long process_play(struct spawn *s, struct op *op)
{
    void *p = op->payload;
    switch (op->code) {
    case OP_BOUNDING_SET: return bounding_set(((struct op_set *)p)->set);
    case OP_AMBIENT_SET: return ambient_set(p);
    case OP_SECURE_BITS: return secure_bits(((struct op_number *)p)->value);
    case OP_SECCOMP: return seccomp(s, p);
    case OP_SCHEDULER: return scheduler(p);
    case OP_AFFINITY: return CALL3(SYS_sched_setaffinity, 0, op->length, p);
    case OP_NUMA_POLICY: return numa_policy(p, op->length - sizeof(struct op_numa));
    case OP_IO_PRIORITY: return CALL3(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, 0, ((struct op_number *)p)->value);
    case OP_PERSONALITY: return CALL1(SYS_personality, ((struct op_number *)p)->value);
    case OP_WRITE_FILE: return tolerated(write_file(p), ((struct op_write_file *)p)->tolerate);
    case OP_KEYRING: return keyring(p);
    case OP_DATA: return data(p, op->length - sizeof(struct op_data));
    case OP_TERMINAL_RESET: return reset_terminal(p);
    case OP_TERMINAL: return terminal(p);
    default: return -EINVAL;
    }
}
