/* The archive as the technologist's desk reads it: one connection, one question at a time, in threads of GTask's. Thread: any. */
#pragma once

#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

typedef struct _NegQualityReader NegQualityReader;

NegQualityReader *neg_quality_reader_new (const char *data_folder, const char *cache_folder);
NegQualityReader *neg_quality_reader_ref (NegQualityReader *reader);
void neg_quality_reader_unref (NegQualityReader *reader);

/* A line of the list. */
typedef struct {
  NegDeskRow *row;
  NegFinding *worst; /* nullable */
} NegQualityLine;

/* GPtrArray of NegQualityLine, by g_task_propagate_pointer(). */
void neg_quality_reader_list_async (NegQualityReader *reader, gpointer source, gboolean all, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);

NegQualityReader *_neg_quality_model_get_reader (NegQualityModel *model); /* borrowed */

/* neg-quality-joined.c: parallel to @corrections, as in NegQualitySheet; given. */
GPtrArray *_neg_quality_list_joined (NegDatabase *database, GPtrArray *corrections);

G_END_DECLS
