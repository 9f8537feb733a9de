/* The technologist's desk: what comes is noted in the transaction that brings it, and what was found and said of it stays. */
#include "archive-home.h"
#include "store-folder.h"
#include "store/neg-desk.h"
#include "store/neg-facts.h"

#include "base/neg-error.h"

#include <glib/gstdio.h>
#include <string.h>

#define NOW_US G_GINT64_CONSTANT (1700000000000000)
#define FIXTURE "tests/unit/store/fixtures/archive-1.sql"

static void
write_ok (ArchiveHome *home, NegDatabaseFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  neg_archive_write (home->archive, func, data, &error);
  g_assert_no_error (error);
}

static gint64
take (ArchiveHome *home, guint study, guint instance, const char *text, NegAdded expected)
{
  g_autoptr (NegObjectRecord) record = archive_record (study, 1, instance);

  archive_take_ok (home, NEG_OBJECT_DATA, record, text, expected);
  return archive_count (home, "SELECT max (study_id) FROM desk");
}

static gint64
get_due (ArchiveHome *home, gint64 study)
{
  g_autofree char *sql = g_strdup_printf ("SELECT due_us FROM desk WHERE study_id = %" G_GINT64_FORMAT, study);

  return archive_count (home, sql);
}

/* --- findings --- */

typedef struct {
  gint64 study;
  const char *const *found; /* of check "exposure", NULL at the end */
  NegSeverity severity;     /* of the first; others are notes */
  gint64 looked_us;
} Check;

static gboolean
set_findings (NegDatabase *database, gpointer data, GError **error)
{
  const Check *check = data;
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_finding_free);

  for (guint i = 0; check->found[i] != NULL; i++) {
    NegFinding *finding = neg_finding_new ("exposure", i == 0 ? check->severity : NEG_SEVERITY_NOTE);

    g_free (finding->found);
    finding->found = g_strdup (check->found[i]);
    finding->action = NEG_ACTION_REJECT;
    g_ptr_array_add (findings, finding);
  }
  return neg_desk_set_findings (database, check->study, findings, check->looked_us, NOW_US, "", error);
}

static void
check_study (ArchiveHome *home, gint64 study, NegSeverity severity, const char *const *found)
{
  Check check = { study, found, severity, get_due (home, study) };

  write_ok (home, set_findings, &check);
}

static NegDeskRow *
find (ArchiveHome *home, gint64 study)
{
  g_autoptr (GError) error = NULL;
  NegDeskRow *row = neg_desk_find (home->reader, study, NOW_US, &error);

  g_assert_no_error (error);
  return row;
}

typedef struct {
  gint64 id;
  NegErrorCode expected; /* 0: it can be */
} Acceptance;

static gboolean
accept (NegDatabase *database, gpointer data, GError **error)
{
  const Acceptance *acceptance = data;
  g_autoptr (GError) failure = NULL;

  if (neg_desk_accept (database, acceptance->id, "anna", "as it must be", NOW_US, &failure))
    return acceptance->expected == 0;
  return g_error_matches (failure, NEG_ERROR, acceptance->expected);
}

static const char *const two[] = { "low", "high", NULL }, *const one[] = { "low", NULL }, *const none[] = { NULL };

/* What a person said of a finding holds while it is the same; its id, too. */
static void
test_acceptance (ArchiveHome *home, gconstpointer data)
{
  gint64 study = take (home, 1, 1, "one", NEG_ADDED_NEW);
  Acceptance acceptance = { 0 };
  g_autoptr (GPtrArray) findings = NULL;

  check_study (home, study, NEG_SEVERITY_ERROR, two);
  g_assert_cmpint (archive_count (home, "SELECT worst * 10 + n_findings FROM desk"), ==, 32);
  acceptance.id = archive_count (home, "SELECT id FROM finding WHERE found = 'low'");
  write_ok (home, accept, &acceptance);
  g_assert_cmpint (archive_count (home, "SELECT worst * 10 + n_findings FROM desk"), ==, 11);
  check_study (home, study, NEG_SEVERITY_ERROR, one);
  g_assert_cmpint (archive_count (home, "SELECT worst * 10 + n_findings FROM desk"), ==, 0);
  findings = neg_desk_list_findings (home->reader, study, NULL);
  g_assert_cmpuint (findings->len, ==, 1);
  g_assert_cmpint (((const NegFinding *) findings->pdata[0])->id, ==, acceptance.id);
  g_assert_cmpstr (((const NegFinding *) findings->pdata[0])->accepted_by, ==, "anna");
  g_assert_cmpstr (((const NegFinding *) findings->pdata[0])->accepted_words, ==, "as it must be");
  g_assert_cmpint (((const NegFinding *) findings->pdata[0])->action, ==, NEG_ACTION_REJECT);
  check_study (home, study, NEG_SEVERITY_NONE, none);
  acceptance.expected = NEG_ERROR_CONFLICT;
  write_ok (home, accept, &acceptance);
  /* It is found again: nobody has accepted that. */
  check_study (home, study, NEG_SEVERITY_WARNING, one);
  g_assert_cmpint (archive_count (home, "SELECT worst * 10 + n_findings FROM desk"), ==, 21);
}

/* --- rows and their order --- */

static gboolean
put_aside (NegDatabase *database, gpointer data, GError **error)
{
  return neg_desk_set_state (database, *(const gint64 *) data, NEG_DESK_ASIDE, "anna", "a phantom", NOW_US, error);
}

static char *
list (ArchiveHome *home, gboolean all)
{
  g_autoptr (GPtrArray) rows = neg_desk_list (home->reader, all, 100, NOW_US, NULL);
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf (ids, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", ((const NegDeskRow *) rows->pdata[i])->study_id);
  return g_string_free (ids, FALSE);
}

static void
test_order (ArchiveHome *home, gconstpointer data)
{
  gint64 studies[4];
  g_autofree char *open = NULL;
  g_autofree char *all = NULL;
  g_autoptr (NegDeskRow) row = NULL;

  for (guint i = 0; i < 4; i++)
    studies[i] = take (home, 1 + i, 1, "object", NEG_ADDED_NEW);
  take (home, 2, 2, "another", NEG_ADDED_NEW);
  check_study (home, studies[1], NEG_SEVERITY_WARNING, one);
  check_study (home, studies[2], NEG_SEVERITY_ERROR, one);
  write_ok (home, put_aside, &studies[0]);
  open = list (home, FALSE);
  g_assert_cmpstr (open, ==, "3 2 4");
  all = list (home, TRUE);
  g_assert_cmpstr (all, ==, "3 2 4 1");
  row = find (home, studies[1]);
  g_assert_cmpuint (row->n_objects, ==, 2);
  g_assert_cmpuint (row->n_series, ==, 1);
  g_assert_cmpuint (row->n_findings, ==, 1);
  g_assert_cmpint (row->worst, ==, NEG_SEVERITY_WARNING);
  g_assert_cmpint (row->entry, !=, 0);
  g_assert_cmpstr (row->patient_id, ==, "ID2");
  g_assert_cmpstr (row->modalities, ==, "CT");
  g_assert_cmpint (row->due_us, ==, 0);
  neg_desk_row_free (g_steal_pointer (&row));
  row = find (home, studies[0]);
  g_assert_cmpint (row->state, ==, NEG_DESK_ASIDE);
  g_assert_cmpstr (row->words, ==, "a phantom");
}

/* --- what is due --- */

static void
test_due (ArchiveHome *home, gconstpointer data)
{
  gint64 study = take (home, 1, 1, "one", NEG_ADDED_NEW), due_us = get_due (home, study), again_us, next_us;
  Check check = { study, one, NEG_SEVERITY_NOTE, due_us };
  g_autoptr (GArray) before = neg_desk_list_due (home->reader, due_us - 1, 10, NULL);
  g_autoptr (GArray) quiet = neg_desk_list_due (home->reader, due_us, 10, NULL);
  g_autoptr (GArray) turned_back = neg_desk_list_due (home->reader, due_us - G_TIME_SPAN_HOUR, 10, NULL);

  g_assert_cmpuint (before->len, ==, 0);
  g_assert_cmpuint (quiet->len, ==, 1);
  g_assert_cmpint (g_array_index (quiet, gint64, 0), ==, study);
  g_assert_cmpuint (turned_back->len, ==, 1);
  g_assert_true (neg_desk_get_next_due (home->reader, 0, &next_us, NULL));
  g_assert_cmpint (next_us, ==, due_us);
  /* Something came while it was looked at; the same bytes again are nothing. */
  take (home, 1, 1, "one", NEG_ADDED_SAME);
  g_assert_cmpint (get_due (home, study), ==, due_us);
  take (home, 1, 2, "two", NEG_ADDED_NEW);
  again_us = get_due (home, study);
  g_assert_cmpint (again_us, >, due_us);
  write_ok (home, set_findings, &check);
  g_assert_cmpint (get_due (home, study), ==, again_us);
  /* More is to be found. */
  check.looked_us = 0;
  write_ok (home, set_findings, &check);
  g_assert_cmpint (get_due (home, study), ==, again_us);
  check.looked_us = again_us;
  write_ok (home, set_findings, &check);
  g_assert_true (neg_desk_get_next_due (home->reader, 0, &next_us, NULL));
  g_assert_cmpint (next_us, ==, 0);
}

static gboolean
note_changed (NegDatabase *database, gpointer data, GError **error)
{
  return neg_desk_note_changed (database, *(const gint64 *) data, NOW_US, error);
}

typedef struct {
  gint64 study, due_us;
} Due;

static gboolean
note_due (NegDatabase *database, gpointer data, GError **error)
{
  Due *due = data;

  return neg_desk_note_due (database, due->study, NOW_US, &due->due_us, error);
}

static gboolean
arrive (NegDatabase *database, gpointer data, GError **error)
{
  return neg_desk_set_state (database, *(const gint64 *) data, NEG_DESK_ARRIVED, "", "", NOW_US, error);
}

/* What is noted is due however the clock stands, and is to leave again; what does not exist is not noted. */
static void
test_noted (ArchiveHome *home, gconstpointer data)
{
  gint64 study = take (home, 1, 1, "one", NEG_ADDED_NEW), due_us = get_due (home, study), nothing = 99;
  Due due = { .study = study };
  g_autoptr (GError) error = NULL;

  write_ok (home, arrive, &study);
  write_ok (home, note_changed, &study);
  g_assert_cmpint (get_due (home, study), >, due_us);
  g_assert_cmpint (archive_count (home, "SELECT state FROM desk"), ==, NEG_DESK_NEW);
  g_assert_false (neg_archive_write (home->archive, note_changed, &nothing, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_clear_error (&error);
  write_ok (home, arrive, &study);
  write_ok (home, note_due, &due);
  g_assert_cmpint (due.due_us, ==, get_due (home, study));
  g_assert_cmpint (archive_count (home, "SELECT state FROM desk"), ==, NEG_DESK_ARRIVED);
  due.study = nothing;
  g_assert_false (neg_archive_write (home->archive, note_due, &due, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

/* --- what comes --- */

static void
take_from (ArchiveHome *home, const NegObjectRecord *record, NegObjectClass object_class, const char *source)
{
  g_autofree char *name = g_strdup_printf ("%064x", g_str_hash (record->text[NEG_RECORD_SOP_INSTANCE_UID]));
  const NegArchiveObject object = { .record = record, .object_class = object_class, .name = name, .bytes = 3,
                                    .source = source };
  g_autoptr (GError) error = NULL;

  neg_archive_add (home->archive, &object, 1, NULL, &error);
  g_assert_no_error (error);
}

/* What was fetched, what the viewer stores, and what is corrected does not bring a study to the desk; only what the viewer or
 * another archive has needs no facts. */
static void
test_sources (ArchiveHome *home, gconstpointer data)
{
  static const struct {
    NegObjectClass object_class;
    const char *source;
    int n_desk, n_facts;
  } kinds[] = { { NEG_OBJECT_CACHE, "PACS", 0, 0 },
                { NEG_OBJECT_DATA, NEG_ARCHIVE_SOURCE_VIEWER, 0, 0 },
                { NEG_OBJECT_DATA, NEG_ARCHIVE_SOURCE_DESK, 0, 1 },
                { NEG_OBJECT_DATA, NEG_ARCHIVE_SOURCE_IMPORT, 1, 2 },
                { NEG_OBJECT_DATA, "MODALITY", 2, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (NegObjectRecord) record = archive_record (1 + i, 1, 1);

    take_from (home, record, kinds[i].object_class, kinds[i].source);
    g_assert_cmpint (archive_count (home, "SELECT count(*) FROM desk"), ==, kinds[i].n_desk);
    g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance_facts"), ==, kinds[i].n_facts);
  }
}

/* --- objects --- */

static void
test_objects (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 2);
  g_autoptr (NegObjectRecord) fetched = archive_record (1, 1, 3);
  g_autoptr (GPtrArray) objects = NULL;
  const NegDeskObject *object;

  for (guint i = NEG_RECORD_FIRST_FACT; i < NEG_RECORD_N_FIELDS; i++)
    archive_record_set (record, i, neg_record_field_get_keyword (i));
  archive_record_set (record, NEG_RECORD_PATIENT_NAME, "Test^Person 1");
  archive_take_ok (home, NEG_OBJECT_DATA, record, "two", NEG_ADDED_NEW);
  take (home, 1, 1, "an older one", NEG_ADDED_NEW);
  take (home, 1, 1, "one", NEG_ADDED_VERSION);
  archive_take_ok (home, NEG_OBJECT_CACHE, fetched, "three", NEG_ADDED_NEW);
  objects = neg_desk_list_objects (home->reader, home->data, home->cache, 1, NULL);
  g_assert_cmpuint (objects->len, ==, 3);
  object = objects->pdata[0];
  g_assert_cmpstr (object->record->text[NEG_RECORD_SOP_INSTANCE_UID], ==, "2.25.1.1.1");
  g_assert_cmpuint (object->bytes, ==, 3);
  g_assert_cmpstr (object->source, ==, "test");
  g_assert_true (g_file_test (object->path, G_FILE_TEST_IS_REGULAR));
  object = objects->pdata[1];
  for (guint i = 0; i < NEG_RECORD_N_FIELDS; i++)
    g_assert_cmpstr (object->record->text[i], ==, record->text[i]);
  object = objects->pdata[2];
  g_assert_null (object->record);
  g_assert_true (g_file_test (object->path, G_FILE_TEST_IS_REGULAR));
}

static gboolean
spoil (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, "UPDATE instance_facts SET facts = x'FFFFFFFFFFFFFF'", error);

  return statement != NULL && neg_statement_run (statement, error);
}

static gboolean
note_pixels (NegDatabase *database, gpointer data, GError **error)
{
  return neg_facts_set_pixels (database, data, "d1", "(1, 2)", error);
}

/* What came twice with other bytes: the older one, wherever it is now, and what its pixels were like; it goes with it. */
static void
test_replaced (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) other = archive_record (1, 1, 1);
  g_autoptr (GPtrArray) objects = NULL;
  g_autoptr (GPtrArray) replaced = NULL;
  const NegDeskReplaced *older;

  take (home, 1, 1, "first", NEG_ADDED_NEW);
  objects = neg_desk_list_objects (home->reader, home->data, home->cache, 1, NULL);
  g_assert_null (((const NegDeskObject *) objects->pdata[0])->pixel_facts);
  write_ok (home, note_pixels, ((const NegDeskObject *) objects->pdata[0])->name);
  g_ptr_array_unref (objects);
  objects = neg_desk_list_objects (home->reader, home->data, home->cache, 1, NULL);
  g_assert_cmpstr (((const NegDeskObject *) objects->pdata[0])->pixel_facts, ==, "(1, 2)");
  g_assert_cmpstr (((const NegDeskObject *) objects->pdata[0])->pixel_digest, ==, "d1");
  replaced = neg_desk_list_replaced (home->reader, home->data, home->cache, 1, NULL);
  g_assert_cmpuint (replaced->len, ==, 0);
  g_ptr_array_unref (replaced);
  take (home, 1, 1, "second", NEG_ADDED_VERSION);
  replaced = neg_desk_list_replaced (home->reader, home->data, home->cache, 1, NULL);
  g_assert_cmpuint (replaced->len, ==, 1);
  older = replaced->pdata[0];
  g_assert_cmpstr (older->name, ==, ((const NegDeskObject *) objects->pdata[0])->name);
  g_assert_true (g_file_test (older->path, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpstr (older->digest, ==, "d1");
  g_ptr_array_unref (replaced);
  /* The same UID of another patient. */
  archive_record_set (other, NEG_RECORD_PATIENT_ID, "ID2");
  archive_take_ok (home, NEG_OBJECT_DATA, other, "third", NEG_ADDED_NEW);
  replaced = neg_desk_list_replaced (home->reader, home->data, home->cache, 2, NULL);
  g_assert_cmpuint (replaced->len, ==, 2);
  g_assert_null (((const NegDeskReplaced *) replaced->pdata[0])->digest);
  g_assert_true (neg_archive_remove_study (home->archive, other->text[NEG_RECORD_STUDY_UID], 1, NULL, NULL));
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM pixel_facts"), ==, 0);
}

/* A damaged row says nothing, and does no harm. */
static void
test_damaged (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (GPtrArray) objects = NULL;

  take (home, 1, 1, "one", NEG_ADDED_NEW);
  write_ok (home, spoil, NULL);
  objects = neg_desk_list_objects (home->reader, home->data, home->cache, 1, NULL);
  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_null (((const NegDeskObject *) objects->pdata[0])->record->text[NEG_RECORD_STUDY_UID]);
}

/* --- what goes --- */

static void
test_removed (ArchiveHome *home, gconstpointer data)
{
  g_autoptr (NegObjectRecord) record = archive_record (1, 1, 1);
  gint64 study = take (home, 1, 1, "one", NEG_ADDED_NEW);

  check_study (home, study, NEG_SEVERITY_ERROR, two);
  take (home, 2, 1, "other", NEG_ADDED_NEW);
  g_assert_true (neg_archive_remove_study (home->archive, record->text[NEG_RECORD_STUDY_UID], 0, NULL, NULL));
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM desk"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM finding"), ==, 0);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM instance_facts"), ==, 1);
  /* Whoever was checking it meanwhile does not fail. */
  write_ok (home, set_findings, &(Check){ study, one, NEG_SEVERITY_ERROR, 1 });
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM finding"), ==, 0);
}

/* --- orders --- */

#define ORDER(values)                                                                                                  \
  "INSERT INTO imaging_order (message_id, received_us, changed_us, time_us, status, urgency, scheduled_us, issuer,"    \
  " patient_id, name_key, patient_name, birth_date, sex, patient_location, admission_id, placer, placer_issuer, filler," \
  " filler_issuer, accession, accession_issuer, procedure_id, step_id, study_uid, modality, procedure_code, procedure," \
  " body_part, laterality, station, station_ae, location, referrer, requester, performer, reason, alerts, date, time,"  \
  " timezone, priority) VALUES (1, 1, 1, 1, 1, 1, 1, '', " values ", '', '', '', '', '', '', '', '', '', '', '', '', '',"   \
  " '', '', '', '')"

static gboolean
execute (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, data, error);

  return statement != NULL && neg_statement_run (statement, error);
}

/* An order that comes later than the images is a reason to look again; that its images came is none. */
static void
test_ordered (ArchiveHome *home, gconstpointer data)
{
  static const char *const steps[] = {
    ORDER ("'ID1', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''"),
    "UPDATE imaging_order SET laterality = 'R'",
    "UPDATE imaging_order SET has_images = 1, changed_us = 7, laterality = 'R'",
    ORDER ("'ID2', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''"),
  };
  static const gboolean is_due[] = { TRUE, TRUE, FALSE, FALSE };
  gint64 study = take (home, 1, 1, "one", NEG_ADDED_NEW);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    check_study (home, study, NEG_SEVERITY_NONE, none);
    g_assert_cmpint (get_due (home, study), ==, 0);
    write_ok (home, execute, (gpointer) steps[i]);
    g_assert_cmpint (get_due (home, study) != 0, ==, is_due[i]);
  }
}

/* What an older program has taken in has left its desk: nothing is on it, and its objects are read from their files. */
static void
test_migrated (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *from = g_build_filename (g_getenv ("NEGATOSCOPE_SOURCE"), FIXTURE, NULL);
  g_autofree char *path = g_build_filename (home->data, NEG_ARCHIVE_FILE, NULL);
  g_autofree char *sql = NULL;
  g_autofree char *sent = NULL;
  g_autoptr (GPtrArray) objects = NULL;

  archive_home_close (home);
  g_unlink (path);
  g_assert_true (g_file_get_contents (from, &sql, NULL, NULL));
  sent = g_strconcat (sql, "UPDATE instance SET object_class = 0;", NULL);
  store_execute (path, sent);
  archive_home_open (home);
  objects = neg_desk_list_objects (home->reader, home->data, home->cache, 7, NULL);
  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_null (((const NegDeskObject *) objects->pdata[0])->record);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM desk"), ==, 0);
  take (home, 77, 1, "one", NEG_ADDED_NEW);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM desk"), ==, 1);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*func) (ArchiveHome *, gconstpointer);
  } tests[] = { { "acceptance", test_acceptance }, { "order", test_order },     { "due", test_due },
                { "noted", test_noted },           { "sources", test_sources }, { "objects", test_objects },
                { "replaced", test_replaced },     { "damaged", test_damaged },       { "removed", test_removed }, { "ordered", test_ordered },
                { "migrated", test_migrated } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++) {
    g_autofree char *path = g_strconcat ("/desk/", tests[i].name, NULL);

    g_test_add (path, ArchiveHome, NULL, archive_home_init, tests[i].func, archive_home_clear);
  }
  return g_test_run ();
}
