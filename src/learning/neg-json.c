#include "config.h"

#include "learning/neg-json.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-json-shape.h"

#define TIME_BYTES_MAX 40

JsonObject *
neg_json_parse (const char *text, gsize length, gsize bytes_max, GError **error)
{
  static const NegJsonLimits limits = { .depth_max = NEG_JSON_DEPTH_MAX, .values_max = NEG_JSON_VALUES_MAX };
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) failure = NULL;
  JsonNode *root;

  if (length > bytes_max) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "it is larger than %" G_GSIZE_FORMAT " KiB", bytes_max >> 10);
    return NULL;
  }
  if (!neg_json_check_shape (text, length, &limits, error))
    return NULL;
  if (!json_parser_load_from_data (parser, text, (gssize) length, &failure)) {
    neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "it is not JSON (line %u)", json_parser_get_current_line (parser));
    return NULL;
  }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "it is not a JSON object");
    return NULL;
  }
  return json_node_dup_object (root);
}

/* The member, or NULL: not there (or null), which is an error where it is needed. */
static JsonNode *
find (JsonObject *object, const char *name, gboolean is_needed, gboolean *is_bad, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  *is_bad = FALSE;
  if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
    return node;
  if (is_needed)
    *is_bad = !neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is missing", name);
  return NULL;
}

static gboolean
has_controls (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text)) {
    const gunichar letter = g_utf8_get_char (text);

    if (g_unichar_iscntrl (letter) && letter != '\n' && letter != '\t' && letter != '\r')
      return TRUE;
  }
  return FALSE;
}

gboolean
neg_json_read_text (JsonObject *object, const char *name, gboolean is_needed, gsize bytes_max, const char **value, GError **error)
{
  gboolean is_bad;
  JsonNode *node = find (object, name, is_needed, &is_bad, error);

  *value = "";
  if (node == NULL)
    return !is_bad;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is not a text", name);
  *value = json_node_get_string (node);
  if (is_needed && **value == '\0')
    return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is empty", name);
  if (strlen (*value) > bytes_max)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, name, "“%s” is longer than %" G_GSIZE_FORMAT " bytes", name, bytes_max);
  /* \u0000 ends json-glib's text; other escapes bring half of a pair, or what no widget should be told. */
  if (!g_utf8_validate (*value, -1, NULL) || has_controls (*value))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” has characters that no text has", name);
  return TRUE;
}

gboolean
neg_json_read_number (JsonObject *object, const char *name, gboolean is_needed, gint64 least, gint64 greatest, gint64 *value,
                      GError **error)
{
  gboolean is_bad;
  JsonNode *node = find (object, name, is_needed, &is_bad, error);

  *value = least;
  if (node == NULL)
    return !is_bad;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is not a whole number", name);
  *value = json_node_get_int (node);
  if (*value >= least && *value <= greatest)
    return TRUE;
  return neg_fail (error, NEG_ERROR_INCONSISTENT, name,
                   "“%s” is not between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, name, least, greatest);
}

gboolean
neg_json_read_array (JsonObject *object, const char *name, guint n_max, JsonArray **array, GError **error)
{
  gboolean is_bad;
  JsonNode *node = find (object, name, FALSE, &is_bad, error);

  *array = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is not a list", name);
  *array = json_node_get_array (node);
  return json_array_get_length (*array) <= n_max
         || neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, name, "“%s” has more than %u entries", name, n_max);
}

gboolean
neg_json_read_object (JsonObject *object, const char *name, JsonObject **value, GError **error)
{
  gboolean is_bad;
  JsonNode *node = find (object, name, FALSE, &is_bad, error);

  *value = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is not an object", name);
  *value = json_node_get_object (node);
  return TRUE;
}

/* A day without a time is this place's: who writes "until 15 December" means all of it. */
gboolean
neg_json_read_time (JsonObject *object, const char *name, gboolean is_end, gint64 *time_us, GError **error)
{
  g_autoptr (GTimeZone) here = g_time_zone_new_local ();
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *whole = NULL;
  const char *text;

  *time_us = 0;
  if (!neg_json_read_text (object, name, FALSE, TIME_BYTES_MAX, &text, error))
    return FALSE;
  if (*text == '\0')
    return TRUE;
  if (strlen (text) == 10)
    whole = g_strconcat (text, is_end ? "T23:59:59" : "T00:00:00", NULL);
  time = g_date_time_new_from_iso8601 (whole != NULL ? whole : text, here);
  if (time == NULL)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is no time such as 2026-12-01 or 2026-12-01T08:00:00Z", name);
  *time_us = g_date_time_to_unix (time) * G_USEC_PER_SEC;
  return *time_us > 0 || neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is before 1970", name);
}

char *
neg_json_write (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}

char *
neg_json_dup_time (gint64 time_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
}
