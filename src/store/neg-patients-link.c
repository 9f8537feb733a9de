/* Links from one patient to another: made, replaced, taken back. */
#include "config.h"

#include "store/neg-patients-private.h"

#include "base/neg-error.h"

#define HOLDS "undone_us = 0 AND replaced_by = 0"
#define MAX_REACHED 1000u /* patients that one can become */

static void
bind_patient (NegStatement *statement, int parameter, const NegPatient *patient)
{
  neg_statement_bind_text (statement, parameter, patient->id);
  neg_statement_bind_text (statement, parameter + 1, patient->issuer);
  neg_statement_bind_text (statement, parameter + 2, patient->name_key);
}

typedef struct {
  gint64 id, time_us;
  gboolean is_same; /* it leads where the new one would */
} Link;

/* id 0: none holds. */
static gboolean
find_link (NegDatabase *database, const NegPatient *from, const NegPatient *to, Link *link, GError **error)
{
  NegStatement *row = neg_database_prepare (database,
                                            "SELECT id, time_us, to_id = ?4 AND to_issuer = ?5 AND to_key = ?6 FROM "
                                            "patient_link WHERE from_id = ?1 AND from_issuer = ?2 AND from_key = ?3 "
                                            "AND " HOLDS,
                                            error);
  gboolean has_row;

  *link = (Link){ 0 };
  if (row == NULL)
    return FALSE;
  bind_patient (row, 1, from);
  bind_patient (row, 4, to);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  *link = (Link){ neg_statement_get_int (row, 0), neg_statement_get_int (row, 1), neg_statement_get_int (row, 2) != 0 };
  neg_statement_reset (row);
  return TRUE;
}

/* A person took it back: the same event, sent again, does not bring it again, nor does one of which nobody knows when it
 * was. */
static gboolean
was_undone (NegDatabase *database, const NegPatient *from, const NegPatient *to, gint64 time_us, gboolean *was,
            GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "SELECT 1 FROM patient_link WHERE from_id = ?1 AND from_issuer = ?2 AND from_key = ?3 AND to_id = ?4 AND "
      "to_issuer = ?5 AND to_key = ?6 AND undone_us <> 0 AND user = '' AND time_us >= ?7 LIMIT 1",
      error);

  if (row == NULL)
    return FALSE;
  bind_patient (row, 1, from);
  bind_patient (row, 4, to);
  neg_statement_bind_int (row, 7, time_us);
  if (!neg_statement_step (row, was, error))
    return FALSE;
  neg_statement_reset (row);
  return TRUE;
}

static gboolean
insert_link (NegDatabase *database, const NegPatient *from, const NegPatient *to, const NegLinkSaid *said, gint64 *id,
             GError **error)
{
  NegStatement *row = neg_database_prepare (
      database,
      "INSERT INTO patient_link (from_id, from_issuer, from_key, to_id, to_issuer, to_key, from_name, to_name, user, "
      "message_id, time_us, made_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      error);

  if (row == NULL)
    return FALSE;
  bind_patient (row, 1, from);
  bind_patient (row, 4, to);
  neg_statement_bind_text (row, 7, from->name != NULL ? from->name : "");
  neg_statement_bind_text (row, 8, to->name != NULL ? to->name : "");
  neg_statement_bind_text (row, 9, said->user != NULL ? said->user : "");
  neg_statement_bind_int (row, 10, said->message);
  neg_statement_bind_int (row, 11, said->time_us);
  neg_statement_bind_int (row, 12, g_get_real_time ());
  if (!neg_statement_run (row, error))
    return FALSE;
  *id = neg_database_get_last_id (database);
  return TRUE;
}

static gboolean
set_replaced (NegDatabase *database, gint64 id, gint64 by, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "UPDATE patient_link SET replaced_by = ?2 WHERE id = ?1", error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, id);
  neg_statement_bind_int (row, 2, by);
  return neg_statement_run (row, error);
}

/* Out of the way before the new one comes, and by it afterwards. */
static gboolean
put (NegDatabase *database, const NegPatient *from, const NegPatient *to, const NegLinkSaid *said, const Link *replaced,
     const Link *reversed, gint64 *id, GError **error)
{
  if ((replaced->id != 0 && !set_replaced (database, replaced->id, -1, error))
      || (reversed->id != 0 && !set_replaced (database, reversed->id, -1, error))
      || !insert_link (database, from, to, said, id, error))
    return FALSE;
  return (replaced->id == 0 || set_replaced (database, replaced->id, *id, error))
         && (reversed->id == 0 || set_replaced (database, reversed->id, *id, error));
}

static gboolean
has_same_id (const NegPatient *a, const NegPatient *b)
{
  return g_str_equal (a->id, b->id) && g_str_equal (a->issuer, b->issuer);
}

gboolean
_neg_patients_link (NegDatabase *database, const NegPatient *from, const NegPatient *to, const NegLinkSaid *said,
                    NegApplied *applied, gint64 *id, GError **error)
{
  g_auto (NegPatient) before = { 0 };
  g_auto (NegPatient) end = { 0 };
  g_auto (NegPatient) after = { 0 };
  Link old, reversed = { 0 };
  gboolean was = FALSE;

  *id = 0;
  *applied = NEG_APPLIED;
  if (_neg_patient_is_same (from, to))
    return TRUE;
  if (!find_link (database, from, to, &old, error)
      || !_neg_patient_resolve (database, from->issuer, from->id, from->name_key, &before, error)
      || !_neg_patient_resolve (database, to->issuer, to->id, to->name_key, &end, error)
      || (*said->user == '\0' && !was_undone (database, from, to, said->time_us, &was, error)))
    return FALSE;
  if (old.id != 0 && old.is_same)
    return TRUE;
  *applied = was || (old.id != 0 && said->time_us != 0 && said->time_us < old.time_us) ? NEG_APPLIED_OLD : NEG_APPLIED;
  if (*applied == NEG_APPLIED_OLD)
    return TRUE;
  if (_neg_patient_is_same (&end, from)) {
    /* A name that comes back (a divorce) is the person's name again, whatever names were between them: the link away
     * from it goes. An ID does not come back. */
    *applied = NEG_REFUSED_CIRCLE;
    if (!has_same_id (from, to))
      return TRUE;
    if (!find_link (database, to, from, &reversed, error))
      return FALSE;
    *applied = NEG_APPLIED;
  }
  return put (database, from, to, said, &old, &reversed, id, error)
         && _neg_patient_resolve (database, from->issuer, from->id, from->name_key, &after, error)
         && _neg_patients_changed (database, &before, &after, error);
}

/* --- circles of IDs --- */

typedef struct {
  char *issuer, *id;
} Id;

static void
id_free (gpointer data)
{
  Id *id = data;

  g_free (id->issuer);
  g_free (id->id);
  g_free (id);
}

static gboolean
has_id (const GPtrArray *ids, const char *issuer, const char *id)
{
  for (guint i = 0; i < ids->len; i++) {
    const Id *one = g_ptr_array_index (ids, i);

    if (g_str_equal (one->id, id) && g_str_equal (one->issuer, issuer))
      return TRUE;
  }
  return FALSE;
}

static void
add_id (GPtrArray *ids, const char *issuer, const char *id)
{
  Id *one;

  if (has_id (ids, issuer, id))
    return;
  one = g_new0 (Id, 1);
  one->issuer = g_strdup (issuer);
  one->id = g_strdup (id);
  g_ptr_array_add (ids, one);
}

static gboolean
add_next (NegDatabase *database, const Id *id, GPtrArray *ids, GError **error)
{
  NegStatement *links = neg_database_prepare (
      database, "SELECT DISTINCT to_issuer, to_id FROM patient_link WHERE from_id = ?1 AND from_issuer = ?2 AND " HOLDS,
      error);
  gboolean has_row;

  if (links == NULL)
    return FALSE;
  neg_statement_bind_text (links, 1, id->id);
  neg_statement_bind_text (links, 2, id->issuer);
  while (neg_statement_step (links, &has_row, error)) {
    if (!has_row)
      return TRUE;
    add_id (ids, neg_statement_get_text (links, 0), neg_statement_get_text (links, 1));
  }
  return FALSE;
}

gboolean
_neg_patients_leads_to (NegDatabase *database, const NegSaidId *from, const NegSaidId *to, gboolean *leads,
                        GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (id_free);

  add_id (ids, from->issuer, from->id);
  for (guint i = 0; i < ids->len && i < MAX_REACHED; i++)
    if (!add_next (database, g_ptr_array_index (ids, i), ids, error))
      return FALSE;
  *leads = has_id (ids, to->issuer, to->id);
  return TRUE;
}

/* --- taken back --- */

static gboolean
load_from (NegDatabase *database, gint64 id, NegPatient *from, gboolean *holds, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database, "SELECT from_issuer, from_id, from_key FROM patient_link WHERE id = ?1 AND " HOLDS, error);

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, id);
  if (!neg_statement_step (row, holds, error))
    return FALSE;
  if (!*holds)
    return TRUE;
  from->issuer = g_strdup (neg_statement_get_text (row, 0));
  from->id = g_strdup (neg_statement_get_text (row, 1));
  from->name_key = g_strdup (neg_statement_get_text (row, 2));
  neg_statement_reset (row);
  return TRUE;
}

typedef struct {
  gint64 id;
  NegPatient from, to;
} Replaced;

static void
replaced_clear (Replaced *replaced)
{
  _neg_patient_clear (&replaced->from);
  _neg_patient_clear (&replaced->to);
}

/* Those that the link replaced: two at most. */
static GArray *
list_replaced (NegDatabase *database, gint64 id, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database,
      "SELECT id, from_issuer, from_id, from_key, to_issuer, to_id, to_key FROM patient_link WHERE replaced_by = ?1 AND "
      "replaced_by <> 0 AND undone_us = 0 ORDER BY id LIMIT 2",
      error);
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (Replaced));
  gboolean has_row;

  g_array_set_clear_func (links, (GDestroyNotify) replaced_clear);
  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, id);
  while (neg_statement_step (rows, &has_row, error)) {
    Replaced one = { 0 };

    if (!has_row)
      return g_steal_pointer (&links);
    one.id = neg_statement_get_int (rows, 0);
    one.from.issuer = g_strdup (neg_statement_get_text (rows, 1));
    one.from.id = g_strdup (neg_statement_get_text (rows, 2));
    one.from.name_key = g_strdup (neg_statement_get_text (rows, 3));
    one.to.issuer = g_strdup (neg_statement_get_text (rows, 4));
    one.to.id = g_strdup (neg_statement_get_text (rows, 5));
    one.to.name_key = g_strdup (neg_statement_get_text (rows, 6));
    g_array_append_val (links, one);
  }
  return NULL;
}

/* Not one that what was said since then has made impossible: its patient has become somebody else, or it would end
 * where it begins. */
static gboolean
restore (NegDatabase *database, const Replaced *replaced, GError **error)
{
  g_auto (NegPatient) end = { 0 };
  Link since;

  if (!find_link (database, &replaced->from, &replaced->to, &since, error)
      || !_neg_patient_resolve (database, replaced->to.issuer, replaced->to.id, replaced->to.name_key, &end, error))
    return FALSE;
  return since.id != 0 || _neg_patient_is_same (&end, &replaced->from) || set_replaced (database, replaced->id, 0, error);
}

static gboolean
write_undone (NegDatabase *database, gint64 id, const char *user, GError **error)
{
  NegStatement *row = neg_database_prepare (
      database, "UPDATE patient_link SET undone_us = ?2, undone_by = ?3 WHERE id = ?1", error);
  g_autoptr (GArray) replaced = list_replaced (database, id, error);

  if (row == NULL || replaced == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, id);
  neg_statement_bind_int (row, 2, g_get_real_time ());
  neg_statement_bind_text (row, 3, user);
  if (!neg_statement_run (row, error))
    return FALSE;
  for (guint i = 0; i < replaced->len; i++)
    if (!restore (database, &g_array_index (replaced, Replaced, i), error))
      return FALSE;
  return TRUE;
}

gboolean
neg_patients_undo (NegDatabase *database, gint64 link, const char *user, GError **error)
{
  g_auto (NegPatient) from = { 0 };
  g_auto (NegPatient) before = { 0 };
  g_auto (NegPatient) after = { 0 };
  gboolean holds;

  if (!load_from (database, link, &from, &holds, error))
    return FALSE;
  if (!holds)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, "link", "There is no such link, or it has been taken back");
  return _neg_patient_resolve (database, from.issuer, from.id, from.name_key, &before, error)
         && write_undone (database, link, user, error)
         && _neg_patient_resolve (database, from.issuer, from.id, from.name_key, &after, error)
         && _neg_patients_changed (database, &before, &after, error);
}
