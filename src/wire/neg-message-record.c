#include "config.h"

#include "wire/neg-message.h"

#include <string.h>

#include "base/neg-error.h"

void
neg_object_record_write (const NegObjectRecord *record, GByteArray *array)
{
  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++)
    neg_write_string (array, record->text[i]);
  neg_write_u64 (array, record->dataset_offset);
  neg_write_u8 (array, record->has_warnings ? 1 : 0);
}

static void
read_text (NegObjectRecord *record, guint field, NegReader *reader)
{
  char *text = neg_reader_string (reader);

  /* What is empty is written as absent, and what is long was cut by whoever read the object. */
  if (text != NULL && (*text == '\0' || strlen (text) > NEG_RECORD_TEXT_BYTES_MAX))
    reader->failed = TRUE;
  record->text[field] = text;
}

NegObjectRecord *
neg_object_record_read (NegReader *reader, GError **error)
{
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  guint8 has_warnings;

  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++)
    read_text (record, i, reader);
  record->dataset_offset = neg_reader_u64 (reader);
  has_warnings = neg_reader_u8 (reader);
  record->has_warnings = has_warnings == 1;
  if (!reader->failed && has_warnings <= 1)
    return g_steal_pointer (&record);
  neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what was sent is no record of an object");
  return NULL;
}
