/* What the files of the hands share. */
#pragma once

#include "ui/neg-annotation-hands.h"

G_BEGIN_DECLS

#define NEG_HANDS_CLICK_PX 4.0 /* logical: a drag this short was a click */

typedef enum {
  NEG_HOLD_NOTHING,
  NEG_HOLD_DRAFT, /* the button is down on what is being drawn */
  NEG_HOLD_HANDLE,
  NEG_HOLD_BODY,
} NegHold;

struct _NegAnnotationHands {
  GObject parent_instance;

  NegAnnotations *annotations;
  NegAnnotationKind kind;

  NegAnnotation *draft; /* nullable; its last point follows the pointer */
  GArray *fixed;        /* double: the points of the draft that stay */
  gboolean fixed_by_press;

  NegHold hold;
  guint handle;
  double press[2], press_image_px[2];
  gboolean has_moved;
  NegAnnotation *base; /* what is being moved, as it was; nullable */
  guint gesture;
  gboolean was_clicked; /* the selected one: arrow keys are its own */
  gboolean moves_by_keys;

  /* What a large region is to be measured on when it stays where it is; nullable, both or none */
  NegInstance *later_instance;
  NegPixels *later_pixels;
  guint32 later_frame;
  gboolean later_has_suv;
  NegSuv later_suv;
};

void _neg_hands_emit_changed (NegAnnotationHands *self);
void _neg_hands_fail (NegAnnotationHands *self, const GError *error);
void _neg_hands_want_text (NegAnnotationHands *self, const char *uid);

double _neg_hands_get_distance (const double a[2], const double b[2]);
void _neg_hands_to_image (const NegHandsImage *image, const double point[2], double image_px[2]);
void _neg_hands_to_output (const NegHandsImage *image, const double image_px[2], double point[2]);
/* As on the screen, where pixels are as high as they are wide: a box becomes a square on the patient. */
void _neg_hands_constrain (const NegHandsImage *image, const double from_px[2], double to_px[2]);
gboolean _neg_hands_is_box (NegAnnotationKind kind);
/* Of a large region nothing but its area: a hand does not wait for millions of pixels. */
void _neg_hands_measure (NegAnnotationHands *self, const NegHandsImage *image, NegAnnotation *annotation);
/* What was left out, of the annotation as it is now. */
void _neg_hands_measure_later (NegAnnotationHands *self, const char *uid);

NegAnnotation *_neg_hands_get_selected (NegAnnotationHands *self, const NegHandsImage *image); /* on this image */
void _neg_hands_select (NegAnnotationHands *self, const NegAnnotation *annotation);

void _neg_hands_begin_move (NegAnnotationHands *self, NegAnnotation *annotation, NegHold hold);
void _neg_hands_put_moved (NegAnnotationHands *self, const NegHandsImage *image, NegAnnotation *moved);
void _neg_hands_end_move (NegAnnotationHands *self);
void _neg_hands_cancel_move (NegAnnotationHands *self);

void _neg_hands_drop_draft (NegAnnotationHands *self);
void _neg_hands_press_draft (NegAnnotationHands *self, const NegHandsImage *image, const double point[2],
                             gboolean constrained);
void _neg_hands_move_draft (NegAnnotationHands *self, const NegHandsImage *image, const double point[2],
                            gboolean constrained);
void _neg_hands_pass_draft (NegAnnotationHands *self, const NegHandsImage *image, const double point[2]);
void _neg_hands_release_draft (NegAnnotationHands *self, const NegHandsImage *image, const double point[2],
                               gboolean constrained);
/* One of the kind in hand, with points of the screen; complete at once. */
void _neg_hands_place (NegAnnotationHands *self, const NegHandsImage *image, const double *points, guint n_points);

G_END_DECLS
