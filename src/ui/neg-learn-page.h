/* What there is to learn, beside the images: all topics with a search, what is required first; a topic with its video, its text and its
 * keys. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "store/neg-reading-store.h"
#include "ui/neg-keymap.h"
#include "ui/neg-library-model.h"
#include "ui/neg-player.h"

G_BEGIN_DECLS

#define NEG_TYPE_LEARN_PAGE (neg_learn_page_get_type ())
G_DECLARE_FINAL_TYPE (NegLearnPage, neg_learn_page, NEG, LEARN_PAGE, GtkWidget)

/* Signals: "practise" (char *topic). */
GtkWidget *neg_learn_page_new (NegLibraryModel *model, NegKeymap *keymap, NegNetwork *network);

/* What was watched is kept there; nullable. It has to outlive the page, or be taken away by NULL. */
void neg_learn_page_set_store (NegLearnPage *page, NegReadingStore *store);

/* The topic with its keys to the video; FALSE: there is none of it, and all topics are shown. */
gboolean neg_learn_page_show_topic (NegLearnPage *page, const char *id);
void neg_learn_page_show_list (NegLearnPage *page);
const char *neg_learn_page_get_topic (NegLearnPage *page); /* NULL: the list is shown */

/* Topics that have an exercise; nullable, copied. */
void neg_learn_page_set_exercises (NegLearnPage *page, const char *const *topics);

/* To the search, or to the video of the topic that is shown. */
void neg_learn_page_focus (NegLearnPage *page);

G_END_DECLS
