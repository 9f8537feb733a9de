/* A finished picture as a PNG or JPEG file: the pixels and nothing about whom they show. The only text in it is the name
 * of the program and "Not for diagnosis"; no EXIF, no times, no colour profile. Thread: any, no state. */
#pragma once

#include <gio/gio.h>

#include "imaging/neg-draw.h"

G_BEGIN_DECLS

typedef enum {
  NEG_IMAGE_PNG,
  NEG_IMAGE_JPEG, /* 4:4:4; grey pictures are grey */
  NEG_IMAGE_N_FORMATS,
} NegImageFormat;

#define NEG_JPEG_QUALITY 95

const char *neg_image_format_get_suffix (NegImageFormat format); /* "png", "jpg" */

/* @picture has 1 or 3 channels. @quality (1 to 100) is the JPEG's. */
GBytes *neg_image_encode (const NegPicture *picture, NegImageFormat format, int quality, GError **error);

/* Whole or not at all: beside @path first, then renamed. Who may read it is the person's umask's business. */
gboolean neg_image_file_write (const NegPicture *picture, NegImageFormat format, int quality, const char *path,
                               guint64 *bytes, GError **error);

/* @error of G_FILE_ERROR or G_IO_ERROR (taken) in our own vocabulary, with a word on what to do; always FALSE. */
gboolean neg_export_fail_file (GError **error, GError *file_error);

G_END_DECLS
