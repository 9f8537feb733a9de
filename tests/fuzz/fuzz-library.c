#include "neg-fuzz.h"

#include <string.h>

#include "learning/neg-library.h"
#include "learning/neg-markdown.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *const parts[] = {
  ("\"topics\":[{\"id\":\"a-topic\",\"revision\":2,\"title\":{\"en\":\"x\",\"de\":\"y\"},\"roles\":[\"radiologist\"],"
   "\"video\":{\"file\":\"media/v.webm\",\"sha256\":\"" HASH "\",\"bytes\":1000,\"duration_ms\":40000}}]"),
  ("\"topics\":[{\"id\":\"b\",\"title\":{\"en\":\"x\"},\"text\":[{\"language\":\"en\",\"file\":\"t.md\",\"sha256\":\"" HASH "\"}],"
   "\"pictures\":[{\"file\":\"p.png\",\"name\":\"p\",\"sha256\":\"" HASH "\"}]},{\"id\":\"c\",\"withdrawn\":true}]"),
  ("\"announcements\":[{\"id\":\"n\",\"title\":{\"en\":\"x\"},\"text\":{\"en\":\"**x** [y](https://a.example)\\n* z\"},"
   "\"from\":\"2026-11-01\",\"until\":\"2026-12-01T08:00:00Z\",\"groups\":[\"pilot\"]}]"),
  "\"contacts\":[{\"role\":\"superuser\",\"name\":\"Jo\",\"phone\":\"1\",\"hours\":\"9\"}]",
  "\"features\":{\"f\":{\"groups\":[\"pilot\"],\"from\":\"2026-12-01\"}}",
};

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  g_autoptr (GString) text = g_string_new ("{\"format\":\"negatoscope-library\",\"version\":1,\"revision\":1");
  GByteArray *input = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_rand_boolean (random))
      g_string_append_printf (text, ",%s", parts[i]);
  g_string_append_c (text, '}');
  g_byte_array_append (input, (const guint8 *) text->str, text->len);
  return input;
}

/* No picture leads out of its topic, and each has words. */
static void
check_pictures (const char *text)
{
  g_autoptr (GPtrArray) blocks = neg_markdown_parse (text);

  for (guint i = 0; i < blocks->len; i++) {
    const NegMarkdownBlock *block = blocks->pdata[i];

    g_assert_true ((block->kind == NEG_MARKDOWN_PICTURE) == (block->picture != NULL));
    if (block->picture != NULL)
      g_assert_true (neg_markdown_is_picture (block->picture) && strpbrk (block->picture, "/\\:") == NULL && *block->plain != '\0');
  }
}

static void
check_markdown (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autofree char *markup = neg_markdown_to_markup (text);
  g_autofree char *plain = neg_markdown_to_plain (text);

  g_assert_true (g_utf8_validate (markup, -1, NULL) && g_utf8_validate (plain, -1, NULL));
  check_pictures (text);
  neg_markdown_check (text, NULL);
}

/* No name leads out of the library. */
static void
check_names (const NegLibrary *library)
{
  for (guint i = 0; i < library->topics->len; i++) {
    g_autoptr (GPtrArray) files = neg_topic_list_files (library->topics->pdata[i]);

    for (guint j = 0; j < files->len; j++) {
      const NegLibraryFile *file = files->pdata[j];

      g_assert_true (*file->name != '/' && strstr (file->name, "..") != file->name && strstr (file->name, "/..") == NULL);
      g_assert_cmpuint (strlen (file->sha256), ==, 64);
    }
  }
}

/* What was not refused is read again as the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (NegLibrary) library = neg_library_parse ((const char *) data, size, NULL);
  g_autoptr (NegLibrary) again = NULL;
  g_autoptr (NegLibrary) both = NULL;
  g_autofree char *json = NULL;

  check_markdown (data, size);
  if (library == NULL)
    return 0;
  check_names (library);
  json = neg_library_to_json (library);
  again = neg_library_parse (json, strlen (json), NULL);
  g_assert_nonnull (again);
  g_assert_cmpuint (again->topics->len, ==, library->topics->len);
  g_assert_cmpuint (again->announcements->len, ==, library->announcements->len);
  g_assert_cmpuint (again->refused->len, ==, 0);
  both = neg_library_merge (again, library);
  return 0;
}
