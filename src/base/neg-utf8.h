/* Text with a bound in bytes. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cuts @text, valid UTF-8, to at most @bytes_max bytes, never inside a character. TRUE: there was more. */
gboolean neg_utf8_cut (char *text, gsize bytes_max);

G_END_DECLS
