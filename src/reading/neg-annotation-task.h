/* Numbers of an annotation from a thread: millions of pixels take longer than a frame of the screen. Thread: main. */
#pragma once

#include <gio/gio.h>

#include "pipeline/neg-pixels.h"
#include "reading/neg-annotation-values.h"

G_BEGIN_DECLS

/* A region of so many pixels that nobody shall wait for their average. */
gboolean neg_annotation_is_large (const NegAnnotation *annotation);

/* As neg_annotation_measure(), of a copy of @annotation; as the file says, whatever a presentation state shows. @suv
 * nullable. @callback is called in any case, without a source: the thread may be the last to let go of its task, and a
 * widget must not end there; who waits is kept by @user_data. */
void neg_annotation_measure_async (const NegAnnotation *annotation, NegInstance *instance, guint32 frame,
                                   NegPixels *pixels, const NegSuv *suv, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
/* The copy with its numbers, given; NULL and an error when it was cancelled. @histogram, @remark nullable. */
NegAnnotation *neg_annotation_measure_finish (GAsyncResult *result, NegHistogram *histogram, char **remark,
                                              GError **error);

G_END_DECLS
