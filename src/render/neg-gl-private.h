/* What the files of render/ share. Nothing here is seen outside. */
#pragma once

#include "render/neg-gl.h"

#include <epoxy/gl.h>

#include "imaging/neg-layers.h"

G_BEGIN_DECLS

/* One fragment shader, many variants: a variant is data, the preamble of defines is written from it. */
typedef enum {
  NEG_GL_MODE_GREY,
  NEG_GL_MODE_PALETTE,
  NEG_GL_MODE_COLOR,
  NEG_GL_MODE_N,
} NegGlMode;

typedef struct {
  NegGlMode mode;
  NegSampleType sample_type;
  NegInterpolation interpolation;
  gboolean exact; /* double precision; else single */
} NegGlVariant;

/* Texture units, one purpose each. */
typedef enum {
  NEG_GL_UNIT_IMAGE,
  NEG_GL_UNIT_STEPS,
  NEG_GL_UNIT_MODALITY,
  NEG_GL_UNIT_VOI,
  NEG_GL_UNIT_PALETTE,
  NEG_GL_UNIT_PRESENTATION,
  NEG_GL_UNIT_CURVE,
  NEG_GL_UNIT_LAYERS,
  NEG_GL_UNIT_LAYER_COLORS,
  NEG_GL_UNIT_N,
} NegGlUnit;

/* Locations are -1 where a variant has no such uniform; GL ignores those. */
typedef struct {
  GLuint id;
  GLint image_size, origin, size, rows_from_top;
  GLint affine_x, affine_y;
  GLint padding_active, padding;
  GLint has_modality_lut, modality_first, modality_last, modality, reference;
  GLint voi_kind, window, voi_first, voi_last, voi_maximum;
  GLint palette_first, palette_last, palette_supplemental;
  GLint color_shift, inverted, luminance;
  GLint presentation_last, presentation_maximum, has_curve, dithered, layers_size;
} NegGlProgram;

/* A small texture of what a draw looks up, uploaded again only when its content changes. */
typedef struct {
  GLuint id;
  void *content;
  gsize bytes;
  int width;
  guint64 serial; /* of layers, in place of their content */
} NegGlTable;

struct _NegGlDevice {
  char *renderer;
  gboolean is_software;
  gboolean has_double;
  int max_texture_size;
  guint64 n_uploads;
  GHashTable *programs; /* key of the variant -> NegGlProgram */
  GLuint vertex_array;
  NegGlTable tables[NEG_GL_UNIT_N];
  GLuint framebuffer, renderbuffer;
  guint target_width, target_height;
};

struct _NegGlImage {
  GLuint texture;
  NegFrameFormat format;
};

/* Forgets errors that others left behind, so that the next report is about us. */
void neg_gl_clear_errors (void);

/* FALSE and an error when GL reports one; @where says what was being done. */
gboolean neg_gl_check (const char *where, GError **error);

/* Borrowed; compiled on first use. */
const NegGlProgram *neg_gl_device_get_program (NegGlDevice *device, const NegGlVariant *variant, GError **error);

void neg_gl_program_free (NegGlProgram *program);

/* Each binds the table of its unit, uploading what differs from the last time. */
gboolean neg_gl_table_bind_lut (NegGlDevice *device, NegGlUnit unit, const NegLut *lut, GError **error);
gboolean neg_gl_table_bind_palette (NegGlDevice *device, const NegLut *luts, GError **error);
gboolean neg_gl_table_bind_steps (NegGlDevice *device, const NegAffine *affine, guint width, guint height,
                                  GError **error);
gboolean neg_gl_table_bind_curve (NegGlDevice *device, const NegDisplayCurve *curve, GError **error);
/* @layers nullable: then none are bound. */
gboolean neg_gl_table_bind_layers (NegGlDevice *device, const NegLayers *layers, GError **error);
void neg_gl_table_clear (NegGlTable *table);

G_END_DECLS
