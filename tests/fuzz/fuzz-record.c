/* The reader of the index record, and what it gives on its way over the wire and back. */
#include "neg-fuzz.h"

#include <string.h>

#include "build-object.h"
#include "engine/neg-record-reader.h"
#include "wire/neg-message.h"

static const char *const syntaxes[] = { SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG, SYNTAX_DEFLATED };
static const char *const charsets[] = { "", "ISO_IR 100", "ISO_IR 192", "ISO 2022 IR 6\\ISO 2022 IR 87", "\\ISO 2022 IR 149" };

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  guint which = g_rand_int_range (random, 0, G_N_ELEMENTS (syntaxes) + 2);
  g_autoptr (Object) object = which < G_N_ELEMENTS (syntaxes) ? object_new (syntaxes[which])
                                                              : object_new_bare (which % 2 == 0, which % 2 == 1);
  gboolean is_open = g_rand_boolean (random);

  object_add_text (object, 0x00080005, "CS", charsets[g_rand_int_range (random, 0, G_N_ELEMENTS (charsets))]);
  object_add_text (object, 0x00080018, "UI", "1.2.3.4");
  object_add_header (object, 0x00080051, "SQ", is_open ? UNDEFINED : 28);
  object_add_header (object, 0xFFFEE000, "", is_open ? UNDEFINED : 20);
  object_add_text (object, 0x00400031, "UT", "HOSPITAL");
  if (is_open) {
    object_add_header (object, 0xFFFEE00D, "", 0);
    object_add_header (object, 0xFFFEE0DD, "", 0);
  }
  object_add_text (object, 0x00100010, "PN", "Y\x1B$B;3ED\x1B(B^\xFC=\xE4\xB8\xAD");
  object_add_text (object, 0x00180060, "DS", "120");
  object_add (object, 0x00189345, "FD", "\x9A\x99\x99\x99\x99\x99\x28\x40", 8);
  object_add_text (object, 0x0020000D, "UI", "1.2.3");
  object_add_text (object, 0x00200032, "DS", "1\\2\\3");
  object_add (object, 0x00280120, g_rand_boolean (random) ? "SS" : "US", "\x30\xF8", 2);
  object_add_header (object, 0x00400275, "SQ", is_open ? UNDEFINED : 8);
  object_add_header (object, 0xFFFEE000, "", is_open ? UNDEFINED : 0);
  if (is_open) {
    object_add_text (object, 0x00401001, "SH", "PROCEDURE");
    object_add_header (object, 0xFFFEE00D, "", 0);
    object_add_header (object, 0xFFFEE0DD, "", 0);
  }
  object_add_image (object, 4, 4, 8);
  return g_byte_array_ref (object->bytes);
}

static void
check_record (const NegObjectRecord *record, size_t size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (NegObjectRecord) copy = NULL;
  NegReader reader;

  g_assert_cmpuint (record->dataset_offset, <=, size);
  neg_object_record_write (record, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  copy = neg_object_record_read (&reader, NULL);
  g_assert_nonnull (copy);
  g_assert_true (neg_reader_finished (&reader));
  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++)
    g_assert_cmpstr (copy->text[i], ==, record->text[i]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_autoptr (NegObjectRecord) sent = NULL;
  NegSource source;
  NegReader reader;

  neg_source_init_memory (&source, data, size);
  if (neg_record_read (&source, record, NULL))
    check_record (record, size);
  neg_object_record_check (record, NULL);
  neg_reader_init (&reader, data, size);
  sent = neg_object_record_read (&reader, NULL);
  return 0;
}
