/* Where the slices are, as tables that the shader looks into: volume.glsl says how. */
#include "config.h"

#include "render/neg-gl-volume-private.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"

#define SLICES_WIDTH 1024 /* as in the shader */
#define SLICE_TEXELS 3
#define BINS_MAX 131072

/* Of a bin, the least distance of two slices: below it the fraction between them would lose digits. */
#define SPACING_MIN 0x1p-12

static gint32
float_bits (double value)
{
  float single = (float) value;
  gint32 bits;

  memcpy (&bits, &single, sizeof bits);
  return bits;
}

static gint64
join (const gint32 fixed[2])
{
  return (gint64) ((guint64) (guint32) fixed[0] << 32 | (guint32) fixed[1]);
}

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* One slice's three texels. */
static gboolean
put_slice (const NegGlVolume *self, guint slice, gint32 *texels)
{
  const NegVolume *volume = self->volume;
  double offset_mm[3], slope = volume->slopes[slice], intercept = volume->intercepts[slice];

  for (guint i = 0; i < 3; i++)
    offset_mm[i] = volume->origins_mm[3 * (gsize) slice + i] - volume->origins_mm[i];
  if (!neg_gl_put_fixed (volume->distances_mm[slice] / self->unit_mm, texels)
      || !neg_gl_put_fixed (dot (volume->x_dual, offset_mm), texels + 2)
      || !neg_gl_put_fixed (dot (volume->y_dual, offset_mm), texels + 4))
    return FALSE;
  texels[6] = float_bits (slope);
  texels[7] = float_bits (intercept);
  texels[8] = float_bits (volume->halves_mm[2 * slice] / self->unit_mm);
  texels[9] = float_bits (volume->halves_mm[2 * slice + 1] / self->unit_mm);
  texels[10] = slice + 1 < volume->n_slices && volume->gap_after[slice];
  return slice == 0 || volume->distances_mm[slice] - volume->distances_mm[slice - 1] >= SPACING_MIN * self->unit_mm;
}

/* For each bin the slice at or before its beginning, and one behind its end, but for those at the volume's ends. */
static void
put_bins (const NegGlVolume *self, gint32 *texels)
{
  guint last = self->volume->n_slices - 1, low = 0, high = 0;
  gint32 *bins = texels + 4 * SLICE_TEXELS * (gsize) self->volume->n_slices;

  for (guint bin = 0; bin < self->n_bins; bin++) {
    while (low + 1 < last && join (texels + 4 * SLICE_TEXELS * (gsize) (low + 1)) <= (gint64) bin << 32)
      low++;
    while (high < last && join (texels + 4 * SLICE_TEXELS * (gsize) high) < (gint64) (bin + 1) << 32)
      high++;
    bins[4 * (gsize) bin] = low;
    bins[4 * (gsize) bin + 1] = MAX (high, low + 1);
  }
}

static GLuint
upload (GLint internal_format, GLenum format, GLenum type, int height, const void *texels)
{
  GLuint id;

  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_SLICES);
  id = neg_gl_table_make_texture ();
  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 1);
  glTexImage2D (GL_TEXTURE_2D, 0, internal_format, SLICES_WIDTH, height, 0, format, type, texels);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 4);
  glBindTexture (GL_TEXTURE_2D, 0);
  return id;
}

gboolean
_neg_gl_slices_init (NegGlVolume *self, GError **error)
{
  const NegVolume *volume = self->volume;
  double length_mm = volume->distances_mm[volume->n_slices - 1];
  g_autofree gint32 *texels = NULL;
  gsize n_texels;
  guint height;

  self->unit_mm = MAX (volume->median_spacing_mm, length_mm / BINS_MAX);
  self->n_bins = (guint) (length_mm / self->unit_mm) + 1;
  n_texels = SLICE_TEXELS * (gsize) volume->n_slices + self->n_bins;
  height = (n_texels + SLICES_WIDTH - 1) / SLICES_WIDTH;
  texels = g_malloc0 ((gsize) height * SLICES_WIDTH * 4 * sizeof *texels);
  for (guint i = 0; i < volume->n_slices; i++)
    if (!put_slice (self, i, texels + 4 * SLICE_TEXELS * (gsize) i))
      return neg_fail (error, NEG_ERROR_UNSUPPORTED, "volume", "slices that lie too close to each other, or too far");
  put_bins (self, texels);
  self->slices = upload (GL_RGBA32I, GL_RGBA_INTEGER, GL_INT, height, texels);
  height = (volume->n_slices + SLICES_WIDTH - 1) / SLICES_WIDTH;
  self->is_here = g_malloc0 ((gsize) height * SLICES_WIDTH);
  self->presence = upload (GL_R8UI, GL_RED_INTEGER, GL_UNSIGNED_BYTE, height, self->is_here);
  self->device->n_uploads += 2;
  return neg_gl_check ("slices", error);
}

gboolean
_neg_gl_slices_upload_presence (NegGlVolume *self, GError **error)
{
  guint height = (self->volume->n_slices + SLICES_WIDTH - 1) / SLICES_WIDTH;

  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_PRESENCE);
  glBindTexture (GL_TEXTURE_2D, self->presence);
  glBindBuffer (GL_PIXEL_UNPACK_BUFFER, 0);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 1);
  glTexSubImage2D (GL_TEXTURE_2D, 0, 0, 0, SLICES_WIDTH, height, GL_RED_INTEGER, GL_UNSIGNED_BYTE, self->is_here);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 4);
  glBindTexture (GL_TEXTURE_2D, 0);
  self->device->n_uploads++;
  return neg_gl_check ("slices", error);
}

/* ---- coordinates of a plane */

/* Of one coordinate: the direction that it is along, and what it is at the plane's origin. */
typedef struct {
  double direction[3], at_origin;
} Axis;

/* How many texels from the coordinate's place in a row to the next of rows. */
static gboolean
put_steps (const Axis *axis, const NegReformat *reformat, guint width, guint height, gsize row_size, gint32 *texels)
{
  double by_column = dot (axis->direction, reformat->x_mm), by_row = dot (axis->direction, reformat->y_mm);
  double by_sample = dot (axis->direction, reformat->step_mm);
  gboolean fits = TRUE;

  for (guint i = 0; i < width; i++)
    fits &= neg_gl_put_fixed (by_column * (i + 0.5), texels + 4 * (gsize) i);
  texels += row_size;
  for (guint i = 0; i < height; i++)
    fits &= neg_gl_put_fixed (by_row * (i + 0.5) + axis->at_origin, texels + 4 * (gsize) i);
  texels += row_size;
  /* The plane is in the middle of its samples. */
  for (guint i = 0; reformat->n_samples > 1 && i < reformat->n_samples; i++)
    fits &= neg_gl_put_fixed (by_sample * (i - (reformat->n_samples - 1) / 2.0), texels + 4 * (gsize) i);
  return fits;
}

static void
init_axis (Axis *axis, const double direction[3], const double origin_mm[3], double unit, double offset)
{
  for (guint i = 0; i < 3; i++)
    axis->direction[i] = direction[i] / unit;
  axis->at_origin = dot (axis->direction, origin_mm) + offset;
}

gboolean
_neg_gl_volume_bind_steps (NegGlVolume *self, NegGlDevice *device, const NegReformat *reformat, guint width,
                           guint height, GError **error)
{
  const NegVolume *volume = self->volume;
  guint longest = MAX (MAX (width, height), reformat->n_samples);
  NegGlTableLayout layout = { GL_RGBA32I, GL_RGBA_INTEGER, GL_INT, longest, 6, 0 };
  gsize row_size = 4 * (gsize) longest;
  g_autofree gint32 *texels = NULL;
  double origin_mm[3];
  Axis x, y, z;

  if (longest > (guint) device->max_texture_size)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "picture", "a picture of %u x %u pixels is beyond this graphics "
                     "system", width, height);
  layout.bytes = 6 * row_size * sizeof *texels;
  texels = g_malloc0 (layout.bytes);
  for (guint i = 0; i < 3; i++)
    origin_mm[i] = reformat->origin_mm[i] - volume->origins_mm[i];
  init_axis (&x, volume->x_dual, origin_mm, 1, 0.5);
  init_axis (&y, volume->y_dual, origin_mm, 1, 0.5);
  init_axis (&z, volume->normal, origin_mm, self->unit_mm, 0);
  if (!put_steps (&x, reformat, width, height, row_size, texels)
      || !put_steps (&y, reformat, width, height, row_size, texels + 2)
      || !put_steps (&z, reformat, width, height, row_size, texels + 3 * row_size))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "picture", "the picture lies too far from the volume");
  return neg_gl_table_bind_content (device, NEG_GL_UNIT_VOLUME_STEPS, &layout, g_steal_pointer (&texels), error);
}
