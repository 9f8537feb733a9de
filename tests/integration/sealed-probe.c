/* A process that seals itself as the engine does (with "network" as its second argument as one that holds an association, with "video" as one that plays a video)
 * and then tries what its first argument names. It ends with 0 when that worked and with the errno when it was refused;
 * most attempts it does not survive. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/neg-seal.h"
#include "wire/neg-engine-pool.h"

#define FILE_BYTES 8192

/* Made before the seal, as an engine is handed them */
static int memory = -1;
static int file = -1;
static int unconnected = -1;
static int connected[2] = { -1, -1 };
static void *page;
static pid_t parent;

static int
by_result (long result)
{
  return result < 0 ? errno : 0;
}

static int open_file (void) { return by_result (open ("/etc/passwd", O_RDONLY)); }
static int create_file (void) { return by_result (open ("/tmp/negatoscope-probe", O_WRONLY | O_CREAT, 0600)); }
static int openat2_file (void)
{
  guint64 how[3] = { O_RDONLY, 0, 0 };

  return by_result (syscall (SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how));
}
static int
look_at_file (void)
{
  struct stat status;

  return by_result (stat ("/etc/passwd", &status));
}
static int
look_by_descriptor (void)
{
  struct stat status;

  return by_result (fstatat (AT_FDCWD, "/etc/passwd", &status, AT_EMPTY_PATH));
}
static int remove_file (void) { return by_result (unlink ("/tmp/negatoscope-probe")); }
static int make_socket (void) { return by_result (socket (AF_INET, SOCK_STREAM, 0)); }
static int connect_socket (void)
{
  const struct sockaddr_un address = { AF_UNIX, "/run/dbus/system_bus_socket" };

  return by_result (connect (unconnected, (const struct sockaddr *) &address, sizeof address));
}
static int bind_socket (void)
{
  const struct sockaddr_un address = { AF_UNIX, "/tmp/negatoscope-probe-socket" };

  return by_result (bind (unconnected, (const struct sockaddr *) &address, sizeof address));
}
static int listen_on_socket (void) { return by_result (listen (unconnected, 1)); }
static int accept_connection (void) { return by_result (accept (unconnected, NULL, NULL)); }
static int make_socket_pair (void)
{
  int pair[2];

  return by_result (socketpair (AF_UNIX, SOCK_STREAM, 0, pair));
}
static int send_elsewhere (void)
{
  const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = 53, .sin_addr = { htonl (INADDR_LOOPBACK) } };

  return by_result (sendto (unconnected, "x", 1, 0, (const struct sockaddr *) &address, sizeof address));
}
static int filter_socket (void)
{
  struct sock_filter accept_all = { BPF_RET | BPF_K, 0, 0, 0xffff };
  const struct sock_fprog program = { 1, &accept_all };

  return by_result (setsockopt (connected[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}
static int pass_credentials (void)
{
  const int on = 1;

  return by_result (setsockopt (connected[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
}
static int ask_for_signals (void) { return by_result (fcntl (connected[0], F_SETFL, O_ASYNC)); }
static int duplicate (void) { return by_result (fcntl (connected[0], F_DUPFD, 0)); }
static int run_program (void)
{
  char *const arguments[] = { (char *) "true", NULL };

  return by_result (execve ("/bin/true", arguments, NULL));
}
static int fork_process (void) { return by_result (syscall (SYS_fork)); }
static int clone_process (void) { return by_result (syscall (SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL)); }
static int clone_thread (void)
{
  return by_result (syscall (SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, (char *) page + 4096, NULL, NULL, NULL));
}
static gpointer
end_thread (gpointer data)
{
  return NULL;
}
static int
make_thread (void)
{
  GThread *thread = g_thread_try_new ("probe", end_thread, NULL, NULL);

  if (thread == NULL)
    return EPERM;
  g_thread_join (thread);
  return 0;
}
static int clone3_process (void)
{
  struct clone_args arguments = { .exit_signal = SIGCHLD };

  return by_result (syscall (SYS_clone3, &arguments, sizeof arguments));
}
static int
map_executable (void)
{
  void *code = mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return code == MAP_FAILED ? errno : 0;
}
static int make_executable (void) { return by_result (mprotect (page, 4096, PROT_READ | PROT_EXEC)); }
static int
map_memory_file (void)
{
  return mmap (NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0) == MAP_FAILED ? errno : 0;
}
static int grow_memory_file (void) { return by_result (ftruncate (memory, FILE_BYTES * 2)); }
static int shrink_memory_file (void) { return by_result (ftruncate (memory, 0)); }
static int allocate_memory_file (void) { return by_result (fallocate (memory, 0, 0, FILE_BYTES * 2)); }
static int punch_memory_file (void)
{
  return by_result (fallocate (memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
}
static int write_past_end (void) { return by_result (pwrite (memory, "x", 1, FILE_BYTES)); }
static int write_object (void) { return by_result (pwrite (file, "x", 1, 0)); }
static int add_seal (void) { return by_result (fcntl (memory, F_ADD_SEALS, F_SEAL_WRITE)); }
static int make_memory_file (void) { return by_result (memfd_create ("another", 0)); }
static int trace_parent (void) { return by_result (ptrace (PTRACE_ATTACH, parent, NULL, NULL)); }
static int read_parent (void)
{
  char byte;
  struct iovec here = { &byte, 1 };
  struct iovec there = { page, 1 };

  return by_result (syscall (SYS_process_vm_readv, parent, &here, 1, &there, 1, 0));
}
static int kill_parent (void) { return by_result (kill (parent, SIGTERM)); }
static int signal_parent (void) { return by_result (syscall (SYS_tgkill, parent, parent, SIGTERM)); }
static int limit_parent (void)
{
  const struct rlimit limit = { 1, 1 };

  return by_result (prlimit (parent, RLIMIT_CPU, &limit, NULL));
}
static int raise_memory_limit (void)
{
  const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

  return by_result (setrlimit (RLIMIT_AS, &limit));
}
static int become_dumpable (void) { return by_result (prctl (PR_SET_DUMPABLE, 1)); }
static int use_terminal (void) { return by_result (ioctl (2, TIOCSTI, "x")); }
static int use_io_uring (void)
{
  char parameters[120] = { 0 };

  return by_result (syscall (SYS_io_uring_setup, 4, parameters));
}
static int load_bpf (void) { return by_result (syscall (SYS_bpf, 0, NULL, 0)); }
static int mount_something (void) { return by_result (syscall (SYS_mount, "none", "/tmp", "tmpfs", 0, NULL)); }
static int take_much (void) { return g_try_malloc ((gsize) 2 << 30) == NULL ? ENOMEM : 0; }
static int take_too_much (void) { return g_try_malloc ((gsize) 5 << 30) == NULL ? ENOMEM : 0; }
static int
use_32_bit_calls (void)
{
#ifdef __x86_64__
  long result = 20; /* getpid of i386 */

  __asm__ volatile ("int $0x80" : "+a"(result) : : "memory");
  return by_result (result);
#else
  return ENOSYS;
#endif
}

/* What must go on working */
static int
do_the_work (void)
{
  g_autofree char *memory_of_its_own = g_try_malloc (100 << 20);
  char byte;

  if (memory_of_its_own == NULL || pread (file, &byte, 1, 0) != 1)
    return EIO;
  memset (memory_of_its_own, 1, 100 << 20);
  neg_seal_renew_cpu_limit (60);
  return pwrite (memory, memory_of_its_own, FILE_BYTES, 0) == FILE_BYTES ? 0 : EIO;
}

/* What an association needs */
static int
talk_to_peer (void)
{
  const int on = 1;
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  char byte = 0;

  if (send (connected[0], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1 || recv (connected[1], &byte, 1, MSG_DONTWAIT) != 1)
    return EIO;
  /* Refused by a socket that is none of TCP, but asked. */
  setsockopt (connected[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt (connected[0], IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  if (getpeername (connected[0], (struct sockaddr *) &address, &length) != 0
      || fcntl (connected[0], F_SETFL, O_NONBLOCK) != 0)
    return EIO;
  return do_the_work ();
}

static int
break_off (void)
{
  abort ();
}

static int
overrun_time (void)
{
  neg_seal_renew_cpu_limit (0);
  for (volatile guint64 i = 0; i < G_MAXUINT64; i++)
    ;
  return 0;
}

static const struct {
  const char *name;
  int (*try) (void);
} attempts[] = {
  { "do-the-work", do_the_work },
  { "talk-to-peer", talk_to_peer },
  { "open-file", open_file },
  { "create-file", create_file },
  { "openat2", openat2_file },
  { "stat", look_at_file },
  { "stat-empty-path", look_by_descriptor },
  { "remove-file", remove_file },
  { "socket", make_socket },
  { "connect", connect_socket },
  { "bind", bind_socket },
  { "listen", listen_on_socket },
  { "accept", accept_connection },
  { "socketpair", make_socket_pair },
  { "sendto-address", send_elsewhere },
  { "socket-filter", filter_socket },
  { "pass-credentials", pass_credentials },
  { "ask-for-signals", ask_for_signals },
  { "duplicate", duplicate },
  { "exec", run_program },
  { "fork", fork_process },
  { "clone-process", clone_process },
  { "clone-thread", clone_thread },
  { "make-thread", make_thread },
  { "clone3", clone3_process },
  { "mmap-exec", map_executable },
  { "mprotect-exec", make_executable },
  { "mmap-memory-file", map_memory_file },
  { "grow-memory-file", grow_memory_file },
  { "shrink-memory-file", shrink_memory_file },
  { "allocate-memory-file", allocate_memory_file },
  { "punch-memory-file", punch_memory_file },
  { "write-past-end", write_past_end },
  { "write-object", write_object },
  { "add-seal", add_seal },
  { "make-memory-file", make_memory_file },
  { "ptrace-parent", trace_parent },
  { "read-parent", read_parent },
  { "kill-parent", kill_parent },
  { "tgkill-parent", signal_parent },
  { "limit-parent", limit_parent },
  { "raise-memory-limit", raise_memory_limit },
  { "become-dumpable", become_dumpable },
  { "terminal-ioctl", use_terminal },
  { "io-uring", use_io_uring },
  { "bpf", load_bpf },
  { "mount", mount_something },
  { "take-5-gib", take_too_much },
  { "take-2-gib", take_much },
  { "32-bit-call", use_32_bit_calls },
  { "overrun-time", overrun_time },
  { "abort", break_off },
};

static gboolean
prepare (const char *self)
{
  memory = neg_memory_file_new ("slots", FILE_BYTES, NULL);
  file = open (self, O_RDONLY | O_CLOEXEC);
  unconnected = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  page = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  parent = getppid ();
  return memory >= 0 && file >= 0 && unconnected >= 0 && page != MAP_FAILED
         && socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, connected) == 0;
}

static void
list (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (attempts); i++)
    puts (attempts[i].name);
}

static gboolean
seal (const char *cage)
{
  return g_str_equal (cage, "network") ? neg_seal_network (NULL)
         : g_str_equal (cage, "video") ? neg_seal_video (NULL)
                                       : neg_seal (NULL);
}

int
main (int argc, char **argv)
{
  if (argc < 2) {
    list ();
    return 0;
  }
  if (!prepare (argv[0]) || !seal (argc > 2 ? argv[2] : ""))
    return 126;
  for (gsize i = 0; i < G_N_ELEMENTS (attempts); i++)
    if (strcmp (attempts[i].name, argv[1]) == 0)
      _exit (attempts[i].try ());
  _exit (127);
}
