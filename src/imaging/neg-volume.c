#include "config.h"

#include "imaging/neg-volume.h"

#include <math.h>
#include <stdlib.h>

#include "base/neg-error.h"
#include "imaging/neg-geometry.h"
#include "imaging/neg-volume-private.h"

#define SAME_PLACE_MM 0.01
#define UNIFORM_MM 0.01
#define UNIFORM_PART 0.01

/* Beyond these a number is a slip of the writer, and squares of it would leave the range of a double. */
#define SPACING_MIN_MM 1e-6
#define SPACING_MAX_MM 1e4
#define POSITION_MAX_MM 1e8
#define SIDE_MAX_PX G_MAXUINT16

/* --- what is given --- */

static gboolean
refuse (GError **error, const char *why)
{
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "%s", why);
}

/* Written so that NaN fails. */
static gboolean
is_slice_sane (const NegVolumeSlice *slice)
{
  for (guint i = 0; i < 3; i++)
    if (!(fabs (slice->origin_mm[i]) <= POSITION_MAX_MM))
      return FALSE;
  return isfinite (slice->slope) && isfinite (slice->intercept);
}

static gboolean
are_numbers_sane (const NegVolumeLayout *layout)
{
  for (guint i = 0; i < 2; i++)
    if (!(layout->spacing_mm[i] >= SPACING_MIN_MM && layout->spacing_mm[i] <= SPACING_MAX_MM))
      return FALSE;
  for (guint i = 0; i < layout->n_slices; i++)
    if (!is_slice_sane (&layout->slices[i]))
      return FALSE;
  return TRUE;
}

static gboolean
get_sizes (const NegVolumeLayout *layout, guint n_slices, gsize *slice_bytes)
{
  gsize bytes;

  return g_size_checked_mul (slice_bytes, (gsize) layout->columns * layout->rows,
                             neg_sample_type_get_bytes (layout->sample_type))
         && g_size_checked_mul (&bytes, *slice_bytes, n_slices) && bytes <= G_MAXSSIZE;
}

static gboolean
check (const NegVolumeLayout *layout, double normal[3], GError **error)
{
  gsize slice_bytes;

  if (layout->n_slices < NEG_VOLUME_SLICES_MIN)
    return refuse (error, "There are fewer than two slices");
  if (layout->n_slices > NEG_VOLUME_SLICES_MAX)
    return refuse (error, "There are too many slices");
  if (layout->columns == 0 || layout->rows == 0 || layout->columns > SIDE_MAX_PX || layout->rows > SIDE_MAX_PX
      || (guint) layout->sample_type >= NEG_SAMPLE_N_TYPES || !get_sizes (layout, layout->n_slices, &slice_bytes))
    return refuse (error, "The slices have a size that cannot be");
  if (layout->modality_lut != NULL && layout->modality_lut->n_entries == 0)
    return refuse (error, "The table of values is empty");
  if (!neg_geometry_normal (layout->orientation, normal))
    return refuse (error, "The slices do not say how they lie in the patient");
  if (!are_numbers_sane (layout))
    return refuse (error, "Positions or spacings are no numbers that can be");
  return TRUE;
}

/* --- the order --- */

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

/* Of those at one place the first given, into @order; the length. A place reaches from its lowest slice, and from the one
 * that is kept, so that those kept are always apart and a long row of close ones does not become one. */
static guint
keep_first_of_each (const Placed *placed, guint n, guint *order)
{
  const Placed *lowest = &placed[0], *kept = &placed[0];
  guint n_kept = 1;

  order[0] = kept->index;
  for (guint i = 1; i < n; i++) {
    if (placed[i].distance_mm - lowest->distance_mm <= SAME_PLACE_MM) {
      if (placed[i].index > kept->index)
        continue;
      kept = &placed[i];
    } else if (placed[i].distance_mm - kept->distance_mm > SAME_PLACE_MM) {
      lowest = kept = &placed[i];
      n_kept++;
    }
    order[n_kept - 1] = kept->index;
  }
  return n_kept;
}

guint
neg_volume_plan (const NegVolumeLayout *layout, guint **order, GError **error)
{
  g_autofree Placed *placed = NULL;
  g_autofree guint *kept = NULL;
  double normal[3];
  guint n_kept;

  if (!check (layout, normal, error))
    return 0;
  placed = g_new (Placed, layout->n_slices);
  kept = g_new (guint, layout->n_slices);
  for (guint i = 0; i < layout->n_slices; i++) {
    placed[i].index = i;
    placed[i].distance_mm = _neg_dot (normal, layout->slices[i].origin_mm);
  }
  qsort (placed, layout->n_slices, sizeof *placed, compare_placed);
  n_kept = keep_first_of_each (placed, layout->n_slices, kept);
  if (n_kept < NEG_VOLUME_SLICES_MIN) {
    refuse (error, "All slices are at one place");
    return 0;
  }
  *order = g_steal_pointer (&kept);
  return n_kept;
}

/* --- what is made of it --- */

static void
set_plane (NegVolume *volume, const NegVolumeLayout *layout)
{
  double xx, yy, xy, determinant;

  neg_geometry_normal (layout->orientation, volume->normal);
  for (guint i = 0; i < 3; i++) {
    volume->x_mm[i] = layout->orientation[i] * layout->spacing_mm[0];
    volume->y_mm[i] = layout->orientation[3 + i] * layout->spacing_mm[1];
  }
  xx = _neg_dot (volume->x_mm, volume->x_mm);
  yy = _neg_dot (volume->y_mm, volume->y_mm);
  xy = _neg_dot (volume->x_mm, volume->y_mm);
  determinant = xx * yy - xy * xy;
  /* Solved for both steps at once: cosines are decimal text and not quite perpendicular. */
  for (guint i = 0; i < 3; i++) {
    volume->x_unit[i] = volume->x_mm[i] / sqrt (xx);
    volume->y_unit[i] = volume->y_mm[i] / sqrt (yy);
    volume->x_dual[i] = (volume->x_mm[i] * yy - volume->y_mm[i] * xy) / determinant;
    volume->y_dual[i] = (volume->y_mm[i] * xx - volume->x_mm[i] * xy) / determinant;
  }
}

static void
set_slices (NegVolume *volume, const NegVolumeLayout *layout)
{
  guint n = volume->n_slices;

  volume->origins_mm = g_new (double, 3 * (gsize) n);
  volume->distances_mm = g_new (double, n);
  volume->slopes = g_new (double, n);
  volume->intercepts = g_new (double, n);
  volume->states = g_new0 (gint, n);
  volume->same_rescale = layout->modality_lut == NULL;
  for (guint i = 0; i < n; i++) {
    const NegVolumeSlice *slice = &layout->slices[volume->order[i]];
    double offset_mm[3];

    for (guint j = 0; j < 3; j++) {
      volume->origins_mm[3 * i + j] = slice->origin_mm[j];
      offset_mm[j] = slice->origin_mm[j] - volume->origins_mm[j];
    }
    volume->distances_mm[i] = _neg_dot (volume->normal, offset_mm);
    volume->slopes[i] = slice->slope;
    volume->intercepts[i] = slice->intercept;
    if (slice->slope != volume->slopes[0] || slice->intercept != volume->intercepts[0])
      volume->same_rescale = FALSE;
  }
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return one < other ? -1 : one > other;
}

static double
get_spacing_after (const NegVolume *volume, guint slice)
{
  return volume->distances_mm[slice + 1] - volume->distances_mm[slice];
}

/* Sorts them; at least one. */
static double
get_median (double *numbers, guint n)
{
  qsort (numbers, n, sizeof *numbers, compare_doubles);
  return n % 2 ? numbers[n / 2] : (numbers[n / 2 - 1] + numbers[n / 2]) / 2;
}

static void
set_median (NegVolume *volume)
{
  guint n = volume->n_slices - 1;
  g_autofree double *spacings = g_new (double, n);

  for (guint i = 0; i < n; i++)
    spacings[i] = get_spacing_after (volume, i);
  volume->median_spacing_mm = get_median (spacings, n);
}

/* 0: not said. */
static double
get_thickness (const NegVolume *volume, const NegVolumeLayout *layout, guint slice)
{
  double thickness_mm = layout->slices[volume->order[slice]].thickness_mm;

  return isfinite (thickness_mm) && thickness_mm > 0 ? thickness_mm : 0;
}

/* How far apart two slices are that touch; 0: not said. */
static double
get_touching (const NegVolume *volume, const NegVolumeLayout *layout, guint slice)
{
  double below_mm = get_thickness (volume, layout, slice), above_mm = get_thickness (volume, layout, slice + 1);

  return below_mm > 0 && above_mm > 0 ? (below_mm + above_mm) / 2 : MAX (below_mm, above_mm);
}

/* How far apart slices usually are for their thickness: 1 where they touch. Those that overlap have their next one sooner, and
 * one that is missing among them leaves no tissue out, but is missing all the same. */
static double
get_usual_share (const NegVolume *volume, const NegVolumeLayout *layout)
{
  g_autofree double *shares = g_new (double, volume->n_slices - 1);
  guint n = 0;

  for (guint i = 0; i + 1 < volume->n_slices; i++) {
    double touching_mm = get_touching (volume, layout, i);

    if (touching_mm > 0)
      shares[n++] = get_spacing_after (volume, i) / touching_mm;
  }
  return n > 0 ? MIN (get_median (shares, n), 1) : 1;
}

static void
judge_spacings (NegVolume *volume, const NegVolumeLayout *layout)
{
  double tolerance_mm = MAX (UNIFORM_MM, UNIFORM_PART * volume->median_spacing_mm);
  double usual_share = get_usual_share (volume, layout);

  volume->gap_after = g_new0 (gboolean, volume->n_slices - 1);
  volume->is_uniform = TRUE;
  for (guint i = 0; i + 1 < volume->n_slices; i++) {
    double spacing_mm = get_spacing_after (volume, i);

    volume->gap_after[i] = spacing_mm > NEG_GEOMETRY_GAP_FACTOR * volume->median_spacing_mm
                           && spacing_mm > NEG_GEOMETRY_GAP_FACTOR * usual_share * get_touching (volume, layout, i);
    /* Positions are decimal text: a difference that is 0.01 on paper is not to fail by its last binary digit. */
    if (volume->gap_after[i] || !(fabs (spacing_mm - volume->median_spacing_mm) <= tolerance_mm + 1e-9))
      volume->is_uniform = FALSE;
  }
}

static void
set_off_even (NegVolume *volume)
{
  guint last = volume->n_slices - 1;
  double even_mm = volume->distances_mm[last] / last;

  for (guint i = 0; i <= last; i++)
    volume->off_even_slices = MAX (volume->off_even_slices, fabs (volume->distances_mm[i] / even_mm - i));
}

/* To the neighbour before, or after; 0 where there is none or a gap. */
static double
get_joined (const NegVolume *volume, guint slice, gboolean after)
{
  guint before_it = after ? slice : slice - 1;

  if (after ? slice + 1 == volume->n_slices : slice == 0)
    return 0;
  return volume->gap_after[before_it] ? 0 : get_spacing_after (volume, before_it);
}

static double
get_half (const NegVolume *volume, const NegVolumeLayout *layout, guint slice, gboolean after)
{
  double joined_mm = get_joined (volume, slice, after), thickness_mm = get_thickness (volume, layout, slice);
  gboolean is_end = after ? slice + 1 == volume->n_slices : slice == 0;
  double across_mm;

  if (joined_mm > 0)
    return joined_mm / 2;
  joined_mm = get_joined (volume, slice, !after);
  if (joined_mm == 0)
    joined_mm = thickness_mm > 0 ? MIN (thickness_mm, volume->median_spacing_mm) : volume->median_spacing_mm;
  across_mm = is_end ? joined_mm : get_spacing_after (volume, after ? slice : slice - 1);
  return MIN (joined_mm, across_mm) / 2;
}

static void
set_halves (NegVolume *volume, const NegVolumeLayout *layout)
{
  volume->halves_mm = g_new (double, 2 * (gsize) volume->n_slices);
  for (guint i = 0; i < volume->n_slices; i++)
    for (guint after = 0; after < 2; after++)
      volume->halves_mm[2 * i + after] = get_half (volume, layout, i, after);
}

/* The line through the first and the last origin: a gantry tilt is its angle with the normal. Never the nominal tilt of
 * (0018,1120), which is "not intended for mathematical computations". */
static void
judge_line (NegVolume *volume)
{
  guint last = volume->n_slices - 1;
  double u[3];

  for (guint i = 0; i < 3; i++)
    u[i] = (volume->origins_mm[3 * last + i] - volume->origins_mm[i]) / volume->distances_mm[last];
  volume->shear_per_mm[0] = _neg_dot (volume->x_dual, u) * sqrt (_neg_dot (volume->x_mm, volume->x_mm));
  volume->shear_per_mm[1] = _neg_dot (volume->y_dual, u) * sqrt (_neg_dot (volume->y_mm, volume->y_mm));
  volume->is_straight = TRUE;
  for (guint i = 0; i <= last; i++) {
    double off[3];

    for (guint j = 0; j < 3; j++)
      off[j] = volume->origins_mm[3 * i + j] - volume->origins_mm[j] - u[j] * volume->distances_mm[i];
    if (!(_neg_dot (off, off) <= NEG_GEOMETRY_STRAIGHT_MM * NEG_GEOMETRY_STRAIGHT_MM))
      volume->is_straight = FALSE;
    volume->off_line_px = MAX (volume->off_line_px, fabs (_neg_dot (volume->x_dual, off)));
    volume->off_line_px = MAX (volume->off_line_px, fabs (_neg_dot (volume->y_dual, off)));
  }
}

NegVolume *
neg_volume_new (const NegVolumeLayout *layout, const void *voxels, gpointer owner, GDestroyNotify owner_free,
                GError **error)
{
  g_autofree guint *order = NULL;
  guint n_slices = neg_volume_plan (layout, &order, error);
  NegVolume *volume;

  if (n_slices == 0)
    return NULL;
  volume = g_new0 (NegVolume, 1);
  g_atomic_ref_count_init (&volume->ref_count);
  volume->columns = layout->columns;
  volume->rows = layout->rows;
  volume->n_slices = n_slices;
  volume->order = g_steal_pointer (&order);
  volume->sample_type = layout->sample_type;
  get_sizes (layout, n_slices, &volume->slice_bytes);
  volume->voxels = voxels;
  volume->spacing_mm[0] = layout->spacing_mm[0];
  volume->spacing_mm[1] = layout->spacing_mm[1];
  volume->padding = layout->padding;
  volume->modality_lut = layout->modality_lut;
  volume->owner = owner;
  volume->owner_free = owner_free;
  set_plane (volume, layout);
  set_slices (volume, layout);
  set_median (volume);
  judge_spacings (volume, layout);
  set_off_even (volume);
  set_halves (volume, layout);
  judge_line (volume);
  return volume;
}

NegVolume *
neg_volume_ref (NegVolume *volume)
{
  g_atomic_ref_count_inc (&volume->ref_count);
  return volume;
}

void
neg_volume_unref (NegVolume *volume)
{
  if (volume == NULL || !g_atomic_ref_count_dec (&volume->ref_count))
    return;
  if (volume->owner_free != NULL)
    volume->owner_free (volume->owner);
  g_free (volume->origins_mm);
  g_free (volume->distances_mm);
  g_free (volume->halves_mm);
  g_free (volume->gap_after);
  g_free (volume->slopes);
  g_free (volume->intercepts);
  g_free (volume->order);
  g_free (volume->states);
  g_free (volume);
}
