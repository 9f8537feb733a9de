/* All elements of an object: what is written of them, values as text, names, what is private, nested, hostile. */
#include "config.h"

#include <string.h>

#include "build-object.h"
#include "engine/neg-dataset.h"
#include "engine/neg-tag-value.h"
#include "engine/neg-tags.h"

static NegTags *
list (Object *object)
{
  g_autoptr (GError) error = NULL;
  NegSource source;
  NegTags *tags;

  neg_source_init_memory (&source, object->bytes->data, object->bytes->len);
  tags = neg_tags_list (&source, &error);
  g_assert_no_error (error);
  return tags;
}

static const NegTag *
get (const NegTags *tags, guint32 number)
{
  for (guint i = 0; i < tags->tags->len; i++)
    if (g_array_index (tags->tags, NegTag, i).tag == number)
      return &g_array_index (tags->tags, NegTag, i);
  return NULL;
}

static void
add_common (Object *object)
{
  object_add_text (object, 0x00080005, "CS", "ISO_IR 100");
  object_add_text (object, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
  object_add_text (object, 0x00080018, "UI", "1.2.3.4");
  object_add_text (object, 0x00100010, "PN", "M\xFCller^Eva");
}

static void
test_common (void)
{
  static const char *const syntaxes[] = { SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG };

  for (guint i = 0; i < G_N_ELEMENTS (syntaxes); i++) {
    g_autoptr (Object) object = object_new (syntaxes[i]);
    g_autoptr (NegTags) tags = NULL;

    add_common (object);
    object_add_number (object, 0x00280010, 512);
    tags = list (object);
    g_assert_false (tags->is_cut);
    g_assert_cmpstr (tags->transfer_syntax_uid, ==, syntaxes[i]);
    g_assert_cmpstr (neg_tags_get (tags, "TransferSyntaxUID"), ==, syntaxes[i]);
    g_assert_cmpstr (neg_tags_get (tags, "PatientName"), ==, "Müller^Eva");
    g_assert_cmpstr (neg_tags_get (tags, "Rows"), ==, "512");
    g_assert_cmpstr (get (tags, 0x00100010)->name, ==, "Patient Name");
    g_assert_cmpstr (get (tags, 0x00100010)->vr, ==, "PN");
    g_assert_cmpuint (get (tags, 0x00100010)->length, ==, 10);
    g_assert_cmpuint (get (tags, 0x00280010)->vm_max, ==, 1);
  }
}

static void
test_lengths_as_written (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegTags) tags = NULL;

  add_common (object);
  object_add (object, 0x00100020, "LO", "ODD", 3);
  object_add_header (object, 0x00400275, "SQ", UNDEFINED);
  object_add_header (object, 0xFFFEE000, "", 10);
  object_add (object, 0x00400009, "SH", "ID", 2);
  object_add_header (object, 0xFFFEE0DD, "", 0);
  tags = list (object);
  g_assert_cmpuint (get (tags, 0x00100020)->length, ==, 3);
  g_assert_cmpuint (get (tags, 0x00400275)->length, ==, UNDEFINED);
  g_assert_cmpuint (get (tags, 0xFFFEE000)->length, ==, 10);
  g_assert_cmpstr (neg_tags_get (tags, "RequestAttributesSequence[0].ScheduledProcedureStepID"), ==, "ID");
  g_assert_false (tags->is_cut);
}

static void
test_private (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_IMPLICIT);
  g_autoptr (NegTags) tags = NULL;

  add_common (object);
  object_add_text (object, 0x00290010, "LO", "SIEMENS CM VA0  CMS");
  object_add_text (object, 0x00291010, "LT", "style");
  object_add_text (object, 0x00310010, "LO", "NOBODY KNOWS");
  object_add_text (object, 0x00311010, "LO", "printable");
  object_add (object, 0x00311011, "OB", "\1\2\3\4", 4);
  tags = list (object);
  g_assert_cmpstr (get (tags, 0x00291010)->creator, ==, "SIEMENS CM VA0  CMS");
  g_assert_cmpstr (get (tags, 0x00291010)->name, ==, "Window Style");
  g_assert_cmpstr (get (tags, 0x00291010)->keyword, ==, "");
  g_assert_cmpstr (get (tags, 0x00291010)->vr, ==, "LT");
  g_assert_cmpstr (get (tags, 0x00290010)->keyword, ==, "");
  g_assert_cmpstr (get (tags, 0x00290010)->name, ==, "Private Creator");
  g_assert_cmpstr (get (tags, 0x00311010)->vr, ==, "??");
  g_assert_cmpstr (get (tags, 0x00311010)->value, ==, "printable");
  g_assert_cmpstr (get (tags, 0x00311010)->creator, ==, "NOBODY KNOWS");
  g_assert_cmpstr (get (tags, 0x00311011)->value, ==, "");
}

/* What the engine lists, the window takes, however long and odd the name is. */
static void
test_long_creator (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (GByteArray) sent = g_byte_array_new ();
  g_autoptr (NegTags) tags = NULL;
  g_autoptr (NegTags) taken = NULL;
  guint8 odd[300];
  NegReader reader;

  memset (odd, 0xFF, sizeof odd); /* three bytes of UTF-8 each */
  add_common (object);
  object_add (object, 0x00290010, "UN", odd, sizeof odd);
  object_add (object, 0x00310010, "LO", odd, sizeof odd);
  object_add_text (object, 0x00311001, "LO", "a");
  tags = list (object);
  g_assert_cmpuint (strlen (get (tags, 0x00311001)->creator), >, NEG_TAGS_NAME_BYTES_MAX - 3);
  neg_tags_write (tags, sent);
  neg_reader_init (&reader, sent->data, sent->len);
  taken = neg_tags_read (&reader, NULL);
  g_assert_nonnull (taken);
  g_assert_cmpstr (get (taken, 0x00311001)->creator, ==, get (tags, 0x00311001)->creator);
}

static void
test_numbers (void)
{
  static const double reals[] = { 0.1, -2.5 };
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegTags) tags = NULL;
  const float single = 0.1f;
  const gint16 negative = -7;

  add_common (object);
  object_add (object, 0x00189345, "FD", reals, sizeof reals);
  object_add (object, 0x00189306, "FL", &single, sizeof single);
  object_add (object, 0x00280106, "SS", &negative, sizeof negative);
  object_add (object, 0x00280009, "AT", "\x18\x00\x63\x10", 4);
  object_add (object, 0x00281101, "US", "\1\0\2\0\3", 5);
  tags = list (object);
  g_assert_cmpstr (get (tags, 0x00189345)->value, ==, "0.1\\-2.5");
  g_assert_cmpstr (get (tags, 0x00189306)->value, ==, "0.1");
  g_assert_cmpstr (get (tags, 0x00280106)->value, ==, "-7");
  g_assert_cmpstr (get (tags, 0x00280009)->value, ==, "(0018,1063)");
  g_assert_cmpstr (get (tags, 0x00281101)->value, ==, "1\\2");
}

/* In implicit VR, Pixel Representation decides the sign. */
static void
test_sign (void)
{
  for (guint16 is_signed = 0; is_signed < 2; is_signed++) {
    g_autoptr (Object) object = object_new (SYNTAX_IMPLICIT);
    g_autoptr (NegTags) tags = NULL;

    add_common (object);
    object_add_number (object, 0x00280103, is_signed);
    object_add_number (object, 0x00280106, 0xFFFF);
    tags = list (object);
    g_assert_cmpstr (get (tags, 0x00280106)->value, ==, is_signed ? "-1" : "65535");
    g_assert_cmpstr (get (tags, 0x00280106)->vr, ==, is_signed ? "SS" : "US");
    g_assert_cmpstr (get (tags, 0x00280106)->dictionary_vr, ==, "xs");
  }
}

static void
test_long_value (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegTags) tags = NULL;
  g_autofree char *text = g_strnfill (9000, '\xE4');

  add_common (object);
  object_add (object, 0x00104000, "LT", text, 9000);
  tags = list (object);
  g_assert_true (get (tags, 0x00104000)->has_more);
  g_assert_cmpuint (strlen (get (tags, 0x00104000)->value), ==, NEG_TAGS_VALUE_BYTES_MAX);
  g_assert_true (g_utf8_validate (get (tags, 0x00104000)->value, -1, NULL));
}

/* An item may have a character set of its own; around it the outer one counts. */
static void
test_charset_of_item (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegTags) tags = NULL;

  add_common (object);
  object_add_header (object, 0x00101002, "SQ", UNDEFINED);
  object_add_header (object, 0xFFFEE000, "", UNDEFINED);
  object_add_text (object, 0x00080005, "CS", "ISO_IR 192");
  object_add_text (object, 0x00100020, "LO", "Ä");
  object_add_header (object, 0xFFFEE00D, "", 0);
  object_add_header (object, 0xFFFEE000, "", UNDEFINED);
  object_add_text (object, 0x00100020, "LO", "\xC4");
  object_add_header (object, 0xFFFEE00D, "", 0);
  object_add_header (object, 0xFFFEE0DD, "", 0);
  tags = list (object);
  g_assert_cmpstr (neg_tags_get (tags, "OtherPatientIDsSequence[0].PatientID"), ==, "Ä");
  g_assert_cmpstr (neg_tags_get (tags, "OtherPatientIDsSequence[1].PatientID"), ==, "Ä");
}

/* An item as unknown bytes: its content when it is one, the bytes' own row when it only looks like it. */
static void
test_unknown_sequence (void)
{
  static const guint8 items[] = { 0xFE, 0xFF, 0x00, 0xE0, 0x0A, 0, 0, 0, 0x40, 0, 0x09, 0, 2, 0, 0, 0, 'I', 'D' };
  static const guint8 broken[] = { 0xFE, 0xFF, 0x00, 0xE0, 0x0A, 0, 0, 0, 0x40, 0, 0x09, 0, 99, 0, 0, 0, 'I', 'D' };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
    g_autoptr (NegTags) tags = NULL;

    add_common (object);
    object_add (object, 0x00400275, "UN", i == 0 ? items : broken, sizeof items);
    object_add_text (object, 0x00400555, "SH", "behind");
    tags = list (object);
    g_assert_cmpstr (get (tags, 0x00400275)->vr, ==, "UN");
    g_assert_cmpstr (get (tags, 0x00400275)->dictionary_vr, ==, "SQ");
    g_assert_cmpint (get (tags, 0x00400275)->kind, ==, i == 0 ? NEG_TAG_KIND_SEQUENCE : NEG_TAG_KIND_ELEMENT);
    g_assert_cmpstr (neg_tags_get (tags, "RequestAttributesSequence[0].ScheduledProcedureStepID"), ==,
                     i == 0 ? "ID" : NULL);
    g_assert_cmpstr (get (tags, 0x00400555)->value, ==, "behind");
    g_assert_false (tags->is_cut);
  }
}

static void
add_open_sequences (Object *object, guint n, const char *vr)
{
  for (guint i = 0; i < n; i++) {
    object_add_header (object, 0x0040A730, i > 0 && vr[0] == 'U' ? "" : vr, UNDEFINED);
    object_add_header (object, 0xFFFEE000, "", UNDEFINED);
  }
}

static void
test_deep (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegTags) tags = NULL;
  guint deepest = 0;

  add_common (object);
  add_open_sequences (object, 60, "SQ");
  for (guint i = 0; i < 60; i++) {
    object_add_header (object, 0xFFFEE00D, "", 0);
    object_add_header (object, 0xFFFEE0DD, "", 0);
  }
  tags = list (object);
  for (guint i = 0; i < tags->tags->len; i++)
    deepest = MAX (deepest, g_array_index (tags->tags, NegTag, i).depth);
  g_assert_cmpuint (deepest, ==, 119);
  g_assert_false (tags->is_cut);
}

/* What the scanner does not enter can be nested without end: unknown bytes that are items of unknown bytes. */
static void
test_hostile_nesting (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (NegTags) tags = NULL;

  for (guint i = 0; i < 2000; i++) {
    const guint32 inner = bytes->len;
    const guint32 item[] = { GUINT32_TO_LE (0xE000FFFE), GUINT32_TO_LE (inner + 8), GUINT32_TO_LE (0xA7300040),
                             GUINT32_TO_LE (inner) };

    if (i == 0)
      g_byte_array_append (bytes, (const guint8 *) "\xFE\xFF\x00\xE0\x00\x00\x00\x00", 8);
    else
      g_byte_array_prepend (bytes, (const guint8 *) item, sizeof item);
  }
  add_common (object);
  object_add (object, 0x0040A730, "UN", bytes->data, bytes->len);
  object_add_text (object, 0x00400555, "SH", "behind");
  tags = list (object);
  g_assert_cmpint (get (tags, 0x0040A730)->kind, ==, NEG_TAG_KIND_ELEMENT);
  g_assert_cmpstr (neg_tags_get (tags, "00400555"), ==, "behind");
}

static void
test_pixels_and_behind (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegTags) tags = NULL;

  add_common (object);
  object_add_image (object, 4, 4, 8);
  object_add_zeros (object, 0x7FE00010, "OB", 16);
  object_add_zeros (object, 0xFFFCFFFC, "OB", 32);
  tags = list (object);
  g_assert_cmpuint (get (tags, 0x7FE00010)->length, ==, 16);
  g_assert_cmpstr (get (tags, 0x7FE00010)->value, ==, "");
  g_assert_cmpstr (get (tags, 0x7FE00010)->keyword, ==, "PixelData");
  g_assert_cmpuint (get (tags, 0xFFFCFFFC)->length, ==, 32);
  g_assert_false (tags->is_cut);
}

static void
test_cut (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegTags) tags = NULL;

  add_common (object);
  object_add_header (object, 0x00100020, "LO", 200);
  tags = list (object);
  g_assert_true (tags->is_cut);
  g_assert_cmpstr (neg_tags_get (tags, "SOPInstanceUID"), ==, "1.2.3.4");
}

/* DCMTK takes the first; a person sees both. */
static void
test_doubled (void)
{
  g_autoptr (Object) object = object_new (SYNTAX_EXPLICIT);
  g_autoptr (NegTags) tags = NULL;
  guint n = 0;

  add_common (object);
  object_add_text (object, 0x00100010, "PN", "Somebody^Else");
  tags = list (object);
  for (guint i = 0; i < tags->tags->len; i++)
    n += g_array_index (tags->tags, NegTag, i).tag == 0x00100010;
  g_assert_cmpuint (n, ==, 2);
}

static void
test_names (void)
{
  static const char *const names[][2] = {
    { "PatientName", "Patient Name" }, { "SOPInstanceUID", "SOP Instance UID" }, { "KVP", "KVP" },
    { "CTDIvol", "CTDIvol" }, { "ReferencedSOPInstanceUIDInFile", "Referenced SOP Instance UID In File" },
    { "OtherPatientIDs", "Other Patient IDs" }, { "OtherPatientIDsSequence", "Other Patient IDs Sequence" }, { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *name = neg_tag_name_from_keyword (names[i][0]);

    g_assert_cmpstr (name, ==, names[i][1]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (neg_dataset_preload (NULL));
  g_test_add_func ("/tag-list/common", test_common);
  g_test_add_func ("/tag-list/lengths-as-written", test_lengths_as_written);
  g_test_add_func ("/tag-list/private", test_private);
  g_test_add_func ("/tag-list/long-creator", test_long_creator);
  g_test_add_func ("/tag-list/numbers", test_numbers);
  g_test_add_func ("/tag-list/sign", test_sign);
  g_test_add_func ("/tag-list/long-value", test_long_value);
  g_test_add_func ("/tag-list/charset-of-item", test_charset_of_item);
  g_test_add_func ("/tag-list/unknown-sequence", test_unknown_sequence);
  g_test_add_func ("/tag-list/deep", test_deep);
  g_test_add_func ("/tag-list/hostile-nesting", test_hostile_nesting);
  g_test_add_func ("/tag-list/pixels-and-behind", test_pixels_and_behind);
  g_test_add_func ("/tag-list/cut", test_cut);
  g_test_add_func ("/tag-list/doubled", test_doubled);
  g_test_add_func ("/tag-list/names", test_names);
  return g_test_run ();
}
