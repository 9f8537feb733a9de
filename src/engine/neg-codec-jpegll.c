/* Lossless JPEG with Huffman codes: ISO 10918-1 (T.81) process 14, annex H. Clauses below are of T.81.
 *
 * Before a scan is decoded its entropy-coded bytes are copied without their stuffing, up to the next marker, and zeros
 * are put behind them, as many as one row can ever take. So the loop over the samples looks for neither markers nor
 * the end: how far it came is looked at after each row. */
#include "config.h"

#include "engine/neg-codec-jpegll-private.h"
#include "engine/neg-codec-private.h"

#include <string.h>

#include "base/neg-error.h"

enum {
  MARKER_SOF3 = 0xC3,
  MARKER_DHT = 0xC4,
  MARKER_RST0 = 0xD0,
  MARKER_EOI = 0xD9,
  MARKER_SOS = 0xDA,
  MARKER_DQT = 0xDB,
  MARKER_DRI = 0xDD,
  MARKER_APP0 = 0xE0,
  MARKER_APP15 = 0xEF,
  MARKER_COM = 0xFE,
};

#define COMPONENTS_MAX 4
#define TABLES_MAX 4

typedef struct {
  guint id;
  gboolean is_done;
  guint16 *differences, *row; /* within the working memory; @row: the one before until it is done */
} Component;

typedef struct {
  const guint8 *data;
  gsize length, position;
  const NegCells *cells;
  guint precision;
  guint restart_interval; /* in samples of each component; 0: none */
  Component components[COMPONENTS_MAX];
  guint n_components, n_done;
  gboolean is_coarse; /* sampling factors that are not 1 */
  NegJpegllTable tables[TABLES_MAX];

  /* The scan */
  guint scan[COMPONENTS_MAX];
  const NegJpegllTable *tables_of_scan[COMPONENTS_MAX];
  guint n_scan, predictor, point_transform;

  /* Entropy-coded bytes up to a marker */
  guint8 *segment;
  guint64 segment_bits;
  guint16 *samples;
  NegJpegllReader reader;
} Decoder;

static void
decoder_free (Decoder *decoder)
{
  g_free (decoder->segment);
  g_free (decoder->samples);
  g_free (decoder);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decoder, decoder_free)

static gboolean
fail (const Decoder *decoder, NegErrorCode code, GError **error, const char *message)
{
  char where[48];

  g_snprintf (where, sizeof where, "JPEG byte %" G_GSIZE_FORMAT, decoder->position);
  return neg_fail (error, code, where, "%s", message);
}

static guint
get_u16 (const guint8 *bytes)
{
  return (guint) bytes[0] << 8 | bytes[1];
}

/* B.2.4.2. Tables of class 1 are for the DCT; a bad one matters only when a scan wants it. */
static gboolean
read_tables (Decoder *decoder, const guint8 *body, gsize length)
{
  while (length > 0) {
    guint n = 0;

    if (length < 17)
      return FALSE;
    for (guint i = 1; i <= NEG_JPEGLL_LENGTH_MAX; i++)
      n += body[i];
    if (n > 256 || n > length - 17)
      return FALSE;
    if (body[0] < TABLES_MAX) {
      NegJpegllTable *table = &decoder->tables[body[0]];

      memcpy (table->categories, body + 17, n);
      table->is_valid = neg_jpegll_table_build (table, body + 1);
    }
    body += 17 + n;
    length -= 17 + n;
  }
  return TRUE;
}

/* --- rows --- */

/* What is before the first sample of a row (H.1.2.1). */
static guint
get_first (const Decoder *decoder, guint component, gboolean is_first)
{
  return is_first ? 1u << (decoder->precision - decoder->point_transform - 1) : decoder->components[component].row[0];
}

/* Where only the sample to the left counts, and it is the one that was read last, the samples are had while reading:
 * that takes no time, as each code waits for the one before. */
static gboolean
is_sum (const Decoder *decoder, gboolean is_first)
{
  return decoder->n_scan == 1 && (is_first || decoder->predictor == 1);
}

static void
read_row (Decoder *decoder, gboolean is_first)
{
  const guint n = decoder->cells->columns;
  const Component *first = &decoder->components[decoder->scan[0]];
  guint16 *differences[COMPONENTS_MAX];

  if (is_sum (decoder, is_first))
    neg_jpegll_read_row (&decoder->reader, decoder->tables_of_scan[0], first->row, n,
                         get_first (decoder, decoder->scan[0], is_first), 0xFFFF);
  else if (decoder->n_scan == 1)
    neg_jpegll_read_row (&decoder->reader, decoder->tables_of_scan[0], first->differences, n, 0, 0);
  else {
    for (guint i = 0; i < decoder->n_scan; i++)
      differences[i] = decoder->components[decoder->scan[i]].differences;
    neg_jpegll_read_pixels (&decoder->reader, decoder->tables_of_scan, differences, decoder->n_scan, n);
  }
}

/* --- segments --- */

/* Copies up to the next marker, where position then is, or to the end. */
static void
take_segment (Decoder *decoder)
{
  const guint8 *end = decoder->data + decoder->length, *from = decoder->data + decoder->position;
  guint8 *to = decoder->segment;
  const gsize zeros = (gsize) NEG_JPEGLL_SAMPLE_BYTES_MAX * decoder->cells->columns * decoder->n_scan
                      + NEG_JPEGLL_REFILL_BYTES;

  for (;;) {
    const guint8 *found = memchr (from, 0xFF, end - from), *code;
    const gsize n = (found != NULL ? found : end) - from;

    memcpy (to, from, n);
    to += n;
    from += n;
    if (found == NULL)
      break;
    for (code = found; code < end && *code == 0xFF; code++) /* fill bytes (B.1.1.2) */
      ;
    if (code == end || *code != 0)
      break;
    *to++ = 0xFF;
    from = code + 1;
  }
  decoder->position = from - decoder->data;
  decoder->segment_bits = (guint64) (to - decoder->segment) * 8;
  memset (to, 0, zeros);
  decoder->reader = (NegJpegllReader){ .next = decoder->segment };
}

/* Whether all bits that the row took were there. */
static gboolean
check_row (const Decoder *decoder, GError **error)
{
  const NegJpegllReader *reader = &decoder->reader;
  const guint64 used = (guint64) (reader->next - decoder->segment) * 8 - reader->n;

  if (used > decoder->segment_bits || (reader->is_bad && decoder->segment_bits - used < NEG_JPEGLL_LENGTH_MAX))
    return fail (decoder, NEG_ERROR_TRUNCATED, error, "the codestream ends before its pixels do");
  return !reader->is_bad || fail (decoder, NEG_ERROR_UNREADABLE, error, "the codestream is damaged");
}

/* The code of the marker at the position, moving behind it; 0 when there is none, -1 at the end. */
static int
take_marker (Decoder *decoder)
{
  gsize at = decoder->position;

  if (at < decoder->length && decoder->data[at] != 0xFF)
    return 0;
  while (at < decoder->length && decoder->data[at] == 0xFF)
    at++;
  if (at >= decoder->length)
    return -1;
  decoder->position = at + 1;
  return decoder->data[at];
}

/* E.1.4: markers are numbered modulo 8. Without the one that is due, where the next samples belong is not known. */
static gboolean
take_restart (Decoder *decoder, guint number, GError **error)
{
  const int marker = take_marker (decoder);

  if (marker < 0 || marker == MARKER_EOI)
    return fail (decoder, NEG_ERROR_TRUNCATED, error, "the codestream ends before its pixels do");
  if (marker != (int) (MARKER_RST0 + number % 8))
    return fail (decoder, NEG_ERROR_UNREADABLE, error, "a restart marker is missing");
  take_segment (decoder);
  return TRUE;
}

/* To cells, shifted by the point transform. Samples of at most 8 bits are bytes, all others words: what DCMTK makes of
 * signed values goes beyond the precision. */
static void
put_row (const Decoder *decoder, guint component, guint y)
{
  const NegCells *cells = decoder->cells;
  const guint16 *row = decoder->components[component].row;
  const gsize step = cells->samples, first = (gsize) y * cells->columns * step + component;
  const guint up = decoder->point_transform, mask = decoder->precision <= 8 ? 0xFF : 0xFFFF;

  if (cells->bytes_per_cell == 2 && step == 1 && up == 0 && mask == 0xFFFF)
    memcpy (cells->cells + 2 * first, row, 2 * (gsize) cells->columns);
  else if (cells->bytes_per_cell == 1) {
    guint8 *to = cells->cells + first;

    for (guint x = 0; x < cells->columns; x++)
      to[x * step] = (guint8) (row[x] << up);
  } else {
    guint16 *to = (guint16 *) cells->cells + first;

    for (guint x = 0; x < cells->columns; x++)
      to[x * step] = (guint16) (((guint) row[x] << up) & mask);
  }
}

/* --- scans --- */

static void
finish_row (Decoder *decoder, guint y, gboolean is_first)
{
  const guint columns = decoder->cells->columns;

  for (guint i = 0; i < decoder->n_scan; i++) {
    const guint c = decoder->scan[i];
    const Component *component = &decoder->components[c];

    if (is_first && !is_sum (decoder, TRUE))
      neg_jpegll_predict_first_row (get_first (decoder, c, TRUE), component->differences, component->row, columns);
    else if (!is_sum (decoder, is_first))
      neg_jpegll_predict_row (decoder->predictor, component->differences, component->row, columns);
    put_row (decoder, c, y);
  }
}

static gboolean
decode_scan (Decoder *decoder, GError **error)
{
  const guint per_row = decoder->cells->columns;
  const guint interval = decoder->restart_interval / per_row;

  /* H.1.1: whole rows. */
  if (decoder->restart_interval % per_row != 0)
    return fail (decoder, NEG_ERROR_UNREADABLE, error, "a restart within a row");
  take_segment (decoder);
  for (guint y = 0; y < decoder->cells->rows; y++) {
    const gboolean restarts = interval > 0 && y > 0 && y % interval == 0;

    if (restarts && !take_restart (decoder, y / interval - 1, error))
      return FALSE;
    read_row (decoder, y == 0 || restarts);
    if (!check_row (decoder, error))
      return FALSE;
    finish_row (decoder, y, y == 0 || restarts);
  }
  for (guint i = 0; i < decoder->n_scan; i++)
    decoder->components[decoder->scan[i]].is_done = TRUE;
  decoder->n_done += decoder->n_scan;
  return TRUE;
}

/* B.2.3: the component named @id, with table @selector. */
static gboolean
add_to_scan (Decoder *decoder, guint id, guint selector, GError **error)
{
  const guint table = selector >> 4;
  guint c = 0;

  while (c < decoder->n_components && (decoder->components[c].id != id || decoder->components[c].is_done))
    c++;
  for (guint i = 0; i < decoder->n_scan; i++)
    if (decoder->scan[i] == c)
      c = decoder->n_components;
  if (c == decoder->n_components)
    return fail (decoder, NEG_ERROR_UNREADABLE, error, "a scan of a component that is not due");
  if (table >= TABLES_MAX || !decoder->tables[table].is_valid)
    return fail (decoder, NEG_ERROR_UNREADABLE, error, "a scan without its Huffman table");
  decoder->scan[decoder->n_scan] = c;
  decoder->tables_of_scan[decoder->n_scan++] = &decoder->tables[table];
  return TRUE;
}

static gboolean
read_scan (Decoder *decoder, const guint8 *body, gsize length, GError **error)
{
  const guint n = length > 0 ? body[0] : 0;
  const guint8 *parameters;

  if (n == 0 || n > decoder->n_components || length != 4 + 2 * n)
    return fail (decoder, NEG_ERROR_UNREADABLE, error, "a malformed scan header");
  parameters = body + 1 + 2 * n;
  if (parameters[1] != 0 || parameters[2] >> 4 != 0 || (decoder->is_coarse && n > 1))
    return fail (decoder, NEG_ERROR_UNSUPPORTED, error, "a scan of another kind");
  decoder->predictor = parameters[0];
  decoder->point_transform = parameters[2] & 15;
  if (decoder->predictor < 1 || decoder->predictor > 7 || decoder->point_transform >= decoder->precision)
    return fail (decoder, NEG_ERROR_UNREADABLE, error, "a scan without a predictor");
  decoder->n_scan = 0;
  for (guint i = 0; i < n; i++)
    if (!add_to_scan (decoder, body[1 + 2 * i], body[2 + 2 * i], error))
      return FALSE;
  return decode_scan (decoder, error);
}

/* --- the frame --- */

/* One row of differences and one of samples for each component; the longest segment and its zeros. */
static gboolean
allocate (Decoder *decoder, GError **error)
{
  const gsize columns = decoder->cells->columns, n = decoder->n_components;

  if (decoder->length > G_MAXUINT32)
    return fail (decoder, NEG_ERROR_UNSUPPORTED, error, "a codestream of 4 GiB");
  decoder->samples = g_try_new (guint16, 2 * columns * n);
  decoder->segment = g_try_malloc (decoder->length - decoder->position + NEG_JPEGLL_SAMPLE_BYTES_MAX * columns * n
                                   + NEG_JPEGLL_REFILL_BYTES);
  if (decoder->samples == NULL || decoder->segment == NULL)
    return fail (decoder, NEG_ERROR_MEMORY, error, "no memory for a codestream");
  for (guint c = 0; c < n; c++) {
    decoder->components[c].differences = decoder->samples + 2 * c * columns;
    decoder->components[c].row = decoder->samples + (2 * c + 1) * columns;
  }
  return TRUE;
}

/* B.2.2. Coarser components than others are left to a decoder that brings them to one size. */
static gboolean
read_frame (Decoder *decoder, const guint8 *body, gsize length, GError **error)
{
  const NegCells *cells = decoder->cells;

  if (decoder->n_components > 0 || length < 6 || length != 6 + 3 * (gsize) body[5])
    return fail (decoder, NEG_ERROR_UNREADABLE, error, "a malformed frame header");
  decoder->precision = body[0];
  if (get_u16 (body + 1) != cells->rows || get_u16 (body + 3) != cells->columns || body[5] != cells->samples
      || cells->rows == 0 || cells->columns == 0 || decoder->precision > 8 * cells->bytes_per_cell)
    return fail (decoder, NEG_ERROR_INCONSISTENT, error, "the codestream is not of this size");
  if (cells->samples > COMPONENTS_MAX || decoder->precision < 2 || decoder->precision > 16)
    return fail (decoder, NEG_ERROR_UNSUPPORTED, error, "components or bits of no lossless JPEG");
  decoder->n_components = cells->samples;
  for (guint c = 0; c < decoder->n_components; c++) {
    decoder->components[c].id = body[6 + 3 * c];
    decoder->is_coarse |= body[7 + 3 * c] != 0x11;
    if (body[7 + 3 * c] != body[7])
      return fail (decoder, NEG_ERROR_UNSUPPORTED, error, "components of different sizes");
  }
  return allocate (decoder, error);
}

static gboolean
read_segment (Decoder *decoder, int marker, GError **error)
{
  const guint8 *body;
  gsize length;

  if (decoder->length - decoder->position < 2)
    return fail (decoder, NEG_ERROR_TRUNCATED, error, "the codestream ends in its header");
  body = decoder->data + decoder->position + 2;
  length = get_u16 (body - 2);
  if (length < 2)
    return fail (decoder, NEG_ERROR_UNREADABLE, error, "a marker segment without its length");
  if (length > decoder->length - decoder->position)
    return fail (decoder, NEG_ERROR_TRUNCATED, error, "the codestream ends in its header");
  decoder->position += length;
  length -= 2;
  switch (marker) {
  case MARKER_SOF3:
    return read_frame (decoder, body, length, error);
  case MARKER_DHT:
    return read_tables (decoder, body, length)
           || fail (decoder, NEG_ERROR_UNREADABLE, error, "malformed Huffman tables");
  case MARKER_DRI:
    if (length != 2)
      return fail (decoder, NEG_ERROR_UNREADABLE, error, "a malformed restart interval");
    decoder->restart_interval = get_u16 (body);
    return TRUE;
  case MARKER_SOS:
    return read_scan (decoder, body, length, error);
  default:
    return TRUE;
  }
}

static gboolean
is_ours (int marker)
{
  return marker == MARKER_SOF3 || marker == MARKER_DHT || marker == MARKER_SOS || marker == MARKER_DQT
         || marker == MARKER_DRI || marker == MARKER_COM || (marker >= MARKER_APP0 && marker <= MARKER_APP15);
}

gboolean
neg_codec_jpegll_decode (const NegCodestream *stream, const guint8 *data, gsize length, const NegCells *cells,
                         GError **error)
{
  g_autoptr (Decoder) decoder = g_try_new0 (Decoder, 1);

  if (decoder == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, "JPEG", "no memory for a decoder");
  decoder->data = data;
  decoder->length = length;
  decoder->cells = cells;
  decoder->position = 2; /* SOI */
  if (stream->sof != NEG_CODESTREAM_SOF_LOSSLESS || length < 2 || cells->bytes_per_cell > 2)
    return fail (decoder, NEG_ERROR_UNSUPPORTED, error, "not a lossless frame");
  /* When all components are there nothing is wanted from behind them, not even the end marker. */
  do {
    const int marker = take_marker (decoder);

    if (marker < 0 || marker == MARKER_EOI)
      return fail (decoder, NEG_ERROR_TRUNCATED, error, "the codestream ends before its pixels do");
    if (!is_ours (marker))
      return fail (decoder, NEG_ERROR_UNSUPPORTED, error, "a marker of another process");
    if (!read_segment (decoder, marker, error))
      return FALSE;
  } while (decoder->n_done == 0 || decoder->n_done < decoder->n_components);
  return TRUE;
}
