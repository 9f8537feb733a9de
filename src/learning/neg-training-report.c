#include "config.h"

#include "learning/neg-training-report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "learning/neg-progress.h"

/* --- topics --- */

static NegTopicUse *
find_use (GArray *uses, GHashTable *places, const char *topic)
{
  gpointer place;

  if (!g_hash_table_lookup_extended (places, topic, NULL, &place)) {
    const NegTopicUse use = { .topic = topic };

    place = GUINT_TO_POINTER (uses->len);
    g_array_append_val (uses, use);
    g_hash_table_insert (places, (gpointer) topic, place);
  }
  return &g_array_index (uses, NegTopicUse, GPOINTER_TO_UINT (place));
}

static int
compare_uses (gconstpointer a, gconstpointer b)
{
  const NegTopicUse *first = a, *second = b;

  if (first->n_views != second->n_views)
    return first->n_views > second->n_views ? -1 : 1;
  return strcmp (first->topic, second->topic);
}

GArray *
neg_training_list_use (const NegTraining *training, const NegLibrary *library)
{
  GArray *uses = g_array_new (FALSE, TRUE, sizeof (NegTopicUse));
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < library->topics->len; i++)
    if (!((const NegTopic *) library->topics->pdata[i])->is_withdrawn)
      find_use (uses, places, ((const NegTopic *) library->topics->pdata[i])->id);
  for (guint i = 0; i < training->records->len; i++) {
    const NegTrainingRecord *record = training->records->pdata[i];
    NegTopicUse *use = find_use (uses, places, record->topic);

    use->n_views += record->n_views;
    use->n_persons += record->n_views > 0;
    use->n_done += neg_training_record_is_done (record);
  }
  g_array_sort (uses, compare_uses);
  return uses;
}

/* --- who has done what is required --- */

GArray *
neg_training_list_compliance (const NegTraining *training, const NegTrainingRules *rules, GPtrArray *people, gint64 now_us)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (NegCompliance));

  for (guint i = 0; i < rules->requirements->len; i++) {
    NegCompliance row = { .requirement = rules->requirements->pdata[i] };

    for (guint j = 0; j < people->len; j++) {
      const NegTrainingPerson *person = people->pdata[j];
      gboolean is_done;

      if ((person->roles & row.requirement->role) == 0)
        continue;
      is_done = neg_training_record_is_done (neg_training_find (training, person->person, row.requirement->topic));
      row.n_persons++;
      row.n_done += is_done;
      row.n_late += !is_done && row.requirement->due_us != 0 && now_us >= row.requirement->due_us;
    }
    g_array_append_val (list, row);
  }
  return list;
}

const char *
neg_training_get_state (const NegTrainingRecord *record, const NegRequirement *requirement, gint64 now_us)
{
  if (neg_training_record_is_done (record))
    return "done";
  if (requirement != NULL && requirement->due_us != 0 && now_us >= requirement->due_us)
    return "late";
  if (record != NULL && record->is_renewed)
    return "done-before";
  return record != NULL && record->last_us != 0 ? "begun" : "open";
}

/* --- days --- */

/* Ends of what was done, in order, and how many there have to be. */
static GArray *
list_done (const NegTraining *training, const NegTrainingRules *rules, GPtrArray *people, guint role, const char *topic, guint *n)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));

  *n = 0;
  for (guint i = 0; i < people->len; i++) {
    const NegTrainingPerson *person = people->pdata[i];
    g_autoptr (GPtrArray) required
        = neg_training_list_required (rules, role != 0 ? person->roles & role : person->roles);

    for (guint j = 0; j < required->len; j++) {
      const NegRequirement *requirement = required->pdata[j];
      const NegTrainingRecord *record = neg_training_find (training, person->person, requirement->topic);

      if (topic != NULL && strcmp (topic, requirement->topic) != 0)
        continue;
      ++*n;
      if (neg_training_record_is_done (record))
        g_array_append_val (times, record->done_us);
    }
  }
  return times;
}

static guint
count_until (const GArray *times, gint64 end_us)
{
  guint n = 0;

  for (guint i = 0; i < times->len; i++)
    n += g_array_index (times, gint64, i) < end_us;
  return n;
}

static guint
count_views (const NegTraining *training, const char *topic, const char *day)
{
  guint n = 0;

  for (guint i = 0; i < training->views->len; i++) {
    const NegTrainingView *view = training->views->pdata[i];

    n += strcmp (view->day, day) == 0 && (topic == NULL || strcmp (view->topic, topic) == 0);
  }
  return n;
}

static GDateTime *
new_day (GTimeZone *zone, const char *text)
{
  g_autofree char *time = g_strconcat (text, "T00:00:00", NULL);

  return g_date_time_new_from_iso8601 (time, zone);
}

GArray *
neg_training_list_days (const NegTraining *training, const NegTrainingRules *rules, GPtrArray *people, guint role,
                        const char *topic, const char *last_day, guint n_days)
{
  GArray *days = g_array_new (FALSE, TRUE, sizeof (NegTrainingDay));
  g_autoptr (GDateTime) last = new_day (training->zone, last_day);
  guint n_required;
  g_autoptr (GArray) done = list_done (training, rules, people, role, topic, &n_required);

  for (guint i = n_days; last != NULL && i > 0; i--) {
    g_autoptr (GDateTime) day = g_date_time_add_days (last, 1 - (int) i);
    g_autoptr (GDateTime) next = g_date_time_add_days (day, 1);
    g_autofree char *name = g_date_time_format (day, "%Y-%m-%d");
    NegTrainingDay point = { .n_views = count_views (training, topic, name) };

    g_strlcpy (point.day, name, sizeof point.day);
    point.done = n_required > 0
                     ? (double) count_until (done, g_date_time_to_unix (next) * G_USEC_PER_SEC) / n_required
                     : NAN;
    g_array_append_val (days, point);
  }
  return days;
}

/* --- all of it --- */

static NegLibrary *
load_library (const char *home, GError **error)
{
  g_autofree char *cache = neg_paths_dup_cache_folder (home);
  g_autoptr (NegLibrary) builtin = neg_library_load_builtin (error);
  g_autoptr (NegLibrary) site = builtin != NULL ? neg_library_load_site (cache, NULL) : NULL;

  if (builtin == NULL)
    return NULL;
  return site != NULL ? neg_library_merge (builtin, site) : g_steal_pointer (&builtin);
}

static gboolean
read_own (NegTrainingReport *report, const char *home, GError **error)
{
  g_autofree char *folder = neg_paths_dup_data_folder (home);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GPtrArray) lines = neg_progress_list_file (folder, &failure);

  if (lines == NULL && !g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND)) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  for (guint i = 0; lines != NULL && i < lines->len; i++)
    neg_progress_files_add (report->files, lines->pdata[i]);
  if (lines != NULL)
    g_ptr_array_set_free_func (lines, NULL);
  return TRUE;
}

/* Without the site's folder the report is of this home alone, and says so. */
static gboolean
read_site (NegTrainingReport *report, gint64 now_us, GCancellable *cancellable, GError **error)
{
  g_autofree char *folder = neg_site_dup_value (report->site, "library", "folder", error);
  g_autoptr (GError) failure = NULL;

  if (folder == NULL)
    return FALSE;
  if (*folder != '/') {
    report->remark = g_strdup (*folder == '\0' ? "no-library" : "no-folder");
    return TRUE;
  }
  if (!neg_progress_files_read (report->files, folder, now_us / 1000, cancellable, &failure))
    report->remark = g_strdup (failure->message);
  return TRUE;
}

NegTrainingReport *
neg_training_report_read (const char *home, const char *config, gint64 now_us, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegTrainingReport) report = g_new0 (NegTrainingReport, 1);

  report->site = neg_site_load (home, config, NULL, error);
  report->rules = report->site != NULL ? neg_training_rules_read (report->site, error) : NULL;
  report->library = report->rules != NULL ? load_library (home, error) : NULL;
  report->files = neg_progress_files_new ();
  if (report->library == NULL || !read_own (report, home, error) || !read_site (report, now_us, cancellable, error))
    return NULL;
  if (report->remark == NULL)
    report->remark = g_strdup ("");
  neg_progress_files_sort (report->files);
  report->people = neg_training_list_people (report->site, report->files->lines, error);
  if (report->people == NULL)
    return NULL;
  report->training = neg_training_new (report->files->lines, report->rules, report->library, neg_site_get_timezone (report->site));
  return g_steal_pointer (&report);
}

void
neg_training_report_free (NegTrainingReport *report)
{
  if (report == NULL)
    return;
  neg_training_free (report->training);
  g_clear_pointer (&report->people, g_ptr_array_unref);
  neg_progress_files_free (report->files);
  neg_training_rules_free (report->rules);
  neg_library_unref (report->library);
  neg_site_unref (report->site);
  g_free (report->remark);
  g_free (report);
}
