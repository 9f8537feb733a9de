/* What the parts of neg-agent-searches share. */
#pragma once

#include "agent/neg-agent-searches.h"

G_BEGIN_DECLS

typedef struct {
  char *name;
  char **peers;
  GHashTable *keys; /* path: value */
  guint every_s;    /* 0: only of NEG_SEARCH_WORKLISTS: not asked */
  gint64 last_us;   /* UTC; 0: not yet */
  char *failure;    /* of the last time, "" */
  gint64 next_us;   /* monotonic */
  gboolean is_running;
} NegSearch;

void _neg_search_free (NegSearch *search);
NegSearch *_neg_search_new (const char *name, const char *const *peers, GHashTable *keys, guint every_s);
NegSearch *_neg_search_copy (const NegSearch *search);

/* NegSearch, given; the worklists' one is always there. */
GPtrArray *_neg_searches_load (const char *path, GError **error);
gboolean _neg_searches_save (const char *path, GPtrArray *searches, GError **error);

/* Asks one peer and puts what it says into the reading list. */
gboolean _neg_search_ask_studies (NegAgent *agent, const NegPeer *peer, const char *name, GHashTable *keys,
                                  GCancellable *cancellable, guint *found, GError **error);
gboolean _neg_search_ask_worklist (NegAgent *agent, const NegPeer *peer, GCancellable *cancellable, guint *found,
                                   GError **error);
/* What was found there goes. */
gboolean _neg_search_forget (NegAgent *agent, const NegEntrySpeaker *speaker, GError **error);

G_END_DECLS
