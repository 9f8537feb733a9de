#include "config.h"

#include "agent/neg-agent-private.h"

#include "agent/neg-agent-opened.h"
#include "agent/neg-agent-prefetch.h"
#include "base/neg-error.h"
#include "base/neg-uid.h"
#include "store/neg-cache.h"
#include "store/neg-plans.h"

/* The methods about what is opened, what stays and what the cache has. */

#define LISTED_MAX 1000u

static gboolean
check_uid (const char *uid, GError **error)
{
  return neg_uid_is_valid (uid) || neg_fail (error, NEG_ERROR_USAGE, "uid", "this is not a UID");
}

/* --- opened, closed --- */

typedef struct {
  const char *user, *study_uid;
  gboolean opened;
  gint64 entry; /* 0: not told */
  NegAgentOpened *open;
  guint caller;
  gint64 found; /* the entry; 0: none */
  char *patient;
} Access;

/* NULL without an error: nobody knows it. */
static NegEntry *
find_accessed (NegDatabase *database, const Access *access, GError **error)
{
  g_autoptr (NegEntry) entry = NULL;

  if (access->entry == 0)
    return neg_entries_find_study (database, access->study_uid, error);
  entry = neg_entries_find (database, access->entry, error);
  if (entry == NULL || g_str_equal (entry->study_uid, access->study_uid))
    return g_steal_pointer (&entry);
  neg_fail (error, NEG_ERROR_USAGE, "entry", "this entry is of another study");
  return NULL;
}

/* NULL: an ID that is not told is nobody's. */
static char *
dup_patient (const NegEntry *entry)
{
  return *entry->patient_id != '\0'
             ? g_strdup_printf ("%s\n%s\n%s", entry->issuer, entry->patient_id, entry->patient_name)
             : NULL;
}

/* A case that is opened needs its priors now; what is opened beside it is one of them. */
static gboolean
note_opened (NegDatabase *database, const Access *access, gint64 entry, GError **error)
{
  gint64 beside = _neg_agent_opened_find_case (access->open, access->caller, entry, access->patient);

  return neg_cache_note_opened (database, entry, beside, error)
         && (beside != 0 || neg_plans_note_due (database, entry, NEG_CAUSE_OPENED, error));
}

static gboolean
note_used (NegDatabase *database, Access *access, const NegEntry *entry, GError **error)
{
  gint64 study_rowid = access->entry != 0 ? entry->study_rowid : 0;

  if (entry != NULL) {
    access->found = entry->id;
    g_free (access->patient);
    access->patient = dup_patient (entry);
  }
  if (access->opened && entry != NULL && !note_opened (database, access, entry->id, error))
    return FALSE;
  /* What is closed was in use until now. */
  return (access->entry != 0 && study_rowid == 0)
         || neg_archive_note_opened (database, access->study_uid, study_rowid, error);
}

static gboolean
accessed_cb (NegDatabase *database, gpointer data, GError **error)
{
  Access *access = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (NegEntry) entry = find_accessed (database, access, &local);
  /* A UID that several patients have does not say whose study it was. */
  gboolean is_known = entry != NULL && (access->entry != 0 || !entry->is_conflict);
  const NegAuditEntry audit = { .event = NEG_AUDIT_ACCESSED, .user = access->user, .study_uid = access->study_uid,
                                .patient_id = is_known ? entry->patient_id : NULL,
                                .issuer = is_known ? entry->issuer : NULL,
                                .detail = access->opened ? "opened" : "closed" };

  if (local != NULL) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  return note_used (database, access, entry, error) && neg_audit_append_within (database, &audit, error);
}

static GVariant *
accessed (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Access access = { .user = _neg_agent_get_user (agent),
                    .open = _neg_agent_get_opened (agent),
                    .caller = _neg_agent_bus_get_caller () };
  gboolean done;

  g_variant_get (parameters, "(&sbx)", &access.study_uid, &access.opened, &access.entry);
  done = check_uid (access.study_uid, error)
         && neg_archive_write (neg_agent_get_archive (agent), accessed_cb, &access, error);
  if (done && access.found != 0 && access.opened)
    _neg_agent_opened_add (access.open, access.caller, access.found, access.patient);
  else if (done && access.found != 0)
    _neg_agent_opened_remove (access.open, access.caller, access.found);
  if (g_cancellable_is_cancelled (cancellable)) /* he went away meanwhile */
    _neg_agent_opened_forget (access.open, access.caller);
  neg_agent_prefetch_kick (_neg_agent_get_prefetch (agent));
  g_free (access.patient);
  return done ? g_variant_new ("()") : NULL;
}

/* --- what a person keeps here --- */

typedef struct {
  const char *user, *study_uid;
  gint64 entry;
  gboolean pinned;
} Pin;

static gboolean
pin_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Pin *pin = data;
  const NegAuditEntry audit = { .event = NEG_AUDIT_ORDER_RECORD, .user = pin->user, .study_uid = pin->study_uid,
                                .detail = pin->pinned ? "kept here" : "not kept here any more" };
  gint64 study_rowid;

  return _neg_agent_find_entry_study (database, pin->study_uid, pin->entry, &study_rowid, error)
         && neg_cache_pin (database, pin->study_uid, study_rowid, pin->pinned, pin->user, error)
         && neg_audit_append_within (database, &audit, error);
}

static GVariant *
pin (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  Pin pin = { .user = _neg_agent_get_user (agent) };

  g_variant_get (parameters, "(&sxb)", &pin.study_uid, &pin.entry, &pin.pinned);
  if (!check_uid (pin.study_uid, error) || !neg_archive_write (neg_agent_get_archive (agent), pin_cb, &pin, error))
    return NULL;
  neg_agent_announce (agent, pin.study_uid);
  return g_variant_new ("()");
}

/* --- what there is --- */

static GVariant *
counts_to_variant (const NegCacheCounts *counts)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "hits", "u", counts->hits);
  g_variant_dict_insert (&dict, "misses", "u", counts->misses);
  g_variant_dict_insert (&dict, "predicted", "u", counts->predicted);
  g_variant_dict_insert (&dict, "missed", "u", counts->missed);
  g_variant_dict_insert (&dict, "saved-bytes", "t", counts->saved_bytes);
  g_variant_dict_insert (&dict, "evicted", "u", counts->evicted);
  g_variant_dict_insert (&dict, "evicted-bytes", "t", counts->evicted_bytes);
  return g_variant_dict_end (&dict);
}

static gboolean
describe (NegAgent *agent, const NegCacheStatus *cache, GVariant **status, GError **error)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  GVariantDict dict;
  guint64 free_bytes;

  if (!neg_object_store_get_free_bytes (neg_archive_get_objects (neg_agent_get_archive (agent)), NEG_OBJECT_CACHE,
                                        &free_bytes, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "bytes", "t", cache->bytes);
  g_variant_dict_insert (&dict, "studies", "u", cache->n_studies);
  g_variant_dict_insert (&dict, "quota-bytes", "t", neg_site_get_quota_bytes (site));
  g_variant_dict_insert (&dict, "free-bytes", "t", free_bytes);
  g_variant_dict_insert (&dict, "keep-free-bytes", "t", neg_site_get_keep_free_bytes (site));
  g_variant_dict_insert_value (&dict, "today", counts_to_variant (&cache->today));
  g_variant_dict_insert_value (&dict, "month", counts_to_variant (&cache->month));
  *status = g_variant_dict_end (&dict);
  return TRUE;
}

static GVariant *
item_to_variant (NegAgentOpened *opened, const NegCacheItem *item)
{
  static const char *const reasons[] = { "age", "case", "pinned", "sending", "unread" };
  gboolean is_open = item->entry != 0 && _neg_agent_opened_has (opened, item->entry);
  const struct {
    const char *key, *text;
  } texts[] = {
    { "study-uid", item->study_uid },         { "patient-name", item->patient_name },
    { "patient-id", item->patient_id },       { "description", item->description },
    { "modalities", item->modalities },       { "study-date", item->study_date },
    { "reason", is_open ? "open" : reasons[item->reason] }, { "case-modalities", item->case_modalities },
    { "case-description", item->case_description }, { "pinned-by", item->pinned_by }, { "why", item->why },
  };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_variant_dict_insert (&dict, texts[i].key, "s", texts[i].text);
  g_variant_dict_insert (&dict, "entry", "x", item->entry);
  g_variant_dict_insert (&dict, "bytes", "t", item->bytes);
  g_variant_dict_insert (&dict, "objects", "u", item->n_objects);
  g_variant_dict_insert (&dict, "ahead", "b", item->was_ahead);
  g_variant_dict_insert (&dict, "case-us", "x", item->case_time_us);
  g_variant_dict_insert (&dict, "opened-us", "x", item->opened_us);
  g_variant_dict_insert (&dict, "arrived-us", "x", item->arrived_us);
  g_variant_dict_insert (&dict, "used-us", "x", item->used_us);
  g_variant_dict_insert (&dict, "pinned-us", "x", item->pinned_us);
  return g_variant_dict_end (&dict);
}

typedef struct {
  gint64 now_us;
  guint limit;
  NegCacheStatus status;
  GPtrArray *items;
} Look;

static gboolean
look_cb (NegDatabase *database, gpointer data, GError **error)
{
  Look *look = data;

  look->items = neg_cache_list (database, look->limit, look->now_us, error);
  return look->items != NULL && neg_cache_get_status (database, look->now_us, &look->status, error);
}

static GVariant *
cache_status (NegAgent *agent, GVariant *parameters, GCancellable *cancellable, GError **error)
{
  g_autoptr (NegDatabase) reader = neg_agent_open_reader (agent, error);
  g_autoptr (GPtrArray) items = NULL;
  Look look = { .now_us = g_get_real_time () };
  GVariantBuilder builder;
  GVariant *status;
  gboolean done;

  g_variant_get (parameters, "(u)", &look.limit);
  look.limit = MIN (look.limit, LISTED_MAX);
  if (reader == NULL)
    return NULL;
  done = neg_database_read (reader, look_cb, &look, error) && describe (agent, &look.status, &status, error);
  items = look.items;
  if (!done)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < items->len; i++)
    g_variant_builder_add_value (&builder, item_to_variant (_neg_agent_get_opened (agent), items->pdata[i]));
  return g_variant_new ("(@a{sv}aa{sv})", status, &builder);
}

const NegAgentMethod _neg_agent_cache_methods[] = {
  { "Accessed", accessed, FALSE },
  { "Pin", pin, FALSE },
  { "CacheStatus", cache_status, FALSE },
  { NULL, NULL, FALSE },
};
