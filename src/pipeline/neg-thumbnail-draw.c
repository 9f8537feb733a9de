#include "config.h"

#include <math.h>

#include "base/neg-error.h"
#include "imaging/neg-draw.h"
#include "imaging/neg-layers.h"
#include "pipeline/neg-thumbnails-private.h"

/* An image is drawn larger first and then averaged, or single pixels of it would stand for many. */
#define SAMPLES_MAX 4

static guint
choose_samples (const NegFrame *frame, guint size_px)
{
  double factor = (double) MAX (frame->format.rows, frame->format.columns) / size_px;

  return CLAMP (ceil (factor), 1, SAMPLES_MAX);
}

/* Squares of @samples x @samples pixels to one. */
static void
average (const NegPicture *large, guint samples, guint8 *pixels, guint size_px)
{
  const guint n = samples * samples;

  for (guint y = 0; y < size_px; y++)
    for (guint x = 0; x < size_px; x++, pixels += 4) {
      guint sums[4] = { 0 };

      for (guint i = 0; i < n; i++) {
        const guint8 *sample = large->pixels + (y * samples + i / samples) * large->stride
                               + (gsize) (x * samples + i % samples) * 4;

        for (guint c = 0; c < 4; c++)
          sums[c] += sample[c];
      }
      for (guint c = 0; c < 4; c++)
        pixels[c] = (sums[c] + n / 2) / n;
    }
}

GBytes *
_neg_thumbnail_draw (const NegInstance *instance, guint32 frame_number, const NegFrame *frame, guint size_px,
                     GError **error)
{
  guint samples = choose_samples (frame, size_px), side_px = size_px * samples;
  NegPicture picture = { side_px, side_px, (gsize) side_px * 4, 4, NULL };
  g_autofree guint8 *large = g_try_malloc0 (picture.stride * side_px);
  g_autofree guint8 *pixels = g_try_malloc0 ((gsize) size_px * size_px * 4);
  g_autoptr (NegLayers) layers = neg_layers_new (instance, frame_number, NULL);
  NegDraw draw;

  if (large == NULL || pixels == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a small picture");
    return NULL;
  }
  picture.pixels = large;
  neg_draw_init (&draw, instance, frame_number, frame, 0);
  draw.layers = layers;
  neg_affine_init_fit (&draw.output_to_image, instance, frame_number, side_px, side_px, 1, 0, 0);
  neg_draw_rows (&draw, frame, &picture, 0, side_px);
  average (&picture, samples, pixels, size_px);
  return g_bytes_new_take (g_steal_pointer (&pixels), (gsize) size_px * size_px * 4);
}
