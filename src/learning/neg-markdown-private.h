/* What the parts of neg-markdown share. */
#pragma once

#include "learning/neg-markdown.h"

G_BEGIN_DECLS

/* Bold, italic, code and links of @n bytes of one paragraph: markup and words are appended. */
void _neg_markdown_add_inline (const char *text, gsize n, GString *markup, GString *plain);

/* "![what it shows](name.png)" and nothing else: FALSE where it is something else, or shows nothing in words. Given; either may be NULL. */
gboolean _neg_markdown_read_picture (const char *line, char **words, char **name);

G_END_DECLS
