#include "config.h"

#include "store/neg-archive-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "store/neg-database-private.h"
#include "store/neg-object-store-private.h"
#include "store/neg-store-resources.h"

#define LOCK_FILE "archive.lock"

static NegSchema
get_schema (void)
{
  return (NegSchema){ .resource = neg_store_get_resource (), .folder = "/org/negatoscope/store/archive" };
}

/* The kernel takes the lock away with the process. It belongs to the open file: a second archive of this process does
 * not get it either (F_OFD_SETLK, fcntl_locking(2)). */
static gboolean
lock_folder (NegArchive *archive, GError **error)
{
  g_autofree char *path = g_build_filename (archive->data_folder, LOCK_FILE, NULL);
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

  archive->lock_fd = g_open (path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (archive->lock_fd < 0)
    return neg_fail (error, errno == ENOSPC ? NEG_ERROR_DISK_FULL : NEG_ERROR_REFUSED, LOCK_FILE,
                     "The archive cannot be locked: %s", g_strerror (errno));
  if (fcntl (archive->lock_fd, F_OFD_SETLK, &whole) == 0)
    return TRUE;
  if (errno == EAGAIN || errno == EACCES)
    return neg_fail (error, NEG_ERROR_BUSY, NEG_ARCHIVE_FILE, "Another process has the archive open");
  return neg_fail (error, NEG_ERROR_REFUSED, LOCK_FILE, "The archive cannot be locked: %s", g_strerror (errno));
}

static NegDatabase *
open_for_writing (const char *data_folder, GError **error)
{
  g_autofree char *path = g_build_filename (data_folder, NEG_ARCHIVE_FILE, NULL);
  const NegSchema schema = get_schema ();
  g_autoptr (NegDatabase) database = neg_database_open (path, &schema, error);

  /* The upper pages of the indices of a million studies stay in memory. */
  if (database == NULL || !_neg_database_execute (database, "PRAGMA cache_size=-32768", error))
    return NULL;
  return g_steal_pointer (&database);
}

NegArchive *
neg_archive_open (const char *data_folder, const char *cache_folder, const char *default_issuer, GError **error)
{
  g_autoptr (NegArchive) archive = g_new0 (NegArchive, 1);
  NegDatabase *database;

  archive->lock_fd = -1;
  g_mutex_init (&archive->removal_lock);
  g_mutex_init (&archive->issuers_lock);
  archive->noted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  archive->data_folder = g_strdup (data_folder);
  neg_archive_set_default_issuer (archive, default_issuer);
  archive->objects = neg_object_store_open (data_folder, cache_folder, error);
  if (archive->objects == NULL || !lock_folder (archive, error))
    return NULL;
  database = open_for_writing (data_folder, error);
  if (database == NULL)
    return NULL;
  archive->writer = neg_archive_writer_new (database);
  archive->reader = neg_archive_open_reader (data_folder, error);
  if (archive->reader == NULL)
    return NULL;
  neg_object_store_sweep (archive->objects);
  if (!_neg_archive_finish_removals (archive, error))
    return NULL;
  return g_steal_pointer (&archive);
}

void
neg_archive_free (NegArchive *archive)
{
  if (archive == NULL)
    return;
  neg_archive_writer_free (archive->writer);
  neg_database_free (archive->reader);
  neg_object_store_free (archive->objects);
  if (archive->lock_fd >= 0)
    close (archive->lock_fd);
  g_mutex_clear (&archive->removal_lock);
  g_mutex_clear (&archive->issuers_lock);
  g_hash_table_unref (archive->noted);
  g_free (archive->data_folder);
  g_free (archive);
}

void
neg_archive_set_default_issuer (NegArchive *archive, const char *issuer)
{
  g_atomic_pointer_set (&archive->default_issuer, g_intern_string (issuer != NULL ? issuer : ""));
}

NegObjectStore *
neg_archive_get_objects (NegArchive *archive)
{
  return archive->objects;
}

NegDatabase *
neg_archive_open_reader (const char *data_folder, GError **error)
{
  g_autofree char *path = g_build_filename (data_folder, NEG_ARCHIVE_FILE, NULL);
  const NegSchema schema = get_schema ();

  return neg_database_open_reader (path, &schema, error);
}

gboolean
neg_archive_write (NegArchive *archive, NegDatabaseFunc func, gpointer data, GError **error)
{
  return neg_archive_writer_run (archive->writer, func, data, error);
}

gboolean
_neg_archive_query_int (NegStatement *statement, gint64 missing, gint64 *value, GError **error)
{
  gboolean has_row;

  if (!neg_statement_step (statement, &has_row, error))
    return FALSE;
  *value = has_row ? neg_statement_get_int (statement, 0) : missing;
  neg_statement_reset (statement);
  return TRUE;
}

NegArchiveLeftover *
_neg_archive_leftover_new (NegObjectClass object_class, const char *name, const char *sop_instance_uid)
{
  NegArchiveLeftover *leftover = g_new0 (NegArchiveLeftover, 1);

  leftover->object_class = object_class;
  leftover->name = g_strdup (name);
  leftover->sop_instance_uid = g_strdup (sop_instance_uid);
  return leftover;
}

void
_neg_archive_leftover_free (NegArchiveLeftover *leftover)
{
  g_free (leftover->name);
  g_free (leftover->sop_instance_uid);
  g_free (leftover);
}

typedef struct {
  NegDatabase *reader;
  const char *sop_instance_uid;
} Question;

/* The same bytes have the same UID in them, so that the names need no index. What cannot be asked counts as named. */
static gboolean
is_named (const char *name, NegObjectClass object_class, gpointer user_data)
{
  const Question *question = user_data;
  NegStatement *statement = neg_database_prepare (question->reader,
                                                  "SELECT 1 FROM instance WHERE sop_instance_uid = ?1 AND name = ?2"
                                                  " AND object_class = ?3 AND path IS NULL LIMIT 1",
                                                  NULL);
  gint64 found = 1;

  if (statement == NULL)
    return TRUE;
  neg_statement_bind_text (statement, 1, question->sop_instance_uid);
  neg_statement_bind_text (statement, 2, name);
  neg_statement_bind_int (statement, 3, object_class);
  return !_neg_archive_query_int (statement, 0, &found, NULL) || found != 0;
}

void
_neg_archive_drop_files (NegArchive *archive, GPtrArray *leftovers)
{
  for (guint i = 0; i < leftovers->len; i++) {
    const NegArchiveLeftover *leftover = g_ptr_array_index (leftovers, i);
    Question question = { archive->reader, leftover->sop_instance_uid };

    neg_object_store_remove (archive->objects, leftover->object_class, leftover->name, is_named, &question, NULL);
  }
}

typedef struct {
  const char *default_issuer;
  const NegArchiveObject *objects;
  guint n;
  NegAdded *added;
  GPtrArray *leftovers;
} Addition;

static gboolean
add_objects (NegDatabase *database, gpointer data, GError **error)
{
  const Addition *addition = data;

  return _neg_archive_add_within (database, addition->default_issuer, addition->objects, addition->n, addition->added,
                                  addition->leftovers, error);
}

gboolean
neg_archive_add (NegArchive *archive, const NegArchiveObject *objects, guint n, NegAdded *added, GError **error)
{
  g_autoptr (GPtrArray) leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_archive_leftover_free);
  Addition addition = { g_atomic_pointer_get (&archive->default_issuer), objects, n, added, leftovers };

  if (!_neg_archive_note_issuers (archive, objects, n, error)
      || !neg_archive_write (archive, add_objects, &addition, error))
    return FALSE;
  _neg_archive_drop_files (archive, leftovers);
  return TRUE;
}

/* --- taking: sealed, then named --- */

static void
seal_all (NegArchive *archive, NegTaking *takings, guint n)
{
  g_autofree NegSealing *sealings = g_new0 (NegSealing, n);

  for (guint i = 0; i < n; i++)
    sealings[i] = (NegSealing) { .incoming = takings[i].incoming, .bytes = takings[i].object.bytes };
  neg_object_store_seal_many (archive->objects, sealings, n);
  for (guint i = 0; i < n; i++) {
    takings[i].error = sealings[i].error;
    takings[i].object.object_class = takings[i].incoming->object_class;
    takings[i].object.name = takings[i].incoming->name;
    takings[i].object.path = NULL;
  }
}

static void
add_one (NegArchive *archive, NegTaking *taking)
{
  neg_archive_add (archive, &taking->object, 1, &taking->added, &taking->error);
}

/* One commit for all that are sealed; when it fails, each by itself: one bad object takes no other along. */
static void
add_all (NegArchive *archive, NegTaking *takings, guint n)
{
  g_autofree NegArchiveObject *objects = g_new (NegArchiveObject, n);
  g_autofree NegAdded *added = g_new0 (NegAdded, n);
  guint n_sealed = 0;
  gboolean is_added;

  for (guint i = 0; i < n; i++)
    if (takings[i].error == NULL)
      objects[n_sealed++] = takings[i].object;
  is_added = n_sealed > 1 && neg_archive_add (archive, objects, n_sealed, added, NULL);
  for (guint i = 0, k = 0; i < n; i++)
    if (takings[i].error == NULL && is_added)
      takings[i].added = added[k++];
    else if (takings[i].error == NULL)
      add_one (archive, &takings[i]);
}

/* What was sealed but is not named by a row goes: after a failure, and where the object was here in the other class. */
static void
conclude (NegArchive *archive, NegTaking *takings, guint n)
{
  g_autoptr (GPtrArray) leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_archive_leftover_free);

  for (guint i = 0; i < n; i++) {
    NegIncoming *incoming = takings[i].incoming;
    g_autofree char *name = g_strdup (incoming->name);
    const gboolean is_kept
        = takings[i].error == NULL && takings[i].added != NEG_ADDED_SAME && takings[i].added != NEG_ADDED_DELETED;

    takings[i].object.name = NULL;
    /* From here on its row protects a file, if it has one. */
    if (name == NULL || (!_neg_incoming_let_go (incoming) && is_kept))
      continue;
    g_ptr_array_add (leftovers,
                     _neg_archive_leftover_new (incoming->object_class, name,
                                                takings[i].object.record->text[NEG_RECORD_SOP_INSTANCE_UID]));
  }
  _neg_archive_drop_files (archive, leftovers);
}

void
neg_archive_take_many (NegArchive *archive, NegTaking *takings, guint n)
{
  seal_all (archive, takings, n);
  add_all (archive, takings, n);
  conclude (archive, takings, n);
}

typedef struct {
  NegObjectStore *objects;
  NegSealing *sealing;
  Addition addition;
  NegDatabaseFunc beside; /* nullable */
  gpointer beside_data;
} SealedAddition;

/* Its rows are written while the disk has the file to write, and they are nobody's before the commit: that is not begun
 * before the file is in its place. */
static gboolean
add_sealed (NegDatabase *database, gpointer data, GError **error)
{
  SealedAddition *sealed = data;

  if (!add_objects (database, &sealed->addition, error)
      || (sealed->beside != NULL && !sealed->beside (database, sealed->beside_data, error)))
    return FALSE;
  neg_object_store_seal_wait (sealed->objects, sealed->sealing);
  return sealed->sealing->error == NULL
         || neg_fail (error, NEG_ERROR_ABORTED, NULL, "the object is not on the disk");
}

static void
take_one (NegArchive *archive, NegTaking *taking, NegDatabaseFunc beside, gpointer beside_data)
{
  g_autoptr (GPtrArray) leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_archive_leftover_free);
  NegSealing sealing = { .incoming = taking->incoming, .bytes = taking->object.bytes };
  SealedAddition sealed = { archive->objects, &sealing,
                            { g_atomic_pointer_get (&archive->default_issuer), &taking->object, 1, &taking->added,
                              leftovers },
                            beside, beside_data };

  taking->object.object_class = taking->incoming->object_class;
  taking->object.name = taking->incoming->hash;
  taking->object.path = NULL;
  neg_object_store_seal_begin (archive->objects, &sealing);
  neg_archive_write (archive, add_sealed, &sealed, &taking->error);
  neg_object_store_seal_wait (archive->objects, &sealing);
  if (sealing.error != NULL) {
    g_clear_error (&taking->error);
    taking->error = sealing.error;
  }
  if (taking->error == NULL)
    _neg_archive_drop_files (archive, leftovers);
}

gboolean
_neg_archive_take_with (NegArchive *archive, NegIncoming *incoming, const NegArchiveObject *object, NegDatabaseFunc beside,
                        gpointer beside_data, NegAdded *added, GError **error)
{
  NegTaking taking = { .incoming = incoming, .object = *object };

  if (!neg_incoming_hash (incoming, object->bytes, error) || !_neg_archive_note_issuers (archive, object, 1, error))
    return FALSE;
  take_one (archive, &taking, beside, beside_data);
  conclude (archive, &taking, 1);
  if (taking.error != NULL) {
    g_propagate_error (error, taking.error);
    return FALSE;
  }
  if (added != NULL)
    *added = taking.added;
  return TRUE;
}

gboolean
neg_archive_take (NegArchive *archive, NegIncoming *incoming, const NegArchiveObject *object, NegAdded *added,
                  GError **error)
{
  return _neg_archive_take_with (archive, incoming, object, NULL, NULL, added, error);
}
