#include "config.h"

#include "reading/neg-plane-probe.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "model/neg-fiction.h"
#include "reading/neg-annotation-values.h"
#include "reading/neg-captions.h"

static void
add_line (GString *text, const char *name, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append_printf (text, "%s%s%s", name, *name != '\0' ? " " : "", value);
}

/* The number that a click would leave; given. */
static char *
dup_value (NegPlaneImage *image, const NegDraw *draw, const NegSuv *suv, const double point_px[2])
{
  NegInstance *instance = neg_plane_image_get_instance (image);
  g_autoptr (NegAnnotation) point = neg_annotation_new (NEG_ANNOTATION_PROBE);
  g_autofree char *remark = NULL;

  neg_annotation_set_points (point, point_px, 1);
  point->plane = g_memdup2 (neg_plane_image_get_plane (image), sizeof *point->plane);
  neg_annotation_measure (point, instance, 0, draw, neg_pixels_get_frame (neg_plane_image_get_pixels (image)), suv, NULL,
                          &remark);
  return point->n_values > 0 ? neg_annotation_dup_lines (point, instance) : g_steal_pointer (&remark);
}

static void
add_fused (GString *text, NegVolumeReading *volumes, NegMprPlane plane, const double point_px[2])
{
  NegSeries *series = neg_volume_reading_get_fused (volumes);
  NegAnnotationValue value = { .quantity = NEG_QUANTITY_VALUE };
  g_autofree char *title = NULL, *number = NULL;
  guint width, height;
  NegReformat reformat, own;
  NegFusion fusion;
  NegCover cover;

  if (series == NULL || !neg_volume_reading_get_fusion (volumes, plane, &fusion)
      || !neg_mpr_get_measuring (neg_volume_reading_get_mpr (volumes), plane, &reformat, &width, &height))
    return;
  neg_fusion_init_reformat (&fusion, &reformat, &own);
  value.value = neg_reformat_get_value (&own, fusion.volume, point_px, &cover) * fusion.scale;
  if (!isfinite (value.value) || cover != NEG_COVER_WHOLE)
    return;
  g_strlcpy (value.unit, neg_volume_reading_get_fused_unit (volumes), sizeof value.unit);
  title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (series));
  number = neg_annotation_value_dup_text (&value);
  add_line (text, title, number);
}

/* Where slices are missing the nearest one is another place. */
static gboolean
is_missing (NegMpr *mpr, NegMprPlane plane, const double point_px[2])
{
  NegCover cover = NEG_COVER_MISSING;
  guint width, height;
  NegReformat reformat;

  if (neg_mpr_get_measuring (mpr, plane, &reformat, &width, &height))
    neg_reformat_get_value (&reformat, neg_mpr_get_volume (mpr), point_px, &cover);
  return cover == NEG_COVER_MISSING;
}

/* Interpolated values are none that anybody has stored. */
static void
add_stored (GString *text, NegMpr *mpr, NegMprPlane plane, const double point_px[2], const double point_mm[3])
{
  NegVolume *volume = neg_mpr_get_volume (mpr);
  g_autofree char *number = NULL;
  double voxel[3];
  guint slice;

  if (volume == NULL || neg_mpr_get_slab_mm (mpr, plane) > 0 || is_missing (mpr, plane, point_px)
      || !neg_volume_to_voxel (volume, point_mm, voxel))
    return;
  slice = (guint) CLAMP (voxel[2], 0, volume->n_slices - 1.0);
  if (neg_volume_get_state (volume, slice) != NEG_SLICE_READY)
    return;
  number = g_strdup_printf ("%.8g", neg_volume_get_stored (volume, (guint) CLAMP (voxel[0], 0, volume->columns - 1.0),
                                                           (guint) CLAMP (voxel[1], 0, volume->rows - 1.0), slice));
  add_line (text, _ ("nearest voxel: stored"), number);
}

char *
neg_plane_probe_dup_lines (NegVolumeReading *volumes, NegMprPlane plane, NegPlaneImage *image, const NegDraw *draw,
                           const NegSuv *suv, const double point_px[2])
{
  NegMpr *mpr = neg_volume_reading_get_mpr (volumes);
  g_autofree char *value = dup_value (image, draw, suv, point_px);
  g_autofree char *modality = suv != NULL ? dup_value (image, draw, NULL, point_px) : NULL;
  g_autofree char *place = NULL;
  GString *text = g_string_new (NULL);
  double normal[3], up[3], point_mm[3];

  neg_annotation_plane_to_patient (neg_plane_image_get_plane (image), point_px, point_mm);
  neg_mpr_get_normal (mpr, plane, normal, up);
  place = neg_mpr_dup_place (point_mm, normal, TRUE);
  add_line (text, "", value);
  add_line (text, _ ("modality"), modality);
  add_fused (text, volumes, plane, point_px);
  add_stored (text, mpr, plane, point_px, point_mm);
  add_line (text, "", place);
  return g_string_free (text, FALSE);
}
