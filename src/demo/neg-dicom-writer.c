#include "config.h"

#include "demo/neg-dicom-writer.h"

#include <string.h>

#include "base/neg-bytes.h"
#include "base/neg-error.h"

#define ITEM_TAG 0xfffee000
#define SEQUENCE_END_TAG 0xfffee0dd
#define PIXEL_DATA_TAG 0x7fe00010
#define UNDEFINED_LENGTH 0xffffffff
#define PREAMBLE_BYTES 128

typedef struct {
  guint32 tag;
  char vr[3];
  gboolean encapsulated;
  GByteArray *value;
} Element;

struct _NegDicomWriter {
  GPtrArray *elements;
  char *failure; /* the first */
};

/* The text VRs (PS3.5 6.2): characters of one value at most, and what pads. */
static const struct {
  char vr[3];
  guint length_max;
  char padding;
} text_vrs[] = {
  { "AE", 16, ' ' },   { "AS", 4, ' ' },    { "CS", 16, ' ' },    { "DA", 8, ' ' },  { "DS", 16, ' ' },
  { "DT", 26, ' ' },   { "IS", 12, ' ' },   { "LO", 64, ' ' },    { "LT", 10240, ' ' }, { "PN", 3 * 64 + 2, ' ' },
  { "SH", 16, ' ' },   { "ST", 1024, ' ' }, { "TM", 16, ' ' },    { "UI", 64, '\0' },
};

static void
element_free (gpointer data)
{
  Element *element = data;

  g_byte_array_unref (element->value);
  g_free (element);
}

NegDicomWriter *
neg_dicom_writer_new (void)
{
  NegDicomWriter *writer = g_new0 (NegDicomWriter, 1);

  writer->elements = g_ptr_array_new_with_free_func (element_free);
  return writer;
}

void
neg_dicom_writer_free (NegDicomWriter *writer)
{
  if (writer == NULL)
    return;
  g_ptr_array_unref (writer->elements);
  g_free (writer->failure);
  g_free (writer);
}

static void
latch (NegDicomWriter *writer, guint32 tag, const char *what)
{
  if (writer->failure == NULL)
    writer->failure = g_strdup_printf ("(%04x,%04x): %s", tag >> 16, tag & 0xffff, what);
}

static Element *
find (NegDicomWriter *writer, guint32 tag)
{
  for (guint i = 0; i < writer->elements->len; i++) {
    Element *element = g_ptr_array_index (writer->elements, i);

    if (element->tag == tag)
      return element;
  }
  return NULL;
}

static GByteArray *
add (NegDicomWriter *writer, guint32 tag, const char *vr)
{
  Element *element = g_new0 (Element, 1);

  if (find (writer, tag) != NULL)
    latch (writer, tag, "given twice");
  element->tag = tag;
  element->value = g_byte_array_new ();
  g_strlcpy (element->vr, vr, sizeof element->vr);
  g_ptr_array_add (writer->elements, element);
  return element->value;
}

/* LT and ST have no several values: there a backslash is a letter. */
static gboolean
fits (const char *text, const char *vr, guint length_max)
{
  g_auto (GStrv) values = NULL;

  if (vr[1] == 'T' && vr[0] != 'D')
    return g_utf8_strlen (text, -1) <= length_max;
  values = g_strsplit (text, "\\", -1);
  for (guint i = 0; values[i] != NULL; i++)
    if (g_utf8_strlen (values[i], -1) > length_max)
      return FALSE;
  return TRUE;
}

void
neg_dicom_writer_text (NegDicomWriter *writer, guint32 tag, const char *vr, const char *text)
{
  GByteArray *value = add (writer, tag, vr);
  guint i = 0;

  while (i < G_N_ELEMENTS (text_vrs) && strcmp (text_vrs[i].vr, vr) != 0)
    i++;
  if (i == G_N_ELEMENTS (text_vrs)) {
    latch (writer, tag, "no VR of text");
    return;
  }
  if (text == NULL)
    return;
  if (!g_utf8_validate (text, -1, NULL) || !fits (text, vr, text_vrs[i].length_max))
    latch (writer, tag, "a value its VR does not allow");
  g_byte_array_append (value, (const guint8 *) text, strlen (text));
  if (value->len % 2)
    neg_write_u8 (value, text_vrs[i].padding);
}

/* As short as says the number to eleven places: at most 16 characters are allowed. */
static void
append_decimal (GString *text, double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.10g", number);
  if (text->len > 0)
    g_string_append_c (text, '\\');
  g_string_append (text, digits);
}

void
neg_dicom_writer_decimals (NegDicomWriter *writer, guint32 tag, const double *values, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    append_decimal (text, values[i]);
  neg_dicom_writer_text (writer, tag, "DS", text->str);
}

void
neg_dicom_writer_decimal (NegDicomWriter *writer, guint32 tag, double value)
{
  neg_dicom_writer_decimals (writer, tag, &value, 1);
}

void
neg_dicom_writer_integer (NegDicomWriter *writer, guint32 tag, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  neg_dicom_writer_text (writer, tag, "IS", text);
}

void
neg_dicom_writer_u16 (NegDicomWriter *writer, guint32 tag, guint16 value)
{
  neg_write_u16 (add (writer, tag, "US"), value);
}

void
neg_dicom_writer_s16 (NegDicomWriter *writer, guint32 tag, gint16 value)
{
  neg_write_u16 (add (writer, tag, "SS"), (guint16) value);
}

void
neg_dicom_writer_u32 (NegDicomWriter *writer, guint32 tag, guint32 value)
{
  neg_write_u32 (add (writer, tag, "UL"), value);
}

void
neg_dicom_writer_s32 (NegDicomWriter *writer, guint32 tag, gint32 value)
{
  neg_write_u32 (add (writer, tag, "SL"), (guint32) value);
}

void
neg_dicom_writer_double (NegDicomWriter *writer, guint32 tag, double value)
{
  neg_write_double (add (writer, tag, "FD"), value);
}

static void
write_tag (GByteArray *bytes, guint32 tag)
{
  neg_write_u16 (bytes, tag >> 16);
  neg_write_u16 (bytes, tag & 0xffff);
}

void
neg_dicom_writer_tag (NegDicomWriter *writer, guint32 tag, guint32 value)
{
  write_tag (add (writer, tag, "AT"), value);
}

/* A long length for these, after two bytes of nothing (PS3.5 7.1.2). */
static gboolean
has_long_length (const char *vr)
{
  static const char *const vrs[] = { "OB", "OW", "SQ", "UN", "UT", NULL };

  return g_strv_contains (vrs, vr);
}

static int
compare_elements (gconstpointer a, gconstpointer b)
{
  const Element *one = *(const Element *const *) a, *other = *(const Element *const *) b;

  return one->tag < other->tag ? -1 : one->tag > other->tag;
}

static void
serialise (NegDicomWriter *writer, GByteArray *bytes)
{
  g_ptr_array_sort (writer->elements, compare_elements);
  for (guint i = 0; i < writer->elements->len; i++) {
    const Element *element = g_ptr_array_index (writer->elements, i);

    write_tag (bytes, element->tag);
    g_byte_array_append (bytes, (const guint8 *) element->vr, 2);
    if (has_long_length (element->vr)) {
      neg_write_u16 (bytes, 0);
      neg_write_u32 (bytes, element->encapsulated ? UNDEFINED_LENGTH : element->value->len);
    } else {
      if (element->value->len > G_MAXUINT16)
        latch (writer, element->tag, "too long");
      neg_write_u16 (bytes, element->value->len);
    }
    g_byte_array_append (bytes, element->value->data, element->value->len);
  }
}

void
neg_dicom_writer_item (NegDicomWriter *writer, guint32 tag, NegDicomWriter *item)
{
  Element *element = find (writer, tag);
  GByteArray *value = element ? element->value : add (writer, tag, "SQ");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (item == NULL)
    return;
  serialise (item, bytes);
  if (item->failure != NULL)
    latch (writer, tag, item->failure);
  write_tag (value, ITEM_TAG);
  neg_write_u32 (value, bytes->len);
  g_byte_array_append (value, bytes->data, bytes->len);
  neg_dicom_writer_free (item);
}

void
neg_dicom_writer_pixels (NegDicomWriter *writer, guint bits_allocated, const void *data, gsize length)
{
  GByteArray *value = add (writer, PIXEL_DATA_TAG, bits_allocated > 8 ? "OW" : "OB");

  if (length > G_MAXUINT32 - 2) {
    latch (writer, PIXEL_DATA_TAG, "too long");
    return;
  }
  g_byte_array_append (value, data, length);
  if (length % 2)
    neg_write_u8 (value, 0);
}

void
neg_dicom_writer_fragments (NegDicomWriter *writer, GPtrArray *fragments)
{
  GByteArray *value = add (writer, PIXEL_DATA_TAG, "OB");
  guint32 offset = 0;

  find (writer, PIXEL_DATA_TAG)->encapsulated = TRUE;
  write_tag (value, ITEM_TAG);
  neg_write_u32 (value, 4 * fragments->len);
  for (guint i = 0; i < fragments->len; i++) {
    const GByteArray *fragment = g_ptr_array_index (fragments, i);

    neg_write_u32 (value, offset);
    offset += 8 + fragment->len;
  }
  for (guint i = 0; i < fragments->len; i++) {
    const GByteArray *fragment = g_ptr_array_index (fragments, i);

    write_tag (value, ITEM_TAG);
    neg_write_u32 (value, fragment->len);
    g_byte_array_append (value, fragment->data, fragment->len);
  }
  write_tag (value, SEQUENCE_END_TAG);
  neg_write_u32 (value, 0);
}

/* PS3.10 7.1: the group's length counts what follows it. */
static GByteArray *
write_meta (const char *sop_class_uid, const char *sop_instance_uid, const char *transfer_syntax_uid)
{
  g_autoptr (NegDicomWriter) meta = neg_dicom_writer_new ();
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  g_autoptr (NegDicomWriter) length = neg_dicom_writer_new ();
  g_autofree char *implementation = neg_dicom_uid_from_name ("negatoscope-demo implementation");
  GByteArray *bytes = g_byte_array_new ();
  const guint8 version[] = { 0, 1 };

  g_byte_array_append (add (meta, 0x00020001, "OB"), version, sizeof version);
  neg_dicom_writer_text (meta, 0x00020002, "UI", sop_class_uid);
  neg_dicom_writer_text (meta, 0x00020003, "UI", sop_instance_uid);
  neg_dicom_writer_text (meta, 0x00020010, "UI", transfer_syntax_uid);
  neg_dicom_writer_text (meta, 0x00020012, "UI", implementation);
  neg_dicom_writer_text (meta, 0x00020013, "SH", "NEGATOSCOPE");
  serialise (meta, rest);
  neg_dicom_writer_u32 (length, 0x00020000, rest->len);
  g_byte_array_set_size (bytes, PREAMBLE_BYTES);
  memset (bytes->data, 0, PREAMBLE_BYTES);
  g_byte_array_append (bytes, (const guint8 *) "DICM", 4);
  serialise (length, bytes);
  g_byte_array_append (bytes, rest->data, rest->len);
  return bytes;
}

GByteArray *
neg_dicom_writer_finish (NegDicomWriter *writer, const char *sop_class_uid, const char *sop_instance_uid,
                         const char *transfer_syntax_uid, GError **error)
{
  GByteArray *bytes = write_meta (sop_class_uid, sop_instance_uid, transfer_syntax_uid);

  neg_dicom_writer_text (writer, 0x00080005, "CS", "ISO_IR 192");
  neg_dicom_writer_text (writer, 0x00080016, "UI", sop_class_uid);
  neg_dicom_writer_text (writer, 0x00080018, "UI", sop_instance_uid);
  serialise (writer, bytes);
  if (writer->failure == NULL)
    return bytes;
  g_byte_array_unref (bytes);
  neg_fail (error, NEG_ERROR_INCONSISTENT, writer->failure, "not a valid data set");
  return NULL;
}

char *
neg_dicom_uid_from_name (const char *name)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  unsigned __int128 number = 0;
  char digits[48], *first = digits + sizeof digits - 1;

  g_checksum_update (checksum, (const guchar *) name, -1);
  g_checksum_get_digest (checksum, digest, &length);
  digest[6] = (digest[6] & 0x0f) | 0x80;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  for (guint i = 0; i < 16; i++)
    number = number << 8 | digest[i];
  *first = '\0';
  for (; number > 0; number /= 10)
    *--first = (char) ('0' + (int) (number % 10));
  return g_strconcat ("2.25.", first, NULL);
}
