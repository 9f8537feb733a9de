#include "config.h"

#include "ui/neg-entry-lookup.h"

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "store/neg-archive.h"

typedef struct {
  char *folder, *study_uid;
  gint64 id;
  NegEntryFound callback;
  gpointer user_data;
} Lookup;

static void
free_lookup (gpointer data)
{
  Lookup *lookup = data;

  g_free (lookup->folder);
  g_free (lookup->study_uid);
  g_free (lookup);
}

static NegEntry *
find (const Lookup *lookup, GError **error)
{
  g_autoptr (NegDatabase) database = neg_archive_open_reader (lookup->folder, error);
  NegEntry *entry;
  GError *own = NULL;

  if (database == NULL)
    return NULL;
  if (lookup->id != 0)
    return neg_entries_find (database, lookup->id, error);
  entry = neg_entries_find_study (database, lookup->study_uid, &own);
  if (own != NULL)
    g_propagate_error (error, own);
  else if (entry == NULL)
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "the study is not in the reading list");
  if (entry == NULL || !entry->is_conflict)
    return entry;
  neg_entry_free (entry); /* one of several patients' */
  neg_fail (error, NEG_ERROR_CONFLICT, NULL, "the UID of the study is that of several patients");
  return NULL;
}

static void
lookup_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  NegEntry *entry = find (data, &error);

  if (entry != NULL)
    g_task_return_pointer (task, entry, (GDestroyNotify) neg_entry_free);
  else
    g_task_return_error (task, error);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  const Lookup *lookup = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (NegEntry) entry = g_task_propagate_pointer (G_TASK (result), &error);

  lookup->callback (entry, error, lookup->user_data);
}

void
neg_entry_lookup (const char *home, gint64 id, const char *study_uid, NegEntryFound callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, found_cb, NULL);
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->folder = neg_paths_dup_data_folder (home);
  lookup->study_uid = g_strdup (study_uid);
  lookup->id = id;
  lookup->callback = callback;
  lookup->user_data = user_data;
  g_task_set_task_data (task, lookup, free_lookup);
  g_task_run_in_thread (task, lookup_in_thread);
}
