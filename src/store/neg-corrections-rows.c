/* Studies, series, entries and the desk after their current objects have become others. */
#include "config.h"

#include "store/neg-corrections-private.h"

#include <string.h>

#include "store/neg-archive-remove-private.h"
#include "store/neg-audit.h"
#include "store/neg-desk.h"
#include "store/neg-entries.h"
#include "store/neg-facts.h"

#define LOOKED_AT_MAX 64u /* series whose first objects are asked what they say of the study */

static const NegRecordField STUDY_FIELDS[] = {
  NEG_RECORD_PATIENT_NAME, NEG_RECORD_BIRTH_DATE,       NEG_RECORD_SEX,
  NEG_RECORD_STUDY_DATE,   NEG_RECORD_STUDY_TIME,       NEG_RECORD_TIMEZONE,
  NEG_RECORD_ACCESSION,    NEG_RECORD_ACCESSION_ISSUER, NEG_RECORD_STUDY_DESCRIPTION,
  NEG_RECORD_REFERRER,     NEG_RECORD_INSTITUTION,
};

static const NegRecordField SERIES_FIELDS[] = {
  NEG_RECORD_MODALITY,  NEG_RECORD_SERIES_DATE, NEG_RECORD_SERIES_TIME, NEG_RECORD_SERIES_DESCRIPTION,
  NEG_RECORD_BODY_PART, NEG_RECORD_LATERALITY,  NEG_RECORD_STATION,
};

/* The first current object of each series, with what it says; what nobody has noted of it (it lies at a peer, or came before notes
 * were made) changes nothing. */
#define FIRST_OBJECTS                                                                                                  \
  "SELECT s.id, f.facts FROM series s CROSS JOIN instance i ON i.id = (SELECT min (n.id) FROM instance n"              \
  " WHERE n.series_id = s.id AND n.superseded_by IS NULL) LEFT JOIN instance_facts f ON f.instance_id = i.id"          \
  " WHERE s.study_id = ?1 ORDER BY i.id"

/* Accession numbers of a source that says whose they are are its own as long as they are the same. */
#define UPDATE_STUDY                                                                                                   \
  "UPDATE study SET accession_issuer = iif (?9 = '' AND ?8 = accession, accession_issuer, ?9), patient_name = ?2,"     \
  " birth_date = ?3, sex = ?4, date = ?5, time = ?6, timezone = ?7, accession = ?8, description = ?10, referrer = ?11," \
  " institution = ?12 WHERE id = ?1"
#define UPDATE_SERIES                                                                                                  \
  "UPDATE series SET modality = ?2, date = ?3, time = ?4, description = ?5, body_part = ?6, laterality = ?7,"          \
  " station = ?8, number = ?9 WHERE id = ?1"

GHashTable *
_neg_corrections_studies_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

void
_neg_corrections_studies_add (GHashTable *studies, gint64 id)
{
  if (!g_hash_table_contains (studies, &id))
    g_hash_table_add (studies, g_memdup2 (&id, sizeof id));
}

/* --- what objects say --- */

typedef struct {
  gint64 series_id;
  NegObjectRecord *record; /* nullable */
} First;

static void
first_clear (gpointer data)
{
  neg_object_record_free (((First *) data)->record);
}

static GArray *
list_firsts (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (GArray) firsts = g_array_new (FALSE, FALSE, sizeof (First));
  NegStatement *rows = neg_database_prepare (database, FIRST_OBJECTS, error);
  gboolean has_row;

  g_array_set_clear_func (firsts, first_clear);
  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  while (neg_statement_step (rows, &has_row, error)) {
    First first;

    if (!has_row)
      return g_steal_pointer (&firsts);
    first = (First) { neg_statement_get_int (rows, 0), neg_facts_read (rows, 1) };
    g_array_append_val (firsts, first);
  }
  return NULL;
}

static void
bind_number (NegStatement *statement, int parameter, const char *text)
{
  gint64 number;

  if (text != NULL
      && g_ascii_string_to_signed (*text == '+' ? text + 1 : text, 10, G_MININT32, G_MAXINT32, &number, NULL))
    neg_statement_bind_int (statement, parameter, number);
}

static const char *
text_of (const NegObjectRecord *record, NegRecordField field)
{
  return record->text[field] != NULL ? record->text[field] : "";
}

static gboolean
write_series (NegDatabase *database, const First *first, GError **error)
{
  NegStatement *update;

  if (first->record == NULL)
    return TRUE;
  update = neg_database_prepare (database, UPDATE_SERIES, error);
  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, first->series_id);
  for (guint i = 0; i < G_N_ELEMENTS (SERIES_FIELDS); i++)
    neg_statement_bind_text (update, 2 + (int) i, text_of (first->record, SERIES_FIELDS[i]));
  bind_number (update, 9, first->record->text[NEG_RECORD_SERIES_NUMBER]);
  return neg_statement_run (update, error);
}

/* As when objects come: the first one that says something. */
static const char *
find_said (const GArray *firsts, NegRecordField field)
{
  for (guint i = 0; i < MIN (firsts->len, LOOKED_AT_MAX); i++) {
    const char *text = text_of (g_array_index (firsts, First, i).record, field);

    if (*text != '\0')
      return text;
  }
  return "";
}

static gboolean
write_study (NegDatabase *database, const GArray *firsts, gint64 study_id, GError **error)
{
  NegStatement *update;

  for (guint i = 0; i < MIN (firsts->len, LOOKED_AT_MAX); i++)
    if (g_array_index (firsts, First, i).record == NULL)
      return TRUE;
  update = neg_database_prepare (database, UPDATE_STUDY, error);
  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, study_id);
  for (guint i = 0; i < G_N_ELEMENTS (STUDY_FIELDS); i++)
    neg_statement_bind_text (update, 2 + (int) i, find_said (firsts, STUDY_FIELDS[i]));
  return neg_statement_run (update, error);
}

static gboolean
write_said (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (GArray) firsts = list_firsts (database, study_id, error);

  if (firsts == NULL)
    return FALSE;
  for (guint i = 0; i < firsts->len; i++)
    if (!write_series (database, &g_array_index (firsts, First, i), error))
      return FALSE;
  return firsts->len == 0 || write_study (database, firsts, study_id, error);
}

/* --- studies --- */

gboolean
_neg_corrections_count (NegDatabase *database, gint64 study_id, gint64 *n_current, GError **error)
{
  return _neg_archive_ask_for (database, "SELECT coalesce (sum (n_instances), 0) FROM series WHERE study_id = ?1",
                               study_id, n_current, error);
}

/* What has nothing left to be sent leaves the desk, unless it was sent before. */
static gboolean
note_on_desk (NegDatabase *database, gint64 study_id, gint64 n_current, gint64 now_us, GError **error)
{
  if (n_current > 0)
    return neg_desk_note_changed (database, study_id, now_us, error);
  return _neg_archive_run_for (database,
                               "DELETE FROM desk WHERE study_id = ?1 AND state = 0"
                               " AND NOT EXISTS (SELECT 1 FROM delivery WHERE study_id = ?1)",
                               study_id, error)
         && _neg_archive_run_for (database, "DELETE FROM finding WHERE study_id = ?1", study_id, error);
}

/* First those that have nothing any more, so that an entry's numbers are free for the one that gets them. */
gboolean
_neg_corrections_refresh (NegDatabase *database, GHashTable *studies, gint64 now_us, GError **error)
{
  for (guint pass = 0; pass < 2; pass++) {
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init (&iter, studies);
    while (g_hash_table_iter_next (&iter, &key, NULL)) {
      const gint64 id = *(const gint64 *) key;
      gint64 n_current;

      if ((pass == 0 && !_neg_archive_count_current (database, id, error))
          || !_neg_corrections_count (database, id, &n_current, error))
        return FALSE;
      if ((n_current > 0) != (pass > 0))
        continue;
      if (!write_said (database, id, error) || !neg_entries_refresh_study (database, id, error)
          || !note_on_desk (database, id, n_current, now_us, error))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
_neg_corrections_audit (NegDatabase *database, const NegCorrection *correction, const char *user, const char *verb,
                        guint n_objects, gint64 study_id, GError **error)
{
  NegStatement *study = neg_database_prepare (database, "SELECT study_uid, patient_id, issuer FROM study WHERE id = ?1",
                                              error);
  g_autofree char *detail = g_strdup_printf ("correction %" G_GINT64_FORMAT " %s: %u objects", correction->id, verb,
                                             n_objects);
  g_autofree char *uid = NULL, *patient = NULL, *issuer = NULL;
  NegAuditEntry entry = { .event = NEG_AUDIT_PROCEDURE_RECORD, .user = user, .detail = detail };
  gboolean has_row;

  if (study == NULL)
    return FALSE;
  neg_statement_bind_int (study, 1, study_id);
  if (!neg_statement_step (study, &has_row, error))
    return FALSE;
  if (has_row) {
    entry.study_uid = uid = g_strdup (neg_statement_get_text (study, 0));
    entry.patient_id = patient = g_strdup (neg_statement_get_text (study, 1));
    entry.issuer = issuer = g_strdup (neg_statement_get_text (study, 2));
    neg_statement_reset (study);
  }
  return neg_audit_append_within (database, &entry, error);
}
