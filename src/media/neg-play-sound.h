/* The sound card, if there is one. Part of the module that plays. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A bin that makes what it is given audible, at any rate at the same pitch; *volume is borrowed of it. NULL: there is no sound card,
 * no server answers within a second, or a part is missing. Floating. */
GstElement *neg_play_sound_new (GstElement **volume);

G_END_DECLS
