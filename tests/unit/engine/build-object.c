#include "build-object.h"

#include <string.h>

static void
add_u16 (Object *object, guint16 value)
{
  value = object->big_endian ? GUINT16_TO_BE (value) : GUINT16_TO_LE (value);
  g_byte_array_append (object->bytes, (const guint8 *) &value, 2);
}

static void
add_u32 (Object *object, guint32 value)
{
  value = object->big_endian ? GUINT32_TO_BE (value) : GUINT32_TO_LE (value);
  g_byte_array_append (object->bytes, (const guint8 *) &value, 4);
}

Object *
object_new_bare (gboolean implicit_vr, gboolean big_endian)
{
  Object *object = g_new0 (Object, 1);

  object->bytes = g_byte_array_new ();
  object->implicit_vr = implicit_vr;
  object->big_endian = big_endian;
  return object;
}

Object *
object_new (const char *syntax)
{
  Object *object = object_new_bare (FALSE, FALSE);

  g_byte_array_set_size (object->bytes, 128);
  memset (object->bytes->data, 0, 128);
  g_byte_array_append (object->bytes, (const guint8 *) "DICM", 4);
  object_add_text (object, 0x00020010, "UI", syntax);
  object->implicit_vr = strcmp (syntax, SYNTAX_IMPLICIT) == 0;
  object->big_endian = strcmp (syntax, SYNTAX_BIG) == 0;
  return object;
}

void
object_free (Object *object)
{
  g_byte_array_unref (object->bytes);
  g_free (object);
}

void
object_add_header (Object *object, guint32 tag, const char *vr, guint32 length)
{
  add_u16 (object, tag >> 16);
  add_u16 (object, tag);
  if (object->implicit_vr || tag >> 16 == 0xFFFE) {
    add_u32 (object, length);
    return;
  }
  g_byte_array_append (object->bytes, (const guint8 *) vr, 2);
  if (strchr ("OSU", vr[0]) != NULL && strstr ("OB OW OF OD SQ UN UT OV", vr) != NULL) {
    add_u16 (object, 0);
    add_u32 (object, length);
  } else
    add_u16 (object, length);
}

void
object_add (Object *object, guint32 tag, const char *vr, const void *value, guint32 length)
{
  object_add_header (object, tag, vr, length);
  g_byte_array_append (object->bytes, value, length);
}

void
object_add_text (Object *object, guint32 tag, const char *vr, const char *text)
{
  object_add (object, tag, vr, text, strlen (text));
}

void
object_add_number (Object *object, guint32 tag, guint16 number)
{
  object_add_header (object, tag, "US", 2);
  add_u16 (object, number);
}

void
object_add_zeros (Object *object, guint32 tag, const char *vr, guint32 length)
{
  g_autofree guint8 *zeros = g_malloc0 (MAX (length, 1));

  object_add (object, tag, vr, zeros, length);
}

void
object_add_image (Object *object, guint16 rows, guint16 columns, guint16 bits)
{
  object_add_text (object, 0x00080008, "CS", "ORIGINAL\\PRIMARY");
  object_add_text (object, 0x00080060, "CS", "OT");
  object_add_number (object, 0x00280002, 1);
  object_add_text (object, 0x00280004, "CS", "MONOCHROME2 ");
  object_add_number (object, 0x00280010, rows);
  object_add_number (object, 0x00280011, columns);
  object_add_number (object, 0x00280100, bits);
  object_add_number (object, 0x00280101, bits);
  object_add_number (object, 0x00280102, bits - 1);
  object_add_number (object, 0x00280103, 0);
}

void
object_begin_fragments (Object *object, const guint32 *offsets, guint n_offsets)
{
  object_add_header (object, 0x7FE00010, "OB", UNDEFINED);
  object_add_header (object, 0xFFFEE000, "", 4 * n_offsets);
  for (guint i = 0; i < n_offsets; i++)
    add_u32 (object, offsets[i]);
}

void
object_add_fragment (Object *object, const void *bytes, guint32 length)
{
  object_add (object, 0xFFFEE000, "", bytes, length);
}

void
object_end_fragments (Object *object)
{
  object_add_header (object, 0xFFFEE0DD, "", 0);
}
