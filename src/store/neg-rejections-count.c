/* The reject-rate report: what was rejected beside what was made. */
#include "config.h"

#include "store/neg-rejections.h"

#include "base/neg-error.h"

void
neg_reject_count_free (NegRejectCount *count)
{
  g_free (count->key);
  g_free (count);
}

/* One text per dimension: keys with images made, and those rejected, put together below. */
static const struct {
  const char *made, *rejected;
} dimensions[NEG_REJECTS_BY_N] = {
  [NEG_REJECTS_BY_TECHNOLOGIST] = { "technologist", "o.technologist" },
  [NEG_REJECTS_BY_STATION] = { "station", "o.station" },
  [NEG_REJECTS_BY_BODY_PART] = { "body_part", "o.body_part" },
  [NEG_REJECTS_BY_REASON] = { NULL, "iif (r.reason <> '', r.reason, r.code)" },
  [NEG_REJECTS_BY_MODALITY] = { "modality", "o.modality" },
  [NEG_REJECTS_BY_DAY] = { "day", "o.day" },
};

/* What a person has rejected: not what the program named because a corrected object took its place, and once, though a note of its own
 * names an image again in the study that a correction has put it into: that one says the same of it in the same words, later. */
#define OF_REPLACED(r) r ".reason = '' AND " r ".words IN ('" NEG_REJECTION_WORDS_REPLACED "', '" NEG_REJECTION_WORDS_DOUBLE "')"
#define REJECTED                                                                                                       \
  "rejection r JOIN rejection_object o ON o.rejection_id = r.id WHERE r.undone_us = 0 AND NOT (" OF_REPLACED ("r") ")"  \
  " AND NOT EXISTS (SELECT 1 FROM rejection_object x CROSS JOIN rejection e ON e.id = x.rejection_id"                  \
  " WHERE x.sop_instance_uid = o.sop_instance_uid AND e.id < r.id AND e.undone_us = 0"                                 \
  " AND (e.code, e.reason, e.words, e.user, e.repeat) = (r.code, r.reason, r.words, r.user, r.repeat))"

static NegRejectCount *
find_count (GPtrArray *counts, GHashTable *by_key, const char *key)
{
  NegRejectCount *count = g_hash_table_lookup (by_key, key);

  if (count == NULL) {
    count = g_new0 (NegRejectCount, 1);
    count->key = g_strdup (key);
    g_ptr_array_add (counts, count);
    g_hash_table_insert (by_key, count->key, count);
  }
  return count;
}

static gboolean
run (NegDatabase *database, const char *sql, const char *from_day, const char *to_day, const char *modality, gboolean is_made,
     GPtrArray *counts, GHashTable *by_key, GError **error)
{
  NegStatement *rows = neg_database_prepare (database, sql, error);
  gboolean has_row;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_text (rows, 1, from_day);
  neg_statement_bind_text (rows, 2, to_day);
  neg_statement_bind_text (rows, 3, modality);
  while (neg_statement_step (rows, &has_row, error)) {
    NegRejectCount *count;

    if (!has_row)
      return TRUE;
    count = find_count (counts, by_key, neg_statement_get_text (rows, 0));
    if (is_made) {
      count->n_made += (guint) neg_statement_get_int (rows, 1);
    } else {
      count->n_rejected += (guint) neg_statement_get_int (rows, 1);
      count->n_repeats += (guint) neg_statement_get_int (rows, 2);
    }
  }
  return FALSE;
}

static int
compare_rejected (gconstpointer a, gconstpointer b)
{
  const NegRejectCount *first = *(NegRejectCount *const *) a;
  const NegRejectCount *second = *(NegRejectCount *const *) b;

  if (first->n_rejected != second->n_rejected)
    return first->n_rejected > second->n_rejected ? -1 : 1;
  return g_strcmp0 (first->key, second->key);
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(NegRejectCount *const *) a)->key, (*(NegRejectCount *const *) b)->key);
}

GPtrArray *
neg_rejections_count (NegDatabase *database, NegRejectsBy by, const char *from_day, const char *to_day, const char *modality,
                      GError **error)
{
  g_autoptr (GPtrArray) counts = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_reject_count_free);
  g_autoptr (GHashTable) by_key = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *rejected = g_strdup_printf (
      "SELECT %s, count(*), sum(r.repeat) FROM " REJECTED
      " AND o.day BETWEEN ?1 AND ?2 AND (?3 = '' OR o.modality = ?3) GROUP BY 1",
      dimensions[by].rejected);

  if (dimensions[by].made != NULL) {
    g_autofree char *made = g_strdup_printf (
        "SELECT %s, sum(n_images) FROM made WHERE day BETWEEN ?1 AND ?2 AND (?3 = '' OR modality = ?3) GROUP BY 1",
        dimensions[by].made);

    if (!run (database, made, from_day, to_day, modality, TRUE, counts, by_key, error))
      return NULL;
  }
  if (!run (database, rejected, from_day, to_day, modality, FALSE, counts, by_key, error))
    return NULL;
  g_ptr_array_sort (counts, by == NEG_REJECTS_BY_DAY ? compare_keys : compare_rejected);
  return g_steal_pointer (&counts);
}

/* --- CSV --- */

/* RFC 4180; what a spreadsheet would take for a formula is text to it. */
static void
append_field (GString *csv, const char *text, gboolean is_last)
{
  g_string_append_c (csv, '"');
  if (*text == '=' || *text == '+' || *text == '-' || *text == '@')
    g_string_append_c (csv, '\'');
  for (; *text != '\0'; text++)
    g_string_append (csv, *text == '"' ? "\"\"" : (char[]) { *text, '\0' });
  g_string_append (csv, is_last ? "\"\r\n" : "\",");
}

static char *
dup_time (gint64 us, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%dT%H:%M:%S%:z") : g_strdup ("");
}

#define CSV_COLUMNS 9

char *
neg_rejections_dup_csv (NegDatabase *database, const char *from_day, const char *to_day, GTimeZone *zone, GError **error)
{
  g_autoptr (GString) csv = g_string_new ("rejected,code,reason,repeat,technologist,station,modality,body part,view\r\n");
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT r.made_us, r.code, r.reason, iif (r.repeat, 'yes', 'no'), o.technologist, o.station, o.modality, o.body_part,"
      " o.view FROM " REJECTED " AND o.day BETWEEN ?1 AND ?2 ORDER BY r.made_us, o.sop_instance_uid",
      error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_text (rows, 1, from_day);
  neg_statement_bind_text (rows, 2, to_day);
  while (neg_statement_step (rows, &has_row, error)) {
    g_autofree char *time = NULL;

    if (!has_row)
      return g_string_free (g_steal_pointer (&csv), FALSE);
    time = dup_time (neg_statement_get_int (rows, 0), zone);
    append_field (csv, time, FALSE);
    for (int i = 1; i < CSV_COLUMNS; i++)
      append_field (csv, neg_statement_get_text (rows, i), i == CSV_COLUMNS - 1);
  }
  return NULL;
}
