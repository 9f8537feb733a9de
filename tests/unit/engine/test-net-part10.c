/* The meta header before a received data set: bytes by PS3.10 7.1, read back by our own scanner, hostile UIDs refused. */
#include "base/neg-error.h"
#include "engine/neg-net-part10.h"
#include "engine/neg-scanner.h"

#include <string.h>

#define CT "1.2.840.10008.5.1.4.1.1.2"
#define INSTANCE "1.2.3"
#define HTJ2K "1.2.840.10008.1.2.4.201"
#define HEAD_BYTES 132

static guint32
get_u32 (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (guint32) bytes[3] << 24;
}

/* Elements ascend, are of even length, and end where the group length says. */
static void
test_bytes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) meta = neg_net_part10_new (CT, INSTANCE, HTJ2K, "MODALITY", &error);
  guint last = 0, n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < 128; i++)
    g_assert_cmpuint (meta->data[i], ==, 0);
  g_assert_cmpmem (meta->data + 128, 4, "DICM", 4);
  g_assert_cmpuint (get_u32 (meta->data + HEAD_BYTES), ==, 0x00000002);
  g_assert_cmpuint (get_u32 (meta->data + HEAD_BYTES + 8), ==, meta->len - HEAD_BYTES - 12);
  for (guint at = HEAD_BYTES + 12; at < meta->len; n++) {
    gboolean is_long = meta->data[at + 4] == 'O';
    guint length = is_long ? get_u32 (meta->data + at + 8) : meta->data[at + 6] | meta->data[at + 7] << 8;
    guint element = meta->data[at + 2] | meta->data[at + 3] << 8;

    g_assert_cmpuint (element, >, last);
    g_assert_cmpuint (length % 2, ==, 0);
    last = element;
    at += (is_long ? 12 : 8) + length;
    g_assert_cmpuint (at, <=, meta->len);
  }
  g_assert_cmpuint (n, ==, 7);
  g_assert_cmpuint (last, ==, 0x0016);
}

static void
assert_scans (const char *syntax)
{
  static const guint8 dataset[] = { 0x08, 0, 0x16, 0, 'U', 'I', 4, 0, '1', '.', '2', 0 };
  static const guint8 implicit[] = { 0x08, 0, 0x16, 0, 4, 0, 0, 0, '1', '.', '2', 0 };
  gboolean is_implicit = strcmp (syntax, "1.2.840.10008.1.2") == 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) meta = neg_net_part10_new (CT, INSTANCE, syntax, NULL, &error);
  guint start = meta->len;
  g_auto (NegLayout) layout = { 0 };
  NegSource source;

  g_byte_array_append (meta, is_implicit ? implicit : dataset, sizeof dataset);
  neg_source_init_memory (&source, meta->data, meta->len);
  g_assert_true (neg_scan (&source, &layout, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (layout.transfer_syntax_uid, ==, syntax);
  g_assert_true (layout.has_meta);
  g_assert_cmpuint (layout.dataset_offset, ==, start);
}

static void
test_scanned (void)
{
  assert_scans (HTJ2K);
  assert_scans ("1.2.840.10008.1.2");
  assert_scans ("1.2.840.10008.1.2.1");
}

static void
assert_refused (const char *sop_class, const char *instance, const char *syntax)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (neg_net_part10_new (sop_class, instance, syntax, "A", &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
}

static void
test_hostile_uids (void)
{
  g_autofree char *longest = g_strnfill (64, '1'), *longer = g_strnfill (65, '1');
  g_autoptr (GByteArray) meta = neg_net_part10_new (CT, longest, HTJ2K, NULL, NULL);

  g_assert_nonnull (meta);
  assert_refused ("", INSTANCE, HTJ2K);
  assert_refused (CT, longer, HTJ2K);
  assert_refused (CT, "../../escaped", HTJ2K);
  assert_refused (CT, INSTANCE, "1.2 ");
}

/* (0002,0016) is AE: 16 printable characters, no backslash. */
static void
test_source_ae (void)
{
  g_autoptr (GByteArray) without = neg_net_part10_new (CT, INSTANCE, HTJ2K, NULL, NULL);
  g_autoptr (GByteArray) empty = neg_net_part10_new (CT, INSTANCE, HTJ2K, "", NULL);
  g_autoptr (GByteArray) cut = neg_net_part10_new (CT, INSTANCE, HTJ2K, "ABCDEFGHIJKLMNOPQRST", NULL);
  g_autoptr (GByteArray) split = neg_net_part10_new (CT, INSTANCE, HTJ2K, "ABC\\DEF", NULL);

  g_assert_cmpuint (empty->len, ==, without->len);
  g_assert_cmpmem (cut->data + cut->len - 24, 24, "\x02\x00\x16\x00" "AE\x10\x00" "ABCDEFGHIJKLMNOP", 24);
  g_assert_cmpmem (split->data + split->len - 12, 12, "\x02\x00\x16\x00" "AE\x04\x00" "ABC ", 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net-part10/bytes", test_bytes);
  g_test_add_func ("/net-part10/scanned", test_scanned);
  g_test_add_func ("/net-part10/hostile-uids", test_hostile_uids);
  g_test_add_func ("/net-part10/source-ae", test_source_ae);
  return g_test_run ();
}
