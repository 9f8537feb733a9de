#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "demo/neg-dicom-writer.h"

#define SOP_CLASS "1.2.840.10008.5.1.4.1.1.2"

static GByteArray *
finish (NegDicomWriter *writer, GError **error)
{
  return neg_dicom_writer_finish (writer, SOP_CLASS, "2.25.7", NEG_DICOM_EXPLICIT_LITTLE, error);
}

/* Where the data set begins: after preamble, mark and as many bytes as the group length says. */
static gsize
find_data_set (const GByteArray *file)
{
  guint32 length;

  g_assert_cmpuint (file->len, >, 144);
  g_assert_cmpmem (file->data + 128, 4, "DICM", 4);
  g_assert_cmpmem (file->data + 132, 8, ((guint8[]){ 2, 0, 0, 0, 'U', 'L', 4, 0 }), 8);
  memcpy (&length, file->data + 140, sizeof length);
  return 144 + GUINT32_FROM_LE (length);
}

static void
test_bytes (void)
{
  g_autoptr (NegDicomWriter) writer = neg_dicom_writer_new ();
  NegDicomWriter *item = neg_dicom_writer_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) file = NULL;
  gsize start;
  static const char expected[] = "\x08\x00\x05\x00"
                                 "CS\x0a\x00ISO_IR 192"
                                 "\x08\x00\x16\x00UI\x1a\x00" SOP_CLASS "\0"
                                 "\x08\x00\x18\x00UI\x06\x00"
                                 "2.25.7"
                                 "\x08\x00\x18\x22SQ\0\0\x14\x00\x00\x00"
                                 "\xfe\xff\x00\xe0\x0c\x00\x00\x00"
                                 "\x08\x00\x00\x01SH\x04\x00"
                                 "abc "
                                 "\x28\x00\x10\x00US\x02\x00\x34\x12"
                                 "\x28\x00\x20\x01SS\x02\x00\xfe\xff"
                                 "\x28\x00\x53\x10"
                                 "DS\x04\x00"
                                 "-0.5"
                                 "\xe0\x7f\x10\x00OB\0\0\x04\x00\x00\x00\x01\x02\x03\x00";

  neg_dicom_writer_pixels (writer, 8, "\1\2\3", 3);
  neg_dicom_writer_decimal (writer, 0x00281053, -0.5);
  neg_dicom_writer_s16 (writer, 0x00280120, -2);
  neg_dicom_writer_u16 (writer, 0x00280010, 0x1234);
  neg_dicom_writer_text (item, 0x00080100, "SH", "abc");
  neg_dicom_writer_item (writer, 0x00082218, item);
  file = finish (writer, &error);
  g_assert_no_error (error);
  start = find_data_set (file);
  g_assert_cmpmem (file->data + start, file->len - start, expected, sizeof expected - 1);
}

static void
assert_refused (NegDicomWriter *writer, const char *where)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (finish (writer, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  g_assert_true (g_str_has_prefix (neg_error_get_where (error), where));
  neg_dicom_writer_free (writer);
}

static void
test_refuses (void)
{
  NegDicomWriter *writer = neg_dicom_writer_new ();
  NegDicomWriter *item;

  neg_dicom_writer_text (writer, 0x00080060, "CS", "SEVENTEEN LETTERS");
  assert_refused (writer, "(0008,0060)");
  writer = neg_dicom_writer_new ();
  neg_dicom_writer_u16 (writer, 0x00280010, 1);
  neg_dicom_writer_u16 (writer, 0x00280010, 1);
  assert_refused (writer, "(0028,0010)");
  writer = neg_dicom_writer_new ();
  neg_dicom_writer_text (writer, 0x00100010, "PN", "\xff");
  assert_refused (writer, "(0010,0010)");
  writer = neg_dicom_writer_new ();
  item = neg_dicom_writer_new ();
  neg_dicom_writer_text (item, 0x00080100, "DA", "202601011");
  neg_dicom_writer_item (writer, 0x00082218, item);
  assert_refused (writer, "(0008,2218)");
  /* Several values may together be longer than one. */
  writer = neg_dicom_writer_new ();
  neg_dicom_writer_text (writer, 0x00080008, "CS", "ORIGINAL\\PRIMARY\\LOCALIZER");
  g_byte_array_unref (finish (writer, NULL));
  neg_dicom_writer_free (writer);
}

static void
test_uid (void)
{
  g_autofree char *one = neg_dicom_uid_from_name ("a"), *same = neg_dicom_uid_from_name ("a"),
                  *other = neg_dicom_uid_from_name ("b");

  g_assert_cmpstr (one, ==, same);
  g_assert_cmpstr (one, !=, other);
  /* SHA-256 of "a" begins ca978112ca1bbdcafac231b39a23dc4d; with version 8 and its variant:
   * ca978112-ca1b-8dca-bac2-31b39a23dc4d, in decimal (worked out with Python). */
  g_assert_cmpstr (one, ==, "2.25.269290709893686844195134956664967650381");
}

/* Undoes what the encoder does, as PS3.5 G.3.2 says it. */
static GByteArray *
unpack (const guint8 *data, gsize length, gsize wanted)
{
  GByteArray *out = g_byte_array_new ();

  for (gsize i = 0; out->len < wanted;) {
    gint8 n = (gint8) data[i++];

    g_assert_cmpuint (i, <, length);
    if (n >= 0) {
      g_byte_array_append (out, data + i, n + 1);
      i += n + 1;
    } else if (n != -128) {
      for (int j = 0; j < 1 - n; j++)
        g_byte_array_append (out, data + i, 1);
      i++;
    }
  }
  return out;
}

static void
test_rle (void)
{
  const guint columns = 301, rows = 3;
  g_autofree guint8 *data = g_malloc (columns * rows * 2);
  g_autoptr (GByteArray) encoded = NULL;
  guint32 offsets[16];

  for (guint i = 0; i < columns * rows; i++) {
    data[2 * i] = (guint8) (i * 7919 >> (i % 200 > 140 ? 12 : 2));
    data[2 * i + 1] = (guint8) (i / 250);
  }
  encoded = neg_rle_encode (data, columns, rows, 1, 2);
  g_assert_cmpuint (encoded->len % 2, ==, 0);
  memcpy (offsets, encoded->data, sizeof offsets);
  g_assert_cmpuint (GUINT32_FROM_LE (offsets[0]), ==, 2);
  for (guint segment = 0; segment < 2; segment++) {
    guint32 offset = GUINT32_FROM_LE (offsets[1 + segment]);
    g_autoptr (GByteArray) bytes = unpack (encoded->data + offset, encoded->len - offset, columns * rows);

    g_assert_cmpuint (bytes->len, ==, columns * rows);
    for (guint i = 0; i < columns * rows; i++)
      g_assert_cmpuint (bytes->data[i], ==, data[2 * i + 1 - segment]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dicom-writer/bytes", test_bytes);
  g_test_add_func ("/dicom-writer/refuses", test_refuses);
  g_test_add_func ("/dicom-writer/uid", test_uid);
  g_test_add_func ("/dicom-writer/rle", test_rle);
  return g_test_run ();
}
