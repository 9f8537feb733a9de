#include "config.h"

#include "imaging/neg-reformat-fast-private.h"

#define OUTER_MARGIN 0.001 /* in voxels: rounding of a tile's lanes lets none be left out */

/* --- which way --- */

static const NegTileWay *const ways[NEG_WAY_N] = {
  &_neg_tile_way_none,
#ifdef __x86_64__
  &_neg_tile_way_avx2,
  &_neg_tile_way_avx512,
#endif
};

static const char *const way_names[NEG_WAY_N] = { "none", "avx2", "avx512" };

gboolean
_neg_reformat_has_way (NegWay way)
{
#ifdef __x86_64__
  if (way == NEG_WAY_AVX2)
    return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
  if (way == NEG_WAY_AVX512)
    return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
           && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl");
#endif
  return way == NEG_WAY_NONE;
}

static NegWay
choose_way (void)
{
  const char *forced = g_getenv ("NEGATOSCOPE_SIMD");
  guint way = NEG_WAY_N - 1;

  for (guint i = 0; i < NEG_WAY_N; i++)
    if (g_strcmp0 (forced, way_names[i]) == 0)
      way = i;
  while (way > NEG_WAY_NONE && !_neg_reformat_has_way (way))
    way--;
  return way;
}

NegWay
_neg_reformat_choose_way (void)
{
  static gsize chosen;

  if (g_once_init_enter (&chosen))
    g_once_init_leave (&chosen, choose_way () + 1);
  return chosen - 1;
}

const char *
neg_reformat_get_way (void)
{
  return way_names[_neg_reformat_choose_way ()];
}

/* --- what a tile asks --- */

static double
get_place (const NegTilePlan *plan, guint slice)
{
  return plan->is_simple ? slice : plan->places[slice];
}

/* The slice at or before a place, but for the last. */
static guint
find_below (const NegTilePlan *plan, double z, guint hint)
{
  guint last = plan->volume->n_slices - 2;

  if (plan->is_simple)
    return CLAMP (z, 0, last);
  while (hint < last && plan->places[hint + 1] <= z)
    hint++;
  while (hint > 0 && plan->places[hint] > z)
    hint--;
  return hint;
}

gboolean
_neg_tile_window_init (NegTileWindow *window, const NegTilePlan *plan, NegFixed z, guint hint)
{
  guint n_cells = plan->volume->n_slices - 1, n = 0;
  double place = z * 0x1p-32, first_place, start;

  window->first = find_below (plan, place, hint);
  start = first_place = get_place (plan, window->first);
  window->z = (float) (place - first_place);
  window->low = (float) (plan->low - first_place);
  window->high = (float) (plan->high - first_place);
  window->is_joined = TRUE;
  do {
    guint cell = window->first + n;

    if (n + 1 == NEG_TILE_VOXELS_MAX)
      return FALSE;
    window->start[n] = (float) (start - first_place);
    window->inverse[n] = plan->is_simple ? 1 : plan->inverses[cell];
    window->is_joined = window->is_joined && (plan->is_simple || plan->cells[cell] == NEG_CELL_JOINED);
    n++;
    if (cell + 1 == n_cells)
      break;
    start = get_place (plan, cell + 1);
  } while (start <= place + plan->span[2]);
  window->n_cells = n;
  return TRUE;
}

/* Rows of a tile that are wanted: [first, end). */
static void
get_rows (const NegTilePlan *plan, guint tile_row, guint *first, guint *end)
{
  guint top = tile_row * plan->tile_rows;

  *first = MAX (top, plan->first_row);
  *end = MIN (top + plan->tile_rows, plan->first_row + plan->n_rows);
}

void
_neg_tile_store (const NegTilePlan *plan, guint tile_row, guint tile, const float *of_lanes, guint any, guint missing)
{
  static const guint8 covers[4] = { NEG_COVER_OUTSIDE, NEG_COVER_WHOLE, NEG_COVER_MISSING, NEG_COVER_PARTLY };
  guint top = tile_row * plan->tile_rows, left = tile * plan->tile_columns;
  guint n_columns = MIN (plan->tile_columns, plan->width - left), first, end;

  get_rows (plan, tile_row, &first, &end);
  for (guint row = first; row < end; row++)
    for (guint i = 0; i < n_columns; i++) {
      gsize index = (gsize) row * plan->width + left + i;
      guint lane = (row - top) * NEG_TILE_COLUMNS + i;

      plan->values[index] = of_lanes[lane];
      if (plan->covers != NULL)
        plan->covers[index] = covers[(any >> lane & 1) | (missing >> lane & 1) << 1];
    }
}

void
_neg_tile_draw_general (const NegTilePlan *plan, guint tile_row, guint tile)
{
  guint left = tile * plan->tile_columns, first, end;

  get_rows (plan, tile_row, &first, &end);
  for (guint row = first; row < end; row++)
    for (guint column = left; column < MIN (left + plan->tile_columns, plan->width); column++) {
      const double middle_px[2] = { column + 0.5, row + 0.5 };
      gsize index = (gsize) row * plan->width + column;
      NegCover cover;

      plan->values[index] = neg_reformat_get_value (plan->reformat, plan->volume, middle_px, &cover);
      if (plan->covers != NULL)
        plan->covers[index] = cover;
    }
}

/* --- which tiles of a row --- */

typedef struct {
  gint64 first, end;
} Interval;

static gint64
divide_down (gint64 a, gint64 b)
{
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Leaves those for which @low <= @base + i * @step <= @high; none are left within what was there. */
static void
keep_within (Interval *interval, NegFixed base, NegFixed step, NegFixed low, NegFixed high)
{
  gint64 first, last;

  if (step == 0) {
    if (base < low || base > high)
      interval->end = interval->first;
    return;
  }
  first = -divide_down (step > 0 ? base - low : high - base, step > 0 ? step : -step);
  last = divide_down (step > 0 ? high - base : base - low, step > 0 ? step : -step);
  interval->first = CLAMP (first, interval->first, interval->end);
  interval->end = CLAMP (last + 1, interval->first, interval->end);
}

static NegFixed
get_base (const NegTilePlan *plan, guint tile_row, guint axis)
{
  return plan->origin[axis] + tile_row * plan->tile_y[axis];
}

static NegFixed
to_fixed (double voxels)
{
  return (NegFixed) (voxels * 0x1p32);
}

/* Tiles that have a sample in the volume, and perhaps a few more. */
static void
find_touching (const NegTilePlan *plan, guint tile_row, Interval *interval)
{
  const double low[3] = { -0.5, -0.5, plan->low };
  const double high[3] = { plan->volume->columns - 0.5, plan->volume->rows - 0.5, plan->high };

  for (guint i = 0; i < 3; i++) {
    NegFixed through = (plan->n_samples - 1) * plan->sample[i];

    keep_within (interval, get_base (plan, tile_row, i), plan->tile_x[i],
                 to_fixed (low[i] - plan->span[i] - OUTER_MARGIN) - MAX (through, 0),
                 to_fixed (high[i] + OUTER_MARGIN) - MIN (through, 0));
  }
}

/* Through slices at any distances the last is what counts. */
static NegFixed
get_last_inside (const NegTilePlan *plan, guint axis)
{
  const NegVolume *volume = plan->volume;
  gint64 n[3] = { volume->columns, volume->rows, volume->n_slices };
  gint64 n_loaded = axis == 0 ? NEG_TILE_ROW_VOXELS : (gint64) (1 + plan->span[axis]) + 2;

  if (axis == 2 && !plan->is_simple)
    return to_fixed (volume->n_slices - 1 - plan->span[2] - OUTER_MARGIN);
  return to_fixed (n[axis] - n_loaded + 1) - 1;
}

/* Tiles whose samples all lie where every voxel is that is loaded. */
static void
find_inside (const NegTilePlan *plan, guint tile_row, Interval *interval)
{
  for (guint i = 0; i < 3; i++) {
    NegFixed through = (plan->n_samples - 1) * plan->sample[i], base = get_base (plan, tile_row, i);
    NegFixed last = get_last_inside (plan, i);

    if (last < 0) {
      interval->end = interval->first;
      return;
    }
    keep_within (interval, base, plan->tile_x[i], 0, last);
    keep_within (interval, base + through, plan->tile_x[i], 0, last);
  }
}

/* --- rows of tiles --- */

/* Pixels of tiles that lie beside the volume. */
static void
clear (const NegTilePlan *plan, guint tile_row, gint64 first, gint64 end)
{
  guint from = first * plan->tile_columns, to = MIN (end * plan->tile_columns, plan->width), row, end_row;

  for (get_rows (plan, tile_row, &row, &end_row); row < end_row; row++) {
    gsize index = (gsize) row * plan->width;

    for (guint column = from; column < to; column++)
      plan->values[index + column] = NAN;
    if (plan->covers != NULL && from < to)
      memset (plan->covers + index + from, NEG_COVER_OUTSIDE, to - from);
  }
}

static void
draw (const NegTilePlan *plan, const NegTileWay *way, guint tile_row, gint64 first, gint64 end, gboolean inside)
{
  const NegTileRun run = { .row = tile_row, .first = first, .end = end, .inside = inside };

  if (first < end)
    way->draw (plan, &run);
}

static void
draw_tile_row (const NegTilePlan *plan, const NegTileWay *way, guint tile_row)
{
  gint64 n_tiles = ((gint64) plan->width + plan->tile_columns - 1) / plan->tile_columns;
  Interval touching = { 0, n_tiles }, inside;

  find_touching (plan, tile_row, &touching);
  inside = touching;
  find_inside (plan, tile_row, &inside);
  clear (plan, tile_row, 0, touching.first);
  draw (plan, way, tile_row, touching.first, inside.first, FALSE);
  draw (plan, way, tile_row, inside.first, inside.end, TRUE);
  draw (plan, way, tile_row, inside.end, touching.end, FALSE);
  clear (plan, tile_row, touching.end, n_tiles);
}

gboolean
_neg_reformat_rows_by (NegWay way, const NegReformat *reformat, const NegVolume *volume, guint width, float *values,
                       guint8 *covers, guint first_row, guint n_rows)
{
  NegTilePlan plan = { .width = width, .first_row = first_row, .n_rows = n_rows, .values = values, .covers = covers };
  gboolean is_possible = _neg_tile_plan_init (&plan, ways[way]->n_lanes, reformat, volume);

  if (is_possible && width > 0 && n_rows > 0)
    for (guint i = first_row / plan.tile_rows; i <= (first_row + n_rows - 1) / plan.tile_rows; i++)
      draw_tile_row (&plan, ways[way], i);
  _neg_tile_plan_clear (&plan);
  return is_possible;
}

gboolean
_neg_reformat_rows_fast (const NegReformat *reformat, const NegVolume *volume, guint width, float *values,
                         guint8 *covers, guint first_row, guint n_rows)
{
  return _neg_reformat_rows_by (_neg_reformat_choose_way (), reformat, volume, width, values, covers, first_row, n_rows);
}
