/* For a test: how DCMTK takes a VR that is written. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FALSE: for a word of its own. *@is_long: its length has 32 bits. */
gboolean exercise_vr (const char *name, gboolean *is_long);

G_END_DECLS
