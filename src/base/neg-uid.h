/* UIDs of our own: "2.25." and a random or a derived number of 128 bits (PS3.5 B.2). Nothing of the machine or the time is in them.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *neg_uid_new (void); /* given */

/* Always the same one for the same @seed and @old_uid, and another one for any other: what is made of an object when the same
 * work is done again after a crash. Given. */
char *neg_uid_derive (const char *seed, const char *old_uid);

/* Whether @text is a UID by PS3.5 9.1: digits in components without leading zeros, 64 characters at most. */
gboolean neg_uid_is_valid (const char *text);

G_END_DECLS
