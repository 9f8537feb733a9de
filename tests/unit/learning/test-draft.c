/* Drafts of demos: what is kept is there again; what somebody has spoilt is none; captions follow the film that is cut. */
#include "config.h"

#include "learning/neg-draft.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"

typedef struct {
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *top = g_dir_make_tmp ("negatoscope-drafts-XXXXXX", NULL);

  fixture->folder = g_build_filename (top, "drafts", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *top = g_path_get_dirname (fixture->folder);

  g_rmdir (fixture->folder);
  g_assert_cmpint (g_rmdir (top), ==, 0); /* nothing was left */
  g_free (fixture->folder);
}

static NegDraft *
new_draft (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  NegDraft *draft = neg_draft_new (fixture->folder, &error);

  g_assert_no_error (error);
  g_assert_nonnull (draft);
  return draft;
}

static void
remove_draft (NegDraft *draft)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (neg_draft_remove (draft, &error));
  g_assert_no_error (error);
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegDraft) draft = new_draft (fixture);
  g_autoptr (NegDraft) again = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  struct stat info;

  g_free (draft->topic);
  draft->topic = g_strdup ("mpr");
  g_hash_table_insert (draft->title, g_strdup ("de"), g_strdup ("Ebenen \"schnell\"\xC3\xA4"));
  g_hash_table_insert (draft->summary, g_strdup ("en"), g_strdup ("Line one"));
  g_strfreev (draft->roles);
  draft->roles = g_strsplit ("radiologist,technologist", ",", 0);
  draft->duration_us = 12345678;
  draft->start_us = 1000000;
  draft->end_us = 9000000;
  draft->is_recording = FALSE;
  draft->was_interrupted = TRUE;
  g_assert_true (neg_draft_save (draft, &error));
  g_assert_no_error (error);
  again = neg_draft_load (draft->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->id, ==, draft->id);
  g_assert_cmpstr (again->topic, ==, "mpr");
  g_assert_cmpstr (g_hash_table_lookup (again->title, "de"), ==, "Ebenen \"schnell\"\xC3\xA4");
  g_assert_cmpstr (g_hash_table_lookup (again->summary, "en"), ==, "Line one");
  g_assert_cmpstr (again->roles[1], ==, "technologist");
  g_assert_null (again->roles[2]);
  g_assert_cmpint (again->duration_us, ==, 12345678);
  g_assert_cmpint (again->start_us, ==, 1000000);
  g_assert_cmpint (again->end_us, ==, 9000000);
  g_assert_false (again->is_recording);
  g_assert_true (again->was_interrupted);
  g_assert_cmpint (again->made_us, ==, draft->made_us);
  g_assert_cmpint (g_stat (draft->folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  list = neg_draft_list (fixture->folder);
  g_assert_cmpuint (list->len, ==, 1);
  remove_draft (draft);
}

/* As it is before anybody has written anything. */
static void
test_empty (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegDraft) draft = new_draft (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegDraft) again = neg_draft_load (draft->folder, &error);

  g_assert_no_error (error);
  g_assert_true (again->is_recording);
  g_assert_cmpstr (again->topic, ==, "");
  remove_draft (draft);
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegDraft) first = new_draft (fixture);
  g_autoptr (NegDraft) second = new_draft (fixture);
  g_autoptr (GPtrArray) list = NULL;

  second->made_us = first->made_us + 1;
  g_assert_true (neg_draft_save (second, NULL));
  list = neg_draft_list (fixture->folder);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((NegDraft *) list->pdata[0])->id, ==, second->id);
  remove_draft (first);
  remove_draft (second);
}

static void
test_spoilt (Fixture *fixture, gconstpointer data)
{
  static const char *const contents[] = {
    "", "{", "[]", "{}", "{\"format\":\"negatoscope-draft\"}",
    "{\"format\":\"other\",\"topic\":\"\",\"made_us\":1,\"duration_us\":1,\"start_us\":0,\"end_us\":0,\"recording\":0,"
    "\"interrupted\":0}",
    "{\"format\":\"negatoscope-draft\",\"topic\":\"\",\"made_us\":1,\"duration_us\":-1,\"start_us\":0,\"end_us\":0,"
    "\"recording\":0,\"interrupted\":0}",
    "{\"format\":\"negatoscope-draft\",\"topic\":\"\",\"made_us\":1,\"duration_us\":1,\"start_us\":0,\"end_us\":0,"
    "\"recording\":0,\"interrupted\":0,\"title\":{\"en\":7}}",
  };
  g_autoptr (NegDraft) draft = new_draft (fixture);
  g_autofree char *path = neg_draft_dup_path (draft, "draft.json");

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (path, contents[i], -1, NULL));
    g_assert_null (neg_draft_load (draft->folder, &error));
    g_assert_nonnull (error);
    g_assert_true (error->domain == NEG_ERROR);
  }
  remove_draft (draft);
}

/* Who records into it has it to himself. */
static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegDraft) draft = new_draft (fixture);
  gboolean is_locked;
  int fd = neg_draft_create_take (draft, NULL), other;

  g_assert_cmpint (fd, >=, 0);
  other = neg_draft_open_take (draft, &is_locked);
  g_assert_cmpint (other, >=, 0);
  g_assert_true (is_locked);
  close (other);
  close (fd);
  other = neg_draft_open_take (draft, &is_locked);
  g_assert_false (is_locked);
  close (other);
  remove_draft (draft);
}

static void
test_cues (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegDraft) draft = new_draft (fixture);
  g_autoptr (NegVtt) cues = neg_vtt_new ();
  g_autoptr (NegVtt) again = NULL, cut = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    g_assert_true (neg_vtt_add (cues, i * 2000000, i * 2000000 + 1500000, "words"));
  g_assert_true (neg_draft_save_cues (draft, "captions", "de", cues, &error));
  again = neg_draft_load_cues (draft, "captions", "de", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (neg_vtt_get_n_cues (again), ==, 5);
  draft->duration_us = 10000000;
  draft->start_us = 2500000;
  draft->end_us = 7000000;
  cut = neg_draft_cut_cues (draft, again);
  g_assert_cmpuint (neg_vtt_get_n_cues (cut), ==, 3);
  g_assert_cmpint (neg_vtt_get_cue (cut, 0)->start_us, ==, 0);
  g_assert_cmpint (neg_vtt_get_cue (cut, 0)->end_us, ==, 1000000);
  g_assert_cmpint (neg_vtt_get_cue (cut, 1)->start_us, ==, 1500000);
  g_assert_cmpint (neg_vtt_get_cue (cut, 2)->end_us, ==, 4500000);
  while (neg_vtt_get_n_cues (cues) > 0)
    neg_vtt_remove (cues, 0);
  g_assert_true (neg_draft_save_cues (draft, "captions", "de", cues, &error));
  remove_draft (draft);
}

static void
test_topic_id (void)
{
  static const struct {
    const char *title, *id;
  } cases[] = { { "MPR made easy!", "mpr-made-easy" }, { "  --a  ", "a" }, { "\xC3\x84pfel", "apfel" }, { "!?", "" }, { "", "" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *id = neg_draft_dup_topic_id (cases[i].title);

    g_assert_cmpstr (id, ==, cases[i].id);
  }
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/draft/kept", test_kept);
  ADD ("/draft/empty", test_empty);
  ADD ("/draft/order", test_order);
  ADD ("/draft/spoilt", test_spoilt);
  ADD ("/draft/locked", test_locked);
  ADD ("/draft/cues", test_cues);
  g_test_add_func ("/draft/topic-id", test_topic_id);
  return g_test_run ();
}
