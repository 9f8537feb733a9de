/* Who reads what: claims and states. */
#include "config.h"

#include "store/neg-entries-private.h"

#include "base/neg-error.h"

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

static void
set_claim (NegEntry *entry, const char *user, const char *workstation)
{
  set_text (&entry->claimed_by, user);
  set_text (&entry->claimed_at, workstation);
  entry->claimed_us = *user != '\0' ? g_get_real_time () : 0;
}

static gboolean
is_of_another (const NegEntry *entry, const char *user)
{
  return *entry->claimed_by != '\0' && g_strcmp0 (entry->claimed_by, user) != 0;
}

static gboolean
fail_claimed (const NegEntry *entry, GError **error)
{
  g_autoptr (GDateTime) since = g_date_time_new_from_unix_local (entry->claimed_us / G_USEC_PER_SEC);
  g_autofree char *when = since != NULL ? g_date_time_format (since, "%H:%M") : g_strdup ("");

  return neg_fail (error, NEG_ERROR_CONFLICT, entry->claimed_by, "%s has been reading this study at %s since %s",
                   entry->claimed_by, entry->claimed_at, when);
}

gboolean
neg_entries_claim (NegDatabase *database, gint64 id, const char *user, const char *workstation, gboolean by_force,
                   GError **error)
{
  g_autoptr (NegEntryRow) old = _neg_entry_row_find (database, id, error);
  g_autoptr (NegEntryRow) row = NULL;

  if (old == NULL)
    return FALSE;
  if (is_of_another (old->entry, user) && !by_force)
    return fail_claimed (old->entry, error);
  row = _neg_entry_row_copy (old);
  set_claim (row->entry, user, workstation);
  if (row->entry->status == NEG_STATUS_ARRIVED)
    row->entry->status = NEG_STATUS_BEING_READ;
  return _neg_entry_row_store (database, old, row, error);
}

gboolean
neg_entries_release (NegDatabase *database, gint64 id, const char *user, GError **error)
{
  g_autoptr (NegEntryRow) old = _neg_entry_row_find (database, id, error);
  g_autoptr (NegEntryRow) row = NULL;

  if (old == NULL)
    return FALSE;
  if (is_of_another (old->entry, user))
    return fail_claimed (old->entry, error);
  row = _neg_entry_row_copy (old);
  set_claim (row->entry, "", "");
  if (row->entry->status == NEG_STATUS_BEING_READ)
    row->entry->status = NEG_STATUS_ARRIVED;
  return _neg_entry_row_store (database, old, row, error);
}

gboolean
neg_entries_set_status (NegDatabase *database, gint64 id, NegEntryStatus status, const char *user, GError **error)
{
  g_autoptr (NegEntryRow) old = _neg_entry_row_find (database, id, error);
  g_autoptr (NegEntryRow) row = NULL;

  if (old == NULL)
    return FALSE;
  if (status >= NEG_STATUS_N)
    return neg_fail (error, NEG_ERROR_USAGE, "status", "There is no such status");
  if (is_of_another (old->entry, user))
    return fail_claimed (old->entry, error);
  row = _neg_entry_row_copy (old);
  row->entry->status = status;
  if (status != NEG_STATUS_BEING_READ) /* nobody is reading it any more, or yet */
    set_claim (row->entry, "", "");
  else if (*row->entry->claimed_by == '\0')
    set_claim (row->entry, user, g_get_host_name ());
  return _neg_entry_row_store (database, old, row, error);
}
