/* ZIP archives made here with libarchive, then lied to: names, sizes, damage, encryption. */
#include "base/neg-error.h"
#include "engine/neg-archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define ZIP_BYTES_MAX 65536

typedef struct {
  guint8 *bytes;
  size_t length;
} Zip;

static void
zip_free (Zip *zip)
{
  g_free (zip->bytes);
  g_free (zip);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Zip, zip_free)

static void
add_entry (struct archive *archive, const char *name, const char *text)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, text ? AE_IFREG : AE_IFDIR);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_size (entry, text ? strlen (text) : 0);
  g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
  if (text != NULL)
    g_assert_cmpint (archive_write_data (archive, text, strlen (text)), ==, strlen (text));
  archive_entry_free (entry);
}

/* Pairs of name and text (NULL: a folder), ended by a NULL name. */
static Zip *
make_zip (const char *options, ...)
{
  Zip *zip = g_new0 (Zip, 1);
  struct archive *archive = archive_write_new ();
  const char *name;
  va_list args;

  zip->bytes = g_malloc0 (ZIP_BYTES_MAX);
  archive_write_set_format_zip (archive);
  if (options != NULL)
    g_assert_cmpint (archive_write_set_options (archive, options), ==, ARCHIVE_OK);
  archive_write_set_passphrase (archive, "secret");
  g_assert_cmpint (archive_write_open_memory (archive, zip->bytes, ZIP_BYTES_MAX, &zip->length), ==, ARCHIVE_OK);
  va_start (args, options);
  while ((name = va_arg (args, const char *)) != NULL)
    add_entry (archive, name, va_arg (args, const char *));
  va_end (args);
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_write_free (archive);
  return zip;
}

/* The @n-th header with this signature: "PK\1\2" of the central directory, "PK\3\4" of an entry. */
static guint8 *
find_header (Zip *zip, const char *signature, guint n)
{
  for (gsize i = 0; i + 46 <= zip->length; i++)
    if (memcmp (zip->bytes + i, signature, 4) == 0 && n-- == 0)
      return zip->bytes + i;
  g_assert_not_reached ();
}

static void
set_declared_bytes (Zip *zip, guint n, guint32 bytes)
{
  bytes = GUINT32_TO_LE (bytes);
  memcpy (find_header (zip, "PK\1\2", n) + 24, &bytes, sizeof bytes);
  memcpy (find_header (zip, "PK\3\4", n) + 22, &bytes, sizeof bytes);
}

static gboolean
list (Zip *zip, NegScanResult *result, GError **error)
{
  NegSource source;
  gboolean done;

  neg_source_init_memory (&source, zip->bytes, zip->length);
  done = neg_archive_list (&source, result, error);
  neg_source_clear (&source);
  return done;
}

#define MAX_ITEMS 8

typedef struct {
  GString *texts[MAX_ITEMS];
  int codes[MAX_ITEMS]; /* -1: not done, -2: done without error */
  guint n_done;
  gboolean cancel;
} Outcome;

static gboolean
write_cb (guint index, guint64 offset, const void *bytes, gsize length, gpointer user_data, GError **error)
{
  Outcome *outcome = user_data;

  if (outcome->cancel)
    return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
  g_assert_cmpuint (offset, ==, outcome->texts[index]->len);
  g_string_append_len (outcome->texts[index], bytes, length);
  return TRUE;
}

static void
done_cb (guint index, guint64 bytes, const GError *error, gpointer user_data)
{
  Outcome *outcome = user_data;

  g_assert_cmpint (outcome->codes[index], ==, -1);
  g_assert_true (error != NULL || bytes == outcome->texts[index]->len);
  outcome->codes[index] = error ? error->code : -2;
  outcome->n_done++;
}

static gboolean
extract (Zip *zip, const NegArchiveItem *items, guint n_items, Outcome *outcome, GError **error)
{
  NegSource source;
  gboolean done;

  for (guint i = 0; i < MAX_ITEMS; i++) {
    outcome->texts[i] = g_string_new (NULL);
    outcome->codes[i] = -1;
  }
  neg_source_init_memory (&source, zip->bytes, zip->length);
  done = neg_archive_extract (&source, items, n_items, write_cb, done_cb, outcome, error);
  neg_source_clear (&source);
  return done;
}

static void
outcome_clear (Outcome *outcome)
{
  for (guint i = 0; i < MAX_ITEMS; i++)
    g_string_free (outcome->texts[i], TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
test_list (void)
{
  g_autoptr (Zip) zip = make_zip (NULL, "DICOM/", NULL, "DICOM/IM1", "one", "DICOM/Müller", "three", NULL);
  g_auto (NegScanResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  find_header (zip, "PK\1\2", 2)[9] |= 8; /* the flag that says UTF-8 */
  find_header (zip, "PK\3\4", 2)[7] |= 8;
  list (zip, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result.kind, ==, NEG_SCAN_ARCHIVE);
  g_assert_cmpuint (result.n_entries, ==, 3);
  g_assert_false (result.entries[0].is_file);
  g_assert_true (result.entries[1].is_file);
  g_assert_cmpstr (result.entries[1].name, ==, "DICOM/IM1");
  g_assert_cmpuint (result.entries[1].bytes, ==, 3);
  g_assert_cmpstr (result.entries[2].name, ==, "DICOM/Müller");
  g_assert_cmpuint (result.entries[2].bytes, ==, 5);
}

/* Names stay text for a person; nothing is opened by them. */
static void
test_hostile_names (void)
{
  g_autoptr (Zip) zip = make_zip (NULL, "../../etc/passwd", "x", "ab", "y", "/abs", "z", NULL);
  g_auto (NegScanResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  find_header (zip, "PK\1\2", 1)[46] = 0xFF;
  find_header (zip, "PK\3\4", 1)[30] = 0xFF;
  list (zip, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result.n_entries, ==, 3);
  g_assert_cmpstr (result.entries[0].name, ==, "../../etc/passwd");
  g_assert_true (g_utf8_validate (result.entries[1].name, -1, NULL));
  g_assert_cmpstr (result.entries[2].name, ==, "/abs");
}

static void
test_extract (void)
{
  static const char *const options[] = { "zip:compression=deflate", "zip:compression=store" };

  for (guint i = 0; i < G_N_ELEMENTS (options); i++) {
    g_autoptr (Zip) zip = make_zip (options[i], "a", "first", "b", "second", "c", "", NULL);
    const NegArchiveItem items[] = { { 2, 0 }, { 1, 6 }, { 0, 5 } };
    g_auto (Outcome) outcome = { 0 };
    g_autoptr (GError) error = NULL;

    extract (zip, items, G_N_ELEMENTS (items), &outcome, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (outcome.n_done, ==, 3);
    g_assert_cmpint (outcome.codes[0], ==, -2);
    g_assert_cmpstr (outcome.texts[1]->str, ==, "second");
    g_assert_cmpstr (outcome.texts[2]->str, ==, "first");
  }
}

/* Sizes that are wrong in the request or in the archive, an entry that is not there, one asked for twice. */
static void
test_extract_lies (void)
{
  g_autoptr (Zip) zip = make_zip (NULL, "a", "first", "b", "second", "c", "third", NULL);
  const NegArchiveItem items[] = { { 0, 3 }, { 1, 7 }, { 9, 1 }, { 2, 5 }, { 2, 5 } };
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GError) error = NULL;

  extract (zip, items, G_N_ELEMENTS (items), &outcome, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (outcome.n_done, ==, 5);
  g_assert_cmpint (outcome.codes[0], ==, NEG_ERROR_INCONSISTENT);
  g_assert_cmpuint (outcome.texts[0]->len, <=, 3);
  g_assert_cmpint (outcome.codes[1], ==, NEG_ERROR_INCONSISTENT);
  g_assert_cmpint (outcome.codes[2], ==, NEG_ERROR_INCONSISTENT);
  g_assert_cmpint (outcome.codes[3], ==, -2);
  g_assert_cmpint (outcome.codes[4], ==, NEG_ERROR_INCONSISTENT);
}

/* A small entry of a great many bytes ends at what it declared. */
static void
test_bomb (void)
{
  g_autofree char *zeros = g_strnfill (1000000, '0');
  g_autoptr (Zip) zip = make_zip (NULL, "bomb", zeros, NULL);
  const NegArchiveItem items[] = { { 0, 1000 } };
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (zip->length, <, 10000);
  set_declared_bytes (zip, 0, 1000);
  extract (zip, items, 1, &outcome, &error);
  g_assert_no_error (error);
  g_assert_cmpint (outcome.codes[0], ==, NEG_ERROR_INCONSISTENT);
  g_assert_cmpuint (outcome.texts[0]->len, <=, 1000);
}

static void
test_total_limit (void)
{
  g_autoptr (Zip) zip = make_zip (NULL, "a", "1", "b", "2", NULL);
  g_auto (NegScanResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  set_declared_bytes (zip, 0, 0xF0000000);
  set_declared_bytes (zip, 1, 0xF0000000);
  g_assert_false (list (zip, &result, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
}

static void
test_encrypted (void)
{
  g_autoptr (Zip) zip = make_zip ("zip:encryption=traditional", "a", "hidden", NULL);
  const NegArchiveItem items[] = { { 0, 6 } };
  g_auto (Outcome) outcome = { 0 };
  g_autoptr (GError) error = NULL;

  extract (zip, items, 1, &outcome, &error);
  g_assert_no_error (error);
  g_assert_cmpint (outcome.codes[0], ==, NEG_ERROR_UNSUPPORTED);
}

static void
test_damage (void)
{
  g_autoptr (Zip) zip = make_zip ("zip:compression=store", "a", "first", NULL);
  const NegArchiveItem items[] = { { 0, 5 } };
  g_auto (Outcome) outcome = { 0 };
  g_auto (NegScanResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  *(guint8 *) memmem (zip->bytes, zip->length, "first", 5) ^= 1; /* the check sum does not fit any more */
  extract (zip, items, 1, &outcome, &error);
  g_assert_no_error (error);
  g_assert_cmpint (outcome.codes[0], ==, NEG_ERROR_INCONSISTENT);

  zip->length /= 2;
  g_assert_false (list (zip, &result, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

static void
test_cancel (void)
{
  g_autoptr (Zip) zip = make_zip (NULL, "a", "first", "b", "second", NULL);
  const NegArchiveItem items[] = { { 0, 5 }, { 1, 6 } };
  g_auto (Outcome) outcome = { .cancel = TRUE };
  g_autoptr (GError) error = NULL;

  extract (zip, items, 2, &outcome, &error);
  g_assert_cmpuint (outcome.n_done, ==, 2);
  g_assert_cmpint (outcome.codes[1], ==, NEG_ERROR_CANCELLED);
}

/* Damage anywhere gives entries or a reason; memory errors show under the sanitizers. */
static void
test_mutations (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  const NegArchiveItem items[] = { { 0, 5 }, { 1, 6 } };

  for (guint round = 0; round < 1000; round++) {
    g_autoptr (Zip) zip = make_zip (NULL, "a", "first", "b", "second", NULL);
    g_auto (NegScanResult) result = { 0 };
    g_auto (Outcome) outcome = { 0 };

    for (guint i = g_rand_int_range (rand, 1, 4); i > 0; i--)
      zip->bytes[g_rand_int_range (rand, 0, zip->length)] = g_rand_int_range (rand, 0, 256);
    list (zip, &result, NULL);
    if (extract (zip, items, 2, &outcome, NULL))
      g_assert_cmpuint (outcome.n_done, ==, 2);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_archive_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/archive/list", test_list);
  g_test_add_func ("/archive/hostile-names", test_hostile_names);
  g_test_add_func ("/archive/extract", test_extract);
  g_test_add_func ("/archive/extract-lies", test_extract_lies);
  g_test_add_func ("/archive/bomb", test_bomb);
  g_test_add_func ("/archive/total-limit", test_total_limit);
  g_test_add_func ("/archive/encrypted", test_encrypted);
  g_test_add_func ("/archive/damage", test_damage);
  g_test_add_func ("/archive/cancel", test_cancel);
  g_test_add_func ("/archive/mutations", test_mutations);
  return g_test_run ();
}
