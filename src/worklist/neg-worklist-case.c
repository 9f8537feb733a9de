#include "config.h"

#include "worklist/neg-worklist-case.h"

#include <string.h>

#include "base/neg-error.h"
#include "store/neg-archive.h"
#include "worklist/neg-worklist-item-private.h"
#include "worklist/neg-worklist-reader-private.h"

static void
case_report_free (NegCaseReport *report)
{
  neg_report_free (report->report);
  g_clear_pointer (&report->prior, neg_entry_free);
  g_free (report);
}

void
neg_worklist_case_free (NegWorklistCase *subject)
{
  g_clear_pointer (&subject->orders, g_ptr_array_unref);
  g_clear_pointer (&subject->reports, g_ptr_array_unref);
  g_free (subject);
}

/* An order says when it changed; a report that changed came anew, and is another one in its place. */
gboolean
neg_worklist_cases_equal (const NegWorklistCase *a, const NegWorklistCase *b)
{
  gboolean equal
      = a->n_left_out == b->n_left_out && a->orders->len == b->orders->len && a->reports->len == b->reports->len;

  for (guint i = 0; equal && i < a->orders->len; i++) {
    const NegOrder *one = g_ptr_array_index (a->orders, i), *other = g_ptr_array_index (b->orders, i);

    equal = one->id == other->id && one->changed_us == other->changed_us;
  }
  for (guint i = 0; equal && i < a->reports->len; i++) {
    const NegCaseReport *one = g_ptr_array_index (a->reports, i), *other = g_ptr_array_index (b->reports, i);

    equal = one->report->id == other->report->id && one->report->status == other->report->status
            && one->report->received_us == other->report->received_us
            && g_str_equal (one->report->text, other->report->text)
            && (one->prior != NULL ? one->prior->id : 0) == (other->prior != NULL ? other->prior->id : 0);
  }
  return equal;
}

typedef struct {
  NegWorklistCase *subject;
  gsize n_bytes;
} Collection;

/* Of one entry; @prior is nullable and copied. */
static gboolean
add_reports (NegDatabase *database, gint64 entry_id, const NegEntry *prior, Collection *collection, GError **error)
{
  g_autoptr (GPtrArray) reports = neg_reports_list_of_entry (database, entry_id, error);
  NegWorklistCase *subject = collection->subject;

  if (reports == NULL)
    return FALSE;
  g_ptr_array_set_free_func (reports, NULL);
  for (guint i = 0; i < reports->len; i++) {
    NegCaseReport *report = g_new0 (NegCaseReport, 1);

    report->report = g_ptr_array_index (reports, i);
    report->prior = prior != NULL ? neg_entry_copy (prior) : NULL;
    collection->n_bytes += strlen (report->report->text);
    if (subject->reports->len < NEG_CASE_REPORTS_MAX && collection->n_bytes <= NEG_CASE_BYTES_MAX) {
      g_ptr_array_add (subject->reports, report);
    } else {
      case_report_free (report);
      subject->n_left_out++;
    }
  }
  return TRUE;
}

static gpointer
load_case (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id,
           const char *user, GError **error)
{
  g_autoptr (NegWorklistCase) subject = g_new0 (NegWorklistCase, 1);
  Collection collection = { .subject = subject };
  g_autoptr (NegEntry) entry = NULL;
  g_autoptr (GPtrArray) priors = NULL;

  if (database == NULL) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, NEG_ARCHIVE_FILE, "There is no archive yet");
    return NULL;
  }
  entry = neg_entries_find (database, entry_id, error);
  if (entry == NULL)
    return NULL;
  subject->reports = g_ptr_array_new_with_free_func ((GDestroyNotify) case_report_free);
  subject->orders = neg_orders_list_of_entry (database, entry_id, error);
  priors = subject->orders != NULL ? neg_entries_list_priors (database, entry, NEG_CASE_REPORTS_MAX, error) : NULL;
  if (priors == NULL || !add_reports (database, entry_id, NULL, &collection, error))
    return NULL;
  for (guint i = 0; i < priors->len; i++) {
    const NegEntry *prior = g_ptr_array_index (priors, i);

    if (!add_reports (database, prior->id, prior, &collection, error))
      return NULL;
  }
  return g_steal_pointer (&subject);
}

void
neg_worklist_model_load_case_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (model, cancellable, callback, user_data);

  g_task_set_source_tag (task, neg_worklist_model_load_case_async);
  _neg_worklist_reader_run (_neg_worklist_model_get_reader (model), task, load_case, entry_id, NULL,
                            (GDestroyNotify) neg_worklist_case_free);
}

NegWorklistCase *
neg_worklist_model_load_case_finish (NegWorklistModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
list_orders (NegWorklistReader *reader, NegDatabase *database, const NegEntryQuery *query, gint64 entry_id,
             const char *user, GError **error)
{
  if (database == NULL) {
    neg_fail (error, NEG_ERROR_NOT_FOUND, NEG_ARCHIVE_FILE, "There is no archive yet");
    return NULL;
  }
  return neg_orders_list_of_entry (database, entry_id, error);
}

void
neg_worklist_model_list_orders_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (model, cancellable, callback, user_data);

  g_task_set_source_tag (task, neg_worklist_model_list_orders_async);
  _neg_worklist_reader_run (_neg_worklist_model_get_reader (model), task, list_orders, entry_id, NULL,
                            (GDestroyNotify) g_ptr_array_unref);
}

GPtrArray *
neg_worklist_model_list_orders_finish (NegWorklistModel *model, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
