#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "pipeline/neg-volume-load-private.h"

/* How far the grids of two images may be apart at their farthest corner: what a tenth of a pixel (and always this much)
 * is, nobody sees. Cosines and spacings are decimal text. */
#define GRID_TOLERANCE_MM 0.05
#define GRID_TOLERANCE_PX 0.1

static gboolean
refuse (GError **error, const char *reason)
{
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "%s", reason);
}

/* A position of each frame's own; one for all frames of a film says nothing about where they are. */
static gboolean
has_place (const NegSeriesFrame *frame, const NegFrameInfo *info)
{
  const NegInstance *instance = frame->instance;

  return info->has_position && info->has_orientation
         && (instance->frames == 1 || instance->n_frame_infos == instance->frames);
}

static gboolean
check_places (NegSeries *series, GError **error)
{
  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    const NegSeriesFrame *frame = neg_series_get_frame (series, i);
    const NegFrameInfo *info = neg_instance_get_frame_info (frame->instance, frame->frame);

    if (!has_place (frame, info))
      return refuse (error, "The images do not say where in the patient they lie");
    if (!info->has_spacing || !(info->spacing_mm[0] > 0) || !(info->spacing_mm[1] > 0)
        || !isfinite (info->spacing_mm[0]) || !isfinite (info->spacing_mm[1]))
      return refuse (error, "The images do not say how large their pixels are");
  }
  return TRUE;
}

static gboolean
luts_are_equal (const NegLut *one, const NegLut *other)
{
  if (one == other || one == NULL || other == NULL)
    return one == other;
  return one->n_entries == other->n_entries && one->first_mapped == other->first_mapped
         && memcmp (one->entries, other->entries, one->n_entries * sizeof *one->entries) == 0;
}

/* What all voxels have in common, of one object. */
typedef struct {
  NegFrameFormat format;
  NegPadding padding;
  const NegLut *lut;
} Kind;

static gboolean
kind_init (Kind *kind, const NegInstance *instance, GError **error)
{
  NegDraw draw = { 0 };

  if (!neg_frame_format_init (&kind->format, instance, NEG_FRAME_STORED, error))
    return FALSE;
  neg_padding_init (&kind->padding, instance);
  neg_draw_set_own_modality (&draw, instance, 0);
  kind->lut = draw.modality.lut;
  if (kind->format.samples != 1 || kind->format.color == NEG_COLOR_PALETTE)
    return refuse (error, "Images in colour cannot be a volume");
  return TRUE;
}

static gboolean
kinds_match (const Kind *one, const Kind *other, GError **error)
{
  if (one->format.rows != other->format.rows || one->format.columns != other->format.columns)
    return refuse (error, "The images differ in size");
  if (one->format.sample_type != other->format.sample_type || one->format.color != other->format.color)
    return refuse (error, "The images differ in how their values are stored");
  if (!luts_are_equal (one->lut, other->lut))
    return refuse (error, "The images differ in the table that gives their values a meaning");
  if (one->padding.active != other->padding.active
      || (one->padding.active && (one->padding.low != other->padding.low || one->padding.high != other->padding.high)))
    return refuse (error, "The images differ in which of their values are no image");
  return TRUE;
}

static gboolean
check_kinds (NegSeries *series, Kind *kind, GError **error)
{
  const NegInstance *before = neg_series_get_frame (series, 0)->instance;

  if (!kind_init (kind, before, error))
    return FALSE;
  for (guint i = 1; i < neg_series_get_n_frames (series); i++) {
    const NegInstance *instance = neg_series_get_frame (series, i)->instance;
    Kind other;

    if (instance != before && (!kind_init (&other, instance, error) || !kinds_match (kind, &other, error)))
      return FALSE;
    before = instance;
  }
  return TRUE;
}

/* From the first voxel to the other three corners. */
static void
get_corners (const NegFrameInfo *info, guint columns, guint rows, double corners_mm[3][3])
{
  for (guint i = 0; i < 3; i++) {
    double along = info->orientation[i] * info->spacing_mm[1] * columns;
    double down = info->orientation[3 + i] * info->spacing_mm[0] * rows;

    corners_mm[0][i] = along;
    corners_mm[1][i] = down;
    corners_mm[2][i] = along + down;
  }
}

static double
get_distance_mm (const double one[3], const double other[3])
{
  return sqrt ((one[0] - other[0]) * (one[0] - other[0]) + (one[1] - other[1]) * (one[1] - other[1])
               + (one[2] - other[2]) * (one[2] - other[2]));
}

/* One grid for all: the same directions, also turned in their own plane, and the same pixels. */
static gboolean
check_grids (NegSeries *series, const NegFrameFormat *format, GError **error)
{
  const NegSeriesFrame *first = neg_series_get_frame (series, 0);
  const NegFrameInfo *info = neg_instance_get_frame_info (first->instance, first->frame);
  double tolerance_mm = MAX (GRID_TOLERANCE_MM, GRID_TOLERANCE_PX * MIN (info->spacing_mm[0], info->spacing_mm[1]));
  double corners_mm[3][3], normal[3];

  if (!neg_geometry_normal (info->orientation, normal))
    return refuse (error, "The directions of the images make no sense");
  get_corners (info, format->columns, format->rows, corners_mm);
  for (guint i = 1; i < neg_series_get_n_frames (series); i++) {
    const NegSeriesFrame *frame = neg_series_get_frame (series, i);
    const NegFrameInfo *other = neg_instance_get_frame_info (frame->instance, frame->frame);
    double others_mm[3][3];

    if (fabs (other->spacing_mm[1] - info->spacing_mm[1]) * format->columns > tolerance_mm
        || fabs (other->spacing_mm[0] - info->spacing_mm[0]) * format->rows > tolerance_mm)
      return refuse (error, "The images differ in the size of their pixels");
    get_corners (other, format->columns, format->rows, others_mm);
    for (guint corner = 0; corner < 3; corner++)
      if (!(get_distance_mm (corners_mm[corner], others_mm[corner]) <= tolerance_mm))
        return refuse (error, "The images do not lie parallel to each other");
  }
  return TRUE;
}

static void
slice_init (NegVolumeSlice *slice, const NegSeriesFrame *frame)
{
  const NegFrameInfo *info = neg_instance_get_frame_info (frame->instance, frame->frame);
  double thickness_mm = frame->instance->slice_thickness_mm;
  NegDraw draw = { 0 };

  neg_draw_set_own_modality (&draw, frame->instance, frame->frame);
  *slice = (NegVolumeSlice){
    .thickness_mm = isfinite (thickness_mm) && thickness_mm > 0 ? thickness_mm : 0,
    .slope = draw.modality.slope,
    .intercept = draw.modality.intercept,
  };
  memcpy (slice->origin_mm, info->position_mm, sizeof slice->origin_mm);
}

static void
layout_set (NegVolumeLayout *layout, NegSeries *series, const Kind *kind)
{
  guint n = neg_series_get_n_frames (series);
  const NegSeriesFrame *first = neg_series_get_frame (series, 0);
  const NegFrameInfo *info = neg_instance_get_frame_info (first->instance, first->frame);
  NegVolumeSlice *slices = g_new (NegVolumeSlice, n);

  for (guint i = 0; i < n; i++)
    slice_init (&slices[i], neg_series_get_frame (series, i));
  *layout = (NegVolumeLayout){
    .columns = kind->format.columns,
    .rows = kind->format.rows,
    .n_slices = n,
    .spacing_mm = { info->spacing_mm[1], info->spacing_mm[0] }, /* PS3.3 10.7.1.3: the first is between rows */
    .sample_type = kind->format.sample_type,
    .padding = kind->padding,
    .modality_lut = kind->lut,
    .slices = slices,
  };
  memcpy (layout->orientation, info->orientation, sizeof layout->orientation);
}

gboolean
neg_volume_layout_init (NegVolumeLayout *layout, NegSeries *series, GError **error)
{
  guint n;
  Kind kind;

  g_return_val_if_fail (NEG_IS_SERIES (series), FALSE);

  n = neg_series_get_n_frames (series);
  if (n < NEG_VOLUME_SLICES_MIN)
    return refuse (error, "One image is no volume");
  if (n > NEG_VOLUME_SLICES_MAX)
    return refuse (error, "There are too many images for one volume");
  if (!check_places (series, error) || !check_kinds (series, &kind, error)
      || !check_grids (series, &kind.format, error))
    return FALSE;
  layout_set (layout, series, &kind);
  return TRUE;
}

/* A stray image more is left out. Where most places have several, two phases or kinds of image could not be told apart, and the
 * first of each place would be now of the one, now of the other. */
static gboolean
check_repeated (guint n_images, guint n_slices, GError **error)
{
  return (guint64) (n_images - n_slices) * 2 <= n_slices
         || refuse (error, "Several images lie at most places, and nothing says which of them belong together");
}

guint
_neg_volume_layout_plan (NegVolumeLayout *layout, NegSeries *series, guint **order, guint64 *bytes, GError **error)
{
  guint64 slice_bytes;
  guint n_slices;

  if (!neg_volume_layout_init (layout, series, error))
    return 0;
  n_slices = neg_volume_plan (layout, order, error);
  if (n_slices > 0 && !check_repeated (layout->n_slices, n_slices, error)) {
    g_clear_pointer (order, g_free);
    n_slices = 0;
  }
  /* At most NEG_FRAME_BYTES_MAX, as the format of a frame was found good. */
  slice_bytes = (guint64) layout->columns * layout->rows * neg_sample_type_get_bytes (layout->sample_type);
  if (n_slices > 0 && !g_uint64_checked_mul (bytes, slice_bytes, n_slices)) {
    g_clear_pointer (order, g_free);
    n_slices = refuse (error, "The volume would be too large");
  }
  if (n_slices == 0)
    g_free ((gpointer) layout->slices);
  return n_slices;
}

gboolean
neg_volume_check (NegSeries *series, GError **error)
{
  NegVolumeLayout layout;
  g_autofree guint *order = NULL;
  guint64 bytes;

  if (_neg_volume_layout_plan (&layout, series, &order, &bytes, error) == 0)
    return FALSE;
  g_free ((gpointer) layout.slices);
  return _neg_volume_memory_check (bytes, error);
}
