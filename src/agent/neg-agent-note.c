#include "config.h"

#include "agent/neg-agent-note.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "agent/neg-agent-private.h"
#include "base/neg-error.h"
#include "base/neg-uid.h"
#include "wire/neg-compose.h"
#include "wire/neg-index-batch.h"

#define SERIES_NUMBER 9000 /* behind what scanners number */

/* PS3.16 CID 7010 */
static const char *const titles[][2] = {
  { "113001", "Rejected for Quality Reasons" },
  { "113037", "Rejected for Patient Safety Reasons" },
  { "113038", "Incorrect Modality Worklist Entry" },
  { "113039", "Data Retention Policy Expired" },
};

/* What sites call it, and the quality reason of PS3.16 CID 7011. What has no code stands in the description. */
static const struct {
  const char *word, *code, *meaning;
} quality_reasons[] = {
  { "artifact", "111207", "Image artifact(s)" },
  { "artefact", "111207", "Image artifact(s)" },
  { "grid", "111208", "Grid artifact(s)" },
  { "positioning", "111209", "Positioning" },
  { "motion", "111210", "Motion blur" },
  { "underexposed", "111211", "Under exposed" },
  { "overexposed", "111212", "Over exposed" },
  { "no image", "111213", "No image" },
  { "detector", "111214", "Detector artifact(s)" },
  { "mechanical", "111216", "Mechanical failure" },
  { "electrical", "111217", "Electrical failure" },
  { "software", "111218", "Software failure" },
  { "processing", "111219", "Inappropriate image processing" },
  { "equipment", "111220", "Other failure" },
  { "double exposure", "113026", "Double exposure" },
};

static const char *
find_title (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (strcmp (titles[i][0], code) == 0)
      return titles[i][1];
  return NULL;
}

gboolean
neg_agent_note_is_code (const char *code)
{
  return find_title (code) != NULL;
}

char **
neg_agent_note_list_takers (const NegSite *site)
{
  GPtrArray *peers = neg_site_get_peers (site);
  g_autoptr (GStrvBuilder) takers = g_strv_builder_new ();

  for (guint i = 0; i < peers->len; i++)
    if ((((const NegPeer *) peers->pdata[i])->use & NEG_PEER_STORE) != 0)
      g_strv_builder_add (takers, ((const NegPeer *) peers->pdata[i])->name);
  return g_strv_builder_end (takers);
}

void
neg_agent_note_clear (NegAgentNote *note)
{
  g_clear_pointer (&note->incoming, neg_incoming_free);
  g_clear_pointer (&note->record, neg_object_record_free);
}

/* --- what it says --- */

/* Only a rejection for quality has a modifier (TID 2010 row 2). */
static void
set_modifier (NegKeySelection *selection, const NegAgentNoteRequest *request)
{
  for (guint i = 0; i < G_N_ELEMENTS (quality_reasons); i++)
    if (strcmp (request->code, titles[0][0]) == 0 && g_ascii_strcasecmp (quality_reasons[i].word, request->reason) == 0) {
      selection->modifier_value = g_strdup (quality_reasons[i].code);
      selection->modifier_meaning = g_strdup (quality_reasons[i].meaning);
      return;
    }
}

static NegKeySelection *
describe_selection (const NegAgentNoteRequest *request)
{
  NegKeySelection *selection = neg_key_selection_new ();
  const char *between = *request->reason != '\0' && *request->words != '\0' ? ": " : "";

  selection->title_scheme = g_strdup ("DCM");
  selection->title_value = g_strdup (request->code);
  selection->title_meaning = g_strdup (find_title (request->code));
  set_modifier (selection, request);
  if (*request->reason != '\0' || *request->words != '\0')
    selection->description = g_strconcat (request->reason, between, request->words, NULL);
  selection->references.n = request->objects->len;
  selection->references.items = g_new0 (NegImageReference, request->objects->len);
  for (guint i = 0; i < request->objects->len; i++) {
    const NegArchiveFile *object = request->objects->pdata[i];

    selection->references.items[i] = (NegImageReference) { .study_uid = g_strdup (request->study_uid),
                                                           .series_uid = g_strdup (object->series_uid),
                                                           .sop_class_uid = g_strdup (object->sop_class_uid),
                                                           .sop_instance_uid = g_strdup (object->sop_instance_uid) };
  }
  return selection;
}

static NegCompose *
describe (NegAgent *agent, const NegAgentNoteRequest *request)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GDateTime) now = g_date_time_new_now (neg_site_get_timezone (site));
  NegCompose *compose = neg_compose_new (NEG_COMPOSE_KEY_SELECTION);

  compose->sop_instance_uid = neg_uid_new ();
  compose->series_uid = neg_uid_new ();
  compose->series_number = SERIES_NUMBER;
  compose->instance_number = 1;
  compose->series_description = g_strdup (find_title (request->code));
  compose->date = g_date_time_format (now, "%Y%m%d");
  compose->time = g_date_time_format (now, "%H%M%S");
  compose->timezone = g_date_time_format (now, "%z");
  compose->creator = g_strconcat (_neg_agent_get_user (agent), "^", NULL); /* a name of one part (PS3.5 6.2.1) */
  compose->device_version = g_strdup (NEG_VERSION);
  compose->key_selection = describe_selection (request);
  return compose;
}

/* --- the engine's work, waited for --- */

typedef struct {
  GMutex lock;
  GCond cond;
  gboolean is_done;
  GBytes *object;
  GError *error;
} Composing;

static void
item_cb (guint index, GBytes *object, const GError *error, gpointer user_data)
{
  Composing *composing = user_data;

  if (object != NULL)
    composing->object = g_bytes_ref (object);
  else
    composing->error = g_error_copy (error);
}

static void
done_cb (gpointer user_data)
{
  Composing *composing = user_data;

  g_mutex_lock (&composing->lock);
  composing->is_done = TRUE;
  g_cond_signal (&composing->cond);
  g_mutex_unlock (&composing->lock);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer request)
{
  neg_request_cancel (request);
}

static GBytes *
compose_bytes (NegEnginePool *pool, const char *source_path, const NegCompose *compose, GCancellable *cancellable,
               GError **error)
{
  g_autoptr (NegBlob) source = neg_blob_new_for_path (source_path);
  Composing composing = { 0 };
  g_autoptr (NegRequest) request = NULL;
  gulong handler = 0;

  g_mutex_init (&composing.lock);
  g_cond_init (&composing.cond);
  request = neg_engine_pool_compose (pool, source, compose, NEG_PRIORITY_NEIGHBOUR, item_cb, done_cb, &composing);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), neg_request_ref (request),
                                     (GDestroyNotify) neg_request_unref);
  g_mutex_lock (&composing.lock);
  while (!composing.is_done)
    g_cond_wait (&composing.cond, &composing.lock);
  g_mutex_unlock (&composing.lock);
  g_cancellable_disconnect (cancellable, handler);
  g_mutex_clear (&composing.lock);
  g_cond_clear (&composing.cond);
  if (composing.error != NULL)
    g_propagate_error (error, composing.error);
  else if (composing.object == NULL)
    neg_fail (error, NEG_ERROR_CANCELLED, NULL, "the note was not written");
  return composing.object;
}

/* --- the file --- */

static gboolean
write_all (int fd, GBytes *object, GError **error)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (object, &length);

  for (gsize done = 0; done < length;) {
    gssize n = write (fd, bytes + done, length - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return neg_fail (error, errno == ENOSPC || errno == EDQUOT ? NEG_ERROR_DISK_FULL : NEG_ERROR_UNREADABLE, NULL,
                       "the note cannot be written: %s", g_strerror (errno));
    done += (gsize) n;
  }
  return TRUE;
}

/* What an engine has written is believed when another has read it. */
static gboolean
read_again (NegEnginePool *pool, NegAgentNote *note, GCancellable *cancellable, GError **error)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegIndexBatch) batch = NULL;

  g_ptr_array_add (blobs, neg_blob_new_for_path (note->incoming->path));
  batch = neg_index_batch_new (pool, blobs, TRUE, NEG_PRIORITY_NEIGHBOUR);
  neg_index_batch_wait (batch, cancellable);
  note->record = g_steal_pointer (&batch->records[0]);
  if (note->record == NULL)
    g_propagate_error (error, g_steal_pointer (&batch->errors[0]));
  return note->record != NULL && neg_object_record_check (note->record, error);
}

static gboolean
check_identity (const NegAgentNote *note, const NegAgentNoteRequest *request, const NegCompose *compose, GError **error)
{
  return (g_strcmp0 (note->record->text[NEG_RECORD_SOP_INSTANCE_UID], compose->sop_instance_uid) == 0
          && g_strcmp0 (note->record->text[NEG_RECORD_STUDY_UID], request->study_uid) == 0)
         || neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the note is not what was to be written");
}

gboolean
neg_agent_note_write (NegAgent *agent, const NegAgentNoteRequest *request, GCancellable *cancellable, NegAgentNote *note,
                      GError **error)
{
  NegEnginePool *pool = neg_agent_get_pool (agent);
  g_autoptr (NegCompose) compose = describe (agent, request);
  g_autoptr (GBytes) object = NULL;

  if (pool == NULL)
    return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "no engine can be started");
  object = compose_bytes (pool, request->source_path, compose, cancellable, error);
  if (object == NULL)
    return FALSE;
  note->bytes = g_bytes_get_size (object);
  note->incoming = neg_object_store_begin (neg_archive_get_objects (neg_agent_get_archive (agent)), NEG_OBJECT_DATA, error);
  return note->incoming != NULL && write_all (note->incoming->fd, object, error)
         && read_again (pool, note, cancellable, error) && check_identity (note, request, compose, error);
}
