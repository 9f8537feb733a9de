/* What the files of the pane share: its parts, what it asks of the agent. */
#pragma once

#include "ui/neg-prior-list.h"
#include "ui/neg-worklist-pane.h"
#include "ui/neg-worklist-view.h"

G_BEGIN_DECLS

#define NEG_WORKLIST_N_CHIPS 5

struct _NegWorklistPane {
  GtkWidget parent_instance;

  GSettings *settings; /* nullable */
  NegNetwork *network;
  NegWorklistModel *model;
  NegWorklistColumns *columns;
  GCancellable *cancellable;

  GtkWidget *box, *search, *columns_button, *ask_button, *count;
  GtkWidget *all_chip, *chips[NEG_WORKLIST_N_CHIPS];
  GtkWidget *stack, *view, *empty_text, *empty_button;
  GtkWidget *details, *details_text, *orders_text, *orders_attention, *priors;
  GtkWidget *message, *message_text, *message_button;
  GtkWidget *question, *question_text, *question_yes, *question_no;
  GtkWidget *menu; /* of a row; the last one */
  gboolean chips_set_by_us;
  guint chip_counts[NEG_WORKLIST_N_CHIPS];
  gboolean chips_known[NEG_WORKLIST_N_CHIPS];
  guint counted_chip; /* that is being counted; 0: none */
  gboolean count_again;

  /* Asking the archives */
  GCancellable *asking; /* while it goes on */
  guint n_asked, n_found;
  gint64 asked_us;     /* of the last question */
  GHashTable *problems; /* peer -> why */

  NegEntry *asked_about; /* whose claim is in question; nullable */
};

/* What is typed and chosen, as one text of the search language; given. */
char *_neg_worklist_pane_dup_text (NegWorklistPane *self);
NegEntry *_neg_worklist_pane_dup_cursor (NegWorklistPane *self); /* nullable */

/* Search and chips. */
void _neg_worklist_pane_make_search (NegWorklistPane *self);
void _neg_worklist_pane_update_query (NegWorklistPane *self);
void _neg_worklist_pane_update_counts (NegWorklistPane *self);
void _neg_worklist_pane_count_chips (NegWorklistPane *self); /* entries have changed */

/* The commands of the list, and what is said about them. */
void _neg_worklist_pane_add_actions (NegWorklistPane *self);
void _neg_worklist_pane_update_actions (NegWorklistPane *self);
void _neg_worklist_pane_popup_menu (NegWorklistPane *self, double x, double y);
void _neg_worklist_pane_ask (NegWorklistPane *self);
void _neg_worklist_pane_answer (NegWorklistPane *self, gboolean yes); /* to the question about a claim */
void _neg_worklist_pane_update_details (NegWorklistPane *self);

G_END_DECLS
