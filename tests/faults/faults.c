// Runs a program and, at the Nth of its system calls that change files, kills it or makes the call
// fail. The calls of all its threads are counted together; those of the programs that it starts
// are not, and run undisturbed.
//
//     cc -O1 -Wall -Wextra -o faults tests/faults/faults.c
//     faults [--at N] [--errno NAME [--from]] [--under DIRECTORY]... [--every] [--log FILE] PROGRAM ARGUMENT...
//
// --at N       the call at which it happens, counted from 1; without it, or with 0, calls are only
//              counted.
// --errno NAME the call is not made and returns this error (EIO, ENOSPC, EROFS, EDQUOT) in place of
//              the death of the program by SIGKILL before the call.
// --from       the error is returned from the Nth call on, as by a disk that is and stays full:
//              calls that make room (unlink, rmdir) and those that need none (sync) succeed.
// --under DIR  counts calls only that are about something in this directory, given as an absolute
//              path without links; may be repeated. Without it all are counted, but never those on
//              pipes, sockets and terminals.
// --every      counts whatever these calls are about, and also those that only look, which are
//              `read` (a file opened to be read) and `look` (a question about a name) in the log,
//              and those that start a `thread` or a `process`.
// --log FILE   gets a line for each counted call: number, name, paths; with --every, what is no
//              file is followed by the number of the descriptor.
//
// It ends when the last of the processes has ended that the program started, and as the program
// does, with 137 when it was killed here, and with 125 when it cannot do its
// work. It stops the program at every system call by ptrace, which takes any program as it is:
// whichever library or none it makes its calls through. Linux on x86-64 and aarch64.

#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIRECTORIES = 8, THREADS = 4096, BROKEN = 125, KILLED = 137 };

static unsigned long at;
static int error_number;
static bool from;
static bool every;
static const char *under[DIRECTORIES];
static size_t directories;
static FILE *report;
static unsigned long counted;
static bool has_killed;

static void give_up(const char *what) {
    fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
    exit(BROKEN);
}

// How the arguments of a call name what it is about.
enum shape {
    PATH,            // path
    PATH_PATH,       // from, to
    TEXT_PATH,       // text of a link, path
    AT_PATH,         // directory, path
    AT_PATH_AT_PATH, // directory, from, directory, to
    TEXT_AT_PATH,    // text of a link, directory, path
    FD,              // descriptor
    FD_FD,           // of two descriptors the one that is written
    FD_IN_FD,        // descriptor, offset, descriptor that is written
    OPEN,            // path, flags
    OPEN_AT,         // directory, path, flags
    OPEN_AT2,        // directory, path, struct open_how
    EVERYTHING,      // nothing: sync
    START,           // flags
    START3,          // struct clone_args, which begins with the flags
};

struct call {
    long number;
    const char *name;
    enum shape shape;
    bool needs_room;
    bool is_every; // Counted with --every only.
};

static const struct call calls[] = {
    {SYS_openat, "openat", OPEN_AT, true, false},
    {SYS_openat2, "openat2", OPEN_AT2, true, false},
    {SYS_write, "write", FD, true, false},
    {SYS_writev, "writev", FD, true, false},
    {SYS_pwrite64, "pwrite64", FD, true, false},
    {SYS_pwritev, "pwritev", FD, true, false},
    {SYS_ftruncate, "ftruncate", FD, false, false},
    {SYS_fallocate, "fallocate", FD, true, false},
    {SYS_fsync, "fsync", FD, false, false},
    {SYS_fdatasync, "fdatasync", FD, false, false},
    {SYS_syncfs, "syncfs", FD, false, false},
    {SYS_sync, "sync", EVERYTHING, false, false},
    {SYS_copy_file_range, "copy_file_range", FD_IN_FD, true, false},
    {SYS_sendfile, "sendfile", FD_FD, true, false},
    {SYS_mkdirat, "mkdirat", AT_PATH, true, false},
    {SYS_unlinkat, "unlinkat", AT_PATH, false, false},
    {SYS_symlinkat, "symlinkat", TEXT_AT_PATH, true, false},
    {SYS_linkat, "linkat", AT_PATH_AT_PATH, true, false},
    {SYS_renameat2, "renameat2", AT_PATH_AT_PATH, true, false},
    {SYS_fchmod, "fchmod", FD, false, false},
    {SYS_fchmodat, "fchmodat", AT_PATH, false, false},
    {SYS_fchown, "fchown", FD, false, false},
    {SYS_fchownat, "fchownat", AT_PATH, false, false},
    {SYS_utimensat, "utimensat", AT_PATH, false, false},
    {SYS_truncate, "truncate", PATH, false, false},
    {SYS_newfstatat, "look", AT_PATH, false, true},
    {SYS_statx, "look", AT_PATH, false, true},
    {SYS_readlinkat, "look", AT_PATH, false, true},
    {SYS_faccessat, "look", AT_PATH, false, true},
    {SYS_faccessat2, "look", AT_PATH, false, true},
    {SYS_clone, "process", START, false, true},
    {SYS_clone3, "process", START3, false, true},
#ifdef SYS_fchmodat2
    {SYS_fchmodat2, "fchmodat2", AT_PATH, false, false},
#endif
#ifdef SYS_renameat
    {SYS_renameat, "renameat", AT_PATH_AT_PATH, true, false},
#endif
#ifdef SYS_open
    {SYS_open, "open", OPEN, true, false},
    {SYS_creat, "creat", PATH, true, false},
    {SYS_mkdir, "mkdir", PATH, true, false},
    {SYS_rmdir, "rmdir", PATH, false, false},
    {SYS_unlink, "unlink", PATH, false, false},
    {SYS_symlink, "symlink", TEXT_PATH, true, false},
    {SYS_link, "link", PATH_PATH, true, false},
    {SYS_rename, "rename", PATH_PATH, true, false},
    {SYS_chmod, "chmod", PATH, false, false},
    {SYS_chown, "chown", PATH, false, false},
    {SYS_lchown, "lchown", PATH, false, false},
    {SYS_stat, "look", PATH, false, true},
    {SYS_lstat, "look", PATH, false, true},
    {SYS_readlink, "look", PATH, false, true},
    {SYS_access, "look", PATH, false, true},
    {SYS_fork, "process", EVERYTHING, false, true},
    {SYS_vfork, "process", EVERYTHING, false, true},
#endif
};

static const struct call *find(long number) {
    for (size_t place = 0; place < sizeof calls / sizeof *calls; place++)
        if (calls[place].number == number)
            return &calls[place];
    return NULL;
}

// Reads memory of the thread; returns how many bytes there were before its end.
static size_t peek(pid_t thread, uint64_t address, void *into, size_t length) {
    size_t got = 0;
    while (got < length) {
        // Page by page: the string may end just before memory that is not there.
        size_t part = 4096 - (address + got) % 4096;
        if (part > length - got)
            part = length - got;
        struct iovec here = {(char *)into + got, part};
        struct iovec there = {(void *)(uintptr_t)(address + got), part};
        if (process_vm_readv(thread, &here, 1, &there, 1, 0) != (ssize_t)part)
            break;
        got += part;
    }
    return got;
}

static void format(char *out, const char *text, ...) {
    va_list arguments;
    va_start(arguments, text);
    vsnprintf(out, PATH_MAX, text, arguments);
    va_end(arguments);
}

// Puts down where the descriptor leads, or nothing.
static void descriptor(pid_t thread, int number, char *out) {
    char link[64];
    if (number == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/%d/cwd", thread);
    else
        snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, number);
    ssize_t length = readlink(link, out, PATH_MAX - 1);
    out[length < 0 ? 0 : length] = 0;
}

// Puts down an absolute path.
static void path_at(pid_t thread, int directory, uint64_t address, char *out) {
    static char text[PATH_MAX], base[PATH_MAX];
    size_t length = peek(thread, address, text, sizeof text - 1);
    text[length] = 0;
    if (text[0] == '/') {
        format(out, "%s", text);
        return;
    }
    descriptor(thread, directory, base);
    format(out, text[0] ? "%s/%s" : "%s%s", base, text);
}

static bool is_under(const char *path) {
    if (directories == 0)
        return path[0] == '/' && strncmp(path, "/dev/", 5) && strncmp(path, "/proc/", 6);
    for (size_t place = 0; place < directories; place++) {
        size_t length = strlen(under[place]);
        if (strncmp(path, under[place], length) == 0 &&
            (path[length] == '/' || path[length] == 0 || under[place][length - 1] == '/'))
            return true;
    }
    return false;
}

// Puts down where the descriptor leads, and its number where that is said.
static void described(pid_t thread, int number, char *one, char *other) {
    descriptor(thread, number, one);
    if (every && one[0] != '/')
        format(other, "%d", number);
}

// Says whether a path is empty: then the call is about an open descriptor.
static bool is_nameless(pid_t thread, uint64_t address) {
    char first = 0;
    peek(thread, address, &first, 1);
    return !first;
}

// Says whether a file that is opened like this counts, and changes the call's name for one that is only read.
static bool is_opened(uint64_t flags, const char **name) {
    if (flags & (O_CREAT | O_TRUNC))
        return true;
    if (!(flags & (O_WRONLY | O_RDWR)))
        *name = "read";
    return every;
}

// Says whether the call is one that counts, and puts down what it is and what it is about.
static bool is_counted(pid_t thread, const struct call *call, const uint64_t *given, const char **name, char *one, char *other) {
    struct open_how how = {0};
    uint64_t flags = 0;
    *one = *other = 0;
    *name = call->name;
    if (call->is_every && !every)
        return false;
    switch (call->shape) {
    case PATH: path_at(thread, AT_FDCWD, given[0], one); break;
    case PATH_PATH:
        path_at(thread, AT_FDCWD, given[0], one);
        path_at(thread, AT_FDCWD, given[1], other);
        break;
    case TEXT_PATH: path_at(thread, AT_FDCWD, given[1], one); break;
    case AT_PATH:
        if (call->is_every && is_nameless(thread, given[1]))
            return false;
        path_at(thread, (int)given[0], given[1], one);
        break;
    case AT_PATH_AT_PATH:
        path_at(thread, (int)given[0], given[1], one);
        path_at(thread, (int)given[2], given[3], other);
        break;
    case TEXT_AT_PATH: path_at(thread, (int)given[1], given[2], one); break;
    case FD:
    case FD_FD: described(thread, (int)given[0], one, other); break;
    case FD_IN_FD: described(thread, (int)given[2], one, other); break;
    case OPEN:
        if (!is_opened(given[1], name))
            return false;
        path_at(thread, AT_FDCWD, given[0], one);
        break;
    case OPEN_AT:
        if (!is_opened(given[2], name))
            return false;
        path_at(thread, (int)given[0], given[1], one);
        break;
    case OPEN_AT2:
        peek(thread, given[2], &how, sizeof how);
        if (!is_opened(how.flags, name))
            return false;
        path_at(thread, (int)given[0], given[1], one);
        break;
    case START3:
        peek(thread, given[0], &flags, sizeof flags);
        if (flags & CLONE_THREAD)
            *name = "thread";
        return true;
    case START:
        if (given[0] & CLONE_THREAD)
            *name = "thread";
        return true;
    case EVERYTHING: return true;
    }
    return every || is_under(one) || (*other && is_under(other));
}

// Makes the call that the thread is about to make none.
static void prevent(pid_t thread) {
#if defined(__x86_64__)
    long failed = ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, orig_rax), -1L);
#elif defined(__aarch64__)
    int none = -1;
    struct iovec part = {&none, sizeof none};
    long failed = ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &part);
#else
#error "say here how a system call is prevented"
#endif
    if (failed)
        give_up("prevent a call");
}

// Makes the call that the thread comes back from one that failed.
static void fail(pid_t thread) {
#if defined(__x86_64__)
    long failed = ptrace(PTRACE_POKEUSER, thread, offsetof(struct user_regs_struct, rax), (long)-error_number);
#elif defined(__aarch64__)
    struct user_regs_struct registers;
    struct iovec whole = {&registers, sizeof registers};
    long failed = ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &whole);
    registers.regs[0] = (uint64_t)(long)-error_number;
    failed = failed || ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &whole);
#endif
    if (failed)
        give_up("make a call fail");
}

// What is remembered of a thread.
struct thread {
    pid_t id;
    bool is_failing;
};
static struct thread threads[THREADS];
static size_t known;

static struct thread *thread_of(pid_t id, bool *is_new) {
    for (size_t place = 0; place < known; place++)
        if (threads[place].id == id)
            return &threads[place];
    if (known == THREADS) {
        errno = ENOMEM;
        give_up("too many threads");
    }
    *is_new = true;
    threads[known].id = id;
    threads[known].is_failing = false;
    return &threads[known++];
}

static void at_call(pid_t program, struct thread *thread) {
    static char one[PATH_MAX], other[PATH_MAX];
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->id, sizeof info, &info) <= 0)
        return; // It is gone.
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && thread->is_failing) {
        thread->is_failing = false;
        fail(thread->id);
    }
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || has_killed)
        return;
    const struct call *call = find((long)info.entry.nr);
    const char *name;
    if (!call || !is_counted(thread->id, call, (const uint64_t *)info.entry.args, &name, one, other))
        return;
    counted++;
    if (report) {
        fprintf(report, "%lu %s %s%s%s\n", counted, name, one, *other ? " " : "", other);
        fflush(report);
    }
    bool is_later = from && at && counted > at && call->needs_room;
    if (counted != at && !is_later)
        return;
    if (error_number) {
        thread->is_failing = true;
        prevent(thread->id);
    } else {
        has_killed = true;
        kill(program, SIGKILL);
    }
}

// Takes the program through to its end; returns its wait status.
static int trace(pid_t program) {
    int result = 0;
    for (;;) {
        int status;
        pid_t id = waitpid(-1, &status, __WALL);
        if (id < 0 && errno == EINTR)
            continue;
        if (id < 0)
            return result;
        if (!WIFSTOPPED(status)) {
            if (id == program)
                result = status;
            continue;
        }
        bool is_new = false;
        struct thread *thread = thread_of(id, &is_new);
        int signal_number = WSTOPSIG(status);
        if (signal_number == (SIGTRAP | 0x80)) {
            at_call(program, thread);
            signal_number = 0;
        } else if (status >> 16 || (is_new && signal_number == SIGSTOP)) {
            signal_number = 0; // An event, or how a thread begins.
        }
        // A failure says that it is gone, which the next wait tells.
        ptrace(PTRACE_SYSCALL, id, NULL, (long)signal_number);
    }
}

static int number_of(const char *name) {
    if (!strcmp(name, "EIO"))
        return EIO;
    if (!strcmp(name, "ENOSPC"))
        return ENOSPC;
    if (!strcmp(name, "EROFS"))
        return EROFS;
    if (!strcmp(name, "EDQUOT"))
        return EDQUOT;
    fprintf(stderr, "faults: no error %s is known here\n", name);
    exit(BROKEN);
}

static char **read_arguments(char **argument) {
    for (argument++; *argument && !strncmp(*argument, "--", 2); argument++) {
        const char *name = *argument;
        if (!strcmp(name, "--from")) {
            from = true;
            continue;
        }
        if (!strcmp(name, "--every")) {
            every = true;
            continue;
        }
        const char *value = *++argument;
        if (!value)
            break;
        if (!strcmp(name, "--at"))
            at = strtoul(value, NULL, 10);
        else if (!strcmp(name, "--errno"))
            error_number = number_of(value);
        else if (!strcmp(name, "--under") && directories < DIRECTORIES)
            under[directories++] = value;
        else if (!strcmp(name, "--log"))
            report = fopen(value, "we");
        else
            break;
        if (!strcmp(name, "--log") && !report)
            give_up(value);
    }
    if (!*argument || !strncmp(*argument, "--", 2)) {
        fputs("faults [--at N] [--errno NAME [--from]] [--under DIRECTORY]... [--every] [--log FILE] PROGRAM ARGUMENT...\n", stderr);
        exit(BROKEN);
    }
    return argument;
}

int main(int count, char **given) {
    (void)count;
    char **command = read_arguments(given);
    // What the program leaves behind becomes a child of this process, which waits for all.
    if (prctl(PR_SET_CHILD_SUBREAPER, 1))
        give_up("prctl");
    pid_t program = fork();
    if (program < 0)
        give_up("fork");
    if (program == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
            give_up("ptrace");
        raise(SIGSTOP);
        execvp(command[0], command);
        give_up(command[0]);
    }
    int status;
    if (waitpid(program, &status, 0) != program || !WIFSTOPPED(status))
        return BROKEN;
    bool is_new;
    thread_of(program, &is_new);
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, program, NULL, options) || ptrace(PTRACE_SYSCALL, program, NULL, NULL))
        give_up("ptrace");
    status = trace(program);
    if (has_killed)
        return KILLED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
