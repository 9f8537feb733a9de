/* What a presentation state says (PS3.3 A.33, C.11.11 and the modules named below), and what a key object selection
 * says. Values are as in the file; nothing is filled in from the images referred to: an absent stage is an identity
 * (PS3.4 N.2). Owned by the NegInstance they were read from, or built by whoever writes one.
 * Thread: immutable once built; references may be taken and dropped on any thread. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

typedef struct {
  char *study_uid;  /* nullable: that of the state */
  char *series_uid; /* nullable inside of a state's parts */
  char *sop_class_uid, *sop_instance_uid;
  guint32 n_frames;
  guint32 *frames; /* from 1; none: all */
} NegImageReference;

void neg_image_reference_clear (NegImageReference *reference);

typedef struct {
  guint32 n;
  NegImageReference *items;
} NegImageReferences;

void neg_image_references_clear (NegImageReferences *references);
/* Frame @frame (from 0) of that object is meant; with no references at all everything is. */
gboolean neg_image_references_contain (const NegImageReferences *references, const char *sop_instance_uid,
                                       guint32 frame);

typedef enum {
  NEG_UNITS_PIXEL,   /* column, row; 0, 0 is the top left corner of the first pixel: image coordinates */
  NEG_UNITS_DISPLAY, /* 0..1 of the displayed area */
  NEG_UNITS_MATRIX,  /* as PIXEL, of a total matrix */
} NegGraphicUnits;

typedef enum {
  NEG_GRAPHIC_POINT,
  NEG_GRAPHIC_POLYLINE,
  NEG_GRAPHIC_INTERPOLATED,
  NEG_GRAPHIC_CIRCLE,  /* centre, point on the rim */
  NEG_GRAPHIC_ELLIPSE, /* ends of the major axis, ends of the minor axis */
} NegGraphicType;

typedef struct {
  NegGraphicType type;
  NegGraphicUnits units;
  gboolean is_filled;
  guint32 n_points;
  double *points; /* x (column), y (row) */
} NegGraphic;

typedef struct {
  char *text;
  gboolean has_box, has_anchor, anchor_visible;
  NegGraphicUnits box_units, anchor_units;
  double box[4];    /* top left x, y, bottom right x, y, as it is read after the transformation */
  double anchor[2];
  char *justification; /* LEFT, RIGHT, CENTER; nullable */
} NegGraphicText;

typedef struct {
  char *layer;
  NegImageReferences references;
  guint32 n_graphics, n_texts;
  NegGraphic *graphics;
  NegGraphicText *texts;
} NegGraphicAnnotation;

typedef struct {
  char *name, *description;
  gint32 order; /* higher is drawn later */
  gboolean has_gray, has_color;
  guint16 gray;     /* P-value */
  double color_lab[3]; /* CIELab as C.10.7.1.1 scales it, in L*, a*, b* */
} NegGraphicLayer;

typedef enum {
  NEG_AREA_SCALE_TO_FIT,
  NEG_AREA_TRUE_SIZE,
  NEG_AREA_MAGNIFY,
} NegAreaMode;

/* C.10.4. Corners in pixels of the stored image, column and row from 1, named as seen AFTER rotation and flip; they may
 * lie outside of the image. */
typedef struct {
  NegImageReferences references;
  NegAreaMode mode;
  gint32 top_left[2], bottom_right[2]; /* column, row */
  gboolean has_spacing, has_aspect;
  double spacing_mm[2];   /* row, column */
  guint32 aspect[2];      /* vertical, horizontal */
  double magnification;   /* screen pixels per image pixel; MAGNIFY */
} NegDisplayedArea;

/* One item of the Softcopy VOI LUT Sequence (C.11.8). */
typedef struct {
  NegImageReferences references;
  guint32 n_windows, n_luts;
  NegWindow *windows;
  NegVoiFunction function;
  NegLut *luts;
} NegSoftcopyVoi;

typedef enum {
  NEG_STATE_GRAYSCALE,
  NEG_STATE_COLOR,
  NEG_STATE_PSEUDO_COLOR,
  NEG_STATE_XA_XRF,   /* the modality LUT of the image is ignored (PS3.4 N.2.5) */
  NEG_STATE_OTHER,    /* blending, volumes: known by name, not applied; the window says so */
} NegPresentationKind;

struct _NegPresentation {
  NegPresentationKind kind;
  char *label, *description, *creator, *created_date, *created_time;
  NegImageReferences references; /* with series; everything else refers to some of these */

  gboolean has_rescale;
  double rescale_slope, rescale_intercept;
  char *rescale_type;
  NegLut modality_lut;

  guint32 n_vois;
  NegSoftcopyVoi *vois;

  gboolean is_inverse;     /* Presentation LUT Shape INVERSE */
  NegLut presentation_lut; /* n_entries 0: a shape */
  NegLut palette[3];       /* pseudo-color */

  NegShutter shutter;
  guint32 n_masks;
  NegMaskItem *masks;

  guint32 n_areas;
  NegDisplayedArea *areas;
  guint rotation_deg;  /* 0, 90, 180, 270 clockwise, first */
  gboolean is_flipped; /* left and right exchanged, then */

  guint32 n_overlays;  /* of the state itself, and activations of those of the image: no bits, a layer */
  NegOverlayPlane *overlays;
  guint32 n_layers;
  NegGraphicLayer *layers;
  guint32 n_annotations;
  NegGraphicAnnotation *annotations;
  guint32 n_undrawn; /* graphics and texts that are not drawn: compound ones without a simple form, in coordinates of a
                      * total pixel matrix, malformed ones */

  gatomicrefcount ref_count;
};

NegPresentation *neg_presentation_new (void);
NegPresentation *neg_presentation_ref (NegPresentation *presentation);
void neg_presentation_unref (NegPresentation *presentation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPresentation, neg_presentation_unref)

/* Any place of it is in coordinates of a total pixel matrix: it is not drawn. */
gboolean neg_graphic_text_is_of_matrix (const NegGraphicText *text);
void neg_graphic_annotation_clear (NegGraphicAnnotation *annotation);
void neg_softcopy_voi_clear (NegSoftcopyVoi *voi);

/* Key object selection, TID 2010. */
struct _NegKeySelection {
  char *title_scheme, *title_value, *title_meaning; /* DCM 113000 ... */
  char *modifier_value, *modifier_meaning; /* of scheme DCM; nullable */
  char *description;         /* 113012; nullable */
  char *observer;            /* nullable */
  NegImageReferences references; /* with series */
};

/* A note by which images are to be seen no more (IHE IOCM): rejected for quality reasons (113001), for patient safety
 * reasons (113037), an incorrect worklist entry (113038), data retention policy expired (113039). By scheme and code
 * value, never by the meaning's text. */
gboolean neg_key_selection_is_rejection (const NegKeySelection *selection);

NegKeySelection *neg_key_selection_new (void);
void neg_key_selection_free (NegKeySelection *selection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegKeySelection, neg_key_selection_free)

G_END_DECLS
