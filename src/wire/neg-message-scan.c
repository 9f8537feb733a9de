#include "config.h"

#include "wire/neg-message.h"

#include "base/neg-error.h"

/* More names than this in one DICOMDIR or ZIP is an attack on the requester's memory. */
#define NAMES_MAX 1000000
#define ENTRY_BYTES_MIN 13

void
neg_scan_result_clear (NegScanResult *result)
{
  g_clear_pointer (&result->instance, neg_instance_unref);
  g_strfreev (result->references);
  for (guint i = 0; i < result->n_entries; i++)
    g_free (result->entries[i].name);
  g_free (result->entries);
  *result = (NegScanResult){ 0 };
}

void
neg_scan_result_write (const NegScanResult *result, GByteArray *array)
{
  neg_write_u8 (array, result->kind);
  switch (result->kind) {
  case NEG_SCAN_INSTANCE:
    neg_instance_write (result->instance, array);
    break;
  case NEG_SCAN_DIRECTORY:
    neg_write_u32 (array, result->n_references);
    for (guint i = 0; i < result->n_references; i++)
      neg_write_string (array, result->references[i]);
    break;
  case NEG_SCAN_ARCHIVE:
    neg_write_u32 (array, result->n_entries);
    for (guint i = 0; i < result->n_entries; i++) {
      neg_write_string (array, result->entries[i].name);
      neg_write_u64 (array, result->entries[i].bytes);
      neg_write_u8 (array, result->entries[i].is_file ? 1 : 0);
    }
    break;
  }
}

/* A name that must be there: NULL is a failure too. */
static char *
read_name (NegReader *reader)
{
  char *name = neg_reader_string (reader);

  if (name == NULL)
    reader->failed = TRUE;
  return name;
}

static guint32
read_n_names (NegReader *reader, gsize bytes_each_min)
{
  guint32 n = neg_reader_count (reader, bytes_each_min);

  if (n > NAMES_MAX)
    reader->failed = TRUE;
  return reader->failed ? 0 : n;
}

static void
read_references (NegScanResult *result, NegReader *reader)
{
  result->n_references = read_n_names (reader, sizeof (guint32));
  result->references = g_new0 (char *, result->n_references + 1);
  for (guint i = 0; i < result->n_references && !reader->failed; i++)
    result->references[i] = read_name (reader);
}

static void
read_entries (NegScanResult *result, NegReader *reader)
{
  result->n_entries = read_n_names (reader, ENTRY_BYTES_MIN);
  result->entries = g_new0 (NegArchiveEntry, result->n_entries);
  for (guint i = 0; i < result->n_entries && !reader->failed; i++) {
    guint8 is_file;

    result->entries[i].name = read_name (reader);
    result->entries[i].bytes = neg_reader_u64 (reader);
    is_file = neg_reader_u8 (reader);
    if (is_file > 1)
      reader->failed = TRUE;
    result->entries[i].is_file = is_file == 1;
  }
}

gboolean
neg_scan_result_read (NegScanResult *result, NegReader *reader, GError **error)
{
  *result = (NegScanResult){ .kind = neg_reader_u8 (reader) };
  switch (result->kind) {
  case NEG_SCAN_INSTANCE:
    result->instance = neg_instance_read (reader, error);
    return result->instance != NULL;
  case NEG_SCAN_DIRECTORY:
    read_references (result, reader);
    break;
  case NEG_SCAN_ARCHIVE:
    read_entries (result, reader);
    break;
  default:
    reader->failed = TRUE;
  }
  if (reader->failed) {
    neg_scan_result_clear (result);
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what was sent is no scan result");
  }
  return TRUE;
}
