/* What the files of render/ share. Nothing here is seen outside. */
#pragma once

#include "render/neg-gl.h"

#include <epoxy/gl.h>

#include "imaging/neg-layers.h"
#include "imaging/neg-reformat.h"

G_BEGIN_DECLS

/* Few fragment shaders, many variants: a variant is data, the preamble of defines is written from it. */
typedef enum {
  NEG_GL_MODE_GREY,
  NEG_GL_MODE_PALETTE,
  NEG_GL_MODE_COLOR,
  NEG_GL_MODE_VALUES, /* what a plane through a volume shows where */
  NEG_GL_MODE_PLANE,  /* those values, drawn */
  NEG_GL_MODE_CAST,   /* rays through a volume */
  NEG_GL_MODE_N,
} NegGlMode;

typedef struct {
  NegGlMode mode;
  NegSampleType sample_type;
  NegInterpolation interpolation;
  gboolean exact; /* double precision; else single */
  guint n_bricks; /* of a volume; else 0 */
} NegGlVariant;

/* Texture units, one purpose each. What a volume is drawn by has some that it does not share with images: 16 is all that
 * OpenGL promises, and bricks want many. */
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
  NEG_GL_UNIT_VOLUME_STEPS,
  NEG_GL_UNIT_SLICES,
  NEG_GL_UNIT_PRESENCE,
  NEG_GL_UNIT_N, /* and a unit for each brick from here */

  NEG_GL_UNIT_VALUES = NEG_GL_UNIT_IMAGE,
  NEG_GL_UNIT_FUSED_VALUES = NEG_GL_UNIT_LAYERS,
  NEG_GL_UNIT_FUSED_VOI = NEG_GL_UNIT_PALETTE,
  NEG_GL_UNIT_FUSED_COLORS = NEG_GL_UNIT_LAYER_COLORS,
  NEG_GL_UNIT_RAY_COLORS = NEG_GL_UNIT_LAYER_COLORS,
} NegGlUnit;

#define NEG_GL_BRICKS_MAX 16

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
  GLint volume_size, brick_strides, brick_counts, n_bins, end, n_samples, projection;
  GLint has_fusion, fused_kind, fused_window, fused_lut, opacity, voi_window, voi_lut_range;
  GLint right, down, direction, box_low, box_high, clips, clip_slopes, n_clips, step_mm;
  GLint rate, view, voxel_mm, slice_step, flatness, is_mip, enough, color_scale;
} NegGlProgram;

/* A small texture of what a draw looks up, uploaded again only when its content changes. */
typedef struct {
  GLuint id;
  void *content;
  gsize bytes;
  int width;
  guint64 serial; /* of layers, in place of their content */
} NegGlTable;

/* What a plane through a volume shows, kept: another window needs no samples. */
typedef struct {
  GLuint texture, framebuffer;
  guint width, height;
  guint64 serial; /* of the volume; 0: nothing */
  NegReformat reformat;
} NegGlValues;

struct _NegGlDevice {
  char *renderer;
  gboolean is_software;
  gboolean has_double;
  int max_texture_size;
  guint n_bricks_max;
  guint64 n_uploads;
  GHashTable *programs; /* key of the variant -> NegGlProgram */
  GLuint vertex_array;
  NegGlTable tables[NEG_GL_UNIT_N];
  GLuint framebuffer, renderbuffer;
  guint target_width, target_height;
  NegGlValues values[2]; /* of a volume, of what is laid over it */
};

struct _NegGlImage {
  GLuint texture;
  NegFrameFormat format;
};

/* Forgets errors that others left behind, so that the next report is about us. */
void neg_gl_clear_errors (void);

/* FALSE and an error when GL reports one; @where says what was being done. */
gboolean neg_gl_check (const char *where, GError **error);

/* Where a pass draws to, in the bound framebuffer. */
typedef struct {
  int x, y;
  guint width, height;
  gboolean rows_from_top; /* row 0 of the picture is the rectangle's upper edge; else its lower one */
  gboolean luminance;     /* a colour becomes a grey */
  guint rows_at_once;     /* 0: all. What takes long is handed over in bands, or a driver takes it for dead */
} NegGlTarget;

/* One triangle over @target by the program in use. Afterwards no program, no array, GL's defaults and the former
 * viewport: what GTK and other users of the context may take for granted. */
void neg_gl_target_draw (NegGlDevice *device, const NegGlTarget *target);

/* What was bound before a picture in memory was drawn. */
typedef struct {
  GLint drawn_to, read_from;
} NegGlFormer;

/* Binds a framebuffer of the picture's size. */
gboolean neg_gl_target_begin (NegGlDevice *device, const NegPicture *picture, NegGlFormer *former, GError **error);

/* Reads it back when @done, and binds what was; FALSE where either did not work. */
gboolean neg_gl_target_end (const NegPicture *picture, gboolean done, const NegGlFormer *former, GError **error);

/* Single precision serves while the values of a picture span no more than this many windows: at 2^12 and a dozen
 * roundings of 2^-24 an interpolated value is off by a quarter of a grey level at most. */
#define NEG_GL_CONTRAST_MAX 4096.0

/* Where what follows the VOI is steeper than this, not even the result of the VOI is precise enough in single. */
#define NEG_GL_STEEPNESS_MAX 8192.0

/* The number that the shaders know it by. */
int neg_gl_display_get_kind (const NegVoi *voi);

/* Both linear functions are one ramp (C.11.2.1.2.1, C.11.2.1.3.2); a span of 0 is a threshold. */
void neg_gl_display_get_ramp (const NegVoi *voi, double *middle, double *span);

/* How many levels one level of the VOI's output may become on its way to the display; at least 1. */
double neg_gl_display_get_steepness (const NegDraw *draw);

/* What of the modality's values the whole range of grey levels takes, where the VOI is steepest. */
double neg_gl_display_get_span (const NegVoi *voi);

/* The tables of @draw's VOI and of what follows, and its uniforms; those of the target alone. */
gboolean neg_gl_display_bind (NegGlDevice *device, const NegDraw *draw, GError **error);
void neg_gl_display_set (const NegGlProgram *program, const NegDraw *draw, const NegGlTarget *target);
/* Uniforms of voi.glsl: the window, and the range of a table. Values times @scale go in. */
void neg_gl_display_set_voi (const NegVoi *voi, double scale, GLint window, GLint lut_range);
void neg_gl_display_set_target (const NegGlProgram *program, const NegGlTarget *target);

/* Borrowed; compiled on first use. */
const NegGlProgram *neg_gl_device_get_program (NegGlDevice *device, const NegGlVariant *variant, GError **error);

void neg_gl_program_free (NegGlProgram *program);

typedef struct {
  GLint internal_format;
  GLenum format, type;
  int width, height;
  gsize bytes;
} NegGlTableLayout;

/* A value as 32.32 fixed point, rounded down. FALSE where it is beyond 2^29, and no number. */
gboolean neg_gl_put_fixed (double value, gint32 fixed[2]);

/* Binds the table of @unit, filled with @content, which is taken, where that differs. */
gboolean neg_gl_table_bind_content (NegGlDevice *device, NegGlUnit unit, const NegGlTableLayout *layout,
                                    void *content, GError **error);

/* An empty texture, bound to the unit that is active. */
GLuint neg_gl_table_make_texture (void);

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
