/* One viewport: shows one image of one series as its NegViewState says, and turns what the hands do into changes of
 * that state. It draws by OpenGL or by the CPU; the picture is the same. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"
#include "reading/neg-view-state.h"

G_BEGIN_DECLS

typedef enum {
  NEG_RENDERER_AUTO, /* OpenGL where a graphics processor computes it */
  NEG_RENDERER_GL,
  NEG_RENDERER_CPU,
} NegRenderer;

#define NEG_TYPE_VIEWPORT (neg_viewport_get_type ())
G_DECLARE_FINAL_TYPE (NegViewport, neg_viewport, NEG, VIEWPORT, GtkWidget)

/* Signals: "changed" (): another image, another window, or the same image has arrived or failed;
 *          "series-requested" (int step): the key for the next (+1) or previous (-1) series;
 *          "renderer-changed" (): see neg_viewport_get_renderer_note(). */

void neg_viewport_set_store (NegViewport *viewport, NegFrameStore *store); /* nullable */
void neg_viewport_set_renderer (NegViewport *viewport, NegRenderer renderer); /* before it is realized */

/* How it draws, and why when that is not what was asked for; translated, borrowed. */
const char *neg_viewport_get_renderer_note (NegViewport *viewport);

void neg_viewport_show_series (NegViewport *viewport, NegSeries *series); /* nullable */

/* Goes on with a series that holds the image shown; FALSE when @series does not. */
gboolean neg_viewport_follow_series (NegViewport *viewport, NegSeries *series);

const NegViewState *neg_viewport_get_state (NegViewport *viewport); /* borrowed */
gboolean neg_viewport_has_image (NegViewport *viewport);            /* pixels are on screen */

void neg_viewport_set_index (NegViewport *viewport, guint index);
void neg_viewport_set_preset (NegViewport *viewport, guint preset);
void neg_viewport_invert (NegViewport *viewport);
void neg_viewport_fit (NegViewport *viewport);
void neg_viewport_set_true_pixels (NegViewport *viewport);
void neg_viewport_cycle_captions (NegViewport *viewport);

/* What is written while nothing is shown; nullable. */
void neg_viewport_set_idle_text (NegViewport *viewport, const char *text);

G_END_DECLS
