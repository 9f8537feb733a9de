/* What the engine's own C does with an object: scan, find each frame's fragments, unpack RLE. */
#pragma once

#include <glib.h>

/* TRUE when there was a layout; else *@reason (given) is why not. */
gboolean exercise_object (const guint8 *bytes, gsize length, char **reason);
