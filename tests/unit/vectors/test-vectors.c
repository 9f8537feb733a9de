/* Every case of every file of the shared vectors against our code, with the tolerance that the file states. The files
 * may be others of the same kind: nothing here knows how many cases they have. */
#include "config.h"

#include <string.h>

#include "vectors.h"

typedef struct {
  const char *name; /* of the file, without .json */
  VectorCheck check;
} VectorFile;

static const VectorFile files[] = {
  { "geometry", vector_check_geometry },   { "gsdf", vector_check_gsdf },
  { "luttables", vector_check_lut },       { "orientation", vector_check_orientation },
  { "palette", vector_check_palette },     { "personname", vector_check_person_name },
  { "suvbw", vector_check_suv },           { "windowing", vector_check_window },
};

void
vector_get_doubles (JsonObject *item, const char *name, double *values, guint n)
{
  JsonArray *array = json_object_get_array_member (item, name);

  g_assert_cmpuint (json_array_get_length (array), ==, n);
  for (guint i = 0; i < n; i++)
    values[i] = json_array_get_double_element (array, i);
}

static const char *
get_folder (void)
{
  const char *folder = g_getenv ("NEGATOSCOPE_VECTORS");

  if (folder != NULL && g_file_test (folder, G_FILE_TEST_IS_DIR))
    return folder;
  g_test_skip ("no test vectors here");
  return NULL;
}

static void
test_file (gconstpointer data)
{
  const VectorFile *file = data;
  const char *folder = get_folder ();
  g_autofree char *name = g_strconcat (file->name, ".json", NULL);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *cases;
  guint n_checked = 0;

  if (folder == NULL)
    return;
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  cases = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "cases");
  for (guint i = 0; i < json_array_get_length (cases); i++) {
    JsonObject *item = json_array_get_object_element (cases, i);

    /* What stands last before a failed assertion is the case that failed. */
    g_test_message ("%s", json_object_get_string_member (item, "id"));
    n_checked += file->check (item);
  }
  g_test_message ("%s: %u cases", name, n_checked);
  g_assert_cmpuint (n_checked, ==, json_array_get_length (cases));
  g_assert_cmpuint (n_checked, >, 0);
}

static gboolean
is_known (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (g_str_has_prefix (name, files[i].name) && g_str_equal (name + strlen (files[i].name), ".json"))
      return TRUE;
  return FALSE;
}

/* A file that nobody reads would hold for nothing. */
static void
test_all_files (void)
{
  const char *folder = get_folder (), *name;
  g_autoptr (GDir) entries = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  guint n = 0;

  if (folder == NULL)
    return;
  g_assert_nonnull (entries);
  while ((name = g_dir_read_name (entries)) != NULL)
    if (g_str_has_suffix (name, ".json")) {
      g_test_message ("%s", name);
      g_assert_true (is_known (name));
      n++;
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (files));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vectors/all-files", test_all_files);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_strconcat ("/vectors/", files[i].name, NULL);

    g_test_add_data_func (path, &files[i], test_file);
  }
  return g_test_run ();
}
