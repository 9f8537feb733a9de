/* Objects into the index. Studies and series that a call touches are remembered for its length and written once, at
 * its end: a thousand slices change their series' row once. */
#include "config.h"

#include "store/neg-archive-private.h"

#include <string.h>

#include "model/neg-identity.h"
#include "store/neg-corrections.h"
#include "store/neg-entries.h"
#include "store/neg-facts.h"

/* What an object says of its study, in the order of the columns below. */
static const NegRecordField STUDY_FIELDS[] = {
  NEG_RECORD_PATIENT_NAME, NEG_RECORD_BIRTH_DATE,        NEG_RECORD_SEX,
  NEG_RECORD_STUDY_DATE,   NEG_RECORD_STUDY_TIME,        NEG_RECORD_TIMEZONE,
  NEG_RECORD_ACCESSION,    NEG_RECORD_ACCESSION_ISSUER,  NEG_RECORD_STUDY_DESCRIPTION,
  NEG_RECORD_REFERRER,     NEG_RECORD_INSTITUTION,
};

static const NegRecordField SERIES_FIELDS[] = {
  NEG_RECORD_MODALITY,  NEG_RECORD_SERIES_DATE, NEG_RECORD_SERIES_TIME, NEG_RECORD_SERIES_DESCRIPTION,
  NEG_RECORD_BODY_PART, NEG_RECORD_LATERALITY,  NEG_RECORD_STATION,
};

/* ?1: a newer version says so; else only what is still unknown is filled in. */
#define FILL(column, number)                                                                                           \
  column " = CASE WHEN ?" number " <> '' AND (?1 OR " column " = '') THEN ?" number " ELSE " column " END"

#define FIND_STUDY "SELECT id FROM study WHERE study_uid = ?1 AND issuer = ?2 AND patient_id = ?3 AND name_key = ?4"
#define INSERT_STUDY                                                                                                   \
  "INSERT INTO study (study_uid, issuer, patient_id, name_key, arrived_us, used_us, patient_name, birth_date, sex,"    \
  " date, time, timezone, accession, accession_issuer, description, referrer, institution)"                            \
  " VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
#define UPDATE_STUDY                                                                                                   \
  "UPDATE study SET used_us = max (used_us, ?3), cache_bytes = cache_bytes + ?4, " FILL ("patient_name", "5") ", "     \
  FILL ("birth_date", "6") ", " FILL ("sex", "7") ", " FILL ("date", "8") ", " FILL ("time", "9") ", "                 \
  FILL ("timezone", "10") ", " FILL ("accession", "11") ", " FILL ("accession_issuer", "12") ", "                      \
  FILL ("description", "13") ", " FILL ("referrer", "14") ", " FILL ("institution", "15") " WHERE id = ?2"

#define FIND_SERIES "SELECT id FROM series WHERE study_id = ?1 AND series_uid = ?2"
#define INSERT_SERIES                                                                                                  \
  "INSERT INTO series (study_id, series_uid, number, modality, date, time, description, body_part, laterality,"        \
  " station) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
#define UPDATE_SERIES                                                                                                  \
  "UPDATE series SET n_instances = n_instances + ?3, number = coalesce (number, ?4), " FILL ("modality", "5") ", "     \
  FILL ("date", "6") ", " FILL ("time", "7") ", " FILL ("description", "8") ", " FILL ("body_part", "9") ", "          \
  FILL ("laterality", "10") ", " FILL ("station", "11") " WHERE id = ?2"

/* The current version of an object of the same patient. */
#define FIND_INSTANCE                                                                                                  \
  "SELECT i.id, i.series_id, s.study_id, i.object_class, i.name, i.path, i.bytes"                                      \
  " FROM instance i CROSS JOIN series s ON s.id = i.series_id CROSS JOIN study t ON t.id = s.study_id"                 \
  " WHERE i.sop_instance_uid = ?1 AND i.superseded_by IS NULL AND (s.study_id = ?2 OR EXISTS ("                        \
  "SELECT 1 FROM study me WHERE me.id = ?2 AND me.issuer = t.issuer AND me.patient_id = t.patient_id"                  \
  " AND me.name_key = t.name_key)) LIMIT 1"
#define INSERT_INSTANCE                                                                                                \
  "INSERT INTO instance (series_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, number, object_class, name," \
  " path, bytes, dataset_offset, source, received_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
#define KEEP_INSTANCE                                                                                                  \
  "UPDATE instance SET object_class = ?2, name = ?3, path = NULL, dataset_offset = ?4, source = ?5 WHERE id = ?1"

/* To the desk comes what was sent or imported, be it again: a peer, "import". Not what was made here, which is about images
 * that have left or are being read, nor corrected objects, whose study is noted by whoever corrects; what is found again
 * (desk_found) comes with other words. */
#define COME                                                                                                           \
  "INSERT INTO desk (study_id, arrived_us, changed_us, due_us) VALUES (?1, ?2, ?3, ?3)"                                \
  " ON CONFLICT DO UPDATE SET changed_us = max (changed_us, ?3), due_us = max (due_us + 1, ?3),"                       \
  " state = iif (state >= 2, 0, state)"

typedef struct {
  gint64 id;
  const NegArchiveObject *object; /* the last one of it; NULL: only counts change */
  gint64 cache_bytes;            /* more than before */
  gboolean is_newer;             /* the object is a newer version */
  gint64 came_first_us, came_last_us; /* what the desk has to look at; 0: nothing */
} Study;

typedef struct {
  gint64 id, study_id;
  const NegObjectRecord *record; /* as above */
  gint n_instances;              /* more than before */
  gboolean is_newer;
} Series;

typedef struct {
  NegDatabase *database;
  const char *default_issuer;
  gint64 now_us;
  gboolean has_tombstones;
  GPtrArray *leftovers;
  GHashTable *studies, *series;               /* by id, their owners */
  GHashTable *studies_by_key, *series_by_key; /* borrowed from them */
  NegStatement *find_instance, *insert_instance;
  gint64 inserted_id; /* of the last object that is new */
  /* Objects come one after the other of the same series. */
  const NegArchiveObject *previous;
  Study *study;
  Series *last_series;
} Adding;

typedef struct {
  gint64 id, series_id, study_id;
  NegObjectClass object_class;
  char *name, *path; /* nullable */
  guint64 bytes;
} Existing;

static const char *
text_of (const NegObjectRecord *record, NegRecordField field)
{
  return record->text[field] != NULL ? record->text[field] : "";
}

static void
bind_fields (NegStatement *statement, int first, const NegObjectRecord *record, const NegRecordField *fields, guint n)
{
  for (guint i = 0; i < n; i++)
    neg_statement_bind_text (statement, first + (int) i, record != NULL ? text_of (record, fields[i]) : "");
}

/* As the accession numbers of peers that do not say whose they are count as their issuer's. */
static const char *
accession_issuer_of (const NegArchiveObject *object)
{
  const char *issuer = text_of (object->record, NEG_RECORD_ACCESSION_ISSUER);

  return *issuer == '\0' && object->accession_issuer != NULL && *text_of (object->record, NEG_RECORD_ACCESSION) != '\0'
             ? object->accession_issuer
             : issuer;
}

static void
bind_study_fields (NegStatement *statement, int first, const NegArchiveObject *object)
{
  bind_fields (statement, first, object != NULL ? object->record : NULL, STUDY_FIELDS, G_N_ELEMENTS (STUDY_FIELDS));
  for (guint i = 0; object != NULL && i < G_N_ELEMENTS (STUDY_FIELDS); i++)
    if (STUDY_FIELDS[i] == NEG_RECORD_ACCESSION_ISSUER)
      neg_statement_bind_text (statement, first + (int) i, accession_issuer_of (object));
}

/* An integer string (PS3.5 6.2, IS); NULL where it is none. */
static void
bind_number (NegStatement *statement, int parameter, const NegObjectRecord *record, NegRecordField field)
{
  const char *text = text_of (record, field);
  gint64 number;

  if (g_ascii_string_to_signed (*text == '+' ? text + 1 : text, 10, G_MININT32, G_MAXINT32, &number, NULL))
    neg_statement_bind_int (statement, parameter, number);
}

static void
bind_bytes (NegStatement *statement, int parameter, guint64 bytes)
{
  neg_statement_bind_int (statement, parameter, (gint64) MIN (bytes, (guint64) G_MAXINT64));
}

static gpointer
remember (GHashTable *table, gint64 id, gsize size)
{
  gint64 *item = g_hash_table_lookup (table, &id);

  if (item == NULL) {
    item = g_malloc0 (size);
    *item = id; /* the first field of both is the id, which is the key too */
    g_hash_table_insert (table, item, item);
  }
  return item;
}

static const char *
issuer_of (const Adding *adding, const NegArchiveObject *object)
{
  const char *issuer = text_of (object->record, NEG_RECORD_ISSUER);

  if (*issuer == '\0' && object->issuer != NULL)
    issuer = object->issuer;
  return *issuer != '\0' ? issuer : adding->default_issuer;
}

/* The study's UID, issuer, patient ID and name key, as they are compared. */
static gboolean
find_or_insert_study (Adding *adding, const NegArchiveObject *object, const char *const key[4], gint64 *id,
                      GError **error)
{
  NegStatement *find = neg_database_prepare (adding->database, FIND_STUDY, error);
  NegStatement *insert;

  if (find == NULL)
    return FALSE;
  for (int i = 0; i < 4; i++)
    neg_statement_bind_text (find, i + 1, key[i]);
  if (!_neg_archive_query_int (find, 0, id, error))
    return FALSE;
  if (*id != 0)
    return TRUE;
  insert = neg_database_prepare (adding->database, INSERT_STUDY, error);
  if (insert == NULL)
    return FALSE;
  for (int i = 0; i < 4; i++)
    neg_statement_bind_text (insert, i + 1, key[i]);
  neg_statement_bind_int (insert, 5, adding->now_us);
  bind_study_fields (insert, 6, object);
  if (!neg_statement_run (insert, error))
    return FALSE;
  *id = neg_database_get_last_id (adding->database);
  return TRUE;
}

static Study *
enter_study (Adding *adding, const NegArchiveObject *object, GError **error)
{
  const char *uid = text_of (object->record, NEG_RECORD_STUDY_UID);
  g_autofree char *issuer = neg_identity_dup_id (issuer_of (adding, object));
  g_autofree char *patient = neg_identity_dup_id (object->record->text[NEG_RECORD_PATIENT_ID]);
  g_autofree char *name = neg_identity_dup_name_key (object->record->text[NEG_RECORD_PATIENT_NAME]);
  const char *const parts[4] = { uid, issuer, patient, name };
  /* With lengths: no text of an object can end one part and begin another. */
  g_autofree char *key = g_strdup_printf ("%zu %zu %zu %s%s%s%s", strlen (uid), strlen (issuer), strlen (patient), uid,
                                          issuer, patient, name);
  Study *study = g_hash_table_lookup (adding->studies_by_key, key);
  gint64 id;

  if (study == NULL) {
    if (!find_or_insert_study (adding, object, parts, &id, error))
      return NULL;
    study = remember (adding->studies, id, sizeof *study);
    g_hash_table_insert (adding->studies_by_key, g_steal_pointer (&key), study);
  }
  return study;
}

static gboolean
find_or_insert_series (Adding *adding, const NegArchiveObject *object, gint64 study_id, gint64 *id, GError **error)
{
  NegStatement *find = neg_database_prepare (adding->database, FIND_SERIES, error);
  NegStatement *insert;

  if (find == NULL)
    return FALSE;
  neg_statement_bind_int (find, 1, study_id);
  neg_statement_bind_text (find, 2, text_of (object->record, NEG_RECORD_SERIES_UID));
  if (!_neg_archive_query_int (find, 0, id, error))
    return FALSE;
  if (*id != 0)
    return TRUE;
  insert = neg_database_prepare (adding->database, INSERT_SERIES, error);
  if (insert == NULL)
    return FALSE;
  neg_statement_bind_int (insert, 1, study_id);
  neg_statement_bind_text (insert, 2, text_of (object->record, NEG_RECORD_SERIES_UID));
  bind_number (insert, 3, object->record, NEG_RECORD_SERIES_NUMBER);
  bind_fields (insert, 4, object->record, SERIES_FIELDS, G_N_ELEMENTS (SERIES_FIELDS));
  if (!neg_statement_run (insert, error))
    return FALSE;
  *id = neg_database_get_last_id (adding->database);
  return TRUE;
}

static Series *
enter_series (Adding *adding, const NegArchiveObject *object, gint64 study_id, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT " %s", study_id,
                                          text_of (object->record, NEG_RECORD_SERIES_UID));
  Series *series = g_hash_table_lookup (adding->series_by_key, key);
  gint64 id;

  if (series == NULL) {
    if (!find_or_insert_series (adding, object, study_id, &id, error))
      return NULL;
    series = remember (adding->series, id, sizeof *series);
    series->study_id = study_id;
    g_hash_table_insert (adding->series_by_key, g_steal_pointer (&key), series);
  }
  return series;
}

static gboolean
is_same_text (const NegArchiveObject *a, const NegArchiveObject *b, NegRecordField field)
{
  return strcmp (text_of (a->record, field), text_of (b->record, field)) == 0;
}

static gboolean
enter (Adding *adding, const NegArchiveObject *object, GError **error)
{
  const NegArchiveObject *last = adding->previous;
  gboolean same_study = last != NULL && g_strcmp0 (last->issuer, object->issuer) == 0
                        && is_same_text (last, object, NEG_RECORD_STUDY_UID)
                        && is_same_text (last, object, NEG_RECORD_PATIENT_ID)
                        && is_same_text (last, object, NEG_RECORD_PATIENT_NAME)
                        && is_same_text (last, object, NEG_RECORD_ISSUER);

  adding->previous = NULL;
  if (!same_study)
    adding->study = enter_study (adding, object, error);
  if (adding->study == NULL)
    return FALSE;
  if (!same_study || !is_same_text (last, object, NEG_RECORD_SERIES_UID))
    adding->last_series = enter_series (adding, object, adding->study->id, error);
  if (adding->last_series == NULL)
    return FALSE;
  adding->previous = object;
  return TRUE;
}

static gboolean
find_existing (Adding *adding, const NegArchiveObject *object, Existing *existing, GError **error)
{
  NegStatement *find = adding->find_instance;
  gboolean has_row;

  neg_statement_bind_text (find, 1, object->record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  neg_statement_bind_int (find, 2, adding->study->id);
  if (!neg_statement_step (find, &has_row, error))
    return FALSE;
  if (has_row) {
    existing->id = neg_statement_get_int (find, 0);
    existing->series_id = neg_statement_get_int (find, 1);
    existing->study_id = neg_statement_get_int (find, 2);
    existing->object_class = (NegObjectClass) neg_statement_get_int (find, 3);
    existing->name = g_strdup (neg_statement_get_text (find, 4));
    existing->path = g_strdup (neg_statement_get_text (find, 5));
    existing->bytes = (guint64) neg_statement_get_int (find, 6);
    neg_statement_reset (find);
  }
  return TRUE;
}

/* What only lies somewhere has no hash: its size decides. */
static gboolean
is_same_object (const Existing *existing, const NegArchiveObject *object)
{
  return existing->bytes == object->bytes
         && (existing->name == NULL || object->name == NULL || strcmp (existing->name, object->name) == 0);
}

static gint64
cache_bytes_of (NegObjectClass object_class, const char *path, guint64 bytes)
{
  return object_class == NEG_OBJECT_CACHE && path == NULL ? (gint64) bytes : 0;
}

/* What the technologist's desk may have to judge; what the viewer stores is about images, and is read where it is. */
static gboolean
has_facts (const NegArchiveObject *object)
{
  return object->object_class == NEG_OBJECT_DATA && g_strcmp0 (object->source, NEG_ARCHIVE_SOURCE_VIEWER) != 0;
}

static gboolean
is_for_desk (const NegArchiveObject *object)
{
  static const char *const made_here[] = { NEG_ARCHIVE_SOURCE_VIEWER, NEG_ARCHIVE_SOURCE_DESK, NEG_ARCHIVE_SOURCE_REBUILD,
                                           NULL };

  return object->object_class == NEG_OBJECT_DATA && (object->source == NULL || !g_strv_contains (made_here, object->source));
}

static void
note_come (Study *study, gint64 received_us)
{
  if (study->came_first_us == 0)
    study->came_first_us = received_us;
  study->came_last_us = MAX (study->came_last_us, received_us);
}

static gboolean
insert_instance (Adding *adding, const NegArchiveObject *object, GError **error)
{
  const NegObjectRecord *record = object->record;
  NegStatement *insert = adding->insert_instance;
  const gint64 received_us = object->received_us != 0 ? object->received_us : adding->now_us;

  neg_statement_bind_int (insert, 1, adding->last_series->id);
  neg_statement_bind_text (insert, 2, record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  neg_statement_bind_text (insert, 3, record->text[NEG_RECORD_SOP_CLASS_UID]);
  neg_statement_bind_text (insert, 4, text_of (record, NEG_RECORD_TRANSFER_SYNTAX_UID));
  bind_number (insert, 5, record, NEG_RECORD_INSTANCE_NUMBER);
  neg_statement_bind_int (insert, 6, object->object_class);
  neg_statement_bind_text (insert, 7, object->name);
  neg_statement_bind_text (insert, 8, object->path);
  bind_bytes (insert, 9, object->bytes);
  bind_bytes (insert, 10, record->dataset_offset);
  neg_statement_bind_text (insert, 11, object->source != NULL ? object->source : "");
  neg_statement_bind_int (insert, 12, received_us);
  if (is_for_desk (object))
    note_come (adding->study, received_us);
  adding->last_series->n_instances++;
  adding->study->cache_bytes += cache_bytes_of (object->object_class, object->path, object->bytes);
  if (!neg_statement_run (insert, error))
    return FALSE;
  adding->inserted_id = neg_database_get_last_id (adding->database);
  return !has_facts (object) || neg_facts_add (adding->database, adding->inserted_id, record, error);
}

/* The same bytes in a better place: ours instead of a path, data instead of cache. Nothing goes the other way. */
static gboolean
keep_better (Adding *adding, const Existing *existing, const NegArchiveObject *object, GError **error)
{
  Study *study = remember (adding->studies, existing->study_id, sizeof *study);
  NegStatement *keep;

  if (object->path != NULL || (existing->path == NULL && existing->object_class <= object->object_class))
    return TRUE;
  keep = neg_database_prepare (adding->database, KEEP_INSTANCE, error);
  if (keep == NULL)
    return FALSE;
  neg_statement_bind_int (keep, 1, existing->id);
  neg_statement_bind_int (keep, 2, object->object_class);
  neg_statement_bind_text (keep, 3, object->name);
  bind_bytes (keep, 4, object->record->dataset_offset);
  neg_statement_bind_text (keep, 5, object->source != NULL ? object->source : "");
  study->cache_bytes += cache_bytes_of (object->object_class, NULL, object->bytes)
                        - cache_bytes_of (existing->object_class, existing->path, existing->bytes);
  if (existing->path == NULL && existing->name != NULL)
    g_ptr_array_add (adding->leftovers, _neg_archive_leftover_new (existing->object_class, existing->name,
                                                                   text_of (object->record,
                                                                            NEG_RECORD_SOP_INSTANCE_UID)));
  return neg_statement_run (keep, error);
}

static gboolean
supersede (Adding *adding, const Existing *existing, GError **error)
{
  NegStatement *update = neg_database_prepare (adding->database, "UPDATE instance SET superseded_by = ?2 WHERE id = ?1",
                                               error);
  Series *old = remember (adding->series, existing->series_id, sizeof *old);

  if (update == NULL)
    return FALSE;
  old->study_id = existing->study_id;
  old->n_instances--;
  remember (adding->studies, existing->study_id, sizeof (Study));
  adding->study->is_newer = adding->last_series->is_newer = TRUE;
  neg_statement_bind_int (update, 1, existing->id);
  neg_statement_bind_int (update, 2, adding->inserted_id);
  return neg_statement_run (update, error);
}

/* *deleted: nobody asked for it. What was asked for is no longer deleted. */
static gboolean
heed_tombstone (Adding *adding, const NegArchiveObject *object, gboolean *deleted, GError **error)
{
  NegStatement *statement = neg_database_prepare (adding->database,
                                                  object->unasked
                                                      ? "SELECT 1 FROM tombstone WHERE sop_instance_uid = ?1"
                                                      : "DELETE FROM tombstone WHERE sop_instance_uid = ?1",
                                                  error);
  gint64 found = 0;

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, object->record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  if (!_neg_archive_query_int (statement, 0, &found, error))
    return FALSE;
  *deleted = found != 0;
  return TRUE;
}

static gboolean
add_or_replace (Adding *adding, const NegArchiveObject *object, const Existing *existing, NegAdded *added,
                GError **error)
{
  adding->study->object = object;
  adding->last_series->record = object->record;
  if (existing->id == 0) {
    *added = NEG_ADDED_NEW;
    return insert_instance (adding, object, error);
  }
  if (is_same_object (existing, object)) {
    *added = NEG_ADDED_SAME;
    return keep_better (adding, existing, object, error);
  }
  *added = NEG_ADDED_VERSION;
  return insert_instance (adding, object, error) && supersede (adding, existing, error);
}

/* Older bytes that a correction has replaced or put aside, sent once more: whoever sends them does not know of it. A version
 * that nobody corrected is another matter: its sender may want it back. */
#define FIND_CORRECTED                                                                                                 \
  "SELECT 1 FROM instance i WHERE i.sop_instance_uid = ?1 AND i.name = ?2 AND i.superseded_by IS NOT NULL"             \
  " AND (i.superseded_by = i.id OR EXISTS (SELECT 1 FROM correction_object o JOIN correction c ON c.id = o.correction_id" \
  " WHERE o.old_sop_uid = i.sop_instance_uid AND o.old_id = i.id AND c.state = 2)) LIMIT 1"

static gboolean
is_corrected (Adding *adding, const NegArchiveObject *object, gboolean *is, GError **error)
{
  NegStatement *find = object->name != NULL ? neg_database_prepare (adding->database, FIND_CORRECTED, error) : NULL;
  gint64 found = 0;

  G_STATIC_ASSERT (NEG_CORRECTION_APPLIED == 2);
  *is = FALSE;
  if (object->name == NULL)
    return TRUE;
  if (find == NULL)
    return FALSE;
  neg_statement_bind_text (find, 1, object->record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  neg_statement_bind_text (find, 2, object->name);
  if (!_neg_archive_query_int (find, 0, &found, error))
    return FALSE;
  *is = found != 0;
  return TRUE;
}

/* Its row is there, and nobody shows it. */
static gboolean
add_hidden (Adding *adding, const NegArchiveObject *object, NegAdded *added, GError **error)
{
  NegStatement *hide;

  *added = NEG_ADDED_SAME;
  if (!enter (adding, object, error) || !insert_instance (adding, object, error))
    return FALSE;
  adding->last_series->n_instances--;
  hide = neg_database_prepare (adding->database, "UPDATE instance SET superseded_by = id WHERE id = ?1", error);
  if (hide == NULL)
    return FALSE;
  neg_statement_bind_int (hide, 1, adding->inserted_id);
  return neg_statement_run (hide, error);
}

/* A file that was found in its place: whether a row names it, be it as an older version, or of a patient whose issuer the
 * file itself does not say. */
static gboolean
is_row_there (Adding *adding, const NegArchiveObject *object, gboolean *is_there, GError **error)
{
  NegStatement *statement;
  gint64 found = 0;

  *is_there = FALSE;
  if (!object->unasked || object->name == NULL)
    return TRUE;
  statement = neg_database_prepare (adding->database,
                                    "SELECT 1 FROM instance WHERE sop_instance_uid = ?1 AND name = ?2"
                                    " AND object_class = ?3 AND path IS NULL LIMIT 1",
                                    error);
  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, object->record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  neg_statement_bind_text (statement, 2, object->name);
  neg_statement_bind_int (statement, 3, object->object_class);
  if (!_neg_archive_query_int (statement, 0, &found, error))
    return FALSE;
  *is_there = found != 0;
  return TRUE;
}

static gboolean
add_one (Adding *adding, const NegArchiveObject *object, NegAdded *added, GError **error)
{
  Existing existing = { 0 };
  gboolean deleted = FALSE, is_there, is_old = FALSE, done;

  if (!is_row_there (adding, object, &is_there, error) || (!is_there && !is_corrected (adding, object, &is_old, error)))
    return FALSE;
  if (is_there || is_old) {
    *added = NEG_ADDED_SAME;
    return TRUE;
  }
  if (adding->has_tombstones && !heed_tombstone (adding, object, &deleted, error))
    return FALSE;
  if (deleted) {
    *added = NEG_ADDED_DELETED;
    return TRUE;
  }
  if (object->is_older)
    return add_hidden (adding, object, added, error);
  done = enter (adding, object, error) && find_existing (adding, object, &existing, error)
         && add_or_replace (adding, object, &existing, added, error);
  g_free (existing.name);
  g_free (existing.path);
  return done;
}

static gboolean
write_series (Adding *adding, const Series *series, GError **error)
{
  NegStatement *update = neg_database_prepare (adding->database, UPDATE_SERIES, error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, series->is_newer);
  neg_statement_bind_int (update, 2, series->id);
  neg_statement_bind_int (update, 3, series->n_instances);
  if (series->record != NULL)
    bind_number (update, 4, series->record, NEG_RECORD_SERIES_NUMBER);
  bind_fields (update, 5, series->record, SERIES_FIELDS, G_N_ELEMENTS (SERIES_FIELDS));
  return neg_statement_run (update, error);
}

static gboolean
write_study (Adding *adding, const Study *study, GError **error)
{
  NegStatement *update = neg_database_prepare (adding->database, UPDATE_STUDY, error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_int (update, 1, study->is_newer);
  neg_statement_bind_int (update, 2, study->id);
  neg_statement_bind_int (update, 3, adding->now_us);
  neg_statement_bind_int (update, 4, study->cache_bytes);
  bind_study_fields (update, 5, study->object);
  return neg_statement_run (update, error);
}

static gboolean
write_come (Adding *adding, const Study *study, GError **error)
{
  NegStatement *come;

  if (study->came_first_us == 0)
    return TRUE;
  come = neg_database_prepare (adding->database, COME, error);
  if (come == NULL)
    return FALSE;
  neg_statement_bind_int (come, 1, study->id);
  neg_statement_bind_int (come, 2, study->came_first_us);
  neg_statement_bind_int (come, 3, study->came_last_us);
  return neg_statement_run (come, error);
}

static gboolean
write_touched (Adding *adding, GError **error)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, adding->series);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    if (!write_series (adding, item, error))
      return FALSE;
  g_hash_table_iter_init (&iter, adding->studies);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    if (!write_study (adding, item, error) || !write_come (adding, item, error)
        || !neg_entries_refresh_study (adding->database, ((const Study *) item)->id, error))
      return FALSE;
  return TRUE;
}

static gboolean
begin_adding (Adding *adding, GError **error)
{
  NegStatement *tombstones = neg_database_prepare (adding->database, "SELECT 1 FROM tombstone LIMIT 1", error);
  gint64 found = 0;

  adding->now_us = g_get_real_time ();
  adding->find_instance = neg_database_prepare (adding->database, FIND_INSTANCE, error);
  adding->insert_instance = adding->find_instance != NULL
                                ? neg_database_prepare (adding->database, INSERT_INSTANCE, error)
                                : NULL;
  if (tombstones == NULL || adding->insert_instance == NULL || !_neg_archive_query_int (tombstones, 0, &found, error))
    return FALSE;
  adding->has_tombstones = found != 0;
  return TRUE;
}

gboolean
_neg_archive_add_within (NegDatabase *database, const char *default_issuer, const NegArchiveObject *objects, guint n,
                         NegAdded *added, GPtrArray *leftovers, GError **error)
{
  g_autoptr (GHashTable) studies = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  g_autoptr (GHashTable) series = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  g_autoptr (GHashTable) studies_by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) series_by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Adding adding = { .database = database,
                    .default_issuer = default_issuer,
                    .leftovers = leftovers,
                    .studies = studies,
                    .series = series,
                    .studies_by_key = studies_by_key,
                    .series_by_key = series_by_key };
  gboolean done;

  g_ptr_array_set_size (leftovers, 0);
  done = begin_adding (&adding, error);
  for (guint i = 0; done && i < n; i++) {
    NegAdded result = NEG_ADDED_NEW;

    done = add_one (&adding, &objects[i], &result, error);
    if (added != NULL)
      added[i] = result;
  }
  return done && write_touched (&adding, error);
}
