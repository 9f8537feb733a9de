/* The list of elements: paths, the way over the wire and what is refused there, what says who the patient is. */
#include "config.h"

#include "base/neg-error.h"
#include "wire/neg-tags.h"

static NegTag *
add (NegTags *tags, NegTagKind kind, guint depth, guint32 tag, const char *vr, const char *keyword, const char *value)
{
  NegTag added = { .kind = kind, .depth = depth, .tag = tag, .length = 8, .name = g_strdup (keyword),
                   .keyword = g_strdup (keyword), .creator = g_strdup (""), .value = g_strdup (value), .vm_max = 1 };

  g_strlcpy (added.vr, vr, sizeof added.vr);
  g_strlcpy (added.dictionary_vr, vr, sizeof added.dictionary_vr);
  g_array_append_val (tags->tags, added);
  return &g_array_index (tags->tags, NegTag, tags->tags->len - 1);
}

static void
add_item (NegTags *tags, guint depth, guint number)
{
  add (tags, NEG_TAG_KIND_ITEM, depth, 0xFFFEE000, "", "", "")->number = number;
}

static NegTags *
new_tags (void)
{
  NegTags *tags = neg_tags_new ();

  tags->transfer_syntax_uid = g_strdup ("1.2.840.10008.1.2.1");
  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00080016, "UI", "SOPClassUID", "1.2.840.10008.5.1.4.1.1.2");
  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00080018, "UI", "SOPInstanceUID", "1.2.3");
  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00100010, "PN", "PatientName", "Äpfel^Eva")->has_more = TRUE;
  add (tags, NEG_TAG_KIND_SEQUENCE, 0, 0x00400275, "SQ", "RequestAttributesSequence", "")->length = G_MAXUINT32;
  add_item (tags, 1, 1);
  add (tags, NEG_TAG_KIND_ELEMENT, 2, 0x00400009, "SH", "ScheduledProcedureStepID", "ONE");
  add_item (tags, 1, 2);
  add (tags, NEG_TAG_KIND_SEQUENCE, 2, 0x00400008, "SQ", "ScheduledProtocolCodeSequence", "");
  add_item (tags, 3, 1);
  add (tags, NEG_TAG_KIND_ELEMENT, 4, 0x00080100, "SH", "CodeValue", "INNER");
  add (tags, NEG_TAG_KIND_ELEMENT, 2, 0x00400009, "SH", "ScheduledProcedureStepID", "TWO");
  add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00400009, "SH", "ScheduledProcedureStepID", "OUTER");
  return tags;
}

static void
test_path (void)
{
  g_autoptr (NegTags) tags = new_tags ();

  g_assert_cmpstr (neg_tags_get (tags, "PatientName"), ==, "Äpfel^Eva");
  g_assert_cmpstr (neg_tags_get (tags, "00100010"), ==, "Äpfel^Eva");
  g_assert_cmpstr (neg_tags_get (tags, "ScheduledProcedureStepID"), ==, "OUTER");
  g_assert_cmpstr (neg_tags_get (tags, "RequestAttributesSequence[0].ScheduledProcedureStepID"), ==, "ONE");
  g_assert_cmpstr (neg_tags_get (tags, "00400275[1].00400009"), ==, "TWO");
  g_assert_cmpstr (neg_tags_get (tags, "RequestAttributesSequence[1].ScheduledProtocolCodeSequence[0].CodeValue"), ==,
                   "INNER");
  g_assert_cmpint (neg_tags_find (tags, "RequestAttributesSequence")->kind, ==, NEG_TAG_KIND_SEQUENCE);
}

static void
test_no_path (void)
{
  static const char *const paths[] = {
    "",  "[",  ".", "Nobody", "0010001", "PatientName[0]", "PatientName[0].CodeValue", "PatientName.CodeValue",
    "RequestAttributesSequence[2].ScheduledProcedureStepID", "RequestAttributesSequence[0].CodeValue",
    "RequestAttributesSequence[-1].ScheduledProcedureStepID", "RequestAttributesSequence[0]ScheduledProcedureStepID",
    "RequestAttributesSequence[99999999999999999999].CodeValue", "RequestAttributesSequence[0", "CodeValue",
  };
  g_autoptr (NegTags) tags = new_tags ();

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_null (neg_tags_get (tags, paths[i]));
}

static NegTags *
send (const NegTags *tags, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NegReader reader;

  neg_tags_write (tags, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  return neg_tags_read (&reader, error);
}

static void
test_wire (void)
{
  g_autoptr (NegTags) tags = new_tags ();
  g_autoptr (NegTags) copy = NULL;
  g_autoptr (GError) error = NULL;

  tags->is_cut = TRUE;
  copy = send (tags, &error);
  g_assert_no_error (error);
  g_assert_true (copy->is_cut);
  g_assert_cmpstr (copy->transfer_syntax_uid, ==, tags->transfer_syntax_uid);
  g_assert_cmpuint (copy->tags->len, ==, tags->tags->len);
  for (guint i = 0; i < tags->tags->len; i++) {
    const NegTag *a = &g_array_index (tags->tags, NegTag, i);
    const NegTag *b = &g_array_index (copy->tags, NegTag, i);

    g_assert_true (a->kind == b->kind && a->depth == b->depth && a->tag == b->tag && a->number == b->number);
    g_assert_true (a->length == b->length && a->has_more == b->has_more && a->vm_max == b->vm_max);
    g_assert_cmpstr (a->vr, ==, b->vr);
    g_assert_cmpstr (a->value, ==, b->value);
    g_assert_cmpstr (a->keyword, ==, b->keyword);
  }
}

static void
assert_refused (const NegTags *tags)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (send (tags, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
}

/* What is no tree, or is longer than anything may be. */
static void
test_refused (void)
{
  for (guint i = 0; i < 6; i++) {
    g_autoptr (NegTags) tags = new_tags ();
    NegTag *last;

    if (i == 0)
      add (tags, NEG_TAG_KIND_ELEMENT, 2, 1, "LO", "", ""); /* in nothing */
    else if (i == 1)
      add_item (tags, 0, 1);
    else if (i == 2)
      add (tags, NEG_TAG_KIND_ELEMENT, 1, 1, "LO", "", "");
    else if (i == 3)
      add_item (tags, 1, 1); /* in no sequence */
    else if (i == 4)
      add (tags, NEG_TAG_KIND_ELEMENT, 0, 1, "L\x01", "", "");
    last = &g_array_index (tags->tags, NegTag, tags->tags->len - 1);
    if (i == 5) {
      g_free (last->value);
      last->value = g_strnfill (NEG_TAGS_VALUE_BYTES_MAX + 1, 'x');
    }
    assert_refused (tags);
  }
}

static void
test_cut_bytes (void)
{
  g_autoptr (NegTags) tags = new_tags ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  neg_tags_write (tags, bytes);
  for (guint length = 0; length < bytes->len; length++) {
    g_autofree guint8 *part = g_memdup2 (bytes->data, length);
    g_autoptr (NegTags) read = NULL;
    NegReader reader;

    neg_reader_init (&reader, part, length);
    read = neg_tags_read (&reader, NULL);
    g_assert_null (read);
  }
}

static gboolean
is_identifying (guint32 number, const char *vr, const char *value)
{
  g_autoptr (NegTags) tags = neg_tags_new ();

  return neg_tag_is_identifying (add (tags, NEG_TAG_KIND_ELEMENT, 0, number, vr, "", value));
}

static void
test_identifying (void)
{
  g_assert_true (is_identifying (0x00100010, "PN", "A"));
  g_assert_true (is_identifying (0x00100020, "LO", "A"));
  g_assert_true (is_identifying (0x00100020, "UN", "A"));
  g_assert_true (is_identifying (0x00080050, "SH", "A"));
  g_assert_true (is_identifying (0x00080020, "DA", "20200101"));
  g_assert_true (is_identifying (0x00100040, "CS", "F"));
  g_assert_true (is_identifying (0x00080080, "LO", "HOSPITAL"));
  g_assert_true (is_identifying (0x0020000D, "UI", "1.2.3"));
  g_assert_true (is_identifying (0x0040A160, "UT", "a report"));
  g_assert_true (is_identifying (0x0040A123, "PN", "A"));
  g_assert_true (is_identifying (0x00091001, "LO", "private"));
  g_assert_true (is_identifying (0x00090010, "LO", "VENDOR"));
  g_assert_true (is_identifying (0xFFFCFFFC, "OB", ""));

  g_assert_false (is_identifying (0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"));
  g_assert_false (is_identifying (0x00080060, "CS", "CT"));
  g_assert_false (is_identifying (0x00280010, "US", "512"));
  g_assert_false (is_identifying (0x00180050, "DS", "1.25"));
  g_assert_false (is_identifying (0x00280030, "DS", "1\\1"));
}

/* A name hidden behind another VR is one by the dictionary. */
static void
test_identifying_other_vr (void)
{
  g_autoptr (NegTags) tags = neg_tags_new ();
  NegTag *tag = add (tags, NEG_TAG_KIND_ELEMENT, 0, 0x00081048, "PN", "PhysiciansOfRecord", "A");

  g_strlcpy (tag->vr, "LO", sizeof tag->vr);
  g_assert_true (neg_tag_is_identifying (tag));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tags/path", test_path);
  g_test_add_func ("/tags/no-path", test_no_path);
  g_test_add_func ("/tags/wire", test_wire);
  g_test_add_func ("/tags/refused", test_refused);
  g_test_add_func ("/tags/cut-bytes", test_cut_bytes);
  g_test_add_func ("/tags/identifying", test_identifying);
  g_test_add_func ("/tags/identifying-other-vr", test_identifying_other_vr);
  return g_test_run ();
}
