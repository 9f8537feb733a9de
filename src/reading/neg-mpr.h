/* The state of a multiplanar view: one point of the patient, three planes through it that are perpendicular to each other,
 * a free oblique one, and how each is looked at. Numbers only: no widget, no pixels, no thread.
 *
 * A plane is seen along its normal with up upwards; the right is normal x up. At rest the planes are the patient's:
 * axial (normal +z, up -y), coronal (+y, up +z), sagittal (-x, up +z). Turning the lines of the crosshair in one plane
 * turns the other two about its normal (again in another one: double oblique), so the three stay perpendicular.
 * Thread: main. */
#pragma once

#include <glib-object.h>

#include "imaging/neg-reformat.h"

G_BEGIN_DECLS

typedef enum {
  NEG_MPR_AXIAL,
  NEG_MPR_CORONAL,
  NEG_MPR_SAGITTAL,
  NEG_MPR_OBLIQUE, /* free: turned by itself */
  NEG_MPR_N_PLANES,
} NegMprPlane;

#define NEG_TYPE_MPR (neg_mpr_get_type ())
G_DECLARE_FINAL_TYPE (NegMpr, neg_mpr, NEG, MPR, GObject)

/* Signal "changed" (guint planes): a bit for each plane that is to be drawn anew. */
NegMpr *neg_mpr_new (void);

/* Where it may go: the volume that is looked at. The first one puts the point into its middle and shows all of it in
 * every plane; another phase or one that has grown keeps everything. A reference is taken; nullable. */
void neg_mpr_set_volume (NegMpr *mpr, NegVolume *volume);
NegVolume *neg_mpr_get_volume (NegMpr *mpr); /* borrowed, nullable */

/* --- The point and the planes --- */

void neg_mpr_get_point (NegMpr *mpr, double point_mm[3]);
/* Kept inside the volume. */
void neg_mpr_set_point (NegMpr *mpr, const double point_mm[3]);
/* The point moves along the plane's normal by so many steps of the volume's finest spacing along it. */
void neg_mpr_scroll (NegMpr *mpr, NegMprPlane plane, double n_steps);
double neg_mpr_get_step_mm (NegMpr *mpr, NegMprPlane plane);
/* To the first (-1), last (+1) place along its normal that is in the volume. */
void neg_mpr_scroll_to_end (NegMpr *mpr, NegMprPlane plane, int end);

void neg_mpr_get_normal (NegMpr *mpr, NegMprPlane plane, double normal[3], double up[3]);
/* The lines of @plane turn by @angle_rad, clockwise as seen: the other two planes turn about its normal. Of OBLIQUE: the plane
 * itself turns in itself. */
void neg_mpr_turn_lines (NegMpr *mpr, NegMprPlane plane, double angle_rad);
/* The free plane like a ball under the hand. */
void neg_mpr_turn_oblique (NegMpr *mpr, double dx_px, double dy_px);
/* The plane through @point_mm that lies so, with that slab: one of the three where it is one of them, else the free one turns
 * to it. Where slab or turn become others that is a step of undo. FALSE: without a volume, or these are no directions. */
gboolean neg_mpr_show (NegMpr *mpr, const double right[3], const double up[3], const double point_mm[3], double slab_mm,
                       NegProjection projection, NegMprPlane *plane);
/* What is seen is turned or mirrored as it lies on the screen; the planes stay where they are. */
void neg_mpr_rotate_view (NegMpr *mpr, NegMprPlane plane, int n_quarters);
void neg_mpr_flip_view (NegMpr *mpr, NegMprPlane plane, gboolean vertically);
gboolean neg_mpr_is_mirrored (NegMpr *mpr, NegMprPlane plane);
/* Not the patient's own planes any more. */
gboolean neg_mpr_is_turned (NegMpr *mpr, NegMprPlane plane);
/* Which of the patient's own planes lies so; NEG_MPR_OBLIQUE: none. */
NegMprPlane neg_mpr_find_own_plane (const double normal[3], const double up[3]);

/* --- How it is looked at; widths and heights in output pixels of the viewport --- */

void neg_mpr_zoom_at (NegMpr *mpr, NegMprPlane plane, guint width, guint height, double x, double y, double factor);
void neg_mpr_pan (NegMpr *mpr, NegMprPlane plane, guint width, guint height, double dx, double dy);
void neg_mpr_fit (NegMpr *mpr, NegMprPlane plane);
/* One output pixel is the volume's finest spacing; one millimetre of the patient is one of glass (FALSE: glass unknown). */
void neg_mpr_set_true_pixels (NegMpr *mpr, NegMprPlane plane, guint width, guint height);
gboolean neg_mpr_set_true_size (NegMpr *mpr, NegMprPlane plane, guint width, guint height, double glass_mm);
/* Zoom is one for all planes (as at first), or each has its own. */
void neg_mpr_set_zoom_shared (NegMpr *mpr, gboolean shared);
gboolean neg_mpr_is_zoom_shared (NegMpr *mpr);

/* Window of the modality values; shared by all planes at first. A VOI LUT of the file is held as it is (borrowed from the
 * volume's objects). */
void neg_mpr_set_voi (NegMpr *mpr, NegMprPlane plane, const NegVoi *voi);
/* What holds until a person changes it, and what a reset goes back to. */
void neg_mpr_set_first_voi (NegMpr *mpr, const NegVoi *voi);
void neg_mpr_get_voi (NegMpr *mpr, NegMprPlane plane, NegVoi *voi);
void neg_mpr_set_inverted (NegMpr *mpr, NegMprPlane plane, gboolean inverted);
gboolean neg_mpr_is_inverted (NegMpr *mpr, NegMprPlane plane);
void neg_mpr_set_window_shared (NegMpr *mpr, gboolean shared);
gboolean neg_mpr_is_window_shared (NegMpr *mpr);

#define NEG_MPR_SLAB_MAX_MM 500.0
/* Thickness (0: a plane alone) and projection; shared by all planes at first. */
void neg_mpr_set_slab (NegMpr *mpr, NegMprPlane plane, double thickness_mm, NegProjection projection);
double neg_mpr_get_slab_mm (NegMpr *mpr, NegMprPlane plane);
NegProjection neg_mpr_get_projection (NegMpr *mpr, NegMprPlane plane);
void neg_mpr_set_slab_shared (NegMpr *mpr, gboolean shared);
gboolean neg_mpr_is_slab_shared (NegMpr *mpr);

/* Planes, point, zoom, slab, window as at first. */
void neg_mpr_reset (NegMpr *mpr);
/* Before and after a change that a person may want back: one step of undo a gesture (0: always a new one). */
void neg_mpr_mark_step (NegMpr *mpr, guint gesture);
gboolean neg_mpr_undo (NegMpr *mpr);
gboolean neg_mpr_redo (NegMpr *mpr);
guint64 neg_mpr_get_undo_serial (NegMpr *mpr); /* neg-undo.h */
guint64 neg_mpr_get_redo_serial (NegMpr *mpr);

/* --- What is drawn --- */

/* FALSE without a volume. */
gboolean neg_mpr_get_reformat (NegMpr *mpr, NegMprPlane plane, guint width, guint height, NegReformat *reformat);

/* The whole plane at the volume's finest spacing, wherever the view looks: what is measured on, so that numbers do not
 * depend on the zoom. Its first pixel stays at the same place of the patient while the point moves in the plane. */
gboolean neg_mpr_get_measuring (NegMpr *mpr, NegMprPlane plane, NegReformat *reformat, guint *width, guint *height);

/* The line of @other in @plane: where it passes (output pixels) and its direction as seen (unit); half of @other's slab to
 * each side, in output pixels. FALSE where they are parallel. */
gboolean neg_mpr_get_line (NegMpr *mpr, NegMprPlane plane, NegMprPlane other, guint width, guint height,
                           double through_px[2], double direction[2], double *half_slab_px);

/* "12.3 mm P" and so on: where the plane is, from the origin of the patient's coordinates, with the letter of the side; of a
 * turned plane all three. Given. */
char *neg_mpr_dup_position (NegMpr *mpr, NegMprPlane plane);
/* Of any plane that is seen along @normal; @turned: not one of the patient's own. */
char *neg_mpr_dup_place (const double point_mm[3], const double normal[3], gboolean turned);

G_END_DECLS
