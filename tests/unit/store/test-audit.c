/* NegAudit: the chain, and rows that are not as they were written. */
#include "config.h"

#include <pwd.h>
#include <unistd.h>

#include "archive-home.h"
#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-audit.h"

#define N_ROWS 5

static void
append_rows (ArchiveHome *home)
{
  for (guint i = 0; i < N_ROWS; i++) {
    g_autofree char *detail = g_strdup_printf ("what %u", i);
    NegAuditEntry entry = { .event = NEG_AUDIT_ACCESSED,
                            .failed = i == 2,
                            .user = i == 3 ? "somebody" : NULL,
                            .study_uid = "2.25.1",
                            .patient_id = i == 4 ? "" : NULL,
                            .detail = detail };
    g_autoptr (GError) error = NULL;

    g_assert_true (neg_audit_append (home->archive, &entry, &error));
    g_assert_no_error (error);
  }
}

static void
change (ArchiveHome *home, const char *sql)
{
  g_autofree char *path = g_build_filename (home->data, NEG_ARCHIVE_FILE, NULL);

  store_execute (path, "DROP TRIGGER IF EXISTS audit_unchanged; DROP TRIGGER IF EXISTS audit_undeleted");
  store_execute (path, sql);
}

static void
test_chain (ArchiveHome *home, gconstpointer data)
{
  const struct passwd *me = getpwuid (getuid ());
  g_autoptr (GError) error = NULL;
  g_autofree char *query = NULL;
  guint64 n = 99;

  g_assert_true (neg_audit_verify (home->reader, &n, &error));
  g_assert_cmpuint (n, ==, 0);
  append_rows (home);
  g_assert_true (neg_audit_verify (home->reader, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, N_ROWS);
  g_assert_nonnull (me);
  query = g_strdup_printf ("SELECT count(*) FROM audit WHERE user = '%s'", me->pw_name);
  g_assert_cmpint (archive_count (home, query), ==, N_ROWS - 1);
}

static const struct {
  const char *sql, *where;
} CHANGES[] = {
  { "UPDATE audit SET detail = 'else' WHERE id = 2", "2" },
  { "UPDATE audit SET time_us = time_us + 1 WHERE id = 3", "3" },
  { "UPDATE audit SET failed = 0 WHERE id = 3", "3" },
  { "UPDATE audit SET patient_id = NULL WHERE id = 5", "5" },
  { "UPDATE audit SET hash = (SELECT hash FROM audit WHERE id = 1) WHERE id = 4", "4" },
  { "DELETE FROM audit WHERE id = 1", "1" },
  { "DELETE FROM audit WHERE id = 3", "3" },
  { "DELETE FROM audit WHERE id = 5", "5" },
  { "DELETE FROM audit", "1" },
};

static void
test_changed (ArchiveHome *home, gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  append_rows (home);
  change (home, CHANGES[i].sql);
  g_assert_false (neg_audit_verify (home->reader, NULL, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  g_assert_cmpstr (neg_error_get_where (error), ==, CHANGES[i].where);
}

static gboolean
run_sql (NegDatabase *database, gpointer data, GError **error)
{
  NegStatement *statement = neg_database_prepare (database, data, error);

  return statement != NULL && neg_statement_run (statement, error);
}

static void
test_append_only (ArchiveHome *home, gconstpointer data)
{
  char *const changes[] = { (char *) "UPDATE audit SET detail = ''", (char *) "DELETE FROM audit" };

  append_rows (home);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (neg_archive_write (home->archive, run_sql, changes[i], &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_CONFLICT);
  }
  g_assert_true (neg_audit_verify (home->reader, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/audit/chain", ArchiveHome, NULL, archive_home_init, test_chain, archive_home_clear);
  g_test_add ("/audit/append-only", ArchiveHome, NULL, archive_home_init, test_append_only, archive_home_clear);
  for (guint i = 0; i < G_N_ELEMENTS (CHANGES); i++) {
    g_autofree char *name = g_strdup_printf ("/audit/changed/%u", i);

    g_test_add (name, ArchiveHome, GUINT_TO_POINTER (i), archive_home_init, test_changed, archive_home_clear);
  }
  return g_test_run ();
}
