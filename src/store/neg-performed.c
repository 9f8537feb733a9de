#include "config.h"

#include "store/neg-performed.h"

#include <string.h>

#include "base/neg-error.h"

#define OBJECTS_MAX 100000

static void
performed_object_free (NegPerformedObject *object)
{
  g_free (object->sop_class_uid);
  g_free (object->sop_instance_uid);
  g_free (object->series_uid);
  g_free (object);
}

void
neg_performed_step_free (NegPerformedStep *step)
{
  if (step == NULL)
    return;
  g_free (step->sop_instance_uid);
  g_free (step->status);
  g_free (step->study_uid);
  g_free (step->accession);
  g_free (step->patient_id);
  g_free (step->issuer);
  g_free (step->patient_name);
  g_free (step->modality);
  g_free (step->station);
  g_free (step->started);
  g_free (step->ended);
  g_free (step->source);
  g_free (step->message);
  g_clear_pointer (&step->attributes, g_variant_unref);
  g_clear_pointer (&step->objects, g_ptr_array_unref);
  g_free (step);
}

/* --- what a step says of itself --- */

/* Values that have columns of their own, with the paths at which PS3.4 table F.7.2-1 has them. */
static const struct {
  const char *path;
  gsize offset;
} columns[] = {
  { "PerformedProcedureStepStatus", G_STRUCT_OFFSET (NegPerformedStep, status) },
  { "ScheduledStepAttributesSequence[0].StudyInstanceUID", G_STRUCT_OFFSET (NegPerformedStep, study_uid) },
  { "ScheduledStepAttributesSequence[0].AccessionNumber", G_STRUCT_OFFSET (NegPerformedStep, accession) },
  { "PatientID", G_STRUCT_OFFSET (NegPerformedStep, patient_id) },
  { "IssuerOfPatientID", G_STRUCT_OFFSET (NegPerformedStep, issuer) },
  { "PatientName", G_STRUCT_OFFSET (NegPerformedStep, patient_name) },
  { "Modality", G_STRUCT_OFFSET (NegPerformedStep, modality) },
  { "PerformedStationName", G_STRUCT_OFFSET (NegPerformedStep, station) },
};

static const char *
find (GVariant *attributes, const char *path)
{
  GVariantIter iter;
  const char *key, *value;

  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &key, &value))
    if (strcmp (key, path) == 0)
      return value;
  return NULL;
}

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

static void
set_time (char **text, GVariant *attributes, const char *date_path, const char *time_path)
{
  const char *date = find (attributes, date_path);
  const char *time = find (attributes, time_path);

  if (date == NULL || *date == '\0')
    return;
  g_free (*text);
  *text = g_strconcat (date, time, NULL);
}

/* What @attributes say wins, what they do not say stays. */
static void
fill (NegPerformedStep *step, GVariant *attributes)
{
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++) {
    const char *value = find (attributes, columns[i].path);

    if (value != NULL)
      set_text (G_STRUCT_MEMBER_P (step, columns[i].offset), value);
  }
  set_time (&step->started, attributes, "PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime");
  set_time (&step->ended, attributes, "PerformedProcedureStepEndDate", "PerformedProcedureStepEndTime");
}

static gboolean
split_item (const char *path, const char *sequence, guint *item, const char **rest)
{
  gsize length = strlen (sequence);
  guint64 number;
  char *end;

  if (strncmp (path, sequence, length) != 0 || path[length] != '[' || !g_ascii_isdigit (path[length + 1]))
    return FALSE;
  number = g_ascii_strtoull (path + length + 1, &end, 10);
  if (!g_str_has_prefix (end, "].") || number > OBJECTS_MAX)
    return FALSE;
  *item = (guint) number;
  *rest = end + 2;
  return TRUE;
}

/* One reference is being gathered at a time: attributes come in the order of the data set. */
typedef struct {
  GPtrArray *objects;
  guint series, item;
  const char *list; /* the sequence that @item counts in; NULL: none yet */
  NegPerformedObject *object;
} Listing;

static NegPerformedObject *
open_object (Listing *listing, guint series, const char *list, guint item)
{
  if (listing->list == list && listing->series == series && listing->item == item && listing->object != NULL)
    return listing->object;
  if (listing->objects->len >= OBJECTS_MAX)
    return NULL;
  listing->list = list;
  listing->series = series;
  listing->item = item;
  listing->object = g_new0 (NegPerformedObject, 1);
  g_ptr_array_add (listing->objects, listing->object);
  return listing->object;
}

static void
list_attribute (Listing *listing, GHashTable *series_uids, const char *path, const char *value)
{
  static const char *const lists[] = { "ReferencedImageSequence", "ReferencedNonImageCompositeSOPInstanceSequence" };
  NegPerformedObject *object = NULL;
  const char *rest, *name;
  guint series, item;

  if (!split_item (path, "PerformedSeriesSequence", &series, &rest))
    return;
  if (strcmp (rest, "SeriesInstanceUID") == 0)
    g_hash_table_insert (series_uids, GUINT_TO_POINTER (series), (gpointer) value);
  for (guint i = 0; i < G_N_ELEMENTS (lists) && object == NULL; i++)
    if (split_item (rest, lists[i], &item, &name))
      object = open_object (listing, series, lists[i], item);
  if (object == NULL)
    return;
  if (object->series_uid == NULL) /* its number until all of them are known */
    object->series_uid = g_strdup_printf ("%u", series);
  if (strcmp (name, "ReferencedSOPInstanceUID") == 0)
    set_text (&object->sop_instance_uid, value);
  else if (strcmp (name, "ReferencedSOPClassUID") == 0)
    set_text (&object->sop_class_uid, value);
}

/* NegPerformedObject of the Performed Series Sequence; those without an instance UID are none. */
static GPtrArray *
list_objects (GVariant *attributes)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify) performed_object_free);
  g_autoptr (GHashTable) series_uids = g_hash_table_new (NULL, NULL);
  Listing listing = { .objects = objects };
  GVariantIter iter;
  const char *path, *value;

  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &path, &value))
    list_attribute (&listing, series_uids, path, value);
  for (guint i = objects->len; i > 0; i--) {
    NegPerformedObject *object = objects->pdata[i - 1];
    guint series = (guint) g_ascii_strtoull (object->series_uid, NULL, 10);

    if (object->sop_instance_uid == NULL || *object->sop_instance_uid == '\0') {
      g_ptr_array_remove_index (objects, i - 1);
      continue;
    }
    set_text (&object->series_uid, g_hash_table_lookup (series_uids, GUINT_TO_POINTER (series)));
  }
  return g_steal_pointer (&objects);
}

/* --- rows --- */

#define STEP_COLUMNS                                                                                                   \
  "sop_instance_uid, status, study_uid, accession, patient_id, issuer, patient_name, modality, station, started,"     \
  " ended, source, message, attributes, is_ours, told, received_us, changed_us"
#define N_TEXTS 13

static char **
get_text (NegPerformedStep *step, int column)
{
  char **texts[N_TEXTS] = { &step->sop_instance_uid, &step->status,  &step->study_uid, &step->accession, &step->patient_id,
                            &step->issuer,           &step->patient_name, &step->modality, &step->station, &step->started,
                            &step->ended,            &step->source,  &step->message };

  return texts[column];
}

static NegPerformedStep *
read_step (NegStatement *row, GError **error)
{
  g_autoptr (NegPerformedStep) step = g_new0 (NegPerformedStep, 1);

  for (int i = 0; i < N_TEXTS; i++)
    *get_text (step, i) = g_strdup (neg_statement_get_text (row, i));
  step->attributes = g_variant_parse (G_VARIANT_TYPE ("a(ss)"), neg_statement_get_text (row, N_TEXTS), NULL, NULL, NULL);
  step->is_ours = neg_statement_get_int (row, N_TEXTS + 1) != 0;
  step->told = (NegPerformedTold) neg_statement_get_int (row, N_TEXTS + 2);
  step->received_us = neg_statement_get_int (row, N_TEXTS + 3);
  step->changed_us = neg_statement_get_int (row, N_TEXTS + 4);
  if (step->attributes != NULL)
    return g_steal_pointer (&step);
  neg_fail (error, NEG_ERROR_UNREADABLE, "performed_step", "What a performed procedure step said cannot be read");
  return NULL;
}

static gboolean
read_objects (NegDatabase *database, NegPerformedStep *step, GError **error)
{
  NegStatement *rows = neg_database_prepare (
      database, "SELECT sop_instance_uid, sop_class_uid, series_uid FROM performed_object WHERE step_uid = ?1", error);
  gboolean has_row = TRUE;

  step->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) performed_object_free);
  if (rows == NULL)
    return FALSE;
  neg_statement_bind_text (rows, 1, step->sop_instance_uid);
  while (neg_statement_step (rows, &has_row, error)) {
    NegPerformedObject *object;

    if (!has_row)
      return TRUE;
    object = g_new0 (NegPerformedObject, 1);
    object->sop_instance_uid = g_strdup (neg_statement_get_text (rows, 0));
    object->sop_class_uid = g_strdup (neg_statement_get_text (rows, 1));
    object->series_uid = g_strdup (neg_statement_get_text (rows, 2));
    g_ptr_array_add (step->objects, object);
  }
  return FALSE;
}

static GPtrArray *
query (NegDatabase *database, const char *sql, const char *uid, GError **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_performed_step_free);
  NegStatement *rows = neg_database_prepare (database, sql, error);
  gboolean has_row = rows != NULL;

  if (rows == NULL)
    return NULL;
  neg_statement_bind_text (rows, 1, uid);
  while (has_row) {
    NegPerformedStep *step;

    if (!neg_statement_step (rows, &has_row, error))
      return NULL;
    step = has_row ? read_step (rows, error) : NULL;
    if (has_row && step == NULL) {
      neg_statement_reset (rows);
      return NULL;
    }
    if (step != NULL)
      g_ptr_array_add (steps, step);
  }
  for (guint i = 0; i < steps->len; i++)
    if (!read_objects (database, steps->pdata[i], error))
      return NULL;
  return g_steal_pointer (&steps);
}

GPtrArray *
neg_performed_list_of_study (NegDatabase *database, const char *study_uid, GError **error)
{
  return query (database,
                "SELECT " STEP_COLUMNS " FROM performed_step WHERE study_uid = ?1 AND study_uid <> ''"
                " ORDER BY received_us DESC LIMIT 100",
                study_uid, error);
}

GPtrArray *
neg_performed_list_untold (NegDatabase *database, GError **error)
{
  return query (database,
                "SELECT " STEP_COLUMNS " FROM performed_step WHERE is_ours = 1 AND told < 2 AND ?1 = ''"
                " ORDER BY received_us LIMIT 1000",
                "", error);
}

NegPerformedStep *
neg_performed_find (NegDatabase *database, const char *sop_instance_uid, GError **error)
{
  g_autoptr (GPtrArray) steps
      = query (database, "SELECT " STEP_COLUMNS " FROM performed_step WHERE sop_instance_uid = ?1", sop_instance_uid, error);

  if (steps == NULL)
    return NULL;
  if (steps->len > 0)
    return g_ptr_array_steal_index (steps, 0);
  neg_fail (error, NEG_ERROR_NOT_FOUND, sop_instance_uid, "There is no such performed procedure step");
  return NULL;
}

/* --- writing --- */

static gboolean
write_objects (NegDatabase *database, const NegPerformedStep *step, GError **error)
{
  g_autoptr (GPtrArray) objects = list_objects (step->attributes);
  NegStatement *clear = neg_database_prepare (database, "DELETE FROM performed_object WHERE step_uid = ?1", error);

  if (clear == NULL)
    return FALSE;
  neg_statement_bind_text (clear, 1, step->sop_instance_uid);
  if (!neg_statement_run (clear, error))
    return FALSE;
  for (guint i = 0; i < objects->len; i++) {
    const NegPerformedObject *object = objects->pdata[i];
    NegStatement *insert = neg_database_prepare (
        database,
        "INSERT INTO performed_object (step_uid, sop_instance_uid, sop_class_uid, series_uid) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET sop_class_uid = excluded.sop_class_uid, series_uid = excluded.series_uid",
        error);

    if (insert == NULL)
      return FALSE;
    neg_statement_bind_text (insert, 1, step->sop_instance_uid);
    neg_statement_bind_text (insert, 2, object->sop_instance_uid);
    neg_statement_bind_text (insert, 3, object->sop_class_uid != NULL ? object->sop_class_uid : "");
    neg_statement_bind_text (insert, 4, object->series_uid != NULL ? object->series_uid : "");
    if (!neg_statement_run (insert, error))
      return FALSE;
  }
  return TRUE;
}

static void
bind_step (NegStatement *statement, const NegPerformedStep *step)
{
  g_autofree char *attributes = g_variant_print (step->attributes, TRUE);

  for (int i = 0; i < N_TEXTS; i++) {
    const char *text = *get_text ((NegPerformedStep *) step, i);

    neg_statement_bind_text (statement, i + 1, text != NULL ? text : "");
  }
  neg_statement_bind_text (statement, N_TEXTS + 1, attributes);
  neg_statement_bind_int (statement, N_TEXTS + 2, step->is_ours);
  neg_statement_bind_int (statement, N_TEXTS + 3, step->told);
  neg_statement_bind_int (statement, N_TEXTS + 4, step->received_us);
  neg_statement_bind_int (statement, N_TEXTS + 5, step->changed_us);
}

static gboolean
write_step (NegDatabase *database, const NegPerformedStep *step, const char *how, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, how, error);

  if (statement == NULL)
    return FALSE;
  bind_step (statement, step);
  return neg_statement_run (statement, error) && write_objects (database, step, error);
}

gboolean
neg_performed_create (NegDatabase *database, const NegPerformedStep *said, GError **error)
{
  g_autoptr (NegPerformedStep) step = g_new0 (NegPerformedStep, 1);
  g_autoptr (NegPerformedStep) known = neg_performed_find (database, said->sop_instance_uid, NULL);

  if (known != NULL)
    return neg_fail (error, NEG_ERROR_CONFLICT, said->sop_instance_uid, "There is a performed procedure step of that UID");
  for (int i = 0; i < N_TEXTS; i++)
    set_text (get_text (step, i), *get_text ((NegPerformedStep *) said, i));
  step->is_ours = said->is_ours;
  step->told = said->told;
  step->received_us = said->received_us;
  step->changed_us = said->changed_us;
  step->attributes = g_variant_ref (said->attributes);
  fill (step, step->attributes);
  return write_step (database, step,
                     "INSERT INTO performed_step (" STEP_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                     " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
                     error);
}

/* A sequence is replaced as a whole (PS3.4 F.7.2.2.2), so what begins with one that is said anew goes. */
static char *
dup_top (const char *path)
{
  return g_strndup (path, strcspn (path, "["));
}

static GHashTable *
list_tops (GVariant *attributes)
{
  GHashTable *tops = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariantIter iter;
  const char *path;

  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &path, NULL))
    g_hash_table_add (tops, dup_top (path));
  return tops;
}

static GVariant *
join (GVariant *before, GVariant *attributes)
{
  g_autoptr (GHashTable) anew = list_tops (attributes);
  GVariantBuilder joined;
  GVariantIter iter;
  const char *path, *value;

  g_variant_builder_init (&joined, G_VARIANT_TYPE ("a(ss)"));
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "(&s&s)", &path, &value)) {
    g_autofree char *top = dup_top (path);

    if (!g_hash_table_contains (anew, top))
      g_variant_builder_add (&joined, "(ss)", path, value);
  }
  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &path, &value))
    g_variant_builder_add (&joined, "(ss)", path, value);
  return g_variant_ref_sink (g_variant_builder_end (&joined));
}

gboolean
neg_performed_set (NegDatabase *database, const char *sop_instance_uid, GVariant *attributes, gint64 now_us, GError **error)
{
  g_autoptr (NegPerformedStep) step = neg_performed_find (database, sop_instance_uid, error);
  g_autoptr (GVariant) before = NULL;

  if (step == NULL)
    return FALSE;
  if (strcmp (step->status, "IN PROGRESS") != 0)
    return neg_fail (error, NEG_ERROR_CONFLICT, sop_instance_uid, "The performed procedure step is over");
  before = g_steal_pointer (&step->attributes);
  step->attributes = join (before, attributes);
  step->changed_us = now_us;
  fill (step, attributes);
  return write_step (database, step,
                     "UPDATE performed_step SET status = ?2, study_uid = ?3, accession = ?4, patient_id = ?5, issuer = ?6,"
                     " patient_name = ?7, modality = ?8, station = ?9, started = ?10, ended = ?11, source = ?12, message = ?13,"
                     " attributes = ?14, is_ours = ?15, told = ?16, received_us = ?17, changed_us = ?18"
                     " WHERE sop_instance_uid = ?1",
                     error);
}

gboolean
neg_performed_note_told (NegDatabase *database, const char *sop_instance_uid, NegPerformedTold told, const char *message,
                         gint64 now_us, GError **error)
{
  NegStatement *update = neg_database_prepare (
      database, "UPDATE performed_step SET told = ?2, message = ?3, changed_us = ?4 WHERE sop_instance_uid = ?1", error);

  if (update == NULL)
    return FALSE;
  neg_statement_bind_text (update, 1, sop_instance_uid);
  neg_statement_bind_int (update, 2, told);
  neg_statement_bind_text (update, 3, message);
  neg_statement_bind_int (update, 4, now_us);
  return neg_statement_run (update, error);
}
