/* The agent as windows see it: is it there, what may it do, calls with answers in words. One for the application.
 * Thread: main. */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

typedef enum {
  NEG_NETWORK_OFF, /* not asked for yet */
  NEG_NETWORK_CONNECTING,
  NEG_NETWORK_READY,
  NEG_NETWORK_FAILED,
} NegNetworkState;

#define NEG_TYPE_NETWORK (neg_network_get_type ())
G_DECLARE_FINAL_TYPE (NegNetwork, neg_network, NEG, NETWORK, GObject)

/* Signals: "changed" (): state, or what the agent says of itself;
 *          "archive-changed" (char **study_uids): empty: anything;
 *          "job-changed" (GVariant *job);
 *          "diagnose-step" (GVariant *step): (s(sbdss)), a peer and what was found out of it;
 *          "peers-changed" ();
 *          "library-changed" (): topics, announcements or the state of the site's library;
 *          "posts-changed" (char *kind, gint64 post): kind "": any of them.
 * @home, @config nullable. Nothing happens before neg_network_start(). */
NegNetwork *neg_network_new (const char *home, const char *config);

void neg_network_start (NegNetwork *network); /* again after a failure: tries again */
NegNetworkState neg_network_get_state (NegNetwork *network);
char *neg_network_dup_text (NegNetwork *network); /* the state in words; given */

const char *neg_network_get_home (NegNetwork *network);   /* nullable */
const char *neg_network_get_config (NegNetwork *network); /* nullable */
const char *neg_network_get_user (NegNetwork *network);   /* as claims name it */
GTimeZone *neg_network_get_timezone (NegNetwork *network); /* the site's; borrowed */
/* What Hello() told (a{sv}); nullable, borrowed. */
GVariant *neg_network_get_info (NegNetwork *network);
/* a(sa{ss}b) of ListPeers(); nullable until known; borrowed. */
GVariant *neg_network_get_peers (NegNetwork *network);
/* Whether @peer is known and its "use" has that word; without any, what is usual is allowed: it is. */
gboolean neg_network_may (NegNetwork *network, const char *peer, const char *use);

/* A method of the agent, which is started when it does not run. @parameters is consumed when floating. The answer is a
 * tuple, given; errors are NEG_ERROR. @timeout_ms -1: as long as it takes. Cancelling ends it in the agent, too. */
void neg_network_call_async (NegNetwork *network, const char *method, GVariant *parameters, int timeout_ms,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* With descriptors beside it; "h" in @parameters is a place in @files (nullable, referenced). */
void neg_network_call_with_files_async (NegNetwork *network, const char *method, GVariant *parameters, GUnixFDList *files,
                                        int timeout_ms, GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);
GVariant *neg_network_call_finish (NegNetwork *network, GAsyncResult *result, GError **error);

/* What went wrong and what to try, in words of the network; given. */
char *neg_network_dup_error (const GError *error);

G_END_DECLS
