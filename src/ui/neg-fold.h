/* Searching the way people type: without case, without diacritics, one sign of Chinese or Japanese is a word. Thread:
 * any, no state. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text (nullable) for comparing, given: "Łódź Ångström" and "lodz angstrom" are the same. */
char *neg_fold_dup (const char *text);

/* Every word of @query, separated by white space, is somewhere in @folded, which is neg_fold_dup() of what is searched;
 * a @query without a word matches everything. */
gboolean neg_fold_matches (const char *folded, const char *query);

G_END_DECLS
