#include "config.h"

#include "engine/neg-codec-private.h"

#include <openjpeg.h>
#include <string.h>

#include "base/neg-error.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (opj_codec_t, opj_destroy_codec)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (opj_stream_t, opj_stream_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (opj_image_t, opj_image_destroy)

typedef struct {
  const guint8 *data;
  gsize length, position;
} Input;

typedef struct {
  char text[120]; /* the first error of the library, without its line end */
} Complaint;

static OPJ_SIZE_T
input_read (void *buffer, OPJ_SIZE_T n, void *user_data)
{
  Input *input = user_data;
  gsize left = input->length - input->position;

  if (left == 0)
    return (OPJ_SIZE_T) -1;
  n = MIN (n, left);
  memcpy (buffer, input->data + input->position, n);
  input->position += n;
  return n;
}

static OPJ_OFF_T
input_skip (OPJ_OFF_T n, void *user_data)
{
  Input *input = user_data;

  if (n < 0)
    return -1;
  n = MIN ((guint64) n, input->length - input->position);
  input->position += n;
  return n;
}

static OPJ_BOOL
input_seek (OPJ_OFF_T position, void *user_data)
{
  Input *input = user_data;

  if (position < 0 || (guint64) position > input->length)
    return OPJ_FALSE;
  input->position = position;
  return OPJ_TRUE;
}

static void
note_error (const char *message, void *user_data)
{
  Complaint *complaint = user_data;

  if (complaint->text[0] == '\0') {
    g_strlcpy (complaint->text, message, sizeof complaint->text);
    g_strdelimit (g_strchomp (complaint->text), "\n\r", ' ');
  }
}

static void
ignore_message (const char *message, void *user_data)
{
}

static opj_stream_t *
open_stream (Input *input)
{
  /* No larger than what is there: the library allocates it for each frame. */
  opj_stream_t *stream = opj_stream_create (CLAMP (input->length, 256, 1 << 20), OPJ_TRUE);

  if (stream == NULL)
    return NULL;
  opj_stream_set_user_data (stream, input, NULL);
  opj_stream_set_user_data_length (stream, input->length);
  opj_stream_set_read_function (stream, input_read);
  opj_stream_set_skip_function (stream, input_skip);
  opj_stream_set_seek_function (stream, input_seek);
  return stream;
}

static opj_codec_t *
open_codec (Complaint *complaint)
{
  g_autoptr (opj_codec_t) codec = opj_create_decompress (OPJ_CODEC_J2K);
  opj_dparameters_t parameters;

  if (codec == NULL)
    return NULL;
  opj_set_info_handler (codec, ignore_message, NULL);
  opj_set_warning_handler (codec, ignore_message, NULL);
  opj_set_error_handler (codec, note_error, complaint);
  opj_set_default_decoder_parameters (&parameters);
  /* No threads, whatever the environment says: the engine may not make any. Strict: a part that is cut is an error. */
  if (!opj_setup_decoder (codec, &parameters) || !opj_codec_set_threads (codec, 0)
      || !opj_decoder_set_strict_mode (codec, OPJ_TRUE))
    return NULL;
  return g_steal_pointer (&codec);
}

static gboolean
fits (const opj_image_t *image, const NegCells *cells)
{
  if (image->numcomps != cells->samples)
    return FALSE;
  for (guint i = 0; i < image->numcomps; i++)
    if (image->comps[i].data == NULL || image->comps[i].w != cells->columns || image->comps[i].h != cells->rows)
      return FALSE;
  return TRUE;
}

#define PACK(Type)                                                                                                     \
  do {                                                                                                                 \
    Type *target = (Type *) cells->cells;                                                                              \
                                                                                                                       \
    if (cells->samples == 1)                                                                                           \
      for (gsize i = 0; i < n; i++)                                                                                    \
        target[i] = (Type) image->comps[0].data[i];                                                                    \
    else if (cells->samples == 3)                                                                                      \
      for (gsize i = 0; i < n; i++) {                                                                                  \
        target[3 * i] = (Type) image->comps[0].data[i];                                                                \
        target[3 * i + 1] = (Type) image->comps[1].data[i];                                                            \
        target[3 * i + 2] = (Type) image->comps[2].data[i];                                                            \
      }                                                                                                                \
    else                                                                                                               \
      for (guint s = 0; s < cells->samples; s++)                                                                       \
        for (gsize i = 0; i < n; i++)                                                                                  \
          target[i * cells->samples + s] = (Type) image->comps[s].data[i];                                             \
  } while (0)

static void
pack (const opj_image_t *image, const NegCells *cells)
{
  gsize n = (gsize) cells->rows * cells->columns;

  if (cells->bytes_per_cell == 1)
    PACK (guint8);
  else if (cells->bytes_per_cell == 2)
    PACK (guint16);
  else
    PACK (guint32);
}

gboolean
neg_codec_j2k_decode (const NegCodestream *header, const guint8 *data, gsize length, const NegCells *cells,
                      GError **error)
{
  Input input = { data, length, 0 };
  Complaint complaint = { "" };
  g_autoptr (opj_stream_t) stream = open_stream (&input);
  g_autoptr (opj_codec_t) codec = open_codec (&complaint);
  g_autoptr (opj_image_t) image = NULL;

  if (stream == NULL || codec == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, "JPEG 2000", "no memory for a decoder");
  if (!opj_read_header (stream, codec, &image) || !opj_decode (codec, stream, image)
      || !opj_end_decompress (codec, stream))
    return neg_fail (error, NEG_ERROR_UNREADABLE, "JPEG 2000", "%s",
                     complaint.text[0] != '\0' ? complaint.text : "the codestream cannot be decoded");
  if (!fits (image, cells) || cells->bytes_per_cell > 4)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, "JPEG 2000", "the codestream is not what its header said");
  pack (image, cells);
  return TRUE;
}
