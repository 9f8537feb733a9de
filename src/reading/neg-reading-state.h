/* What a window shows, as text, and back: for the next start, after a crash or a restart.
 *
 * The text is JSON of one version. It names files and DICOM UIDs; the patient is in it only as a hash, to be recognised
 * by. Files may have changed since, so everything that is read is checked, and nothing is applied to another patient.
 * Thread: main. */
#pragma once

#include "reading/neg-reading.h"

G_BEGIN_DECLS

#define NEG_READING_STATE_TEXT_MAX (1u << 20) /* bytes */

typedef struct _NegReadingState NegReadingState;

/* @paths is what was opened; @captions is the caller's own. NULL when nothing is open, or so many paths that it is not
 * worth keeping. Given. */
char *neg_reading_save_state (NegReading *reading, const char *const *paths, guint captions);

/* UNSUPPORTED: written by a newer version; INCONSISTENT: not such a text. */
NegReadingState *neg_reading_state_parse (const char *text, GError **error);
void neg_reading_state_free (NegReadingState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegReadingState, neg_reading_state_free)

const char *const *neg_reading_state_get_paths (const NegReadingState *state); /* borrowed, NULL-terminated */
guint neg_reading_state_get_captions (const NegReadingState *state);

/* Brings back what can be brought back by now; after each neg_reading_update() of the same @reading, in the same turn
 * of the main loop, so that nothing else is painted before. TRUE when there is no more to do: free @state.
 * @is_complete: no more images will come. What a person does meanwhile wins: a viewport that they changed is left
 * alone, and with another patient all of it ends. No step of undo comes of it.
 * An image that is gone is replaced by the one that has its number in the series, else by the first. */
gboolean neg_reading_restore (NegReading *reading, NegReadingState *state, gboolean is_complete);

G_END_DECLS
