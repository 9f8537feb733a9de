/* What one sitting before a video, or one practice, came to: a line of JSON, the same in the home's reading.db, on its way to the
 * site and in the site's progress/<user>.jsonl. Never anything of a patient: topics, times, stretches of a video.
 *
 *   {"format":"negatoscope-progress","version":1,"id":"<32 hex>","kind":"watched","person":"mm","station":"ct-desk-2",
 *    "topic":"measuring","revision":3,"video":"<64 hex>","duration_ms":40000,"began_ms":…,"ended_ms":…,"place_ms":…,"captions":"de",
 *    "played":[[from_ms,to_ms,began_after_ms,ended_after_ms,speed_percent],…]}
 *   {…,"kind":"practised","topic":"<exercise>","began_ms":…,"ended_ms":…,"done":true,"hints":1}
 *
 * Lines from elsewhere are hostile. Thread: any. */
#pragma once

#include <glib.h>

#include "learning/neg-segments.h"

G_BEGIN_DECLS

#define NEG_PROGRESS_LINE_BYTES_MAX (128u << 10)
#define NEG_PROGRESS_PLAYED_MAX 1000u
#define NEG_PROGRESS_PERSON_BYTES_MAX 256u

typedef enum {
  NEG_PROGRESS_WATCHED,
  NEG_PROGRESS_PRACTISED,
} NegProgressKind;

/* A stretch as it was played, in its order. */
typedef struct {
  gint64 from_ms, to_ms;               /* in the video */
  gint64 began_after_ms, ended_after_ms; /* since the sitting began */
  guint speed_percent;
} NegPlayed;

typedef struct {
  char *id;     /* 32 hex digits: a line that is there twice counts once */
  NegProgressKind kind;
  char *person; /* of the operating system */
  char *station; /* the computer's name; may be "" */
  char *topic;  /* or the exercise */
  guint revision;
  char *video;  /* SHA-256; "" for a practice */
  gint64 duration_ms;
  gint64 began_ms, ended_ms; /* UTC, since 1970 */
  gint64 place_ms;           /* where it was left */
  char *captions;            /* language; "" off */
  GArray *played;            /* NegPlayed */
  gboolean is_done;          /* of a practice */
  guint n_hints;
  gboolean is_own;           /* of this home; not in the text */
} NegProgressLine;

NegProgressLine *neg_progress_line_new (NegProgressKind kind, const char *person, const char *topic, gint64 began_ms);
void neg_progress_line_free (NegProgressLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegProgressLine, neg_progress_line_free)

/* No line end in it; given. */
char *neg_progress_line_dup_text (const NegProgressLine *line);
/* NULL and an error: it is no line of ours, or damaged. Given. */
NegProgressLine *neg_progress_line_parse (const char *text, gsize length, GError **error);

/* What it adds to @segments. */
void neg_progress_line_add_to (const NegProgressLine *line, NegSegments *segments);

G_END_DECLS
