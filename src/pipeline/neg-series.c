#include "config.h"

#include "pipeline/neg-series.h"

#include "model/neg-frame.h"
#include "pipeline/neg-series-private.h"

/* Where a frame of an object is in the series; sorted by blob and frame. */
typedef struct {
  guint64 blob_id;
  guint32 frame;
  guint index;
} Place;

struct _NegSeries {
  GObject parent_instance;
  NegSeriesKind kind;
  GArray *frames; /* NegSeriesFrame */
  GArray *places; /* Place */
  guint64 frame_bytes;
  char *key;
  char *title;
  NegSliceGroup *geometry; /* nullable */
  char **warnings;
};

G_DEFINE_FINAL_TYPE (NegSeries, neg_series, G_TYPE_OBJECT)

static void
frame_clear (gpointer data)
{
  NegSeriesFrame *frame = data;

  neg_instance_unref (frame->instance);
  neg_blob_unref (frame->blob);
}

static void
neg_series_finalize (GObject *object)
{
  NegSeries *self = NEG_SERIES (object);

  g_clear_pointer (&self->frames, g_array_unref);
  g_clear_pointer (&self->places, g_array_unref);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->geometry, neg_slice_group_free);
  g_clear_pointer (&self->warnings, g_strfreev);
  G_OBJECT_CLASS (neg_series_parent_class)->finalize (object);
}

static void
neg_series_class_init (NegSeriesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = neg_series_finalize;
}

static void
neg_series_init (NegSeries *self)
{
  self->frames = g_array_new (FALSE, FALSE, sizeof (NegSeriesFrame));
  g_array_set_clear_func (self->frames, frame_clear);
}

static NegSliceGroup *
get_geometry (const NegSeriesGroup *group)
{
  g_autofree NegSlice *slices = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (group->orientation == NULL)
    return NULL;
  slices = _neg_series_get_slices (group->items, group->orientation);
  found = neg_geometry_group (slices, group->items->len);
  return found->len == 1 ? g_ptr_array_steal_index (found, 0) : NULL;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *one = a, *other = b;

  NEG_RETURN_UNLESS_EQUAL (one->blob_id < other->blob_id ? -1 : one->blob_id > other->blob_id);
  return _neg_compare_integers (one->frame, other->frame);
}

static GArray *
find_places (const GArray *frames)
{
  GArray *places = g_array_sized_new (FALSE, FALSE, sizeof (Place), frames->len);

  for (guint i = 0; i < frames->len; i++) {
    const NegSeriesFrame *frame = &g_array_index (frames, NegSeriesFrame, i);
    Place place = { neg_blob_get_id (frame->blob), frame->frame, i };

    g_array_append_val (places, place);
  }
  g_array_sort (places, compare_places);
  return places;
}

static guint64
get_largest_bytes (const GArray *frames)
{
  const NegInstance *before = NULL;
  guint64 largest = 0, bytes = 0;

  for (guint i = 0; i < frames->len; i++) {
    const NegInstance *instance = g_array_index (frames, NegSeriesFrame, i).instance;
    NegFrameFormat format;

    if (instance != before && neg_frame_format_init (&format, instance, NEG_FRAME_STORED, NULL)
        && neg_frame_format_get_bytes (&format, &bytes))
      largest = MAX (largest, bytes);
    before = instance;
  }
  return largest;
}

/* Escaped, so that no UID can look like the end of one. A name may be that of a patient: only its hash is told. */
static char *
dup_key (const NegSeriesFrame *first, guint place)
{
  const NegInstance *instance = first->instance;
  g_autofree char *series_uid = g_uri_escape_string (instance->series_uid ? instance->series_uid : "", NULL, FALSE);
  g_autofree char *object = NULL;

  if (instance->sop_instance_uid != NULL)
    object = g_uri_escape_string (instance->sop_instance_uid, NULL, FALSE);
  else
    object = g_compute_checksum_for_string (G_CHECKSUM_SHA256, neg_blob_get_name (first->blob), -1);
  return g_strdup_printf ("%s/%u/%s/%u", series_uid, place, object, first->frame);
}

NegSeries *
_neg_series_new (const NegSeriesGroup *group, const char *distinction, guint place)
{
  NegSeries *self = g_object_new (NEG_TYPE_SERIES, NULL);

  for (guint i = 0; i < group->items->len; i++) {
    const NegSeriesItem *item = g_ptr_array_index (group->items, i);
    NegSeriesFrame frame = { neg_instance_ref (item->instance), neg_blob_ref (item->blob), item->frame };

    g_array_append_val (self->frames, frame);
  }
  self->places = find_places (self->frames);
  self->frame_bytes = get_largest_bytes (self->frames);
  self->key = dup_key (&g_array_index (self->frames, NegSeriesFrame, 0), place);
  self->geometry = get_geometry (group);
  self->kind = _neg_series_judge (group, self->geometry);
  self->title = _neg_series_dup_title (group, self->geometry, self->kind, distinction);
  self->warnings = _neg_series_dup_warnings (group, self->geometry, self->kind);
  return self;
}

const char *
neg_series_kind_get_name (NegSeriesKind kind)
{
  static const char *const names[] = { "volume", "stack", "cine", "image", "document" };

  return (guint) kind < G_N_ELEMENTS (names) ? names[kind] : "document";
}

NegSeriesKind
neg_series_get_kind (NegSeries *series)
{
  return series->kind;
}

guint
neg_series_get_n_frames (NegSeries *series)
{
  return series->frames->len;
}

const NegSeriesFrame *
neg_series_get_frame (NegSeries *series, guint index)
{
  g_return_val_if_fail (index < series->frames->len, NULL);

  return &g_array_index (series->frames, NegSeriesFrame, index);
}

const char *
neg_series_get_title (NegSeries *series)
{
  return series->title;
}

const char *
neg_series_get_key (NegSeries *series)
{
  return series->key;
}

gboolean
neg_series_find_frame (NegSeries *series, const char *sop_instance_uid, guint32 frame, guint *index)
{
  for (guint i = 0; i < series->frames->len && sop_instance_uid != NULL; i++) {
    const NegSeriesFrame *one = &g_array_index (series->frames, NegSeriesFrame, i);

    if (one->frame == frame && g_strcmp0 (one->instance->sop_instance_uid, sop_instance_uid) == 0) {
      *index = i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
neg_series_find_blob (NegSeries *series, guint64 blob_id, guint32 frame, guint *index)
{
  const Place sought = { .blob_id = blob_id, .frame = frame };
  guint found;

  if (!g_array_binary_search (series->places, &sought, compare_places, &found))
    return FALSE;
  *index = g_array_index (series->places, Place, found).index;
  return TRUE;
}

guint64
neg_series_get_frame_bytes (NegSeries *series)
{
  return series->frame_bytes;
}

const NegSliceGroup *
neg_series_get_geometry (NegSeries *series)
{
  return series->geometry;
}

NegOrientation
neg_series_get_orientation (NegSeries *series)
{
  return series->geometry ? neg_geometry_classify (series->geometry->normal) : NEG_ORIENTATION_NONE;
}

const char *const *
neg_series_get_warnings (NegSeries *series)
{
  return (const char *const *) series->warnings;
}
