#include "config.h"

#include <unistd.h>

#include "base/neg-error.h"
#include "commands/neg-commands-private.h"

typedef struct {
  GMutex lock;
  GCond cond;
  gboolean done;
  NegScanResult *scan;
  NegFrameFormat format;
  GError *error;
} Wait;

static void
wait_init (Wait *wait)
{
  *wait = (Wait){ 0 };
  g_mutex_init (&wait->lock);
  g_cond_init (&wait->cond);
}

static gboolean
wait_finish (Wait *wait, NegRequest *request, GError **error)
{
  g_mutex_lock (&wait->lock);
  while (!wait->done)
    g_cond_wait (&wait->cond, &wait->lock);
  g_mutex_unlock (&wait->lock);
  neg_request_unref (request);
  g_mutex_clear (&wait->lock);
  g_cond_clear (&wait->cond);
  if (wait->error == NULL)
    return TRUE;
  g_propagate_error (error, wait->error);
  return FALSE;
}

static void
done_cb (gpointer user_data)
{
  Wait *wait = user_data;

  g_mutex_lock (&wait->lock);
  wait->done = TRUE;
  g_cond_signal (&wait->cond);
  g_mutex_unlock (&wait->lock);
}

static void
scanned_cb (guint index, NegScanResult *result, const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  if (error != NULL) {
    wait->error = g_error_copy (error);
  } else {
    *wait->scan = *result;
    *result = (NegScanResult){ .kind = result->kind };
  }
}

gboolean
neg_wait_scan (NegEnginePool *pool, NegBlob *blob, NegScanResult *result, GError **error)
{
  Wait wait;

  wait_init (&wait);
  wait.scan = result;
  return wait_finish (&wait, neg_engine_pool_scan (pool, &blob, 1, NEG_PRIORITY_SCAN, scanned_cb, done_cb, &wait),
                      error);
}

static void
decoded_cb (guint index, const NegFrameFormat *format, const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  if (error != NULL)
    wait->error = g_error_copy (error);
  else
    wait->format = *format;
}

NegPixels *
neg_wait_decode (NegEnginePool *pool, NegBlob *blob, const NegInstance *instance, guint32 frame, NegFrameForm form,
                 GError **error)
{
  g_autoptr (NegPixels) pixels = NULL;
  NegDecodeItem item = { .frame = frame };
  NegRequest *request;
  Wait wait;
  int fd;

  if (frame >= instance->frames) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no frame %u among %u", frame + 1, instance->frames);
    return NULL;
  }
  if (!neg_frame_format_init (&item.format, instance, form, error)
      || (pixels = neg_pixels_new (&item.format, &fd, error)) == NULL)
    return NULL;
  wait_init (&wait);
  request
      = neg_engine_pool_decode (pool, blob, form, fd, &item, 1, NEG_PRIORITY_ON_SCREEN, decoded_cb, done_cb, &wait);
  close (fd);
  if (!wait_finish (&wait, request, error))
    return NULL;
  neg_pixels_set_format (pixels, &wait.format);
  return g_steal_pointer (&pixels);
}
