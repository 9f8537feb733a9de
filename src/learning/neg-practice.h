/* Exercises on the demo department, whose outcome is checked by what the window shows and holds, not by which keys were pressed.
 *
 * A window fills NegPracticeFacts and tells the clock; what comes back is which step one is at, whether its hint is due, and when it is
 * done. A step that somebody has to do must not have been so already: it counts when it was seen not to be so since the exercise began.
 * Thread: one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_PRACTICE_CELLS_MAX 25
#define NEG_PRACTICE_HINT_S 30 /* without a step */

/* What one viewport shows; modality "": nothing. */
typedef struct {
  const char *patient_id, *study_date, *modality; /* borrowed, never NULL */
  gboolean has_place;
  double middle_mm[3]; /* of the image, in the patient */
  double normal[3];
  double window_center, window_width; /* width 0: a table, or nothing yet */
  gboolean is_inverted, is_mirrored;
  guint turns;
} NegPracticeCell;

typedef struct {
  double from_mm[3], to_mm[3];
  gint64 changed_us;
} NegPracticeLength;

typedef struct {
  double middle_mm[3];
  gint64 changed_us;
} NegPracticeKey;

typedef struct {
  NegPracticeCell cells[NEG_PRACTICE_CELLS_MAX]; /* those in sight */
  guint n_cells, active;
  guint rows, columns;
  gboolean is_synchronized, has_lines;
  gboolean has_planes; /* of a volume, in place of the images */
  double point_mm[3];  /* of the crosshair */
  const NegPracticeLength *lengths; /* of the study in the active viewport */
  guint n_lengths;
  const NegPracticeKey *keys;
  guint n_keys;
  gboolean is_unsaved; /* something of that study is in no object yet */
  guint n_claimed;     /* studies that are claimed by who practises */
} NegPracticeFacts;

/* What is so in the demo department. */
typedef struct {
  const char *patient_id, *study_date, *prior_date; /* the CT, and the one before */
  double nodule_mm[3], nodule_diameter_mm;
} NegPracticeTruth;

typedef struct {
  const char *text, *hint; /* for _() */
  const char *action;      /* a command that does it (ui/neg-command-table.h); nullable */
  gboolean is_given;       /* it may be so already */
  gboolean (*is_met) (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us);
  /* What is wrong with what was done; for _(), or NULL. Nullable. */
  const char *(*remark) (const NegPracticeFacts *facts, const NegPracticeTruth *truth, gint64 since_us);
} NegPracticeStep;

typedef struct {
  const char *id;    /* of its lines of progress */
  const char *title; /* for _() */
  const char *topic; /* of the library */
  const NegPracticeStep *steps;
  guint n_steps;
} NegExercise;

guint neg_exercises_get_n (void);
const NegExercise *neg_exercises_get (guint index); /* NULL past the end */
const NegExercise *neg_exercises_find (const char *id);

typedef struct _NegPractice NegPractice;

/* @truth is copied, its texts are borrowed. */
NegPractice *neg_practice_new (const NegExercise *exercise, const NegPracticeTruth *truth, gint64 now_us);
void neg_practice_free (NegPractice *practice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPractice, neg_practice_free)

/* TRUE: something that is shown of it has changed. Nothing changes any more when it is done. */
gboolean neg_practice_update (NegPractice *practice, const NegPracticeFacts *facts, gint64 now_us);
void neg_practice_ask_hint (NegPractice *practice); /* at once */

const NegExercise *neg_practice_get_exercise (const NegPractice *practice);
guint neg_practice_get_step (const NegPractice *practice); /* that one is at; the number of steps when it is done */
gboolean neg_practice_is_done (const NegPractice *practice);
gboolean neg_practice_is_hinted (const NegPractice *practice); /* the hint of this step is to be seen */
gboolean neg_practice_is_so_already (const NegPractice *practice); /* has to be undone first */
const char *neg_practice_get_remark (const NegPractice *practice); /* for _(); nullable */
guint neg_practice_get_n_hints (const NegPractice *practice);
gint64 neg_practice_get_began_us (const NegPractice *practice);
gint64 neg_practice_get_done_us (const NegPractice *practice); /* 0: not yet */

G_END_DECLS
