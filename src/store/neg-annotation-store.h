/* The operations on annotations in reading.db: append only, one list per study. Thread: one at a time; writing is on the
 * disk when append returns (it waits for the writer, at most a second). */
#pragma once

#include "store/neg-reading-store.h"

G_BEGIN_DECLS

typedef struct {
  gint64 sequence;
  guint operation;
  char *uid, *text, *author;
  gint64 when_us; /* UTC, since 1970 */
} NegStoredOperation;

void neg_stored_operation_free (NegStoredOperation *operation);

#define NEG_ANNOTATION_OPERATION_BYTES_MAX (1u << 20)
#define NEG_ANNOTATION_STUDY_BYTES_MAX ((gsize) 64 << 20)

/* @text of at most a megabyte; FALSE with what the disk says. */
gboolean neg_annotation_store_append (NegReadingStore *store, const char *study_uid, guint operation, const char *uid,
                                      const char *text, GError **error);

/* All of a study, oldest first: of NegStoredOperation; given. Bounded to 64 MiB of text: more is an error. */
GPtrArray *neg_annotation_store_load (NegReadingStore *store, const char *study_uid, GError **error);

G_END_DECLS
