/* What `measure` says of PET, ultrasound, projections and real world values. */
#include "config.h"

#include <math.h>

#include "commands/neg-command-measure-private.h"
#include "imaging/neg-real-world.h"
#include "imaging/neg-suv.h"
#include "imaging/neg-ultrasound.h"

void
neg_measure_note (NegMeasureAnswer *answer, gboolean condition, const char *text)
{
  if (condition)
    g_ptr_array_add (answer->notes, (gpointer) text);
}

void
neg_measure_answer_init_scale (NegMeasureAnswer *answer, NegMeasureScale *scale, const NegSubject *subject,
                               const double *points_px, guint n_points)
{
  g_autoptr (GError) error = NULL;

  if (!neg_ultrasound_has_regions (subject->instance, subject->frame))
    neg_measure_scale_init (scale, subject->instance, subject->frame);
  else if (!neg_ultrasound_scale_init (scale, subject->instance, subject->frame, points_px, n_points, &error))
    neg_measure_note (answer, n_points > 0, g_intern_string (error->message));
}

/* Digits sort as time does (PS3.5 6.2). NULL: a file was named, and nobody knows its series. Given. */
static char *
dup_earliest_acquisition (const NegSeries *series)
{
  char *earliest = NULL;

  for (guint i = 0; series != NULL && i < neg_series_get_n_frames ((NegSeries *) series); i++) {
    const NegInstance *instance = neg_series_get_frame ((NegSeries *) series, i)->instance;
    g_autofree char *time = NULL;

    if (instance->acquisition_date == NULL || instance->acquisition_time == NULL)
      continue;
    time = g_strconcat (instance->acquisition_date, instance->acquisition_time, NULL);
    if (earliest == NULL || g_strcmp0 (time, earliest) < 0) {
      g_free (earliest);
      earliest = g_steal_pointer (&time);
    }
  }
  return earliest;
}

static void
add_suv_values (JsonBuilder *builder, const NegSuv *suv, const NegStatistics *statistics, const NegProbe *probe)
{
  if (statistics != NULL) {
    neg_json_add_double (builder, "mean", suv->factor * statistics->mean);
    neg_json_add_double (builder, "sd", suv->factor * statistics->sd);
    neg_json_add_double (builder, "min", suv->factor * statistics->minimum);
    neg_json_add_double (builder, "max", suv->factor * statistics->maximum);
  }
  if (probe != NULL)
    neg_json_add_double (builder, "probe", suv->factor * probe->modality);
}

void
neg_measure_answer_add_suv (NegMeasureAnswer *answer, const NegSubject *subject, const NegStatistics *statistics,
                            const NegProbe *probe)
{
  JsonBuilder *builder = answer->builder;
  g_autofree char *earliest = dup_earliest_acquisition (subject->series);
  g_autoptr (GError) error = NULL;
  NegSuv suv;

  if (!subject->instance->pet.is_present)
    return;
  json_builder_set_member_name (builder, "suv");
  if (!neg_suv_init (&suv, subject->instance, subject->frame, earliest, &error)) {
    json_builder_add_null_value (builder);
    neg_measure_note (answer, TRUE, g_intern_string (error->message));
    return;
  }
  json_builder_begin_object (builder);
  add_suv_values (builder, &suv, statistics, probe);
  neg_json_add_string (builder, "units", suv.unit);
  neg_json_add_double (builder, "factor", suv.factor);
  neg_json_add_double (builder, "decay_s", suv.decay_s);
  neg_json_add_boolean (builder, "assumed", suv.is_assumed);
  json_builder_end_object (builder);
  neg_measure_note (answer, suv.is_assumed, "the SUV assumes that values were corrected to the acquisition");
  neg_measure_note (answer, subject->series == NULL,
                    "of one file: its acquisition is taken for the earliest of its series");
}

void
neg_measure_answer_add_real_world (NegMeasureAnswer *answer, const NegSubject *subject, const NegProbe *probe)
{
  const NegInstance *instance = subject->instance;
  JsonBuilder *builder = answer->builder;

  if (instance->n_real_world_maps == 0 || probe->n_stored != 1)
    return;
  json_builder_set_member_name (builder, "real_world");
  json_builder_begin_array (builder);
  for (guint32 i = 0; i < instance->n_real_world_maps; i++) {
    const NegRealWorldMap *map = &instance->real_world_maps[i];
    double value = neg_real_world_apply (map, probe->stored[0]);

    if (!neg_real_world_is_of_frame (map, subject->frame) || isnan (value))
      continue;
    json_builder_begin_object (builder);
    neg_json_add_double (builder, "value", value);
    neg_json_add_string (builder, "units", map->units_code);
    neg_json_add_string (builder, "label", map->label);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

/* Estimated Radiographic Magnification (0018,1114) is by guess of the object's place: offered, never in silence. */
void
neg_measure_answer_add_object_length (NegMeasureAnswer *answer, const NegSubject *subject, NegCalibration calibration,
                                      double length_mm)
{
  double magnification = subject->instance->magnification;

  if (calibration != NEG_CALIBRATION_DETECTOR || !(magnification > 0) || !isfinite (magnification))
    return;
  neg_json_add_double (answer->builder, "length_object_mm", length_mm / magnification);
  neg_measure_note (answer, TRUE, "the length in the object is by the estimated magnification of the file");
}

static void
add_axis (JsonBuilder *builder, const char *name, double value, const char *unit)
{
  if (*unit == '\0')
    return;
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  neg_json_add_double (builder, "value", value);
  neg_json_add_string (builder, "units", unit);
  json_builder_end_object (builder);
}

void
neg_measure_answer_add_axes (NegMeasureAnswer *answer, const NegSubject *subject, const double point_px[2])
{
  NegUltrasoundValue value;

  neg_ultrasound_get_value (&value, subject->instance, subject->frame, point_px);
  if (*value.x_unit == '\0' && *value.y_unit == '\0')
    return;
  json_builder_set_member_name (answer->builder, "region");
  json_builder_begin_object (answer->builder);
  add_axis (answer->builder, "x", value.x_value, value.x_unit);
  add_axis (answer->builder, "y", value.y_value, value.y_unit);
  json_builder_end_object (answer->builder);
}
