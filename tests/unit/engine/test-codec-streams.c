/* Codestreams made here by each library's own encoder: what goes in must come out, what contradicts the header or is
 * cut must not. */
#include "build-frame.h"
#include "engine/neg-codestream.h"

#include <charls/charls.h>
#include <math.h>
#include <openjpeg.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
/* These need FILE. */
#include <jpeglib.h>

#define JPEG_BASELINE "1.2.840.10008.1.2.4.50"
#define JPEG_LS "1.2.840.10008.1.2.4.80"
#define J2K "1.2.840.10008.1.2.4.90"
#define SIDE 32
#define N (SIDE * SIDE)

typedef struct {
  guint8 *bytes;
  gsize length;
} Stream;

static void
stream_clear (Stream *stream)
{
  g_clear_pointer (&stream->bytes, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stream, stream_clear)

/* A smooth picture, so that lossy codecs stay near. */
static guint
get_ramp (guint i, guint sample, guint bits)
{
  guint x = i % SIDE, y = i / SIDE;
  double wave = 0.5 + 0.4 * sin (x / 9.0 + sample * 2) * cos (y / 11.0 + sample);

  return (guint) (wave * ((1u << bits) - 1));
}

static void
fill_ramp (gpointer cells, guint samples, guint bits)
{
  for (guint i = 0; i < N * samples; i++)
    if (bits <= 8)
      ((guint8 *) cells)[i] = get_ramp (i / samples, i % samples, bits);
    else
      ((guint16 *) cells)[i] = get_ramp (i / samples, i % samples, bits);
}

typedef struct {
  J_COLOR_SPACE space; /* of the codestream */
  gboolean jfif, adobe, progressive, subsampled;
} JpegOptions;

/* The samples go into the codestream as they are. */
static Stream
encode_jpeg (const guint8 *cells, guint samples, JpegOptions options)
{
  struct jpeg_compress_struct encoder;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long length = 0;
  Stream stream;

  encoder.err = jpeg_std_error (&errors);
  jpeg_create_compress (&encoder);
  jpeg_mem_dest (&encoder, &bytes, &length);
  encoder.image_width = encoder.image_height = SIDE;
  encoder.input_components = samples;
  encoder.in_color_space = options.space;
  jpeg_set_defaults (&encoder);
  jpeg_set_colorspace (&encoder, options.space);
  jpeg_set_quality (&encoder, 98, TRUE);
  for (guint i = 0; i < samples; i++) {
    encoder.comp_info[i].h_samp_factor = options.subsampled && i == 0 ? 2 : 1;
    encoder.comp_info[i].v_samp_factor = 1;
    encoder.comp_info[i].component_id = i + 1;
  }
  encoder.write_JFIF_header = options.jfif;
  encoder.write_Adobe_marker = options.adobe;
  if (options.progressive)
    jpeg_simple_progression (&encoder);
  jpeg_start_compress (&encoder, TRUE);
  for (guint y = 0; y < SIDE; y++) {
    JSAMPROW row = (JSAMPROW) cells + (gsize) y * SIDE * samples;

    jpeg_write_scanlines (&encoder, &row, 1);
  }
  jpeg_finish_compress (&encoder);
  jpeg_destroy_compress (&encoder);
  stream = (Stream){ g_memdup2 (bytes, length), length };
  free (bytes);
  return stream;
}

static Stream
encode_jpegls (gconstpointer cells, guint samples, guint bits, charls_interleave_mode interleave)
{
  const charls_frame_info info = { SIDE, SIDE, bits, samples };
  charls_jpegls_encoder *encoder = charls_jpegls_encoder_create ();
  gsize size;
  Stream stream;

  g_assert_cmpint (charls_jpegls_encoder_set_frame_info (encoder, &info), ==, 0);
  g_assert_cmpint (charls_jpegls_encoder_set_interleave_mode (encoder, interleave), ==, 0);
  g_assert_cmpint (charls_jpegls_encoder_get_estimated_destination_size (encoder, &size), ==, 0);
  stream.bytes = g_malloc (size);
  g_assert_cmpint (charls_jpegls_encoder_set_destination_buffer (encoder, stream.bytes, size), ==, 0);
  g_assert_cmpint (charls_jpegls_encoder_encode_from_buffer (encoder, cells, N * samples * (bits > 8 ? 2 : 1), 0), ==,
                   0);
  g_assert_cmpint (charls_jpegls_encoder_get_bytes_written (encoder, &stream.length), ==, 0);
  charls_jpegls_encoder_destroy (encoder);
  return stream;
}

/* The box writer goes back to fill in lengths. */
typedef struct {
  guint8 bytes[65536];
  gsize position, length;
} Output;

static OPJ_SIZE_T
output_write (void *buffer, OPJ_SIZE_T n, void *user_data)
{
  Output *output = user_data;

  g_assert_cmpuint (output->position + n, <=, sizeof output->bytes);
  memcpy (output->bytes + output->position, buffer, n);
  output->position += n;
  output->length = MAX (output->length, output->position);
  return n;
}

static OPJ_OFF_T
output_skip (OPJ_OFF_T n, void *user_data)
{
  ((Output *) user_data)->position += n;
  return n;
}

static OPJ_BOOL
output_seek (OPJ_OFF_T position, void *user_data)
{
  ((Output *) user_data)->position = position;
  return OPJ_TRUE;
}

typedef struct {
  guint samples, bits;
  gboolean is_signed, transform, boxes;
  OPJ_COLOR_SPACE space;
  guint tile;
} J2kOptions;

static Stream
encode_j2k (const gint32 *values, J2kOptions options)
{
  opj_image_cmptparm_t components[4] = { 0 };
  g_autofree Output *output = g_new0 (Output, 1);
  opj_codec_t *codec = opj_create_compress (options.boxes ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K);
  opj_stream_t *stream = opj_stream_create (65536, OPJ_FALSE);
  opj_cparameters_t parameters;
  opj_image_t *image;

  for (guint i = 0; i < options.samples; i++)
    components[i] = (opj_image_cmptparm_t){ .dx = 1, .dy = 1, .w = SIDE, .h = SIDE, .prec = options.bits,
                                            .sgnd = options.is_signed };
  image = opj_image_create (options.samples, components, options.space);
  image->x1 = image->y1 = SIDE;
  for (guint s = 0; s < options.samples; s++)
    for (guint i = 0; i < N; i++)
      image->comps[s].data[i] = values[i * options.samples + s];
  opj_set_default_encoder_parameters (&parameters);
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  parameters.tcp_mct = options.transform;
  parameters.numresolution = 3;
  parameters.tile_size_on = options.tile > 0;
  parameters.cp_tdx = parameters.cp_tdy = options.tile;
  opj_stream_set_user_data (stream, output, NULL);
  opj_stream_set_write_function (stream, output_write);
  opj_stream_set_skip_function (stream, output_skip);
  opj_stream_set_seek_function (stream, output_seek);
  g_assert_true (opj_setup_encoder (codec, &parameters, image));
  g_assert_true (opj_start_compress (codec, image, stream) && opj_encode (codec, stream)
                 && opj_end_compress (codec, stream));
  opj_stream_destroy (stream);
  opj_destroy_codec (codec);
  opj_image_destroy (image);
  return (Stream){ g_memdup2 (output->bytes, output->length), output->length };
}

static guint8 *
decode (Frame *frame, NegFrameForm form)
{
  g_autoptr (GError) error = NULL;
  guint8 *pixels = frame_decode (frame, 0, form, &error);

  g_assert_no_error (error);
  return pixels;
}

/* Whatever the header says otherwise is refused before anything is decoded. */
static void
check_contradictions (const Frame *good)
{
  for (guint i = 0; i < 4; i++) {
    Frame frame = *good;

    frame.layout.fragments = &frame.fragment;
    frame.layout.rows += i == 0;
    frame.layout.columns -= i == 1;
    if (i == 2)
      frame.layout.samples = 4 - frame.layout.samples;
    if (i == 3) {
      if (frame.layout.bits_allocated == 8)
        frame.layout.bits_allocated = 1;
      else
        frame.layout.bits_allocated = 8;
      frame_set_stored (&frame, frame.layout.bits_allocated, frame.layout.bits_allocated - 1, FALSE);
    }
    frame_expect_error (&frame, 0, NEG_ERROR_INCONSISTENT);
  }
}

/* Cut anywhere, a codestream gives an error or, where nothing but its end marker is gone, the same pixels. */
static void
check_cuts (const Frame *good, gsize bytes)
{
  Frame whole = *good;
  g_autofree guint8 *expected = NULL;
  gsize length = good->fragment.length, step = MAX (1, length / 97);

  whole.layout.fragments = &whole.fragment;
  expected = decode (&whole, NEG_FRAME_RAW);
  for (gsize cut = 0; cut < length; cut += cut + 8 >= length ? 1 : step) {
    g_autoptr (GError) error = NULL;
    g_autofree guint8 *pixels = NULL;
    g_autofree guint8 *copy = g_memdup2 (good->source.memory, cut);
    Frame frame = *good;

    frame.layout.fragments = &frame.fragment;
    frame.fragment.length = cut;
    neg_source_init_memory (&frame.source, copy, cut);
    pixels = frame_decode (&frame, 0, NEG_FRAME_RAW, &error);
    if (pixels != NULL) {
      g_assert_cmpuint (cut + 4, >=, length);
      g_assert_cmpmem (pixels, bytes, expected, bytes);
    } else
      g_assert_nonnull (error);
  }
}

/* Bytes that are not the codestream's, from its start or behind its header: nothing may crash. */
static void
check_garbage (const Frame *good)
{
  gsize length = good->fragment.length;

  for (guint seed = 0; seed < 200; seed++) {
    g_autofree guint8 *copy = g_memdup2 (good->source.memory, length);
    g_autofree guint8 *pixels = NULL;
    g_autoptr (GError) error = NULL;
    gsize from = seed % 4 == 0 ? 0 : length * (seed % 97) / 97;
    gsize n = seed % 2 == 0 ? length - from : MIN (3, length - from);
    Frame frame = *good;

    fill_random (copy + from, n, seed);
    frame.layout.fragments = &frame.fragment;
    neg_source_init_memory (&frame.source, copy, length);
    pixels = frame_decode (&frame, 0, NEG_FRAME_STORED, &error);
    g_assert_true ((pixels == NULL) == (error != NULL));
  }
}

static void
check_hostile (const Frame *good, gsize bytes)
{
  check_contradictions (good);
  check_cuts (good, bytes);
  check_garbage (good);
}

static void
test_jpeg_gray (void)
{
  for (guint progressive = 0; progressive < 2; progressive++) {
    guint8 cells[N];
    g_auto (Stream) stream = { 0 };
    g_autofree guint8 *narrow = NULL, *wide = NULL;
    Frame frame;

    fill_ramp (cells, 1, 8);
    stream = encode_jpeg (cells, 1, (JpegOptions){ .space = JCS_GRAYSCALE, .jfif = TRUE, .progressive = progressive });
    frame_init (&frame, SIDE, SIDE, 1, 8, "MONOCHROME2");
    frame_set_codestream (&frame, JPEG_BASELINE, NEG_CODEC_JPEG, stream.bytes, stream.length);
    narrow = decode (&frame, NEG_FRAME_RAW);
    for (guint i = 0; i < N; i++)
      g_assert_cmpint (ABS (narrow[i] - cells[i]), <=, 4);
    check_hostile (&frame, N);
    frame_init (&frame, SIDE, SIDE, 1, 16, "MONOCHROME2");
    frame_set_stored (&frame, 8, 7, FALSE);
    frame_set_codestream (&frame, JPEG_BASELINE, NEG_CODEC_JPEG, stream.bytes, stream.length);
    wide = decode (&frame, NEG_FRAME_RAW);
    for (guint i = 0; i < N; i++)
      g_assert_cmpuint (((guint16 *) wide)[i], ==, narrow[i]);
  }
}

/* Who says what of the colour, and whether YBR is converted. */
static void
test_jpeg_color (void)
{
  static const struct {
    JpegOptions options;
    const char *photometric;
    gboolean converted;
  } cases[] = {
    { { JCS_YCbCr, TRUE, FALSE, FALSE, FALSE }, "YBR_FULL_422", TRUE },
    { { JCS_YCbCr, FALSE, FALSE, FALSE, FALSE }, "YBR_FULL", TRUE },
    { { JCS_YCbCr, TRUE, FALSE, FALSE, TRUE }, "YBR_FULL_422", TRUE },
    { { JCS_RGB, FALSE, FALSE, FALSE, FALSE }, "RGB", FALSE },           /* no marker: the header is believed */
    { { JCS_RGB, FALSE, TRUE, FALSE, FALSE }, "RGB", FALSE },            /* Adobe, transform 0 */
    { { JCS_RGB, FALSE, TRUE, FALSE, FALSE }, "YBR_FULL_422", FALSE },   /* ... wins over the header */
    { { JCS_YCbCr, FALSE, TRUE, FALSE, FALSE }, "RGB", TRUE },           /* Adobe, transform 1 wins too */
    { { JCS_YCbCr, TRUE, FALSE, FALSE, TRUE }, "RGB", TRUE },            /* RGB is never subsampled */
    { { JCS_YCbCr, TRUE, FALSE, TRUE, FALSE }, "YBR_FULL", TRUE },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++) {
    guint8 cells[3 * N];
    g_auto (Stream) stream = { 0 };
    g_autofree guint8 *pixels = NULL;
    Frame frame;

    fill_ramp (cells, 3, 8);
    stream = encode_jpeg (cells, 3, cases[c].options);
    frame_init (&frame, SIDE, SIDE, 3, 8, cases[c].photometric);
    frame_set_codestream (&frame, JPEG_BASELINE, NEG_CODEC_JPEG, stream.bytes, stream.length);
    pixels = decode (&frame, NEG_FRAME_RAW);
    g_assert_cmpint (frame.result.color, ==, NEG_COLOR_RGB);
    for (guint i = 0; i < N; i++) {
      double expected[3] = { cells[3 * i], cells[3 * i + 1], cells[3 * i + 2] };

      if (cases[c].converted)
        reference_ybr_to_rgb (expected[0], expected[1], expected[2], 8, expected);
      for (guint s = 0; s < 3; s++)
        g_assert_cmpfloat (fabs (pixels[3 * i + s] - expected[s]), <=, cases[c].options.subsampled ? 40 : 12);
    }
    check_cuts (&frame, 3 * N);
  }
}

static void
check_jpegls (guint samples, guint bits, guint bits_allocated, charls_interleave_mode interleave)
{
  guint16 cells[3 * N];
  g_auto (Stream) stream = { 0 };
  g_autofree guint8 *raw = NULL, *stored = NULL;
  Frame frame;

  fill_ramp (cells, samples, bits);
  if (samples == 3 && interleave == CHARLS_INTERLEAVE_MODE_NONE) {
    guint8 planes[sizeof cells];
    const guint width = bits <= 8 ? 1 : 2;

    for (guint i = 0; i < samples * N; i++)
      memcpy (planes + (i % 3 * N + i / 3) * width, (guint8 *) cells + i * width, width);
    stream = encode_jpegls (planes, samples, bits, interleave);
  } else
    stream = encode_jpegls (cells, samples, bits, interleave);
  frame_init (&frame, SIDE, SIDE, samples, bits_allocated, samples == 3 ? "RGB" : "MONOCHROME2");
  frame_set_stored (&frame, bits, bits_allocated - 1, FALSE); /* the codestream knows nothing of High Bit */
  frame_set_codestream (&frame, JPEG_LS, NEG_CODEC_JPEG_LS, stream.bytes, stream.length);
  raw = decode (&frame, NEG_FRAME_RAW);
  stored = decode (&frame, NEG_FRAME_STORED);
  for (guint i = 0; i < samples * N; i++) {
    guint expected = bits <= 8 ? ((guint8 *) cells)[i] : cells[i];

    g_assert_cmpuint (bits_allocated == 8 ? raw[i] : ((guint16 *) raw)[i], ==, expected);
    g_assert_cmpuint (bits_allocated == 8 ? stored[i] : ((guint16 *) stored)[i], ==, expected);
  }
  if (bits_allocated == 8 || bits > 8)
    check_hostile (&frame, samples * N * bits_allocated / 8);
}

static void
test_jpegls (void)
{
  check_jpegls (1, 8, 8, CHARLS_INTERLEAVE_MODE_NONE);
  check_jpegls (1, 5, 8, CHARLS_INTERLEAVE_MODE_NONE);
  check_jpegls (1, 8, 16, CHARLS_INTERLEAVE_MODE_NONE);
  check_jpegls (1, 12, 16, CHARLS_INTERLEAVE_MODE_NONE);
  check_jpegls (1, 16, 16, CHARLS_INTERLEAVE_MODE_NONE);
  for (charls_interleave_mode mode = CHARLS_INTERLEAVE_MODE_NONE; mode <= CHARLS_INTERLEAVE_MODE_SAMPLE; mode++) {
    check_jpegls (3, 8, 8, mode);
    check_jpegls (3, 7, 16, mode);
    check_jpegls (3, 12, 16, mode);
    check_jpegls (3, 16, 16, mode);
  }
}

static void
check_j2k (J2kOptions options, guint bits_allocated, const char *photometric)
{
  gint32 values[3 * N] = { 0 };
  g_auto (Stream) stream = { 0 };
  g_autofree guint8 *raw = NULL;
  const gint32 offset = options.is_signed ? 1 << (options.bits - 1) : 0;
  const guint n = options.samples * N, width = bits_allocated / 8;
  Frame frame;

  for (guint i = 0; i < n; i++)
    values[i] = (gint32) get_ramp (i / options.samples, i % options.samples, options.bits) - offset;
  stream = encode_j2k (values, options);
  frame_init (&frame, SIDE, SIDE, options.samples, bits_allocated, photometric);
  frame_set_stored (&frame, options.bits, options.bits - 1, options.is_signed);
  frame_set_codestream (&frame, J2K, NEG_CODEC_JPEG_2000, stream.bytes, stream.length);
  raw = decode (&frame, NEG_FRAME_RAW);
  for (guint i = 0; i < n; i++)
    switch (width) {
    case 1:
      g_assert_cmpint (options.is_signed ? ((gint8 *) raw)[i] : raw[i], ==, values[i]);
      break;
    case 2:
      g_assert_cmpint (options.is_signed ? ((gint16 *) raw)[i] : ((guint16 *) raw)[i], ==, values[i]);
      break;
    default:
      g_assert_cmpint (((gint32 *) raw)[i], ==, values[i]);
      break;
    }
  check_hostile (&frame, n * width);
}

static void
test_j2k (void)
{
  check_j2k ((J2kOptions){ .samples = 1, .bits = 8, .space = OPJ_CLRSPC_GRAY }, 8, "MONOCHROME2");
  check_j2k ((J2kOptions){ .samples = 1, .bits = 8, .is_signed = TRUE, .space = OPJ_CLRSPC_GRAY }, 8, "MONOCHROME2");
  check_j2k ((J2kOptions){ .samples = 1, .bits = 12, .space = OPJ_CLRSPC_GRAY }, 16, "MONOCHROME2");
  check_j2k ((J2kOptions){ .samples = 1, .bits = 16, .is_signed = TRUE, .space = OPJ_CLRSPC_GRAY }, 16, "MONOCHROME2");
  check_j2k ((J2kOptions){ .samples = 1, .bits = 16, .tile = 8, .space = OPJ_CLRSPC_GRAY }, 16, "MONOCHROME2");
  check_j2k ((J2kOptions){ .samples = 1, .bits = 20, .space = OPJ_CLRSPC_GRAY }, 32, "MONOCHROME2");
  check_j2k ((J2kOptions){ .samples = 3, .bits = 8, .transform = TRUE, .space = OPJ_CLRSPC_SRGB }, 8, "YBR_RCT");
  check_j2k ((J2kOptions){ .samples = 3, .bits = 16, .space = OPJ_CLRSPC_SRGB }, 16, "RGB");
  check_j2k ((J2kOptions){ .samples = 1, .bits = 12, .boxes = TRUE, .space = OPJ_CLRSPC_GRAY }, 16, "MONOCHROME2");
  check_j2k ((J2kOptions){ .samples = 3, .bits = 8, .boxes = TRUE, .space = OPJ_CLRSPC_SRGB }, 8, "RGB");
}

/* A codestream whose transform is not the decoder's to undo: YBR by the header, or by the box around it. */
static void
test_j2k_ybr (void)
{
  static const struct {
    const char *photometric;
    gboolean transform, boxes, is_ybr;
    OPJ_COLOR_SPACE space;
  } cases[] = {
    { "YBR_FULL", FALSE, FALSE, TRUE, OPJ_CLRSPC_SRGB }, { "RGB", FALSE, FALSE, FALSE, OPJ_CLRSPC_SRGB },
    { "RGB", FALSE, TRUE, TRUE, OPJ_CLRSPC_SYCC },       { "YBR_FULL", TRUE, FALSE, FALSE, OPJ_CLRSPC_SRGB },
    { "YBR_FULL", FALSE, TRUE, TRUE, OPJ_CLRSPC_SRGB },  { "YBR_RCT", TRUE, TRUE, FALSE, OPJ_CLRSPC_SRGB },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++) {
    gint32 values[3 * N];
    g_auto (Stream) stream = { 0 };
    g_autofree guint8 *raw = NULL, *stored = NULL;
    Frame frame;

    for (guint i = 0; i < 3 * N; i++)
      values[i] = get_ramp (i / 3, i % 3, 8);
    stream = encode_j2k (values, (J2kOptions){ .samples = 3, .bits = 8, .transform = cases[c].transform,
                                               .boxes = cases[c].boxes, .space = cases[c].space });
    frame_init (&frame, SIDE, SIDE, 3, 8, cases[c].photometric);
    frame_set_codestream (&frame, J2K, NEG_CODEC_JPEG_2000, stream.bytes, stream.length);
    raw = decode (&frame, NEG_FRAME_RAW);
    g_assert_cmpint (frame.result.color, ==, cases[c].is_ybr ? NEG_COLOR_YBR_FULL : NEG_COLOR_RGB);
    stored = decode (&frame, NEG_FRAME_STORED);
    g_assert_cmpint (frame.result.color, ==, NEG_COLOR_RGB);
    for (guint i = 0; i < N; i++) {
      double expected[3] = { values[3 * i], values[3 * i + 1], values[3 * i + 2] };

      for (guint s = 0; s < 3; s++)
        g_assert_cmpint (raw[3 * i + s], ==, values[3 * i + s]);
      if (cases[c].is_ybr)
        reference_ybr_to_rgb (expected[0], expected[1], expected[2], 8, expected);
      for (guint s = 0; s < 3; s++)
        g_assert_cmpfloat (fabs (stored[3 * i + s] - expected[s]), <=, 0.502);
    }
  }
}

/* The header's sign and bits are applied to what the codestream holds, whatever that says of itself. */
static void
test_j2k_other_bits (void)
{
  gint32 values[N];
  g_auto (Stream) stream = { 0 };
  g_autofree guint8 *raw = NULL, *stored = NULL;
  Frame frame;

  for (guint i = 0; i < N; i++)
    values[i] = i * 8 % 8192;
  stream = encode_j2k (values, (J2kOptions){ .samples = 1, .bits = 13, .space = OPJ_CLRSPC_GRAY });
  frame_init (&frame, SIDE, SIDE, 1, 16, "MONOCHROME2");
  frame_set_stored (&frame, 13, 12, TRUE);
  frame_set_codestream (&frame, J2K, NEG_CODEC_JPEG_2000, stream.bytes, stream.length);
  raw = decode (&frame, NEG_FRAME_RAW);
  stored = decode (&frame, NEG_FRAME_STORED);
  for (guint i = 0; i < N; i++) {
    g_assert_cmpint (((gint16 *) raw)[i], ==, values[i]);
    g_assert_cmpint (((gint16 *) stored)[i], ==, values[i] >= 4096 ? values[i] - 8192 : values[i]);
  }
}

static Stream
deflate_raw (const guint8 *bytes, gsize length)
{
  z_stream encoder = { 0 };
  Stream stream = { g_malloc (length + 256), 0 };

  g_assert_cmpint (deflateInit2 (&encoder, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  encoder.next_in = (Bytef *) bytes;
  encoder.avail_in = length;
  encoder.next_out = stream.bytes;
  encoder.avail_out = length + 256;
  g_assert_cmpint (deflate (&encoder, Z_FINISH), ==, Z_STREAM_END);
  stream.length = encoder.total_out;
  deflateEnd (&encoder);
  return stream;
}

static void
test_deflated_frame (void)
{
  guint8 cells[3 * N + 8];

  fill_ramp (cells, 3, 8);
  memset (cells + 3 * N, 0, 8);
  for (guint surplus = 0; surplus < 4; surplus++) {
    g_auto (Stream) stream = deflate_raw (cells, 3 * N + surplus);
    Frame frame;

    frame_init (&frame, SIDE, SIDE, 3, 8, "RGB");
    frame_set_codestream (&frame, "1.2.840.10008.1.2.8.1", NEG_CODEC_DEFLATED_FRAME, stream.bytes, stream.length);
    if (surplus > 1) { /* one byte pads to even length */
      frame_expect_error (&frame, 0, NEG_ERROR_INCONSISTENT);
      continue;
    }
    g_autofree guint8 *pixels = decode (&frame, NEG_FRAME_RAW);

    g_assert_cmpmem (pixels, 3 * N, cells, 3 * N);
    check_cuts (&frame, 3 * N);
    check_garbage (&frame);
  }
}

static void
test_encapsulated_uncompressed (void)
{
  guint8 cells[3 * N + 1];
  g_autofree guint8 *pixels = NULL;
  Frame frame;

  fill_ramp (cells, 3, 8);
  frame_init (&frame, SIDE, SIDE, 3, 8, "RGB");
  frame_set_codestream (&frame, "1.2.840.10008.1.2.1.98", NEG_CODEC_NATIVE, cells, 3 * N);
  pixels = decode (&frame, NEG_FRAME_RAW);
  g_assert_cmpmem (pixels, 3 * N, cells, 3 * N);
  frame.fragment.length--;
  frame_expect_error (&frame, 0, NEG_ERROR_TRUNCATED);
}

/* The numbers by which everything is refused or believed. */
static void
test_header (void)
{
  gint32 values[3 * N] = { 0 };
  g_auto (Stream) stream = { 0 };
  NegCodestream header;

  stream = encode_j2k (values, (J2kOptions){ .samples = 3, .bits = 10, .is_signed = TRUE, .transform = TRUE,
                                             .boxes = TRUE, .space = OPJ_CLRSPC_SYCC });
  g_assert_true (neg_codestream_read (stream.bytes, stream.length, &header, NULL));
  g_assert_cmpint (header.kind, ==, NEG_CODESTREAM_JPEG_2000);
  g_assert_cmpuint (header.rows, ==, SIDE);
  g_assert_cmpuint (header.columns, ==, SIDE);
  g_assert_cmpuint (header.components, ==, 3);
  g_assert_cmpuint (header.precision, ==, 10);
  g_assert_true (header.is_signed && header.uniform && header.has_transform);
  g_assert_false (header.lossy || header.subsampled || header.is_high_throughput);
  g_assert_cmpuint (header.color_space, ==, NEG_CODESTREAM_SPACE_SYCC);
  g_assert_cmpuint (header.offset, >, 0);
  g_assert_cmpuint (header.offset + header.length, ==, stream.length);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (neg_codec_preload (NULL));
  g_test_add_func ("/codec-streams/header", test_header);
  g_test_add_func ("/codec-streams/jpeg-gray", test_jpeg_gray);
  g_test_add_func ("/codec-streams/jpeg-color", test_jpeg_color);
  g_test_add_func ("/codec-streams/jpegls", test_jpegls);
  g_test_add_func ("/codec-streams/j2k", test_j2k);
  g_test_add_func ("/codec-streams/j2k-ybr", test_j2k_ybr);
  g_test_add_func ("/codec-streams/j2k-other-bits", test_j2k_other_bits);
  g_test_add_func ("/codec-streams/deflated-frame", test_deflated_frame);
  g_test_add_func ("/codec-streams/encapsulated-uncompressed", test_encapsulated_uncompressed);
  return g_test_run ();
}
