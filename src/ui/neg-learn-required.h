/* What the site asks of who works here: topics by day, and which roles they have. Read in a thread, as it may ask a directory server.
 * Thread: main. */
#pragma once

#include <gio/gio.h>

#include "learning/neg-training.h"

G_BEGIN_DECLS

typedef struct {
  guint roles;        /* NegRole */
  GHashTable *days;   /* topic to "2026-12-15" or "" */
  char *problem;      /* of the site file; nullable */
} NegLearnRequired;

void neg_learn_required_free (NegLearnRequired *required);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegLearnRequired, neg_learn_required_free)

/* Called in the main context unless @cancellable was cancelled before; @required is given. */
typedef void (*NegLearnRequiredFunc) (NegLearnRequired *required, gpointer data);
void neg_learn_required_load (const char *home, const char *config, GCancellable *cancellable, NegLearnRequiredFunc func, gpointer data);

G_END_DECLS
