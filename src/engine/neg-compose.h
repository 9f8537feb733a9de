/* Writes the objects that a reader makes: presentation states, key object selections, measurements. Thread: the
 * engine's one thread. */
#pragma once

#include "engine/neg-scanner.h"
#include "wire/neg-compose.h"

G_BEGIN_DECLS

/* A file with meta header, Explicit VR Little Endian, UTF-8, about the patient and the study of the object that @layout
 * was scanned from. Given; NULL on failure: NEG_ERROR_UNSUPPORTED where the patient's name or ID cannot be read in its
 * character set, since it would be written as somebody else's. */
GByteArray *neg_compose_object (NegSource *source, const NegLayout *layout, const NegCompose *compose, GError **error);

G_END_DECLS
