#include "config.h"

#include <string.h>

#include "base/neg-bytes.h"
#include "demo/neg-dicom-writer.h"

#define HEADER_BYTES 64
#define RUN_MAX 128

static guint
count_same (const guint8 *bytes, guint n)
{
  guint same = 1;

  n = MIN (n, RUN_MAX);
  while (same < n && bytes[same] == bytes[0])
    same++;
  return same;
}

/* A literal run ends where at least three equal bytes begin: two would cost as much. */
static guint
count_literal (const guint8 *bytes, guint n)
{
  guint i = 1;

  n = MIN (n, RUN_MAX);
  while (i < n && !(i + 2 < n && bytes[i] == bytes[i + 1] && bytes[i] == bytes[i + 2]))
    i++;
  return i;
}

/* Runs do not cross rows (PS3.5 G.3.1). @out has room for n + n / 128 + 1 bytes more. */
static guint8 *
encode_row (const guint8 *bytes, guint n, guint8 *out)
{
  while (n > 0) {
    guint run = count_same (bytes, n);

    if (run >= 3 || run == n) {
      *out++ = (guint8) (257 - run);
      *out++ = bytes[0];
      if (run == 1)
        out[-2] = 0;
    } else {
      run = count_literal (bytes, n);
      *out++ = (guint8) (run - 1);
      memcpy (out, bytes, run);
      out += run;
    }
    bytes += run;
    n -= run;
  }
  return out;
}

static void
pick (const guint8 *row, guint columns, guint step, guint offset, guint8 *line)
{
  for (guint i = 0; i < columns; i++)
    line[i] = row[(gsize) i * step + offset];
}

GByteArray *
neg_rle_encode (const guint8 *data, guint columns, guint rows, guint samples, guint bytes_each)
{
  guint step = samples * bytes_each;
  gsize row_max = (gsize) columns + columns / RUN_MAX + 2;
  g_autofree guint8 *line = g_try_malloc (columns);
  g_autofree guint8 *room = g_try_malloc_n (rows, row_max);
  GByteArray *encoded;
  guint32 offsets[16] = { step };

  if (line == NULL || room == NULL || step > 15)
    return NULL;
  encoded = g_byte_array_new ();
  g_byte_array_set_size (encoded, HEADER_BYTES);
  for (guint segment = 0; segment < step; segment++) {
    guint offset = segment / bytes_each * bytes_each + bytes_each - 1 - segment % bytes_each;
    guint8 *end = room;

    for (guint row = 0; row < rows; row++) {
      pick (data + (gsize) row * columns * step, columns, step, offset, line);
      end = encode_row (line, columns, end);
    }
    offsets[segment + 1] = encoded->len;
    g_byte_array_append (encoded, room, end - room);
    if (encoded->len % 2)
      neg_write_u8 (encoded, 0);
  }
  for (guint i = 0; i < 16; i++) {
    guint32 little = GUINT32_TO_LE (offsets[i]);

    memcpy (encoded->data + 4 * i, &little, sizeof little);
  }
  return encoded;
}
