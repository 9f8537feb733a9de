/* What the parts of neg-markdown share. */
#pragma once

#include "learning/neg-markdown.h"

G_BEGIN_DECLS

/* Bold, italic, code and links of @n bytes of one paragraph: markup and words are appended. */
void _neg_markdown_add_inline (const char *text, gsize n, GString *markup, GString *plain);

G_END_DECLS
