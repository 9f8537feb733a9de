/* Captions or chapters of a draft, written along the playback: what is typed begins at the place where the player is. Signal
 * "changed" (): they are kept already. Signal "seek" (gint64 time_us). Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "learning/neg-draft.h"

G_BEGIN_DECLS

#define NEG_TYPE_DEMO_CUES (neg_demo_cues_get_type ())
G_DECLARE_FINAL_TYPE (NegDemoCues, neg_demo_cues, NEG, DEMO_CUES, GtkWidget)

GtkWidget *neg_demo_cues_new (void);

/* @draft is borrowed until another one, or NULL, is set. */
void neg_demo_cues_set_draft (NegDemoCues *cues, NegDraft *draft);
void neg_demo_cues_set_position (NegDemoCues *cues, gint64 time_us); /* of the player */

/* Those that are being written, of the kind; given. */
NegVtt *neg_demo_cues_load (NegDemoCues *cues, const char *kind);

G_END_DECLS
