/* What the parts of support share. */
#pragma once

#include "learning/neg-json.h"
#include "support/neg-support.h"

G_BEGIN_DECLS

#define _NEG_SUPPORT_PERSON_BYTES_MAX 200

/* neg-sender.c: the members of what is sent; FALSE: the page's name is none of ours. */
gboolean _neg_sender_write (const NegSender *sender, JsonObject *object, GError **error);
/* Fills @sender, which is empty. */
gboolean _neg_sender_read (NegSender *sender, JsonObject *object, GError **error);

/* A regular file of a folder that others write to, without waiting for it: a pipe would hold us for ever. NULL: given, else *error.
 * NOT_FOUND. */
char *_neg_support_read_file (const char *path, gsize bytes_max, gsize *length, GError **error);

G_END_DECLS
