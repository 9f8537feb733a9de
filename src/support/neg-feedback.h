/* What people tell the site: kind, how bad, words, and (ticked) a picture. Made here, sent by the agent (Post "feedback"), read again
 * for the list of superusers. Thread: any. */
#pragma once

#include "support/neg-support.h"

G_BEGIN_DECLS

#define NEG_FEEDBACK_WORDS_BYTES_MAX 8000
#define NEG_FEEDBACK_PICTURE "screenshot.png" /* the name of the attachment */

typedef enum {
  NEG_FEEDBACK_PROBLEM,
  NEG_FEEDBACK_IDEA,
  NEG_FEEDBACK_QUESTION,
  NEG_FEEDBACK_PRAISE,
  NEG_FEEDBACK_N_KINDS,
} NegFeedbackKind;

typedef enum {
  NEG_FEEDBACK_NOT_BAD,
  NEG_FEEDBACK_ANNOYS,
  NEG_FEEDBACK_SLOWS,
  NEG_FEEDBACK_STOPS,    /* work cannot go on */
  NEG_FEEDBACK_ENDANGERS, /* a patient may be harmed */
  NEG_FEEDBACK_N_HOW_BAD,
} NegFeedbackHowBad;

const char *neg_feedback_kind_get_name (NegFeedbackKind kind);          /* "problem" ...: of the file */
const char *neg_feedback_kind_get_words (NegFeedbackKind kind);         /* translated */
const char *neg_feedback_how_bad_get_name (NegFeedbackHowBad how_bad);
const char *neg_feedback_how_bad_get_words (NegFeedbackHowBad how_bad); /* translated */

typedef struct {
  NegFeedbackKind kind;
  NegFeedbackHowBad how_bad;
  char *words;
  gboolean has_picture;
} NegFeedback;

/* What is sent, exactly, also to be shown: who (user, role), workstation, version, page, time, words, kind, how bad, and whether a
 * picture goes with it. USAGE: no words, too many of them. Given. */
char *neg_feedback_make_json (const NegFeedback *feedback, const NegSender *sender, gint64 now_us, GError **error);

/* "You said, we did": an answer as the site gives it. */
typedef struct {
  char *id;   /* of the feedback: its post's UUID */
  char *words; /* Markdown */
  char *by;
  char *done; /* what was done, one line; "" */
  gint64 at_us;
} NegFeedbackAnswer;

NegFeedbackAnswer *neg_feedback_answer_parse (const char *json, gsize length, GError **error);
char *neg_feedback_answer_to_json (const NegFeedbackAnswer *answer);
void neg_feedback_answer_free (NegFeedbackAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegFeedbackAnswer, neg_feedback_answer_free)
/* {"answers":[...]} of [support] answers=; what is wrong with one leaves out that one. NegFeedbackAnswer, given. */
GPtrArray *neg_feedback_answers_parse (const char *json, gsize length, GError **error);

/* One that has arrived at the site. */
typedef struct {
  char *id;
  NegSender sender;
  NegFeedback feedback;
  gint64 at_us;
  char *picture; /* path, nullable */
  NegFeedbackAnswer *answer; /* nullable */
} NegFeedbackItem;

void neg_feedback_item_free (NegFeedbackItem *item);
/* What was posted, as it is in a file or an outbox row. */
NegFeedbackItem *neg_feedback_item_parse (const char *json, gsize length, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegFeedbackItem, neg_feedback_item_free)

/* All of <folder>/feedback, oldest first. NegFeedbackItem, given; *refused (nullable): NegRefusal, given: files that are none. */
GPtrArray *neg_feedback_list (const char *folder, GPtrArray **refused, GError **error);
/* For a spreadsheet; given. */
char *neg_feedback_dup_csv (GPtrArray *items);

G_END_DECLS
