#include "config.h"

#include "base/neg-paths.h"

#include "base/neg-error.h"

static char *
executable_at (const char *folder, const char *first, const char *second)
{
  g_autofree char *path = g_build_filename (folder, first, second, NULL);

  return g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (path, G_FILE_TEST_IS_DIR)
             ? g_steal_pointer (&path)
             : NULL;
}

char *
neg_paths_find_program (const char *name, const char *override, GError **error)
{
  const char *named = override ? g_getenv (override) : NULL;
  g_autofree char *self = NULL;
  g_autofree char *folder = NULL;
  char *found;

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  self = g_file_read_link ("/proc/self/exe", NULL);
  folder = self ? g_path_get_dirname (self) : g_strdup (NEG_LIBEXEC_DIR);

  found = executable_at (folder, name, NULL);
  if (found == NULL)
    found = executable_at (folder, "engine", name);
  if (found == NULL)
    found = executable_at (NEG_LIBEXEC_DIR, name, NULL);
  if (found == NULL)
    neg_fail (error, NEG_ERROR_NOT_FOUND, name, "%s is not installed", name);
  return found;
}

char *
neg_paths_dup_data_folder (const char *home)
{
  return home != NULL ? g_build_filename (home, "data", NULL)
                      : g_build_filename (g_get_user_data_dir (), "negatoscope", NULL);
}
