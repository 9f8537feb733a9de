#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/neg-agent-private.h"
#include "agent/neg-agent-process.h"
#include "base/neg-error.h"
#include "base/neg-paths.h"

#define LOCK_FILE "agent.lock"
#define LOOK_S 2 /* how often it looks whether its home is still there */
#define END_S 15 /* what does not end then is ended: nothing that was answered for is lost by it */

typedef struct {
  char *home, *config;
  gboolean foreground, version;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->home);
  g_free (options->config);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static int
complain (const GError *error)
{
  g_printerr ("negatoscope-agent: %s\n", error->message);
  return EXIT_FAILURE;
}

static void
make_absolute (char **path)
{
  char *absolute = *path != NULL ? g_canonicalize_filename (*path, NULL) : NULL;

  g_free (*path);
  *path = absolute;
}

static gboolean
parse (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[]
      = { { "home", 0, 0, G_OPTION_ARG_FILENAME, &options->home, "Keep database, cache and settings under DIR", "DIR" },
          { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->config, "A site file that wins over the others", "FILE" },
          { "foreground", 0, 0, G_OPTION_ARG_NONE, &options->foreground,
            "Stay in the foreground; say “ready” when the listeners are bound", NULL },
          { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Say the version", NULL },
          G_OPTION_ENTRY_NULL };
  g_autoptr (GOptionContext) context = g_option_context_new ("- Negatoscope's background service");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "“%s” is not wanted here", (*argv)[1]);
  make_absolute (&options->home);
  make_absolute (&options->config);
  return TRUE;
}

static gboolean
end_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
reload_cb (gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!_neg_agent_reload_site (user_data, &error))
    complain (error);
  return G_SOURCE_CONTINUE;
}

typedef struct {
  GMainLoop *loop;
  int lock_fd;
} Watch;

/* Somebody has deleted the home: nothing is left to serve, and a new agent may begin in its place. */
static gboolean
look_cb (gpointer user_data)
{
  const Watch *watch = user_data;
  struct stat status;

  if (fstat (watch->lock_fd, &status) == 0 && status.st_nlink == 0)
    g_main_loop_quit (watch->loop);
  return G_SOURCE_CONTINUE;
}

static int
serve (const Options *options, int lock_fd, int ready_fd)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegAgent) agent = NULL;
  Watch watch = { loop, lock_fd };

  g_unix_signal_add (SIGTERM, end_cb, loop);
  g_unix_signal_add (SIGINT, end_cb, loop);
  agent = _neg_agent_new (options->home, options->config, loop, &error);
  if (agent == NULL)
    return complain (error);
  g_unix_signal_add (SIGHUP, reload_cb, agent);
  g_timeout_add_seconds (LOOK_S, look_cb, &watch);
  if (ready_fd >= 0)
    neg_process_tell_ready (ready_fd);
  else {
    puts ("ready");
    fflush (stdout);
  }
  g_main_loop_run (loop);
  alarm (END_S);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *data_folder = NULL;
  int ready_fd = -1;
  int lock_fd;
  int status;

  /* Why something is fetched ahead is said in the user's language; numbers stay as they are in C. */
  setlocale (LC_CTYPE, "");
  setlocale (LC_MESSAGES, "");
  bindtextdomain (GETTEXT_PACKAGE, NEG_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  if (!parse (&argc, &argv, &options, &error)) {
    complain (error);
    return 2;
  }
  if (options.version) {
    puts (NEG_VERSION);
    return EXIT_SUCCESS;
  }
  neg_process_protect ();
  if (!options.foreground) {
    ready_fd = neg_process_detach (&error);
    if (ready_fd < 0)
      return complain (error);
  }
  data_folder = neg_paths_dup_data_folder (options.home);
  lock_fd = neg_process_lock (data_folder, LOCK_FILE, &error);
  if (lock_fd < 0)
    return complain (error);
  status = serve (&options, lock_fd, ready_fd);
  close (lock_fd);
  return status;
}
