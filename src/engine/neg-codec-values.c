#include "config.h"

#include "engine/neg-codec-private.h"

#include <string.h>

#include "base/neg-error.h"

void
neg_values_widen (const NegCells *cells)
{
  gsize n = cells->bytes / 2;
  const guint8 *packed = cells->cells + n;

  /* Forward is safe: the byte that is read lies at or behind the last one that is written. */
  for (gsize i = 0; i < n; i++) {
    const guint16 value = packed[i];

    memcpy (cells->cells + 2 * i, &value, 2);
  }
}

#define INTERLEAVE(Type)                                                                                               \
  do {                                                                                                                 \
    for (guint s = 0; s < cells->samples; s++) {                                                                       \
      const Type *plane = (const Type *) planes + s * n;                                                               \
      Type *target = (Type *) cells->cells + s;                                                                        \
                                                                                                                       \
      for (gsize i = 0; i < n; i++)                                                                                    \
        target[i * cells->samples] = plane[i];                                                                         \
    }                                                                                                                  \
  } while (0)

void
neg_values_interleave (const guint8 *planes, const NegCells *cells)
{
  gsize n = (gsize) cells->rows * cells->columns;

  switch (cells->bytes_per_cell) {
  case 1:
    INTERLEAVE (guint8);
    break;
  case 2:
    INTERLEAVE (guint16);
    break;
  case 4:
    INTERLEAVE (guint32);
    break;
  default:
    INTERLEAVE (guint64);
    break;
  }
}

#define CLAMP_CELLS(Type, low, high)                                                                                   \
  do {                                                                                                                 \
    Type *cell = (Type *) cells->cells;                                                                                \
    gsize n = cells->bytes / sizeof (Type);                                                                            \
                                                                                                                       \
    for (gsize i = 0; i < n; i++)                                                                                      \
      cell[i] = MIN (MAX (cell[i], (Type) (low)), (Type) (high));                                                      \
  } while (0)

static void
clamp_signed (const NegCells *cells, gint64 low, gint64 high)
{
  if (cells->bytes_per_cell == 1)
    CLAMP_CELLS (gint8, low, high);
  else if (cells->bytes_per_cell == 2)
    CLAMP_CELLS (gint16, low, high);
  else
    CLAMP_CELLS (gint32, low, high);
}

static void
clamp_unsigned (const NegCells *cells, guint64 high)
{
  if (cells->bytes_per_cell == 1)
    CLAMP_CELLS (guint8, 0, high);
  else if (cells->bytes_per_cell == 2)
    CLAMP_CELLS (guint16, 0, high);
  else
    CLAMP_CELLS (guint32, 0, high);
}

void
neg_values_clamp (const NegCells *cells, guint bits_stored)
{
  if (bits_stored == 0 || bits_stored >= 8 * cells->bytes_per_cell)
    return;
  if (cells->is_signed)
    clamp_signed (cells, -((gint64) 1 << (bits_stored - 1)), ((gint64) 1 << (bits_stored - 1)) - 1);
  else
    clamp_unsigned (cells, ((guint64) 1 << bits_stored) - 1);
}

/* Up to the top of the cell and down again, so that the sign comes along. The compiler makes vectors of these loops. */
#define EXTRACT_CELLS(Unsigned, Type)                                                                                  \
  do {                                                                                                                 \
    const guint up = 8 * sizeof (Type) - bits_stored - shift, down = 8 * sizeof (Type) - bits_stored;                  \
    Type *cell = (Type *) cells->cells;                                                                                \
    gsize n = cells->bytes / sizeof (Type);                                                                            \
                                                                                                                       \
    for (gsize i = 0; i < n; i++)                                                                                      \
      cell[i] = (Type) ((Type) ((Unsigned) cell[i] << up) >> down);                                                    \
  } while (0)

void
neg_values_extract (const NegCells *cells, guint shift, guint bits_stored)
{
  if (bits_stored == 0 || bits_stored + shift > 8 * cells->bytes_per_cell
      || (bits_stored == 8 * cells->bytes_per_cell && shift == 0))
    return;
  if (cells->bytes_per_cell == 1) {
    if (cells->is_signed)
      EXTRACT_CELLS (guint8, gint8);
    else
      EXTRACT_CELLS (guint8, guint8);
  } else if (cells->bytes_per_cell == 2) {
    if (cells->is_signed)
      EXTRACT_CELLS (guint16, gint16);
    else
      EXTRACT_CELLS (guint16, guint16);
  } else if (cells->bytes_per_cell == 4) {
    if (cells->is_signed)
      EXTRACT_CELLS (guint32, gint32);
    else
      EXTRACT_CELLS (guint32, guint32);
  }
}

/* The inverse of the matrix of C.7.6.3.1.2 in units of 1/65536, rounded to nearest: the numbers of every JPEG decoder,
 * so that the same codestream looks the same by either way. */
enum {
  RED_FROM_CR = 91881,    /* 1.402 */
  GREEN_FROM_CB = 22554,  /* 0.344136 */
  GREEN_FROM_CR = 46802,  /* 0.714136 */
  BLUE_FROM_CB = 116130,  /* 1.772 */
  HALF = 32768,
};

static inline guint8
to_u8 (gint value)
{
  return CLAMP (value, 0, 255);
}

static inline void
convert_u8 (gint y, gint cb, gint cr, guint8 *rgb)
{
  cb -= 128;
  cr -= 128;
  rgb[0] = to_u8 (y + ((RED_FROM_CR * cr + HALF) >> 16));
  rgb[1] = to_u8 (y + ((-GREEN_FROM_CB * cb - GREEN_FROM_CR * cr + HALF) >> 16));
  rgb[2] = to_u8 (y + ((BLUE_FROM_CB * cb + HALF) >> 16));
}

/* 16-bit samples need finer units to be rounded to nearest: 2^-30, in 64 bits. */
#define WIDE(factor) ((gint64) ((factor) * (1 << 30) + 0.5))

static inline guint16
to_wide (gint64 y, gint64 difference, gint64 high)
{
  const gint64 value = y + ((difference + (1 << 29)) >> 30);

  return CLAMP (value, 0, high);
}

static void
ybr_to_rgb_wide (const NegCells *cells, guint bits_stored)
{
  const gint64 middle = (gint64) 1 << (bits_stored - 1), high = ((gint64) 1 << bits_stored) - 1;
  gsize n = (gsize) cells->rows * cells->columns;
  guint16 *pixel = (guint16 *) cells->cells;

  for (gsize i = 0; i < n; i++, pixel += 3) {
    const gint64 y = pixel[0], cb = pixel[1] - middle, cr = pixel[2] - middle;

    pixel[0] = to_wide (y, WIDE (1.402) * cr, high);
    pixel[1] = to_wide (y, -WIDE (0.344136286) * cb - WIDE (0.714136286) * cr, high);
    pixel[2] = to_wide (y, WIDE (1.772) * cb, high);
  }
}

gboolean
neg_values_ybr_to_rgb (const NegCells *cells, guint bits_stored, GError **error)
{
  gsize n = (gsize) cells->rows * cells->columns;

  if (cells->samples != 3 || cells->is_signed || cells->bytes_per_cell > 2 || bits_stored < 1 || bits_stored > 16
      || (cells->bytes_per_cell == 1 && bits_stored != 8))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0004)", "YBR with %u bits stored", bits_stored);
  if (cells->bytes_per_cell == 2)
    ybr_to_rgb_wide (cells, bits_stored);
  else
    for (gsize i = 0; i < n; i++) {
      guint8 *pixel = cells->cells + 3 * i;

      convert_u8 (pixel[0], pixel[1], pixel[2], pixel);
    }
  return TRUE;
}

/* Cb and Cr belong to both pixels of the pair (C.7.6.3.1.2, YBR_FULL_422). */
gboolean
neg_values_ybr_422_to_rgb (const guint8 *packed, const NegCells *cells, GError **error)
{
  gsize n_pairs = (gsize) cells->rows * cells->columns / 2;

  if (cells->samples != 3 || cells->bytes_per_cell != 1 || cells->is_signed)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0004)", "YBR_FULL_422 of other than 8-bit samples");
  if (cells->columns % 2 != 0)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0011)", "YBR_FULL_422 with an odd number of columns");
  for (gsize i = 0; i < n_pairs; i++) {
    const guint8 *four = packed + 4 * i;

    convert_u8 (four[0], four[2], four[3], cells->cells + 6 * i);
    convert_u8 (four[1], four[2], four[3], cells->cells + 6 * i + 3);
  }
  return TRUE;
}
