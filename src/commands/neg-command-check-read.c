#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "base/neg-error.h"
#include "commands/neg-command-check-private.h"
#include "pipeline/neg-loader.h"
#include "quality/neg-quality-pixels.h"
#include "quality/neg-quality-tags.h"
#include "wire/neg-index-batch.h"

#define DEPTH_MAX 64
#define GROUP_OBJECTS 1000

typedef struct {
  NegEnginePool *pool;
  const NegQualityRules *rules;
  const char *const *named; /* by the person: what of them is no DICOM is a failure */
  GPtrArray *next;          /* NegBlob: the group that is being filled */
  GPtrArray *studies;
  GHashTable *by_uid;
  GHashTable *blobs;        /* object to its NegBlob */
  GHashTable *instances;    /* SOP instance UIDs that were met: to the first object */
  GPtrArray *again;         /* objects whose UID was met before, and those before them */
  gboolean has_failed;
} Reading;

static void
free_study (gpointer data)
{
  NegCheckStudy *study = data;

  g_free (study->uid);
  neg_quality_study_free (study->study);
  g_ptr_array_unref (study->objects);
  g_free (study);
}

/* @key: the study UID, or what stands for it. */
static void
add_object (Reading *reading, NegQualityObject *object, const char *key)
{
  NegCheckStudy *study = g_hash_table_lookup (reading->by_uid, key);

  if (study == NULL) {
    study = g_new0 (NegCheckStudy, 1);
    study->uid = g_strdup (object->record != NULL && object->record->text[NEG_RECORD_STUDY_UID] != NULL ? key : "");
    study->study = neg_quality_study_new ();
    study->objects = g_ptr_array_new ();
    g_ptr_array_add (reading->studies, study);
    g_hash_table_insert (reading->by_uid, g_strdup (key), study);
  }
  neg_quality_study_add_object (study->study, object);
  g_ptr_array_add (study->objects, object);
}

static void
fail_object (Reading *reading, NegQualityObject *object, const char *why)
{
  neg_quality_set (&object->unreadable, why);
  reading->has_failed = TRUE;
}

static void
add_unreadable (Reading *reading, const char *path, const GError *error)
{
  NegQualityObject *object;

  /* A folder of a CD holds a player and a leaflet. */
  if (!g_strv_contains (reading->named, path) && g_error_matches (error, NEG_ERROR, NEG_ERROR_UNREADABLE))
    return;
  object = neg_quality_object_new ();
  object->path = g_strdup (path);
  fail_object (reading, object, error->message);
  neg_command_fail (path, error);
  add_object (reading, object, "");
}

static void
add_record (Reading *reading, NegBlob *blob, NegObjectRecord *record)
{
  NegQualityObject *object = neg_quality_object_new ();
  const char *uid = record->text[NEG_RECORD_SOP_INSTANCE_UID], *study = record->text[NEG_RECORD_STUDY_UID];

  object->record = record;
  object->path = g_strdup (neg_blob_get_name (blob));
  g_hash_table_insert (reading->blobs, object, neg_blob_ref (blob));
  if (uid != NULL && !g_hash_table_contains (reading->instances, uid)) {
    g_hash_table_insert (reading->instances, (gpointer) uid, object);
  } else if (uid != NULL) {
    g_ptr_array_add (reading->again, g_hash_table_lookup (reading->instances, uid));
    g_ptr_array_add (reading->again, object);
  }
  /* Without a study UID an object is of no study, and not of one with others that have none. */
  add_object (reading, object, study != NULL ? study : object->path);
}

/* --- containers: DICOMDIRs and archives --- */

static void read_group (Reading *reading, gboolean is_inside);

static void
take_blob (Reading *reading, NegBlob *blob, gboolean is_inside)
{
  g_ptr_array_add (reading->next, neg_blob_ref (blob));
  if (reading->next->len >= GROUP_OBJECTS)
    read_group (reading, is_inside);
}

static void
take_series (Reading *reading, NegSeries *series, GHashTable *seen)
{
  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    NegBlob *blob = neg_series_get_frame (series, i)->blob;

    if (g_hash_table_add (seen, blob))
      take_blob (reading, blob, TRUE);
  }
}

/* What the DICOMDIR of a folder that was named lists lies beside it, and is met there. */
static gboolean
is_beside (Reading *reading, const char *path)
{
  g_autoptr (NegBlob) blob = neg_blob_new_for_path (path);
  g_auto (NegScanResult) scan = { 0 };

  return !g_strv_contains (reading->named, path) && neg_wait_scan (reading->pool, blob, &scan, NULL)
         && scan.kind == NEG_SCAN_DIRECTORY;
}

static void
take_all (Reading *reading, NegLoader *loader)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GListModel *series = neg_loader_get_series (loader);
  GPtrArray *objects = neg_loader_get_objects (loader);

  for (guint i = 0; i < g_list_model_get_n_items (series); i++) {
    g_autoptr (NegSeries) one = g_list_model_get_item (series, i);

    take_series (reading, one, seen);
  }
  for (guint i = 0; i < objects->len; i++)
    take_blob (reading, ((NegLoadedObject *) objects->pdata[i])->blob, TRUE);
}

static void
read_container (Reading *reading, const char *path)
{
  g_autoptr (NegLoader) loader = neg_loader_new (reading->pool);
  const char *const paths[] = { path, NULL };
  GPtrArray *unreadable = neg_loader_get_unreadable (loader);

  neg_loader_load (loader, paths);
  neg_loader_wait (loader);
  if (!is_beside (reading, path))
    take_all (reading, loader);
  for (guint i = 0; i < unreadable->len; i++) {
    const NegUnreadable *item = unreadable->pdata[i];

    add_unreadable (reading, item->path, item->error);
  }
  read_group (reading, TRUE);
}

/* The records of the group. What is a container (no object inside one is) is read when the group is done. */
static void
read_group (Reading *reading, gboolean is_inside)
{
  g_autoptr (NegIndexBatch) batch = neg_index_batch_new (reading->pool, reading->next, TRUE, NEG_PRIORITY_SCAN);
  g_autoptr (GPtrArray) containers = g_ptr_array_new_with_free_func (g_free);

  reading->next = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  neg_index_batch_wait (batch, NULL);
  for (guint i = 0; i < batch->blobs->len; i++) {
    NegBlob *blob = batch->blobs->pdata[i];

    if (batch->records[i] != NULL)
      add_record (reading, blob, g_steal_pointer (&batch->records[i]));
    else if (!is_inside && g_error_matches (batch->errors[i], NEG_ERROR, NEG_ERROR_UNSUPPORTED))
      g_ptr_array_add (containers, g_strdup (neg_blob_get_name (blob)));
    else
      add_unreadable (reading, neg_blob_get_name (blob), batch->errors[i]);
  }
  for (guint i = 0; i < containers->len; i++)
    read_container (reading, containers->pdata[i]);
}

/* --- folders --- */

static void
fail_path (Reading *reading, const char *path, NegErrorCode code, const char *message)
{
  g_autoptr (GError) error = NULL;

  neg_fail (&error, code, path, "%s", message);
  add_unreadable (reading, path, error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void walk (Reading *reading, const char *path, guint depth);

static void
walk_folder (Reading *reading, const char *path, guint depth)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (folder == NULL || depth >= DEPTH_MAX) {
    fail_path (reading, path, folder == NULL ? NEG_ERROR_NOT_FOUND : NEG_ERROR_NESTING,
               folder == NULL ? error->message : "folders are nested too deeply");
    return;
  }
  while ((name = g_dir_read_name (folder)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *child = g_build_filename (path, names->pdata[i], NULL);

    walk (reading, child, depth + 1);
  }
}

/* Links to files are followed, to folders below the one that was named not: they may lead in a circle. */
static void
walk (Reading *reading, const char *path, guint depth)
{
  struct stat status, link;

  if (stat (path, &status) != 0 || lstat (path, &link) != 0) {
    fail_path (reading, path, NEG_ERROR_NOT_FOUND, "it is not there");
  } else if (S_ISDIR (status.st_mode)) {
    if (depth == 0 || !S_ISLNK (link.st_mode))
      walk_folder (reading, path, depth);
  } else if (S_ISREG (status.st_mode)) {
    g_autoptr (NegBlob) blob = neg_blob_new_for_path (path);

    take_blob (reading, blob, FALSE);
  } else if (depth == 0) {
    fail_path (reading, path, NEG_ERROR_UNREADABLE, "it is no file and no folder");
  }
}

/* --- pixels --- */

/* The middle frame: the first and the last of a run are often black. */
static gboolean
measure (Reading *reading, NegQualityObject *object, GError **error)
{
  NegBlob *blob = g_hash_table_lookup (reading->blobs, object);
  g_auto (NegScanResult) scan = { 0 };
  g_autoptr (NegPixels) pixels = NULL;
  g_autofree NegQualityPixels *measured = g_new0 (NegQualityPixels, 1);
  const NegFrame *frame;
  guint64 bytes;

  if (!neg_wait_scan (reading->pool, blob, &scan, error))
    return FALSE;
  if (scan.kind != NEG_SCAN_INSTANCE || scan.instance->rows == 0 || scan.instance->kind != NEG_OBJECT_IMAGE)
    return TRUE;
  pixels = neg_wait_decode (reading->pool, blob, scan.instance, scan.instance->frames / 2, NEG_FRAME_STORED, error);
  if (pixels == NULL)
    return FALSE;
  frame = neg_pixels_get_frame (pixels);
  bytes = neg_pixels_get_bytes (pixels);
  if (!neg_quality_pixels_measure (object->record, &frame->format, frame->pixels, bytes, measured))
    return TRUE;
  if (scan.instance->frames == 1)
    neg_quality_pixels_set_digest (measured, frame->pixels, bytes);
  g_free (object->pixels);
  object->pixels = g_steal_pointer (&measured);
  return TRUE;
}

static void
measure_object (Reading *reading, NegQualityObject *object)
{
  g_autoptr (GError) error = NULL;

  if (object->pixels != NULL || object->unreadable != NULL || measure (reading, object, &error))
    return;
  fail_object (reading, object, error->message);
  neg_command_fail (object->path, error);
}

static void
measure_all (Reading *reading)
{
  for (guint i = 0; i < reading->studies->len; i++) {
    const NegCheckStudy *study = reading->studies->pdata[i];

    for (guint j = 0; j < study->objects->len; j++) {
      NegQualityObject *object = study->objects->pdata[j];

      if (object->record != NULL && neg_quality_rules_want_pixels (reading->rules, object->record))
        measure_object (reading, object);
    }
  }
  for (guint i = 0; i < reading->again->len; i++)
    if (((NegQualityObject *) reading->again->pdata[i])->record->text[NEG_RECORD_ROWS] != NULL)
      measure_object (reading, reading->again->pdata[i]);
}

/* --- what only whole data sets tell --- */

typedef struct {
  GPtrArray *objects; /* NegQualityObject */
  GMutex lock;
  GCond cond;
  gboolean is_done;
} TagReading;

/* One at a time, and nobody looks at the objects until all are done. What cannot be read was told when it was indexed. */
static void
tags_cb (guint index, NegTags **tags, const GError *error, gpointer user_data)
{
  const TagReading *reading = user_data;

  if (error == NULL)
    neg_quality_object_take_tags (reading->objects->pdata[index], *tags);
}

static void
tags_done_cb (gpointer user_data)
{
  TagReading *reading = user_data;

  g_mutex_lock (&reading->lock);
  reading->is_done = TRUE;
  g_cond_signal (&reading->cond);
  g_mutex_unlock (&reading->lock);
}

/* One object of each series, and every report of dose. */
static GPtrArray *
list_for_tags (Reading *reading)
{
  g_autoptr (GHashTable) series = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *chosen = g_ptr_array_new ();

  for (guint i = 0; i < reading->studies->len; i++) {
    const NegCheckStudy *study = reading->studies->pdata[i];

    for (guint j = 0; j < study->objects->len; j++) {
      NegQualityObject *object = study->objects->pdata[j];
      const char *uid = object->record != NULL ? object->record->text[NEG_RECORD_SERIES_UID] : NULL;

      if (uid != NULL && (g_hash_table_add (series, (gpointer) uid) || neg_quality_is_dose_report (object->record)))
        g_ptr_array_add (chosen, object);
    }
  }
  return chosen;
}

static void
read_tags (Reading *reading)
{
  TagReading tags = { .objects = list_for_tags (reading) };
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();
  g_autoptr (NegRequest) request = NULL;

  for (guint i = 0; i < tags.objects->len; i++)
    g_ptr_array_add (blobs, g_hash_table_lookup (reading->blobs, tags.objects->pdata[i]));
  if (blobs->len > 0) {
    g_mutex_init (&tags.lock);
    g_cond_init (&tags.cond);
    request = neg_engine_pool_tags (reading->pool, (NegBlob *const *) blobs->pdata, blobs->len, NEG_PRIORITY_SCAN, tags_cb,
                                    tags_done_cb, &tags);
    g_mutex_lock (&tags.lock);
    while (!tags.is_done)
      g_cond_wait (&tags.cond, &tags.lock);
    g_mutex_unlock (&tags.lock);
    g_mutex_clear (&tags.lock);
    g_cond_clear (&tags.cond);
  }
  g_ptr_array_unref (tags.objects);
}

GPtrArray *
neg_check_read (NegEnginePool *pool, const NegQualityRules *rules, const char *const *paths, gboolean *has_failed)
{
  Reading reading = { .pool = pool, .rules = rules, .named = paths };

  reading.next = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  reading.studies = g_ptr_array_new_with_free_func (free_study);
  reading.by_uid = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reading.blobs = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) neg_blob_unref);
  reading.instances = g_hash_table_new (g_str_hash, g_str_equal);
  reading.again = g_ptr_array_new ();
  for (guint i = 0; paths[i] != NULL; i++)
    walk (&reading, paths[i], 0);
  read_group (&reading, FALSE);
  measure_all (&reading);
  read_tags (&reading);
  *has_failed = reading.has_failed;
  g_ptr_array_unref (reading.next);
  g_hash_table_unref (reading.by_uid);
  g_hash_table_unref (reading.blobs);
  g_hash_table_unref (reading.instances);
  g_ptr_array_unref (reading.again);
  return reading.studies;
}
