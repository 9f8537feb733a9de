/* What is said of a display's luminances. Texts are translated. Thread: main. */
#pragma once

#include "imaging/neg-display.h"

G_BEGIN_DECLS

#define NEG_DISPLAY_STEPS 17 /* between the 18 patches of TG18-LN */
#define NEG_DISPLAY_DIAGNOSTIC 0.10 /* AAPM TG18 4.3: greatest deviation of the contrast response */
#define NEG_DISPLAY_OTHER 0.20

/* Whether it conforms, for what, and why not. Given. */
char *neg_display_words_dup_verdict (const NegConformance *conformance);

/* What is wrong with a table, with its line. Given. */
char *neg_display_words_dup_error (const GError *error);

/* The line (from 1) that an error is about; 0: none. */
guint neg_display_words_get_line (const GError *error);

G_END_DECLS
