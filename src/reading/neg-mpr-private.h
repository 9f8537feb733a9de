/* What the files of the multiplanar view share. */
#pragma once

#include "reading/neg-mpr.h"

G_BEGIN_DECLS

/* How one plane lies and is looked at. */
typedef struct {
  double normal[3], up[3];

  gboolean mirrored; /* left and right exchanged, before it is turned */
  guint turns;       /* quarter turns clockwise, 0 to 3 */
  double middle_mm[2]; /* in the middle of the viewport: along the right and along up, from the patient's origin */
  gboolean is_placed;  /* a person has moved it */
  gboolean is_fitted;
  double fit_mm[2];    /* how much of it is to be seen while it is fitted: along the right, along up */
  double pixel_mm;     /* while it is not fitted */

  gboolean has_voi; /* of the reader's own, else the first one */
  NegVoi voi;
  gboolean inverted;
  double slab_mm;
  NegProjection projection;
} NegMprView;

typedef struct {
  NegMprView views[NEG_MPR_N_PLANES];
  gboolean zoom_shared, window_shared, slab_shared;
} NegMprState;

typedef struct {
  NegMprState state;
  gboolean moves_point;
  double point_mm[3];
  guint64 serial, undo_serial; /* as in neg-undo.h: of where it is, what it had before it was taken back */
} NegMprStep;

struct _NegMpr {
  GObject parent_instance;

  NegVolume *volume; /* nullable */
  double *steps;     /* as many as slices: steps from the first slice to each; nullable */
  double point_mm[3];
  NegMprState state;
  NegVoi first_voi;
  NegMprPlane last; /* what was changed last: what the others take over when they are to share */
  guint sizes_px[NEG_MPR_N_PLANES][2]; /* of the viewports, as last drawn; 0: not yet */

  GQueue undo, redo; /* NegMprStep, the newest at the head */
  guint last_gesture;
};

#define NEG_MPR_ALL_PLANES ((1u << NEG_MPR_N_PLANES) - 1)

void _neg_mpr_emit (NegMpr *mpr, guint planes);
void _neg_mpr_clear_undo (NegMpr *mpr);

/* Values of another kind come: the reader's windows, also those that undo would bring back, have no meaning for them. */
void _neg_mpr_drop_windows (NegMpr *mpr);

/* All of the volume, as the plane lies now; of the zoom (@is_fitted), of the place. */
void _neg_mpr_view_fit (NegMpr *mpr, NegMprView *view);
/* The right of the plane as it lies, not as it is turned on the screen. */
void _neg_mpr_view_get_right (const NegMprView *view, double right[3]);
/* What is along the right and along up. */
void _neg_mpr_view_project (const NegMprView *view, const double point_mm[3], double place_mm[2]);
/* The screen's right and down, along the right and along up of the plane. */
void _neg_mpr_view_get_screen (const NegMprView *view, double right[2], double down[2]);
/* The point went from @before: where it has left what is seen of a plane, the view goes after it. */
void _neg_mpr_follow_point (NegMpr *mpr, const double before_mm[3]);

/* Steps from slice to slice; into a gap as many as slices seem to be missing. */
void _neg_mpr_init_steps (NegMpr *mpr);
/* The point is put back into the volume. */
void _neg_mpr_keep_inside (const NegVolume *volume, double point_mm[3]);

static inline double
neg_mpr_dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static inline void
neg_mpr_cross (const double a[3], const double b[3], double c[3])
{
  c[0] = a[1] * b[2] - a[2] * b[1];
  c[1] = a[2] * b[0] - a[0] * b[2];
  c[2] = a[0] * b[1] - a[1] * b[0];
}

/* point += t direction */
static inline void
neg_mpr_go (double point_mm[3], const double direction[3], double t)
{
  for (guint i = 0; i < 3; i++)
    point_mm[i] += t * direction[i];
}

G_END_DECLS
