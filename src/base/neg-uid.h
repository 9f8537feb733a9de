/* UIDs of our own: "2.25." and a random number of 128 bits (PS3.5 B.2). Nothing of the machine or the time is in them.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *neg_uid_new (void); /* given */

/* Whether @text is a UID by PS3.5 9.1: digits in components without leading zeros, 64 characters at most. */
gboolean neg_uid_is_valid (const char *text);

G_END_DECLS
