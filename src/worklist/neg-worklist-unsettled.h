/* What a person has to settle, with the facts to decide by: orders, studies, reports and patients that nothing joined.
 * Read on the list's thread; the calls are of the main one. */
#pragma once

#include "store/neg-orders.h"
#include "worklist/neg-worklist-model.h"

G_BEGIN_DECLS

#define NEG_UNSETTLED_MAX 200u

typedef enum {
  NEG_FACT_PATIENT,
  NEG_FACT_ID,
  NEG_FACT_BIRTH_DATE,
  NEG_FACT_SEX,
  NEG_FACT_ACCESSION,
  NEG_FACT_MODALITY,
  NEG_FACT_DESCRIPTION,
  NEG_FACT_TIME,
  NEG_FACT_N,
} NegFact;

/* One side of a comparison: an order, an entry or a report. */
typedef struct {
  gint64 id;
  gint64 entry; /* of the reading list; 0: none */
  char *issuer;
  char *facts[NEG_FACT_N]; /* as stored; never NULL */
} NegSettleSide;

typedef struct {
  NegUnsettled *unsettled;
  NegSettleSide *subject;
  GPtrArray *candidates; /* NegSettleSide, best first */
} NegSettleItem;

/* Both say @fact, and not the same; to the ID belongs its issuer. */
gboolean neg_settle_sides_differ (const NegSettleSide *a, const NegSettleSide *b, NegFact fact);

/* NegSettleItem, given with its free function. */
void neg_worklist_model_list_unsettled_async (NegWorklistModel *model, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_worklist_model_list_unsettled_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);

/* NegPatientLink, likewise: what was joined and can be taken apart again. */
void neg_worklist_model_list_links_async (NegWorklistModel *model, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_worklist_model_list_links_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);

G_END_DECLS
