#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "support/neg-support-private.h"

#define FOLDER "support"
#define FILES_MAX 5000
#define FILE_BYTES_MAX (4u << 20)
#define LINE_BYTES_MAX 4096
#define DAYS_MAX 4000

/* One day while it is counted. */
typedef struct {
  GHashTable *people;
  guint n_presses;
} Day;

static void
day_free (gpointer data)
{
  Day *day = data;

  g_hash_table_unref (day->people);
  g_free (day);
}

typedef struct {
  GHashTable *days; /* "2026-12-01" to Day */
  GHashTable *ids;  /* that were counted */
  GTimeZone *zone;
} Counting;

static char *
dup_day (gint64 time_us, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) here = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  return here != NULL ? g_date_time_format (here, "%Y-%m-%d") : NULL;
}

/* What is no line of ours (cut off by a crash, somebody's notes) counts for nothing. */
static void
count_line (Counting *counting, const char *line, gsize length)
{
  g_autoptr (JsonObject) object = length < LINE_BYTES_MAX ? neg_json_parse (line, length, LINE_BYTES_MAX, NULL) : NULL;
  const char *id, *user;
  g_autofree char *name = NULL;
  gint64 at_us;
  Day *day;

  if (object == NULL || !neg_json_read_text (object, "id", TRUE, 80, &id, NULL)
      || !neg_json_read_text (object, "user", FALSE, _NEG_SUPPORT_PERSON_BYTES_MAX, &user, NULL)
      || !neg_json_read_time (object, "at", FALSE, &at_us, NULL) || at_us == 0)
    return;
  name = dup_day (at_us, counting->zone);
  if (name == NULL || !g_hash_table_add (counting->ids, g_strdup (id)))
    return;
  day = g_hash_table_lookup (counting->days, name);
  if (day == NULL) {
    day = g_new0 (Day, 1);
    day->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_insert (counting->days, g_steal_pointer (&name), day);
  }
  day->n_presses++;
  g_hash_table_add (day->people, g_strdup (user));
}

static void
count_file (Counting *counting, const char *path)
{
  gsize length;
  g_autofree char *text = _neg_support_read_file (path, FILE_BYTES_MAX, &length, NULL);

  for (const char *at = text; at != NULL && at < text + length;) {
    const char *end = memchr (at, '\n', (gsize) (text + length - at));
    const gsize n = end != NULL ? (gsize) (end - at) : (gsize) (text + length - at);

    count_line (counting, at, n);
    at += n + 1;
  }
}

static gboolean
count_folder (Counting *counting, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, FOLDER, NULL);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &failure);
  const char *name;

  if (dir == NULL && g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT) && g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (dir == NULL)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, folder, "the folder %s cannot be read", folder);
  for (guint n = 0; n < FILES_MAX && (name = g_dir_read_name (dir)) != NULL; n++) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    if (g_str_has_suffix (name, ".jsonl"))
      count_file (counting, file);
  }
  return TRUE;
}

static void
free_support_day (gpointer data)
{
  NegSupportDay *day = data;

  g_free (day->day);
  g_free (day);
}

static GDateTime *
parse_day (const char *day, GTimeZone *zone)
{
  g_autofree char *text = g_strconcat (day, "T00:00:00", NULL);

  return g_date_time_new_from_iso8601 (text, zone);
}

/* First and last day of what is asked for, or of what there is. */
static void
find_range (const Counting *counting, gint64 from_us, gint64 to_us, char **first, char **last)
{
  GHashTableIter iter;
  gpointer name;

  *first = from_us != 0 ? dup_day (from_us, counting->zone) : NULL;
  *last = to_us != 0 ? dup_day (to_us, counting->zone) : NULL;
  g_hash_table_iter_init (&iter, counting->days);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    if (from_us == 0 && (*first == NULL || strcmp (name, *first) < 0)) {
      g_free (*first);
      *first = g_strdup (name);
    }
    if (to_us == 0 && (*last == NULL || strcmp (name, *last) > 0)) {
      g_free (*last);
      *last = g_strdup (name);
    }
  }
}

static GPtrArray *
list_days (const Counting *counting, const char *first, const char *last)
{
  GPtrArray *days = g_ptr_array_new_with_free_func (free_support_day);
  g_autoptr (GDateTime) at = first != NULL && last != NULL ? parse_day (first, counting->zone) : NULL;

  while (at != NULL && days->len < DAYS_MAX) {
    g_autofree char *name = g_date_time_format (at, "%Y-%m-%d");
    const Day *counted = g_hash_table_lookup (counting->days, name);
    GDateTime *next;
    NegSupportDay *day;

    if (strcmp (name, last) > 0)
      break;
    day = g_new0 (NegSupportDay, 1);
    day->day_us = g_date_time_to_unix (at) * G_USEC_PER_SEC;
    day->day = g_steal_pointer (&name);
    day->n_presses = counted != NULL ? counted->n_presses : 0;
    day->n_people = counted != NULL ? g_hash_table_size (counted->people) : 0;
    g_ptr_array_add (days, day);
    next = g_date_time_add_days (at, 1);
    g_date_time_unref (at);
    at = next;
  }
  return days;
}

GPtrArray *
neg_support_count_days (const char *folder, gint64 from_us, gint64 to_us, GTimeZone *zone, GError **error)
{
  g_autoptr (GHashTable) days = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, day_free);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Counting counting = { days, ids, zone };
  g_autofree char *first = NULL, *last = NULL;

  if (!count_folder (&counting, folder, error))
    return NULL;
  find_range (&counting, from_us, to_us, &first, &last);
  return list_days (&counting, first, last);
}
