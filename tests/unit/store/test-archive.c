/* NegArchive: who is whose study, versions, classes, deletion, eviction. */
#include "config.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive-home.h"
#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-audit.h"
#include "store/neg-jobs.h"

#define FIXTURE "tests/unit/store/fixtures/archive-1.sql"
#define SHOWN "SELECT count(*) FROM instance WHERE superseded_by IS NULL AND sop_instance_uid = "

static void
test_take (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) first = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) second = archive_record (1, 1, 2);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  const NegArchiveFile *file;
  struct stat status;

  archive_take_ok (home, NEG_OBJECT_DATA, second, "two", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_DATA, first, "one", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_DATA, first, "one", NEG_ADDED_SAME);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT n_instances FROM series"), ==, 2);
  g_assert_cmpuint (archive_count_files (home, "data/incoming"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 2);
  files = neg_archive_list_files (home->reader, home->data, home->cache, "2.25.1", 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (files->len, ==, 2);
  file = g_ptr_array_index (files, 0);
  g_assert_cmpstr (file->sop_instance_uid, ==, "2.25.1.1.1");
  g_assert_cmpint (file->dataset_offset, ==, 300);
  g_assert_true (g_file_get_contents (file->path, &contents, NULL, &error));
  g_assert_cmpstr (contents, ==, "one");
  g_assert_cmpint (g_stat (file->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  /* printf one | sha256sum */
  g_assert_true (g_str_has_suffix (file->path,
                                   "/data/objects/76/"
                                   "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"));
}

/* Two objects with one study UID: whether they are one study. */
static const struct {
  const char *issuer_a, *id_a, *name_a; /* as the objects say */
  const char *issuer_b, *id_b, *name_b;
  const char *source_issuer; /* of where both come from */
  gboolean is_one;
} IDENTITIES[] = {
  { "", "1", "Doe^Jane", "", "1", "Doe^Jane", NULL, TRUE },
  { "", "1", "Doe^Jane", "", "2", "Doe^Jane", NULL, FALSE },
  { "", "1", "Doe^Jane", "", "1", "Roe^Jane", NULL, FALSE }, /* the same ID of another person */
  { "A", "1", "Doe^Jane", "B", "1", "Doe^Jane", NULL, FALSE },
  { "A", "1", "Doe^Jane", "", "1", "Doe^Jane", NULL, FALSE },
  { "A", "1", "Doe^Jane", "", "1", "Doe^Jane", "A", TRUE }, /* the source's issuer */
  { "B", "1", "Doe^Jane", "", "1", "Doe^Jane", "A", FALSE },
  { "", "1", "Doe^Jane", "", "1", "DOE^JANE", NULL, TRUE },
  { "", "1", "Doe^Jane", "", "1", "Doe^Jane^^^", NULL, TRUE },
  { "", "1", "Doe^Jane", "", "1", "Doe^Jane=\xe5\xb1\xb1", NULL, TRUE },
  { "", "1", "Doe^Jane", "", "1", "Doe^Jane ", NULL, TRUE },
  { "", " 1 ", "Doe^Jane", "", "1", "Doe^Jane", NULL, TRUE },
  { "", "01", "Doe^Jane", "", "1", "Doe^Jane", NULL, FALSE },
  { "", "1", "M\xc3\xbcller^A", "", "1", "Mu\xcc\x88ller^A", NULL, TRUE }, /* composed or not */
  { "", "1", "Muller^A", "", "1", "M\xc3\xbcller^A", NULL, FALSE },
  { "", "", "Doe^Jane", "", "", "Doe^Jane", NULL, TRUE },
  { "", "1", "", "", "1", "Doe^Jane", NULL, FALSE },
  { "", "1", "", "", "1", "^^^^", NULL, TRUE }, /* nobody's name, with the delimiters */
  { "", "1", "=\xe5\xb1\xb1", "", "1", "=\xe5\xb7\x9d", NULL, FALSE },
  { "", "1\x1f", "2", "", "1", "\x1f\x32", NULL, FALSE }, /* no text ends one part and begins another */
};

static void
test_identity (ArchiveHome *home, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (IDENTITIES); i++) {
    g_autofree char *count = g_strdup_printf ("SELECT count(*) FROM study WHERE study_uid = '2.25.%u'", i + 1);

    for (guint k = 0; k < 2; k++) {
      g_autoptr (NegObjectRecord) record = archive_record (i + 1, 1, k + 1);
      g_autofree char *bytes = g_strdup_printf ("object %u %u", i, k);
      g_autoptr (GError) error = NULL;

      archive_record_set (record, NEG_RECORD_ISSUER, k == 0 ? IDENTITIES[i].issuer_a : IDENTITIES[i].issuer_b);
      archive_record_set (record, NEG_RECORD_PATIENT_ID, k == 0 ? IDENTITIES[i].id_a : IDENTITIES[i].id_b);
      archive_record_set (record, NEG_RECORD_PATIENT_NAME, k == 0 ? IDENTITIES[i].name_a : IDENTITIES[i].name_b);
      archive_take (home, NEG_OBJECT_DATA, record, IDENTITIES[i].source_issuer, bytes, NULL, &error);
      g_assert_no_error (error);
    }
    g_test_message ("pair %u", i);
    g_assert_cmpint (archive_count (home, count), ==, IDENTITIES[i].is_one ? 1 : 2);
  }
}

/* The same UIDs with two patients, in one call and in several: two studies, each with its own object. */
static void
test_conflict (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) mine = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) other = archive_record (1, 1, 1);
  g_autoptr (GError) error = NULL;
  const char *names[3] = { "1111111111111111111111111111111111111111111111111111111111111111",
                           "2222222222222222222222222222222222222222222222222222222222222222",
                           "3333333333333333333333333333333333333333333333333333333333333333" };
  NegArchiveObject objects[3] = { { .record = mine, .name = names[0], .bytes = 1, .source = "a" },
                                  { .record = other, .name = names[1], .bytes = 2, .source = "a" },
                                  { .record = mine, .name = names[2], .bytes = 3, .source = "a" } };
  NegAdded added[3];
  gint64 id = -1;

  archive_record_set (other, NEG_RECORD_PATIENT_NAME, "Somebody^Else");
  neg_archive_add (home->archive, objects, 3, added, &error);
  g_assert_no_error (error);
  g_assert_cmpint (added[0], ==, NEG_ADDED_NEW);
  g_assert_cmpint (added[1], ==, NEG_ADDED_NEW);
  g_assert_cmpint (added[2], ==, NEG_ADDED_VERSION);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance WHERE superseded_by IS NULL"), ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT min (n_instances) = 1 AND max (n_instances) = 1 FROM series"), ==, 1);
  /* The UID says nothing of whose study it is to be: nobody's goes. */
  g_assert_false (neg_archive_find_study (home->reader, "2.25.1", &id, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (neg_archive_remove_study (home->archive, "2.25.1", 0, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 3);
  g_assert_true (neg_archive_find_study (home->reader, "2.25.2", &id, &error));
  g_assert_no_error (error);
  g_assert_cmpint (id, ==, 0);
}

/* Files that are found again, in their places, change nothing: neither which version is shown, nor whose they are. */
static void
test_found_again (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (GError) error = NULL;

  archive_take (home, NEG_OBJECT_DATA, record, "A", "old", NULL, &error);
  archive_take (home, NEG_OBJECT_DATA, record, "A", "new", NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++) {
    g_autofree char *name = g_compute_checksum_for_string (G_CHECKSUM_SHA256, i == 0 ? "old" : "new", 3);
    NegArchiveObject found = { .record = record, .name = name, .bytes = 3, .source = "rebuild", .unasked = TRUE };
    NegAdded added;

    g_assert_true (neg_archive_add (home->archive, &found, 1, &added, &error));
    g_assert_no_error (error);
    g_assert_cmpint (added, ==, NEG_ADDED_SAME);
  }
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 2);
}

static void
test_versions (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) moved = archive_record (1, 1, 1);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;

  archive_record_set (record, NEG_RECORD_STUDY_DESCRIPTION, "first");
  archive_take_ok (home, NEG_OBJECT_DATA, record, "old", NEG_ADDED_NEW);
  archive_record_set (record, NEG_RECORD_STUDY_DESCRIPTION, "second");
  archive_take_ok (home, NEG_OBJECT_DATA, record, "new", NEG_ADDED_VERSION);
  archive_take_ok (home, NEG_OBJECT_DATA, record, "new", NEG_ADDED_SAME);
  g_assert_cmpint (archive_count (home, "SELECT n_instances FROM series"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT description = 'second' FROM study"), ==, 1);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 2);
  files = neg_archive_list_files (home->reader, home->data, home->cache, "2.25.1", 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_cmpuint (((NegArchiveFile *) g_ptr_array_index (files, 0))->bytes, ==, 3);
  /* Into another series: the old one has none. */
  archive_record_set (moved, NEG_RECORD_SERIES_UID, "2.25.1.2");
  archive_take_ok (home, NEG_OBJECT_DATA, moved, "moved", NEG_ADDED_VERSION);
  g_assert_cmpint (archive_count (home, "SELECT n_instances FROM series WHERE series_uid = '2.25.1.1'"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT n_instances FROM series WHERE series_uid = '2.25.1.2'"), ==, 1);
  g_assert_cmpint (archive_count (home, SHOWN "'2.25.1.1.1'"), ==, 1);
}

/* What nobody else may have is never in the cache only, and an object has one file. */
static void
test_classes (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (GError) error = NULL;
  NegArchiveObject in_place = { .record = record, .bytes = 3, .source = "import", .path = "somewhere/else.dcm" };
  NegAdded added;

  neg_archive_add (home->archive, &in_place, 1, &added, &error);
  g_assert_no_error (error);
  g_assert_cmpint (added, ==, NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_CACHE, record, "one", NEG_ADDED_SAME);
  g_assert_cmpint (archive_count (home, "SELECT object_class = 1 AND path IS NULL FROM instance"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT cache_bytes FROM study"), ==, 3);
  archive_take_ok (home, NEG_OBJECT_DATA, record, "one", NEG_ADDED_SAME);
  g_assert_cmpint (archive_count (home, "SELECT object_class FROM instance"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT cache_bytes FROM study"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "cache/objects"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 1);
  archive_take_ok (home, NEG_OBJECT_CACHE, record, "one", NEG_ADDED_SAME);
  g_assert_cmpint (archive_count (home, "SELECT object_class FROM instance"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "cache/objects"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 1);
}

static void
test_remove (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) first = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) second = archive_record (1, 1, 2);
  g_autoptr (NegObjectRecord) other = archive_record (2, 1, 1);
  NegArchiveObject unasked = { .record = first, .name = "", .bytes = 3, .source = "p", .unasked = TRUE };
  g_autoptr (GError) error = NULL;
  NegAdded added;
  guint n = 0;

  archive_take_ok (home, NEG_OBJECT_DATA, first, "one", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_CACHE, second, "two", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_DATA, other, "three", NEG_ADDED_NEW);
  g_assert_true (neg_archive_remove_study (home->archive, "2.25.1", 0, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM tombstone"), ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM deletion_leave"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM audit WHERE event = 110105 AND study_uid = '2.25.1'"
                                        " AND patient_id = 'ID1'"), ==, 1);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 1);
  g_assert_cmpuint (archive_count_files (home, "cache/objects"), ==, 0);
  g_assert_false (neg_archive_remove_study (home->archive, "2.25.1", 0, &n, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (neg_archive_add (home->archive, &unasked, 1, &added, &error));
  g_assert_cmpint (added, ==, NEG_ADDED_DELETED);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 1);
  archive_take_ok (home, NEG_OBJECT_CACHE, first, "one", NEG_ADDED_NEW);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM tombstone"), ==, 1);
}

/* What a peer has since changed of an object that somebody sent to us: evicting it must not hide both. */
static void
test_evict_version (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) other = archive_record (1, 1, 2);
  g_autoptr (GError) error = NULL;

  archive_take_ok (home, NEG_OBJECT_DATA, record, "as sent", NEG_ADDED_NEW);
  archive_take_ok (home, NEG_OBJECT_CACHE, record, "as changed", NEG_ADDED_VERSION);
  archive_take_ok (home, NEG_OBJECT_CACHE, record, "as changed again", NEG_ADDED_VERSION);
  archive_take_ok (home, NEG_OBJECT_CACHE, other, "other", NEG_ADDED_NEW);
  g_assert_true (neg_archive_evict (home->archive, 0, 0, G_MAXINT64, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (archive_count (home, SHOWN "'2.25.1.1.1'"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT bytes FROM instance WHERE superseded_by IS NULL"), ==, 16);
  g_assert_cmpint (archive_count (home, "SELECT n_instances FROM series"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 3);
}

static gboolean
delete_everything (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "DELETE FROM instance", error);

  return statement != NULL && neg_statement_run (statement, error);
}

static gboolean
open_first (NegDatabase *database, gpointer data, GError **error)
{
  return neg_archive_note_opened (database, "2.25.1", 0, error);
}

static void
test_evict (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) kept = archive_record (2, 2, 1);
  g_autoptr (GError) error = NULL;
  guint64 freed = 0;

  for (guint study = 1; study <= 4; study++) {
    g_autoptr (NegObjectRecord) record = archive_record (study, 1, 1);
    g_autofree char *bytes = g_strdup_printf ("bytes %u", study);

    archive_take_ok (home, NEG_OBJECT_CACHE, record, bytes, NEG_ADDED_NEW);
  }
  archive_take_ok (home, NEG_OBJECT_DATA, kept, "data", NEG_ADDED_NEW); /* makes study 2 the one used last */
  g_assert_true (neg_archive_write (home->archive, open_first, NULL, &error)); /* and now 1 */
  g_assert_true (neg_archive_evict (home->archive, 0, G_MAXUINT64, 1, NULL, &freed, &error)); /* somebody may look at them */
  g_assert_no_error (error);
  g_assert_cmpuint (freed, ==, 0);
  g_assert_true (neg_archive_evict (home->archive, 14, 0, G_MAXINT64, NULL, &freed, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (freed, ==, 14);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study WHERE study_uid IN ('2.25.1', '2.25.2')"), ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM study"), ==, 2);
  g_assert_true (neg_archive_evict (home->archive, 0, 0, G_MAXINT64, NULL, &freed, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (archive_count_files (home, "cache/objects"), ==, 0);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance WHERE object_class = 0"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM tombstone"), ==, 0);
  /* More space than there is: nothing of class data goes, whatever is asked for. */
  g_assert_true (neg_archive_evict (home->archive, 0, G_MAXUINT64, G_MAXINT64, NULL, &freed, &error));
  g_assert_cmpuint (freed, ==, 0);
  g_assert_false (neg_archive_write (home->archive, delete_everything, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 1);
}

static void
test_check (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) first = archive_record (1, 1, 1);
  g_autoptr (NegObjectRecord) second = archive_record (1, 1, 2);
  g_autoptr (NegObjectRecord) third = archive_record (1, 1, 3);
  const NegObjectRecord *records[3] = { first, second, third };
  const char *bytes[3] = { "one", "two", "three" };
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *stray = g_build_filename (home->data, "objects", "00",
                                             "0000000000000000000000000000000000000000000000000000000000000001", NULL);
  NegArchiveReport report;

  for (guint i = 0; i < 3; i++)
    archive_take_ok (home, NEG_OBJECT_DATA, records[i], bytes[i], NEG_ADDED_NEW);
  files = neg_archive_list_files (home->reader, home->data, home->cache, "2.25.1", 0, NULL, &error);
  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_cmpuint (report.n_objects, ==, 3);
  g_assert_cmpuint (report.problems->len, ==, 0);
  neg_archive_report_clear (&report);
  g_unlink (((NegArchiveFile *) g_ptr_array_index (files, 0))->path);
  g_assert_true (g_file_set_contents (((NegArchiveFile *) g_ptr_array_index (files, 1))->path, "owt", 3, &error));
  g_assert_true (g_file_set_contents (stray, "stray", 5, &error));
  g_usleep (200 * 1000); /* younger files may be on their way */
  g_assert_true (neg_archive_check (home->archive, FALSE, NULL, NULL, NULL, &report, &error));
  g_assert_cmpuint (report.n_missing, ==, 1);
  g_assert_cmpuint (report.n_damaged, ==, 0);
  g_assert_cmpuint (report.n_without_row, ==, 1);
  neg_archive_report_clear (&report);
  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_cmpuint (report.n_damaged, ==, 1);
  g_assert_cmpuint (report.problems->len, ==, 3);
  neg_archive_report_clear (&report);
  /* Received again, both are whole again. */
  archive_take_ok (home, NEG_OBJECT_DATA, records[0], bytes[0], NEG_ADDED_SAME);
  archive_take_ok (home, NEG_OBJECT_DATA, records[1], bytes[1], NEG_ADDED_SAME);
  g_unlink (stray);
  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_cmpuint (report.problems->len, ==, 0);
  neg_archive_report_clear (&report);
  g_cancellable_cancel (cancelled);
  g_assert_false (neg_archive_check (home->archive, TRUE, NULL, NULL, cancelled, &report, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  neg_archive_report_clear (&report);
}

static void
test_second (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_archive_open (home->data, home->cache, "", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_BUSY);
  g_clear_error (&error);
  archive_home_close (home);
  archive_home_open (home);
  g_assert_null (neg_archive_open_reader (home->cache, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (neg_object_store_open (home->data, home->data, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_USAGE);
}

static void
test_wrong_size (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  NegObjectStore *objects = neg_archive_get_objects (home->archive);
  g_autoptr (NegIncoming) incoming = neg_object_store_begin (objects, NEG_OBJECT_DATA, NULL);
  NegArchiveObject object = { .record = record, .bytes = 100, .source = "test" };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (write (incoming->fd, "short", 5), ==, 5);
  g_assert_false (neg_archive_take (home->archive, incoming, &object, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_TRUNCATED);
  g_clear_error (&error);
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 0);
  g_assert_true (neg_object_store_quarantine (objects, incoming, "too short", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (archive_count_files (home, "data/quarantine"), ==, 2);
  g_assert_cmpuint (archive_count_files (home, "data/incoming"), ==, 0);
}

/* Many with one commit: what is wrong with one of them is its own matter, and the same bytes twice are one object. */
static void
test_take_many (ArchiveHome *home, gconstpointer data)
{
  static const char *const texts[] = { "one", "two", "other", "one" };
  NegObjectStore *objects = neg_archive_get_objects (home->archive);
  NegTaking takings[4] = { 0 };
  NegObjectRecord *records[4];

  for (guint i = 0; i < 4; i++) {
    records[i] = archive_record (1, 1, i == 3 ? 0 : i);
    takings[i].incoming = neg_object_store_begin (objects, NEG_OBJECT_CACHE, NULL);
    takings[i].object = (NegArchiveObject){ .record = records[i], .bytes = 3, .source = "test" };
    g_assert_cmpint (write (takings[i].incoming->fd, texts[i], strlen (texts[i])), ==, strlen (texts[i]));
  }
  neg_archive_take_many (home->archive, takings, 4);
  g_assert_no_error (takings[0].error);
  g_assert_no_error (takings[1].error);
  g_assert_error (takings[2].error, NEG_ERROR, NEG_ERROR_TRUNCATED);
  g_assert_no_error (takings[3].error);
  g_assert_cmpint (takings[1].added, ==, NEG_ADDED_NEW);
  g_assert_cmpint (takings[3].added, ==, NEG_ADDED_SAME);
  g_clear_error (&takings[2].error);
  for (guint i = 0; i < 4; i++) {
    neg_incoming_free (takings[i].incoming);
    neg_object_record_free (records[i]);
  }
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 2);
  g_assert_cmpuint (archive_count_files (home, "cache/objects"), ==, 2);
  g_assert_cmpuint (archive_count_files (home, "cache/incoming"), ==, 0);
}

/* The cache folder is the person's to empty. */
static void
test_emptied_cache (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  char *command[] = { (char *) "rm", (char *) "-r", home->cache, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_spawn_sync (NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, &error));
  archive_take_ok (home, NEG_OBJECT_CACHE, record, "one", NEG_ADDED_NEW);
  g_assert_cmpuint (archive_count_files (home, "cache/objects"), ==, 1);
}

typedef struct {
  ArchiveHome *home;
  guint first;
} Taker;

static gpointer
take_many (gpointer data)
{
  const Taker *taker = data;

  for (guint i = 0; i < 50; i++) {
    g_autoptr (NegObjectRecord) own = archive_record (1, taker->first, i);
    g_autoptr (NegObjectRecord) common = archive_record (1, 9, i);
    g_autofree char *own_bytes = g_strdup_printf ("%u %u", taker->first, i);
    g_autofree char *common_bytes = g_strdup_printf ("common %u", i);
    g_autoptr (GError) error = NULL;

    archive_take (taker->home, i % 2 ? NEG_OBJECT_DATA : NEG_OBJECT_CACHE, own, NULL, own_bytes, NULL, &error);
    g_assert_no_error (error);
    archive_take (taker->home, taker->first % 2 ? NEG_OBJECT_DATA : NEG_OBJECT_CACHE, common, NULL, common_bytes, NULL,
                  &error);
    g_assert_no_error (error);
  }
  return NULL;
}

static gboolean
fail_always (NegDatabase *database, gpointer data, GError **error)
{
  delete_everything (database, NULL, NULL);
  return neg_fail (error, NEG_ERROR_ABORTED, NULL, "changed its mind");
}

/* Several at once, the same objects in both classes among them, beside requests that fail. */
static void
test_threads (ArchiveHome *home, gconstpointer data)
{
  Taker takers[4] = { { home, 1 }, { home, 2 }, { home, 3 }, { home, 4 } };
  GThread *threads[4];
  g_autoptr (GError) error = NULL;
  NegArchiveReport report;

  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("taker", take_many, &takers[i]);
  for (guint i = 0; i < 200; i++)
    neg_archive_write (home->archive, fail_always, NULL, NULL);
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance"), ==, 250);
  g_assert_cmpint (archive_count (home, "SELECT sum (n_instances) FROM series"), ==, 250);
  g_assert_cmpint (archive_count (home, "SELECT sum (bytes) FROM instance WHERE object_class = 1"), ==,
                   archive_count (home, "SELECT cache_bytes FROM study"));
  g_usleep (200 * 1000);
  g_assert_true (neg_archive_check (home->archive, TRUE, NULL, NULL, NULL, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_objects, ==, 250);
  for (guint i = 0; i < report.problems->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (report.problems, i));
  g_assert_cmpuint (report.problems->len, ==, 0);
  neg_archive_report_clear (&report);
}

static gboolean
bury (NegDatabase *database, const char *uid, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "INSERT INTO tombstone VALUES (?1, '', 0)", error);

  if (statement == NULL)
    return FALSE;
  neg_statement_bind_text (statement, 1, uid);
  return neg_statement_run (statement, error);
}

static gboolean
bury_slowly (NegDatabase *database, gpointer data, GError **error)
{
  g_atomic_int_set ((gint *) data, 1);
  g_usleep (200 * 1000);
  return bury (database, "slow", error);
}

static gboolean
bury_and_fail (NegDatabase *database, gpointer data, GError **error)
{
  return bury (database, data, error) && neg_fail (error, NEG_ERROR_ABORTED, NULL, "changed its mind");
}

static gboolean
bury_it (NegDatabase *database, gpointer data, GError **error)
{
  return bury (database, data, error);
}

typedef struct {
  ArchiveHome *home;
  NegDatabaseFunc func;
  gpointer data;
  NegErrorCode code; /* what it fails with; N_CODES: nothing */
} Change;

static gpointer
run_change (gpointer data)
{
  const Change *change = data;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (neg_archive_write (change->home->archive, change->func, change->data, &error), ==,
                   change->code == NEG_ERROR_N_CODES);
  if (change->code != NEG_ERROR_N_CODES)
    g_assert_error (error, NEG_ERROR, change->code);
  return NULL;
}

static gboolean
write_within (NegDatabase *database, gpointer data, GError **error)
{
  ArchiveHome *home = data;

  return neg_archive_write (home->archive, delete_everything, NULL, error);
}

/* What waits behind a slow change shares a commit, and who fails in it fails alone. */
static void
test_shared (ArchiveHome *home, gconstpointer data)
{
  gint has_begun = 0;
  Change changes[4] = { { home, bury_slowly, &has_begun, NEG_ERROR_N_CODES },
                        { home, bury_and_fail, (gpointer) "a", NEG_ERROR_ABORTED },
                        { home, bury_it, (gpointer) "b", NEG_ERROR_N_CODES },
                        { home, bury_and_fail, (gpointer) "c", NEG_ERROR_ABORTED } };
  Change within = { home, write_within, home, NEG_ERROR_USAGE };
  GThread *threads[4];

  threads[0] = g_thread_new ("slow", run_change, &changes[0]);
  while (!g_atomic_int_get (&has_begun))
    g_usleep (1000);
  for (guint i = 1; i < 4; i++)
    threads[i] = g_thread_new ("waiting", run_change, &changes[i]);
  for (guint i = 0; i < 4; i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM tombstone"), ==, 2);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM tombstone WHERE sop_instance_uid IN ('b', 'slow')"), ==,
                   2);
  run_change (&within);
}

/* What is sealed is not deleted before the index could name it. */
static void
test_sealed (ArchiveHome *home, gconstpointer data)
{
  NegObjectStore *objects = neg_archive_get_objects (home->archive);
  NegIncoming *incoming = neg_object_store_begin (objects, NEG_OBJECT_DATA, NULL);
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (write (incoming->fd, "one", 3), ==, 3);
  g_assert_true (neg_object_store_seal (objects, incoming, 3, &name, &error));
  g_assert_true (neg_object_store_remove (objects, NEG_OBJECT_DATA, name, NULL, NULL, &error));
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 1);
  neg_incoming_free (incoming);
  g_assert_true (neg_object_store_remove (objects, NEG_OBJECT_DATA, name, NULL, NULL, &error));
  g_assert_cmpuint (archive_count_files (home, "data/objects"), ==, 0);
  g_assert_false (neg_object_store_remove (objects, NEG_OBJECT_DATA, "../../../x", NULL, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
}

/* What version 1 kept is there, and a copy of the file as it was. */
static void
test_fixture (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *from = g_build_filename (g_getenv ("NEGATOSCOPE_SOURCE"), FIXTURE, NULL);
  g_autofree char *path = g_build_filename (home->data, NEG_ARCHIVE_FILE, NULL);
  g_autofree char *copy = g_strconcat (path, ".version-1", NULL);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) due = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;

  archive_home_close (home);
  g_unlink (path);
  g_file_get_contents (from, &sql, NULL, &error);
  g_assert_no_error (error);
  store_execute (path, sql);
  archive_home_open (home);
  g_assert_true (g_file_test (copy, G_FILE_TEST_EXISTS));
  files = neg_archive_list_files (home->reader, home->data, home->cache, "2.25.7", 7, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM tombstone"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT bytes FROM cache_total WHERE n_studies > 0"), >, 0);
  g_assert_cmpint (archive_count (home, "SELECT bytes FROM cache_total"), ==,
                   archive_count (home, "SELECT sum (cache_bytes) FROM study"));
  g_assert_true (neg_audit_verify (home->reader, NULL, &error));
  g_assert_true (neg_jobs_recover (home->archive, &error));
  due = neg_jobs_list_due (home->reader, G_MAXINT64, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (due->len, ==, 1);
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
  add_test ("/archive/take", test_take);
  add_test ("/archive/identity", test_identity);
  add_test ("/archive/conflict", test_conflict);
  add_test ("/archive/found-again", test_found_again);
  add_test ("/archive/versions", test_versions);
  add_test ("/archive/classes", test_classes);
  add_test ("/archive/remove", test_remove);
  add_test ("/archive/evict", test_evict);
  add_test ("/archive/evict-version", test_evict_version);
  add_test ("/archive/check", test_check);
  add_test ("/archive/second", test_second);
  add_test ("/archive/wrong-size", test_wrong_size);
  add_test ("/archive/take-many", test_take_many);
  add_test ("/archive/emptied-cache", test_emptied_cache);
  add_test ("/archive/threads", test_threads);
  add_test ("/archive/shared", test_shared);
  add_test ("/archive/sealed", test_sealed);
  add_test ("/archive/fixture", test_fixture);
  return g_test_run ();
}
