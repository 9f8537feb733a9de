#include "config.h"

#include "base/neg-paths.h"

#include "base/neg-error.h"

typedef char *(*FindAt) (const char *folder, const char *first, const char *second);

static char *
executable_at (const char *folder, const char *first, const char *second)
{
  g_autofree char *path = g_build_filename (folder, first, second, NULL);

  return g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) && !g_file_test (path, G_FILE_TEST_IS_DIR)
             ? g_steal_pointer (&path)
             : NULL;
}

/* Packagers take the right to execute away from what is only loaded. */
static char *
file_at (const char *folder, const char *first, const char *second)
{
  g_autofree char *path = g_build_filename (folder, first, second, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

static char *
find (const char *name, const char *override, const char *build_folder, FindAt find_at, GError **error)
{
  const char *named = override ? g_getenv (override) : NULL;
  g_autofree char *self = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *parent = NULL;
  char *found;

  if (named != NULL && *named != '\0')
    return g_strdup (named);
  self = g_file_read_link ("/proc/self/exe", NULL);
  folder = self ? g_path_get_dirname (self) : g_strdup (NEG_LIBEXEC_DIR);

  found = find_at (folder, name, NULL);
  if (found == NULL)
    found = find_at (folder, build_folder, name);
  parent = g_path_get_dirname (folder);
  if (found == NULL)
    found = find_at (parent, build_folder, name);
  if (found == NULL)
    found = find_at (NEG_LIBEXEC_DIR, name, NULL);
  if (found == NULL)
    neg_fail (error, NEG_ERROR_NOT_FOUND, name, "%s is not installed", name);
  return found;
}

char *
neg_paths_find_program (const char *name, const char *override, GError **error)
{
  return find (name, override, g_str_has_suffix (name, "-agent") ? "agent" : "engine", executable_at, error);
}

char *
neg_paths_find_module (const char *name, const char *override, GError **error)
{
  return find (name, override, g_str_equal (name, "neg-webm.so") ? "export" : "media", file_at, error);
}

char *
neg_paths_dup_data_folder (const char *home)
{
  return home != NULL ? g_build_filename (home, "data", NULL)
                      : g_build_filename (g_get_user_data_dir (), "negatoscope", NULL);
}

char *
neg_paths_dup_cache_folder (const char *home)
{
  return home != NULL ? g_build_filename (home, "cache", NULL)
                      : g_build_filename (g_get_user_cache_dir (), "negatoscope", NULL);
}
