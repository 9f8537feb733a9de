/* What the files of a database share. */
#pragma once

#include <sqlite3.h>

#include "store/neg-database.h"

G_BEGIN_DECLS

struct _NegDatabase {
  char *path;
  char *name; /* of the file, for messages */
  sqlite3 *handle;
  GHashTable *statements; /* SQL text: NegStatement */
  gpointer kept;          /* what a reader keeps of its contents; nullable */
  GDestroyNotify free_kept;
};

/* A connection without pragmas of its own. @flags of sqlite3_open_v2(). */
NegDatabase *_neg_database_connect (const char *path, int flags, GError **error);

/* The failure of the last call, which returned @code. Always FALSE. */
gboolean _neg_database_fail (NegDatabase *database, int code, GError **error);

gboolean _neg_database_execute (NegDatabase *database, const char *sql, GError **error);
/* The first column of the only row. */
gboolean _neg_database_query_int (NegDatabase *database, const char *sql, gint64 *value, GError **error);

/* To the newest version of @schema. */
gboolean _neg_database_migrate (NegDatabase *database, const NegSchema *schema, GError **error);
/* Exactly that version, or it fails. */
gboolean _neg_database_check_version (NegDatabase *database, const NegSchema *schema, GError **error);

void _neg_statement_free (NegStatement *statement);

G_END_DECLS
