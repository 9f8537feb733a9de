#include "config.h"

#include "engine/neg-seal.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/neg-error.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

#define ADDRESS_SPACE_BYTES ((rlim_t) 4 << 30)
#define DESCRIPTORS_MAX 300 /* one batch of 250 and what else is open */

/* An association needs no room for frames: its own data, a few PDUs, and the libraries. */
#define NETWORK_ADDRESS_SPACE_BYTES ((rlim_t) 1 << 30)

/* The pictures that a decoder keeps, of the largest that are taken. */
#define VIDEO_ADDRESS_SPACE_BYTES ((rlim_t) 2 << 30)

typedef enum {
  CAGE_DECODING,
  CAGE_NETWORK,
  CAGE_VIDEO,
} Cage;

/* What parsing and decoding needs: memory without execution, reading and writing by position on what was handed
 * over, the socket, and ending. fstat() is newfstatat() with an empty path. */
static const int allowed[] = {
  SCMP_SYS (pread64), SCMP_SYS (pwrite64), SCMP_SYS (recvmsg), SCMP_SYS (sendmsg), SCMP_SYS (poll), SCMP_SYS (ppoll),
  SCMP_SYS (close), SCMP_SYS (fstat), SCMP_SYS (write), SCMP_SYS (writev), SCMP_SYS (brk), SCMP_SYS (munmap),
  SCMP_SYS (mremap), SCMP_SYS (madvise), SCMP_SYS (futex), SCMP_SYS (getrandom), SCMP_SYS (clock_gettime),
  SCMP_SYS (gettimeofday), SCMP_SYS (getrusage), SCMP_SYS (sysinfo), SCMP_SYS (sched_yield), SCMP_SYS (getpid),
  SCMP_SYS (gettid), SCMP_SYS (rt_sigprocmask), SCMP_SYS (rt_sigreturn), SCMP_SYS (restart_syscall),
  SCMP_SYS (exit), SCMP_SYS (exit_group),
#if IS_SANITIZED /* the run-time's own, such as a pipe to find out which memory can be read */
  SCMP_SYS (mmap), SCMP_SYS (mprotect), SCMP_SYS (sigaltstack), SCMP_SYS (rt_sigaction), SCMP_SYS (sched_getaffinity),
  SCMP_SYS (pipe2), SCMP_SYS (read),
#endif
};

/* What a connection needs besides, by descriptors alone. */
static const int allowed_network[] = {
  SCMP_SYS (recvfrom), SCMP_SYS (read), SCMP_SYS (getsockopt), SCMP_SYS (getpeername), SCMP_SYS (getsockname),
  SCMP_SYS (shutdown), SCMP_SYS (pwritev), SCMP_SYS (sync_file_range),
};

/* What threads need; their scheduling is nobody's business. */
static const int allowed_video[] = {
  SCMP_SYS (read), SCMP_SYS (rseq), SCMP_SYS (set_robust_list), SCMP_SYS (nanosleep), SCMP_SYS (clock_nanosleep),
};

/* As the C library makes a thread, to the bit: what has another flag is another thing, such as a process. */
#define THREAD_FLAGS \
  (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS \
   | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

/* None of them runs code in the kernel or changes whom one talks to. */
static const struct {
  int level, name;
} socket_options[] = {
  { SOL_SOCKET, SO_LINGER }, { SOL_SOCKET, SO_REUSEADDR }, { SOL_SOCKET, SO_KEEPALIVE }, { SOL_SOCKET, SO_SNDTIMEO },
  { SOL_SOCKET, SO_RCVTIMEO }, { IPPROTO_TCP, TCP_NODELAY }, { IPPROTO_TCP, TCP_QUICKACK },
  { IPPROTO_TCP, TCP_CORK },
};

/* What libraries try in good faith (a converter's table, a look at the terminal, the number of processors) and take
 * a no for. Anything else ends the process. */
static const int refused[] = {
  SCMP_SYS (open), SCMP_SYS (openat), SCMP_SYS (access), SCMP_SYS (faccessat), SCMP_SYS (readlink), SCMP_SYS (stat),
  SCMP_SYS (ioctl), SCMP_SYS (lseek), SCMP_SYS (sched_getaffinity), SCMP_SYS (rt_sigaction),
};

static const int refused_decoding[] = { SCMP_SYS (fcntl) };

static const int unknown[] = { SCMP_SYS (clone3), SCMP_SYS (statx), SCMP_SYS (faccessat2) };

static const int unknown_single[] = { SCMP_SYS (rseq) }; /* without threads */

static const int unknown_video[] = { SCMP_SYS (sched_getattr), SCMP_SYS (sched_setattr), SCMP_SYS (membarrier) };

static gboolean
set_limit (int resource, rlim_t value, GError **error)
{
  struct rlimit limit = { value, value };

  if (setrlimit (resource, &limit) == 0)
    return TRUE;
  return neg_fail (error, NEG_ERROR_REFUSED, NULL, "a resource limit cannot be set: %s", strerror (errno));
}

/* Threads count as processes of the user's, all of them together: where they are needed the filter alone keeps processes away.
 * The processor-time limit is soft, as it moves with every item. Files are not limited in size: the only ones that
 * are written to are the sealed memory files handed over, of which a slot may lie at any offset. */
static gboolean
set_limits (Cage cage, GError **error)
{
  rlim_t address_space_bytes = cage == CAGE_NETWORK ? NETWORK_ADDRESS_SPACE_BYTES
                               : cage == CAGE_VIDEO ? VIDEO_ADDRESS_SPACE_BYTES
                                                    : ADDRESS_SPACE_BYTES;

  if (!IS_SANITIZED && !set_limit (RLIMIT_AS, address_space_bytes, error))
    return FALSE;
  return set_limit (RLIMIT_CORE, 0, error) && set_limit (RLIMIT_NOFILE, DESCRIPTORS_MAX, error)
         && (cage == CAGE_VIDEO || set_limit (RLIMIT_NPROC, 1, error)) && set_limit (RLIMIT_MEMLOCK, 0, error);
}

/* Not dumpable: what is in memory is patient data, and no other process of the user has a say in this one. It dies
 * with the thread that started it. */
static gboolean
set_process_flags (GError **error)
{
  if (prctl (PR_SET_DUMPABLE, 0) != 0 || prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
      || prctl (PR_SET_PDEATHSIG, SIGKILL) != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "the process cannot be restricted: %s", strerror (errno));
  return TRUE;
}

/* On top, where the system lets a user have namespaces: no network to reach even if the filter had a hole. */
static void
leave_namespaces (void)
{
  (void) !unshare (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC);
}

static int
add_rules (scmp_filter_ctx filter, guint32 action, const int *calls, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    int code = seccomp_rule_add (filter, action, calls[i], 0);

    /* EDOM, EEXIST: calls that this architecture does not have, or has under a name already there */
    if (code != 0 && code != -EDOM && code != -EEXIST)
      return code;
  }
  return 0;
}

/* Memory: never executable, and never a file. */
static int
add_memory_rules (scmp_filter_ctx filter)
{
  const guint64 anonymous = MAP_ANONYMOUS;
  int code;

  if (IS_SANITIZED)
    return 0;
  code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mprotect), 1, SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (mmap), 2, SCMP_A2 (SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                             SCMP_A3 (SCMP_CMP_MASKED_EQ, anonymous, anonymous));
  return code;
}

/* What concerns this process only: the one limit that moves, and abort(). */
static int
add_own_rules (scmp_filter_ctx filter)
{
  const guint64 self = getpid ();
  int code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prlimit64), 2, SCMP_A0 (SCMP_CMP_EQ, 0),
                               SCMP_A1 (SCMP_CMP_EQ, RLIMIT_CPU));

  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1, SCMP_A0 (SCMP_CMP_EQ, self));
  return code;
}

/* fstat() is newfstatat() of a descriptor with an empty path; with a path it is a look at the file system, which the C
 * library takes at the time zone whenever somebody makes a date. */
static int
add_status_rules (scmp_filter_ctx filter)
{
  const guint64 empty_path = AT_EMPTY_PATH;
  int code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (newfstatat), 2,
                               SCMP_A0 (SCMP_CMP_LT, DESCRIPTORS_MAX), SCMP_A3 (SCMP_CMP_EQ, empty_path));

  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (newfstatat), 1,
                             SCMP_A3 (SCMP_CMP_NE, empty_path));
  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (newfstatat), 2,
                             SCMP_A0 (SCMP_CMP_GE, DESCRIPTORS_MAX), SCMP_A3 (SCMP_CMP_EQ, empty_path));
  return code == -EDOM ? 0 : code;
}

/* Blocking or not is the one thing about a descriptor that may change; O_ASYNC would have the kernel send signals. */
static int
add_descriptor_rules (scmp_filter_ctx filter)
{
  const guint64 changeable = O_NONBLOCK | O_ACCMODE | O_APPEND | O_LARGEFILE;
  int code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (fcntl), 1, SCMP_A1 (SCMP_CMP_EQ, F_GETFL));

  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (fcntl), 2, SCMP_A1 (SCMP_CMP_EQ, F_SETFL),
                             SCMP_A2 (SCMP_CMP_MASKED_EQ, ~changeable, 0));
  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (fcntl), 1, SCMP_A1 (SCMP_CMP_LT, F_GETFL));
  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (fcntl), 1, SCMP_A1 (SCMP_CMP_GT, F_SETFL));
  return code;
}

static int
add_network_rules (scmp_filter_ctx filter)
{
  int code = add_rules (filter, SCMP_ACT_ALLOW, allowed_network, G_N_ELEMENTS (allowed_network));

  /* Without an address: to whom the socket is connected. */
  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (sendto), 1, SCMP_A4 (SCMP_CMP_EQ, 0));
  for (guint i = 0; code == 0 && i < G_N_ELEMENTS (socket_options); i++)
    code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (setsockopt), 2,
                             SCMP_A1 (SCMP_CMP_EQ, (scmp_datum_t) socket_options[i].level),
                             SCMP_A2 (SCMP_CMP_EQ, (scmp_datum_t) socket_options[i].name));
  return code == 0 ? add_descriptor_rules (filter) : code;
}

/* The name of a thread is the one thing that it may say about itself; a pair of sockets is what it is woken by. */
static int
add_video_rules (scmp_filter_ctx filter)
{
  int code = add_rules (filter, SCMP_ACT_ALLOW, allowed_video, G_N_ELEMENTS (allowed_video));

  if (code == 0)
    code = add_rules (filter, SCMP_ACT_ERRNO (ENOSYS), unknown_video, G_N_ELEMENTS (unknown_video));
  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (clone), 1, SCMP_A0 (SCMP_CMP_EQ, THREAD_FLAGS));
  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prctl), 1, SCMP_A0 (SCMP_CMP_EQ, PR_SET_NAME));
  if (code == 0)
    code = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (socketpair), 2, SCMP_A0 (SCMP_CMP_EQ, AF_UNIX),
                             SCMP_A1 (SCMP_CMP_EQ, SOCK_STREAM));
  return code == 0 ? add_descriptor_rules (filter) : code;
}

static int
load_filter (scmp_filter_ctx filter, Cage cage)
{
  int code = seccomp_attr_set (filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

  if (code == 0)
    code = add_rules (filter, SCMP_ACT_ALLOW, allowed, G_N_ELEMENTS (allowed));
  if (code == 0)
    code = add_rules (filter, SCMP_ACT_ERRNO (EPERM), refused, G_N_ELEMENTS (refused));
  if (code == 0 && cage == CAGE_NETWORK)
    code = add_network_rules (filter);
  else if (code == 0 && cage == CAGE_VIDEO)
    code = add_video_rules (filter);
  else if (code == 0)
    code = add_rules (filter, SCMP_ACT_ERRNO (EPERM), refused_decoding, G_N_ELEMENTS (refused_decoding));
  if (code == 0 && cage != CAGE_VIDEO)
    code = add_rules (filter, SCMP_ACT_ERRNO (ENOSYS), unknown_single, G_N_ELEMENTS (unknown_single));
  if (code == 0)
    code = add_rules (filter, SCMP_ACT_ERRNO (ENOSYS), unknown, G_N_ELEMENTS (unknown));
  if (code == 0)
    code = add_memory_rules (filter);
  if (code == 0)
    code = add_own_rules (filter);
  if (code == 0)
    code = add_status_rules (filter);
  return code == 0 ? seccomp_load (filter) : code;
}

static gboolean
set_filter (Cage cage, GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_KILL_PROCESS);
  int code = filter ? load_filter (filter, cage) : -ENOMEM;

  seccomp_release (filter);
  if (code == 0)
    return TRUE;
  return neg_fail (error, NEG_ERROR_REFUSED, NULL, "the filter of system calls cannot be set: %s", strerror (-code));
}

static gboolean
seal (Cage cage, GError **error)
{
  leave_namespaces ();
  return set_limits (cage, error) && set_process_flags (error) && set_filter (cage, error);
}

gboolean
neg_seal (GError **error)
{
  return seal (CAGE_DECODING, error);
}

gboolean
neg_seal_network (GError **error)
{
  return seal (CAGE_NETWORK, error);
}

gboolean
neg_seal_video (GError **error)
{
  return seal (CAGE_VIDEO, error);
}

void
neg_seal_renew_cpu_limit (guint seconds)
{
  struct timespec used = { 0 };
  struct rlimit limit;

  if (clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used) != 0 || getrlimit (RLIMIT_CPU, &limit) != 0)
    return;
  limit.rlim_cur = MIN ((rlim_t) used.tv_sec + 1 + seconds, limit.rlim_max);
  setrlimit (RLIMIT_CPU, &limit);
}
