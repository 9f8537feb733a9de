/* Segmented Palette Color Lookup Table Data (PS3.3 C.7.9.2) to plain entries. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @words: n_words values of the entry size (8-bit entries one per word here), already native. The result has exactly
 * @n_entries entries; anything else is NEG_ERROR_INCONSISTENT (a linear or indirect segment first, indirect to
 * indirect, an offset inside a segment, an unknown opcode, a wrong total). @bytes_per_word is 1 or 2: indirect offsets
 * are in bytes. Given. */
guint16 *neg_palette_expand (const guint16 *words, gsize n_words, guint bytes_per_word, guint32 n_entries,
                             GError **error);

G_END_DECLS
