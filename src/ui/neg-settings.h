/* The settings of the desktop, or of a home of its own. Thread: main. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @home nullable. NULL, with a line on standard error, where the schema is not installed: everything then has its
 * default. Given. */
GSettings *neg_settings_open (const char *home);

G_END_DECLS
