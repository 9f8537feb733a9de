/* Captions and chapters of a video: WebVTT, read and written. What is read may be from anywhere: sizes and counts have
 * limits, a cue's text is plain (tags are dropped, entities resolved, control and direction characters gone), and what
 * is wrong is refused with its line, so that an author finds it. Styles, regions and positions are skipped: captions are
 * drawn by us. Thread: any, one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_VTT_BYTES_MAX (1 << 20)
#define NEG_VTT_CUES_MAX 5000
#define NEG_VTT_TEXT_BYTES_MAX 1000
#define NEG_VTT_TIME_MAX_US (24 * G_TIME_SPAN_HOUR)

typedef struct {
  gint64 start_us, end_us; /* end_us is behind start_us */
  char *text;              /* one line or several; UTF-8 */
} NegVttCue;

typedef struct _NegVtt NegVtt;

NegVtt *neg_vtt_new (void);

/* NULL with NEG_ERROR_UNREADABLE or NEG_ERROR_SIZE_OVERFLOW; where: the line. */
NegVtt *neg_vtt_parse (const char *data, gsize length, GError **error);
void neg_vtt_free (NegVtt *vtt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegVtt, neg_vtt_free)

/* By start. The pointer is good until the cues change. */
guint neg_vtt_get_n_cues (const NegVtt *vtt);
const NegVttCue *neg_vtt_get_cue (const NegVtt *vtt, guint index);

/* The cue that is shown at @time_us, the one that began last where several are; -1 where none is. */
int neg_vtt_find (const NegVtt *vtt, gint64 time_us);

/* The last cue that has begun at @time_us, shown or not (a chapter); -1 before the first. */
int neg_vtt_find_begun (const NegVtt *vtt, gint64 time_us);

/* Puts a cue where it belongs; @text is cleaned and cut as if read. Times are kept to a millisecond, as the format does. FALSE: the
 * times are none, nothing is left of the text, or there are too many. */
gboolean neg_vtt_add (NegVtt *vtt, gint64 start_us, gint64 end_us, const char *text);
void neg_vtt_remove (NegVtt *vtt, guint index);

/* What neg_vtt_parse() reads as the same cues. */
char *neg_vtt_to_text (const NegVtt *vtt);

G_END_DECLS
