/* What the files of the viewport share. */
#pragma once

#include "reading/neg-captions.h"
#include "imaging/neg-layers.h"
#include "reading/neg-overlay.h"
#include "reading/neg-view-presentation.h"
#include "ui/neg-annotation-layer.h"
#include "ui/neg-cpu-canvas.h"
#include "ui/neg-gl-canvas.h"
#include "ui/neg-overlay-painter.h"
#include "ui/neg-viewport.h"

G_BEGIN_DECLS

struct _NegViewport {
  GtkWidget parent_instance;

  NegReading *reading;
  guint cell;
  NegFrameStore *store;
  gulong frame_ready_handler;

  /* The frame of the state, as far as it is there */
  NegPixels *pixels;
  GError *failure;
  gboolean is_covered;   /* as a whole: its pixels are not even taken */
  NegInstance *instance; /* what own borrows from */
  NegDraw own;           /* as the file says, with own_preset */
  guint own_preset;
  const NegPresentation *own_presentation; /* to be compared only */
  NegLayers *layers;                       /* what own borrows; nullable */
  gboolean has_window; /* windows mean something for it */

  NegInterpolation interpolation;
  NegDisplayCurve *curve; /* nullable */
  NegRenderer renderer;
  char *renderer_note;
  GtkWidget *gl; /* NULL: the CPU draws */
  guint drop_gl_source;
  NegCpuCanvas *cpu;
  GdkTexture *texture; /* what the CPU drew; NULL: to be drawn */
  gboolean is_new_frame; /* the CPU has drawn nothing of it yet */
  guint64 n_uploads;     /* besides those of gl */

  NegCaptionsLevel level;
  NegOverlay overlay;
  gboolean overlay_is_old;
  NegOverlayPainter *painter;
  PangoLayout *message;                /* in the middle, instead of an image */
  char *idle_text;

  /* Hands */
  NegTool tool;
  double pointer_x, pointer_y; /* logical pixels */
  gboolean wheel_reversed;
  double scroll_rest;
  guint32 wheel_time_ms;
  guint wheel_run, wheel_gesture;
  guint gesture; /* of the drag that goes on */
  NegTool drag_tool;
  NegVoi drag_voi;
  gboolean drag_has_voi;
  double drag_x, drag_y; /* the offset that was applied already */
  double drag_rest;      /* of an image, while scrolling */
  gboolean has_magnifier;
  double magnifier_x, magnifier_y; /* logical pixels */
  NegCpuCanvas *magnifier;

  /* Annotations */
  NegAnnotations *annotations; /* nullable */
  NegAnnotationLayer *layer;   /* nullable */
  const NegInstance *marks_instance; /* to be compared only */
  guint32 marks_frame;
  NegSeries *suv_series;       /* to be compared only */
  NegInstance *suv_instance;   /* to be compared only */
  gboolean is_loading;
  gboolean has_suv;
  NegSuv suv;
};

const NegViewState *_neg_viewport_get_state (NegViewport *self);

/* Window, zoom and so on as drawn now; FALSE while there is no image. */
gboolean _neg_viewport_prepare (NegViewport *self, NegDraw *draw);

void _neg_viewport_snapshot_magnifier (NegViewport *self, GtkSnapshot *snapshot);

void _neg_viewport_annotations_image_changed (NegViewport *self);
gboolean _neg_viewport_is_key_image (NegViewport *self);
void _neg_viewport_forget_marks (NegViewport *self); /* fonts or scale are others */
void _neg_viewport_snapshot_annotations (NegViewport *self, GtkSnapshot *snapshot);
void _neg_viewport_dispose_annotations (NegViewport *self);

void _neg_viewport_class_init_input (GtkWidgetClass *class);
void _neg_viewport_init_input (NegViewport *self);

void _neg_viewport_forget_texts (NegViewport *self);
void _neg_viewport_drop_texts (NegViewport *self); /* fonts, scale or size are others */
void _neg_viewport_snapshot_texts (NegViewport *self, GtkSnapshot *snapshot);
void _neg_viewport_update_accessible (NegViewport *self);

G_END_DECLS
