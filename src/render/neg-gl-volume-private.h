/* What the files of neg-gl-volume share. */
#pragma once

#include "render/neg-gl-private.h"
#include "render/neg-gl-volume.h"

G_BEGIN_DECLS

/* How a volume is cut: bricks of @stride + 1 voxels a side, so that neighbours share the border voxels and the eight voxels
 * about any place are in one of them. */
typedef struct {
  guint counts[3], strides[3];
  GLuint textures[NEG_GL_BRICKS_MAX]; /* x fastest */
} NegGlBricks;

struct _NegGlVolume {
  NegGlDevice *device; /* that counts the uploads */
  NegVolume *volume;
  NegGlBricks bricks;
  GLuint slices;   /* where each slice is and what its values mean, see volume.glsl */
  GLuint presence; /* which of them are there */
  double unit_mm;  /* of distances along the normal, in the table */
  guint n_bins;
  guint8 *is_here; /* uploaded; by slice, a whole number of the table's rows */
  double magnitude; /* no modality value, and nothing on the way to one, is larger */
  guint64 serial;   /* of this volume as it is now: with every slice another */
  GError *failure;  /* of an upload; nothing is drawn then */
};

guint _neg_gl_bricks_get_n (const NegGlBricks *bricks);

/* Room for all voxels. */
gboolean _neg_gl_bricks_init (NegGlBricks *bricks, NegGlDevice *device, const NegVolume *volume, GError **error);
void _neg_gl_bricks_clear (NegGlBricks *bricks);
gboolean _neg_gl_bricks_upload (const NegGlBricks *bricks, const NegVolume *volume, guint slice, GError **error);
void _neg_gl_bricks_bind (const NegGlBricks *bricks, gboolean bound);

/* The two tables of @self. */
gboolean _neg_gl_slices_init (NegGlVolume *self, GError **error);
gboolean _neg_gl_slices_upload_presence (NegGlVolume *self, GError **error);

/* A sum of parts by column, row and sample, each in 32.32 fixed point (volume.glsl). */
gboolean _neg_gl_volume_bind_steps (NegGlVolume *self, NegGlDevice *device, const NegReformat *reformat, guint width,
                                    guint height, GError **error);

/* Always FALSE: what an upload failed of. */
gboolean _neg_gl_volume_fail (const NegGlVolume *self, GError **error);

/* FALSE where values in single precision would show: see NEG_GL_CONTRAST_MAX. */
gboolean _neg_gl_volume_check_contrast (const NegGlVolume *self, const NegVoi *voi, double scale, double steepness,
                                        GError **error);

/* The program of @mode for @self in use, with all that it samples the volume by. */
const NegGlProgram *_neg_gl_volume_use (NegGlVolume *self, NegGlDevice *device, NegGlMode mode,
                                        NegInterpolation interpolation, GError **error);
void _neg_gl_volume_unuse (NegGlVolume *self);

G_END_DECLS
