/* What somebody said, and the entry that it is part of. */
#include "config.h"

#include "store/neg-entries-private.h"
#include "store/neg-patients-private.h"

/* --- canceled orders, which alone make no entry --- */

static gboolean
find_over (NegDatabase *database, const char *sql, const NegEntryIdentity *who, const char *number,
           const NegPatient *patient, gint64 *id, GError **error)
{
  NegStatement *sources = neg_database_prepare (database, sql, error);
  gboolean has_row = TRUE;

  if (sources == NULL)
    return FALSE;
  neg_statement_bind_text (sources, 1, number);
  neg_statement_bind_text (sources, 2, who->accession_issuer);
  while (*id == 0 && has_row) {
    gboolean is_he;

    if (!neg_statement_step (sources, &has_row, error)
        || (has_row
            && !_neg_patient_is_now (database, neg_statement_get_text (sources, 1), neg_statement_get_text (sources, 2),
                                     neg_statement_get_text (sources, 3), patient, &is_he, error)))
      return FALSE;
    if (has_row && is_he)
      *id = neg_statement_get_int (sources, 0);
  }
  neg_statement_reset (sources);
  return TRUE;
}

#define OVER                                                                                                           \
  "SELECT entry_id, issuer, patient_id, name_key FROM entry_source WHERE is_over = 1 AND "                             \
  "NOT EXISTS (SELECT 1 FROM entry WHERE entry.id = entry_id) AND "

gboolean
_neg_entry_find_over (NegDatabase *database, const NegEntryIdentity *who, gint64 *id, GError **error)
{
  g_auto (NegPatient) patient = { 0 };

  *id = 0;
  if (*who->patient_id == '\0')
    return TRUE;
  if (!_neg_patient_resolve (database, who->issuer, who->patient_id, who->name_key, &patient, error))
    return FALSE;
  if (*who->accession != '\0'
      && !find_over (database,
                     OVER "accession = ?1 AND (accession_issuer = ?2 OR accession_issuer = '' OR ?2 = '') "
                          "ORDER BY id LIMIT 100",
                     who, who->accession, &patient, id, error))
    return FALSE;
  return *id != 0 || *who->study_uid == '\0'
         || find_over (database, OVER "study_uid = ?1 AND ?2 = ?2 ORDER BY id LIMIT 100", who, who->study_uid, &patient,
                       id, error);
}

/* --- where it belongs --- */

typedef struct {
  gint64 id, entry_id, home_id, order_id;
  NegSourceKind kind;
  char *texts[6]; /* as NegEntryIdentity has them */
  NegEntryIdentity who;
} Source;

static void
source_clear (Source *source)
{
  for (guint i = 0; i < G_N_ELEMENTS (source->texts); i++)
    g_free (source->texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static gboolean
load (NegDatabase *database, gint64 id, Source *source, gboolean *is_there, GError **error)
{
  NegStatement *row = neg_database_prepare (database,
                                            "SELECT entry_id, home_id, order_id, kind, study_uid, accession, "
                                            "accession_issuer, issuer, patient_id, name_key FROM entry_source "
                                            "WHERE id = ?1",
                                            error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, id);
  if (!neg_statement_step (row, is_there, error))
    return FALSE;
  if (!*is_there)
    return TRUE;
  source->id = id;
  source->entry_id = neg_statement_get_int (row, 0);
  source->home_id = neg_statement_get_int (row, 1);
  source->order_id = neg_statement_get_int (row, 2);
  source->kind = (NegSourceKind) neg_statement_get_int (row, 3);
  for (int i = 0; i < (int) G_N_ELEMENTS (source->texts); i++)
    source->texts[i] = g_strdup (neg_statement_get_text (row, 4 + i));
  source->who = (NegEntryIdentity){ source->texts[0], source->texts[1], source->texts[2],
                                    source->texts[3], source->texts[4], source->texts[5] };
  neg_statement_reset (row);
  return TRUE;
}

/* A person's word, while that entry is there and the patient is its. */
static gboolean
find_matched (NegDatabase *database, const Source *source, gint64 *entry_id, GError **error)
{
  NegStatement *entry = neg_database_prepare (
      database,
      "SELECT e.id, e.issuer, e.patient_id, e.name_key FROM imaging_order o JOIN entry e ON e.id = o.matched_entry_id "
      "WHERE o.id = ?1 AND o.matched_entry_id <> 0",
      error);
  g_auto (NegPatient) patient = { 0 };
  gboolean has_row, is_he = FALSE;

  *entry_id = 0;
  if (entry == NULL)
    return FALSE;
  neg_statement_bind_int (entry, 1, source->order_id);
  if (!neg_statement_step (entry, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  patient.issuer = g_strdup (neg_statement_get_text (entry, 1));
  patient.id = g_strdup (neg_statement_get_text (entry, 2));
  patient.name_key = g_strdup (neg_statement_get_text (entry, 3));
  *entry_id = neg_statement_get_int (entry, 0);
  neg_statement_reset (entry);
  if (!_neg_patient_is_now (database, source->who.issuer, source->who.patient_id, source->who.name_key, &patient, &is_he,
                            error))
    return FALSE;
  if (!is_he)
    *entry_id = 0;
  return TRUE;
}

/* Steps of one order without any other number are one entry: that of the first. */
static gboolean
find_sibling (NegDatabase *database, const Source *source, gint64 *entry_id, GError **error)
{
  NegStatement *others = neg_database_prepare (
      database,
      "SELECT s.entry_id, s.issuer, s.patient_id, s.name_key FROM imaging_order own JOIN imaging_order o "
      "ON o.placer = own.placer AND o.placer <> '' AND o.placer_issuer = own.placer_issuer AND o.accession = '' "
      "AND o.study_uid = '' JOIN entry_source s ON s.order_id = o.id AND s.order_id <> 0 "
      "WHERE own.id = ?1 AND own.accession = '' AND own.study_uid = '' AND s.id < ?2 AND s.is_over = 0 "
      "ORDER BY s.id LIMIT 100",
      error);
  g_auto (NegPatient) patient = { 0 };
  gboolean has_row = TRUE;

  if (others == NULL
      || !_neg_patient_resolve (database, source->who.issuer, source->who.patient_id, source->who.name_key, &patient,
                                error))
    return FALSE;
  neg_statement_bind_int (others, 1, source->order_id);
  neg_statement_bind_int (others, 2, source->id);
  while (*entry_id == 0 && has_row) {
    gboolean is_he;

    if (!neg_statement_step (others, &has_row, error)
        || (has_row
            && !_neg_patient_is_now (database, neg_statement_get_text (others, 1), neg_statement_get_text (others, 2),
                                     neg_statement_get_text (others, 3), &patient, &is_he, error)))
      return FALSE;
    if (has_row && is_he)
      *entry_id = neg_statement_get_int (others, 0);
  }
  neg_statement_reset (others);
  return TRUE;
}

/* 0: no entry has anything of it; it may be its own one that is found. */
static gboolean
choose (NegDatabase *database, const Source *source, gint64 *entry_id, GError **error)
{
  g_autoptr (NegEntryRow) row = NULL;

  *entry_id = 0;
  if (source->kind == NEG_SOURCE_ORDER && !find_matched (database, source, entry_id, error))
    return FALSE;
  if (*entry_id != 0)
    return TRUE;
  if (!(source->kind == NEG_SOURCE_PEER ? _neg_entry_find_for_study (database, &source->who, &row, error)
                                        : _neg_entry_find_for_step (database, &source->who, &row, error)))
    return FALSE;
  if (row != NULL)
    *entry_id = row->entry->id;
  return row != NULL || source->kind != NEG_SOURCE_ORDER || find_sibling (database, source, entry_id, error);
}

/* --- moving --- */

static gboolean
query_id (NegDatabase *database, const char *sql, gint64 entry_id, gint64 source_id, gboolean *is_there, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, sql, error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_int (statement, 1, entry_id);
  neg_statement_bind_int (statement, 2, source_id);
  if (!neg_statement_step (statement, is_there, error))
    return FALSE;
  neg_statement_reset (statement);
  return TRUE;
}

/* Nothing else is in that entry. */
static gboolean
is_alone (NegDatabase *database, const Source *source, gint64 entry_id, gboolean *is_alone, GError **error)
{
  gboolean has_others;

  if (!query_id (database,
                 "SELECT 1 FROM entry_source WHERE entry_id = ?1 AND id <> ?2 UNION ALL "
                 "SELECT 1 FROM entry WHERE id = ?1 AND study_rowid <> 0 LIMIT 1",
                 entry_id, source->id, &has_others, error))
    return FALSE;
  *is_alone = !has_others;
  return TRUE;
}

/* By itself: where it is if nothing else is there, where it began if nobody is there now, or somewhere new. */
static gboolean
settle_alone (NegDatabase *database, const Source *source, gint64 *entry_id, GError **error)
{
  gboolean stays = FALSE;

  *entry_id = source->entry_id;
  if (*entry_id != 0 && !is_alone (database, source, *entry_id, &stays, error))
    return FALSE;
  if (stays)
    return TRUE;
  *entry_id = source->home_id;
  if (*entry_id != 0 && !is_alone (database, source, *entry_id, &stays, error))
    return FALSE;
  return stays || _neg_entry_take_id (database, entry_id, error);
}

static gboolean
move (NegDatabase *database, const Source *source, gint64 entry_id, NegComposeFlags flags, GError **error)
{
  NegStatement *statement = neg_database_prepare (
      database, "UPDATE entry_source SET entry_id = ?2, home_id = ?3 WHERE id = ?1", error);
  gboolean is_own_now;

  if (statement == NULL || !is_alone (database, source, entry_id, &is_own_now, error))
    return FALSE;
  neg_statement_bind_int (statement, 1, source->id);
  neg_statement_bind_int (statement, 2, entry_id);
  neg_statement_bind_int (statement, 3, is_own_now || source->home_id == 0 ? entry_id : source->home_id);
  return neg_statement_run (statement, error)
         && (source->entry_id == 0
             || _neg_entry_compose (database, source->entry_id, flags | NEG_COMPOSE_PARK, error))
         && _neg_entry_compose (database, entry_id, flags, error);
}

gboolean
_neg_source_place (NegDatabase *database, gint64 id, NegComposeFlags flags, GError **error)
{
  g_auto (Source) source = { 0 };
  gboolean is_there;
  gint64 entry_id;

  if (!load (database, id, &source, &is_there, error))
    return FALSE;
  if (!is_there)
    return TRUE;
  if (!choose (database, &source, &entry_id, error)
      || (entry_id == 0 && !settle_alone (database, &source, &entry_id, error)))
    return FALSE;
  return entry_id == source.entry_id ? _neg_entry_compose (database, entry_id, flags, error)
                                     : move (database, &source, entry_id, flags, error);
}
