#include "config.h"

#include "ui/neg-object-saver.h"

#include "base/neg-error.h"
#include "base/neg-uid.h"

#define CALL_LIMIT_MS 30000

typedef struct {
  NegEnginePool *pool;
  NegNetwork *network;
  NegBlob *source;
  GPtrArray *composes;
  guint n_kept;
  GBytes *object; /* written, not kept yet; nullable */
  GError *error;
} Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  g_object_unref (save->network);
  neg_blob_unref (save->source);
  g_ptr_array_unref (save->composes);
  g_clear_pointer (&save->object, g_bytes_unref);
  g_clear_error (&save->error);
  g_free (save);
}

static void compose_next (GTask *task);

static void
stored_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Save *save = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (object), result, &error);

  if (answer == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  save->n_kept++;
  compose_next (task);
}

/* In the main context: the object is there, or it is known why not. */
static gboolean
composed_cb (gpointer data)
{
  GTask *task = data;
  Save *save = g_task_get_task_data (task);
  GVariant *bytes;

  if (save->error == NULL && save->object == NULL) /* the engines stop: nobody told what became of it */
    neg_fail (&save->error, NEG_ERROR_CANCELLED, NULL, "the object was not written");
  if (save->error != NULL || g_task_return_error_if_cancelled (task)) {
    if (save->error != NULL)
      g_task_return_error (task, g_steal_pointer (&save->error));
    g_object_unref (task);
    return G_SOURCE_REMOVE;
  }
  bytes = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, save->object, TRUE);
  g_clear_pointer (&save->object, g_bytes_unref);
  neg_network_call_async (save->network, "StoreObject", g_variant_new_tuple (&bytes, 1), CALL_LIMIT_MS,
                          g_task_get_cancellable (task), stored_cb, task);
  return G_SOURCE_REMOVE;
}

static void
item_cb (guint index, GBytes *object, const GError *error, gpointer data)
{
  Save *save = g_task_get_task_data (data);

  if (object != NULL)
    save->object = g_bytes_ref (object);
  else
    save->error = g_error_copy (error);
}

static void
done_cb (gpointer data)
{
  g_main_context_invoke (g_task_get_context (data), composed_cb, data);
}

static void
compose_next (GTask *task)
{
  Save *save = g_task_get_task_data (task);

  if (save->n_kept == save->composes->len) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  neg_request_unref (neg_engine_pool_compose (save->pool, save->source, g_ptr_array_index (save->composes, save->n_kept),
                                              NEG_PRIORITY_NEIGHBOUR, item_cb, done_cb, task));
}

void
neg_object_saver_run_async (NegEnginePool *pool, NegNetwork *network, NegBlob *source, GPtrArray *composes,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Save *save = g_new0 (Save, 1);

  save->pool = pool;
  save->network = g_object_ref (network);
  save->source = neg_blob_ref (source);
  save->composes = g_ptr_array_ref (composes);
  g_task_set_source_tag (task, neg_object_saver_run_async);
  g_task_set_task_data (task, save, save_free);
  compose_next (task);
}

gboolean
neg_object_saver_run_finish (GAsyncResult *result, guint *n_kept, GError **error)
{
  const Save *save = g_task_get_task_data (G_TASK (result));

  if (n_kept != NULL)
    *n_kept = save->n_kept;
  return g_task_propagate_boolean (G_TASK (result), error);
}

NegCompose *
neg_object_saver_describe (NegComposeKind kind, const char *series_description, gint32 series_number)
{
  NegCompose *compose = neg_compose_new (kind);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  compose->sop_instance_uid = neg_uid_new ();
  compose->series_uid = neg_uid_new ();
  compose->series_number = series_number;
  compose->instance_number = 1;
  compose->series_description = g_strdup (series_description);
  compose->date = g_date_time_format (now, "%Y%m%d");
  compose->time = g_date_time_format (now, "%H%M%S");
  compose->timezone = g_date_time_format (now, "%z");
  compose->creator = g_strconcat (g_get_user_name (), "^", NULL); /* a name of one part (PS3.5 6.2.1) */
  compose->device_version = g_strdup (NEG_VERSION);
  return compose;
}
