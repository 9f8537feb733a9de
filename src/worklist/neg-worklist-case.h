/* What was ordered and reported of the case that is open, and what was reported of the patient's other studies: the texts
 * beside the images. Read on the list's thread; the calls are of the main one. */
#pragma once

#include "store/neg-orders.h"
#include "worklist/neg-worklist-model.h"

G_BEGIN_DECLS

#define NEG_CASE_REPORTS_MAX 100u
#define NEG_CASE_BYTES_MAX (8u << 20) /* of report texts together: older ones are left out and counted */

typedef struct {
  NegReport *report;
  NegEntry *prior; /* the study that it is of; NULL: the case itself */
} NegCaseReport;

typedef struct {
  GPtrArray *orders;  /* NegOrder */
  GPtrArray *reports; /* NegCaseReport: the case's own, newest first, then those of priors by their date */
  guint n_left_out;
} NegWorklistCase;

void neg_worklist_case_free (NegWorklistCase *subject);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegWorklistCase, neg_worklist_case_free)
/* The same orders, reports and studies, none of them changed: what is shown of the one is right for the other. */
gboolean neg_worklist_cases_equal (const NegWorklistCase *a, const NegWorklistCase *b);

void neg_worklist_model_load_case_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
NegWorklistCase *neg_worklist_model_load_case_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);

/* What was ordered alone: NegOrder, given with its free function. */
void neg_worklist_model_list_orders_async (NegWorklistModel *model, gint64 entry_id, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_worklist_model_list_orders_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);

G_END_DECLS
