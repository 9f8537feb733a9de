/* What the files of corrections share. */
#pragma once

#include "store/neg-archive-private.h"
#include "store/neg-corrections.h"

G_BEGIN_DECLS

/* --- neg-corrections-file.c --- */

/* What becomes of the pairs of @seed that were noted. */
typedef enum { NEG_CORRECTIONS_HOLD, NEG_CORRECTIONS_DO_NOT } NegCorrectionsNote;

/* @old_names: of objects that are put aside (nullable: none). On the disk when it returns. */
gboolean _neg_corrections_note (NegArchive *archive, const char *seed, GPtrArray *old_names, NegCorrectionsNote note,
                                GError **error);

/* --- neg-corrections-rows.c --- */

/* Ids (gint64, owned) of studies that something has happened to. */
GHashTable *_neg_corrections_studies_new (void);
void _neg_corrections_studies_add (GHashTable *studies, gint64 id);
/* Their rows, those of their series, entries and the desk as their current objects say. */
gboolean _neg_corrections_refresh (NegDatabase *database, GHashTable *studies, gint64 now_us, GError **error);
gboolean _neg_corrections_audit (NegDatabase *database, const NegCorrection *correction, const char *user, const char *verb,
                                 guint n_objects, gint64 study_id, GError **error);
gboolean _neg_corrections_count (NegDatabase *database, gint64 study_id, gint64 *n_current, GError **error);

G_END_DECLS
