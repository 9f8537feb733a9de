/* Markdown to Pango markup: the little that is understood, and everything else as text. */
#include <string.h>

#include "base/neg-error.h"
#include "learning/neg-markdown.h"

static void
test_inline (void)
{
  static const struct {
    const char *text, *markup, *plain;
  } cases[] = {
    { "plain", "plain", "plain" },
    { "a **bold** and *thin* word", "a <b>bold</b> and <i>thin</i> word", "a bold and thin word" },
    { "`<code> & *raw*`", "<tt>&lt;code&gt; &amp; *raw*</tt>", "<code> & *raw*" },
    { "[site](https://site.example/a?b=1&c)", "<a href=\"https://site.example/a?b=1&amp;c\">site</a>", "site" },
    { "[**x**](https://a.example)", "<a href=\"https://a.example\"><b>x</b></a>", "x" },
    { "[x](http://a.example)", "[x](http://a.example)", "[x](http://a.example)" },
    { "[x](javascript:alert(1))", "[x](javascript:alert(1))", "[x](javascript:alert(1))" },
    { "[x](file:///etc/passwd)", "[x](file:///etc/passwd)", "[x](file:///etc/passwd)" },
    { "[x](https://user:pw@a.example)", "[x](https://user:pw@a.example)", "[x](https://user:pw@a.example)" },
    { "[x](https://a.example/\"onclick)", "[x](https://a.example/&quot;onclick)", "[x](https://a.example/\"onclick)" },
    { "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>" },
    { "2 * 3 * 4", "2 * 3 * 4", "2 * 3 * 4" },
    { "snake_case_name", "snake_case_name", "snake_case_name" },
    { "_thin_ __bold__", "<i>thin</i> <b>bold</b>", "thin bold" },
    { "\\*no\\*", "*no*", "*no*" },
    { "**open", "**open", "**open" },
    { "***", "***", "***" },
    { "[]()[", "[]()[", "[]()[" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *markup = neg_markdown_to_markup (cases[i].text);
    g_autofree char *plain = neg_markdown_to_plain (cases[i].text);

    g_test_message ("%s", cases[i].text);
    g_assert_cmpstr (markup, ==, cases[i].markup);
    g_assert_cmpstr (plain, ==, cases[i].plain);
  }
}

static void
test_blocks (void)
{
  static const char text[] = "# Head\nOne line\nand its next.\r\n\n* first\n  * within\n- [ ] third\n\n12. twelve\n"
                             "```\n<raw> *x*\n  kept\n```\n![what is seen](shot.png)\n![far](https://x.example/y.png)\n####### seven\n";
  g_autoptr (GPtrArray) blocks = neg_markdown_parse (text);
  static const struct {
    NegMarkdownKind kind;
    guint level, number;
    const char *plain;
  } wanted[] = {
    { NEG_MARKDOWN_HEADING, 1, 0, "Head" },
    { NEG_MARKDOWN_PARAGRAPH, 0, 0, "One line and its next." },
    { NEG_MARKDOWN_BULLET, 1, 0, "first" },
    { NEG_MARKDOWN_BULLET, 2, 0, "within" },
    { NEG_MARKDOWN_BULLET, 1, 0, "[ ] third" },
    { NEG_MARKDOWN_NUMBER, 1, 12, "twelve" },
    { NEG_MARKDOWN_CODE, 0, 0, "<raw> *x*\n  kept" },
    { NEG_MARKDOWN_PICTURE, 0, 0, "what is seen" },
    { NEG_MARKDOWN_PARAGRAPH, 0, 0, "!far ####### seven" },
  };

  g_assert_cmpuint (blocks->len, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < blocks->len; i++) {
    const NegMarkdownBlock *block = blocks->pdata[i];

    g_assert_cmpstr (block->plain, ==, wanted[i].plain);
    g_assert_cmpint (block->kind, ==, wanted[i].kind);
    g_assert_cmpuint (block->level, ==, wanted[i].level);
    g_assert_cmpuint (block->number, ==, wanted[i].number);
  }
  g_assert_cmpstr (((NegMarkdownBlock *) blocks->pdata[7])->picture, ==, "shot.png");
}

/* By a bare name or not at all: what leads elsewhere is text. */
static void
test_pictures (void)
{
  static const char *const good[] = { "![x](shot.png)", "  ![x](shot.png)  ", "![x](shot.png)\r", "![a *b* & c](A-1_b.2.png)" };
  static const char *const bad[] = { "![x](../shot.png)",        "![x](media/shot.png)",  "![x](/etc/shot.png)",      "![x](a\\shot.png)",
                                     "![x](file:shot.png)",      "![x](//a/shot.png)",    "![x](https://a/shot.png)", "![x](data:image/png;base64,aa)",
                                     "![x](.png)",               "![x](..png)",           "![x](-shot.png)",          "![x](shot.png \"title\")",
                                     "![x](shot.PNG)",           "![x](shot.svg)",        "![x](shot.png.webm)",      "![x](sh%2fot.png)",
                                     "![x](sh ot.png)",          "![x](sh\xc3\xb6t.png)", "![x]()",                   "![](shot.png)",
                                     "![x](shot.png) and words", "words ![x](shot.png)",  "- ![x](shot.png)",         "![x](shot.png" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GPtrArray) blocks = neg_markdown_parse (good[i]);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", good[i]);
    g_assert_cmpuint (blocks->len, ==, 1);
    g_assert_cmpint (((NegMarkdownBlock *) blocks->pdata[0])->kind, ==, NEG_MARKDOWN_PICTURE);
    g_assert_true (neg_markdown_check (good[i], &error));
    g_assert_no_error (error);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GPtrArray) blocks = neg_markdown_parse (bad[i]);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i]);
    for (guint j = 0; j < blocks->len; j++)
      g_assert_cmpint (((NegMarkdownBlock *) blocks->pdata[j])->kind, !=, NEG_MARKDOWN_PICTURE);
    g_assert_false (neg_markdown_check (bad[i], &error));
    g_assert_nonnull (error);
  }
}

/* A name as long as the limit and one more. */
static void
test_picture_names (void)
{
  g_autofree char *stem = g_strnfill (96, 'a'), *longest = g_strconcat (stem, ".png", NULL), *longer = g_strconcat ("a", longest, NULL);

  g_assert_true (neg_markdown_is_picture (longest));
  g_assert_false (neg_markdown_is_picture (longer));
  g_assert_false (neg_markdown_is_picture (""));
}

static void
test_check (void)
{
  static const char *const good[] = { "# x\n\n*y* < 3, a < b\n",
                                      "x <3", "[x](https://a.example)", "![x](shot.png)", "```\n<script>\n```\n" };
  static const char *const bad[] = { "<b>x</b>", "</x", "<!-- x -->", "[x](http://a.example)", "[x](javascript:alert(1))",
                                     "JavaScript:alert(1)", "see file:///etc/passwd", "data:text/html;x", "![x](https://a.example/x.png)",
                                     "![x](//a.example/x.png)", "[x](", "\xff" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (neg_markdown_check (good[i], &error));
    g_assert_no_error (error);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *said = g_strescape (bad[i], NULL);

    g_test_message ("%s", said);
    g_assert_false (neg_markdown_check (bad[i], &error));
    g_assert_nonnull (error);
  }
}

/* What is full of beginnings takes no longer for it, and what is no UTF-8 is replaced. */
static void
test_hostile (void)
{
  static const char *const pieces[] = { "*", "[", "`", "[x](", "**", "_a", "![", "# ", "\xff\xfe", "\xe2\x80\xae" };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree char *markup = NULL;

    while (text->len < NEG_MARKDOWN_BYTES_MAX + 100)
      g_string_append (text, pieces[i]);
    markup = neg_markdown_to_markup (text->str);
    g_assert_true (g_utf8_validate (markup, -1, NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown/inline", test_inline);
  g_test_add_func ("/markdown/blocks", test_blocks);
  g_test_add_func ("/markdown/pictures", test_pictures);
  g_test_add_func ("/markdown/picture-names", test_picture_names);
  g_test_add_func ("/markdown/check", test_check);
  g_test_add_func ("/markdown/hostile", test_hostile);
  return g_test_run ();
}
