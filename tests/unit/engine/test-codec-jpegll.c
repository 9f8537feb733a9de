/* Lossless JPEG: bytes written by hand, an encoder of our own for everything that the standard has, DCMTK's decoder on
 * the same codestreams, and damage. */
#include "build-frame.h"
#include "build-jpegll.h"
#include "engine/neg-codec-private.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define SYNTAX "1.2.840.10008.1.2.4.57"
#define SIDE 17
#define N (SIDE * SIDE)
#define NONE (-1)

typedef gboolean (*Decode) (const NegCodestream *stream, const guint8 *data, gsize length, const NegCells *cells,
                            GError **error);

typedef NegCells Cells;

static void
cells_clear (Cells *cells)
{
  g_clear_pointer (&cells->cells, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cells, cells_clear)

static Cells
get_cells (guint rows, guint columns, guint samples, guint bytes_per_cell)
{
  const gsize bytes = (gsize) rows * columns * samples * bytes_per_cell;

  return (Cells){ .cells = g_malloc (bytes), .bytes = bytes, .rows = rows, .columns = columns, .samples = samples,
                  .bytes_per_cell = bytes_per_cell };
}

/* Copied to exactly its size, so that a sanitizer sees what is read behind it. */
static GBytes *
decode_by (Decode decode, const guint8 *data, gsize length, const NegCells *cells, GError **error)
{
  g_autofree guint8 *exact = g_memdup2 (data, length);
  NegCodestream stream;

  memset (cells->cells, 0xA5, cells->bytes);
  if (!neg_codestream_read (exact, length, &stream, error) || !decode (&stream, exact, length, cells, error))
    return NULL;
  return g_bytes_new (cells->cells, cells->bytes);
}

static void
expect_error (const guint8 *data, gsize length, const NegCells *cells, NegErrorCode code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pixels = decode_by (neg_codec_jpegll_decode, data, length, cells, &error);

  g_assert_null (pixels);
  g_assert_error (error, NEG_ERROR, (int) code);
}

/* --- bytes by hand --- */

/* Eight bits, 3 x 2, codes 00 for category 0, 01 for 1, 10 for 2, 110 for 16. */
#define HEAD                                                                                                           \
  0xFF, 0xD8, 0xFF, 0xC3, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0, 0xFF, 0xC4, 0, 23, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, \
      0, 0, 0, 0, 0, 0, 1, 2, 16

#define BYTES(...) (const guint8[]){ HEAD, __VA_ARGS__ }, sizeof (guint8[]){ HEAD, __VA_ARGS__ }
#define SCAN 0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0

static const struct {
  const guint8 *bytes;
  gsize length;
  gint error;
  guint8 pixels[6];
} by_hand[] = {
  /* 128; left + 1; left - 3 | above + 0; left + 2; left - 1: 00 01.1 10.00 00 10.10 01.0, then ones */
  { BYTES (SCAN, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NONE, { 128, 129, 126, 128, 130, 129 } },
  /* ... by fill bytes before the scan and the end, which is not there */
  { BYTES (0xFF, SCAN, 0x1C, 0x14, 0xBF), NONE, { 128, 129, 126, 128, 130, 129 } },
  /* ... predicted from above: 128; left + 1; left - 3 | above + 0; above + 2; above - 1 */
  { BYTES (0xFF, 0xDA, 0, 8, 1, 1, 0, 2, 0, 0, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NONE, { 128, 129, 126, 128, 131, 125 } },
  /* ... halves of half the range: 64; 65; 62 | 64; 66; 65 */
  { BYTES (0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 1, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NONE, { 128, 130, 124, 128, 132, 130 } },
  /* 32768 six times: 110 110 110 110 110 110, beyond eight bits and back */
  { BYTES (SCAN, 0xDB, 0x6D, 0xBF, 0xFF, 0xD9), NONE, { 128, 128, 128, 128, 128, 128 } },
  /* 111 is no code: in the middle of much, it is damage */
  { BYTES (SCAN, 0x1F, 0, 0, 0, 0, 0xFF, 0xD9), NEG_ERROR_UNREADABLE, { 0 } },
  { BYTES (SCAN, 0x1C, 0xFF, 0xD9), NEG_ERROR_TRUNCATED, { 0 } },
  { BYTES (SCAN, 0x1C, 0xFF, 0x00, 0xFF, 0xD9), NEG_ERROR_TRUNCATED, { 0 } },
  { BYTES (SCAN, 0xFF), NEG_ERROR_TRUNCATED, { 0 } },
  /* predictor 8; a table that is not there; a component that is not there; point transform of all bits */
  { BYTES (0xFF, 0xDA, 0, 8, 1, 1, 0, 8, 0, 0, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NEG_ERROR_UNREADABLE, { 0 } },
  { BYTES (0xFF, 0xDA, 0, 8, 1, 1, 16, 1, 0, 0, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NEG_ERROR_UNREADABLE, { 0 } },
  { BYTES (0xFF, 0xDA, 0, 8, 1, 2, 0, 1, 0, 0, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NEG_ERROR_UNREADABLE, { 0 } },
  { BYTES (0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 8, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NEG_ERROR_UNREADABLE, { 0 } },
  /* a restart within a row; one that is due and is another's */
  { BYTES (0xFF, 0xDD, 0, 4, 0, 2, SCAN, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NEG_ERROR_UNREADABLE, { 0 } },
  { BYTES (0xFF, 0xDD, 0, 4, 0, 3, SCAN, 0x1C, 0x7F, 0xFF, 0xD1, 0x0A, 0xFF, 0xD9), NEG_ERROR_UNREADABLE, { 0 } },
  { BYTES (0xFF, 0xDD, 0, 4, 0, 3, SCAN, 0x1C, 0x7F, 0xFF, 0xD0, 0x29, 0x7F, 0xFF, 0xD9), NONE,
    { 128, 129, 126, 128, 130, 129 } },
  /* arithmetic conditioning */
  { BYTES (0xFF, 0xCC, 0, 4, 0, 0, SCAN, 0x1C, 0x14, 0xBF, 0xFF, 0xD9), NEG_ERROR_UNSUPPORTED, { 0 } },
};

static void
test_by_hand (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (by_hand); i++) {
    g_auto (Cells) cells = get_cells (2, 3, 1, 1);

    g_test_message ("case %u", i);
    if (by_hand[i].error == NONE) {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) pixels = decode_by (neg_codec_jpegll_decode, by_hand[i].bytes, by_hand[i].length, &cells,
                                             &error);

      g_assert_no_error (error);
      g_assert_nonnull (pixels);
      g_assert_cmpmem (cells.cells, 6, by_hand[i].pixels, 6);
    } else
      expect_error (by_hand[i].bytes, by_hand[i].length, &cells, by_hand[i].error);
  }
}

/* --- what the standard has --- */

static void
fill_samples (guint16 *samples, guint n, guint precision, guint32 seed)
{
  fill_random (samples, n * sizeof *samples, seed);
  for (guint i = 0; i < n; i++) {
    samples[i] >>= 16 - precision;
    if (i % 5 == 0) /* half the range is the first prediction: differences of 32768 are from that to 0 */
      samples[i] = i % 2 == 0 ? 0 : 1u << (precision - 1);
  }
}

static void
check_options (const JpegllOptions *options, guint bytes_per_cell)
{
  guint16 samples[N * 4];
  const guint n = N * options->components, mask = 0xFFFF << options->point_transform;
  g_auto (Cells) cells = get_cells (SIDE, SIDE, options->components, bytes_per_cell);
  g_autoptr (GByteArray) codestream = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) ours = NULL, theirs = NULL;

  fill_samples (samples, n, options->precision, options->predictor);
  codestream = build_jpegll (samples, options);
  ours = decode_by (neg_codec_jpegll_decode, codestream->data, codestream->len, &cells, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (bytes_per_cell == 1 ? cells.cells[i] : ((guint16 *) cells.cells)[i], ==, samples[i] & mask);
  theirs = decode_by (neg_codec_ijg_decode, codestream->data, codestream->len, &cells, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (ours, theirs));
}

static void
test_standard (void)
{
  for (guint i = 0; i < 7 * 15 * 4; i++) {
    const JpegllOptions options = {
      .rows = SIDE,
      .columns = SIDE,
      .predictor = 1 + i % 7,
      .precision = 2 + i / 7 % 15,
      .components = 1 + i / (7 * 15),
      .point_transform = i % 11 == 0 ? 1 : 0,
      .restart_rows = i % 4,
      .is_separate = i % 3 == 0,
      .is_flat = i % 2,
    };

    check_options (&options, options.precision > 8 ? 2 : 1 + i % 2);
  }
}

/* Values beyond the precision are what DCMTK's encoder makes of signed ones. */
static void
test_signed (void)
{
  const JpegllOptions options = { .rows = SIDE, .columns = SIDE, .predictor = 4, .precision = 12, .components = 1 };
  gint16 samples[N];
  g_autoptr (GByteArray) codestream = NULL;
  g_autofree guint8 *pixels = NULL;
  g_autoptr (GError) error = NULL;
  Frame frame;

  for (gint i = 0; i < N; i++)
    samples[i] = i * 7 % 4096 - 2048;
  codestream = build_jpegll ((const guint16 *) samples, &options);
  frame_init (&frame, SIDE, SIDE, 1, 16, "MONOCHROME2");
  frame_set_stored (&frame, 12, 11, TRUE);
  frame_set_codestream (&frame, SYNTAX, NEG_CODEC_JPEG, codestream->data, codestream->len);
  for (NegFrameForm form = NEG_FRAME_STORED; form <= NEG_FRAME_RAW; form++) {
    g_clear_pointer (&pixels, g_free);
    pixels = frame_decode (&frame, 0, form, &error);
    g_assert_no_error (error);
    g_assert_cmpmem (pixels, sizeof samples, samples, sizeof samples);
  }
}

/* Sampling factors that differ are libijg's, whatever it says of them; equal ones of a single component mean nothing
 * (A.2.2). */
static void
test_sampling (void)
{
  for (guint components = 1; components <= 3; components += 2) {
    const JpegllOptions options = { .rows = SIDE, .columns = SIDE, .predictor = 1, .precision = 8,
                                    .components = components };
    g_auto (Cells) cells = get_cells (SIDE, SIDE, components, 1);
    guint16 samples[3 * N];
    g_autoptr (GByteArray) codestream = NULL;

    fill_samples (samples, components * N, 8, 3);
    codestream = build_jpegll (samples, &options);
    codestream->data[2 + 4 + 7] = 0x22;
    if (components == 3)
      expect_error (codestream->data, codestream->len, &cells, NEG_ERROR_UNSUPPORTED);
    else {
      g_autoptr (GBytes) pixels = decode_by (neg_codec_jpegll_decode, codestream->data, codestream->len, &cells, NULL);

      g_assert_nonnull (pixels);
    }
  }
}

/* --- damage --- */

static void
test_damage (void)
{
  for (guint i = 0; i < 8; i++) {
    const JpegllOptions options = { .rows = SIDE, .columns = SIDE, .predictor = 1 + i % 7, .precision = 12,
                                    .components = 1 + i % 3, .restart_rows = i % 3, .is_separate = i & 1,
                                    .is_flat = i / 2 & 1 };
    g_auto (Cells) cells = get_cells (SIDE, SIDE, options.components, 2);
    g_auto (Cells) taller = get_cells (SIDE + 1, SIDE, options.components, 2);
    guint16 samples[3 * N];
    g_autoptr (GByteArray) codestream = NULL;
    g_autoptr (GBytes) whole = NULL;

    fill_samples (samples, options.components * N, 12, i);
    codestream = build_jpegll (samples, &options);
    whole = decode_by (neg_codec_jpegll_decode, codestream->data, codestream->len, &cells, NULL);
    g_assert_nonnull (whole);
    expect_error (codestream->data, codestream->len, &taller, NEG_ERROR_INCONSISTENT);
    for (gsize cut = 0; cut < codestream->len; cut++)
      if (cut + 2 < codestream->len)
        expect_error (codestream->data, cut, &cells, NEG_ERROR_TRUNCATED);
      else {
        g_autoptr (GBytes) pixels = decode_by (neg_codec_jpegll_decode, codestream->data, cut, &cells, NULL);

        g_assert_true (g_bytes_equal (pixels, whole));
      }
  }
}

/* One bit of the samples or what is about them turned: what is good for us is so for DCMTK's, with the same pixels, and
 * what is damaged for us DCMTK's has no pixels of either. The end marker is left out: we do not look for it. */
static void
test_same_verdict (void)
{
  guint n_good = 0, n_bad = 0;

  for (guint i = 0; i < 1500; i++) {
    const JpegllOptions options = { .rows = SIDE, .columns = SIDE, .predictor = 1 + i % 7, .precision = 8 + i % 9,
                                    .components = 1, .restart_rows = i % 3, .is_flat = i & 1 };
    g_auto (Cells) cells = get_cells (SIDE, SIDE, 1, 2);
    guint16 samples[N];
    g_autoptr (GByteArray) codestream = NULL;
    g_autoptr (GBytes) ours = NULL, theirs = NULL;
    g_autoptr (GError) error = NULL;

    fill_samples (samples, N, options.precision, i);
    codestream = build_jpegll (samples, &options);
    codestream->data[60 + i * 31 % (codestream->len - 62)] ^= 1 << i % 8;
    ours = decode_by (neg_codec_jpegll_decode, codestream->data, codestream->len, &cells, &error);
    if (ours == NULL && g_error_matches (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED))
      continue;
    theirs = decode_by (neg_codec_ijg_decode, codestream->data, codestream->len, &cells, NULL);
    if (ours != NULL) {
      g_assert_nonnull (theirs);
      g_assert_true (g_bytes_equal (ours, theirs));
      n_good++;
    } else {
      g_assert_null (theirs);
      n_bad++;
    }
  }
  g_test_message ("%u damaged codestreams with pixels, %u without", n_good, n_bad);
  g_assert_cmpuint (n_good, >, 100);
  g_assert_cmpuint (n_bad, >, 100);
}

/* --- real data --- */

static const char *
get_folder (void)
{
  const char *folder = g_getenv ("NEGATOSCOPE_CORPUS");

  return folder != NULL ? folder : "../shared/corpus";
}

/* NULL where the object has no such frame: a broken one. */
static GByteArray *
read_frame (const NegLayout *layout, NegSource *source, guint32 frame)
{
  g_autoptr (GArray) stretches = g_array_new (FALSE, FALSE, sizeof (NegStretch));
  GByteArray *data;

  if (!neg_layout_get_frame (layout, source, frame, stretches, NULL))
    return NULL;
  data = g_byte_array_new ();
  for (guint i = 0; i < stretches->len; i++) {
    const NegStretch *stretch = &g_array_index (stretches, NegStretch, i);
    const guint begin = data->len;

    g_byte_array_set_size (data, begin + stretch->length);
    g_assert_true (neg_source_read (source, stretch->offset, data->data + begin, stretch->length, NULL));
  }
  return data;
}

/* Returns how many had pixels. */
static guint
compare_frames (const char *path)
{
  g_autofree char *bytes = NULL;
  NegSource source;
  NegLayout layout = { 0 };
  gsize length;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  neg_source_init_memory (&source, bytes, length);
  if (neg_scan (&source, &layout, NULL))
    for (; n < MIN (layout.frames, 8); n++) {
      g_auto (Cells) cells = get_cells (layout.rows, layout.columns, layout.samples, layout.bits_allocated / 8);
      g_autoptr (GByteArray) data = read_frame (&layout, &source, n);
      g_autoptr (GBytes) ours = NULL, theirs = NULL;

      if (data == NULL)
        break;
      ours = decode_by (neg_codec_jpegll_decode, data->data, data->len, &cells, NULL);
      theirs = decode_by (neg_codec_ijg_decode, data->data, data->len, &cells, NULL);
      g_assert_true (ours != NULL ? theirs != NULL && g_bytes_equal (ours, theirs) : theirs == NULL);
      if (ours == NULL)
        break;
    }
  neg_layout_clear (&layout);
  neg_source_clear (&source);
  return n;
}

static void
test_corpus (void)
{
  g_autofree char *manifest = g_build_filename (get_folder (), "manifest.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *files;
  guint n = 0;

  if (!json_parser_load_from_file (parser, manifest, NULL)) {
    g_test_skip ("no corpus");
    return;
  }
  files = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "files");
  for (guint i = 0; i < json_array_get_length (files); i++) {
    JsonObject *entry = json_array_get_object_element (files, i);
    const char *path = json_object_get_string_member (entry, "path");
    const char *syntax = json_object_get_string_member_with_default (entry, "transfer_syntax_uid", NULL);
    g_autofree char *full = g_build_filename (get_folder (), path, NULL);

    if (g_strcmp0 (syntax, SYNTAX) != 0 && g_strcmp0 (syntax, "1.2.840.10008.1.2.4.70") != 0)
      continue;
    g_test_message ("%s", path);
    n += compare_frames (full);
  }
  g_assert_cmpuint (n, >, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (neg_codec_preload (NULL));
  g_test_add_func ("/codec-jpegll/by-hand", test_by_hand);
  g_test_add_func ("/codec-jpegll/standard", test_standard);
  g_test_add_func ("/codec-jpegll/signed", test_signed);
  g_test_add_func ("/codec-jpegll/sampling", test_sampling);
  g_test_add_func ("/codec-jpegll/damage", test_damage);
  g_test_add_func ("/codec-jpegll/same-verdict", test_same_verdict);
  g_test_add_func ("/codec-jpegll/corpus", test_corpus);
  return g_test_run ();
}
