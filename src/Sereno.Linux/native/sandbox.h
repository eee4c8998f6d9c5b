// The part of a spawn plan that makes namespaces and mounts; included by spawn.c, under the same rules: raw system calls,
// no allocation, nothing of the runtime.
//
// The new root is put together in a folder (the plan names it) while the host's is still at "/", so that no mount hides
// the source of a later one. Paths of the plan have no symbolic links: the manager has followed them, and one that has
// come since is an error, not a way out.

#include <linux/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

enum { MOUNTS_STAGE_PATH = 4096, CLONE_NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUSER };

enum sandbox_opcode {
    OP_UNSHARE = 40, OP_JOIN_NAMESPACE, OP_JOIN_NAMESPACE_PATH, OP_USER_NAMESPACE, OP_MOUNT_NAMESPACE, OP_MOUNT, OP_REMOUNT,
    OP_SYMLINK, OP_ENTER_ROOT, OP_CHROOT
};

enum mount_kind {
    MOUNT_SELF = 1, MOUNT_BIND, MOUNT_BIND_RECURSIVE, MOUNT_PRIVATE_TMP, MOUNT_INACCESSIBLE, MOUNT_TMPFS, MOUNT_PROC, MOUNT_HOST_TREE,
    MOUNT_RUN, MOUNT_MQUEUE, MOUNT_PRIVATE_DEV
};

enum { MOUNT_IGNORE_MISSING = 1 };
enum { REMOUNT_RECURSIVE = 1, REMOUNT_IGNORE_MISSING = 2, REMOUNT_ALL = 4 /* also below other mounts of the plan */ };

struct op_unshare { uint32_t flags, tolerate; };
struct op_join { uint32_t index, type; };
struct op_join_path { uint32_t type, reserved; char path[]; };
struct op_user_namespace { uint32_t uid, gid; };
struct op_mount_namespace { uint32_t tolerate, own_root; char path[]; };
struct op_mount { uint32_t kind, flags; uint64_t ms_flags; char strings[]; /* target, source, options */ };
struct op_remount { uint32_t set, clear, flags, reserved; char path[]; };
struct op_symlink { uint64_t reserved; char strings[]; /* target, path */ };
struct op_enter_root { uint32_t propagation, own_root; char path[]; };
struct op_chroot { uint64_t reserved; char path[]; };

// linux/mount.h and sys/mount.h can't be had together with every libc.
struct mount_attributes { uint64_t set, clear, propagation, user_namespace; };

// ---------------------------------------------------------------------------------------------------------------------
// Checking

static int are_strings(const char *s, size_t length, int count)
{
    const char *end = s + length;
    for (; count > 0; count--) {
        const char *zero = s < end ? memchr(s, 0, (size_t)(end - s)) : NULL;
        if (zero == NULL)
            return 0;
        s = zero + 1;
    }
    return s == end;
}

static int sandbox_check(const struct op *op, uint32_t nfds)
{
    const void *p = op->payload;
    size_t n = op->length;
#define TAIL(type, count) (n > sizeof(struct type) && are_strings((const char *)p + sizeof(struct type), n - sizeof(struct type), count))
    switch (op->code) {
    case OP_UNSHARE: return n == sizeof(struct op_unshare) && !(((const struct op_unshare *)p)->flags & ~(uint32_t)CLONE_NAMESPACES);
    case OP_JOIN_NAMESPACE: return n == sizeof(struct op_join) && ((const struct op_join *)p)->index < nfds;
    case OP_JOIN_NAMESPACE_PATH: return TAIL(op_join_path, 1);
    case OP_USER_NAMESPACE: return n == sizeof(struct op_user_namespace);
    case OP_MOUNT_NAMESPACE: return TAIL(op_mount_namespace, 1);
    case OP_MOUNT: return TAIL(op_mount, 3);
    case OP_REMOUNT: return TAIL(op_remount, 1);
    case OP_SYMLINK: return TAIL(op_symlink, 2);
    case OP_ENTER_ROOT: return TAIL(op_enter_root, 1);
    case OP_CHROOT: return TAIL(op_chroot, 1);
    default: return 0;
    }
#undef TAIL
}

// ---------------------------------------------------------------------------------------------------------------------
// Paths

static size_t length_of(const char *s)
{
    size_t n = 0;
    while (s[n] != 0)
        n++;
    return n;
}

// Whether path is prefix or below it, by whole components.
static int is_below(const char *path, const char *prefix)
{
    while (*prefix == '/')
        prefix++;
    while (*path == '/')
        path++;
    while (*prefix != 0 && *prefix == *path)
        prefix++, path++;
    return *prefix == 0 && (*path == 0 || *path == '/' || prefix[-1] == '/');
}

static int same_path(const char *a, const char *b) { return is_below(a, b) && is_below(b, a); }

static char *number_text(char *at, uint64_t value)
{
    char digits[20];
    size_t n = 0;
    do digits[n++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    while (n > 0)
        *at++ = digits[--n];
    *at = 0;
    return at;
}

static char *append(char *at, const char *text)
{
    while (*text != 0)
        *at++ = *text++;
    *at = 0;
    return at;
}

// A descriptor as a path that mount(2) takes, and that no one can change under us.
static const char *fd_path(char buffer[40], long fd)
{
    number_text(append(buffer, "/proc/self/fd/"), (uint64_t)fd);
    return buffer;
}

static long stat_fd(long fd, struct statx *st)
{
    return CALL5(SYS_statx, fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_TYPE | STATX_MODE | STATX_UID, st);
}

enum make { MAKE_NOTHING, MAKE_FOLDER, MAKE_FILE };

// The kernel's own links to whoever looks (proc_pid_self(5)): each process has to follow them itself, and nobody can make others.
static int is_process_link(long folder, const char *name)
{
    struct { long type, rest[15]; } fs;
    return (same_path(name, "self") || same_path(name, "thread-self")) && CALL2(SYS_fstatfs, folder, &fs) == 0 && fs.type == 0x9fa0 /* PROC_SUPER_MAGIC */;
}

static long walk(const char *path, enum make make)
{
    char name[256];
    long fd = CALL4(SYS_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    while (fd >= 0) {
        while (*path == '/')
            path++;
        if (*path == 0)
            return fd;
        size_t n = 0;
        for (; *path != 0 && *path != '/'; path++)
            if (n < sizeof name)
                name[n++] = *path;
        while (*path == '/')
            path++;
        long next = -ENAMETOOLONG;
        if (n < sizeof name) {
            name[n] = 0;
            int flags = O_PATH | O_CLOEXEC | (is_process_link(fd, name) ? 0 : O_NOFOLLOW) | (*path != 0 ? O_DIRECTORY : 0);
            next = CALL4(SYS_openat, fd, name, flags, 0);
            if (next == -ENOENT && make != MAKE_NOTHING) {
                if (*path == 0 && make == MAKE_FILE)
                    next = CALL4(SYS_mknodat, fd, name, S_IFREG | 0644, 0);
                else
                    next = CALL3(SYS_mkdirat, fd, name, 0755);
                if (next == 0)
                    next = CALL4(SYS_openat, fd, name, flags, 0);
            }
        }
        CALL1(SYS_close, fd);
        fd = next;
    }
    return fd;
}

static long open_target(const char *path, enum make make)
{
    struct statx st;
    long fd = walk(path, make);
    if (fd < 0)
        return fd;
    long r = stat_fd(fd, &st);
    if (r >= 0 && S_ISLNK(st.stx_mode))
        r = -ELOOP;
    if (r >= 0)
        return fd;
    CALL1(SYS_close, fd);
    return r;
}

static int is_mount_point(long fd)
{
    struct statx st;
    return stat_fd(fd, &st) == 0 && (st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) && (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static long mount_on(const char *source, long target, const char *type, uint64_t flags, const char *options)
{
    char buffer[40];
    return CALL5(SYS_mount, source, fd_path(buffer, target), type, flags, options);
}

static long bind_fd(long source, long target, int recursive)
{
    char buffer[40];
    return mount_on(fd_path(buffer, source), target, NULL, MS_BIND | (recursive ? MS_REC : 0), NULL);
}

// ---------------------------------------------------------------------------------------------------------------------
// /proc/self/mountinfo (proc_pid_mountinfo(5)), which was opened before anything could be mounted over /proc

struct mounts { long fd; size_t at, end; char buffer[2048]; };

static int next_byte(struct mounts *m)
{
    if (m->at == m->end) {
        long n = CALL3(SYS_read, m->fd, m->buffer, sizeof m->buffer);
        if (n <= 0)
            return -1;
        m->at = 0;
        m->end = (size_t)n;
    }
    return (unsigned char)m->buffer[m->at++];
}

// The next mount point, unescaped; 0 at the end. What doesn't fit is not a path that the plan can name.
static int next_mount(struct mounts *m, char path[MOUNTS_STAGE_PATH], int *is_autofs)
{
    int field = 1, dash = 0, c;
    size_t n = 0, type = 0;
    static const char autofs[] = "autofs";
    *is_autofs = 1;
    while ((c = next_byte(m)) >= 0 && c != '\n') {
        if (c == ' ') {
            if (dash > 0)
                dash++;
            field++;
            continue;
        }
        if (field > 6 && dash == 0 && c == '-')
            dash = 1;
        else if (dash == 2) {
            if (type >= sizeof autofs - 1 || autofs[type] != c)
                *is_autofs = 0;
            type++;
        }
        if (field != 5)
            continue;
        if (c == '\\') {
            int a = next_byte(m), b = next_byte(m), d = next_byte(m);
            c = (a - '0') << 6 | (b - '0') << 3 | (d - '0');
        }
        if (n < MOUNTS_STAGE_PATH - 1)
            path[n++] = (char)c;
    }
    path[n] = 0;
    if (type != sizeof autofs - 1)
        *is_autofs = 0;
    return n > 0;
}

static void rewind_mounts(struct mounts *m, long fd)
{
    m->fd = fd;
    m->at = m->end = 0;
    CALL3(SYS_lseek, fd, 0, SEEK_SET);
}

// Whatever can be unmounted at a path and below goes; how many that were.
static int unmount_below(const struct spawn *s, const char *prefix)
{
    struct mounts m;
    char path[MOUNTS_STAGE_PATH];
    int count = 0, again, is_autofs;
    do {
        again = 0;
        rewind_mounts(&m, s->mountinfo);
        while (!again && next_mount(&m, path, &is_autofs))
            if (is_below(path, prefix) && CALL2(SYS_umount2, path, UMOUNT_NOFOLLOW) == 0)
                again = ++count;
    } while (again);
    return count;
}

// ---------------------------------------------------------------------------------------------------------------------
// One mount of the plan

static const char *const s_devices[] = { "null", "zero", "full", "random", "urandom", "tty" };

static long link_device(long dev, const char *name, const struct statx *st)
{
    char path[64], target[64];
    const char *kind = S_ISCHR(st->stx_mode) ? "char" : "block";
    CALL3(SYS_mkdirat, dev, kind, 0755);
    char *at = append(append(path, kind), "/");
    at = number_text(at, st->stx_rdev_major);
    *at++ = ':';
    number_text(at, st->stx_rdev_minor);
    append(append(target, "../"), name);
    return CALL3(SYS_symlinkat, target, dev, path);
}

// A node like the host's; where nodes can't be made, the host's own.
static long clone_device(long dev, const char *name)
{
    char path[64];
    struct statx st;
    append(append(path, "/dev/"), name);
    long r = CALL5(SYS_statx, AT_FDCWD, path, 0, STATX_TYPE | STATX_MODE, &st);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    if (!S_ISCHR(st.stx_mode) && !S_ISBLK(st.stx_mode))
        return 0;
    r = CALL4(SYS_mknodat, dev, name, st.stx_mode, makedev(st.stx_rdev_major, st.stx_rdev_minor));
    if (r == -EPERM) {
        r = CALL4(SYS_mknodat, dev, name, S_IFREG, 0);
        if (r < 0 && r != -EEXIST)
            return r;
        long target = CALL4(SYS_openat, dev, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        if (target < 0)
            return target;
        r = mount_on(path, target, NULL, MS_BIND, NULL);
        CALL1(SYS_close, target);
    }
    if (r >= 0)
        link_device(dev, name, &st);
    return r;
}

static long bind_device_folder(long dev, const char *name)
{
    char path[64];
    append(append(path, "/dev/"), name);
    CALL3(SYS_mkdirat, dev, name, 0755);
    long target = CALL4(SYS_openat, dev, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
    if (target < 0)
        return target;
    long r = mount_on(path, target, NULL, MS_BIND, NULL);
    CALL1(SYS_close, target);
    return r;
}

// syslog(3) goes where the host's goes: a link is made again, a socket that stands in /dev itself is bound.
static void bring_log_socket(long dev)
{
    struct statx st;
    char target[256];
    long n = CALL4(SYS_readlinkat, AT_FDCWD, "/dev/log", target, sizeof target - 1);
    if (n > 0)
        target[n] = 0;
    else if (CALL5(SYS_statx, AT_FDCWD, "/dev/log", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &st) == 0 && S_ISSOCK(st.stx_mode)) {
        CALL4(SYS_mknodat, dev, "log", S_IFREG | 0666, 0);
        long file = CALL4(SYS_openat, dev, "log", O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        if (file >= 0) {
            mount_on("/dev/log", file, NULL, MS_BIND, NULL);
            CALL1(SYS_close, file);
        }
        return;
    } else
        append(target, "/run/systemd/journal/dev-log");
    CALL3(SYS_symlinkat, target, dev, "log");
}

static long fill_devices(long dev)
{
    static const char *const links[][2] = {
        { "/proc/kcore", "core" }, { "/proc/self/fd", "fd" }, { "/proc/self/fd/0", "stdin" }, { "/proc/self/fd/1", "stdout" },
        { "/proc/self/fd/2", "stderr" },
    };
    struct statx st;
    long r = bind_device_folder(dev, "pts");
    if (r < 0)
        return r;
    // As a node it needs one of its own: pts/ptmx has no permissions then. In containers it is a link.
    r = CALL5(SYS_statx, AT_FDCWD, "/dev/ptmx", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &st);
    if (r < 0)
        return r;
    r = S_ISLNK(st.stx_mode) ? CALL3(SYS_symlinkat, "pts/ptmx", dev, "ptmx") : clone_device(dev, "ptmx");
    if (r < 0)
        return r;
    r = bind_device_folder(dev, "shm");
    if (r < 0)
        return r;
    bind_device_folder(dev, "mqueue");
    bind_device_folder(dev, "hugepages");
    bring_log_socket(dev);
    for (size_t i = 0; i < sizeof s_devices / sizeof *s_devices; i++)
        if ((r = clone_device(dev, s_devices[i])) < 0)
            return r;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (i > 0 || CALL5(SYS_statx, AT_FDCWD, links[i][0], 0, STATX_TYPE, &st) == 0)
            CALL3(SYS_symlinkat, links[i][0], dev, links[i][1]);
    return 0;
}

static long mount_fresh(const struct spawn *s, const char *path, const char *type, uint64_t flags, const char *options)
{
    long target = open_target(path, MAKE_FOLDER);
    if (target < 0)
        return target;
    CALL1(SYS_close, target);
    unmount_below(s, path);
    target = open_target(path, MAKE_FOLDER);
    if (target < 0)
        return target;
    long r = mount_on(type, target, type, flags, *options != 0 ? options : NULL);
    CALL1(SYS_close, target);
    return r;
}

static long mount_private_dev(const struct spawn *s, const char *path, uint64_t flags, const char *options)
{
    long r = mount_fresh(s, path, "tmpfs", flags, options);
    if (r < 0)
        return r;
    long dev = open_target(path, MAKE_NOTHING);
    if (dev < 0)
        return dev;
    r = fill_devices(dev);
    CALL1(SYS_close, dev);
    return r;
}

// The host's tree where nothing is mounted yet.
static long mount_host_tree(const char *source, const char *path)
{
    long target = open_target(path, MAKE_FOLDER);
    if (target < 0)
        return target;
    long r = is_mount_point(target) ? 0 : mount_on(source, target, NULL, MS_BIND | MS_REC, NULL);
    CALL1(SYS_close, target);
    return r;
}

static long mount_proc(const struct spawn *s, const char *path, uint64_t flags, const char *options)
{
    long target = open_target(path, MAKE_FOLDER);
    if (target < 0)
        return target;
    CALL1(SYS_close, target);
    int unmounted = unmount_below(s, path);
    target = open_target(path, MAKE_FOLDER);
    if (target < 0)
        return target;
    long r = mount_on("proc", target, "proc", flags, *options != 0 ? options : NULL);
    if (r == -EINVAL && *options != 0) // before Linux 5.8 hidepid= is not this mount's alone: without, then
        r = mount_on("proc", target, "proc", flags, NULL);
    // Without the right to a /proc of our own the one that is there serves, unless we have taken part of it away.
    if (r == -EPERM && unmounted == 0)
        r = is_mount_point(target) ? 0 : mount_on("/proc", target, NULL, MS_BIND | MS_REC, NULL);
    CALL1(SYS_close, target);
    return r;
}

// A node of the same kind that nobody may open: made once in a folder of the instance's.
static long open_inaccessible(const char *folder, uint16_t mode)
{
    static const struct { uint16_t type; const char *name; } nodes[] = {
        { S_IFREG, "reg" }, { S_IFDIR, "dir" }, { S_IFIFO, "fifo" }, { S_IFSOCK, "sock" }, { S_IFCHR, "chr" }, { S_IFBLK, "blk" },
    };
    long parent = walk(folder, MAKE_FOLDER);
    if (parent < 0)
        return parent;
    long r = -ELOOP;
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        if (nodes[i].type == (mode & S_IFMT)) {
            const char *name = nodes[i].name;
            if (S_ISDIR(mode))
                CALL3(SYS_mkdirat, parent, name, 0);
            else
                r = CALL4(SYS_mknodat, parent, name, nodes[i].type, 0);
            if (r == -EPERM && (S_ISCHR(mode) || S_ISBLK(mode)))
                CALL4(SYS_mknodat, parent, name = "sock", S_IFSOCK, 0);
            r = CALL4(SYS_openat, parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
        }
    CALL1(SYS_close, parent);
    return r;
}

static long mount_inaccessible(const struct spawn *s, const char *path, const char *folder)
{
    struct statx st;
    unmount_below(s, path);
    long target = open_target(path, MAKE_NOTHING);
    if (target < 0)
        return target;
    long r = stat_fd(target, &st), node = -1;
    if (r == 0)
        r = node = open_inaccessible(folder, st.stx_mode);
    if (node >= 0) {
        r = bind_fd(node, target, 1);
        CALL1(SYS_close, node);
    }
    CALL1(SYS_close, target);
    return r;
}

static long mount_bind(const char *source_path, const char *path, int recursive, int *source_missing)
{
    struct statx st;
    long source = CALL4(SYS_openat, AT_FDCWD, source_path, O_PATH | O_CLOEXEC, 0); // the host's own links are followed
    if (source < 0) {
        *source_missing = source == -ENOENT;
        return source;
    }
    long r = stat_fd(source, &st);
    long target = r < 0 ? r : open_target(path, S_ISDIR(st.stx_mode) ? MAKE_FOLDER : MAKE_FILE);
    r = target;
    if (target >= 0) {
        r = bind_fd(source, target, recursive);
        CALL1(SYS_close, target);
    }
    CALL1(SYS_close, source);
    return r;
}

// The parent can only be entered by root, the folder in it is as /tmp. Both may be there from an earlier process of the
// unit; what is there but isn't ours is refused. Without a place to write, /tmp is empty and read-only.
static long mount_private_tmp(const char *folder, const char *path, const char *empty)
{
    struct statx st;
    long r = CALL3(SYS_mkdirat, AT_FDCWD, folder, 0700);
    int fresh = r == 0, full = r == -EROFS || r == -ENOSPC || r == -EDQUOT;
    if (!full && r < 0 && r != -EEXIST)
        return r;
    if (full) {
        long source = walk(empty, MAKE_FOLDER);
        if (source < 0)
            return source;
        long target = open_target(path, MAKE_FOLDER);
        r = target < 0 ? target : bind_fd(source, target, 1);
        if (r == 0) {
            CALL1(SYS_close, target);
            target = open_target(path, MAKE_NOTHING);
            struct mount_attributes read_only = { .set = 1 /* MOUNT_ATTR_RDONLY */ };
            r = target < 0 ? target : CALL5(SYS_mount_setattr, target, "", AT_EMPTY_PATH, &read_only, sizeof read_only);
        }
        if (target >= 0)
            CALL1(SYS_close, target);
        CALL1(SYS_close, source);
        return r;
    }
    long parent = CALL4(SYS_openat, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (parent < 0)
        return parent;
    r = stat_fd(parent, &st);
    if (r == 0 && !fresh && (st.stx_uid != (uint32_t)CALL1(SYS_geteuid, 0) || (st.stx_mode & 07777) != 0700))
        r = -EEXIST;
    if (r == 0)
        r = CALL3(SYS_mkdirat, parent, "tmp", 01777);
    long source = r < 0 && r != -EEXIST ? r : CALL4(SYS_openat, parent, "tmp", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    CALL1(SYS_close, parent);
    if (source < 0)
        return source;
    long target = open_target(path, MAKE_FOLDER);
    r = target < 0 ? target : bind_fd(source, target, 1);
    if (target >= 0)
        CALL1(SYS_close, target);
    CALL1(SYS_close, source);
    return r;
}

static long mount_self(const char *path)
{
    long target = open_target(path, MAKE_NOTHING);
    if (target < 0)
        return target;
    long r = is_mount_point(target) ? 0 : bind_fd(target, target, 1);
    CALL1(SYS_close, target);
    return r;
}

static long mount_run(const struct spawn *s, const char *path, uint64_t flags, const char *options)
{
    long target = open_target(path, MAKE_FOLDER);
    if (target < 0)
        return target;
    int is_mounted = is_mount_point(target);
    CALL1(SYS_close, target);
    return is_mounted ? 0 : mount_fresh(s, path, "tmpfs", flags, options);
}

static long play_mount(const struct spawn *s, const struct op_mount *m)
{
    const char *path = m->strings, *source = path + length_of(path) + 1, *options = source + length_of(source) + 1;
    int missing = 0;
    long r = -EINVAL;
    switch ((enum mount_kind)m->kind) {
    case MOUNT_SELF: missing = (r = mount_self(path)) == -ENOENT; break;
    case MOUNT_BIND: case MOUNT_BIND_RECURSIVE: r = mount_bind(source, path, m->kind == MOUNT_BIND_RECURSIVE, &missing); break;
    case MOUNT_PRIVATE_TMP: r = mount_private_tmp(source, path, options); break;
    case MOUNT_INACCESSIBLE: missing = (r = mount_inaccessible(s, path, source)) == -ENOENT; break;
    case MOUNT_TMPFS: r = mount_fresh(s, path, "tmpfs", m->ms_flags, options); break;
    case MOUNT_PROC: r = mount_proc(s, path, m->ms_flags, options); break;
    case MOUNT_HOST_TREE: r = mount_host_tree(source, path); break;
    case MOUNT_RUN: r = mount_run(s, path, m->ms_flags, options); break;
    case MOUNT_MQUEUE: r = mount_fresh(s, path, "mqueue", m->ms_flags, options); break;
    case MOUNT_PRIVATE_DEV: r = mount_private_dev(s, path, m->ms_flags, options); break;
    }
    return missing && (m->flags & MOUNT_IGNORE_MISSING) ? 0 : r;
}

// ---------------------------------------------------------------------------------------------------------------------
// Flags of mounts

static long set_flags(const char *path, uint32_t set, uint32_t clear)
{
    struct mount_attributes attributes = { .set = set, .clear = clear };
    long fd = open_target(path, MAKE_NOTHING);
    if (fd < 0)
        return fd;
    // A mount point that another mount hides can't be named; that one has its own line.
    long r = is_mount_point(fd) ? CALL5(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes) : -EINVAL;
    if (r == -ENOSYS || r == -EPERM) { // before Linux 5.12, and where a filter refuses the newer call
        struct { long type, bsize, blocks, bfree, bavail, files, ffree, fsid, namelen, frsize, flags, spare[4]; } fs;
        char buffer[40];
        long q = CALL2(SYS_fstatfs, fd, &fs);
        // The numbers of ST_* and MS_* are the same for those that are a mount's own (statfs(2)).
        uint64_t now = q < 0 ? 0 : (uint64_t)fs.flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
        if (q >= 0 && (fs.flags & 0x1000 /* ST_RELATIME */))
            now |= MS_RELATIME;
        r = q < 0 ? q : CALL5(SYS_mount, NULL, fd_path(buffer, fd), NULL, MS_REMOUNT | MS_BIND | ((now | set) & ~(uint64_t)clear), NULL);
    }
    CALL1(SYS_close, fd);
    return r;
}

// Whether another mount of the plan, below `prefix`, has the say over `path`.
static int is_others(const struct spawn *s, const char *path, const char *prefix)
{
    size_t at = sizeof(struct plan_header);
    while (at < s->length) {
        const struct op *op = (const void *)(s->plan + at);
        if (op->code == OP_MOUNT) {
            const char *other = ((const struct op_mount *)op->payload)->strings;
            if (!same_path(other, prefix) && is_below(other, prefix) && is_below(path, other))
                return 1;
        }
        at += sizeof *op + (((size_t)op->length + 7) & ~(size_t)7);
    }
    return 0;
}

// One after the other, not AT_RECURSIVE: some are to stay as they are, and some can't be changed, which is no failure.
static long play_remount(const struct spawn *s, const struct op_remount *o)
{
    struct mounts m;
    char path[MOUNTS_STAGE_PATH];
    int is_autofs;
    long r = set_flags(o->path, o->set, o->clear);
    if (r < 0)
        return r == -ENOENT && (o->flags & REMOUNT_IGNORE_MISSING) ? 0 : r;
    if (!(o->flags & REMOUNT_RECURSIVE))
        return 0;
    rewind_mounts(&m, s->mountinfo);
    while (next_mount(&m, path, &is_autofs)) {
        if (is_autofs || !is_below(path, o->path) || same_path(path, o->path))
            continue;
        if (!(o->flags & REMOUNT_ALL) && is_others(s, path, o->path))
            continue;
        r = set_flags(path, o->set, o->clear);
        if (r < 0 && r != -ENOENT && r != -EINVAL && r != -ENOTDIR && r != -ELOOP && r != -EACCES)
            return r;
    }
    return 0;
}

// ---------------------------------------------------------------------------------------------------------------------
// Namespaces

static int is_refused(long r)
{
    return r == -EPERM || r == -EACCES || r == -EOPNOTSUPP || r == -ENOSYS || r == -EINVAL /* not in this kernel */;
}

static void loopback_up(void)
{
    struct ifreq request = { .ifr_name = "lo" };
    long fd = CALL3(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (CALL3(SYS_ioctl, fd, SIOCGIFFLAGS, &request) == 0) {
        request.ifr_flags |= IFF_UP;
        CALL3(SYS_ioctl, fd, SIOCSIFFLAGS, &request);
    }
    CALL1(SYS_close, fd);
}

static long play_unshare(const struct op_unshare *o)
{
    long r = CALL1(SYS_unshare, o->flags);
    if (r == 0 && (o->flags & CLONE_NEWNET))
        loopback_up();
    return r < 0 && o->tolerate && is_refused(r) ? 0 : r;
}

static long play_join_path(const struct op_join_path *o)
{
    long fd = CALL4(SYS_openat, AT_FDCWD, o->path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    long r = CALL2(SYS_setns, fd, o->type);
    CALL1(SYS_close, fd);
    return r;
}

static int wait_to_be_killed(void *unused)
{
    (void)unused;
    CALL5(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    for (;;)
        CALL4(SYS_ppoll, NULL, 0, NULL, NULL);
    return 0;
}

static long write_map(long pid, const char *file, const char *text)
{
    char path[64];
    append(append(number_text(append(path, "/proc/"), (uint64_t)pid), "/"), file);
    long fd = CALL4(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    long n = CALL3(SYS_write, fd, text, length_of(text));
    CALL1(SYS_close, fd);
    return n < 0 ? n : 0;
}

static char *map_line(char *at, uint64_t id)
{
    at = append(number_text(at, id), " ");
    return append(number_text(at, id), " 1\n");
}

// Ourselves and the service's account as they are, everybody else as nobody. Only who is outside of the namespace may map
// more than himself (user_namespaces(7)), so a process that does nothing else opens it, and we join it once it is mapped.
static long play_user_namespace(const struct spawn *s, const struct op_user_namespace *o)
{
    char uids[64], gids[64], path[64];
    uint64_t uid = (uint64_t)CALL1(SYS_geteuid, 0), gid = (uint64_t)CALL1(SYS_getegid, 0);
    char *at = map_line(uids, uid);
    if (uid == 0 && o->uid != (uint32_t)-1 && o->uid != uid)
        map_line(at, o->uid);
    at = map_line(gids, gid);
    if (uid == 0 && o->gid != (uint32_t)-1 && o->gid != gid)
        map_line(at, o->gid);
    long pid = clone_call(SYS_clone, CLONE_VM | CLONE_NEWUSER | SIGCHLD, (long)s->second_stack, 0, wait_to_be_killed, NULL);
    if (pid < 0)
        return pid;
    long r = write_map(pid, "setgroups", "deny\n");
    if (r == -ENOENT) // before Linux 3.19
        r = 0;
    if (r == 0)
        r = write_map(pid, "gid_map", gids);
    if (r == 0)
        r = write_map(pid, "uid_map", uids);
    if (r == 0) {
        append(number_text(append(path, "/proc/"), (uint64_t)pid), "/ns/user");
        long fd = r = CALL4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
        if (fd >= 0) {
            r = CALL2(SYS_setns, fd, CLONE_NEWUSER);
            CALL1(SYS_close, fd);
        }
    }
    CALL2(SYS_kill, pid, SIGKILL);
    while (CALL4(SYS_wait4, pid, NULL, __WALL, NULL) == -EINTR)
        ;
    return r;
}

// Where the namespace is refused, everything up to EnterRoot is left out.
static long play_mount_namespace(struct spawn *s, const struct op_mount_namespace *o)
{
    long r = CALL1(SYS_unshare, CLONE_NEWNS);
    if (r < 0) {
        s->without_mounts = o->tolerate && is_refused(r);
        return s->without_mounts ? 0 : r;
    }
    s->umask = (int)CALL1(SYS_umask, 0);
    s->mountinfo = (int)CALL4(SYS_openat, AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0);
    if (s->mountinfo < 0)
        return s->mountinfo;
    r = CALL5(SYS_mount, NULL, "/", NULL, MS_SLAVE | MS_REC, NULL);
    if (r < 0)
        return r;
    long root = open_target(o->path, o->own_root ? MAKE_NOTHING : MAKE_FOLDER);
    if (root < 0)
        return root;
    if (!o->own_root)
        r = mount_on("/", root, NULL, MS_BIND | MS_REC, NULL);
    else if (!is_mount_point(root))
        r = bind_fd(root, root, 1);
    CALL1(SYS_close, root);
    return r;
}

static long move_root(const char *path)
{
    long r = CALL1(SYS_chdir, path);
    return r < 0 ? r : CALL5(SYS_mount, path, "/", NULL, MS_MOVE, NULL);
}

static long play_enter_root(struct spawn *s, const struct op_enter_root *o)
{
    long r = move_root(o->path);
    if (r == -EINVAL && o->own_root) {
        // A mount that came from a more privileged namespace can't be moved, but one of ours over it can.
        r = CALL5(SYS_mount, o->path, o->path, NULL, MS_BIND | MS_REC, NULL);
        if (r == 0)
            r = move_root(o->path);
    }
    if (r == 0)
        r = CALL1(SYS_chroot, ".");
    if (r == 0)
        r = CALL1(SYS_chdir, "/");
    if (r == 0)
        r = CALL5(SYS_mount, NULL, "/", NULL, o->propagation | MS_REC, NULL);
    CALL1(SYS_close, s->mountinfo);
    CALL1(SYS_umask, s->umask);
    return r;
}

static long play_symlink(const struct op_symlink *o)
{
    const char *path = o->strings + length_of(o->strings) + 1;
    char parent[MOUNTS_STAGE_PATH];
    size_t slash = 0, length = length_of(path);
    if (length >= sizeof parent)
        return -ENAMETOOLONG;
    for (size_t i = 0; i < length; i++)
        slash = path[i] == '/' ? i : slash;
    append(parent, path);
    parent[slash] = 0;
    long folder = walk(parent, MAKE_FOLDER);
    if (folder < 0)
        return folder;
    long r = CALL3(SYS_symlinkat, o->strings, folder, path + slash + 1);
    CALL1(SYS_close, folder);
    return r == -EEXIST ? 0 : r;
}

static long sandbox_play(struct spawn *s, const struct op *op)
{
    const void *p = op->payload;
    if (s->without_mounts && op->code >= OP_MOUNT && op->code <= OP_ENTER_ROOT)
        return 0;
    switch ((enum sandbox_opcode)op->code) {
    case OP_UNSHARE: return play_unshare(p);
    case OP_JOIN_NAMESPACE: return CALL2(SYS_setns, s->moved[((const struct op_join *)p)->index], ((const struct op_join *)p)->type);
    case OP_JOIN_NAMESPACE_PATH: return play_join_path(p);
    case OP_USER_NAMESPACE: return play_user_namespace(s, p);
    case OP_MOUNT_NAMESPACE: return play_mount_namespace(s, p);
    case OP_MOUNT: return play_mount(s, p);
    case OP_REMOUNT: return play_remount(s, p);
    case OP_SYMLINK: return play_symlink(p);
    case OP_ENTER_ROOT: return play_enter_root(s, p);
    case OP_CHROOT: return CALL1(SYS_chroot, ((const struct op_chroot *)p)->path);
    }
    return -EINVAL;
}
