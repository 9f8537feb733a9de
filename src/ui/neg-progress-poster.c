#include "config.h"

#include "ui/neg-progress-poster.h"

#include "learning/neg-progress.h"

#define PERIOD_S 60
#define CALL_LIMIT_MS 30000

struct _NegProgressPoster {
  NegNetwork *network;
  NegReadingStore *store; /* nullable */
  GCancellable *cancellable;
  GHashTable *waiting; /* id to line: of what is handed over now, one after the other */
  gboolean is_posting;
  guint source;
};

static void post_next (NegProgressPoster *self);

typedef struct {
  NegProgressPoster *poster; /* gone once the call is cancelled */
  GCancellable *cancellable;
  char *id, *line;
} Call;

static void
call_free (Call *call)
{
  g_object_unref (call->cancellable);
  g_free (call->id);
  g_free (call->line);
  g_free (call);
}

static void
posted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  NegProgressPoster *self = call->poster;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);

  if (g_cancellable_is_cancelled (call->cancellable)) {
    call_free (call);
    return;
  }
  self->is_posting = FALSE;
  if (answer != NULL && self->store != NULL)
    neg_progress_set_posted (self->store, call->id, call->line);
  call_free (call);
  /* What went wrong once goes wrong again: next time. */
  if (answer != NULL)
    post_next (self);
  else
    g_clear_pointer (&self->waiting, g_hash_table_unref);
}

static void
post_next (NegProgressPoster *self)
{
  GHashTableIter iter;
  gpointer id, line;
  GVariantBuilder files;
  Call *call;

  if (self->waiting == NULL || self->is_posting || self->store == NULL)
    return;
  g_hash_table_iter_init (&iter, self->waiting);
  if (!g_hash_table_iter_next (&iter, &id, &line)) {
    g_clear_pointer (&self->waiting, g_hash_table_unref);
    return;
  }
  call = g_new0 (Call, 1);
  call->poster = self;
  call->cancellable = g_object_ref (self->cancellable);
  call->id = g_strdup (id);
  call->line = g_strdup (line);
  g_hash_table_iter_remove (&iter);
  self->is_posting = TRUE;
  g_variant_builder_init (&files, G_VARIANT_TYPE ("ah"));
  neg_network_call_async (self->network, "Post", g_variant_new ("(ssah)", NEG_PROGRESS_POST, call->line, &files), CALL_LIMIT_MS,
                          self->cancellable, posted_cb, call);
}

static void
look (NegProgressPoster *self)
{
  if (self->store == NULL || self->waiting != NULL || self->is_posting
      || neg_network_get_state (self->network) != NEG_NETWORK_READY)
    return;
  self->waiting = neg_progress_list_waiting (self->store, g_get_real_time (), NULL);
  post_next (self);
}

static gboolean
look_cb (gpointer data)
{
  look (data);
  return G_SOURCE_CONTINUE;
}

void
neg_progress_poster_set_store (NegProgressPoster *self, NegReadingStore *store)
{
  self->store = store;
  if (store == NULL)
    g_clear_pointer (&self->waiting, g_hash_table_unref);
  look (self);
}

NegProgressPoster *
neg_progress_poster_new (NegNetwork *network)
{
  NegProgressPoster *self = g_new0 (NegProgressPoster, 1);

  self->network = g_object_ref (network);
  self->cancellable = g_cancellable_new ();
  self->source = g_timeout_add_seconds (PERIOD_S, look_cb, self);
  g_signal_connect_swapped (network, "changed", G_CALLBACK (look), self);
  return self;
}

void
neg_progress_poster_free (NegProgressPoster *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_signal_handlers_disconnect_by_data (self->network, self);
  g_source_remove (self->source);
  g_clear_pointer (&self->waiting, g_hash_table_unref);
  g_object_unref (self->cancellable);
  g_object_unref (self->network);
  g_free (self);
}
