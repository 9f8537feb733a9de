#include "config.h"

#include "render/neg-gl-volume-private.h"

#include <math.h>

#include "base/neg-error.h"

/* Past this, single precision ends. */
#define MAGNITUDE_MAX 1e30

static guint64
next_serial (void)
{
  static gsize last;

  return g_atomic_pointer_add (&last, 1) + 1;
}

NegGlVolume *
neg_gl_volume_new (NegGlDevice *device, NegVolume *volume, GError **error)
{
  NegGlVolume *self;

  if (neg_sample_type_get_bytes (volume->sample_type) > 4
      || (volume->modality_lut != NULL && neg_sample_type_get_bytes (volume->sample_type) > 2)) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, "volume", "values of this type");
    return NULL;
  }
  neg_gl_clear_errors ();
  self = g_new0 (NegGlVolume, 1);
  self->device = device;
  self->volume = neg_volume_ref (volume);
  self->serial = next_serial ();
  if (_neg_gl_bricks_init (&self->bricks, device, volume, error) && _neg_gl_slices_init (self, error))
    return self;
  neg_gl_volume_free (self);
  return NULL;
}

void
neg_gl_volume_free (NegGlVolume *self)
{
  if (self == NULL)
    return;
  _neg_gl_bricks_clear (&self->bricks);
  glDeleteTextures (1, &self->slices);
  glDeleteTextures (1, &self->presence);
  g_clear_error (&self->failure);
  g_free (self->is_here);
  neg_volume_unref (self->volume);
  g_free (self);
}

/* ---- slices */

/* The largest of the stored values without their sign, padding and what is no number left out. */
#define FIND_LARGEST(type)                                                          \
  for (gsize i = 0; i < n; i++) {                                                   \
    double value = ((const type *) voxels)[i], size = fabs (value);                 \
    if (size > largest && size <= G_MAXFLOAT && !neg_padding_contains (padding, value)) \
      largest = size;                                                               \
  }

static double
find_largest (const NegVolume *volume, guint slice)
{
  const void *voxels = volume->voxels + slice * volume->slice_bytes;
  const NegPadding *padding = &volume->padding;
  gsize n = (gsize) volume->columns * volume->rows;
  double largest = 0;

  switch (volume->sample_type) {
  case NEG_SAMPLE_U8:
    FIND_LARGEST (guint8)
    break;
  case NEG_SAMPLE_S8:
    FIND_LARGEST (gint8)
    break;
  case NEG_SAMPLE_U16:
    FIND_LARGEST (guint16)
    break;
  case NEG_SAMPLE_S16:
    FIND_LARGEST (gint16)
    break;
  case NEG_SAMPLE_U32:
    FIND_LARGEST (guint32)
    break;
  case NEG_SAMPLE_S32:
    FIND_LARGEST (gint32)
    break;
  case NEG_SAMPLE_F32:
    FIND_LARGEST (float)
    break;
  case NEG_SAMPLE_F64:
  case NEG_SAMPLE_N_TYPES:
  default:
    return INFINITY;
  }
  return largest;
}

static void
add_magnitude (NegGlVolume *self, guint slice)
{
  const NegVolume *volume = self->volume;

  if (volume->modality_lut != NULL)
    self->magnitude = G_MAXUINT16;
  else
    self->magnitude = MAX (self->magnitude, fabs (volume->slopes[slice]) * find_largest (volume, slice)
                                                + fabs (volume->intercepts[slice]));
  if (!(self->magnitude <= MAGNITUDE_MAX) && self->failure == NULL)
    neg_fail (&self->failure, NEG_ERROR_UNSUPPORTED, "volume", "values beyond single precision");
}

static gboolean
upload_slice (NegGlVolume *self, guint slice)
{
  if (!_neg_gl_bricks_upload (&self->bricks, self->volume, slice, &self->failure))
    return FALSE;
  self->device->n_uploads++;
  add_magnitude (self, slice);
  self->is_here[slice] = 1;
  return self->failure == NULL;
}

/* TRUE when something is another than before; *@complete: no slice is left for the next time. */
static gboolean
take_slices (NegGlVolume *self, guint64 bytes_max, gboolean *complete)
{
  guint64 bytes = 0;
  gboolean changed = FALSE;

  *complete = TRUE;
  for (guint i = 0; i < self->volume->n_slices && self->failure == NULL; i++) {
    gboolean is_ready = neg_volume_get_state (self->volume, i) == NEG_SLICE_READY;

    if (is_ready == self->is_here[i])
      continue;
    if (is_ready && bytes_max > 0 && bytes > 0 && bytes + self->volume->slice_bytes > bytes_max) {
      *complete = FALSE;
      return changed;
    }
    changed = TRUE;
    bytes += self->volume->slice_bytes;
    if (is_ready)
      upload_slice (self, i);
    else
      self->is_here[i] = 0;
  }
  return changed;
}

gboolean
neg_gl_volume_update (NegGlVolume *self, guint64 bytes_max)
{
  gboolean complete;

  /* What failed is told by the next draw; there is nothing to wait for. */
  if (self->failure != NULL)
    return TRUE;
  neg_gl_clear_errors ();
  if (take_slices (self, bytes_max, &complete)) {
    self->serial = next_serial ();
    if (self->failure == NULL)
      _neg_gl_slices_upload_presence (self, &self->failure);
  }
  return complete;
}

/* ---- what samples it */

gboolean
_neg_gl_volume_fail (const NegGlVolume *self, GError **error)
{
  g_propagate_error (error, g_error_copy (self->failure));
  return FALSE;
}

gboolean
_neg_gl_volume_check_contrast (const NegGlVolume *self, const NegVoi *voi, double scale, double steepness,
                               GError **error)
{
  double span = neg_gl_display_get_span (voi);

  if (neg_voi_is_valid (voi) && span > 0 && isfinite (scale) && scale > 0
      && self->magnitude * scale * steepness <= NEG_GL_CONTRAST_MAX * span)
    return TRUE;
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, "shader", "a window as narrow as this for these values");
}

static void
set_padding (const NegGlVolume *self, const NegGlProgram *program)
{
  const NegVolume *volume = self->volume;
  double low = volume->padding.low, high = volume->padding.high;
  gboolean active = volume->padding.active && low <= high;

  switch (volume->sample_type) {
  case NEG_SAMPLE_F32:
    /* The nearest in single precision inside the range. */
    glUniform2f (program->padding, (float) low < low ? nextafterf ((float) low, INFINITY) : (float) low,
                 (float) high > high ? nextafterf ((float) high, -INFINITY) : (float) high);
    break;
  case NEG_SAMPLE_U32:
    active = active && high >= 0 && low <= G_MAXUINT32;
    glUniform2ui (program->padding, (GLuint) ceil (CLAMP (low, 0, G_MAXUINT32)),
                  (GLuint) floor (CLAMP (high, 0, G_MAXUINT32)));
    break;
  default:
    active = active && high >= G_MININT32 && low <= G_MAXINT32;
    glUniform2i (program->padding, (GLint) ceil (CLAMP (low, G_MININT32, G_MAXINT32)),
                 (GLint) floor (CLAMP (high, G_MININT32, G_MAXINT32)));
    break;
  }
  glUniform1i (program->padding_active, active);
}

static gboolean
set_end (const NegGlVolume *self, const NegGlProgram *program, GError **error)
{
  const NegVolume *volume = self->volume;
  guint last = volume->n_slices - 1;
  gint32 end[4];

  if (!neg_gl_put_fixed (-volume->halves_mm[0] / self->unit_mm, end)
      || !neg_gl_put_fixed ((volume->distances_mm[last] + volume->halves_mm[2 * last + 1]) / self->unit_mm, end + 2))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "volume", "slices that lie too far from each other");
  glUniform4iv (program->end, 1, end);
  return TRUE;
}

static void
set_sizes (const NegGlVolume *self, const NegGlProgram *program)
{
  const NegVolume *volume = self->volume;
  const NegGlBricks *bricks = &self->bricks;

  glUniform3i (program->volume_size, volume->columns, volume->rows, volume->n_slices);
  glUniform3i (program->brick_strides, bricks->strides[0], bricks->strides[1], bricks->strides[2]);
  glUniform3i (program->brick_counts, bricks->counts[0], bricks->counts[1], bricks->counts[2]);
  glUniform1i (program->n_bins, self->n_bins);
  glUniform1i (program->has_modality_lut, volume->modality_lut != NULL);
  if (volume->modality_lut != NULL) {
    /* Past 16 bits both ways it makes no difference, and a difference of two integers stays one. */
    glUniform1i (program->modality_first, CLAMP (volume->modality_lut->first_mapped, -300000, 300000));
    glUniform1i (program->modality_last, volume->modality_lut->n_entries - 1);
  }
}

const NegGlProgram *
_neg_gl_volume_use (NegGlVolume *self, NegGlDevice *device, NegGlMode mode, NegInterpolation interpolation,
                    GError **error)
{
  NegGlVariant variant = { mode, self->volume->sample_type, interpolation, FALSE,
                           _neg_gl_bricks_get_n (&self->bricks) };
  const NegGlProgram *program = neg_gl_device_get_program (device, &variant, error);

  if (program == NULL)
    return NULL;
  if (self->volume->modality_lut != NULL
      && !neg_gl_table_bind_lut (device, NEG_GL_UNIT_MODALITY, self->volume->modality_lut, error))
    return NULL;
  glUseProgram (program->id);
  set_sizes (self, program);
  set_padding (self, program);
  if (!set_end (self, program, error)) {
    glUseProgram (0);
    return NULL;
  }
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_SLICES);
  glBindTexture (GL_TEXTURE_2D, self->slices);
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_PRESENCE);
  glBindTexture (GL_TEXTURE_2D, self->presence);
  _neg_gl_bricks_bind (&self->bricks, TRUE);
  return program;
}

void
_neg_gl_volume_unuse (NegGlVolume *self)
{
  _neg_gl_bricks_bind (&self->bricks, FALSE);
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_SLICES);
  glBindTexture (GL_TEXTURE_2D, 0);
  glActiveTexture (GL_TEXTURE0 + NEG_GL_UNIT_PRESENCE);
  glBindTexture (GL_TEXTURE_2D, 0);
}
