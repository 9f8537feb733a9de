/* Damaged objects in a fixed order: files of the corpus with a few bytes changed, cut out, put in or repeated. At least
 * half of them are damaged in their header or in the first bytes of a codestream, where it hurts. */
#pragma once

#include <glib.h>

typedef struct _NegMutator NegMutator;

/* Files of the manifest in @corpus of at most @bytes_max each. NULL when there is no corpus. The same arguments give
 * the same objects. */
NegMutator *neg_mutator_new (const char *corpus, gsize bytes_max, guint32 seed, guint count);
void neg_mutator_free (NegMutator *mutator);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegMutator, neg_mutator_free)

/* The next one; FALSE after the last. *@source_name is borrowed, *@bytes given. */
gboolean neg_mutate_next (NegMutator *mutator, const char **source_name, guint8 **bytes, gsize *length,
                          gboolean *in_header);

/* One to four changes that begin in the @length bytes from @start. */
void neg_mutate_bytes (GByteArray *bytes, GRand *random, gsize start, gsize length);
