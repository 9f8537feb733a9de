/* What the files of the viewport of a plane share. */
#pragma once

#include "ui/neg-annotation-layer.h"
#include "ui/neg-gl-volume-child.h"
#include "ui/neg-mpr-viewport.h"
#include "ui/neg-overlay-painter.h"
#include "ui/neg-plane-canvas.h"

G_BEGIN_DECLS

/* What of the crosshair is under the hand. */
typedef enum {
  NEG_GRIP_NOTHING,
  NEG_GRIP_POINT,
  NEG_GRIP_LINE,
  NEG_GRIP_HANDLE, /* turns the lines */
} NegGrip;

struct _NegMprViewport {
  GtkWidget parent_instance;

  NegReading *reading;
  NegVolumeReading *volumes;
  NegMprPlane plane;

  /* The picture */
  NegRenderer renderer;
  NegGlVolumeChild gl;
  NegPlaneCanvas *canvas;
  NegDisplayCurve *curve; /* nullable */
  GdkTexture *texture;    /* NULL: to be drawn */
  guint texture_cell;
  NegPlaneView drawn; /* what texture shows */
  NegVolume *drawn_volume, *drawn_fused; /* kept: another one at the same place in memory would be taken for it */
  GError *failure;    /* nullable */
  guint wait_source;  /* until then the picture before stays, with all that is drawn on it */
  guint n_visible;

  /* Texts and lines */
  NegOverlayPainter *painter;
  NegOverlay overlay;
  gboolean overlay_is_old;
  PangoLayout *message; /* in the middle, instead of a picture */
  NegCaptionsLevel level;
  gboolean has_lines;

  /* Annotations */
  NegAnnotations *annotations; /* nullable */
  NegAnnotationLayer *layer;   /* nullable */
  NegReformat measuring;       /* the plane that the layer knows, */
  char *measuring_uid;         /* of this series; nullable */
  gboolean has_suv;
  NegSuv suv;
  /* Hands */
  NegTool tool;
  gboolean wheel_reversed;
  double pointer_x, pointer_y; /* logical pixels */
  gboolean has_pointer;
  double scroll_rest;
  guint32 wheel_time_ms;
  guint wheel_run, wheel_gesture;
  guint gesture; /* of the drag that goes on */
  gboolean is_dragging;
  NegTool drag_tool;
  NegGrip drag_grip;
  gboolean drag_is_tilt;
  NegMprPlane drag_plane; /* whose line is held */
  NegVoi drag_voi;
  double drag_x, drag_y;      /* the offset that was applied already */
  double drag_start_px[2];    /* the point, as it was */
  double drag_angle_rad;      /* applied already */
  double drag_rest;
  const char *cursor;         /* that is shown; borrowed, nullable */
};

/* FALSE while nothing can be drawn. The picture may be of cells. */
gboolean _neg_mpr_viewport_get_view (NegMprViewport *self, NegPlaneView *view);
gboolean _neg_mpr_viewport_has_picture (NegMprViewport *self);
void _neg_mpr_viewport_snapshot_picture (NegMprViewport *self, GtkSnapshot *snapshot);
/* What is drawn may be another one. TRUE: the next one is waited for, until then what was drawn stays. */
gboolean _neg_mpr_viewport_forget_picture (NegMprViewport *self);
void _neg_mpr_viewport_drop_picture (NegMprViewport *self);   /* and what it is of */

/* The lines of the other planes. Places in output pixels. */
gboolean _neg_mpr_viewport_get_point (NegMprViewport *self, double point_px[2]);
void _neg_mpr_viewport_snapshot_lines (NegMprViewport *self, GtkSnapshot *snapshot);
NegGrip _neg_mpr_viewport_find_grip (NegMprViewport *self, const double place_px[2], NegMprPlane *other);

void _neg_mpr_viewport_forget_texts (NegMprViewport *self);
void _neg_mpr_viewport_drop_texts (NegMprViewport *self); /* fonts, scale or size are others */
void _neg_mpr_viewport_snapshot_texts (NegMprViewport *self, GtkSnapshot *snapshot);
void _neg_mpr_viewport_update_accessible (NegMprViewport *self);

void _neg_mpr_viewport_annotations_plane_changed (NegMprViewport *self); /* it may be another one */
void _neg_mpr_viewport_snapshot_annotations (NegMprViewport *self, GtkSnapshot *snapshot);
void _neg_mpr_viewport_dispose_annotations (NegMprViewport *self);

void _neg_mpr_viewport_class_init_input (GtkWidgetClass *class);
void _neg_mpr_viewport_init_input (NegMprViewport *self);

G_END_DECLS
