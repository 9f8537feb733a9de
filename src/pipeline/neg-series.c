#include "config.h"

#include "pipeline/neg-series.h"

#include "pipeline/neg-series-private.h"

struct _NegSeries {
  GObject parent_instance;
  NegSeriesKind kind;
  GArray *frames; /* NegSeriesFrame */
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

NegSeries *
_neg_series_new (const NegSeriesGroup *group, const char *distinction)
{
  NegSeries *self = g_object_new (NEG_TYPE_SERIES, NULL);

  for (guint i = 0; i < group->items->len; i++) {
    const NegSeriesItem *item = g_ptr_array_index (group->items, i);
    NegSeriesFrame frame = { neg_instance_ref (item->instance), neg_blob_ref (item->blob), item->frame };

    g_array_append_val (self->frames, frame);
  }
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
