#include "config.h"

#include "reading/neg-annotation-values.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "imaging/neg-plane.h"
#include "reading/neg-captions.h"

#define UNIT_PIXELS "{pixels}"
#define UNIT_NONE "1"

typedef struct {
  NegAnnotation *annotation;
  NegMeasureScale scale;
  NegAnnotationValue values[NEG_QUANTITY_N];
  guint n_values;
  const char *unit; /* UCUM, of pixel values */
  double factor;    /* from modality values to that unit */
  char *remark;     /* nullable: the first one */
} Measuring;

static void
remark (Measuring *measuring, const char *sentence)
{
  if (measuring->remark == NULL)
    measuring->remark = g_strdup (sentence);
}

/* A unit may be words of the file: cut between two characters. */
static void
set_unit (NegAnnotationValue *value, const char *unit)
{
  g_autofree char *clean = neg_caption_dup_clean (unit);
  const char *end;

  g_strlcpy (value->unit, clean, sizeof value->unit);
  g_utf8_validate (value->unit, -1, &end);
  value->unit[end - value->unit] = '\0';
}

static void
add_value (Measuring *measuring, NegQuantity quantity, double number, const char *unit)
{
  NegAnnotationValue *value;

  if (!isfinite (number) || measuring->n_values == G_N_ELEMENTS (measuring->values))
    return;
  value = &measuring->values[measuring->n_values++];
  value->quantity = quantity;
  value->value = number;
  set_unit (value, unit);
}

/* --- The outline of a region --- */

/* Of the box that an ellipse or a rectangle is drawn in, as for neg-measure-region.h. */
static void
init_region (NegRegion *region, double points_px[8], const NegAnnotation *annotation)
{
  if (annotation->kind == NEG_ANNOTATION_ELLIPSE)
    neg_region_init_ellipse (region, points_px, annotation->points_px);
  else if (annotation->kind == NEG_ANNOTATION_RECTANGLE)
    neg_region_init_rectangle (region, points_px, annotation->points_px);
  else
    *region = (NegRegion){ NEG_REGION_POLYGON, annotation->n_points, annotation->points_px };
}

static gboolean
is_region (NegAnnotationKind kind)
{
  return kind == NEG_ANNOTATION_ELLIPSE || kind == NEG_ANNOTATION_RECTANGLE || kind == NEG_ANNOTATION_FREEHAND;
}

/* --- Where it is, and what a pixel is worth --- */

static void
place_in_patient (NegAnnotation *annotation, const NegInstance *instance, guint32 frame)
{
  NegPlane plane;

  g_clear_pointer (&annotation->points_patient_mm, g_free);
  if (instance->n_frame_infos == 0 || !neg_plane_init (&plane, instance, frame))
    return;
  annotation->points_patient_mm = g_new (double, 3 * annotation->n_points);
  for (guint i = 0; i < annotation->n_points; i++)
    neg_plane_to_patient (&plane, annotation->points_px + 2 * i, annotation->points_patient_mm + 3 * i);
}

/* Regions of ultrasound have scales of their own, and nothing outside of them has one (C.8.5.5). Of a box all four
 * corners count. */
static void
init_scale (Measuring *measuring, const NegInstance *instance, guint32 frame)
{
  const NegAnnotation *annotation = measuring->annotation;
  const double *p = annotation->points_px;
  const double box_px[8] = { p[0], p[1], annotation->n_points > 1 ? p[2] : p[0], p[1],
                             annotation->n_points > 1 ? p[2] : p[0], annotation->n_points > 1 ? p[3] : p[1],
                             p[0], annotation->n_points > 1 ? p[3] : p[1] };
  gboolean is_box = annotation->kind == NEG_ANNOTATION_ELLIPSE || annotation->kind == NEG_ANNOTATION_RECTANGLE;
  g_autoptr (GError) error = NULL;

  if (!neg_ultrasound_has_regions (instance, frame))
    neg_measure_scale_init (&measuring->scale, instance, frame);
  else if (!neg_ultrasound_scale_init (&measuring->scale, instance, frame, is_box ? box_px : p,
                                       is_box ? 4 : annotation->n_points, &error)
           && annotation->kind != NEG_ANNOTATION_PROBE && annotation->kind != NEG_ANNOTATION_ARROW)
    remark (measuring, _ (error->message));
}

static gboolean
has_millimetres (const Measuring *measuring)
{
  return measuring->scale.calibration != NEG_CALIBRATION_NONE;
}

/* What PET counts in, where no rescale type says it (C.8.9.1.1.3). */
static const char *
get_pet_unit (const NegInstance *instance)
{
  static const struct {
    const char *type, *unit;
  } units[] = { { "BQML", "Bq/ml" }, { "CNTS", "{counts}" }, { "GML", "g/ml" } };

  for (guint i = 0; instance->pet.is_present && i < G_N_ELEMENTS (units); i++)
    if (g_strcmp0 (instance->pet.units, units[i].type) == 0)
      return units[i].unit;
  return NULL;
}

static void
init_unit (Measuring *measuring, const NegInstance *instance, guint32 frame, const NegDraw *draw, const NegSuv *suv)
{
  const char *unit = neg_measure_get_units (instance, frame, draw);

  measuring->factor = suv != NULL ? suv->factor : 1;
  if (suv != NULL)
    measuring->unit = suv->is_assumed ? NEG_UNIT_SUV_ASSUMED : suv->unit;
  else if (g_strcmp0 (unit, "HU") == 0)
    measuring->unit = "[hnsf'U]";
  else if (unit != NULL)
    measuring->unit = unit;
  else
    measuring->unit = get_pet_unit (instance) != NULL ? get_pet_unit (instance) : UNIT_NONE;
}

/* --- Pixels --- */

typedef struct {
  const NegDraw *draw;
  const NegFrame *frame;
  double factor;
  NegHistogram *histogram;
} Counting;

/* As in the statistics of imaging: padding and colours are no values. */
static gboolean
has_value (const NegDraw *draw, double stored)
{
  return isfinite (stored) && !neg_padding_contains (&draw->padding, stored)
         && (draw->palette == NULL || stored < draw->palette[0].first_mapped);
}

static void
count_span (guint32 row, guint32 first_column, guint32 n_columns, gpointer user_data)
{
  Counting *counting = user_data;
  NegHistogram *histogram = counting->histogram;
  double bins_per_unit = NEG_HISTOGRAM_BINS / (histogram->high - histogram->low);
  gsize first = (gsize) row * counting->frame->format.columns + first_column;

  for (gsize i = first; i < first + n_columns; i++) {
    double stored = neg_frame_get_value (counting->frame, i), value;

    if (!has_value (counting->draw, stored))
      continue;
    value = neg_modality_apply (&counting->draw->modality, stored) * counting->factor;
    if (value >= histogram->low && value <= histogram->high)
      histogram->counts[(guint) MIN ((value - histogram->low) * bins_per_unit, NEG_HISTOGRAM_BINS - 1)]++;
  }
}

static void
fill_histogram (NegHistogram *histogram, const Measuring *measuring, const NegDraw *draw, const NegFrame *frame,
                const NegRegion *region, const NegStatistics *statistics)
{
  Counting counting = { draw, frame, measuring->factor, histogram };

  histogram->low = MIN (statistics->minimum * measuring->factor, statistics->maximum * measuring->factor);
  histogram->high = MAX (statistics->minimum * measuring->factor, statistics->maximum * measuring->factor);
  if (!isfinite (histogram->high - histogram->low))
    return;
  if (histogram->high == histogram->low) { /* one value: it stands in the middle */
    histogram->low -= 0.5;
    histogram->high += 0.5;
  }
  neg_region_foreach_span (region, frame->format.columns, frame->format.rows, count_span, &counting);
}

static void
measure_pixels (Measuring *measuring, const NegRegion *region, const NegDraw *draw, const NegFrame *frame,
                NegHistogram *histogram)
{
  double factor = measuring->factor;
  g_autoptr (GError) error = NULL;
  NegStatistics statistics;

  if (!neg_measure_statistics (&statistics, draw, frame, region, &error)) {
    remark (measuring, _ ("The pixels are colors: nothing to average."));
    return;
  }
  if (statistics.n_pixels == 0) {
    remark (measuring, statistics.n_left_out > 0 ? _ ("Only padding: nothing to average.")
                                                 : _ ("No pixel lies inside: nothing to average."));
    return;
  }
  add_value (measuring, NEG_QUANTITY_MEAN, statistics.mean * factor, measuring->unit);
  add_value (measuring, NEG_QUANTITY_SD, statistics.sd * fabs (factor), measuring->unit);
  add_value (measuring, NEG_QUANTITY_MINIMUM, statistics.minimum * factor, measuring->unit);
  add_value (measuring, NEG_QUANTITY_MAXIMUM, statistics.maximum * factor, measuring->unit);
  if (!neg_region_is_within (region, frame->format.columns, frame->format.rows))
    remark (measuring, _ ("Part of the outline lies outside of the image."));
  if (histogram != NULL)
    fill_histogram (histogram, measuring, draw, frame, region, &statistics);
}

/* --- Kinds --- */

static void
measure_region (Measuring *measuring, const NegDraw *draw, const NegFrame *frame, NegHistogram *histogram)
{
  double points_px[8], area;
  gboolean crosses;
  NegRegion region;

  init_region (&region, points_px, measuring->annotation);
  area = neg_measure_area (&measuring->scale, &region, &crosses);
  add_value (measuring, NEG_QUANTITY_AREA, area, has_millimetres (measuring) ? "mm2" : UNIT_PIXELS);
  if (!isfinite (area))
    remark (measuring, _ ("The outline cannot be measured."));
  else if (crosses)
    remark (measuring, _ ("The outline crosses itself."));
  if (draw != NULL && frame != NULL)
    measure_pixels (measuring, &region, draw, frame, histogram);
}

/* Axes that are lengths say where the point is, not what is there. */
static void
add_axis (Measuring *measuring, double value, const char *unit)
{
  if (*unit != '\0' && strcmp (unit, "cm") != 0)
    add_value (measuring, NEG_QUANTITY_VALUE, value, unit);
}

static void
measure_point (Measuring *measuring, const NegInstance *instance, guint32 frame_number, const NegDraw *draw,
               const NegFrame *frame)
{
  const double *point_px = measuring->annotation->points_px;
  NegUltrasoundValue axes;
  NegProbe probe;

  neg_ultrasound_get_value (&axes, instance, frame_number, point_px);
  add_axis (measuring, axes.y_value, axes.y_unit);
  add_axis (measuring, axes.x_value, axes.x_unit);
  if (draw == NULL || frame == NULL)
    return;
  neg_measure_probe (&probe, draw, frame, point_px);
  if (!probe.is_inside)
    remark (measuring, _ ("The point lies outside of the image."));
  else if (probe.is_left_out)
    remark (measuring, _ ("Padding: there is no value here."));
  else if (measuring->n_values == 0)
    add_value (measuring, NEG_QUANTITY_VALUE, probe.modality * measuring->factor, measuring->unit);
}

static void
measure_lines (Measuring *measuring)
{
  const double *points_px = measuring->annotation->points_px;
  double number = NAN;

  if (measuring->annotation->kind == NEG_ANNOTATION_LENGTH) {
    number = neg_measure_length (&measuring->scale, points_px);
    add_value (measuring, NEG_QUANTITY_LENGTH, number, has_millimetres (measuring) ? "mm" : UNIT_PIXELS);
  } else {
    number = measuring->annotation->kind == NEG_ANNOTATION_ANGLE ? neg_measure_angle_deg (&measuring->scale, points_px)
                                                                 : neg_measure_cobb_deg (&measuring->scale, points_px);
    add_value (measuring, NEG_QUANTITY_ANGLE, number, "deg");
  }
  if (!isfinite (number))
    remark (measuring, _ ("The points lie upon each other."));
}

void
neg_annotation_measure (NegAnnotation *annotation, const NegInstance *instance, guint32 frame_number,
                        const NegDraw *draw, const NegFrame *frame, const NegSuv *suv, NegHistogram *histogram,
                        char **remark)
{
  Measuring measuring = { .annotation = annotation, .unit = UNIT_NONE, .factor = 1 };
  NegDraw own;

  g_return_if_fail (neg_annotation_is_valid (annotation));

  if (histogram != NULL)
    *histogram = (NegHistogram){ 0 };
  if (annotation->n_points == 0)
    return;
  place_in_patient (annotation, instance, frame_number);
  init_scale (&measuring, instance, frame_number);
  if (draw != NULL) {
    /* A state without a modality stage shows stored values (PS3.4 N.2.1.1); HU and SUV are measured all the same. */
    own = *draw;
    neg_draw_set_own_modality (&own, instance, frame_number);
    draw = &own;
  }
  if (draw != NULL)
    init_unit (&measuring, instance, frame_number, draw, suv);
  if (is_region (annotation->kind))
    measure_region (&measuring, draw, frame, histogram);
  else if (annotation->kind == NEG_ANNOTATION_PROBE)
    measure_point (&measuring, instance, frame_number, draw, frame);
  else if (annotation->kind != NEG_ANNOTATION_ARROW)
    measure_lines (&measuring);
  neg_annotation_set_values (annotation, measuring.values, measuring.n_values);
  g_free (annotation->calibration);
  annotation->calibration = g_strdup (neg_calibration_get_name (measuring.scale.calibration));
  if (remark != NULL)
    *remark = g_steal_pointer (&measuring.remark);
  g_free (measuring.remark);
}

/* --- The point under the pointer --- */

/* Digits sort as time does (PS3.5 6.2). Given; NULL where none says it. */
static char *
dup_earliest_acquisition (NegSeries *series)
{
  char *earliest = NULL;

  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    const NegInstance *instance = neg_series_get_frame (series, i)->instance;
    g_autofree char *time = NULL;

    if (instance->acquisition_date == NULL || instance->acquisition_time == NULL)
      continue;
    time = g_strconcat (instance->acquisition_date, instance->acquisition_time, NULL);
    if (earliest == NULL || strcmp (time, earliest) < 0) {
      g_free (earliest);
      earliest = g_steal_pointer (&time);
    }
  }
  return earliest;
}

gboolean
neg_annotation_init_suv (NegSuv *suv, NegSeries *series, guint index)
{
  const NegSeriesFrame *frame = neg_series_get_frame (series, index);
  g_autofree char *earliest = NULL;

  if (!frame->instance->pet.is_present)
    return FALSE;
  earliest = dup_earliest_acquisition (series);
  return neg_suv_init (suv, frame->instance, frame->frame, earliest, NULL);
}

static void
append_samples (GString *lines, const NegProbe *probe)
{
  g_string_append (lines, _ ("stored"));
  for (guint i = 0; i < probe->n_stored; i++)
    g_string_append_printf (lines, " %.10g", probe->stored[i]);
  g_string_append_printf (lines, "\n%s", _ ("shown"));
  for (guint i = 0; i < probe->n_display; i++)
    g_string_append_printf (lines, " %u", probe->display[i]);
}

char *
neg_annotation_dup_probe_lines (const NegInstance *instance, guint32 frame_number, const NegDraw *draw,
                                const NegFrame *frame, const NegSuv *suv, const double point_px[2])
{
  g_autoptr (NegAnnotation) point = neg_annotation_new (NEG_ANNOTATION_PROBE);
  g_autoptr (NegAnnotation) plain = neg_annotation_new (NEG_ANNOTATION_PROBE);
  g_autofree char *values = NULL, *remark = NULL, *modality = NULL;
  NegProbe probe;
  GString *lines;

  neg_annotation_set_points (point, point_px, 1);
  neg_annotation_set_points (plain, point_px, 1);
  neg_annotation_measure (point, instance, frame_number, draw, frame, suv, NULL, &remark);
  neg_annotation_measure (plain, instance, frame_number, draw, frame, NULL, NULL, NULL);
  values = neg_annotation_dup_lines (point);
  modality = neg_annotation_dup_lines (plain);
  neg_measure_probe (&probe, draw, frame, point_px);
  lines = g_string_new (values);
  if (strcmp (values, modality) != 0)
    g_string_append_printf (lines, "\n%s", modality);
  if (lines->len == 0)
    g_string_append (lines, remark);
  if (lines->len > 0 && probe.is_inside)
    g_string_append_c (lines, '\n');
  if (probe.is_inside)
    append_samples (lines, &probe);
  return g_string_free (lines, FALSE);
}
