#include "config.h"

#include "agent/neg-agent-followup.h"

#include "base/neg-fault.h"
#include "store/neg-messages.h"
#include "store/neg-orders.h"

#define ENTRIES_AT_ONCE 25u  /* a transaction of some ten milliseconds */
#define MESSAGES_AT_ONCE 20u /* a message may have 32 MiB, and what goes is overwritten */
#define PRUNE_EVERY_S 3600
#define KEPT_US (G_GINT64_CONSTANT (86400) * NEG_MESSAGES_KEPT_DAYS * G_USEC_PER_SEC)

struct _NegAgentFollowup {
  NegAgent *agent;
  GThreadPool *pool; /* of one thread */
  GCancellable *cancellable;
  guint timer;
  gint is_asked; /* atomic: somebody is in the pool's queue */
};

typedef struct {
  guint limit, n;
} Piece;

static gboolean
follow_cb (NegDatabase *database, gpointer data, GError **error)
{
  Piece *piece = data;
  gboolean done = neg_patients_follow (database, piece->limit, &piece->n, error);

  if (piece->n > 0)
    neg_fault_point ("patients-before-commit");
  return done;
}

static gboolean
prune_cb (NegDatabase *database, gpointer data, GError **error)
{
  Piece *piece = data;

  return neg_messages_prune (database, g_get_real_time () - KEPT_US, piece->limit, &piece->n, error);
}

/* What cannot be done now (a full disk) is done by the next hour, or the next start. How many pieces were done. */
static guint
do_pieces (NegAgentFollowup *followup, NegDatabaseFunc func, guint limit)
{
  Piece piece = { limit, limit };
  guint n_pieces = 0;

  while (piece.n == limit && !g_cancellable_is_cancelled (followup->cancellable)) {
    g_autoptr (GError) error = NULL;

    piece.n = 0;
    if (!neg_archive_write (neg_agent_get_archive (followup->agent), func, &piece, &error)) {
      g_message ("what messages left to be done has to wait: %s", error->message);
      break;
    }
    n_pieces += piece.n > 0;
  }
  return n_pieces;
}

static void
work (gpointer data, gpointer user_data)
{
  NegAgentFollowup *followup = user_data;

  g_atomic_int_set (&followup->is_asked, FALSE);
  if (do_pieces (followup, follow_cb, ENTRIES_AT_ONCE) > 0)
    neg_agent_announce (followup->agent, NULL);
  do_pieces (followup, prune_cb, MESSAGES_AT_ONCE);
}

void
neg_agent_followup_kick (NegAgentFollowup *followup)
{
  if (followup != NULL && g_atomic_int_compare_and_exchange (&followup->is_asked, FALSE, TRUE))
    g_thread_pool_push (followup->pool, followup, NULL);
}

static gboolean
timer_cb (gpointer user_data)
{
  neg_agent_followup_kick (user_data);
  return G_SOURCE_CONTINUE;
}

NegAgentFollowup *
neg_agent_followup_new (NegAgent *agent, GError **error)
{
  NegAgentFollowup *followup = g_new0 (NegAgentFollowup, 1);

  followup->agent = agent;
  followup->cancellable = g_cancellable_new ();
  followup->pool = g_thread_pool_new (work, followup, 1, FALSE, error);
  if (followup->pool == NULL) {
    neg_agent_followup_free (followup);
    return NULL;
  }
  followup->timer = g_timeout_add_seconds (PRUNE_EVERY_S, timer_cb, followup);
  neg_agent_followup_kick (followup);
  return followup;
}

void
neg_agent_followup_free (NegAgentFollowup *followup)
{
  if (followup == NULL)
    return;
  g_cancellable_cancel (followup->cancellable);
  g_clear_handle_id (&followup->timer, g_source_remove);
  if (followup->pool != NULL)
    g_thread_pool_free (followup->pool, FALSE, TRUE);
  g_object_unref (followup->cancellable);
  g_free (followup);
}
