/* Character sets of HL7 v2 (MSH-18, table 0211) to UTF-8.
 *
 * A name here is the one that people know a set by ("UTF-8", "ISO-8859-1", "ISO-2022-JP", ...). Thread: any. */
#pragma once

#include "hl7/neg-hl7-value.h"

G_BEGIN_DECLS

/* The set that a value of MSH-18 names, also in the spellings that are met ("8859/1", "8859-1", "UTF8"); NULL when it
 * is not known, "ASCII" when it is empty. */
const char *neg_hl7_charset_find (NegHl7Value declared);

/* UTF-8 of @length bytes of @charset (a name of neg_hl7_charset_find). Given; ends with a NUL beyond *out_length. What is
 * not of the set becomes U+FFFD and is counted in *n_bad (nullable). In "ASCII" and "UTF-8" what is no UTF-8 is read as
 * Windows-1252. NULL: NEG_ERROR_MEMORY, or NEG_ERROR_UNSUPPORTED where the system lacks the set. */
char *neg_hl7_charset_convert (const char *charset, const char *data, gsize length, gsize *out_length, gsize *n_bad,
                               GError **error);

/* A whole message in UTF-8: @bytes itself (a reference) where that is what it is, a converted copy otherwise. @declared:
 * MSH-18, all of its repetitions; @has_bom: a UTF-8 byte order mark stood before. *charset is what the bytes were read
 * as. Each doubt or fallback adds one sentence (given) to @warnings. */
GBytes *neg_hl7_charset_decode (GBytes *bytes, NegHl7Value declared, char repetition, gboolean has_bom,
                                const char **charset, GPtrArray *warnings, GError **error);

G_END_DECLS
