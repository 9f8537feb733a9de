/* The reading list: what is merged and what stays apart, and that every search in every order gives what a plain look at
 * all rows gives. */
#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "neg-store-resources.h"
#include "store-folder.h"
#include "store/neg-entries.h"

typedef struct {
  StoreFolder folder;
  NegDatabase *database;
  gint64 next_series;
} List;

static const NegSchema schema = { NULL, "/org/negatoscope/store/archive" };

static void
run (List *list, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = NULL;
  NegStatement *statement;
  va_list arguments;

  va_start (arguments, format);
  sql = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  statement = neg_database_prepare (list->database, sql, &error);
  g_assert_no_error (error);
  neg_statement_run (statement, &error);
  g_assert_no_error (error);
}

static void
set_up (List *list, gconstpointer data)
{
  NegSchema archive = { .resource = neg_store_get_resource (), .folder = schema.folder };
  g_autoptr (GError) error = NULL;

  store_folder_init (&list->folder);
  list->database = neg_database_open (list->folder.path, &archive, &error);
  g_assert_no_error (error);
  run (list, "BEGIN"); /* one for all: the disk is not what is looked at */
}

static void
tear_down (List *list, gconstpointer data)
{
  neg_database_free (list->database);
  store_folder_clear (&list->folder);
}

static gint64
query (List *list, const char *sql)
{
  g_autoptr (GError) error = NULL;
  NegStatement *statement = neg_database_prepare (list->database, sql, &error);
  gboolean has_row;
  gint64 value;

  g_assert_no_error (error);
  g_assert_true (neg_statement_step (statement, &has_row, &error));
  g_assert_true (has_row);
  value = neg_statement_get_int (statement, 0);
  neg_statement_reset (statement);
  return value;
}

typedef struct {
  const char *uid, *issuer, *id, *name, *key, *date, *accession, *description, *modality;
  guint n;
} Study;

static void
refresh (List *list, gint64 rowid)
{
  g_autoptr (GError) error = NULL;

  neg_entries_refresh_study (list->database, rowid, &error);
  g_assert_no_error (error);
}

/* What the archive writes; only what the entry is made of. */
static gint64
add_study (List *list, const Study *study)
{
  gint64 rowid;

  run (list,
       "INSERT INTO study (study_uid, issuer, patient_id, name_key, patient_name, birth_date, sex, date, time, timezone, "
       "accession, accession_issuer, description, referrer, institution, arrived_us, used_us) VALUES ('%s', '%s', '%s', "
       "'%s', '%s', '19600102', 'F', '%s', '101500', '+0000', '%s', '', '%s', 'Dr. Who', '', 1700000000000000, 0)",
       study->uid, study->issuer, study->id, study->key, study->name, study->date, study->accession,
       study->description);
  rowid = query (list, "SELECT last_insert_rowid ()");
  run (list,
       "INSERT INTO series (study_id, series_uid, modality, date, time, description, body_part, laterality, station, "
       "n_instances) VALUES (%" G_GINT64_FORMAT ", '1.%" G_GINT64_FORMAT "', '%s', '', '', '', 'CHEST', '', '', %u)",
       rowid, list->next_series++, study->modality, study->n);
  refresh (list, rowid);
  return rowid;
}

static void
remove_study (List *list, gint64 rowid)
{
  run (list, "DELETE FROM series WHERE study_id = %" G_GINT64_FORMAT, rowid);
  run (list, "DELETE FROM study WHERE id = %" G_GINT64_FORMAT, rowid);
  refresh (list, rowid);
}

static const Study doe = { .uid = "1.2.3", .issuer = "H", .id = "4711", .name = "Doe^Jane", .key = "doe^jane",
                           .date = "20261120", .accession = "A1", .description = "CT Thorax", .modality = "CT", .n = 3 };

static NegRemoteStudy
remote_of (const Study *study)
{
  return (NegRemoteStudy){ .peer = "PACS", .study_uid = study->uid, .patient_name = study->name,
                           .patient_id = study->id, .issuer = study->issuer, .birth_date = "19600102", .sex = "F",
                           .accession = study->accession, .accession_issuer = "", .date = study->date,
                           .time = "101500", .modalities = study->modality, .description = study->description,
                           .body_part = "", .referrer = "", .location = "", .step_id = "",
                           .urgency = NEG_URGENCY_ROUTINE, .n_instances = 100 };
}

static void
set_remote (List *list, const char *search, const NegRemoteStudy *studies, guint n, gboolean complete)
{
  g_autoptr (GError) error = NULL;

  neg_entries_set_remote (list->database, search, "PACS", studies, n, complete, &error);
  g_assert_no_error (error);
}

static void
set_scheduled (List *list, const NegRemoteStudy *steps, guint n)
{
  g_autoptr (GError) error = NULL;

  neg_entries_set_scheduled (list->database, "RIS", steps, n, TRUE, &error);
  g_assert_no_error (error);
}

static NegEntry *
only_entry (List *list)
{
  g_autoptr (GError) error = NULL;
  NegEntryQuery all = { .order = NEG_COLUMN_TIME, .descending = TRUE };
  g_autoptr (GPtrArray) entries = neg_entries_list (list->database, &all, 0, 100, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 1);
  return neg_entry_copy (g_ptr_array_index (entries, 0));
}

static guint
count_entries (List *list)
{
  return (guint) query (list, "SELECT count(*) FROM entry");
}

static void
test_archive_and_peer (List *list, gconstpointer data)
{
  NegRemoteStudy remote = remote_of (&doe);
  g_autoptr (NegEntry) first = NULL;
  g_autoptr (NegEntry) both = NULL;
  g_autoptr (NegEntry) left = NULL;
  gint64 rowid;

  set_remote (list, "today", &remote, 1, TRUE);
  first = only_entry (list);
  g_assert_cmpint (first->status, ==, NEG_STATUS_ARRIVED);
  g_assert_cmpuint (first->n_here, ==, 0);
  g_assert_cmpuint (first->n_there, ==, 100);
  rowid = add_study (list, &doe);
  both = only_entry (list);
  g_assert_cmpint (both->id, ==, first->id);
  g_assert_cmpuint (both->n_here, ==, 3);
  g_assert_cmpuint (both->n_there, ==, 100);
  g_assert_cmpuint (both->n_series_here, ==, 1);
  g_assert_cmpstr (both->peers, ==, "PACS");
  g_assert_cmpstr (both->body_part, ==, "CHEST");
  g_assert_cmpint (both->study_rowid, ==, rowid);
  g_assert_cmpint (both->time_us, ==, G_GINT64_CONSTANT (1795169700000000));
  g_assert_false (both->is_conflict);
  remove_study (list, rowid);
  left = only_entry (list);
  g_assert_cmpint (left->id, ==, first->id);
  g_assert_cmpint (left->study_rowid, ==, 0);
  g_assert_cmpuint (left->n_here, ==, 0);
  set_remote (list, "today", NULL, 0, FALSE);
  g_assert_cmpuint (count_entries (list), ==, 1);
  set_remote (list, "other", NULL, 0, TRUE);
  g_assert_cmpuint (count_entries (list), ==, 1);
  set_remote (list, "today", NULL, 0, TRUE);
  g_assert_cmpuint (count_entries (list), ==, 0);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry_page"), ==, 0);
}

static void
test_two_patients (List *list, gconstpointer data)
{
  Study other = doe;
  NegRemoteStudy remote;
  g_autoptr (NegEntry) left = NULL;

  add_study (list, &doe);
  other.name = "Roe^Jane";
  remote = remote_of (&other);
  set_remote (list, "today", &remote, 1, TRUE);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry WHERE is_conflict = 1"), ==, 2);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry WHERE n_here = 3 AND n_there = 0"), ==, 1);
  other.name = doe.name;
  other.issuer = "OTHER";
  remote = remote_of (&other);
  set_remote (list, "more", &remote, 1, TRUE);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry WHERE is_conflict = 1"), ==, 3);
  set_remote (list, "today", NULL, 0, TRUE);
  set_remote (list, "more", NULL, 0, TRUE);
  left = only_entry (list);
  g_assert_false (left->is_conflict);
}

static void
test_scheduled (List *list, gconstpointer data)
{
  NegRemoteStudy step = remote_of (&doe);
  g_autoptr (NegEntry) announced = NULL;
  g_autoptr (NegEntry) arrived = NULL;
  g_autoptr (NegEntry) left = NULL;
  gint64 rowid;

  step.study_uid = "";
  step.step_id = "S1";
  step.location = "CT 2";
  step.urgency = NEG_URGENCY_STAT;
  step.n_instances = 0;
  set_scheduled (list, &step, 1);
  announced = only_entry (list);
  g_assert_cmpint (announced->status, ==, NEG_STATUS_SCHEDULED);
  rowid = add_study (list, &doe);
  arrived = only_entry (list);
  g_assert_cmpint (arrived->id, ==, announced->id);
  g_assert_cmpint (arrived->status, ==, NEG_STATUS_ARRIVED);
  g_assert_cmpint (arrived->urgency, ==, NEG_URGENCY_STAT);
  g_assert_cmpstr (arrived->location, ==, "CT 2");
  g_assert_cmpstr (arrived->study_uid, ==, "1.2.3");
  remove_study (list, rowid);
  left = only_entry (list);
  g_assert_cmpint (left->id, ==, announced->id);
  g_assert_cmpint (left->status, ==, NEG_STATUS_SCHEDULED);
  set_scheduled (list, NULL, 0);
  g_assert_cmpuint (count_entries (list), ==, 0);
}

/* Each differs from the study in one thing that makes it another's. */
static void
test_scheduled_apart (List *list, gconstpointer data)
{
  NegRemoteStudy steps[4];

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    steps[i] = remote_of (&doe);
    steps[i].study_uid = "";
    steps[i].step_id = "S";
  }
  steps[0].accession = "A2";
  steps[1].patient_id = "4712";
  steps[2].patient_name = "Doe^John";
  steps[3].patient_id = ""; /* the name and an accession number: no patient */
  set_scheduled (list, steps, G_N_ELEMENTS (steps));
  add_study (list, &doe);
  g_assert_cmpuint (count_entries (list), ==, 5);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry WHERE is_conflict = 1"), ==, 0);
}

static void
test_step_after_study (List *list, gconstpointer data)
{
  NegRemoteStudy step = remote_of (&doe);
  NegRemoteStudy by_uid = remote_of (&doe);
  g_autoptr (NegEntry) entry = NULL;

  add_study (list, &doe);
  step.study_uid = "";
  by_uid.accession = "";
  by_uid.step_id = "S2";
  step.urgency = by_uid.urgency = NEG_URGENCY_HIGH;
  set_scheduled (list, &step, 1);
  set_scheduled (list, &by_uid, 1);
  entry = only_entry (list);
  g_assert_cmpint (entry->urgency, ==, NEG_URGENCY_HIGH);
  set_scheduled (list, NULL, 0);
  g_assert_cmpint (query (list, "SELECT urgency FROM entry"), ==, NEG_URGENCY_ROUTINE);
}

static void
test_priors (List *list, gconstpointer data)
{
  Study other = doe, older = doe;
  g_autoptr (NegEntry) entry = NULL;
  g_autoptr (GPtrArray) priors = NULL;
  g_autoptr (GError) error = NULL;
  NegRemoteStudy remote;
  gint64 rowid;

  add_study (list, &doe);
  older.uid = "1.2.4";
  older.date = "20240101";
  rowid = add_study (list, &older);
  older.uid = "1.2.5";
  older.date = "20230101";
  remote = remote_of (&older);
  set_remote (list, "all", &remote, 1, TRUE);
  other.uid = "1.2.6";
  other.issuer = "X"; /* the same ID elsewhere */
  add_study (list, &other);
  entry = neg_entries_find_study (list->database, "1.2.3", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entry->n_priors, ==, 2);
  g_assert_cmpuint (entry->n_priors_here, ==, 1);
  priors = neg_entries_list_priors (list->database, entry, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (priors->len, ==, 2);
  g_assert_cmpstr (((NegEntry *) g_ptr_array_index (priors, 0))->study_uid, ==, "1.2.4");
  g_assert_cmpint (query (list, "SELECT n_priors FROM entry WHERE study_uid = '1.2.6'"), ==, 0);
  remove_study (list, rowid);
  g_assert_cmpint (query (list, "SELECT n_priors * 10 + n_priors_here FROM entry WHERE study_uid = '1.2.3'"), ==, 10);
}

static void
test_claims (List *list, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegEntry) entry = NULL;
  g_autoptr (NegEntry) read = NULL;
  NegEntryCounts counts;
  gint64 id;

  add_study (list, &doe);
  entry = only_entry (list);
  id = entry->id;
  g_assert_true (neg_entries_claim (list->database, id, "ann", "ws1", FALSE, NULL));
  g_assert_true (neg_entries_claim (list->database, id, "ann", "ws1", FALSE, NULL));
  g_assert_cmpint (query (list, "SELECT status FROM entry"), ==, NEG_STATUS_BEING_READ);
  g_assert_false (neg_entries_claim (list->database, id, "bob", "ws2", FALSE, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "ann"));
  g_clear_error (&error);
  g_assert_false (neg_entries_release (list->database, id, "bob", NULL));
  g_assert_false (neg_entries_set_status (list->database, id, NEG_STATUS_READ, "bob", NULL));
  g_assert_true (neg_entries_claim (list->database, id, "bob", "ws2", TRUE, NULL));
  g_assert_true (neg_entries_release (list->database, id, "bob", NULL));
  g_assert_cmpint (query (list, "SELECT status FROM entry"), ==, NEG_STATUS_ARRIVED);
  g_assert_true (neg_entries_claim (list->database, id, "bob", "ws2", FALSE, NULL));
  g_assert_true (neg_entries_set_status (list->database, id, NEG_STATUS_READ, "bob", NULL));
  read = only_entry (list);
  g_assert_cmpstr (read->claimed_by, ==, "");
  refresh (list, read->study_rowid);
  g_assert_true (neg_entries_get_counts (list->database, &counts, NULL));
  g_assert_cmpuint (counts.by_status[NEG_STATUS_READ], ==, 1);
  g_assert_cmpuint (counts.n_all, ==, 1);
  g_assert_false (neg_entries_claim (list->database, id + 1, "bob", "ws2", FALSE, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

/* --- searching --- */

static guint
find (List *list, const char *typed)
{
  g_auto (GStrv) words = g_strsplit (typed, " ", -1);
  NegEntryQuery wanted = { .words = words, .order = NEG_COLUMN_TIME, .descending = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = neg_entries_list (list->database, &wanted, 0, 100, &error);
  guint n = 0;

  g_assert_no_error (error);
  neg_entries_count (list->database, &wanted, 1000, &n, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (MIN (n, 100), ==, entries->len);
  return entries->len;
}

#define ALL G_MAXUINT

static void
check_scripts (List *list)
{
  static const struct {
    const char *typed;
    guint n;
  } table[] = {
    { "m", 1 },        { "mu", 1 },        { "müll", 1 },      { "MULLER", 1 },     { "ller", 1 },     { "ll", 0 },
    { "schadel", 1 },  { "schädel", 1 },   { "Schä", 1 },      { "strasse", 1 },    { "straße", 1 },   { "yamada", 1 },
    { "Yama Taro", 1 },{ "山田", 1 },      { "山", 1 },        { "田", 1 },         { "太", 1 },       { "田太", 0 },
    { "やま", 1 },     { "홍", 1 },        { "길동", 1 },      { "동", 1 },         { "hong", 1 },     { "Παπα", 1 },
    { "παπαδ", 1 },    { "αδοπ", 1 },      { "Дост", 1 },      { "тоев", 1 },       { "ДОСТОЕВСКИЙ федор", 1 },
    { "P00042", 1 },   { "42", 1 },        { "p0", 1 },        { "00042", 1 },      { "0042", 0 },     { "x-9", 1 },
    { "', OR", 0 },    { "\"", ALL },      { "%", ALL },        { "mull 42", 1 },    { "mull taro", 0 },
    { "A2026-0815", 1 },{ "a2026", 1 },    { "0815", 1 },      { "815", 1 },        { "2026", 1 },     { "026", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_test_message ("%s", table[i].typed);
    g_assert_cmpuint (find (list, table[i].typed), ==, table[i].n != ALL ? table[i].n : MIN (count_entries (list), 100));
  }
}

static void
add_nameless (List *list, guint from, guint n)
{
  for (guint i = from; i < from + n; i++) {
    g_autofree char *uid = g_strdup_printf ("2.%u", i);
    NegRemoteStudy study = { .study_uid = uid, .date = "20250101" };

    set_remote (list, "many", &study, 1, FALSE);
  }
}

static void
test_scripts (List *list, gconstpointer data)
{
  static const Study studies[] = {
    { .uid = "1.1", .id = "P00042", .name = "Müller^Änne", .key = "1", .description = "CT Schädel Straße" },
    { .uid = "1.2", .id = "x-9", .name = "Yamada^Tarou=山田^太郎=やまだ^たろう", .key = "2", .description = "" },
    { .uid = "1.3", .id = "3", .name = "Hong^Gildong=洪^吉洞=홍^길동", .key = "3", .description = "" },
    { .uid = "1.4", .id = "5", .name = "Παπαδόπουλος^Γιώργος", .key = "4", .description = "" },
    { .uid = "1.5", .id = "7", .name = "Достоевский^Фёдор", .key = "5", .description = "" },
    { .uid = "1.6", .id = "8", .name = "Doe", .key = "6", .description = "", .accession = "A2026-0815" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (studies); i++) {
    Study study = studies[i];

    study.issuer = "";
    study.accession = study.accession != NULL ? study.accession : "";
    study.modality = "CT";
    study.date = "20260101";
    study.n = 1;
    add_study (list, &study);
  }
  check_scripts (list);
  add_nameless (list, 0, 1100); /* packed in two small blocks, and some are not yet */
  g_assert_cmpint (query (list, "SELECT count(*) * 100 + max (n_docs = 512) FROM entry_block"), ==, 201);
  check_scripts (list);
  add_nameless (list, 1100, 15300); /* in a large one */
  g_assert_cmpint (query (list, "SELECT count(*) * 100 + max (n_docs = 16384) FROM entry_block"), ==, 101);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry_posting_small"), ==, 0);
  check_scripts (list);
}

/* --- every search against a plain look --- */

static const char *const families[] = { "Schmidt", "Schmied", "Müller", "Maier", "Sato", "山田", "Lee", "O'Neil" };
static const char *const texts[] = { "CT Thorax", "MR Knie links", "XA", "", "CT Abdomen und Becken" };
static const char *const keys[NEG_COLUMN_N]
    = { "urgency",     "status",      "k_patient", "k_id",       "birth_date", "sex",
        "k_accession", "k_modality",  "k_description", "k_body_part", "time_us", "k_location",
        "k_referrer",  "(n_here * 2147483648 + n_there)", "n_priors" };

static void
add_random (List *list, GRand *random, guint i)
{
  g_autofree char *uid = g_strdup_printf ("3.%u", i);
  g_autofree char *id = g_strdup_printf ("P%05d", g_rand_int_range (random, 0, 900));
  g_autofree char *name = g_strdup_printf ("%s^%c", families[g_rand_int_range (random, 0, 8)],
                                           'A' + g_rand_int_range (random, 0, 4));
  g_autofree char *date = g_strdup_printf ("2026%02d%02d", g_rand_int_range (random, 1, 12),
                                           g_rand_int_range (random, 1, 28));
  g_autofree char *accession = g_strdup_printf ("A%06u", i);
  g_autofree char *quoted = g_strdelimit (g_strdup (name), "'", '-');
  Study study = { .uid = uid, .issuer = "H", .id = id, .name = quoted, .key = quoted, .date = date,
                  .accession = accession, .description = texts[g_rand_int_range (random, 0, 5)],
                  .modality = g_rand_boolean (random) ? "CT" : "MR",
                  .n = (guint) g_rand_int_range (random, 1, 5) };
  NegRemoteStudy remote = remote_of (&study);

  if (g_rand_int_range (random, 0, 3) == 0)
    set_remote (list, uid, &remote, 1, TRUE);
  else
    add_study (list, &study);
}

static void
change_random (List *list, GRand *random)
{
  gint64 id = query (list, "SELECT id FROM entry ORDER BY random () LIMIT 1");
  gint64 rowid = query (list, "SELECT id FROM study ORDER BY random () LIMIT 1");

  switch (g_rand_int_range (random, 0, 6)) {
  case 0:
    neg_entries_claim (list->database, id, "ann", "ws", TRUE, NULL);
    break;
  case 1:
    neg_entries_set_status (list->database, id, g_rand_int_range (random, 0, NEG_STATUS_N), "ann", NULL);
    break;
  case 2:
    remove_study (list, rowid);
    break;
  case 3:
    run (list, "UPDATE study SET description = 'corrected' WHERE id = %" G_GINT64_FORMAT, rowid);
    refresh (list, rowid);
    break;
  default:
    run (list, "UPDATE series SET n_instances = n_instances + 1 WHERE study_id = %" G_GINT64_FORMAT, rowid);
    refresh (list, rowid);
    break;
  }
}

static void
assert_list (List *list, const NegEntryQuery *wanted, const char *condition)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = g_strdup_printf ("SELECT id FROM entry WHERE %s ORDER BY %s %s, time_us DESC, id", condition,
                                          keys[wanted->order], wanted->descending ? "DESC" : "");
  g_autoptr (GPtrArray) entries = neg_entries_list (list->database, wanted, 0, NEG_ENTRIES_REACH, &error);
  g_autoptr (GPtrArray) part = neg_entries_list (list->database, wanted, 3, 5, &error);
  NegStatement *statement = neg_database_prepare (list->database, sql, &error);
  gboolean has_row;
  guint n = 0;

  g_assert_no_error (error);
  while (neg_statement_step (statement, &has_row, &error) && has_row) {
    g_assert_cmpuint (n, <, entries->len);
    g_assert_cmpint (((NegEntry *) g_ptr_array_index (entries, n))->id, ==, neg_statement_get_int (statement, 0));
    if (n >= 3 && n < 8)
      g_assert_cmpint (((NegEntry *) g_ptr_array_index (part, n - 3))->id, ==, neg_statement_get_int (statement, 0));
    n++;
  }
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, entries->len);
  g_assert_true (neg_entries_count (list->database, wanted, 100000, &n, NULL));
  g_assert_cmpuint (n, ==, entries->len);
}

static void
keep (List *list, NegEntryColumn order, gboolean descending)
{
  g_autoptr (GError) error = NULL;

  neg_entries_keep_order (list->database, order, descending, &error);
  g_assert_no_error (error);
}

static void
assert_all_lists (List *list, gboolean keeps)
{
  static char *schmi[] = { (char *) "schmi", NULL }, *knie[] = { (char *) "nie", (char *) "m", NULL };
  static char *p0001[] = { (char *) "p0001", NULL };
  static char *ct[] = { (char *) "CT", NULL }, *cjk[] = { (char *) "田", NULL }, *one[] = { (char *) "s", NULL };
  const struct {
    NegEntryQuery query;
    const char *condition;
  } table[] = {
    { { 0 }, "1" },
    { { .words = schmi }, "k_patient LIKE 'schmi%'" },
    { { .words = knie }, "k_description LIKE '%nie%' AND (k_patient LIKE 'm%' OR k_description LIKE 'm%')" },
    { { .words = p0001 }, "k_id LIKE 'p0001%'" },
    { { .words = cjk }, "k_patient LIKE '%田%'" },
    { { .words = one }, "k_patient LIKE 's%'" },
    { { .modalities = ct }, "modalities = 'CT'" },
    { { .modalities = ct, .words = schmi, .here_only = TRUE },
      "modalities = 'CT' AND k_patient LIKE 'schmi%' AND n_here > 0" },
    { { .status_mask = 1 << NEG_STATUS_ARRIVED }, "status = 1" },
    { { .status_mask = 1 << NEG_STATUS_READ | 1 << NEG_STATUS_REPORTED }, "status >= 3" },
    { { .urgency_mask = 1 << NEG_URGENCY_ROUTINE, .here_only = TRUE }, "n_here > 0" },
    { { .from_us = 1780000000000000, .to_us = 1785000000000000 },
      "time_us >= 1780000000000000 AND time_us < 1785000000000000" },
    { { .unclaimed_only = TRUE }, "claimed_by = ''" },
    { { .claimed_by = "ann", .words = one }, "claimed_by = 'ann' AND k_patient LIKE 's%'" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    for (guint order = 0; order < NEG_COLUMN_N * 2; order++) {
      NegEntryQuery wanted = table[i].query;

      wanted.order = order / 2;
      wanted.descending = order % 2 != 0;
      g_test_message ("%s by %u", table[i].condition, order);
      if (keeps)
        keep (list, wanted.order, wanted.descending);
      assert_list (list, &wanted, table[i].condition);
    }
}

static void
test_orders (List *list, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (6);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2600; i++) {
    add_random (list, random, i);
    if (i > 100 && i % 3 == 0)
      change_random (list, random);
  }
  assert_all_lists (list, FALSE);
  g_assert_true (neg_entries_rebuild (list->database, &error));
  g_assert_no_error (error);
  assert_all_lists (list, FALSE);
  neg_entries_tune_reader (list->database);
  assert_all_lists (list, TRUE);
}

/* What is kept is of a moment: nothing of it is told when the list is another one. */
static void
test_kept (List *list, gconstpointer data)
{
  static char *one[] = { (char *) "s", NULL };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  const NegEntryQuery queries[] = { { .words = one }, { .here_only = TRUE }, { .status_mask = 1 << NEG_STATUS_ARRIVED } };
  const char *conditions[] = { "k_patient LIKE 's%'", "n_here > 0", "status = 1" };

  neg_entries_tune_reader (list->database);
  for (guint i = 0; i < 600; i++) {
    NegEntryQuery wanted = queries[i % 3];

    wanted.order = (NegEntryColumn) g_rand_int_range (random, 0, NEG_COLUMN_N);
    wanted.descending = g_rand_boolean (random);
    keep (list, wanted.order, wanted.descending);
    assert_list (list, &wanted, conditions[i % 3]);
    if (i < 20 || g_rand_boolean (random))
      add_random (list, random, i);
    else
      change_random (list, random);
    assert_list (list, &wanted, conditions[i % 3]);
  }
}

/* Every piece of the word is in hundreds of other names, which come first. */
static void
test_false_hits (List *list, gconstpointer data)
{
  static char *typed[] = { (char *) "schmie", NULL };
  const NegEntryQuery wanted = { .words = typed, .order = NEG_COLUMN_TIME, .descending = TRUE };

  for (guint i = 0; i < 620; i++) {
    g_autofree char *uid = g_strdup_printf ("1.2.%u", i), *id = g_strdup_printf ("Q%u", i);
    gboolean is_one = i % 62 == 0;
    const Study study = { .uid = uid, .issuer = "H", .id = id, .name = is_one ? "Schmied^A" : "Miesch^A",
                          .key = is_one ? "schmied^a" : "miesch^a", .date = is_one ? "20200101" : "20260101",
                          .accession = "", .description = "", .modality = "CT", .n = 1 };

    add_study (list, &study);
  }
  assert_list (list, &wanted, "k_patient LIKE 'schmie%'");
  neg_entries_tune_reader (list->database);
  keep (list, wanted.order, wanted.descending);
  assert_list (list, &wanted, "k_patient LIKE 'schmie%'");
}

static guint
forget (List *list, const char *search, const char *peer, guint limit)
{
  const NegEntrySpeaker speaker = { (char *) search, (char *) peer };
  g_autoptr (GError) error = NULL;
  guint n = 0;

  neg_entries_forget (list->database, &speaker, limit, &n, &error);
  g_assert_no_error (error);
  return n;
}

static void
test_forget (List *list, gconstpointer data)
{
  NegRemoteStudy studies[2] = { remote_of (&doe), remote_of (&doe) };
  g_autoptr (GPtrArray) speakers = NULL;

  studies[1].study_uid = "1.2.4";
  set_remote (list, "mine", studies, 2, TRUE);
  set_remote (list, "other", studies, 1, TRUE);
  set_scheduled (list, studies, 1);
  speakers = neg_entries_list_speakers (list->database, NULL);
  g_assert_cmpuint (speakers->len, ==, 3);
  g_assert_cmpuint (forget (list, "mine", "NOBODY", 10), ==, 0);
  g_assert_cmpuint (forget (list, "mine", "PACS", 1), ==, 1);
  g_assert_cmpuint (forget (list, "mine", "PACS", 10), ==, 1);
  g_assert_cmpuint (forget (list, "mine", "PACS", 10), ==, 0);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry"), ==, 1);
  g_assert_cmpuint (forget (list, "other", "PACS", 10), ==, 1);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry"), ==, 1);
  g_assert_cmpuint (forget (list, NULL, "RIS", 10), ==, 1);
  g_assert_cmpint (query (list, "SELECT count(*) FROM entry"), ==, 0);
}

static gint64
time_in (List *list, const char *date, const char *time)
{
  const NegRemoteStudy step = { .peer = "RIS", .patient_id = "ZONE", .accession = "Z", .step_id = "1", .date = date,
                                .time = time };

  set_scheduled (list, &step, 1);
  return query (list, "SELECT time_us / 1000000 FROM entry WHERE patient_id = 'ZONE'");
}

/* A day of the list begins where the day of a search for it does, in summer and in winter. */
static void
test_zone (List *list, gconstpointer data)
{
  g_autoptr (GTimeZone) berlin = g_time_zone_new_identifier ("Europe/Berlin");
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  gint64 night;

  if (berlin == NULL) {
    g_test_skip ("no time zones");
    return;
  }
  neg_entries_set_timezone (berlin);
  g_assert_cmpint (time_in (list, "20260115", "120000"), ==, 1768474800); /* 11:00 UTC */
  g_assert_cmpint (time_in (list, "20260715", "120000"), ==, 1784109600); /* 10:00 UTC */
  night = time_in (list, "20260329", "013000");
  g_assert_cmpint (time_in (list, "20260329", "033000") - night, ==, 3600);
  night = time_in (list, "20261025", "000000");
  g_assert_cmpint (time_in (list, "20261026", "000000") - night, ==, 25 * 3600);
  neg_entries_set_timezone (utc);
  g_assert_cmpint (time_in (list, "20260715", "120000"), ==, 1784116800);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/entries/archive-and-peer", List, NULL, set_up, test_archive_and_peer, tear_down);
  g_test_add ("/entries/two-patients", List, NULL, set_up, test_two_patients, tear_down);
  g_test_add ("/entries/scheduled", List, NULL, set_up, test_scheduled, tear_down);
  g_test_add ("/entries/scheduled-apart", List, NULL, set_up, test_scheduled_apart, tear_down);
  g_test_add ("/entries/step-after-study", List, NULL, set_up, test_step_after_study, tear_down);
  g_test_add ("/entries/priors", List, NULL, set_up, test_priors, tear_down);
  g_test_add ("/entries/claims", List, NULL, set_up, test_claims, tear_down);
  g_test_add ("/entries/scripts", List, NULL, set_up, test_scripts, tear_down);
  g_test_add ("/entries/forget", List, NULL, set_up, test_forget, tear_down);
  g_test_add ("/entries/zone", List, NULL, set_up, test_zone, tear_down);
  g_test_add ("/entries/orders", List, NULL, set_up, test_orders, tear_down);
  g_test_add ("/entries/kept", List, NULL, set_up, test_kept, tear_down);
  g_test_add ("/entries/false-hits", List, NULL, set_up, test_false_hits, tear_down);
  return g_test_run ();
}
