/* Errors in words for the person in front of the screen. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One translated sentence for what went wrong; borrowed. */
const char *neg_words_for_error (const GError *error);

/* What to try next, translated, borrowed; NULL where nothing would help. */
const char *neg_words_for_advice (const GError *error);

G_END_DECLS
