/* Other studies of a patient that are not open: one line each, opened when it is here, retrieved when it is not.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "store/neg-entries.h"

G_BEGIN_DECLS

#define NEG_TYPE_PRIOR_LIST (neg_prior_list_get_type ())
G_DECLARE_FINAL_TYPE (NegPriorList, neg_prior_list, NEG, PRIOR_LIST, GtkWidget)

/* Signal "activate" (NegEntry *entry): borrowed for the call. Not visible while it is empty. */
GtkWidget *neg_prior_list_new (void);

/* NegEntry, nullable; copied. Those whose study is in @open_uids (nullable set) are left out. @relevant: the entry to
 * compare with first, which is marked and selected; 0: none. */
void neg_prior_list_set_entries (NegPriorList *list, GPtrArray *entries, GHashTable *open_uids, gint64 relevant);

G_END_DECLS
