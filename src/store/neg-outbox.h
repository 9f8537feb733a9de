/* Posts of this home to its site: rows of archive.db and files beside them (12.sql). Durable before Post answers; nothing is forgotten
 * until every place has it. Thread: as the database's. */
#pragma once

#include "store/neg-database.h"

G_BEGIN_DECLS

#define NEG_OUTBOX_FOLDER "posts" /* of the data folder */
#define NEG_OUTBOX_JSON_BYTES_MAX (256u << 10)
#define NEG_OUTBOX_FILES_MAX 64
#define NEG_OUTBOX_WAITING_MAX 20000

typedef enum {
  NEG_POST_PROGRESS,
  NEG_POST_FEEDBACK,
  NEG_POST_SUPPORT,
  NEG_POST_PUBLISH,
  NEG_POST_WITHDRAW,
  NEG_POST_N_KINDS,
} NegPostKind;

const char *neg_post_kind_get_name (NegPostKind kind); /* "progress" ... */
gboolean neg_post_kind_parse (const char *name, NegPostKind *kind);

typedef enum {
  NEG_POST_WAITING,
  NEG_POST_DONE,
  NEG_POST_REFUSED,
} NegPostState;

const char *neg_post_state_get_name (NegPostState state); /* "waiting" ... */

typedef enum {
  NEG_POST_TO_FOLDER = 1 << 0,
  NEG_POST_TO_WEBHOOK = 1 << 1,
} NegPostPlaces;

typedef struct {
  char *name; /* as the JSON calls it */
  guint64 bytes;
  char *sha256;
} NegPostFile;

typedef struct {
  gint64 id;
  char *uuid;
  NegPostKind kind;
  char *json;
  NegPostState state;
  guint places; /* of NegPostPlaces */
  guint tries;
  gint64 made_us, next_us, done_us; /* done_us 0: not yet */
  char *message; /* why it waits or was refused; "" */
  char *answer;  /* JSON (support/neg-feedback.h), "" */
  gint64 answered_us;
  gboolean is_seen;
  GPtrArray *files; /* NegPostFile */
} NegPost;

void neg_post_free (NegPost *post);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegPost, neg_post_free)
/* <data folder>/posts/UUID.NUMBER; given. */
char *neg_post_dup_file_path (const char *data_folder, const NegPost *post, guint number);

/* Sets @post->id. BUSY: too many are waiting. Within neg_archive_write(). */
gboolean neg_outbox_add (NegDatabase *database, NegPost *post, GError **error);
/* A try that has come to an end. @places: that have it now (added); @message "" where nothing is wrong. */
gboolean neg_outbox_note (NegDatabase *database, gint64 id, NegPostState state, guint places, gint64 next_us, const char *message,
                          gint64 now_us, GError **error);
/* The same of all that is due by @now_us, of one kind and with the same places, without a try. */
gboolean neg_outbox_delay (NegDatabase *database, NegPostKind kind, guint places, gint64 next_us, const char *message, gint64 now_us,
                           GError **error);
gboolean neg_outbox_answer (NegDatabase *database, const char *uuid, const char *answer, gint64 at_us, gboolean *is_new,
                            GError **error);
gboolean neg_outbox_set_seen (NegDatabase *database, gint64 id, GError **error);
/* Waiting or refused: to be tried now. */
gboolean neg_outbox_retry (NegDatabase *database, gint64 id, gint64 now_us, GError **error);
/* All that wait. */
gboolean neg_outbox_retry_all (NegDatabase *database, GError **error);
/* The row; its files are the caller's to delete. */
gboolean neg_outbox_remove (NegDatabase *database, gint64 id, GError **error);
/* Done posts that nobody waits for any more: all kinds but feedback, older than @before_us. */
gboolean neg_outbox_prune (NegDatabase *database, gint64 before_us, GError **error);

/* NegPost, given, oldest first. @kind -1: all; the newest @limit of them. */
GPtrArray *neg_outbox_list (NegDatabase *database, int kind, guint limit, GError **error);
/* Waiting and due, @limit at most, in the order in which they came; *next_us: when the next of the others is due, 0: none waits. */
GPtrArray *neg_outbox_list_due (NegDatabase *database, gint64 now_us, guint limit, gint64 *next_us, GError **error);
NegPost *neg_outbox_find (NegDatabase *database, gint64 id, GError **error); /* NOT_FOUND */
/* Feedback that has arrived: UUIDs, those without an answer first (an answer may change), newest first; NULL-terminated, given. */
char **neg_outbox_list_told (NegDatabase *database, guint limit, GError **error);

G_END_DECLS
