/* What the model does with its items. Thread: main. */
#pragma once

#include "worklist/neg-worklist-model.h"

G_BEGIN_DECLS

struct _NegWorklistItem {
  GObject parent_instance;
  gint64 id;       /* of the entry; 0 until it is known */
  NegEntry *entry; /* NULL: not fetched, or let go */
  guint page;      /* where it was last */
  GWeakRef model;
};

NegWorklistItem *_neg_worklist_item_new (NegWorklistModel *model);
/* Takes @entry (nullable: let go); tells when something is different. */
void _neg_worklist_item_take_entry (NegWorklistItem *self, NegEntry *entry);

/* Fetches the page unless it is there or on its way. */
void _neg_worklist_model_need_page (NegWorklistModel *self, guint page);

G_END_DECLS
