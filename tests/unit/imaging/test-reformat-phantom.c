/* A digital phantom of spheres and rods at known places in the patient, scanned in each patient position with a tilt,
 * uneven distances and slices that are missing; what is measured in planes out of it is what it is. A voxel holds the
 * part of its box that is inside, so that edges lie where they lie. */
#include "config.h"

#include "volume-builder.h"

#define N_SPHERES 8
#define N_RODS 10
#define N_POSITIONS 8
#define SPHERE_MM 10.0
#define ROD_MM 3.5
#define FULL 1000.0
#define FINE 5 /* parts of a voxel in each direction */
#define SIZE_PX 160
#define PIXEL_MM 0.4 /* of the planes */

#define TOLERANCE 0.001      /* of a length or an angle */
#define CENTRE_VOXELS 0.05

static const double middle_mm[3] = { 12.3, -34.7, 251.9 };
/* Corners of a box of 92 x 84 x 88 mm about the middle. */
static const double half_box_mm[3] = { 46, 42, 44 };

/* Two in each of five planes: from, to, off the middle. */
static const double rods_mm[N_RODS][2][3] = {
  { { -22.618, 31.108, 21 }, { 26.478, 28.793, 21 } },
  { { -50.003, 19.610, 21 }, { -13.906, -14.705, 21 } },
  { { 1.272, 26, -39.194 }, { -21.121, 26, 9.167 } },
  { { 22.512, 26, -46.304 }, { 44.056, 26, -1.551 } },
  { { -30, -18.548, -45.703 }, { -30, -31.106, 18.532 } },
  { { -30, -7.843, -35.172 }, { -30, 17.150, 7.215 } },
  { { 8.677, 36.565, -45.051 }, { 25.980, 0.580, -9.066 } },
  { { 15.427, -10.711, 2.226 }, { 0.858, -41.990, 33.505 } },
  { { 9.197, 12.257, -2.809 }, { -21.182, 13.537, 46.862 } },
  { { 32.661, 21.445, -48.807 }, { 23.978, -23.076, -0.945 } },
};

/* How the patient lies in the scanner: cosines of a row (to the right of the picture) and of a column (towards the table)
 * before the gantry is tilted. */
typedef struct {
  const char *name;
  double row[3], column[3];
  double tilt_deg;
} Position;

static const Position positions[N_POSITIONS] = {
  { "hfs", { 1, 0, 0 }, { 0, 1, 0 }, -18.5 },  { "hfp", { -1, 0, 0 }, { 0, -1, 0 }, 12 },
  { "hfdr", { 0, 1, 0 }, { -1, 0, 0 }, 7.25 }, { "hfdl", { 0, -1, 0 }, { 1, 0, 0 }, -22 },
  { "ffs", { -1, 0, 0 }, { 0, 1, 0 }, 20 },    { "ffp", { 1, 0, 0 }, { 0, -1, 0 }, -9.5 },
  { "ffdr", { 0, -1, 0 }, { -1, 0, 0 }, 15 },  { "ffdl", { 0, 1, 0 }, { 1, 0, 0 }, -13 },
};

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

static void
add (const double a[3], double factor, const double b[3], double sum[3])
{
  for (guint i = 0; i < 3; i++)
    sum[i] = a[i] + factor * b[i];
}

static double
distance (const double a[3], const double b[3])
{
  double between[3];

  add (a, -1, b, between);
  return sqrt (dot (between, between));
}

static void
get_sphere (guint sphere, double centre_mm[3])
{
  for (guint i = 0; i < 3; i++)
    centre_mm[i] = middle_mm[i] + (sphere >> i & 1 ? half_box_mm[i] : -half_box_mm[i]);
}

static void
get_rod (guint rod, double from_mm[3], double to_mm[3])
{
  add (middle_mm, 1, rods_mm[rod][0], from_mm);
  add (middle_mm, 1, rods_mm[rod][1], to_mm);
}

/* --- the scan --- */

/* Distance from the surface, inside is negative. Rods end round. */
typedef double (*Surface) (guint index, const double point_mm[3]);

static double
get_sphere_surface (guint sphere, const double point_mm[3])
{
  double centre_mm[3];

  get_sphere (sphere, centre_mm);
  return distance (centre_mm, point_mm) - SPHERE_MM;
}

static double
get_rod_surface (guint rod, const double point_mm[3])
{
  double from_mm[3], to_mm[3], along[3], off[3], t;

  get_rod (rod, from_mm, to_mm);
  add (to_mm, -1, from_mm, along);
  add (point_mm, -1, from_mm, off);
  t = CLAMP (dot (off, along) / dot (along, along), 0, 1);
  add (off, -t, along, off);
  return sqrt (dot (off, off)) - ROD_MM;
}

typedef struct {
  double middle_mm[3], reach_mm; /* a ball that holds all of it */
  Surface surface;
  guint index;
} Thing;

#define N_THINGS (N_SPHERES + N_RODS)

typedef struct {
  const Builder *builder;
  double x_mm[3], y_mm[3], normal[3]; /* of the scanner itself, whatever the volume makes of them */
  double half_diagonal_mm;
  Thing things[N_THINGS];
} Scan;

static void
scan_set_things (Scan *scan)
{
  for (guint i = 0; i < N_SPHERES; i++) {
    scan->things[i] = (Thing){ .reach_mm = SPHERE_MM, .surface = get_sphere_surface, .index = i };
    get_sphere (i, scan->things[i].middle_mm);
  }
  for (guint i = 0; i < N_RODS; i++) {
    Thing *thing = &scan->things[N_SPHERES + i];
    double ends_mm[2][3];

    get_rod (i, ends_mm[0], ends_mm[1]);
    *thing = (Thing){ .reach_mm = distance (ends_mm[0], ends_mm[1]) / 2 + ROD_MM, .surface = get_rod_surface,
                      .index = i };
    for (guint j = 0; j < 3; j++)
      thing->middle_mm[j] = (ends_mm[0][j] + ends_mm[1][j]) / 2;
  }
}

/* Which part of the voxel's box, as thick as the slice, is inside. */
static double
get_part (const Scan *scan, const double centre_mm[3], double thickness_mm, const Thing *thing)
{
  guint n = 0;

  if (distance (centre_mm, thing->middle_mm) > thing->reach_mm + scan->half_diagonal_mm)
    return 0;
  if (fabs (thing->surface (thing->index, centre_mm)) > scan->half_diagonal_mm)
    return thing->surface (thing->index, centre_mm) < 0;
  for (guint i = 0; i < FINE * FINE * FINE; i++) {
    double point_mm[3];

    add (centre_mm, (i % FINE + 0.5) / FINE - 0.5, scan->x_mm, point_mm);
    add (point_mm, (i / FINE % FINE + 0.5) / FINE - 0.5, scan->y_mm, point_mm);
    add (point_mm, ((i / FINE / FINE + 0.5) / FINE - 0.5) * thickness_mm, scan->normal, point_mm);
    n += thing->surface (thing->index, point_mm) < 0;
  }
  return n / (double) (FINE * FINE * FINE);
}

/* Things are at least a voxel apart, so that their parts may be added. */
static double
get_stored (const NegVolume *volume, guint column, guint row, guint slice, gpointer user_data)
{
  Scan *scan = user_data;
  const NegVolumeSlice *given = &scan->builder->slices[volume->order[slice]];
  double centre_mm[3], part = 0;

  add (given->origin_mm, column, scan->x_mm, centre_mm);
  add (centre_mm, row, scan->y_mm, centre_mm);
  for (guint i = 0; i < N_THINGS; i++)
    part += get_part (scan, centre_mm, given->thickness_mm, &scan->things[i]);
  /* A rescale of its own in each slice, as in PET. */
  return floor ((FULL * part - given->intercept) / given->slope + 0.5);
}

#define X_MM 0.9
#define Y_MM 0.95
#define THICKNESS_MM 1.2

/* From foot to head or the other way along the table, in steps of 0.96 to 1.44 mm, by the slice's own number; between
 * -2 and 2 mm of the middle and at -10 mm they are missing. */
static guint
place_slices (Builder *builder, const Position *position, const double normal[3])
{
  double table[3], cosine;
  guint n = 0;

  cross (position->row, position->column, table);
  cosine = dot (table, normal);
  for (double along_mm = -72 / cosine, i = 0; along_mm < 72 / cosine; along_mm += (1.2 + 0.24 * sin (i++ * 2.4)) / cosine) {
    NegVolumeSlice *slice = &builder->slices[n];
    double deep_mm = along_mm * cosine;

    if ((deep_mm > -2 && deep_mm < 2) || (deep_mm > -11 && deep_mm < -9.5))
      continue;
    g_assert_cmpuint (n, <, BUILDER_SLICES_MAX);
    *slice = (NegVolumeSlice){ .thickness_mm = THICKNESS_MM, .slope = 0.05 + 0.001 * (n % 7),
                               .intercept = -10.0 * (n % 5) };
    add (middle_mm, along_mm, table, slice->origin_mm);
    /* The origin is the corner of a slice whose middle lies on the table's axis. */
    add (slice->origin_mm, (builder->layout.columns - 1) / -2.0 * builder->layout.spacing_mm[0],
         builder->layout.orientation, slice->origin_mm);
    add (slice->origin_mm, (builder->layout.rows - 1) / -2.0 * builder->layout.spacing_mm[1],
         builder->layout.orientation + 3, slice->origin_mm);
    n++;
  }
  return n;
}

static NegVolume *
scan_position (const Position *position)
{
  double tilt = position->tilt_deg * G_PI / 180, table[3], normal[3];
  g_autofree Builder *builder = g_new0 (Builder, 1);
  NegVolumeLayout *layout = &builder->layout;
  Scan scan = { .builder = builder };

  builder_init (builder, SIZE_PX, SIZE_PX, 2);
  layout->spacing_mm[0] = X_MM;
  layout->spacing_mm[1] = Y_MM;
  cross (position->row, position->column, table);
  for (guint i = 0; i < 3; i++) {
    layout->orientation[i] = position->row[i];
    layout->orientation[3 + i] = position->column[i] * cos (tilt) + table[i] * sin (tilt);
  }
  cross (layout->orientation, layout->orientation + 3, normal);
  layout->n_slices = place_slices (builder, position, normal);
  scan_set_things (&scan);
  for (guint i = 0; i < 3; i++) {
    scan.x_mm[i] = layout->orientation[i] * X_MM;
    scan.y_mm[i] = layout->orientation[3 + i] * Y_MM;
    scan.normal[i] = normal[i];
  }
  scan.half_diagonal_mm = 1.01 * sqrt (X_MM * X_MM + Y_MM * Y_MM + THICKNESS_MM * THICKNESS_MM) / 2;
  return builder_build (builder, get_stored, &scan);
}

/* --- planes and what is found in them --- */

/* Through a point, seen along a normal; the picture is larger than the phantom. */
static void
init_plane (NegReformat *plane, const double through_mm[3], const double normal[3])
{
  const double head[3] = { 0, 0, 1 }, anterior[3] = { 0, -1, 0 };
  const double *upwards = fabs (normal[2]) < 0.9 ? head : anterior;
  double up[3], size, on_plane_mm[3], off_mm[3];

  add (upwards, -dot (upwards, normal), normal, up);
  size = sqrt (dot (up, up));
  for (guint i = 0; i < 3; i++)
    up[i] /= size;
  add (through_mm, -1, middle_mm, off_mm);
  add (middle_mm, dot (off_mm, normal), normal, on_plane_mm);
  neg_reformat_init (plane, on_plane_mm, normal, up, 400, 400, PIXEL_MM);
}

typedef void (*Way) (const NegReformat *reformat, const NegVolume *volume, guint width, float *values, guint8 *covers,
                     guint first_row, guint n_rows);

typedef struct {
  NegReformat reformat;
  float *values;
} Picture;

#define PICTURE_PX 400

static void
picture_init (Picture *picture, const NegVolume *volume, Way way, const double through_mm[3], const double normal[3])
{
  init_plane (&picture->reformat, through_mm, normal);
  picture->values = g_new (float, PICTURE_PX * PICTURE_PX);
  way (&picture->reformat, volume, PICTURE_PX, picture->values, NULL, 0, PICTURE_PX);
}

static void
picture_clear (Picture *picture)
{
  g_free (picture->values);
}

/* The centre of what is bright within some pixels of a place: found, moved there, found again. */
static void
find_centre (const Picture *picture, double centre_px[2])
{
  double reach_px = (SPHERE_MM + 3) / PIXEL_MM;

  for (guint turn = 0; turn < 4; turn++) {
    double sum = 0, x = 0, y = 0;

    for (int row = 0; row < PICTURE_PX; row++)
      for (int column = 0; column < PICTURE_PX; column++) {
        double value = picture->values[row * PICTURE_PX + column];

        if (hypot (column + 0.5 - centre_px[0], row + 0.5 - centre_px[1]) > reach_px || !(value > 0))
          continue;
        sum += value;
        x += value * (column + 0.5);
        y += value * (row + 0.5);
      }
    g_assert_cmpfloat (sum, >, 0);
    centre_px[0] = x / sum;
    centre_px[1] = y / sum;
  }
}

static double worst_centre, worst_length, worst_angle;

static void
note (double *worst, double error, double limit)
{
  *worst = MAX (*worst, error);
  g_assert_cmpfloat (error, <=, limit);
}

/* Starts 3 mm away from where it is. Off the plane it says nothing. */
static void
find_sphere (const Picture *picture, const NegVolume *volume, guint sphere, double centre_px[2])
{
  double centre_mm[3], found_mm[3], off_mm[3];

  get_sphere (sphere, centre_mm);
  g_assert_cmpfloat_with_epsilon (neg_reformat_to_output (&picture->reformat, centre_mm, centre_px), 0, 1e-6);
  centre_px[0] += 3 / PIXEL_MM;
  find_centre (picture, centre_px);
  neg_reformat_to_patient (&picture->reformat, centre_px, found_mm);
  add (found_mm, -1, centre_mm, off_mm);
  note (&worst_centre, fabs (dot (off_mm, volume->x_unit)) / X_MM, CENTRE_VOXELS);
  note (&worst_centre, fabs (dot (off_mm, volume->y_unit)) / Y_MM, CENTRE_VOXELS);
  note (&worst_centre, fabs (dot (off_mm, volume->normal)) / THICKNESS_MM, CENTRE_VOXELS);
}

/* By the plane's own way to the patient, and by its pixels alone. */
static void
measure_length (const Picture *picture, const NegVolume *volume, guint one, guint other)
{
  double true_one_mm[3], true_other_mm[3], one_mm[3], other_mm[3], one_px[2], other_px[2], true_mm;

  get_sphere (one, true_one_mm);
  get_sphere (other, true_other_mm);
  true_mm = distance (true_one_mm, true_other_mm);
  find_sphere (picture, volume, one, one_px);
  find_sphere (picture, volume, other, other_px);
  neg_reformat_to_patient (&picture->reformat, one_px, one_mm);
  neg_reformat_to_patient (&picture->reformat, other_px, other_mm);
  note (&worst_length, fabs (distance (one_mm, other_mm) / true_mm - 1), TOLERANCE);
  note (&worst_length, fabs (hypot (one_px[0] - other_px[0], one_px[1] - other_px[1]) * PIXEL_MM / true_mm - 1),
        TOLERANCE);
}

/* The centre of the rod on a line across it. FALSE where some of that is missing, or beside its ends. */
static gboolean
find_across (const NegReformat *plane, const NegVolume *volume, const double at_px[2], const double across[2],
             double *off_px)
{
  double reach_px = (ROD_MM + 2.5) / PIXEL_MM, sum = 0, moment = 0;

  for (double t = -reach_px; t <= reach_px; t += 0.25) {
    const double output_px[2] = { at_px[0] + t * across[0], at_px[1] + t * across[1] };
    NegCover cover;
    double value = neg_reformat_get_value (plane, volume, output_px, &cover);

    if (cover != NEG_COVER_WHOLE)
      return FALSE;
    sum += value;
    moment += t * value;
  }
  *off_px = moment / sum;
  return TRUE;
}

/* A straight line through the centres across the rod, from 6 mm behind one end to 6 mm before the other. */
static void
find_rod (const NegReformat *plane, const NegVolume *volume, guint rod, double direction[2])
{
  double ends_mm[2][3], ends_px[2][2], along[2], length_px, n = 0, t_sum = 0, off_sum = 0, tt = 0, toff = 0, slope;

  get_rod (rod, ends_mm[0], ends_mm[1]);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpfloat_with_epsilon (neg_reformat_to_output (plane, ends_mm[i], ends_px[i]), 0, 0.002);
  length_px = hypot (ends_px[1][0] - ends_px[0][0], ends_px[1][1] - ends_px[0][1]);
  for (guint i = 0; i < 2; i++)
    along[i] = (ends_px[1][i] - ends_px[0][i]) / length_px;
  for (double t = 6 / PIXEL_MM; t <= length_px - 6 / PIXEL_MM; t += 0.5) {
    const double at_px[2] = { ends_px[0][0] + t * along[0], ends_px[0][1] + t * along[1] };
    const double across[2] = { -along[1], along[0] };
    double off_px;

    if (!find_across (plane, volume, at_px, across, &off_px))
      continue;
    n++;
    t_sum += t;
    off_sum += off_px;
    tt += t * t;
    toff += t * off_px;
  }
  g_assert_cmpfloat (n, >, 40);
  slope = (n * toff - t_sum * off_sum) / (n * tt - t_sum * t_sum);
  direction[0] = along[0] - slope * along[1];
  direction[1] = along[1] + slope * along[0];
}

static double
get_angle (double cosine, double one, double other)
{
  return acos (cosine / sqrt (one * other)) * 180 / G_PI;
}

static void
measure_angle (const NegReformat *plane, const NegVolume *volume, guint first_rod)
{
  double directions[2][2], found[2][3], truth[2][3], true_deg;

  for (guint i = 0; i < 2; i++) {
    double from_mm[3], to_mm[3];

    find_rod (plane, volume, first_rod + i, directions[i]);
    get_rod (first_rod + i, from_mm, to_mm);
    add (to_mm, -1, from_mm, truth[i]);
    for (guint j = 0; j < 3; j++)
      found[i][j] = directions[i][0] * plane->x_mm[j] + directions[i][1] * plane->y_mm[j];
  }
  true_deg = get_angle (dot (truth[0], truth[1]), dot (truth[0], truth[0]), dot (truth[1], truth[1]));
  note (&worst_angle,
        fabs (get_angle (dot (found[0], found[1]), dot (found[0], found[0]), dot (found[1], found[1])) / true_deg - 1),
        TOLERANCE);
  note (&worst_angle,
        fabs (get_angle (directions[0][0] * directions[1][0] + directions[0][1] * directions[1][1],
                         directions[0][0] * directions[0][0] + directions[0][1] * directions[0][1],
                         directions[1][0] * directions[1][0] + directions[1][1] * directions[1][1])
                  / true_deg
              - 1),
        TOLERANCE);
}

/* --- the tests --- */

/* Spheres are numbered by their corner: bit 0 is left, bit 1 posterior, bit 2 head. 4 + 4 axial, 4 coronal, 4 sagittal and
 * 2 + 2 oblique lengths. */
typedef struct {
  double normal[3]; /* not unit */
  guint n;
  guint8 pairs[4][2];
} Lengths;

static const Lengths lengths[] = {
  { { 0, 0, 1 }, 4, { { 0, 1 }, { 0, 2 }, { 0, 3 }, { 1, 2 } } },
  { { 0, 0, 1 }, 4, { { 4, 5 }, { 6, 7 }, { 4, 7 }, { 5, 6 } } },
  { { 0, 1, 0 }, 4, { { 0, 4 }, { 1, 5 }, { 0, 5 }, { 1, 4 } } },
  { { -1, 0, 0 }, 4, { { 1, 3 }, { 3, 7 }, { 1, 7 }, { 3, 5 } } },
  { { 42, -46, 0 }, 2, { { 0, 7 }, { 3, 4 } } },
  { { 0, 44, 42 }, 2, { { 2, 5 }, { 3, 4 } } },
};

static const double rod_normals[N_RODS / 2][3]
    = { { 0, 0, 1 }, { 0, 1, 0 }, { -1, 0, 0 }, { 0, 1, 1 }, { 0.8, 0.36, 0.48 } };

static void
make_unit (const double vector[3], double unit[3])
{
  double size = sqrt (dot (vector, vector));

  for (guint i = 0; i < 3; i++)
    unit[i] = vector[i] / size;
}

static void
measure_all_lengths (const NegVolume *volume, Way way)
{
  guint n_measured = 0;

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    double through_mm[3], normal[3];
    Picture picture;

    get_sphere (lengths[i].pairs[0][0], through_mm);
    make_unit (lengths[i].normal, normal);
    picture_init (&picture, volume, way, through_mm, normal);
    for (guint j = 0; j < lengths[i].n; j++, n_measured++)
      measure_length (&picture, volume, lengths[i].pairs[j][0], lengths[i].pairs[j][1]);
    picture_clear (&picture);
  }
  g_assert_cmpuint (n_measured, ==, 20);
}

static void
measure_all_angles (const NegVolume *volume)
{
  for (guint i = 0; i < N_RODS / 2; i++) {
    double from_mm[3], to_mm[3], normal[3];
    NegReformat plane;

    get_rod (2 * i, from_mm, to_mm);
    make_unit (rod_normals[i], normal);
    init_plane (&plane, from_mm, normal);
    measure_angle (&plane, volume, 2 * i);
  }
}

/* The two gaps are where slices were left out, and nothing else is. */
static void
check_gaps (const NegVolume *volume)
{
  guint n_gaps = 0;

  for (guint i = 0; i + 1 < volume->n_slices; i++)
    n_gaps += volume->gap_after[i];
  g_assert_cmpuint (n_gaps, ==, 2);
  g_assert_false (volume->is_uniform);
  g_assert_true (volume->is_straight);
}

static void
test_position (gconstpointer data)
{
  g_autoptr (NegVolume) volume = scan_position (data);

  worst_centre = worst_length = worst_angle = 0;
  check_gaps (volume);
  measure_all_lengths (volume, neg_reformat_rows);
  measure_all_lengths (volume, neg_reformat_rows_general);
  measure_all_angles (volume);
  g_test_message ("worst centre %.4f voxels, length %.5f %%, angle %.5f %%", worst_centre, 100 * worst_length,
                  100 * worst_angle);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < N_POSITIONS; i++) {
    g_autofree char *path = g_strdup_printf ("/reformat-phantom/%s", positions[i].name);

    g_test_add_data_func (path, &positions[i], test_position);
  }
  return g_test_run ();
}
