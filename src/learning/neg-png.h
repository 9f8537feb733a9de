/* What a PNG picture says of itself (ISO/IEC 15948), looked at before anybody decodes it. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NEG_PNG_HEAD_BYTES 33 /* signature and IHDR */

/* Width and height in pixels, neither of them 0, of the @length bytes with which it begins. Error: UNREADABLE, it is no PNG. */
gboolean neg_png_measure (const char *bytes, gsize length, guint *width, guint *height, GError **error);

G_END_DECLS
