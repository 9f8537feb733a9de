/* Records a window with the people in it invented: what the window and its popovers show, the pointer, rings where it clicks,
 * words of the keys that are commands. Nothing is kept before the window was painted with the fiction on, nothing that
 * neg_privacy_find_leak() objects to, nothing of other windows.
 *
 * Signals: "changed" (): state, time; "ended" (char *why): recording is over; why: in words, NULL when a person stopped it.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "learning/neg-draft.h"
#include "media/neg-take.h"

G_BEGIN_DECLS

#define NEG_RECORDER_LIMIT_US (3 * 60 * G_USEC_PER_SEC)
#define NEG_RECORDER_LIMIT_BYTES ((guint64) 250 << 20)

typedef enum {
  NEG_RECORDER_IDLE,
  NEG_RECORDER_COUNTING, /* down to the beginning */
  NEG_RECORDER_RECORDING,
  NEG_RECORDER_PAUSED,
} NegRecorderState;

#define NEG_TYPE_RECORDER (neg_recorder_get_type ())
G_DECLARE_FINAL_TYPE (NegRecorder, neg_recorder, NEG, RECORDER, GObject)

/* @window is borrowed; the recorder is let go of before the window goes. */
NegRecorder *neg_recorder_new (GtkWindow *window, const char *drafts_folder);

/* Counts down, then records into a new draft. */
void neg_recorder_start (NegRecorder *recorder, const char *topic, gboolean with_sound);
void neg_recorder_pause (NegRecorder *recorder);
void neg_recorder_resume (NegRecorder *recorder);
void neg_recorder_stop (NegRecorder *recorder); /* also while it counts down: then there is no draft */

NegRecorderState neg_recorder_get_state (NegRecorder *recorder);
guint neg_recorder_get_count (NegRecorder *recorder);     /* 3, 2, 1 */
void neg_recorder_get_facts (NegRecorder *recorder, NegTakeState *facts);
const NegDraft *neg_recorder_get_draft (NegRecorder *recorder); /* the last one; NULL */

/* What is not in the picture: controls of the recording. The colour beside them is, instead. */
void neg_recorder_hide (NegRecorder *recorder, GtkWidget *widget);

G_END_DECLS
