#include "config.h"

#include "base/neg-file-id.h"

#include <string.h>

#define COMPONENTS_MAX 64

static char *
find_component (const char *folder, const char *component)
{
  g_autofree char *exact = g_build_filename (folder, component, NULL);
  g_autoptr (GDir) listing = NULL;
  gsize length = strlen (component);
  const char *name;

  if (g_file_test (exact, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&exact);
  listing = g_dir_open (folder, 0, NULL);
  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    if (g_ascii_strncasecmp (name, component, length) == 0 && (name[length] == '\0' || name[length] == ';'))
      return g_build_filename (folder, name, NULL);
  return NULL;
}

/* What is left of too many components still has its separators. */
static gboolean
is_component (const char *text)
{
  return *text != '\0' && strcmp (text, ".") != 0 && strcmp (text, "..") != 0 && strchr (text, '/') == NULL;
}

char *
neg_file_id_find (const char *folder, const char *file_id)
{
  g_auto (GStrv) components = g_strsplit (file_id, "/", COMPONENTS_MAX);
  g_autofree char *path = components[0] != NULL ? g_strdup (folder) : NULL;

  for (guint i = 0; components[i] != NULL; i++) {
    char *next = is_component (components[i]) ? find_component (path, components[i]) : NULL;

    if (next == NULL)
      return NULL;
    g_free (path);
    path = next;
  }
  return g_steal_pointer (&path);
}
