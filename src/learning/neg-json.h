/* JSON from elsewhere, read without trust: it is measured before json-glib sees it, and every member has a type, a length and a
 * range. Thread: any. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define NEG_JSON_DEPTH_MAX 16
#define NEG_JSON_VALUES_MAX 200000

/* One object. UNREADABLE: no JSON, or no object; NESTING; SIZE_OVERFLOW: more than @bytes_max, or too many values. Given. */
JsonObject *neg_json_parse (const char *text, gsize length, gsize bytes_max, GError **error);

/* Members; *value is set, also to "" or 0 where the member is not there and need not be. Errors name the member. */
gboolean neg_json_read_text (JsonObject *object, const char *name, gboolean is_needed, gsize bytes_max, const char **value,
                             GError **error); /* borrowed from @object; no control characters but line ends and tabs */
gboolean neg_json_read_number (JsonObject *object, const char *name, gboolean is_needed, gint64 least, gint64 greatest, gint64 *value,
                               GError **error); /* whole ones; @least where it is not there */
/* NULL where it is not there. */
gboolean neg_json_read_array (JsonObject *object, const char *name, guint n_max, JsonArray **array, GError **error);
gboolean neg_json_read_object (JsonObject *object, const char *name, JsonObject **value, GError **error);
/* "2026-12-01" (00:00, or with @is_end the end of that day, local time) or ISO 8601 with a time; 0 where it is not there. */
gboolean neg_json_read_time (JsonObject *object, const char *name, gboolean is_end, gint64 *time_us, GError **error);

/* On one line; given. */
char *neg_json_write (JsonObject *object);
/* ISO 8601, UTC, whole seconds; given. */
char *neg_json_dup_time (gint64 time_us);

G_END_DECLS
