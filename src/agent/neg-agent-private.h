/* What the parts of the agent program share. */
#pragma once

#include "agent/neg-agent.h"

G_BEGIN_DECLS

typedef struct _NegAgentBus NegAgentBus;
typedef struct _NegAgentDesk NegAgentDesk;
typedef struct _NegAgentJobs NegAgentJobs;
typedef struct _NegAgentLibrary NegAgentLibrary;
typedef struct _NegAgentOpened NegAgentOpened;
typedef struct _NegAgentOutbox NegAgentOutbox;
typedef struct _NegAgentPrefetch NegAgentPrefetch;
typedef struct _NegAgentSearches NegAgentSearches;

/* Everything but the loop. Fails in words: a wrong site file, another agent's archive. The listener's failure to bind is
 * kept for Hello and fails nothing. @home, @config nullable, absolute. */
NegAgent *_neg_agent_new (const char *home, const char *config, GMainLoop *loop, GError **error);
void _neg_agent_free (NegAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegAgent, _neg_agent_free)

/* For Hello; given. */
GVariant *_neg_agent_describe (NegAgent *agent);
const char *_neg_agent_get_user (NegAgent *agent); /* borrowed */

/* Reads the site file again; the old one holds when it is wrong. Any thread. */
gboolean _neg_agent_reload_site (NegAgent *agent, GError **error);
/* Changes one peer in the home's file and uses it from now on. @values as neg_site_change_peer(). Any thread. */
gboolean _neg_agent_change_peer (NegAgent *agent, const char *name, GHashTable *values, GError **error);

/* Somebody newer was here: end when no job runs and nobody is connected. Main thread. */
void _neg_agent_set_outdated (NegAgent *agent);
/* A job has ended or somebody has gone. Any thread. */
void _neg_agent_check_idle (NegAgent *agent);
void _neg_agent_quit (NegAgent *agent);

/* --- neg-agent-bus.c --- */

/* What a method does: a tuple (floating) of its results, or NULL and an error. On a thread of its own unless the table
 * says otherwise; @cancellable is cancelled when the caller goes away or has it cancelled; NULL on the main thread. */
typedef GVariant *(*NegAgentMethodFunc) (NegAgent *agent, GVariant *parameters, GCancellable *cancellable,
                                         GError **error);

typedef struct {
  const char *name;
  NegAgentMethodFunc func;
  gboolean on_main; /* at once, and without waiting for anything */
} NegAgentMethod;

NegAgentBus *_neg_agent_bus_new (NegAgent *agent, const char *home, GError **error);
/* Nobody new is let in, calls at work are cancelled and waited for; signals are sent on. */
void _neg_agent_bus_close (NegAgentBus *bus);
void _neg_agent_bus_free (NegAgentBus *bus); /* once closed */
/* To all that are connected; any thread. @parameters: a tuple, consumed when floating. */
void _neg_agent_bus_emit (NegAgentBus *bus, const char *signal, GVariant *parameters);
guint _neg_agent_bus_count_connections (NegAgentBus *bus);
/* Whose call this thread works for: a number that no other connection has; 0: nobody's. */
guint _neg_agent_bus_get_caller (void);
/* The descriptors that came with that call; borrowed, NULL where there are none. */
const int *_neg_agent_bus_get_fds (int *n);
NegAgentBus *_neg_agent_get_bus (NegAgent *agent);
NegAgentDesk *_neg_agent_get_desk (NegAgent *agent);
NegAgentJobs *_neg_agent_get_jobs (NegAgent *agent);
NegAgentLibrary *_neg_agent_get_library (NegAgent *agent);
NegAgentOutbox *_neg_agent_get_outbox (NegAgent *agent);
NegAgentSearches *_neg_agent_get_searches (NegAgent *agent);
NegAgentPrefetch *_neg_agent_get_prefetch (NegAgent *agent);
NegAgentOpened *_neg_agent_get_opened (NegAgent *agent);

/* REFUSED where the site file does not let it be used so; borrowed from @site. */
const NegPeer *_neg_agent_find_peer (const NegSite *site, const char *name, NegPeerUse use, GError **error);

/* The archive's study that the entry shows; *study_rowid 0 where @entry is 0. USAGE: it is of another study; NOT_FOUND:
 * nothing of it is here. */
gboolean _neg_agent_find_entry_study (NegDatabase *database, const char *study_uid, gint64 entry, gint64 *study_rowid,
                                      GError **error);

/* Tables of methods, ended by a name of NULL. */
extern const NegAgentMethod _neg_agent_site_methods[];
extern const NegAgentMethod _neg_agent_jobs_methods[];
extern const NegAgentMethod _neg_agent_network_methods[];
extern const NegAgentMethod _neg_agent_archive_methods[];
extern const NegAgentMethod _neg_agent_orders_methods[];
extern const NegAgentMethod _neg_agent_prefetch_methods[];
extern const NegAgentMethod _neg_agent_cache_methods[];
extern const NegAgentMethod _neg_agent_deliveries_methods[];
extern const NegAgentMethod _neg_agent_reject_methods[];
extern const NegAgentMethod _neg_agent_desk_methods[];
extern const NegAgentMethod _neg_agent_corrections_methods[];
extern const NegAgentMethod _neg_agent_library_methods[];

G_END_DECLS
