#include "config.h"

#include "ui/neg-practice-home.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "demo/neg-demo.h"
#include "wire/neg-agent-client.h"

#define FOLDER "practice"
#define CURRENT_FILE "current"
#define NUMBER_MAX 1000000
#define DEPTH_MAX 16
#define AGENT_LIMIT_MS 2000
#define MADE_FILE "made"
#define MADE_TEXT "1\n" /* another number: made anew */
#define PROGRAM "/proc/self/exe"
/* Nobody sends to it and nobody is asked. */
#define SITE_TEXT "[dicom]\nport=0\n"

static char *
dup_base (const char *home)
{
  g_autofree char *cache = neg_paths_dup_cache_folder (home);

  return g_build_filename (cache, FOLDER, NULL);
}

static guint64
read_number (const char *base)
{
  g_autofree char *path = g_build_filename (base, CURRENT_FILE, NULL);
  g_autofree char *text = NULL;
  guint64 number;

  return g_file_get_contents (path, &text, NULL, NULL)
                 && g_ascii_string_to_unsigned (g_strstrip (text), 10, 1, NUMBER_MAX, &number, NULL)
             ? number
             : 1;
}

static char *
dup_numbered (const char *base, guint64 number)
{
  g_autofree char *name = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  return g_build_filename (base, name, NULL);
}

char *
neg_practice_home_dup_folder (const char *home)
{
  g_autofree char *base = dup_base (home);

  return dup_numbered (base, read_number (base));
}

/* Links are removed, never followed. */
static void
remove_all (const char *folder, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && depth < DEPTH_MAX && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK) && g_file_test (path, G_FILE_TEST_IS_DIR))
      remove_all (path, depth + 1);
    else
      g_unlink (path);
  }
  g_rmdir (folder);
}

static void
remove_older (const char *base)
{
  const guint64 current = read_number (base);
  g_autoptr (GDir) dir = g_dir_open (base, 0, NULL);
  const char *name;
  guint64 number;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_ascii_string_to_unsigned (name, 10, 1, NUMBER_MAX, &number, NULL) && number < current) {
      g_autofree char *folder = dup_numbered (base, number);

      remove_all (folder, 0);
    }
}

gboolean
neg_practice_home_is_made (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, MADE_FILE, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && g_str_equal (text, MADE_TEXT);
}

static gboolean
write_file (const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) failure = NULL;

  return g_file_set_contents (path, text, -1, &failure)
         || neg_fail (error, NEG_ERROR_UNREADABLE, path, "%s", failure->message);
}

/* The import is the program's own command, as anybody would do it. */
static gboolean
import (const char *folder, const char *department, GCancellable *cancellable, GError **error)
{
  const char *const arguments[] = { PROGRAM, "import", "--home", folder, department, NULL };
  g_autofree char *program = g_file_read_link (PROGRAM, NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *words = NULL;
  const char *own[G_N_ELEMENTS (arguments)];

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    own[i] = i == 0 && program != NULL ? program : arguments[i];
  process = g_subprocess_launcher_spawnv (launcher, own, error);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, cancellable, NULL, &words, error))
    return FALSE;
  return g_subprocess_get_successful (process)
         || neg_fail (error, NEG_ERROR_UNREADABLE, department, "%s", words != NULL ? g_strstrip (words) : "import");
}

gboolean
neg_practice_home_make (const char *folder, GCancellable *cancellable, GError **error)
{
  g_autofree char *department = g_build_filename (folder, "demo", NULL);
  NegDemoCounts counts;

  if (neg_practice_home_is_made (folder))
    return TRUE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, folder, "%s", _ ("the folder of practice cannot be made"));
  return write_file (folder, "site.conf", SITE_TEXT, error)
         && neg_demo_fill (department, NEG_PRACTICE_PATIENTS, NULL, NULL, &counts, error)
         && import (folder, department, cancellable, error) && write_file (folder, MADE_FILE, MADE_TEXT, error);
}

static gboolean
start (const char *folder, const char *results, const char *topic, GError **error)
{
  g_autofree char *program = g_file_read_link (PROGRAM, error);
  g_autoptr (GSubprocess) process = NULL;

  if (program == NULL)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, folder, "%s", _ ("the folder of practice cannot be made"));
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, error, program, "--home", folder, "--practice", results,
                              topic != NULL ? "--practice-topic" : NULL, topic, NULL);
  return process != NULL;
}

gboolean
neg_practice_home_open (const char *home, const char *topic, GError **error)
{
  g_autofree char *base = dup_base (home);
  g_autofree char *folder = neg_practice_home_dup_folder (home);
  g_autofree char *results = neg_paths_dup_data_folder (home);

  remove_older (base);
  return start (folder, results, topic, error);
}

gboolean
neg_practice_home_renew (const char *folder, const char *results, GError **error)
{
  g_autofree char *base = g_path_get_dirname (folder);
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *next = NULL, *text = NULL;
  guint64 number;

  if (!g_ascii_string_to_unsigned (name, 10, 1, NUMBER_MAX - 1, &number, NULL))
    return neg_fail (error, NEG_ERROR_REFUSED, folder, "%s", _ ("this is not a folder of practice that the program has chosen"));
  next = dup_numbered (base, number + 1);
  text = g_strdup_printf ("%" G_GUINT64_FORMAT "\n", number + 1);
  return write_file (base, CURRENT_FILE, text, error) && start (next, results, NULL, error);
}

void
neg_practice_home_end_agent (const char *folder)
{
  g_autoptr (NegAgentClient) client = neg_agent_client_new (folder, NULL);

  if (neg_agent_client_connect_sync (client, AGENT_LIMIT_MS, NULL, NULL))
    neg_agent_client_quit (client);
}
