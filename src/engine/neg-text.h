/* Text of a data set to UTF-8, by Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1 and Annexes H-K). Thread: any,
 * one NegText per thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _NegText NegText;

/* Opens the converters of every repertoire of PS3.3 once, before the engine is sealed (iconv loads its tables from
 * files). What the system lacks is noted and replaced per character later. */
void neg_text_preload (void);

/* @charset: the raw value of (0008,0005), values separated by backslash; NULL or "" is the default repertoire. An
 * unknown value is kept as a warning, and bytes >= 0x80 become U+FFFD. Never NULL. */
NegText *neg_text_new (const char *charset);
void neg_text_free (NegText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegText, neg_text_free)

/* The unknown charset's name, or NULL; borrowed. */
const char *neg_text_get_unknown (const NegText *text);

/* @is_person_name: code extensions go back to the first value at ^ and = too, and trailing = are cut. Trailing blanks
 * and NULs are cut, the result is valid UTF-8, NFC, without control characters other than CR LF TAB FF. Given, never
 * NULL. */
char *neg_text_decode (NegText *text, const guint8 *bytes, gsize length, gboolean is_person_name);

G_END_DECLS
