/* Damaged real messages through framing, parser and mapping in this process, under ASan and UBSan: a quarter of the damage is
 * in the header, where delimiters and types are, a quarter in the framing. NEGATOSCOPE_MUTATIONS: how many. */
#include "config.h"

#include <string.h>

#include "hl7/neg-hl7-batch.h"
#include "hl7/neg-hl7-framer.h"
#include "neg-fuzz.h"
#include "neg-mutate.h"

#define N_MUTATIONS "10000"
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
try_bytes (gconstpointer data, gsize size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);

  LLVMFuzzerTestOneInput (exact, size);
}

static void
try_body (GBytes *body)
{
  g_autoptr (NegHl7Batch) batch = neg_hl7_batch_split (body, NULL);

  for (guint i = 0; batch != NULL && i < batch->messages->len; i++) {
    gsize size;
    gconstpointer data = g_bytes_get_data (g_ptr_array_index (batch->messages, i), &size);

    try_bytes (data, size);
  }
}

/* As a connection brings it, in pieces of @step. */
static void
try_stream (const guint8 *data, gsize size, gsize step)
{
  g_autoptr (NegHl7Framer) framer = neg_hl7_framer_new (4 * FILE_BYTES_MAX);

  for (gsize at = 0; at < size; at += step) {
    const guint8 *piece = data + at;
    gsize length = MIN (step, size - at);

    while (length > 0) {
      g_autoptr (GBytes) body = NULL;

      if (!neg_hl7_framer_feed (framer, &piece, &length, &body, NULL))
        return;
      if (body != NULL)
        try_body (body);
    }
  }
}

static void
append_frame (GByteArray *stream, GBytes *message)
{
  static const guint8 start[] = { NEG_HL7_FRAME_START }, end[] = { NEG_HL7_FRAME_END, '\r' };

  g_byte_array_append (stream, start, sizeof start);
  g_byte_array_append (stream, g_bytes_get_data (message, NULL), g_bytes_get_size (message));
  g_byte_array_append (stream, end, sizeof end);
}

/* Two messages; the damage is where one ends and the other begins. */
static void
try_framing (GBytes *one, GBytes *other, GRand *random)
{
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  guint seam;

  append_frame (stream, one);
  seam = stream->len;
  append_frame (stream, other);
  neg_mutate_bytes (stream, random, seam - 3, MIN (stream->len - seam + 3, HEADER_BYTES));
  try_stream (stream->data, stream->len, g_rand_int_range (random, 1, 3000));
}

static void
try_message (GBytes *file, gboolean in_header, GRand *random)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  neg_mutate_bytes (bytes, random, 0, in_header ? MIN (bytes->len, HEADER_BYTES) : bytes->len);
  try_bytes (bytes->data, bytes->len);
}

static void
test_mutations (void)
{
  const char *wanted = g_getenv ("NEGATOSCOPE_MUTATIONS");
  const gint64 n = g_ascii_strtoll (wanted != NULL ? wanted : N_MUTATIONS, NULL, 10);
  g_autoptr (GPtrArray) files = read_files (g_getenv ("NEGATOSCOPE_HL7"));
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED);

  if (files->len == 0) {
    g_test_skip ("no folder of HL7 messages (NEGATOSCOPE_HL7)");
    return;
  }
  g_assert_cmpint (n, >, 0);
  for (gint64 i = 0; i < n; i++) {
    GBytes *file = g_ptr_array_index (files, i % files->len);
    const gint64 way = i / files->len % 4;

    if (way == 1)
      try_framing (file, g_ptr_array_index (files, g_rand_int_range (random, 0, (gint) files->len)), random);
    else
      try_message (file, way == 3, random);
  }
  g_test_message ("%" G_GINT64_FORMAT " mutations of %u files", n, files->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mutations/hl7", test_mutations);
  return g_test_run ();
}
