/* What the files of the viewport share. */
#pragma once

#include "reading/neg-captions.h"
#include "ui/neg-cpu-canvas.h"
#include "ui/neg-gl-canvas.h"
#include "ui/neg-viewport.h"

G_BEGIN_DECLS

struct _NegViewport {
  GtkWidget parent_instance;

  NegViewState state;
  NegFrameStore *store;
  gulong frame_ready_handler;
  guint prefetch_source;

  /* The frame of the state, as far as it is there */
  NegPixels *pixels;
  GError *failure;
  NegInstance *instance; /* what own borrows from */
  NegDraw own;           /* as the file says, with own_preset */
  guint own_preset;
  gboolean has_window; /* windows mean something for it */

  NegRenderer renderer;
  char *renderer_note;
  GtkWidget *gl; /* NULL: the CPU draws */
  guint drop_gl_source;
  NegCpuCanvas *cpu;
  GdkTexture *texture; /* what the CPU drew; NULL: to be drawn */

  NegCaptionsLevel level;
  PangoLayout *corners[NEG_N_CORNERS]; /* NULL: to be made */
  PangoLayout *message;                /* in the middle, instead of an image */
  char *idle_text;

  /* Hands */
  double pointer_x, pointer_y; /* logical pixels */
  double scroll_rest;
  NegVoi drag_voi;
  gboolean drag_has_voi;
  double drag_x, drag_y; /* the offset that was applied already */
};

/* Device pixels of the viewport. */
guint _neg_viewport_get_width_px (NegViewport *self);
guint _neg_viewport_get_height_px (NegViewport *self);

/* After the state's index or series changed, and after its window or place changed. */
void _neg_viewport_frame_changed (NegViewport *self);
void _neg_viewport_look_changed (NegViewport *self);

/* Window, zoom and so on as drawn now; FALSE while there is no image. */
gboolean _neg_viewport_prepare (NegViewport *self, NegDraw *draw);

void _neg_viewport_class_init_input (GtkWidgetClass *class);
void _neg_viewport_init_input (NegViewport *self);

void _neg_viewport_forget_texts (NegViewport *self);
void _neg_viewport_snapshot_texts (NegViewport *self, GtkSnapshot *snapshot);
void _neg_viewport_update_accessible (NegViewport *self);

G_END_DECLS
