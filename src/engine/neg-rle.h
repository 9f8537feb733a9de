/* RLE Lossless (PS3.5 Annex G): one frame's fragment to interleaved native-endian cells.
 * Thread: any. Reads nothing outside @data, writes exactly @target_bytes. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @bytes_per_cell 1, 2 or 4 (most significant segment first), @samples segments groups. A frame whose segments hold
 * too few values is NEG_ERROR_TRUNCATED; surplus bytes are ignored as encoders pad. */
gboolean neg_rle_decode (const guint8 *data, gsize length, guint32 rows, guint32 columns, guint32 samples,
                         guint bytes_per_cell, guint8 *target, gsize target_bytes, GError **error);

G_END_DECLS
