/* Draws what neg-overlay.h says above the picture of a widget: corners, letters, scale bar, band. Laid out texts are kept
 * from frame to frame. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "reading/neg-overlay.h"

G_BEGIN_DECLS

typedef struct _NegOverlayPainter NegOverlayPainter;

NegOverlayPainter *neg_overlay_painter_new (GtkWidget *widget); /* borrowed: it has the painter */
void neg_overlay_painter_free (NegOverlayPainter *painter);

/* Fonts, scale or size are others. */
void neg_overlay_painter_forget (NegOverlayPainter *painter);

/* What there is room for: where the texts of the two sides would meet only the essential ones are shown. */
NegCaptionsLevel neg_overlay_painter_fit_level (NegOverlayPainter *painter, NegCaptionsLevel level);

/* Texts of @overlay, which is kept by who calls and is drawn from then on; without an image no letters. */
void neg_overlay_painter_set (NegOverlayPainter *painter, const NegOverlay *overlay, gboolean has_image);
void neg_overlay_painter_snapshot (NegOverlayPainter *painter, GtkSnapshot *snapshot);
/* All of what @overlay says, by lines. Given. */
char *neg_overlay_painter_dup_text (const NegOverlay *overlay);

double neg_overlay_painter_get_line_px (NegOverlayPainter *painter); /* logical height of a line of its texts */

/* For other texts of the same kind; @width_px below 0: as wide as they are. Given. */
PangoLayout *neg_overlay_painter_new_layout (GtkWidget *widget, int width_px);
/* With a rim, dark round what is bright and bright round what is dark: readable on anything. */
void neg_overlay_painter_append_text (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y,
                                      const GdkRGBA *color);

/* In place of all of a plane or a rendering that may hold text in its pixels while fiction is on. */
void neg_overlay_painter_append_cover (GtkWidget *widget, GtkSnapshot *snapshot);

G_END_DECLS
