/* Corrections as the agent makes them, of objects that have no pixels, and what must hold whatever happens to them. */
#pragma once

#include "archive-home.h"
#include "store/neg-corrections.h"

G_BEGIN_DECLS

#define CORRECTIONS_N 6u /* objects of a study */
#define WRONG 1u
#define RIGHT 7u /* the patient that it should have been */

typedef void (*Change) (NegObjectRecord *record);

void corrections_set_patient (NegObjectRecord *record);
void corrections_set_description (NegObjectRecord *record);
void corrections_set_uid (NegObjectRecord *record);
void corrections_set_study (NegObjectRecord *record);
void corrections_set_same_uid (NegObjectRecord *record);
NegCorrection *corrections_add (ArchiveHome *home, gboolean needs_look);
gboolean corrections_apply (ArchiveHome *home, const NegCorrection *correction, const char *study_uid, Change change, GError **error);
gint64 corrections_apply_ok (ArchiveHome *home, const char *study_uid, Change change);
void corrections_undo_ok (ArchiveHome *home, gint64 id);
char *corrections_bytes (guint study, guint i);
void corrections_take (ArchiveHome *home, guint study, guint i, NegAdded expected);
void corrections_take_study (ArchiveHome *home, guint study);
void corrections_assert_consistent (ArchiveHome *home);
gint64 corrections_count (ArchiveHome *home, guint patient);
gint64 corrections_count_desk (ArchiveHome *home, guint patient);
GHashTable *corrections_list_names (ArchiveHome *home, const char *condition);
void corrections_assert_hidden (ArchiveHome *home);

G_END_DECLS
