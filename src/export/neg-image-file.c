#include "config.h"

#include "export/neg-image-file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>
#include <png.h>

#include "base/neg-error.h"

#define SOFTWARE "Negatoscope " NEG_VERSION
#define DISCLAIMER "Not for diagnosis"

const char *
neg_image_format_get_suffix (NegImageFormat format)
{
  return format == NEG_IMAGE_JPEG ? "jpg" : "png";
}

/* --- PNG --- */

static void
png_failed (png_structp png, png_const_charp message)
{
  longjmp (png_jmpbuf (png), 1);
}

static void
png_warned (png_structp png, png_const_charp message)
{
}

static void
png_append (png_structp png, png_bytep bytes, png_size_t length)
{
  GByteArray *array = png_get_io_ptr (png);

  if (length > G_MAXUINT - array->len)
    png_error (png, "too large");
  g_byte_array_append (array, bytes, length);
}

static void
png_flush_nothing (png_structp png)
{
}

static void
write_png (png_structp png, png_infop info, const NegPicture *picture)
{
  static char keys[][16] = { "Software", "Disclaimer" };
  static char values[][32] = { SOFTWARE, DISCLAIMER };
  png_text texts[2] = { 0 };

  png_set_IHDR (png, info, picture->width, picture->height, 8,
                picture->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    texts[i].compression = PNG_TEXT_COMPRESSION_NONE;
    texts[i].key = keys[i];
    texts[i].text = values[i];
  }
  png_set_text (png, info, texts, G_N_ELEMENTS (texts));
  png_write_info (png, info);
  for (guint y = 0; y < picture->height; y++)
    png_write_row (png, picture->pixels + y * picture->stride);
  png_write_end (png, info);
}

static GBytes *
encode_png (const NegPicture *picture, GError **error)
{
  GByteArray *array = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, png_failed, png_warned);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;

  if (info == NULL || setjmp (png_jmpbuf (png)) != 0) {
    png_destroy_write_struct (&png, &info);
    g_byte_array_unref (array);
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "cannot make a PNG of %u x %u", picture->width, picture->height);
    return NULL;
  }
  png_set_write_fn (png, array, png_append, png_flush_nothing);
  write_png (png, info, picture);
  png_destroy_write_struct (&png, &info);
  return g_byte_array_free_to_bytes (array);
}

/* --- JPEG --- */

typedef struct {
  struct jpeg_error_mgr manager; /* first: libjpeg knows only this */
  jmp_buf jump;
} JpegErrors;

static void
jpeg_failed (j_common_ptr jpeg)
{
  longjmp (((JpegErrors *) jpeg->err)->jump, 1);
}

static void
jpeg_warned (j_common_ptr jpeg)
{
}

static void
write_jpeg (struct jpeg_compress_struct *jpeg, const NegPicture *picture, int quality)
{
  jpeg->image_width = picture->width;
  jpeg->image_height = picture->height;
  jpeg->input_components = picture->channels;
  jpeg->in_color_space = picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults (jpeg);
  jpeg_set_quality (jpeg, CLAMP (quality, 1, 100), TRUE);
  jpeg->optimize_coding = TRUE;
  /* 4:4:4: thin coloured lines and letters keep their colour. */
  for (int i = 0; i < jpeg->num_components; i++)
    jpeg->comp_info[i].h_samp_factor = jpeg->comp_info[i].v_samp_factor = 1;
  jpeg_start_compress (jpeg, TRUE);
  jpeg_write_marker (jpeg, JPEG_COM, (const JOCTET *) SOFTWARE ", " DISCLAIMER, sizeof SOFTWARE ", " DISCLAIMER - 1);
  while (jpeg->next_scanline < jpeg->image_height) {
    JSAMPROW row = picture->pixels + jpeg->next_scanline * picture->stride;

    jpeg_write_scanlines (jpeg, &row, 1);
  }
  jpeg_finish_compress (jpeg);
}

static GBytes *
encode_jpeg (const NegPicture *picture, int quality, GError **error)
{
  struct jpeg_compress_struct jpeg;
  unsigned char *volatile memory = NULL;
  unsigned long length = 0;
  JpegErrors errors;
  GBytes *bytes;

  jpeg.err = jpeg_std_error (&errors.manager);
  errors.manager.error_exit = jpeg_failed;
  errors.manager.output_message = jpeg_warned;
  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, (unsigned char **) &memory, &length);
  if (setjmp (errors.jump) != 0) {
    jpeg_destroy_compress (&jpeg);
    free (memory);
    neg_fail (error, NEG_ERROR_MEMORY, NULL, "cannot make a JPEG of %u x %u", picture->width, picture->height);
    return NULL;
  }
  write_jpeg (&jpeg, picture, quality);
  jpeg_destroy_compress (&jpeg);
  bytes = g_bytes_new (memory, length);
  free (memory);
  return bytes;
}

GBytes *
neg_image_encode (const NegPicture *picture, NegImageFormat format, int quality, GError **error)
{
  g_return_val_if_fail (picture->channels == 1 || picture->channels == 3, NULL);

  return format == NEG_IMAGE_JPEG ? encode_jpeg (picture, quality, error) : encode_png (picture, error);
}

gboolean
neg_export_fail_file (GError **error, GError *file_error)
{
  static const struct {
    GFileError file;
    GIOErrorEnum io;
    NegErrorCode code;
    const char *words;
  } table[] = {
    { G_FILE_ERROR_NOSPC, G_IO_ERROR_NO_SPACE, NEG_ERROR_DISK_FULL, "there is no room left where the file should go" },
    { G_FILE_ERROR_ACCES, G_IO_ERROR_PERMISSION_DENIED, NEG_ERROR_REFUSED, "writing is not allowed there" },
    { G_FILE_ERROR_PERM, G_IO_ERROR_PERMISSION_DENIED, NEG_ERROR_REFUSED, "writing is not allowed there" },
    { G_FILE_ERROR_ROFS, G_IO_ERROR_READ_ONLY, NEG_ERROR_REFUSED, "the place is read-only" },
    { G_FILE_ERROR_NOENT, G_IO_ERROR_NOT_FOUND, NEG_ERROR_NOT_FOUND, "the folder is not there" },
    { G_FILE_ERROR_NOTDIR, G_IO_ERROR_NOT_DIRECTORY, NEG_ERROR_NOT_FOUND, "the folder is not there" },
    { G_FILE_ERROR_EXIST, G_IO_ERROR_EXISTS, NEG_ERROR_CONFLICT, "something of that name is there already" },
    { G_FILE_ERROR_ISDIR, G_IO_ERROR_IS_DIRECTORY, NEG_ERROR_CONFLICT, "a folder of that name is there already" },
    { G_FILE_ERROR_FAILED, G_IO_ERROR_CANCELLED, NEG_ERROR_CANCELLED, "cancelled" },
    { G_FILE_ERROR_NOSYS, G_IO_ERROR_NOT_SUPPORTED, NEG_ERROR_UNSUPPORTED, NULL },
  };
  g_autoptr (GError) owned = file_error;

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if ((owned->domain == G_FILE_ERROR && owned->code == (int) table[i].file && table[i].file != G_FILE_ERROR_FAILED)
        || (owned->domain == G_IO_ERROR && owned->code == (int) table[i].io))
      return neg_fail (error, table[i].code, NULL, "%s", table[i].words ? table[i].words : owned->message);
  /* GLib's own words name the file, which may be named after a person. */
  if (owned->domain == G_FILE_ERROR)
    return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "the file cannot be written");
  return neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "%s", owned->message);
}

gboolean
neg_image_file_write (const NegPicture *picture, NegImageFormat format, int quality, const char *path, guint64 *bytes,
                      GError **error)
{
  g_autoptr (GBytes) encoded = neg_image_encode (picture, format, quality, error);
  GError *file_error = NULL;

  if (encoded == NULL)
    return FALSE;
  if (!g_file_set_contents_full (path, g_bytes_get_data (encoded, NULL), g_bytes_get_size (encoded),
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, &file_error))
    return neg_export_fail_file (error, file_error);
  if (bytes != NULL)
    *bytes += g_bytes_get_size (encoded);
  return TRUE;
}
