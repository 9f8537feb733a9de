/* What the parts of reading.db share. */
#pragma once

#include "store/neg-reading-store.h"

G_BEGIN_DECLS

struct _NegReadingStore {
  char *folder;
  NegDatabase *reader;
  NegWriter *writer;
  GHashTable *runs; /* id: what is known of a window that is open */
};

G_END_DECLS
