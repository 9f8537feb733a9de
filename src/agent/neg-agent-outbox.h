/* What this home has for its site, delivered by a thread of its own: into the library's folder, to the webhook, or both (DESIGN.md).
 * Rows of the archive (store/neg-outbox.h); nothing is forgotten before every place has it, and nothing counts twice.
 * Thread: any. */
#pragma once

#include "agent/neg-agent-private.h"

#include "store/neg-outbox.h"

G_BEGIN_DECLS

typedef struct _NegAgentOutbox NegAgentOutbox;

NegAgentOutbox *neg_agent_outbox_new (NegAgent *agent, GError **error);
void neg_agent_outbox_free (NegAgentOutbox *outbox); /* nullable; stops first */

/* Something is due, or the site's settings are others: what waits is tried now. Nullable. */
void neg_agent_outbox_kick (NegAgentOutbox *outbox);

/* Kept, with its files, when this returns TRUE. @fds: of its attachments, in their order; borrowed. */
gboolean neg_agent_outbox_post (NegAgentOutbox *outbox, NegPostKind kind, const char *json, const int *fds, guint n_fds, gint64 *id,
                                GError **error);
/* @action: retry discard seen */
gboolean neg_agent_outbox_control (NegAgentOutbox *outbox, gint64 id, const char *action, GError **error);
/* aa{sv} of ListPosts; floating. @kind -1: all. */
GVariant *neg_agent_outbox_describe (NegAgentOutbox *outbox, int kind, GError **error);

/* neg-outbox-accept.c: the JSON as it is kept (with its id), and its attachments in the data folder; REFUSED: what is wrong. */
NegPost *_neg_outbox_accept (const char *data_folder, NegPostKind kind, const char *json, const int *fds, guint n_fds, GError **error);
void _neg_outbox_remove_files (const char *data_folder, const NegPost *post);

/* neg-outbox-places.c */
typedef struct {
  char *folder;  /* "": there is none, or it is at https */
  gboolean is_web_library;
  char *webhook, *tls_ca, *answers;
  guint every_s;
} NegOutboxPlaces;

gboolean _neg_outbox_places_read (NegOutboxPlaces *places, const NegSite *site, GError **error);
void _neg_outbox_places_clear (NegOutboxPlaces *places);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegOutboxPlaces, _neg_outbox_places_clear)
/* Where a post of this kind goes: of NegPostPlaces; 0: nowhere, *why says so. */
guint _neg_outbox_places_of (const NegOutboxPlaces *places, NegPostKind kind, const char **why);
/* One post into the folder, as it is at the time: any thread, uses nothing of the agent. */
gboolean _neg_outbox_write (const NegPost *post, const char *data_folder, const char *folder, const char *user, gint64 now_us,
                            GError **error);
/* What a webhook is sent; given. */
char *_neg_outbox_make_message (const NegPost *post, const char *data_folder, GError **error);

G_END_DECLS
