/* What the hands do to annotations in one viewport: draw a new one, take hold of one that is there, move it by keys. It
 * knows no widget: points are output pixels (device) of the image that comes with each call. Every change goes to
 * NegAnnotations; one that is being drawn goes there when it is complete. Thread: main. */
#pragma once

#include "imaging/neg-suv.h"
#include "reading/neg-annotations.h"

#include <gdk/gdk.h>

#include "imaging/neg-draw.h"
#include "pipeline/neg-pixels.h"

G_BEGIN_DECLS

#define NEG_TYPE_ANNOTATION_HANDS (neg_annotation_hands_get_type ())
G_DECLARE_FINAL_TYPE (NegAnnotationHands, neg_annotation_hands, NEG, ANNOTATION_HANDS, GObject)

/* What is on screen, all of it there (imaging pitfall 32); borrowed for the call. */
typedef struct {
  NegInstance *instance;
  guint32 frame; /* from 0 */
  const NegAnnotationPlane *plane; /* out of a volume; NULL: an image as it is in the file */
  NegDraw draw;
  NegPixels *held;
  const NegFrame *pixels; /* of @held */
  const NegSuv *suv;      /* nullable */
  double device_scale;    /* output pixels of a logical one */
  guint width, height;    /* output pixels */
} NegHandsImage;

/* Signals: "changed" (): what is being drawn;
 *          "failed" (const GError *error): something could not be kept, and was taken back;
 *          "text-wanted" (const char *uid): of an arrow that was just drawn. */
NegAnnotationHands *neg_annotation_hands_new (NegAnnotations *annotations);

/* The tool that is in the hand, NEG_ANNOTATION_N_KINDS: none of these. Gives up what is unfinished. */
void neg_annotation_hands_set_kind (NegAnnotationHands *hands, NegAnnotationKind kind);

/* The left button. @constrained: directions by 45 degrees. FALSE: not for annotations. */
gboolean neg_annotation_hands_press (NegAnnotationHands *hands, const NegHandsImage *image, const double point[2],
                                     gboolean constrained);
/* A place that the pointer passed on its way to the next motion: a freehand outline goes through it. */
void neg_annotation_hands_pass (NegAnnotationHands *hands, const NegHandsImage *image, const double point[2]);
/* With or without the button. */
void neg_annotation_hands_motion (NegAnnotationHands *hands, const NegHandsImage *image, const double point[2],
                                  gboolean constrained);
void neg_annotation_hands_release (NegAnnotationHands *hands, const NegHandsImage *image, const double point[2],
                                   gboolean constrained);
/* A click that another tool made nothing of: selects what is there, or nothing. */
void neg_annotation_hands_click (NegAnnotationHands *hands, const NegHandsImage *image, const double point[2]);
/* What is under the point, the selected one first; borrowed, nullable. */
NegAnnotation *neg_annotation_hands_find (NegAnnotationHands *hands, const NegHandsImage *image,
                                          const double point[2]);

/* The selected one, where it is of this image. */
void neg_annotation_hands_remove (NegAnnotationHands *hands, const NegHandsImage *image);
/* One of the kind in hand in the middle of what is seen, for keys to move it where it belongs. */
void neg_annotation_hands_place (NegAnnotationHands *hands, const NegHandsImage *image);

/* Arrows, Escape, Return. TRUE: the key was for annotations. */
gboolean neg_annotation_hands_key (NegAnnotationHands *hands, const NegHandsImage *image, guint keyval,
                                   GdkModifierType modifiers);
/* What keys have moved is one step, which ends here. */
void neg_annotation_hands_end_keys (NegAnnotationHands *hands);

void neg_annotation_hands_set_text (NegAnnotationHands *hands, const char *uid, const char *text);

/* Another image is shown, or none: gives up what is unfinished, ends what is being moved. */
void neg_annotation_hands_leave (NegAnnotationHands *hands);

/* What is being drawn, with its numbers as they are now; borrowed, nullable. */
const NegAnnotation *neg_annotation_hands_get_draft (NegAnnotationHands *hands);

G_END_DECLS
