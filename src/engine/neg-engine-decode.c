#include "config.h"

#include "engine/neg-codec.h"
#include "engine/neg-engine-private.h"

#include "base/neg-error.h"

/* A buffer this large is not kept: the next frame is likely to be a common one. */
#define KEPT_BYTES ((gsize) 128 << 20)

typedef struct {
  guint32 frame;
  guint64 slot_offset, slot_bytes;
} Item;

typedef struct {
  guint64 id, offset, length;
  NegFrameForm form;
  int object_fd, memory_fd;
} Request;

/* The format by the same rule as the requester's, from what the scanner found: no header is parsed for a frame. */
static gboolean
get_format (const NegLayout *layout, NegFrameForm form, NegFrameFormat *format, GError **error)
{
  const NegInstance instance = {
    .transfer_syntax_uid = (char *) layout->transfer_syntax_uid,
    .rows = layout->rows,
    .columns = layout->columns,
    .samples = layout->samples,
    .frames = layout->frames,
    .bits_allocated = layout->bits_allocated,
    .bits_stored = layout->bits_stored,
    .high_bit = layout->high_bit,
    .is_signed = layout->is_signed,
    .is_float = layout->is_float,
    .planar = layout->planar,
    .photometric = (char *) layout->photometric,
  };

  if (!layout->has_pixels)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "the object has no pixels");
  return neg_frame_format_init (format, &instance, form, error);
}

static gboolean
make_room (NegEngineLoop *loop, guint64 bytes, GError **error)
{
  guint8 *larger;

  if (bytes <= loop->pixels_room)
    return TRUE;
  g_clear_pointer (&loop->pixels, g_free);
  loop->pixels_room = 0;
  larger = g_try_malloc (bytes);
  if (larger == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a frame of %" G_GUINT64_FORMAT " bytes", bytes);
  loop->pixels = larger;
  loop->pixels_room = bytes;
  return TRUE;
}

/* Nothing reaches the slot before the frame is whole: a codec that fails in the middle leaves it as it was. */
static gboolean
decode_frame (NegEngineLoop *loop, const Request *request, const Item *item, NegSource *source,
              NegFrameFormat *result, GError **error)
{
  NegFrameFormat format;
  guint64 bytes = 0;
  const NegLayout *layout = _neg_engine_cache_get (loop->cache, request->id, request->offset, request->length, source,
                                                   error);

  if (layout == NULL || !get_format (layout, request->form, &format, error))
    return FALSE;
  if (item->frame >= layout->frames)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "frame %u of %u", item->frame + 1, layout->frames);
  if (!neg_frame_format_get_bytes (&format, &bytes) || bytes != item->slot_bytes)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL,
                     "a frame takes %" G_GUINT64_FORMAT " bytes where the header said %" G_GUINT64_FORMAT, bytes,
                     item->slot_bytes);
  return make_room (loop, bytes, error)
         && neg_codec_decode_frame (layout, source, item->frame, request->form, &format, loop->pixels, result, error)
         && _neg_engine_write (request->memory_fd, loop->pixels, bytes, item->slot_offset, error);
}

static void
decode_one (NegEngineLoop *loop, const Request *request, guint32 index, const Item *item)
{
  g_autoptr (GByteArray) answer = _neg_engine_new_answer ();
  g_autoptr (GError) failure = NULL;
  NegFrameFormat result = { 0 };
  NegSource source;

  neg_source_init_fd (&source, request->object_fd, request->offset, request->length);
  if (decode_frame (loop, request, item, &source, &result, &failure)) {
    neg_frame_format_write (&result, answer);
    _neg_engine_send_answer (loop, index, answer);
  } else {
    _neg_engine_send_failure (loop, index, failure);
  }
  neg_source_clear (&source);
  if (loop->pixels_room > KEPT_BYTES) {
    g_clear_pointer (&loop->pixels, g_free);
    loop->pixels_room = 0;
  }
}

gboolean
_neg_engine_decode (NegEngineLoop *loop, NegReader *reader, GError **error)
{
  GArray *fds = loop->current->fds;
  Request request;
  guint32 n;

  request.id = neg_reader_u64 (reader);
  request.offset = neg_reader_u64 (reader);
  request.length = neg_reader_u64 (reader);
  request.form = neg_reader_u8 (reader);
  n = neg_reader_count (reader, 20);
  if (reader->failed || fds->len != 2 || request.form > NEG_FRAME_RAW || n > NEG_DECODE_BATCH_MAX
      || neg_reader_remaining (reader) != (gsize) n * 20)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a decode request that is none");
  request.object_fd = g_array_index (fds, int, 0);
  request.memory_fd = g_array_index (fds, int, 1);
  for (guint32 i = 0; i < n && _neg_engine_begin_item (loop); i++) {
    Item item;

    item.frame = neg_reader_u32 (reader);
    item.slot_offset = neg_reader_u64 (reader);
    item.slot_bytes = neg_reader_u64 (reader);
    decode_one (loop, &request, i, &item);
  }
  return TRUE;
}
