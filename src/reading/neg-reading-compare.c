/* A study beside another of the same patient: which of its series answers to the one that is looked at. */
#include "config.h"

#include "reading/neg-reading-private.h"

#include "model/neg-instance.h"

static const NegInstance *
get_instance (NegSeries *series)
{
  return neg_series_get_n_frames (series) > 0 ? neg_series_get_frame (series, 0)->instance : NULL;
}

static gboolean
lies_the_same (NegSeries *a, NegSeries *b)
{
  return neg_series_get_orientation (a) != NEG_ORIENTATION_NONE
         && neg_series_get_orientation (a) == neg_series_get_orientation (b);
}

static gboolean
is_said_same (const char *a, const char *b)
{
  return a != NULL && b != NULL && *a != '\0' && g_ascii_strcasecmp (a, b) == 0;
}

/* The modality says most, then how it lies (or which view it is), then what it is called. */
static guint
rate (NegSeries *series, NegSeries *like)
{
  const NegInstance *a = get_instance (series), *b = get_instance (like);
  guint points = 0;

  if (neg_series_get_kind (series) == NEG_SERIES_DOCUMENT)
    return 0;
  if (a == NULL || b == NULL)
    return 1;
  points += is_said_same (a->modality, b->modality) ? 16 : 0;
  points += lies_the_same (series, like) ? 4 : 0;
  points += is_said_same (a->view_position, b->view_position) ? 4 : 0;
  points += is_said_same (a->image_laterality, b->image_laterality) ? 4 : 0;
  points += is_said_same (a->series_description, b->series_description) ? 2 : 0;
  points += neg_series_get_kind (series) == neg_series_get_kind (like);
  return points + 1;
}

static NegSeries *
find_best (const NegStudy *study, NegSeries *like)
{
  NegSeries *best = NULL;
  guint best_points = 0;

  for (guint i = 0; i < study->series->len; i++) {
    NegSeries *series = g_ptr_array_index (study->series, i);
    guint points = rate (series, like);

    if (points > best_points) {
      best = series;
      best_points = points;
    }
  }
  return best;
}

gboolean
neg_reading_compare (NegReading *self, const char *study_uid)
{
  const NegStudy *study;
  NegSeries *like, *best;
  guint active, other;

  g_return_val_if_fail (NEG_IS_READING (self), FALSE);
  active = neg_reading_get_active (self);
  like = neg_reading_get_state (self, active)->series;
  study = neg_patient_find_study (neg_reading_get_patient (self), study_uid);
  best = study != NULL && like != NULL ? find_best (study, like) : NULL;
  if (best == NULL)
    return FALSE;
  neg_reading_set_maximized (self, FALSE);
  if (neg_reading_get_n_cells (self) == 1)
    neg_reading_set_grid (self, 1, 2);
  other = (active + 1) % neg_reading_get_n_cells (self);
  return neg_reading_show (self, other, best);
}
