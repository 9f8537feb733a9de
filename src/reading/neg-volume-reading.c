#include "config.h"

#include "reading/neg-volume-reading.h"

#include <math.h>

#include "base/neg-error.h"
#include "reading/neg-annotation-values.h"
#include "reading/neg-mpr-private.h"
#include "reading/neg-reading-private.h"
#include "reading/neg-volume-reading-private.h"

#define OPACITY_FIRST 0.4

G_DEFINE_FINAL_TYPE (NegVolumeReading, neg_volume_reading, G_TYPE_OBJECT)

static guint signal_changed;

void
_neg_volume_reading_emit (NegVolumeReading *self, NegVolumeChanges changes)
{
  g_signal_emit (self, signal_changed, 0, (guint) changes);
}

/* --- Series --- */

NegInstance *
_neg_volume_reading_get_instance (NegSeries *series)
{
  return neg_series_get_frame (series, 0)->instance;
}

const char *
_neg_volume_reading_get_space (NegSeries *series)
{
  const char *uid = _neg_volume_reading_get_instance (series)->frame_of_reference_uid;

  return uid != NULL && *uid != '\0' ? uid : NULL;
}

NegSeries *
_neg_volume_reading_find (NegVolumeReading *self, NegSeries *series)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);
  const NegSeriesFrame *first;
  guint index;

  if (patient == NULL || neg_series_get_n_frames (series) == 0)
    return NULL;
  first = neg_series_get_frame (series, 0);
  for (guint i = 0; i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    for (guint j = 0; j < study->series->len; j++) {
      NegSeries *one = g_ptr_array_index (study->series, j);

      if (one == series || neg_series_find_blob (one, neg_blob_get_id (first->blob), first->frame, &index))
        return one;
    }
  }
  return NULL;
}

static NegSeries *
find_or_refuse (NegVolumeReading *self, NegSeries *series, GError **error)
{
  NegSeries *found = _neg_volume_reading_find (self, series);

  if (found == NULL)
    neg_fail (error, NEG_ERROR_REFUSED, NULL, "The series is not one of the patient that is shown");
  return found;
}

/* An image without a UID of its space shares it with its own series alone. */
static gboolean
is_same_space (NegSeries *one, NegSeries *other)
{
  const char *space = _neg_volume_reading_get_space (one), *other_space = _neg_volume_reading_get_space (other);

  if (space == NULL && other_space == NULL)
    return g_strcmp0 (_neg_volume_reading_get_instance (one)->series_uid,
                      _neg_volume_reading_get_instance (other)->series_uid) == 0;
  return g_strcmp0 (space, other_space) == 0;
}

/* --- Slices --- */

guint
_neg_volume_reading_count_ready (const NegVolume *volume)
{
  return (guint) g_atomic_int_get (&volume->n_ready);
}

guint
_neg_volume_reading_count (const NegVolume *volume)
{
  return _neg_volume_reading_count_ready (volume) + (guint) g_atomic_int_get (&volume->n_failed);
}

gboolean
_neg_volume_reading_wants_count (const NegVolume *volume, guint n_counted)
{
  guint n = _neg_volume_reading_count_ready (volume);

  return n > 0 && (n >= 2 * n_counted || (n > n_counted && _neg_volume_reading_count (volume) == volume->n_slices));
}

guint
_neg_volume_reading_get_slice (NegVolumeReading *self, const NegVolume *volume)
{
  double point_mm[3], voxel[3];

  neg_mpr_get_point (self->mpr, point_mm);
  neg_volume_to_voxel (volume, point_mm, voxel);
  return (guint) CLAMP (floor (voxel[2]), 0, volume->n_slices - 1.0);
}

guint
neg_volume_reading_get_index (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), 0);

  return neg_volume_load_get_index (
      self->load, _neg_volume_reading_get_slice (self, neg_volume_load_get_volume (self->load)));
}

/* --- Loading --- */

/* What is looked at comes first. */
static void
mpr_changed_cb (NegVolumeReading *self)
{
  NegVolumeLoad *loads[2] = { self->load, self->over.load };

  for (guint i = 0; i < G_N_ELEMENTS (loads); i++)
    if (loads[i] != NULL && !neg_volume_load_is_finished (loads[i]))
      neg_volume_load_set_center (loads[i],
                                  _neg_volume_reading_get_slice (self, neg_volume_load_get_volume (loads[i])));
}

/* It asks all images: once. */
static void
count_suv (NegVolumeReading *self)
{
  self->has_suv = neg_annotation_init_series_suv (&self->suv, neg_volume_load_get_series (self->load), NULL);
}

static void
load_changed_cb (NegVolumeReading *self)
{
  NegVolume *volume = neg_volume_load_get_volume (self->load);
  gboolean has_grown = volume != neg_mpr_get_volume (self->mpr);

  self->view.cached_volume = NULL;
  neg_mpr_set_volume (self->mpr, volume);
  if (has_grown) {
    self->n_ranged = 0;
    count_suv (self);
  }
  _neg_volume_reading_count_range (self);
  _neg_volume_reading_emit (self, NEG_VOLUME_SLICES | (has_grown ? NEG_VOLUME_SERIES : 0));
}

static void
drop_load (NegVolumeReading *self)
{
  if (self->load == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->load, self);
  neg_volume_load_cancel (self->load);
  g_clear_object (&self->load);
}

/* @load is given. */
static void
take_load (NegVolumeReading *self, NegVolumeLoad *load)
{
  drop_load (self);
  _neg_volume_reading_clear_plane_images (self);
  self->load = load;
  self->view.cached_volume = NULL;
  count_suv (self);
  g_signal_connect_swapped (load, "changed", G_CALLBACK (load_changed_cb), self);
  g_signal_connect_swapped (load, "finished", G_CALLBACK (load_changed_cb), self);
  neg_mpr_set_volume (self->mpr, neg_volume_load_get_volume (load));
  _neg_volume_reading_init_look (self);
  mpr_changed_cb (self);
}

/* Where one has pointed at in the viewports. */
static void
take_point (NegVolumeReading *self, NegSeries *series)
{
  const char *space = _neg_volume_reading_get_space (series);

  if (space == NULL)
    space = _neg_volume_reading_get_instance (series)->series_uid;
  if (self->reading->has_point && g_strcmp0 (self->reading->point_space, space) == 0)
    neg_mpr_set_point (self->mpr, self->reading->point_mm);
}

static gboolean
can_stay_over (NegVolumeReading *self, NegSeries *series)
{
  NegSeries *over = neg_volume_load_get_series (self->over.load);

  return over != series && _neg_volume_reading_get_space (series) != NULL && is_same_space (over, series)
         && g_strcmp0 (_neg_volume_reading_get_instance (over)->study_uid,
                       _neg_volume_reading_get_instance (series)->study_uid) == 0;
}

gboolean
neg_volume_reading_set_series (NegVolumeReading *self, NegSeries *series, GError **error)
{
  NegVolumeLoad *load;
  NegSeries *before;
  gboolean is_other_kind;

  g_return_val_if_fail (NEG_IS_VOLUME_READING (self) && NEG_IS_SERIES (series), FALSE);

  series = find_or_refuse (self, series, error);
  before = self->load != NULL ? neg_volume_load_get_series (self->load) : NULL;
  if (series == NULL || series == before)
    return series != NULL;
  load = neg_volume_load_new (self->pool, self->store, series, error);
  if (load == NULL)
    return FALSE;
  is_other_kind = before != NULL
                  && g_strcmp0 (_neg_volume_reading_get_instance (before)->modality,
                                _neg_volume_reading_get_instance (series)->modality) != 0;
  if (before == NULL || !is_same_space (before, series))
    neg_mpr_set_volume (self->mpr, NULL);
  else if (is_other_kind)
    _neg_mpr_drop_windows (self->mpr);
  take_load (self, load);
  if (self->over.load != NULL && !can_stay_over (self, series))
    _neg_volume_reading_clear_fused (self);
  _neg_volume_reading_emit (self, NEG_VOLUME_SERIES | NEG_VOLUME_SLICES | NEG_VOLUME_FUSION | NEG_VOLUME_FOURTH);
  return TRUE;
}

gboolean
neg_volume_reading_update (NegVolumeReading *self)
{
  NegSeries *now;

  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), FALSE);

  now = _neg_volume_reading_find (self, neg_volume_load_get_series (self->load));
  if (now == NULL)
    return FALSE;
  neg_volume_load_grow (self->load, now);
  _neg_volume_reading_update_fused (self);
  return TRUE;
}

/* --- Object --- */

NegMpr *
neg_volume_reading_get_mpr (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NULL);

  return self->mpr;
}

NegSeries *
neg_volume_reading_get_series (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NULL);

  return neg_volume_load_get_series (self->load);
}

NegVolumeLoad *
neg_volume_reading_get_load (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NULL);

  return self->load;
}

static void
neg_volume_reading_finalize (GObject *object)
{
  NegVolumeReading *self = NEG_VOLUME_READING (object);

  g_signal_handlers_disconnect_by_data (self->mpr, self);
  drop_load (self);
  _neg_volume_reading_clear_fused (self);
  _neg_volume_reading_clear_plane_images (self);
  g_clear_pointer (&self->presentation, neg_presentation_unref);
  g_ptr_array_unref (self->lenders);
  g_object_unref (self->mpr);
  g_clear_object (&self->annotations);
  g_clear_object (&self->store);
  g_clear_object (&self->reading);
  g_free (self->over.unit);
  G_OBJECT_CLASS (neg_volume_reading_parent_class)->finalize (object);
}

static void
neg_volume_reading_class_init (NegVolumeReadingClass *class)
{
  G_OBJECT_CLASS (class)->finalize = neg_volume_reading_finalize;
  signal_changed = g_signal_new ("changed", NEG_TYPE_VOLUME_READING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
neg_volume_reading_init (NegVolumeReading *self)
{
  self->mpr = neg_mpr_new ();
  self->lenders = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  self->over = (NegLaidOver){ .map = NEG_COLOR_MAP_HOT_IRON, .opacity = OPACITY_FIRST, .scale = 1, .high = 1,
                              .unit = g_strdup ("") };
  /* From the front, as neg_raycast_init(). */
  self->view = (NegFourthView){ .normal = { 0, 1, 0 }, .up = { 0, 0, 1 }, .zoom = 1 };
  g_signal_connect_swapped (self->mpr, "changed", G_CALLBACK (mpr_changed_cb), self);
}

NegVolumeReading *
neg_volume_reading_new (NegEnginePool *pool, NegFrameStore *store, NegReading *reading, NegSeries *series,
                        GError **error)
{
  g_autoptr (NegVolumeReading) self = NULL;

  g_return_val_if_fail (pool != NULL && NEG_IS_READING (reading) && NEG_IS_SERIES (series), NULL);

  self = g_object_new (NEG_TYPE_VOLUME_READING, NULL);
  self->pool = pool;
  self->store = store != NULL ? g_object_ref (store) : NULL;
  self->reading = g_object_ref (reading);
  if (!neg_volume_reading_set_series (self, series, error))
    return NULL;
  take_point (self, neg_volume_load_get_series (self->load));
  return g_steal_pointer (&self);
}
