#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool-private.h"

NegOutgoing *
_neg_outgoing_new (NegMessageType type, guint64 id, const GByteArray *body, int *fds, guint n_fds)
{
  const NegMessageHeader header = {
    .body_length = body ? body->len : 0, .type = type, .n_fds = n_fds, .request_id = id,
  };
  NegOutgoing *outgoing = g_new0 (NegOutgoing, 1);

  outgoing->bytes = g_byte_array_sized_new (NEG_MESSAGE_HEADER_BYTES + header.body_length);
  g_byte_array_set_size (outgoing->bytes, NEG_MESSAGE_HEADER_BYTES);
  neg_message_header_write (&header, outgoing->bytes->data);
  if (body != NULL)
    g_byte_array_append (outgoing->bytes, body->data, body->len);
  outgoing->fds = fds;
  outgoing->n_fds = n_fds;
  return outgoing;
}

void
_neg_outgoing_free (NegOutgoing *outgoing)
{
  for (guint i = 0; i < outgoing->n_fds; i++)
    close (outgoing->fds[i]);
  g_free (outgoing->fds);
  g_byte_array_unref (outgoing->bytes);
  g_free (outgoing);
}

/* A blob that ended engine after engine is not tried on yet another. */
static gboolean
check_strikes (NegRequest *request, guint index, GError **error)
{
  guint strikes = _neg_engine_pool_strikes (request->pool, _neg_request_get_blob (request, index), FALSE);

  if (strikes < NEG_POOL_STRIKES_MAX)
    return TRUE;
  return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "refused: %u decoding processes have ended at this object",
                   strikes);
}

static gboolean
add_scan_item (NegBatch *batch, guint index, GByteArray *items, GArray *fds, GError **error)
{
  guint64 offset;
  guint64 length;
  int fd = neg_blob_open (_neg_request_get_blob (batch->request, index), &offset, &length, error);

  if (fd < 0)
    return FALSE;
  g_array_append_val (fds, fd);
  neg_write_u64 (items, offset);
  neg_write_u64 (items, length);
  return TRUE;
}

/* The object, and the file that another version of it goes to. */
static gboolean
add_object_item (NegBatch *batch, guint index, GByteArray *items, GArray *fds, GError **error)
{
  int output = -1;

  if (batch->request->kind == NEG_REQUEST_MODIFY) {
    output = _neg_request_open_output (batch->request, index, error);
    if (output < 0)
      return FALSE;
  }
  if (!add_scan_item (batch, index, items, fds, error)) {
    if (output >= 0)
      close (output);
    return FALSE;
  }
  if (output >= 0)
    g_array_append_val (fds, output);
  return TRUE;
}

static void
add_slot_item (NegBatch *batch, guint index, GByteArray *items)
{
  const NegRequestItem *item = &batch->request->items[index];
  guint64 bytes = 0;

  if (batch->request->kind == NEG_REQUEST_DECODE) {
    neg_frame_format_get_bytes (&item->decode.format, &bytes);
    neg_write_u32 (items, item->decode.frame);
    neg_write_u64 (items, item->decode.slot_offset);
    neg_write_u64 (items, bytes);
  } else {
    neg_write_u32 (items, item->extract.entry);
    neg_write_u64 (items, item->extract.target_offset);
    neg_write_u64 (items, item->extract.bytes);
  }
}

/* Items that cannot be sent are answered here; the others are in the batch afterwards. */
static void
take_items (NegBatch *batch, guint n_max, GByteArray *items, GArray *fds)
{
  NegRequest *request = batch->request;

  while (batch->indices->len < n_max && _neg_request_n_waiting (request) > 0) {
    guint index = _neg_request_take (request);
    g_autoptr (GError) failure = NULL;

    if (!check_strikes (request, index, &failure)
        || (_neg_request_has_blobs (request) && !add_object_item (batch, index, items, fds, &failure))) {
      _neg_request_fail_item (request, index, failure);
      continue;
    }
    if (!_neg_request_has_blobs (request))
      add_slot_item (batch, index, items);
    g_array_append_val (batch->indices, index);
  }
}

/* The object and the memory file of DECODE and EXTRACT. */
static gboolean
open_object (NegBatch *batch, GByteArray *body, GArray *fds, GError **error)
{
  NegRequest *request = batch->request;
  guint64 offset;
  guint64 length;
  int memory_fd;
  int fd = neg_blob_open (request->blobs[0], &offset, &length, error);

  if (fd < 0)
    return FALSE;
  g_array_append_val (fds, fd);
  memory_fd = fcntl (_neg_shared_fd_get (request->memory), F_DUPFD_CLOEXEC, 3);
  if (memory_fd < 0)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "too many open files");
  g_array_append_val (fds, memory_fd);
  if (request->kind == NEG_REQUEST_DECODE)
    neg_write_u64 (body, neg_blob_get_id (request->blobs[0]));
  neg_write_u64 (body, offset);
  neg_write_u64 (body, length);
  if (request->kind == NEG_REQUEST_DECODE)
    neg_write_u8 (body, request->form);
  return TRUE;
}

static void
fail_all (NegBatch *batch, const GError *failure)
{
  for (guint i = 0; i < batch->indices->len; i++)
    _neg_request_fail_item (batch->request, g_array_index (batch->indices, guint, i), failure);
  g_array_set_size (batch->indices, 0);
}

static NegOutgoing *
batch_to_message (NegBatch *batch, const GByteArray *items, GArray *fds)
{
  static const NegMessageType types[] = { NEG_MESSAGE_SCAN, NEG_MESSAGE_DECODE, NEG_MESSAGE_EXTRACT,
                                          NEG_MESSAGE_INDEX, NEG_MESSAGE_COMPOSE, NEG_MESSAGE_TAGS,
                                          NEG_MESSAGE_MODIFY };
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GError) failure = NULL;
  guint n_fds;

  if (batch->request->kind == NEG_REQUEST_INDEX)
    neg_write_u8 (body, batch->request->is_complete ? 1 : 0);
  if (batch->request->kind == NEG_REQUEST_MODIFY)
    g_byte_array_append (body, batch->request->description->data, batch->request->description->len);
  if (batch->request->kind == NEG_REQUEST_COMPOSE) {
    neg_write_u32 (body, batch->request->description->len);
    g_byte_array_append (body, batch->request->description->data, batch->request->description->len);
  }
  if (batch->indices->len > 0 && !_neg_request_has_blobs (batch->request) && !open_object (batch, body, fds, &failure))
    fail_all (batch, failure);
  neg_write_u32 (body, batch->indices->len);
  g_byte_array_append (body, items->data, items->len);
  n_fds = fds->len;
  return _neg_outgoing_new (types[batch->request->kind], batch->id, body, (int *) g_array_free (fds, FALSE), n_fds);
}

NegBatch *
_neg_batch_new (NegRequest *request, guint n_max, guint64 id, NegOutgoing **message)
{
  g_autoptr (GByteArray) items = g_byte_array_new ();
  GArray *fds = g_array_new (FALSE, FALSE, sizeof (int));
  NegBatch *batch = g_new0 (NegBatch, 1);
  g_autoptr (NegRequest) kept = neg_request_ref (request);

  batch->id = id;
  batch->request = neg_request_ref (request);
  batch->indices = g_array_new (FALSE, FALSE, sizeof (guint));
  take_items (batch, n_max, items, fds);
  *message = batch_to_message (batch, items, fds);
  batch->answered = g_new0 (guint8, batch->indices->len);
  if (batch->indices->len > 0)
    return batch;
  g_clear_pointer (message, _neg_outgoing_free);
  _neg_batch_free (batch);
  _neg_request_finish_if_answered (kept);
  return NULL;
}

void
_neg_batch_free (NegBatch *batch)
{
  neg_request_unref (batch->request);
  g_array_unref (batch->indices);
  g_free (batch->answered);
  g_free (batch);
}

/* What the engine says about the frame must be what the requester will read it as; only the kind of colour may be
 * what the codestream declares (PS3.3 C.7.6.3.1.2), where it takes the same bytes. */
static gboolean
format_is_as_asked (const NegFrameFormat *asked, const NegFrameFormat *given)
{
  const guint colors = 1u << NEG_COLOR_RGB | 1u << NEG_COLOR_YBR_FULL | 1u << NEG_COLOR_YBR_FULL_422;
  guint64 bytes_asked;
  guint64 bytes_given;

  return asked->rows == given->rows && asked->columns == given->columns && asked->samples == given->samples
         && asked->sample_type == given->sample_type && asked->bits_stored == given->bits_stored
         && (asked->color == given->color
             || ((colors >> asked->color & 1) != 0 && (colors >> given->color & 1) != 0))
         && neg_frame_format_get_bytes (asked, &bytes_asked) && neg_frame_format_get_bytes (given, &bytes_given)
         && bytes_asked == bytes_given;
}

static gboolean
take_scan (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  g_auto (NegScanResult) result = { 0 };

  if (!neg_scan_result_read (&result, reader, error))
    return FALSE;
  if (!neg_reader_finished (reader))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer of the wrong length");
  _neg_request_answer_scan (batch->request, index, &result);
  return TRUE;
}

static gboolean
take_decode (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  NegFrameFormat format;

  if (!neg_frame_format_read (&format, reader, error))
    return FALSE;
  if (!neg_reader_finished (reader)
      || !format_is_as_asked (&batch->request->items[index].decode.format, &format))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "another frame than the one asked for");
  _neg_request_answer_decode (batch->request, index, &format);
  return TRUE;
}

static gboolean
take_extract (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  guint64 bytes = neg_reader_u64 (reader);

  if (!neg_reader_finished (reader) || bytes != batch->request->items[index].extract.bytes)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "another entry than the one asked for");
  _neg_request_answer_extract (batch->request, index, bytes);
  return TRUE;
}

static gboolean
take_index (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  g_autoptr (NegObjectRecord) record = neg_object_record_read (reader, error);

  if (record == NULL)
    return FALSE;
  if (!neg_reader_finished (reader))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer of the wrong length");
  _neg_request_answer_index (batch->request, index, &record);
  return TRUE;
}

static gboolean
take_compose (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  guint32 length = neg_reader_count (reader, 1);
  const guint8 *bytes = neg_reader_bytes (reader, length);
  g_autoptr (GBytes) object = NULL;

  if (!neg_reader_finished (reader) || length == 0 || length > NEG_COMPOSE_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer of the wrong length");
  object = g_bytes_new (bytes, length);
  _neg_request_answer_compose (batch->request, index, object);
  return TRUE;
}

static gboolean
take_tags (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  g_autoptr (NegTags) tags = neg_tags_read (reader, error);

  if (tags == NULL)
    return FALSE;
  if (!neg_reader_finished (reader))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer of the wrong length");
  _neg_request_answer_tags (batch->request, index, &tags);
  return TRUE;
}

static gboolean
take_modify (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  NegModified modified;

  if (!_neg_request_read_modified (batch->request, index, reader, &modified, error))
    return FALSE;
  _neg_request_answer_modify (batch->request, index, &modified);
  return TRUE;
}

static gboolean
take_failure (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  g_autoptr (GError) failure = neg_error_read (reader);

  if (!neg_reader_finished (reader))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what was sent is no error");
  _neg_request_fail_item (batch->request, index, failure);
  return TRUE;
}

static gboolean
take_answer (NegBatch *batch, guint index, NegReader *reader, GError **error)
{
  switch (batch->request->kind) {
  case NEG_REQUEST_SCAN:
    return take_scan (batch, index, reader, error);
  case NEG_REQUEST_DECODE:
    return take_decode (batch, index, reader, error);
  case NEG_REQUEST_EXTRACT:
    return take_extract (batch, index, reader, error);
  case NEG_REQUEST_INDEX:
    return take_index (batch, index, reader, error);
  case NEG_REQUEST_COMPOSE:
    return take_compose (batch, index, reader, error);
  case NEG_REQUEST_TAGS:
    return take_tags (batch, index, reader, error);
  case NEG_REQUEST_MODIFY:
    return take_modify (batch, index, reader, error);
  }
  return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer to nothing");
}

gboolean
_neg_batch_take_item (NegBatch *batch, const guint8 *body, gsize length, GError **error)
{
  NegReader reader;
  guint32 place;
  guint8 ok;
  guint index;
  gboolean taken;

  neg_reader_init (&reader, body, length);
  place = neg_reader_u32 (&reader);
  ok = neg_reader_u8 (&reader);
  if (reader.failed || ok > 1 || place >= batch->indices->len || batch->answered[place])
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer to a question that is not open");
  index = g_array_index (batch->indices, guint, place);
  taken = ok ? take_answer (batch, index, &reader, error) : take_failure (batch, index, &reader, error);
  if (taken) {
    batch->answered[place] = TRUE;
    batch->n_answered++;
  }
  return taken;
}

gboolean
_neg_batch_get_current (const NegBatch *batch, guint *index)
{
  for (guint i = 0; i < batch->indices->len; i++)
    if (!batch->answered[i]) {
      *index = g_array_index (batch->indices, guint, i);
      return TRUE;
    }
  return FALSE;
}

void
_neg_batch_return_rest (NegBatch *batch)
{
  for (guint i = 0; i < batch->indices->len; i++) {
    guint index = g_array_index (batch->indices, guint, i);

    if (batch->answered[i] || batch->request->answered[index])
      continue;
    if (batch->request->cancelled)
      _neg_request_fail_item (batch->request, index, NULL);
    else
      _neg_request_give_back (batch->request, index);
  }
}
