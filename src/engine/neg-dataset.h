/* The typed header of one object, read by DCMTK from the bytes before the pixels. Thread: the engine's one thread. */
#pragma once

#include "engine/neg-scanner.h"
#include "model/neg-instance.h"

G_BEGIN_DECLS

/* Loads the dictionary; once, before the engine is sealed. NEG_ERROR_NOT_FOUND when it is not there. */
gboolean neg_dataset_preload (GError **error);

/* The object that @layout was scanned from. NULL on failure. */
NegInstance *neg_dataset_read_instance (NegSource *source, const NegLayout *layout, GError **error);

/* TRUE when the object is a Basic Directory; then *@references gets its Referenced File IDs, components joined by '/'
 * (given, NULL-terminated). */
gboolean neg_dataset_is_directory (const NegLayout *layout, NegSource *source);
char **neg_dataset_read_directory (NegSource *source, const NegLayout *layout, GError **error);

G_END_DECLS
