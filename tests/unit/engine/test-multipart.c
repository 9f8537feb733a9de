#include "engine/neg-multipart.h"

#include <string.h>

#include "base/neg-error.h"

static gboolean
begin (const char *content_type, gpointer user_data, GError **error)
{
  g_string_append_printf (user_data, "[%s|", content_type);
  return TRUE;
}

static gboolean
data (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  g_string_append_len (user_data, (const char *) bytes, length);
  return TRUE;
}

static gboolean
end (gpointer user_data, GError **error)
{
  g_string_append_c (user_data, ']');
  return TRUE;
}

static const NegMultipartHandler handler = { begin, data, end };

/* What is found when @text comes in pieces of @step. */
static char *
parse (const char *content_type, const char *text, gsize step, GError **error)
{
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (NegMultipart) multipart = neg_multipart_new (content_type, &handler, found, error);

  if (multipart == NULL)
    return NULL;
  for (gsize at = 0; at < strlen (text); at += step)
    if (!neg_multipart_feed (multipart, (const guint8 *) text + at, MIN (step, strlen (text) - at), error))
      return NULL;
  if (!neg_multipart_finish (multipart, error))
    return NULL;
  return g_strdup (found->str);
}

static void
test_parts (void)
{
  static const struct {
    const char *type, *text, *expected;
  } cases[] = {
    { "multipart/related; boundary=b", "--b\r\nContent-Type: a/b\r\n\r\nhello\r\n--b--", "[a/b|hello]" },
    { "Multipart/Related;type=\"x;y\"; boundary=\"b c\"", "\r\n--b c\r\n\r\nhello\r\n--b c--\r\nepilogue", "[|hello]" },
    { "multipart/related; boundary=b", "preamble\r\n--b  \r\n\r\n1\r\n--b\r\ncontent-type:  z\r\nX: y\r\n\r\n2\r\n--b--",
      "[|1][z|2]" },
    { "multipart/related; boundary=b", "--b\r\n\r\n\r\n--b--", "[|]" },
    { "multipart/related; boundary=b", "--b\r\n\r\na\r\n--\r\n-b\r\n--B\r\n\r\n--b--", "[|a\r\n--\r\n-b\r\n--B\r\n]" },
    { "multipart/related; boundary=b", "--b--", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step < 70; step++) {
      g_autoptr (GError) error = NULL;
      g_autofree char *found = parse (cases[i].type, cases[i].text, step, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (found, ==, cases[i].expected);
    }
}

static void
test_faults (void)
{
  static const struct {
    const char *type, *text;
    NegErrorCode code;
  } cases[] = {
    { "application/dicom", "", NEG_ERROR_PROTOCOL },
    { "multipart/related", "", NEG_ERROR_PROTOCOL },
    { "multipart/related; boundary=\"b", "", NEG_ERROR_PROTOCOL },
    { "multipart/related; boundary=", "", NEG_ERROR_PROTOCOL },
    { "multipart/related; boundary=b", "", NEG_ERROR_TRUNCATED },
    { "multipart/related; boundary=b", "--b\r\n\r\nhello", NEG_ERROR_TRUNCATED },
    { "multipart/related; boundary=b", "--b\r\n\r\nhello\r\n--b", NEG_ERROR_TRUNCATED },
    { "multipart/related; boundary=b", "--b\r\n\r\nhello\r\n--b-", NEG_ERROR_TRUNCATED },
    { "multipart/related; boundary=b", "--bc\r\n\r\nhello\r\n--b--", NEG_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step < 20; step++) {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (cases[i].type, cases[i].text, step, &error));
      g_assert_error (error, NEG_ERROR, cases[i].code);
    }
}

static void
test_long_headers (void)
{
  g_autofree char *filler = g_strnfill (20000, 'x');
  g_autofree char *text = g_strconcat ("--b\r\nX: ", filler, "\r\n\r\n1\r\n--b--", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (parse ("multipart/related; boundary=b", text, 1000, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/multipart/parts", test_parts);
  g_test_add_func ("/multipart/faults", test_faults);
  g_test_add_func ("/multipart/long-headers", test_long_headers);
  return g_test_run ();
}
