#include "config.h"

#include "engine/neg-compose.h"
#include "engine/neg-engine-private.h"

#include "base/neg-error.h"

static GByteArray *
compose (NegSource *source, const NegCompose *what, GError **error)
{
  g_auto (NegLayout) layout = { 0 };

  return neg_scan (source, &layout, error) ? neg_compose_object (source, &layout, what, error) : NULL;
}

static void
compose_one (NegEngineLoop *loop, const NegCompose *what, guint64 offset, guint64 length)
{
  g_autoptr (GByteArray) answer = _neg_engine_new_answer ();
  g_autoptr (GByteArray) object = NULL;
  g_autoptr (GError) failure = NULL;
  NegSource source;

  neg_source_init_fd (&source, g_array_index (loop->current->fds, int, 0), offset, length);
  object = compose (&source, what, &failure);
  neg_source_clear (&source);
  if (object == NULL) {
    _neg_engine_send_failure (loop, 0, failure);
    return;
  }
  neg_write_u32 (answer, object->len);
  g_byte_array_append (answer, object->data, object->len);
  _neg_engine_send_answer (loop, 0, answer);
}

gboolean
_neg_engine_compose (NegEngineLoop *loop, NegReader *reader, GError **error)
{
  const guint32 n_bytes = neg_reader_count (reader, 1);
  const guint8 *bytes = neg_reader_bytes (reader, n_bytes);
  const guint32 n = neg_reader_u32 (reader);
  const guint64 offset = neg_reader_u64 (reader), length = neg_reader_u64 (reader);
  g_autoptr (NegCompose) what = NULL;
  NegReader inside;

  if (!neg_reader_finished (reader) || n != 1 || loop->current->fds->len != 1)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a compose request that is none");
  neg_reader_init (&inside, bytes, n_bytes);
  what = neg_compose_read (&inside, error);
  if (what == NULL)
    return FALSE;
  if (!neg_reader_finished (&inside))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a compose request that is none");
  if (_neg_engine_begin_item (loop))
    compose_one (loop, what, offset, length);
  return TRUE;
}
