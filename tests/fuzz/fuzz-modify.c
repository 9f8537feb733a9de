/* Other versions of objects: whatever the object is, what is written is an object that reads as it should; and what is read of
 * requests and answers. */
#include "neg-fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "build-object.h"
#include "engine/neg-modify.h"
#include "engine/neg-scanner-private.h"

#define OLD_UID "1.2.3.4"
#define NEW_UID "2.25.11"

static const char *const syntaxes[] = { SYNTAX_IMPLICIT, SYNTAX_EXPLICIT, SYNTAX_BIG, SYNTAX_DEFLATED };
static const char *const charsets[] = { "", "ISO_IR 100", "ISO_IR 192", "ISO_IR 13", "ISO 2022 IR 6\\ISO 2022 IR 87" };

/* A small dictionary in place of DCMTK's. */
static const struct {
  guint32 tag;
  const char *vr, *keyword;
} known[] = {
  { 0x00080005, "CS", "SpecificCharacterSet" },     { 0x00080018, "UI", "SOPInstanceUID" },
  { 0x00080050, "SH", "AccessionNumber" },          { 0x00080070, "LO", "Manufacturer" },
  { 0x00080100, "SH", "CodeValue" },                { 0x00080102, "SH", "CodingSchemeDesignator" },
  { 0x00080104, "LO", "CodeMeaning" },              { 0x00081010, "SH", "StationName" },
  { 0x00081070, "PN", "OperatorsName" },            { 0x00081155, "UI", "ReferencedSOPInstanceUID" },
  { 0x00082218, "SQ", "AnatomicRegionSequence" },   { 0x00100010, "PN", "PatientName" },
  { 0x00100020, "LO", "PatientID" },                { 0x0018A001, "SQ", "ContributingEquipmentSequence" },
  { 0x00400275, "SQ", "RequestAttributesSequence" }, { 0x04000550, "SQ", "ModifiedAttributesSequence" },
  { 0x04000561, "SQ", "OriginalAttributesSequence" },
};

static gboolean
find (const char *keyword, guint32 *tag)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].keyword, keyword) == 0) {
      *tag = known[i].tag;
      return TRUE;
    }
  return FALSE;
}

static const char *
get_vr (guint32 tag)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i].tag == tag)
      return known[i].vr;
  return "";
}

static const NegDictionary dictionary = { find, get_vr };

/* What is UN is Implicit VR Little Endian inside. */
static void
add_nested (Object *object, guint depth, gboolean is_known)
{
  const Object outside = *object;

  if (depth == 0) {
    object_add_text (object, 0x00081155, "UI", OLD_UID);
    object_add_text (object, 0x00100010, "PN", "Y\x1B$B;3ED\x1B(B^\xFC=\xE4\xB8\xAD");
    return;
  }
  object_add_header (object, 0x00400275, is_known ? "SQ" : "UN", UNDEFINED);
  if (!is_known && !object->implicit_vr) {
    object->implicit_vr = TRUE;
    object->big_endian = FALSE;
  }
  object_add_header (object, 0xFFFEE000, "", UNDEFINED);
  add_nested (object, depth - 1, is_known);
  object_add_header (object, 0xFFFEE00D, "", 0);
  object_add_header (object, 0xFFFEE0DD, "", 0);
  object->implicit_vr = outside.implicit_vr;
  object->big_endian = outside.big_endian;
}

static void
deflate_from (GByteArray *bytes, guint start)
{
  guint8 room[4096];
  z_stream stream = { .next_in = bytes->data + start, .avail_in = bytes->len - start, .next_out = room,
                      .avail_out = sizeof room };

  g_assert_cmpint (deflateInit2 (&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (bytes, start);
  g_byte_array_append (bytes, room, sizeof room - stream.avail_out);
  deflateEnd (&stream);
}

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  const char *syntax = syntaxes[g_rand_int_range (random, 0, G_N_ELEMENTS (syntaxes))];
  g_autoptr (Object) object = object_new (syntax);
  const guint start = object->bytes->len;

  object_add_text (object, 0x00080005, "CS", charsets[g_rand_int_range (random, 0, G_N_ELEMENTS (charsets))]);
  object_add_text (object, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7");
  object_add_text (object, 0x00080018, "UI", OLD_UID);
  object_add_header (object, 0x00082218, "SQ", 25);
  object_add_header (object, 0xFFFEE000, "", 17);
  object_add_text (object, 0x00080104, "LT", "Sch\xE4" "del  ");
  object_add_text (object, 0x00100010, "PN", "Lamp^Ada");
  object_add_text (object, 0x00100020, "LO", "1");
  add_nested (object, g_rand_int_range (random, 0, 8), g_rand_boolean (random));
  object_add_zeros (object, 0x04000561, g_rand_boolean (random) ? "SQ" : "UN", 0);
  object_add_image (object, 4, 4, 8);
  object_add_zeros (object, 0x7FE00010, "OW", 16);
  if (g_rand_boolean (random))
    object_add_zeros (object, 0xFFFCFFFC, "OB", 6);
  if (strcmp (syntax, SYNTAX_DEFLATED) == 0)
    deflate_from (object->bytes, start);
  return g_byte_array_ref (object->bytes);
}

static NegModify *
make_request (guint which)
{
  g_autoptr (NegModify) made = neg_modify_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NegReader reader;

  neg_modify_map (made, OLD_UID, NEW_UID);
  neg_modify_add (made, NEG_EDIT_SET, "PatientName", which % 2 != 0 ? "\xD0\x9B\xD0\xB0^\xE5\xB1\xB1" : "Lamp^Eva");
  neg_modify_add (made, NEG_EDIT_SET, "PatientID", "X-77");
  if (which % 4 >= 2) {
    neg_modify_add (made, NEG_EDIT_SET, "RequestAttributesSequence[0].AccessionNumber", "A");
    neg_modify_add (made, NEG_EDIT_CODE, "AnatomicRegionSequence", "1\\99X\\Head");
    neg_modify_add (made, NEG_EDIT_REMOVE, "RequestAttributesSequence[0].PatientName", NULL);
  }
  made->keeps_originals = which % 8 >= 4;
  made->user = g_strdup ("Tech");
  made->system = g_strdup ("SYSTEM");
  made->datetime = g_strdup ("20261122");
  made->reason_code = g_strdup ("CORRECT");
  neg_modify_write (made, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  return neg_modify_read (&reader, NULL);
}

static guint64
get_size (int fd)
{
  struct stat status;

  g_assert_cmpint (fstat (fd, &status), ==, 0);
  return status.st_size;
}

/* Where elements are in another encoding than the transfer syntax says, the first few of them decide how they are read, and
 * there are others now. */
static gboolean
is_guessed (const NegLayout *layout)
{
  NegEncoding encoding;
  NegCodec codec;

  return !neg_scan_lookup_syntax (layout->transfer_syntax_uid, &encoding, &codec)
         || (layout->encapsulated
             && (encoding.implicit_vr != layout->implicit_vr || encoding.big_endian != layout->big_endian));
}

/* What was written is what the answer says, and has nothing left to change. */
static void
check_version (int fd, const NegLayout *old, const NegModified *modified, NegModify *request)
{
  g_auto (NegLayout) layout = { 0 };
  NegModified again;
  NegSource source;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (get_size (fd), ==, modified->bytes);
  g_assert_true (modified->pixel_offset <= modified->bytes
                 && modified->pixel_bytes <= modified->bytes - modified->pixel_offset);
  if (is_guessed (old))
    return;
  neg_source_init_fd (&source, fd, 0, modified->bytes);
  neg_scan (&source, &layout, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (layout.pixel_tag, ==, old->pixel_tag);
  g_assert_cmpuint (layout.n_fragments, ==, old->n_fragments);
  g_assert_cmpuint (layout.pixels.length, ==, old->pixels.length);
  request->keeps_originals = FALSE;
  if (neg_modify_object (&source, &layout, request, &dictionary, -1, &again, &error))
    g_assert_false (again.is_changed);
  neg_source_clear (&source);
}

static void
fuzz_object (const uint8_t *data, size_t size)
{
  g_autoptr (NegModify) request = make_request (data[size - 1] + size);
  g_auto (NegLayout) layout = { 0 };
  NegModified modified;
  NegSource source;
  int fd;

  neg_source_init_memory (&source, data, size);
  if (!neg_scan (&source, &layout, NULL))
    return;
  fd = memfd_create ("version", MFD_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  if (neg_modify_object (&source, &layout, request, &dictionary, fd, &modified, NULL) && modified.is_changed)
    check_version (fd, &layout, &modified, request);
  close (fd);
}

static void
fuzz_messages (const uint8_t *data, size_t size)
{
  g_autoptr (NegModify) request = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NegModified modified;
  NegReader reader;

  neg_reader_init (&reader, data, size);
  request = neg_modify_read (&reader, NULL);
  if (request != NULL) {
    neg_modify_write (request, bytes);
    g_assert_cmpmem (bytes->data, bytes->len, data, reader.position);
  }
  neg_reader_init (&reader, data, size);
  g_byte_array_set_size (bytes, 0);
  if (neg_modified_read (&modified, &reader, NULL)) {
    neg_modified_write (&modified, bytes);
    g_assert_cmpmem (bytes->data, bytes->len, data, reader.position);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  fuzz_object (data, size);
  fuzz_messages (data, size);
  return 0;
}
