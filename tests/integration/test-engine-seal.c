/* The cage holds: a sealed process that is told to do what an engine never does dies or is refused, and the engines of
 * a pool are sealed in that way. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/neg-error.h"
#include "engine-client.h"

static int
run_probe (const char *attempt, const char *cage)
{
  const char *program = g_getenv ("NEGATOSCOPE_SEALED_PROBE");
  char *argv[] = { (char *) program, (char *) attempt, (char *) cage, NULL };
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_assert_nonnull (program);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                &status, &error);
  g_assert_no_error (error);
  return status;
}

/* What the cage is for. */
static gboolean
is_work (const char *attempt, const char *cage)
{
  if (g_strcmp0 (cage, "network") == 0)
    return g_str_equal (attempt, "do-the-work") || g_str_equal (attempt, "talk-to-peer");
  if (g_strcmp0 (cage, "video") == 0)
    return g_str_equal (attempt, "do-the-work") || g_str_equal (attempt, "make-thread") || g_str_equal (attempt, "socketpair");
  return g_str_equal (attempt, "do-the-work") || g_str_equal (attempt, "take-2-gib");
}

static void
try_attempt (const char *attempt, const char *cage)
{
  int status = run_probe (attempt, cage);
  gboolean killed = WIFSIGNALED (status);
  int code = killed ? WTERMSIG (status) : WEXITSTATUS (status);

  if (killed)
    g_test_message ("%-22s dies (%s)", attempt, g_strsignal (code));
  else if (code != 0)
    g_test_message ("%-22s is refused (%s)", attempt, g_strerror (code));
  else
    g_test_message ("%-22s works", attempt);

  if (is_work (attempt, cage))
    g_assert_true (!killed && code == 0);
  else if (g_str_equal (attempt, "overrun-time"))
    g_assert_true (killed && (code == SIGXCPU || code == SIGKILL));
  else if (g_str_equal (attempt, "abort"))
    g_assert_true (killed && code == SIGABRT); /* an assertion must not look like a breakout */
  else if (killed)
    g_assert_cmpint (code, ==, SIGSYS);
  else
    g_assert_true (code == EPERM || code == ENOSYS || code == ENOMEM || code == EBADF);
}

static void
test_attempt (gconstpointer data)
{
  try_attempt (data, NULL);
}

static void
test_network_attempt (gconstpointer data)
{
  try_attempt (data, "network");
}

static void
test_video_attempt (gconstpointer data)
{
  try_attempt (data, "video");
}

static char **
list_attempts (void)
{
  char *argv[] = { (char *) g_getenv ("NEGATOSCOPE_SEALED_PROBE"), NULL };
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_spawn_sync (NULL, argv, NULL, 0, NULL, NULL, &text, NULL, NULL, &error);
  g_assert_no_error (error);
  return g_strsplit (g_strchomp (text), "\n", 0);
}

static char *
read_proc (pid_t pid, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", (int) pid, name);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text ? text : g_strdup ("");
}

static void
assert_sealed (pid_t pid)
{
  g_autofree char *status = read_proc (pid, "status");
  g_autofree char *limits = read_proc (pid, "limits");

  g_assert_nonnull (strstr (status, "Seccomp:\t2\n"));
  g_assert_nonnull (strstr (status, "NoNewPrivs:\t1\n"));
  g_assert_nonnull (strstr (status, "Threads:\t1\n"));
  g_assert_nonnull (strstr (limits, "Max core file size        0                    0 "));
  g_assert_nonnull (strstr (limits, "Max open files            300                  300 "));
}

/* The engines themselves, as the pool starts them: sealed, one thread, no descriptor but the socket, and of the
 * environment no more than the dictionary's place. */
static void
test_pool_engines (void)
{
  NegEnginePoolOptions options = { .n_engines = 2 };
  g_autoptr (GError) error = NULL;
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (&options, &error);
  g_autoptr (NegBlob) blob = client_blob_for_bytes ("nothing", 7, "nothing");
  NegBlob *blobs[] = { blob, blob, blob, blob };
  g_autoptr (ClientScan) scan = NULL;
  g_autoptr (GArray) pids = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++) {
    g_clear_pointer (&scan, client_scan_free);
    scan = client_scan (pool, blobs, 4); /* ready by then, both of them */
    g_usleep (100 * 1000);
  }
  pids = client_engine_pids ();
  g_assert_cmpuint (pids->len, ==, 2);
  for (guint i = 0; i < pids->len; i++) {
    pid_t pid = g_array_index (pids, pid_t, i);
    g_autofree char *environment = read_proc (pid, "environ");
    g_autofree char *folder = g_strdup_printf ("/proc/%d/fd", (int) pid);
    g_autoptr (GDir) fds = g_dir_open (folder, 0, NULL);
    guint n = 0;

    assert_sealed (pid);
    /* Only root may look into what cannot be dumped. */
    while (fds != NULL && g_dir_read_name (fds) != NULL)
      n++;
    g_test_message ("engine %u: %u descriptors open, environment %s", i, n, environment);
    if (fds != NULL)
      g_assert_cmpuint (n, ==, 4);
    g_assert_null (strstr (environment, "HOME="));
  }
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) attempts = NULL;

  g_test_init (&argc, &argv, NULL);
  attempts = list_attempts ();
  g_assert_cmpuint (g_strv_length (attempts), >, 30);
  for (guint i = 0; attempts[i] != NULL; i++) {
    g_autofree char *path = g_strdup_printf ("/seal/%s", attempts[i]);
    g_autofree char *network_path = g_strdup_printf ("/seal/network/%s", attempts[i]);
    g_autofree char *video_path = g_strdup_printf ("/seal/video/%s", attempts[i]);

    g_test_add_data_func (path, attempts[i], test_attempt);
    g_test_add_data_func (network_path, attempts[i], test_network_attempt);
    g_test_add_data_func (video_path, attempts[i], test_video_attempt);
  }
  g_test_add_func ("/seal/engines-of-a-pool", test_pool_engines);
  return g_test_run ();
}
