/* What windows showed, kept through a crash: per window ("run") the newest state, as text that only its maker reads.
 *
 * Only the last screen outlives its window: what was there when a run began (it has been offered) goes with that run's
 * first save. Several processes may share a folder. States hold paths and UIDs: the files are the owner's alone.
 * Thread: one at a time; reports come in the main context that holds where it was opened. Saving never waits for the
 * disk. */
#pragma once

#include "store/neg-writer.h"

G_BEGIN_DECLS

#define NEG_READING_STORE_FILE "reading.db"
#define NEG_SCREEN_TEXT_MAX (1u << 20) /* bytes */

typedef struct _NegReadingStore NegReadingStore;

typedef struct {
  char *run;
  char *state;
  gboolean crashed; /* FALSE: the window was closed */
  gint64 saved_us;  /* UTC, since 1970 */
} NegLastScreen;

void neg_last_screen_free (NegLastScreen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegLastScreen, neg_last_screen_free)

/* reading.db in @folder, made where it is not. @report (nullable): see neg-writer.h. */
NegReadingStore *neg_reading_store_open (const char *folder, NegWriterReport report, gpointer user_data,
                                         GError **error);

/* Waits a second for what is being written. Runs that are not closed count as crashed. */
void neg_reading_store_free (NegReadingStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegReadingStore, neg_reading_store_free)

/* The screen that was saved last by a run that is no more; NULL without an error when there is none. Given. */
NegLastScreen *neg_reading_store_find_last (NegReadingStore *store, GError **error);

/* A window begins; its run lives until it is closed or the process ends. Borrowed, until then. */
const char *neg_reading_store_begin_run (NegReadingStore *store, GError **error);

/* Replaces what the run had saved; NULL: nothing is shown any more. On the disk within half a second. A text longer
 * than NEG_SCREEN_TEXT_MAX is not taken: FALSE, and what was saved before stays. */
gboolean neg_reading_store_save (NegReadingStore *store, const char *run, const char *state);

/* The window closes as it should: what it showed last is kept, marked so. Waits a second at most. */
gboolean neg_reading_store_close_run (NegReadingStore *store, const char *run, GError **error);

/* Deletes the screens of all runs that are no more. */
void neg_reading_store_forget (NegReadingStore *store);

gboolean neg_reading_store_flush (NegReadingStore *store, guint limit_ms, GError **error);

G_END_DECLS
