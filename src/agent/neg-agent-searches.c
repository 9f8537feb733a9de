#include "config.h"

#include "agent/neg-agent-searches-private.h"

#include <string.h>

#include "agent/neg-agent-private.h"
#include "base/neg-error.h"

#define FILE_NAME "searches.conf"
#define TICK_MS 500
#define THREADS_MAX 4
#define NAME_LENGTH_MAX 64
#define SEARCHES_MAX 100
#define EVERY_S_MIN 10
#define JITTER 0.1 /* many workstations that start at eight do not ask at the same second */
#define POLL_US 200000
#define TIMES_AT_ONCE 100 /* entries in one transaction */
#define SITE_CHANGED "" /* to the threads: no search is named so */

struct _NegAgentSearches {
  NegAgent *agent;
  char *path;
  GThreadPool *pool; /* of char, names */
  GCancellable *cancellable;
  guint tick_source;
  GMutex lock; /* of what follows */
  GCond cond;
  GPtrArray *searches;
  GHashTable *busy_peers; /* names */
};

/* --- one question at a time for a peer --- */

static gboolean
begin_peer (NegAgentSearches *searches, const char *peer, GCancellable *cancellable)
{
  gboolean is_ours = FALSE;

  g_mutex_lock (&searches->lock);
  while (!is_ours && !g_cancellable_is_cancelled (cancellable) && !g_cancellable_is_cancelled (searches->cancellable)) {
    is_ours = !g_hash_table_contains (searches->busy_peers, peer);
    if (is_ours)
      g_hash_table_add (searches->busy_peers, g_strdup (peer));
    else
      g_cond_wait_until (&searches->cond, &searches->lock, g_get_monotonic_time () + POLL_US);
  }
  g_mutex_unlock (&searches->lock);
  return is_ours;
}

static void
end_peer (NegAgentSearches *searches, const char *peer)
{
  g_mutex_lock (&searches->lock);
  g_hash_table_remove (searches->busy_peers, peer);
  g_cond_broadcast (&searches->cond);
  g_mutex_unlock (&searches->lock);
}

static gboolean
ask_peer (NegAgentSearches *searches, const NegPeer *peer, const char *name, GHashTable *keys,
          GCancellable *cancellable, guint *found, GError **error)
{
  gboolean done;

  if (!begin_peer (searches, peer->name, cancellable))
    return neg_fail (error, NEG_ERROR_CANCELLED, peer->name, "cancelled");
  done = strcmp (name, NEG_SEARCH_WORKLISTS) == 0
             ? _neg_search_ask_worklist (searches->agent, peer, cancellable, found, error)
             : _neg_search_ask_studies (searches->agent, peer, name, keys, cancellable, found, error);
  end_peer (searches, peer->name);
  return done;
}

/* --- what nobody asks for any more --- */

static NegSearch *
find (NegAgentSearches *searches, const char *name)
{
  for (guint i = 0; i < searches->searches->len; i++) {
    NegSearch *search = searches->searches->pdata[i];

    if (strcmp (search->name, name) == 0)
      return search;
  }
  return NULL;
}

/* With the lock; @name and @peer as the caller of forget_where() has them. */
typedef gboolean (*ForgetFunc) (NegAgentSearches *searches, const NegSite *site, const NegEntrySpeaker *speaker,
                                const char *name, const char *peer);

/* @name: a search that is no more; nullable. */
static gboolean
is_stale (NegAgentSearches *searches, const NegSite *site, const NegEntrySpeaker *speaker, const char *name,
          const char *peer)
{
  const NegPeer *found = neg_site_find_peer (site, speaker->peer, NULL);
  const NegSearch *search = speaker->search != NULL ? find (searches, speaker->search) : NULL;

  if (found == NULL || (found->use & (speaker->search != NULL ? NEG_PEER_QUERY : NEG_PEER_WORKLIST)) == 0)
    return TRUE;
  if (search == NULL)
    return speaker->search != NULL && g_strcmp0 (speaker->search, name) == 0;
  return search->peers[0] != NULL && !g_strv_contains ((const char *const *) search->peers, speaker->peer);
}

/* What is typed may be a name or a number: then it is asked for as "QUESTION/1", "QUESTION/2". */
static gboolean
is_one_question (const char *a, const char *b)
{
  const char *end_a = strrchr (a, '/'), *end_b = strrchr (b, '/');
  gsize length_a = end_a != NULL ? (gsize) (end_a - a) : strlen (a);
  gsize length_b = end_b != NULL ? (gsize) (end_b - b) : strlen (b);

  return length_a == length_b && strncmp (a, b, length_a) == 0;
}

/* Of the questions that people ask by the way, @peer's answer to the last one is kept: that is @name. */
static gboolean
is_older_question (NegAgentSearches *searches, const NegSite *site, const NegEntrySpeaker *speaker, const char *name,
                   const char *peer)
{
  return speaker->search != NULL && strcmp (speaker->peer, peer) == 0 && !is_one_question (speaker->search, name)
         && find (searches, name) == NULL && find (searches, speaker->search) == NULL;
}

/* What cannot be forgotten now is found the next time. */
static void
forget_where (NegAgentSearches *searches, ForgetFunc func, const char *name, const char *peer)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (searches->agent);
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (searches->agent, NULL);
  g_autoptr (GPtrArray) speakers = reader != NULL ? neg_entries_list_speakers (reader, NULL) : NULL;

  for (guint i = 0; speakers != NULL && i < speakers->len; i++) {
    gboolean is_forgotten;

    g_mutex_lock (&searches->lock);
    is_forgotten = func (searches, site, speakers->pdata[i], name, peer);
    g_mutex_unlock (&searches->lock);
    if (is_forgotten)
      _neg_search_forget (searches->agent, speakers->pdata[i], NULL);
  }
}

void
neg_agent_searches_forget_stale (NegAgentSearches *searches)
{
  forget_where (searches, is_stale, NULL, NULL);
}

/* --- another site file --- */

typedef struct {
  const char *zone;
  guint n;
} Following;

static gboolean
follow_zone_cb (NegDatabase *database, gpointer data, GError **error)
{
  Following *following = data;

  return neg_entries_follow_zone (database, following->zone, TIMES_AT_ONCE, &following->n, error);
}

/* What cannot be done now is found at the next start. */
static void
follow_zone (NegAgentSearches *searches)
{
  Following following = { 0 };
  guint all = 0;

  do {
    /* As it is now: the file may change again meanwhile, and two threads with two zones would not come to an end. */
    g_autoptr (NegSite) site = neg_agent_dup_site (searches->agent);

    following.zone = g_time_zone_get_identifier (neg_site_get_timezone (site));
    if (!neg_archive_write (neg_agent_get_archive (searches->agent), follow_zone_cb, &following, NULL))
      break;
    all += following.n;
  } while (following.n == TIMES_AT_ONCE && !g_cancellable_is_cancelled (searches->cancellable));
  if (all > 0)
    neg_agent_announce (searches->agent, NULL);
}

static void
follow_site (NegAgentSearches *searches)
{
  neg_agent_searches_forget_stale (searches);
  follow_zone (searches);
}

void
neg_agent_searches_follow_site (NegAgentSearches *searches)
{
  g_thread_pool_push (searches->pool, g_strdup (SITE_CHANGED), NULL);
}

/* --- asking several --- */

typedef void (*FailureFunc) (const char *peer, const GError *error, gpointer user_data);

/* Of NegPeer, borrowed from @site; a name that is none is told. */
static GPtrArray *
list_peers (const NegSite *site, const char *name, const char *const *names, FailureFunc failed, gpointer user_data)
{
  guint use = strcmp (name, NEG_SEARCH_WORKLISTS) == 0 ? NEG_PEER_WORKLIST : NEG_PEER_QUERY;
  GPtrArray *all = neg_site_get_peers (site);
  GPtrArray *peers = g_ptr_array_new ();

  for (guint i = 0; names[0] == NULL && i < all->len; i++)
    if ((((const NegPeer *) all->pdata[i])->use & use) != 0)
      g_ptr_array_add (peers, all->pdata[i]);
  for (guint i = 0; names[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    const NegPeer *peer = _neg_agent_find_peer (site, names[i], use, &error);

    if (peer != NULL)
      g_ptr_array_add (peers, (gpointer) peer);
    else
      failed (names[i], error, user_data);
  }
  return peers;
}

static guint
ask_all (NegAgentSearches *searches, const char *name, const char *const *names, GHashTable *keys,
         GCancellable *cancellable, FailureFunc failed, gpointer user_data)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (searches->agent);
  g_autoptr (GPtrArray) peers = list_peers (site, name, names, failed, user_data);
  guint all_found = 0;

  for (guint i = 0; i < peers->len; i++) {
    const NegPeer *peer = peers->pdata[i];
    g_autoptr (GError) error = NULL;
    guint found = 0;

    if (ask_peer (searches, peer, name, keys, cancellable, &found, &error)) {
      all_found += found;
      forget_where (searches, is_older_question, name, peer->name);
    } else
      failed (peer->name, error, user_data);
  }
  return all_found;
}

static void
add_failure (const char *peer, const GError *error, gpointer user_data)
{
  g_variant_builder_add (user_data, "(ss)", peer, error->message);
}

static gboolean
check_name (const char *name, GError **error)
{
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)) || strchr ("[]", *at) != NULL)
      return neg_fail (error, NEG_ERROR_USAGE, "name", "a search is not named with brackets or control characters");
  return (*name != '\0' && g_utf8_strlen (name, -1) <= NAME_LENGTH_MAX)
         || neg_fail (error, NEG_ERROR_USAGE, "name", "the name of a search has 1 to %d letters", NAME_LENGTH_MAX);
}

GVariant *
neg_agent_searches_ask (NegAgentSearches *searches, const char *name, const char *const *peers, GHashTable *keys,
                        GCancellable *cancellable, guint *found, GError **error)
{
  GVariantBuilder failures;

  if (!check_name (name, error))
    return NULL;
  g_variant_builder_init (&failures, G_VARIANT_TYPE ("a(ss)"));
  *found = ask_all (searches, name, peers, keys, cancellable, add_failure, &failures);
  return g_variant_builder_end (&failures);
}

/* --- by themselves --- */

static void
note_failure (const char *peer, const GError *error, gpointer user_data)
{
  GString *words = user_data;

  g_string_append_printf (words, "%s%s: %s", words->len > 0 ? "; " : "", peer, error->message);
}

static void
run_cb (gpointer data, gpointer user_data)
{
  NegAgentSearches *searches = user_data;
  g_autofree char *name = data;
  g_autoptr (GString) words = g_string_new (NULL);
  NegSearch *search, *copy = NULL;

  if (strcmp (name, SITE_CHANGED) == 0) {
    follow_site (searches);
    return;
  }
  g_mutex_lock (&searches->lock);
  search = find (searches, name);
  if (search != NULL)
    copy = _neg_search_copy (search);
  g_mutex_unlock (&searches->lock);
  if (copy == NULL)
    return;
  ask_all (searches, name, (const char *const *) copy->peers, copy->keys, searches->cancellable, note_failure, words);
  _neg_search_free (copy);

  g_mutex_lock (&searches->lock);
  search = find (searches, name);
  if (search != NULL) {
    g_free (search->failure);
    search->failure = g_strdup (words->str);
    search->last_us = g_get_real_time ();
    search->next_us = g_get_monotonic_time ()
                      + (gint64) (search->every_s * g_random_double_range (1 - JITTER, 1 + JITTER) * G_USEC_PER_SEC);
    search->is_running = FALSE;
  }
  g_mutex_unlock (&searches->lock);
}

static gboolean
tick_cb (gpointer user_data)
{
  NegAgentSearches *searches = user_data;
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&searches->lock);
  for (guint i = 0; i < searches->searches->len; i++) {
    NegSearch *search = searches->searches->pdata[i];

    if (search->is_running || search->every_s == 0 || search->next_us > now)
      continue;
    search->is_running = TRUE;
    g_thread_pool_push (searches->pool, g_strdup (search->name), NULL);
  }
  g_mutex_unlock (&searches->lock);
  return G_SOURCE_CONTINUE;
}

NegAgentSearches *
neg_agent_searches_new (NegAgent *agent, GError **error)
{
  g_autofree char *path = g_build_filename (neg_agent_get_data_folder (agent), FILE_NAME, NULL);
  GPtrArray *loaded = _neg_searches_load (path, error);
  NegAgentSearches *searches;

  if (loaded == NULL)
    return NULL;
  searches = g_new0 (NegAgentSearches, 1);
  searches->agent = agent;
  searches->path = g_steal_pointer (&path);
  searches->searches = loaded;
  searches->busy_peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  searches->cancellable = g_cancellable_new ();
  g_mutex_init (&searches->lock);
  g_cond_init (&searches->cond);
  searches->pool = g_thread_pool_new (run_cb, searches, THREADS_MAX, FALSE, NULL);
  searches->tick_source = g_timeout_add (TICK_MS, tick_cb, searches);
  neg_agent_searches_follow_site (searches);
  return searches;
}

void
neg_agent_searches_free (NegAgentSearches *searches)
{
  if (searches == NULL)
    return;
  g_source_remove (searches->tick_source);
  g_cancellable_cancel (searches->cancellable);
  g_thread_pool_free (searches->pool, FALSE, TRUE);
  g_ptr_array_unref (searches->searches);
  g_hash_table_unref (searches->busy_peers);
  g_object_unref (searches->cancellable);
  g_mutex_clear (&searches->lock);
  g_cond_clear (&searches->cond);
  g_free (searches->path);
  g_free (searches);
}

/* --- changing them --- */

GVariant *
neg_agent_searches_list (NegAgentSearches *searches)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sasa{ss}uxs)"));
  g_mutex_lock (&searches->lock);
  for (guint i = 0; i < searches->searches->len; i++) {
    const NegSearch *search = searches->searches->pdata[i];
    GVariantBuilder keys;
    GHashTableIter iter;
    gpointer key, value;

    g_variant_builder_init (&keys, G_VARIANT_TYPE ("a{ss}"));
    g_hash_table_iter_init (&iter, search->keys);
    while (g_hash_table_iter_next (&iter, &key, &value))
      g_variant_builder_add (&keys, "{ss}", key, value);
    g_variant_builder_add (&builder, "(s^asa{ss}uxs)", search->name, search->peers, &keys, search->every_s,
                           search->last_us, search->failure);
  }
  g_mutex_unlock (&searches->lock);
  return g_variant_builder_end (&builder);
}

static GPtrArray *
dup_all_but (NegAgentSearches *searches, const char *name)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_search_free);

  for (guint i = 0; i < searches->searches->len; i++) {
    const NegSearch *search = searches->searches->pdata[i];

    if (strcmp (search->name, name) != 0)
      g_ptr_array_add (copies, _neg_search_copy (search));
  }
  return copies;
}

/* With the lock. What the others have found out by now stays theirs. */
static gboolean
replace (NegAgentSearches *searches, NegSearch *search, gboolean is_kept, GError **error)
{
  g_autoptr (GPtrArray) copies = dup_all_but (searches, search->name);
  NegSearch *old = find (searches, search->name);

  if (is_kept)
    g_ptr_array_add (copies, _neg_search_copy (search));
  if (copies->len > SEARCHES_MAX)
    return neg_fail (error, NEG_ERROR_USAGE, "name", "there are %d searches already", SEARCHES_MAX);
  if (!_neg_searches_save (searches->path, copies, error))
    return FALSE;
  if (is_kept) {
    search->is_running = old != NULL && old->is_running;
    g_ptr_array_add (searches->searches, _neg_search_copy (search));
    ((NegSearch *) searches->searches->pdata[searches->searches->len - 1])->is_running = search->is_running;
  }
  if (old != NULL)
    g_ptr_array_remove (searches->searches, old);
  return TRUE;
}

gboolean
neg_agent_searches_set (NegAgentSearches *searches, const char *name, const char *const *peers, GHashTable *keys,
                        guint every_s, GError **error)
{
  static const char *const nobody[] = { NULL };
  gboolean is_worklists = strcmp (name, NEG_SEARCH_WORKLISTS) == 0;
  NegSearch *search;
  gboolean done;

  if (!check_name (name, error))
    return FALSE;
  if (every_s != 0 && every_s < EVERY_S_MIN)
    return neg_fail (error, NEG_ERROR_USAGE, "every_s", "a search is repeated every %d seconds at most", EVERY_S_MIN);
  search = _neg_search_new (name, is_worklists ? nobody : peers, is_worklists ? NULL : keys, every_s);
  g_mutex_lock (&searches->lock);
  done = replace (searches, search, every_s != 0 || is_worklists, error);
  g_mutex_unlock (&searches->lock);
  _neg_search_free (search);
  if (done)
    forget_where (searches, is_stale, every_s == 0 && !is_worklists ? name : NULL, NULL);
  return done;
}
