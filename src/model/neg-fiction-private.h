/* Inventions out of a number. Thread: any, no state. */
#pragma once

#include "model/neg-fiction.h"

G_BEGIN_DECLS

/* In the form in which @text is: with ^ between family and given name, or with a comma. Given. */
char *_neg_fiction_dup_name (const char *text, guint64 number);
char *_neg_fiction_dup_place (guint64 number);
/* @text with only those words that say nothing of a person: parts of the body, planes, sequences, short numbers. Given. */
char *_neg_fiction_dup_free (const char *text, GHashTable *also); /* nullable: folded words that may stay, too */
char *_neg_fiction_dup_prose (const char *text);
char *_neg_fiction_dup_path (const char *text, guint64 number);
/* @days later, in the form in which it was; "…" for what is no date. Given. */
char *_neg_fiction_dup_date (const char *text, int days);

/* Words that inventions are made of, and those that free text may keep. @word is folded. */
gboolean _neg_fiction_is_own_word (const char *word);

G_END_DECLS
