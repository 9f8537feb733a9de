/* The home of practice: a folder of its own with the demo department in it, which the program makes once and may make again. Nothing of the
 * person's own home is ever in it. Thread: any; making it takes some seconds. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define NEG_PRACTICE_PATIENTS 2u /* the first of the demo department, with those that the exercises are about */

/* Below the cache of @home (nullable): practice/NUMBER, as practice/current says; given. */
char *neg_practice_home_dup_folder (const char *home);

/* Makes what is not there yet: patients, archive. It is there whole, or another call goes on. */
gboolean neg_practice_home_make (const char *folder, GCancellable *cancellable, GError **error);
gboolean neg_practice_home_is_made (const char *folder);

/* Starts this program anew for practice there, with an exercise of @topic (nullable); what is done counts in the data folder of @home.
 * What is left of older folders goes. */
gboolean neg_practice_home_open (const char *home, const char *topic, GError **error);
/* Its agent has nothing more to do. Waits a moment; on the main thread, when nothing of the window is left. */
void neg_practice_home_end_agent (const char *folder);
/* From practice in @folder: the same in the next folder, as it was at first. */
gboolean neg_practice_home_renew (const char *folder, const char *results, GError **error);

G_END_DECLS
