#include "config.h"

#include "agent/neg-callers.h"

#include "agent/neg-operation-private.h"

#define KEPT_US (60 * G_USEC_PER_SEC)
#define FAILURE_KEPT_US (5 * G_USEC_PER_SEC)
#define LOOKUP_MS 3000

typedef struct {
  char **addresses; /* numeric */
  gint64 until_us;
} Host;

struct _NegCallers {
  NegRefusals *refusals;
  GMutex lock;       /* guards what follows */
  GHashTable *hosts; /* name: Host */
};

static void
host_free (Host *host)
{
  g_strfreev (host->addresses);
  g_free (host);
}

NegCallers *
neg_callers_new (NegArchive *archive)
{
  NegCallers *callers = g_new0 (NegCallers, 1);

  callers->refusals = neg_refusals_new (archive);
  g_mutex_init (&callers->lock);
  callers->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) host_free);
  return callers;
}

void
neg_callers_free (NegCallers *callers)
{
  if (callers == NULL)
    return;
  neg_refusals_free (callers->refusals);
  g_hash_table_unref (callers->hosts);
  g_mutex_clear (&callers->lock);
  g_free (callers);
}

NegRefusals *
neg_callers_get_refusals (NegCallers *callers)
{
  return callers->refusals;
}

static char **
look_up (const NegPeer *peer, GCancellable *cancellable)
{
  GList *found = _neg_peer_resolve (peer, LOOKUP_MS, cancellable, NULL);
  g_autoptr (GPtrArray) addresses = g_ptr_array_new ();

  for (GList *l = found; l != NULL; l = l->next)
    g_ptr_array_add (addresses, g_inet_address_to_string (l->data));
  g_resolver_free_addresses (found);
  g_ptr_array_add (addresses, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&addresses), FALSE);
}

/* Names that are not known are kept, too: nobody gets us to ask for each of his connections. */
static gboolean
is_at (NegCallers *callers, const NegPeer *peer, const char *address, GCancellable *cancellable)
{
  const gint64 now_us = g_get_monotonic_time ();
  g_auto (GStrv) addresses = NULL;
  Host *host;

  g_mutex_lock (&callers->lock);
  host = g_hash_table_lookup (callers->hosts, peer->host);
  if (host != NULL && host->until_us > now_us)
    addresses = g_strdupv (host->addresses);
  g_mutex_unlock (&callers->lock);
  if (addresses == NULL) {
    addresses = look_up (peer, cancellable);
    host = g_new0 (Host, 1);
    host->addresses = g_strdupv (addresses);
    host->until_us = now_us + (*addresses != NULL ? KEPT_US : FAILURE_KEPT_US);
    g_mutex_lock (&callers->lock);
    g_hash_table_replace (callers->hosts, g_strdup (peer->host), host);
    g_mutex_unlock (&callers->lock);
  }
  return g_strv_contains ((const char *const *) addresses, address);
}

const NegPeer *
neg_callers_find (NegCallers *callers, const NegSite *site, const char *calling_ae, const char *address,
                  gboolean is_tls, GCancellable *cancellable, const char **why_not)
{
  GPtrArray *peers = neg_site_get_peers (site);

  *why_not = NULL;
  for (guint i = 0; i < peers->len; i++) {
    const NegPeer *peer = g_ptr_array_index (peers, i);

    if (peer->kind == NEG_PEER_WEB || g_strcmp0 (peer->called_ae, calling_ae) != 0)
      continue;
    if (!is_at (callers, peer, address, cancellable))
      *why_not = "an AE title that the site knows, from another address";
    else if (peer->kind == NEG_PEER_DICOM_TLS && !is_tls)
      *why_not = "a peer that speaks TLS, without it";
    else
      return peer;
  }
  return NULL;
}
