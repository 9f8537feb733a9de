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
  char *facts[NEG_FACT_N]; /* as stored; never NULL; of the time what is known of "YYYYMMDDHHMMSS" */
} NegSettleSide;

typedef struct {
  NegUnsettled *unsettled;
  NegSettleSide *subject;
  GPtrArray *candidates; /* NegSettleSide, best first */
} NegSettleItem;

void neg_settle_item_free (NegSettleItem *item);
/* The same thing, the same candidates in the same order, and every fact the same. */
gboolean neg_settle_items_equal (const NegSettleItem *a, const NegSettleItem *b);

/* Both say @fact, and not the same. To the ID belongs its issuer; of the time the day counts, of modalities whether any
 * is in both. What was done is described in other words than what was asked for: that alone is no difference. */
gboolean neg_settle_sides_differ (const NegSettleSide *a, const NegSettleSide *b, NegFact fact);

/* NegSettleItem, given with its free function. A study that is listed with an order is not listed once more, unless
 * it could be another order's too. */
void neg_worklist_model_list_unsettled_async (NegWorklistModel *model, GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_worklist_model_list_unsettled_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);

/* NegPatientLink, likewise: what was joined and can be taken apart again. */
void neg_worklist_model_list_links_async (NegWorklistModel *model, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_worklist_model_list_links_finish (NegWorklistModel *model, GAsyncResult *result, GError **error);

G_END_DECLS
