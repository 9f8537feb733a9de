/* Numbers of an annotation from a thread: millions of pixels take longer than a frame of the screen. Thread: main. */
#pragma once

#include <gio/gio.h>

#include "pipeline/neg-pixels.h"
#include "reading/neg-annotation-values.h"

G_BEGIN_DECLS

/* So many pixels that nobody shall wait for their average. */
gboolean neg_annotation_is_large (const NegAnnotation *annotation);

/* As neg_annotation_measure(), of a copy of @annotation; as the file says, whatever a presentation state shows. @suv
 * nullable. @source is kept until @callback, which is called in any case. */
void neg_annotation_measure_async (const NegAnnotation *annotation, NegInstance *instance, guint32 frame,
                                   NegPixels *pixels, const NegSuv *suv, gpointer source, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
/* The copy with its numbers, given; NULL and an error when it was cancelled. @histogram, @remark nullable. */
NegAnnotation *neg_annotation_measure_finish (GAsyncResult *result, NegHistogram *histogram, char **remark,
                                              GError **error);

G_END_DECLS
