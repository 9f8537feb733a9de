/* The reading list for a list view: a GListModel of NegWorklistItem, whose memory does not grow with the list. Reads on
 * a thread of its own (one read-only connection); pages of entries come as they are looked at, and 1,000 are kept.
 * At most NEG_ENTRIES_REACH items are listed; "n-found" says how many there are, "is-counting" while that is open.
 *
 * An item is the same object as long as its entry is on the list: when entries change (neg_worklist_model_refresh())
 * items are updated in place ("changed"), and those that go or come are the only ones told by items-changed where the list
 * is short (1,000); a selection survives. Thread: main. */
#pragma once

#include <gio/gio.h>

#include "store/neg-entries.h"

G_BEGIN_DECLS

#define NEG_TYPE_WORKLIST_ITEM (neg_worklist_item_get_type ())
G_DECLARE_FINAL_TYPE (NegWorklistItem, neg_worklist_item, NEG, WORKLIST_ITEM, GObject)

/* Borrowed until "changed"; NULL while it is being fetched (the row is drawn empty). */
const NegEntry *neg_worklist_item_get_entry (NegWorklistItem *item);

#define NEG_TYPE_WORKLIST_MODEL (neg_worklist_model_get_type ())
G_DECLARE_FINAL_TYPE (NegWorklistModel, neg_worklist_model, NEG, WORKLIST_MODEL, GObject)

/* Empty until an archive is there (looked for at every refresh). Folders as of neg-paths.h. */
NegWorklistModel *neg_worklist_model_new (const char *data_folder, const char *cache_folder);

/* Takes a copy. The old list stays until the first page of the new one is there: one items-changed. Queries that were
 * overtaken are interrupted (sqlite3_interrupt). */
void neg_worklist_model_set_query (NegWorklistModel *model, const NegEntryQuery *query);
/* For the letter that was typed and what it finds to be one frame: the new list is there when this returns, if it takes at
 * most @limit_ms, which is short. */
void neg_worklist_model_wait (NegWorklistModel *model, guint limit_ms);
void neg_worklist_model_refresh (NegWorklistModel *model); /* something changed: at most ten times a second is enough */

guint neg_worklist_model_get_n_found (NegWorklistModel *model); /* at least this many while counting */
gboolean neg_worklist_model_is_counting (NegWorklistModel *model);
const NegEntryCounts *neg_worklist_model_get_counts (NegWorklistModel *model);
const GError *neg_worklist_model_get_failure (NegWorklistModel *model); /* nullable; "notify::failure" */
/* Signal "updated": counts, n-found, is-counting or failure are different. */

/* The position of @entry_id among the fetched ones; FALSE when it is not there. */
gboolean neg_worklist_model_find (NegWorklistModel *model, gint64 entry_id, guint *position);

/* On the model's thread: the study's files, to open them (NegArchiveFile, given; empty: nothing here yet); the patient's
 * other entries. */
void neg_worklist_model_list_files_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_worklist_model_list_files_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);
void neg_worklist_model_list_priors_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_worklist_model_list_priors_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);
/* What links of patients say of the studies of that patient that are here (neg-aliases.h): NegAlias, given. */
void neg_worklist_model_list_aliases_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_worklist_model_list_aliases_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);
/* How many entries another query finds; when there is time. */
void neg_worklist_model_count_async (NegWorklistModel *model, const NegEntryQuery *query, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean neg_worklist_model_count_finish (NegWorklistModel *model, GAsyncResult *result, guint *n, GError **error);
/* The next entry to read after @entry_id (0: from the top) in the list's order: unread and not claimed by another; 0:
 * none. */
void neg_worklist_model_next_unread_async (NegWorklistModel *model, gint64 entry_id, const char *user,
                                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gint64 neg_worklist_model_next_unread_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);

G_END_DECLS
