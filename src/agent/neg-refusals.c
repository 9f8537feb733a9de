#include "config.h"

#include "agent/neg-refusals.h"

#define PERIOD_US (60 * G_USEC_PER_SEC)
/* Of callers that are told apart; all others are one. */
#define CALLERS_MAX 1000

typedef struct {
  char *peer, *detail; /* of the last one */
  gint64 since_us;
  guint n; /* after the one that has its row */
} Refused;

struct _NegRefusals {
  NegArchive *archive;
  GMutex lock;         /* guards what follows */
  GHashTable *callers; /* title and address: Refused */
};

static void
refused_free (Refused *refused)
{
  g_free (refused->peer);
  g_free (refused->detail);
  g_free (refused);
}

NegRefusals *
neg_refusals_new (NegArchive *archive)
{
  NegRefusals *refusals = g_new0 (NegRefusals, 1);

  refusals->archive = archive;
  g_mutex_init (&refusals->lock);
  refusals->callers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) refused_free);
  return refusals;
}

static gboolean
audit (NegRefusals *refusals, const Refused *refused, GError **error)
{
  g_autofree char *detail = refused->n > 1 ? g_strdup_printf ("%s (%u times)", refused->detail, refused->n)
                                           : g_strdup (refused->detail);
  const NegAuditEntry entry = {
    .event = NEG_AUDIT_SECURITY_ALERT, .failed = TRUE, .peer = refused->peer, .detail = detail,
  };

  return neg_audit_append (refusals->archive, &entry, error);
}

/* Those whose minute is over; with the lock held. */
static gboolean
settle (NegRefusals *refusals, gint64 until_us, GError **error)
{
  gboolean done = TRUE;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, refusals->callers);
  while (done && g_hash_table_iter_next (&iter, NULL, &value)) {
    const Refused *refused = value;

    if (refused->since_us + PERIOD_US > until_us)
      continue;
    done = refused->n == 0 || audit (refusals, refused, error);
    if (done)
      g_hash_table_iter_remove (&iter);
  }
  return done;
}

void
neg_refusals_free (NegRefusals *refusals)
{
  g_autoptr (GError) error = NULL;

  if (refusals == NULL)
    return;
  if (!settle (refusals, G_MAXINT64, &error))
    g_warning ("no audit entry for refused connections: %s", error->message);
  g_hash_table_unref (refusals->callers);
  g_mutex_clear (&refusals->lock);
  g_free (refusals);
}

/* A new one has its row at once; the next ones wait for the end of its minute. */
static gboolean
note (NegRefusals *refusals, char *key, const char *peer, const char *detail, gint64 now_us, GError **error)
{
  g_autofree char *owned = key;
  Refused *refused = g_hash_table_lookup (refusals->callers, key);

  if (refused == NULL) {
    refused = g_new0 (Refused, 1);
    refused->peer = g_strdup (peer);
    refused->detail = g_strdup (detail);
    refused->since_us = now_us;
    g_hash_table_insert (refusals->callers, g_steal_pointer (&owned), refused);
    return audit (refusals, refused, error);
  }
  g_free (refused->detail);
  refused->detail = g_strdup (detail);
  refused->n++;
  return TRUE;
}

gboolean
neg_refusals_audit (NegRefusals *refusals, const char *caller, const char *address, const char *detail,
                    GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&refusals->lock);
  const gint64 now_us = g_get_monotonic_time ();

  if (!settle (refusals, now_us, error))
    return FALSE;
  if (g_hash_table_size (refusals->callers) >= CALLERS_MAX)
    return note (refusals, g_strdup (""), "many callers", "refused: more callers than are told apart", now_us, error);
  return note (refusals, g_strconcat (address, " ", caller, NULL), *caller != '\0' ? caller : address, detail, now_us,
               error);
}
