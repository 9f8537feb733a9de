#include "config.h"

#include <math.h>
#include <string.h>

#include "pipeline/neg-series-private.h"

#define N_LISTED_MAX 10

static const NegSeriesItem *
first_item (const NegSeriesGroup *group)
{
  return g_ptr_array_index (group->items, 0);
}

static gboolean
is_one_position (const NegSliceGroup *geometry)
{
  return geometry != NULL && geometry->n > 1 && geometry->duplicates_after->len == geometry->n - 1;
}

static gboolean
is_one_object (const NegSeriesGroup *group)
{
  const char *unit = first_item (group)->unit;

  for (guint i = 0; i < group->items->len; i++)
    if (unit == NULL || g_strcmp0 (unit, ((NegSeriesItem *) g_ptr_array_index (group->items, i))->unit) != 0)
      return FALSE;
  return TRUE;
}

/* Timed by itself (C.7.6.5), or of a modality whose multi-frame images are films. */
static gboolean
is_film (const NegInstance *instance)
{
  static const char *const modalities[] = { "US", "IVUS", "XA", "RF", "DG", "ES", "XC", "GM", NULL };

  return instance->frame_time_ms > 0 || instance->cine_rate_hz > 0 || instance->n_frame_times > 0
         || (instance->modality != NULL && g_strv_contains (modalities, instance->modality));
}

static gboolean
is_in_time (const NegSeriesGroup *group)
{
  const NegSeriesItem *first = first_item (group);

  for (guint i = 1; i < group->items->len; i++) {
    const NegSeriesItem *item = g_ptr_array_index (group->items, i);
    double trigger_time_ms = _neg_series_item_get_trigger_time_ms (item);

    if (_neg_series_item_get_temporal_position (item) != _neg_series_item_get_temporal_position (first)
        || (!isnan (trigger_time_ms) && trigger_time_ms != _neg_series_item_get_trigger_time_ms (first)))
      return TRUE;
  }
  return FALSE;
}

NegSeriesKind
_neg_series_judge (const NegSeriesGroup *group, const NegSliceGroup *geometry)
{
  gboolean moves = geometry != NULL && !is_one_position (geometry);

  if (group->items->len == 1)
    return NEG_SERIES_IMAGE;
  if (geometry != NULL && geometry->n >= 3 && geometry->duplicates_after->len == 0 && geometry->straight)
    return NEG_SERIES_VOLUME;
  if (!moves && is_one_object (group) && is_film (first_item (group)->instance))
    return NEG_SERIES_CINE;
  return is_one_position (geometry) && is_in_time (group) ? NEG_SERIES_CINE : NEG_SERIES_STACK;
}

static void
append_part (GString *title, const char *part)
{
  if (part == NULL || *part == 0)
    return;
  g_string_append (title, title->str[title->len - 1] == '(' ? "" : ", ");
  g_string_append (title, part);
}

char *
_neg_series_dup_title (const NegSeriesGroup *group, const NegSliceGroup *geometry, NegSeriesKind kind,
                       const char *distinction)
{
  const NegInstance *instance = first_item (group)->instance;
  const char *description = instance->series_description;
  GString *title = g_string_new (instance->modality && *instance->modality ? instance->modality : "Images");
  g_autofree char *count = g_strdup_printf (kind == NEG_SERIES_CINE        ? "%u frames"
                                            : group->items->len == 1 ? "%u image"
                                                                     : "%u images",
                                            group->items->len);

  if (description == NULL || *description == 0)
    description = instance->protocol_name;
  if (instance->has_series_number)
    g_string_append_printf (title, " %d", instance->series_number);
  if (description != NULL && *description != 0)
    g_string_append_printf (title, ": %s", description);
  g_string_append (title, " (");
  if (geometry != NULL)
    append_part (title, neg_orientation_get_name (neg_geometry_classify (geometry->normal)));
  append_part (title, distinction);
  append_part (title, count);
  g_string_append_c (title, ')');
  return g_string_free (title, FALSE);
}

/* "after slice 3" or "after slices 3, 7, 9"; counted from 1. */
static void
append_slices (GString *text, const GArray *after)
{
  g_string_append (text, after->len == 1 ? "after slice" : "after slices");
  for (guint i = 0; i < after->len && i < N_LISTED_MAX; i++)
    g_string_append_printf (text, "%s %u", i ? "," : "", g_array_index (after, guint, i) + 1);
  if (after->len > N_LISTED_MAX)
    g_string_append_printf (text, " and %u more", after->len - N_LISTED_MAX);
}

static void
warn_of_duplicates (GStrvBuilder *warnings, const NegSeriesGroup *group, const NegSliceGroup *geometry)
{
  guint n = geometry->duplicates_after->len;
  g_autoptr (GString) text = g_string_new (NULL);

  if (is_one_position (geometry)) {
    if (is_one_object (group) || _neg_series_varies (group->items))
      return;
    g_string_append_printf (text, "%u images at the same position", geometry->n);
  } else if (n == 1) {
    guint after = g_array_index (geometry->duplicates_after, guint, 0);

    g_string_append_printf (text, "2 images at the same position: %u and %u", after + 1, after + 2);
  } else {
    g_string_append_printf (text, "%u images at the same position as the one before: ", n);
    append_slices (text, geometry->duplicates_after);
  }
  g_strv_builder_add (warnings, text->str);
}

static void
warn_of_gaps (GStrvBuilder *warnings, const NegSliceGroup *geometry)
{
  g_autoptr (GString) text = g_string_new ("slices may be missing ");

  append_slices (text, geometry->gaps_after);
  g_strv_builder_add (warnings, text->str);
}

/* Spacings that are neither regular nor explained by a gap or a duplicate. */
static void
warn_of_spacing (GStrvBuilder *warnings, const NegSliceGroup *geometry)
{
  double median_mm = geometry->median_spacing_mm, tolerance_mm = MAX (0.01, 0.01 * median_mm) + 1e-9;
  double low = INFINITY, high = -INFINITY;
  gboolean is_irregular = FALSE;

  for (guint i = 0; i + 1 < geometry->n; i++) {
    double spacing_mm = geometry->spacings_mm[i];

    low = MIN (low, spacing_mm);
    high = MAX (high, spacing_mm);
    if (spacing_mm > tolerance_mm && fabs (spacing_mm - median_mm) > tolerance_mm
        && spacing_mm <= NEG_GEOMETRY_GAP_FACTOR * median_mm)
      is_irregular = TRUE;
  }
  if (is_irregular) {
    char low_text[G_ASCII_DTOSTR_BUF_SIZE], high_text[G_ASCII_DTOSTR_BUF_SIZE];
    g_autofree char *text = g_strdup_printf ("slice spacing varies from %s to %s mm",
                                             g_ascii_formatd (low_text, sizeof low_text, "%.3f", low),
                                             g_ascii_formatd (high_text, sizeof high_text, "%.3f", high));

    g_strv_builder_add (warnings, text);
  }
}

static void
warn_of_geometry (GStrvBuilder *warnings, const NegSeriesGroup *group, const NegSliceGroup *geometry)
{
  if (geometry->duplicates_after->len > 0)
    warn_of_duplicates (warnings, group, geometry);
  if (geometry->gaps_after->len > 0)
    warn_of_gaps (warnings, geometry);
  if (geometry->n >= 3 && !geometry->uniform)
    warn_of_spacing (warnings, geometry);
  if (geometry->n >= 3 && !geometry->straight)
    g_strv_builder_add (warnings, "the slices do not lie on one straight line");
}

static void
warn_of_instances (GStrvBuilder *warnings, const NegSeriesGroup *group)
{
  g_autoptr (GHashTable) said = g_hash_table_new (g_str_hash, g_str_equal);
  const NegInstance *before = NULL;

  for (guint i = 0; i < group->items->len; i++) {
    const NegInstance *instance = ((NegSeriesItem *) g_ptr_array_index (group->items, i))->instance;
    char **texts = instance == before ? NULL : instance->warnings;

    before = instance;
    for (; texts != NULL && *texts != NULL && g_hash_table_size (said) < N_LISTED_MAX; texts++)
      if (g_hash_table_add (said, *texts))
        g_strv_builder_add (warnings, *texts);
  }
}

char **
_neg_series_dup_warnings (const NegSeriesGroup *group, const NegSliceGroup *geometry, NegSeriesKind kind)
{
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new ();

  if (group->n_duplicates > 0) {
    g_autofree char *text = g_strdup_printf (group->n_duplicates == 1 ? "%u object is here twice and shown once"
                                                                      : "%u objects are here twice and shown once",
                                             group->n_duplicates);

    g_strv_builder_add (warnings, text);
  }
  if (group->n_rejected > 0) {
    g_autofree char *text = g_strdup_printf (group->n_rejected == 1 ? "%u image was rejected and is not shown"
                                                                    : "%u images were rejected and are not shown",
                                             group->n_rejected);

    g_strv_builder_add (warnings, text);
  }
  if (group->n_rejected_frames > 0) {
    g_autofree char *text = g_strdup_printf (group->n_rejected_frames == 1 ? "%u frame was rejected and is not shown"
                                                                           : "%u frames were rejected and are not shown",
                                             group->n_rejected_frames);

    g_strv_builder_add (warnings, text);
  }
  if (group->has_uid_clash)
    g_strv_builder_add (warnings, "different images have the same SOP Instance UID");
  if (geometry != NULL && kind != NEG_SERIES_IMAGE)
    warn_of_geometry (warnings, group, geometry);
  if (first_item (group)->instance->frames > NEG_SERIES_OBJECT_FRAMES_MAX)
    g_strv_builder_add (warnings, "the object announces more frames than are shown");
  warn_of_instances (warnings, group);
  return g_strv_builder_end (warnings);
}
