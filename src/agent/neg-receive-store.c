#include "config.h"

#include "agent/neg-receive-store.h"

#include "agent/neg-agent-opened.h"
#include "agent/neg-agent-private.h"
#include "agent/neg-receive-check.h"
#include "base/neg-error.h"
#include "base/neg-fault.h"

#define KEPT_AFTER_USE_US (4 * 3600 * (gint64) G_USEC_PER_SEC) /* of what may be evicted: somebody may be reading it */
#define MAKE_ROOM_AGAIN_US (10 * (gint64) G_USEC_PER_SEC)
/* LO: 64 characters (PS3.5 6.2). */
#define COMMENT_CHARACTERS_MAX 64
#define SUBJECT_CHARACTERS_MAX 256

/* What of one study of one patient came by this association. */
typedef struct {
  char *study_uid, *patient_id, *issuer;
  guint n_taken, n_refused;
} Study;

static void
study_free (Study *study)
{
  g_free (study->study_uid);
  g_free (study->patient_id);
  g_free (study->issuer);
  g_free (study);
}

void
neg_received_clear (NegReceived *received)
{
  g_clear_pointer (&received->sop_instance_uid, g_free);
  g_clear_pointer (&received->study_uid, g_free);
  g_clear_pointer (&received->comment, g_free);
}

static void
free_incoming (NegIncoming *incoming)
{
  if (incoming != NULL)
    neg_incoming_free (incoming);
}

void
neg_receive_store_init (NegReceiveStore *store, NegAgent *agent, NegNetSession *session, const char *name,
                        const char *issuer, const char *accession_issuer, NegObjectClass object_class)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);

  *store = (NegReceiveStore) {
    .agent = agent,
    .session = session,
    .peer = g_strdup (name),
    .issuer = g_strdup (issuer),
    .accession_issuer = g_strdup (accession_issuer),
    .object_class = object_class,
    .keep_free_bytes = neg_site_get_keep_free_bytes (site),
    .files = g_ptr_array_new_with_free_func ((GDestroyNotify) free_incoming),
    .studies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) study_free),
  };
}

void
neg_receive_store_set_subject (NegReceiveStore *store, const char *subject)
{
  g_free (store->subject);
  store->subject = *subject != '\0' ? g_utf8_substring (subject, 0, MIN (SUBJECT_CHARACTERS_MAX,
                                                                         g_utf8_strlen (subject, -1)))
                                    : NULL;
}

static void
use_group (NegReceiveStore *store)
{
  store->group = neg_receive_group_new (store->agent, store->peer, store->issuer, store->accession_issuer);
}

void
neg_receive_store_use_group (NegReceiveStore *store)
{
  store->is_asked_here = TRUE;
  use_group (store);
}

void
neg_receive_store_group_moved (NegReceiveStore *store, const char *source)
{
  store->moved_by = source;
  use_group (store);
}

/* --- the audit: one entry when a study begins to come, one when the association ends --- */

static gboolean
audit (NegReceiveStore *store, NegAuditEvent event, const Study *study, const char *detail, GError **error)
{
  const NegAuditEntry entry = {
    .event = event,
    .failed = study->n_refused > 0,
    .peer = store->peer,
    .study_uid = study->study_uid,
    .patient_id = study->patient_id,
    .issuer = study->issuer,
    .detail = detail,
  };

  return neg_audit_append (neg_agent_get_archive (store->agent), &entry, error);
}

/* One UID may be of several patients. */
static char *
make_study_key (const NegObjectRecord *record)
{
  return g_strdup_printf ("%s\n%s\n%s", record->text[NEG_RECORD_STUDY_UID], record->text[NEG_RECORD_PATIENT_ID],
                          record->text[NEG_RECORD_ISSUER]);
}

static gboolean
is_noted (NegReceiveStore *store, const NegObjectRecord *record)
{
  g_autofree char *key = make_study_key (record);

  return g_hash_table_contains (store->studies, key);
}

static gboolean
note_study (NegReceiveStore *store, const NegObjectRecord *record, Study **noted, GError **error)
{
  const char *issuer = record->text[NEG_RECORD_ISSUER];
  g_autofree char *key = make_study_key (record);
  Study *study = g_hash_table_lookup (store->studies, key);

  if (study == NULL) {
    g_autofree char *detail = store->subject != NULL ? g_strconcat ("receiving, certificate ", store->subject, NULL)
                                                     : g_strdup ("receiving");

    study = g_new0 (Study, 1);
    study->study_uid = g_strdup (record->text[NEG_RECORD_STUDY_UID]);
    study->patient_id = g_strdup (record->text[NEG_RECORD_PATIENT_ID]);
    study->issuer = g_strdup (issuer != NULL ? issuer : store->issuer);
    if (!audit (store, NEG_AUDIT_BEGIN_TRANSFER, study, detail, error)) {
      study_free (study);
      return FALSE;
    }
    g_hash_table_insert (store->studies, g_steal_pointer (&key), study);
    neg_fault_point ("receive-audited");
  }
  *noted = study;
  return TRUE;
}

void
neg_receive_store_finish (NegReceiveStore *store)
{
  GHashTableIter iter;
  gpointer study;

  g_clear_pointer (&store->group, neg_receive_group_free);
  g_hash_table_iter_init (&iter, store->studies);
  while (g_hash_table_iter_next (&iter, NULL, &study)) {
    const Study *ended = study;
    g_autofree char *detail = g_strdup_printf ("received %u, refused %u", ended->n_taken, ended->n_refused);
    g_autoptr (GError) error = NULL;

    if (!audit (store, NEG_AUDIT_TRANSFERRED, ended, detail, &error))
      g_warning ("no audit entry for what was received: %s", error->message);
  }
  g_clear_pointer (&store->studies, g_hash_table_unref);
  g_clear_pointer (&store->files, g_ptr_array_unref);
  g_clear_pointer (&store->peer, g_free);
  g_clear_pointer (&store->issuer, g_free);
  g_clear_pointer (&store->subject, g_free);
  g_clear_pointer (&store->accession_issuer, g_free);
}

/* --- files --- */

static gboolean
tell_files (NegReceiveStore *store, const int *fds, guint n_fds, GError **error)
{
  if (n_fds == 0 && store->n_outstanding > 0)
    return TRUE;
  return neg_net_session_send (store->session, NEG_NET_FILES, g_variant_new ("(u)", n_fds), fds, n_fds, error);
}

gboolean
neg_receive_store_supply (NegReceiveStore *store, GError **error)
{
  NegObjectStore *objects = neg_archive_get_objects (neg_agent_get_archive (store->agent));
  int fds[NEG_NET_FILES_MAX];
  guint n_fds = 0;

  while (store->n_outstanding < NEG_NET_FILES_MAX) {
    NegIncoming *incoming = neg_object_store_begin (objects, store->object_class, NULL);

    if (incoming == NULL)
      break;
    fds[n_fds++] = incoming->fd;
    store->n_outstanding++;
    g_ptr_array_add (store->files, incoming);
  }
  if (!tell_files (store, fds, n_fds, error))
    return FALSE;
  neg_fault_point ("receive-supplied");
  return TRUE;
}

/* --- one object --- */

gboolean
neg_receive_store_watch (NegReceiveStore *store, GError **error)
{
  NegObjectStore *objects = neg_archive_get_objects (neg_agent_get_archive (store->agent));
  guint64 free_bytes;

  if (!neg_object_store_get_free_bytes (objects, store->object_class, &free_bytes, error))
    return FALSE;
  /* Between this and all that is to be kept free the object has its answer, when it is whole. */
  if (free_bytes < store->keep_free_bytes / 2)
    return neg_fail (error, NEG_ERROR_DISK_FULL, NULL, "the disk fills while an object comes");
  return store->n_outstanding > 0 || neg_receive_store_supply (store, error);
}

static gboolean
has_room (NegReceiveStore *store, gboolean *has, GError **error)
{
  NegObjectStore *objects = neg_archive_get_objects (neg_agent_get_archive (store->agent));
  guint64 free_bytes;

  if (!neg_object_store_get_free_bytes (objects, store->object_class, &free_bytes, error))
    return FALSE;
  *has = free_bytes >= store->keep_free_bytes;
  return TRUE;
}

gboolean
neg_receive_make_room (NegAgent *agent, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (GArray) open = _neg_agent_opened_list (_neg_agent_get_opened (agent));

  return neg_archive_evict (neg_agent_get_archive (agent), neg_site_get_quota_bytes (site),
                            neg_site_get_keep_free_bytes (site), g_get_real_time () - KEPT_AFTER_USE_US, open, NULL,
                            error);
}

/* What peers still hold goes before anything is refused; where nothing of it is left, not every object asks again. */
static gboolean
check_room (NegReceiveStore *store, GError **error)
{
  const gint64 now_us = g_get_monotonic_time ();
  gboolean has = FALSE;

  if (!has_room (store, &has, error))
    return FALSE;
  if (!has && (store->made_room_us == 0 || now_us - store->made_room_us > MAKE_ROOM_AGAIN_US)) {
    store->made_room_us = now_us;
    if (!neg_receive_make_room (store->agent, error) || !has_room (store, &has, error))
      return FALSE;
  }
  return has || neg_fail (error, NEG_ERROR_DISK_FULL, NULL, "no room on the disk");
}

static NegObjectRecord *
read_record (GVariant *details, GError **error)
{
  g_autoptr (GVariant) bytes = g_variant_lookup_value (details, "record", G_VARIANT_TYPE_BYTESTRING);
  const char *instance = NULL;
  const char *sop_class = NULL;
  NegObjectRecord *record;
  NegReader reader;

  if (bytes == NULL) {
    neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an object without its record");
    return NULL;
  }
  neg_reader_init (&reader, g_variant_get_data (bytes), g_variant_get_size (bytes));
  record = neg_object_record_read (&reader, error);
  if (record == NULL || !neg_object_record_check (record, error)) {
    neg_object_record_free (record);
    return NULL;
  }
  g_variant_lookup (details, "sop-instance", "&s", &instance);
  g_variant_lookup (details, "sop-class", "&s", &sop_class);
  if (g_strcmp0 (instance, record->text[NEG_RECORD_SOP_INSTANCE_UID]) == 0
      && g_strcmp0 (sop_class, record->text[NEG_RECORD_SOP_CLASS_UID]) == 0)
    return record;
  neg_fail (error, NEG_ERROR_CONFLICT, NULL, "the data set is of another object than was announced");
  neg_object_record_free (record);
  return NULL;
}

static gboolean
put (NegReceiveStore *store, NegIncoming *incoming, const NegObjectRecord *record, NegReceived *received,
     GError **error)
{
  NegArchiveObject object = {
    .record = record,
    .object_class = incoming->object_class,
    .bytes = received->bytes,
    .source = store->peer,
    .issuer = store->issuer,
    .accession_issuer = store->accession_issuer,
  };
  NegAdded added;

  neg_fault_point ("receive-before-take");
  if (!neg_archive_take (neg_agent_get_archive (store->agent), incoming, &object, &added, error))
    return FALSE;
  neg_fault_point ("receive-after-take");
  received->is_new = added != NEG_ADDED_SAME;
  return TRUE;
}

/* Who asked a C-MOVE is in every object of it that comes to our port (PS3.7 9.1.1.1); of what does not say so nobody
 * knows whether the peer still has it. */
static gboolean
is_moved_by_us (const NegSite *site, const NegPeer *peer, GVariant *details)
{
  const char *originator = "";

  g_variant_lookup (details, "move-originator", "&s", &originator);
  return g_str_equal (originator, *peer->calling_ae != '\0' ? peer->calling_ae : neg_site_get_ae_title (site));
}

/* Of this peer: what another one sends while it comes from here may be nowhere else. */
static gboolean
is_asked_for (NegReceiveStore *store, const char *study_uid, GVariant *details)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (store->agent);
  const NegPeer *peer = neg_site_find_peer (site, store->peer, NULL);
  NegExpected *expected = neg_agent_get_expected (store->agent);
  guint32 message_id = G_MAXUINT32;

  if (peer == NULL || (!store->is_asked_here && !is_moved_by_us (site, peer, details)))
    return FALSE;
  g_variant_lookup (details, "move-message", "u", &message_id);
  return neg_expected_has_study (expected, study_uid, peer->called_ae)
         || neg_expected_was_moved (expected, study_uid, peer->called_ae, message_id);
}

/* Its sender has it still, and the retrieve that asked for it is judged by what is committed: everything must say that it
 * is for that one, the number of its C-MOVE, too. */
static gboolean
may_be_answered (NegReceiveStore *store, const char *study_uid, GVariant *details)
{
  g_autoptr (NegSite) site = NULL;
  const NegPeer *peer;
  guint32 message_id = G_MAXUINT32;

  if (store->group == NULL || study_uid == NULL || !is_asked_for (store, study_uid, details))
    return FALSE;
  if (store->is_asked_here)
    return TRUE;
  site = neg_agent_dup_site (store->agent);
  peer = neg_site_find_peer (site, store->peer, NULL);
  return peer != NULL && g_variant_lookup (details, "move-message", "u", &message_id)
         && neg_expected_is_moved (neg_agent_get_expected (store->agent), study_uid, peer->called_ae, message_id);
}

/* Supplied as what may be evicted, since something was asked for, and then the peer sent something else, too: nobody
 * says that it still has that. */
static gboolean
move_to_data (NegIncoming **incoming, guint64 bytes, GError **error)
{
  NegIncoming *moved = neg_incoming_copy (*incoming, NEG_OBJECT_DATA, bytes, error);

  if (moved == NULL)
    return FALSE;
  neg_incoming_free (*incoming);
  *incoming = moved;
  return TRUE;
}

/* What the engine says of the file, when it is so; or when it is one more of a study that is noted and goes into the
 * group, which finds out (*is_told). */
static NegObjectRecord *
check_record (NegReceiveStore *store, NegIncoming **incoming, GVariant *details, guint64 bytes, gboolean *may_answer,
              gboolean *is_told, GError **error)
{
  g_autoptr (NegObjectRecord) told = read_record (details, error);
  g_autoptr (NegReceiveCheck) check = NULL;
  GError *failure = NULL;
  NegObjectRecord *record;

  if (told == NULL || !check_room (store, error) || !neg_incoming_own (incoming, bytes, error))
    return NULL;
  /* The disk writes while the object is looked at. */
  neg_incoming_begin_sync (*incoming);
  *may_answer = (*incoming)->object_class == NEG_OBJECT_CACHE
                && may_be_answered (store, told->text[NEG_RECORD_STUDY_UID], details);
  if (*may_answer && is_noted (store, told)) {
    *is_told = TRUE;
    return g_steal_pointer (&told);
  }
  check = neg_receive_check_begin (store->agent, incoming, 1);
  /* Of a group its own threads do that. */
  if (!*may_answer)
    neg_incoming_hash (*incoming, bytes, &failure);
  record = neg_receive_check_end (check, 0, told, &store->is_deceived, failure == NULL ? error : NULL);
  *is_told = FALSE;
  if (failure == NULL)
    return record;
  neg_object_record_free (record);
  g_propagate_error (error, failure);
  return NULL;
}

/* Held before it is answered: the peer's last word may come at once. */
static void
put_into_group (NegReceiveStore *store, NegIncoming *incoming, NegObjectRecord *record, gboolean is_told,
                NegReceived *received)
{
  received->is_pending = TRUE;
  store->n_pending++;
  if (store->moved_by != NULL)
    neg_expected_hold (neg_agent_get_expected (store->agent), received->study_uid, store->moved_by);
  neg_receive_group_put (store->group, incoming, record, received->bytes, is_told);
}

static gboolean
take (NegReceiveStore *store, NegIncoming **incoming, GVariant *details, NegReceived *received, GError **error)
{
  gboolean may_answer = FALSE, is_told = FALSE;
  g_autoptr (NegObjectRecord) record = check_record (store, incoming, details, received->bytes, &may_answer, &is_told,
                                                     error);
  Study *study = NULL;
  gboolean taken;

  if (record == NULL)
    return FALSE;
  received->study_uid = g_strdup (record->text[NEG_RECORD_STUDY_UID]);
  if (!note_study (store, record, &study, error))
    return FALSE;
  if ((*incoming)->object_class == NEG_OBJECT_CACHE && !may_answer && !is_asked_for (store, received->study_uid, details)
      && !move_to_data (incoming, received->bytes, error))
    return FALSE;
  /* The sender may have nothing left of what was not asked for: his answer waits for the commit. */
  if (may_answer) {
    put_into_group (store, g_steal_pointer (incoming), g_steal_pointer (&record), is_told, received);
    return TRUE;
  }
  taken = put (store, *incoming, record, received, error);
  study->n_taken += taken ? 1 : 0;
  study->n_refused += taken ? 0 : 1;
  return taken;
}

static guint
get_status (const GError *failure)
{
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_CONFLICT))
    return NEG_STORE_MISMATCH;
  if (g_error_matches (failure, NEG_ERROR, NEG_ERROR_UNREADABLE)
      || g_error_matches (failure, NEG_ERROR, NEG_ERROR_TRUNCATED)
      || g_error_matches (failure, NEG_ERROR, NEG_ERROR_NESTING)
      || g_error_matches (failure, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW)
      || g_error_matches (failure, NEG_ERROR, NEG_ERROR_INCONSISTENT)
      || g_error_matches (failure, NEG_ERROR, NEG_ERROR_UNSUPPORTED))
    return NEG_STORE_CANNOT_UNDERSTAND;
  return NEG_STORE_OUT_OF_RESOURCES;
}

/* Kept for whoever looks for the reason, which the audit and every check of the archive name. */
static gboolean
quarantine (NegReceiveStore *store, NegIncoming *incoming, const GError *failure, const NegReceived *received,
            GError **error)
{
  NegArchive *archive = neg_agent_get_archive (store->agent);
  g_autofree char *name = g_path_get_basename (incoming->path);
  NegObjectStore *objects = neg_archive_get_objects (archive);
  const gboolean is_full = neg_object_store_quarantine_is_full (objects);
  g_autofree char *detail
      = is_full ? g_strdup_printf ("refused, not kept as the quarantine is full: %s", failure->message)
                : g_strdup_printf ("refused, in quarantine as %s: %s", name, failure->message);
  const NegAuditEntry entry = {
    .event = NEG_AUDIT_TRANSFERRED,
    .failed = TRUE,
    .peer = store->peer,
    .study_uid = received->study_uid,
    .detail = detail,
  };

  return (is_full || neg_object_store_quarantine (objects, incoming, failure->message, error))
         && neg_audit_append (archive, &entry, error);
}

/* What cannot be understood goes into quarantine; what there was or is no room for does not. */
static gboolean
refuse (NegReceiveStore *store, NegIncoming *incoming, const GError *failure, NegReceived *received, GError **error)
{
  received->status = get_status (failure);
  received->comment = g_utf8_substring (failure->message, 0,
                                        MIN (COMMENT_CHARACTERS_MAX, g_utf8_strlen (failure->message, -1)));
  store->n_refused++;
  return received->status == NEG_STORE_OUT_OF_RESOURCES || received->bytes == 0 || incoming->path == NULL
         || !check_room (store, NULL) || quarantine (store, incoming, failure, received, error);
}

/* What the engine says of the object; NULL: nothing wrong. */
static GError *
read_failure (GVariant *details)
{
  GError *failure = NULL;
  const char *message;
  guint32 code;

  if (!g_variant_lookup (details, "error", "(u&s)", &code, &message))
    return NULL;
  neg_fail (&failure, code < NEG_ERROR_N_CODES ? code : NEG_ERROR_PROTOCOL, NULL, "%s", message);
  return failure;
}

static gboolean
take_file (NegReceiveStore *store, guint number, GVariant *details, NegReceived *received, GError **error)
{
  NegIncoming *incoming = g_ptr_array_index (store->files, number);
  g_autoptr (GError) failure = read_failure (details);
  gboolean goes_on = TRUE;

  g_ptr_array_index (store->files, number) = NULL;
  store->n_outstanding--;
  if (failure == NULL && take (store, &incoming, details, received, &failure)) {
    received->status = NEG_STORE_SUCCESS;
    store->n_taken += received->is_pending ? 0 : 1;
    store->bytes += received->bytes;
  } else {
    goes_on = refuse (store, incoming, failure, received, error);
  }
  free_incoming (incoming);
  return goes_on;
}

gboolean
neg_receive_store_is_heard (const NegReceiveStore *store, GError **error)
{
  return !store->is_deceived
         || neg_fail (error, NEG_ERROR_PROTOCOL, store->peer,
                      "the network process has said of an object what is not so: it is not heard any more");
}

gboolean
neg_receive_store_take (NegReceiveStore *store, GVariant *body, NegReceived *received, GError **error)
{
  g_autoptr (GVariant) details = NULL;
  const char *instance = "";
  guint32 number;

  *received = (NegReceived) { 0 };
  g_variant_get (body, "(ut@a{sv})", &number, &received->bytes, &details);
  if (number >= store->files->len || g_ptr_array_index (store->files, number) == NULL)
    return neg_fail (error, NEG_ERROR_PROTOCOL, store->peer, "an object in a file that was not given");
  g_variant_lookup (details, "sop-instance", "&s", &instance);
  received->sop_instance_uid = g_strdup (instance);
  if (!take_file (store, number, details, received, error))
    return FALSE;
  if (!neg_receive_store_is_heard (store, error))
    return FALSE;
  if (!neg_net_session_send (store->session, NEG_NET_STATUS,
                             g_variant_new ("(uus)", number, received->status,
                                            received->comment != NULL ? received->comment : ""),
                             NULL, 0, error))
    return FALSE;
  if (received->study_uid == NULL)
    received->study_uid = g_strdup ("");
  if (received->is_pending) {
    neg_fault_point ("receive-answered-ahead");
  } else if (received->status == NEG_STORE_SUCCESS) {
    neg_fault_point ("receive-after-answer");
    neg_agent_announce (store->agent, received->study_uid);
  }
  return neg_receive_store_supply (store, error);
}

/* What had no room is not kept for a reason's sake. */
static void
conclude (NegReceiveStore *store, NegGrouped *grouped, NegReceived *received)
{
  g_autofree char *key = NULL;
  Study *study;

  key = make_study_key (grouped->record);
  study = g_hash_table_lookup (store->studies, key);
  received->sop_instance_uid = g_strdup (grouped->record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  received->study_uid = g_strdup (grouped->record->text[NEG_RECORD_STUDY_UID]);
  received->bytes = grouped->bytes;
  received->is_new = grouped->added != NEG_ADDED_SAME;
  store->is_deceived |= grouped->is_lie;
  if (grouped->error == NULL) {
    received->status = NEG_STORE_SUCCESS;
    store->n_taken++;
    study->n_taken++;
    return;
  }
  study->n_refused++;
  if (!refuse (store, grouped->incoming, grouped->error, received, NULL))
    g_warning ("an object that was refused is not in quarantine");
}

gboolean
neg_receive_store_settle (NegReceiveStore *store, gboolean wait, NegReceived *received)
{
  g_autoptr (NegGrouped) grouped = store->n_pending > 0 ? neg_receive_group_get (store->group, wait) : NULL;

  *received = (NegReceived) { 0 };
  if (grouped == NULL)
    return FALSE;
  conclude (store, grouped, received);
  store->n_pending--;
  if (store->moved_by != NULL)
    neg_expected_settle (neg_agent_get_expected (store->agent), received->study_uid, store->moved_by,
                         received->status == NEG_STORE_SUCCESS ? 1 : 0, received->bytes);
  return TRUE;
}
