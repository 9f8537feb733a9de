#include "config.h"

#include "export/neg-picture-cairo.h"

#include "base/neg-error.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (cairo_t, cairo_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (cairo_surface_t, cairo_surface_destroy)

/* cairo's RGB24: a native 32 bit word per pixel. */
static void
copy_in (const NegPicture *picture, guint8 *words, gsize stride)
{
  for (guint y = 0; y < picture->height; y++) {
    guint32 *row = (guint32 *) (words + y * stride);
    const guint8 *from = picture->pixels + y * picture->stride;

    for (guint x = 0; x < picture->width; x++, from += picture->channels)
      row[x] = picture->channels == 1 ? from[0] * 0x010101u
                                      : (guint32) from[0] << 16 | (guint32) from[1] << 8 | from[2];
  }
}

static guint8
get_luminance (guint32 word)
{
  guint red = word >> 16 & 0xff, green = word >> 8 & 0xff, blue = word & 0xff;

  return red == green && green == blue ? red : (guint8) (0.299 * red + 0.587 * green + 0.114 * blue + 0.5);
}

static void
copy_out (const NegPicture *picture, const guint8 *words, gsize stride)
{
  for (guint y = 0; y < picture->height; y++) {
    const guint32 *row = (const guint32 *) (words + y * stride);
    guint8 *to = picture->pixels + y * picture->stride;

    for (guint x = 0; x < picture->width; x++, to += picture->channels)
      if (picture->channels == 1) {
        to[0] = get_luminance (row[x]);
      } else {
        to[0] = row[x] >> 16;
        to[1] = row[x] >> 8;
        to[2] = row[x];
      }
  }
}

gboolean
neg_picture_paint (const NegPicture *picture, NegPaintFunc paint, gpointer user_data, GError **error)
{
  g_autoptr (cairo_surface_t) surface = NULL;
  g_autoptr (cairo_t) cr = NULL;

  g_return_val_if_fail (picture->channels == 1 || picture->channels == 3, FALSE);

  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, picture->width, picture->height);
  cr = cairo_create (surface);
  if (cairo_status (cr) == CAIRO_STATUS_SUCCESS) {
    copy_in (picture, cairo_image_surface_get_data (surface), cairo_image_surface_get_stride (surface));
    cairo_surface_mark_dirty (surface);
    paint (cr, user_data);
    cairo_surface_flush (surface);
  }
  if (cairo_status (cr) != CAIRO_STATUS_SUCCESS)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "the annotations cannot be drawn: %s",
                     cairo_status_to_string (cairo_status (cr)));
  copy_out (picture, cairo_image_surface_get_data (surface), cairo_image_surface_get_stride (surface));
  return TRUE;
}
