/* What `render` is asked for, and the parts of doing it. */
#pragma once

#include "commands/neg-commands-private.h"
#include "imaging/neg-layers.h"

G_BEGIN_DECLS

typedef enum { NEG_RENDERER_AUTO, NEG_RENDERER_GL, NEG_RENDERER_CPU } NegRenderer;

typedef struct {
  int frame; /* from 1 */
  int voi;   /* from 1; 0: the first */
  guint width, height; /* 0: one output pixel per image pixel */
  gboolean has_window;
  NegVoi window;
  NegInterpolation interpolation;
  NegRenderer renderer;
  gboolean annotations, anonymous, subtract;
  char *presentation_state; /* path; nullable */
} NegRenderOptions;

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

/* The presentation of @source's state; NULL: none. */
const NegPresentation *neg_render_source_get_presentation (const NegRenderSource *source);

G_END_DECLS
