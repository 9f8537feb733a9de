#include "config.h"

#include "agent/neg-import-private.h"

#include "base/neg-error.h"
#include "store/neg-archive-issuers.h"
#include "store/neg-corrections.h"
#include "store/neg-desk.h"
#include "wire/neg-index-batch.h"

#define GROUP_OBJECTS NEG_SCAN_BATCH_MAX
#define STATUS_CANNOT_UNDERSTAND 0xC000 /* PS3.4 B.2.3 */

/* One file in the store. */
typedef struct {
  char *name;
  NegObjectClass object_class;
  guint64 bytes;
  gint64 changed_us;
} Found;

typedef struct {
  NegAgent *agent;
  NegTransferFunc func;
  gpointer user_data;
  GCancellable *cancellable;
  NegTransfer *transfer;
  GArray *found; /* Found */
  NegArchiveIssuers *issuers;
  GHashTable *doubted; /* study UIDs */
  GHashTable *hidden;  /* names of files that corrections have replaced */
} Rebuild;

static void
found_clear (gpointer data)
{
  g_free (((Found *) data)->name);
}

static gboolean
found_cb (const char *name, NegObjectClass object_class, guint64 bytes, gint64 changed_us, gpointer user_data)
{
  Rebuild *rebuild = user_data;
  Found found = { g_strdup (name), object_class, bytes, changed_us };

  g_array_append_val (rebuild->found, found);
  return !g_cancellable_is_cancelled (rebuild->cancellable);
}

/* The newest version of an object is the one that came last. */
static int
compare_found (gconstpointer a, gconstpointer b)
{
  gint64 time_a = ((const Found *) a)->changed_us;
  gint64 time_b = ((const Found *) b)->changed_us;

  return (time_a > time_b) - (time_a < time_b);
}

static NegJobObject *
add_failure (Rebuild *rebuild, const char *name, const char *message)
{
  NegJobObject *object = g_new0 (NegJobObject, 1);

  object->sop_uid = g_strdup (name);
  object->failed = TRUE;
  object->message = g_strdup (message);
  g_ptr_array_add (rebuild->transfer->objects, object);
  rebuild->transfer->progress.failed++;
  return object;
}

static void
fail_file (Rebuild *rebuild, const Found *found, const GError *error)
{
  add_failure (rebuild, found->name, error->message)->status = STATUS_CANNOT_UNDERSTAND;
}

static NegIndexBatch *
start_group (Rebuild *rebuild, guint first)
{
  NegObjectStore *store = neg_archive_get_objects (neg_agent_get_archive (rebuild->agent));
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

  for (guint i = first; i < MIN (first + GROUP_OBJECTS, rebuild->found->len); i++) {
    const Found *found = &g_array_index (rebuild->found, Found, i);
    g_autofree char *path = neg_object_store_dup_path (store, found->object_class, found->name);

    g_ptr_array_add (blobs, neg_blob_new_for_path (path));
  }
  return neg_index_batch_new (neg_agent_get_pool (rebuild->agent), blobs, FALSE, NEG_PRIORITY_BACKGROUND);
}

/* What the peer that it came from had said of it. */
static void
restore_issuer (Rebuild *rebuild, NegArchiveObject *object)
{
  const char *study_uid = object->record->text[NEG_RECORD_STUDY_UID];
  NegArchiveIssuer said;

  if (!neg_archive_issuers_find (rebuild->issuers, object->record, &said))
    return;
  object->issuer = said.issuer;
  object->accession_issuer = said.accession_issuer;
  if (said.is_contradicted && g_hash_table_add (rebuild->doubted, g_strdup (study_uid)))
    add_failure (rebuild, study_uid,
                 "several peers had sent this study, each with another issuer of its numbers: all of it has the first");
}

static void
collect_object (Rebuild *rebuild, const Found *found, NegObjectRecord *record, const GError *refusal, GArray *objects)
{
  NegArchiveObject object = {
    .record = record, .object_class = found->object_class, .name = found->name, .bytes = found->bytes,
    .source = NEG_ARCHIVE_SOURCE_REBUILD, .received_us = found->changed_us, .unasked = TRUE, .is_older = g_hash_table_contains (rebuild->hidden, found->name),
  };
  g_autoptr (GError) failure = NULL;

  if (refusal != NULL || !neg_object_record_check (record, &failure)) {
    fail_file (rebuild, found, refusal != NULL ? refusal : failure);
    return;
  }
  restore_issuer (rebuild, &object);
  g_array_append_val (objects, object);
}

static gboolean
add_group (Rebuild *rebuild, guint first, NegIndexBatch *batch, GError **error)
{
  g_autoptr (GArray) objects = g_array_new (FALSE, FALSE, sizeof (NegArchiveObject));

  neg_index_batch_wait (batch, rebuild->cancellable);
  if (g_cancellable_is_cancelled (rebuild->cancellable))
    return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
  for (guint i = 0; i < batch->blobs->len; i++)
    collect_object (rebuild, &g_array_index (rebuild->found, Found, first + i), batch->records[i], batch->errors[i],
                    objects);
  if (objects->len > 0
      && !neg_archive_add (neg_agent_get_archive (rebuild->agent), (const NegArchiveObject *) objects->data,
                           objects->len, NULL, error))
    return FALSE;
  for (guint i = 0; i < objects->len; i++)
    rebuild->transfer->progress.bytes += g_array_index (objects, NegArchiveObject, i).bytes;
  rebuild->transfer->progress.done += objects->len;
  if (rebuild->func != NULL)
    rebuild->func (&rebuild->transfer->progress, rebuild->user_data);
  return TRUE;
}

/* The engines read one group while the one before is written. */
static gboolean
add_all (Rebuild *rebuild, GError **error)
{
  g_autoptr (NegIndexBatch) batch = rebuild->found->len > 0 ? start_group (rebuild, 0) : NULL;

  for (guint first = 0; batch != NULL; first += GROUP_OBJECTS) {
    g_autoptr (NegIndexBatch) current = g_steal_pointer (&batch);

    if (first + GROUP_OBJECTS < rebuild->found->len)
      batch = start_group (rebuild, first + GROUP_OBJECTS);
    if (!add_group (rebuild, first, current, error))
      return FALSE;
  }
  return TRUE;
}

/* Known once all files are: a version of which the newer one is lost is all there is. */
static gboolean
find_hidden (Rebuild *rebuild, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) lost = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < rebuild->found->len; i++)
    g_hash_table_add (names, g_array_index (rebuild->found, Found, i).name);
  rebuild->hidden = neg_corrections_list_hidden (neg_agent_get_data_folder (rebuild->agent), names, lost, error);
  for (guint i = 0; rebuild->hidden != NULL && i < lost->len; i++)
    add_failure (rebuild, lost->pdata[i], "what a correction had made of this object is lost: it is shown as it came");
  return rebuild->hidden != NULL;
}

static gboolean
bring_found_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_desk_bring_found (database, g_get_real_time (), error);
}

static gboolean
restore_rejections (Rebuild *rebuild, GError **error)
{
  g_autoptr (GPtrArray) unread = g_ptr_array_new_with_free_func (g_free);

  if (!_neg_rebuild_rejections (rebuild->agent, unread, rebuild->cancellable, error))
    return FALSE;
  for (guint i = 0; i < unread->len; i++)
    add_failure (rebuild, unread->pdata[i], "what this note rejects cannot be read: it may be sent again");
  return TRUE;
}

gboolean
neg_rebuild_run (NegAgent *agent, NegTransferFunc func, gpointer user_data, GCancellable *cancellable,
                 NegTransfer *transfer, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Found));
  g_autoptr (GHashTable) doubted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (NegArchiveIssuers) issuers = neg_archive_issuers_load (neg_agent_get_data_folder (agent), error);
  Rebuild rebuild = { agent, func, user_data, cancellable, transfer, found, issuers, doubted, NULL };
  gboolean done;

  if (issuers == NULL)
    return FALSE;
  if (neg_agent_get_pool (agent) == NULL)
    return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "no engine can be started");
  g_array_set_clear_func (found, found_clear);
  if (!neg_object_store_walk (neg_archive_get_objects (neg_agent_get_archive (agent)), found_cb, &rebuild, error))
    return FALSE;
  g_array_sort (found, compare_found);
  transfer->progress.objects = found->len;
  done = find_hidden (&rebuild, error) && add_all (&rebuild, error) && restore_rejections (&rebuild, error)
         && neg_archive_write (neg_agent_get_archive (agent), bring_found_cb, NULL, error);
  g_clear_pointer (&rebuild.hidden, g_hash_table_unref);
  if (!done)
    return FALSE;
  neg_agent_announce (agent, "");
  return TRUE;
}
