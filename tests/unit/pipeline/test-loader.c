#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>

#include "base/neg-error.h"
#include "pipeline/neg-loader-private.h"
#include "series-scan.h"
#include "slices.h"
#include "support/neg-test-object.h"

/* What a list of series does while it is set anew. */
typedef struct {
  NegLoaderJob *job;
  NegLoaderBuild *build;
  GListStore *list;
  guint n_changes, n_removed;
} Fixture;

static void
items_changed_cb (GListModel *list, guint position, guint n_removed, guint n_added, Fixture *fixture)
{
  fixture->n_changes++;
  fixture->n_removed += n_removed;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->job = _neg_loader_job_new (NULL, NULL);
  fixture->build = _neg_loader_build_new (fixture->job);
  fixture->list = g_list_store_new (NEG_TYPE_SERIES);
  g_signal_connect (fixture->list, "items-changed", G_CALLBACK (items_changed_cb), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  _neg_loader_build_free (fixture->build);
  _neg_loader_job_unref (fixture->job);
  g_object_unref (fixture->list);
}

/* @n slices more of the series with that number, from @first on. */
static void
add_slices (Fixture *fixture, guint series_number, guint first, guint n)
{
  g_autoptr (Scan) scan = scan_new ();

  for (guint i = first; i < first + n; i++) {
    NegInstance *instance = scan_add_slice (scan, i + 1, i);

    instance->series_number = series_number;
    g_free (instance->series_uid);
    instance->series_uid = g_strdup_printf ("1.2.3.%u", series_number);
    g_free (instance->sop_instance_uid);
    instance->sop_instance_uid = g_strdup_printf ("1.2.3.%u.%u", series_number, i);
  }
  g_ptr_array_extend_and_steal (fixture->build->instances, g_ptr_array_ref (scan->instances));
  g_ptr_array_extend_and_steal (fixture->build->blobs, g_ptr_array_ref (scan->blobs));
}

/* Builds and shows; the series as text: number and how many images. */
static void
assert_shows (Fixture *fixture, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  fixture->n_changes = fixture->n_removed = 0;
  _neg_loader_build_run (fixture->build);
  _neg_loader_build_show (fixture->build, fixture->list);
  g_assert_cmpuint (fixture->build->shown->len, ==, g_list_model_get_n_items (G_LIST_MODEL (fixture->list)));
  for (guint i = 0; i < fixture->build->shown->len; i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (G_LIST_MODEL (fixture->list), i);

    g_assert_true (series == g_ptr_array_index (fixture->build->shown, i));
    g_string_append_printf (text, "%s%d:%u", i ? " " : "", neg_series_get_frame (series, 0)->instance->series_number,
                            neg_series_get_n_frames (series));
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static NegSeries *
get (Fixture *fixture, guint index)
{
  return g_ptr_array_index (fixture->build->shown, index);
}

/* Series that did not change are the same objects, and the list does not touch them. */
static void
test_objects_stay (Fixture *fixture, gconstpointer data)
{
  NegSeries *two, *six;

  add_slices (fixture, 2, 0, 5);
  add_slices (fixture, 4, 0, 5);
  add_slices (fixture, 6, 0, 5);
  assert_shows (fixture, "2:5 4:5 6:5");
  two = get (fixture, 0);
  six = get (fixture, 2);
  /* One in the middle grows, others come before, between and after. */
  add_slices (fixture, 1, 0, 3);
  add_slices (fixture, 3, 0, 3);
  add_slices (fixture, 4, 5, 2);
  add_slices (fixture, 7, 0, 3);
  assert_shows (fixture, "1:3 2:5 3:3 4:7 6:5 7:3");
  g_assert_true (get (fixture, 1) == two);
  g_assert_true (get (fixture, 4) == six);
  g_assert_cmpuint (fixture->n_removed, ==, 1);
  assert_shows (fixture, "1:3 2:5 3:3 4:7 6:5 7:3");
  g_assert_cmpuint (fixture->n_changes, ==, 0);
}

/* A copy is found: the images are the same, the warning is not. */
static void
test_warning_is_told (Fixture *fixture, gconstpointer data)
{
  guint n_before;

  add_slices (fixture, 2, 0, 3);
  assert_shows (fixture, "2:3");
  n_before = g_strv_length ((char **) neg_series_get_warnings (get (fixture, 0)));
  add_slices (fixture, 2, 0, 1);
  assert_shows (fixture, "2:3");
  g_assert_cmpuint (g_strv_length ((char **) neg_series_get_warnings (get (fixture, 0))), ==, n_before + 1);
}

/* What the main loop has to do with a build of 10,000 images. */
static void
test_main_loop (Fixture *fixture, gconstpointer data)
{
  gint64 start_us, build_us, show_us;

  for (guint i = 0; i < 20; i++)
    add_slices (fixture, i, 0, 499);
  _neg_loader_build_run (fixture->build);
  _neg_loader_build_show (fixture->build, fixture->list);
  for (guint i = 0; i < 20; i++)
    add_slices (fixture, i, 499, 1);
  start_us = g_get_monotonic_time ();
  _neg_loader_build_run (fixture->build);
  build_us = g_get_monotonic_time () - start_us;
  start_us = g_get_monotonic_time ();
  _neg_loader_build_show (fixture->build, fixture->list);
  show_us = g_get_monotonic_time () - start_us;
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)), ==, 20);
  g_test_message ("10000 images in 20 series that all grew: %.1f ms in the thread, %.2f ms in the main loop",
                  build_us / 1000.0, show_us / 1000.0);
  /* 2 ms is what it may take; sanitizers and a busy machine get the rest. */
  g_assert_cmpint (show_us, <, 30000);
}

typedef struct {
  guint n_first, n_at_end, n_changed;
  gint64 start_us, first_us;
} Progress;

static guint
count_images (NegLoader *loader)
{
  GListModel *list = neg_loader_get_series (loader);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (list, i);

    n += neg_series_get_n_frames (series);
  }
  return n;
}

static void
changed_cb (NegLoader *loader, Progress *progress)
{
  progress->n_changed++;
  if (progress->n_first > 0 || count_images (loader) == 0)
    return;
  progress->n_first = count_images (loader);
  progress->first_us = g_get_monotonic_time () - progress->start_us;
}

static void
finished_cb (NegLoader *loader, Progress *progress)
{
  g_assert_true (neg_loader_is_finished (loader));
  g_assert_cmpuint (progress->n_at_end, ==, 0); /* once */
  progress->n_at_end = count_images (loader);
}

/* 2,000 files: the first images are there long before the last, "finished" finds all, and listeners are not flooded. */
static void
test_folder (void)
{
  enum { FILES = 2000 };
  g_autofree char *folder = neg_test_folder_new ();
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (NULL, NULL);
  g_autoptr (NegLoader) loader = neg_loader_new (pool);
  Progress progress = { 0 };
  double all_ms;

  for (guint i = 0; i < FILES; i++) {
    NegTestObject object = { 8, 8, 1, i + 1, i, NULL };
    g_autofree char *name = g_strdup_printf ("IM%u", i);

    g_free (neg_test_object_write (&object, folder, name));
  }
  g_signal_connect (loader, "changed", G_CALLBACK (changed_cb), &progress);
  g_signal_connect (loader, "finished", G_CALLBACK (finished_cb), &progress);
  progress.start_us = g_get_monotonic_time ();
  neg_loader_load (loader, (const char *[]){ folder, NULL });
  neg_loader_wait (loader);
  all_ms = (g_get_monotonic_time () - progress.start_us) / 1000.0;
  g_test_message ("first %u images after %.1f ms, all %u after %.1f ms, told %u times", progress.n_first,
                  progress.first_us / 1000.0, FILES, all_ms, progress.n_changed);
  g_assert_cmpuint (progress.n_first, >, 0);
  g_assert_cmpuint (progress.n_first, <, FILES / 4);
  g_assert_cmpuint (progress.n_at_end, ==, FILES);
  /* The first eight one by one, with and without a series; then by the clock. */
  g_assert_cmpuint (progress.n_changed, <=, 2 * NEG_LOADER_FIRST_BATCH + 2 * all_ms / 80 + 4);
  neg_test_folder_remove (folder);
}

static gint n_readable = -1; /* entries of folders that a disc gives before it fails; -1: all */

/* In place of the C library's, which GLib calls. */
struct dirent64 *
readdir64 (DIR *folder)
{
  static struct dirent64 *(*next) (DIR *);

  if (next == NULL)
    next = (struct dirent64 * (*) (DIR *) ) dlsym (RTLD_NEXT, "readdir64");
  if (g_atomic_int_get (&n_readable) < 0)
    return next (folder);
  if (g_atomic_int_add (&n_readable, -1) > 0)
    return next (folder);
  g_atomic_int_set (&n_readable, 0);
  errno = EIO;
  return NULL;
}

/* What a scratched disc gives of a folder is shown, and that it is not all of it is said. */
static void
test_unreadable_end (void)
{
  g_autofree char *folder = neg_test_folder_new ();
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (NULL, NULL);
  g_autoptr (NegLoader) loader = neg_loader_new (pool);
  const NegUnreadable *unreadable;

  for (guint i = 0; i < 9; i++) {
    NegTestObject object = { 8, 8, 1, i + 1, i, NULL };
    g_autofree char *name = g_strdup_printf ("IM%u", i);

    g_free (neg_test_object_write (&object, folder, name));
  }
  g_atomic_int_set (&n_readable, 6); /* "." and ".." may be among them */
  neg_loader_load (loader, (const char *[]){ folder, NULL });
  neg_loader_wait (loader);
  g_atomic_int_set (&n_readable, -1);
  g_assert_cmpuint (count_images (loader), >=, 4);
  g_assert_cmpuint (neg_loader_get_unreadable (loader)->len, ==, 1);
  unreadable = g_ptr_array_index (neg_loader_get_unreadable (loader), 0);
  g_assert_cmpstr (unreadable->path, ==, folder);
  g_assert_error (unreadable->error, NEG_ERROR, NEG_ERROR_UNREADABLE);
  neg_test_folder_remove (folder);
}

static void
count_cb (NegLoader *loader, guint *n)
{
  (*n)++;
}

/* What comes later is read like what came first; nothing comes once it was cancelled. Files that are not there need no
 * engine to be answered. */
static void
test_add (void)
{
  g_autoptr (NegLoader) loader = neg_loader_new (NULL);
  guint n_finished = 0;

  g_signal_connect (loader, "finished", G_CALLBACK (count_cb), &n_finished);
  neg_loader_load (loader, (const char *const[]){ "/nowhere/1", NULL });
  neg_loader_wait (loader);
  g_assert_cmpuint (neg_loader_get_unreadable (loader)->len, ==, 1);
  neg_loader_add (loader, (const char *const[]){ "/nowhere/2", "/nowhere/3", NULL });
  g_assert_false (neg_loader_is_finished (loader));
  neg_loader_add (loader, (const char *const[]){ "/nowhere/4", NULL });
  neg_loader_wait (loader);
  g_assert_cmpuint (neg_loader_get_unreadable (loader)->len, ==, 4);
  g_assert_cmpuint (n_finished, ==, 2);
  neg_loader_add (loader, (const char *const[]){ NULL });
  g_assert_true (neg_loader_is_finished (loader));

  neg_loader_add (loader, (const char *const[]){ "/nowhere/5", NULL });
  neg_loader_cancel (loader);
  neg_loader_wait (loader);
  neg_loader_add (loader, (const char *const[]){ "/nowhere/6", NULL });
  g_assert_true (neg_loader_is_finished (loader));
  g_assert_cmpuint (neg_loader_get_unreadable (loader)->len, <=, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/loader/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (objects_stay);
  ADD (warning_is_told);
  ADD (main_loop);
  g_test_add_func ("/loader/folder", test_folder);
  g_test_add_func ("/loader/add", test_add);
  g_test_add_func ("/loader/unreadable-end", test_unreadable_end);
  return g_test_run ();
}
