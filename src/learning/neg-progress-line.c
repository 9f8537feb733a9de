#include "config.h"

#include "learning/neg-progress-line.h"

#include <string.h>

#include "base/neg-error.h"
#include "learning/neg-json.h"
#include "learning/neg-library.h"

#define FORMAT "negatoscope-progress"
#define VERSION 1
#define WHERE "progress"
#define ID_LENGTH 32
#define HASH_LENGTH 64
#define STATION_BYTES_MAX 256
#define LANGUAGE_BYTES_MAX 32
#define REVISION_MAX G_MAXINT32
#define HINTS_MAX 1000
#define SITTING_MS_MAX ((gint64) 30 * 24 * 60 * 60 * 1000)
#define TIME_MS_MAX G_GINT64_CONSTANT (253402300799999) /* the end of the year 9999 */
#define SPEED_PERCENT_MIN 10
#define SPEED_PERCENT_MAX 1000
#define PLAYED_NUMBERS 5

static const char *const kinds[] = { [NEG_PROGRESS_WATCHED] = "watched", [NEG_PROGRESS_PRACTISED] = "practised" };

NegProgressLine *
neg_progress_line_new (NegProgressKind kind, const char *person, const char *topic, gint64 began_ms)
{
  NegProgressLine *line = g_new0 (NegProgressLine, 1);
  g_autofree char *uuid = g_uuid_string_random ();
  g_auto (GStrv) parts = g_strsplit (uuid, "-", -1);

  line->id = g_strjoinv ("", parts);
  line->kind = kind;
  line->person = g_utf8_make_valid (person, -1);
  line->station = g_utf8_make_valid (g_get_host_name (), -1);
  line->topic = g_strdup (topic);
  line->video = g_strdup ("");
  line->captions = g_strdup ("");
  line->began_ms = line->ended_ms = began_ms;
  line->played = g_array_new (FALSE, FALSE, sizeof (NegPlayed));
  return line;
}

void
neg_progress_line_free (NegProgressLine *line)
{
  if (line == NULL)
    return;
  g_free (line->id);
  g_free (line->person);
  g_free (line->station);
  g_free (line->topic);
  g_free (line->video);
  g_free (line->captions);
  g_clear_pointer (&line->played, g_array_unref);
  g_free (line);
}

void
neg_progress_line_add_to (const NegProgressLine *line, NegSegments *segments)
{
  for (guint i = 0; i < line->played->len; i++) {
    const NegPlayed *played = &g_array_index (line->played, NegPlayed, i);

    neg_segments_add (segments, played->from_ms, played->to_ms);
  }
}

/* --- writing --- */

static JsonArray *
new_played (const NegPlayed *played)
{
  JsonArray *array = json_array_sized_new (PLAYED_NUMBERS);

  json_array_add_int_element (array, played->from_ms);
  json_array_add_int_element (array, played->to_ms);
  json_array_add_int_element (array, played->began_after_ms);
  json_array_add_int_element (array, played->ended_after_ms);
  json_array_add_int_element (array, played->speed_percent);
  return array;
}

static void
add_watched (JsonObject *object, const NegProgressLine *line)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < line->played->len; i++)
    json_array_add_array_element (array, new_played (&g_array_index (line->played, NegPlayed, i)));
  json_object_set_int_member (object, "revision", line->revision);
  json_object_set_string_member (object, "video", line->video);
  json_object_set_int_member (object, "duration_ms", line->duration_ms);
  json_object_set_int_member (object, "place_ms", line->place_ms);
  json_object_set_string_member (object, "captions", line->captions);
  json_object_set_array_member (object, "played", array);
}

char *
neg_progress_line_dup_text (const NegProgressLine *line)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "format", FORMAT);
  json_object_set_int_member (object, "version", VERSION);
  json_object_set_string_member (object, "id", line->id);
  json_object_set_string_member (object, "kind", kinds[line->kind]);
  json_object_set_string_member (object, "person", line->person);
  json_object_set_string_member (object, "station", line->station);
  json_object_set_string_member (object, "topic", line->topic);
  json_object_set_int_member (object, "began_ms", line->began_ms);
  json_object_set_int_member (object, "ended_ms", line->ended_ms);
  if (line->kind == NEG_PROGRESS_WATCHED)
    add_watched (object, line);
  else {
    json_object_set_boolean_member (object, "done", line->is_done);
    json_object_set_int_member (object, "hints", line->n_hints);
  }
  return neg_json_write (object);
}

/* --- reading --- */

static gboolean
fail (GError **error, const char *why)
{
  return neg_fail (error, NEG_ERROR_UNREADABLE, WHERE, "the line is damaged: %s", why);
}

static gboolean
is_hex (const char *text, gsize length)
{
  return strlen (text) == length && strspn (text, "0123456789abcdef") == length;
}

/* Copies; *to belongs to the line. */
static gboolean
read_text (JsonObject *object, const char *name, gboolean is_needed, gsize bytes_max, char **to, GError **error)
{
  const char *text;

  if (!neg_json_read_text (object, name, is_needed, bytes_max, &text, error))
    return FALSE;
  g_free (*to);
  *to = g_strdup (text);
  return TRUE;
}

static gboolean
read_whole (JsonNode *node, gint64 least, gint64 greatest, gint64 *value)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return *value >= least && *value <= greatest;
}

static gboolean
read_stretch (JsonArray *played, guint index, gint64 duration_ms, NegPlayed *stretch)
{
  JsonNode *node = json_array_get_element (played, index);
  JsonArray *numbers = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  gint64 speed;

  if (numbers == NULL || json_array_get_length (numbers) != PLAYED_NUMBERS
      || !read_whole (json_array_get_element (numbers, 0), 0, duration_ms, &stretch->from_ms)
      || !read_whole (json_array_get_element (numbers, 1), stretch->from_ms, duration_ms, &stretch->to_ms)
      || !read_whole (json_array_get_element (numbers, 2), 0, SITTING_MS_MAX, &stretch->began_after_ms)
      || !read_whole (json_array_get_element (numbers, 3), stretch->began_after_ms, SITTING_MS_MAX, &stretch->ended_after_ms)
      || !read_whole (json_array_get_element (numbers, 4), SPEED_PERCENT_MIN, SPEED_PERCENT_MAX, &speed))
    return FALSE;
  stretch->speed_percent = (guint) speed;
  return TRUE;
}

static gboolean
read_played (JsonObject *object, NegProgressLine *line, GError **error)
{
  JsonArray *played;

  if (!neg_json_read_array (object, "played", NEG_PROGRESS_PLAYED_MAX, &played, error))
    return FALSE;
  for (guint i = 0; played != NULL && i < json_array_get_length (played); i++) {
    NegPlayed stretch;

    if (!read_stretch (played, i, line->duration_ms, &stretch))
      return fail (error, "what was played is no list of stretches of the video");
    g_array_append_val (line->played, stretch);
  }
  return TRUE;
}

static gboolean
read_watched (JsonObject *object, NegProgressLine *line, GError **error)
{
  gint64 revision;

  if (!neg_json_read_number (object, "revision", TRUE, 0, REVISION_MAX, &revision, error)
      || !read_text (object, "video", TRUE, HASH_LENGTH, &line->video, error)
      || !neg_json_read_number (object, "duration_ms", TRUE, 1, NEG_VIDEO_MS_MAX, &line->duration_ms, error)
      || !neg_json_read_number (object, "place_ms", FALSE, 0, line->duration_ms, &line->place_ms, error)
      || !read_text (object, "captions", FALSE, LANGUAGE_BYTES_MAX, &line->captions, error))
    return FALSE;
  line->revision = (guint) revision;
  return is_hex (line->video, HASH_LENGTH) ? read_played (object, line, error) : fail (error, "its video has no hash");
}

static gboolean
read_done (JsonObject *object, gboolean *is_done, GError **error)
{
  JsonNode *node = json_object_get_member (object, "done");

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fail (error, "it does not say whether the practice was done");
  *is_done = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_practised (JsonObject *object, NegProgressLine *line, GError **error)
{
  gint64 hints;

  if (!neg_json_read_number (object, "hints", FALSE, 0, HINTS_MAX, &hints, error)
      || !read_done (object, &line->is_done, error))
    return FALSE;
  line->n_hints = (guint) hints;
  return TRUE;
}

/* *kind of the line; what says another version is not understood. */
static gboolean
read_kind (JsonObject *object, NegProgressKind *kind, GError **error)
{
  const char *format, *text;
  gint64 version;

  if (!neg_json_read_text (object, "format", TRUE, 64, &format, error)
      || !neg_json_read_number (object, "version", TRUE, 1, G_MAXINT32, &version, error)
      || !neg_json_read_text (object, "kind", TRUE, 32, &text, error))
    return FALSE;
  if (strcmp (format, FORMAT) != 0 || version != VERSION)
    return fail (error, "it is of another format");
  for (*kind = 0; *kind < G_N_ELEMENTS (kinds); (*kind)++)
    if (strcmp (kinds[*kind], text) == 0)
      return TRUE;
  return fail (error, "nobody knows its kind");
}

static gboolean
read_common (JsonObject *object, NegProgressLine *line, GError **error)
{
  if (!read_text (object, "id", TRUE, ID_LENGTH, &line->id, error)
      || !read_text (object, "person", TRUE, NEG_PROGRESS_PERSON_BYTES_MAX, &line->person, error)
      || !read_text (object, "station", FALSE, STATION_BYTES_MAX, &line->station, error)
      || !read_text (object, "topic", TRUE, 80, &line->topic, error)
      || !neg_json_read_number (object, "began_ms", TRUE, 0, TIME_MS_MAX, &line->began_ms, error)
      || !neg_json_read_number (object, "ended_ms", TRUE, line->began_ms, TIME_MS_MAX, &line->ended_ms, error))
    return FALSE;
  if (!is_hex (line->id, ID_LENGTH) || !neg_library_is_id (line->topic) || *line->person == '\0')
    return fail (error, "it does not say what, or who");
  return line->ended_ms - line->began_ms <= SITTING_MS_MAX || fail (error, "nobody sits that long");
}

NegProgressLine *
neg_progress_line_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (NegProgressLine) line = neg_progress_line_new (NEG_PROGRESS_WATCHED, "", "", 0);
  g_autoptr (JsonObject) object = neg_json_parse (length > 0 ? text : "", length, NEG_PROGRESS_LINE_BYTES_MAX, error);

  if (object == NULL || !read_kind (object, &line->kind, error) || !read_common (object, line, error)
      || !(line->kind == NEG_PROGRESS_WATCHED ? read_watched (object, line, error) : read_practised (object, line, error)))
    return NULL;
  return g_steal_pointer (&line);
}
