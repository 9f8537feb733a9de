/* Who is whom: links from one patient to another, followed. */
#include "config.h"

#include "store/neg-patients-private.h"

/* Links make no circle; a file from elsewhere might. */
#define MAX_STEPS 64

#define HOLDS "undone_us = 0 AND replaced_by = 0"

void
_neg_patient_clear (NegPatient *patient)
{
  g_clear_pointer (&patient->issuer, g_free);
  g_clear_pointer (&patient->id, g_free);
  g_clear_pointer (&patient->name_key, g_free);
  g_clear_pointer (&patient->name, g_free);
}

static gboolean
step (NegDatabase *database, NegPatient *now, gboolean *moved, GError **error)
{
  NegStatement *link = neg_database_prepare (database,
                                             "SELECT to_issuer, to_id, to_key, to_name FROM patient_link "
                                             "WHERE from_id = ?1 AND from_issuer = ?2 AND from_key = ?3 AND " HOLDS,
                                             error);

  if (link == NULL)
    return FALSE;
  neg_statement_bind_text (link, 1, now->id);
  neg_statement_bind_text (link, 2, now->issuer);
  neg_statement_bind_text (link, 3, now->name_key);
  if (!neg_statement_step (link, moved, error))
    return FALSE;
  if (!*moved)
    return TRUE;
  _neg_patient_clear (now);
  now->issuer = g_strdup (neg_statement_get_text (link, 0));
  now->id = g_strdup (neg_statement_get_text (link, 1));
  now->name_key = g_strdup (neg_statement_get_text (link, 2));
  now->name = g_strdup (neg_statement_get_text (link, 3));
  neg_statement_reset (link);
  return TRUE;
}

gboolean
_neg_patient_resolve (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key,
                      NegPatient *now, GError **error)
{
  gboolean moved = *patient_id != '\0'; /* without an ID nobody was joined with anybody */

  _neg_patient_clear (now);
  now->issuer = g_strdup (issuer);
  now->id = g_strdup (patient_id);
  now->name_key = g_strdup (name_key);
  for (guint i = 0; moved && i < MAX_STEPS; i++)
    if (!step (database, now, &moved, error))
      return FALSE;
  return TRUE;
}

gboolean
_neg_patient_is_same (const NegPatient *a, const NegPatient *b)
{
  return g_str_equal (a->id, b->id) && g_str_equal (a->issuer, b->issuer) && g_str_equal (a->name_key, b->name_key);
}

gboolean
_neg_patient_is_now (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key,
                     const NegPatient *now, gboolean *is_he, GError **error)
{
  g_auto (NegPatient) resolved = { 0 };

  if (!_neg_patient_resolve (database, issuer, patient_id, name_key, &resolved, error))
    return FALSE;
  *is_he = _neg_patient_is_same (&resolved, now);
  return TRUE;
}

gboolean
neg_patients_resolve (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key,
                      char **now_issuer, char **now_id, char **now_name_key, char **now_name, GError **error)
{
  g_auto (NegPatient) now = { 0 };

  if (!_neg_patient_resolve (database, issuer, patient_id, name_key, &now, error))
    return FALSE;
  *now_issuer = g_steal_pointer (&now.issuer);
  *now_id = g_steal_pointer (&now.id);
  *now_name_key = g_steal_pointer (&now.name_key);
  *now_name = now.name != NULL ? g_steal_pointer (&now.name) : g_strdup ("");
  return TRUE;
}

/* --- every ID --- */

static gboolean
has_id (GPtrArray *ids, const char *issuer, const char *id)
{
  for (guint i = 0; i < ids->len; i++) {
    const NegSaidId *one = g_ptr_array_index (ids, i);

    if (g_str_equal (one->id, id) && g_str_equal (one->issuer, issuer))
      return TRUE;
  }
  return FALSE;
}

static void
add_id (GPtrArray *ids, const char *issuer, const char *id)
{
  NegSaidId *one;

  if (*id == '\0' || has_id (ids, issuer, id))
    return;
  one = g_new0 (NegSaidId, 1);
  one->id = g_strdup (id);
  one->issuer = g_strdup (issuer);
  g_ptr_array_add (ids, one);
}

static void
free_patient (gpointer patient)
{
  _neg_patient_clear (patient);
  g_free (patient);
}

/* Those that became @patient, as NegPatient. */
static GPtrArray *
list_sources (NegDatabase *database, const NegPatient *patient, GError **error)
{
  g_autoptr (GPtrArray) patients = g_ptr_array_new_with_free_func (free_patient);
  NegStatement *links = neg_database_prepare (database,
                                              "SELECT from_issuer, from_id, from_key FROM patient_link WHERE to_id = ?1 "
                                              "AND to_issuer = ?2 AND to_key = ?3 AND " HOLDS " ORDER BY id LIMIT 1000",
                                              error);
  gboolean has_row;

  if (links == NULL)
    return NULL;
  neg_statement_bind_text (links, 1, patient->id);
  neg_statement_bind_text (links, 2, patient->issuer);
  neg_statement_bind_text (links, 3, patient->name_key);
  while (neg_statement_step (links, &has_row, error)) {
    NegPatient *one;

    if (!has_row)
      return g_steal_pointer (&patients);
    one = g_new0 (NegPatient, 1);
    one->issuer = g_strdup (neg_statement_get_text (links, 0));
    one->id = g_strdup (neg_statement_get_text (links, 1));
    one->name_key = g_strdup (neg_statement_get_text (links, 2));
    g_ptr_array_add (patients, one);
  }
  return NULL;
}

static gboolean
add_sources (NegDatabase *database, const NegPatient *patient, guint depth, GPtrArray *ids, GError **error)
{
  g_autoptr (GPtrArray) sources = NULL;

  add_id (ids, patient->issuer, patient->id);
  if (depth == MAX_STEPS)
    return TRUE;
  sources = list_sources (database, patient, error);
  if (sources == NULL)
    return FALSE;
  for (guint i = 0; i < sources->len; i++)
    if (!add_sources (database, g_ptr_array_index (sources, i), depth + 1, ids, error))
      return FALSE;
  return TRUE;
}

GPtrArray *
neg_patients_list_ids (NegDatabase *database, const char *issuer, const char *patient_id, const char *name_key,
                       GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_said_id_free);
  g_auto (NegPatient) now = { 0 };

  if (!_neg_patient_resolve (database, issuer, patient_id, name_key, &now, error)
      || !add_sources (database, &now, 0, ids, error))
    return NULL;
  return g_steal_pointer (&ids);
}

/* --- links --- */

void
neg_patient_link_free (NegPatientLink *link)
{
  g_free (link->from_issuer);
  g_free (link->from_id);
  g_free (link->from_name);
  g_free (link->to_issuer);
  g_free (link->to_id);
  g_free (link->to_name);
  g_free (link->user);
  g_free (link);
}

static NegPatientLink *
read_link (NegStatement *links)
{
  NegPatientLink *link = g_new0 (NegPatientLink, 1);

  link->id = neg_statement_get_int (links, 0);
  link->from_issuer = g_strdup (neg_statement_get_text (links, 1));
  link->from_id = g_strdup (neg_statement_get_text (links, 2));
  link->from_name = g_strdup (neg_statement_get_text (links, 3));
  link->to_issuer = g_strdup (neg_statement_get_text (links, 4));
  link->to_id = g_strdup (neg_statement_get_text (links, 5));
  link->to_name = g_strdup (neg_statement_get_text (links, 6));
  link->user = g_strdup (neg_statement_get_text (links, 7));
  link->made_us = neg_statement_get_int (links, 8);
  return link;
}

GPtrArray *
neg_patients_list_links (NegDatabase *database, guint limit, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_patient_link_free);
  NegStatement *links = neg_database_prepare (database,
                                              "SELECT id, from_issuer, from_id, from_name, to_issuer, to_id, to_name, "
                                              "user, made_us FROM patient_link WHERE " HOLDS " ORDER BY id DESC LIMIT ?1",
                                              error);
  gboolean has_row;

  if (links == NULL)
    return NULL;
  neg_statement_bind_int (links, 1, limit);
  while (neg_statement_step (links, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&list);
    g_ptr_array_add (list, read_link (links));
  }
  return NULL;
}
