/* The list of all elements: the walk over an object, and what is read of the engine's answer. */
#include "neg-fuzz.h"

#include <string.h>

#include "build-object.h"
#include "engine/neg-tags.h"

static const char *const syntaxes[] = { SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG, SYNTAX_DEFLATED };

/* A small dictionary in place of DCMTK's. */
static gboolean
lookup (guint32 tag, const char *creator, NegTagEntry *entry)
{
  static const struct {
    guint32 tag;
    const char *vr, *keyword;
  } known[] = {
    { 0x00080051, "SQ", "IssuerOfAccessionNumberSequence" }, { 0x00100010, "PN", "PatientName" },
    { 0x00280106, "xs", "SmallestImagePixelValue" },         { 0x7FE00010, "px", "PixelData" },
  };

  memset (entry, 0, sizeof *entry);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i].tag == tag) {
      g_strlcpy (entry->vr, known[i].vr, sizeof entry->vr);
      g_strlcpy (entry->keyword, known[i].keyword, sizeof entry->keyword);
    }
  return entry->vr[0] != '\0';
}

static void
add_nested (Object *object, guint depth, gboolean is_open)
{
  if (depth == 0) {
    object_add_text (object, 0x00100010, "PN", "Y\x1B$B;3ED\x1B(B^\xFC=\xE4\xB8\xAD");
    return;
  }
  object_add_header (object, 0x00080051, is_open ? "SQ" : "UN", UNDEFINED);
  object_add_header (object, 0xFFFEE000, "", UNDEFINED);
  add_nested (object, depth - 1, is_open);
  object_add_header (object, 0xFFFEE00D, "", 0);
  object_add_header (object, 0xFFFEE0DD, "", 0);
}

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  g_autoptr (Object) object = object_new (syntaxes[g_rand_int_range (random, 0, G_N_ELEMENTS (syntaxes))]);
  static const guint8 item[] = { 0xFE, 0xFF, 0x00, 0xE0, 0x00, 0x00, 0x00, 0x00 };

  object_add_text (object, 0x00080005, "CS", g_rand_boolean (random) ? "ISO_IR 192" : "ISO 2022 IR 6\\ISO 2022 IR 87");
  object_add_text (object, 0x00080018, "UI", "1.2.3.4");
  add_nested (object, g_rand_int_range (random, 0, 70), g_rand_boolean (random));
  object_add_text (object, 0x00290010, "LO", "SOMEBODY");
  object_add (object, 0x00291001, "UN", item, sizeof item);
  object_add (object, 0x00291002, "FD", "\0\0\0\0\0\0\xF0\x3F\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF", 16);
  object_add_image (object, 4, 4, 8);
  if (g_rand_boolean (random))
    object_add_zeros (object, 0x7FE00010, "OW", 16);
  return g_byte_array_ref (object->bytes);
}

/* What the engine sends is what the requester takes. */
static void
check_sent (const NegTags *tags)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (NegTags) copy = NULL;
  NegReader reader;

  neg_tags_write (tags, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  copy = neg_tags_read (&reader, NULL);
  g_assert_nonnull (copy);
  g_assert_true (neg_reader_finished (&reader));
  g_assert_cmpuint (copy->tags->len, ==, tags->tags->len);
  neg_tags_get (copy, "IssuerOfAccessionNumberSequence[0].PatientName");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (NegTags) tags = NULL;
  g_autoptr (NegTags) sent = NULL;
  NegSource source;
  NegReader reader;

  neg_source_init_memory (&source, data, size);
  tags = neg_tags_list_with (&source, lookup, NULL);
  if (tags != NULL)
    check_sent (tags);
  neg_reader_init (&reader, data, size);
  sent = neg_tags_read (&reader, NULL);
  return 0;
}
