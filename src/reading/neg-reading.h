/* What one window shows: one patient, a grid of viewports, what each of them shows, which one the hand is in, what links
 * them, and the way back. Widgets observe it and never each other; nothing here knows a widget or a pixel.
 *
 * Never two patients at a time: every series in the grid is of the patient shown, whatever was asked.
 * Cells are numbered from 0, row by row of the grid; all of 0 .. neg_reading_get_n_cells() - 1 exist.
 * Thread: main. */
#pragma once

#include "imaging/neg-plane.h"
#include "reading/neg-patients.h"
#include "reading/neg-view-state.h"

G_BEGIN_DECLS

#define NEG_GRID_MAX 5
#define NEG_CELLS_MAX (NEG_GRID_MAX * NEG_GRID_MAX)

typedef enum {
  NEG_CHANGED_IMAGE = 1 << 0, /* another series or another image of it */
  NEG_CHANGED_LOOK = 1 << 1,  /* window, place, turn */
  NEG_CHANGED_LINKS = 1 << 2, /* what is drawn above the image: reference lines, the common point */
} NegChanges;

#define NEG_TYPE_READING (neg_reading_get_type ())
G_DECLARE_FINAL_TYPE (NegReading, neg_reading, NEG, READING, GObject)

/* Signals:
 *   "cell-changed" (guint cell, guint changes): NegChanges of one cell;
 *   "grid-changed" (): rows, columns or which cell is alone;
 *   "active-changed" ();
 *   "links-changed" (): synchronising or reference lines were switched;
 *   "patients-changed" (): the patients that are there, their studies or series;
 *   "patient-changed" (): another patient is shown, or none. */
NegReading *neg_reading_new (void);

/* --- Patients --- */

/* Everything that is open (of NegSeries; nullable: closes all). The list is watched only through
 * neg_reading_update(). */
void neg_reading_set_series (NegReading *reading, GListModel *series);

/* The list has changed: viewports go on with what their series have become, the first patient is shown when there was
 * none. What is on screen does not change by loading; an image that is in no series any more (it was rejected) leaves it for
 * the nearest one of its series that still is. */
void neg_reading_update (NegReading *reading);

/* What an archive knows of the studies that are open or will be: NegAlias, nullable, a reference is taken. They are of the
 * patient of now from here on, together with his others, and say who he was then. Those that are no longer in it are
 * apart again: of what is on screen only the patient of the active viewport stays. The same ones again change nothing. */
void neg_reading_set_aliases (NegReading *reading, GPtrArray *aliases);

/* All is known now, and it was just opened: where nobody has touched anything yet, goes to the first patient's newest
 * study, first image. What came first while loading was chance. */
void neg_reading_settle (NegReading *reading);
/* All of a study that was opened while it arrived is known now: where nobody has moved anything, each series that is
 * shown goes to its first image; the one that happened to come first is anywhere. */
void neg_reading_settle_images (NegReading *reading);

GPtrArray *neg_reading_get_patients (NegReading *reading);      /* of NegPatient; borrowed, until "patients-changed" */
const NegPatient *neg_reading_get_patient (NegReading *reading); /* the one shown; borrowed, nullable */

/* Shows another patient as they were last seen here, else the first series of their newest study; all viewports
 * change in one step, none keeps anything of the one before. */
void neg_reading_set_patient (NegReading *reading, const char *key);

/* --- The grid --- */

guint neg_reading_get_rows (NegReading *reading);
guint neg_reading_get_columns (NegReading *reading);
guint neg_reading_get_n_cells (NegReading *reading);
/* 1 .. NEG_GRID_MAX each. Cells that are new show the next series of the study that are in none. */
void neg_reading_set_grid (NegReading *reading, guint rows, guint columns);

/* The active viewport alone, and back. */
gboolean neg_reading_is_maximized (NegReading *reading);
void neg_reading_set_maximized (NegReading *reading, gboolean maximized);
gboolean neg_reading_is_visible (NegReading *reading, guint cell);

guint neg_reading_get_active (NegReading *reading);
void neg_reading_set_active (NegReading *reading, guint cell);
/* The next visible one in order, around the end. */
void neg_reading_step_active (NegReading *reading, int step);

/* --- What a cell shows --- */

const NegViewState *neg_reading_get_state (NegReading *reading, guint cell); /* borrowed */

/* @series (nullable) of the patient shown, as it was last seen here and with all images that it has got by now; another
 * patient's, and one that is not open any more, is refused: FALSE. */
gboolean neg_reading_show (NegReading *reading, guint cell, NegSeries *series);
/* Beside the active viewport, in the next one (of a single one two are made), the series of @study_uid that answers best
 * to what the active one shows. FALSE: that study of the patient shown is not open, or has no images. */
gboolean neg_reading_compare (NegReading *reading, const char *study_uid);
/* The next (+1), previous (-1) series of the patient, in the order of the timeline; FALSE at the end. */
gboolean neg_reading_step_series (NegReading *reading, guint cell, int step);

/* The next (+1), previous (-1) series in all viewports: as many as there are viewports, priors after the study that is
 * read. FALSE at the end. One step of undo. */
gboolean neg_reading_step_page (NegReading *reading, int step);

/* Both stop at the ends; viewports that are synchronised follow. */
void neg_reading_set_index (NegReading *reading, guint cell, guint index);
void neg_reading_scroll (NegReading *reading, guint cell, int n_images);

/* Changes of window, place and turn, by the functions of neg-view-state.h on what begin gives, then end:
 * begin makes a step of undo, unless @gesture is one that the last step was made by (a drag that goes on; 0: always a
 * new step). Gestures come from neg_reading_new_gesture(). */
guint neg_reading_new_gesture (NegReading *reading);
NegViewState *neg_reading_begin_change (NegReading *reading, guint cell, guint gesture);
void neg_reading_end_change (NegReading *reading, guint cell);

/* Window, place and turn of views, series and grid; not the image number. */
gboolean neg_reading_can_undo (NegReading *reading);
gboolean neg_reading_can_redo (NegReading *reading);
/* The number of the step that would be taken back or done again (neg-undo.h); 0: there is none. */
guint64 neg_reading_get_undo_serial (NegReading *reading);
guint64 neg_reading_get_redo_serial (NegReading *reading);
void neg_reading_undo (NegReading *reading);
void neg_reading_redo (NegReading *reading);

/* --- Links --- */

/* Scrolling moves the other viewports: those of the same frame of reference with a parallel plane to the same position,
 * those of another one by the same distance as since the switch. */
void neg_reading_set_synchronized (NegReading *reading, gboolean synchronized);
gboolean neg_reading_is_synchronized (NegReading *reading);

/* Where the image of the active viewport cuts those of the others. */
void neg_reading_set_lines (NegReading *reading, gboolean lines);
gboolean neg_reading_has_lines (NegReading *reading);
/* The line to draw in @cell, image coordinates of its image; FALSE where there is none. */
gboolean neg_reading_get_line (NegReading *reading, guint cell, double from_px[2], double to_px[2]);

/* One point of the patient, shown everywhere: @image_px of the image in @cell. The others of the same frame of reference
 * go to the slice nearest to it. */
void neg_reading_set_point (NegReading *reading, guint cell, const double image_px[2]);
void neg_reading_clear_point (NegReading *reading);
/* The point on the image of @cell; FALSE where there is none, or it is further away than half a slice. */
gboolean neg_reading_get_point (NegReading *reading, guint cell, double image_px[2]);

G_END_DECLS
