#include "config.h"

#include <math.h>
#include <string.h>

#include "pipeline/neg-series-private.h"

NegSeriesGroup *
_neg_series_group_new (const NegSeriesItem *anchor)
{
  NegSeriesGroup *group = g_new0 (NegSeriesGroup, 1);

  group->items = g_ptr_array_new ();
  group->label = g_string_new (NULL);
  group->anchor = anchor;
  return group;
}

void
_neg_series_group_free (NegSeriesGroup *group)
{
  g_ptr_array_unref (group->items);
  g_string_free (group->label, TRUE);
  g_free (group);
}

int
_neg_series_item_compare (const NegSeriesItem *a, const NegSeriesItem *b)
{
  const NegInstance *one = a->instance, *other = b->instance;

  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (a->number, b->number));
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (a->info->in_stack_position, b->info->in_stack_position));
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (_neg_series_item_get_temporal_position (a),
                                                  _neg_series_item_get_temporal_position (b)));
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (one->in_concatenation_number, other->in_concatenation_number));
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers ((gint64) one->concatenation_frame_offset + a->frame,
                                                  (gint64) other->concatenation_frame_offset + b->frame));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->acquisition_date, other->acquisition_date));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->acquisition_time, other->acquisition_time));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->sop_instance_uid, other->sop_instance_uid));
  return g_strcmp0 (neg_blob_get_name (a->blob), neg_blob_get_name (b->blob));
}

static gboolean
is_localizer (const NegSeriesItem *item)
{
  const char *type = _neg_series_item_get_type (item);
  g_auto (GStrv) values = type && strstr (type, "LOCALIZER") ? g_strsplit (type, "\\", 0) : NULL;

  return values != NULL && g_strv_length (values) >= 3 && strcmp (values[2], "LOCALIZER") == 0;
}

/* Positions say where frames are only when each frame has its own. */
static gboolean
has_geometry (const NegSeriesItem *item)
{
  const NegFrameInfo *info = item->info;
  double normal[3];

  return info->has_position && info->has_orientation
         && (item->instance->frames == 1 || item->instance->n_frame_infos == item->instance->frames)
         && isfinite (info->position_mm[0]) && isfinite (info->position_mm[1]) && isfinite (info->position_mm[2])
         && neg_geometry_normal (info->orientation, normal);
}

static void
add_items (GArray *items, const NegSeriesSource *source)
{
  NegInstance *instance = source->instance;
  gboolean is_multi_frame = instance->frames > 1 || instance->concatenation_uid != NULL;

  for (guint32 frame = 0; frame < MIN (instance->frames, NEG_SERIES_OBJECT_FRAMES_MAX); frame++) {
    NegSeriesItem item = { .instance = instance, .blob = source->blob, .frame = frame, .number = source->number };

    if (source->hidden != NULL && g_hash_table_contains (source->hidden, GUINT_TO_POINTER (frame + 1)))
      continue;
    item.info = neg_instance_get_frame_info (instance, frame);
    if (is_multi_frame)
      item.unit = instance->concatenation_uid ? instance->concatenation_uid : instance->sop_instance_uid;
    if (is_multi_frame && item.unit == NULL)
      item.unit = neg_blob_get_name (source->blob);
    item.has_geometry = has_geometry (&item);
    item.is_localizer = is_localizer (&item);
    g_array_append_val (items, item);
  }
}

static gint64
micrometres (double length_mm)
{
  return isfinite (length_mm) ? (gint64) (CLAMP (length_mm, 0, 1e6) * 1000 + 0.5) : -1;
}

static int
compare_spacings (const NegFrameInfo *a, const NegFrameInfo *b)
{
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (a->has_spacing, b->has_spacing));
  for (guint i = 0; a->has_spacing && i < 2; i++)
    NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (micrometres (a->spacing_mm[i]), micrometres (b->spacing_mm[i])));
  return 0;
}

/* What images must have in common to be scrolled through together. Never two patients. */
static int
compare_classes (const NegSeriesItem *a, const NegSeriesItem *b)
{
  const NegInstance *one = a->instance, *other = b->instance;

  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->series_uid, other->series_uid));
  /* Objects that name no series have nothing that says they belong together. */
  if (one->series_uid == NULL)
    NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (neg_blob_get_name (a->blob), neg_blob_get_name (b->blob)));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->study_uid, other->study_uid));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->patient_id, other->patient_id));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->patient_id_issuer, other->patient_id_issuer));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->patient_name, other->patient_name));
  NEG_RETURN_UNLESS_EQUAL (a->is_localizer - b->is_localizer);
  NEG_RETURN_UNLESS_EQUAL (b->has_geometry - a->has_geometry);
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->frame_of_reference_uid, other->frame_of_reference_uid));
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (one->rows, other->rows));
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (one->columns, other->columns));
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (one->samples, other->samples));
  NEG_RETURN_UNLESS_EQUAL ((g_strcmp0 (one->photometric, "PALETTE COLOR") == 0)
                       - (g_strcmp0 (other->photometric, "PALETTE COLOR") == 0));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (a->info->stack_id, b->info->stack_id));
  if (a->has_geometry)
    return compare_spacings (a->info, b->info);
  /* A film is a series of its own; single images without positions go together. */
  return g_strcmp0 (a->unit, b->unit);
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  NEG_RETURN_UNLESS_EQUAL (compare_classes (a, b));
  return _neg_series_item_compare (a, b);
}

static void
take_notice (NegSeriesGroup *group, GHashTable *notices)
{
  const char *series_uid = group->anchor->instance->series_uid;
  const NegSeriesNotice *notice = series_uid ? g_hash_table_lookup (notices, series_uid) : NULL;

  if (notice != NULL) {
    group->n_duplicates = notice->n_duplicates;
    group->n_rejected = notice->n_rejected;
    group->n_rejected_frames = notice->n_rejected_frames;
    group->has_uid_clash = notice->has_uid_clash;
  }
}

static NegSeriesGroup *
group_new (const NegSeriesItem *anchor, GHashTable *notices)
{
  NegSeriesGroup *group = _neg_series_group_new (anchor);

  take_notice (group, notices);
  return group;
}

/* A projection that turns about the patient: every image looks in a direction of its own, and one wants to see them in
 * their order. Three planes with an image each are a localizer and no rotation. */
static gboolean
is_rotation (GPtrArray *directions, guint n_items)
{
  return directions->len > 3 && directions->len == n_items;
}

static void
add_direction (GPtrArray *items, const NegSliceGroup *direction, GHashTable *notices, GPtrArray *groups)
{
  NegSeriesGroup *group;
  guint first = G_MAXUINT;

  for (guint i = 0; i < direction->n; i++)
    first = MIN (first, direction->order[i]);
  group = group_new (g_ptr_array_index (items, first), notices);
  group->orientation = group->anchor->info->orientation;
  for (guint i = 0; i < direction->n; i++)
    g_ptr_array_add (group->items, g_ptr_array_index (items, direction->order[i]));
  _neg_series_split (group, groups);
}

static void
add_in_order (GPtrArray *items, GHashTable *notices, GPtrArray *groups)
{
  NegSeriesGroup *group = group_new (g_ptr_array_index (items, 0), notices);

  g_ptr_array_extend (group->items, items, NULL, NULL);
  g_ptr_array_add (groups, group);
}

/* Items of one class, in order of number: one group for each direction that they look in. */
static void
add_directions (GPtrArray *items, GHashTable *notices, GPtrArray *groups)
{
  g_autofree NegSlice *slices = g_new (NegSlice, items->len);
  g_autoptr (GPtrArray) directions = NULL;

  for (guint i = 0; i < items->len; i++) {
    const NegFrameInfo *info = ((NegSeriesItem *) g_ptr_array_index (items, i))->info;

    memcpy (slices[i].position_mm, info->position_mm, sizeof slices[i].position_mm);
    memcpy (slices[i].orientation, info->orientation, sizeof slices[i].orientation);
  }
  directions = neg_geometry_group (slices, items->len);
  if (is_rotation (directions, items->len)) {
    add_in_order (items, notices, groups);
    return;
  }
  for (guint i = 0; i < directions->len; i++)
    add_direction (items, g_ptr_array_index (directions, i), notices, groups);
}

static void
add_class (GPtrArray *items, GHashTable *notices, GPtrArray *groups)
{
  const NegSeriesItem *first = g_ptr_array_index (items, 0);

  if (first->has_geometry)
    add_directions (items, notices, groups);
  else
    add_in_order (items, notices, groups);
}

static GPtrArray *
make_groups (GArray *items, GHashTable *notices)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_series_group_free);
  g_autoptr (GPtrArray) class = g_ptr_array_new ();

  g_array_sort (items, compare_items);
  for (guint i = 0; i < items->len; i++) {
    NegSeriesItem *item = &g_array_index (items, NegSeriesItem, i);

    if (class->len > 0 && compare_classes (item, g_ptr_array_index (class, 0)) != 0) {
      add_class (class, notices, groups);
      g_ptr_array_set_size (class, 0);
    }
    g_ptr_array_add (class, item);
  }
  if (class->len > 0)
    add_class (class, notices, groups);
  return groups;
}

static int
compare_series (const NegInstance *one, const NegInstance *other)
{
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->study_date, other->study_date));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->study_time, other->study_time));
  NEG_RETURN_UNLESS_EQUAL (g_strcmp0 (one->study_uid, other->study_uid));
  NEG_RETURN_UNLESS_EQUAL (other->has_series_number - one->has_series_number);
  NEG_RETURN_UNLESS_EQUAL (_neg_compare_integers (one->series_number, other->series_number));
  return g_strcmp0 (one->series_uid, other->series_uid);
}

/* Groups that were split from each other have one anchor: the sort is stable and leaves them as they were split. */
static int
compare_groups (gconstpointer a, gconstpointer b)
{
  const NegSeriesItem *one = (*(NegSeriesGroup *const *) a)->anchor, *other = (*(NegSeriesGroup *const *) b)->anchor;

  NEG_RETURN_UNLESS_EQUAL (compare_series (one->instance, other->instance));
  NEG_RETURN_UNLESS_EQUAL (_neg_series_item_compare (one, other));
  return compare_classes (one, other);
}

/* In what the groups first..end - 1, which come from one DICOM series, differ from each other. */
typedef struct {
  guint first, end;
  gboolean size, color, stack, frame_of_reference;
} Siblings;

static const NegSeriesItem *
anchor_of (GPtrArray *groups, guint index)
{
  return ((NegSeriesGroup *) g_ptr_array_index (groups, index))->anchor;
}

static Siblings
find_siblings (GPtrArray *groups, guint first)
{
  const NegSeriesItem *own = anchor_of (groups, first);
  Siblings siblings = { .first = first, .end = first };

  for (; siblings.end < groups->len; siblings.end++) {
    const NegSeriesItem *other = anchor_of (groups, siblings.end);

    if (compare_series (own->instance, other->instance) != 0)
      break;
    siblings.size |= other->instance->rows != own->instance->rows || other->instance->columns != own->instance->columns;
    siblings.color |= other->instance->samples != own->instance->samples;
    siblings.stack |= g_strcmp0 (other->info->stack_id, own->info->stack_id) != 0;
    siblings.frame_of_reference |= g_strcmp0 (other->instance->frame_of_reference_uid,
                                              own->instance->frame_of_reference_uid) != 0;
  }
  return siblings;
}

static void
add_distinction (GString *text, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_distinction (GString *text, const char *format, ...)
{
  va_list args;

  if (text->len > 0)
    g_string_append (text, ", ");
  va_start (args, format);
  g_string_append_vprintf (text, format, args);
  va_end (args);
}

static char *
dup_distinction (const NegSeriesGroup *group, const Siblings *siblings, guint index)
{
  const NegSeriesItem *own = group->anchor;
  GString *text = g_string_new (own->is_localizer ? "localizer" : NULL);

  if (siblings->stack && own->info->stack_id != NULL)
    add_distinction (text, "stack %s", own->info->stack_id);
  if (group->label->len > 0)
    add_distinction (text, "%s", group->label->str);
  if (siblings->size)
    add_distinction (text, "%u x %u", own->instance->columns, own->instance->rows);
  if (siblings->color)
    add_distinction (text, "%s", own->instance->samples > 1 ? "colour" : "grey");
  if (siblings->frame_of_reference && text->len == 0)
    add_distinction (text, "part %u", index - siblings->first + 1);
  return g_string_free (text, FALSE);
}

/* How many series of this UID came before; they need not follow each other (two patients with one UID). */
static guint
count_place (GHashTable *counts, const NegSeriesItem *item)
{
  const char *uid = item->instance->series_uid ? item->instance->series_uid : "";
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, uid));

  g_hash_table_insert (counts, (char *) uid, GUINT_TO_POINTER (n + 1));
  return n;
}

static GPtrArray *
make_series (GPtrArray *groups)
{
  GPtrArray *series = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  Siblings siblings = { 0 };

  for (guint i = 0; i < groups->len; i++) {
    const NegSeriesGroup *group = g_ptr_array_index (groups, i);
    g_autofree char *distinction = NULL;

    if (i == siblings.end)
      siblings = find_siblings (groups, i);
    distinction = dup_distinction (group, &siblings, i);
    g_ptr_array_add (series, _neg_series_new (group, distinction, count_place (counts, group->anchor)));
  }
  return series;
}

GPtrArray *
neg_series_build (GPtrArray *instances, GPtrArray *blobs)
{
  g_autoptr (GArray) sources = NULL;
  g_autoptr (GHashTable) notices = NULL;
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (NegSeriesItem));
  g_autoptr (GPtrArray) groups = NULL;

  g_return_val_if_fail (instances->len == blobs->len, g_ptr_array_new_with_free_func (g_object_unref));

  sources = _neg_series_collect (instances, blobs, &notices);
  for (guint i = 0; i < sources->len; i++)
    if (!g_array_index (sources, NegSeriesSource, i).is_left_out)
      add_items (items, &g_array_index (sources, NegSeriesSource, i));
  groups = make_groups (items, notices);
  g_ptr_array_sort (groups, compare_groups);
  return make_series (groups);
}
