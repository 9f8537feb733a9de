/* The drawing of a small picture, apart from when it is drawn. */
#pragma once

#include "pipeline/neg-thumbnails.h"

G_BEGIN_DECLS

/* Any thread. NULL with *error when memory is short. */
GBytes *_neg_thumbnail_draw (const NegInstance *instance, guint32 frame_number, const NegFrame *frame, guint size_px,
                             GError **error);

G_END_DECLS
