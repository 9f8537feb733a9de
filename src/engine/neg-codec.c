#include "config.h"

#include "engine/neg-codec.h"

#include <string.h>

#include "base/neg-error.h"
#include "engine/neg-codec-private.h"
#include "engine/neg-rle.h"

/* One frame on its way. */
typedef struct {
  const NegLayout *layout;
  NegSource *source; /* of the data set, inflated where it was deflated */
  guint32 frame;
  NegFrameForm form;
  NegCells cells;
  guint precision; /* of the codestream; 0: the cells are as the header says */
  gboolean lossy;
  NegColorModel color;
} Job;

static gboolean
photometric_is (const Job *job, const char *name)
{
  return strcmp (job->layout->photometric, name) == 0;
}

static gboolean
photometric_is_ybr (const Job *job)
{
  return job->layout->samples == 3 && (photometric_is (job, "YBR_FULL") || photometric_is (job, "YBR_FULL_422"));
}

/* The fragments of the frame, joined. Given. */
static guint8 *
read_fragments (const Job *job, gsize *length, GError **error)
{
  g_autoptr (GArray) stretches = g_array_new (FALSE, FALSE, sizeof (NegStretch));
  g_autofree guint8 *data = NULL;
  guint64 total = 0;

  if (!neg_layout_get_frame (job->layout, job->source, job->frame, stretches, error))
    return NULL;
  for (guint i = 0; i < stretches->len; i++)
    if (!g_uint64_checked_add (&total, total, g_array_index (stretches, NegStretch, i).length)
        || total > job->source->length) {
      neg_fail (error, NEG_ERROR_TRUNCATED, "(7FE0,0010)", "fragments longer than the object");
      return NULL;
    }
  data = g_try_malloc (total + 1);
  if (data == NULL) {
    neg_fail (error, NEG_ERROR_MEMORY, "(7FE0,0010)", "no memory for a frame's fragments");
    return NULL;
  }
  *length = 0;
  for (guint i = 0; i < stretches->len; i++) {
    const NegStretch *stretch = &g_array_index (stretches, NegStretch, i);

    if (!neg_source_read (job->source, stretch->offset, data + *length, stretch->length, error))
      return NULL;
    *length += stretch->length;
  }
  return g_steal_pointer (&data);
}

/* Everything that the codestream says must be what the header says, before anything of that size is allocated. */
static gboolean
check_codestream (const Job *job, const NegCodestream *stream, GError **error)
{
  const NegLayout *layout = job->layout;

  if (stream->rows != layout->rows || stream->columns != layout->columns)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0010)",
                     "the codestream has %u rows and %u columns, the header says %u and %u", stream->rows,
                     stream->columns, layout->rows, layout->columns);
  if (stream->components != layout->samples)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0002)", "the codestream has %u components, the header %u",
                     stream->components, layout->samples);
  if (stream->precision == 0 || stream->precision > layout->bits_allocated)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0100)", "the codestream has %u bits, the header %u",
                     stream->precision, layout->bits_allocated);
  if (!stream->uniform || (stream->subsampled && stream->kind == NEG_CODESTREAM_JPEG_2000))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "codestream", "components of different kinds");
  if (stream->kind != NEG_CODESTREAM_JPEG_2000 && job->cells.bytes_per_cell > 2)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0100)", "JPEG in cells of %u bits",
                     layout->bits_allocated);
  return TRUE;
}

/* Whether the decoded samples are YCbCr. Of JPEG the Adobe marker says it, whatever the header claims; then component
 * names; then Photometric Interpretation, whose RGB is not believed of subsampled colour, which RGB never has. Of
 * JPEG 2000 the transform comes first, as its decoder undoes it. */
static gboolean
is_ybr (const Job *job, const NegCodestream *stream)
{
  if (stream->components != 3)
    return FALSE;
  if (stream->kind == NEG_CODESTREAM_JPEG_2000)
    return !stream->has_transform && (photometric_is_ybr (job) || stream->color_space == NEG_CODESTREAM_SPACE_SYCC);
  if (stream->kind == NEG_CODESTREAM_JPEG_LS)
    return photometric_is_ybr (job);
  if (stream->adobe_transform >= 0)
    return stream->adobe_transform != 0;
  if (stream->has_rgb_ids)
    return FALSE;
  if (photometric_is (job, "RGB"))
    return stream->subsampled;
  return stream->lossy || photometric_is_ybr (job);
}

/* Ours first; what it leaves alone is for DCMTK's. */
static gboolean
decode_lossless_jpeg (const Job *job, const NegCodestream *stream, const guint8 *data, gsize length, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  if (neg_codec_jpegll_decode (stream, data, length, &job->cells, &refusal))
    return TRUE;
  if (g_error_matches (refusal, NEG_ERROR, NEG_ERROR_UNSUPPORTED))
    return neg_codec_ijg_decode (stream, data, length, &job->cells, error);
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

static gboolean
decode_jpeg (Job *job, const NegCodestream *stream, const guint8 *data, gsize length, GError **error)
{
  gboolean ybr = is_ybr (job, stream);

  if (stream->lossy && stream->precision == 8)
    return neg_codec_jpeg_decode (stream, ybr, data, length, &job->cells, error);
  if (stream->lossy && stream->precision != 12)
    return neg_fail (error, NEG_ERROR_UNREADABLE, "JPEG", "%u bits in a lossy frame", stream->precision);
  if (!(stream->lossy ? neg_codec_ijg_decode (stream, data, length, &job->cells, error)
                      : decode_lossless_jpeg (job, stream, data, length, error)))
    return FALSE;
  if (!ybr)
    return TRUE;
  if (stream->lossy) /* RGB in either form, as from 8 bits */
    return neg_values_ybr_to_rgb (&job->cells, stream->precision, error);
  job->color = NEG_COLOR_YBR_FULL;
  return TRUE;
}

static gboolean
decode_codestream (Job *job, const guint8 *data, gsize length, GError **error)
{
  NegCodestream stream;
  NegCodecDecode decode;

  if (!neg_codestream_read (data, length, &stream, error) || !check_codestream (job, &stream, error))
    return FALSE;
  data += stream.offset;
  length = stream.length;
  job->precision = stream.precision;
  job->lossy = stream.lossy;
  if (stream.kind == NEG_CODESTREAM_JPEG)
    return decode_jpeg (job, &stream, data, length, error);
  if (stream.kind == NEG_CODESTREAM_JPEG_LS)
    decode = neg_codec_jpegls_decode;
  else
    decode = stream.is_high_throughput ? neg_codec_htj2k_decode : neg_codec_j2k_decode;
  if (is_ybr (job, &stream))
    job->color = NEG_COLOR_YBR_FULL;
  return decode (&stream, data, length, &job->cells, error);
}

static gboolean
decode_rle (Job *job, const guint8 *data, gsize length, GError **error)
{
  const NegCells *cells = &job->cells;

  if (job->layout->bits_allocated % 8 != 0)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0100)", "RLE of %u-bit cells", job->layout->bits_allocated);
  if (photometric_is_ybr (job))
    job->color = NEG_COLOR_YBR_FULL;
  return neg_rle_decode (data, length, cells->rows, cells->columns, cells->samples, cells->bytes_per_cell,
                         cells->cells, cells->bytes, error);
}

static gboolean
decode_deflated (Job *job, const guint8 *data, gsize length, GError **error)
{
  g_autofree guint8 *bytes = NULL;
  guint64 bits;

  if (!neg_native_get_frame_bits (job->layout, &bits))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "(0028,0010)", "a frame beyond any file");
  bytes = g_try_malloc (bits / 8 + 1);
  if (bytes == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, "deflate", "no memory for a frame");
  return neg_codec_inflate (data, length, bytes, (bits + 7) / 8, error)
         && neg_native_unpack (job->layout, bytes, (bits + 7) / 8, &job->cells, error);
}

static gboolean
decode_encapsulated (Job *job, GError **error)
{
  gsize length;
  g_autofree guint8 *data = read_fragments (job, &length, error);

  if (data == NULL)
    return FALSE;
  switch (job->layout->codec) {
  case NEG_CODEC_NATIVE:
    return neg_native_unpack (job->layout, data, length, &job->cells, error);
  case NEG_CODEC_RLE:
    return decode_rle (job, data, length, error);
  case NEG_CODEC_DEFLATED_FRAME:
    return decode_deflated (job, data, length, error);
  default:
    return decode_codestream (job, data, length, error);
  }
}

static gboolean
decode (Job *job, GError **error)
{
  if (job->layout->encapsulated)
    return decode_encapsulated (job, error);
  if (job->layout->codec != NEG_CODEC_NATIVE)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(7FE0,0010)", "compressed pixels that are not in fragments");
  return neg_native_read (job->layout, job->source, job->frame, job->form, &job->cells, error);
}

/* Frames that lie in the file as values: their photometric interpretation is all there is to know. */
static gboolean
holds_values (const NegLayout *layout)
{
  return layout->codec == NEG_CODEC_NATIVE || layout->codec == NEG_CODEC_DEFLATED_FRAME;
}

/* A frame of Y1 Y2 Cb Cr to be drawn: by way of memory, as it grows. */
static gboolean
decode_422_to_rgb (Job *job, GError **error)
{
  const NegCells cells = job->cells;
  g_autofree guint8 *packed = NULL;

  if (job->layout->bits_stored != 8)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0101)", "YBR_FULL_422 with %u bits stored",
                     job->layout->bits_stored);
  packed = g_try_malloc (cells.bytes);
  if (packed == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, "(7FE0,0010)", "no memory for a frame");
  job->cells.cells = packed;
  job->cells.samples = 2;
  job->cells.bytes = cells.bytes / 3 * 2;
  if (!decode (job, error))
    return FALSE;
  job->cells = cells;
  job->color = NEG_COLOR_RGB;
  return neg_values_ybr_422_to_rgb (packed, &job->cells, error);
}

/* What every way has in common, once the samples are there: stored values and RGB where the form asks for them. */
static gboolean
finish (Job *job, GError **error)
{
  const NegLayout *layout = job->layout;
  guint bits = layout->bits_stored, shift = layout->high_bit + 1 - bits;

  if (layout->is_float || layout->bits_allocated == 1)
    return TRUE;
  if (job->lossy && job->precision > bits)
    neg_values_clamp (&job->cells, bits);
  if (job->form == NEG_FRAME_RAW)
    return TRUE;
  /* Samples of a codestream that has no more bits than are stored begin at its bit 0, wherever the header puts them. */
  neg_values_extract (&job->cells, job->precision != 0 && job->precision <= bits ? 0 : shift, bits);
  if (job->color != NEG_COLOR_YBR_FULL)
    return TRUE;
  job->color = NEG_COLOR_RGB;
  return neg_values_ybr_to_rgb (&job->cells, bits, error);
}

static gboolean
check_color (const Job *job, GError **error)
{
  static const char *const known[] = { "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT", "", NULL };

  /* Codestreams say themselves what they hold, as far as they can. */
  if (job->layout->samples == 3 && holds_values (job->layout)
      && !g_strv_contains (known, job->layout->photometric))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0004)", "an unknown photometric interpretation");
  if (neg_native_is_422 (job->layout) && job->layout->planar)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0006)", "planes of YBR_FULL_422");
  return TRUE;
}

static gboolean
check_bits (const NegLayout *layout, GError **error)
{
  if (layout->bits_stored == 0 || layout->bits_stored > layout->bits_allocated
      || layout->high_bit >= layout->bits_allocated || layout->high_bit + 1 < layout->bits_stored)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0101)", "%u bits stored up to bit %u of %u",
                     layout->bits_stored, layout->high_bit, layout->bits_allocated);
  return TRUE;
}

/* The caller's format is a computation on the typed header, ours on the layout: they must be about the same pixels. */
static gboolean
check_format (const Job *job, const NegFrameFormat *format, GError **error)
{
  const NegLayout *layout = job->layout;
  guint cell_bits = MAX (8, layout->bits_allocated == 12 ? 16 : layout->bits_allocated);
  guint64 bytes;

  if (format->rows != layout->rows || format->columns != layout->columns || format->samples != layout->samples
      || 8 * neg_sample_type_get_bytes (format->sample_type) != cell_bits
      || !neg_frame_format_get_bytes (format, &bytes))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "(0028,0010)", "the pixels are not what was asked for");
  if ((format->color == NEG_COLOR_YBR_FULL_422) != (neg_native_is_422 (job->layout) && job->form == NEG_FRAME_RAW))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0028,0004)", "YBR_FULL_422 of three samples per pixel");
  return TRUE;
}

static gboolean
check_request (const Job *job, const NegFrameFormat *format, GError **error)
{
  const NegLayout *layout = job->layout;

  if (!layout->has_pixels || job->frame >= layout->frames)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, "(0028,0008)", "the object has no frame %u", job->frame + 1);
  if (layout->codec == NEG_CODEC_VIDEO)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0002,0010)", "video is played, not decoded");
  if (layout->codec == NEG_CODEC_UNKNOWN)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "(0002,0010)", "transfer syntax \"%s\"",
                     layout->transfer_syntax_uid);
  return (layout->is_float || check_bits (layout, error)) && check_color (job, error)
         && check_format (job, format, error);
}

static NegCells
get_cells (const NegFrameFormat *format, const NegLayout *layout, guint8 *target)
{
  guint64 bytes = 0;

  neg_frame_format_get_bytes (format, &bytes);
  return (NegCells){
    .cells = target,
    .bytes = bytes,
    .rows = format->rows,
    .columns = format->columns,
    .samples = format->color == NEG_COLOR_YBR_FULL_422 ? 2 : format->samples,
    .bytes_per_cell = neg_sample_type_get_bytes (format->sample_type),
    .is_signed = layout->is_signed,
  };
}

gboolean
neg_codec_decode_frame (const NegLayout *layout, NegSource *source, guint32 frame, NegFrameForm form,
                        const NegFrameFormat *format, guint8 *target, NegFrameFormat *result, GError **error)
{
  NegSource inflated;
  Job job = { .layout = layout, .source = source, .frame = frame, .form = form, .color = format->color };

  if (!check_request (&job, format, error))
    return FALSE;
  if (layout->deflated) {
    neg_source_init_memory (&inflated, layout->inflated, layout->inflated_length);
    job.source = &inflated;
  }
  job.cells = get_cells (format, layout, target);
  if (holds_values (layout) && photometric_is_ybr (&job) && !neg_native_is_422 (layout))
    job.color = NEG_COLOR_YBR_FULL;
  if (neg_native_is_422 (layout) && form == NEG_FRAME_STORED ? !decode_422_to_rgb (&job, error) : !decode (&job, error))
    return FALSE;
  if (!finish (&job, error))
    return FALSE;
  *result = *format;
  result->color = job.color;
  return TRUE;
}

gboolean
neg_codec_preload (GError **error)
{
  neg_codec_ijg_preload ();
  return TRUE;
}
