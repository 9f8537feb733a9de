#include "exercise-object.h"

#include "engine/neg-codec-private.h"
#include "engine/neg-rle.h"
#include "engine/neg-scanner.h"

#define FRAMES_MAX 100
#define TARGET_BYTES_MAX ((guint64) 4 << 20)

/* Every decoder that is our own, whatever the transfer syntax says. */
static void
decode_frame (const NegLayout *layout, NegSource *source, const GArray *stretches)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint64 bytes = (guint64) layout->rows * layout->columns;
  g_autofree guint8 *target = NULL;
  NegCodestream stream;

  if (!g_uint64_checked_mul (&bytes, bytes, layout->samples) ||
      !g_uint64_checked_mul (&bytes, bytes, layout->bits_allocated / 8) || bytes == 0 || bytes > TARGET_BYTES_MAX)
    return;
  for (guint i = 0; i < stretches->len; i++) {
    NegStretch stretch = g_array_index (stretches, NegStretch, i);
    guint begin = data->len;

    if (stretch.length == 0)
      continue;
    g_byte_array_set_size (data, begin + stretch.length);
    g_assert_true (neg_source_read (source, stretch.offset, data->data + begin, stretch.length, NULL));
  }
  target = g_malloc (bytes);
  neg_rle_decode (data->data, data->len, layout->rows, layout->columns, layout->samples, layout->bits_allocated / 8,
                  target, bytes, NULL);
  if (neg_codestream_read (data->data, data->len, &stream, NULL)) {
    const NegCells cells = { .cells = target, .bytes = bytes, .rows = layout->rows, .columns = layout->columns,
                             .samples = layout->samples, .bytes_per_cell = layout->bits_allocated / 8 };

    neg_codec_jpegll_decode (&stream, data->data, data->len, &cells, NULL);
  }
}

static void
visit_frames (const NegLayout *layout, NegSource *source)
{
  g_autoptr (GArray) stretches = g_array_new (FALSE, FALSE, sizeof (NegStretch));
  guint32 n_frames = MIN (layout->frames, FRAMES_MAX);

  for (guint32 frame = 0; frame < n_frames; frame++)
    if (neg_layout_get_frame (layout, source, frame, stretches, NULL) && !layout->deflated)
      decode_frame (layout, source, stretches);
}

/* What every user of a layout relies on. */
static void
check_layout (const NegLayout *layout, guint64 length)
{
  if (layout->deflated)
    length = layout->inflated_length;
  g_assert_cmpuint (layout->dataset_offset, <=, layout->header_end);
  g_assert_cmpuint (layout->header_end, <=, length);
  g_assert_cmpuint (layout->pixels.offset + layout->pixels.length, <=, length);
  for (guint32 i = 0; i < layout->n_fragments; i++)
    g_assert_cmpuint (layout->fragments[i].offset + layout->fragments[i].length, <=, length);
  if (layout->has_pixels) {
    g_assert_true (layout->rows > 0 && layout->columns > 0 && layout->frames > 0 && layout->samples > 0);
    g_assert_true (layout->high_bit < layout->bits_allocated && layout->bits_stored <= layout->high_bit + 1);
  }
}

gboolean
exercise_object (const guint8 *bytes, gsize length, char **reason)
{
  g_auto (NegLayout) layout = { 0 };
  g_autoptr (GError) error = NULL;
  NegSource source;

  neg_source_init_memory (&source, bytes, length);
  if (!neg_scan (&source, &layout, &error)) {
    *reason = g_strdup (error->message);
    return FALSE;
  }
  *reason = NULL;
  check_layout (&layout, length);
  if (layout.has_pixels)
    visit_frames (&layout, &source);
  return TRUE;
}
