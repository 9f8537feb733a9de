/* What deleting and evicting share. */
#pragma once

#include "store/neg-archive-private.h"

G_BEGIN_DECLS

#define NEG_REMOVAL_PIECE 500 /* objects in one transaction */

/* The first field of what the function that begins a removal is given. */
typedef struct {
  GPtrArray *leftovers; /* files of the piece */
  guint64 bytes;        /* of them */
  guint64 freed;        /* by all pieces */
  gboolean is_done;     /* no piece was left */
} NegRemoval;

gboolean _neg_archive_run_for (NegDatabase *database, const char *sql, gint64 id, GError **error);
/* 0: no row. */
gboolean _neg_archive_ask_for (NegDatabase *database, const char *sql, gint64 id, gint64 *value, GError **error);
gboolean _neg_archive_count_current (NegDatabase *database, gint64 study_id, GError **error);

/* A study that nobody finds, for what goes of @study_id. */
gboolean _neg_archive_begin_hiding (NegDatabase *database, gint64 study_id, gboolean is_deletion, gint64 *hidden_id,
                                    GError **error);
/* @sql moves something of ?1 to ?2. */
gboolean _neg_archive_hide (NegDatabase *database, const char *sql, gint64 study_id, gint64 hidden_id, GError **error);

/* What corrections have replaced goes along: it is shown nowhere. */
gboolean _neg_archive_hide_versions (NegDatabase *database, gint64 hidden_id, GError **error);

/* A NegDatabaseFunc: the rows of some of what is hidden; @data: NegRemoval. */
gboolean _neg_archive_remove_piece (NegDatabase *database, gpointer data, GError **error);

/* @first hides and ends with a piece; the others follow. */
gboolean _neg_archive_run_removal (NegArchive *archive, NegDatabaseFunc first, NegRemoval *removal, GError **error);

G_END_DECLS
