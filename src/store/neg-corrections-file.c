/* archive.corrections: which files are versions of which. A line per object, "SEED<tab>OLD<tab>NEW" with the names of the files
 * ("-": put aside, or no file of ours), and one that says whether the correction of that seed holds, "SEED<tab>applied" or
 * "SEED<tab>undone"; the last one counts, without one it does not. Names are hashes and seeds are random: nothing of a patient
 * stays in it when he is deleted. */
#include "config.h"

#include "store/neg-corrections-private.h"

#include <string.h>

#define CORRECTIONS_FILE "archive.corrections"
#define NONE "-"
#define APPLIED "applied"
#define UNDONE "undone"

static gboolean
append (NegArchive *archive, const GString *text, GError **error)
{
  gboolean done;

  g_mutex_lock (&archive->issuers_lock);
  done = _neg_archive_append_lines (archive, CORRECTIONS_FILE, text, error);
  g_mutex_unlock (&archive->issuers_lock);
  return done;
}

gboolean
_neg_corrections_note (NegArchive *archive, const char *seed, GPtrArray *old_names, NegCorrectionsNote note,
                       GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; old_names != NULL && i < old_names->len; i++)
    g_string_append_printf (text, "%s\t%s\t" NONE "\n", seed, (const char *) old_names->pdata[i]);
  g_string_append_printf (text, "%s\t%s\n", seed, note == NEG_CORRECTIONS_HOLD ? APPLIED : UNDONE);
  return append (archive, text, error);
}

/* --- sealing --- */

static gboolean
hash_all (NegIncoming *const *incomings, const guint64 *bytes, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!neg_incoming_hash (incomings[i], bytes[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
note_pairs (NegArchive *archive, const char *seed, const char *const *old_names, NegIncoming *const *incomings, guint n,
            GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s\t%s\t%s\n", seed, old_names[i] != NULL ? old_names[i] : NONE, incomings[i]->hash);
  return append (archive, text, error);
}

gboolean
neg_corrections_seal (NegArchive *archive, const char *seed, const char *const *old_names,
                      NegIncoming *const *incomings, const guint64 *bytes, guint n, GError **error)
{
  g_autofree NegSealing *sealings = g_new0 (NegSealing, n);
  gboolean done = TRUE;

  if (!hash_all (incomings, bytes, n, error) || !note_pairs (archive, seed, old_names, incomings, n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    sealings[i] = (NegSealing) { .incoming = incomings[i], .bytes = bytes[i] };
  neg_object_store_seal_many (archive->objects, sealings, n);
  for (guint i = 0; i < n; i++) {
    if (sealings[i].error == NULL)
      continue;
    if (done)
      g_propagate_error (error, sealings[i].error);
    else
      g_error_free (sealings[i].error);
    done = FALSE;
  }
  return done;
}

void
neg_corrections_release (NegArchive *archive, NegIncoming *incoming, const char *sop_instance_uid)
{
  g_autoptr (GPtrArray) leftovers = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_archive_leftover_free);

  if (incoming->name != NULL)
    g_ptr_array_add (leftovers, _neg_archive_leftover_new (incoming->object_class, incoming->name, sop_instance_uid));
  neg_incoming_free (incoming);
  _neg_archive_drop_files (archive, leftovers);
}

/* --- an index that is made anew --- */

typedef struct {
  GPtrArray *old_names, *new_names;
  gboolean holds;
} Noted;

static void
noted_free (gpointer data)
{
  Noted *noted = data;

  g_ptr_array_unref (noted->old_names);
  g_ptr_array_unref (noted->new_names);
  g_free (noted);
}

static Noted *
find_noted (GHashTable *corrections, const char *seed)
{
  Noted *noted = g_hash_table_lookup (corrections, seed);

  if (noted != NULL)
    return noted;
  noted = g_new0 (Noted, 1);
  noted->old_names = g_ptr_array_new_with_free_func (g_free);
  noted->new_names = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_insert (corrections, g_strdup (seed), noted);
  return noted;
}

static void
read_line (const char *line, gpointer user_data)
{
  GHashTable *corrections = user_data;
  g_auto (GStrv) parts = g_strsplit (line, "\t", -1);
  const guint n = g_strv_length (parts);

  if (n == 3 && *parts[0] != '\0') {
    Noted *noted = find_noted (corrections, parts[0]);

    g_ptr_array_add (noted->old_names, g_strdup (parts[1]));
    g_ptr_array_add (noted->new_names, g_strdup (parts[2]));
  } else if (n == 2 && *parts[0] != '\0' && (strcmp (parts[1], APPLIED) == 0 || strcmp (parts[1], UNDONE) == 0)) {
    find_noted (corrections, parts[0])->holds = strcmp (parts[1], APPLIED) == 0;
  }
}

/* Old name to new name of those that hold; borrowed. */
static GHashTable *
list_newer (GHashTable *corrections)
{
  GHashTable *newer = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, corrections);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Noted *noted = value;

    for (guint i = 0; noted->holds && i < noted->old_names->len; i++)
      g_hash_table_insert (newer, noted->old_names->pdata[i], noted->new_names->pdata[i]);
  }
  return newer;
}

/* A newer version of it is there, or it was put aside: then nobody shows it. */
static gboolean
is_replaced (GHashTable *newer, GHashTable *found, const char *name)
{
  const char *next = g_hash_table_lookup (newer, name);

  for (guint n = g_hash_table_size (newer); next != NULL && n > 0; n--) {
    if (strcmp (next, NONE) == 0 || g_hash_table_contains (found, next))
      return TRUE;
    next = g_hash_table_lookup (newer, next);
  }
  return FALSE;
}

static void
hide_made (const Noted *noted, GHashTable *hidden)
{
  for (guint i = 0; i < noted->new_names->len; i++)
    g_hash_table_add (hidden, g_strdup (noted->new_names->pdata[i]));
}

static void
hide_all (GHashTable *corrections, GHashTable *found, GHashTable *hidden, GPtrArray *lost)
{
  g_autoptr (GHashTable) newer = list_newer (corrections);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, corrections);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!((const Noted *) value)->holds)
      hide_made (value, hidden);
  g_hash_table_iter_init (&iter, newer);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    if (!g_hash_table_contains (found, key))
      continue;
    if (is_replaced (newer, found, key))
      g_hash_table_add (hidden, g_strdup (key));
    else
      g_ptr_array_add (lost, g_strdup (key));
  }
}

GHashTable *
neg_corrections_list_hidden (const char *data_folder, GHashTable *found, GPtrArray *lost, GError **error)
{
  g_autoptr (GHashTable) corrections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, noted_free);
  g_autoptr (GHashTable) hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!_neg_archive_read_lines (data_folder, CORRECTIONS_FILE, read_line, corrections, error))
    return NULL;
  hide_all (corrections, found, hidden, lost);
  return g_steal_pointer (&hidden);
}
