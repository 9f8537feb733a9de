/* Writes the damaged objects of neg-mutate to a folder, for a test that opens them in the window: write-mutations CORPUS
 * FOLDER COUNT. Prints how many there are. */
#include <glib.h>

#include "neg-mutate.h"

#define SEED 20261122
#define FILE_BYTES_MAX 100000

int
main (int argc, char **argv)
{
  g_autoptr (NegMutator) mutator = NULL;
  const char *name;
  guint8 *bytes;
  gsize length;
  gboolean in_header;
  guint64 count;
  guint n = 0, n_in_header = 0;

  if (argc != 4 || !g_ascii_string_to_unsigned (argv[3], 10, 1, 100000, &count, NULL))
    return 2;
  mutator = neg_mutator_new (argv[1], FILE_BYTES_MAX, SEED, count);
  while (mutator != NULL && neg_mutate_next (mutator, &name, &bytes, &length, &in_header)) {
    g_autofree char *file = g_strdup_printf ("%05u.dcm", n);
    g_autofree char *path = g_build_filename (argv[2], file, NULL);
    g_autofree guint8 *owned = bytes;
    g_autoptr (GError) error = NULL;

    if (!g_file_set_contents (path, (const char *) owned, length, &error)) {
      g_printerr ("%s\n", error->message);
      return 1;
    }
    n++;
    n_in_header += in_header;
  }
  g_print ("%u %u\n", n, n_in_header);
  return 0;
}
