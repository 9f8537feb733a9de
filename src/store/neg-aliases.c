#include "config.h"

#include "store/neg-aliases.h"

#include "store/neg-patients-private.h"

/* As many as the list of priors has. */
#define STUDIES                                                                                                        \
  "SELECT s.study_uid, s.issuer, s.patient_id, s.name_key, e.issuer, e.patient_id, e.name_key FROM entry own"          \
  " JOIN entry e ON e.patient_id <> '' AND e.patient_id = own.patient_id AND e.issuer = own.issuer"                    \
  " AND e.name_key = own.name_key JOIN study s ON s.id = e.study_rowid WHERE own.id = ?1"                              \
  " ORDER BY e.id <> own.id, e.time_us DESC, e.id DESC LIMIT 200"

static NegAlias *
read_alias (NegStatement *row)
{
  const NegAlias alias = { .study_uid = (char *) neg_statement_get_text (row, 0),
                           .issuer = (char *) neg_statement_get_text (row, 1),
                           .id = (char *) neg_statement_get_text (row, 2),
                           .name_key = (char *) neg_statement_get_text (row, 3),
                           .now_issuer = (char *) neg_statement_get_text (row, 4),
                           .now_id = (char *) neg_statement_get_text (row, 5),
                           .now_name_key = (char *) neg_statement_get_text (row, 6) };

  return neg_alias_copy (&alias);
}

static GPtrArray *
list_studies (NegDatabase *database, gint64 entry_id, GError **error)
{
  g_autoptr (GPtrArray) aliases = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_alias_free);
  NegStatement *rows = neg_database_prepare (database, STUDIES, error);
  gboolean has_row;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, entry_id);
  while (neg_statement_step (rows, &has_row, error)) {
    if (!has_row)
      return g_steal_pointer (&aliases);
    g_ptr_array_add (aliases, read_alias (rows));
  }
  return NULL;
}

/* The list is put right after a link came or went, maybe not yet; the links themselves say what holds. */
static gboolean
holds (NegDatabase *database, const NegAlias *alias, gboolean *does, GError **error)
{
  const NegPatient now = { .issuer = alias->now_issuer, .id = alias->now_id, .name_key = alias->now_name_key };

  return _neg_patient_is_now (database, alias->issuer, alias->id, alias->name_key, &now, does, error);
}

GPtrArray *
neg_aliases_list (NegDatabase *database, const NegEntry *entry, GError **error)
{
  g_autoptr (GPtrArray) aliases = list_studies (database, entry->id, error);
  gboolean is_needed = FALSE;

  for (guint i = aliases != NULL ? aliases->len : 0; i > 0; i--) {
    const NegAlias *alias = g_ptr_array_index (aliases, i - 1);
    const gboolean is_other = neg_alias_has_other_id (alias) || neg_alias_has_other_name (alias);
    gboolean does = TRUE;

    if (is_other && !holds (database, alias, &does, error))
      return NULL;
    if (!does)
      g_ptr_array_remove_index (aliases, i - 1);
    else
      is_needed = is_needed || is_other;
  }
  if (aliases != NULL && !is_needed)
    g_ptr_array_set_size (aliases, 0);
  return g_steal_pointer (&aliases);
}
