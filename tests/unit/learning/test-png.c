/* How large a PNG picture says that it is, before it is decoded. */
#include <string.h>

#include "base/neg-error.h"
#include "learning/neg-png.h"

static const char head[NEG_PNG_HEAD_BYTES]
    = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\3\xc0\0\0\2\x58\x08\3\0\0\0\x12\x34\x56\x78";

static void
test_head (void)
{
  g_autoptr (GError) error = NULL;
  guint width, height;

  g_assert_true (neg_png_measure (head, sizeof head, &width, &height, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (width, ==, 960);
  g_assert_cmpuint (height, ==, 600);
}

static void
assert_refused (const char *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;
  guint width, height;

  g_assert_false (neg_png_measure (bytes, length, &width, &height, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

/* Cut anywhere, another first chunk, another format, no pixel. */
static void
test_refused (void)
{
  char other[sizeof head];

  for (gsize length = 0; length < sizeof head; length++)
    assert_refused (head, length);
  for (gsize at = 0; at < 16; at++) {
    memcpy (other, head, sizeof head);
    other[at] ^= 1;
    assert_refused (other, sizeof other);
  }
  for (gsize at = 16; at <= 20; at += 4) {
    memcpy (other, head, sizeof head);
    memset (other + at, 0, 4);
    assert_refused (other, sizeof other);
  }
}

/* Larger than a number has signs for: told as it is, for whoever has a limit. */
static void
test_huge (void)
{
  char other[sizeof head];
  guint width, height;

  memcpy (other, head, sizeof head);
  memset (other + 16, 0xff, 8);
  g_assert_true (neg_png_measure (other, sizeof other, &width, &height, NULL));
  g_assert_cmpuint (width, ==, G_MAXUINT32);
  g_assert_cmpuint (height, ==, G_MAXUINT32);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png/head", test_head);
  g_test_add_func ("/png/refused", test_refused);
  g_test_add_func ("/png/huge", test_huge);
  return g_test_run ();
}
