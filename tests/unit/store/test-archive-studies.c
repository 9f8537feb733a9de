/* Studies of the same UID: which one is meant, what goes with one of them. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "archive-home.h"
#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-archive-issuers.h"
#include "store/neg-entries.h"

#define FIXTURE_SOURCES "tests/unit/store/fixtures/archive-6.sql"

/* The same UIDs as the first patient's. */
static NegObjectRecord *
other_patient (guint study, guint instance)
{
  NegObjectRecord *record = archive_record (study, 1, instance);

  archive_record_set (record, NEG_RECORD_PATIENT_ID, "OTHER");
  archive_record_set (record, NEG_RECORD_PATIENT_NAME, "Other^Person");
  return record;
}

static gint64
find (ArchiveHome *home, const char *id, const char *issuer, const char *name, GError **error)
{
  const NegArchivePatient patient = { id, issuer, name };
  gint64 rowid = -1;

  return neg_archive_find_study_of (home->reader, "2.25.1", &patient, &rowid, error) ? rowid : -1;
}

static void
test_find_of (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) first = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) second = other_patient (1, 1);
  g_autoptr (GError) error = NULL;
  gint64 first_id;

  archive_take (home, NEG_OBJECT_DATA, first, "HOSPITAL", "one", NULL, &error);
  g_assert_no_error (error);
  first_id = find (home, "ID1", NULL, "TEST^person 1^", &error);
  g_assert_cmpint (first_id, >, 0);
  g_assert_cmpint (find (home, NULL, NULL, NULL, &error), ==, first_id);
  g_assert_cmpint (find (home, "ID1", "HOSPITAL", "", &error), ==, first_id);
  g_assert_cmpint (find (home, "ID1", "ELSEWHERE", "", &error), ==, 0);
  g_assert_cmpint (find (home, "OTHER", NULL, "Other^Person", &error), ==, 0);
  g_assert_cmpint (find (home, "ID1", NULL, "Other^Person", &error), ==, 0);
  g_assert_no_error (error);
  archive_take_ok (home, NEG_OBJECT_DATA, second, "two", NEG_ADDED_NEW);
  g_assert_cmpint (find (home, "OTHER", "", "Other^Person", &error), >, first_id);
  g_assert_cmpint (find (home, "ID1", NULL, NULL, &error), ==, first_id);
  g_assert_no_error (error);
  g_assert_cmpint (find (home, "", "", "", &error), ==, -1);
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

/* Each of them can be deleted, and what is used is one of them. */
static gboolean
note_opened (NegDatabase *database, gpointer rowid, GError **error)
{
  return neg_archive_note_opened (database, "2.25.1", *(gint64 *) rowid, error);
}

static void
test_remove_one (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) first = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) second = other_patient (1, 1);
  g_autoptr (GError) error = NULL;
  gint64 first_id, second_id;
  guint n;

  archive_take_ok (home, NEG_OBJECT_DATA, first, "one", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_DATA, second, "two", NEG_ADDED_NEW);
  first_id = find (home, "ID1", NULL, NULL, &error);
  second_id = find (home, "OTHER", NULL, NULL, &error);
  g_assert_true (neg_archive_write (home->archive, note_opened, &first_id, &error));
  g_assert_cmpint (archive_count (home, "SELECT id FROM study ORDER BY used_us DESC LIMIT 1"), ==, first_id);
  g_assert_false (neg_archive_remove_study (home->archive, "2.25.1", 0, &n, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (neg_archive_remove_study (home->archive, "2.25.2", second_id, &n, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (neg_archive_remove_study (home->archive, "2.25.1", second_id, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT id FROM study"), ==, first_id);
  g_assert_cmpint (archive_count (home, "SELECT is_conflict FROM entry"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 1);
}

/* A peer moves an object to another study, and on: what is left of it is shown. */
static void
move_object (ArchiveHome *home, NegObjectRecord *record)
{
  archive_record_set (record, NEG_RECORD_STUDY_UID, "2.25.1");
  archive_take_ok (home, NEG_OBJECT_CACHE, record, "first", NEG_ADDED_NEW);
  archive_record_set (record, NEG_RECORD_STUDY_UID, "2.25.2");
  archive_take_ok (home, NEG_OBJECT_CACHE, record, "second", NEG_ADDED_VERSION);
  archive_take_ok (home, NEG_OBJECT_CACHE, record, "third", NEG_ADDED_VERSION);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry WHERE study_uid = '2.25.1'"), ==, 0);
}

static void
assert_first_shown (ArchiveHome *home)
{
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance WHERE superseded_by IS NULL"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT n_instances FROM series"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT n_here FROM entry WHERE study_uid = '2.25.1'"), ==, 1);
}

static void
test_remove_newer (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (GError) error = NULL;

  move_object (home, record);
  g_assert_true (neg_archive_remove_study (home->archive, "2.25.2", 0, NULL, &error));
  g_assert_no_error (error);
  assert_first_shown (home);
}

static gboolean
use_first (NegDatabase *database, gpointer data, GError **error)
{
  return neg_archive_note_opened (database, "2.25.1", 0, error);
}

static void
test_evict_newer (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (GError) error = NULL;

  move_object (home, record);
  g_usleep (1000);
  g_assert_true (neg_archive_write (home->archive, use_first, NULL, &error));
  g_assert_true (neg_archive_evict (home->archive, 5, 0, G_MAXINT64, NULL, NULL, &error));
  g_assert_no_error (error);
  assert_first_shown (home);
}

static gboolean
count_twice (NegDatabase *database, gpointer data, GError **error)
{
  ArchiveHome *home = data;
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);

  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 0);
  archive_take_ok (home, NEG_OBJECT_DATA, record, "one", NEG_ADDED_NEW);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 0);
  return TRUE;
}

/* A list in pages is of one moment. */
static void
test_one_state (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_database_read (home->reader, count_twice, home, &error));
  g_assert_no_error (error);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 1);
}

static gboolean
set_step (NegDatabase *database, gpointer data, GError **error)
{
  const NegRemoteStudy step = { .peer = "RIS", .patient_name = "Test^Person 1", .patient_id = "ID1", .issuer = "NEW",
                                .accession = "A1", .accession_issuer = "RIS", .step_id = "1", .date = "20260102" };

  return neg_entries_set_scheduled (database, "RIS", &step, 1, TRUE, error);
}

/* What the site says of a peer's numbers holds where its objects do not say, and joins them to their order. */
static void
test_issuers (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) without = archive_record (2, 1, 1);
  NegArchiveObject object = { .record = record, .path = "/one", .bytes = 1, .accession_issuer = "RIS" };
  NegArchiveObject other = { .record = without, .path = "/two", .bytes = 1, .accession_issuer = "RIS" };
  g_autoptr (GError) error = NULL;

  neg_archive_set_default_issuer (home->archive, "NEW");
  g_assert_true (neg_archive_write (home->archive, set_step, NULL, &error));
  archive_record_set (record, NEG_RECORD_ACCESSION, "A1");
  g_assert_true (neg_archive_add (home->archive, &object, 1, NULL, &error));
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT study_uid = '2.25.1' AND accession_issuer = 'RIS' AND issuer = 'NEW'"
                                        " FROM entry"), ==, 1);
  g_assert_true (neg_archive_add (home->archive, &other, 1, NULL, &error));
  g_assert_cmpint (archive_count (home, "SELECT accession_issuer = '' FROM study WHERE study_uid = '2.25.2'"), ==, 1);
  archive_record_set (record, NEG_RECORD_ACCESSION_ISSUER, "OWN");
  archive_record_set (record, NEG_RECORD_STUDY_UID, "2.25.3");
  g_assert_true (neg_archive_add (home->archive, &object, 1, NULL, &error));
  g_assert_cmpint (archive_count (home, "SELECT accession_issuer = 'OWN' FROM study WHERE study_uid = '2.25.3'"), ==, 1);
}

/* What the objects do not say is known without the index. */
static void
test_issuers_kept (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) first = archive_record (1, 1, 1), second = archive_record (2, 1, 1);
  g_autoptr (NegObjectRecord) own = archive_record (3, 1, 1), again = archive_record (2, 1, 2);
  g_autofree char *path = g_build_filename (home->data, "archive.issuers", NULL);
  g_autofree char *text = NULL;
  g_autoptr (NegArchiveIssuers) issuers = NULL;
  g_autoptr (GError) error = NULL;
  NegArchiveIssuer found;
  gsize length;

  archive_record_set (own, NEG_RECORD_ISSUER, "OWN");
  archive_take (home, NEG_OBJECT_DATA, first, "A\tB\n", "one", NULL, &error);
  archive_take (home, NEG_OBJECT_DATA, own, "A", "own", NULL, &error);
  archive_take (home, NEG_OBJECT_DATA, second, "B", "two", NULL, &error);
  g_assert_true (g_file_get_contents (path, &text, &length, &error));
  archive_take (home, NEG_OBJECT_DATA, again, "B", "again", NULL, &error);
  g_assert_no_error (error);
  g_free (text);
  g_assert_true (g_file_get_contents (path, &text, &length, &error));
  g_assert_null (strstr (text, "ID1"));
  g_assert_null (strstr (text, "Person"));
  /* A crash in the middle of a line. */
  g_assert_true (g_file_set_contents (path, text, (gssize) length - 3, &error));
  archive_home_close (home);
  archive_home_open (home);
  issuers = neg_archive_issuers_load (home->data, &error);
  g_assert_no_error (error);
  g_assert_true (neg_archive_issuers_find (issuers, first, &found));
  g_assert_cmpstr (found.issuer, ==, "A\tB\n");
  g_assert_false (neg_archive_issuers_find (issuers, second, &found));
  g_assert_false (neg_archive_issuers_find (issuers, own, &found));
  archive_take (home, NEG_OBJECT_DATA, second, "B", "two more", NULL, &error);
  archive_take (home, NEG_OBJECT_DATA, first, "C", "one", NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&issuers, neg_archive_issuers_free);
  issuers = neg_archive_issuers_load (home->data, &error);
  g_assert_true (neg_archive_issuers_find (issuers, again, &found));
  g_assert_cmpstr (found.issuer, ==, "B");
  g_assert_false (found.is_contradicted);
  g_assert_true (neg_archive_issuers_find (issuers, first, &found));
  g_assert_cmpstr (found.issuer, ==, "A\tB\n");
  g_assert_true (found.is_contradicted);
}

/* What peers and worklists said is there with the entry that it makes, and an ID of two names is known as one. */
static void
test_fixture_sources (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *from = g_build_filename (g_getenv ("NEGATOSCOPE_SOURCE"), FIXTURE_SOURCES, NULL);
  g_autofree char *path = g_build_filename (home->data, NEG_ARCHIVE_FILE, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;

  archive_home_close (home);
  g_unlink (path);
  g_file_get_contents (from, &sql, NULL, &error);
  g_assert_no_error (error);
  store_execute (path, sql);
  archive_home_open (home);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM entry_source WHERE home_id = entry_id AND order_id = 0"), ==,
                   3);
  g_assert_cmpint (archive_count (home, "SELECT sum (id * 100 + kind * 10 + urgency) FROM entry_source"), ==, 816);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM patient_namesake WHERE patient_id = '4711'"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM pragma_index_list ('entry_source')"), >=, 4);
}

static void
add_test (const char *name, void (*func) (ArchiveHome *, gconstpointer))
{
  g_test_add (name, ArchiveHome, NULL, archive_home_init, func, archive_home_clear);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/studies/find-of", test_find_of);
  add_test ("/studies/remove-one", test_remove_one);
  add_test ("/studies/remove-newer", test_remove_newer);
  add_test ("/studies/evict-newer", test_evict_newer);
  add_test ("/studies/one-state", test_one_state);
  add_test ("/studies/issuers", test_issuers);
  add_test ("/studies/issuers-kept", test_issuers_kept);
  add_test ("/studies/fixture-sources", test_fixture_sources);
  return g_test_run ();
}
