/* A rejected image that a correction has put into another study, without its note: there it is named by a note of its own. */
#include "config.h"

#include "agent/neg-agent-corrections-private.h"
#include "agent/neg-agent-note.h"
#include "base/neg-error.h"
#include "store/neg-rejections.h"

/* Of one rejection, what is in one other study now. */
typedef struct {
  NegRejection *rejection; /* as it was, study_id: the other one */
  char *study_uid;
  GPtrArray *uids;         /* char * */
} Moved;

static void
moved_free (gpointer data)
{
  Moved *moved = data;

  neg_rejection_free (moved->rejection);
  g_free (moved->study_uid);
  g_ptr_array_unref (moved->uids);
  g_free (moved);
}

#define LIST_MOVED                                                                                                     \
  "SELECT r.id, ts.study_id, t.study_uid, b.sop_instance_uid, r.code, r.reason, r.words, r.user, r.repeat"             \
  " FROM correction_object c CROSS JOIN instance a ON a.id = c.old_id CROSS JOIN series fs ON fs.id = a.series_id"     \
  " CROSS JOIN instance b ON b.id = c.new_id CROSS JOIN series ts ON ts.id = b.series_id CROSS JOIN study t ON t.id = ts.study_id" \
  " CROSS JOIN rejection r ON r.study_id = fs.study_id AND r.undone_us = 0"                                            \
  " CROSS JOIN rejection_object o ON o.rejection_id = r.id AND o.sop_instance_uid IN (c.old_sop_uid, c.new_sop_uid)"   \
  " WHERE c.correction_id = ?1 AND b.superseded_by IS NULL AND ts.study_id <> fs.study_id"                             \
  " AND NOT EXISTS (SELECT 1 FROM rejection n JOIN rejection_object m ON m.rejection_id = n.id WHERE n.study_id = ts.study_id" \
  "   AND n.undone_us = 0 AND m.sop_instance_uid = b.sop_instance_uid)"                                                \
  " ORDER BY r.id, ts.study_id, b.id"

static Moved *
enter (GPtrArray *all, NegStatement *row)
{
  const gint64 id = neg_statement_get_int (row, 0), study_id = neg_statement_get_int (row, 1);
  Moved *moved = all->len > 0 ? all->pdata[all->len - 1] : NULL;

  if (moved != NULL && moved->rejection->id == id && moved->rejection->study_id == study_id)
    return moved;
  moved = g_new0 (Moved, 1);
  moved->rejection = g_new0 (NegRejection, 1);
  moved->rejection->id = id;
  moved->rejection->study_id = study_id;
  moved->study_uid = g_strdup (neg_statement_get_text (row, 2));
  moved->rejection->code = g_strdup (neg_statement_get_text (row, 4));
  moved->rejection->reason = g_strdup (neg_statement_get_text (row, 5));
  moved->rejection->words = g_strdup (neg_statement_get_text (row, 6));
  moved->rejection->user = g_strdup (neg_statement_get_text (row, 7));
  moved->rejection->repeat = neg_statement_get_int (row, 8) != 0;
  moved->uids = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (all, moved);
  return moved;
}

static GPtrArray *
list_moved (NegDatabase *reader, gint64 correction, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (moved_free);
  NegStatement *rows = neg_database_prepare (reader, LIST_MOVED, error);
  gboolean has_row = rows != NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_int (rows, 1, correction);
  while (has_row) {
    if (!neg_statement_step (rows, &has_row, error))
      return NULL;
    if (has_row)
      g_ptr_array_add (enter (all, rows)->uids, g_strdup (neg_statement_get_text (rows, 3)));
  }
  return g_steal_pointer (&all);
}

static GPtrArray *
list_files (NegAgent *agent, NegDatabase *reader, const Moved *moved, GError **error)
{
  GPtrArray *files = neg_archive_list_files (reader, neg_agent_get_data_folder (agent), neg_agent_get_cache_folder (agent),
                                             moved->study_uid, moved->rejection->study_id, NULL, error);

  for (guint i = files != NULL ? files->len : 0; i > 0; i--)
    if (!g_ptr_array_find_with_equal_func (moved->uids, ((const NegArchiveFile *) files->pdata[i - 1])->sop_instance_uid,
                                           g_str_equal, NULL))
      g_ptr_array_remove_index (files, i - 1);
  return files;
}

static gboolean
reject (NegAgent *agent, NegDatabase *reader, Moved *moved, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GPtrArray) files = list_files (agent, reader, moved, error);
  g_autofree const char **uids = NULL;
  g_auto (NegAgentNote) note = { 0 };
  NegRejection made = *moved->rejection;
  NegAgentNoteRequest request = { made.code, made.reason, made.words, moved->study_uid, NULL, files };
  NegRejectionNote written = { 0 };

  if (files == NULL || files->len == 0)
    return files != NULL;
  uids = g_new0 (const char *, files->len + 1);
  for (guint i = 0; i < files->len; i++)
    uids[i] = ((const NegArchiveFile *) files->pdata[i])->sop_instance_uid;
  request.source_path = ((const NegArchiveFile *) files->pdata[0])->path;
  if (!neg_agent_note_write (agent, &request, NULL, &note, error))
    return FALSE;
  written = (NegRejectionNote) { .incoming = note.incoming, .record = note.record, .bytes = note.bytes };
  made.note_sop_uid = note.record->text[NEG_RECORD_SOP_INSTANCE_UID];
  made.made_us = g_get_real_time ();
  return neg_rejections_make (neg_agent_get_archive (agent), &written, &made, uids, neg_site_get_timezone (site), error);
}

gboolean
_neg_rejections_move (NegAgent *agent, gint64 correction, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GPtrArray) all = reader != NULL ? list_moved (reader, correction, error) : NULL;

  for (guint i = 0; all != NULL && i < all->len; i++)
    if (!reject (agent, reader, all->pdata[i], error))
      return FALSE;
  return all != NULL;
}
