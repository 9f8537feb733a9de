/* What is laid over the volume that is read: PET over CT. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "base/neg-error.h"
#include "reading/neg-annotation-values.h"
#include "reading/neg-preset.h"
#include "reading/neg-volume-reading-private.h"

/* What a whole-body PET is customarily looked at with; no standard's. */
#define SUV_LOW 0
#define SUV_HIGH 7

/* --- What a series is --- */

gboolean
_neg_volume_reading_is_nuclear (NegSeries *series)
{
  const char *modality = _neg_volume_reading_get_instance (series)->modality;

  return g_strcmp0 (modality, "PT") == 0 || g_strcmp0 (modality, "NM") == 0;
}

static const char *
get_units (NegSeries *series)
{
  const NegSeriesFrame *first = neg_series_get_frame (series, 0);
  NegDraw draw = { 0 };

  neg_draw_set_own_modality (&draw, first->instance, first->frame);
  return neg_measure_get_units (first->instance, first->frame, &draw);
}

gboolean
_neg_volume_reading_is_ct (NegSeries *series)
{
  return g_strcmp0 (get_units (series), "HU") == 0;
}

gboolean
neg_volume_reading_get_suv (NegVolumeReading *self, NegSuv *suv)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), FALSE);

  *suv = self->suv;
  return self->has_suv;
}

/* --- What can be laid over --- */

static gboolean
can_be_fused (NegVolumeReading *self, NegSeries *series, GError **error)
{
  NegSeries *read = neg_volume_load_get_series (self->load);
  const NegInstance *instance, *below = _neg_volume_reading_get_instance (read);
  const char *space = _neg_volume_reading_get_space (read);

  if (series == read || neg_series_get_n_frames (series) == 0)
    return neg_fail (error, NEG_ERROR_USAGE, NULL, "A series is not laid over itself");
  instance = _neg_volume_reading_get_instance (series);
  if (instance->study_uid == NULL || g_strcmp0 (instance->study_uid, below->study_uid) != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "The series is of another study");
  if (space == NULL || g_strcmp0 (space, _neg_volume_reading_get_space (series)) != 0)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "The series was not taken in the same place of space");
  return TRUE;
}

/* What lies over others comes first. */
static int
get_rank (NegSeries *series)
{
  const char *modality = _neg_volume_reading_get_instance (series)->modality;

  return g_strcmp0 (modality, "PT") == 0 ? 0 : g_strcmp0 (modality, "NM") == 0 ? 1 : 2;
}

/* Series of the same modality are other phases of the same thing: nothing to lay over it. */
static gboolean
is_candidate (NegVolumeReading *self, NegSeries *series)
{
  const NegInstance *read = _neg_volume_reading_get_instance (neg_volume_load_get_series (self->load));

  return can_be_fused (self, series, NULL)
         && g_strcmp0 (_neg_volume_reading_get_instance (series)->modality, read->modality) != 0
         && neg_volume_check (series, NULL);
}

GPtrArray *
neg_volume_reading_list_fusable (NegVolumeReading *self)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GPtrArray *sorted = g_ptr_array_new_with_free_func (g_object_unref);
  const NegPatient *patient;

  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), sorted);

  patient = neg_reading_get_patient (self->reading);
  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    for (guint j = 0; j < study->series->len; j++)
      if (is_candidate (self, g_ptr_array_index (study->series, j)))
        g_ptr_array_add (all, g_ptr_array_index (study->series, j));
  }
  for (int rank = 0; rank <= 2; rank++)
    for (guint i = 0; i < all->len; i++)
      if (get_rank (g_ptr_array_index (all, i)) == rank)
        g_ptr_array_add (sorted, g_object_ref (g_ptr_array_index (all, i)));
  return sorted;
}

/* --- What its numbers are --- */

static void
set_unit (NegLaidOver *over, NegSeries *series)
{
  g_autoptr (GError) error = NULL;
  const char *units;
  NegSuv suv;

  g_free (over->unit);
  g_clear_pointer (&over->suv_reason, g_free);
  if (neg_annotation_init_series_suv (&suv, series, &error)) {
    over->scale = suv.factor;
    over->unit = g_strdup (suv.is_assumed ? NEG_UNIT_SUV_ASSUMED : suv.unit);
    over->low = SUV_LOW;
    over->high = SUV_HIGH;
    over->has_window = TRUE;
    return;
  }
  units = get_units (series);
  over->scale = 1;
  over->unit = g_strdup (g_strcmp0 (units, "HU") == 0 ? "[hnsf'U]" : units != NULL ? units : "");
  over->suv_reason = g_strdup (error->message);
}

static gboolean
find_window (NegSeries *series, NegPreset *preset)
{
  const NegSeriesFrame *middle = neg_series_get_frame (series, neg_series_get_n_frames (series) / 2);

  for (guint i = 0; i < neg_presets_count (middle->instance, middle->frame); i++)
    if (neg_preset_get (middle->instance, middle->frame, i, preset) && !preset->is_lut && isfinite (preset->center)
        && isfinite (preset->width) && preset->width > 0)
      return TRUE;
  return FALSE;
}

static void
set_file_window (NegLaidOver *over, NegSeries *series)
{
  NegPreset preset;

  if (over->has_window || !find_window (series, &preset))
    return;
  over->low = preset.center - preset.width / 2;
  over->high = preset.center + preset.width / 2;
  over->has_window = TRUE;
}

/* Until a person says another one: of what is there. Of what is counted, from nothing on. */
static void
count_range (NegLaidOver *over)
{
  const NegVolume *volume = neg_volume_load_get_volume (over->load);
  guint n = _neg_volume_reading_count_ready (volume); /* before they are looked at: more may come meanwhile */
  double minimum, maximum;

  if (over->has_window || !_neg_volume_reading_wants_count (volume, over->n_ranged)
      || !neg_volume_get_range (volume, &minimum, &maximum))
    return;
  over->n_ranged = n;
  if (_neg_volume_reading_is_nuclear (neg_volume_load_get_series (over->load)))
    minimum = MIN (minimum, 0);
  over->low = minimum;
  over->high = maximum > minimum ? maximum : minimum + 1;
}

/* --- Laid over --- */

/* More images have come: an earlier one may move what SUV is counted from, one that counts differently ends it. The window of a
 * person means something as long as the unit does. */
static void
set_unit_again (NegLaidOver *over, NegSeries *series)
{
  g_autofree char *unit = g_strdup (over->unit);
  gboolean had_suv = over->suv_reason == NULL, had_window = over->has_window;
  double low = over->low, high = over->high;

  over->has_window = FALSE;
  over->n_ranged = 0;
  set_unit (over, series);
  if (had_window && had_suv == (over->suv_reason == NULL) && (had_suv || g_str_equal (unit, over->unit))) {
    over->has_window = TRUE;
    over->low = low;
    over->high = high;
  }
  set_file_window (over, series);
}

static void
over_changed_cb (NegVolumeReading *self)
{
  NegVolume *volume = neg_volume_load_get_volume (self->over.load);

  self->view.cached_volume = NULL;
  if (volume != self->over.volume) {
    self->over.volume = volume;
    set_unit_again (&self->over, neg_volume_load_get_series (self->over.load));
  }
  count_range (&self->over);
  _neg_volume_reading_emit (self, NEG_VOLUME_FUSION | NEG_VOLUME_FOURTH);
}

void
_neg_volume_reading_clear_fused (NegVolumeReading *self)
{
  NegLaidOver *over = &self->over;

  if (over->load == NULL)
    return;
  g_signal_handlers_disconnect_by_data (over->load, self);
  neg_volume_load_cancel (over->load);
  g_clear_object (&over->load);
  over->volume = NULL;
  self->view.cached_volume = NULL;
  over->has_window = FALSE;
  over->n_ranged = 0;
  over->low = 0;
  over->high = over->scale = 1;
  g_free (over->unit);
  over->unit = g_strdup ("");
  g_clear_pointer (&over->suv_reason, g_free);
}

static void
lay_over (NegVolumeReading *self, NegVolumeLoad *load)
{
  NegSeries *series = neg_volume_load_get_series (load);
  NegVolume *volume = neg_volume_load_get_volume (load);

  _neg_volume_reading_clear_fused (self);
  self->over.load = load;
  self->over.volume = volume;
  set_unit (&self->over, series);
  set_file_window (&self->over, series);
  count_range (&self->over);
  g_signal_connect_swapped (load, "changed", G_CALLBACK (over_changed_cb), self);
  g_signal_connect_swapped (load, "finished", G_CALLBACK (over_changed_cb), self);
  neg_volume_load_set_center (load, _neg_volume_reading_get_slice (self, volume));
}

gboolean
neg_volume_reading_set_fused (NegVolumeReading *self, NegSeries *series, GError **error)
{
  NegVolumeLoad *load;

  g_return_val_if_fail (NEG_IS_VOLUME_READING (self) && (series == NULL || NEG_IS_SERIES (series)), FALSE);

  if (series == NULL) {
    _neg_volume_reading_clear_fused (self);
  } else {
    NegSeries *found = _neg_volume_reading_find (self, series);

    if (found == NULL)
      return neg_fail (error, NEG_ERROR_REFUSED, NULL, "The series is not one of the patient that is shown");
    if (!can_be_fused (self, found, error))
      return FALSE;
    if (found == neg_volume_reading_get_fused (self))
      return TRUE;
    load = neg_volume_load_new (self->pool, self->store, found, error);
    if (load == NULL)
      return FALSE;
    lay_over (self, load);
  }
  _neg_volume_reading_emit (self, NEG_VOLUME_FUSION | NEG_VOLUME_FOURTH);
  return TRUE;
}

void
_neg_volume_reading_update_fused (NegVolumeReading *self)
{
  NegSeries *now;

  if (self->over.load == NULL)
    return;
  now = _neg_volume_reading_find (self, neg_volume_load_get_series (self->over.load));
  if (now != NULL)
    neg_volume_load_grow (self->over.load, now);
  else
    neg_volume_reading_set_fused (self, NULL, NULL);
}

NegSeries *
neg_volume_reading_get_fused (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NULL);

  return self->over.load != NULL ? neg_volume_load_get_series (self->over.load) : NULL;
}

NegVolumeLoad *
neg_volume_reading_get_fused_load (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NULL);

  return self->over.load;
}

/* Of a slab the hottest spot is what one looks for, whatever is below it. */
static NegProjection
get_projection (NegVolumeReading *self, NegMprPlane plane)
{
  return _neg_volume_reading_is_nuclear (neg_volume_load_get_series (self->over.load))
             ? NEG_PROJECTION_MIP
             : neg_mpr_get_projection (self->mpr, plane);
}

gboolean
neg_volume_reading_get_fusion (NegVolumeReading *self, NegMprPlane plane, NegFusion *fusion)
{
  const NegLaidOver *over;
  NegVolume *volume;

  g_return_val_if_fail (NEG_IS_VOLUME_READING (self) && plane < NEG_MPR_N_PLANES, FALSE);

  over = &self->over;
  volume = over->load != NULL ? neg_volume_load_get_volume (over->load) : NULL;
  if (volume == NULL || _neg_volume_reading_count_ready (volume) == 0)
    return FALSE;
  *fusion = (NegFusion){ .volume = volume,
                         .voi = { .function = NEG_VOI_LINEAR_EXACT,
                                  .center = (over->low + over->high) / 2,
                                  .width = over->high - over->low },
                         .scale = over->scale,
                         .map = over->map,
                         .opacity = over->opacity,
                         .projection = get_projection (self, plane) };
  return TRUE;
}

/* --- How --- */

void
neg_volume_reading_set_opacity (NegVolumeReading *self, double opacity)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  if (!isfinite (opacity))
    return;
  self->over.opacity = CLAMP (opacity, 0, 1);
  _neg_volume_reading_emit (self, NEG_VOLUME_FUSION);
}

double
neg_volume_reading_get_opacity (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), 0);

  return self->over.opacity;
}

void
neg_volume_reading_set_color_map (NegVolumeReading *self, NegColorMap map)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self) && map < NEG_COLOR_MAP_N);

  self->over.map = map;
  _neg_volume_reading_emit (self, NEG_VOLUME_FUSION);
}

NegColorMap
neg_volume_reading_get_color_map (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NEG_COLOR_MAP_GREY);

  return self->over.map;
}

void
neg_volume_reading_set_fused_window (NegVolumeReading *self, double low, double high)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  if (self->over.load == NULL || !isfinite (low) || !isfinite (high) || !(high > low) || !isfinite (high - low))
    return;
  self->over.low = low;
  self->over.high = high;
  self->over.has_window = TRUE;
  _neg_volume_reading_emit (self, NEG_VOLUME_FUSION | NEG_VOLUME_FOURTH);
}

void
neg_volume_reading_get_fused_window (NegVolumeReading *self, double *low, double *high)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  *low = self->over.low;
  *high = self->over.high;
}

const char *
neg_volume_reading_get_fused_unit (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), "");

  return self->over.unit;
}

const char *
neg_volume_reading_get_suv_reason (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NULL);

  return self->over.suv_reason != NULL ? _ (self->over.suv_reason) : NULL;
}
