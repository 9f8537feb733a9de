#include "config.h"

#include "commands/neg-png.h"

#include <png.h>
#include <string.h>

#include "base/neg-error.h"

gboolean
neg_png_write (const NegPicture *picture, const char *path, GError **error)
{
  png_image image = {
    .version = PNG_IMAGE_VERSION,
    .width = picture->width,
    .height = picture->height,
    .format = picture->channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB,
  };
  g_autofree void *bytes = NULL;
  png_alloc_size_t length = 0;

  if (!png_image_write_get_memory_size (image, length, 0, picture->pixels, picture->stride, NULL)
      || (bytes = g_try_malloc (length)) == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, path, "cannot make a PNG: %s", image.message);
  if (!png_image_write_to_memory (&image, bytes, &length, 0, picture->pixels, picture->stride, NULL))
    return neg_fail (error, NEG_ERROR_MEMORY, path, "cannot make a PNG: %s", image.message);
  return g_file_set_contents (path, bytes, length, error);
}
