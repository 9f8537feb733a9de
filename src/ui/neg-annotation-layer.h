/* Annotations above the picture of a viewport: what is drawn of them, the label of the probe, the text of an arrow, what
 * hands and keys do to them. The viewport says what is on screen. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "export/neg-marks-cairo.h"
#include "ui/neg-annotation-hands.h"
#include "ui/neg-tool.h"

G_BEGIN_DECLS

#define NEG_TYPE_ANNOTATION_LAYER (neg_annotation_layer_get_type ())
G_DECLARE_FINAL_TYPE (NegAnnotationLayer, neg_annotation_layer, NEG, ANNOTATION_LAYER, GObject)

typedef struct {
  /* What is on screen, all of it belonging together (imaging pitfall 32); FALSE: nothing that could be measured. Where
   * nothing is measured (@is_needed FALSE) nothing has to be made for it. */
  gboolean (*get_image) (GtkWidget *viewport, gboolean is_needed, NegHandsImage *image);
  /* What the probe says about a point in image coordinates; given, nullable. */
  char *(*dup_probe) (GtkWidget *viewport, const NegHandsImage *image, const double point_px[2]);
  /* Draws what lies below the annotations and belongs to the image; FALSE: there is none. Nullable. */
  gboolean (*draw_below) (GtkWidget *viewport, const NegHandsImage *image, NegMarksStyle *style, cairo_t *cr);
} NegAnnotationLayerFuncs;

/* Signals: "changed" (): other marks are there;
 *          "failed" (const GError *error): a change could not be kept, and was taken back. */
NegAnnotationLayer *neg_annotation_layer_new (GtkWidget *viewport, const NegAnnotationLayerFuncs *functions,
                                              NegAnnotations *annotations); /* @viewport has it, and closes it */
void neg_annotation_layer_close (NegAnnotationLayer *layer);

void neg_annotation_layer_set_tool (NegAnnotationLayer *layer, NegTool tool);
gboolean neg_annotation_layer_is_tool (NegTool tool); /* one that draws, or the probe */

/* Another image, or (@is_same) the same one anew. */
void neg_annotation_layer_image_changed (NegAnnotationLayer *layer, gboolean is_same);
void neg_annotation_layer_forget (NegAnnotationLayer *layer); /* fonts or scale are others */
void neg_annotation_layer_snapshot (NegAnnotationLayer *layer, GtkSnapshot *snapshot, double line_px);
guint64 neg_annotation_layer_get_n_paints (NegAnnotationLayer *layer);

/* Places in logical pixels of the viewport. */
void neg_annotation_layer_set_pointer (NegAnnotationLayer *layer, gboolean is_there, double x, double y);
void neg_annotation_layer_update_probe (NegAnnotationLayer *layer);
/* With no button pressed. */
void neg_annotation_layer_motion (NegAnnotationLayer *layer, GtkEventController *controller, double x, double y);
/* The left button. TRUE: the drag is the layer's. */
gboolean neg_annotation_layer_begin_drag (NegAnnotationLayer *layer, GtkGestureDrag *drag, double x, double y);
gboolean neg_annotation_layer_has_draft (NegAnnotationLayer *layer); /* something is being drawn */
gboolean neg_annotation_layer_has_drag (NegAnnotationLayer *layer);
void neg_annotation_layer_update_drag (NegAnnotationLayer *layer, GtkGestureDrag *drag, double dx, double dy,
                                       gboolean is_end);
void neg_annotation_layer_cancel_drag (NegAnnotationLayer *layer);
/* A click that another tool made nothing of. */
void neg_annotation_layer_click (NegAnnotationLayer *layer, GtkGestureDrag *drag);
gboolean neg_annotation_layer_edit_text_at (NegAnnotationLayer *layer, double x, double y);

void neg_annotation_layer_remove (NegAnnotationLayer *layer); /* the selected one, where it is of this image */
void neg_annotation_layer_place (NegAnnotationLayer *layer);  /* one of the tool in hand, in the middle */

G_END_DECLS
