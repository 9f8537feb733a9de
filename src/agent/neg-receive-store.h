/* What receiving has in common, whether a peer sends (C-STORE) or was asked (C-GET, WADO-RS): empty files for the
 * engine, each written object into the archive, and the status that the peer is told: of what is sent to us after the
 * commit, as the peer may then forget it; of what was asked for at once, and it is committed in groups.
 * Thread: one at a time. */
#pragma once

#include "agent/neg-agent.h"
#include "agent/neg-receive-group.h"

G_BEGIN_DECLS

/* Statuses of C-STORE (PS3.4 B.2.3, PS3.7 C.4). */
#define NEG_STORE_SUCCESS 0x0000
#define NEG_STORE_OUT_OF_RESOURCES 0xa700
#define NEG_STORE_MISMATCH 0xa900
#define NEG_STORE_CANNOT_UNDERSTAND 0xc000

typedef struct {
  NegAgent *agent;
  NegNetSession *session;
  char *peer;   /* name, or the calling AE title of one that the site does not know */
  char *issuer, *accession_issuer; /* of the peer */
  char *subject; /* of its certificate; NULL: without */
  NegObjectClass object_class;
  guint64 keep_free_bytes;
  gint64 made_room_us; /* when room was made last; monotonic */
  NegReceiveGroup *group; /* of what was asked for; NULL: each object by itself */
  gboolean is_asked_here; /* on this association */
  const char *moved_by;   /* title of the peer that a C-MOVE asked; NULL: none */
  guint n_pending;        /* put into the group and not told of by neg_receive_store_settle() yet */
  GPtrArray *files;    /* NegIncoming or NULL, by number */
  GHashTable *studies; /* by study and patient: what of it came, for the audit */
  gboolean is_deceived; /* the engine said of a file what is not so */
  guint n_outstanding; /* of them, with the engine */
  guint n_taken, n_refused;
  guint64 bytes;
} NegReceiveStore;

void neg_receive_store_init (NegReceiveStore *store, NegAgent *agent, NegNetSession *session, const char *name,
                             const char *issuer, const char *accession_issuer, NegObjectClass object_class);
/* For the audit; "": it has none. */
void neg_receive_store_set_subject (NegReceiveStore *store, const char *subject);
/* What comes was asked for on this very association. */
void neg_receive_store_use_group (NegReceiveStore *store);
/* What comes for a C-MOVE of ours at @source (kept), which runs now, is committed in groups, too. */
void neg_receive_store_group_moved (NegReceiveStore *store, const char *source);
/* Audits what came. What the engine has not finished writing is deleted. */
void neg_receive_store_finish (NegReceiveStore *store);

/* Evicts what peers still hold and nobody has used of late, until the site's quota and free room are kept. */
gboolean neg_receive_make_room (NegAgent *agent, GError **error);

/* Gives the engine files until it has NEG_NET_FILES_MAX. Without room for one it gives none: the engine tells the peer
 * so. FALSE: the engine is gone. */
gboolean neg_receive_store_supply (NegReceiveStore *store, GError **error);

/* At each NET_PROGRESS: room that has gone meanwhile ends the association, room that is back is given. */
gboolean neg_receive_store_watch (NegReceiveStore *store, GError **error);

typedef struct {
  char *sop_instance_uid, *study_uid; /* "" unknown */
  guint status;                       /* what the peer was told */
  char *comment;                      /* why, when it is not success */
  guint64 bytes;
  gboolean is_new;                    /* was not here with the same bytes */
  gboolean is_pending;                /* what became of it is told by neg_receive_store_settle() */
} NegReceived;

void neg_received_clear (NegReceived *received);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegReceived, neg_received_clear)

/* One NET_RECEIVED: taken or refused, answered, and the next file supplied. FALSE: the association cannot go on. */
gboolean neg_receive_store_take (NegReceiveStore *store, GVariant *body, NegReceived *received, GError **error);

/* FALSE: what it said of an object turned out not to be so, be it later, and the association ends. */
gboolean neg_receive_store_is_heard (const NegReceiveStore *store, GError **error);

/* What became of an object that was pending; @wait: of all of them, one after the other. FALSE: of none now. */
gboolean neg_receive_store_settle (NegReceiveStore *store, gboolean wait, NegReceived *received);

G_END_DECLS
