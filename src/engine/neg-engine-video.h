/* An engine that plays one video through. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Before the seal: loads what decodes videos. What is missing is no error but the answer. */
void neg_engine_video_preload (void);

/* In the cage: one request, one answer. FALSE when the other end broke the protocol or has gone. */
gboolean neg_engine_serve_video (int socket, GError **error);

G_END_DECLS
