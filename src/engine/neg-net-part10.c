#include "config.h"

#include "engine/neg-net-part10.h"

#include <string.h>

#include "base/neg-bytes.h"
#include "base/neg-error.h"

#define PREAMBLE_BYTES 128
#define UID_MAX 64
#define AE_MAX 16
#define GROUP 0x0002

/* What occurs, not what PS3.5 9.1 asks for: leading zeros are in use. */
static gboolean
check_uid (const char *uid, GError **error)
{
  gsize length = strlen (uid);

  if (length > 0 && length <= UID_MAX && strspn (uid, "0123456789.") == length)
    return TRUE;
  return neg_fail (error, NEG_ERROR_INCONSISTENT, "group 0002", "a UID of the object is none");
}

/* Tag, VR and length in Explicit VR Little Endian with a length of two bytes (PS3.5 7.1.2). */
static void
write_short_form (GByteArray *array, guint16 element, const char *vr, guint16 length)
{
  neg_write_u16 (array, GROUP);
  neg_write_u16 (array, element);
  g_byte_array_append (array, (const guint8 *) vr, 2);
  neg_write_u16 (array, length);
}

/* UIDs are padded with NUL, other text with a space (PS3.5 6.2). */
static void
write_text (GByteArray *array, guint16 element, const char *vr, const char *text, gsize length)
{
  write_short_form (array, element, vr, length + length % 2);
  g_byte_array_append (array, (const guint8 *) text, length);
  if (length % 2 != 0)
    neg_write_u8 (array, vr[0] == 'U' ? 0 : ' ');
}

static void
write_version (GByteArray *array)
{
  static const guint8 version[] = { 0x02, 0x00, 0x01, 0x00, 'O', 'B', 0, 0, 2, 0, 0, 0, 0, 1 };

  g_byte_array_append (array, version, sizeof version);
}

static void
write_ae (GByteArray *array, const char *ae)
{
  gsize length = 0;

  while (length < AE_MAX && ae[length] >= ' ' && ae[length] < 0x7f && ae[length] != '\\')
    length++;
  if (length > 0)
    write_text (array, 0x0016, "AE", ae, length);
}

GByteArray *
neg_net_part10_new (const char *sop_class_uid, const char *sop_instance_uid, const char *transfer_syntax_uid,
                    const char *source_ae, GError **error)
{
  GByteArray *array;
  g_autoptr (GByteArray) group = NULL;
  static const guint8 preamble[PREAMBLE_BYTES];

  if (!check_uid (sop_class_uid, error) || !check_uid (sop_instance_uid, error)
      || !check_uid (transfer_syntax_uid, error))
    return NULL;
  group = g_byte_array_new ();
  write_version (group);
  write_text (group, 0x0002, "UI", sop_class_uid, strlen (sop_class_uid));
  write_text (group, 0x0003, "UI", sop_instance_uid, strlen (sop_instance_uid));
  write_text (group, 0x0010, "UI", transfer_syntax_uid, strlen (transfer_syntax_uid));
  write_text (group, 0x0012, "UI", NEG_IMPLEMENTATION_CLASS_UID, strlen (NEG_IMPLEMENTATION_CLASS_UID));
  write_text (group, 0x0013, "SH", NEG_IMPLEMENTATION_VERSION, strlen (NEG_IMPLEMENTATION_VERSION));
  if (source_ae != NULL)
    write_ae (group, source_ae);
  array = g_byte_array_new ();
  g_byte_array_append (array, preamble, sizeof preamble);
  g_byte_array_append (array, (const guint8 *) "DICM", 4);
  write_short_form (array, 0x0000, "UL", 4);
  neg_write_u32 (array, group->len);
  g_byte_array_append (array, group->data, group->len);
  return array;
}
