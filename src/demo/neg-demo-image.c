#include "config.h"

#include "demo/neg-demo-image.h"

#include "base/neg-error.h"

gboolean
neg_demo_image_init (NegDemoImage *image, const NegDemoSeries *series, guint samples, guint bits_allocated,
                     guint bits_stored, GError **error)
{
  image->columns = series->columns;
  image->rows = series->rows;
  image->frames = MAX (1, series->frames);
  image->samples = samples;
  image->bits_allocated = bits_allocated;
  image->bits_stored = bits_stored;
  image->frame_bytes = (gsize) image->columns * image->rows * samples * (bits_allocated / 8);
  image->data = g_try_malloc0_n (image->frames, image->frame_bytes);
  return image->data != NULL || neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for an image");
}

void
neg_demo_image_clear (NegDemoImage *image)
{
  g_clear_pointer (&image->data, g_free);
}

static gboolean
render_colors (NegDemoImage *image, const NegDemoSeries *series, GError **error)
{
  if (!neg_demo_image_init (image, series, 3, 8, 8, error))
    return FALSE;
  if (series->kind == NEG_DEMO_PHOTO)
    neg_demo_render_photo (image, series);
  else
    neg_demo_render_ultrasound (image, series);
  return TRUE;
}

static gboolean
render_grey (NegDemoImage *image, const NegDemoPatient *patient, const NegDemoSeries *series, guint index)
{
  switch (series->kind) {
  case NEG_DEMO_SLICES:
    return neg_demo_render_slice (image, patient, series, index);
  case NEG_DEMO_LOCALIZER:
  case NEG_DEMO_RADIOGRAPH:
    return neg_demo_render_projection (image, patient, series);
  case NEG_DEMO_MAMMOGRAM:
    return neg_demo_render_mammogram (image, series, index);
  case NEG_DEMO_ANGIOGRAM:
    return neg_demo_render_angiogram (image, series);
  case NEG_DEMO_ULTRASOUND:
  case NEG_DEMO_PHOTO:
  default:
    g_return_val_if_reached (FALSE);
  }
}

gboolean
neg_demo_render (NegDemoImage *image, const NegDemoPatient *patient, const NegDemoSeries *series, guint index,
                 GError **error)
{
  gboolean hounsfield = g_str_equal (series->modality, "CT");
  guint bits = series->kind == NEG_DEMO_ANGIOGRAM ? 8 : 16;
  guint stored = bits == 8 || hounsfield || g_str_equal (series->modality, "PT") ? bits : 12;

  if (series->kind == NEG_DEMO_PHOTO || series->kind == NEG_DEMO_ULTRASOUND)
    return render_colors (image, series, error);
  if (!neg_demo_image_init (image, series, 1, bits, stored, error))
    return FALSE;
  image->is_signed = hounsfield;
  return render_grey (image, patient, series, index)
         || neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a plane");
}
