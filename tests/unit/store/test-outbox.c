/* Posts to the site as rows: kept, due, delayed, answered, discarded; also in a file of an older version. */
#include <glib/gstdio.h>

#include "archive-home.h"
#include "base/neg-error.h"
#include "store-folder.h"
#include "store/neg-outbox.h"

#define FIXTURE "tests/unit/store/fixtures/archive-6.sql"
#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

typedef struct {
  gint64 id;
  NegPostKind kind;
  NegPostState state;
  guint places;
  gint64 next_us;
  const char *text, *answer;
  gboolean is_new;
} Step;

static void
write_ok (ArchiveHome *home, NegDatabaseFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_archive_write (home->archive, func, data, &error));
  g_assert_no_error (error);
}

static void
free_file (gpointer data)
{
  NegPostFile *file = data;

  g_free (file->name);
  g_free (file->sha256);
  g_free (file);
}

static gboolean
add_cb (NegDatabase *database, gpointer data, GError **error)
{
  Step *step = data;
  g_autoptr (NegPost) post = g_new0 (NegPost, 1);
  NegPostFile *file = g_new0 (NegPostFile, 1);

  post->uuid = g_strdup (step->text);
  post->kind = step->kind;
  post->json = g_strdup ("{}");
  post->made_us = NOW_US;
  post->files = g_ptr_array_new_with_free_func (free_file);
  *file = (NegPostFile){ g_strdup ("a.png"), 7, g_strdup ("hash") };
  g_ptr_array_add (post->files, file);
  if (!neg_outbox_add (database, post, error))
    return FALSE;
  step->id = post->id;
  return TRUE;
}

static gint64
add (ArchiveHome *home, NegPostKind kind, const char *uuid)
{
  Step step = { .kind = kind, .text = uuid };

  write_ok (home, add_cb, &step);
  return step.id;
}

static gboolean
note_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Step *step = data;

  return neg_outbox_note (database, step->id, step->state, step->places, step->next_us, step->text, NOW_US, error);
}

static gboolean
delay_cb (NegDatabase *database, gpointer data, GError **error)
{
  const Step *step = data;

  return neg_outbox_delay (database, step->kind, step->places, step->next_us, step->text, NOW_US, error);
}

static gboolean
answer_cb (NegDatabase *database, gpointer data, GError **error)
{
  Step *step = data;

  return neg_outbox_answer (database, step->text, step->answer, NOW_US, &step->is_new, error);
}

static gboolean
seen_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_outbox_set_seen (database, ((Step *) data)->id, error);
}

static gboolean
remove_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_outbox_remove (database, ((Step *) data)->id, error);
}

static gboolean
prune_cb (NegDatabase *database, gpointer data, GError **error)
{
  return neg_outbox_prune (database, NOW_US + 1, error);
}

static guint
count_due (ArchiveHome *home, gint64 now_us, gint64 *next_us)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) due = neg_outbox_list_due (home->reader, now_us, 100, next_us, &error);

  g_assert_no_error (error);
  return due->len;
}

static void
test_life (ArchiveHome *home, gconstpointer data)
{
  const gint64 one = add (home, NEG_POST_FEEDBACK, "one"), two = add (home, NEG_POST_PROGRESS, "two");
  Step step = { .id = one, .state = NEG_POST_WAITING, .places = NEG_POST_TO_FOLDER, .next_us = NOW_US + 50, .text = "why" };
  g_autoptr (GError) error = NULL;
  g_autoptr (NegPost) post = NULL;
  g_autoptr (NegPost) done = NULL;
  gint64 next_us;

  g_assert_cmpuint (count_due (home, NOW_US, &next_us), ==, 2);
  g_assert_cmpint (next_us, ==, 0);
  write_ok (home, note_cb, &step);
  g_assert_cmpuint (count_due (home, NOW_US, &next_us), ==, 1);
  g_assert_cmpint (next_us, ==, NOW_US + 50);
  post = neg_outbox_find (home->reader, one, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (post->message, ==, "why");
  g_assert_cmpuint (post->places, ==, NEG_POST_TO_FOLDER);
  g_assert_cmpuint (post->tries, ==, 1);
  g_assert_cmpuint (post->files->len, ==, 1);
  g_assert_cmpstr (((NegPostFile *) post->files->pdata[0])->name, ==, "a.png");
  /* The other place has it, too: what the first one had stays. */
  step = (Step){ .id = one, .state = NEG_POST_DONE, .places = NEG_POST_TO_WEBHOOK, .text = "" };
  write_ok (home, note_cb, &step);
  done = neg_outbox_find (home->reader, one, &error);
  g_assert_cmpuint (done->places, ==, NEG_POST_TO_FOLDER | NEG_POST_TO_WEBHOOK);
  g_assert_cmpint (done->done_us, ==, NOW_US);
  step = (Step){ .id = two, .state = NEG_POST_DONE, .places = NEG_POST_TO_FOLDER, .text = "" };
  write_ok (home, note_cb, &step);
  /* Feedback is kept for its answer. */
  write_ok (home, prune_cb, NULL);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM post"), ==, 1);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM post_file"), ==, 1);
  step = (Step){ .id = one };
  write_ok (home, remove_cb, &step);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM post_file"), ==, 0);
  g_assert_null (neg_outbox_find (home->reader, one, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NOT_FOUND);
}

/* All that are alike at once, and no others. */
static void
test_delay (ArchiveHome *home, gconstpointer data)
{
  const gint64 tried = add (home, NEG_POST_SUPPORT, "tried");
  Step step = { .id = tried, .state = NEG_POST_WAITING, .places = NEG_POST_TO_FOLDER, .text = "" };
  gint64 next_us;

  write_ok (home, note_cb, &step);
  add (home, NEG_POST_SUPPORT, "a");
  add (home, NEG_POST_SUPPORT, "b");
  add (home, NEG_POST_PROGRESS, "c");
  step = (Step){ .kind = NEG_POST_SUPPORT, .places = 0, .next_us = NOW_US + 9, .text = "away" };
  write_ok (home, delay_cb, &step);
  g_assert_cmpuint (count_due (home, NOW_US, &next_us), ==, 2);
  g_assert_cmpint (next_us, ==, NOW_US + 9);
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM post WHERE message = 'away' AND tries = 0"), ==, 2);
}

static void
test_answer (ArchiveHome *home, gconstpointer data)
{
  const gint64 id = add (home, NEG_POST_FEEDBACK, "asked");
  Step note = { .id = id, .state = NEG_POST_DONE, .places = NEG_POST_TO_FOLDER, .text = "" };
  Step step = { .id = id, .text = "asked", .answer = "{\"words\":\"x\"}" };
  g_auto (GStrv) before = NULL;
  g_auto (GStrv) told = NULL;
  g_autoptr (NegPost) post = NULL;

  before = neg_outbox_list_told (home->reader, 10, NULL);
  g_assert_cmpuint (g_strv_length (before), ==, 0);
  write_ok (home, note_cb, &note);
  told = neg_outbox_list_told (home->reader, 10, NULL);
  g_assert_cmpstr (told[0], ==, "asked");
  write_ok (home, answer_cb, &step);
  g_assert_true (step.is_new);
  write_ok (home, seen_cb, &step);
  write_ok (home, answer_cb, &step);
  g_assert_false (step.is_new);
  post = neg_outbox_find (home->reader, id, NULL);
  g_assert_true (post->is_seen);
  g_assert_cmpstr (post->answer, ==, step.answer);
  step.answer = "{\"words\":\"y\"}";
  write_ok (home, answer_cb, &step);
  g_assert_true (step.is_new);
  g_assert_cmpint (archive_count (home, "SELECT is_seen FROM post"), ==, 0);
}

/* A file of an older version gets the tables. */
static void
test_fixture (ArchiveHome *home, gconstpointer data)
{
  g_autofree char *from = g_build_filename (g_getenv ("NEGATOSCOPE_SOURCE"), FIXTURE, NULL);
  g_autofree char *path = g_build_filename (home->data, NEG_ARCHIVE_FILE, NULL);
  g_autofree char *sql = NULL;

  archive_home_close (home);
  g_unlink (path);
  g_assert_true (g_file_get_contents (from, &sql, NULL, NULL));
  store_execute (path, sql);
  archive_home_open (home);
  add (home, NEG_POST_PUBLISH, "first");
  g_assert_cmpint (archive_count (home, "SELECT count(*) FROM post WHERE kind = 3 AND state = 0"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/outbox/" name, ArchiveHome, NULL, archive_home_init, func, archive_home_clear)
  ADD ("life", test_life);
  ADD ("delay", test_delay);
  ADD ("answer", test_answer);
  ADD ("fixture", test_fixture);
  return g_test_run ();
}
