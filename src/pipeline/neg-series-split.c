/* Several images at one position are told apart by what the acquisition varied: echo, b-value, kind of image, phase,
 * acquisition, and where nothing says it, by the order in which they were made. Positions that do not repeat are never
 * torn apart: a trigger or echo time that differs from slice to slice is no reason. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/neg-series-private.h"

#define SAME_POSITION_MM 0.01

typedef enum {
  KEY_UNIT,
  KEY_ECHO_NUMBER,
  KEY_ECHO_TIME,
  KEY_B_VALUE,
  KEY_TYPE,
  KEY_LABEL,
  KEY_TEMPORAL_POSITION,
  KEY_ACQUISITION_NUMBER,
  /* From here on values need not be equal from one position to the next: their rank at their position counts. */
  KEY_TRIGGER_TIME,
  KEY_ACQUISITION_TIME,
  KEY_CONTENT_TIME,
  KEY_NUMBER,
  N_KEYS,
  FIRST_RANKED = KEY_TRIGGER_TIME,
} Key;

typedef struct {
  NegSeriesItem *item;
  double distance_mm;
  guint position; /* from 0 */
} Placed;

const char *
_neg_series_item_get_type (const NegSeriesItem *item)
{
  return item->info->frame_type ? item->info->frame_type : item->instance->image_type;
}

double
_neg_series_item_get_trigger_time_ms (const NegSeriesItem *item)
{
  return isnan (item->info->trigger_time_ms) ? item->instance->trigger_time_ms : item->info->trigger_time_ms;
}

guint32
_neg_series_item_get_temporal_position (const NegSeriesItem *item)
{
  return item->info->temporal_position ? item->info->temporal_position : item->instance->temporal_position;
}

static double
echo_time_ms (const NegSeriesItem *item)
{
  return isnan (item->info->effective_echo_time_ms) ? item->instance->echo_time_ms
                                                    : item->info->effective_echo_time_ms;
}

static double
b_value (const NegSeriesItem *item)
{
  return isnan (item->info->b_value) ? item->instance->b_value : item->info->b_value;
}

static int
compare_doubles (double a, double b)
{
  if (isnan (a) || isnan (b))
    return isnan (a) - isnan (b);
  return a < b ? -1 : a > b;
}

static int
compare_times (const char *date, const char *time, const char *other_date, const char *other_time)
{
  int order = g_strcmp0 (date, other_date);

  return order ? order : g_strcmp0 (time, other_time);
}

static int
compare_acquisition_numbers (const NegInstance *a, const NegInstance *b)
{
  if (!a->has_acquisition_number || !b->has_acquisition_number)
    return b->has_acquisition_number - a->has_acquisition_number;
  return _neg_compare_integers (a->acquisition_number, b->acquisition_number);
}

/* Images that belong to no multi-frame object come first. */
static int
compare_units (const NegSeriesItem *a, const NegSeriesItem *b)
{
  int order = g_strcmp0 (a->unit, b->unit);

  if (order == 0 || a->unit == NULL || b->unit == NULL)
    return order;
  return a->number != b->number ? _neg_compare_integers (a->number, b->number) : order;
}

static int
compare_by_key (const NegSeriesItem *a, const NegSeriesItem *b, Key key)
{
  const NegInstance *one = a->instance, *other = b->instance;

  switch (key) {
  case KEY_UNIT:
    return compare_units (a, b);
  case KEY_ECHO_NUMBER:
    return g_strcmp0 (one->echo_numbers, other->echo_numbers);
  case KEY_ECHO_TIME:
    return compare_doubles (echo_time_ms (a), echo_time_ms (b));
  case KEY_B_VALUE:
    return compare_doubles (b_value (a), b_value (b));
  case KEY_TYPE:
    return g_strcmp0 (_neg_series_item_get_type (a), _neg_series_item_get_type (b));
  case KEY_LABEL:
    return g_strcmp0 (a->info->acquisition_label, b->info->acquisition_label);
  case KEY_TEMPORAL_POSITION:
    return _neg_compare_integers (_neg_series_item_get_temporal_position (a),
                                  _neg_series_item_get_temporal_position (b));
  case KEY_ACQUISITION_NUMBER:
    return compare_acquisition_numbers (one, other);
  case KEY_TRIGGER_TIME:
    return compare_doubles (_neg_series_item_get_trigger_time_ms (a), _neg_series_item_get_trigger_time_ms (b));
  case KEY_ACQUISITION_TIME:
    return compare_times (one->acquisition_date, one->acquisition_time, other->acquisition_date,
                          other->acquisition_time);
  case KEY_CONTENT_TIME:
    return compare_times (one->content_date, one->content_time, other->content_date, other->content_time);
  case KEY_NUMBER:
    return _neg_compare_integers (a->number, b->number);
  case N_KEYS:
  default:
    return 0;
  }
}

static int
compare_placed (gconstpointer a, gconstpointer b)
{
  const Placed *one = a, *other = b;
  int order = compare_doubles (one->distance_mm, other->distance_mm);

  return order ? order : _neg_series_item_compare (one->item, other->item);
}

static int
compare_placed_by_key (gconstpointer a, gconstpointer b, gpointer data)
{
  const Placed *one = a, *other = b;
  int order = compare_by_key (one->item, other->item, *(Key *) data);

  return order ? order : compare_placed (a, b);
}

static int
compare_in_position (gconstpointer a, gconstpointer b, gpointer data)
{
  const Placed *one = a, *other = b;

  return one->position != other->position ? _neg_compare_integers (one->position, other->position)
                                          : compare_placed_by_key (a, b, data);
}

NegSlice *
_neg_series_get_slices (const GPtrArray *items, const double orientation[6])
{
  NegSlice *slices = g_new (NegSlice, items->len);

  for (guint i = 0; i < items->len; i++) {
    const NegSeriesItem *item = g_ptr_array_index (items, i);

    memcpy (slices[i].position_mm, item->info->position_mm, sizeof slices[i].position_mm);
    memcpy (slices[i].orientation, orientation, sizeof slices[i].orientation);
  }
  return slices;
}

/* The items by ascending distance, their positions counted. */
static GArray *
place (const NegSeriesGroup *group)
{
  GArray *placed = g_array_sized_new (FALSE, FALSE, sizeof (Placed), group->items->len);
  double normal[3], start_mm = 0;
  guint position = 0;

  if (!neg_geometry_normal (group->orientation, normal))
    g_return_val_if_reached (placed);
  for (guint i = 0; i < group->items->len; i++) {
    Placed one = { .item = g_ptr_array_index (group->items, i) };

    for (guint j = 0; j < 3; j++)
      one.distance_mm += normal[j] * one.item->info->position_mm[j];
    g_array_append_val (placed, one);
  }
  g_array_sort (placed, compare_placed);
  for (guint i = 0; i < placed->len; i++) {
    Placed *one = &g_array_index (placed, Placed, i);

    if (i == 0 || one->distance_mm - start_mm > SAME_POSITION_MM) {
      position += i > 0;
      start_mm = one->distance_mm;
    }
    one->position = position;
  }
  return placed;
}

/* Images at one position: the most and the fewest. */
static void
count_positions (const GArray *placed, guint *n_positions, guint *most, guint *fewest)
{
  guint n_here = 0;

  *n_positions = placed->len ? g_array_index (placed, Placed, placed->len - 1).position + 1 : 0;
  *most = 0;
  *fewest = G_MAXUINT;
  for (guint i = 0; i < placed->len; i++) {
    n_here++;
    if (i + 1 < placed->len
        && g_array_index (placed, Placed, i + 1).position == g_array_index (placed, Placed, i).position)
      continue;
    *most = MAX (*most, n_here);
    *fewest = MIN (*fewest, n_here);
    n_here = 0;
  }
}

/* What @key makes of the items: a number of each part for each of @placed, which is in the order of positions. */
typedef struct {
  guint n_parts;
  gboolean separates; /* TRUE when it tells images at one position apart */
} Partition;

/* By equal values. Sorts @placed by the key and gives the parts by @part. */
static Partition
partition_by_value (GArray *placed, Key key, guint *part)
{
  Partition partition = { 0 };
  g_autofree guint *part_at_position = g_new0 (guint, placed->len);

  g_array_sort_with_data (placed, compare_placed_by_key, &key);
  for (guint i = 0; i < placed->len; i++) {
    const Placed *one = &g_array_index (placed, Placed, i);

    if (i == 0 || compare_by_key (g_array_index (placed, Placed, i - 1).item, one->item, key) != 0)
      partition.n_parts++;
    part[i] = partition.n_parts - 1;
    if (part_at_position[one->position] != 0 && part_at_position[one->position] != partition.n_parts)
      partition.separates = TRUE;
    part_at_position[one->position] = partition.n_parts;
  }
  return partition;
}

/* By rank at each position; only where all of them differ there. */
static Partition
partition_by_rank (GArray *placed, Key key, guint *part)
{
  Partition partition = { 0, TRUE };

  g_array_sort_with_data (placed, compare_in_position, &key);
  for (guint i = 0; i < placed->len; i++) {
    const Placed *one = &g_array_index (placed, Placed, i), *before = one - 1;

    if (i > 0 && before->position == one->position) {
      part[i] = part[i - 1] + 1;
      if (compare_by_key (before->item, one->item, key) == 0)
        partition.separates = FALSE;
    } else {
      part[i] = 0;
    }
    partition.n_parts = MAX (partition.n_parts, part[i] + 1);
  }
  return partition;
}

/* The first value of a multi-valued text in which @items differ, of @item; given. */
static char *
dup_distinct_value (const GArray *placed, const NegSeriesItem *item)
{
  const char *text = _neg_series_item_get_type (item);
  g_auto (GStrv) values = g_strsplit (text ? text : "", "\\", 0);
  guint n = g_strv_length (values), first = n;

  for (guint i = 0; i < placed->len && first > 0; i++) {
    const char *other_text = _neg_series_item_get_type (g_array_index (placed, Placed, i).item);
    g_auto (GStrv) others = NULL;

    if (g_strcmp0 (text, other_text) == 0)
      continue;
    others = g_strsplit (other_text ? other_text : "", "\\", 0);
    for (guint j = 0; j < first; j++)
      if (j >= g_strv_length (others) || strcmp (values[j], others[j]) != 0)
        first = j;
  }
  return g_strdup (first < n && *values[first] ? values[first] : "other type");
}

static void
add_label (GString *label, const GArray *placed, const NegSeriesItem *item, Key key, guint part)
{
  g_autofree char *value = NULL;

  if (label->len > 0)
    g_string_append (label, ", ");
  switch (key) {
  case KEY_UNIT:
    g_string_append_printf (label, "object %u", part + 1);
    break;
  case KEY_ECHO_NUMBER:
    g_string_append_printf (label, "echo %s", item->instance->echo_numbers ? item->instance->echo_numbers : "none");
    break;
  case KEY_ECHO_TIME:
    g_string_append_printf (label, "echo %u", part + 1);
    break;
  case KEY_B_VALUE:
    if (isnan (b_value (item)))
      g_string_append (label, "no b-value");
    else
      g_string_append_printf (label, "b %d", (int) CLAMP (b_value (item) + 0.5, 0, 1e6));
    break;
  case KEY_TYPE:
    /* Comparing all with all is for the few kinds that a series has, not for what a hostile one may say. */
    value = part < 8 ? dup_distinct_value (placed, item) : g_strdup_printf ("type %u", part + 1);
    g_string_append (label, value);
    break;
  case KEY_ACQUISITION_NUMBER:
    g_string_append_printf (label, "acquisition %d", item->instance->acquisition_number);
    break;
  case KEY_TEMPORAL_POSITION:
    g_string_append_printf (label, "phase %u", _neg_series_item_get_temporal_position (item));
    break;
  case KEY_TRIGGER_TIME:
    g_string_append_printf (label, "phase %u", part + 1);
    break;
  case KEY_LABEL:
  case KEY_ACQUISITION_TIME:
  case KEY_CONTENT_TIME:
  case KEY_NUMBER:
  case N_KEYS:
  default:
    g_string_append_printf (label, "set %u", part + 1);
    break;
  }
}

static void split_from (NegSeriesGroup *group, Key key, GPtrArray *groups);

/* Takes @group apart into its parts and goes on with each of them. */
static void
split_into_parts (NegSeriesGroup *group, const GArray *placed, const guint *part, guint n_parts, Key key,
                  GPtrArray *groups)
{
  g_autofree NegSeriesGroup **parts = g_new0 (NegSeriesGroup *, n_parts);

  for (guint i = 0; i < placed->len; i++) {
    NegSeriesItem *item = g_array_index (placed, Placed, i).item;
    NegSeriesGroup **one = &parts[part[i]];

    if (*one == NULL) {
      *one = _neg_series_group_new (group->anchor);
      (*one)->orientation = group->orientation;
      (*one)->n_duplicates = group->n_duplicates;
      (*one)->n_rejected = group->n_rejected;
      (*one)->n_rejected_frames = group->n_rejected_frames;
      (*one)->has_uid_clash = group->has_uid_clash;
      g_string_append (((*one)->label), group->label->str);
      add_label ((*one)->label, placed, item, key, part[i]);
    }
    g_ptr_array_add ((*one)->items, item);
  }
  _neg_series_group_free (group);
  for (guint i = 0; i < n_parts; i++)
    split_from (parts[i], key + 1, groups);
}

static void
put_in_order (NegSeriesGroup *group, GArray *placed)
{
  g_array_sort (placed, compare_placed);
  for (guint i = 0; i < placed->len; i++)
    group->items->pdata[i] = g_array_index (placed, Placed, i).item;
}

static void
split_from (NegSeriesGroup *group, Key key, GPtrArray *groups)
{
  g_autoptr (GArray) placed = place (group);
  g_autofree guint *part = g_new (guint, placed->len);
  guint n_positions, most, fewest;

  count_positions (placed, &n_positions, &most, &fewest);
  /* One position throughout is a stack in time, not many single images. */
  for (; key < N_KEYS && most > 1 && n_positions > 1; key++) {
    gboolean is_ranked = key >= FIRST_RANKED;
    Partition partition = { 0 };

    if (is_ranked && most != fewest)
      continue;
    partition = is_ranked ? partition_by_rank (placed, key, part) : partition_by_value (placed, key, part);
    /* More values than images at a position: the key follows the position, it does not tell stacks apart. */
    if (partition.separates && partition.n_parts > 1 && partition.n_parts <= most) {
      split_into_parts (group, placed, part, partition.n_parts, key, groups);
      return;
    }
  }
  put_in_order (group, placed);
  g_ptr_array_add (groups, group);
}

void
_neg_series_split (NegSeriesGroup *group, GPtrArray *groups)
{
  split_from (group, 0, groups);
}

gboolean
_neg_series_varies (const GPtrArray *items)
{
  for (guint i = 1; i < items->len; i++)
    for (Key key = 0; key < KEY_NUMBER; key++)
      if (compare_by_key (g_ptr_array_index (items, 0), g_ptr_array_index (items, i), key) != 0)
        return TRUE;
  return FALSE;
}
