#include "config.h"

#include "engine/neg-archive.h"
#include "engine/neg-dataset.h"
#include "engine/neg-engine-private.h"

#include "base/neg-error.h"

static gboolean
read_object (NegSource *source, NegScanResult *result, GError **error)
{
  g_auto (NegLayout) layout = { 0 };

  if (!neg_scan (source, &layout, error))
    return FALSE;
  if (neg_dataset_is_directory (&layout, source)) {
    result->kind = NEG_SCAN_DIRECTORY;
    result->references = neg_dataset_read_directory (source, &layout, error);
    if (result->references != NULL)
      result->n_references = g_strv_length (result->references);
    return result->references != NULL;
  }
  result->kind = NEG_SCAN_INSTANCE;
  result->instance = neg_dataset_read_instance (source, &layout, error);
  return result->instance != NULL;
}

static gboolean
read_anything (int fd, guint64 offset, guint64 length, NegScanResult *result, GError **error)
{
  NegSource source;
  gboolean done;

  neg_source_init_fd (&source, fd, offset, length);
  if (neg_scan_is_zip (&source)) {
    result->kind = NEG_SCAN_ARCHIVE;
    done = neg_archive_list (&source, result, error);
  } else {
    done = read_object (&source, result, error);
  }
  neg_source_clear (&source);
  return done;
}

/* The requester ends an engine whose answer is out of range. That is meant for engines gone wrong, not for honest
 * ones that read an object with absurd values: those are found here and are the object's fault. */
static gboolean
check_answer (const GByteArray *answer, gsize start, GError **error)
{
  g_auto (NegScanResult) copy = { 0 };
  NegReader reader;

  if (answer->len > NEG_MESSAGE_BODY_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "the header is too large");
  neg_reader_init (&reader, answer->data + start, answer->len - start);
  if (neg_scan_result_read (&copy, &reader, NULL) && neg_reader_finished (&reader))
    return TRUE;
  return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the header holds values that are no values");
}

static void
scan_one (NegEngineLoop *loop, guint32 index, int fd, guint64 offset, guint64 length)
{
  g_autoptr (GByteArray) answer = _neg_engine_new_answer ();
  g_auto (NegScanResult) result = { 0 };
  g_autoptr (GError) failure = NULL;
  gsize start = answer->len;

  if (read_anything (fd, offset, length, &result, &failure)) {
    neg_scan_result_write (&result, answer);
    check_answer (answer, start, &failure);
  }
  if (failure != NULL)
    _neg_engine_send_failure (loop, index, failure);
  else
    _neg_engine_send_answer (loop, index, answer);
}

gboolean
_neg_engine_scan (NegEngineLoop *loop, NegReader *reader, GError **error)
{
  GArray *fds = loop->current->fds;
  guint32 n = neg_reader_count (reader, 16);

  if (reader->failed || n != fds->len || neg_reader_remaining (reader) != (gsize) n * 16)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a scan request that is none");
  for (guint32 i = 0; i < n && _neg_engine_begin_item (loop); i++) {
    guint64 offset = neg_reader_u64 (reader);
    guint64 length = neg_reader_u64 (reader);

    scan_one (loop, i, g_array_index (fds, int, i), offset, length);
  }
  return TRUE;
}
