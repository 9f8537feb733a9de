#include "config.h"

#include "quality/neg-quality-pixels-private.h"

#include <math.h>
#include <string.h>

#include "quality/neg-quality-private.h"

/* Smaller pictures are thumbnails, whose neighbours differ more than any noise. */
#define SIDE_MIN 64
#define SIDE_MAX 65535
/* Differences are looked at in so many pixels at most, in rows spread over the image. */
#define SAMPLES_MAX 1000000
/* Cells of the grid on which what is clipped is followed to the edges. */
#define GRID_MAX 384
#define N_BINS 4096
/* From the median of second differences to the standard deviation of one value, of normal noise: 1, -2 and 1 squared are 6. Slopes
 * of the body are not in them. */
#define MEDIAN_TO_SD (1 / (0.67449 * 2.44949))

#define READ(type)                                                                                                     \
  do {                                                                                                                 \
    const type *at = (const type *) (const void *) (source->pixels + (gsize) y * columns * samples * sizeof (type));    \
    for (gsize x = 0; x < columns; x++) {                                                                              \
      float value = (float) at[x * samples];                                                                           \
      for (gsize i = 1; i < samples; i++)                                                                              \
        value = MAX (value, (float) at[x * samples + i]);                                                              \
      row[x] = value;                                                                                                  \
    }                                                                                                                  \
  } while (0)

void
neg_pixel_source_read_row (const NegPixelSource *source, guint y, float *row)
{
  gsize columns = source->format.columns, samples = source->format.samples;

  switch (source->format.sample_type) {
  case NEG_SAMPLE_U8:
    READ (guint8);
    break;
  case NEG_SAMPLE_S8:
    READ (gint8);
    break;
  case NEG_SAMPLE_U16:
    READ (guint16);
    break;
  case NEG_SAMPLE_S16:
    READ (gint16);
    break;
  case NEG_SAMPLE_U32:
    READ (guint32);
    break;
  case NEG_SAMPLE_S32:
    READ (gint32);
    break;
  case NEG_SAMPLE_F32:
    READ (float);
    break;
  case NEG_SAMPLE_F64:
  default:
    READ (double);
    break;
  }
  for (gsize x = 0; source->has_padding && x < columns; x++)
    if (row[x] == source->padding)
      row[x] = NAN;
}

/* --- range --- */

typedef struct {
  double sum, squares;
  gsize n;
  float minimum, maximum;
} Range;

static void
add_row (Range *range, const float *row, guint left, guint right)
{
  double sum = 0, squares = 0;

  for (guint x = left; x < right; x++)
    if (isfinite (row[x])) {
      sum += row[x];
      squares += (double) row[x] * row[x];
      range->minimum = MIN (range->minimum, row[x]);
      range->maximum = MAX (range->maximum, row[x]);
      range->n++;
    }
  range->sum += sum;
  range->squares += squares;
}

static gboolean
measure_range (const NegPixelSource *source, const NegPixelField *field, float *row, NegQualityPixels *measured)
{
  Range range = { .minimum = INFINITY, .maximum = -INFINITY };

  for (guint y = field->top; y < field->bottom; y++) {
    neg_pixel_source_read_row (source, y, row);
    add_row (&range, row, field->left, field->right);
  }
  if (range.n == 0)
    return FALSE;
  measured->minimum = range.minimum;
  measured->maximum = range.maximum;
  measured->mean = range.sum / (double) range.n;
  measured->sd = sqrt (MAX (range.squares / (double) range.n - measured->mean * measured->mean, 0));
  return TRUE;
}

/* --- noise and sharpness --- */

typedef struct {
  guint64 bins[N_BINS + 1];
  double scale; /* from a difference to its bin */
  double along_rows, along_columns;
  gsize n, n_second;
} Differences;

/* @rows: five of them, the middle one is looked at. */
static void
add_differences (Differences *differences, float *const rows[5], const NegPixelField *field)
{
  const float *row = rows[2];

  for (guint x = field->left + 2; x + 2 < field->right; x++) {
    float first = fabsf (row[x - 1] - 2 * row[x] + row[x + 1]);
    float across = row[x - 2] - 2 * row[x] + row[x + 2];
    float down = rows[0][x] - 2 * row[x] + rows[4][x];

    if (isfinite (first)) {
      differences->bins[(guint) MIN (first * differences->scale, N_BINS)]++;
      differences->n++;
    }
    if (isfinite (across) && isfinite (down)) {
      differences->along_rows += fabsf (across);
      differences->along_columns += fabsf (down);
      differences->n_second++;
    }
  }
}

/* The middle of the middle bin, in stored values. */
static double
get_median (const Differences *differences)
{
  guint64 sum = 0;
  guint bin = 0;

  for (bin = 0; bin < N_BINS; bin++) {
    sum += differences->bins[bin];
    if (sum * 2 >= differences->n)
      break;
  }
  return bin == 0 && differences->scale >= 1 ? 0 : bin / differences->scale;
}

static void
measure_differences (const NegPixelSource *source, const NegPixelField *field, float *buffer, NegQualityPixels *measured)
{
  gsize columns = source->format.columns;
  gsize step = MAX ((gsize) (field->bottom - field->top) * (field->right - field->left) / SAMPLES_MAX, 1);
  g_autofree Differences *differences = g_new0 (Differences, 1);
  double range = measured->maximum - measured->minimum;

  /* Whole numbers stay whole where there are bins enough. Neighbours differ by far less than the range. */
  differences->scale = range <= N_BINS ? MAX (1.0, range > 0 && range < 16 ? 256 / range : 1.0) : N_BINS / range * 4;
  for (gsize y = field->top + 2; y + 2 < field->bottom; y += step) {
    float *rows[5];

    for (gsize i = 0; i < 5; i++) {
      rows[i] = buffer + i * columns;
      neg_pixel_source_read_row (source, (guint) (y - 2 + i), rows[i]);
    }
    add_differences (differences, rows, field);
  }
  if (differences->n == 0 || differences->n_second == 0)
    return;
  measured->noise = get_median (differences) * MEDIAN_TO_SD;
  range = measured->noise > 0 ? measured->noise : 1;
  measured->sharpness_rows = differences->along_rows / (double) differences->n_second / range;
  measured->sharpness_columns = differences->along_columns / (double) differences->n_second / range;
}

/* --- what is clipped --- */

typedef struct {
  guint width, height;
  guint8 *cells; /* 1: at the lowest value; 2: at the highest; 4: padding; 0: between */
} Grid;

static void
fill_grid (Grid *grid, const NegPixelSource *source, const NegPixelField *field, float *row,
           const NegQualityPixels *measured)
{
  for (guint j = 0; j < grid->height; j++) {
    guint64 height = field->bottom - field->top, width = field->right - field->left;

    neg_pixel_source_read_row (source, field->top + (guint) (j * height / grid->height), row);
    for (guint i = 0; i < grid->width; i++) {
      float value = row[field->left + (guint) (i * width / grid->width)];

      grid->cells[j * grid->width + i]
          = !isfinite (value) ? 4 : value <= (float) measured->minimum ? 1 : value >= (float) measured->maximum ? 2 : 0;
    }
  }
}

/* Air beside the patient reaches the edge: cells of @kind that hang together with the edge become padding. */
static void
clear_from_edges (Grid *grid, guint8 kind)
{
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n = grid->width * grid->height;

  for (guint i = 0; i < n; i++) {
    guint x = i % grid->width, y = i / grid->width;

    if ((x == 0 || y == 0 || x + 1 == grid->width || y + 1 == grid->height) && (grid->cells[i] & (kind | 4)) != 0) {
      grid->cells[i] = 8;
      g_array_append_val (open, i);
    }
  }
  while (open->len > 0) {
    guint at = g_array_index (open, guint, open->len - 1);
    guint x = at % grid->width, y = at / grid->width;
    guint next[4] = { x > 0 ? at - 1 : at, x + 1 < grid->width ? at + 1 : at, y > 0 ? at - grid->width : at,
                      y + 1 < grid->height ? at + grid->width : at };

    g_array_set_size (open, open->len - 1);
    for (guint i = 0; i < 4; i++)
      if ((grid->cells[next[i]] & (kind | 4)) != 0) {
        grid->cells[next[i]] = 8;
        g_array_append_val (open, next[i]);
      }
  }
}

static double
get_share (const Grid *grid, guint8 kind)
{
  guint n = 0, n_all = 0;

  for (guint i = 0; i < grid->width * grid->height; i++) {
    n += grid->cells[i] == kind;
    n_all += grid->cells[i] < 4;
  }
  return n_all > 0 ? (double) n / n_all : 0;
}

static void
measure_clipped (const NegPixelSource *source, const NegPixelField *field, float *row, NegQualityPixels *measured)
{
  Grid grid = { MIN (field->right - field->left, GRID_MAX), MIN (field->bottom - field->top, GRID_MAX), NULL };
  double *shares[2] = { &measured->clipped_low, &measured->clipped_high };

  if (measured->minimum == measured->maximum) {
    measured->clipped_low = measured->clipped_high = 1;
    return;
  }
  grid.cells = g_malloc ((gsize) grid.width * grid.height);
  for (guint8 i = 0; i < 2; i++) {
    fill_grid (&grid, source, field, row, measured);
    clear_from_edges (&grid, i + 1);
    *shares[i] = get_share (&grid, i + 1);
  }
  g_free (grid.cells);
}

/* --- all of it --- */

static gboolean
init_source (NegPixelSource *source, const NegObjectRecord *record, const NegFrameFormat *format, const void *pixels,
             gsize bytes)
{
  const char *modality = record->text[NEG_RECORD_MODALITY], *padding = record->text[NEG_RECORD_PIXEL_PADDING];
  guint64 needed;

  if (!neg_frame_format_get_bytes (format, &needed) || needed > bytes || format->rows < SIDE_MIN || format->samples == 0
      || format->columns < SIDE_MIN || format->rows > SIDE_MAX || format->columns > SIDE_MAX
      || format->sample_type >= NEG_SAMPLE_N_TYPES)
    return FALSE;
  *source = (NegPixelSource){ .format = *format, .pixels = pixels };
  source->is_projection = modality != NULL && neg_quality_is_projection (modality);
  source->is_inverse = format->color == NEG_COLOR_MONOCHROME1;
  if (padding != NULL && format->samples == 1) {
    char *end = NULL;

    source->padding = (float) g_ascii_strtod (padding, &end);
    source->has_padding = end != padding && *end == '\0';
  }
  return TRUE;
}

gboolean
neg_quality_pixels_measure (const NegObjectRecord *record, const NegFrameFormat *format, const void *pixels, gsize bytes,
                            NegQualityPixels *measured)
{
  NegPixelSource source;
  NegPixelField field;
  g_autofree float *buffer = NULL;

  memset (measured, 0, sizeof *measured);
  if (!init_source (&source, record, format, pixels, bytes))
    return FALSE;
  buffer = g_new (float, 5 * (gsize) format->columns);
  field = (NegPixelField){ 0, 0, format->columns, format->rows };
  if (source.is_projection)
    neg_pixel_field_find (&source, &field);
  measured->field_share = (double) (field.right - field.left) * (field.bottom - field.top)
                          / ((double) format->rows * format->columns);
  if (!measure_range (&source, &field, buffer, measured))
    return FALSE;
  measure_differences (&source, &field, buffer, measured);
  measure_clipped (&source, &field, buffer, measured);
  measured->has_text = neg_pixel_text_find (&source, (float) measured->maximum);
  return TRUE;
}

void
neg_quality_pixels_set_digest (NegQualityPixels *measured, const void *pixels, gsize bytes)
{
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, pixels, bytes);

  g_strlcpy (measured->digest, digest, sizeof measured->digest);
}
