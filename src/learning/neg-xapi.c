#include "config.h"

#include "learning/neg-xapi.h"

#include "learning/neg-json.h"
#include "learning/neg-progress.h"

/* A number that is written as it stands, for json-glib would write 17 digits and the profile has three decimals at most: a text with a
 * mark before it that no text from a line has (neg_json_read_text()). */
#define NUMBER_MARK "\x01"
#define NUMBER_PATTERN "\"\\\\u0001([0-9.]+)\""

#define ADL "http://adlnet.gov/expapi/verbs/"
#define PROFILE "https://w3id.org/xapi/video"
#define VERB PROFILE "/verbs/"
#define EXTENSION PROFILE "/extensions/"
#define ACTIVITY_TYPE PROFILE "/activity-type/video"

/* What is known of one person and video before a sitting and within it. */
typedef struct {
  NegSegments *segments;
  GString *played; /* in the order of time */
  gboolean is_completed;
} Course;

typedef struct {
  const NegProgressLine *line;
  const char *home_page;
  char *session; /* UUID */
  Course *course;
  GString *text;
  guint n; /* statements of this sitting */
} Sitting;

static void
course_free (gpointer data)
{
  Course *course = data;

  neg_segments_free (course->segments);
  g_string_free (course->played, TRUE);
  g_free (course);
}

/* A UUID of what is said (RFC 4122 4.3), with the digit of version 4 that the profile asks for in sessions. Given. */
static char *
dup_uuid (const char *words)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *hex;

  g_checksum_update (checksum, (const guchar *) words, -1);
  hex = g_checksum_get_string (checksum);
  return g_strdup_printf ("%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15, hex + 18);
}

static char *
dup_time (gint64 ms)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (ms / 1000);
  g_autofree char *text = seconds != NULL ? g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S") : g_strdup ("1970-01-01T00:00:00");

  return g_strdup_printf ("%s.%03dZ", text, (int) (ms % 1000));
}

static void
add_thousandths (JsonObject *object, const char *name, gint64 value)
{
  g_autofree char *number = neg_segments_dup_seconds (value);
  g_autofree char *text = g_strconcat (NUMBER_MARK, number, NULL);

  json_object_set_string_member (object, name, text);
}

static void
add_member (JsonObject *object, const char *name, JsonObject *value)
{
  json_object_set_object_member (object, name, value);
}

static JsonObject *
new_words (const char *words)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "en", words);
  return object;
}

static JsonObject *
new_actor (const Sitting *sitting)
{
  JsonObject *actor = json_object_new (), *account = json_object_new ();

  json_object_set_string_member (account, "homePage", sitting->home_page);
  json_object_set_string_member (account, "name", sitting->line->person);
  json_object_set_string_member (actor, "objectType", "Agent");
  add_member (actor, "account", account);
  return actor;
}

static JsonObject *
new_verb (const char *id, const char *name)
{
  JsonObject *verb = json_object_new ();

  json_object_set_string_member (verb, "id", id);
  add_member (verb, "display", new_words (name));
  return verb;
}

static JsonObject *
new_activity (const Sitting *sitting)
{
  JsonObject *activity = json_object_new (), *definition = json_object_new ();
  g_autofree char *id = g_strdup_printf ("%s/topic/%s/%u", sitting->home_page, sitting->line->topic, sitting->line->revision);

  json_object_set_string_member (definition, "type", ACTIVITY_TYPE);
  add_member (definition, "name", new_words (sitting->line->topic));
  json_object_set_string_member (activity, "objectType", "Activity");
  json_object_set_string_member (activity, "id", id);
  add_member (activity, "definition", definition);
  return activity;
}

static JsonObject *
new_context (const Sitting *sitting, guint speed_percent)
{
  JsonObject *context = json_object_new (), *activities = json_object_new (), *profile = json_object_new (), *extensions = json_object_new ();
  JsonArray *category = json_array_new ();
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *speed = g_strconcat (g_ascii_formatd (number, sizeof number, "%.4g", speed_percent / 100.0), "x", NULL);

  json_object_set_string_member (profile, "id", PROFILE);
  json_array_add_object_element (category, profile);
  json_object_set_array_member (activities, "category", category);
  add_member (context, "contextActivities", activities);
  add_thousandths (extensions, EXTENSION "length", sitting->line->duration_ms);
  json_object_set_string_member (extensions, EXTENSION "session-id", sitting->session);
  add_thousandths (extensions, EXTENSION "completion-threshold", (gint64) (NEG_PROGRESS_DONE * 1000));
  json_object_set_boolean_member (extensions, EXTENSION "cc-subtitle-enabled", *sitting->line->captions != '\0');
  if (*sitting->line->captions != '\0')
    json_object_set_string_member (extensions, EXTENSION "cc-subtitle-lang", sitting->line->captions);
  json_object_set_string_member (extensions, EXTENSION "speed", speed);
  add_member (context, "extensions", extensions);
  return context;
}

static JsonObject *
new_extensions (const Sitting *sitting, gint64 place_ms)
{
  JsonObject *extensions = json_object_new ();

  add_thousandths (extensions, EXTENSION "time", place_ms);
  add_thousandths (extensions, EXTENSION "progress", (gint64) (neg_segments_get_fraction (sitting->course->segments) * 1000));
  json_object_set_string_member (extensions, EXTENSION "played-segments", sitting->course->played->str);
  return extensions;
}

/* Takes @result (nullable). */
static void
add_statement (Sitting *sitting, const char *verb, const char *name, JsonObject *result, gint64 after_ms, guint speed_percent)
{
  g_autofree char *words = g_strdup_printf ("%s %s %u", sitting->line->person, sitting->line->id, sitting->n++);
  g_autofree char *id = dup_uuid (words);
  g_autofree char *time = dup_time (sitting->line->began_ms + after_ms);
  g_autoptr (JsonObject) statement = json_object_new ();
  g_autofree char *line = NULL;

  json_object_set_string_member (statement, "id", id);
  add_member (statement, "actor", new_actor (sitting));
  add_member (statement, "verb", new_verb (verb, name));
  add_member (statement, "object", new_activity (sitting));
  if (result != NULL)
    add_member (statement, "result", result);
  add_member (statement, "context", new_context (sitting, speed_percent));
  json_object_set_string_member (statement, "timestamp", time);
  json_object_set_string_member (statement, "version", "1.0.3");
  line = neg_json_write (statement);
  g_string_append_printf (sitting->text, "%s\n", line);
}

static JsonObject *
new_result (JsonObject *extensions)
{
  JsonObject *result = json_object_new ();

  add_member (result, "extensions", extensions);
  return result;
}

static void
add_seek (Sitting *sitting, gint64 from_ms, const NegPlayed *next)
{
  JsonObject *extensions = new_extensions (sitting, next->from_ms);

  add_thousandths (extensions, EXTENSION "time-from", from_ms);
  add_thousandths (extensions, EXTENSION "time-to", next->from_ms);
  add_statement (sitting, VERB "seeked", "seeked", new_result (extensions), next->began_after_ms, next->speed_percent);
}

static void
add_completed (Sitting *sitting, const NegPlayed *played)
{
  JsonObject *result = new_result (new_extensions (sitting, played->to_ms));
  g_autofree char *seconds = neg_segments_dup_seconds (played->ended_after_ms);
  g_autofree char *duration = g_strdup_printf ("PT%sS", seconds);

  json_object_set_boolean_member (result, "completion", TRUE);
  json_object_set_string_member (result, "duration", duration);
  add_statement (sitting, ADL "completed", "completed", result, played->ended_after_ms, played->speed_percent);
}

static void
note_played (Course *course, const NegPlayed *played)
{
  g_autofree char *from = neg_segments_dup_seconds (played->from_ms);
  g_autofree char *to = neg_segments_dup_seconds (played->to_ms);

  neg_segments_add (course->segments, played->from_ms, played->to_ms);
  if (course->played->len < NEG_SEGMENTS_TEXT_MAX)
    g_string_append_printf (course->played, "%s%s[.]%s", course->played->len > 0 ? "[,]" : "", from, to);
}

static void
add_stretch (Sitting *sitting, const NegPlayed *played)
{
  JsonObject *begun = json_object_new ();

  add_thousandths (begun, EXTENSION "time", played->from_ms);
  add_statement (sitting, VERB "played", "played", new_result (begun), played->began_after_ms, played->speed_percent);
  note_played (sitting->course, played);
  add_statement (sitting, VERB "paused", "paused", new_result (new_extensions (sitting, played->to_ms)), played->ended_after_ms,
                 played->speed_percent);
  if (sitting->course->is_completed || neg_segments_get_fraction (sitting->course->segments) < NEG_PROGRESS_DONE)
    return;
  sitting->course->is_completed = TRUE;
  add_completed (sitting, played);
}

static void
add_sitting (Sitting *sitting)
{
  const NegProgressLine *line = sitting->line;
  gint64 place_ms = 0;

  add_statement (sitting, ADL "initialized", "initialized", NULL, 0, 100);
  for (guint i = 0; i < line->played->len; i++) {
    const NegPlayed *played = &g_array_index (line->played, NegPlayed, i);

    if (played->from_ms != place_ms)
      add_seek (sitting, place_ms, played);
    add_stretch (sitting, played);
    place_ms = played->to_ms;
  }
  add_statement (sitting, ADL "terminated", "terminated", new_result (new_extensions (sitting, line->place_ms)),
                 line->ended_ms - line->began_ms, 100);
}

static Course *
find_course (GHashTable *courses, const NegProgressLine *line)
{
  g_autofree char *key = g_strjoin ("\n", line->person, line->topic, line->video, NULL);
  Course *course = g_hash_table_lookup (courses, key);

  if (course == NULL) {
    course = g_new0 (Course, 1);
    course->segments = neg_segments_new (line->duration_ms);
    course->played = g_string_new (NULL);
    g_hash_table_insert (courses, g_steal_pointer (&key), course);
  }
  return course;
}

char *
neg_xapi_dup_lines (GPtrArray *lines, const char *home_page)
{
  g_autoptr (GHashTable) courses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, course_free);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GRegex) numbers = g_regex_new (NUMBER_PATTERN, 0, 0, NULL);

  for (guint i = 0; i < lines->len; i++) {
    const NegProgressLine *line = lines->pdata[i];
    g_autofree char *words = g_strdup_printf ("%s %s", line->person, line->id);
    g_autofree char *session = dup_uuid (words);
    Sitting sitting = { .line = line, .home_page = home_page, .session = session, .text = text };

    if (line->kind != NEG_PROGRESS_WATCHED)
      continue;
    sitting.course = find_course (courses, line);
    add_sitting (&sitting);
  }
  return g_regex_replace (numbers, text->str, (gssize) text->len, 0, "\\1", 0, NULL);
}
