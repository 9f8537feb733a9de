/* One SQLite file with a schema that only moves forward.
 *
 * Opened for writing it is a write-ahead log with every commit on the disk before it is reported; the file is the
 * owner's alone. Migrations are the steps 1.sql, 2.sql, ... of a resource folder; PRAGMA user_version is the number of
 * the last one that ran. Before a file that has data is migrated, it is copied to FILE.version-N.
 *
 * Errors: REFUSED: no permission; UNSUPPORTED: written by a newer program; UNREADABLE: damaged, or not a database of
 * this program; DISK_FULL, BUSY (another process held it for seconds), CONFLICT (a constraint of the schema).
 * Thread: one at a time for a database and its statements. Borrowed text lives until the statement's next step. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NegDatabase NegDatabase;
typedef struct _NegStatement NegStatement;

typedef struct {
  GResource *resource;
  const char *folder; /* such as "/org/negatoscope/store/reading" */
} NegSchema;

/* Creates file and folder (0700) where they are not, and migrates. */
NegDatabase *neg_database_open (const char *path, const NegSchema *schema, GError **error);

/* For reading only, beside a process that writes. NOT_FOUND without a file; UNSUPPORTED when it is not of exactly this
 * schema. */
NegDatabase *neg_database_open_reader (const char *path, const NegSchema *schema, GError **error);

void neg_database_free (NegDatabase *database);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegDatabase, neg_database_free)

/* Reads all of it; UNREADABLE where something is damaged. For small files. */
gboolean neg_database_check (NegDatabase *database, GError **error);

/* Out of the way under a new name beside it, with its log, so that a new file can begin; nothing is lost and nothing is
 * overwritten. For a person to decide: no other process may have it open. The new path, given. */
char *neg_database_move_aside (const char *path, GError **error);

/* From any thread: what is running fails with CANCELLED. */
void neg_database_interrupt (NegDatabase *database);

/* What runs in a transaction; may be called again from the start when it could not be committed. */
typedef gboolean (*NegDatabaseFunc) (NegDatabase *database, gpointer data, GError **error);

/* @func sees one state of the file, whoever writes meanwhile; it only reads, and is called once. May be nested. An
 * interruption ends it between its statements too; rows that it was reading end with it. */
gboolean neg_database_read (NegDatabase *database, NegDatabaseFunc func, gpointer data, GError **error);
/* All of @func's changes, or none when it fails. Rows that @func was reading end with it. */
gboolean neg_database_transact (NegDatabase *database, NegDatabaseFunc func, gpointer data, GError **error);

/* Borrowed: the database keeps one statement per text, so a text is used by one at a time. It is reset, its parameters
 * are NULL. Parameters and columns are numbered as SQLite does: from 1 and from 0. */
NegStatement *neg_database_prepare (NegDatabase *database, const char *sql, GError **error);

/* Failures are kept and reported by the next step or run. */
void neg_statement_bind_int (NegStatement *statement, int parameter, gint64 value);
void neg_statement_bind_text (NegStatement *statement, int parameter, const char *text); /* nullable; copied */
void neg_statement_bind_blob (NegStatement *statement, int parameter, gconstpointer bytes, gsize n); /* copied */

/* Of the row that was inserted last. */
gint64 neg_database_get_last_id (NegDatabase *database);

/* To the next row, if there is one; after the last one and after a failure it is reset. */
gboolean neg_statement_step (NegStatement *statement, gboolean *has_row, GError **error);
/* To the end; rows are ignored. */
gboolean neg_statement_run (NegStatement *statement, GError **error);
/* When the rest of the rows is not wanted: a statement in the middle of its rows holds a view of the database. */
void neg_statement_reset (NegStatement *statement);
/* All of them: what is read next is what is there by then. */
void neg_database_end_reading (NegDatabase *database);

gint64 neg_statement_get_int (NegStatement *statement, int column);
const char *neg_statement_get_text (NegStatement *statement, int column); /* borrowed; NULL for NULL */
gconstpointer neg_statement_get_blob (NegStatement *statement, int column, gsize *n); /* borrowed; NULL when empty */

G_END_DECLS
