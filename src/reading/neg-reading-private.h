/* What the files of the session share. */
#pragma once

#include "reading/neg-reading.h"

G_BEGIN_DECLS

/* A grid and its views: a step of undo, or how a patient was last seen. */
typedef struct {
  guint rows, columns, active;
  gboolean maximized;
  NegViewState cells[NEG_CELLS_MAX];
  guint64 serial, undo_serial; /* of a step, as in neg-undo.h: of where it is, what it had before it was taken back */
} NegScreen;

struct _NegReading {
  GObject parent_instance;

  GListModel *series;  /* nullable */
  GPtrArray *aliases;  /* NegAlias; nullable */
  GPtrArray *patients; /* NegPatient */
  char *patient_key;   /* of the patient shown; nullable */
  gboolean is_touched; /* by a person, or by what they come back to, since this was opened */
  gboolean is_moved;   /* more than made active or given other neighbours */
  NegScreen screen;
  GHashTable *seen;     /* series key -> NegViewState without its series: how it was last seen */
  GHashTable *screens;  /* patient key -> NegScreen */

  GQueue undo, redo; /* NegScreen, the newest at the head */
  guint last_gesture, gesture; /* of the last step; of the last one given */

  gboolean synchronized, lines;
  double anchors_mm[NEG_CELLS_MAX]; /* position of each image along its normal when it was last placed by hand */
  gboolean has_point;
  char *point_space; /* UID of its frame of reference, else of its series */
  double point_mm[3]; /* in the patient */
};

void _neg_screen_free (gpointer screen);
void _neg_screen_clear (NegScreen *screen);
NegScreen *_neg_screen_copy (const NegScreen *screen);

void _neg_reading_emit_cell (NegReading *self, guint cell, NegChanges changes);
void _neg_reading_emit_grid (NegReading *self);
void _neg_reading_emit_active (NegReading *self);
void _neg_reading_emit_links_switched (NegReading *self);
void _neg_reading_emit_patient (NegReading *self);
void _neg_reading_emit_all_cells (NegReading *self, NegChanges changes);

/* Whose @series is, by what is known of it; given, NULL where it has no images. */
char *_neg_reading_dup_patient_key (NegReading *self, NegSeries *series);

/* Before a change that undo shall take back. */
void _neg_reading_push_undo (NegReading *self);
void _neg_reading_clear_undo (NegReading *self);

/* After the image of @cell changed: moves what is synchronised with it, and the lines. */
void _neg_reading_follow (NegReading *self, guint cell, guint index_before);
/* The images are where they belong now: distances are counted from here. */
void _neg_reading_anchor (NegReading *self);

G_END_DECLS
