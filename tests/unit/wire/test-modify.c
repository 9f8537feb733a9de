/* What an engine is asked to change, and what it says that it did. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-engine-pool.h"
#include "wire/neg-modify.h"

static NegModify *
make_request (void)
{
  NegModify *modify = neg_modify_new ();

  neg_modify_add (modify, NEG_EDIT_SET, "PatientName", "Lamp^Ada");
  neg_modify_add (modify, NEG_EDIT_REMOVE, "PatientComments", NULL);
  neg_modify_map (modify, "1.9", "2.25.9");
  neg_modify_map (modify, "1.10", "2.25.10");
  neg_modify_map (modify, "1.9", "2.25.99");
  modify->keeps_originals = TRUE;
  modify->user = g_strdup ("Tech");
  modify->system = g_strdup ("SYSTEM");
  modify->datetime = g_strdup ("20261122");
  modify->reason_code = g_strdup ("COERCE");
  modify->reason = g_strdup ("why");
  modify->device_version = g_strdup ("0.1");
  modify->transfer_syntax_uid = g_strdup ("");
  return modify;
}

static NegModify *
send (const NegModify *modify, gsize cut, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NegReader reader;
  NegModify *read;

  neg_modify_write (modify, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len - cut);
  read = neg_modify_read (&reader, error);
  if (read != NULL)
    g_assert_true (neg_reader_finished (&reader));
  return read;
}

/* Sorted by the old UID; of two for the same one the first counts. */
static void
test_round_trip (void)
{
  g_autoptr (NegModify) modify = make_request ();
  g_autoptr (NegModify) read = send (modify, 0, NULL);
  const NegEdit *edit;

  g_assert_nonnull (read);
  g_assert_cmpuint (read->uids->len, ==, 4);
  g_assert_cmpstr (read->uids->pdata[0], ==, "1.10");
  g_assert_cmpstr (read->uids->pdata[1], ==, "2.25.10");
  g_assert_cmpstr (read->uids->pdata[2], ==, "1.9");
  g_assert_cmpstr (read->uids->pdata[3], ==, "2.25.9");
  g_assert_cmpuint (read->edits->len, ==, 2);
  edit = read->edits->pdata[0];
  g_assert_cmpstr (edit->path, ==, "PatientName");
  g_assert_cmpstr (edit->value, ==, "Lamp^Ada");
  g_assert_true (read->keeps_originals);
  g_assert_cmpstr (read->reason, ==, "why");
  g_assert_cmpstr (read->reason_code, ==, "COERCE");
}

static void
assert_refused (const NegModify *modify)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (send (modify, 0, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
}

static void
test_bounds (void)
{
  g_autoptr (NegModify) whole = make_request ();
  g_autoptr (NegModify) no_value = make_request ();
  g_autoptr (NegModify) bad_uid = make_request ();
  g_autoptr (NegModify) many = make_request ();
  g_autoptr (NegModify) no_reason = make_request ();
  g_autoptr (NegModify) syntax = make_request ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  neg_modify_write (whole, bytes);
  for (gsize cut = 1; cut <= bytes->len; cut++)
    g_assert_null (send (whole, cut, NULL));
  neg_modify_add (no_value, NEG_EDIT_SET, "PatientID", NULL);
  assert_refused (no_value);
  neg_modify_map (bad_uid, "1.2.x", "1.3");
  assert_refused (bad_uid);
  for (guint i = 0; i < 1000; i++)
    neg_modify_add (many, NEG_EDIT_SET, "PatientID", "1");
  assert_refused (many);
  g_free (g_steal_pointer (&no_reason->reason_code));
  assert_refused (no_reason);
  g_free (syntax->transfer_syntax_uid);
  syntax->transfer_syntax_uid = g_strdup ("1.2.840.10008.1.2");
  assert_refused (syntax);
}

static gboolean
answer_is_read (const NegModified *modified)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NegModified read;
  NegReader reader;

  neg_modified_write (modified, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  return neg_modified_read (&read, &reader, NULL) && neg_reader_finished (&reader)
         && read.pixel_offset == modified->pixel_offset && read.bytes == modified->bytes;
}

static void
test_answers (void)
{
  const NegModified good = { 1000, TRUE, 900, 100, 700 }, unchanged = { 0 };
  const NegModified beyond = { 1000, TRUE, 900, 101, 700 }, around = { 1000, TRUE, 900, G_MAXUINT64, 700 };
  const NegModified nothing = { 0, TRUE, 0, 0, 0 }, something = { 10, FALSE, 0, 0, 0 };

  g_assert_true (answer_is_read (&good));
  g_assert_true (answer_is_read (&unchanged));
  g_assert_false (answer_is_read (&beyond));
  g_assert_false (answer_is_read (&around));
  g_assert_false (answer_is_read (&nothing));
  g_assert_false (answer_is_read (&something));
}

/* Zeros, then a pixel element. */
static int
make_object (gsize start, const char *header, const char *value, gsize length)
{
  const int fd = neg_memory_file_new ("object", start + 12 + length, NULL);

  g_assert_cmpint (pwrite (fd, header, 12, start), ==, 12);
  g_assert_cmpint (pwrite (fd, value, length, start + 12), ==, (gssize) length);
  return fd;
}

static gboolean
pixels_are_same (int old_fd, int new_fd, guint64 old_offset, guint64 new_offset, guint64 bytes)
{
  const NegModified modified = { 1000, TRUE, new_offset, bytes, old_offset };
  g_autoptr (GError) error = NULL;
  const gboolean same = neg_modified_check_pixels (old_fd, new_fd, &modified, &error);

  if (!same)
    g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  return same;
}

static void
test_pixels (void)
{
  const char *defined = "\xE0\x7F\x10\x00OW\0\0\x08\0\0\0", *big = "\x7F\xE0\x00\x10OW\0\0\0\0\0\x08";
  const char *implicit = "\x01\x02\x03\x04\xE0\x7F\x10\x00\x08\0\0\0", *open = "\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF";
  const char *private = "\xE1\x7F\x10\x00OW\0\0\x08\0\0\0";
  const int first = make_object (50, defined, "12345678", 8), same = make_object (90, defined, "12345678", 8);
  const int other = make_object (90, defined, "12345679", 8), no_pixels = make_object (90, private, "12345678", 8);
  const int in_big = make_object (20, big, "12345678", 8), in_implicit = make_object (20, implicit, "12345678", 8);
  const int fragments = make_object (20, open, "abcdefgh\xFE\xFF\xDD\xE0\0\0\0\0", 16);

  g_assert_true (pixels_are_same (first, same, 62, 102, 8));
  g_assert_true (pixels_are_same (in_big, in_big, 32, 32, 8));
  g_assert_true (pixels_are_same (in_implicit, same, 32, 102, 8));
  g_assert_true (pixels_are_same (fragments, fragments, 32, 32, 16));
  g_assert_false (pixels_are_same (first, other, 62, 102, 8));
  g_assert_false (pixels_are_same (first, same, 62, 102, 7));
  g_assert_false (pixels_are_same (first, same, 62, 102, 9));
  g_assert_false (pixels_are_same (first, same, 62, G_MAXUINT64 - 3, 8));
  g_assert_false (pixels_are_same (first, same, 62, 3, 8));
  g_assert_false (pixels_are_same (first, no_pixels, 62, 102, 6));
  g_assert_true (pixels_are_same (first, same, 0, 0, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/modify/round-trip", test_round_trip);
  g_test_add_func ("/modify/bounds", test_bounds);
  g_test_add_func ("/modify/answers", test_answers);
  g_test_add_func ("/modify/pixels", test_pixels);
  return g_test_run ();
}
