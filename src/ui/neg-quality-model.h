/* What the technologist's desk shows: its list, and all that belongs to one study of it. Reads the archive in threads, one question
 * at a time, and never writes: what changes anything is asked of the agent. No widgets. Thread: main. */
#pragma once

#include "model/neg-order.h"
#include "store/neg-corrections.h"
#include "store/neg-deliveries.h"
#include "store/neg-desk.h"
#include "store/neg-orders.h"
#include "store/neg-rejections.h"

G_BEGIN_DECLS

/* --- the list --- */

#define NEG_TYPE_QUALITY_ITEM (neg_quality_item_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityItem, neg_quality_item, NEG, QUALITY_ITEM, GObject)

/* Signal "changed" (): the study is the same, what is known of it is not. Both borrowed until then. */
const NegDeskRow *neg_quality_item_get_row (NegQualityItem *item);
const NegFinding *neg_quality_item_get_worst (NegQualityItem *item); /* of those that nobody has accepted; nullable */

#define NEG_TYPE_QUALITY_MODEL (neg_quality_model_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityModel, neg_quality_model, NEG, QUALITY_MODEL, GObject)

#define NEG_QUALITY_ROWS_MAX 500u

/* Folders as of neg-paths.h. Nothing is read before the first refresh. Signals: "updating" (): the list changes now;
 * "updated" (): it was read anew. */
NegQualityModel *neg_quality_model_new (const char *data_folder, const char *cache_folder);

/* Of NegQualityItem, worst first; an item is the same object as long as its study is on the list. Borrowed. */
GListModel *neg_quality_model_get_list (NegQualityModel *model);
void neg_quality_model_set_all (NegQualityModel *model, gboolean all); /* also what has left or was put aside */
gboolean neg_quality_model_get_all (NegQualityModel *model);
void neg_quality_model_refresh (NegQualityModel *model); /* may be called as often as anything changes */
gboolean neg_quality_model_is_read (NegQualityModel *model);             /* once, at least */
const GError *neg_quality_model_get_failure (NegQualityModel *model);    /* of the last time; nullable */
NegQualityItem *neg_quality_model_find (NegQualityModel *model, gint64 study_id, guint *position); /* borrowed; nullable */

/* --- one study --- */

/* A study that a correction joins to another one. */
typedef struct {
  char *date, *description;
  guint n_images;
} NegQualityJoined;

typedef struct {
  NegDeskRow *row;
  GPtrArray *findings, *corrections, *deliveries, *rejections; /* as their stores list them */
  GPtrArray *orders; /* NegOrder that a correction takes over while it waits, by correction; else NULL */
  GPtrArray *joined;      /* parallel to corrections: GPtrArray of NegQualityJoined, or NULL where none were joined */
} NegQualitySheet;

void neg_quality_sheet_free (NegQualitySheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegQualitySheet, neg_quality_sheet_free)

/* NOT_FOUND: it is not on the desk. */
void neg_quality_model_load_async (NegQualityModel *model, gint64 study_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);
NegQualitySheet *neg_quality_model_load_finish (NegQualityModel *model, GAsyncResult *result, GError **error);

/* Its series in order, each with its objects. */
typedef struct {
  const char *uid;      /* borrowed of an object */
  GPtrArray *objects;   /* NegDeskObject, borrowed; all have a record */
} NegQualitySeries;

typedef struct {
  NegDeskRow *row;
  GPtrArray *objects; /* NegDeskObject */
  GPtrArray *series;  /* NegQualitySeries */
} NegQualityParts;

void neg_quality_parts_free (NegQualityParts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegQualityParts, neg_quality_parts_free)

/* "" where nobody says it. Borrowed. */
const char *neg_quality_parts_get (const NegDeskObject *object, NegRecordField field);

void neg_quality_model_load_parts_async (NegQualityModel *model, gint64 study_id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
NegQualityParts *neg_quality_model_load_parts_finish (NegQualityModel *model, GAsyncResult *result, GError **error);

/* Orders that the study may be of: NegOrder, best first, given with its free function. */
#define NEG_QUALITY_ORDERS_MAX 20u
void neg_quality_model_list_orders_async (NegQualityModel *model, gint64 study_id, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_quality_model_list_orders_finish (NegQualityModel *model, GAsyncResult *result, GError **error);

/* How much speaks for it: 0: nothing. Pure. */
guint neg_quality_get_likeness (const NegDeskRow *row, const NegOrder *order);

/* Other studies by their UIDs, joined by backslash: NegDeskRow (of one that is not on the desk what the reading list says), given. */
void neg_quality_model_list_studies_async (NegQualityModel *model, const char *study_uids, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_quality_model_list_studies_finish (NegQualityModel *model, GAsyncResult *result, GError **error);

/* NegDeliveryObject, and NegCorrectionObject; given. */
void neg_quality_model_list_delivery_async (NegQualityModel *model, gint64 delivery, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_quality_model_list_delivery_finish (NegQualityModel *model, GAsyncResult *result, GError **error);
void neg_quality_model_list_versions_async (NegQualityModel *model, gint64 correction, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *neg_quality_model_list_versions_finish (NegQualityModel *model, GAsyncResult *result, GError **error);

/* Where the study of a correction is now: its row in the archive; 0 with an error, -1 while it is being made. */
void neg_quality_model_follow_async (NegQualityModel *model, gint64 correction, GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer user_data);
gint64 neg_quality_model_follow_finish (NegQualityModel *model, GAsyncResult *result, GError **error);

G_END_DECLS
