#include "config.h"

#include "engine/neg-engine-private.h"
#include "engine/neg-tags.h"

#include "base/neg-error.h"

static void
list_one (NegEngineLoop *loop, guint32 index, int fd, guint64 offset, guint64 length)
{
  g_autoptr (GByteArray) answer = _neg_engine_new_answer ();
  g_autoptr (NegTags) tags = NULL;
  g_autoptr (GError) failure = NULL;
  NegSource source;

  neg_source_init_fd (&source, fd, offset, length);
  tags = neg_tags_list (&source, &failure);
  neg_source_clear (&source);
  if (tags == NULL) {
    _neg_engine_send_failure (loop, index, failure);
    return;
  }
  neg_tags_write (tags, answer);
  _neg_engine_send_answer (loop, index, answer);
}

gboolean
_neg_engine_tags (NegEngineLoop *loop, NegReader *reader, GError **error)
{
  GArray *fds = loop->current->fds;
  const guint32 n = neg_reader_count (reader, 16);

  if (reader->failed || n != fds->len || neg_reader_remaining (reader) != (gsize) n * 16)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a request for elements that is none");
  for (guint32 i = 0; i < n && _neg_engine_begin_item (loop); i++) {
    const guint64 offset = neg_reader_u64 (reader);
    const guint64 length = neg_reader_u64 (reader);

    list_one (loop, i, g_array_index (fds, int, i), offset, length);
  }
  return TRUE;
}
