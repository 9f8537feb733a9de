/* A rejection and its note (IHE IOCM) in one transaction: whoever finds one of them finds the other, whenever the machine stops. */
#include "config.h"

#include "store/neg-rejections.h"

#include <string.h>

#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "base/neg-uid.h"
#include "store/neg-archive-remove-private.h"
#include "store/neg-audit.h"
#include "store/neg-corrections-private.h"
#include "store/neg-deliveries.h"
#include "store/neg-desk.h"

/* --- common --- */

static gboolean
audit (NegDatabase *database, gint64 study_id, const char *user, const char *detail, GError **error)
{
  NegStatement *study = neg_database_prepare (database, "SELECT study_uid, patient_id, issuer FROM study WHERE id = ?1",
                                              error);
  g_autofree char *uid = NULL, *patient = NULL, *issuer = NULL;
  NegAuditEntry entry = { .event = NEG_AUDIT_PROCEDURE_RECORD, .user = user, .detail = detail };
  gboolean has_row;

  if (study == NULL)
    return FALSE;
  neg_statement_bind_int (study, 1, study_id);
  if (!neg_statement_step (study, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "There is no such study");
  entry.study_uid = uid = g_strdup (neg_statement_get_text (study, 0));
  entry.patient_id = patient = g_strdup (neg_statement_get_text (study, 1));
  entry.issuer = issuer = g_strdup (neg_statement_get_text (study, 2));
  neg_statement_reset (study);
  return neg_audit_append_within (database, &entry, error);
}

/* The row of the note as it is now; 0: it is not here. */
static gboolean
find_note (NegDatabase *database, const NegRejection *rejection, gint64 *id, char **name, GError **error)
{
  NegStatement *find = neg_database_prepare (database,
                                             "SELECT i.id, i.name FROM instance i CROSS JOIN series s ON s.id = i.series_id"
                                             " WHERE i.sop_instance_uid = ?1 AND s.study_id = ?2"
                                             " AND i.superseded_by IS NULL",
                                             error);
  gboolean has_row;

  *id = 0;
  if (find == NULL)
    return FALSE;
  neg_statement_bind_text (find, 1, rejection->note_sop_uid);
  neg_statement_bind_int (find, 2, rejection->study_id);
  if (!neg_statement_step (find, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  *id = neg_statement_get_int (find, 0);
  *name = g_strdup (neg_statement_get_text (find, 1));
  neg_statement_reset (find);
  return TRUE;
}

/* --- making --- */

typedef struct {
  const NegRejectionNote *note;
  NegRejection *rejection;
  const char *const *sop_uids;
  GTimeZone *zone;
} Making;

static gboolean
check_new (NegDatabase *database, const Making *making, GError **error)
{
  g_autoptr (GHashTable) named = neg_rejections_list_named (database, making->rejection->study_id, error);

  if (named == NULL)
    return FALSE;
  for (guint i = 0; making->sop_uids[i] != NULL; i++)
    if (g_hash_table_contains (named, making->sop_uids[i]))
      return neg_fail (error, NEG_ERROR_CONFLICT, making->sop_uids[i], "This is rejected already");
  return TRUE;
}

static GPtrArray *
list_peers (NegDatabase *database, gint64 study_id, GError **error)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func (g_free);
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT peer FROM (SELECT peer, id FROM delivery WHERE study_id = ?1 UNION ALL SELECT j.peer, 0 FROM study t CROSS JOIN job j"
      " ON j.study_uid = t.study_uid AND j.study_uid <> '' WHERE t.id = ?1 AND j.kind = 'send' AND j.attempts > 0)"
      " GROUP BY peer ORDER BY min (id)",
      error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, study_id);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&peers);
    g_ptr_array_add (peers, g_strdup (neg_statement_get_text (rows, 0)));
  }
  return NULL;
}

/* Who has it because it came from there. */
static gboolean
add_sources (NegDatabase *database, const Making *making, GPtrArray *peers, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT DISTINCT i.source FROM series s CROSS JOIN instance i ON i.series_id = s.id WHERE s.study_id = ?1 AND i.object_class = 1",
      error);
  gboolean has_row = rows != NULL && making->note->takers != NULL;

  if (rows == NULL)
    return FALSE;
  neg_statement_bind_int (rows, 1, making->rejection->study_id);
  while (has_row) {
    const char *source;

    if (!neg_statement_step (rows, &has_row, error))
      return FALSE;
    source = has_row ? neg_statement_get_text (rows, 0) : NULL;
    if (has_row && g_strv_contains (making->note->takers, source)
        && !g_ptr_array_find_with_equal_func (peers, source, g_str_equal, NULL))
      g_ptr_array_add (peers, g_strdup (source));
  }
  return TRUE;
}

/* Nothing but the note: what else of the study has not left waits for a person. */
static gboolean
deliver (NegDatabase *database, const NegRejection *rejection, const char *peer, gint64 note_id, GError **error)
{
  NegDelivery delivery = { .study_id = rejection->study_id, .peer = (char *) peer, .route = (char *) NEG_DELIVERY_ROUTE_NOTE,
                           .user = rejection->user, .made_us = rejection->made_us };

  return neg_deliveries_add_object (database, &delivery, note_id, error);
}

static gboolean
unqueue (NegDatabase *database, gint64 rejection_id, GError **error)
{
  return _neg_archive_run_for (
      database,
      "DELETE FROM delivery_object WHERE state = 0 AND delivery_id IN (SELECT d.id FROM delivery d JOIN rejection r"
      " ON r.study_id = d.study_id WHERE r.id = ?1)"
      " AND sop_instance_uid IN (SELECT sop_instance_uid FROM rejection_object WHERE rejection_id = ?1)",
      rejection_id, error);
}

static gboolean
note_on_desk (NegDatabase *database, const NegRejection *rejection, gboolean is_on_its_way, GError **error)
{
  gint64 due_us;

  if (!is_on_its_way)
    return neg_desk_note_changed (database, rejection->study_id, rejection->made_us, error);
  return _neg_archive_run_for (database,
                               "INSERT INTO desk (study_id, arrived_us, changed_us, due_us, state)"
                               " SELECT study_id, made_us, made_us, made_us, 1 FROM rejection WHERE study_id = ?1 LIMIT 1"
                               " ON CONFLICT DO UPDATE SET state = iif (state IN (2, 3), 1, state)",
                               rejection->study_id, error)
         && neg_desk_note_due (database, rejection->study_id, rejection->made_us, &due_us, error);
}

static gboolean
make_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Making *making = data;
  NegRejection *rejection = making->rejection;
  g_autofree char *detail = g_strdup_printf ("rejected %u objects: %s %s", g_strv_length ((char **) making->sop_uids),
                                             rejection->code, rejection->reason);
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) peers = NULL;
  gint64 note_id;

  G_STATIC_ASSERT (NEG_DESK_RELEASED == 1 && NEG_DESK_ARRIVED == 2 && NEG_DESK_SETTLED == 3);
  if (!check_new (database, making, error)
      || !neg_rejections_add (database, rejection, making->sop_uids, making->zone, error)
      || !find_note (database, rejection, &note_id, &name, error))
    return FALSE;
  if (note_id == 0)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "The rejection note is not of this study");
  if (!making->note->with_rejected && !unqueue (database, rejection->id, error))
    return FALSE;
  peers = list_peers (database, rejection->study_id, error);
  if (peers == NULL || !add_sources (database, making, peers, error))
    return FALSE;
  for (guint i = 0; i < peers->len; i++)
    if (!deliver (database, rejection, peers->pdata[i], note_id, error))
      return FALSE;
  neg_fault_point ("rejection-rows");
  return note_on_desk (database, rejection, peers->len > 0, error)
         && audit (database, rejection->study_id, rejection->user, detail, error);
}

gboolean
neg_rejections_make (NegArchive *archive, const NegRejectionNote *note, NegRejection *rejection, const char *const *sop_uids,
                     GTimeZone *zone, GError **error)
{
  const NegArchiveObject object = { .record = note->record, .bytes = note->bytes, .source = NEG_ARCHIVE_SOURCE_DESK };
  Making making = { note, rejection, sop_uids, zone };

  return _neg_archive_take_with (archive, note->incoming, &object, make_cb, &making, NULL, error);
}

/* --- taking back --- */

typedef struct {
  NegArchive *archive;
  gint64 id;
  const char *user;
  const char *seed;   /* of the line that says that the note is put aside, for an index that is made anew */
  gboolean is_noted;
} Undoing;

static gboolean
put_aside (Undoing *undoing, NegDatabase *database, gint64 study_id, gint64 note_id, char *name, gint64 now_us, GError **error)
{
  g_autoptr (GHashTable) studies = _neg_corrections_studies_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  if (name != NULL)
    g_ptr_array_add (names, name);
  _neg_corrections_studies_add (studies, study_id);
  if (!_neg_archive_run_for (database, "UPDATE instance SET superseded_by = id WHERE id = ?1", note_id, error)
      || !_neg_corrections_refresh (database, studies, now_us, error)
      /* What was left out of it has to leave now: a person releases it again. */
      || !_neg_archive_run_for (database, "UPDATE desk SET state = 0 WHERE study_id = ?1 AND state = 1", study_id, error)
      || !_neg_corrections_note (undoing->archive, undoing->seed, names, NEG_CORRECTIONS_HOLD, error))
    return FALSE;
  undoing->is_noted = TRUE;
  return TRUE;
}

static gboolean
undo_cb (NegDatabase *database, gpointer data, GError **error)
{
  Undoing *undoing = data;
  g_autoptr (NegRejection) rejection = neg_rejections_find (database, undoing->id, error);
  g_autofree char *detail = g_strdup_printf ("rejection %" G_GINT64_FORMAT " undone", undoing->id);
  g_autofree char *name = NULL;
  const gint64 now_us = g_get_real_time ();
  gboolean has_left = FALSE;
  gint64 note_id;

  if (rejection == NULL || !neg_rejections_undo (database, undoing->id, undoing->user, now_us, error)
      || !find_note (database, rejection, &note_id, &name, error))
    return FALSE;
  if (note_id == 0)
    return neg_fail (error, NEG_ERROR_CONFLICT, NULL, "The rejection note is not here any more");
  if (!neg_deliveries_may_have_left (database, note_id, &has_left, error))
    return FALSE;
  if (has_left)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "The rejection note has been sent: others know of it");
  if (!put_aside (undoing, database, rejection->study_id, note_id, name, now_us, error))
    return FALSE;
  neg_fault_point ("rejection-undone");
  return audit (database, rejection->study_id, undoing->user, detail, error);
}

gboolean
neg_rejections_take_back (NegArchive *archive, gint64 id, const char *user, GError **error)
{
  g_autofree char *seed = neg_uid_new ();
  Undoing undoing = { archive, id, user, seed, FALSE };
  const gboolean done = neg_archive_write (archive, undo_cb, &undoing, error);

  if (!done && undoing.is_noted)
    _neg_corrections_note (archive, seed, NULL, NEG_CORRECTIONS_DO_NOT, NULL);
  return done;
}
