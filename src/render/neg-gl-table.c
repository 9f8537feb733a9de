#include "config.h"

#include "render/neg-gl-private.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"

/* Where 32.32 fixed point ends, with room for a sum. */
#define STEP_MAX ((double) (1 << 29))

#define STEPS_WIDTH_MIN 2048u
#define TABLE_WIDTH 256 /* as in the shader */
#define TABLE_ENTRIES 65536

GLuint
neg_gl_table_make_texture (void)
{
  GLuint id;

  glGenTextures (1, &id);
  glBindTexture (GL_TEXTURE_2D, id);
  /* Integer textures are incomplete with linear filtering, and read as 0. */
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  return id;
}

gboolean
neg_gl_table_bind_content (NegGlDevice *device, NegGlUnit unit, const NegGlTableLayout *layout, void *content,
                           GError **error)
{
  g_autofree void *owned = content;
  NegGlTable *table = &device->tables[unit];

  glActiveTexture (GL_TEXTURE0 + unit);
  if (table->id == 0)
    table->id = neg_gl_table_make_texture ();
  glBindTexture (GL_TEXTURE_2D, table->id);
  /* By content, never by address: memory is used again for other tables. */
  if (table->width == layout->width && table->bytes == layout->bytes
      && memcmp (table->content, content, layout->bytes) == 0)
    return TRUE;
  g_clear_pointer (&table->content, g_free);
  table->bytes = 0;
  glPixelStorei (GL_UNPACK_ALIGNMENT, 1);
  glTexImage2D (GL_TEXTURE_2D, 0, layout->internal_format, layout->width, layout->height, 0, layout->format,
                layout->type, content);
  device->n_uploads++;
  glPixelStorei (GL_UNPACK_ALIGNMENT, 4);
  if (!neg_gl_check ("lookup table", error))
    return FALSE;
  table->content = g_steal_pointer (&owned);
  table->bytes = layout->bytes;
  table->width = layout->width;
  return TRUE;
}

static gboolean
check_lut (const NegLut *lut, GError **error)
{
  if (lut->n_entries >= 1 && lut->n_entries <= TABLE_ENTRIES && lut->entries != NULL)
    return TRUE;
  return neg_fail (error, NEG_ERROR_INCONSISTENT, "lookup table", "a lookup table of %u entries", lut->n_entries);
}

/* Tables of one size whatever their length: drivers that compile for a texture's size then do it once. */
gboolean
neg_gl_table_bind_lut (NegGlDevice *device, NegGlUnit unit, const NegLut *lut, GError **error)
{
  static const NegGlTableLayout layout = {
    GL_R16UI, GL_RED_INTEGER, GL_UNSIGNED_SHORT, TABLE_WIDTH, TABLE_WIDTH, TABLE_ENTRIES * sizeof (guint16),
  };
  guint16 *texels;

  if (!check_lut (lut, error))
    return FALSE;
  texels = g_malloc0 (layout.bytes);
  memcpy (texels, lut->entries, lut->n_entries * sizeof *texels);
  return neg_gl_table_bind_content (device, unit, &layout, texels, error);
}

/* Entries use their whole declared range, except where a writer left 8 bit values in 16 bit entries: then no entry of
 * any channel is above 255, and all are taken as they are (C.7.6.3.1.6). */
static guint
get_palette_shift (const NegLut *luts, guint channel)
{
  guint largest = 0;

  for (guint i = 0; i < 3; i++)
    for (guint32 j = 0; j < luts[i].n_entries; j++)
      largest = MAX (largest, luts[i].entries[j]);
  return largest > 255 && luts[channel].bits > 8 ? MIN (luts[channel].bits, 16) - 8 : 0;
}

gboolean
neg_gl_table_bind_palette (NegGlDevice *device, const NegLut *luts, GError **error)
{
  static const NegGlTableLayout layout = {
    GL_RGBA8UI, GL_RGBA_INTEGER, GL_UNSIGNED_BYTE, TABLE_WIDTH, TABLE_WIDTH, TABLE_ENTRIES * 4,
  };
  g_autofree guint8 *texels = g_malloc0 (layout.bytes);

  for (guint i = 0; i < 3; i++)
    if (!check_lut (&luts[i], error))
      return FALSE;
  for (guint i = 0; i < 3; i++) {
    guint shift = get_palette_shift (luts, i);

    for (guint32 j = 0; j < luts[i].n_entries; j++)
      texels[j * 4 + i] = MIN (luts[i].entries[j] >> shift, 255);
  }
  return neg_gl_table_bind_content (device, NEG_GL_UNIT_PALETTE, &layout, g_steal_pointer (&texels), error);
}

gboolean
neg_gl_put_fixed (double value, gint32 fixed[2])
{
  double whole = floor (value);
  double fraction = (value - whole) * 4294967296.0;

  if (!(fabs (value) < STEP_MAX))
    return FALSE;
  fixed[0] = (gint32) whole;
  /* A value just below a whole number rounds up to 1 in the subtraction; it belongs below all the same. */
  fixed[1] = (gint32) (guint32) MIN (fraction, 4294967295.0);
  return TRUE;
}

/* One coordinate = part by column + part by row. Where only one of the two counts (no rotation, quarter turns) it
 * comes out as the processor rounds it, and a point on the border of two pixels falls to the same one. */
static gboolean
put_steps (const double m[3], guint width, guint height, guint row_offset, gint32 *texels)
{
  double by_column_constant = m[1] == 0 ? m[2] : 0;
  double by_row_constant = m[1] == 0 ? 0 : m[2];
  gboolean fits = TRUE;

  for (guint i = 0; i < width; i++)
    fits &= neg_gl_put_fixed (m[0] * (i + 0.5) + by_column_constant, texels + 4 * (gsize) i);
  for (guint i = 0; i < height; i++)
    fits &= neg_gl_put_fixed (m[1] * (i + 0.5) + by_row_constant, texels + 4 * ((gsize) row_offset + i));
  return fits;
}

gboolean
neg_gl_table_bind_steps (NegGlDevice *device, const NegAffine *affine, guint width, guint height, GError **error)
{
  NegGlTableLayout layout = { GL_RGBA32I, GL_RGBA_INTEGER, GL_INT, STEPS_WIDTH_MIN, 2, 0 };
  g_autofree gint32 *texels = NULL;

  if (MAX (width, height) > STEPS_WIDTH_MIN)
    layout.width = device->max_texture_size;
  if (MAX (width, height) > (guint) layout.width)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "picture", "a picture of %u x %u pixels is beyond this graphics "
                     "system", width, height);
  layout.bytes = (gsize) layout.width * 2 * 4 * sizeof *texels;
  texels = g_malloc0 (layout.bytes);
  if (!put_steps (affine->m, width, height, layout.width, texels)
      || !put_steps (affine->m + 3, width, height, layout.width, texels + 2))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "picture", "the picture lies too far from the image");
  return neg_gl_table_bind_content (device, NEG_GL_UNIT_STEPS, &layout, g_steal_pointer (&texels), error);
}

gboolean
neg_gl_table_bind_curve (NegGlDevice *device, const NegDisplayCurve *curve, GError **error)
{
  static const NegGlTableLayout layout = {
    GL_R32F, GL_RED, GL_FLOAT, TABLE_WIDTH, NEG_CURVE_STEPS / TABLE_WIDTH + 1,
    TABLE_WIDTH * (NEG_CURVE_STEPS / TABLE_WIDTH + 1) * sizeof (float),
  };
  float *texels = g_malloc0 (layout.bytes);

  memcpy (texels, curve->levels, sizeof curve->levels);
  return neg_gl_table_bind_content (device, NEG_GL_UNIT_CURVE, &layout, texels, error);
}

static gboolean
bind_layer_colors (NegGlDevice *device, const NegLayers *layers, GError **error)
{
  static const NegGlTableLayout layout = {
    GL_RGBA8UI, GL_RGBA_INTEGER, GL_UNSIGNED_BYTE, TABLE_WIDTH, 1, TABLE_WIDTH * 4,
  };
  guint8 *texels = g_malloc (layout.bytes);

  for (guint i = 0; i < TABLE_WIDTH; i++) {
    memcpy (texels + 4 * i, layers->colors[i], 3);
    texels[4 * i + 3] = layers->greys[i];
  }
  return neg_gl_table_bind_content (device, NEG_GL_UNIT_LAYER_COLORS, &layout, texels, error);
}

/* As many cells as the image has pixels, too many to compare: they never change and have a number. */
gboolean
neg_gl_table_bind_layers (NegGlDevice *device, const NegLayers *layers, GError **error)
{
  NegGlTable *table = &device->tables[NEG_GL_UNIT_LAYERS];

  if (layers == NULL) {
    /* What another image left bound would be one more kind of texture to compile the shader for. */
    glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_LAYERS);
    glBindTexture (GL_TEXTURE_2D, 0);
    return TRUE;
  }
  if (layers->columns > (guint) device->max_texture_size || layers->rows > (guint) device->max_texture_size)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "layers", "%u x %u pixels are beyond what this graphics system "
                     "draws", layers->columns, layers->rows);
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_LAYERS);
  if (table->id == 0)
    table->id = neg_gl_table_make_texture ();
  glBindTexture (GL_TEXTURE_2D, table->id);
  if (table->serial == 0 || table->serial != layers->serial) {
    table->serial = 0;
    glPixelStorei (GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D (GL_TEXTURE_2D, 0, GL_R8UI, layers->columns, layers->rows, 0, GL_RED_INTEGER, GL_UNSIGNED_BYTE,
                  layers->cells);
    device->n_uploads++;
    glPixelStorei (GL_UNPACK_ALIGNMENT, 4);
    if (!neg_gl_check ("layers", error))
      return FALSE;
    table->serial = layers->serial;
  }
  return bind_layer_colors (device, layers, error);
}

void
neg_gl_table_clear (NegGlTable *table)
{
  glDeleteTextures (1, &table->id);
  g_clear_pointer (&table->content, g_free);
  *table = (NegGlTable){ 0 };
}
