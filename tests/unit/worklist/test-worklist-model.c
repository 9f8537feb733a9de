/* The list for a view, beside a connection that changes it: what comes and goes, what stays the same object, long lists,
 * no archive and a damaged one. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "neg-store-resources.h"
#include "store/neg-archive.h"
#include "worklist/neg-worklist-model.h"

typedef struct {
  char *folder, *path;
  NegDatabase *database; /* the writer's */
  NegWorklistModel *model;
  guint n_changes, n_updates; /* of the list, of what is said about it */
  guint removed, added;
} Fixture;

static NegDatabase *
open_writer (Fixture *fixture)
{
  NegSchema schema = { .resource = neg_store_get_resource (), .folder = "/org/negatoscope/store/archive" };
  g_autoptr (GError) error = NULL;
  NegDatabase *database = neg_database_open (fixture->path, &schema, &error);

  g_assert_no_error (error);
  return database;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("negatoscope-worklist-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, NEG_ARCHIVE_FILE, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  g_assert_finalize_object (fixture->model);
  neg_database_free (fixture->database);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

    g_remove (path);
  }
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
items_changed (GListModel *list, guint position, guint removed, guint added, Fixture *fixture)
{
  fixture->n_changes++;
  fixture->removed += removed;
  fixture->added += added;
}

static void
updated (NegWorklistModel *model, Fixture *fixture)
{
  fixture->n_updates++;
}

static void
wait_until_counted (Fixture *fixture)
{
  while (neg_worklist_model_is_counting (fixture->model) || fixture->n_updates == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
make_model (Fixture *fixture)
{
  fixture->model = neg_worklist_model_new (fixture->folder, fixture->folder);
  g_signal_connect (fixture->model, "items-changed", G_CALLBACK (items_changed), fixture);
  g_signal_connect (fixture->model, "updated", G_CALLBACK (updated), fixture);
  wait_until_counted (fixture);
}

static void
refresh (Fixture *fixture)
{
  fixture->n_updates = fixture->n_changes = fixture->removed = fixture->added = 0;
  neg_worklist_model_refresh (fixture->model);
  while (fixture->n_updates == 0)
    g_main_context_iteration (NULL, TRUE);
}

typedef struct {
  guint from, n;
  guint n_images;
} Studies;

/* Study i of search i, so that each goes by itself; the newest has the highest number. */
static gboolean
write_studies (NegDatabase *database, gpointer data, GError **error)
{
  const Studies *studies = data;

  for (guint i = studies->from; i < studies->from + studies->n; i++) {
    g_autofree char *uid = g_strdup_printf ("1.2.%u", i);
    g_autofree char *name = g_strdup_printf ("Doe^Nr%u", i);
    g_autofree char *time = g_strdup_printf ("%02u%02u%02u", i / 3600, i / 60 % 60, i % 60);
    NegRemoteStudy study = { .study_uid = uid, .patient_name = name, .patient_id = uid, .date = "20261120",
                             .time = time, .modalities = i % 2 == 0 ? "CT" : "MR", .n_instances = studies->n_images };

    if (!neg_entries_set_remote (database, uid, "PACS", &study, studies->n_images > 0 ? 1 : 0, TRUE, error))
      return FALSE;
  }
  return TRUE;
}

static void
set_studies (Fixture *fixture, guint from, guint n, guint n_images)
{
  Studies studies = { from, n, n_images };
  g_autoptr (GError) error = NULL;

  neg_database_transact (fixture->database, write_studies, &studies, &error);
  g_assert_no_error (error);
}

static NegWorklistItem *
get (Fixture *fixture, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (fixture->model), position);
}

static void
assert_number (NegWorklistItem *item, guint number)
{
  g_autofree char *uid = g_strdup_printf ("1.2.%u", number);

  g_assert_nonnull (neg_worklist_item_get_entry (item));
  g_assert_cmpstr (neg_worklist_item_get_entry (item)->study_uid, ==, uid);
}

static guint
get_n (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->model));
}

static void
count_up (gpointer item, guint *n)
{
  (*n)++;
}

static void
test_changes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegWorklistItem) first = NULL;
  g_autoptr (NegWorklistItem) again = NULL;
  guint n_changed = 0, position;

  fixture->database = open_writer (fixture);
  set_studies (fixture, 0, 10, 5);
  make_model (fixture);
  g_assert_cmpuint (get_n (fixture), ==, 10);
  g_assert_cmpuint (neg_worklist_model_get_counts (fixture->model)->by_status[NEG_STATUS_ARRIVED], ==, 10);
  first = get (fixture, 0);
  assert_number (first, 9);
  g_signal_connect (first, "changed", G_CALLBACK (count_up), &n_changed);
  refresh (fixture);
  g_assert_cmpuint (fixture->n_changes + n_changed, ==, 0);
  set_studies (fixture, 9, 1, 6); /* in place */
  refresh (fixture);
  g_assert_cmpuint (fixture->n_changes, ==, 0);
  g_assert_cmpuint (neg_worklist_item_get_entry (first)->n_there, ==, 6);
  g_assert_cmpuint (n_changed, ==, 1);
  set_studies (fixture, 10, 2, 5); /* two on top */
  set_studies (fixture, 4, 1, 0); /* one gone */
  refresh (fixture);
  g_assert_cmpuint (get_n (fixture), ==, 11);
  g_assert_cmpuint (fixture->added, ==, 2);
  g_assert_cmpuint (fixture->removed, ==, 1);
  again = get (fixture, 2);
  g_assert_true (again == first);
  g_assert_true (neg_worklist_model_find (fixture->model, neg_worklist_item_get_entry (first)->id, &position));
  g_assert_cmpuint (position, ==, 2);
  g_assert_cmpuint (neg_worklist_model_get_n_found (fixture->model), ==, 11);
}

static void
test_queries (Fixture *fixture, gconstpointer data)
{
  static char *ct[] = { (char *) "CT", NULL };
  NegEntryQuery query = { .modalities = ct, .order = NEG_COLUMN_PATIENT };
  g_autoptr (NegWorklistItem) before = NULL;
  g_autoptr (NegWorklistItem) after = NULL;

  fixture->database = open_writer (fixture);
  set_studies (fixture, 0, 10, 5);
  make_model (fixture);
  before = get (fixture, 9);
  fixture->n_changes = fixture->n_updates = 0;
  for (guint i = 0; i < 50; i++) { /* all but the last are overtaken */
    query.descending = i % 2 == 0;
    neg_worklist_model_set_query (fixture->model, &query);
    g_assert_cmpuint (get_n (fixture), ==, 10); /* the old list stays */
  }
  wait_until_counted (fixture);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  g_assert_cmpuint (get_n (fixture), ==, 5);
  after = get (fixture, 0);
  assert_number (after, 0);
  g_assert_true (before == after);
}

static void
wait_for_entry (NegWorklistItem *item)
{
  while (neg_worklist_item_get_entry (item) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_long (Fixture *fixture, gconstpointer data)
{
  guint n_held = 0;

  fixture->database = open_writer (fixture);
  set_studies (fixture, 0, 2500, 5);
  make_model (fixture);
  g_assert_cmpuint (get_n (fixture), ==, 2500);
  for (guint i = 0; i < 2500; i += 7) {
    g_autoptr (NegWorklistItem) item = get (fixture, i);

    wait_for_entry (item);
    assert_number (item, 2499 - i);
  }
  for (guint i = 0; i < 2500; i += 7) {
    g_autoptr (NegWorklistItem) item = get (fixture, i);

    n_held += neg_worklist_item_get_entry (item) != NULL;
  }
  g_assert_cmpuint (n_held, <=, 1000 / 7 + 15);
  set_studies (fixture, 2500, 1, 5);
  refresh (fixture);
  g_assert_cmpuint (get_n (fixture), ==, 2501);
  for (guint i = 2000; i < 2010; i++) {
    g_autoptr (NegWorklistItem) item = get (fixture, i);

    wait_for_entry (item);
    assert_number (item, 2500 - i);
  }
}

static void
test_no_archive (Fixture *fixture, gconstpointer data)
{
  make_model (fixture);
  g_assert_cmpuint (get_n (fixture), ==, 0);
  g_assert_null (neg_worklist_model_get_failure (fixture->model));
  fixture->database = open_writer (fixture);
  set_studies (fixture, 0, 3, 5);
  refresh (fixture);
  g_assert_cmpuint (get_n (fixture), ==, 3);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_assert_true (g_file_set_contents (fixture->path, "This is no database, and it is longer than a header of a hundred "
                                                     "bytes, which is what is read first of it.", -1, NULL));
  make_model (fixture);
  g_assert_cmpuint (get_n (fixture), ==, 0);
  g_assert_error (neg_worklist_model_get_failure (fixture->model), NEG_ERROR, NEG_ERROR_UNREADABLE);
  g_remove (fixture->path);
  fixture->database = open_writer (fixture);
  set_studies (fixture, 0, 3, 5);
  refresh (fixture);
  g_assert_null (neg_worklist_model_get_failure (fixture->model));
  g_assert_cmpuint (get_n (fixture), ==, 3);
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gint64
find_next (Fixture *fixture, gint64 id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 next;

  neg_worklist_model_next_unread_async (fixture->model, id, "ann", NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  next = neg_worklist_model_next_unread_finish (fixture->model, result, &error);
  g_assert_no_error (error);
  return next;
}

static guint
count (Fixture *fixture, const NegEntryQuery *query)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint n = G_MAXUINT;

  neg_worklist_model_count_async (fixture->model, query, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (neg_worklist_model_count_finish (fixture->model, result, &n, &error));
  g_assert_no_error (error);
  return n;
}

/* Of other queries than the list's. */
static void
test_count (Fixture *fixture, gconstpointer data)
{
  const NegEntryQuery all = { 0 }, unread = { .status_mask = 1 << NEG_STATUS_ARRIVED }, mine = { .claimed_by = "ann" };

  fixture->database = open_writer (fixture);
  set_studies (fixture, 0, 4, 5);
  make_model (fixture);
  g_assert_cmpuint (count (fixture, &all), ==, 4);
  g_assert_cmpuint (count (fixture, &mine), ==, 0);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (NegWorklistItem) item = get (fixture, i);

    g_assert_true (neg_entries_claim (fixture->database, neg_worklist_item_get_entry (item)->id, "ann", "ws", FALSE,
                                      NULL));
  }
  g_assert_cmpuint (count (fixture, &mine), ==, 2);
  g_assert_cmpuint (count (fixture, &unread), ==, 2);
}

static void
test_next (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;
  gint64 ids[4];

  fixture->database = open_writer (fixture);
  set_studies (fixture, 0, 4, 5);
  make_model (fixture);
  for (guint i = 0; i < 4; i++) {
    g_autoptr (NegWorklistItem) item = get (fixture, i);

    ids[i] = neg_worklist_item_get_entry (item)->id;
  }
  g_assert_true (neg_entries_set_status (fixture->database, ids[0], NEG_STATUS_READ, "ann", NULL));
  g_assert_true (neg_entries_claim (fixture->database, ids[2], "bob", "ws", FALSE, NULL));
  g_assert_cmpint (find_next (fixture, 0), ==, ids[1]);
  g_assert_cmpint (find_next (fixture, ids[1]), ==, ids[3]);
  g_assert_cmpint (find_next (fixture, ids[3]), ==, ids[1]);
  g_assert_cmpint (find_next (fixture, 12345), ==, ids[1]);
  neg_worklist_model_list_files_async (fixture->model, ids[0], NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  files = neg_worklist_model_list_files_finish (fixture->model, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (files->len, ==, 0);
  /* What was looked up holds no view of the list: it still changes. */
  set_studies (fixture, 0, 5, 5);
  refresh (fixture);
  g_assert_cmpuint (get_n (fixture), ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/worklist-model/changes", Fixture, NULL, set_up, test_changes, tear_down);
  g_test_add ("/worklist-model/queries", Fixture, NULL, set_up, test_queries, tear_down);
  g_test_add ("/worklist-model/long", Fixture, NULL, set_up, test_long, tear_down);
  g_test_add ("/worklist-model/no-archive", Fixture, NULL, set_up, test_no_archive, tear_down);
  g_test_add ("/worklist-model/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/worklist-model/next", Fixture, NULL, set_up, test_next, tear_down);
  g_test_add ("/worklist-model/count", Fixture, NULL, set_up, test_count, tear_down);
  return g_test_run ();
}
