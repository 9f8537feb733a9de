/* A message as one text, with all of its levels: two messages say the same when their dumps are equal. */
#pragma once

#include "hl7/neg-hl7-message.h"

/* Every value behind its place, one per line; MSH-1, MSH-2, MSH-18 and absent fields of MSH left out:
 * they may differ when a message is written anew. Given. */
char *hl7_dump (const NegHl7Message *message);

/* The message of a text, which must be one. */
NegHl7Message *hl7_parse (const char *text);

/* The same message, written anew with @delimiters (nullable). Segments that cannot be written are left out. */
NegHl7Message *hl7_rewrite (const NegHl7Message *message, const NegHl7Delimiters *delimiters);
