/* What this home's people have learned: kept in reading.db while they do, and posted to the site when it is over.
 *
 * A sitting begins when a video is opened and ends when it is closed; what was played until then is on the disk within seconds, so a
 * crash costs nothing but those. The clock is given, for tests.
 * Thread: that of the reading store. */
#pragma once

#include "learning/neg-progress-line.h"
#include "store/neg-reading-store.h"

G_BEGIN_DECLS

#define NEG_PROGRESS_DONE 0.9  /* of a video: the union of what was played */
#define NEG_PROGRESS_VIEW 0.25 /* of a video in a day: it was seen, and counts once for that person and day */

/* A video as the library has it now. */
typedef struct {
  const char *topic;
  guint revision;
  const char *video; /* SHA-256 */
  gint64 duration_ms;
} NegProgressVideo;

typedef struct _NegWatch NegWatch;

/* @person: NULL is who runs this. The sitting is kept with the first stretch that is played. */
NegWatch *neg_watch_begin (NegReadingStore *store, const char *person, const NegProgressVideo *video, gint64 now_us);
/* A stretch was played until now, at @speed. Stretches that go on from the last one are joined. */
void neg_watch_played (NegWatch *watch, gint64 from_us, gint64 to_us, double speed, gint64 now_us);
void neg_watch_set_place (NegWatch *watch, gint64 place_us);
void neg_watch_set_captions (NegWatch *watch, const char *language); /* "": off */
/* Ends the sitting: it is waiting to be posted. Frees @watch. */
void neg_watch_end (NegWatch *watch, gint64 now_us);

/* A practice that was done or given up; waiting to be posted. */
void neg_progress_add_practice (NegReadingStore *store, const char *person, const char *exercise, gint64 began_us, gint64 ended_us,
                                gboolean is_done, guint n_hints);

/* Where the video was left, 0 for the beginning (also where it was left at its end). */
gint64 neg_progress_get_place_us (NegReadingStore *store, const char *person, const NegProgressVideo *video);
/* 0 .. 1 of this very video. */
double neg_progress_get_fraction (NegReadingStore *store, const char *person, const NegProgressVideo *video);

/* All of this home, oldest first: of NegProgressLine; given. */
GPtrArray *neg_progress_list (NegReadingStore *store, GError **error);
/* The same from the file, for any thread and program. NOT_FOUND: there is none. */
GPtrArray *neg_progress_list_file (const char *data_folder, GError **error);

/* What is waiting to be posted (sittings that are over, also those that a crash ended): the lines' texts by id; given. To be posted
 * through the agent (kind NEG_PROGRESS_POST), then set so. A line that is posted twice counts once; of a sitting that went on after
 * all the later line counts. */
#define NEG_PROGRESS_POST "progress"
GHashTable *neg_progress_list_waiting (NegReadingStore *store, gint64 now_us, GError **error);
void neg_progress_set_posted (NegReadingStore *store, const char *id, const char *line);

G_END_DECLS
