/* The page of the context pane in a window of practice: exercises to choose from, the steps of one as they are done, hints, and that it is
 * done. What the window shows is told by neg_practice_page_update(). Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "learning/neg-practice.h"
#include "ui/neg-keymap.h"

G_BEGIN_DECLS

#define NEG_TYPE_PRACTICE_PAGE (neg_practice_page_get_type ())
G_DECLARE_FINAL_TYPE (NegPracticePage, neg_practice_page, NEG, PRACTICE_PAGE, GtkWidget)

/* Signals: "ended" (NegPractice *practice): done, or given up (neg_practice_is_done());
 *          "watch" (const char *topic): its video is wanted;
 *          "renew" (): the department as it was at first is wanted. */
NegPracticePage *neg_practice_page_new (NegKeymap *keymap, const NegPracticeTruth *truth);

/* While the department is not there: what is being done, or what went wrong. NULL: there it is. */
void neg_practice_page_set_waiting (NegPracticePage *page, const char *text);
/* How often this person has done an exercise. */
void neg_practice_page_set_n_done (NegPracticePage *page, const char *exercise, guint n);
/* Whether "watch" has an answer. */
void neg_practice_page_set_has_videos (NegPracticePage *page, gboolean has_videos);

gboolean neg_practice_page_is_practising (NegPracticePage *page);
void neg_practice_page_update (NegPracticePage *page, const NegPracticeFacts *facts, gint64 now_us);

void neg_practice_page_begin (NegPracticePage *page, const char *exercise);
/* An exercise of the topic: the first that this person has not done, else the first. One of it that is under way goes on; nothing where
 * it has none. */
void neg_practice_page_begin_topic (NegPracticePage *page, const char *topic);
/* Back to the list; one that is not done is given up. */
void neg_practice_page_leave (NegPracticePage *page);

G_END_DECLS
