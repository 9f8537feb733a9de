#include "neg-test-object.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/neg-bytes.h"

guint16
neg_test_object_value (guint32 frame, guint x, guint y)
{
  return 1000 * frame + x + 3 * y;
}

static void
add_element (GByteArray *array, guint32 tag, const char *vr, const void *value, guint32 length)
{
  gboolean is_long = strcmp (vr, "OW") == 0 || strcmp (vr, "OB") == 0;
  guint32 padded = length + length % 2;

  neg_write_u16 (array, tag >> 16);
  neg_write_u16 (array, tag & 0xffff);
  g_byte_array_append (array, (const guint8 *) vr, 2);
  if (is_long)
    neg_write_u16 (array, 0);
  if (is_long)
    neg_write_u32 (array, padded);
  else
    neg_write_u16 (array, padded);
  g_byte_array_append (array, value, length);
  if (padded != length)
    neg_write_u8 (array, strcmp (vr, "UI") == 0 || is_long ? 0 : ' ');
}

static void
add_text (GByteArray *array, guint32 tag, const char *vr, const char *text)
{
  add_element (array, tag, vr, text, strlen (text));
}

static void
add_u16 (GByteArray *array, guint32 tag, guint16 value)
{
  guint16 bytes = GUINT16_TO_LE (value);

  add_element (array, tag, "US", &bytes, sizeof bytes);
}

static void
add_meta (GByteArray *array, const char *sop_uid)
{
  g_autoptr (GByteArray) meta = g_byte_array_new ();
  static const guint8 version[2] = { 0, 1 };
  guint32 length;

  add_element (meta, 0x00020001, "OB", version, sizeof version);
  add_text (meta, 0x00020002, "UI", "1.2.840.10008.5.1.4.1.1.2");
  add_text (meta, 0x00020003, "UI", sop_uid);
  add_text (meta, 0x00020010, "UI", "1.2.840.10008.1.2.1");
  length = GUINT32_TO_LE (meta->len);
  add_element (array, 0x00020000, "UL", &length, sizeof length);
  g_byte_array_append (array, meta->data, meta->len);
}

static void
add_pixels (GByteArray *array, const NegTestObject *object)
{
  guint64 n = (guint64) object->rows * object->columns * object->frames;
  g_autofree guint16 *values = g_new (guint16, n);
  guint16 *next = values;

  for (guint32 frame = 0; frame < object->frames; frame++)
    for (guint y = 0; y < object->rows; y++)
      for (guint x = 0; x < object->columns; x++)
        *next++ = GUINT16_TO_LE (neg_test_object_value (frame, x, y));
  add_element (array, 0x7fe00010, "OW", values, n * sizeof *values);
}

static void
add_series (GByteArray *array, const NegTestObject *object, const char *sop_uid)
{
  g_autofree char *number = g_strdup_printf ("%u", object->instance_number);

  add_text (array, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
  add_text (array, 0x00080018, "UI", sop_uid);
  add_text (array, 0x00080060, "CS", "CT");
  add_text (array, 0x00100010, "PN", "Test^Object");
  add_text (array, 0x00100020, "LO", "T1");
  add_text (array, 0x0020000d, "UI", "2.25.10");
  add_text (array, 0x0020000e, "UI", object->series_uid ? object->series_uid : "2.25.20");
  add_text (array, 0x00200011, "IS", "1");
  add_text (array, 0x00200013, "IS", number);
}

GByteArray *
neg_test_object_new (const NegTestObject *object)
{
  GByteArray *array = g_byte_array_new ();
  static const guint8 preamble[128];
  g_autofree char *sop_uid = g_strdup_printf ("2.25.30%u", object->instance_number);
  g_autofree char *position = g_strdup_printf ("0\\0\\%.3f", object->z_mm);
  g_autofree char *frames = g_strdup_printf ("%u", object->frames);

  g_byte_array_append (array, preamble, sizeof preamble);
  g_byte_array_append (array, (const guint8 *) "DICM", 4);
  add_meta (array, sop_uid);
  add_series (array, object, sop_uid);
  add_text (array, 0x00200032, "DS", position);
  add_text (array, 0x00200037, "DS", "1\\0\\0\\0\\1\\0");
  add_text (array, 0x00200052, "UI", "2.25.40");
  add_u16 (array, 0x00280002, 1);
  add_text (array, 0x00280004, "CS", "MONOCHROME2");
  add_text (array, 0x00280008, "IS", frames);
  add_u16 (array, 0x00280010, object->rows);
  add_u16 (array, 0x00280011, object->columns);
  add_text (array, 0x00280030, "DS", "1\\1");
  add_u16 (array, 0x00280100, 16);
  add_u16 (array, 0x00280101, 16);
  add_u16 (array, 0x00280102, 15);
  add_u16 (array, 0x00280103, 0);
  add_pixels (array, object);
  return array;
}

char *
neg_test_object_write (const NegTestObject *object, const char *folder, const char *name)
{
  g_autoptr (GByteArray) bytes = neg_test_object_new (object);
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, (const char *) bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  return path;
}

char *
neg_test_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("negatoscope-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
neg_test_folder_remove (const char *folder)
{
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_remove (path);
  }
  g_rmdir (folder);
}
