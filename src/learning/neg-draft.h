/* A demo that is being made: a folder <data>/drafts/<id> with the recording (take.webm), what belongs to it (draft.json) and
 * its captions and chapters (captions.en.vtt, chapters.en.vtt), for the owner only. draft.json is replaced as a whole, so
 * there is always one. While something is recorded its take is locked: a draft that says it is being recorded and is not
 * locked was left by a program that died. Thread: any, one at a time. */
#pragma once

#include <glib.h>

#include "learning/neg-vtt.h"

G_BEGIN_DECLS

#define NEG_DRAFT_TAKE "take.webm"
#define NEG_DRAFT_FINAL "final.webm" /* what others will see */
#define NEG_DRAFTS_MAX 500
#define NEG_DRAFT_TEXT_BYTES_MAX 2000

typedef struct {
  char *id, *folder;
  char *topic;                 /* an id of the library's; "" until it is chosen */
  GHashTable *title, *summary; /* language to text */
  char **roles;                /* none: everybody */
  gint64 made_us;              /* wall clock */
  gint64 duration_us;
  gint64 start_us, end_us; /* what is kept of the take; end 0: to its end */
  gboolean is_recording;
  gboolean was_interrupted; /* the program died while it was recorded */
  char *published;          /* the revision's mark that was handed over; "" none */
} NegDraft;

void neg_draft_free (NegDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegDraft, neg_draft_free)

/* A new folder; nothing is recorded yet. Given. */
NegDraft *neg_draft_new (const char *drafts_folder, GError **error);
NegDraft *neg_draft_load (const char *folder, GError **error);
gboolean neg_draft_save (const NegDraft *draft, GError **error);

/* All that can be read, latest first. Given; NegDraft. */
GPtrArray *neg_draft_list (const char *drafts_folder);
gboolean neg_draft_remove (NegDraft *draft, GError **error); /* with all its files */

char *neg_draft_dup_path (const NegDraft *draft, const char *name);

/* A file that can be locked and written, 0600; -1 with an error. */
int neg_draft_create_take (const NegDraft *draft, GError **error);

/* To be read, and whether somebody is recording into it. -1: it is not there. */
int neg_draft_open_take (const NegDraft *draft, gboolean *is_locked);

/* "captions" or "chapters" in a language ("en"). Empty where there is no file; what is no WebVTT is an error. Given. */
NegVtt *neg_draft_load_cues (const NegDraft *draft, const char *kind, const char *language, GError **error);
gboolean neg_draft_save_cues (const NegDraft *draft, const char *kind, const char *language, const NegVtt *cues,
                              GError **error);

/* As they are in the film that is cut out of the take: cut off and moved. Given. */
NegVtt *neg_draft_cut_cues (const NegDraft *draft, const NegVtt *cues);

/* The id of a new topic of that title ("MPR made easy!" is "mpr-made-easy"); given, "" where nothing is left of it. */
char *neg_draft_dup_topic_id (const char *title);

G_END_DECLS
