/* The test vectors: JSON files with a list of cases, from the folder NEGATOSCOPE_VECTORS. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The cases of @name, given by the parser; skips the running test and returns NULL where the folder is not. */
static inline JsonArray *
vectors_load (JsonParser *parser, const char *name)
{
  const char *folder = g_getenv ("NEGATOSCOPE_VECTORS");
  g_autofree char *path = folder ? g_build_filename (folder, name, NULL) : NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_test_skip ("no test vectors here");
    return NULL;
  }
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "cases");
}

static inline void
vectors_get_doubles (JsonArray *array, double *values, guint n)
{
  g_assert_cmpuint (json_array_get_length (array), ==, n);
  for (guint i = 0; i < n; i++)
    values[i] = json_array_get_double_element (array, i);
}

G_END_DECLS
