#include "config.h"

#include "imaging/neg-geometry.h"

#include <math.h>

#define SAME_POSITION_MM 0.01
#define UNIT_TOLERANCE 1e-3

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void
cross (const double a[3], const double b[3], double product[3])
{
  product[0] = a[1] * b[2] - a[2] * b[1];
  product[1] = a[2] * b[0] - a[0] * b[2];
  product[2] = a[0] * b[1] - a[1] * b[0];
}

static double
length (const double a[3])
{
  return sqrt (dot (a, a));
}

gboolean
neg_geometry_normal (const double orientation[6], double normal[3])
{
  const double *row = orientation, *column = orientation + 3;
  double size;

  /* Written so that NaN fails. */
  if (!(fabs (length (row) - 1) <= UNIT_TOLERANCE && fabs (length (column) - 1) <= UNIT_TOLERANCE
        && fabs (dot (row, column)) <= UNIT_TOLERANCE))
    return FALSE;
  cross (row, column, normal);
  size = length (normal);
  for (guint i = 0; i < 3; i++)
    normal[i] /= size;
  return TRUE;
}

void
neg_slice_group_free (NegSliceGroup *group)
{
  if (group == NULL)
    return;
  g_free (group->order);
  g_free (group->distances_mm);
  g_free (group->spacings_mm);
  g_clear_pointer (&group->duplicates_after, g_array_unref);
  g_clear_pointer (&group->gaps_after, g_array_unref);
  g_free (group);
}

typedef struct {
  guint index;
  double distance_mm;
} Placed;

static int
compare_placed (gconstpointer a, gconstpointer b)
{
  const Placed *one = a, *other = b;

  if (one->distance_mm != other->distance_mm)
    return one->distance_mm < other->distance_mm ? -1 : 1;
  return one->index < other->index ? -1 : one->index > other->index;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return one < other ? -1 : one > other;
}

static double
median (const double *values, guint n)
{
  g_autofree double *sorted = NULL;

  if (n == 0)
    return 0;
  sorted = g_memdup2 (values, n * sizeof *values);
  qsort (sorted, n, sizeof *sorted, compare_doubles);
  return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static void
judge_spacings (NegSliceGroup *group)
{
  guint n_spacings = group->n - 1;
  double tolerance_mm;

  group->median_spacing_mm = median (group->spacings_mm, n_spacings);
  tolerance_mm = MAX (0.01, 0.01 * group->median_spacing_mm);
  group->uniform = TRUE;
  for (guint i = 0; i < n_spacings; i++) {
    double spacing_mm = group->spacings_mm[i];

    if (spacing_mm <= SAME_POSITION_MM) {
      g_array_append_val (group->duplicates_after, i);
      group->uniform = FALSE;
    } else if (spacing_mm > NEG_GEOMETRY_GAP_FACTOR * group->median_spacing_mm) {
      g_array_append_val (group->gaps_after, i);
    }
    /* Positions are decimal text: a difference that is 0.01 on paper is not to fail by its last binary digit. */
    if (fabs (spacing_mm - group->median_spacing_mm) > tolerance_mm + 1e-9)
      group->uniform = FALSE;
  }
}

/* The line through the first and the last origin: a gantry tilt is its angle with the normal. Never the nominal tilt of
 * (0018,1120), which is "not intended for mathematical computations". */
static void
judge_line (NegSliceGroup *group, const NegSlice *slices)
{
  const NegSlice *first = &slices[group->order[0]], *last = &slices[group->order[group->n - 1]];
  double depth_mm = group->distances_mm[group->n - 1] - group->distances_mm[0];
  const double *orientation = slices[group->order[0]].orientation;
  double u[3] = { 0, 0, 0 }, sideways[3];

  if (depth_mm > SAME_POSITION_MM) {
    for (guint i = 0; i < 3; i++)
      u[i] = (last->position_mm[i] - first->position_mm[i]) / depth_mm;
    cross (u, group->normal, sideways);
    group->tilt_deg = atan2 (length (sideways), dot (u, group->normal)) * 180 / G_PI;
    group->shear_per_mm[0] = dot (u, orientation);
    group->shear_per_mm[1] = dot (u, orientation + 3);
  }
  group->straight = TRUE;
  for (guint i = 0; i < group->n; i++) {
    double along_mm = group->distances_mm[i] - group->distances_mm[0], off[3];

    for (guint j = 0; j < 3; j++)
      off[j] = slices[group->order[i]].position_mm[j] - first->position_mm[j] - u[j] * along_mm;
    if (!(length (off) <= NEG_GEOMETRY_STRAIGHT_MM))
      group->straight = FALSE;
  }
}

static NegSliceGroup *
group_new (const double normal[3], const NegSlice *slices, const GArray *members)
{
  NegSliceGroup *group = g_new0 (NegSliceGroup, 1);
  g_autofree Placed *placed = g_new (Placed, members->len);

  group->n = members->len;
  for (guint i = 0; i < 3; i++)
    group->normal[i] = normal[i];
  for (guint i = 0; i < group->n; i++) {
    placed[i].index = g_array_index (members, guint, i);
    placed[i].distance_mm = dot (normal, slices[placed[i].index].position_mm);
  }
  qsort (placed, group->n, sizeof *placed, compare_placed);
  group->order = g_new (guint, group->n);
  group->distances_mm = g_new (double, group->n);
  group->spacings_mm = g_new (double, MAX (group->n - 1, 1));
  for (guint i = 0; i < group->n; i++) {
    group->order[i] = placed[i].index;
    group->distances_mm[i] = placed[i].distance_mm;
    if (i > 0)
      group->spacings_mm[i - 1] = placed[i].distance_mm - placed[i - 1].distance_mm;
  }
  group->duplicates_after = g_array_new (FALSE, FALSE, sizeof (guint));
  group->gaps_after = g_array_new (FALSE, FALSE, sizeof (guint));
  judge_spacings (group);
  judge_line (group, slices);
  return group;
}

typedef struct {
  double normal[3];
  GArray *members; /* guint */
} Direction;

static void
direction_clear (gpointer data)
{
  g_array_unref (((Direction *) data)->members);
}

static Direction *
find_direction (GArray *directions, const double normal[3])
{
  Direction direction = { .normal = { normal[0], normal[1], normal[2] } };

  for (guint i = 0; i < directions->len; i++) {
    Direction *known = &g_array_index (directions, Direction, i);

    if (dot (known->normal, normal) >= NEG_GEOMETRY_NORMAL_DOT_MIN)
      return known;
  }
  direction.members = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (directions, direction);
  return &g_array_index (directions, Direction, directions->len - 1);
}

GPtrArray *
neg_geometry_group (const NegSlice *slices, guint n_slices)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_slice_group_free);
  g_autoptr (GArray) directions = g_array_new (FALSE, FALSE, sizeof (Direction));

  g_array_set_clear_func (directions, direction_clear);
  for (guint i = 0; i < n_slices; i++) {
    const double *position_mm = slices[i].position_mm;
    double normal[3];

    if (isfinite (position_mm[0]) && isfinite (position_mm[1]) && isfinite (position_mm[2])
        && neg_geometry_normal (slices[i].orientation, normal))
      g_array_append_val (find_direction (directions, normal)->members, i);
  }
  for (guint i = 0; i < directions->len; i++) {
    Direction *direction = &g_array_index (directions, Direction, i);

    g_ptr_array_add (groups, group_new (direction->normal, slices, direction->members));
  }
  return groups;
}

NegOrientation
neg_geometry_classify (const double normal[3])
{
  static const NegOrientation planes[] = { NEG_ORIENTATION_SAGITTAL, NEG_ORIENTATION_CORONAL, NEG_ORIENTATION_AXIAL };
  double size = length (normal);

  if (!(size > 0) || !isfinite (size))
    return NEG_ORIENTATION_NONE;
  for (guint i = 0; i < 3; i++)
    if (fabs (normal[i]) / size >= cos (30 * G_PI / 180))
      return planes[i];
  return NEG_ORIENTATION_OBLIQUE;
}

const char *
neg_orientation_get_name (NegOrientation orientation)
{
  static const char *const names[] = { "none", "axial", "coronal", "sagittal", "oblique" };

  return (guint) orientation < G_N_ELEMENTS (names) ? names[orientation] : "none";
}

void
neg_geometry_letters (const double direction[3], char letters[4])
{
  static const char positive[] = "LPH", negative[] = "RAF";
  gboolean used[3] = { FALSE, FALSE, FALSE };
  guint n = 0;

  for (guint round = 0; round < 3; round++) {
    int largest = -1;

    for (int i = 0; i < 3; i++)
      if (!used[i] && fabs (direction[i]) > 1e-4 && (largest < 0 || fabs (direction[i]) > fabs (direction[largest])))
        largest = i;
    if (largest < 0)
      break;
    used[largest] = TRUE;
    letters[n++] = direction[largest] > 0 ? positive[largest] : negative[largest];
  }
  letters[n] = 0;
}
