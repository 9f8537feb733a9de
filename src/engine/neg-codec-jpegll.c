/* Lossless JPEG with Huffman codes: ISO 10918-1 (T.81) process 14, annex H. Clauses below are of T.81.
 *
 * Before a scan is decoded its entropy-coded bytes are copied without their stuffing, up to the next marker, and zeros
 * are put behind them, as many as one row can ever take. So the loop over the samples looks for neither markers nor
 * the end: how far it came is looked at after each row. */
#include "config.h"

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
#define LENGTH_MAX 16       /* of a code, in bits */
#define CATEGORY_MAX 16     /* table H.2 */
#define LOOKUP_BITS 11      /* a longer code is one sample in thousands */
#define SAMPLE_BYTES_MAX 4  /* a code of 16 bits and 15 more */
#define REFILL_BYTES 16     /* read beyond what was used */

/* What the first LOOKUP_BITS bits mean. @used 0: a longer code, category 16, or none at all. */
typedef struct {
  guint8 used;   /* bits of code and difference together */
  guint8 length; /* of the code */
  gint16 base;   /* added to a difference whose first bit is 0 (F.2.2.1, EXTEND) */
} Entry;

typedef struct {
  Entry entries[1 << LOOKUP_BITS];
  gint32 max_code[LENGTH_MAX + 1]; /* F.2.2.3; -1 without codes of this length */
  gint32 offset[LENGTH_MAX + 1];   /* of a code's category in @categories, less the code */
  guint8 categories[256];
  gboolean is_valid;
} Table;

/* @bits: @n bits not used yet, from the top; those below are the same as at @next, or 0. */
typedef struct {
  guint64 bits;
  guint n;
  const guint8 *next;
  gboolean is_bad; /* a code that is none */
} Reader;

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
  Table tables[TABLES_MAX];

  /* The scan */
  guint scan[COMPONENTS_MAX];
  const Table *scan_tables[COMPONENTS_MAX];
  guint n_scan, predictor, point_transform;

  /* Entropy-coded bytes up to a marker */
  guint8 *segment;
  guint64 segment_bits;
  guint16 *samples;
  Reader reader;
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

/* --- tables --- */

static void
table_enter (Table *table, guint code, guint length, guint category)
{
  const guint shift = LOOKUP_BITS - length;
  const Entry entry = { length + category, length, 1 - (1 << category) };

  for (guint i = 0; i < 1u << shift; i++)
    table->entries[(code << shift) + i] = entry;
}

/* Codes are given out in ascending order, and none is all ones (annex C). */
static gboolean
table_build (Table *table, const guint8 *counts)
{
  guint code = 0, n = 0;

  memset (table->entries, 0, sizeof table->entries);
  for (guint length = 1; length <= LENGTH_MAX; length++, code <<= 1) {
    table->offset[length] = (gint32) n - (gint32) code;
    for (guint i = 0; i < counts[length - 1]; i++, n++, code++) {
      if (code + 1 >= 1u << length || table->categories[n] > CATEGORY_MAX)
        return FALSE;
      if (length <= LOOKUP_BITS && table->categories[n] < CATEGORY_MAX)
        table_enter (table, code, length, table->categories[n]);
    }
    table->max_code[length] = counts[length - 1] > 0 ? (gint32) code - 1 : -1;
  }
  return n > 0;
}

/* B.2.4.2. Tables of class 1 are for the DCT; a bad one matters only when a scan wants it. */
static gboolean
read_tables (Decoder *decoder, const guint8 *body, gsize length)
{
  while (length > 0) {
    guint n = 0;

    if (length < 17)
      return FALSE;
    for (guint i = 1; i <= LENGTH_MAX; i++)
      n += body[i];
    if (n > 256 || n > length - 17)
      return FALSE;
    if (body[0] < TABLES_MAX) {
      Table *table = &decoder->tables[body[0]];

      memcpy (table->categories, body + 17, n);
      table->is_valid = table_build (table, body + 1);
    }
    body += 17 + n;
    length -= 17 + n;
  }
  return TRUE;
}

/* --- bits --- */

/* 56 bits or more. */
static inline void
refill (Reader *reader)
{
  guint64 word;

  memcpy (&word, reader->next, sizeof word);
  reader->bits |= GUINT64_FROM_BE (word) >> reader->n;
  reader->next += (63 - reader->n) >> 3;
  reader->n |= 56;
}

static inline void
skip (Reader *reader, guint n)
{
  reader->bits <<= n;
  reader->n -= n;
}

/* The difference that @entry is for (F.2.2.1; H.1.2.2): without a branch, as its sign is anybody's guess. */
static inline guint16
extend (guint64 bits, Entry entry)
{
  const guint64 extra = bits << entry.length;
  const guint category = entry.used - entry.length;
  const gint base = entry.base & ~(gint) ((gint64) extra >> 63);

  return (guint16) ((gint) (extra >> 1 >> (63 - category)) + base);
}

/* Any code; leaves as many bits as a refill. */
static guint16
read_long (Reader *reader, const Table *table)
{
  refill (reader);
  for (guint length = 1; length <= LENGTH_MAX; length++) {
    const gint32 code = (gint32) (reader->bits >> (64 - length));
    guint category;
    guint16 difference;

    if (code > table->max_code[length])
      continue;
    category = table->categories[code + table->offset[length]];
    if (category == CATEGORY_MAX) { /* no bits follow (table H.2) */
      skip (reader, length);
      refill (reader);
      return 32768;
    }
    difference = extend (reader->bits, (Entry){ length + category, length, 1 - (1 << category) });
    skip (reader, length + category);
    refill (reader);
    return difference;
  }
  reader->is_bad = TRUE;
  return 0;
}

/* Needs LOOKUP_BITS + 15 bits: there are enough for two after a refill. */
static inline guint16
read_difference (Reader *reader, const Table *table)
{
  const Entry entry = table->entries[reader->bits >> (64 - LOOKUP_BITS)];
  guint16 difference;

  if (G_UNLIKELY (entry.used == 0)) {
    Reader copy = *reader; /* so that the reader itself can stay in registers */

    difference = read_long (&copy, table);
    *reader = copy;
    return difference;
  }
  difference = extend (reader->bits, entry);
  skip (reader, entry.used);
  return difference;
}

/* @mask 0: differences; 0xFFFF: their sums from @a on. */
static void
read_row_of_one (Reader *shared, const Table *table, guint16 *to, guint n, guint a, guint mask)
{
  Reader reader = *shared;
  guint i = 0;

  for (; i + 1 < n; i += 2) {
    refill (&reader);
    to[i] = (guint16) (a = (a & mask) + read_difference (&reader, table));
    to[i + 1] = (guint16) (a = (a & mask) + read_difference (&reader, table));
  }
  refill (&reader);
  if (i < n)
    to[i] = (guint16) ((a & mask) + read_difference (&reader, table));
  *shared = reader;
}

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

/* One sample of each component in turn (A.2.3). */
static void
read_row (Decoder *decoder, gboolean is_first)
{
  Reader reader = decoder->reader;

  if (decoder->n_scan == 1) {
    const Component *component = &decoder->components[decoder->scan[0]];
    const gboolean sum = is_sum (decoder, is_first);

    read_row_of_one (&decoder->reader, decoder->scan_tables[0], sum ? component->row : component->differences,
                     decoder->cells->columns, sum ? get_first (decoder, decoder->scan[0], is_first) : 0,
                     sum ? 0xFFFF : 0);
    return;
  }
  for (guint x = 0; x < decoder->cells->columns; x++)
    for (guint i = 0; i < decoder->n_scan; i++) {
      refill (&reader);
      decoder->components[decoder->scan[i]].differences[x] = read_difference (&reader, decoder->scan_tables[i]);
    }
  decoder->reader = reader;
}

/* --- segments --- */

/* Copies up to the next marker, where position then is, or to the end. */
static void
take_segment (Decoder *decoder)
{
  const guint8 *end = decoder->data + decoder->length, *from = decoder->data + decoder->position;
  guint8 *to = decoder->segment;
  const gsize zeros = (gsize) SAMPLE_BYTES_MAX * decoder->cells->columns * decoder->n_scan + REFILL_BYTES;

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
  decoder->reader = (Reader){ .next = decoder->segment };
  refill (&decoder->reader);
}

/* Whether all bits that the row took were there. */
static gboolean
check_row (const Decoder *decoder, GError **error)
{
  const Reader *reader = &decoder->reader;
  const guint64 used = (guint64) (reader->next - decoder->segment) * 8 - reader->n;

  if (used > decoder->segment_bits || (reader->is_bad && decoder->segment_bits - used < LENGTH_MAX))
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

/* --- prediction (H.1.2.1): all modulo 2^16 --- */

/* Row @row becomes the next one. @a is left of the sample, @b above, @c above left; outside the first column. */
#define PREDICT(prediction)                                                                                            \
  for (guint x = 1; x < n; x++) {                                                                                      \
    const gint b = row[x];                                                                                             \
                                                                                                                       \
    a = (guint16) ((prediction) + differences[x]);                                                                     \
    c = b;                                                                                                             \
    row[x] = (guint16) a;                                                                                              \
  }

static void
predict_row (guint predictor, const guint16 *restrict differences, guint16 *restrict row, guint n)
{
  gint c = row[0], a = (guint16) (c + differences[0]); /* the first column is predicted from above */

  row[0] = (guint16) a;
  switch (predictor) {
  case 1:
    for (guint x = 1; x < n; x++)
      row[x] = (guint16) (a += differences[x]);
    break;
  case 2:
    for (guint x = 1; x < n; x++)
      row[x] = (guint16) (row[x] + differences[x]);
    break;
  case 3:
    PREDICT (c)
    break;
  case 4:
    PREDICT (a + b - c)
    break;
  case 5:
    PREDICT (a + ((b - c) >> 1))
    break;
  case 6:
    PREDICT (b + ((a - c) >> 1))
    break;
  default:
    PREDICT ((a + b) >> 1)
    break;
  }
}

/* The first row, also after a restart: half the range, then from the left. */
static void
predict_first_row (guint initial, const guint16 *restrict differences, guint16 *restrict row, guint n)
{
  guint a = initial;

  for (guint x = 0; x < n; x++)
    row[x] = (guint16) (a += differences[x]);
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
      predict_first_row (get_first (decoder, c, TRUE), component->differences, component->row, columns);
    else if (!is_sum (decoder, is_first))
      predict_row (decoder->predictor, component->differences, component->row, columns);
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
  decoder->scan_tables[decoder->n_scan++] = &decoder->tables[table];
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
  decoder->segment = g_try_malloc (decoder->length - decoder->position + SAMPLE_BYTES_MAX * columns * n + REFILL_BYTES);
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
  const guint8 *body = decoder->data + decoder->position + 2;
  gsize length;

  if (decoder->length - decoder->position < 2)
    return fail (decoder, NEG_ERROR_TRUNCATED, error, "the codestream ends in its header");
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
