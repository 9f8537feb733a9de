/* Images that are not there: gaps in numbers and in places, a phase that is shorter than the others, and what the modality announced.
 *
 * Both kinds of gap have innocent reasons. Numbers: a scheme that counts in twos, goes on from another series, or leaves some out.
 * Places: two stacks, several acquisitions. So a gap counts as an error where both say the same, and not at all where one of them
 * says that all is there. */
#include "config.h"

#include "quality/neg-quality-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quality/neg-quality-place.h"

#define PLACES_MIN 5
/* Of the usual distance: what is the same place, the same distance, and a multiple of it. */
#define SAME_SHARE 0.05
#define UNEVEN_SHARE 0.1
#define MULTIPLE_MAX 40
/* Of all images, so many may be missing in one series; more is a way of numbering. */
#define MISSING_SHARE_MAX 0.34

typedef struct {
  const NegQualityObject *object;
  NegQualityPlace place;
  double number;
  gboolean has_number;
} Slice;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Slice *left = a, *right = b;

  return left->place.along_mm != right->place.along_mm ? (left->place.along_mm > right->place.along_mm) * 2 - 1
                                                       : (left->number > right->number) - (left->number < right->number);
}

static int
compare_slice_numbers (gconstpointer a, gconstpointer b)
{
  const Slice *left = a, *right = b;

  return (left->number > right->number) - (left->number < right->number);
}

static gboolean
is_same_text (const NegQualityObject *a, const NegQualityObject *b, NegRecordField field)
{
  return g_str_equal (neg_quality_get (a, field), neg_quality_get (b, field));
}

/* One stack: parallel planes of one size and one acquisition, with single frames. */
static gboolean
belongs (const Slice *first, const Slice *other)
{
  return neg_quality_place_is_parallel (&first->place, &other->place)
         && is_same_text (first->object, other->object, NEG_RECORD_ROWS)
         && is_same_text (first->object, other->object, NEG_RECORD_COLUMNS)
         && is_same_text (first->object, other->object, NEG_RECORD_IMAGE_TYPE)
         && is_same_text (first->object, other->object, NEG_RECORD_ACQUISITION_NUMBER);
}

static gboolean
has_one_frame (const NegQualityObject *object)
{
  double frames = 1;

  return !neg_quality_get_number (object, NEG_RECORD_FRAMES, 0, &frames) || frames <= 1;
}

/* GArray of Slice, each a stack. */
static GPtrArray *
list_stacks (const NegQualitySeries *series)
{
  GPtrArray *stacks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

  for (guint i = 0; i < series->objects->len; i++) {
    Slice slice = { .object = series->objects->pdata[i] };
    GArray *stack = NULL;

    neg_quality_place_init (&slice.place, slice.object);
    slice.has_number = neg_quality_get_number (slice.object, NEG_RECORD_INSTANCE_NUMBER, 0, &slice.number);
    if (!slice.place.has_orientation || !slice.place.has_position || neg_quality_is_localizer (slice.object)
        || !has_one_frame (slice.object))
      continue;
    for (guint j = 0; j < stacks->len && stack == NULL; j++)
      if (belongs (&g_array_index ((GArray *) stacks->pdata[j], Slice, 0), &slice))
        stack = stacks->pdata[j];
    if (stack == NULL) {
      stack = g_array_new (FALSE, FALSE, sizeof (Slice));
      g_ptr_array_add (stacks, stack);
    }
    g_array_append_val (stack, slice);
  }
  return stacks;
}

/* --- places --- */

typedef struct {
  GArray *along_mm; /* double, each place once, rising */
  GArray *counts;   /* guint, images at it */
  double usual_mm;  /* the usual distance of two */
} Places;

static void
places_clear (Places *places)
{
  g_clear_pointer (&places->along_mm, g_array_unref);
  g_clear_pointer (&places->counts, g_array_unref);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median_distance (const GArray *along_mm)
{
  g_autoptr (GArray) distances = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 1; i < along_mm->len; i++) {
    double distance = g_array_index (along_mm, double, i) - g_array_index (along_mm, double, i - 1);

    g_array_append_val (distances, distance);
  }
  g_array_sort (distances, compare_doubles);
  return g_array_index (distances, double, distances->len / 2);
}

/* Sorts @stack. FALSE: fewer than PLACES_MIN places. */
static gboolean
find_places (GArray *stack, Places *places)
{
  g_array_sort (stack, compare_places);
  places->along_mm = g_array_new (FALSE, FALSE, sizeof (double));
  places->counts = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < stack->len; i++) {
    double at = g_array_index (stack, Slice, i).place.along_mm;
    guint n = places->along_mm->len, one = 1;

    if (n > 0 && at - g_array_index (places->along_mm, double, n - 1) < 0.01) {
      g_array_index (places->counts, guint, n - 1)++;
      continue;
    }
    g_array_append_val (places->along_mm, at);
    g_array_append_val (places->counts, one);
  }
  if (places->along_mm->len < PLACES_MIN)
    return FALSE;
  places->usual_mm = get_median_distance (places->along_mm);
  return places->usual_mm > 0.01;
}

/* How many places are left out between places i-1 and i: 0, or -1 where the distance is no multiple of the usual one. */
static int
count_left_out (const Places *places, guint i)
{
  double distance = g_array_index (places->along_mm, double, i) - g_array_index (places->along_mm, double, i - 1);
  double times = distance / places->usual_mm;

  if (fabs (times - 1) <= UNEVEN_SHARE)
    return 0;
  if (times > 1.5 && times < MULTIPLE_MAX && fabs (times - round (times)) <= SAME_SHARE * times)
    return (int) round (times) - 1;
  return -1;
}

/* -1: the distances are not even, and nothing can be said. */
static int
count_missing_places (const Places *places)
{
  int missing = 0;

  for (guint i = 1; i < places->along_mm->len; i++) {
    int left_out = count_left_out (places, i);

    if (left_out < 0)
      return -1;
    missing += left_out;
  }
  return missing <= MISSING_SHARE_MAX * places->along_mm->len ? missing : -1;
}

static guint
get_largest_count (const Places *places)
{
  guint most = 0;

  for (guint i = 0; i < places->counts->len; i++)
    most = MAX (most, g_array_index (places->counts, guint, i));
  return most;
}

/* Of several phases or echoes: images that some places have fewer of than most. -1: it differs too much to say. */
static int
count_missing_in_phases (const Places *places)
{
  guint most = get_largest_count (places), all = 0, n_full = 0;

  for (guint i = 0; i < places->counts->len; i++) {
    guint n = g_array_index (places->counts, guint, i);

    all += n;
    n_full += n == most;
  }
  if (most < 2)
    return 0;
  return n_full >= 0.8 * places->counts->len ? (int) (most * places->counts->len - all) : -1;
}

/* --- numbers --- */

/* Numbers between the first and the last that nobody has; -1: no numbers, doubled ones, or another way of counting. *words: which. */
static int
count_missing_numbers (GArray *slices, GString *words)
{
  double step = G_MAXDOUBLE;
  int missing = 0;

  for (guint i = 0; i < slices->len; i++)
    if (!g_array_index (slices, Slice, i).has_number)
      return -1;
  g_array_sort (slices, compare_slice_numbers);
  for (guint i = 1; i < slices->len; i++)
    step = MIN (step, g_array_index (slices, Slice, i).number - g_array_index (slices, Slice, i - 1).number);
  if (slices->len < PLACES_MIN || step < 1)
    return -1;
  for (guint i = 1; i < slices->len; i++) {
    double from = g_array_index (slices, Slice, i - 1).number + step, to = g_array_index (slices, Slice, i).number - step;

    if (!(to >= from))
      continue;
    /* Numbers are anything: what is that much is none of it. */
    missing = (int) MIN (missing + (to - from) / step + 1, 1e6);
    if (words != NULL && words->len < 60)
      g_string_append_printf (words, from == to ? "%s%.0f" : "%s%.0f–%.0f", words->len > 0 ? ", " : "", from, to);
  }
  return missing <= MISSING_SHARE_MAX * slices->len ? missing : -1;
}

static GPtrArray *
list_objects (GArray *stack)
{
  GPtrArray *objects = g_ptr_array_new ();

  for (guint i = 0; i < stack->len; i++)
    g_ptr_array_add (objects, (gpointer) g_array_index (stack, Slice, i).object);
  return objects;
}

static void
report (NegQualityRun *run, NegSeverity most, GPtrArray *objects, guint n_missing, const char *which)
{
  g_autofree char *name = neg_quality_dup_series_names (objects);
  NegFinding *finding = neg_quality_report (
      run, NEG_CHECK_IMAGES_MISSING, most, objects,
      g_strdup_printf (ngettext ("series %s: %u image is missing%s%s", "series %s: %u images are missing%s%s", n_missing), name,
                       n_missing, *which != '\0' ? ": " : "", which),
      g_strdup_printf (_ ("%u images"), objects->len + n_missing), _ ("What lies in the gap is not seen."));

  neg_quality_mend (finding, NEG_ACTION_FETCH, NULL);
}

/* Numbers of the whole series: a stack of several in it has its own gaps there. */
static int
count_series_numbers (const NegQualitySeries *series, GString *words)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Slice));

  for (guint i = 0; i < series->objects->len; i++) {
    Slice slice = { .object = series->objects->pdata[i] };

    slice.has_number = neg_quality_get_number (slice.object, NEG_RECORD_INSTANCE_NUMBER, 0, &slice.number);
    g_array_append_val (all, slice);
  }
  return count_missing_numbers (all, words);
}

/* TRUE: the places are known to be even, whether some are missing or not. */
static gboolean
check_stack (NegQualityRun *run, GArray *stack, int missing_numbers, const char *which)
{
  Places places = { 0 };
  gboolean is_even = FALSE;

  if (find_places (stack, &places)) {
    int missing = count_missing_places (&places), in_phases = count_missing_in_phases (&places);

    is_even = missing >= 0 && in_phases >= 0;
    if (is_even && missing + in_phases > 0) {
      g_autoptr (GPtrArray) objects = list_objects (stack);
      guint n = (guint) (missing * (int) MAX (get_largest_count (&places), 1) + in_phases);

      /* Complete numbers: the scanner has made no more. Two stacks look like that; a single gap in one does not. */
      if (missing_numbers > 0)
        report (run, NEG_SEVERITY_ERROR, objects, n, which);
      else if (missing_numbers < 0 || (missing > 0 && missing <= 2))
        report (run, NEG_SEVERITY_WARNING, objects, n, "");
    }
  }
  places_clear (&places);
  return is_even;
}

static void
check_series (NegQualityRun *run, const NegQualitySeries *series)
{
  g_autoptr (GPtrArray) stacks = list_stacks (series);
  g_autoptr (GString) which = g_string_new (NULL);
  int missing_numbers = count_series_numbers (series, which);
  guint n_before = run->findings->len;
  guint n_placed = 0;
  gboolean is_even = stacks->len > 0;

  for (guint i = 0; i < stacks->len; i++) {
    n_placed += ((GArray *) stacks->pdata[i])->len;
    is_even &= check_stack (run, stacks->pdata[i], missing_numbers, which->str);
  }
  if (missing_numbers > 0 && run->findings->len == n_before && (!is_even || n_placed < series->objects->len))
    report (run, NEG_SEVERITY_WARNING, series->objects, (guint) missing_numbers, which->str);
}

/* --- announced --- */

/* @known: what is here, and what is counted as absent already: a modality says the same by its step and by its question. */
static guint
count_absent (GHashTable *known, const NegQualityAnnounced *announced)
{
  guint n = 0;

  for (guint i = 0; i < announced->sop_uids->len; i++)
    n += g_hash_table_add (known, announced->sop_uids->pdata[i]);
  return n;
}

static void
report_absent (NegQualityRun *run, const NegQualityAnnounced *announced, guint n_absent)
{
  const guint n = announced->sop_uids->len + announced->n_come;
  NegFinding *finding;
  char *found, *expected;

  if (announced->is_commitment) {
    found = g_strdup_printf (ngettext ("%u object that the modality asked to keep has not come",
                                       "%u objects that the modality asked to keep have not come", n_absent), n_absent);
    expected = announced->n_studies > 1
                   ? g_strdup_printf (_ ("%u objects of %u studies, as the modality says"), n, announced->n_studies)
                   : g_strdup_printf (ngettext ("%u object, as the modality says", "%u objects, as the modality says", n), n);
  } else {
    found = g_strdup_printf (ngettext ("%u announced image has not come", "%u announced images have not come", n_absent), n_absent);
    expected = g_strdup_printf (ngettext ("%u image, as the modality says", "%u images, as the modality says", n), n);
  }
  /* What is missing of several studies may be another one's. */
  finding = neg_quality_report (run, NEG_CHECK_IMAGES_ANNOUNCED, announced->n_studies > 1 ? NEG_SEVERITY_WARNING : NEG_SEVERITY_ERROR,
                                NULL, found, expected, _ ("What has not come is not read, and is deleted at the modality one day."));
  neg_quality_mend (finding, NEG_ACTION_FETCH, NULL);
}

static void
check_announced (NegQualityRun *run)
{
  g_autoptr (GHashTable) here = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < run->objects->len; i++)
    g_hash_table_add (here, (gpointer) neg_quality_get (run->objects->pdata[i], NEG_RECORD_SOP_INSTANCE_UID));
  for (guint i = 0; i < run->study->announced->len; i++) {
    const NegQualityAnnounced *announced = run->study->announced->pdata[i];
    guint n_absent;

    /* It is still at work, and sends what it lists when it is done (PS3.4 F.7). */
    if (g_str_equal (announced->status, "IN PROGRESS"))
      continue;
    n_absent = count_absent (here, announced);
    if (n_absent > 0)
      report_absent (run, announced, n_absent);
  }
}

void
neg_quality_check_missing (NegQualityRun *run)
{
  for (guint i = 0; i < run->series->len; i++) {
    const NegQualitySeries *series = run->series->pdata[i];

    /* Of other modalities rejected takes leave gaps in the numbers every day. */
    if (series->has_images && neg_quality_is_section (series->modality))
      check_series (run, series);
  }
  check_announced (run);
}
