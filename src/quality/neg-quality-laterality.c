/* Left and right: tags against the order and against each other, against the words of descriptions, missing ones, both sides and both
 * views of breasts, and the marker that only an eye can see. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "model/neg-regions.h"

/* Parts that a person has two of (PS3.3 C.7.3.1: Laterality is required for them). */
#define PAIRED                                                                                                         \
  (NEG_REGION_BREAST | NEG_REGION_SHOULDER | NEG_REGION_ARM | NEG_REGION_ELBOW | NEG_REGION_HAND | NEG_REGION_HIP     \
   | NEG_REGION_LEG | NEG_REGION_KNEE | NEG_REGION_FOOT)

/* What is known of the side of images that say the same. */
typedef struct {
  GPtrArray *objects;
  NegSide image, series, words; /* (0020,0062), (0020,0060), descriptions */
  gboolean is_paired;
} SideGroup;

static void
free_group (gpointer data)
{
  SideGroup *group = data;

  g_ptr_array_unref (group->objects);
  g_free (group);
}

static NegSide
read_code (const char *code)
{
  switch (*code) {
  case 'L':
    return NEG_SIDE_LEFT;
  case 'R':
    return NEG_SIDE_RIGHT;
  case 'B':
    return NEG_SIDE_BOTH;
  default:
    return NEG_SIDE_UNKNOWN;
  }
}

static const char *
get_words (NegSide side)
{
  switch (side) {
  case NEG_SIDE_LEFT:
    return _ ("left");
  case NEG_SIDE_RIGHT:
    return _ ("right");
  case NEG_SIDE_BOTH:
    return _ ("both sides");
  case NEG_SIDE_UNKNOWN:
  default:
    return _ ("no side");
  }
}

static const char *
get_code (NegSide side)
{
  return side == NEG_SIDE_LEFT ? "L" : side == NEG_SIDE_RIGHT ? "R" : side == NEG_SIDE_BOTH ? "B" : "";
}

/* Left or right, not both: a description may name both for other reasons. */
static gboolean
is_one (NegSide side)
{
  return side == NEG_SIDE_LEFT || side == NEG_SIDE_RIGHT;
}

/* Head to toe regions are of one paired part only when nothing else is named. */
static gboolean
is_paired (const NegQualityObject *object)
{
  static const NegRecordField fields[] = { NEG_RECORD_BODY_PART, NEG_RECORD_SERIES_DESCRIPTION, NEG_RECORD_PROTOCOL,
                                           NEG_RECORD_STUDY_DESCRIPTION };

  if (g_str_equal (neg_quality_get (object, NEG_RECORD_MODALITY), "MG"))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    guint regions = neg_regions_find (neg_quality_get (object, fields[i]));

    if (regions != 0)
      return (regions & ~PAIRED) == 0;
  }
  return FALSE;
}

/* The most special text that names one side. */
static NegSide
read_words (const NegQualityObject *object)
{
  static const NegRecordField fields[] = { NEG_RECORD_SERIES_DESCRIPTION, NEG_RECORD_PROTOCOL,
                                           NEG_RECORD_REQUESTED_PROCEDURE, NEG_RECORD_STUDY_DESCRIPTION };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    NegSide side = neg_side_find (neg_quality_get (object, fields[i]));

    if (side != NEG_SIDE_UNKNOWN)
      return side;
  }
  return NEG_SIDE_UNKNOWN;
}

/* Images that say the same in the same words, so that the words are read once. Key to a GPtrArray of NegQualityObject. */
static GHashTable *
group_by_words (const NegQualityRun *run)
{
  static const NegRecordField fields[] = { NEG_RECORD_MODALITY,           NEG_RECORD_IMAGE_LATERALITY, NEG_RECORD_LATERALITY,
                                           NEG_RECORD_BODY_PART,          NEG_RECORD_SERIES_DESCRIPTION, NEG_RECORD_PROTOCOL,
                                           NEG_RECORD_REQUESTED_PROCEDURE, NEG_RECORD_STUDY_DESCRIPTION };
  GHashTable *groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GString) key = g_string_new (NULL);

  for (guint i = 0; i < run->objects->len; i++) {
    NegQualityObject *object = run->objects->pdata[i];
    GPtrArray *group;

    if (!neg_quality_is_image (object))
      continue;
    g_string_truncate (key, 0);
    for (guint j = 0; j < G_N_ELEMENTS (fields); j++) {
      g_string_append (key, neg_quality_get (object, fields[j]));
      g_string_append_c (key, '\n');
    }
    group = g_hash_table_lookup (groups, key->str);
    if (group == NULL) {
      group = g_ptr_array_new ();
      g_hash_table_insert (groups, g_strdup (key->str), group);
    }
    g_ptr_array_add (group, object);
  }
  return groups;
}

static SideGroup *
find_group (GPtrArray *groups, const SideGroup *key, const char *modality)
{
  for (guint i = 0; i < groups->len; i++) {
    SideGroup *one = groups->pdata[i];

    if (one->image == key->image && one->series == key->series && one->words == key->words && one->is_paired == key->is_paired
        && g_str_equal (neg_quality_get (one->objects->pdata[0], NEG_RECORD_MODALITY), modality))
      return one;
  }
  return NULL;
}

static GPtrArray *
list_groups (const NegQualityRun *run)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func (free_group);
  g_autoptr (GHashTable) by_words = group_by_words (run);
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (by_words), (GCompareFunc) strcmp);

  for (GList *at = keys; at != NULL; at = at->next) {
    GPtrArray *objects = g_hash_table_lookup (by_words, at->data);
    const NegQualityObject *object = objects->pdata[0];
    SideGroup key = { NULL, read_code (neg_quality_get (object, NEG_RECORD_IMAGE_LATERALITY)),
                      read_code (neg_quality_get (object, NEG_RECORD_LATERALITY)), read_words (object), is_paired (object) };
    SideGroup *group = find_group (groups, &key, neg_quality_get (object, NEG_RECORD_MODALITY));

    if (group == NULL) {
      group = g_memdup2 (&key, sizeof key);
      group->objects = g_ptr_array_new ();
      g_ptr_array_add (groups, group);
    }
    g_ptr_array_extend (group->objects, objects, NULL, NULL);
  }
  return groups;
}

/* Modules with Image Laterality are those of projections (PS3.3 C.8.11.2), and there it is what counts. */
static char *
dup_argument (const SideGroup *group, NegSide side)
{
  const char *modality = neg_quality_get (group->objects->pdata[0], NEG_RECORD_MODALITY);
  gboolean of_image
      = group->image != NEG_SIDE_UNKNOWN || g_str_equal (modality, "DX") || g_str_equal (modality, "MG");

  return g_strdup_printf ("%s=%s", of_image ? "ImageLaterality" : "Laterality", get_code (side));
}

static NegSide
get_tagged (const SideGroup *group)
{
  return group->image != NEG_SIDE_UNKNOWN ? group->image : group->series;
}

static NegSide
get_ordered (const NegQualityExpectation *order)
{
  NegSide side;

  if (order == NULL)
    return NEG_SIDE_UNKNOWN;
  side = neg_side_find (order->laterality);
  if (side == NEG_SIDE_UNKNOWN && (neg_regions_find (order->procedure) & ~PAIRED) == 0)
    side = neg_side_find (order->procedure);
  return side;
}

static gboolean
check_tag (NegQualityRun *run, const SideGroup *group, NegSide ordered)
{
  NegSide tagged = get_tagged (group);
  NegSide said = tagged != NEG_SIDE_UNKNOWN ? tagged : group->words;
  NegFinding *finding;

  if (!is_one (ordered) || !is_one (said) || said == ordered || !group->is_paired)
    return FALSE;
  finding = neg_quality_report (
      run, NEG_CHECK_LATERALITY, NEG_SEVERITY_ERROR, group->objects,
      g_strdup_printf (tagged != NEG_SIDE_UNKNOWN ? _ ("%s, in the images") : _ ("%s, in the description"), get_words (said)),
      g_strdup_printf (_ ("%s, in the order"), get_words (ordered)),
      _ ("The wrong side would be read, and perhaps treated."));
  neg_quality_mend (finding, NEG_ACTION_SET, dup_argument (group, ordered));
  return TRUE;
}

static gboolean
check_contradiction (NegQualityRun *run, const SideGroup *group)
{
  NegFinding *finding;

  if (is_one (group->image) && is_one (group->series) && group->image != group->series) {
    finding = neg_quality_report (run, NEG_CHECK_LATERALITY, NEG_SEVERITY_ERROR, group->objects,
                                  g_strdup_printf (_ ("%s in the image, %s in its series"), get_words (group->image),
                                                   get_words (group->series)),
                                  g_strdup (_ ("the same side in both")), _ ("The wrong side would be read, and perhaps treated."));
    neg_quality_mend (finding, NEG_ACTION_SET, g_strdup_printf ("Laterality=%s", get_code (group->image)));
    return TRUE;
  }
  if (group->is_paired && is_one (get_tagged (group)) && is_one (group->words) && get_tagged (group) != group->words) {
    finding = neg_quality_report (run, NEG_CHECK_LATERALITY, NEG_SEVERITY_WARNING, group->objects,
                                  g_strdup_printf (_ ("%s in the images, %s in the description"),
                                                   get_words (get_tagged (group)), get_words (group->words)),
                                  g_strdup (_ ("the same side in both")), _ ("The wrong side would be read, and perhaps treated."));
    neg_quality_mend (finding, NEG_ACTION_SET, dup_argument (group, group->words));
    return TRUE;
  }
  return FALSE;
}

/* Sections of both breasts are one picture mostly, and nuclear medicine takes the whole body. */
static gboolean
wants_side (const SideGroup *group)
{
  const NegQualityObject *object = group->objects->pdata[0];
  const char *modality = neg_quality_get (object, NEG_RECORD_MODALITY);

  if (neg_quality_is_projection (modality))
    return TRUE;
  return (g_str_equal (modality, "CT") || g_str_equal (modality, "MR"))
         && (neg_regions_find (neg_quality_get (object, NEG_RECORD_BODY_PART)) & NEG_REGION_BREAST) == 0;
}

/* No side at all is worse than one that only the description or the order says. */
static void
check_missing (NegQualityRun *run, const SideGroup *group, NegSide ordered)
{
  const char *modality = neg_quality_get (group->objects->pdata[0], NEG_RECORD_MODALITY);
  NegSide known = group->words != NEG_SIDE_UNKNOWN ? group->words : ordered;
  gboolean is_open = known == NEG_SIDE_UNKNOWN && neg_quality_is_projection (modality);
  NegFinding *finding;

  if (!group->is_paired || get_tagged (group) != NEG_SIDE_UNKNOWN || !wants_side (group) || known == NEG_SIDE_BOTH)
    return;
  finding = neg_quality_report (run, NEG_CHECK_LATERALITY, is_open ? NEG_SEVERITY_WARNING : NEG_SEVERITY_NOTE, group->objects,
                                g_strdup (_ ("no side in the images")),
                                known != NEG_SIDE_UNKNOWN
                                    ? g_strdup_printf (_ ("%s, as the description or the order says"), get_words (known))
                                    : g_strdup (_ ("left, right or both: the part of the body is paired")),
                                _ ("Hanging and comparison go by the side."));
  neg_quality_mend (finding, NEG_ACTION_SET, dup_argument (group, known));
}

/* A note: an eye confirms that the lead marker is there and right. Once for a study and side. */
static void
check_marker (NegQualityRun *run, GPtrArray *groups)
{
  for (guint side = NEG_SIDE_LEFT; side <= NEG_SIDE_BOTH; side++) {
    g_autoptr (GPtrArray) objects = g_ptr_array_new ();

    for (guint i = 0; i < groups->len; i++) {
      const SideGroup *group = groups->pdata[i];
      const char *modality = neg_quality_get (group->objects->pdata[0], NEG_RECORD_MODALITY);

      if (get_tagged (group) == side && neg_quality_is_projection (modality))
        g_ptr_array_extend (objects, group->objects, NULL, NULL);
    }
    if (objects->len > 0)
      neg_quality_report (run, NEG_CHECK_LATERALITY_MARKER, NEG_SEVERITY_NOTE, objects,
                          g_strdup_printf (_ ("the tag says %s"), get_words (side)),
                          g_strdup (_ ("the same marker in the picture")),
                          _ ("Only an eye sees the marker in the picture."));
  }
}

/* --- breasts --- */

static gboolean
is_view (const NegQualityObject *object, const char *view)
{
  const char *position = neg_quality_get (object, NEG_RECORD_VIEW_POSITION), *code = neg_quality_get (object, NEG_RECORD_VIEW_CODE);

  if (g_str_equal (view, "CC")) /* PS3.16 CID 4014, both codes of each */
    return g_str_equal (position, "CC") || g_str_equal (code, "399162004") || g_str_equal (code, "R-10242");
  return g_str_equal (position, "MLO") || g_str_equal (code, "399368009") || g_str_equal (code, "R-10226");
}

static guint
count_views (const NegQualityRun *run, NegSide side, const char *view)
{
  guint n = 0;

  for (guint i = 0; i < run->objects->len; i++) {
    const NegQualityObject *object = run->objects->pdata[i];
    const char *laterality = neg_quality_get (object, NEG_RECORD_IMAGE_LATERALITY);

    if (*laterality == '\0')
      laterality = neg_quality_get (object, NEG_RECORD_LATERALITY);
    n += g_str_equal (neg_quality_get (object, NEG_RECORD_MODALITY), "MG") && read_code (laterality) == side
         && is_view (object, view);
  }
  return n;
}

static void
report_view (NegQualityRun *run, NegSide side, const char *view)
{
  NegFinding *finding = neg_quality_report (
      run, NEG_CHECK_VIEW_PAIR, NEG_SEVERITY_WARNING, NULL, g_strdup_printf (_ ("no %s of the %s breast"), view, get_words (side)),
      g_strdup (_ ("CC and MLO of each breast that was examined")), _ ("What one view hides, the other shows."));

  neg_quality_mend (finding, NEG_ACTION_FETCH, NULL);
}

static void
check_breasts (NegQualityRun *run, NegSide ordered)
{
  guint n[4][2];

  if (!g_str_equal (run->modality, "MG"))
    return;
  for (guint side = NEG_SIDE_LEFT; side <= NEG_SIDE_RIGHT; side++) {
    n[side][0] = count_views (run, side, "CC");
    n[side][1] = count_views (run, side, "MLO");
  }
  for (guint side = NEG_SIDE_LEFT; side <= NEG_SIDE_RIGHT; side++) {
    guint other = NEG_SIDE_BOTH - side;
    gboolean is_pair_begun = n[other][0] > 0 && n[other][1] > 0;
    gboolean is_absent = n[side][0] == 0 && n[side][1] == 0;

    if (is_absent && !(ordered == NEG_SIDE_BOTH && is_pair_begun))
      continue;
    /* Extra views of one breast alone are no half of a pair. */
    if (n[side][0] == 0 && is_pair_begun)
      report_view (run, side, "CC");
    if (n[side][1] == 0 && is_pair_begun)
      report_view (run, side, "MLO");
  }
}

/* The order is of both sides, and images are of one. */
static void
check_both (NegQualityRun *run, GPtrArray *groups, NegSide ordered)
{
  NegSide seen = NEG_SIDE_UNKNOWN;
  NegFinding *finding;

  if (ordered != NEG_SIDE_BOTH || !neg_quality_is_projection (run->modality) || g_str_equal (run->modality, "MG"))
    return;
  for (guint i = 0; i < groups->len; i++)
    seen |= get_tagged (groups->pdata[i]);
  if (!is_one (seen))
    return;
  finding
      = neg_quality_report (run, NEG_CHECK_VIEW_PAIR, NEG_SEVERITY_WARNING, NULL, g_strdup_printf (_ ("%s only"), get_words (seen)),
                            g_strdup_printf (_ ("%s, in the order"), get_words (ordered)), _ ("The other side was ordered, too."));
  neg_quality_mend (finding, NEG_ACTION_FETCH, NULL);
}

void
neg_quality_check_laterality (NegQualityRun *run)
{
  g_autoptr (GPtrArray) groups = list_groups (run);
  NegSide ordered = get_ordered (neg_quality_find_order (run));

  for (guint i = 0; i < groups->len; i++) {
    const SideGroup *group = groups->pdata[i];

    if (!check_tag (run, group, ordered) && !check_contradiction (run, group))
      check_missing (run, group, ordered);
  }
  check_marker (run, groups);
  check_breasts (run, ordered);
  check_both (run, groups, ordered);
}
