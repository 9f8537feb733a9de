#include "config.h"

#include "imaging/neg-draw.h"

#include <math.h>

/* Beyond these a ratio is a slip of the writer, not a pixel. */
#define ASPECT_MAX 20.0

static gboolean
set_ratio (double height, double width, double *ratio)
{
  if (!isfinite (height) || !isfinite (width) || height <= 0 || width <= 0)
    return FALSE;
  *ratio = height / width;
  return TRUE;
}

double
neg_instance_get_pixel_aspect (const NegInstance *instance, guint32 frame_number)
{
  const NegFrameInfo *info = instance->n_frame_infos > 0 ? neg_instance_get_frame_info (instance, frame_number) : NULL;
  double ratio = 1;

  /* Row spacing is the vertical distance, and comes first (10.7.1.3); so does the vertical part of the aspect ratio
   * (C.7.6.3.1.7), which is absent where a spacing is given. */
  if (!(info != NULL && info->has_spacing && set_ratio (info->spacing_mm[0], info->spacing_mm[1], &ratio))
      && !(instance->has_imager_spacing
           && set_ratio (instance->imager_spacing_mm[0], instance->imager_spacing_mm[1], &ratio))
      && instance->has_aspect_ratio)
    set_ratio (instance->aspect_ratio[0], instance->aspect_ratio[1], &ratio);
  return ratio >= 1 / ASPECT_MAX && ratio <= ASPECT_MAX ? ratio : 1;
}

void
neg_affine_init_fit (NegAffine *affine, const NegInstance *instance, guint32 frame_number, guint width, guint height,
                     double zoom, double pan_x, double pan_y)
{
  neg_affine_init_fit_aspect (affine, instance, neg_instance_get_pixel_aspect (instance, frame_number), width, height,
                              zoom, pan_x, pan_y);
}

void
neg_affine_init_fit_aspect (NegAffine *affine, const NegInstance *instance, double aspect, guint width, guint height,
                            double zoom, double pan_x, double pan_y)
{
  double columns = MAX (instance->columns, 1), rows = MAX (instance->rows, 1);
  double scale = MIN (MAX (width, 1) / columns, MAX (height, 1) / (rows * aspect));
  double x_step, y_step;

  if (isfinite (zoom) && zoom > 0)
    scale *= zoom;
  x_step = 1 / scale;
  y_step = 1 / (scale * aspect);
  *affine = (NegAffine){ {
    x_step, 0, columns / 2 - (width / 2.0 + pan_x) * x_step,
    0, y_step, rows / 2 - (height / 2.0 + pan_y) * y_step,
  } };
}
