#include "config.h"

#include "engine/neg-engine-private.h"
#include "engine/neg-modify.h"

#include "base/neg-error.h"

/* Frames take their time: each counts as a sign of life for the limit of processor time, and is a chance to let go. */
static gboolean
go_on (gpointer user_data)
{
  return _neg_engine_begin_item (user_data);
}

static gboolean
modify_object (NegEngineLoop *loop, NegSource *source, const NegModify *modify, int fd, NegModified *modified,
               GError **error)
{
  g_auto (NegLayout) layout = { 0 };

  return neg_scan (source, &layout, error) && neg_modify_convert (source, &layout, modify, fd, go_on, loop, modified, error);
}

/* What was let go of has no answer: whoever asked for it may still want it, from another. */
static void
modify_one (NegEngineLoop *loop, guint32 index, const NegModify *modify, guint64 offset, guint64 length)
{
  const int *fds = (const int *) (gpointer) loop->current->fds->data;
  g_autoptr (GByteArray) answer = _neg_engine_new_answer ();
  g_autoptr (GError) failure = NULL;
  NegModified modified = { 0 };
  NegSource source;

  neg_source_init_fd (&source, fds[2 * index], offset, length);
  if (modify_object (loop, &source, modify, fds[2 * index + 1], &modified, &failure)) {
    neg_modified_write (&modified, answer);
    _neg_engine_send_answer (loop, index, answer);
  } else if (!g_error_matches (failure, NEG_ERROR, NEG_ERROR_CANCELLED)) {
    _neg_engine_send_failure (loop, index, failure);
  }
  neg_source_clear (&source);
}

gboolean
_neg_engine_modify (NegEngineLoop *loop, NegReader *reader, GError **error)
{
  g_autoptr (NegModify) modify = neg_modify_read (reader, error);
  guint32 n;

  if (modify == NULL)
    return FALSE;
  n = neg_reader_count (reader, 16);
  if (reader->failed || n > NEG_MODIFY_BATCH_MAX || loop->current->fds->len != 2 * n
      || neg_reader_remaining (reader) != (gsize) n * 16)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a modify request that is none");
  for (guint32 i = 0; i < n && _neg_engine_begin_item (loop); i++) {
    const guint64 offset = neg_reader_u64 (reader), length = neg_reader_u64 (reader);

    modify_one (loop, i, modify, offset, length);
  }
  return TRUE;
}
