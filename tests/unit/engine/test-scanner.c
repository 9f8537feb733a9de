/* The scanner on objects that are right, slightly wrong and hostile. */
#include "base/neg-error.h"
#include "engine/neg-scanner.h"

#include "build-object.h"

#include <string.h>
#include <zlib.h>

typedef struct {
  NegLayout layout;
  GError *error;
  gboolean ok;
} Scanned;

/* From a copy of exactly the length, so that reading beyond it is seen. */
static void
scan_bytes (const void *bytes, gsize length, Scanned *scanned)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, length);
  NegSource source;

  *scanned = (Scanned){ 0 };
  neg_source_init_memory (&source, copy, length);
  scanned->ok = neg_scan (&source, &scanned->layout, &scanned->error);
  g_assert_true (scanned->ok == (scanned->error == NULL));
}

static void
scanned_clear (Scanned *scanned)
{
  neg_layout_clear (&scanned->layout);
  g_clear_error (&scanned->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scanned, scanned_clear)

static void
assert_scans (Object *object, Scanned *scanned)
{
  scan_bytes (object->bytes->data, object->bytes->len, scanned);
  g_assert_no_error (scanned->error);
}

static void
assert_refused (Object *object, int code, const char *where)
{
  g_auto (Scanned) scanned = { 0 };

  scan_bytes (object->bytes->data, object->bytes->len, &scanned);
  g_assert_error (scanned.error, NEG_ERROR, code);
  if (where != NULL)
    g_assert_true (g_str_has_prefix (neg_error_get_where (scanned.error), where));
}

static void
test_encodings (void)
{
  static const char *const syntaxes[] = { SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG };

  for (guint i = 0; i < G_N_ELEMENTS (syntaxes); i++) {
    g_autoptr (Object) object = object_new (syntaxes[i]);
    g_auto (Scanned) scanned = { 0 };

    object_add_image (object, 3, 5, 16);
    object_add_zeros (object, 0x7FE00010, "OW", 30);
    assert_scans (object, &scanned);
    g_assert_true (scanned.layout.has_pixels && scanned.layout.has_preamble && scanned.layout.has_meta);
    g_assert_cmpstr (scanned.layout.transfer_syntax_uid, ==, syntaxes[i]);
    g_assert_cmpstr (scanned.layout.photometric, ==, "MONOCHROME2");
    g_assert_cmpuint (scanned.layout.rows, ==, 3);
    g_assert_cmpuint (scanned.layout.columns, ==, 5);
    g_assert_cmpuint (scanned.layout.high_bit, ==, 15);
    g_assert_cmpuint (scanned.layout.pixels.length, ==, 30);
    g_assert_cmpuint (scanned.layout.pixels.offset, ==, object->bytes->len - 30);
    g_assert_cmpuint (scanned.layout.header_end, ==, object->bytes->len - 30 - (i == 0 ? 8 : 12));
    g_assert_cmpuint (scanned.layout.pixels_missing_bytes, ==, 0);
    g_assert_true (scanned.layout.implicit_vr == (i == 0) && scanned.layout.big_endian == (i == 2));
  }
}

/* No preamble and no meta header, in each encoding; and an encoding that is not what the meta header says. */
static void
test_guesses (void)
{
  for (guint i = 0; i < 3; i++) {
    g_autoptr (Object) bare = object_new_bare (i == 1, i == 2);
    g_autoptr (Object) lying = object_new (i == 1 ? SYNTAX_EXPLICIT : SYNTAX_IMPLICIT);
    g_auto (Scanned) scanned = { 0 };
    g_auto (Scanned) corrected = { 0 };

    object_add_image (bare, 3, 5, 16);
    object_add_zeros (bare, 0x7FE00010, "OW", 30);
    assert_scans (bare, &scanned);
    g_assert_true (scanned.layout.syntax_guessed && !scanned.layout.has_preamble && scanned.layout.has_pixels);
    g_assert_true (scanned.layout.implicit_vr == (i == 1) && scanned.layout.big_endian == (i == 2));
    g_byte_array_append (lying->bytes, bare->bytes->data, bare->bytes->len);
    assert_scans (lying, &corrected);
    g_assert_true (corrected.layout.implicit_vr == (i == 1) && corrected.layout.big_endian == (i == 2));
    g_assert_cmpuint (corrected.layout.columns, ==, 5);
  }
}

static void
append_deflated (Object *object, const Object *dataset, gsize cut_bytes)
{
  guint8 packed[4096];
  z_stream stream = { .next_in = dataset->bytes->data, .avail_in = dataset->bytes->len };

  stream.next_out = packed;
  stream.avail_out = sizeof packed;
  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_append (object->bytes, packed, stream.total_out - cut_bytes);
  deflateEnd (&stream);
}

static void
test_deflated (void)
{
  g_autoptr (Object) whole = object_new (SYNTAX_DEFLATED);
  g_autoptr (Object) cut = object_new (SYNTAX_DEFLATED);
  g_autoptr (Object) damaged = object_new (SYNTAX_DEFLATED);
  g_autoptr (Object) dataset = object_new_bare (FALSE, FALSE);
  g_auto (Scanned) scanned = { 0 };
  g_auto (Scanned) scanned_cut = { 0 };

  object_add_image (dataset, 500, 1000, 16);
  object_add_zeros (dataset, 0x7FE00010, "OW", 1000000);
  append_deflated (whole, dataset, 0);
  g_byte_array_append (whole->bytes, (const guint8 *) "", 1);
  assert_scans (whole, &scanned);
  g_assert_true (scanned.layout.deflated && scanned.layout.has_pixels);
  g_assert_cmpuint (scanned.layout.inflated_length, ==, dataset->bytes->len);
  g_assert_cmpmem (scanned.layout.inflated, scanned.layout.inflated_length, dataset->bytes->data, dataset->bytes->len);
  g_assert_cmpuint (scanned.layout.pixels_missing_bytes, ==, 0);
  append_deflated (cut, dataset, 500);
  assert_scans (cut, &scanned_cut);
  g_assert_cmpuint (scanned_cut.layout.pixels_missing_bytes, >, 0);
  g_assert_true (scanned_cut.layout.pixels_cut);
  g_byte_array_append (damaged->bytes, (const guint8 *) "\xFF", 1); /* a block of no type */
  append_deflated (damaged, dataset, 0);
  assert_refused (damaged, NEG_ERROR_INCONSISTENT, NULL);
}

static void
add_nested (Object *object, guint depth, gboolean defined)
{
  for (guint i = depth; i > 0; i--) {
    guint32 bytes_inside = i == 1 ? 0 : (i - 1) * 20;

    object_add_header (object, 0x00081140, "SQ", defined ? bytes_inside + 8 : UNDEFINED);
    object_add_header (object, 0xFFFEE000, "", defined ? bytes_inside : UNDEFINED);
  }
  for (guint i = 0; i < depth && !defined; i++) {
    object_add_header (object, 0xFFFEE00D, "", 0);
    object_add_header (object, 0xFFFEE0DD, "", 0);
  }
}

static void
test_nesting (void)
{
  static const guint depths[] = { 1, 64, 65, 20000 };

  for (guint i = 0; i < G_N_ELEMENTS (depths); i++)
    for (guint defined = 0; defined < 2; defined++) {
      g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
      g_auto (Scanned) scanned = { 0 };

      object_add_text (object, 0x00080060, "CS", "OT");
      add_nested (object, depths[i], defined);
      object_add_text (object, 0x00100020, "LO", "1234");
      if (depths[i] > NEG_SCAN_NESTING_MAX) {
        assert_refused (object, NEG_ERROR_NESTING, "(0008,1140)");
        continue;
      }
      assert_scans (object, &scanned);
      g_assert_cmpuint (scanned.layout.header_end, ==, object->bytes->len);
      g_assert_false (scanned.layout.truncated);
    }
}

/* Sequences without a VR that says so: implicit, and UN of undefined length inside explicit. */
static void
test_hidden_nesting (void)
{
  g_autoptr (Object) implicit = object_new (SYNTAX_IMPLICIT);
  g_autoptr (Object) unknown = object_new (SYNTAX_EXPLICIT);

  object_add_text (implicit, 0x00080060, "CS", "OT");
  for (guint i = 100; i > 0; i--) {
    object_add_header (implicit, 0x00091140, "UN", i * 16 - 8);
    object_add_header (implicit, 0xFFFEE000, "", (i - 1) * 16);
  }
  assert_refused (implicit, NEG_ERROR_NESTING, "(0009,1140)");
  object_add_text (unknown, 0x00080060, "CS", "OT");
  object_add_header (unknown, 0x00091140, "UN", UNDEFINED);
  unknown->implicit_vr = TRUE;
  for (guint i = 0; i < 100; i++) {
    object_add_header (unknown, 0xFFFEE000, "", UNDEFINED);
    object_add_header (unknown, 0x00091140, "", UNDEFINED);
  }
  assert_refused (unknown, NEG_ERROR_NESTING, "(0009,1140)");
}

static void
test_not_dicom (void)
{
  static const char text[] = "To whom it may concern: this file is a letter and not an image. Regards, and so on.\n";
  static const guint8 jpeg[64] = { 0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F' };
  static const guint8 zeros[4096] = { 0 };
  static const guint8 one_element[20] = { 8, 0, 5, 0, 0xFF, 0xFF, 0xFF, 0xFF, 'j', 'u', 'n', 'k' };
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  guint8 noise[4096];
  guint n_accepted = 0;

  for (guint i = 0; i < 2005; i++) {
    const void *bytes[] = { text, jpeg, zeros, one_element, "", noise };
    const gsize lengths[] = { sizeof text, sizeof jpeg, sizeof zeros, sizeof one_element, 0, sizeof noise };
    guint which = MIN (i, 5);
    g_auto (Scanned) scanned = { 0 };

    for (guint j = 0; j < sizeof noise; j++)
      noise[j] = g_rand_int (random);
    scan_bytes (bytes[which], lengths[which], &scanned);
    if (scanned.ok)
      n_accepted++;
    else
      g_assert_error (scanned.error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  }
  g_assert_cmpuint (n_accepted, ==, 0);
}

/* DCMTK has a use of its own for it. */
static void
test_reserved_vr (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);

  object_add_text (object, 0x00080018, "UI", "1.2.3.4");
  object_add_header (object, 0x00091001, "px", 0);
  object_add_image (object, 2, 2, 8);
  object_add_zeros (object, 0x7FE00010, "OB", 4);
  assert_refused (object, NEG_ERROR_INCONSISTENT, "(0009,1001)");
}

static void
test_contradictions (void)
{
  static const struct {
    guint16 allocated, stored, high;
    const char *where;
  } cases[] = {
    { 16, 16, 16, "(0028,0102)" }, { 16, 12, 65535, "(0028,0102)" }, { 16, 17, 15, "(0028,0101)" },
    { 16, 12, 10, "(0028,0102)" }, { 0, 16, 15, "(0028,0100)" },     { 65, 16, 15, "(0028,0100)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);

    object_add_number (object, 0x00280010, 2);
    object_add_number (object, 0x00280011, 2);
    object_add_number (object, 0x00280100, cases[i].allocated);
    object_add_number (object, 0x00280101, cases[i].stored);
    object_add_number (object, 0x00280102, cases[i].high);
    object_add_zeros (object, 0x7FE00010, "OW", 8);
    assert_refused (object, NEG_ERROR_INCONSISTENT, cases[i].where);
  }
}

static void
scan_frames (const char *frames, const char *syntax, Scanned *scanned)
{
  g_autoptr (Object) object = object_new (syntax);

  object_add_text (object, 0x00280008, "IS", frames);
  object_add_image (object, 65535, 65535, 8);
  object_add_zeros (object, 0x7FE00010, "OB", 64);
  scan_bytes (object->bytes->data, object->bytes->len, scanned);
}

static void
test_frames (void)
{
  static const struct {
    const char *text;
    guint64 frames; /* 0: refused */
  } cases[] = {
    { "10 ", 10 }, { "", 1 }, { "0", 1 }, { " +7", 7 }, { "12\\13", 12 }, { "1A", 1 }, { "-3", 0 }, { "x", 0 },
    { "99999999999", 0 }, { "123456789012345678901234567890123", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Scanned) scanned = { 0 };

    scan_frames (cases[i].text, SYNTAX_EXPLICIT, &scanned);
    if (cases[i].frames == 0) {
      g_assert_error (scanned.error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
      g_assert_true (g_str_has_prefix (neg_error_get_where (scanned.error), "(0028,0008)"));
      continue;
    }
    g_assert_no_error (scanned.error);
    g_assert_cmpuint (scanned.layout.frames, ==, cases[i].frames);
    g_assert_cmpuint (scanned.layout.pixels_missing_bytes, ==, 65535ull * 65535 * cases[i].frames - 64);
  }
}

static void
test_overflow (void)
{
  static const char *const syntaxes[] = { SYNTAX_EXPLICIT, SYNTAX_RLE, SYNTAX_IMPLICIT };

  for (guint i = 0; i < G_N_ELEMENTS (syntaxes); i++) {
    g_auto (Scanned) beyond_64_bits = { 0 };
    g_auto (Scanned) beyond_reason = { 0 };

    scan_frames ("2147483647", syntaxes[i], &beyond_64_bits);
    g_assert_error (beyond_64_bits.error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
    scan_frames ("100000", syntaxes[i], &beyond_reason);
    g_assert_error (beyond_reason.error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
  }
}

/* The group length ends the meta header even where the data set begins with the same bytes, as deflated ones may. */
static void
test_meta_length (void)
{
  for (guint right = 0; right < 2; right++) {
    g_autoptr (Object) object = object_new_bare (FALSE, FALSE);
    g_auto (Scanned) scanned = { 0 };
    guint32 length = GUINT32_TO_LE (right ? 27 : 26);
    guint meta_end;

    g_byte_array_set_size (object->bytes, 128);
    memset (object->bytes->data, 0, 128);
    g_byte_array_append (object->bytes, (const guint8 *) "DICM", 4);
    object_add (object, 0x00020000, "UL", &length, 4);
    object_add_text (object, 0x00020010, "UI", SYNTAX_EXPLICIT);
    meta_end = object->bytes->len;
    object_add_text (object, 0x00020013, "SH", "NEG ");
    object_add_image (object, 1, 1, 8);
    assert_scans (object, &scanned);
    g_assert_cmpuint (scanned.layout.dataset_offset, ==, right ? meta_end : meta_end + 12);
  }
}

/* 1 bit and 12 bits packed, YBR_FULL_422 with two values per pixel. */
static void
test_sizes (void)
{
  static const struct {
    guint16 bits, samples;
    const char *photometric, *frames;
    guint64 bytes;
  } cases[] = {
    { 1, 1, "MONOCHROME2", "3", 12 * 3 },     { 12, 1, "MONOCHROME2", "1", 144 }, { 8, 3, "RGB", "2", 576 },
    { 8, 3, "YBR_FULL_422", "1", 192 },       { 8, 3, "YBR_FULL", "1", 288 },     { 64, 1, "MONOCHROME2", "1", 768 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
    g_auto (Scanned) scanned = { 0 };

    object_add_number (object, 0x00280002, cases[i].samples);
    object_add_text (object, 0x00280004, "CS", cases[i].photometric);
    object_add_text (object, 0x00280008, "IS", cases[i].frames);
    object_add_image (object, 12, 8, cases[i].bits); /* of each element the first counts */
    object_add_zeros (object, 0x7FE00010, "OW", 1);
    assert_scans (object, &scanned);
    g_assert_cmpuint (scanned.layout.pixels_missing_bytes, ==, cases[i].bytes - 1);
    g_assert_false (scanned.layout.pixels_cut);
    g_assert_cmpuint (scanned.layout.samples, ==, cases[i].samples);
  }
}

/* Every way of being cut: a layout of what is whole, or a reason; never a byte beyond the end. */
static void
test_every_truncation (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  guint n_cut = 0;

  object_add_image (object, 4, 4, 8);
  add_nested (object, 3, FALSE);
  add_nested (object, 3, TRUE);
  object_begin_fragments (object, NULL, 0);
  object_add_fragment (object, "0123456789abcdef", 16);
  object_end_fragments (object);
  for (guint length = 0; length < object->bytes->len; length++) {
    g_auto (Scanned) scanned = { 0 };

    scan_bytes (object->bytes->data, length, &scanned);
    if (scanned.ok && (scanned.layout.truncated || scanned.layout.fragments_cut))
      n_cut++;
    if (scanned.ok)
      g_assert_cmpuint (scanned.layout.header_end, <=, length);
  }
  g_assert_cmpuint (n_cut, >, object->bytes->len / 2);
}

static void
test_lengths (void)
{
  g_autoptr (Object) item_too_long = object_new (SYNTAX_EXPLICIT);
  g_autoptr (Object) element_too_long = object_new (SYNTAX_EXPLICIT);
  g_autoptr (Object) cut = object_new (SYNTAX_EXPLICIT);
  g_autoptr (Object) odd = object_new (SYNTAX_EXPLICIT);
  g_auto (Scanned) scanned = { 0 };
  g_auto (Scanned) scanned_cut = { 0 };
  g_auto (Scanned) scanned_odd = { 0 };

  object_add_header (item_too_long, 0x00081140, "SQ", 20);
  object_add_header (item_too_long, 0xFFFEE000, "", 400);
  object_add_text (item_too_long, 0x00080060, "CS", "MRCT");
  object_add_image (item_too_long, 1, 1, 8);
  assert_scans (item_too_long, &scanned);
  g_assert_cmpuint (scanned.layout.rows, ==, 1);

  object_add_header (element_too_long, 0x00081140, "SQ", 20);
  object_add_header (element_too_long, 0xFFFEE000, "", 12);
  object_add_header (element_too_long, 0x00080060, "CS", 400);
  object_add_image (element_too_long, 1, 1, 8);
  assert_refused (element_too_long, NEG_ERROR_INCONSISTENT, "(0008,0060)");

  object_add_image (cut, 1, 1, 8);
  object_add_header (cut, 0x00290010, "UN", 0x7FFFFFFF);
  object_add_zeros (cut, 0x7FE00010, "OB", 2);
  assert_scans (cut, &scanned_cut);
  g_assert_true (scanned_cut.layout.truncated && !scanned_cut.layout.has_pixels);
  g_assert_cmpuint (scanned_cut.layout.header_end, ==, cut->bytes->len - 14 - 12);

  object_add_text (odd, 0x00080016, "UI", "1.2.3");
  object_add_image (odd, 1, 1, 8);
  object_add_zeros (odd, 0x7FE00010, "OB", 1);
  g_byte_array_append (odd->bytes, (const guint8 *) "garbage after the pixels", 24);
  assert_scans (odd, &scanned_odd);
  g_assert_cmpuint (scanned_odd.layout.pixels_missing_bytes, ==, 0);
}

static void
test_padding (void)
{
  static const guint8 zeros[100] = { 0 };
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_auto (Scanned) scanned = { 0 };
  guint length;

  object_add_text (object, 0x00080060, "CS", "SR");
  length = object->bytes->len;
  g_byte_array_append (object->bytes, zeros, sizeof zeros);
  assert_scans (object, &scanned);
  g_assert_false (scanned.layout.truncated);
  g_assert_cmpuint (scanned.layout.header_end, ==, length);
}

static void
test_codecs (void)
{
  static const struct {
    const char *uid;
    NegCodec codec;
  } cases[] = {
    { SYNTAX_RLE, NEG_CODEC_RLE },
    { "1.2.840.10008.1.2.1.98", NEG_CODEC_NATIVE },
    { "1.2.840.10008.1.2.4.50", NEG_CODEC_JPEG },
    { "1.2.840.10008.1.2.4.66", NEG_CODEC_JPEG },
    { "1.2.840.10008.1.2.4.70", NEG_CODEC_JPEG },
    { "1.2.840.10008.1.2.4.80", NEG_CODEC_JPEG_LS },
    { "1.2.840.10008.1.2.4.81", NEG_CODEC_JPEG_LS },
    { "1.2.840.10008.1.2.4.90", NEG_CODEC_JPEG_2000 },
    { "1.2.840.10008.1.2.4.93", NEG_CODEC_JPEG_2000 },
    { "1.2.840.10008.1.2.4.100", NEG_CODEC_VIDEO },
    { "1.2.840.10008.1.2.4.108", NEG_CODEC_VIDEO },
    { "1.2.840.10008.1.2.4.201", NEG_CODEC_HTJ2K },
    { "1.2.840.10008.1.2.4.203", NEG_CODEC_HTJ2K },
    { "1.2.840.10008.1.2.8.1", NEG_CODEC_DEFLATED_FRAME },
    { "1.2.840.10008.1.2.4.9999", NEG_CODEC_UNKNOWN },
    { "1.2.3.4", NEG_CODEC_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Object) object = object_new (cases[i].uid);
    g_auto (Scanned) scanned = { 0 };

    object_add_image (object, 2, 2, 8);
    object_begin_fragments (object, NULL, 0);
    object_add_fragment (object, "abcd", 4);
    object_end_fragments (object);
    assert_scans (object, &scanned);
    g_assert_cmpint (scanned.layout.codec, ==, cases[i].codec);
    g_assert_cmpstr (scanned.layout.transfer_syntax_uid, ==, cases[i].uid);
    g_assert_true (scanned.layout.encapsulated && scanned.layout.has_pixels);
    g_assert_cmpuint (scanned.layout.n_fragments, ==, 1);
  }
}

static gboolean
scans_to_end (Object *object, guint64 *end, GError **error)
{
  NegSource source;
  g_auto (NegLayout) layout = { 0 };

  neg_source_init_memory (&source, object->bytes->data, object->bytes->len);
  g_assert_true (neg_scan (&source, &layout, NULL));
  return neg_scan_rest (&source, &layout, end, error);
}

/* What is behind the pixels, native and in fragments: walked, refused when nested or cut, without padding. */
static void
test_rest (void)
{
  for (int fragments = 0; fragments < 2; fragments++) {
    g_autoptr (Object) object = object_new (fragments ? SYNTAX_RLE : SYNTAX_EXPLICIT);
    g_autoptr (GError) nested = NULL;
    g_autoptr (GError) cut = NULL;
    guint64 end = 0;
    guint whole;

    object_add_image (object, 2, 2, 8);
    if (fragments) {
      object_begin_fragments (object, NULL, 0);
      object_add_fragment (object, "abcd", 4);
      object_end_fragments (object);
    } else
      object_add (object, 0x7FE00010, "OB", "abcd", 4);
    g_assert_true (scans_to_end (object, &end, NULL));
    g_assert_cmpuint (end, ==, object->bytes->len);
    add_nested (object, 64, FALSE);
    object_add_zeros (object, 0xFFFCFFFC, "OB", 10);
    whole = object->bytes->len;
    g_assert_true (scans_to_end (object, &end, NULL));
    g_assert_cmpuint (end, ==, whole);
    object_add_header (object, 0xFFFDFFFC, "OB", 10);
    g_assert_false (scans_to_end (object, &end, &cut));
    g_assert_error (cut, NEG_ERROR, NEG_ERROR_TRUNCATED);
    g_byte_array_set_size (object->bytes, whole);
    object_add_header (object, 0x00000000, "UL", 0); /* padding to us: nothing behind it is handed on */
    add_nested (object, 20000, FALSE);
    g_assert_true (scans_to_end (object, &end, NULL));
    g_assert_cmpuint (end, ==, whole);
    g_byte_array_set_size (object->bytes, whole);
    add_nested (object, 20000, FALSE);
    g_assert_false (scans_to_end (object, &end, &nested));
    g_assert_error (nested, NEG_ERROR, NEG_ERROR_NESTING);
  }
}

static void
test_zip (void)
{
  NegSource source;

  neg_source_init_memory (&source, "PK\3\4....", 8);
  g_assert_true (neg_scan_is_zip (&source));
  neg_source_init_memory (&source, "PK\5\6....", 8);
  g_assert_true (neg_scan_is_zip (&source));
  neg_source_init_memory (&source, "PKPK....", 8);
  g_assert_false (neg_scan_is_zip (&source));
  neg_source_init_memory (&source, "PK\3", 3);
  g_assert_false (neg_scan_is_zip (&source));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scanner/encodings", test_encodings);
  g_test_add_func ("/scanner/guesses", test_guesses);
  g_test_add_func ("/scanner/deflated", test_deflated);
  g_test_add_func ("/scanner/nesting", test_nesting);
  g_test_add_func ("/scanner/hidden-nesting", test_hidden_nesting);
  g_test_add_func ("/scanner/not-dicom", test_not_dicom);
  g_test_add_func ("/scanner/reserved-vr", test_reserved_vr);
  g_test_add_func ("/scanner/contradictions", test_contradictions);
  g_test_add_func ("/scanner/frames", test_frames);
  g_test_add_func ("/scanner/overflow", test_overflow);
  g_test_add_func ("/scanner/meta-length", test_meta_length);
  g_test_add_func ("/scanner/sizes", test_sizes);
  g_test_add_func ("/scanner/every-truncation", test_every_truncation);
  g_test_add_func ("/scanner/lengths", test_lengths);
  g_test_add_func ("/scanner/padding", test_padding);
  g_test_add_func ("/scanner/codecs", test_codecs);
  g_test_add_func ("/scanner/rest", test_rest);
  g_test_add_func ("/scanner/zip", test_zip);
  return g_test_run ();
}
