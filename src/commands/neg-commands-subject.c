#include "config.h"

#include "base/neg-error.h"
#include "commands/neg-commands-private.h"
#include "pipeline/neg-loader.h"

void
neg_subject_clear (NegSubject *subject)
{
  g_clear_pointer (&subject->blob, neg_blob_unref);
  g_clear_pointer (&subject->instance, neg_instance_unref);
  g_clear_object (&subject->series);
}

static gboolean
find_in_series (NegEnginePool *pool, const char *path, guint index, NegSubject *subject, GError **error)
{
  g_autoptr (NegLoader) loader = neg_loader_new (pool);
  const char *paths[] = { path, NULL };
  g_autoptr (NegSeries) series = NULL;
  const NegSeriesFrame *frame;

  neg_loader_load (loader, paths);
  neg_loader_wait (loader);
  series = g_list_model_get_item (neg_loader_get_series (loader), 0);
  if (series == NULL)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no image series");
  if (index >= neg_series_get_n_frames (series))
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no image %u among %u", index + 1,
                     neg_series_get_n_frames (series));
  frame = neg_series_get_frame (series, index);
  subject->blob = neg_blob_ref (frame->blob);
  subject->instance = neg_instance_ref (frame->instance);
  subject->frame = frame->frame;
  subject->series = g_steal_pointer (&series);
  subject->index = index;
  return TRUE;
}

gboolean
neg_subject_find (NegEnginePool *pool, const char *path, guint index, NegSubject *subject, GError **error)
{
  g_autoptr (NegBlob) blob = neg_blob_new_for_path (path);
  g_auto (NegScanResult) scan = { 0 };

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return find_in_series (pool, path, index, subject, error);
  if (!neg_wait_scan (pool, blob, &scan, error))
    return FALSE;
  if (scan.kind != NEG_SCAN_INSTANCE)
    return find_in_series (pool, path, index, subject, error);
  subject->blob = g_steal_pointer (&blob);
  subject->instance = g_steal_pointer (&scan.instance);
  subject->frame = index;
  return TRUE;
}
