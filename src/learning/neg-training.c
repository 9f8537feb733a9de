#include "config.h"

#include "learning/neg-training.h"

#include <stdlib.h>
#include <string.h>

#include "learning/neg-progress.h"

#define US_PER_MS 1000

/* One video that a person has begun. */
typedef struct {
  NegSegments *segments;
  guint revision;
  gint64 done_us; /* 0: not yet */
} Watched;

/* A person's topic while lines are read. */
typedef struct {
  NegTrainingRecord *record;
  GHashTable *videos; /* hash to Watched */
  char *last_video;
  GHashTable *days;   /* "day\nhash" to NegSegments: sittings come by their ends, and one may end a day later */
  GHashTable *viewed; /* days */
} Topic;

typedef struct {
  NegTraining *training;
  const NegLibrary *library;
  GHashTable *topics, *practices; /* "person\ntopic" */
} Making;

static void
watched_free (gpointer data)
{
  Watched *watched = data;

  neg_segments_free (watched->segments);
  g_free (watched);
}

static void
topic_free (gpointer data)
{
  Topic *topic = data;

  g_hash_table_unref (topic->videos);
  g_hash_table_unref (topic->days);
  g_hash_table_unref (topic->viewed);
  g_free (topic->last_video);
  g_free (topic);
}

static void
record_free (gpointer data)
{
  NegTrainingRecord *record = data;

  g_free (record->person);
  g_free (record->topic);
  g_free (record);
}

static void
practice_free (gpointer data)
{
  NegPracticeRecord *record = data;

  g_free (record->person);
  g_free (record->exercise);
  g_free (record);
}

static void
view_free (gpointer data)
{
  NegTrainingView *view = data;

  g_free (view->day);
  g_free (view->person);
  g_free (view->topic);
  g_free (view);
}

char *
neg_training_dup_day (GTimeZone *zone, gint64 time_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d") : g_strdup ("");
}

/* --- what was watched --- */

/* The library knows how long its own video is; a line that says otherwise is wrong. */
static gint64
choose_duration_ms (const Making *making, const NegProgressLine *line)
{
  const NegTopic *topic = neg_library_find_topic (making->library, line->topic);

  return topic != NULL && topic->video != NULL && topic->video->duration_ms > 0 && strcmp (topic->video->sha256, line->video) == 0
             ? topic->video->duration_ms
             : line->duration_ms;
}

static Topic *
find_topic (Making *making, const NegProgressLine *line)
{
  g_autofree char *key = g_strconcat (line->person, "\n", line->topic, NULL);
  Topic *topic = g_hash_table_lookup (making->topics, key);

  if (topic != NULL)
    return topic;
  topic = g_new0 (Topic, 1);
  topic->record = g_new0 (NegTrainingRecord, 1);
  topic->record->person = g_strdup (line->person);
  topic->record->topic = g_strdup (line->topic);
  topic->videos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, watched_free);
  topic->days = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) neg_segments_free);
  topic->viewed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (making->training->records, topic->record);
  g_hash_table_insert (making->topics, g_steal_pointer (&key), topic);
  return topic;
}

static Watched *
find_video (Topic *topic, const NegProgressLine *line, gint64 duration_ms)
{
  Watched *watched = g_hash_table_lookup (topic->videos, line->video);

  if (watched == NULL) {
    watched = g_new0 (Watched, 1);
    watched->segments = neg_segments_new (duration_ms);
    watched->revision = line->revision;
    g_hash_table_insert (topic->videos, g_strdup (line->video), watched);
  }
  return watched;
}

static void
add_view (Making *making, Topic *topic, const NegProgressLine *line, gint64 duration_ms)
{
  g_autofree char *day = neg_training_dup_day (making->training->zone, line->began_ms * US_PER_MS);
  g_autofree char *key = g_strconcat (day, "\n", line->video, NULL);
  NegSegments *segments = g_hash_table_lookup (topic->days, key);
  NegTrainingView *view;

  if (segments == NULL) {
    segments = neg_segments_new (duration_ms);
    g_hash_table_insert (topic->days, g_steal_pointer (&key), segments);
  }
  neg_progress_line_add_to (line, segments);
  if (neg_segments_get_fraction (segments) < NEG_PROGRESS_VIEW || !g_hash_table_add (topic->viewed, g_strdup (day)))
    return;
  topic->record->n_views++;
  view = g_new0 (NegTrainingView, 1);
  view->day = g_steal_pointer (&day);
  view->person = g_strdup (line->person);
  view->topic = g_strdup (line->topic);
  g_ptr_array_add (making->training->views, view);
}

static void
add_watched (Making *making, const NegProgressLine *line)
{
  Topic *topic = find_topic (making, line);
  const gint64 duration_ms = choose_duration_ms (making, line);
  Watched *watched = find_video (topic, line, duration_ms);

  neg_progress_line_add_to (line, watched->segments);
  if (watched->done_us == 0 && neg_segments_get_fraction (watched->segments) >= NEG_PROGRESS_DONE)
    watched->done_us = line->ended_ms * US_PER_MS;
  topic->record->last_us = line->ended_ms * US_PER_MS;
  g_free (topic->last_video);
  topic->last_video = g_strdup (line->video);
  add_view (making, topic, line, duration_ms);
}

/* --- what was practised --- */

static NegPracticeRecord *
find_practice (Making *making, const NegProgressLine *line)
{
  g_autofree char *key = g_strconcat (line->person, "\n", line->topic, NULL);
  NegPracticeRecord *record = g_hash_table_lookup (making->practices, key);

  if (record != NULL)
    return record;
  record = g_new0 (NegPracticeRecord, 1);
  record->person = g_strdup (line->person);
  record->exercise = g_strdup (line->topic);
  g_ptr_array_add (making->training->practices, record);
  g_hash_table_insert (making->practices, g_steal_pointer (&key), record);
  return record;
}

static void
add_practised (Making *making, const NegProgressLine *line)
{
  NegPracticeRecord *record = find_practice (making, line);
  const gint64 took_ms = line->ended_ms - line->began_ms;

  record->n_tried++;
  if (!line->is_done)
    return;
  if (record->n_done++ == 0)
    record->first_done_us = line->ended_ms * US_PER_MS;
  if (record->n_done == 1 || line->n_hints < record->n_hints
      || (line->n_hints == record->n_hints && took_ms < record->best_ms)) {
    record->n_hints = line->n_hints;
    record->best_ms = took_ms;
  }
}

/* --- what it comes to --- */

/* Of all videos that were watched to their end the first; of the one that is there now, if the site wants that. */
static void
finish (Making *making, Topic *topic, const char *const *renew)
{
  const NegTopic *known = neg_library_find_topic (making->library, topic->record->topic);
  const char *now = known != NULL && known->video != NULL ? known->video->sha256 : topic->last_video;
  const Watched *current = g_hash_table_lookup (topic->videos, now);
  NegTrainingRecord *record = topic->record;
  GHashTableIter iter;
  gpointer value;

  record->fraction = current != NULL ? neg_segments_get_fraction (current->segments) : 0;
  g_hash_table_iter_init (&iter, topic->videos);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Watched *watched = value;

    if (watched->done_us != 0 && (record->done_us == 0 || watched->done_us < record->done_us)) {
      record->done_us = watched->done_us;
      record->done_revision = watched->revision;
    }
  }
  if (record->done_us == 0 || !g_strv_contains (renew, record->topic))
    return;
  record->is_renewed = current == NULL || current->done_us == 0;
  if (record->is_renewed)
    return;
  record->done_us = current->done_us;
  record->done_revision = current->revision;
}

static int
compare_records (gconstpointer a, gconstpointer b)
{
  const NegTrainingRecord *first = *(NegTrainingRecord *const *) a, *second = *(NegTrainingRecord *const *) b;
  const int order = strcmp (first->person, second->person);

  return order != 0 ? order : strcmp (first->topic, second->topic);
}

static int
compare_practices (gconstpointer a, gconstpointer b)
{
  const NegPracticeRecord *first = *(NegPracticeRecord *const *) a, *second = *(NegPracticeRecord *const *) b;
  const int order = strcmp (first->person, second->person);

  return order != 0 ? order : strcmp (first->exercise, second->exercise);
}

static int
compare_views (gconstpointer a, gconstpointer b)
{
  const NegTrainingView *first = *(NegTrainingView *const *) a, *second = *(NegTrainingView *const *) b;
  const int order = strcmp (first->day, second->day);

  return order != 0 ? order : strcmp (first->topic, second->topic);
}

NegTraining *
neg_training_new (GPtrArray *lines, const NegTrainingRules *rules, const NegLibrary *library, GTimeZone *zone)
{
  NegTraining *training = g_new0 (NegTraining, 1);
  g_autoptr (GHashTable) topics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, topic_free);
  g_autoptr (GHashTable) practices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Making making = { .training = training, .library = library, .topics = topics, .practices = practices };
  GHashTableIter iter;
  gpointer topic;

  training->records = g_ptr_array_new_with_free_func (record_free);
  training->practices = g_ptr_array_new_with_free_func (practice_free);
  training->views = g_ptr_array_new_with_free_func (view_free);
  training->zone = g_time_zone_ref (zone);
  for (guint i = 0; i < lines->len; i++) {
    const NegProgressLine *line = lines->pdata[i];

    (line->kind == NEG_PROGRESS_WATCHED ? add_watched : add_practised) (&making, line);
  }
  g_hash_table_iter_init (&iter, topics);
  while (g_hash_table_iter_next (&iter, NULL, &topic))
    finish (&making, topic, (const char *const *) rules->renew);
  g_ptr_array_sort (training->records, compare_records);
  g_ptr_array_sort (training->practices, compare_practices);
  g_ptr_array_sort (training->views, compare_views);
  return training;
}

void
neg_training_free (NegTraining *training)
{
  if (training == NULL)
    return;
  g_ptr_array_unref (training->records);
  g_ptr_array_unref (training->practices);
  g_ptr_array_unref (training->views);
  g_time_zone_unref (training->zone);
  g_free (training);
}

const NegTrainingRecord *
neg_training_find (const NegTraining *training, const char *person, const char *topic)
{
  const NegTrainingRecord wanted = { .person = (char *) person, .topic = (char *) topic };
  const NegTrainingRecord *key = &wanted;
  NegTrainingRecord *const *found
      = training->records->len > 0
            ? bsearch (&key, training->records->pdata, training->records->len, sizeof (gpointer), compare_records)
            : NULL;

  return found != NULL ? *found : NULL;
}

const NegPracticeRecord *
neg_training_find_practice (const NegTraining *training, const char *person, const char *exercise)
{
  const NegPracticeRecord wanted = { .person = (char *) person, .exercise = (char *) exercise };
  const NegPracticeRecord *key = &wanted;
  NegPracticeRecord *const *found
      = training->practices->len > 0
            ? bsearch (&key, training->practices->pdata, training->practices->len, sizeof (gpointer), compare_practices)
            : NULL;

  return found != NULL ? *found : NULL;
}

gboolean
neg_training_record_is_done (const NegTrainingRecord *record)
{
  return record != NULL && record->done_us != 0 && !record->is_renewed;
}
