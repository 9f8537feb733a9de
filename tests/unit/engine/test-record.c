/* The index record of objects written byte by byte: every encoding, and what is wrong in them. */
#include "build-object.h"
#include "engine/neg-record-reader.h"

#include "base/neg-error.h"

#include <string.h>
#include <zlib.h>

static gboolean
read_record (const Object *object, NegObjectRecord *record, GError **error)
{
  /* A copy of its own, so that a read beyond the end is one beyond the allocation. */
  g_autofree guint8 *exact = g_memdup2 (object->bytes->data, object->bytes->len);
  NegSource source;

  neg_source_init_memory (&source, exact, object->bytes->len);
  return neg_record_read (&source, record, error);
}

static void
add_identity (Object *object)
{
  object_add_text (object, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
  object_add_text (object, 0x00080018, "UI", "1.2.3.4");
  object_add_text (object, 0x00080060, "CS", "CT");
  object_add_text (object, 0x00100010, "PN", "Test^Person");
  object_add_text (object, 0x00100020, "LO", " 4711 ");
  object_add_text (object, 0x0020000D, "UI", "1.2.3");
  object_add_text (object, 0x0020000E, "UI", "1.2.3.5");
  object_add_text (object, 0x00200013, "IS", "12");
  object_add_number (object, 0x00280010, 512);
  object_add_number (object, 0x00280011, 300);
}

static void
expect_identity (const NegObjectRecord *record)
{
  g_assert_cmpstr (record->text[NEG_RECORD_SOP_INSTANCE_UID], ==, "1.2.3.4");
  g_assert_cmpstr (record->text[NEG_RECORD_STUDY_UID], ==, "1.2.3");
  g_assert_cmpstr (record->text[NEG_RECORD_PATIENT_NAME], ==, "Test^Person");
  g_assert_cmpstr (record->text[NEG_RECORD_PATIENT_ID], ==, "4711");
  g_assert_cmpstr (record->text[NEG_RECORD_INSTANCE_NUMBER], ==, "12");
  g_assert_cmpstr (record->text[NEG_RECORD_ROWS], ==, "512");
  g_assert_cmpstr (record->text[NEG_RECORD_COLUMNS], ==, "300");
  g_assert_null (record->text[NEG_RECORD_ACCESSION]);
}

static void
test_encodings (void)
{
  static const char *const syntaxes[] = { SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG, SYNTAX_JPEG, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (syntaxes); i++) {
    g_autoptr (Object) object = syntaxes[i] ? object_new (syntaxes[i]) : object_new_bare (FALSE, FALSE);
    g_autoptr (NegObjectRecord) record = neg_object_record_new ();
    guint64 begin = object->bytes->len;

    add_identity (object);
    g_assert_true (read_record (object, record, NULL));
    expect_identity (record);
    g_assert_cmpuint (record->dataset_offset, ==, begin);
    g_assert_false (record->has_warnings);
    g_assert_true (neg_object_record_check (record, NULL));
  }
}

/* The first of two counts, also an empty one, and nobody sends us an identity in two forms. */
static void
test_doubled (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_autoptr (GError) error = NULL;

  object_add_text (object, 0x00081030, "LO", "");
  object_add_text (object, 0x00081030, "LO", "second");
  object_add_text (object, 0x00100020, "LO", "");
  add_identity (object);
  g_assert_true (read_record (object, record, NULL));
  g_assert_null (record->text[NEG_RECORD_STUDY_DESCRIPTION]);
  g_assert_null (record->text[NEG_RECORD_PATIENT_ID]);
  g_assert_cmphex (record->doubled, ==, 0x00100020);
  g_assert_true (neg_object_record_check (record, NULL));
  g_assert_false (neg_record_check_received (record, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
}

static void
test_deflated (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_DEFLATED);
  g_autoptr (Object) inside = object_new_bare (FALSE, FALSE);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  guint64 begin = object->bytes->len;
  guint8 packed[4096];
  z_stream stream = { 0 };

  add_identity (inside);
  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  stream.next_in = inside->bytes->data;
  stream.avail_in = inside->bytes->len;
  stream.next_out = packed;
  stream.avail_out = sizeof packed;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_append (object->bytes, packed, stream.total_out);
  deflateEnd (&stream);
  g_assert_true (read_record (object, record, NULL));
  expect_identity (record);
  g_assert_cmpuint (record->dataset_offset, ==, begin);
}

static void
add_accession_issuer (Object *object, gboolean is_open)
{
  object_add_header (object, 0x00080051, "SQ", is_open ? UNDEFINED : 28);
  object_add_header (object, 0xFFFEE000, "", is_open ? UNDEFINED : 20);
  object_add_text (object, 0x00400031, "UT", "HOSPITAL");
  if (is_open) {
    object_add_header (object, 0xFFFEE00D, "", 0);
    object_add_header (object, 0xFFFEE0DD, "", 0);
  }
}

static void
test_accession_issuer (void)
{
  for (guint is_open = 0; is_open < 2; is_open++) {
    g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
    g_autoptr (NegObjectRecord) record = neg_object_record_new ();

    object_add_text (object, 0x00080018, "UI", "1.2.3.4");
    add_accession_issuer (object, is_open);
    object_add_text (object, 0x00080060, "CS", "CT");
    g_assert_true (read_record (object, record, NULL));
    g_assert_cmpstr (record->text[NEG_RECORD_ACCESSION_ISSUER], ==, "HOSPITAL");
    g_assert_cmpstr (record->text[NEG_RECORD_MODALITY], ==, "CT");
  }
}

/* Names in a character set, also where it is said after them. */
static void
test_charset (void)
{
  for (guint is_late = 0; is_late < 2; is_late++) {
    g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
    g_autoptr (NegObjectRecord) record = neg_object_record_new ();

    if (!is_late)
      object_add_text (object, 0x00080005, "CS", "ISO_IR 100");
    object_add_text (object, 0x00080018, "UI", "1.2.3.4");
    object_add_text (object, 0x00100010, "PN", "M\xFCller^J\xF6rg==");
    if (is_late)
      object_add_text (object, 0x00080005, "CS", "ISO_IR 100");
    g_assert_true (read_record (object, record, NULL));
    g_assert_cmpstr (record->text[NEG_RECORD_PATIENT_NAME], ==, "Müller^Jörg");
  }
}

/* The Roman set of JIS X 0201 has a yen sign where ASCII has a backslash: no short cut for it. */
static void
test_yen (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();

  object_add_text (object, 0x00080005, "CS", "ISO_IR 13");
  object_add_text (object, 0x00081030, "LO", "5\\ ~");
  g_assert_true (read_record (object, record, NULL));
  g_assert_cmpstr (record->text[NEG_RECORD_STUDY_DESCRIPTION], ==, "5¥ ‾");
}

static void
test_long_text (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_IMPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_autofree char *description = g_strnfill (6000, 'x');

  memcpy (description + NEG_RECORD_TEXT_BYTES_MAX - 1, "ü", 2);
  object_add_text (object, 0x00080005, "CS", "ISO_IR 192");
  object_add_text (object, 0x00081030, "LO", description);
  g_assert_true (read_record (object, record, NULL));
  g_assert_cmpuint (strlen (record->text[NEG_RECORD_STUDY_DESCRIPTION]), ==, NEG_RECORD_TEXT_BYTES_MAX - 1);
  g_assert_true (record->has_warnings);
}

static void
test_order (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();

  object_add_number (object, 0x00280100, 16);
  add_identity (object);
  object_add_text (object, 0x0020000D, "UI", "9.9.9");
  g_assert_true (read_record (object, record, NULL));
  expect_identity (record);
}

static void
test_cut (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();

  object_add_text (object, 0x00080018, "UI", "1.2.3.4");
  object_add_header (object, 0x00100010, "PN", 300);
  g_assert_true (read_record (object, record, NULL));
  g_assert_cmpstr (record->text[NEG_RECORD_SOP_INSTANCE_UID], ==, "1.2.3.4");
  g_assert_true (record->has_warnings);
  g_assert_null (record->text[NEG_RECORD_PATIENT_NAME]);
}

static void
test_nested (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_autoptr (GError) error = NULL;

  object_add_text (object, 0x00080018, "UI", "1.2.3.4");
  for (guint i = 0; i < 20000; i++) {
    object_add_header (object, 0x00081140, "SQ", UNDEFINED);
    object_add_header (object, 0xFFFEE000, "", UNDEFINED);
  }
  g_assert_false (read_record (object, record, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_NESTING);
}

static void
add_double (Object *object, guint32 tag, double number)
{
  guint8 bytes[8];
  guint64 bits;

  memcpy (&bits, &number, sizeof bits);
  for (guint i = 0; i < 8; i++)
    bytes[object->big_endian ? 7 - i : i] = (guint8) (bits >> 8 * i);
  object_add (object, tag, "FD", bytes, 8);
}

static void
add_item (Object *object, guint32 sequence, guint32 tag, const char *vr, const char *text)
{
  object_add_header (object, sequence, "SQ", UNDEFINED);
  object_add_header (object, 0xFFFEE000, "", UNDEFINED);
  object_add_text (object, tag, vr, text);
  object_add_header (object, 0xFFFEE00D, "", 0);
  object_add_header (object, 0xFFFEE0DD, "", 0);
}

static void
add_facts (Object *object, const char *padding_vr, gboolean is_signed)
{
  object_add_text (object, 0x00080005, "CS", "ISO_IR 100");
  object_add_text (object, 0x00080008, "CS", "ORIGINAL\\PRIMARY\\AXIAL");
  object_add_text (object, 0x00080018, "UI", "1.2.3.4");
  object_add_text (object, 0x00081070, "PN", "M\xFCller^T");
  add_item (object, 0x00081111, 0x00081155, "UI", "1.2.3.99");
  add_item (object, 0x00082218, 0x00080100, "SH", "T-15460");
  object_add_text (object, 0x00180060, "DS", "120");
  add_double (object, 0x00189345, 12.3);
  object_add_text (object, 0x00200032, "DS", "-1.5\\2\\3.25");
  object_add_number (object, 0x00280101, 12);
  object_add_number (object, 0x00280103, is_signed);
  object_add (object, 0x00280120, padding_vr, object->big_endian ? "\xF8\x30" : "\x30\xF8", 2);
  add_item (object, 0x00400275, 0x00400009, "SH", "STEP7");
  object_add_text (object, 0x00408302, "DS", "0.25");
  add_item (object, 0x00540220, 0x00080100, "SH", "R-10226");
  object_add_text (object, 0x00540400, "SH", "behind all");
}

static void
expect_facts (const NegObjectRecord *record, gboolean is_signed)
{
  g_assert_cmpstr (record->text[NEG_RECORD_CHARACTER_SET], ==, "ISO_IR 100");
  g_assert_cmpstr (record->text[NEG_RECORD_IMAGE_TYPE], ==, "ORIGINAL\\PRIMARY\\AXIAL");
  g_assert_cmpstr (record->text[NEG_RECORD_OPERATOR], ==, "Müller^T");
  g_assert_cmpstr (record->text[NEG_RECORD_PERFORMED_STEP_UID], ==, "1.2.3.99");
  g_assert_cmpstr (record->text[NEG_RECORD_REGION_CODE], ==, "T-15460");
  g_assert_cmpstr (record->text[NEG_RECORD_KVP], ==, "120");
  g_assert_cmpstr (record->text[NEG_RECORD_CTDI_VOL], ==, "12.3");
  g_assert_cmpstr (record->text[NEG_RECORD_IMAGE_POSITION], ==, "-1.5\\2\\3.25");
  g_assert_cmpstr (record->text[NEG_RECORD_BITS_STORED], ==, "12");
  g_assert_cmpstr (record->text[NEG_RECORD_PIXEL_PADDING], ==, is_signed ? "-2000" : "63536");
  g_assert_cmpstr (record->text[NEG_RECORD_REQUEST_STEP_ID], ==, "STEP7");
  g_assert_null (record->text[NEG_RECORD_REQUEST_PROCEDURE_ID]);
  g_assert_cmpstr (record->text[NEG_RECORD_ENTRANCE_DOSE], ==, "0.25");
  g_assert_cmpstr (record->text[NEG_RECORD_VIEW_CODE], ==, "R-10226");
  g_assert_false (record->has_warnings);
}

/* What says the pixels' sign where the VR does not. */
static void
test_facts (void)
{
  static const char *const syntaxes[] = { SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (syntaxes); i++) {
    g_autoptr (Object) object = object_new (syntaxes[i / 2]);
    g_autoptr (NegObjectRecord) record = neg_object_record_new ();
    gboolean is_signed = i % 2 == 1;

    add_facts (object, is_signed ? "SS" : "US", is_signed);
    g_assert_true (read_record (object, record, NULL));
    expect_facts (record, is_signed);
  }
}

/* Neither a number of no length nor one that is none is a fact. */
static void
test_bad_numbers (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();

  object_add (object, 0x00189345, "FD", "123", 3);
  object_add (object, 0x00280101, "US", "\0\0\0", 3);
  object_add_text (object, 0x00280103, "IS", "1");
  g_assert_true (read_record (object, record, NULL));
  g_assert_null (record->text[NEG_RECORD_CTDI_VOL]);
  g_assert_null (record->text[NEG_RECORD_BITS_STORED]);
  g_assert_cmpstr (record->text[NEG_RECORD_PIXEL_REPRESENTATION], ==, "1");
  g_assert_true (record->has_warnings);
}

/* Of sequences, too, the first counts, and what a nested one says is nobody's. */
static void
test_doubled_sequence (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();

  object_add_header (object, 0x00082218, "SQ", 0);
  add_item (object, 0x00082218, 0x00080100, "SH", "SECOND");
  object_add_header (object, 0x00540220, "SQ", UNDEFINED);
  object_add_header (object, 0xFFFEE000, "", UNDEFINED);
  add_item (object, 0x00540222, 0x00080100, "SH", "NESTED");
  object_add_header (object, 0xFFFEE00D, "", 0);
  object_add_header (object, 0xFFFEE0DD, "", 0);
  g_assert_true (read_record (object, record, NULL));
  g_assert_null (record->text[NEG_RECORD_REGION_CODE]);
  g_assert_null (record->text[NEG_RECORD_VIEW_CODE]);
}

/* Nothing behind what the index needs makes an object unreadable, and a document is not walked through. */
static void
test_behind (void)
{
  static const guint32 sequences[] = { 0x00400555, 0x0040A730 };

  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++) {
    g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
    g_autoptr (NegObjectRecord) record = neg_object_record_new ();

    add_identity (object);
    object_add_number (object, 0x00280101, 12);
    object_add_header (object, sequences[i], "SQ", UNDEFINED);
    object_add_header (object, 0x00080018, "UI", 4);
    g_assert_true (read_record (object, record, NULL));
    expect_identity (record);
    g_assert_cmpstr (record->text[NEG_RECORD_BITS_STORED], ==, "12");
    g_assert_cmpint (record->has_warnings, ==, i == 0);
  }
}

static void
expect_refused (const char *what, NegRecordField field, const char *uid)
{
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = NEG_RECORD_SOP_CLASS_UID; i <= NEG_RECORD_SERIES_UID; i++)
    neg_object_record_set (record, i, g_strdup ("1.2.03"));
  g_assert_true (neg_object_record_check (record, NULL));
  neg_object_record_set (record, field, g_strdup (uid));
  g_assert_false (neg_object_record_check (record, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_check (void)
{
  g_autofree char *too_long = g_strnfill (65, '1');

  expect_refused ("SOPClassUID is missing", NEG_RECORD_SOP_CLASS_UID, NULL);
  expect_refused ("StudyInstanceUID is no UID", NEG_RECORD_STUDY_UID, "../../x");
  expect_refused ("SeriesInstanceUID is no UID", NEG_RECORD_SERIES_UID, too_long);
}

static void
test_others (void)
{
  static const guint8 zeros[256] = { 0 };
  g_autoptr (Object) directory = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_autoptr (GError) no_object = NULL;
  g_autoptr (GError) error = NULL;
  NegSource source;

  object_add_text (directory, 0x00041130, "CS", "SET");
  g_assert_false (read_record (directory, record, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  neg_source_init_memory (&source, zeros, sizeof zeros);
  g_assert_false (neg_record_read (&source, record, &no_object));
  g_assert_error (no_object, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/doubled", test_doubled);
  g_test_add_func ("/record/encodings", test_encodings);
  g_test_add_func ("/record/deflated", test_deflated);
  g_test_add_func ("/record/accession-issuer", test_accession_issuer);
  g_test_add_func ("/record/charset", test_charset);
  g_test_add_func ("/record/yen", test_yen);
  g_test_add_func ("/record/long-text", test_long_text);
  g_test_add_func ("/record/order", test_order);
  g_test_add_func ("/record/cut", test_cut);
  g_test_add_func ("/record/nested", test_nested);
  g_test_add_func ("/record/facts", test_facts);
  g_test_add_func ("/record/bad-numbers", test_bad_numbers);
  g_test_add_func ("/record/doubled-sequence", test_doubled_sequence);
  g_test_add_func ("/record/behind", test_behind);
  g_test_add_func ("/record/check", test_check);
  g_test_add_func ("/record/others", test_others);
  return g_test_run ();
}
