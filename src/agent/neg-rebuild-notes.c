/* What rejection notes say is in the notes themselves: an index that is made anew learns from them what is rejected. */
#include "config.h"

#include "agent/neg-import-private.h"

#include <string.h>

#include "agent/neg-agent-note.h"
#include "base/neg-error.h"
#include "store/neg-rejections.h"

#define KEY_SELECTION "1.2.840.10008.5.1.4.1.1.88.59"
#define NOTES_AT_ONCE 32
#define TAG_CONTENT 0x0040A730u
#define TAG_REFERENCED_SOP 0x00081199u
#define TAG_REFERENCED_INSTANCE 0x00081155u
#define TAG_REFERENCED_FRAME 0x00081160u
#define TAG_TEXT 0x0040A160u

typedef struct {
  char *sop_instance_uid, *path;
  gint64 study_id, received_us;
  NegTags *tags; /* NULL: not read */
} Note;

static void
note_free (gpointer data)
{
  Note *note = data;

  g_free (note->sop_instance_uid);
  g_free (note->path);
  neg_tags_free (note->tags);
  g_free (note);
}

/* --- which there are --- */

static GPtrArray *
list_notes (NegAgent *agent, NegDatabase *reader, GError **error)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (note_free);
  NegStatement *rows = neg_database_prepare (
      reader,
      "SELECT i.sop_instance_uid, i.object_class, i.name, i.path, s.study_id, i.received_us FROM instance i"
      " CROSS JOIN series s ON s.id = i.series_id WHERE i.sop_class_uid = '" KEY_SELECTION "' AND i.superseded_by IS NULL"
      " AND NOT EXISTS (SELECT 1 FROM rejection r WHERE r.note_sop_uid = i.sop_instance_uid) ORDER BY i.id",
      error);
  gboolean has_row = rows != NULL;

  if (rows == NULL)
    return NULL;
  while (has_row) {
    Note *note;

    if (!neg_statement_step (rows, &has_row, error))
      return NULL;
    if (!has_row)
      break;
    note = g_new0 (Note, 1);
    note->sop_instance_uid = g_strdup (neg_statement_get_text (rows, 0));
    note->path = neg_statement_get_text (rows, 3) != NULL
                     ? g_strdup (neg_statement_get_text (rows, 3))
                     : neg_object_store_dup_path (neg_archive_get_objects (neg_agent_get_archive (agent)),
                                                  (NegObjectClass) neg_statement_get_int (rows, 1), neg_statement_get_text (rows, 2));
    note->study_id = neg_statement_get_int (rows, 4);
    note->received_us = neg_statement_get_int (rows, 5);
    g_ptr_array_add (notes, note);
  }
  return g_steal_pointer (&notes);
}

/* --- reading them --- */

typedef struct {
  GPtrArray *notes;
  guint first;
  GMutex lock;
  GCond cond;
  gboolean is_done;
} Reading;

static void
item_cb (guint index, NegTags **tags, const GError *error, gpointer user_data)
{
  const Reading *reading = user_data;

  if (error == NULL)
    ((Note *) reading->notes->pdata[reading->first + index])->tags = g_steal_pointer (tags);
}

static void
done_cb (gpointer user_data)
{
  Reading *reading = user_data;

  g_mutex_lock (&reading->lock);
  reading->is_done = TRUE;
  g_cond_signal (&reading->cond);
  g_mutex_unlock (&reading->lock);
}

static void
read_some (NegAgent *agent, GPtrArray *notes, guint first, guint end)
{
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegRequest) request = NULL;
  Reading reading = { .notes = notes, .first = first };

  for (guint i = first; i < end; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (((const Note *) notes->pdata[i])->path));
  g_mutex_init (&reading.lock);
  g_cond_init (&reading.cond);
  request = neg_engine_pool_tags (neg_agent_get_pool (agent), (NegBlob *const *) blobs->pdata, blobs->len, NEG_PRIORITY_BACKGROUND,
                                  item_cb, done_cb, &reading);
  g_mutex_lock (&reading.lock);
  while (!reading.is_done)
    g_cond_wait (&reading.cond, &reading.lock);
  g_mutex_unlock (&reading.lock);
  g_mutex_clear (&reading.lock);
  g_cond_clear (&reading.cond);
}

/* --- what they say --- */

/* Whole images: of one that has frames named the others are still to be seen. */
static GPtrArray *
list_named (const NegTags *tags)
{
  GPtrArray *uids = g_ptr_array_new ();
  gboolean is_content = FALSE, is_reference = FALSE;

  for (guint i = 0; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);

    if (tag->depth == 0)
      is_content = tag->tag == TAG_CONTENT;
    if (tag->kind == NEG_TAG_KIND_SEQUENCE)
      is_reference = tag->tag == TAG_REFERENCED_SOP;
    if (!is_content || !is_reference || tag->value == NULL)
      continue;
    if (tag->tag == TAG_REFERENCED_INSTANCE && *tag->value != '\0')
      g_ptr_array_add (uids, tag->value);
    else if (tag->tag == TAG_REFERENCED_FRAME && uids->len > 0)
      g_ptr_array_remove_index (uids, uids->len - 1);
  }
  g_ptr_array_add (uids, NULL);
  return uids;
}

static const char *
find_text (const NegTags *tags)
{
  gboolean is_content = FALSE;

  for (guint i = 0; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);

    if (tag->depth == 0)
      is_content = tag->tag == TAG_CONTENT;
    else if (is_content && tag->tag == TAG_TEXT && tag->value != NULL)
      return tag->value;
  }
  return "";
}

typedef struct {
  NegRejection rejection;
  const char *const *uids;
  GTimeZone *zone;
} Restored;

static gboolean
restore_cb (NegDatabase *database, gpointer data, GError **error)
{
  Restored *restored = data;

  return neg_rejections_restore (database, &restored->rejection, restored->uids, restored->zone, error);
}

/* "reason: words", as it was written. Who and whether it was to be made again is in no note. */
static gboolean
restore (NegAgent *agent, const Note *note, const char *code, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GPtrArray) uids = list_named (note->tags);
  const char *text = find_text (note->tags);
  g_auto (GStrv) parts = g_strsplit (text, ": ", 2);
  const gboolean has_both = parts[0] != NULL && parts[1] != NULL;
  const gboolean is_reason = strcmp (code, "113001") == 0; /* the only one that sites have reasons for */
  Restored restored = {
    .rejection = { .study_id = note->study_id, .note_sop_uid = note->sop_instance_uid, .code = (char *) code,
                   .reason = (char *) (has_both ? parts[0] : is_reason ? text : ""),
                   .words = (char *) (has_both ? parts[1] : is_reason ? "" : text),
                   .user = (char *) "", .made_us = note->received_us },
    .uids = (const char *const *) uids->pdata,
    .zone = neg_site_get_timezone (site),
  };

  return uids->len <= 1 || neg_archive_write (neg_agent_get_archive (agent), restore_cb, &restored, error);
}

static const char *
find_code (const NegTags *tags)
{
  const char *scheme = neg_tags_get (tags, "ConceptNameCodeSequence[0].CodingSchemeDesignator");
  const char *code = neg_tags_get (tags, "ConceptNameCodeSequence[0].CodeValue");

  return g_strcmp0 (scheme, "DCM") == 0 && code != NULL && neg_agent_note_is_code (code) ? code : NULL;
}

gboolean
_neg_rebuild_rejections (NegAgent *agent, GPtrArray *unread, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GPtrArray) notes = reader != NULL ? list_notes (agent, reader, error) : NULL;

  for (guint first = 0; notes != NULL && first < notes->len; first += NOTES_AT_ONCE) {
    const guint end = MIN (first + NOTES_AT_ONCE, notes->len);

    if (g_cancellable_is_cancelled (cancellable))
      return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
    read_some (agent, notes, first, end);
    for (guint i = first; i < end; i++) {
      Note *note = notes->pdata[i];
      const char *code = note->tags != NULL ? find_code (note->tags) : NULL;

      if (note->tags == NULL)
        g_ptr_array_add (unread, g_strdup (note->sop_instance_uid));
      if (code != NULL && !restore (agent, note, code, error))
        return FALSE;
      g_clear_pointer (&note->tags, neg_tags_free);
    }
  }
  return notes != NULL;
}
