#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool-private.h"

/* The descriptor at which an engine finds its socket; everything above is closed. */
#define SOCKET_FD 3

#define SHOW_ERRORS "NEGATOSCOPE_ENGINE_STDERR"

/* What an engine may know of its surroundings: where its dictionary is, and the switches of the sanitizers. */
char **
_neg_engine_make_environment (void)
{
  static const char *const passed[] = { "DCMDICTPATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", SHOW_ERRORS };
  g_autoptr (GPtrArray) variables = g_ptr_array_new ();

  g_ptr_array_add (variables, g_strdup ("LANG=C.UTF-8"));
  for (guint i = 0; i < G_N_ELEMENTS (passed); i++)
    if (g_getenv (passed[i]) != NULL)
      g_ptr_array_add (variables, g_strdup_printf ("%s=%s", passed[i], g_getenv (passed[i])));
  g_ptr_array_add (variables, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&variables), FALSE);
}

/* Libraries name what they read in their complaints, so an engine's standard error goes nowhere unless somebody who
 * looks for a fault asks for it. */
static int
add_file_actions (posix_spawn_file_actions_t *actions, char **environment, int socket)
{
  int code = posix_spawn_file_actions_addopen (actions, 0, "/dev/null", O_RDONLY, 0);

  if (code == 0)
    code = posix_spawn_file_actions_addopen (actions, 1, "/dev/null", O_WRONLY, 0);
  if (code == 0 && g_environ_getenv (environment, SHOW_ERRORS) == NULL)
    code = posix_spawn_file_actions_adddup2 (actions, 1, 2);
  if (code == 0)
    code = posix_spawn_file_actions_adddup2 (actions, socket, SOCKET_FD);
  if (code == 0)
    code = posix_spawn_file_actions_addclosefrom_np (actions, SOCKET_FD + 1);
  return code;
}

/* A group of its own: an interrupt typed at the terminal is for the program, which ends its engines itself. */
static int
set_attributes (posix_spawnattr_t *attributes)
{
  sigset_t none;
  sigset_t all;
  int code;

  sigemptyset (&none);
  sigfillset (&all);
  code = posix_spawnattr_setsigmask (attributes, &none);
  if (code == 0)
    code = posix_spawnattr_setsigdefault (attributes, &all);
  if (code == 0)
    code = posix_spawnattr_setpgroup (attributes, 0);
  if (code == 0)
    code = posix_spawnattr_setflags (attributes,
                                     POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  return code;
}

/* posix_spawn() and not fork(): the dispatcher is one thread of many, and the viewer is large. */
int
_neg_engine_spawn (const char *program, char **environment, const char *mode, int socket, GError **error)
{
  char *argv[] = { (char *) program, (char *) mode, NULL };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t pid = -1;
  int code;

  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  code = add_file_actions (&actions, environment, socket);
  if (code == 0)
    code = set_attributes (&attributes);
  if (code == 0)
    code = posix_spawn (&pid, program, &actions, &attributes, argv, environment);
  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  if (code == 0)
    return pid;
  neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "cannot be started: %s", g_strerror (code));
  return -1;
}
