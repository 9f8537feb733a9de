#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-bytes.h"

static void
test_round_trip (void)
{
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autofree char *text = NULL, *empty = NULL, *nothing = NULL;
  NegReader reader;

  neg_write_u8 (array, 0xfe);
  neg_write_u16 (array, 0x1234);
  neg_write_u32 (array, 0xdeadbeef);
  neg_write_u64 (array, 0x0123456789abcdef);
  neg_write_double (array, -0.1);
  neg_write_double (array, NAN);
  neg_write_string (array, "Größe");
  neg_write_string (array, "");
  neg_write_string (array, NULL);
  neg_reader_init (&reader, array->data, array->len);
  g_assert_cmpuint (neg_reader_u8 (&reader), ==, 0xfe);
  g_assert_cmpuint (neg_reader_u16 (&reader), ==, 0x1234);
  g_assert_cmpuint (neg_reader_u32 (&reader), ==, 0xdeadbeef);
  g_assert_cmpuint (neg_reader_u64 (&reader), ==, 0x0123456789abcdef);
  g_assert_cmpfloat (neg_reader_double (&reader), ==, -0.1);
  g_assert_true (isnan (neg_reader_double (&reader)));
  text = neg_reader_string (&reader);
  empty = neg_reader_string (&reader);
  g_assert_false (neg_reader_finished (&reader));
  nothing = neg_reader_string (&reader);
  g_assert_cmpstr (text, ==, "Größe");
  g_assert_cmpstr (empty, ==, "");
  g_assert_null (nothing);
  g_assert_true (neg_reader_finished (&reader));
}

static void
test_little_endian (void)
{
  g_autoptr (GByteArray) array = g_byte_array_new ();

  neg_write_u16 (array, 0x0102);
  neg_write_u32 (array, 0x03040506);
  g_assert_cmpmem (array->data, array->len, ((guint8[]){ 2, 1, 6, 5, 4, 3 }), 6);
}

static void
test_latches_failure (void)
{
  const guint8 bytes[] = { 1, 2, 3, 4, 5 };
  NegReader reader;

  neg_reader_init (&reader, bytes, sizeof bytes);
  g_assert_cmpuint (neg_reader_u32 (&reader), ==, 0x04030201);
  g_assert_cmpuint (neg_reader_u16 (&reader), ==, 0); /* one byte short */
  g_assert_cmpuint (neg_reader_u8 (&reader), ==, 0);  /* there, but too late */
  g_assert_null (neg_reader_bytes (&reader, 0));
  g_assert_cmpuint (neg_reader_remaining (&reader), ==, 0);
  g_assert_false (neg_reader_finished (&reader));
}

static void
test_every_truncation (void)
{
  g_autoptr (GByteArray) array = g_byte_array_new ();

  neg_write_u64 (array, 7);
  neg_write_string (array, "abc");
  neg_write_double (array, 1);
  for (guint length = 0; length <= array->len; length++) {
    g_autofree guint8 *bytes = g_memdup2 (array->data, length); /* so that a sanitizer sees a read beyond */
    g_autofree char *text = NULL;
    NegReader reader;

    neg_reader_init (&reader, bytes, length);
    neg_reader_u64 (&reader);
    text = neg_reader_string (&reader);
    neg_reader_double (&reader);
    g_assert_cmpint (neg_reader_finished (&reader), ==, length == array->len);
  }
}

static void
assert_bad_string (const char *bytes, gsize length)
{
  g_autofree char *text = NULL;
  NegReader reader;

  neg_reader_init (&reader, bytes, length);
  text = neg_reader_string (&reader);
  g_assert_null (text);
  g_assert_true (reader.failed);
}

static void
test_bad_strings (void)
{
  assert_bad_string ("\x02\0\0\0a\0", 6);       /* NUL inside */
  assert_bad_string ("\x02\0\0\0\xc3\x28", 6);  /* not UTF-8 */
  assert_bad_string ("\x03\0\0\0ab", 6);        /* longer than what is there */
  assert_bad_string ("\xfe\xff\xff\xff" "ab", 6);
  assert_bad_string ("\x01\0\0", 3);
}

static void
test_counts (void)
{
  const guint8 bytes[] = { 3, 0, 0, 0, 1, 2, 3, 4, 5, 6 };
  NegReader reader;

  neg_reader_init (&reader, bytes, sizeof bytes);
  g_assert_cmpuint (neg_reader_count (&reader, 2), ==, 3);
  neg_reader_init (&reader, bytes, sizeof bytes);
  g_assert_cmpuint (neg_reader_count (&reader, 3), ==, 0);
  g_assert_true (reader.failed);
  neg_reader_init (&reader, bytes, sizeof bytes);
  g_assert_cmpuint (neg_reader_count (&reader, 0), ==, 3); /* at least one byte each */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bytes/round-trip", test_round_trip);
  g_test_add_func ("/bytes/little-endian", test_little_endian);
  g_test_add_func ("/bytes/latches-failure", test_latches_failure);
  g_test_add_func ("/bytes/every-truncation", test_every_truncation);
  g_test_add_func ("/bytes/bad-strings", test_bad_strings);
  g_test_add_func ("/bytes/counts", test_counts);
  return g_test_run ();
}
