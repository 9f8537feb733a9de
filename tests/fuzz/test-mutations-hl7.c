/* Damaged real messages through parser and mapping in this process, under ASan and UBSan: half of the damage is in the
 * header, where delimiters and types are. */
#include "config.h"

#include <string.h>

#include "neg-fuzz.h"
#include "neg-mutate.h"

#define N_MUTATIONS 10000
#define HEADER_BYTES 80
#define FILE_BYTES_MAX 20000
#define SEED 251

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
read_files (const char *folder)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GDir *listing = folder != NULL ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    if (g_str_has_suffix (name, ".hl7"))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  if (listing != NULL)
    g_dir_close (listing);
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    char *data;
    gsize length;

    if (g_file_get_contents (g_ptr_array_index (names, i), &data, &length, NULL))
      g_ptr_array_add (files, g_bytes_new_take (data, MIN (length, FILE_BYTES_MAX)));
  }
  return files;
}

static void
test_mutations (void)
{
  g_autoptr (GPtrArray) files = read_files (g_getenv ("NEGATOSCOPE_HL7"));
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);

  if (files->len == 0) {
    g_test_skip ("no folder of HL7 messages (NEGATOSCOPE_HL7)");
    return;
  }
  for (guint i = 0; i < N_MUTATIONS; i++) {
    GBytes *file = g_ptr_array_index (files, i % files->len);
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    g_autofree guint8 *exact = NULL;

    g_byte_array_append (bytes, g_bytes_get_data (file, NULL), g_bytes_get_size (file));
    neg_mutate_bytes (bytes, random, 0, i / files->len % 2 == 0 ? MIN (bytes->len, HEADER_BYTES) : bytes->len);
    exact = g_memdup2 (bytes->data, bytes->len);
    LLVMFuzzerTestOneInput (exact, bytes->len);
  }
  g_test_message ("%d mutations of %u files", N_MUTATIONS, files->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mutations/hl7", test_mutations);
  return g_test_run ();
}
