#include "neg-mutate.h"

#include "engine/neg-scanner.h"

#include <json-glib/json-glib.h>

#define CODESTREAM_HEADER_BYTES 64
#define OTHER_HEADER_BYTES 2048 /* of what has no layout */

typedef struct {
  char *name;
  GByteArray *bytes;
  GArray *headers; /* NegStretch: the header, and each fragment's first bytes */
} Seed;

struct _NegMutator {
  GPtrArray *seeds;
  GRand *random;
  guint remaining;
};

static void
seed_free (Seed *seed)
{
  g_free (seed->name);
  g_byte_array_unref (seed->bytes);
  g_array_unref (seed->headers);
  g_free (seed);
}

static void
add_header (Seed *seed, guint64 offset, guint64 length)
{
  NegStretch header = { offset, MIN (length, seed->bytes->len - MIN (offset, seed->bytes->len)) };

  if (header.length > 0)
    g_array_append_val (seed->headers, header);
}

static void
find_headers (Seed *seed)
{
  g_auto (NegLayout) layout = { 0 };
  NegSource source;

  neg_source_init_memory (&source, seed->bytes->data, seed->bytes->len);
  if (!neg_scan (&source, &layout, NULL) || layout.deflated) {
    add_header (seed, 0, OTHER_HEADER_BYTES);
    return;
  }
  add_header (seed, 0, layout.header_end);
  for (guint32 i = 0; i < layout.n_fragments; i++)
    add_header (seed, layout.fragments[i].offset - 8, CODESTREAM_HEADER_BYTES);
}

static void
add_seed (NegMutator *mutator, const char *corpus, const char *name, gsize bytes_max)
{
  g_autofree char *path = g_build_filename (corpus, name, NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  Seed *seed;

  if (!g_file_get_contents (path, &bytes, &length, NULL) || length > bytes_max || length == 0)
    return;
  seed = g_new0 (Seed, 1);
  seed->name = g_strdup (name);
  seed->bytes = g_byte_array_new_take ((guint8 *) g_steal_pointer (&bytes), length);
  seed->headers = g_array_new (FALSE, FALSE, sizeof (NegStretch));
  find_headers (seed);
  g_ptr_array_add (mutator->seeds, seed);
}

NegMutator *
neg_mutator_new (const char *corpus, gsize bytes_max, guint32 random_seed, guint count)
{
  g_autofree char *path = g_build_filename (corpus ? corpus : ".", "manifest.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  NegMutator *mutator;
  JsonArray *files;

  if (!json_parser_load_from_mapped_file (parser, path, NULL))
    return NULL;
  mutator = g_new0 (NegMutator, 1);
  mutator->seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) seed_free);
  mutator->random = g_rand_new_with_seed (random_seed);
  mutator->remaining = count;
  files = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "files");
  for (guint i = 0; i < json_array_get_length (files); i++)
    add_seed (mutator, corpus, json_object_get_string_member (json_array_get_object_element (files, i), "path"),
              bytes_max);
  return mutator;
}

void
neg_mutator_free (NegMutator *mutator)
{
  g_ptr_array_unref (mutator->seeds);
  g_rand_free (mutator->random);
  g_free (mutator);
}

gboolean
neg_mutate_next (NegMutator *mutator, const char **source_name, guint8 **bytes, gsize *length, gboolean *in_header)
{
  g_autoptr (GByteArray) copy = NULL;
  NegStretch where;
  const Seed *seed;

  if (mutator->remaining == 0 || mutator->seeds->len == 0)
    return FALSE;
  mutator->remaining--;
  seed = g_ptr_array_index (mutator->seeds, g_rand_int_range (mutator->random, 0, mutator->seeds->len));
  where = (NegStretch){ 0, seed->bytes->len };
  *in_header = g_rand_int_range (mutator->random, 0, 4) > 0;
  if (*in_header) /* the object's own header as often as all codestreams together */
    where = g_array_index (seed->headers, NegStretch,
                           g_rand_boolean (mutator->random)
                               ? 0
                               : g_rand_int_range (mutator->random, 0, seed->headers->len));
  copy = g_byte_array_new ();
  g_byte_array_append (copy, seed->bytes->data, seed->bytes->len);
  neg_mutate_bytes (copy, mutator->random, where.offset, where.length);
  *source_name = seed->name;
  *length = copy->len;
  *bytes = g_memdup2 (copy->data, copy->len);
  return TRUE;
}
