/* All that is known around a study: rows of the archive in one view of it, and files where rows do not tell. */
#include "config.h"

#include "agent/neg-agent-desk-private.h"

#include "base/neg-error.h"
#include "quality/neg-quality-archive.h"
#include "quality/neg-quality-tags.h"
#include "quality/neg-routes.h"
#include "store/neg-corrections.h"
#include "wire/neg-index-batch.h"

#define OBJECTS_MAX 50000u
#define READ_AT_ONCE 256u
#define TAGS_MAX 64u /* objects whose elements are read: one of a series, and reports of dose */

void
_neg_desk_file_free (NegDeskFile *file)
{
  if (file == NULL)
    return;
  g_free (file->name);
  g_free (file->path);
  neg_object_record_free (file->record);
  g_free (file);
}

void
_neg_desk_case_free (NegDeskCase *one)
{
  if (one == NULL)
    return;
  g_free (one->study_uid);
  neg_quality_study_free (one->study);
  g_clear_pointer (&one->files, g_ptr_array_unref);
  g_free (one);
}

/* --- rows --- */

/* Where the site's routes would have it go now; none where they say nothing. */
static char **
list_peers (NegAgent *agent, const NegDeskRow *row)
{
  g_autoptr (NegSite) site = neg_agent_dup_site (agent);
  g_autoptr (NegRoutes) routes = neg_routes_new (site, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now (neg_site_get_timezone (site));
  g_autoptr (GStrvBuilder) peers = g_strv_builder_new ();
  g_autoptr (GPtrArray) chosen = NULL;
  const NegRouted study = { row->modalities, row->station, "",
                            (guint) (g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now)) };

  if (routes != NULL)
    chosen = neg_routes_choose (routes, &study);
  for (guint i = 0; chosen != NULL && i < chosen->len; i++)
    g_strv_builder_add (peers, ((const NegDestination *) chosen->pdata[i])->peer);
  return g_strv_builder_end (peers);
}

typedef struct {
  NegAgent *agent;
  NegDeskCase *one;
  GPtrArray *objects;  /* NegDeskObject */
  GPtrArray *replaced; /* NegDeskReplaced */
  GPtrArray *returned; /* char *, SOP instance UIDs */
} Rows;

static gboolean
read_cb (NegDatabase *database, gpointer data, GError **error)
{
  Rows *rows = data;
  const char *data_folder = neg_agent_get_data_folder (rows->agent);
  const char *cache_folder = neg_agent_get_cache_folder (rows->agent);
  gint64 id = rows->one->study_id;
  g_autoptr (NegQualitySubject) subject = neg_quality_subject_new (database, id, error);
  g_autoptr (NegDeskRow) row = subject != NULL ? neg_desk_find (database, id, g_get_real_time (), error) : NULL;
  g_auto (GStrv) peers = NULL;

  if (row == NULL)
    return FALSE;
  peers = list_peers (rows->agent, row);
  rows->one->due_us = row->due_us;
  rows->one->study_uid = g_strdup (subject->study_uid);
  rows->objects = neg_desk_list_objects (database, data_folder, cache_folder, id, error);
  if (rows->objects == NULL)
    return FALSE;
  if (rows->objects->len > OBJECTS_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "more than %u objects are not checked", OBJECTS_MAX);
  rows->replaced = neg_desk_list_replaced (database, data_folder, cache_folder, id, error);
  rows->returned = rows->replaced != NULL ? neg_corrections_list_returned (database, id, error) : NULL;
  return rows->returned != NULL && neg_quality_gather (database, subject, (const char *const *) peers, rows->one->study, error);
}

/* --- files that have no facts --- */

static gboolean
read_group (NegAgent *agent, GPtrArray *missing, guint first, GHashTable *failures, GCancellable *cancellable, GError **error)
{
  GPtrArray *blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  guint n = MIN (missing->len - first, READ_AT_ONCE);
  g_autoptr (NegIndexBatch) batch = NULL;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (blobs, neg_blob_new_for_path (((const NegDeskObject *) missing->pdata[first + i])->path));
  batch = neg_index_batch_new (neg_agent_get_pool (agent), blobs, FALSE, NEG_PRIORITY_BACKGROUND);
  neg_index_batch_wait (batch, cancellable);
  for (guint i = 0; i < n; i++) {
    NegDeskObject *object = missing->pdata[first + i];

    object->record = g_steal_pointer (&batch->records[i]);
    if (object->record == NULL && batch->errors[i] != NULL)
      g_hash_table_insert (failures, object, g_strdup (batch->errors[i]->message));
  }
  return !g_cancellable_is_cancelled (cancellable) || neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
}

/* Object to why it cannot be read. */
static GHashTable *
read_files (NegAgent *agent, GPtrArray *objects, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) failures = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();

  for (guint i = 0; i < objects->len; i++)
    if (((const NegDeskObject *) objects->pdata[i])->record == NULL)
      g_ptr_array_add (missing, objects->pdata[i]);
  if (missing->len > 0 && neg_agent_get_pool (agent) == NULL) {
    neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "the program that reads objects cannot be started");
    return NULL;
  }
  for (guint i = 0; i < missing->len; i += READ_AT_ONCE)
    if (!read_group (agent, missing, i, failures, cancellable, error))
      return NULL;
  return g_steal_pointer (&failures);
}

/* --- what is checked --- */

static void
add_file (NegDeskCase *one, const char *name, const char *path, const NegObjectRecord *record, gboolean wants_digest)
{
  NegDeskFile *file = g_new0 (NegDeskFile, 1);

  file->name = g_strdup (name);
  file->path = g_strdup (path);
  file->record = neg_object_record_copy (record);
  file->wants_digest = wants_digest;
  g_ptr_array_add (one->files, file);
}

static const NegDeskReplaced *
find_replaced (const GPtrArray *replaced, gint64 instance_id)
{
  for (guint i = 0; i < replaced->len; i++)
    if (((const NegDeskReplaced *) replaced->pdata[i])->instance_id == instance_id)
      return replaced->pdata[i];
  return NULL;
}

/* What is noted of its pixels, or that they have still to be looked at. What lies elsewhere has no name to be noted by. */
static void
add_pixels (NegDeskCase *one, NegQualityObject *object, const NegDeskObject *row, const NegDeskReplaced *replaced,
            const NegQualityRules *rules)
{
  g_autofree char *why = NULL;
  gboolean is_wanted = replaced != NULL || neg_quality_rules_want_pixels (rules, object->record);

  if (row->pixel_facts != NULL)
    object->pixels = _neg_desk_pixels_parse (row->pixel_facts, row->pixel_digest, &why);
  if (why != NULL && is_wanted && *why != '\0')
    object->unreadable = g_steal_pointer (&why);
  else if (is_wanted && why == NULL && row->name != NULL
           && (object->pixels == NULL || (replaced != NULL && object->pixels->digest[0] == '\0')))
    add_file (one, row->name, row->path, object->record, replaced != NULL);
  if (replaced == NULL)
    return;
  if (replaced->digest != NULL)
    object->replaced_digest = g_strdup (replaced->digest);
  else if (replaced->name != NULL)
    add_file (one, replaced->name, replaced->path, object->record, TRUE);
}

/* Borrowed from the study. */
static NegQualityObject *
add_object (NegDeskCase *one, NegDeskObject *row, const char *failure, const GPtrArray *replaced,
            const NegQualityRules *rules)
{
  NegQualityObject *object = neg_quality_object_new ();

  object->record = g_steal_pointer (&row->record);
  object->path = g_strdup (row->path);
  object->unreadable = g_strdup (failure);
  if (object->record != NULL)
    add_pixels (one, object, row, find_replaced (replaced, row->instance_id), rules);
  neg_quality_study_add_object (one->study, object);
  return object;
}

/* One object of each series, and every report of dose. */
static GPtrArray *
list_for_tags (GPtrArray *objects)
{
  g_autoptr (GHashTable) series = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *chosen = g_ptr_array_new ();

  for (guint i = 0; i < objects->len && chosen->len < TAGS_MAX; i++) {
    NegQualityObject *object = objects->pdata[i];
    const char *uid = object->record != NULL ? object->record->text[NEG_RECORD_SERIES_UID] : NULL;

    if (uid != NULL && (g_hash_table_add (series, (gpointer) uid) || neg_quality_is_dose_report (object->record)))
      g_ptr_array_add (chosen, object);
  }
  return chosen;
}

static void
mark_returned (GPtrArray *objects, GPtrArray *returned)
{
  g_autoptr (GHashTable) uids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < returned->len; i++)
    g_hash_table_add (uids, returned->pdata[i]);
  for (guint i = 0; i < objects->len; i++) {
    NegQualityObject *object = objects->pdata[i];
    const char *uid = object->record != NULL ? object->record->text[NEG_RECORD_SOP_INSTANCE_UID] : NULL;

    object->is_returned = uid != NULL && g_hash_table_contains (uids, uid);
  }
}

static void
fill (NegDeskCase *one, const Rows *rows, GHashTable *failures, const NegQualityRules *rules, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new ();
  g_autoptr (GPtrArray) chosen = NULL;

  one->files = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_desk_file_free);
  for (guint i = 0; i < rows->objects->len; i++)
    if (!((const NegDeskObject *) rows->objects->pdata[i])->is_rejected) /* nobody waits for it to be mended */
      g_ptr_array_add (objects, add_object (one, rows->objects->pdata[i],
                                            g_hash_table_lookup (failures, rows->objects->pdata[i]), rows->replaced, rules));
  mark_returned (objects, rows->returned);
  chosen = list_for_tags (objects);
  _neg_desk_read_tags (rows->agent, chosen, cancellable);
}

NegDeskCase *
_neg_desk_gather (NegAgent *agent, NegDatabase *reader, gint64 study_id, const NegQualityRules *rules,
                  GCancellable *cancellable, GError **error)
{
  g_autoptr (NegDeskCase) one = g_new0 (NegDeskCase, 1);
  Rows rows = { .agent = agent, .one = one };
  g_autoptr (GHashTable) failures = NULL;

  one->study_id = study_id;
  one->study = neg_quality_study_new ();
  if (neg_database_read (reader, read_cb, &rows, error))
    failures = read_files (agent, rows.objects, cancellable, error);
  if (failures != NULL)
    fill (one, &rows, failures, rules, cancellable);
  g_clear_pointer (&rows.objects, g_ptr_array_unref);
  g_clear_pointer (&rows.replaced, g_ptr_array_unref);
  g_clear_pointer (&rows.returned, g_ptr_array_unref);
  return failures != NULL ? g_steal_pointer (&one) : NULL;
}
