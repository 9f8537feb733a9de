/* Saved searches: relative dates, the file. */
#include <glib/gstdio.h>
#include <string.h>

#include "agent/neg-agent-searches-private.h"
#include "base/neg-error.h"

/* 2026-03-01 00:30 UTC. */
#define NOW_US (G_GINT64_CONSTANT (1772325000) * G_USEC_PER_SEC)

static void
assert_resolved (const char *text, const char *zone_name, const char *expected)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  g_autofree char *date = neg_search_resolve_date (text, zone, NOW_US);

  g_assert_cmpstr (date, ==, expected);
}

static void
test_dates (void)
{
  assert_resolved ("today", "UTC", "20260301");
  assert_resolved ("today", "-03:00", "20260228");
  assert_resolved ("today", "+14:00", "20260301");
  assert_resolved ("-0d", "UTC", "20260301-");
  assert_resolved ("-1d", "UTC", "20260228-");
  assert_resolved ("-7d", "UTC", "20260222-");
  assert_resolved ("-7d", "-03:00", "20260221-");
  assert_resolved ("-366d", "UTC", "20250228-");
}

static void
test_other_dates (void)
{
  static const char *const texts[] = { "", "20260101", "20260101-", "-20260101", "-d", "--1d", "-x7d", "-7", "Today",
                                       "-99999999999999999999d", "-36501d" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_resolved (texts[i], "UTC", texts[i]);
}

typedef struct {
  char *folder, *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("negatoscope-searches-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "searches.conf", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
test_default (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) searches = _neg_searches_load (fixture->path, NULL);

  g_assert_cmpuint (searches->len, ==, 1);
  g_assert_cmpstr (((NegSearch *) searches->pdata[0])->name, ==, NEG_SEARCH_WORKLISTS);
  g_assert_cmpuint (((NegSearch *) searches->pdata[0])->every_s, ==, 60);
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  static const char *const peers[] = { "A;B", "Ä", NULL };
  g_autoptr (GPtrArray) searches = g_ptr_array_new_with_free_func ((GDestroyNotify) _neg_search_free);
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) loaded = NULL;
  const NegSearch *search;
  GStatBuf status;

  g_hash_table_insert (keys, (gpointer) "Sequence[0].Modality", (gpointer) "CT\\MR");
  g_hash_table_insert (keys, (gpointer) "PatientName", (gpointer) "O'Hara'\"; =^#");
  g_ptr_array_add (searches, _neg_search_new ("mine", peers, keys, 90));
  g_assert_true (_neg_searches_save (fixture->path, searches, NULL));
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);

  loaded = _neg_searches_load (fixture->path, NULL);
  g_assert_cmpuint (loaded->len, ==, 2);
  search = loaded->pdata[0];
  g_assert_cmpstr (search->name, ==, "mine");
  g_assert_cmpuint (search->every_s, ==, 90);
  g_assert_cmpuint (g_strv_length (search->peers), ==, 2);
  g_assert_cmpstr (search->peers[0], ==, "A;B");
  g_assert_cmpstr (search->peers[1], ==, "Ä");
  g_assert_cmpuint (g_hash_table_size (search->keys), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (search->keys, "Sequence[0].Modality"), ==, "CT\\MR");
  g_assert_cmpstr (g_hash_table_lookup (search->keys, "PatientName"), ==, "O'Hara'\"; =^#");
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "nonsense", "[other]\na=b\n", "[search x]\nkeys={'a': 5}\n",
                                       "[search x]\nkeys=(\n", "[search x]\nevery=99999999999\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (fixture->path, texts[i], -1, NULL));
    g_assert_null (_neg_searches_load (fixture->path, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/searches/dates", test_dates);
  g_test_add_func ("/searches/other-dates", test_other_dates);
  g_test_add ("/searches/default", Fixture, NULL, set_up, test_default, tear_down);
  g_test_add ("/searches/round-trip", Fixture, NULL, set_up, test_round_trip, tear_down);
  g_test_add ("/searches/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  return g_test_run ();
}
