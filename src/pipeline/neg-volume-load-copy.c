#include "config.h"

#include "pipeline/neg-volume-load-private.h"

static void
copy_item_clear (gpointer data)
{
  NegCopyItem *item = data;

  neg_pixels_unref (item->pixels);
}

NegCopyJob *
_neg_copy_job_new (NegVolumeFill *fill, NegVolume *from)
{
  NegCopyJob *job = g_new (NegCopyJob, 1);

  *job = (NegCopyJob){
    .fill = _neg_volume_fill_ref (fill),
    .from = from != NULL ? neg_volume_ref (from) : NULL,
    .items = g_array_new (FALSE, FALSE, sizeof (NegCopyItem)),
  };
  g_array_set_clear_func (job->items, copy_item_clear);
  return job;
}

void
_neg_copy_job_free (gpointer data)
{
  NegCopyJob *job = data;

  g_array_unref (job->items);
  g_clear_pointer (&job->from, neg_volume_unref);
  _neg_volume_fill_unref (job->fill);
  g_free (job);
}

static void
copy_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  NegCopyJob *job = data;

  for (guint i = 0; i < job->items->len && !_neg_volume_fill_is_stopped (job->fill); i++) {
    const NegCopyItem *item = &g_array_index (job->items, NegCopyItem, i);

    _neg_volume_fill_put (job->fill, item->slice, item->bytes);
  }
  g_task_return_boolean (task, TRUE);
}

void
_neg_copy_job_run (NegCopyJob *job, NegVolumeLoad *self, GAsyncReadyCallback done)
{
  GWeakRef *weak = g_new (GWeakRef, 1);
  g_autoptr (GTask) task = NULL;

  g_weak_ref_init (weak, self);
  task = g_task_new (NULL, NULL, done, weak);
  g_task_set_task_data (task, job, _neg_copy_job_free);
  g_task_run_in_thread (task, copy_thread);
}

NegVolumeLoad *
_neg_copy_job_take_load (gpointer data)
{
  GWeakRef *weak = data;
  NegVolumeLoad *self = g_weak_ref_get (weak);

  g_weak_ref_clear (weak);
  g_free (weak);
  return self;
}
