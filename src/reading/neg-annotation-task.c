#include "config.h"

#include "reading/neg-annotation-task.h"

#define SMALL_PIXELS_MAX 5e5

/* All that a thread needs, held by it. */
typedef struct {
  NegAnnotation *annotation;
  NegInstance *instance;
  guint32 frame;
  NegPixels *pixels;
  gboolean has_suv;
  NegSuv suv;
  NegHistogram histogram;
  char *remark;
} Work;

static void
free_work (gpointer data)
{
  Work *work = data;

  neg_annotation_unref (work->annotation);
  neg_instance_unref (work->instance);
  neg_pixels_unref (work->pixels);
  g_free (work->remark);
  g_free (work);
}

gboolean
neg_annotation_is_large (const NegAnnotation *annotation)
{
  const double *p = annotation->points_px;
  double box_px[4];

  if (annotation->n_points == 0
      || (annotation->kind != NEG_ANNOTATION_ELLIPSE && annotation->kind != NEG_ANNOTATION_RECTANGLE
          && annotation->kind != NEG_ANNOTATION_FREEHAND))
    return FALSE;
  box_px[0] = box_px[2] = p[0];
  box_px[1] = box_px[3] = p[1];
  for (guint i = 1; i < annotation->n_points; i++) {
    box_px[0] = MIN (box_px[0], p[2 * i]);
    box_px[1] = MIN (box_px[1], p[2 * i + 1]);
    box_px[2] = MAX (box_px[2], p[2 * i]);
    box_px[3] = MAX (box_px[3], p[2 * i + 1]);
  }
  return (box_px[2] - box_px[0]) * (box_px[3] - box_px[1]) > SMALL_PIXELS_MAX;
}

static void
measure_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  const NegFrame *pixels = neg_pixels_get_frame (work->pixels);
  NegDraw draw;

  if (g_task_return_error_if_cancelled (task))
    return;
  neg_draw_init (&draw, work->instance, work->frame, pixels, 0);
  neg_annotation_measure (work->annotation, work->instance, work->frame, &draw, pixels,
                          work->has_suv ? &work->suv : NULL, &work->histogram, &work->remark);
  g_task_return_boolean (task, TRUE);
}

void
neg_annotation_measure_async (const NegAnnotation *annotation, NegInstance *instance, guint32 frame, NegPixels *pixels,
                              const NegSuv *suv, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Work *work = g_new0 (Work, 1);

  work->annotation = neg_annotation_copy (annotation);
  work->instance = neg_instance_ref (instance);
  work->frame = frame;
  work->pixels = neg_pixels_ref (pixels);
  work->has_suv = suv != NULL;
  if (suv != NULL)
    work->suv = *suv;
  g_task_set_source_tag (task, neg_annotation_measure_async);
  g_task_set_task_data (task, work, free_work);
  g_task_run_in_thread (task, measure_cb);
}

NegAnnotation *
neg_annotation_measure_finish (GAsyncResult *result, NegHistogram *histogram, char **remark, GError **error)
{
  GTask *task = G_TASK (result);
  Work *work = g_task_get_task_data (task);

  g_return_val_if_fail (g_task_get_source_tag (task) == neg_annotation_measure_async, NULL);

  if (!g_task_propagate_boolean (task, error))
    return NULL;
  if (histogram != NULL)
    *histogram = work->histogram;
  if (remark != NULL)
    *remark = g_steal_pointer (&work->remark);
  return neg_annotation_ref (work->annotation);
}
