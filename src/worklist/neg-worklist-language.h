/* What a person types into the search box, as a query: words and conditions, all of which must hold.
 *
 *   sato 4711            words: beginnings of words of name, ID, accession number, description (3 letters: inside, too)
 *   "knee left"          a phrase: its words
 *   mod:CT,MR  ct        modality; a known modality by itself is a word first of all, so only mod: is sure
 *   today yesterday week (study date, in the site's zone)   date:2026-11-20  date:2026-11-01..2026-11-20
 *   stat  urgent(= stat, high)   unread read reported scheduled arrived "being-read"   mine  free(= unclaimed)  here
 * English words always work, those of the translation too. What is not understood is a word, never an error.
 * Thread: any. */
#pragma once

#include "store/neg-entries.h"

G_BEGIN_DECLS

/* @order and @descending are left alone. @now_us: UTC; @user: for "mine". */
void neg_worklist_language_parse (const char *text, GTimeZone *zone, gint64 now_us, const char *user,
                                  NegEntryQuery *query);

/* The same as keys of a C-FIND at study level (PatientName "sato*", StudyDate, ModalitiesInStudy, ...) for asking the
 * peers; NULL when nothing in it narrows a query. One word is tried as name, as ID and as accession number: an array of
 * key sets, given. */
GPtrArray *neg_worklist_language_get_keys (const char *text, GTimeZone *zone, gint64 now_us); /* of GHashTable */

G_END_DECLS
