/* Publishing in a site's library: the files first, then the manifest, under its lock. What others have in the manifest, known or not,
 * stays as it is. Thread: any; uses nothing of the agent. */
#pragma once

#include <gio/gio.h>

#include "store/neg-outbox.h"

G_BEGIN_DECLS

#define NEG_PUBLISH_MEDIA "media"

/* A post of the kind publish: {"topic": {...}} or {"announcement": {...}}, its files under their names. The entry as it goes into the
 * manifest: with hashes, sizes, the place of files; REFUSED says what is wrong with it, in words. @data_folder: where the files are.
 * Given. */
char *neg_publish_make_entry (const NegPost *post, const char *data_folder, gint64 now_us, gboolean *is_topic, GError **error);

/* Puts it there, or finds that it is. */
gboolean neg_publish_run (const NegPost *post, const char *data_folder, const char *folder, gint64 now_us, GError **error);

/* A post of the kind withdraw: {"topic": id} or {"announcement": id}. */
gboolean neg_publish_withdraw (const NegPost *post, const char *folder, gint64 now_us, GError **error);
gboolean neg_publish_check_withdraw (const char *json, GError **error);

G_END_DECLS
