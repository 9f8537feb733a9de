/* One measurement or mark that a reader made on one frame, or that a report brought. Immutable: a change is another one
 * with the same uid. Thread: references on any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  NEG_ANNOTATION_LENGTH,    /* 2 points */
  NEG_ANNOTATION_ANGLE,     /* 3, the vertex second */
  NEG_ANNOTATION_COBB,      /* 4: two lines */
  NEG_ANNOTATION_ELLIPSE,   /* 2: corners of the box round it, aligned with the image */
  NEG_ANNOTATION_RECTANGLE, /* 2: opposite corners */
  NEG_ANNOTATION_FREEHAND,  /* 3 or more, closed by itself */
  NEG_ANNOTATION_ARROW,     /* 2: tip, tail; with a text */
  NEG_ANNOTATION_PROBE,     /* 1 */
  NEG_ANNOTATION_KEY,       /* none: a key image; the text says what for */
  NEG_ANNOTATION_N_KINDS,
} NegAnnotationKind;

#define NEG_ANNOTATION_POINTS_MAX 8190 /* closed, they fit into the 16 bit length of FL (PS3.5 7.1.2) */
#define NEG_ANNOTATION_PLANE_POINTS_MAX 5460 /* likewise, of three numbers each */
#define NEG_ANNOTATION_TEXT_BYTES_MAX 4096

const char *neg_annotation_kind_get_name (NegAnnotationKind kind); /* "length" ... */
gboolean neg_annotation_kind_from_name (NegAnnotationKind *kind, const char *name);

typedef enum {
  NEG_QUANTITY_LENGTH,
  NEG_QUANTITY_ANGLE,
  NEG_QUANTITY_AREA,
  NEG_QUANTITY_MEAN,
  NEG_QUANTITY_SD,
  NEG_QUANTITY_MINIMUM,
  NEG_QUANTITY_MAXIMUM,
  NEG_QUANTITY_VALUE, /* of a probe */
  NEG_QUANTITY_N,
} NegQuantity;

/* A number as it was shown when the annotation was made or last changed. */
typedef struct {
  NegQuantity quantity;
  double value;
  char unit[24]; /* UCUM: "mm", "mm2", "deg", "[hnsf'U]", "g/ml", "{pixels}", "cm/s", "1" */
} NegAnnotationValue;

/* A plane or slab out of a volume that an annotation was made on, in place of an image. */
typedef struct {
  double origin_mm[3];     /* the point 0, 0 of its image coordinates, in the patient */
  double x_mm[3], y_mm[3]; /* one pixel of them to the right, and downwards */
  double slab_mm;          /* 0: the plane alone */
  guint32 projection;      /* NegProjection, of a slab */
} NegAnnotationPlane;

#define NEG_ANNOTATION_PROJECTIONS 3

typedef struct {
  char *uid; /* tracking unique identifier, 2.25... */
  NegAnnotationKind kind;
  char *study_uid, *series_uid, *sop_class_uid, *sop_instance_uid;
  char *frame_of_reference_uid; /* nullable */
  NegAnnotationPlane *plane; /* nullable; then sop_instance_uid names this plane alone, and no object */
  guint32 frame;    /* from 1 */
  guint n_points;
  double *points_px; /* x, y in image coordinates: the centre of the first pixel is 0.5, 0.5 */
  double *points_patient_mm; /* x, y, z of each; NULL where the image has no place in the patient */
  char *text;       /* the reader's words; nullable */
  char *author;     /* OS account, or the observer of a report; nullable */
  gint64 changed_us; /* UTC, since 1970 */
  guint n_values;
  NegAnnotationValue *values;
  char *calibration; /* neg_calibration_get_name() of the scale it was measured with; nullable */
  gboolean is_foreign; /* from a report that is not ours: shown, not changed */
  gatomicrefcount ref_count;
} NegAnnotation;

NegAnnotation *neg_annotation_new (NegAnnotationKind kind);
NegAnnotation *neg_annotation_copy (const NegAnnotation *annotation); /* to be changed, before it is shown to anybody */
NegAnnotation *neg_annotation_ref (NegAnnotation *annotation);
void neg_annotation_unref (NegAnnotation *annotation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegAnnotation, neg_annotation_unref)

/* A number of points that this kind has, and all finite; on a plane at least one: images alone are marked as such. */
gboolean neg_annotation_is_valid (const NegAnnotation *annotation);

/* All finite, steps that are no longer than a metre, perpendicular to 1e-3 and not 0, a slab and a projection that can be. */
gboolean neg_annotation_plane_is_valid (const NegAnnotationPlane *plane);
/* The same plane with the same slab and the same image coordinates, to a hundredth of a millimetre within a metre. */
gboolean neg_annotation_plane_is_same (const NegAnnotationPlane *one, const NegAnnotationPlane *other);
void neg_annotation_plane_to_patient (const NegAnnotationPlane *plane, const double point_px[2], double point_mm[3]);

/* Replaces the points; drops the points in the patient and the values. */
void neg_annotation_set_points (NegAnnotation *annotation, const double *points_px, guint n_points);
void neg_annotation_set_values (NegAnnotation *annotation, const NegAnnotationValue *values, guint n_values);

G_END_DECLS
