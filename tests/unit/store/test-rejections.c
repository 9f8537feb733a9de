/* Rejections and what the reject-rate report counts beside them; performed procedure steps. */
#include <string.h>

#include "archive-home.h"
#include "base/neg-error.h"
#include "store/neg-performed.h"
#include "store/neg-rejections.h"

typedef gboolean (*Func) (NegDatabase *database, gpointer data, GError **error);

static void
write_ok (ArchiveHome *home, Func func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, func, data, &error));
  g_assert_no_error (error);
}

/* --- rejections --- */

static const char *const taken[] = { "1.2.1", "1.2.2", "1.2.3", NULL };
static char *uids[4];
static gint64 study_id;

static void
take_images (ArchiveHome *home)
{
  static const char *const stations[] = { "ROOM1", "ROOM1", "ROOM2" };

  for (guint i = 0; i < 3; i++) {
    g_autoptr (NegObjectRecord) record = archive_record (1, 1 + i, 1);

    archive_record_set (record, NEG_RECORD_MODALITY, "DX");
    archive_record_set (record, NEG_RECORD_STATION, stations[i]);
    archive_record_set (record, NEG_RECORD_BODY_PART, i == 2 ? "KNEE" : "CHEST");
    archive_take_ok (home, NEG_OBJECT_DATA, record, taken[i], NEG_ADDED_NEW);
    g_free (uids[i]);
    uids[i] = g_strdup (record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  }
  study_id = archive_count (home, "SELECT id FROM study");
}

static gboolean
note_made (NegDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();

  g_autoptr (GHashTable) made = neg_rejections_count_made (database, study_id, zone, error);

  return made != NULL && neg_rejections_note_made (database, study_id, made, error);
}

static gboolean
reject (NegDatabase *database, gpointer data, GError **error)
{
  NegRejection *rejection = data;
  const char *const two[] = { uids[0], uids[2], NULL };
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();

  return neg_rejections_add (database, rejection, two, zone, error);
}

static NegRejection
make_rejection (void)
{
  return (NegRejection){ .study_id = study_id, .note_sop_uid = (char *) "2.25.7", .code = (char *) "113001",
                         .reason = (char *) "motion", .words = (char *) "=breathed", .user = (char *) "tech",
                         .repeat = TRUE, .made_us = g_get_real_time () };
}

static const NegRejectCount *
find (GPtrArray *counts, const char *key)
{
  for (guint i = 0; i < counts->len; i++)
    if (g_str_equal (((NegRejectCount *) counts->pdata[i])->key, key))
      return counts->pdata[i];
  g_test_message ("nothing is counted for “%s”", key);
  g_test_fail ();
  return g_ptr_array_index (counts, 0);
}

static GPtrArray *
count (ArchiveHome *home, NegRejectsBy by, const char *modality)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *counts = neg_rejections_count (home->reader, by, "20000101", "21000101", modality, &error);

  g_assert_no_error (error);
  return counts;
}

static void
test_rate (ArchiveHome *home, gconstpointer data)
{
  NegRejection rejection;
  g_autoptr (GPtrArray) rooms = NULL, reasons = NULL, days = NULL, none = NULL, listed = NULL, objects = NULL;

  take_images (home);
  /* Twice: a study counts once however often it is checked. */
  write_ok (home, note_made, NULL);
  write_ok (home, note_made, NULL);
  rejection = make_rejection ();
  write_ok (home, reject, &rejection);
  g_assert_cmpint (rejection.id, >, 0);

  rooms = count (home, NEG_REJECTS_BY_STATION, "");
  g_assert_cmpuint (rooms->len, ==, 2);
  g_assert_cmpuint (find (rooms, "ROOM1")->n_made, ==, 2);
  g_assert_cmpuint (find (rooms, "ROOM1")->n_rejected, ==, 1);
  g_assert_cmpuint (find (rooms, "ROOM2")->n_made, ==, 1);
  g_assert_cmpuint (find (rooms, "ROOM2")->n_rejected, ==, 1);
  g_assert_cmpuint (find (rooms, "ROOM2")->n_repeats, ==, 1);
  reasons = count (home, NEG_REJECTS_BY_REASON, "DX");
  g_assert_cmpuint (reasons->len, ==, 1);
  g_assert_cmpuint (find (reasons, "motion")->n_rejected, ==, 2);
  days = count (home, NEG_REJECTS_BY_DAY, "");
  g_assert_cmpuint (days->len, ==, 1);
  g_assert_cmpuint (((NegRejectCount *) days->pdata[0])->n_made, ==, 3);
  g_assert_cmpuint (((NegRejectCount *) days->pdata[0])->n_rejected, ==, 2);
  none = count (home, NEG_REJECTS_BY_STATION, "CT");
  g_assert_cmpuint (none->len, ==, 0);

  listed = neg_rejections_list (home->reader, study_id, 10, NULL);
  g_assert_cmpuint (listed->len, ==, 1);
  g_assert_cmpuint (((NegRejection *) listed->pdata[0])->n_images, ==, 2);
  objects = neg_rejections_list_objects (home->reader, rejection.id, NULL);
  g_assert_cmpuint (objects->len, ==, 2);
}

static gboolean
undo (NegDatabase *database, gpointer data, GError **error)
{
  return neg_rejections_undo (database, *(gint64 *) data, "tech", 5, error);
}

static void
test_undo (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GPtrArray) reasons = NULL;
  g_autoptr (GError) error = NULL;
  NegRejection rejection;

  take_images (home);
  rejection = make_rejection ();
  write_ok (home, reject, &rejection);
  write_ok (home, undo, &rejection.id);
  reasons = count (home, NEG_REJECTS_BY_REASON, "");
  g_assert_cmpuint (reasons->len, ==, 0);
  g_assert_false (neg_archive_write (home->archive, undo, &rejection.id, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
}

static void
test_unknown_image (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  NegRejection rejection;

  take_images (home);
  rejection = make_rejection ();
  g_free (uids[2]);
  uids[2] = g_strdup ("1.2.3.4.5.6");
  g_assert_false (neg_archive_write (home->archive, reject, &rejection, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM rejection"), ==, 0);
}

static void
test_csv (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autofree char *csv = NULL;
  NegRejection rejection;
  g_auto (GStrv) lines = NULL;

  take_images (home);
  rejection = make_rejection ();
  rejection.reason = (char *) "=cmd \"x\"";
  write_ok (home, reject, &rejection);
  csv = neg_rejections_dup_csv (home->reader, "20000101", "21000101", zone, NULL);
  lines = g_strsplit (csv, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  /* A spreadsheet takes no formula from it, and a quotation mark is doubled. */
  g_assert_nonnull (strstr (lines[1], "\"'=cmd \"\"x\"\"\""));
  g_assert_null (strstr (csv, "breathed"));
  g_assert_null (strstr (csv, uids[0]));
}

/* A correction has put the first image into another study; its note is made there, and one of what it has replaced. */
static gboolean
reject_moved (NegDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  const char *const moved[] = { uids[0], NULL }, *const replaced[] = { uids[1], NULL };
  NegRejection again = make_rejection (), wrong = make_rejection ();

  again.study_id = *(gint64 *) data;
  again.note_sop_uid = (char *) "2.25.8";
  wrong.note_sop_uid = (char *) "2.25.9";
  wrong.reason = (char *) "";
  wrong.words = (char *) NEG_REJECTION_WORDS_REPLACED;
  wrong.repeat = FALSE;
  return neg_rejections_add (database, &again, moved, zone, error)
         && neg_rejections_add (database, &wrong, replaced, zone, error);
}

/* Another image of another study that only has the same UID, rejected for a reason of its own. */
static gboolean
reject_other (NegDatabase *database, gpointer data, GError **error)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  const char *const other[] = { uids[0], NULL };
  NegRejection rejection = make_rejection ();

  rejection.study_id = *(gint64 *) data;
  rejection.note_sop_uid = (char *) "2.25.10";
  rejection.reason = (char *) "artefact";
  return neg_rejections_add (database, &rejection, other, zone, error);
}

static guint
count_lines (ArchiveHome *home)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  g_autofree char *csv = neg_rejections_dup_csv (home->reader, "20000101", "21000101", zone, NULL);
  g_auto (GStrv) lines = g_strsplit (csv, "\r\n", -1);

  return g_strv_length (lines) - 2; /* the header, and nothing behind the last one */
}

static void
test_corrected (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (2, 1, 1);
  g_autoptr (GPtrArray) once = NULL, without = NULL, after = NULL;
  NegRejection rejection;
  gint64 other_study;

  take_images (home);
  archive_record_set (record, NEG_RECORD_MODALITY, "DX");
  archive_record_set (record, NEG_RECORD_SOP_INSTANCE_UID, uids[0]);
  archive_take_ok (home, NEG_OBJECT_DATA, record, "2.1.1", NEG_ADDED_NEW);
  other_study = archive_count (home, "SELECT max (id) FROM study");
  rejection = make_rejection ();
  write_ok (home, reject, &rejection);
  write_ok (home, reject_moved, &other_study);

  once = count (home, NEG_REJECTS_BY_REASON, "");
  g_assert_cmpuint (once->len, ==, 1);
  g_assert_cmpuint (find (once, "motion")->n_rejected, ==, 2);
  g_assert_cmpuint (find (once, "motion")->n_repeats, ==, 2);
  g_assert_cmpuint (count_lines (home), ==, 2);

  write_ok (home, reject_other, &other_study);
  after = count (home, NEG_REJECTS_BY_REASON, "");
  g_assert_cmpuint (find (after, "artefact")->n_rejected, ==, 1);
  g_assert_cmpuint (find (after, "motion")->n_rejected, ==, 2);

  /* Taken back where it was first: it holds where it is now. */
  write_ok (home, undo, &rejection.id);
  without = count (home, NEG_REJECTS_BY_REASON, "");
  g_assert_cmpuint (find (without, "motion")->n_rejected, ==, 1);
}

/* --- performed procedure steps --- */

static GVariant *
attributes (const char *text)
{
  GVariant *variant = g_variant_parse (G_VARIANT_TYPE ("a(ss)"), text, NULL, NULL, NULL);

  g_assert_nonnull (variant);
  return variant;
}

static gboolean
create (NegDatabase *database, gpointer data, GError **error)
{
  return neg_performed_create (database, data, error);
}

static gboolean
set (NegDatabase *database, gpointer data, GError **error)
{
  return neg_performed_set (database, "1.9", data, 2000, error);
}

#define CREATED                                                                                                        \
  "[('PerformedProcedureStepStatus', 'IN PROGRESS'), ('PatientID', 'P1'), ('PatientName', 'A^B'), ('Modality', 'CT'),"   \
  " ('ScheduledStepAttributesSequence[0].StudyInstanceUID', '1.2.3'),"                                                   \
  " ('ScheduledStepAttributesSequence[0].AccessionNumber', 'ACC1'), ('PerformedProcedureStepStartDate', '20261122'),"   \
  " ('PerformedProcedureStepStartTime', '0815')]"

#define COMPLETED                                                                                                      \
  "[('PerformedProcedureStepStatus', 'COMPLETED'),"                                                                      \
  " ('PerformedSeriesSequence[0].SeriesInstanceUID', '1.7'),"                                                            \
  " ('PerformedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPClassUID', '1.3'),"                             \
  " ('PerformedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID', '1.7.1'),"                        \
  " ('PerformedSeriesSequence[0].ReferencedImageSequence[1].ReferencedSOPInstanceUID', '1.7.2'),"                        \
  " ('PerformedSeriesSequence[1].ReferencedNonImageCompositeSOPInstanceSequence[0].ReferencedSOPInstanceUID', '1.8.1'),"  \
  " ('PerformedSeriesSequence[1].SeriesInstanceUID', '1.8')]"

static void
create_ok (ArchiveHome *home)
{
  g_autoptr (GVariant) said = attributes (CREATED);
  NegPerformedStep step = { .sop_instance_uid = (char *) "1.9", .source = (char *) "CT1", .attributes = said,
                            .received_us = 1000, .changed_us = 1000 };

  write_ok (home, create, &step);
}

static void
test_performed (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GVariant) said = attributes (COMPLETED);
  g_autoptr (NegPerformedStep) step = NULL;
  g_autoptr (GPtrArray) of_study = NULL;
  const NegPerformedObject *last;

  create_ok (home);
  write_ok (home, set, said);
  step = neg_performed_find (home->reader, "1.9", NULL);
  g_assert_nonnull (step);
  g_assert_cmpstr (step->status, ==, "COMPLETED");
  g_assert_cmpstr (step->patient_id, ==, "P1");
  g_assert_cmpstr (step->accession, ==, "ACC1");
  g_assert_cmpstr (step->started, ==, "202611220815");
  g_assert_cmpuint (step->objects->len, ==, 3);
  last = step->objects->pdata[2];
  g_assert_cmpstr (last->sop_instance_uid, ==, "1.8.1");
  g_assert_cmpstr (last->series_uid, ==, "1.8");
  of_study = neg_performed_list_of_study (home->reader, "1.2.3", NULL);
  g_assert_cmpuint (of_study->len, ==, 1);
}

static void
test_performed_twice (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GVariant) said = attributes (CREATED);
  g_autoptr (GVariant) end = attributes (COMPLETED);
  g_autoptr (GError) twice = NULL, over = NULL, unknown = NULL;
  NegPerformedStep step = { .sop_instance_uid = (char *) "1.9", .source = (char *) "CT1", .attributes = said };

  g_assert_false (neg_archive_write (home->archive, set, end, &unknown));
  g_assert_error (unknown, NEG_ERROR, NEG_ERROR_NOT_FOUND);
  create_ok (home);
  g_assert_false (neg_archive_write (home->archive, create, &step, &twice));
  g_assert_error (twice, NEG_ERROR, NEG_ERROR_CONFLICT);
  write_ok (home, set, end);
  g_assert_false (neg_archive_write (home->archive, set, end, &over));
  g_assert_error (over, NEG_ERROR, NEG_ERROR_CONFLICT);
}

/* Numbers of items that no list can have, and paths that only look like one. */
static void
test_performed_hostile (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GVariant) said = attributes (
      "[('PerformedSeriesSequence[99999999999999999999].ReferencedImageSequence[0].ReferencedSOPInstanceUID', '1.1'),"
      " ('PerformedSeriesSequence[-1].ReferencedImageSequence[0].ReferencedSOPInstanceUID', '1.2'),"
      " ('PerformedSeriesSequence[0]ReferencedImageSequence[0].ReferencedSOPInstanceUID', '1.3'),"
      " ('PerformedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPClassUID', '1.4')]");
  NegPerformedStep step = { .sop_instance_uid = (char *) "1.9", .source = (char *) "CT1", .attributes = said };

  write_ok (home, create, &step);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM performed_object"), ==, 0);
}

static void
add (const char *path, void (*func) (ArchiveHome *, gconstpointer))
{
  g_test_add (path, ArchiveHome, NULL, archive_home_init, func, archive_home_clear);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  add ("/rejections/rate", test_rate);
  add ("/rejections/undo", test_undo);
  add ("/rejections/unknown-image", test_unknown_image);
  add ("/rejections/csv", test_csv);
  add ("/rejections/corrected", test_corrected);
  add ("/performed/created-and-ended", test_performed);
  add ("/performed/twice", test_performed_twice);
  add ("/performed/hostile", test_performed_hostile);
  status = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (uids); i++)
    g_free (uids[i]);
  return status;
}
