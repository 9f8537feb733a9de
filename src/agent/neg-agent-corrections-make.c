/* New versions: written by engines that have ended before anybody looks at what they wrote, read again by others, compared with what
 * was to come out, sealed. Nothing is believed of the first ones. */
#include "config.h"

#include "agent/neg-agent-corrections-private.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-fault.h"
#include "base/neg-uid.h"
#include "model/neg-identity.h"
#include "wire/neg-index-batch.h"
#include "wire/neg-modify-batch.h"

#define WRITTEN_AT_ONCE 256u
#define PASSES_MAX 4u

/* One version. */
typedef struct {
  const NegSubject *subject;
  const NegModify *modify;
  GHashTable *uids;      /* old to new, as in it; borrowed */
  NegIncoming *incoming; /* NULL: not another than before */
  NegObjectRecord *record;
  guint64 bytes;
} Made;

typedef struct {
  NegPlan *plan;
  NegRunningJob *running;
  NegTransfer *transfer;
  GPtrArray *made;       /* Made */
  GHashTable *ways;      /* text of edits: NegModify */
  NegModify *for_others; /* of followers */
  GHashTable *others_uids; /* likewise: without what stays */
} Work;

static void
made_free (gpointer data)
{
  Made *made = data;

  if (made->incoming != NULL)
    neg_incoming_free (made->incoming);
  neg_object_record_free (made->record);
  g_free (made);
}

/* --- what is to be done to an object --- */

/* In the zone of the site, as DT with its offset (PS3.5 6.2): always the same for one correction, and another one's for any other, so
 * that one which is undone and asked for again makes other files. */
static char *
make_datetime (const Work *work)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (work->plan->agent);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (work->plan->correction->made_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, neg_site_get_timezone (site));
  g_autofree char *seconds = g_date_time_format (local, "%Y%m%d%H%M%S");
  g_autofree char *offset = g_date_time_format (local, "%z");

  return g_strdup_printf ("%s.%06u%s", seconds, (guint) (work->plan->correction->made_us % G_USEC_PER_SEC), offset);
}

static NegModify *
new_modify (const Work *work)
{
  const NegCorrection *correction = work->plan->correction;
  NegModify *modify = neg_modify_new ();

  modify->keeps_originals = TRUE;
  modify->user = g_strdup (correction->user);
  modify->system = g_strdup ("Negatoscope");
  modify->datetime = make_datetime (work);
  modify->reason_code = g_strdup (work->plan->spec->kind == NEG_SPEC_MATCH ? "COERCE" : "CORRECT");
  modify->reason = g_strdup (correction->reason);
  modify->device_version = g_strdup (NEG_VERSION);
  return modify;
}

static void
add_map (NegModify *modify, GHashTable *uids)
{
  GHashTableIter iter;
  gpointer old, new;

  g_hash_table_iter_init (&iter, uids);
  while (g_hash_table_iter_next (&iter, &old, &new))
    neg_modify_map (modify, old, new);
}

/* Objects whose edits are the same share what is sent to the engines. */
static const NegModify *
find_way (Work *work, const NegSubject *subject)
{
  NegModify *modify = new_modify (work);
  g_autofree char *text = _neg_plan_make_edits (work->plan, subject, modify);
  const NegModify *known = g_hash_table_lookup (work->ways, text);

  if (known != NULL) {
    neg_modify_free (modify);
    return known;
  }
  add_map (modify, work->plan->uids);
  g_hash_table_insert (work->ways, g_steal_pointer (&text), modify);
  return modify;
}

/* What stays where it is keeps its study and its series. */
static void
prepare_followers (Work *work)
{
  GHashTableIter iter;
  gpointer old, new;

  g_clear_pointer (&work->others_uids, g_hash_table_unref);
  work->others_uids = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_iter_init (&iter, work->plan->uids);
  while (g_hash_table_iter_next (&iter, &old, &new))
    g_hash_table_insert (work->others_uids, old, new);
  for (guint i = 0; i < work->plan->subjects->len; i++) {
    const NegSubject *subject = work->plan->subjects->pdata[i];

    if (!subject->is_follower)
      continue;
    g_hash_table_remove (work->others_uids, subject->record->text[NEG_RECORD_STUDY_UID]);
    g_hash_table_remove (work->others_uids, subject->record->text[NEG_RECORD_SERIES_UID]);
  }
  g_clear_pointer (&work->for_others, neg_modify_free);
  work->for_others = new_modify (work);
  add_map (work->for_others, work->others_uids);
}

/* --- what is to come out --- */

static const NegEdit *
find_edit (const NegModify *modify, NegRecordField field)
{
  const char *keyword = neg_record_field_get_keyword (field);

  for (guint i = 0; i < modify->edits->len; i++) {
    const NegEdit *edit = modify->edits->pdata[i];
    const gsize length = strcspn (edit->path, "[.");

    if (strncmp (edit->path, keyword, length) == 0 && keyword[length] == '\0')
      return edit;
  }
  return NULL;
}

/* Of an item of a sequence, which an edit reaches by its path. */
static gboolean
is_nested (NegRecordField field)
{
  return field == NEG_RECORD_ACCESSION_ISSUER || field == NEG_RECORD_REQUEST_STEP_ID
         || field == NEG_RECORD_REQUEST_PROCEDURE_ID || field == NEG_RECORD_REGION_CODE || field == NEG_RECORD_VIEW_CODE;
}

static gboolean
is_uid (NegRecordField field)
{
  return field == NEG_RECORD_SOP_INSTANCE_UID || field == NEG_RECORD_STUDY_UID || field == NEG_RECORD_SERIES_UID
         || field == NEG_RECORD_FRAME_OF_REFERENCE_UID || field == NEG_RECORD_PERFORMED_STEP_UID;
}

/* As it was typed or said, and as it is written. */
static gboolean
is_value (const char *text, const NegEdit *edit, NegRecordField field)
{
  g_autofree char *wanted = NULL, *is = NULL;

  if (field == NEG_RECORD_PATIENT_NAME) {
    wanted = neg_identity_dup_name_key (edit->value);
    is = neg_identity_dup_name_key (text);
  } else {
    wanted = neg_identity_dup_id (edit->kind == NEG_EDIT_SET ? edit->value : "");
    is = neg_identity_dup_id (text);
  }
  return strcmp (wanted, is) == 0;
}

static gboolean
check_field (const Made *made, NegRecordField field, GError **error)
{
  const char *was = made->subject->record->text[field], *is = made->record->text[field];
  const NegEdit *edit = find_edit (made->modify, field);
  gboolean is_right;

  if (field == NEG_RECORD_CHARACTER_SET || (is_nested (field) && made->modify->edits->len > 0))
    return TRUE;
  if (edit != NULL)
    is_right = edit->kind == NEG_EDIT_CODE || is_value (is, edit, field);
  else if (is_uid (field) && was != NULL)
    is_right = g_strcmp0 (g_hash_table_contains (made->uids, was) ? g_hash_table_lookup (made->uids, was) : was, is) == 0;
  else
    is_right = made->subject->record->has_warnings || g_strcmp0 (was, is) == 0;
  return is_right
         || neg_fail (error, NEG_ERROR_INCONSISTENT, made->subject->sop_uid, "the corrected object has not the %s that it should",
                      neg_record_field_get_keyword (field));
}

/* Exactly the intended changes, as far as a record tells; who it is without any doubt. */
static gboolean
check_record (const Made *made, GError **error)
{
  if (!neg_object_record_check (made->record, error))
    return FALSE;
  for (NegRecordField field = 0; field < NEG_RECORD_N_FIELDS; field++)
    if (!check_field (made, field, error))
      return FALSE;
  return TRUE;
}

/* --- a few hundred at a time --- */

static gboolean
begin_files (Work *work, GPtrArray *batch, GPtrArray *targets, GError **error)
{
  NegObjectStore *store = neg_archive_get_objects (neg_agent_get_archive (work->plan->agent));

  for (guint i = 0; i < batch->len; i++) {
    Made *made = batch->pdata[i];

    made->incoming = neg_object_store_begin (store, NEG_OBJECT_DATA, error);
    if (made->incoming == NULL)
      return FALSE;
    /* The empty file keeps the name ours; whoever has it written makes one of his own beside it. */
    close (made->incoming->fd);
    made->incoming->fd = -1;
    g_ptr_array_add (targets, g_strconcat (made->incoming->path, ".new", NULL));
  }
  return TRUE;
}

static NegModifyResult *
write_files (Work *work, GPtrArray *batch, GPtrArray *targets, GError **error)
{
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);

  for (guint i = 0; i < batch->len; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (((const Made *) batch->pdata[i])->subject->path));
  return neg_modify_batch_run (NULL, (NegBlob *const *) blobs->pdata, (const char *const *) targets->pdata, batch->len,
                               ((const Made *) batch->pdata[0])->modify, NEG_PRIORITY_BACKGROUND, work->running->cancellable,
                               error);
}

static gboolean
check_pixels (const Made *made, const NegModified *modified, GError **error)
{
  const gboolean is_image = made->subject->record->text[NEG_RECORD_ROWS] != NULL;
  int old_fd;
  gboolean is_right;

  if (is_image && modified->pixel_bytes == 0)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, made->subject->sop_uid, "the corrected object has no pixels any more");
  old_fd = open (made->subject->path, O_RDONLY | O_CLOEXEC);
  if (old_fd < 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, made->subject->sop_uid, "the object's file cannot be read");
  is_right = neg_modified_check_pixels (old_fd, made->incoming->fd, modified, error);
  close (old_fd);
  return is_right;
}

/* What is not another than before is left as it is. */
static gboolean
take_result (Made *made, const char *target, const NegModifyResult *result, GError **error)
{
  if (result->error != NULL) {
    g_propagate_error (error, g_error_copy (result->error));
    return FALSE;
  }
  if (!result->modified.is_changed) {
    g_clear_pointer (&made->incoming, neg_incoming_free);
    return TRUE;
  }
  made->bytes = result->modified.bytes;
  if (rename (target, made->incoming->path) == 0)
    made->incoming->fd = open (made->incoming->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  return (made->incoming->fd >= 0
          || neg_fail (error, NEG_ERROR_UNREADABLE, made->subject->sop_uid, "the corrected object cannot be read"))
         && check_pixels (made, &result->modified, error);
}

static gboolean
read_again (Work *work, GPtrArray *batch, GError **error)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (NegIndexBatch) index = NULL;

  for (guint i = 0; i < batch->len; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (((const Made *) batch->pdata[i])->incoming->path));
  index = neg_index_batch_new (neg_agent_get_pool (work->plan->agent), blobs, TRUE, NEG_PRIORITY_BACKGROUND);
  neg_index_batch_wait (index, work->running->cancellable);
  for (guint i = 0; i < batch->len; i++) {
    Made *made = batch->pdata[i];

    if (index->errors[i] != NULL) {
      g_propagate_error (error, g_steal_pointer (&index->errors[i]));
      return FALSE;
    }
    made->record = g_steal_pointer (&index->records[i]);
    if (!check_record (made, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
seal (Work *work, GPtrArray *batch, GError **error)
{
  g_autofree const char **old_names = g_new (const char *, batch->len);
  g_autofree NegIncoming **incomings = g_new (NegIncoming *, batch->len);
  g_autofree guint64 *bytes = g_new (guint64, batch->len);

  for (guint i = 0; i < batch->len; i++) {
    const Made *made = batch->pdata[i];

    old_names[i] = made->subject->name;
    incomings[i] = made->incoming;
    bytes[i] = made->bytes;
  }
  neg_fault_point ("correction-written");
  if (!neg_corrections_seal (neg_agent_get_archive (work->plan->agent), work->plan->correction->seed, old_names, incomings,
                             bytes, batch->len, error))
    return FALSE;
  neg_fault_point ("correction-sealed");
  return TRUE;
}

static gboolean
write_batch (Work *work, GPtrArray *batch, gboolean seals, GError **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) changed = g_ptr_array_new ();
  NegModifyResult *results = NULL;
  gboolean done;

  if (!begin_files (work, batch, targets, error))
    return FALSE;
  results = write_files (work, batch, targets, error);
  done = results != NULL;
  for (guint i = 0; done && i < batch->len; i++) {
    done = take_result (batch->pdata[i], targets->pdata[i], &results[i], error);
    if (done && ((const Made *) batch->pdata[i])->incoming != NULL)
      g_ptr_array_add (changed, batch->pdata[i]);
  }
  for (guint i = 0; !done && i < targets->len; i++)
    unlink (targets->pdata[i]);
  neg_modify_results_free (results, results != NULL ? batch->len : 0);
  return done && (changed->len == 0 || !seals || (read_again (work, changed, error) && seal (work, changed, error)));
}

static void
tell (Work *work, guint n)
{
  work->transfer->progress.done += n;
  work->transfer->progress.objects = work->plan->subjects->len;
  _neg_job_progress (&work->transfer->progress, work->running);
}

/* Primary ones or followers, those with the same edits together. */
static gboolean
write_all (Work *work, gboolean followers, gboolean seals, GPtrArray *all, GError **error)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();

  for (guint i = 0; i < work->plan->subjects->len; i++) {
    const NegSubject *subject = work->plan->subjects->pdata[i];
    Made *made;

    if (subject->is_follower != followers)
      continue;
    made = g_new0 (Made, 1);
    made->subject = subject;
    made->modify = followers ? work->for_others : find_way (work, subject);
    made->uids = followers ? work->others_uids : work->plan->uids;
    g_ptr_array_add (all, made);
  }
  for (guint i = 0; i < all->len; i++) {
    const Made *made = all->pdata[i];
    const Made *next = i + 1 < all->len ? all->pdata[i + 1] : NULL;

    g_ptr_array_add (batch, all->pdata[i]);
    if (next != NULL && next->modify == made->modify && batch->len < WRITTEN_AT_ONCE)
      continue;
    if (g_cancellable_is_cancelled (work->running->cancellable))
      return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
    if (!write_batch (work, batch, seals, error))
      return FALSE;
    if (seals)
      tell (work, batch->len);
    g_ptr_array_set_size (batch, 0);
  }
  return TRUE;
}

/* One that changes and that somebody else may have becomes another object, which others may refer to in their turn. */
static gboolean
find_followers (Work *work, gboolean *has_more, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (made_free);

  *has_more = FALSE;
  prepare_followers (work);
  if (!write_all (work, TRUE, FALSE, all, error))
    return FALSE;
  for (guint i = 0; i < all->len; i++) {
    const Made *made = all->pdata[i];
    const char *uid = made->subject->sop_uid;

    if (made->incoming == NULL || !made->subject->is_elsewhere || g_hash_table_contains (work->plan->uids, uid))
      continue;
    g_hash_table_insert (work->plan->uids, g_strdup (uid), neg_uid_derive (work->plan->correction->seed, uid));
    *has_more = TRUE;
  }
  return TRUE;
}

/* Before primary ones are written, for they may refer to followers that become other objects. */
static gboolean
settle_followers (Work *work, GError **error)
{
  gboolean is_any_elsewhere = FALSE, has_more;

  for (guint i = 0; i < work->plan->subjects->len; i++) {
    const NegSubject *subject = work->plan->subjects->pdata[i];

    is_any_elsewhere = is_any_elsewhere || (subject->is_follower && subject->is_elsewhere);
  }
  has_more = is_any_elsewhere && g_hash_table_size (work->plan->uids) > 0;
  for (guint pass = 0; has_more && pass < PASSES_MAX; pass++)
    if (!find_followers (work, &has_more, error))
      return FALSE;
  prepare_followers (work);
  return TRUE;
}

/* --- all of it --- */

/* The issuer that only a source had said of a patient stays his. */
static void
find_issuers (const Work *work, const Made *made, NegCorrectedObject *object)
{
  const NegPlanStudy *source = g_hash_table_lookup (work->plan->sources, &made->subject->study_id);
  const NegPlanStudy *known = work->plan->target != NULL && !made->subject->is_follower ? work->plan->target : source;
  g_autofree char *id = neg_identity_dup_id (made->record->text[NEG_RECORD_PATIENT_ID]);

  if (known != NULL && strcmp (id, known->patient_id) == 0)
    object->issuer = known->issuer;
  if (known != NULL && object->issuer != NULL && work->plan->spec->kind != NEG_SPEC_MATCH)
    object->accession_issuer = known->accession_issuer;
}

static gboolean
apply (Work *work, gint64 *into_study_id, GError **error)
{
  const gboolean drops = work->plan->spec->kind == NEG_SPEC_DROP;
  const guint n_all = drops ? work->plan->subjects->len : work->made->len;
  g_autofree NegCorrectedObject *objects = g_new0 (NegCorrectedObject, n_all + 1);
  guint n = 0;

  for (guint i = 0; i < n_all; i++) {
    const Made *made = drops ? NULL : work->made->pdata[i];

    if (drops && !((const NegSubject *) work->plan->subjects->pdata[i])->is_follower) {
      objects[n++].old_id = ((const NegSubject *) work->plan->subjects->pdata[i])->id;
    } else if (!drops && made->incoming != NULL) {
      objects[n] = (NegCorrectedObject) { .old_id = made->subject->id, .record = made->record,
                                          .name = made->incoming->name, .bytes = made->bytes };
      find_issuers (work, made, &objects[n++]);
    }
  }
  if (n == 0)
    return neg_fail (error, NEG_ERROR_REFUSED, NULL, "nothing would change: the objects say this already");
  neg_fault_point ("correction-apply");
  return neg_corrections_apply (neg_agent_get_archive (work->plan->agent), work->plan->correction->id, objects, n,
                                into_study_id, error);
}

/* Primary ones, then what refers to them. */
static gboolean
make_all (Work *work, GError **error)
{
  g_autoptr (GPtrArray) followers = g_ptr_array_new_with_free_func (made_free);
  gboolean done;

  if (work->plan->spec->kind == NEG_SPEC_DROP)
    return TRUE;
  done = settle_followers (work, error) && write_all (work, FALSE, TRUE, work->made, error)
         && (g_hash_table_size (work->plan->uids) == 0 || write_all (work, TRUE, TRUE, followers, error));
  g_ptr_array_extend_and_steal (work->made, g_steal_pointer (&followers));
  return done;
}

/* Files that no row names go with them. */
static void
release_all (Work *work)
{
  for (guint i = 0; i < work->made->len; i++) {
    Made *made = work->made->pdata[i];
    NegIncoming *incoming = g_steal_pointer (&made->incoming);

    if (incoming != NULL)
      neg_corrections_release (neg_agent_get_archive (work->plan->agent), incoming,
                               made->record != NULL ? made->record->text[NEG_RECORD_SOP_INSTANCE_UID] : "");
  }
}

gboolean
_neg_plan_carry_out (NegPlan *plan, NegRunningJob *running, NegTransfer *transfer, gint64 *into_study_id, GError **error)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (made_free);
  g_autoptr (GHashTable) ways = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) neg_modify_free);
  Work work = { .plan = plan, .running = running, .transfer = transfer, .made = made, .ways = ways };
  gboolean done;

  transfer->progress.objects = plan->subjects->len;
  neg_fault_point ("correction-begun");
  done = make_all (&work, error) && apply (&work, into_study_id, error);
  release_all (&work);
  g_clear_pointer (&work.for_others, neg_modify_free);
  g_clear_pointer (&work.others_uids, g_hash_table_unref);
  if (done)
    transfer->progress.done = transfer->progress.objects;
  return done;
}
