/* Images that are to be seen no more: the note that says so and the row that counts it come into being together, and go together. */
#include "config.h"

#include "agent/neg-agent-deliveries.h"
#include "agent/neg-agent-desk.h"
#include "agent/neg-agent-note.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "store/neg-rejections.h"

#define REASON_BYTES_MAX 64
#define WORDS_BYTES_MAX 500 /* of a text that may have 1,024 characters (PS3.5 6.2, ST) */

typedef struct {
  gint64 study_id;
  char **objects;
  const char *code, *reason, *words;
  gboolean repeat;
  char *study_uid;
  GPtrArray *files;    /* NegArchiveFile of the study */
  GPtrArray *rejected; /* those of them that are meant; borrowed */
} Asked;

static void
asked_clear (Asked *asked)
{
  g_strfreev (asked->objects);
  g_free (asked->study_uid);
  g_clear_pointer (&asked->files, g_ptr_array_unref);
  g_clear_pointer (&asked->rejected, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asked, asked_clear)

static gboolean
check_asked (const Asked *asked, GError **error)
{
  if (!neg_agent_note_is_code (asked->code))
    return neg_fail (error, NEG_ERROR_USAGE, "code", "the code is 113001, 113037, 113038 or 113039");
  if (strlen (asked->reason) > REASON_BYTES_MAX || strlen (asked->words) > WORDS_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_USAGE, "words", "this is too long: %d characters at most", WORDS_BYTES_MAX);
  if (*asked->reason == '\0' && *asked->words == '\0')
    return neg_fail (error, NEG_ERROR_USAGE, "reason", "why is to be said");
  return asked->objects[0] != NULL || neg_fail (error, NEG_ERROR_USAGE, "objects", "no image is named");
}

static gboolean
find_study_uid (NegDatabase *database, Asked *asked, GError **error)
{
  NegStatement *row = neg_database_prepare (database, "SELECT study_uid FROM study WHERE id = ?1", error);
  gboolean has_row;

  if (row == NULL)
    return FALSE;
  neg_statement_bind_int (row, 1, asked->study_id);
  if (!neg_statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "there is no such study");
  asked->study_uid = g_strdup (neg_statement_get_text (row, 0));
  neg_statement_reset (row);
  return TRUE;
}

/* Those that are rejected already are no news. */
static gboolean
choose (Asked *asked, GHashTable *named, GError **error)
{
  g_autoptr (GHashTable) by_uid = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < asked->files->len; i++)
    g_hash_table_insert (by_uid, ((NegArchiveFile *) asked->files->pdata[i])->sop_instance_uid, asked->files->pdata[i]);
  asked->rejected = g_ptr_array_new ();
  for (guint i = 0; asked->objects[i] != NULL; i++) {
    NegArchiveFile *file = g_hash_table_lookup (by_uid, asked->objects[i]);

    if (file == NULL && !g_hash_table_contains (named, asked->objects[i]))
      return neg_fail (error, NEG_ERROR_NOT_FOUND, asked->objects[i], "this study has no such object");
    if (file != NULL && g_hash_table_add (named, g_strdup (asked->objects[i])))
      g_ptr_array_add (asked->rejected, file);
  }
  return asked->rejected->len > 0 || neg_fail (error, NEG_ERROR_CONFLICT, "objects", "all of it is rejected already");
}

static gboolean
look_up (NegAgent *agent, Asked *asked, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GHashTable) named = NULL;

  if (reader == NULL || !find_study_uid (reader, asked, error))
    return FALSE;
  asked->files = neg_archive_list_files (reader, neg_agent_get_data_folder (agent), neg_agent_get_cache_folder (agent),
                                         asked->study_uid, asked->study_id, NULL, error);
  named = asked->files != NULL ? neg_rejections_list_named (reader, asked->study_id, error) : NULL;
  return named != NULL && choose (asked, named, error);
}

/* --- making --- */

static gboolean
get_with_rejected (const NegSite *site)
{
  g_autofree char *value = neg_site_dup_value (site, "quality", "send-rejected", NULL);

  return g_strcmp0 (value, "true") == 0;
}

static gboolean
make (NegAgent *agent, const Asked *asked, const NegAgentNote *note, gint64 *id, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autofree const char **uids = g_new0 (const char *, asked->rejected->len + 1);
  g_auto (GStrv) takers = neg_agent_note_list_takers (site);
  const NegRejectionNote made
      = { note->incoming, note->record, note->bytes, get_with_rejected (site), (const char *const *) takers };
  NegRejection rejection = { .study_id = asked->study_id, .note_sop_uid = note->record->text[NEG_RECORD_SOP_INSTANCE_UID],
                             .code = (char *) asked->code, .reason = (char *) asked->reason, .words = (char *) asked->words,
                             .user = (char *) _neg_agent_get_user (agent), .repeat = asked->repeat,
                             .made_us = g_get_real_time () };

  for (guint i = 0; i < asked->rejected->len; i++)
    uids[i] = ((const NegArchiveFile *) asked->rejected->pdata[i])->sop_instance_uid;
  neg_fault_point ("rejection-written");
  if (!neg_rejections_make (neg_agent_get_archive (agent), &made, &rejection, uids, neg_site_get_timezone (site), error))
    return FALSE;
  neg_fault_point ("rejection-made");
  *id = rejection.id;
  return TRUE;
}

static void
tell (NegAgent *agent, const char *study_uid)
{
  neg_agent_announce (agent, study_uid);
  neg_agent_desk_kick (_neg_agent_get_desk (agent));
}

/* The rejection holds, whatever becomes of this: a note that has no job now gets it at the next start. */
static void
send_note (NegAgent *agent)
{
  g_autoptr (GError) failure = NULL;

  if (!neg_agent_deliveries_recover (agent, &failure))
    g_warning ("a rejection note waits for the next start: %s", failure->message);
}

static GVariant *
reject (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_auto (Asked) asked = { 0 };
  g_auto (NegAgentNote) note = { 0 };
  NegAgentNoteRequest request;
  gint64 id;

  g_variant_get (parameters, "(x^as&s&s&sb)", &asked.study_id, &asked.objects, &asked.code, &asked.reason, &asked.words,
                 &asked.repeat);
  if (!check_asked (&asked, error) || !look_up (agent, &asked, error))
    return NULL;
  request = (NegAgentNoteRequest) { asked.code, asked.reason, asked.words, asked.study_uid,
                                    ((const NegArchiveFile *) asked.rejected->pdata[0])->path, asked.rejected };
  if (!neg_agent_note_write (agent, &request, cancellable, &note, error) || !make (agent, &asked, &note, &id, error))
    return NULL;
  send_note (agent);
  tell (agent, asked.study_uid);
  return g_variant_new ("(x)", id);
}

static GVariant *
undo_reject (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  gint64 id;

  g_variant_get (parameters, "(x)", &id);
  if (!neg_rejections_take_back (neg_agent_get_archive (agent), id, _neg_agent_get_user (agent), error))
    return NULL;
  tell (agent, NULL);
  return g_variant_new ("()");
}

const NegAgentMethod _neg_agent_reject_methods[] = {
  { "Reject", reject, FALSE },
  { "UndoReject", undo_reject, FALSE },
  { NULL, NULL, FALSE },
};
