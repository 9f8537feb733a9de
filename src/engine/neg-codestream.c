#include "config.h"

#include "engine/neg-codestream.h"

#include <string.h>

#include "base/neg-error.h"

enum {
  MARKER_SOF0 = 0xC0,
  MARKER_DHT = 0xC4,
  MARKER_JPG = 0xC8,
  MARKER_DAC = 0xCC,
  MARKER_SOF15 = 0xCF,
  MARKER_SOI = 0xD8,
  MARKER_EOI = 0xD9,
  MARKER_SOS = 0xDA,
  MARKER_APP14 = 0xEE,
  MARKER_SOF55 = 0xF7, /* JPEG-LS */

  MARKER_SOC = 0xFF4F,
  MARKER_CAP = 0xFF50,
  MARKER_SIZ = 0xFF51,
  MARKER_COD = 0xFF52,
  MARKER_SOT = 0xFF90,
  MARKER_EOC = 0xFFD9,
};

#define TILES_MAX 65535       /* 15444-1 A.4.2: Isot is 16 bits */
#define PADDING_BYTES_MAX 64  /* behind the end marker */

typedef struct {
  const guint8 *data;
  gsize length;
} Bytes;

static guint
get_u16 (const guint8 *p)
{
  return (guint) p[0] << 8 | p[1];
}

static guint32
get_u32 (const guint8 *p)
{
  return (guint32) get_u16 (p) << 16 | get_u16 (p + 2);
}

static gboolean
fail_at (GError **error, NegErrorCode code, gsize position, const char *message)
{
  char where[48];

  g_snprintf (where, sizeof where, "codestream byte %" G_GSIZE_FORMAT, position);
  return neg_fail (error, code, where, "%s", message);
}

/* The marker segment at @position: its body behind the two length bytes. */
static gboolean
get_segment (const Bytes *all, gsize position, Bytes *body, GError **error)
{
  guint length;

  if (all->length - position < 4)
    return fail_at (error, NEG_ERROR_TRUNCATED, position, "the codestream ends in its header");
  length = get_u16 (all->data + position + 2);
  if (length < 2)
    return fail_at (error, NEG_ERROR_UNREADABLE, position, "a marker segment without its length");
  if (all->length - position - 2 < length)
    return fail_at (error, NEG_ERROR_TRUNCATED, position, "the codestream ends in its header");
  *body = (Bytes){ all->data + position + 4, length - 2 };
  return TRUE;
}

static gboolean
ends_with_marker (const Bytes *all, guint marker)
{
  for (gsize i = 2; i <= all->length && i <= PADDING_BYTES_MAX; i++)
    if (get_u16 (all->data + all->length - i) == marker)
      return TRUE;
  return FALSE;
}

/* JPEG and JPEG-LS: 10918-1 B.2.2 */

static gboolean
read_frame_header (const Bytes *body, guint marker, NegCodestream *stream)
{
  if (body->length < 6)
    return FALSE;
  stream->precision = body->data[0];
  stream->rows = get_u16 (body->data + 1);
  stream->columns = get_u16 (body->data + 3);
  stream->components = body->data[5];
  if (body->length < 6 + 3 * (gsize) stream->components)
    return FALSE;
  stream->sof = marker - MARKER_SOF0;
  stream->uniform = TRUE;
  stream->lossy = marker != MARKER_SOF55 && (stream->sof & 3) != 3;
  for (guint i = 1; i < stream->components; i++)
    stream->subsampled |= body->data[6 + 3 * i + 1] != body->data[6 + 1];
  stream->has_rgb_ids = stream->components == 3 && body->data[6] == 'R' && body->data[9] == 'G'
                        && body->data[12] == 'B';
  return TRUE;
}

static gboolean
read_scan_header (const Bytes *body, NegCodestream *stream)
{
  guint n;

  if (body->length < 1)
    return FALSE;
  n = body->data[0];
  if (body->length < 1 + 2 * (gsize) n + 3)
    return FALSE;
  stream->one_scan = n == stream->components;
  if (stream->kind == NEG_CODESTREAM_JPEG_LS)
    stream->lossy = body->data[1 + 2 * n] > 0; /* NEAR */
  return TRUE;
}

static gboolean
is_frame_header (guint marker)
{
  return marker == MARKER_SOF55
         || (marker >= MARKER_SOF0 && marker <= MARKER_SOF15 && marker != MARKER_DHT && marker != MARKER_JPG
             && marker != MARKER_DAC);
}

static void
read_app14 (const Bytes *body, NegCodestream *stream)
{
  if (body->length >= 12 && memcmp (body->data, "Adobe", 5) == 0)
    stream->adobe_transform = body->data[11];
}

static gboolean
read_jpeg (const Bytes *all, NegCodestream *stream, GError **error)
{
  gboolean has_frame = FALSE;
  gsize position = 2;

  for (;;) {
    Bytes body;
    guint marker;
    gsize at = position;

    if (all->length - position < 2)
      return fail_at (error, NEG_ERROR_TRUNCATED, at, "the codestream ends in its header");
    if (all->data[position] != 0xFF)
      return fail_at (error, NEG_ERROR_UNREADABLE, at, "no marker where one must be");
    marker = all->data[position + 1];
    if (marker == 0xFF) { /* a fill byte (B.1.1.2) */
      position++;
      continue;
    }
    if (!get_segment (all, position, &body, error))
      return FALSE;
    if (is_frame_header (marker)) {
      if (has_frame || !read_frame_header (&body, marker, stream))
        return fail_at (error, NEG_ERROR_UNREADABLE, at, "a malformed frame header");
      has_frame = TRUE;
      stream->kind = marker == MARKER_SOF55 ? NEG_CODESTREAM_JPEG_LS : NEG_CODESTREAM_JPEG;
    } else if (marker == MARKER_APP14)
      read_app14 (&body, stream);
    else if (marker == MARKER_SOS) {
      stream->has_end = ends_with_marker (all, 0xFF00 | MARKER_EOI);
      return (has_frame && read_scan_header (&body, stream))
             || fail_at (error, NEG_ERROR_UNREADABLE, at, "a scan without a frame");
    }
    position += 4 + body.length;
  }
}

/* JPEG 2000: 15444-1 Annex A */

static gboolean
read_siz (const Bytes *body, NegCodestream *stream, guint64 *n_tiles)
{
  guint32 x, y, x0, y0, tile_width, tile_height, tile_x0, tile_y0;
  const guint8 *p = body->data;

  if (body->length < 36)
    return FALSE;
  x = get_u32 (p + 2);
  y = get_u32 (p + 6);
  x0 = get_u32 (p + 10);
  y0 = get_u32 (p + 14);
  tile_width = get_u32 (p + 18);
  tile_height = get_u32 (p + 22);
  tile_x0 = get_u32 (p + 26);
  tile_y0 = get_u32 (p + 30);
  stream->components = get_u16 (p + 34);
  if (x <= x0 || y <= y0 || tile_width == 0 || tile_height == 0 || tile_x0 > x0 || tile_y0 > y0
      || stream->components == 0 || body->length < 36 + 3 * (gsize) stream->components)
    return FALSE;
  stream->columns = x - x0;
  stream->rows = y - y0;
  *n_tiles = (((guint64) x - tile_x0 + tile_width - 1) / tile_width)
             * (((guint64) y - tile_y0 + tile_height - 1) / tile_height);
  stream->precision = (p[36] & 0x7F) + 1u;
  stream->is_signed = p[36] >> 7;
  stream->uniform = TRUE;
  for (guint i = 0; i < stream->components; i++) {
    stream->uniform &= p[36 + 3 * i] == p[36];
    stream->subsampled |= p[37 + 3 * i] != 1 || p[38 + 3 * i] != 1;
  }
  return *n_tiles <= TILES_MAX;
}

/* Tile-parts say how long they are (A.4.2), so that what is missing is known before anything is decoded. A missing end
 * marker is forgiven where every tile is one whole part. */
static gboolean
check_tile_parts (const Bytes *all, gsize position, guint64 n_tiles, GError **error)
{
  guint64 n_parts = 0, n_begun = 0;

  while (all->length - position >= 12 && get_u16 (all->data + position) == MARKER_SOT) {
    guint32 length = get_u32 (all->data + position + 6);

    n_parts++;
    n_begun += all->data[position + 10] == 0;
    if (length == 0)
      return ends_with_marker (all, MARKER_EOC)
             || fail_at (error, NEG_ERROR_TRUNCATED, position, "the codestream has no end");
    if (length < 14)
      return fail_at (error, NEG_ERROR_UNREADABLE, position, "a tile-part shorter than its header");
    if (length > all->length - position)
      return fail_at (error, NEG_ERROR_TRUNCATED, position, "the codestream ends in a tile-part");
    position += length;
  }
  if (n_begun < n_tiles)
    return fail_at (error, NEG_ERROR_TRUNCATED, position, "tiles are missing");
  if (n_parts > n_tiles && (all->length - position < 2 || get_u16 (all->data + position) != MARKER_EOC))
    return fail_at (error, NEG_ERROR_TRUNCATED, position, "the codestream has no end");
  return TRUE;
}

static gboolean
read_j2k (const Bytes *all, NegCodestream *stream, GError **error)
{
  gboolean has_siz = FALSE, has_cod = FALSE;
  guint64 n_tiles = 0;
  gsize position = 2;

  for (;;) {
    Bytes body;
    guint marker;

    if (!get_segment (all, position, &body, error))
      return FALSE;
    marker = get_u16 (all->data + position);
    if (marker == MARKER_SOT)
      break;
    if (marker < 0xFF01 || marker == MARKER_EOC)
      return fail_at (error, NEG_ERROR_UNREADABLE, position, "no marker where one must be");
    if (marker == MARKER_SIZ) {
      if (has_siz || !read_siz (&body, stream, &n_tiles))
        return fail_at (error, NEG_ERROR_UNREADABLE, position, "a malformed size segment");
      has_siz = TRUE;
    } else if (marker == MARKER_COD && body.length >= 10) {
      has_cod = TRUE;
      stream->has_transform = body.data[4] != 0;
      stream->lossy = body.data[9] == 0; /* the 9-7 wavelet */
    } else if (marker == MARKER_CAP && body.length >= 4)
      stream->is_high_throughput = (body.data[1] >> 1) & 1; /* bit 15 of 32 from the top: Part 15 */
    position += 4 + body.length;
  }
  if (!has_siz || !has_cod)
    return fail_at (error, NEG_ERROR_UNREADABLE, position, "a codestream without its size or coding style");
  return check_tile_parts (all, position, n_tiles, error);
}

/* JP2 boxes: 15444-1 Annex I. DICOM wants the bare codestream (PS3.5 A.4.4), but files with boxes occur. */

#define BOX(a, b, c, d) ((guint32) (a) << 24 | (guint32) (b) << 16 | (guint32) (c) << 8 | (guint32) (d))

/* The box at *@position; moves *@position behind it. */
static gboolean
next_box (const Bytes *all, gsize *position, guint32 *type, Bytes *body)
{
  const guint8 *p = all->data + *position;
  gsize left = all->length - *position, header = 8;
  guint64 length;

  if (left < 8)
    return FALSE;
  length = get_u32 (p);
  *type = get_u32 (p + 4);
  if (length == 0) /* to the end */
    length = left;
  else if (length == 1) {
    if (left < 16)
      return FALSE;
    length = (guint64) get_u32 (p + 8) << 32 | get_u32 (p + 12);
    header = 16;
  }
  if (length < header)
    return FALSE;
  /* A codestream box may be cut: the codestream itself then says what is missing. */
  length = MIN (length, left);
  *body = (Bytes){ p + header, (gsize) length - header };
  *position += (gsize) length;
  return TRUE;
}

static void
read_jp2_header (const Bytes *header, NegCodestream *stream)
{
  gsize position = 0;
  guint32 type;
  Bytes body;

  while (next_box (header, &position, &type, &body))
    if (type == BOX ('c', 'o', 'l', 'r') && body.length >= 7 && body.data[0] == 1 && stream->color_space == 0)
      stream->color_space = get_u32 (body.data + 3);
}

static gboolean
read_jp2 (const Bytes *all, NegCodestream *stream, GError **error)
{
  gsize position = 0;
  guint32 type;
  Bytes body;

  while (next_box (all, &position, &type, &body)) {
    if (type == BOX ('j', 'p', '2', 'h'))
      read_jp2_header (&body, stream);
    else if (type == BOX ('j', 'p', '2', 'c')) {
      if (body.length < 2 || get_u16 (body.data) != MARKER_SOC)
        break;
      stream->offset = body.data - all->data;
      stream->length = body.length;
      return read_j2k (&body, stream, error);
    }
  }
  return fail_at (error, NEG_ERROR_UNREADABLE, position, "JP2 boxes without a codestream");
}

gboolean
neg_codestream_read (const guint8 *data, gsize length, NegCodestream *stream, GError **error)
{
  static const guint8 jp2_signature[] = { 0, 0, 0, 12, 'j', 'P', ' ', ' ' };
  const Bytes all = { data, length };

  *stream = (NegCodestream){ .length = length, .adobe_transform = -1 };
  if (length >= sizeof jp2_signature && memcmp (data, jp2_signature, sizeof jp2_signature) == 0) {
    stream->kind = NEG_CODESTREAM_JPEG_2000;
    return read_jp2 (&all, stream, error);
  }
  if (length < 2)
    return fail_at (error, NEG_ERROR_TRUNCATED, 0, "the frame has no codestream");
  if (get_u16 (data) == MARKER_SOC) {
    stream->kind = NEG_CODESTREAM_JPEG_2000;
    return read_j2k (&all, stream, error);
  }
  if (data[0] == 0xFF && data[1] == MARKER_SOI)
    return read_jpeg (&all, stream, error);
  return fail_at (error, NEG_ERROR_UNREADABLE, 0, "the frame does not begin like a codestream");
}
