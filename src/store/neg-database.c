#include "config.h"

#include "store/neg-database-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/neg-error.h"

#define BUSY_LIMIT_MS 5000
#define FILE_MODE 0600
#define FOLDER_MODE 0700

static NegErrorCode
error_code_of (int code, int system_errno)
{
  if (system_errno == ENOSPC || system_errno == EDQUOT)
    return NEG_ERROR_DISK_FULL;
  switch (code & 0xff) {
  case SQLITE_FULL:
    return NEG_ERROR_DISK_FULL;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return NEG_ERROR_BUSY;
  case SQLITE_CONSTRAINT:
    return NEG_ERROR_CONFLICT;
  case SQLITE_PERM:
  case SQLITE_AUTH:
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
    return NEG_ERROR_REFUSED;
  case SQLITE_NOMEM:
    return NEG_ERROR_MEMORY;
  case SQLITE_TOOBIG:
    return NEG_ERROR_SIZE_OVERFLOW;
  case SQLITE_INTERRUPT:
    return NEG_ERROR_CANCELLED;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return NEG_ERROR_UNREADABLE;
  case SQLITE_IOERR:
    return code == SQLITE_IOERR_NOMEM ? NEG_ERROR_MEMORY : NEG_ERROR_ABORTED;
  default:
    return NEG_ERROR_INCONSISTENT;
  }
}

gboolean
_neg_database_fail (NegDatabase *database, int code, GError **error)
{
  NegErrorCode kind = error_code_of (code, database->handle ? sqlite3_system_errno (database->handle) : 0);
  const char *words = database->handle ? sqlite3_errmsg (database->handle) : sqlite3_errstr (code);

  if (kind == NEG_ERROR_UNREADABLE)
    return neg_fail (error, kind, database->name, "%s is damaged, or is no database: %s", database->name, words);
  return neg_fail (error, kind, database->name, "%s: %s", database->name, words);
}

gboolean
_neg_database_execute (NegDatabase *database, const char *sql, GError **error)
{
  int code = sqlite3_exec (database->handle, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || _neg_database_fail (database, code, error);
}

gboolean
_neg_database_query_int (NegDatabase *database, const char *sql, gint64 *value, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return FALSE;
  *value = has_row ? neg_statement_get_int (statement, 0) : 0;
  neg_statement_reset (statement);
  return TRUE;
}

/* SQLite counts every piece of memory under a lock, for limits that nobody sets here. Too late once SQLite was used: then it
 * goes on counting. */
static gpointer
stop_counting (gpointer data)
{
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  return NULL;
}

NegDatabase *
_neg_database_connect (const char *path, int flags, GError **error)
{
  static GOnce counting = G_ONCE_INIT;
  g_autoptr (NegDatabase) database = g_new0 (NegDatabase, 1);
  int code;

  g_once (&counting, stop_counting, NULL);
  database->path = g_strdup (path);
  database->name = g_path_get_basename (path);
  database->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) _neg_statement_free);
  code = sqlite3_open_v2 (path, &database->handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  if (code != SQLITE_OK) {
    _neg_database_fail (database, code, error);
    return NULL;
  }
  sqlite3_busy_timeout (database->handle, BUSY_LIMIT_MS);
  return g_steal_pointer (&database);
}

void
neg_database_free (NegDatabase *database)
{
  if (database == NULL)
    return;
  if (database->kept != NULL)
    database->free_kept (database->kept);
  g_hash_table_unref (database->statements);
  sqlite3_close_v2 (database->handle);
  g_free (database->path);
  g_free (database->name);
  g_free (database);
}

void
neg_database_interrupt (NegDatabase *database)
{
  sqlite3_interrupt (database->handle);
}

/* SQLite gives its log the mode of the file, so the file is made before SQLite sees it. */
static gboolean
create_file (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  struct stat status;
  int fd;

  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    return neg_fail (error, errno == ENOSPC ? NEG_ERROR_DISK_FULL : NEG_ERROR_REFUSED, name,
                     "The folder of %s cannot be made: %s", name, g_strerror (errno));
  fd = g_open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, FILE_MODE);
  if (fd >= 0)
    close (fd);
  else if (errno != EEXIST)
    return neg_fail (error, errno == ENOSPC ? NEG_ERROR_DISK_FULL : NEG_ERROR_REFUSED, name,
                     "%s cannot be made: %s", name, g_strerror (errno));
  /* By its name, never by a descriptor: closing one would drop this process's locks on the file. */
  if (g_stat (path, &status) == 0 && (status.st_mode & 0077) != 0 && chmod (path, FILE_MODE) != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, name, "%s cannot be made private: %s", name, g_strerror (errno));
  return TRUE;
}

/* The index of a write-ahead log is memory that the processes of one machine share (https://sqlite.org/wal.html). */
static gboolean
is_on_network (const char *path)
{
  struct statfs status;

  if (statfs (path, &status) != 0)
    return FALSE;
  switch ((guint32) status.f_type) {
  case 0x6969:     /* NFS */
  case 0x517B:     /* SMB */
  case 0xFE534D42: /* SMB 2 */
  case 0xFF534D42: /* CIFS */
    return TRUE;
  default:
    return FALSE;
  }
}

/* Two processes that meet at a new file: the switch does not wait for the other by itself. */
static gboolean
set_journal (NegDatabase *database, GError **error)
{
  const char *sql = is_on_network (database->path) ? "PRAGMA journal_mode=DELETE" : "PRAGMA journal_mode=WAL";
  gint64 until_us = g_get_monotonic_time () + BUSY_LIMIT_MS * G_TIME_SPAN_MILLISECOND;
  int code = sqlite3_exec (database->handle, sql, NULL, NULL, NULL);

  while ((code & 0xff) == SQLITE_BUSY && g_get_monotonic_time () < until_us) {
    g_usleep (5000);
    code = sqlite3_exec (database->handle, sql, NULL, NULL, NULL);
  }
  return code == SQLITE_OK || _neg_database_fail (database, code, error);
}

/* What a file says about itself does not decide what runs (trusted_schema, defensive); what is deleted is gone
 * (secure_delete); a commit that was reported survives a power cut (synchronous). */
static gboolean
configure (NegDatabase *database, GError **error)
{
  sqlite3_db_config (database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (database->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (database->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  return _neg_database_execute (database,
                               "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA foreign_keys=ON;"
                               "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON",
                               error);
}

NegDatabase *
neg_database_open (const char *path, const NegSchema *schema, GError **error)
{
  g_autoptr (NegDatabase) database = NULL;

  if (!create_file (path, error))
    return NULL;
  database = _neg_database_connect (path, SQLITE_OPEN_READWRITE, error);
  if (database == NULL || !configure (database, error))
    return NULL;
  if (sqlite3_db_readonly (database->handle, "main") == 1) {
    neg_fail (error, NEG_ERROR_REFUSED, database->name, "%s may not be written", database->name);
    return NULL;
  }
  if (!set_journal (database, error) || !_neg_database_migrate (database, schema, error))
    return NULL;
  return g_steal_pointer (&database);
}

NegDatabase *
neg_database_open_reader (const char *path, const NegSchema *schema, GError **error)
{
  g_autoptr (NegDatabase) database = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_autofree char *name = g_path_get_basename (path);

    neg_fail (error, NEG_ERROR_NOT_FOUND, name, "%s is not there", name);
    return NULL;
  }
  database = _neg_database_connect (path, SQLITE_OPEN_READONLY, error);
  if (database == NULL || !configure (database, error)
      || !_neg_database_execute (database, "PRAGMA query_only=ON", error)
      || !_neg_database_check_version (database, schema, error))
    return NULL;
  return g_steal_pointer (&database);
}

gboolean
neg_database_check (NegDatabase *database, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "PRAGMA integrity_check(1)", error);
  gboolean has_row = FALSE, is_sound;

  if (statement == NULL || !neg_statement_step (statement, &has_row, error))
    return FALSE;
  is_sound = has_row && g_strcmp0 (neg_statement_get_text (statement, 0), "ok") == 0;
  neg_statement_reset (statement);
  return is_sound || neg_fail (error, NEG_ERROR_UNREADABLE, database->name, "%s is damaged", database->name);
}

static gboolean
is_read (NegDatabase *database)
{
  for (sqlite3_stmt *statement = sqlite3_next_stmt (database->handle, NULL); statement != NULL;
       statement = sqlite3_next_stmt (database->handle, statement))
    if (sqlite3_stmt_busy (statement))
      return TRUE;
  return FALSE;
}

/* A statement that was left in the middle of its rows would hold its view of the database beyond the transaction: the
 * log could never begin anew, and would grow for ever. */
static void
reset_all (NegDatabase *database)
{
  for (sqlite3_stmt *statement = sqlite3_next_stmt (database->handle, NULL); statement != NULL;
       statement = sqlite3_next_stmt (database->handle, statement))
    if (sqlite3_stmt_busy (statement))
      sqlite3_reset (statement);
}

/* Prepared: an object that is received is a transaction. */
static gboolean
run (NegDatabase *database, const char *sql, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  return statement != NULL && neg_statement_run (statement, error);
}

gboolean
neg_database_transact (NegDatabase *database, NegDatabaseFunc func, gpointer data, GError **error)
{
  const gboolean was_read = is_read (database);

  if (!run (database, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (func (database, data, error)) {
    if (!was_read)
      reset_all (database);
    if (run (database, "COMMIT", error))
      return TRUE;
  }
  /* SQLite has rolled back by itself after some failures, such as a full disk. */
  if (!sqlite3_get_autocommit (database->handle))
    sqlite3_exec (database->handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* Something runs all the time: an interruption between two statements of the reader would mean nothing else. */
static gboolean
hold (NegDatabase *database, GError **error)
{
  NegStatement *held = neg_database_prepare (database, "VALUES (1), (2)", error);
  gboolean has_row;

  return held != NULL && neg_statement_step (held, &has_row, error);
}

gboolean
neg_database_read (NegDatabase *database, NegDatabaseFunc func, gpointer data, GError **error)
{
  gboolean done;

  if (!sqlite3_get_autocommit (database->handle))
    return func (database, data, error); /* within one that sees one state already */
  if (!_neg_database_execute (database, "BEGIN", error))
    return FALSE;
  done = hold (database, error) && func (database, data, error);
  /* What is interrupted stays so until the last statement has ended. */
  while (!sqlite3_get_autocommit (database->handle)) {
    reset_all (database);
    sqlite3_exec (database->handle, "ROLLBACK", NULL, NULL, NULL); /* of nothing */
  }
  return done;
}

/* Fails with EEXIST rather than replace anything; a file that is not there needs no move. */
static gboolean
move_part (const char *path, const char *target, const char *suffix)
{
  g_autofree char *from = g_strconcat (path, suffix, NULL);
  g_autofree char *to = g_strconcat (target, suffix, NULL);

  return renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 || errno == ENOENT;
}

char *
neg_database_move_aside (const char *path, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *index = g_strconcat (path, "-shm", NULL);

  for (int i = 1; i < 100; i++) {
    g_autofree char *target = g_strdup_printf ("%s.damaged-%s-%d", path, time, i);

    /* The log first: beside a new file of the old name it would be thrown away. */
    if (!g_file_test (target, G_FILE_TEST_EXISTS) && move_part (path, target, "-wal") && move_part (path, target, "")) {
      g_unlink (index);
      return g_steal_pointer (&target);
    }
    if (errno != EEXIST && !g_file_test (target, G_FILE_TEST_EXISTS))
      break;
  }
  neg_fail (error, NEG_ERROR_REFUSED, name, "%s cannot be moved aside: %s", name, g_strerror (errno));
  return NULL;
}
