/* What `render` is asked for, and the parts of doing it. */
#pragma once

#include "commands/neg-commands-private.h"
#include "imaging/neg-layers.h"
#include "imaging/neg-reformat.h"
#include "pipeline/neg-volume-load.h"

G_BEGIN_DECLS

typedef enum { NEG_RENDERER_AUTO, NEG_RENDERER_GL, NEG_RENDERER_CPU } NegRenderer;

/* A plane out of a volume instead of an image. */
typedef struct {
  gboolean wanted, has_point;
  double normal[3], up[3]; /* unit, perpendicular: neg_reformat_init() */
  double point_mm[3];      /* in the middle of the picture; else the volume's */
  double field_mm[2];      /* across, down; 0: all of the volume */
  double slab_mm;          /* 0: no slab */
  NegProjection projection;
} NegRenderPlane;

typedef struct {
  int frame; /* from 1 */
  int voi;   /* from 1; 0: the first */
  guint width, height; /* 0: one output pixel per image pixel, or per finest spacing of the volume */
  gboolean has_window;
  NegVoi window;
  NegInterpolation interpolation;
  NegRenderer renderer;
  gboolean annotations, anonymous, subtract;
  char *presentation_state; /* path; nullable */
  NegRenderPlane plane;
} NegRenderOptions;

/* Options that are written as text; NULL where not given. */
typedef struct {
  char *size, *window, *interpolation, *renderer;
  char *plane, *normal, *up, *at, *field, *slab, *projection;
} NegRenderWords;

/* Into @options, whose other members are set. The exit status; what is wrong is printed. */
int neg_render_options_parse (NegRenderOptions *options, const NegRenderWords *words);
void neg_render_words_clear (NegRenderWords *words);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegRenderWords, neg_render_words_clear)

/* What is drawn: the frame, or a difference of frames, how, and what lies above. */
typedef struct {
  NegPixels *pixels;
  float *difference;   /* of @frame, where a mask is subtracted */
  NegFrame frame;
  NegInstance *state;  /* the object of the presentation state; nullable */
  NegLayers *layers;   /* nullable */
  NegDraw draw;        /* borrows from all of these */
  guint width, height;
} NegRenderSource;

/* @draw is complete but for the interpolation. */
gboolean neg_render_source_init (NegRenderSource *source, NegEnginePool *pool, const NegRenderOptions *options,
                                 NegSubject *subject, GError **error);
void neg_render_source_clear (NegRenderSource *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegRenderSource, neg_render_source_clear)

/* The Nth of the object's own windows and tables is there, where one was asked for. */
gboolean neg_render_check_voi (const NegRenderOptions *options, const NegInstance *instance, guint32 frame,
                               GError **error);

/* A grey or coloured picture with its memory (g_free its pixels), black. */
gboolean neg_render_picture_init (NegPicture *picture, guint width, guint height, guint channels, GError **error);

/* A plane or slab through a volume. */
typedef struct {
  NegVolumeLoad *load;
  NegVolume *volume; /* of the load */
  NegReformat reformat;
  guint width, height;
  gboolean is_square;            /* its pixels */
  const NegSeriesFrame *nearest; /* the image whose window and polarity it is */
  guint index;                   /* of it in the series */
  NegDraw look;                  /* of modality values; borrows from the series */
} NegRenderSection;

/* Where it is wanted. */
gboolean neg_render_annotate (const NegRenderSection *section, const NegRenderOptions *options,
                              const NegPicture *picture, GError **error);

/* A plane out of the volume that @path holds, as the picture @output. */
gboolean neg_render_volume (const NegRenderOptions *options, NegEnginePool *pool, const char *path, const char *output,
                            GError **error);

/* The presentation of @source's state; NULL: none. */
const NegPresentation *neg_render_source_get_presentation (const NegRenderSource *source);

G_END_DECLS
