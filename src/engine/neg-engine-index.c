#include "config.h"

#include "engine/neg-engine-private.h"
#include "engine/neg-record-reader.h"

#include "base/neg-error.h"

/* The record alone looks no further than it must; what is to be kept must be sound to its end. */
static NegObjectRecord *
read_record (NegSource *source, gboolean is_complete, GError **error)
{
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_auto (NegLayout) layout = { 0 };
  g_autoptr (GError) failure = NULL;

  if (neg_scan_is_zip (source)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "an archive of files");
    return NULL;
  }
  if (neg_record_read (source, record, &failure) && (!is_complete || neg_scan (source, &layout, &failure)))
    return g_steal_pointer (&record);
  /* What cannot be read for other reasons says where. */
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_UNREADABLE) && neg_error_get_where (failure) == NULL)
    neg_fail (error, NEG_ERROR_UNREADABLE, NEG_INDEX_NO_OBJECT, "%s", failure->message);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static void
index_one (NegEngineLoop *loop, guint32 index, gboolean is_complete, int fd, guint64 offset, guint64 length)
{
  g_autoptr (GByteArray) answer = _neg_engine_new_answer ();
  g_autoptr (NegObjectRecord) record = NULL;
  g_autoptr (GError) failure = NULL;
  NegSource source;

  neg_source_init_fd (&source, fd, offset, length);
  record = read_record (&source, is_complete, &failure);
  neg_source_clear (&source);
  if (record == NULL) {
    _neg_engine_send_failure (loop, index, failure);
    return;
  }
  neg_object_record_write (record, answer);
  _neg_engine_send_answer (loop, index, answer);
}

gboolean
_neg_engine_index (NegEngineLoop *loop, NegReader *reader, GError **error)
{
  GArray *fds = loop->current->fds;
  guint8 is_complete = neg_reader_u8 (reader);
  guint32 n = neg_reader_count (reader, 16);

  if (reader->failed || is_complete > 1 || n != fds->len || neg_reader_remaining (reader) != (gsize) n * 16)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an index request that is none");
  for (guint32 i = 0; i < n && _neg_engine_begin_item (loop); i++) {
    guint64 offset = neg_reader_u64 (reader);
    guint64 length = neg_reader_u64 (reader);

    index_one (loop, i, is_complete, g_array_index (fds, int, i), offset, length);
  }
  return TRUE;
}
