/* What of a video was played: a set of stretches of it, each counted once however often it was played.
 *
 * Whole milliseconds. Kept in order and apart from each other; bounded: of more than NEG_SEGMENTS_MAX stretches the shortest is
 * forgotten, so that what was not played never counts.
 * Thread: one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_SEGMENTS_MAX 1000u
#define NEG_SEGMENTS_TEXT_MAX (64u << 10)      /* bytes of the text form */
#define NEG_VIDEO_MS_MAX (24 * 60 * 60 * 1000) /* nothing here is longer than a day */

typedef struct {
  gint64 from_ms, to_ms; /* from < to */
} NegSegment;

typedef struct _NegSegments NegSegments;

/* @duration_ms of the video, more than 0: what is beyond it is no part of it. */
NegSegments *neg_segments_new (gint64 duration_ms);
void neg_segments_free (NegSegments *segments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegSegments, neg_segments_free)

/* Nothing where from >= to. */
void neg_segments_add (NegSegments *segments, gint64 from_ms, gint64 to_ms);
void neg_segments_merge (NegSegments *segments, const NegSegments *other);

guint neg_segments_get_n (const NegSegments *segments);
const NegSegment *neg_segments_get (const NegSegments *segments, guint index); /* borrowed */
gint64 neg_segments_get_duration_ms (const NegSegments *segments);
gint64 neg_segments_get_played_ms (const NegSegments *segments);
double neg_segments_get_fraction (const NegSegments *segments); /* 0 .. 1 */

/* "0.000[.]12.000[,]14.000[.]21.000": seconds, as the xAPI Video Profile writes them; "" for none. Given. */
char *neg_segments_dup_text (const NegSegments *segments);
/* NULL and an error: it is not such a text. Given. */
NegSegments *neg_segments_parse (const char *text, gint64 duration_ms, GError **error);

/* One place: "12.000"; given. */
char *neg_segments_dup_seconds (gint64 ms);

G_END_DECLS
