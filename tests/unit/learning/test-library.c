/* Manifests: what is good is read as it is, what is wrong refuses itself alone, and nothing breaks the reader. */
#include <glib/gstdio.h>
#include <string.h>

#include "base/neg-error.h"
#include "learning/neg-library.h"
#include "learning/neg-markdown.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "{\"format\":\"negatoscope-library\",\"version\":1,\"revision\":3,"
#define TOPIC(id, more) "{\"id\":\"" id "\",\"title\":{\"en\":\"Title\",\"de\":\"Titel\"}" more "}"

static NegLibrary *
parse (const char *json)
{
  g_autoptr (GError) error = NULL;
  NegLibrary *library = neg_library_parse (json, strlen (json), &error);

  g_assert_no_error (error);
  return library;
}

static void
test_whole (void)
{
  static const char json[] = HEAD
      "\"published\":\"2026-11-23T08:00:00Z\",\"topics\":[" TOPIC (
          "a-topic",
          ",\"revision\":2,\"summary\":{\"en\":\"S\"},\"roles\":[\"radiologist\"],\"made_by\":\"Jo\",\"made_at\":\"2026-11-22\","
          "\"video\":{\"file\":\"media/v.webm\",\"sha256\":\"" HASH "\",\"bytes\":1000,\"duration_ms\":40000},"
          "\"captions\":[{\"language\":\"en\",\"file\":\"c.vtt\",\"sha256\":\"" HASH "\"}],"
          "\"text\":[{\"language\":\"pt-BR\",\"file\":\"t.md\",\"sha256\":\"" HASH "\"}],"
          "\"pictures\":[{\"file\":\"media/p.png\",\"name\":\"shot.png\",\"sha256\":\"" HASH "\"}]") "],"
      "\"announcements\":[{\"id\":\"news\",\"title\":{\"en\":\"N\"},\"text\":{\"en\":\"*x*\"},\"from\":\"2026-11-01\",\"until\":\"2026-12-01\","
      "\"changes_at\":\"2026-11-20T06:00:00Z\",\"groups\":[\"pilot\"],\"contact\":\"superuser\"}],"
      "\"contacts\":[{\"role\":\"superuser\",\"name\":\"Jo\",\"phone\":\"1\",\"hours\":\"9\"}],"
      "\"features\":{\"new\":{\"groups\":[\"pilot\"],\"from\":\"2026-12-01T00:00:00Z\"}},\"later\":{\"kept\":1}}";
  static const char *const pilot[] = { "pilot", NULL }, *const others[] = { "others", NULL };
  static const char *const german[] = { "de_AT.UTF-8", "de_AT", "de", "C", NULL }, *const french[] = { "fr", NULL };
  g_autoptr (NegLibrary) library = parse (json);
  g_autoptr (NegLibrary) again = NULL;
  g_autofree char *text = neg_library_to_json (library);
  const NegTopic *topic = neg_library_find_topic (library, "a-topic");
  const NegAnnouncement *news = library->announcements->pdata[0];
  const gint64 december_us = G_GINT64_CONSTANT (1796083200) * G_USEC_PER_SEC;

  g_assert_cmpuint (library->refused->len, ==, 0);
  g_assert_cmpuint (library->revision, ==, 3);
  g_assert_nonnull (topic);
  g_assert_cmpuint (topic->revision, ==, 2);
  g_assert_cmpuint (topic->video->duration_ms, ==, 40000);
  g_assert_cmpstr (topic->roles[0], ==, "radiologist");
  g_assert_cmpstr (((NegLibraryFile *) topic->pictures->pdata[0])->called, ==, "shot.png");
  g_assert_cmpstr (((NegLibraryFile *) topic->captions->pdata[0])->called, ==, "c.vtt");
  g_assert_cmpstr (neg_library_choose_words (topic->title, german), ==, "Titel");
  g_assert_cmpstr (neg_library_choose_words (topic->title, french), ==, "Title");
  g_assert_cmpint (news->until_us, >, news->changes_us);
  g_assert_true (neg_library_is_feature_on (library, "unheard-of", others, 0));
  g_assert_true (neg_library_is_feature_on (library, "new", pilot, december_us - 1));
  g_assert_false (neg_library_is_feature_on (library, "new", others, december_us - 1));
  g_assert_true (neg_library_is_feature_on (library, "new", others, december_us));
  again = parse (text);
  g_assert_cmpstr (((NegTopic *) again->topics->pdata[0])->json, ==, topic->json);
  g_assert_cmpuint (again->refused->len + again->contacts->len + again->features->len, ==, 2);
}

typedef struct {
  const char *topic, *why;
} Wrong;

static void
test_refused (void)
{
  static const Wrong wrongs[] = {
    { TOPIC ("x", ",\"text\":[{\"language\":\"en\",\"file\":\"../t.md\",\"sha256\":\"" HASH "\"}]"), "leads out" },
    { TOPIC ("x", ",\"text\":[{\"language\":\"en\",\"file\":\"/t.md\",\"sha256\":\"" HASH "\"}]"), "leads out" },
    { TOPIC ("x", ",\"text\":[{\"language\":\"en\",\"file\":\"a/b/t.md\",\"sha256\":\"" HASH "\"}]"), "leads out" },
    { TOPIC ("x", ",\"text\":[{\"language\":\"en\",\"file\":\"a\\\\t.md\",\"sha256\":\"" HASH "\"}]"), "leads out" },
    { TOPIC ("x", ",\"text\":[{\"language\":\"en\",\"file\":\"t.md\",\"sha256\":\"0123\"}]"), "SHA-256" },
    { TOPIC ("x", ",\"text\":{}"), "not a list" },
    { TOPIC ("x", ",\"text\":[[]]"), "not a list" },
    { TOPIC ("x", ",\"revision\":1.5"), "whole number" },
    { TOPIC ("x", ",\"revision\":99999999999"), "between" },
    { TOPIC ("x", ",\"revision\":-1"), "between" },
    { TOPIC ("x", ",\"made_at\":\"yesterday\""), "no time" },
    { TOPIC ("x", ",\"withdrawn\":1"), "neither true" },
    { TOPIC ("x", ",\"made_by\":\"a\\u0007b\""), "characters" },
    { "{\"id\":\"x\",\"title\":\"words\"}", "not an object" },
    { "{\"id\":\"\",\"title\":{\"en\":\"x\"}}", "empty" },
    { "[]", "not an object" },
    { "null", "not an object" },
    { TOPIC ("good", ""), "twice" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++) {
    g_autofree char *json
        = g_strconcat (HEAD "\"topics\":[", TOPIC ("good", ""), ",", wrongs[i].topic, ",", TOPIC ("last", ""), "]}", NULL);
    g_autoptr (NegLibrary) library = parse (json);

    g_test_message ("%s", wrongs[i].topic);
    g_assert_cmpuint (library->topics->len, ==, 2);
    g_assert_cmpuint (library->refused->len, ==, 1);
    g_assert_nonnull (strstr (((NegRefusal *) library->refused->pdata[0])->why, wrongs[i].why));
  }
}

static void
test_unusable (void)
{
  static const struct {
    const char *json;
    NegErrorCode code;
  } wrongs[] = {
    { "", NEG_ERROR_UNREADABLE },
    { "{", NEG_ERROR_UNREADABLE },
    { "[]", NEG_ERROR_UNREADABLE },
    { "{}", NEG_ERROR_INCONSISTENT },
    { "{\"format\":\"x\",\"version\":1,\"revision\":1}", NEG_ERROR_UNSUPPORTED },
    { "{\"format\":\"negatoscope-library\",\"version\":2,\"revision\":1}", NEG_ERROR_UNSUPPORTED },
    { "{\"format\":\"negatoscope-library\",\"version\":1}", NEG_ERROR_INCONSISTENT },
    { "{\"format\":\"negatoscope-library\",\"version\":1,\"revision\":-4}", NEG_ERROR_INCONSISTENT },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", NEG_ERROR_NESTING },
    { "{\"format\":\"\xff\"}", NEG_ERROR_UNREADABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *said = g_strescape (wrongs[i].json, NULL);

    g_test_message ("%s", said);
    g_assert_null (neg_library_parse (wrongs[i].json, strlen (wrongs[i].json), &error));
    g_assert_error (error, NEG_ERROR, (int) wrongs[i].code);
  }
}

/* A site's topic of the same id replaces the built-in one where that was; withdrawn ones hide it. */
static void
test_merge (void)
{
  g_autoptr (NegLibrary) builtin
      = parse (HEAD "\"topics\":[" TOPIC ("one", "") "," TOPIC ("two", "") "," TOPIC ("three", "") "]}");
  g_autoptr (NegLibrary) site = parse (HEAD "\"topics\":[" TOPIC ("own", "") "," TOPIC ("two", ",\"made_by\":\"site\"")
                                       ",{\"id\":\"three\",\"withdrawn\":true},{\"id\":\"gone\",\"withdrawn\":true}],"
                                       "\"contacts\":[{\"name\":\"Jo\"}],\"announcements\":[{\"id\":\"a\",\"title\":{\"en\":\"x\"}}],"
                                       "\"features\":{\"f\":{}}}");
  g_autoptr (NegLibrary) both = neg_library_merge (builtin, site);

  g_assert_cmpuint (both->topics->len, ==, 3);
  g_assert_cmpstr (((NegTopic *) both->topics->pdata[0])->id, ==, "one");
  g_assert_cmpstr (((NegTopic *) both->topics->pdata[1])->made_by, ==, "site");
  g_assert_cmpstr (((NegTopic *) both->topics->pdata[2])->id, ==, "own");
  g_assert_cmpuint (both->contacts->len + both->announcements->len + both->features->len, ==, 3);
}

static void
test_folders (void)
{
  g_autofree char *folder = g_dir_make_tmp ("library-XXXXXX", NULL);
  g_autofree char *library_folder = g_build_filename (folder, "library", NULL);
  g_autofree char *current = g_build_filename (library_folder, NEG_LIBRARY_CURRENT, NULL);
  g_autofree char *refused = g_build_filename (library_folder, NEG_LIBRARY_REFUSED, NULL);
  g_autofree char *file = g_build_filename (library_folder, HASH ".md", NULL);
  static const char json[] = HEAD "\"topics\":[" TOPIC (
      "x", ",\"text\":[{\"language\":\"en\",\"file\":\"a/t.md\",\"sha256\":\"" HASH "\"}],"
           "\"captions\":[{\"language\":\"en\",\"file\":\"c.vtt\",\"sha256\":\"" HASH "\"}]") "]}";
  static const char *const english[] = { "en", NULL };
  g_autoptr (NegLibrary) empty = neg_library_load_site (folder, NULL);
  g_autoptr (NegLibrary) library = NULL;
  const NegTopic *topic;

  g_assert_cmpuint (empty->topics->len, ==, 0);
  g_mkdir (library_folder, 0700);
  g_assert_true (g_file_set_contents (current, json, -1, NULL) && g_file_set_contents (file, "x", -1, NULL));
  g_assert_true (g_file_set_contents (refused, "{\"refused\":[{\"what\":\"topic y\",\"why\":\"because\",\"id\":\"y\"},7]}", -1, NULL));
  library = neg_library_load_site (folder, NULL);
  topic = neg_library_find_topic (library, "x");
  g_assert_cmpstr (neg_library_choose_file (topic->texts, english)->path, ==, file);
  g_assert_null (neg_library_choose_file (topic->captions, english));
  g_assert_cmpuint (library->refused->len, ==, 1);
  g_assert_cmpstr (((NegRefusal *) library->refused->pdata[0])->why, ==, "because");
  g_unlink (current);
  g_unlink (refused);
  g_unlink (file);
  g_rmdir (library_folder);
  g_rmdir (folder);
}

/* What is installed keeps its own rules. */
static void
test_builtin (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("NEGATOSCOPE_BUILD"), "data", "learning", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NegLibrary) library = neg_library_load_folder (folder, &error);

  g_assert_no_error (error);
  if (library->topics->len == 0) {
    g_test_skip ("nothing was built of it");
    return;
  }
  for (guint i = 0; i < library->refused->len; i++)
    g_test_message ("%s: %s", ((NegRefusal *) library->refused->pdata[i])->what, ((NegRefusal *) library->refused->pdata[i])->why);
  g_assert_cmpuint (library->refused->len, ==, 0);
  for (guint i = 0; i < library->topics->len; i++) {
    const NegTopic *topic = library->topics->pdata[i];

    for (guint j = 0; j < topic->texts->len; j++) {
      const NegLibraryFile *file = topic->texts->pdata[j];
      g_autofree char *text = NULL;

      g_test_message ("%s", file->name);
      g_assert_nonnull (file->path);
      g_assert_true (g_file_get_contents (file->path, &text, NULL, &error));
      g_assert_true (neg_markdown_check (text, &error));
      g_assert_no_error (error);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/whole", test_whole);
  g_test_add_func ("/library/refused", test_refused);
  g_test_add_func ("/library/unusable", test_unusable);
  g_test_add_func ("/library/merge", test_merge);
  g_test_add_func ("/library/folders", test_folders);
  g_test_add_func ("/library/builtin", test_builtin);
  return g_test_run ();
}
