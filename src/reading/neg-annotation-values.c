#include "config.h"

#include "reading/neg-annotation-values.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "imaging/neg-plane.h"
#include "imaging/neg-real-world.h"
#include "model/neg-fiction.h"
#include "reading/neg-captions.h"

#define UNIT_PIXELS "{pixels}"
#define UNIT_NONE "1"
#define REAL_WORLD_LINES_MAX 4

/* Two images of one series whose factors differ more than this count differently. */
#define SUV_FACTOR_TOLERANCE 1e-3

typedef struct {
  NegAnnotation *annotation;
  NegMeasureScale scale;
  NegAnnotationValue values[NEG_QUANTITY_N];
  guint n_values;
  const char *unit; /* UCUM, of pixel values */
  double factor, offset; /* from modality values to that unit */
  const NegRealWorldMap *map; /* nullable: what gives pixels a unit that have none otherwise */
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
  g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_SITE, unit);
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

/* The only real world value mapping of the frame, where it has one unit to offer: of several nobody says which is meant
 * (C.7.6.16.2.11). Borrowed, nullable. */
static const NegRealWorldMap *
find_only_map (const NegInstance *instance, guint32 frame)
{
  const NegRealWorldMap *found = NULL;

  for (guint32 i = 0; i < instance->n_real_world_maps; i++) {
    const NegRealWorldMap *map = &instance->real_world_maps[i];

    if (!neg_real_world_is_of_frame (map, frame))
      continue;
    if (found != NULL)
      return NULL;
    found = map;
  }
  return found != NULL && found->units_code != NULL && *found->units_code != '\0' ? found : NULL;
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
  if (strcmp (measuring->unit, UNIT_NONE) == 0)
    measuring->map = find_only_map (instance, frame);
}

/* --- Pixels --- */

typedef struct {
  const NegDraw *draw;
  const NegFrame *frame;
  double factor, offset;
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
    value = neg_modality_apply (&counting->draw->modality, stored) * counting->factor + counting->offset;
    if (value >= histogram->low && value <= histogram->high)
      histogram->counts[(guint) MIN ((value - histogram->low) * bins_per_unit, NEG_HISTOGRAM_BINS - 1)]++;
  }
}

static void
fill_histogram (NegHistogram *histogram, const Measuring *measuring, const NegDraw *draw, const NegFrame *frame,
                const NegRegion *region, const NegStatistics *statistics)
{
  Counting counting = { draw, frame, measuring->factor, measuring->offset, histogram };
  double one = statistics->minimum * measuring->factor, other = statistics->maximum * measuring->factor;

  histogram->low = MIN (one, other) + measuring->offset;
  histogram->high = MAX (one, other) + measuring->offset;
  if (!isfinite (histogram->high - histogram->low))
    return;
  if (histogram->high == histogram->low) { /* one value: it stands in the middle */
    histogram->low -= 0.5;
    histogram->high += 0.5;
  }
  neg_region_foreach_span (region, frame->format.columns, frame->format.rows, count_span, &counting);
}

/* A map counts from stored values (imaging pitfall 4). FALSE where it says nothing of some pixel, or has a table, of which
 * no average can be told from the average of what is stored. */
static gboolean
take_map (Measuring *measuring, const NegDraw *draw, const NegFrame *frame, const NegRegion *region,
          NegDraw *stored)
{
  const NegRealWorldMap *map = measuring->map;
  NegStatistics statistics;

  if (map == NULL || map->n_entries > 0)
    return FALSE;
  *stored = *draw;
  stored->modality = (NegModality){ .slope = 1 };
  if (!neg_measure_statistics (&statistics, stored, frame, region, NULL) || statistics.n_pixels == 0
      || statistics.minimum < map->first_mapped || statistics.maximum > map->last_mapped)
    return FALSE;
  measuring->factor = map->slope;
  measuring->offset = map->intercept;
  measuring->unit = map->units_code;
  return TRUE;
}

static void
measure_pixels (Measuring *measuring, const NegRegion *region, const NegDraw *draw, const NegFrame *frame,
                NegHistogram *histogram)
{
  g_autoptr (GError) error = NULL;
  NegStatistics statistics;
  NegDraw stored;
  double one, other;

  if (take_map (measuring, draw, frame, region, &stored))
    draw = &stored;
  if (!neg_measure_statistics (&statistics, draw, frame, region, &error)) {
    remark (measuring, _ ("The pixels are colors: nothing to average."));
    return;
  }
  if (measuring->annotation->plane != NULL && statistics.n_infinite > 0) {
    remark (measuring, _ ("Slices are missing here: nothing is measured across them."));
    return;
  }
  if (statistics.n_pixels == 0) {
    remark (measuring, statistics.n_left_out > 0 ? _ ("Only padding: nothing to average.")
                                                 : _ ("No pixel lies inside: nothing to average."));
    return;
  }
  one = statistics.minimum * measuring->factor + measuring->offset;
  other = statistics.maximum * measuring->factor + measuring->offset;
  add_value (measuring, NEG_QUANTITY_MEAN, statistics.mean * measuring->factor + measuring->offset, measuring->unit);
  add_value (measuring, NEG_QUANTITY_SD, statistics.sd * fabs (measuring->factor), measuring->unit);
  add_value (measuring, NEG_QUANTITY_MINIMUM, MIN (one, other), measuring->unit);
  add_value (measuring, NEG_QUANTITY_MAXIMUM, MAX (one, other), measuring->unit);
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
    remark (measuring, measuring->annotation->plane != NULL && isinf (probe.stored[0])
                           ? _ ("Slices are missing here: there is no value.")
                           : _ ("Padding: there is no value here."));
  else if (measuring->n_values == 0 && measuring->map != NULL && probe.n_stored == 1
           && isfinite (neg_real_world_apply (measuring->map, probe.stored[0])))
    add_value (measuring, NEG_QUANTITY_VALUE, neg_real_world_apply (measuring->map, probe.stored[0]),
               measuring->map->units_code);
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

/* @earliest: of the series; nullable. */
static gboolean
init_suv (NegSuv *suv, NegSeries *series, guint index, const char *earliest, GError **error)
{
  const NegSeriesFrame *frame = neg_series_get_frame (series, index);

  if (!frame->instance->pet.is_present)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "no SUV: this is no PET");
  return neg_suv_init (suv, frame->instance, frame->frame, earliest, error);
}

gboolean
neg_annotation_init_suv (NegSuv *suv, NegSeries *series, guint index)
{
  g_autofree char *earliest
      = neg_series_get_frame (series, index)->instance->pet.is_present ? dup_earliest_acquisition (series) : NULL;

  return init_suv (suv, series, index, earliest, NULL);
}

gboolean
neg_annotation_init_series_suv (NegSuv *suv, NegSeries *series, GError **error)
{
  g_autofree char *earliest
      = neg_series_get_frame (series, 0)->instance->pet.is_present ? dup_earliest_acquisition (series) : NULL;
  gboolean is_assumed = FALSE;
  NegSuv first;

  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    if (!init_suv (suv, series, i, earliest, error))
      return FALSE;
    if (i == 0)
      first = *suv;
    if (!(fabs (suv->factor - first.factor) <= SUV_FACTOR_TOLERANCE * first.factor)
        || strcmp (suv->unit, first.unit) != 0)
      return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "no SUV: the images of the series count it differently");
    is_assumed |= suv->is_assumed;
  }
  *suv = first;
  suv->is_assumed = is_assumed;
  return TRUE;
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

/* "modality 40 HU", unless the first line says it already. */
static void
append_number (GString *lines, const char *name, double number, const char *unit, const char *label)
{
  NegAnnotationValue value = { .quantity = NEG_QUANTITY_VALUE, .value = number };
  g_autofree char *text = NULL, *clean = neg_text_dup_shown (NEG_TEXT_FREE, label);
  gsize first = strcspn (lines->str, "\n");

  set_unit (&value, unit);
  text = neg_annotation_value_dup_text (&value);
  if (strlen (text) == first && strncmp (text, lines->str, first) == 0)
    return;
  g_string_append_printf (lines, "%s%s %s%s%s", lines->len > 0 ? "\n" : "", name, text, *clean != '\0' ? " · " : "",
                          clean);
}

/* What the modality LUT makes of it, without SUV; where there is none it is what is stored. */
static void
append_modality (GString *lines, const NegInstance *instance, guint32 frame, const NegDraw *draw,
                 const NegProbe *probe)
{
  Measuring plain = { .unit = UNIT_NONE, .factor = 1 };

  init_unit (&plain, instance, frame, draw, NULL);
  if (isfinite (probe->modality) && (strcmp (plain.unit, UNIT_NONE) != 0 || probe->modality != probe->stored[0]))
    append_number (lines, _ ("modality"), probe->modality, plain.unit, NULL);
}

/* All mappings of the frame, by their names. */
static void
append_real_world (GString *lines, const NegInstance *instance, guint32 frame, const NegProbe *probe)
{
  for (guint32 i = 0, n = 0; probe->n_stored == 1 && i < instance->n_real_world_maps && n < REAL_WORLD_LINES_MAX; i++) {
    const NegRealWorldMap *map = &instance->real_world_maps[i];
    double value = neg_real_world_apply (map, probe->stored[0]);

    if (!neg_real_world_is_of_frame (map, frame) || !isfinite (value))
      continue;
    append_number (lines, _ ("real world"), value, map->units_code != NULL ? map->units_code : UNIT_NONE, map->label);
    n++;
  }
}

/* The value that a click would leave, where it is another one than the modality's: SUV, or what axes mean. */
static void
append_value (GString *lines, const NegInstance *instance, guint32 frame_number, const NegDraw *draw,
              const NegFrame *frame, const NegSuv *suv, const double point_px[2])
{
  g_autoptr (NegAnnotation) point = neg_annotation_new (NEG_ANNOTATION_PROBE);
  g_autofree char *values = NULL, *remark = NULL;

  neg_annotation_set_points (point, point_px, 1);
  neg_annotation_measure (point, instance, frame_number, draw, frame, suv, NULL, &remark);
  values = neg_annotation_dup_lines (point, instance);
  g_string_append (lines, point->n_values > 0 ? values : remark != NULL ? remark : "");
}

char *
neg_annotation_dup_probe_lines (const NegInstance *instance, guint32 frame_number, const NegDraw *draw,
                                const NegFrame *frame, const NegSuv *suv, const double point_px[2])
{
  GString *lines = g_string_new (NULL);
  NegDraw own = *draw;
  NegProbe probe;

  append_value (lines, instance, frame_number, draw, frame, suv, point_px);
  neg_measure_probe (&probe, draw, frame, point_px);
  if (!probe.is_inside)
    return g_string_free (lines, FALSE);
  if (!probe.is_left_out) {
    NegProbe plain;

    neg_draw_set_own_modality (&own, instance, frame_number);
    neg_measure_probe (&plain, &own, frame, point_px);
    append_modality (lines, instance, frame_number, &own, &plain);
    append_real_world (lines, instance, frame_number, &probe);
  }
  if (lines->len > 0)
    g_string_append_c (lines, '\n');
  append_samples (lines, &probe);
  return g_string_free (lines, FALSE);
}
