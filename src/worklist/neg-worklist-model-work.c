/* What else is looked up on the list's thread: files, priors, what to read next. */
#include "config.h"

#include "base/neg-error.h"
#include "store/neg-aliases.h"
#include "store/neg-archive.h"
#include "worklist/neg-worklist-item-private.h"
#include "worklist/neg-worklist-reader-private.h"

#define STEP 500u

static void
start (NegWorklistModel *model, gpointer tag, NegWorklistWork work, gint64 entry_id, const char *user,
       GDestroyNotify free_result, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (model, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  _neg_worklist_reader_run (_neg_worklist_model_get_reader (model), task, work, entry_id, user, free_result);
}

static gpointer
fail_without_archive (GError **error)
{
  neg_fail (error, NEG_ERROR_NOT_FOUND, NEG_ARCHIVE_FILE, "There is no archive yet");
  return NULL;
}

static gpointer
list_files (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id,
            const char *user, GError **error)
{
  g_autoptr (NegEntry) entry = NULL;

  if (database == NULL)
    return fail_without_archive (error);
  entry = neg_entries_find (database, entry_id, error);
  if (entry == NULL)
    return NULL;
  if (entry->study_rowid == 0)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) neg_archive_file_free);
  return neg_archive_list_files (database, _neg_worklist_reader_get_data_folder (reader),
                                 _neg_worklist_reader_get_cache_folder (reader), entry->study_uid, entry->study_rowid,
                                 NULL, error);
}

void
neg_worklist_model_list_files_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data)
{
  start (model, neg_worklist_model_list_files_async, list_files, entry_id, NULL, (GDestroyNotify) g_ptr_array_unref,
         cancellable, callback, user_data);
}

GPtrArray *
neg_worklist_model_list_files_finish (NegWorklistModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
list_priors (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id,
             const char *user, GError **error)
{
  g_autoptr (NegEntry) entry = NULL;

  if (database == NULL)
    return fail_without_archive (error);
  entry = neg_entries_find (database, entry_id, error);
  return entry != NULL ? neg_entries_list_priors (database, entry, 200, error) : NULL;
}

void
neg_worklist_model_list_priors_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
  start (model, neg_worklist_model_list_priors_async, list_priors, entry_id, NULL,
         (GDestroyNotify) g_ptr_array_unref, cancellable, callback, user_data);
}

GPtrArray *
neg_worklist_model_list_priors_finish (NegWorklistModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
list_aliases (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id,
              const char *user, GError **error)
{
  g_autoptr (NegEntry) entry = NULL;

  if (database == NULL)
    return fail_without_archive (error);
  entry = neg_entries_find (database, entry_id, error);
  return entry != NULL ? neg_aliases_list (database, entry, error) : NULL;
}

void
neg_worklist_model_list_aliases_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
  start (model, neg_worklist_model_list_aliases_async, list_aliases, entry_id, NULL,
         (GDestroyNotify) g_ptr_array_unref, cancellable, callback, user_data);
}

GPtrArray *
neg_worklist_model_list_aliases_finish (NegWorklistModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- the next one --- */

static gboolean
is_to_read (const NegEntry *entry, const char *user)
{
  gboolean is_unread = entry->status == NEG_STATUS_ARRIVED || entry->status == NEG_STATUS_BEING_READ;

  return is_unread && (*entry->claimed_by == '\0' ? entry->status == NEG_STATUS_ARRIVED
                                                  : g_strcmp0 (entry->claimed_by, user) == 0);
}

typedef struct {
  gint64 after, first, next; /* ids; first: in the list, next: behind @after */
  gboolean is_behind;
} Search;

static void
look_at (Search *search, const NegEntry *entry, const char *user)
{
  if (entry->id == search->after) {
    search->is_behind = TRUE;
    return;
  }
  if (!is_to_read (entry, user))
    return;
  if (search->first == 0)
    search->first = entry->id;
  if (search->is_behind && search->next == 0)
    search->next = entry->id;
}

/* Behind the last one comes the first, and so it does when reading has taken @entry_id off the list. */
static gpointer
find_next (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id,
           const char *user, GError **error)
{
  Search search = { .after = entry_id, .is_behind = entry_id == 0 };

  for (guint first = 0; database != NULL && search.next == 0 && first < NEG_ENTRIES_REACH; first += STEP) {
    g_autoptr (GPtrArray) entries = neg_entries_list (database, query, first, STEP, error);

    if (entries == NULL)
      return NULL;
    for (guint i = 0; i < entries->len; i++)
      look_at (&search, g_ptr_array_index (entries, i), user);
    if (entries->len < STEP)
      break;
  }
  if (search.next == 0)
    search.next = search.first;
  return g_memdup2 (&search.next, sizeof search.next);
}

void
neg_worklist_model_next_unread_async (NegWorklistModel *model, gint64 entry_id, const char *user,
                                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  start (model, neg_worklist_model_next_unread_async, find_next, entry_id, user, g_free, cancellable, callback,
         user_data);
}

gint64
neg_worklist_model_next_unread_finish (NegWorklistModel *model, GAsyncResult *result, GError **error)
{
  g_autofree gint64 *id = g_task_propagate_pointer (G_TASK (result), error);

  return id != NULL ? *id : 0;
}

static gpointer
count (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id, const char *user,
       GError **error)
{
  guint n = 0;

  if (database == NULL)
    return fail_without_archive (error);
  return neg_entries_count (database, query, NEG_WORKLIST_COUNT_LIMIT, &n, error) ? GUINT_TO_POINTER (n) : NULL;
}

void
neg_worklist_model_count_async (NegWorklistModel *model, const NegEntryQuery *query, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (model, cancellable, callback, user_data);

  g_task_set_source_tag (task, neg_worklist_model_count_async);
  _neg_worklist_reader_run_later (_neg_worklist_model_get_reader (model), task, count, query);
}

gboolean
neg_worklist_model_count_finish (NegWorklistModel *model, GAsyncResult *result, guint *n, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gpointer counted = g_task_propagate_pointer (G_TASK (result), &failure);

  if (failure != NULL) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  *n = GPOINTER_TO_UINT (counted);
  return TRUE;
}
