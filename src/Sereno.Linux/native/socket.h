// Sockets of another control group. Included by spawn.c.

struct socket_request { int family, type, protocol; long result; };

static int make_socket(void *argument)
{
    struct socket_request *r = argument;
    r->result = CALL3(SYS_socket, r->family, r->type, r->protocol);
    return 0;
}

/// A socket for ever belongs to the control group of the process that made it: here of a child that starts in `cgroup` and
/// has our descriptors. Returns the descriptor, or a negative errno: EBUSY, EACCES... where a child can't start there.
EXPORT int32_t sereno_socket_in(int32_t cgroup, int32_t family, int32_t type, int32_t protocol)
{
    struct socket_request request = { .family = family, .type = type, .protocol = protocol, .result = -ESRCH };
    uint8_t *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        return -errno;
    struct clone_args args = {
        // No exit signal: nobody but we may wait for it.
        .flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP,
        .stack = (uint64_t)(uintptr_t)stack,
        .stack_size = STACK_SIZE,
        .cgroup = (uint64_t)cgroup,
    };
    uint64_t all = ~(uint64_t)0, before;
    CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    long pid = clone_call(SYS_clone3, (long)&args, sizeof args, 0, make_socket, &request);
    CALL4(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
    if (pid > 0)
        while (waitpid((pid_t)pid, NULL, __WALL) < 0 && errno == EINTR)
            ;
    munmap(stack, STACK_SIZE);
    return (int32_t)(pid < 0 ? pid : request.result);
}
