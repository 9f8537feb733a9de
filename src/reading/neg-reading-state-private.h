/* What was read from a text, and how far bringing it back has come. */
#pragma once

#include "reading/neg-reading-private.h"
#include "reading/neg-reading-state.h"

G_BEGIN_DECLS

typedef struct {
  char *series; /* its key; NULL: the viewport was empty */
  char *image;  /* SOP Instance UID; "" where it has none */
  guint32 frame;
  NegViewState view; /* without a series */

  gboolean is_done;
} NegSavedCell;

struct _NegReadingState {
  char **paths;
  char *patient; /* hash; "" for none */
  guint captions;
  guint rows, columns, active;
  gboolean maximized, synchronized, lines;
  guint n_cells;
  NegSavedCell cells[NEG_CELLS_MAX];

  gboolean has_begun, is_placed, is_finished;
  gboolean synchronized_before, lines_before; /* when it began */
  NegScreen *expected;    /* what it left behind last time; nullable */
  char *expected_patient; /* key; nullable */
};

/* Of a patient's key, as it is in the text; given. */
char *_neg_reading_state_dup_hash (const char *patient_key);

G_END_DECLS
