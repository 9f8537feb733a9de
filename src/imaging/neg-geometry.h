/* Slices in space: order, spacing, gaps and tilt from position and orientation alone (PS3.3 C.7.6.2.1.1; the rules are
 * those of the project's geometry vectors). Millimetres in the patient's frame. Thread: any, no state. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double position_mm[3];
  double orientation[6];
} NegSlice;

#define NEG_GEOMETRY_NORMAL_DOT_MIN 0.9999
#define NEG_GEOMETRY_STRAIGHT_MM 0.05
#define NEG_GEOMETRY_GAP_FACTOR 1.5

/* row x column, normalised; FALSE when the cosines are no pair of perpendicular unit vectors (1e-3) or not finite. */
gboolean neg_geometry_normal (const double orientation[6], double normal[3]);

/* Slices of one orientation, in order. */
typedef struct {
  double normal[3];
  guint n;
  guint *order;         /* indices into the slices given, by ascending distance; ties keep the given order */
  double *distances_mm; /* along the normal, in that order */
  double *spacings_mm;  /* n - 1 */
  double median_spacing_mm; /* 0 for n < 2 */
  gboolean uniform;     /* no spacing <= 0.01 mm, all within max (0.01 mm, 1 %) of the median */
  GArray *duplicates_after; /* guint: index in order before a spacing <= 0.01 mm */
  GArray *gaps_after;       /* guint: index in order before a spacing > 1.5 median */
  double tilt_deg;      /* between the first-to-last origin vector and the normal */
  double shear_per_mm[2]; /* in-plane shift along row, along column, per mm of normal */
  gboolean straight;    /* all origins within 0.05 mm of that line */
} NegSliceGroup;

void neg_slice_group_free (NegSliceGroup *group);

/* Groups by normal (dot >= 0.9999) in order of first appearance; element type NegSliceGroup, free function set. Slices
 * without a valid normal are in no group. */
GPtrArray *neg_geometry_group (const NegSlice *slices, guint n_slices);

typedef enum {
  NEG_ORIENTATION_NONE,
  NEG_ORIENTATION_AXIAL,
  NEG_ORIENTATION_CORONAL,
  NEG_ORIENTATION_SAGITTAL,
  NEG_ORIENTATION_OBLIQUE,
} NegOrientation;

/* The plane that a normal is nearest to, oblique when it is more than 30 degrees away from all three. */
NegOrientation neg_geometry_classify (const double normal[3]);
const char *neg_orientation_get_name (NegOrientation orientation);

/* Letters for a direction, principal axis first (L R P A H F; imaging-correctness D: components <= 1e-4 are left out);
 * at most 3 letters and the end. */
void neg_geometry_letters (const double direction[3], char letters[4]);

G_END_DECLS
