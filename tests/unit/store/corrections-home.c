#include "config.h"

#include "corrections-home.h"

#include <string.h>
#include <unistd.h>

#include "store/neg-audit.h"

/* --- a correction as the agent makes it --- */

/* Another patient, the same UIDs. */
void
corrections_set_patient (NegObjectRecord *record)
{
  g_autoptr (NegObjectRecord) right = archive_record (RIGHT, 1, 1);

  archive_record_set (record, NEG_RECORD_PATIENT_NAME, right->text[NEG_RECORD_PATIENT_NAME]);
  archive_record_set (record, NEG_RECORD_PATIENT_ID, right->text[NEG_RECORD_PATIENT_ID]);
  archive_record_set (record, NEG_RECORD_ACCESSION, "A7");
}

void
corrections_set_description (NegObjectRecord *record)
{
  archive_record_set (record, NEG_RECORD_STUDY_DESCRIPTION, "CT head");
  archive_record_set (record, NEG_RECORD_SERIES_DESCRIPTION, "axial");
}

void
corrections_set_uid (NegObjectRecord *record)
{
  g_autofree char *uid = g_strconcat (record->text[NEG_RECORD_SOP_INSTANCE_UID], ".9", NULL);

  corrections_set_patient (record);
  archive_record_set (record, NEG_RECORD_SOP_INSTANCE_UID, uid);
}

/* Study 2's object becomes study 1's. */
void
corrections_set_study (NegObjectRecord *record)
{
  corrections_set_patient (record);
  archive_record_set (record, NEG_RECORD_STUDY_UID, "2.25.1");
}

/* Everything becomes one object. */
void
corrections_set_same_uid (NegObjectRecord *record)
{
  archive_record_set (record, NEG_RECORD_SOP_INSTANCE_UID, "2.25.99");
}

typedef struct {
  gint64 id;
  char *sop_uid, *name;
} Current;

static void
current_free (gpointer data)
{
  Current *current = data;

  g_free (current->sop_uid);
  g_free (current->name);
  g_free (current);
}

static GPtrArray *
list_current (ArchiveHome *home, const char *study_uid)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *all = g_ptr_array_new_with_free_func (current_free);
  NegStatement *rows = neg_database_prepare (home->reader,
                                             "SELECT i.id, i.sop_instance_uid, i.name FROM study t JOIN series s ON"
                                             " s.study_id = t.id JOIN instance i ON i.series_id = s.id"
                                             " WHERE t.study_uid = ?1 AND i.superseded_by IS NULL ORDER BY i.id",
                                             &error);
  gboolean has_row;

  g_assert_no_error (error);
  neg_statement_bind_text (rows, 1, study_uid);
  while (neg_statement_step (rows, &has_row, &error) && has_row) {
    Current *current = g_new0 (Current, 1);

    current->id = neg_statement_get_int (rows, 0);
    current->sop_uid = g_strdup (neg_statement_get_text (rows, 1));
    current->name = g_strdup (neg_statement_get_text (rows, 2));
    g_ptr_array_add (all, current);
  }
  g_assert_no_error (error);
  return all;
}

static gboolean
add_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_corrections_add (database, data, error);
}

NegCorrection *
corrections_add (ArchiveHome *home, gboolean needs_look)
{
  g_autoptr (GError) error = NULL;
  NegCorrection *correction = g_new0 (NegCorrection, 1);

  correction->study_id = 1;
  correction->spec = g_variant_ref_sink (g_variant_new_parsed ("{'kind': <'set'>}"));
  correction->user = g_strdup ("tech");
  correction->reason = g_strdup ("wrong");
  correction->made_us = 1000;
  correction->needs_second_look = needs_look;
  neg_archive_write (home->archive, add_cb, correction, &error);
  g_assert_no_error (error);
  return correction;
}

static NegIncoming *
write_version (ArchiveHome *home, const char *text)
{
  g_autoptr (GError) error = NULL;
  NegIncoming *incoming = neg_object_store_begin (neg_archive_get_objects (home->archive), NEG_OBJECT_DATA, &error);

  g_assert_no_error (error);
  g_assert_cmpint (write (incoming->fd, text, strlen (text)), ==, strlen (text));
  return incoming;
}

/* What the object said before: by its UID, "2.25.STUDY.SERIES.INSTANCE" with what was put behind it. */
static NegObjectRecord *
record_of (const char *sop_uid)
{
  g_auto (GStrv) parts = g_strsplit (sop_uid, ".", -1);
  NegObjectRecord *record = archive_record ((guint) g_ascii_strtoull (parts[2], NULL, 10),
                                            (guint) g_ascii_strtoull (parts[3], NULL, 10),
                                            (guint) g_ascii_strtoull (parts[4], NULL, 10));

  archive_record_set (record, NEG_RECORD_SOP_INSTANCE_UID, sop_uid);
  return record;
}

/* @change NULL: put aside. Everything of the study that is shown. */
gboolean
corrections_apply (ArchiveHome *home, const NegCorrection *correction, const char *study_uid, Change change, GError **error)
{
  g_autoptr (GPtrArray) current = list_current (home, study_uid);
  g_autofree NegCorrectedObject *objects = g_new0 (NegCorrectedObject, current->len);
  g_autofree NegIncoming **incomings = g_new0 (NegIncoming *, current->len);
  g_autofree const char **old_names = g_new0 (const char *, current->len);
  g_autofree guint64 *bytes = g_new0 (guint64, current->len);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_object_record_free);
  gboolean done = TRUE;

  for (guint i = 0; i < current->len; i++) {
    const Current *old = current->pdata[i];
    NegObjectRecord *record = record_of (old->sop_uid);
    g_autofree char *text = g_strdup_printf ("%s corrected by %s", old->name, correction->seed);

    g_ptr_array_add (records, record);
    objects[i].old_id = old->id;
    if (change == NULL)
      continue;
    change (record);
    incomings[i] = write_version (home, text);
    old_names[i] = old->name;
    objects[i].record = record;
    objects[i].bytes = bytes[i] = strlen (text);
  }
  if (change != NULL)
    done = neg_corrections_seal (home->archive, correction->seed, old_names, incomings, bytes, current->len, error);
  for (guint i = 0; done && change != NULL && i < current->len; i++)
    objects[i].name = incomings[i]->name;
  done = done && neg_corrections_apply (home->archive, correction->id, objects, current->len, NULL, error);
  for (guint i = 0; change != NULL && i < current->len; i++)
    neg_corrections_release (home->archive, incomings[i], objects[i].record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  return done;
}

gint64
corrections_apply_ok (ArchiveHome *home, const char *study_uid, Change change)
{
  g_autoptr (NegCorrection) correction = corrections_add (home, FALSE);
  g_autoptr (GError) error = NULL;

  corrections_apply (home, correction, study_uid, change, &error);
  g_assert_no_error (error);
  return correction->id;
}

void
corrections_undo_ok (ArchiveHome *home, gint64 id)
{
  g_autoptr (GError) error = NULL;

  neg_corrections_undo (home->archive, id, "tech", &error);
  g_assert_no_error (error);
}

char *
corrections_bytes (guint study, guint i)
{
  return g_strdup_printf ("object %u of study %u", i, study);
}

void
corrections_take (ArchiveHome *home, guint study, guint i, NegAdded expected)
{
  g_autoptr (NegObjectRecord) record = archive_record (study, 1 + i / 4, i);
  g_autofree char *bytes = corrections_bytes (study, i);

  archive_take_ok (home, NEG_OBJECT_DATA, record, bytes, expected);
}

void
corrections_take_study (ArchiveHome *home, guint study)
{
  for (guint i = 1; i <= CORRECTIONS_N; i++)
    corrections_take (home, study, i, NEG_ADDED_NEW);
}

/* --- what must hold whatever happens --- */

void
corrections_assert_consistent (ArchiveHome *home)
{
  g_autoptr (GError) error = NULL;
  NegArchiveReport report;
  guint64 n_rows;

  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_cmpuint (report.n_missing + report.n_damaged, ==, 0);
  neg_archive_report_clear (&report);
  g_assert_true (neg_audit_verify (home->reader, &n_rows, &error));
  g_assert_no_error (error);
  g_assert_cmpint (archive_count (home, "SELECT coalesce (sum (n_instances), 0) FROM series"), ==,
                   archive_count (home, "SELECT count(*) FROM instance WHERE superseded_by IS NULL"));
  /* Never two objects with one UID of one patient. */
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM (SELECT 1 FROM instance i JOIN series s ON s.id = i.series_id"
                                        " JOIN study t ON t.id = s.study_id WHERE i.superseded_by IS NULL GROUP BY"
                                        " i.sop_instance_uid, t.patient_id HAVING count(*) > 1)"),
                   ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry e WHERE e.study_rowid <> 0 AND e.n_here <> (SELECT"
                                        " sum (n_instances) FROM series s WHERE s.study_id = e.study_rowid)"),
                   ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry WHERE n_here = 0"), ==, 0);
}

gint64
corrections_count (ArchiveHome *home, guint patient)
{
  g_autofree char *sql = g_strdup_printf ("SELECT coalesce (sum (n_here), 0) FROM entry WHERE patient_id = 'ID%u'", patient);

  return archive_count (home, sql);
}

gint64
corrections_count_desk (ArchiveHome *home, guint patient)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT count(*) FROM desk JOIN study t ON t.id = study_id WHERE due_us > 0 AND t.patient_id = 'ID%u'", patient);

  return archive_count (home, sql);
}

GHashTable *
corrections_list_names (ArchiveHome *home, const char *condition)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = g_strconcat ("SELECT name FROM instance WHERE ", condition, NULL);
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  NegStatement *rows = neg_database_prepare (home->reader, sql, &error);
  gboolean has_row;

  g_assert_no_error (error);
  while (neg_statement_step (rows, &has_row, &error) && has_row)
    g_hash_table_add (names, g_strdup (neg_statement_get_text (rows, 0)));
  g_assert_no_error (error);
  return names;
}

void
corrections_assert_hidden (ArchiveHome *home)
{
  g_autoptr (GHashTable) found = corrections_list_names (home, "TRUE");
  g_autoptr (GHashTable) expected = corrections_list_names (home, "superseded_by IS NOT NULL");
  g_autoptr (GPtrArray) lost = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) hidden = neg_corrections_list_hidden (home->data, found, lost, &error);
  GHashTableIter iter;
  gpointer name;

  g_assert_no_error (error);
  g_assert_cmpuint (lost->len, ==, 0);
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_assert_cmpint (g_hash_table_contains (hidden, name), ==, g_hash_table_contains (expected, name));
}
