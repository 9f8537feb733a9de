/* What was written as what is kept: hashed, on the disk, in its place by its name. */
#include "config.h"

#include "store/neg-object-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-fault.h"

#define SEALERS 8 /* syncs that the disk is asked for at a time */

static gboolean
check_size (const NegIncoming *incoming, guint64 bytes, GError **error)
{
  struct stat status;

  if (fstat (incoming->fd, &status) != 0)
    return _neg_object_store_fail (errno, "An object cannot be examined", error);
  return (guint64) status.st_size == bytes
         || neg_fail (error, NEG_ERROR_TRUNCATED, "objects",
                      "An object of %" G_GUINT64_FORMAT " bytes was announced, %" G_GUINT64_FORMAT " were written",
                      bytes, (guint64) status.st_size);
}

gboolean
neg_incoming_hash (NegIncoming *incoming, guint64 bytes, GError **error)
{
  if (incoming->hash != NULL)
    return TRUE;
  neg_fault_point ("written");
  if (!check_size (incoming, bytes, error))
    return FALSE;
  incoming->hash = _neg_object_hash_fd (incoming->fd, bytes, NULL, error);
  if (incoming->hash != NULL)
    neg_fault_point ("hashed");
  return incoming->hash != NULL;
}

static void
sync_cb (gpointer data, gpointer store)
{
  NegIncoming *incoming = data;

  incoming->sync_errno = fdatasync (incoming->fd) == 0 ? 0 : errno;
}

/* The disk writes while the processor hashes. */
static gboolean
hash_and_sync (NegIncoming *incoming, guint64 bytes, GError **error)
{
  if (!neg_incoming_hash (incoming, bytes, error))
    return FALSE;
  if (incoming->is_sync_begun)
    _neg_incoming_await_sync (incoming);
  else
    sync_cb (incoming, incoming->store);
  if (incoming->sync_errno != 0)
    return _neg_object_store_fail (incoming->sync_errno, "An object cannot be brought onto the disk", error);
  neg_fault_point ("synced");
  return TRUE;
}

static gboolean
move_into_place (NegIncoming *incoming, const char *path, GError **error)
{
  int code = g_rename (incoming->path, path);

  if (code != 0 && errno == ENOENT && _neg_object_store_make_folders (incoming->store, incoming->object_class, NULL))
    code = g_rename (incoming->path, path);
  if (code != 0)
    return _neg_object_store_fail (errno, "An object cannot be put in its place", error);
  g_clear_pointer (&incoming->path, g_free);
  neg_fault_point ("renamed");
  return TRUE;
}

static char *
rename_by_hash (NegObjectStore *store, NegIncoming *incoming, guint64 bytes, GError **error)
{
  g_autofree char *path = NULL;

  if (!hash_and_sync (incoming, bytes, error))
    return NULL;
  incoming->name = g_strdup (incoming->hash);
  _neg_object_store_hold_name (store, incoming->object_class, incoming->name, 1);
  path = neg_object_store_dup_path (store, incoming->object_class, incoming->name);
  if (!move_into_place (incoming, path, error))
    return NULL;
  close (incoming->fd);
  incoming->fd = -1;
  return g_path_get_dirname (path);
}

/* One object of several. */
typedef struct {
  NegSealing *sealing;
  char *folder;  /* of its place, once it is there */
  GError *error; /* of the folder */
  gboolean syncs; /* the first one in its folder */
} Step;

static void
rename_cb (gpointer data, gpointer store)
{
  Step *step = data;

  step->folder = rename_by_hash (store, step->sealing->incoming, step->sealing->bytes, &step->sealing->error);
}

static void
sync_folder_cb (gpointer data, gpointer store)
{
  Step *step = data;

  if (step->syncs && _neg_object_store_sync_folder (step->folder, &step->error))
    neg_fault_point ("folder-synced");
}

/* Something for a sealer; owned by it. */
typedef struct {
  GFunc func;
  gpointer data;
  guint *n_left; /* of those that somebody waits for; guarded by the store */
} Work;

static void
work_cb (gpointer data, gpointer user_data)
{
  g_autofree Work *work = data;
  NegObjectStore *store = user_data;

  work->func (work->data, store);
  g_mutex_lock (&store->lock);
  *work->n_left -= 1;
  if (*work->n_left == 0)
    g_cond_broadcast (&store->sealed_one);
  g_mutex_unlock (&store->lock);
}

/* All its threads from the beginning: none has to be made when the system has no more. NULL: it had none. */
static GThreadPool *
get_sealers (NegObjectStore *store)
{
  GThreadPool *sealers;

  g_mutex_lock (&store->lock);
  if (store->sealers == NULL)
    store->sealers = g_thread_pool_new (work_cb, store, SEALERS, TRUE, NULL);
  sealers = g_thread_pool_get_num_threads (store->sealers) > 0 ? store->sealers : NULL;
  g_mutex_unlock (&store->lock);
  return sealers;
}

static void
begin_work (NegObjectStore *store, GFunc func, gpointer data, guint *n_left)
{
  GThreadPool *sealers = get_sealers (store);
  Work *work = g_new (Work, 1);

  *work = (Work) { .func = func, .data = data, .n_left = n_left };
  if (sealers != NULL)
    g_thread_pool_push (sealers, work, NULL);
  else
    work_cb (work, store);
}

static void
await_work (NegObjectStore *store, const guint *n_left)
{
  g_mutex_lock (&store->lock);
  while (*n_left > 0)
    g_cond_wait (&store->sealed_one, &store->lock);
  g_mutex_unlock (&store->lock);
}

/* Sealers take their work in its order: whoever seals finds that the sync which was begun before is under way or over. */
void
neg_incoming_begin_sync (NegIncoming *incoming)
{
  incoming->is_sync_begun = TRUE;
  incoming->n_syncing = 1;
  begin_work (incoming->store, sync_cb, incoming, &incoming->n_syncing);
}

void
_neg_incoming_await_sync (NegIncoming *incoming)
{
  if (incoming->is_sync_begun)
    await_work (incoming->store, &incoming->n_syncing);
}

/* What several threads wait for the disk to write, it writes together. One step is the caller's own, who may be a
 * sealer: those wait for no other that may not have begun. */
static void
run_steps (GFunc func, Step *steps, guint n, NegObjectStore *store)
{
  guint n_left = n;

  if (n == 1) {
    func (steps, store);
    return;
  }
  for (guint i = 0; i < n; i++)
    begin_work (store, func, &steps[i], &n_left);
  await_work (store, &n_left);
}

/* A folder that could not be synced is the failure of all in it. */
static void
conclude (Step *steps, guint n, GHashTable *first)
{
  for (guint i = 0; i < n; i++) {
    const Step *syncing = steps[i].folder != NULL ? g_hash_table_lookup (first, steps[i].folder) : NULL;

    if (syncing != NULL && syncing->error != NULL)
      steps[i].sealing->error = g_error_copy (syncing->error);
  }
}

void
neg_object_store_seal_many (NegObjectStore *store, NegSealing *sealings, guint n)
{
  g_autoptr (GHashTable) first = g_hash_table_new (g_str_hash, g_str_equal); /* folder: Step */
  g_autofree Step *steps = g_new0 (Step, n);

  for (guint i = 0; i < n; i++) {
    /* A hint, whose failure is that of fdatasync(). */
    if (!sealings[i].incoming->is_sync_begun)
      sync_file_range (sealings[i].incoming->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    steps[i].sealing = &sealings[i];
  }
  run_steps (rename_cb, steps, n, store);
  for (guint i = 0; i < n; i++)
    if (steps[i].folder != NULL && !g_hash_table_contains (first, steps[i].folder)) {
      steps[i].syncs = TRUE;
      g_hash_table_insert (first, steps[i].folder, &steps[i]);
    }
  run_steps (sync_folder_cb, steps, n, store);
  conclude (steps, n, first);
  for (guint i = 0; i < n; i++) {
    g_clear_error (&steps[i].error);
    g_free (steps[i].folder);
  }
}

gboolean
neg_object_store_seal (NegObjectStore *store, NegIncoming *incoming, guint64 bytes, char **name, GError **error)
{
  NegSealing sealing = { .incoming = incoming, .bytes = bytes };

  neg_object_store_seal_many (store, &sealing, 1);
  if (sealing.error != NULL) {
    g_propagate_error (error, sealing.error);
    return FALSE;
  }
  *name = g_strdup (incoming->name);
  return TRUE;
}

/* --- beside what the caller does --- */

static void
seal_cb (gpointer sealing, gpointer store)
{
  neg_object_store_seal_many (store, sealing, 1);
}

void
neg_object_store_seal_begin (NegObjectStore *store, NegSealing *sealing)
{
  sealing->n_left = 1;
  begin_work (store, seal_cb, sealing, &sealing->n_left);
}

void
neg_object_store_seal_wait (NegObjectStore *store, NegSealing *sealing)
{
  await_work (store, &sealing->n_left);
}
