#include "config.h"

#include <string.h>

#include "model/neg-presentation.h"
#include "pipeline/neg-series-private.h"

static guint
count_warnings (const NegInstance *instance)
{
  return instance->warnings ? g_strv_length (instance->warnings) : 0;
}

static int
compare_sources (gconstpointer a, gconstpointer b)
{
  const NegSeriesSource *one = a, *other = b;

  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->instance->series_uid, other->instance->series_uid));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->instance->sop_instance_uid, other->instance->sop_instance_uid));
  /* Of two copies the better one is kept. */
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (count_warnings (one->instance), count_warnings (other->instance)));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (neg_blob_get_name (one->blob), neg_blob_get_name (other->blob)));
  return _neg_compare_integers (one->number, other->number);
}

static void
clear_source (gpointer source)
{
  g_clear_pointer (&((NegSeriesSource *) source)->hidden, g_hash_table_unref);
}

static GArray *
collect_sources (GPtrArray *instances, GPtrArray *blobs)
{
  GArray *sources = g_array_new (FALSE, FALSE, sizeof (NegSeriesSource));

  g_array_set_clear_func (sources, clear_source);
  for (guint i = 0; i < instances->len; i++) {
    NegInstance *instance = g_ptr_array_index (instances, i);
    NegSeriesSource source = { instance, g_ptr_array_index (blobs, i) };

    source.number = instance->has_instance_number ? instance->instance_number : G_MAXINT64;
    if (instance->kind == NEG_OBJECT_IMAGE && instance->rows > 0 && instance->columns > 0 && instance->frames > 0
        && instance->n_frame_infos > 0)
      g_array_append_val (sources, source);
  }
  /* By name, not by the order in which they were found, so that of two copies the same one is always kept. */
  g_array_sort (sources, compare_sources);
  return sources;
}

/* A broken anonymiser gives one UID to all: such images are not copies and none may get lost. */
static gboolean
is_copy (const NegInstance *a, const NegInstance *b)
{
  const NegFrameInfo *one = &a->frame_infos[0], *other = &b->frame_infos[0];

  return a->rows == b->rows && a->columns == b->columns && a->frames == b->frames
         && g_strcmp0 (a->study_uid, b->study_uid) == 0 && g_strcmp0 (a->patient_id, b->patient_id) == 0
         && g_strcmp0 (a->patient_id_issuer, b->patient_id_issuer) == 0
         && g_strcmp0 (a->patient_name, b->patient_name) == 0
         && a->has_instance_number == b->has_instance_number && a->instance_number == b->instance_number
         && one->has_position == other->has_position
         && (!one->has_position || memcmp (one->position_mm, other->position_mm, sizeof one->position_mm) == 0);
}

static NegSeriesNotice *
get_notice (GHashTable *notices, char *series_uid)
{
  NegSeriesNotice *notice = g_hash_table_lookup (notices, series_uid);

  if (notice == NULL) {
    notice = g_new0 (NegSeriesNotice, 1);
    g_hash_table_insert (notices, series_uid, notice);
  }
  return notice;
}

/* What notes say of one object. */
typedef struct {
  gboolean is_whole;
  GHashTable *frames; /* numbers, from 1 */
} Rejection;

static void
rejection_free (gpointer data)
{
  Rejection *rejection = data;

  g_hash_table_unref (rejection->frames);
  g_free (rejection);
}

/* Takes @key. No frame named is the whole object (PS3.3 10.3). */
static void
reject (GHashTable *rejected, char *key, const NegImageReference *image)
{
  Rejection *rejection = g_hash_table_lookup (rejected, key);

  if (rejection == NULL) {
    rejection = g_new0 (Rejection, 1);
    rejection->frames = g_hash_table_new (NULL, NULL);
    g_hash_table_insert (rejected, key, rejection);
  } else {
    g_free (key);
  }
  rejection->is_whole |= image->n_frames == 0;
  for (guint32 i = 0; i < image->n_frames; i++)
    g_hash_table_add (rejection->frames, GUINT_TO_POINTER (image->frames[i]));
}

/* "patient, study UID, SOP instance UID" of whatever the notes among @instances reject: of their own patient's studies only. */
static GHashTable *
list_rejected (GPtrArray *instances)
{
  GHashTable *rejected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, rejection_free);

  for (guint i = 0; i < instances->len; i++) {
    const NegInstance *note = g_ptr_array_index (instances, i);

    if (note->key_selection == NULL || !neg_key_selection_is_rejection (note->key_selection))
      continue;
    for (guint32 j = 0; j < note->key_selection->references.n; j++) {
      const NegImageReference *image = &note->key_selection->references.items[j];

      reject (rejected,
              g_strdup_printf ("%s\n%s\n%s", note->patient_id ? note->patient_id : "",
                               image->study_uid ? image->study_uid : note->study_uid, image->sop_instance_uid),
              image);
    }
  }
  return rejected;
}

/* A frame that the object does not have: which one was meant nobody knows, so none is shown. */
static gboolean
is_whole (const Rejection *rejection, const NegInstance *instance)
{
  GHashTableIter iter;
  gpointer frame;

  if (rejection->is_whole || g_hash_table_size (rejection->frames) >= instance->frames)
    return TRUE;
  g_hash_table_iter_init (&iter, rejection->frames);
  while (g_hash_table_iter_next (&iter, &frame, NULL))
    if (GPOINTER_TO_UINT (frame) < 1 || GPOINTER_TO_UINT (frame) > instance->frames)
      return TRUE;
  return FALSE;
}

static void
leave_out (NegSeriesSource *source, const Rejection *rejection, GHashTable *notices)
{
  NegSeriesNotice *notice
      = !source->is_left_out && source->instance->series_uid != NULL ? get_notice (notices, source->instance->series_uid) : NULL;

  if (is_whole (rejection, source->instance)) {
    if (notice != NULL)
      notice->n_rejected++;
    source->is_left_out = TRUE;
    return;
  }
  if (notice != NULL)
    notice->n_rejected_frames += g_hash_table_size (rejection->frames);
  source->hidden = g_hash_table_ref (rejection->frames);
}

/* Imaging pitfall 34: hidden before anything is drawn or counted. */
static void
leave_out_rejected (GArray *sources, GPtrArray *instances, GHashTable *notices)
{
  g_autoptr (GHashTable) rejected = list_rejected (instances);

  for (guint i = 0; i < sources->len && g_hash_table_size (rejected) > 0; i++) {
    NegSeriesSource *source = &g_array_index (sources, NegSeriesSource, i);
    NegInstance *instance = source->instance;
    g_autofree char *key = g_strdup_printf ("%s\n%s\n%s", instance->patient_id ? instance->patient_id : "",
                                            instance->study_uid, instance->sop_instance_uid);
    const Rejection *rejection = g_hash_table_lookup (rejected, key);

    if (rejection != NULL)
      leave_out (source, rejection, notices);
  }
}

/* Marks copies as left out; notices by series UID. */
static GHashTable *
find_duplicates (GArray *sources)
{
  GHashTable *notices = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  for (guint i = 1; i < sources->len; i++) {
    NegSeriesSource *source = &g_array_index (sources, NegSeriesSource, i), *before = source - 1;
    char *series_uid = source->instance->series_uid;
    NegSeriesNotice *notice;

    if (source->instance->sop_instance_uid == NULL || series_uid == NULL
        || g_strcmp0 (before->instance->sop_instance_uid, source->instance->sop_instance_uid) != 0
        || g_strcmp0 (before->instance->series_uid, series_uid) != 0)
      continue;
    notice = get_notice (notices, series_uid);
    source->is_left_out = is_copy (before->instance, source->instance);
    notice->n_duplicates += source->is_left_out;
    notice->has_uid_clash |= !source->is_left_out;
  }
  return notices;
}

/* The parts of a concatenation (C.7.6.16.2.2.4) are one object: all get its lowest number. */
static void
number_concatenations (GArray *sources)
{
  g_autoptr (GHashTable) lowest = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < sources->len; i++) {
      NegSeriesSource *source = &g_array_index (sources, NegSeriesSource, i), *first;
      char *uid = source->instance->concatenation_uid;

      if (uid == NULL)
        continue;
      first = g_hash_table_lookup (lowest, uid);
      if (first == NULL || source->number < first->number)
        g_hash_table_insert (lowest, uid, source);
      else
        source->number = pass == 1 ? first->number : source->number;
    }
}

GArray *
_neg_series_collect (GPtrArray *instances, GPtrArray *blobs, GHashTable **notices)
{
  GArray *sources = collect_sources (instances, blobs);

  *notices = find_duplicates (sources);
  leave_out_rejected (sources, instances, *notices);
  number_concatenations (sources);
  return sources;
}
