/* Corrections: versions that take the place of what came wrong, all of them or none. */
#include "config.h"

#include "base/neg-error.h"
#include "corrections-home.h"
#include "store/neg-rejections.h"

/* --- to another patient, and back --- */

static void
test_patient (ArchiveHome *home, gconstpointer data)
{
  gint64 id, study_rowid = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegCorrection) correction = NULL;
  g_autoptr (GPtrArray) objects = NULL;

  corrections_take_study (home, WRONG);
  id = corrections_apply_ok (home, "2.25.1", corrections_set_patient);
  corrections_assert_consistent (home);
  g_assert_cmpint (corrections_count (home, WRONG), ==, 0);
  g_assert_cmpint (corrections_count (home, RIGHT), ==, CORRECTIONS_N);
  g_assert_cmpint (corrections_count_desk (home, WRONG), ==, 0);
  g_assert_cmpint (corrections_count_desk (home, RIGHT), ==, 1);
  /* The study that has nothing any more is in nobody's way. */
  g_assert_true (neg_archive_find_study (home->reader, "2.25.1", &study_rowid, &error));
  correction = neg_corrections_find (home->reader, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (correction->into_study_id, ==, study_rowid);
  g_assert_cmpint (correction->state, ==, NEG_CORRECTION_APPLIED);
  g_assert_cmpuint (correction->n_objects, ==, CORRECTIONS_N);
  g_assert_false (correction->is_sent);
  objects = neg_corrections_list_objects (home->reader, home->data, home->cache, id, 100, &error);
  g_assert_cmpuint (objects->len, ==, CORRECTIONS_N);
  for (guint i = 0; i < objects->len; i++) {
    const NegCorrectionObject *object = objects->pdata[i];

    g_assert_true (g_file_test (object->old_path, G_FILE_TEST_EXISTS));
    g_assert_true (g_file_test (object->new_path, G_FILE_TEST_EXISTS));
    g_assert_cmpstr (object->old_path, !=, object->new_path);
  }
  corrections_undo_ok (home, id);
  corrections_assert_consistent (home);
  g_assert_cmpint (corrections_count (home, WRONG), ==, CORRECTIONS_N);
  g_assert_cmpint (corrections_count (home, RIGHT), ==, 0);
  g_assert_cmpint (corrections_count_desk (home, WRONG), ==, 1);
  g_assert_cmpint (corrections_count_desk (home, RIGHT), ==, 0);
  g_assert_false (neg_corrections_undo (home->archive, id, "tech", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

/* What a study and its series say is what their objects say, before and after. */
static void
test_values (ArchiveHome *home, gconstpointer data)
{
  gint64 id;

  corrections_take_study (home, WRONG);
  id = corrections_apply_ok (home, "2.25.1", corrections_set_description);
  corrections_assert_consistent (home);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry WHERE description = 'CT head'"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM series WHERE description = 'axial'"), ==, 2);
  corrections_undo_ok (home, id);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry WHERE description = ''"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM series WHERE description = ''"), ==, 2);
}

static void
test_aside (ArchiveHome *home, gconstpointer data)
{
  gint64 id;

  corrections_take_study (home, WRONG);
  id = corrections_apply_ok (home, "2.25.1", NULL);
  corrections_assert_consistent (home);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 0);
  corrections_take (home, WRONG, 2, NEG_ADDED_SAME);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 0);
  corrections_undo_ok (home, id);
  corrections_assert_consistent (home);
  g_assert_cmpint (corrections_count (home, WRONG), ==, CORRECTIONS_N);
}

/* Two corrections: the later one has to be undone first. */
static void
test_twice (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 first, second;

  corrections_take_study (home, WRONG);
  first = corrections_apply_ok (home, "2.25.1", corrections_set_patient);
  second = corrections_apply_ok (home, "2.25.1", corrections_set_uid);
  corrections_assert_consistent (home);
  g_assert_false (neg_corrections_undo (home->archive, first, "tech", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  corrections_undo_ok (home, second);
  corrections_undo_ok (home, first);
  corrections_assert_consistent (home);
  g_assert_cmpint (corrections_count (home, WRONG), ==, CORRECTIONS_N);
}

static gboolean
note_sent (NegDatabase *database, gpointer data, GError **error)
{
  static const char *const sql[] = {
    "INSERT INTO delivery (id, study_id, peer, route, user, made_us) SELECT 1, into_study_id, 'PACS', '', '', 1 FROM correction"
    " WHERE state = 2 LIMIT 1",
    "INSERT INTO delivery_object (delivery_id, instance_id, sop_instance_uid, sop_class_uid, state, changed_us)"
    " SELECT 1, new_id, new_sop_uid, '1', 1, 1 FROM correction_object ORDER BY new_id DESC LIMIT 1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (sql); i++) {
    NegStatement *insert = neg_database_prepare (database, sql[i], error);

    if (insert == NULL || !neg_statement_run (insert, error))
      return FALSE;
  }
  return TRUE;
}

static void
test_sent (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegCorrection) correction = NULL;
  gint64 id;

  corrections_take_study (home, WRONG);
  id = corrections_apply_ok (home, "2.25.1", corrections_set_description);
  g_assert_true (neg_archive_write (home->archive, note_sent, NULL, &error));
  g_assert_no_error (error);
  correction = neg_corrections_find (home->reader, id, &error);
  g_assert_true (correction->is_sent);
  g_assert_false (neg_corrections_undo (home->archive, id, "tech", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  corrections_assert_consistent (home);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry WHERE description = 'CT head'"), ==, 1);
}

/* --- what comes again --- */

static void
test_same_again (ArchiveHome *home, gconstpointer data)
{
  corrections_take_study (home, WRONG);
  corrections_apply_ok (home, "2.25.1", corrections_set_patient);
  for (guint i = 1; i <= CORRECTIONS_N; i++)
    corrections_take (home, WRONG, i, NEG_ADDED_SAME);
  corrections_assert_consistent (home);
  g_assert_cmpint (corrections_count (home, WRONG), ==, 0);
  g_assert_cmpint (corrections_count (home, RIGHT), ==, CORRECTIONS_N);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 2 * CORRECTIONS_N);
}

/* Nobody knows which of the two is right: it is beside, for a person to see. */
static void
test_other_again (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (WRONG, 1, 2);
  g_autoptr (GPtrArray) returned = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  corrections_take_study (home, WRONG);
  id = corrections_apply_ok (home, "2.25.1", corrections_set_patient);
  archive_take_ok (home, NEG_OBJECT_DATA, record, "other bytes", NEG_ADDED_NEW);
  corrections_assert_consistent (home);
  g_assert_cmpint (corrections_count (home, WRONG), ==, 1);
  g_assert_cmpint (corrections_count (home, RIGHT), ==, CORRECTIONS_N);
  g_assert_cmpint (corrections_count_desk (home, WRONG), ==, 1);
  returned = neg_corrections_list_returned (home->reader, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (returned->len, ==, 1);
  g_assert_cmpstr (returned->pdata[0], ==, "2.25.1.1.2");
  g_assert_false (neg_corrections_undo (home->archive, id, "tech", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

/* A version that nobody corrected comes back as it always did. */
static void
test_version_again (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (WRONG, 1, 1);

  archive_take_ok (home, NEG_OBJECT_DATA, record, "one", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_DATA, record, "two", NEG_ADDED_VERSION);
  archive_take_ok (home, NEG_OBJECT_DATA, record, "one", NEG_ADDED_VERSION);
}

/* --- what is refused leaves nothing --- */

static void
test_refused (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegCorrection) correction = NULL;
  g_autoptr (NegCorrection) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (home->data, "archive.corrections", NULL);
  g_autofree char *lines = NULL;

  corrections_take_study (home, WRONG);
  correction = corrections_add (home, FALSE);
  g_assert_false (corrections_apply (home, correction, "2.25.1", corrections_set_same_uid, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_clear_error (&error);
  corrections_assert_consistent (home);
  g_assert_cmpint (corrections_count (home, WRONG), ==, CORRECTIONS_N);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, CORRECTIONS_N);
  g_assert_true (neg_corrections_fail (home->archive, correction->id, "no", &error));
  g_assert_true (g_file_get_contents (path, &lines, NULL, NULL));
  g_assert_true (g_str_has_suffix (lines, "\tundone\n"));
  found = neg_corrections_find (home->reader, correction->id, &error);
  g_assert_cmpint (found->state, ==, NEG_CORRECTION_FAILED);
  g_assert_cmpstr (found->message, ==, "no");
  g_assert_false (corrections_apply (home, correction, "2.25.1", corrections_set_patient, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

/* The other study's patient has an object with that UID: never two as one. */
static void
set_first (NegObjectRecord *record)
{
  corrections_set_patient (record);
  archive_record_set (record, NEG_RECORD_SOP_INSTANCE_UID, "2.25.7.1.1");
}

static void
test_collision (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegCorrection) correction = NULL;
  g_autoptr (GError) error = NULL;

  corrections_take (home, WRONG, 1, NEG_ADDED_NEW);
  corrections_take_study (home, RIGHT);
  correction = corrections_add (home, FALSE);
  g_assert_false (corrections_apply (home, correction, "2.25.1", set_first, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  corrections_assert_consistent (home);
  g_assert_cmpint (corrections_count (home, RIGHT), ==, CORRECTIONS_N);
}

static gboolean
look_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_corrections_look (database, *(const gint64 *) data, "MK", TRUE, 5, error);
}

static void
test_look (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegCorrection) correction = NULL;
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GError) error = NULL;

  corrections_take_study (home, WRONG);
  correction = corrections_add (home, TRUE);
  g_assert_false (corrections_apply (home, correction, "2.25.1", corrections_set_patient, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_clear_error (&error);
  waiting = neg_corrections_list (home->reader, 0, 10, &error);
  g_assert_cmpuint (waiting->len, ==, 1);
  g_assert_true (neg_archive_write (home->archive, look_cb, &correction->id, &error));
  g_assert_true (corrections_apply (home, correction, "2.25.1", corrections_set_patient, &error));
  g_assert_no_error (error);
  g_assert_false (neg_archive_write (home->archive, look_cb, &correction->id, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

/* --- studies --- */

static void
test_merge (ArchiveHome *home, gconstpointer data)
{
  gint64 id;

  /* One patient's, in two studies. */
  for (guint study = 1; study <= 2; study++)
    for (guint i = 1; i <= 3; i++) {
      g_autoptr (NegObjectRecord) record = archive_record (study, 1, i);
      g_autofree char *bytes = corrections_bytes (study, i);

      archive_record_set (record, NEG_RECORD_PATIENT_ID, "ID7");
      archive_record_set (record, NEG_RECORD_PATIENT_NAME, "Test^Person 7");
      archive_take_ok (home, NEG_OBJECT_DATA, record, bytes, NEG_ADDED_NEW);
    }
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 2);
  id = corrections_apply_ok (home, "2.25.2", corrections_set_study);
  corrections_assert_consistent (home);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry WHERE n_here = 6 AND n_series_here = 2"), ==, 1);
  corrections_undo_ok (home, id);
  corrections_assert_consistent (home);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 2);
}

/* What was received goes with what was made of it. */
static void
test_deleted (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 id;

  corrections_take_study (home, WRONG);
  id = corrections_apply_ok (home, "2.25.1", corrections_set_patient);
  corrections_undo_ok (home, id);
  corrections_apply_ok (home, "2.25.1", corrections_set_patient);
  g_assert_true (neg_archive_remove_study (home->archive, "2.25.1", 0, NULL, &error));
  g_assert_no_error (error);
  corrections_assert_consistent (home);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 0);
}

/* --- an index that is made anew --- */

static void
test_rebuilt (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GHashTable) found = NULL, hidden = NULL;
  g_autoptr (GPtrArray) lost = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  gint64 id;

  corrections_take_study (home, WRONG);
  corrections_take_study (home, 2);
  corrections_assert_hidden (home);
  corrections_apply_ok (home, "2.25.1", corrections_set_patient);
  corrections_assert_hidden (home);
  id = corrections_apply_ok (home, "2.25.1", corrections_set_uid);
  corrections_assert_hidden (home);
  corrections_undo_ok (home, id);
  corrections_assert_hidden (home);
  corrections_apply_ok (home, "2.25.2", NULL);
  corrections_assert_hidden (home);
  /* Without the new versions the old ones are all there is. */
  found = corrections_list_names (home, "source <> 'desk'");
  hidden = neg_corrections_list_hidden (home->data, found, lost, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lost->len, ==, CORRECTIONS_N);
}

/* Its row is made, and nobody shows it. */
static void
test_found_again (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (WRONG, 1, 1);
  g_autoptr (GError) error = NULL;
  const NegArchiveObject object = { .record = record, .name = "0011223344556677001122334455667700112233445566770011223344556677",
                                    .bytes = 3, .source = "rebuild", .is_older = TRUE, .unasked = TRUE };

  g_assert_true (neg_archive_add (home->archive, &object, 1, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance WHERE superseded_by = id"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT sum (n_instances) FROM series"), ==, 0);
}

static gboolean
reject_cb (NegDatabase *database, gpointer data, GError **error)
{
  ArchiveHome *home = data;
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autoptr (NegObjectRecord) image = archive_record (WRONG, 1, 2);
  g_autoptr (NegObjectRecord) note = archive_record (WRONG, 1, 1);
  const char *const uids[] = { image->text[NEG_RECORD_SOP_INSTANCE_UID], NULL };
  NegRejection rejection = { .study_id = archive_count (home, "SELECT id FROM study"),
                             .note_sop_uid = note->text[NEG_RECORD_SOP_INSTANCE_UID], .code = (char *) "113001",
                             .reason = (char *) "motion", .words = (char *) "", .user = (char *) "tech" };

  return neg_rejections_add (database, &rejection, uids, zone, error);
}

/* Of a rejected image that is current, whose note is current, in one study. */
#define HOLDS                                                                                                          \
  "SELECT count(*) FROM rejection r JOIN rejection_object x ON x.rejection_id = r.id"                                  \
  " JOIN instance i ON i.sop_instance_uid = x.sop_instance_uid AND i.superseded_by IS NULL"                            \
  " JOIN series s ON s.id = i.series_id AND s.study_id = r.study_id"                                                   \
  " JOIN instance n ON n.sop_instance_uid = r.note_sop_uid AND n.superseded_by IS NULL"                                \
  " JOIN series t ON t.id = n.series_id AND t.study_id = r.study_id"

/* What was rejected is so under its new UID and as the right patient's, too: else it would leave. */
static void
test_rejected (ArchiveHome *home, gconstpointer data)
{
  static const Change changes[] = { corrections_set_patient, corrections_set_uid };
  g_autoptr (GError) error = NULL;

  corrections_take_study (home, WRONG);
  g_assert_true (neg_archive_write (home->archive, reject_cb, home, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    gint64 id;

    g_assert_cmpint (archive_count (home, HOLDS), ==, 1);
    id = corrections_apply_ok (home, "2.25.1", changes[i]);
    g_assert_cmpint (archive_count (home, HOLDS), ==, 1);
    corrections_undo_ok (home, id);
    g_assert_cmpint (archive_count (home, HOLDS), ==, 1);
  }
}

#define ADD(name, func) g_test_add ("/corrections/" name, ArchiveHome, NULL, archive_home_init, func, archive_home_clear)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("patient", test_patient);
  ADD ("values", test_values);
  ADD ("aside", test_aside);
  ADD ("twice", test_twice);
  ADD ("sent", test_sent);
  ADD ("same-again", test_same_again);
  ADD ("other-again", test_other_again);
  ADD ("version-again", test_version_again);
  ADD ("refused", test_refused);
  ADD ("collision", test_collision);
  ADD ("look", test_look);
  ADD ("merge", test_merge);
  ADD ("rejected", test_rejected);
  ADD ("deleted", test_deleted);
  ADD ("rebuilt", test_rebuilt);
  ADD ("found-again", test_found_again);
  return g_test_run ();
}
