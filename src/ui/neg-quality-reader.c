#include "config.h"

#include "ui/neg-quality-reader.h"

#include <string.h>

#include "base/neg-error.h"
#include "model/neg-identity.h"
#include "store/neg-archive.h"
#include "store/neg-entries.h"

#define ORDERS_LOOKED_AT 2000u
#define OBJECTS_MAX 100000u
#define LISTED_MAX 200u

struct _NegQualityReader {
  gatomicrefcount ref_count;
  char *data_folder, *cache_folder;
  GMutex lock; /* of the database, which is nobody's for longer than a question */
  NegDatabase *database; /* nullable: there was no archive yet */
};

NegQualityReader *
neg_quality_reader_new (const char *data_folder, const char *cache_folder)
{
  NegQualityReader *reader = g_new0 (NegQualityReader, 1);

  g_atomic_ref_count_init (&reader->ref_count);
  reader->data_folder = g_strdup (data_folder);
  reader->cache_folder = g_strdup (cache_folder);
  g_mutex_init (&reader->lock);
  return reader;
}

NegQualityReader *
neg_quality_reader_ref (NegQualityReader *reader)
{
  g_atomic_ref_count_inc (&reader->ref_count);
  return reader;
}

void
neg_quality_reader_unref (NegQualityReader *reader)
{
  if (!g_atomic_ref_count_dec (&reader->ref_count))
    return;
  g_clear_pointer (&reader->database, neg_database_free);
  g_mutex_clear (&reader->lock);
  g_free (reader->data_folder);
  g_free (reader->cache_folder);
  g_free (reader);
}

/* --- questions --- */

typedef struct _Question Question;
typedef gpointer (*Answer) (const Question *question, NegDatabase *database, GError **error);

struct _Question {
  NegQualityReader *reader;
  Answer answer;
  GDestroyNotify free_answer;
  gint64 id;
  char *text; /* nullable */
};

static void
free_question (gpointer data)
{
  Question *question = data;

  neg_quality_reader_unref (question->reader);
  g_free (question->text);
  g_free (question);
}

static NegDatabase *
need_database (NegQualityReader *reader, GError **error)
{
  if (reader->database == NULL)
    reader->database = neg_archive_open_reader (reader->data_folder, error);
  return reader->database;
}

/* A file that cannot be read is opened anew for the next question. */
static void
end_reading (NegQualityReader *reader, const GError *error)
{
  if (reader->database != NULL)
    neg_database_end_reading (reader->database);
  if (g_error_matches (error, NEG_ERROR, NEG_ERROR_UNREADABLE))
    g_clear_pointer (&reader->database, neg_database_free);
}

static void
answer_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Question *question = data;
  NegDatabase *database;
  GError *error = NULL;
  gpointer answer = NULL;

  g_mutex_lock (&question->reader->lock);
  database = need_database (question->reader, &error);
  if (database != NULL)
    answer = question->answer (question, database, &error);
  end_reading (question->reader, error);
  g_mutex_unlock (&question->reader->lock);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, answer, question->free_answer);
}

static void
ask (NegQualityReader *reader, gpointer source, Answer answer, GDestroyNotify free_answer, gint64 id, const char *text,
     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->reader = neg_quality_reader_ref (reader);
  question->answer = answer;
  question->free_answer = free_answer;
  question->id = id;
  question->text = g_strdup (text);
  g_task_set_task_data (task, question, free_question);
  g_task_run_in_thread (task, answer_in_thread);
}

static void
ask_of_model (NegQualityModel *model, Answer answer, GDestroyNotify free_answer, gint64 id, const char *text,
              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  ask (_neg_quality_model_get_reader (model), model, answer, free_answer, id, text, cancellable, callback, user_data);
}

/* --- the list --- */

static void
free_line (gpointer data)
{
  NegQualityLine *line = data;

  g_clear_pointer (&line->row, neg_desk_row_free);
  g_clear_pointer (&line->worst, neg_finding_free);
  g_free (line);
}

static gboolean
add_worst (NegDatabase *database, NegQualityLine *line, GError **error)
{
  g_autoptr (GPtrArray) findings = NULL;

  if (line->row->n_findings == 0)
    return TRUE;
  findings = neg_desk_list_findings (database, line->row->study_id, error);
  if (findings == NULL)
    return FALSE;
  for (guint i = 0; i < findings->len; i++) {
    const NegFinding *finding = g_ptr_array_index (findings, i);

    if (finding->accepted_us != 0)
      continue;
    line->worst = neg_finding_copy (finding);
    break;
  }
  return TRUE;
}

static gpointer
list_desk (const Question *question, NegDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) rows = neg_desk_list (database, question->id != 0, NEG_QUALITY_ROWS_MAX, g_get_real_time (), error);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (free_line);

  if (rows == NULL)
    return NULL;
  while (rows->len > 0) {
    NegQualityLine *line = g_new0 (NegQualityLine, 1);

    line->row = g_ptr_array_steal_index (rows, 0);
    g_ptr_array_add (lines, line);
    if (!add_worst (database, line, error))
      return NULL;
  }
  return g_steal_pointer (&lines);
}

static void
free_array (gpointer array)
{
  g_ptr_array_unref (array);
}


void
neg_quality_reader_list_async (NegQualityReader *reader, gpointer source, gboolean all, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  ask (reader, source, list_desk, free_array, all, NULL, cancellable, callback, user_data);
}

/* --- one study --- */

void
neg_quality_sheet_free (NegQualitySheet *sheet)
{
  if (sheet == NULL)
    return;
  g_clear_pointer (&sheet->row, neg_desk_row_free);
  g_clear_pointer (&sheet->findings, g_ptr_array_unref);
  g_clear_pointer (&sheet->corrections, g_ptr_array_unref);
  g_clear_pointer (&sheet->deliveries, g_ptr_array_unref);
  g_clear_pointer (&sheet->rejections, g_ptr_array_unref);
  g_clear_pointer (&sheet->orders, g_ptr_array_unref);
  g_clear_pointer (&sheet->joined, g_ptr_array_unref);
  g_free (sheet);
}

typedef struct {
  gint64 id;
  NegQualitySheet *sheet;
} Loading;

static void
free_order (gpointer order)
{
  g_clear_pointer ((NegOrder **) &order, neg_order_free);
}

/* Whoever looks a second time sees whose images they become. An order that has gone stops no list. */
static GPtrArray *
list_orders_taken (NegDatabase *database, GPtrArray *corrections)
{
  GPtrArray *orders = g_ptr_array_new_with_free_func (free_order);

  for (guint i = 0; i < corrections->len; i++) {
    const NegCorrection *correction = g_ptr_array_index (corrections, i);
    gint64 order = 0;

    if (correction->state == NEG_CORRECTION_WAITING && correction->spec != NULL)
      g_variant_lookup (correction->spec, "order", "x", &order);
    g_ptr_array_add (orders, order != 0 ? neg_orders_find (database, order, NULL) : NULL);
  }
  return orders;
}

static gboolean
load_parts_of_sheet (NegDatabase *database, gpointer data, GError **error)
{
  const Loading *loading = data;
  NegQualitySheet *sheet = loading->sheet;
  gint64 now_us = g_get_real_time ();

  return (sheet->row = neg_desk_find (database, loading->id, now_us, error)) != NULL
         && (sheet->findings = neg_desk_list_findings (database, loading->id, error)) != NULL
         && (sheet->corrections = neg_corrections_list (database, loading->id, LISTED_MAX, error)) != NULL
         && (sheet->orders = list_orders_taken (database, sheet->corrections)) != NULL
         && (sheet->joined = _neg_quality_list_joined (database, sheet->corrections)) != NULL
         && (sheet->deliveries = neg_deliveries_list (database, loading->id, now_us, LISTED_MAX, error)) != NULL
         && (sheet->rejections = neg_rejections_list (database, loading->id, LISTED_MAX, error)) != NULL;
}

static gpointer
load_sheet (const Question *question, NegDatabase *database, GError **error)
{
  g_autoptr (NegQualitySheet) sheet = g_new0 (NegQualitySheet, 1);
  Loading loading = { question->id, sheet };

  return neg_database_read (database, load_parts_of_sheet, &loading, error) ? g_steal_pointer (&sheet) : NULL;
}

void
neg_quality_model_load_async (NegQualityModel *model, gint64 study_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
  ask_of_model (model, load_sheet, (GDestroyNotify) neg_quality_sheet_free, study_id, NULL, cancellable, callback, user_data);
}

NegQualitySheet *
neg_quality_model_load_finish (NegQualityModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- its series --- */

static void
free_series (gpointer data)
{
  NegQualitySeries *series = data;

  g_ptr_array_unref (series->objects);
  g_free (series);
}

void
neg_quality_parts_free (NegQualityParts *parts)
{
  if (parts == NULL)
    return;
  g_clear_pointer (&parts->series, g_ptr_array_unref);
  g_clear_pointer (&parts->objects, g_ptr_array_unref);
  g_clear_pointer (&parts->row, neg_desk_row_free);
  g_free (parts);
}

const char *
neg_quality_parts_get (const NegDeskObject *object, NegRecordField field)
{
  const char *text = object->record != NULL ? object->record->text[field] : NULL;

  return text != NULL ? text : "";
}

static NegQualitySeries *
need_series (GPtrArray *all, const char *uid)
{
  NegQualitySeries *series;

  for (guint i = all->len; i > 0; i--) {
    series = g_ptr_array_index (all, i - 1);
    if (g_str_equal (series->uid, uid))
      return series;
  }
  series = g_new0 (NegQualitySeries, 1);
  series->uid = uid;
  series->objects = g_ptr_array_new ();
  g_ptr_array_add (all, series);
  return series;
}

static gpointer
load_parts (const Question *question, NegDatabase *database, GError **error)
{
  g_autoptr (NegQualityParts) parts = g_new0 (NegQualityParts, 1);

  parts->series = g_ptr_array_new_with_free_func (free_series);
  parts->row = neg_desk_find (database, question->id, g_get_real_time (), error);
  if (parts->row == NULL)
    return NULL;
  parts->objects = neg_desk_list_objects (database, question->reader->data_folder, question->reader->cache_folder, question->id, error);
  if (parts->objects == NULL)
    return NULL;
  for (guint i = 0; i < parts->objects->len; i++) {
    NegDeskObject *object = g_ptr_array_index (parts->objects, i);

    if (*neg_quality_parts_get (object, NEG_RECORD_SERIES_UID) != '\0')
      g_ptr_array_add (need_series (parts->series, object->record->text[NEG_RECORD_SERIES_UID])->objects, object);
  }
  return g_steal_pointer (&parts);
}

void
neg_quality_model_load_parts_async (NegQualityModel *model, gint64 study_id, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  ask_of_model (model, load_parts, (GDestroyNotify) neg_quality_parts_free, study_id, NULL, cancellable, callback, user_data);
}

NegQualityParts *
neg_quality_model_load_parts_finish (NegQualityModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- orders --- */

static gboolean
is_said (const char *a, const char *b)
{
  return *a != '\0' && g_str_equal (a, b);
}

static gboolean
are_names_same (const char *a, const char *b)
{
  g_autofree char *a_key = neg_identity_dup_name_key (a), *b_key = neg_identity_dup_name_key (b);

  return *a_key != '\0' && g_str_equal (a_key, b_key);
}

static gboolean
has_modality (const char *modalities, const char *modality)
{
  g_auto (GStrv) all = g_strsplit (modalities, "\\", -1);

  return *modality != '\0' && g_strv_contains ((const char *const *) all, modality);
}

/* One digit or letter typed wrong, left out or too many: how IDs come to differ. */
static gboolean
are_near (const char *a, const char *b)
{
  gsize a_bytes = strlen (a), b_bytes = strlen (b), from_start = 0, from_end = 0, least = MIN (a_bytes, b_bytes);

  if (least < 3 || MAX (a_bytes, b_bytes) - least > 1)
    return FALSE;
  while (from_start < least && a[from_start] == b[from_start])
    from_start++;
  while (from_end < least - from_start && a[a_bytes - 1 - from_end] == b[b_bytes - 1 - from_end])
    from_end++;
  return from_start + from_end + 1 >= MAX (a_bytes, b_bytes);
}

/* What names a person or a request speaks for it alone; the rest only says which of several. */
guint
neg_quality_get_likeness (const NegDeskRow *row, const NegOrder *order)
{
  guint who = 0, which = 0;

  who += is_said (row->accession, order->accession) ? 50 : 0;
  who += is_said (row->study_uid, order->study_uid) ? 50 : 0;
  who += is_said (row->patient_id, order->patient_id) ? 40 : are_near (row->patient_id, order->patient_id) ? 15 : 0;
  who += are_names_same (row->patient_name, order->patient_name) ? 30 : 0;
  who += is_said (row->birth_date, order->birth_date) ? 10 : 0;
  which += has_modality (row->modalities, order->modality) ? 8 : 0;
  which += is_said (row->date, order->date) ? 8 : 0;
  which += is_said (row->station, order->station) ? 4 : 0;
  which += is_said (row->sex, order->sex) ? 1 : 0;
  if (order->status == NEG_ORDER_CANCELED || order->status == NEG_ORDER_DISCONTINUED)
    which = 0;
  return who > 0 ? who + which : which >= 16 ? which : 0;
}

typedef struct {
  NegOrder *order;
  guint likeness;
} Candidate;

static gint
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *left = a, *right = b;

  if (left->likeness != right->likeness)
    return left->likeness > right->likeness ? -1 : 1;
  return left->order->scheduled_us > right->order->scheduled_us ? -1 : left->order->scheduled_us < right->order->scheduled_us;
}

static gpointer
list_orders (const Question *question, NegDatabase *database, GError **error)
{
  gint64 now_us = g_get_real_time ();
  g_autoptr (NegDeskRow) row = neg_desk_find (database, question->id, now_us, error);
  g_autoptr (GPtrArray) orders
      = row != NULL ? neg_orders_list (database, NEG_ORDERS_ALL, now_us, 0, ORDERS_LOOKED_AT, error) : NULL;
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  GPtrArray *best = NULL;

  if (orders == NULL)
    return NULL;
  for (guint i = 0; i < orders->len; i++) {
    Candidate candidate = { g_ptr_array_index (orders, i), 0 };

    candidate.likeness = neg_quality_get_likeness (row, candidate.order);
    if (candidate.likeness > 0)
      g_array_append_val (candidates, candidate);
  }
  g_array_sort (candidates, compare_candidates);
  best = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_order_free);
  for (guint i = 0; i < MIN (candidates->len, NEG_QUALITY_ORDERS_MAX); i++) {
    guint index;

    if (g_ptr_array_find (orders, g_array_index (candidates, Candidate, i).order, &index))
      g_ptr_array_add (best, g_ptr_array_steal_index (orders, index));
  }
  return best;
}

void
neg_quality_model_list_orders_async (NegQualityModel *model, gint64 study_id, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data)
{
  ask_of_model (model, list_orders, free_array, study_id, NULL, cancellable, callback, user_data);
}

GPtrArray *
neg_quality_model_list_orders_finish (NegQualityModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- other studies --- */

/* Of one that is not on the desk: what the reading list says. */
static NegDeskRow *
new_row_of_entry (const NegEntry *entry)
{
  NegDeskRow *row = g_new0 (NegDeskRow, 1);

  row->study_id = entry->study_rowid;
  row->entry = entry->id;
  row->study_uid = g_strdup (entry->study_uid);
  row->patient_name = g_strdup (entry->patient_name);
  row->patient_id = g_strdup (entry->patient_id);
  row->issuer = g_strdup (entry->issuer);
  row->birth_date = g_strdup (entry->birth_date);
  row->sex = g_strdup (entry->sex);
  row->accession = g_strdup (entry->accession);
  row->description = g_strdup (entry->description);
  row->modalities = g_strdup (entry->modalities);
  row->date = g_strdup (entry->study_date);
  row->time = g_strdup (entry->study_time);
  row->station = g_strdup ("");
  row->failure = g_strdup ("");
  row->user = g_strdup ("");
  row->words = g_strdup ("");
  row->n_series = entry->n_series_here;
  row->n_objects = entry->n_here;
  return row;
}

static NegDeskRow *
find_study (NegDatabase *database, const char *study_uid, GError **error)
{
  g_autoptr (NegEntry) entry = neg_entries_find_study (database, study_uid, error);
  g_autoptr (GError) failure = NULL;
  NegDeskRow *row;

  if (entry == NULL || entry->study_rowid == 0)
    return NULL;
  row = neg_desk_find (database, entry->study_rowid, g_get_real_time (), &failure);
  if (row != NULL)
    return row;
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    return new_row_of_entry (entry);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static gpointer
list_studies (const Question *question, NegDatabase *database, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_desk_row_free);
  g_auto (GStrv) uids = g_strsplit (question->text, "\\", LISTED_MAX);

  for (guint i = 0; uids[i] != NULL; i++) {
    GError *failure = NULL;
    NegDeskRow *row = *uids[i] != '\0' ? find_study (database, uids[i], &failure) : NULL;

    if (row != NULL)
      g_ptr_array_add (rows, row);
    if (failure != NULL) {
      g_propagate_error (error, failure);
      return NULL;
    }
  }
  return g_steal_pointer (&rows);
}

void
neg_quality_model_list_studies_async (NegQualityModel *model, const char *study_uids, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
  ask_of_model (model, list_studies, free_array, 0, study_uids, cancellable, callback, user_data);
}

GPtrArray *
neg_quality_model_list_studies_finish (NegQualityModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- deliveries and corrections --- */

static gpointer
list_delivery (const Question *question, NegDatabase *database, GError **error)
{
  return neg_deliveries_list_objects (database, question->id, OBJECTS_MAX, error);
}

void
neg_quality_model_list_delivery_async (NegQualityModel *model, gint64 delivery, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
  ask_of_model (model, list_delivery, free_array, delivery, NULL, cancellable, callback, user_data);
}

GPtrArray *
neg_quality_model_list_delivery_finish (NegQualityModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
list_versions (const Question *question, NegDatabase *database, GError **error)
{
  return neg_corrections_list_objects (database, question->reader->data_folder, question->reader->cache_folder, question->id,
                                       LISTED_MAX, error);
}

void
neg_quality_model_list_versions_async (NegQualityModel *model, gint64 correction, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
  ask_of_model (model, list_versions, free_array, correction, NULL, cancellable, callback, user_data);
}

GPtrArray *
neg_quality_model_list_versions_finish (NegQualityModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
follow (const Question *question, NegDatabase *database, GError **error)
{
  g_autoptr (NegCorrection) correction = neg_corrections_find (database, question->id, error);
  gint64 *study = NULL;

  if (correction == NULL)
    return NULL;
  study = g_new (gint64, 1);
  if (correction->state == NEG_CORRECTION_WORKING)
    *study = -1;
  else if (correction->state == NEG_CORRECTION_APPLIED && correction->into_study_id != 0)
    *study = correction->into_study_id;
  else
    *study = correction->study_id;
  return study;
}

void
neg_quality_model_follow_async (NegQualityModel *model, gint64 correction, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data)
{
  ask_of_model (model, follow, g_free, correction, NULL, cancellable, callback, user_data);
}

gint64
neg_quality_model_follow_finish (NegQualityModel *model, GAsyncResult *result, GError **error)
{
  g_autofree gint64 *study = g_task_propagate_pointer (G_TASK (result), error);

  return study != NULL ? *study : 0;
}
