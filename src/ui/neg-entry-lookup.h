/* One entry of the reading list by itself, read by a thread. Thread: main. */
#pragma once

#include "store/neg-entries.h"

G_BEGIN_DECLS

/* @entry is borrowed for the call; NULL: @error says why. */
typedef void (*NegEntryFound) (NegEntry *entry, const GError *error, gpointer user_data);

/* By @id, or (0) by @study_uid. @callback is called once, whatever happens. @home nullable. */
void neg_entry_lookup (const char *home, gint64 id, const char *study_uid, NegEntryFound callback,
                       gpointer user_data);

G_END_DECLS
