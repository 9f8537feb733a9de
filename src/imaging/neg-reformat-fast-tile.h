/* How a tile is drawn, for any width of registers: included by the file of each way after it has said what these are:
 *
 * WAY: before each function; N_LANES; ROWS_ARE_CHEAP (one too many costs less than a branch that was not foreseen); Floats (one
 * a lane, with operators); Mask (which lanes); Row (eight voxels of 16 bit, as often as they are needed); Lookup (which two
 * voxels of a row each lane has, and how much of each); their functions.
 *
 * A sample is the sum of the rows that it touches, each weighed by hats: 1 on its own row, falling to 0 on the next. What is
 * added up is -32768 times the stored value: weights -32768..0 fit a signed 16 bit number, 0..32768 do not. */
#pragma once

/* Each row with a load of its own in the program: processors foresee, for each load apart, where it goes next, and a slanting
 * plane is half as fast where one load serves all. */
#ifdef __clang__
#define UNROLLED _Pragma ("clang loop unroll_count(4)")
#else
#define UNROLLED _Pragma ("GCC unroll 4")
#endif

#define SAMPLES_AHEAD 16 /* memory answers while so many are drawn */

/* --- inside: all voxels are there --- */

WAY float
get_fraction (NegFixed coordinate)
{
  return (float) (guint32) coordinate * 0x1p-32f;
}

WAY gint64
get_whole (NegFixed coordinate)
{
  return coordinate >> 32;
}

WAY Floats
snap (Floats coordinate)
{
  return floats_floor (coordinate + floats_set (0.5f));
}

/* 1 on it, 0 one away and further. */
WAY Floats
get_hat (Floats coordinate, guint row)
{
  return floats_max (floats_set (0), floats_set (1) - floats_abs (coordinate - floats_set (row)));
}

WAY void
load_lanes (const NegTilePlan *plan, Floats lanes[3])
{
  for (guint i = 0; i < 3; i++)
    lanes[i] = floats_load (plan->lanes[i]);
}

/* Where a tile's voxels begin, and how many there are; its lanes from there. */
typedef struct {
  const guint8 *voxels;
  guint n_rows, n_slices;
  Floats x, y, z;
} Box;

/* The rows of a slice, each weighed by its hat. */
WAY Floats
add_rows (const NegTilePlan *plan, const Box *box, const guint8 *at, const Floats *hats, const Lookup *lookup,
          NegVoxels voxels, Row *lowest, Row *highest)
{
  gsize row_bytes = (gsize) plan->volume->columns * (voxels == NEG_VOXELS_8 ? 1 : 2);
  Floats sum = floats_set (0);

  UNROLLED
  for (guint j = 0; j < box->n_rows; j++, at += row_bytes) {
    Row row = row_load (at, voxels, row_set (plan->flip));

    sum = floats_fma (hats[j], row_weigh (row, lookup), sum);
    if (lowest != NULL) {
      *lowest = row_min (*lowest, row);
      *highest = row_max (*highest, row);
    }
  }
  return sum;
}

/* @first: the slice that the box begins with; @is_rescaled: each as it has its own. The extremes of all that is looked at where @lowest is not NULL. */
WAY Floats
add_box (const NegTilePlan *plan, Box *box, guint first, gboolean is_rescaled, NegVoxels voxels, Row *lowest,
         Row *highest)
{
  const guint8 *slice = box->voxels;
  Floats hats[NEG_TILE_VOXELS_MAX], cell, sum = floats_set (0);
  Lookup lookup;

  if (plan->is_nearest) {
    box->x = snap (box->x);
    box->y = snap (box->y);
    box->z = snap (box->z);
  }
  cell = floats_floor (box->x);
  lookup = row_lookup_new (cell, box->x - cell);
  for (guint j = 0; j < box->n_rows; j++)
    hats[j] = get_hat (box->y, j);
  UNROLLED
  for (guint k = 0; k < box->n_slices; k++, slice += plan->volume->slice_bytes) {
    Floats of_slice = add_rows (plan, box, slice, hats, &lookup, voxels, lowest, highest);

    if (is_rescaled)
      of_slice = floats_fma (of_slice, floats_set (plan->scales[first + k]), floats_set (plan->offsets[first + k]));
    sum = floats_fma (get_hat (box->z, k), of_slice, sum);
  }
  return sum;
}

WAY const guint8 *
get_voxels (const NegTilePlan *plan, const NegFixed corner[3], gint64 slice, NegVoxels voxels)
{
  const NegVolume *volume = plan->volume;

  return volume->voxels + slice * volume->slice_bytes
         + (get_whole (corner[1]) * volume->columns + get_whole (corner[0])) * (voxels == NEG_VOXELS_8 ? 1 : 2);
}

WAY Box
get_box (const NegTilePlan *plan, const Floats lanes[3], const NegFixed corner[3], NegVoxels voxels)
{
  float down = get_fraction (corner[1]), through = get_fraction (corner[2]);

  return (Box){ .voxels = get_voxels (plan, corner, get_whole (corner[2]), voxels),
                .n_rows = (guint) (down + plan->span[1]) + 2, .n_slices = (guint) (through + plan->span[2]) + 2,
                .x = lanes[0] + floats_set (get_fraction (corner[0])), .y = lanes[1] + floats_set (down),
                .z = lanes[2] + floats_set (through) };
}

/* --- at edges, in gaps, among padding --- */

typedef struct {
  Mask inside, shown;
  Floats z, nearest;       /* which slices: the first of the window is 0 */
  Floats aside_x, aside_y; /* how far slices lie beside the line there */
} Depth;

WAY Mask
is_reached (const NegTilePlan *plan, const NegTileWindow *window, guint cell, Floats t, Mask upper)
{
  const double *halves_mm = plan->volume->halves_mm + 2 * (gsize) (window->first + cell);
  float after = (float) (halves_mm[1] / plan->depth_unit_mm), before = (float) (halves_mm[2] / plan->depth_unit_mm);
  Floats start = floats_set (window->start[cell]), end = start + floats_set (1 / window->inverse[cell]);

  return mask_choose (upper, floats_le (end - t, floats_set (before)), floats_lt (t - start, floats_set (after)));
}

/* Of lanes that lie in a cell: what _neg_volume_find_depth() says. */
WAY void
set_cell (const NegTilePlan *plan, const NegTileWindow *window, guint cell, Floats t, Mask here, Depth *depth)
{
  guint below = window->first + cell;
  Floats f = (t - floats_set (window->start[cell])) * floats_set (window->inverse[cell]);
  Mask upper = floats_le (floats_set (0.5f), f), shown = mask_all ();
  Floats nearest = floats_set (cell) + floats_choose (upper, floats_set (1), floats_set (0)), z = nearest;
  NegCell kind = plan->is_simple ? NEG_CELL_JOINED : plan->cells[below];

  if (kind == NEG_CELL_JOINED) {
    z = floats_set (cell) + floats_max (floats_set (0), floats_min (floats_set (1), f));
  } else {
    shown = mask_choose (upper, mask_if (plan->ready[below + 1]), mask_if (plan->ready[below]));
    if (kind == NEG_CELL_GAP)
      shown = mask_and (shown, is_reached (plan, window, cell, t, upper));
  }
  depth->z = floats_choose (here, z, depth->z);
  depth->nearest = floats_choose (here, nearest, depth->nearest);
  depth->shown = mask_choose (here, shown, depth->shown);
  if (plan->aside[0] != NULL) {
    const double *x = plan->aside[0] + below, *y = plan->aside[1] + below;

    depth->aside_x = floats_choose (here, floats_set (x[0]) + f * floats_set (x[1] - x[0]), depth->aside_x);
    depth->aside_y = floats_choose (here, floats_set (y[0]) + f * floats_set (y[1] - y[0]), depth->aside_y);
  }
}

WAY void
find_depth (const NegTilePlan *plan, const NegTileWindow *window, Floats t, Depth *depth)
{
  depth->inside = mask_and (floats_le (floats_set (window->low), t), floats_lt (t, floats_set (window->high)));
  depth->aside_x = depth->aside_y = depth->z = depth->nearest = floats_set (0);
  depth->shown = mask_all ();
  set_cell (plan, window, 0, t, mask_all (), depth);
  for (guint i = 1; i < window->n_cells; i++)
    set_cell (plan, window, i, t, floats_le (floats_set (window->start[i]), t), depth);
}

/* Along one side of the volume: whether it is there, and the border goes on to its outer edge. */
WAY Mask
clamp_to_side (Floats *coordinate, gint64 first, guint n)
{
  float low = -first, high = (float) ((gint64) n - 1 - first);
  Mask inside = mask_and (floats_le (floats_set (low - 0.5f), *coordinate),
                          floats_lt (*coordinate, floats_set (high + 0.5f)));

  *coordinate = floats_max (floats_set (low), floats_min (floats_set (high), *coordinate));
  return inside;
}

/* What the rows of a tile come to. */
typedef struct {
  Floats sum, weights, nearest;
} Mean;

WAY void
add_row (const NegTilePlan *plan, Row row, const Lookup *lookup, const Lookup *nearest, Floats hat, Floats nearest_hat,
         Mean *mean)
{
  if (plan->has_padding) {
    Row valid = row_outside (row, row_set (plan->padding_low), row_set (plan->padding_high));
    Row ones = row_and (valid, row_set (1));

    row = row_and (row, valid);
    mean->weights = floats_fma (hat, row_weigh (ones, lookup), mean->weights);
    mean->nearest = floats_fma (nearest_hat, row_weigh (ones, nearest), mean->nearest);
  }
  mean->sum = floats_fma (hat, row_weigh (row, lookup), mean->sum);
}

/* A slice's sum into that of all, with its own rescale where each has one. */
WAY void
add_slice (const NegTilePlan *plan, guint slice, const Mean *of_slice, Floats hat, Floats nearest_hat, Mean *mean)
{
  Floats sum = of_slice->sum, weights = of_slice->weights * floats_set (-0x1p-15f);

  if (!plan->has_padding)
    weights = floats_set (1);
  if (plan->scales != NULL)
    sum = floats_fma (sum, floats_set (plan->scales[slice]), weights * floats_set (plan->offsets[slice]));
  mean->sum = floats_fma (hat, sum, mean->sum);
  mean->weights = floats_fma (hat, weights, mean->weights);
  mean->nearest = floats_fma (nearest_hat, of_slice->nearest, mean->nearest);
}

typedef struct {
  gint64 left, top;
  guint n_rows;
  Floats x, y;
} InPlane;

/* Lanes that lie elsewhere are looked up as well: anywhere in the row. */
WAY Lookup
look_up (const NegTilePlan *plan, const InPlane *place, Floats x)
{
  gint64 last = MIN ((gint64) plan->volume->columns - place->left, NEG_TILE_ROW_VOXELS) - 2;
  Floats cell = floats_max (floats_set (0), floats_min (floats_floor (x), floats_set (last)));

  return row_lookup_new (cell, x - cell);
}

WAY void
add_slices (const NegTilePlan *plan, const NegTileWindow *window, const InPlane *place, const Depth *depth,
            NegVoxels voxels, Mean *mean)
{
  const NegVolume *volume = plan->volume;
  guint voxel_bytes = voxels == NEG_VOXELS_8 ? 1 : 2;
  Lookup lookup = look_up (plan, place, place->x), nearest = look_up (plan, place, snap (place->x));
  Floats hats[NEG_TILE_VOXELS_MAX], nearest_hats[NEG_TILE_VOXELS_MAX];
  Row flip = row_set (plan->flip);

  for (guint j = 0; j < place->n_rows; j++) {
    hats[j] = get_hat (place->y, j);
    nearest_hats[j] = get_hat (snap (place->y), j);
  }
  for (guint k = 0; k <= window->n_cells; k++) {
    const guint8 *slice = volume->voxels + (window->first + k) * volume->slice_bytes + place->left * voxel_bytes;
    Mean of_slice = { floats_set (0), floats_set (0), floats_set (0) };

    if (plan->ready != NULL && !plan->ready[window->first + k])
      continue;
    UNROLLED
    for (guint j = 0; j < place->n_rows; j++) {
      gint64 row = CLAMP (place->top + j, 0, (gint64) volume->rows - 1);

      add_row (plan, row_load (slice + row * volume->columns * voxel_bytes, voxels, flip), &lookup, &nearest,
               hats[j], nearest_hats[j], &of_slice);
    }
    add_slice (plan, window->first + k, &of_slice, get_hat (depth->z, k), get_hat (depth->nearest, k), mean);
  }
}

/* The lanes that have a value; *@missing, those that would have one. */
WAY Mask
sample_carefully (const NegTilePlan *plan, const NegTileWindow *window, const Floats lanes[3],
                  const NegFixed corner[3], NegVoxels voxels, Floats *value, Mask *missing)
{
  const NegVolume *volume = plan->volume;
  gint64 left = get_whole (corner[0]), top = get_whole (corner[1]);
  InPlane place = { .left = CLAMP (left, 0, (gint64) volume->columns - NEG_TILE_ROW_VOXELS), .top = top };
  Mean mean = { floats_set (0), floats_set (0), floats_set (0) };
  float down = get_fraction (corner[1]);
  Mask inside;
  Depth depth;

  find_depth (plan, window, lanes[2] + floats_set (window->z), &depth);
  place.x = lanes[0] + floats_set (get_fraction (corner[0]) + (float) (left - place.left)) - depth.aside_x;
  place.y = lanes[1] + floats_set (down) - depth.aside_y;
  place.n_rows = (guint) (down + plan->span[1]) + 2;
  inside = mask_and (clamp_to_side (&place.x, place.left, volume->columns),
                     mask_and (clamp_to_side (&place.y, top, volume->rows), depth.inside));
  *missing = mask_and (inside, mask_not (depth.shown));
  inside = mask_and (inside, depth.shown);
  *value = floats_set (0);
  if (mask_is_none (inside))
    return inside;
  if (plan->is_nearest) {
    place.x = snap (place.x);
    place.y = snap (place.y);
    depth.z = depth.nearest;
  }
  add_slices (plan, window, &place, &depth, voxels, &mean);
  *value = mean.sum;
  if (!plan->has_padding)
    return inside;
  inside = mask_and (inside, floats_lt (mean.nearest, floats_set (-1)));
  *value = mean.sum / floats_choose (inside, mean.weights, floats_set (1));
  return inside;
}

/* --- many samples --- */

/* Sums are taken in two steps, so that 4096 samples keep their last digits. */
#define SAMPLES_OF_PART 16

typedef struct {
  Floats result, part, n;
  Mask any, missing;
} Projected;

WAY void
project_all (const NegTilePlan *plan, Projected *projected, Floats value, guint sample)
{
  if (plan->is_mean) {
    projected->part = projected->part + value;
    if (sample % SAMPLES_OF_PART == SAMPLES_OF_PART - 1) {
      projected->result = projected->result + projected->part;
      projected->part = floats_set (0);
    }
  } else if (plan->is_smallest) {
    projected->result = floats_min (projected->result, value);
  } else {
    projected->result = floats_max (projected->result, value);
  }
}

WAY void
project (const NegTilePlan *plan, Projected *projected, Floats value, Mask valid, guint sample)
{
  float nothing = plan->is_mean ? 0 : plan->is_smallest ? INFINITY : -INFINITY;

  project_all (plan, projected, floats_choose (valid, value, floats_set (nothing)), sample);
  projected->n = projected->n + floats_choose (valid, floats_set (1), floats_set (0));
  projected->any = mask_or (projected->any, valid);
}

WAY Projected
start (const NegTilePlan *plan)
{
  float nothing = plan->is_mean ? 0 : plan->is_smallest ? INFINITY : -INFINITY;

  return (Projected){ floats_set (nothing), floats_set (0), floats_set (0), mask_none (), mask_none () };
}

WAY Floats
finish (const NegTilePlan *plan, const Projected *projected, Floats n)
{
  Floats result = projected->result;

  if (plan->is_mean)
    result = (result + projected->part) / n;
  return floats_fma (result, floats_set (plan->scale), floats_set (plan->offset));
}

/* --- onto the picture --- */

/* The tiles of a run that lie wholly in the rows that are drawn, up to this one. */
WAY guint
get_whole_end (const NegTilePlan *plan, const NegTileRun *run)
{
  guint top = run->row * plan->tile_rows;

  if (plan->tile_columns * plan->tile_rows < N_LANES || top < plan->first_row
      || top + plan->tile_rows > plan->first_row + plan->n_rows)
    return run->first;
  return MIN (run->end, plan->width / NEG_TILE_COLUMNS);
}

WAY void
store_whole (const NegTilePlan *plan, guint tile_row, guint tile, Floats values)
{
  gsize index = (gsize) tile_row * (N_LANES / NEG_TILE_COLUMNS) * plan->width + tile * NEG_TILE_COLUMNS;

  floats_store_rows (values, plan->values + index, plan->width);
  if (plan->covers != NULL)
    for (guint j = 0; j < N_LANES / NEG_TILE_COLUMNS; j++)
      memset (plan->covers + index + (gsize) j * plan->width, NEG_COVER_WHOLE, NEG_TILE_COLUMNS);
}

WAY void
store (const NegTilePlan *plan, guint tile_row, guint tile, Floats values, guint any, guint missing)
{
  float of_lanes[N_LANES];

  floats_store (values, of_lanes);
  _neg_tile_store (plan, tile_row, tile, of_lanes, any, missing);
}

WAY void
step_on (NegFixed place[3], const NegFixed step[3])
{
  for (guint i = 0; i < 3; i++)
    place[i] += step[i];
}

WAY void
start_run (const NegTilePlan *plan, const NegTileRun *run, NegFixed corner[3])
{
  for (guint i = 0; i < 3; i++)
    corner[i] = plan->origin[i] + run->row * plan->tile_y[i] + run->first * plan->tile_x[i];
}

/* --- runs of tiles --- */

/* As many rows, or slices, as any tile touches: where all have the same number processors foresee where loops end, and one
 * that a tile does not touch weighs nothing. */
WAY guint
count_most (float span)
{
  return (guint) ceilf (span) + 2;
}

/* What a tile further on will need. Processors foresee rows of slices, but not slanting ways through them. */
WAY void
fetch_box (const NegTilePlan *plan, const NegFixed corner[3], NegVoxels voxels)
{
  const guint8 *slice = get_voxels (plan, corner, get_whole (corner[2]), voxels);
  gsize row_bytes = (gsize) plan->volume->columns * (voxels == NEG_VOXELS_8 ? 1 : 2);
  guint n_rows = count_most (plan->span[1]), n_slices = count_most (plan->span[2]);

  for (guint k = 0; k < n_slices; k++, slice += plan->volume->slice_bytes)
    for (guint j = 0; j < n_rows; j++)
      __builtin_prefetch (slice + j * row_bytes);
}

/* The corner of one that is as far ahead as memory is behind; FALSE: the run ends before. */
WAY gboolean
look_ahead (const NegTilePlan *plan, const NegTileRun *run, guint tile, const NegFixed corner[3], NegFixed ahead[3])
{
  guint n_tiles = SAMPLES_AHEAD / plan->n_samples + 1;

  for (guint i = 0; i < 3; i++)
    ahead[i] = corner[i] + n_tiles * plan->tile_x[i];
  return run->inside && plan->is_simple && tile + n_tiles < run->end;
}

WAY Projected
project_inside (const NegTilePlan *plan, const NegTileRun *run, guint tile, const Floats lanes[3],
                const NegFixed corner[3], NegVoxels voxels)
{
  guint n_rows = count_most (plan->span[1]), n_slices = count_most (plan->span[2]);
  NegFixed at[3] = { corner[0], corner[1], corner[2] }, ahead[3];
  gboolean is_to_fetch = look_ahead (plan, run, tile, corner, ahead);
  Projected projected = start (plan);

  for (guint i = 0; i < plan->n_samples; i++, step_on (at, plan->sample), step_on (ahead, plan->sample)) {
    Box box = get_box (plan, lanes, at, voxels);

    if (ROWS_ARE_CHEAP) {
      box.n_rows = n_rows;
      box.n_slices = n_slices;
    }
    if (is_to_fetch)
      fetch_box (plan, ahead, voxels);
    project_all (plan, &projected, add_box (plan, &box, 0, FALSE, voxels, NULL, NULL), i);
  }
  return projected;
}

WAY void
draw_inside (const NegTilePlan *plan, const NegTileRun *run, NegVoxels voxels)
{
  guint whole_end = get_whole_end (plan, run);
  NegFixed corner[3];
  Floats lanes[3];

  load_lanes (plan, lanes);
  start_run (plan, run, corner);
  for (guint tile = run->first; tile < run->end; tile++, step_on (corner, plan->tile_x)) {
    Projected projected = project_inside (plan, run, tile, lanes, corner, voxels);

    if (tile < whole_end)
      store_whole (plan, run->row, tile, finish (plan, &projected, floats_set (plan->n_samples)));
    else
      store (plan, run->row, tile, finish (plan, &projected, floats_set (plan->n_samples)), G_MAXUINT, 0);
  }
}

/* Among slices that are all there, wherever they lie. */
WAY Floats
sample_joined (const NegTilePlan *plan, const NegTileWindow *window, const Floats lanes[3], const NegFixed corner[3],
               NegVoxels voxels, Row *lowest, Row *highest)
{
  float down = get_fraction (corner[1]);
  Box box = { .voxels = get_voxels (plan, corner, window->first, voxels),
              .n_rows = (guint) (down + plan->span[1]) + 2, .n_slices = window->n_cells + 1 };
  Depth depth;

  find_depth (plan, window, lanes[2] + floats_set (window->z), &depth);
  box.x = lanes[0] + floats_set (get_fraction (corner[0])) - depth.aside_x;
  box.y = lanes[1] + floats_set (down) - depth.aside_y;
  box.z = depth.z;
  return add_box (plan, &box, window->first, plan->scales != NULL, voxels, lowest, highest);
}

/* Where all voxels are there, unless there may be padding among them. */
WAY gboolean
try_inside (const NegTilePlan *plan, const NegTileWindow *window, const Floats lanes[3], const NegFixed corner[3],
            NegVoxels voxels, Floats *value)
{
  Row lowest = row_set (G_MAXINT16), highest = row_set (G_MININT16);

  if (!plan->is_simple && !window->is_joined)
    return FALSE;
  if (plan->is_simple) {
    Box box = get_box (plan, lanes, corner, voxels);

    *value = add_box (plan, &box, 0, FALSE, voxels, &lowest, &highest);
  } else {
    *value = sample_joined (plan, window, lanes, corner, voxels, &lowest, &highest);
  }
  return !plan->has_padding
         || row_is_none_between (lowest, highest, row_set (plan->padding_low), row_set (plan->padding_high));
}

/* FALSE where there are too many slices. */
WAY gboolean
draw_tile_carefully (const NegTilePlan *plan, const NegTileRun *run, guint tile, const NegFixed corner[3],
                     const Floats lanes[3], NegVoxels voxels)
{
  NegFixed at[3] = { corner[0], corner[1], corner[2] }, ahead[3];
  gboolean is_to_fetch = look_ahead (plan, run, tile, corner, ahead);
  Projected projected = start (plan);
  NegTileWindow window = { 0 };
  Floats value;

  for (guint i = 0; i < plan->n_samples; i++, step_on (at, plan->sample), step_on (ahead, plan->sample)) {
    Mask valid = mask_all (), missing = mask_none ();

    if (is_to_fetch)
      fetch_box (plan, ahead, voxels);
    if ((!run->inside || !plan->is_simple) && !_neg_tile_window_init (&window, plan, at[2], window.first))
      return FALSE;
    if (!(run->inside && try_inside (plan, &window, lanes, at, voxels, &value))) {
      if (run->inside && plan->is_simple)
        _neg_tile_window_init (&window, plan, at[2], window.first);
      valid = sample_carefully (plan, &window, lanes, at, voxels, &value, &missing);
    }
    project (plan, &projected, value, valid, i);
    projected.missing = mask_or (projected.missing, missing);
  }
  value = finish (plan, &projected, floats_max (floats_set (1), projected.n));
  store (plan, run->row, tile, floats_choose (projected.any, value, floats_set (NAN)),
         mask_get_bits (projected.any), mask_get_bits (projected.missing));
  return TRUE;
}

WAY void
draw_carefully (const NegTilePlan *plan, const NegTileRun *run, NegVoxels voxels)
{
  NegFixed corner[3];
  Floats lanes[3];

  load_lanes (plan, lanes);
  start_run (plan, run, corner);
  for (guint tile = run->first; tile < run->end; tile++, step_on (corner, plan->tile_x))
    if (!draw_tile_carefully (plan, run, tile, corner, lanes, voxels))
      _neg_tile_draw_general (plan, run->row, tile);
}

WAY void
draw_run (const NegTilePlan *plan, const NegTileRun *run, NegVoxels voxels)
{
  if (run->inside && plan->is_simple && !plan->has_padding)
    draw_inside (plan, run, voxels);
  else
    draw_carefully (plan, run, voxels);
}

/* One loop for each kind, so that none has to ask. */
WAY void
draw_any (const NegTilePlan *plan, const NegTileRun *run)
{
  switch (plan->voxels) {
  case NEG_VOXELS_S16:
    draw_run (plan, run, NEG_VOXELS_S16);
    break;
  case NEG_VOXELS_U16:
    draw_run (plan, run, NEG_VOXELS_U16);
    break;
  case NEG_VOXELS_8:
  default:
    draw_run (plan, run, NEG_VOXELS_8);
    break;
  }
}
