/* From the version that a file has to the newest one that the program knows: all steps in one transaction, with a copy
 * of the file made first and while nobody else can write. */
#include "config.h"

#include "store/neg-database-private.h"

#include <glib/gstdio.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/neg-error.h"

/* PRAGMA application_id of every file of ours: "NEGA". */
#define APPLICATION_ID 0x4E454741

static GBytes *
lookup_step (const NegSchema *schema, gint64 version)
{
  g_autofree char *path = g_strdup_printf ("%s/%" G_GINT64_FORMAT ".sql", schema->folder, version);

  return g_resource_lookup_data (schema->resource, path, 0, NULL);
}

static gint64
newest_version (const NegSchema *schema)
{
  for (gint64 version = 0;; version++) {
    g_autoptr (GBytes) step = lookup_step (schema, version + 1);

    if (step == NULL)
      return version;
  }
}

/* Version 0 is an empty file; any other one bears our mark. */
static gboolean
read_version (NegDatabase *database, gint64 *version, GError **error)
{
  gint64 id = 0, n_tables = 0;

  if (!_neg_database_query_int (database, "PRAGMA user_version", version, error)
      || !_neg_database_query_int (database, "PRAGMA application_id", &id, error)
      || !_neg_database_query_int (database, "SELECT count(*) FROM sqlite_schema", &n_tables, error))
    return FALSE;
  if (*version == 0 && id == 0 && n_tables == 0)
    return TRUE;
  return (*version > 0 && id == APPLICATION_ID)
         || neg_fail (error, NEG_ERROR_UNREADABLE, database->name, "%s is not a database of Negatoscope",
                      database->name);
}

static gboolean
fail_newer (NegDatabase *database, gint64 version, gint64 newest, GError **error)
{
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, database->name,
                   "%s was written by a newer Negatoscope (version %" G_GINT64_FORMAT
                   " of its schema, %" G_GINT64_FORMAT " is known here): it is left as it is",
                   database->name, version, newest);
}

gboolean
_neg_database_check_version (NegDatabase *database, const NegSchema *schema, GError **error)
{
  gint64 newest = newest_version (schema);
  gint64 version = 0;

  if (!read_version (database, &version, error))
    return FALSE;
  if (version > newest)
    return fail_newer (database, version, newest, error);
  return version == newest
         || neg_fail (error, NEG_ERROR_UNSUPPORTED, database->name, "%s is still of an older version",
                      database->name);
}

static gboolean
copy_pages (NegDatabase *from, NegDatabase *to, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (to->handle, "main", from->handle, "main");
  int code;

  if (backup == NULL)
    return _neg_database_fail (to, sqlite3_errcode (to->handle), error);
  sqlite3_backup_step (backup, -1);
  code = sqlite3_backup_finish (backup);
  return code == SQLITE_OK || _neg_database_fail (to, code, error);
}

/* By a connection of its own: one with a transaction under way cannot be copied from. */
static gboolean
copy_to (NegDatabase *database, const char *path, GError **error)
{
  g_autoptr (NegDatabase) from = _neg_database_connect (database->path, SQLITE_OPEN_READONLY, error);
  g_autoptr (NegDatabase) to = from ? _neg_database_connect (path, SQLITE_OPEN_READWRITE, error) : NULL;

  return to != NULL && copy_pages (from, to, error);
}

static gboolean
keep_copy (NegDatabase *database, gint64 version, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s.version-%" G_GINT64_FORMAT, database->path, version);
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  int fd = g_open (part, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);

  if (fd < 0)
    return neg_fail (error, NEG_ERROR_REFUSED, database->name, "No copy of %s can be made before it is migrated",
                     database->name);
  close (fd);
  if (copy_to (database, part, error)) {
    if (g_rename (part, path) == 0)
      return TRUE;
    neg_fail (error, NEG_ERROR_REFUSED, database->name, "The copy of %s cannot be named", database->name);
  }
  g_unlink (part);
  return FALSE;
}

static gboolean
run_step (NegDatabase *database, const NegSchema *schema, gint64 version, GError **error)
{
  g_autoptr (GBytes) step = lookup_step (schema, version);
  g_autofree char *sql = g_strndup (g_bytes_get_data (step, NULL), g_bytes_get_size (step));

  if (!_neg_database_execute (database, sql, error)) {
    g_prefix_error (error, "Step %" G_GINT64_FORMAT " of the schema: ", version);
    return FALSE;
  }
  return TRUE;
}

/* Foreign keys are not held while the steps run: tables are rebuilt under their own name. */
static gboolean
check_foreign_keys (NegDatabase *database, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "PRAGMA foreign_key_check", error);
  gboolean has_row = FALSE;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return FALSE;
  neg_statement_reset (statement);
  return !has_row
         || neg_fail (error, NEG_ERROR_CONFLICT, database->name, "A row of %s would belong to none", database->name);
}

static gboolean
run_steps (NegDatabase *database, gpointer data, GError **error)
{
  const NegSchema *schema = data;
  gint64 newest = newest_version (schema);
  gint64 version = 0;
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id=%d; PRAGMA user_version=%" G_GINT64_FORMAT,
                                           APPLICATION_ID, newest);

  /* Once more, now that nobody else can write: another process may have done it. */
  if (!read_version (database, &version, error))
    return FALSE;
  if (version > newest)
    return fail_newer (database, version, newest, error);
  if (version == newest)
    return TRUE;
  if (version > 0 && !keep_copy (database, version, error))
    return FALSE;
  while (version < newest)
    if (!run_step (database, schema, ++version, error))
      return FALSE;
  return check_foreign_keys (database, error) && _neg_database_execute (database, mark, error);
}

gboolean
_neg_database_migrate (NegDatabase *database, const NegSchema *schema, GError **error)
{
  gint64 newest = newest_version (schema);
  gint64 version = 0;
  gboolean done;

  if (!read_version (database, &version, error))
    return FALSE;
  if (version > newest)
    return fail_newer (database, version, newest, error);
  if (version == newest)
    return TRUE;
  if (!_neg_database_execute (database, "PRAGMA foreign_keys=OFF", error))
    return FALSE;
  done = neg_database_transact (database, run_steps, (gpointer) schema, error);
  return done && _neg_database_execute (database, "PRAGMA foreign_keys=ON", error);
}
