/* What a reader keeps of orders while another connection writes: what arrives, changes or goes is there at once, in every
 * order and under every condition. */
#include "config.h"

#include "archive-home.h"
#include "store/neg-entries.h"

#define N_STUDIES 40u

static const char *const keys[NEG_COLUMN_N]
    = { "urgency",     "status",      "k_patient", "k_id",       "birth_date", "sex",
        "k_accession", "k_modality",  "k_description", "k_body_part", "time_us", "k_location",
        "k_referrer",  "(n_here * 2147483648 + n_there)", "n_priors" };

static void
arrive (ArchiveHome *home, guint study)
{
  g_autoptr (NegObjectRecord) record = archive_record (study, 1, study);
  g_autofree char *id = g_strdup_printf ("ID%u", study * 7 % 11);
  g_autofree char *name = g_strdup_printf ("Smith%c^A", 'a' + study * 5 % 13);
  g_autofree char *date = g_strdup_printf ("2026%02u%02u", 1 + study % 12, 1 + study * 3 % 28);
  g_autofree char *text = g_strdup_printf ("study %u", study);

  archive_record_set (record, NEG_RECORD_PATIENT_ID, id);
  archive_record_set (record, NEG_RECORD_PATIENT_NAME, name);
  archive_record_set (record, NEG_RECORD_STUDY_DATE, date);
  archive_take_ok (home, NEG_OBJECT_DATA, record, text, NEG_ADDED_NEW);
}

typedef struct {
  gint64 id;
  NegEntryStatus status;
} Reading;

static gboolean
set_status (NegDatabase *database, gpointer data, GError **error)
{
  const Reading *reading = data;

  return neg_entries_set_status (database, reading->id, reading->status, "ann", error);
}

static void
read_one (ArchiveHome *home, guint i)
{
  Reading reading = { archive_count (home, "SELECT max (id) FROM entry"), i % 2 != 0 ? NEG_STATUS_READ : NEG_STATUS_ARRIVED };
  g_autoptr (GError) error = NULL;

  neg_archive_write (home->archive, set_status, &reading, &error);
  g_assert_no_error (error);
}

static void
go (ArchiveHome *home, guint study)
{
  g_autofree char *uid = g_strdup_printf ("2.25.%u", study);
  g_autoptr (GError) error = NULL;

  neg_archive_remove_study (home->archive, uid, 0, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_list (ArchiveHome *home, const NegEntryQuery *wanted, const char *condition)
{
  g_autofree char *sql = g_strdup_printf ("SELECT id FROM entry WHERE %s ORDER BY %s %s, time_us DESC, id", condition,
                                          keys[wanted->order], wanted->descending ? "DESC" : "");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = neg_entries_list (home->reader, wanted, 0, 1000, &error);
  NegStatement *rows = neg_database_prepare (home->reader, sql, &error);
  gboolean has_row;
  guint n = 0;

  g_assert_no_error (error);
  while (neg_statement_step (rows, &has_row, &error) && has_row) {
    g_assert_cmpuint (n, <, entries->len);
    g_assert_cmpint (((NegEntry *) g_ptr_array_index (entries, n++))->id, ==, neg_statement_get_int (rows, 0));
  }
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, entries->len);
}

/* Each order is kept before each of the changes. */
static void
test_changes (ArchiveHome *home, gconstpointer data)
{
  static char *typed[] = { (char *) "smith", NULL };
  const struct {
    NegEntryQuery query;
    const char *condition;
  } table[] = {
    { { .words = typed }, "1" },
    { { .words = typed, .here_only = TRUE, .from_us = 1775000000000000 }, "n_here > 0 AND time_us >= 1775000000000000" },
    { { .words = typed, .status_mask = 1 << NEG_STATUS_ARRIVED }, "status = 1" },
  };
  guint n_studies = 0, n_gone = 0;

  while (n_studies < N_STUDIES)
    arrive (home, ++n_studies);
  neg_entries_tune_reader (home->reader);
  for (guint i = 0; i < NEG_COLUMN_N * 2 * G_N_ELEMENTS (table); i++) {
    NegEntryQuery wanted = table[i % G_N_ELEMENTS (table)].query;
    const char *condition = table[i % G_N_ELEMENTS (table)].condition;
    g_autoptr (GError) error = NULL;

    wanted.order = i / G_N_ELEMENTS (table) / 2;
    wanted.descending = i / G_N_ELEMENTS (table) % 2;
    for (guint change = 0; change < 3; change++) {
      neg_entries_keep_order (home->reader, wanted.order, wanted.descending, &error);
      g_assert_no_error (error);
      assert_list (home, &wanted, condition);
      if (change == 0)
        arrive (home, ++n_studies);
      else if (change == 1)
        read_one (home, i);
      else
        go (home, ++n_gone);
      assert_list (home, &wanted, condition);
    }
  }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/entries-kept/changes", ArchiveHome, NULL, archive_home_init, test_changes, archive_home_clear);
  return g_test_run ();
}
