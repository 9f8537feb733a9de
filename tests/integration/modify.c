/* Other versions of objects for the Python tests: what is to be changed as arguments, "source TAB target" lines on standard
 * input, one line of JSON for each on standard output. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-modify-batch.h"

typedef struct {
  GPtrArray *blobs, *sources, *targets;
} Files;

static Files
read_files (void)
{
  Files files = { g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref), g_ptr_array_new_with_free_func (g_free),
                  g_ptr_array_new_with_free_func (g_free) };
  char line[8192];

  while (fgets (line, sizeof line, stdin) != NULL) {
    g_auto (GStrv) parts = g_strsplit (g_strchomp (line), "\t", 2);

    g_assert_cmpuint (g_strv_length (parts), ==, 2);
    g_ptr_array_add (files.blobs, neg_blob_new_for_path (parts[0]));
    g_ptr_array_add (files.sources, g_strdup (parts[0]));
    g_ptr_array_add (files.targets, g_strdup (parts[1]));
  }
  return files;
}

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

static void
take_history (NegModify *modify)
{
  modify->keeps_originals = TRUE;
  set_text (&modify->user, "Tech^Nora");
  set_text (&modify->system, "NEGATOSCOPE");
  set_text (&modify->datetime, "20261122231500.000+0100");
  set_text (&modify->reason_code, "CORRECT");
  set_text (&modify->reason, "wrong patient chosen");
  set_text (&modify->device_version, "0.1");
}

static NegModify *
read_arguments (int argc, char **argv)
{
  NegModify *modify = neg_modify_new ();

  for (int i = 1; i < argc; i++) {
    const char *word = argv[i];

    if (strcmp (word, "history") == 0)
      take_history (modify);
    else if (strcmp (word, "explicit") == 0)
      set_text (&modify->transfer_syntax_uid, NEG_MODIFY_EXPLICIT_LITTLE);
    else if (strcmp (word, "remove") == 0 && i + 1 < argc)
      neg_modify_add (modify, NEG_EDIT_REMOVE, argv[i + 1], NULL), i++;
    else if (strcmp (word, "reason") == 0 && i + 1 < argc)
      set_text (&modify->reason, argv[++i]);
    else if (i + 2 < argc) {
      if (strcmp (word, "map") == 0)
        neg_modify_map (modify, argv[i + 1], argv[i + 2]);
      else
        neg_modify_add (modify, strcmp (word, "code") == 0 ? NEG_EDIT_CODE : NEG_EDIT_SET, argv[i + 1], argv[i + 2]);
      i += 2;
    }
  }
  return modify;
}

static const char *
compare_pixels (const char *source, const char *target, const NegModified *modified)
{
  const int old_fd = open (source, O_RDONLY | O_CLOEXEC), new_fd = open (target, O_RDONLY | O_CLOEXEC);
  const char *result = "none";

  if (modified->pixel_offset > 0)
    result = neg_modified_check_pixels (old_fd, new_fd, modified, NULL) ? "same" : "other";
  close (old_fd);
  close (new_fd);
  return result;
}

static void
print_result (const char *source, const char *target, const NegModifyResult *result)
{
  const NegModified *modified = &result->modified;
  g_autofree char *message = result->error ? g_strescape (result->error->message, NULL) : g_strdup ("");

  printf ("{\"error\": \"%s\", \"message\": \"%s\", \"changed\": %s, \"bytes\": %" G_GUINT64_FORMAT
          ", \"pixels\": \"%s\"}\n",
          result->error ? neg_error_get_name (result->error) : "", message, modified->is_changed ? "true" : "false",
          modified->bytes, modified->is_changed ? compare_pixels (source, target, modified) : "none");
}

int
main (int argc, char **argv)
{
  g_autoptr (NegModify) modify = read_arguments (argc, argv);
  g_autoptr (GError) error = NULL;
  Files files = read_files ();
  const gint64 start_us = g_get_monotonic_time ();
  NegModifyResult *results = neg_modify_batch_run (NULL, (NegBlob *const *) files.blobs->pdata,
                                                   (const char *const *) files.targets->pdata, files.blobs->len, modify,
                                                   NEG_PRIORITY_BACKGROUND, NULL, &error);

  g_assert_no_error (error);
  fprintf (stderr, "%u objects in %.1f ms\n", files.blobs->len, (g_get_monotonic_time () - start_us) / 1000.0);
  for (guint i = 0; i < files.blobs->len; i++)
    print_result (files.sources->pdata[i], files.targets->pdata[i], &results[i]);
  neg_modify_results_free (results, files.blobs->len);
  g_ptr_array_unref (files.blobs);
  g_ptr_array_unref (files.sources);
  g_ptr_array_unref (files.targets);
  return 0;
}
