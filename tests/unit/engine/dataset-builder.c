#include "dataset-builder.h"

#include "wire/neg-message.h"

#include <stdarg.h>
#include <string.h>

static void
append_u16 (Builder *builder, guint16 value)
{
  value = GUINT16_TO_LE (value);
  g_byte_array_append (builder->bytes, (const guint8 *) &value, sizeof value);
}

static void
append_u32 (Builder *builder, guint32 value)
{
  append_u16 (builder, value & 0xFFFF);
  append_u16 (builder, value >> 16);
}

static void
append_header (Builder *builder, guint32 tag, const char *vr, guint32 length)
{
  static const char *const long_vrs[] = { "OB", "OW", "SQ", "UN", "UT", "OF", "OD", NULL };

  append_u16 (builder, tag >> 16);
  append_u16 (builder, tag & 0xFFFF);
  if (builder->implicit_vr) {
    append_u32 (builder, length);
    return;
  }
  g_byte_array_append (builder->bytes, (const guint8 *) vr, 2);
  if (g_strv_contains (long_vrs, vr)) {
    append_u16 (builder, 0);
    append_u32 (builder, length);
  } else {
    append_u16 (builder, length);
  }
}

void
put_bytes (Builder *builder, guint32 tag, const char *vr, const void *bytes, guint32 length)
{
  append_header (builder, tag, vr, length);
  g_byte_array_append (builder->bytes, bytes, length);
}

void
put_text (Builder *builder, guint32 tag, const char *vr, const char *text)
{
  gsize length = strlen (text);
  const guint8 pad = strcmp (vr, "UI") == 0 ? '\0' : ' ';

  append_header (builder, tag, vr, length + length % 2);
  g_byte_array_append (builder->bytes, (const guint8 *) text, length);
  if (length % 2 != 0)
    g_byte_array_append (builder->bytes, &pad, 1);
}

void
put_words (Builder *builder, guint32 tag, const char *vr, guint n, ...)
{
  va_list args;

  append_header (builder, tag, vr, 2 * n);
  va_start (args, n);
  for (guint i = 0; i < n; i++)
    append_u16 (builder, va_arg (args, int));
  va_end (args);
}

void
put_double (Builder *builder, guint32 tag, double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  append_header (builder, tag, "FD", sizeof value);
  append_u32 (builder, bits & 0xFFFFFFFF);
  append_u32 (builder, bits >> 32);
}

void
put_ulong (Builder *builder, guint32 tag, guint32 value)
{
  append_header (builder, tag, "UL", 4);
  append_u32 (builder, value);
}

static void
append_delimiter (Builder *builder, guint16 element, guint32 length)
{
  append_u16 (builder, 0xFFFE);
  append_u16 (builder, element);
  append_u32 (builder, length);
}

void
begin_sequence (Builder *builder, guint32 tag)
{
  append_header (builder, tag, "SQ", 0xFFFFFFFF);
  append_delimiter (builder, 0xE000, 0xFFFFFFFF);
}

void
next_item (Builder *builder)
{
  append_delimiter (builder, 0xE00D, 0);
  append_delimiter (builder, 0xE000, 0xFFFFFFFF);
}

void
end_sequence (Builder *builder)
{
  append_delimiter (builder, 0xE00D, 0);
  append_delimiter (builder, 0xE0DD, 0);
}

Builder *
builder_new (const char *transfer_syntax_uid)
{
  Builder *builder = g_new0 (Builder, 1);
  guint8 preamble[128] = { 0 };

  builder->bytes = g_byte_array_new ();
  g_byte_array_append (builder->bytes, preamble, sizeof preamble);
  g_byte_array_append (builder->bytes, (const guint8 *) "DICM", 4);
  put_text (builder, 0x00020010, "UI", transfer_syntax_uid);
  builder->implicit_vr = strcmp (transfer_syntax_uid, IMPLICIT_LE) == 0;
  return builder;
}

void
builder_free (Builder *builder)
{
  g_byte_array_unref (builder->bytes);
  g_free (builder);
}

void
put_image (Builder *builder, guint bits_allocated, guint bits_stored, gboolean is_signed)
{
  put_words (builder, 0x00280002, "US", 1, 1);
  put_text (builder, 0x00280004, "CS", "MONOCHROME2");
  put_words (builder, 0x00280010, "US", 1, 2);
  put_words (builder, 0x00280011, "US", 1, 2);
  put_words (builder, 0x00280100, "US", 1, bits_allocated);
  put_words (builder, 0x00280101, "US", 1, bits_stored);
  put_words (builder, 0x00280102, "US", 1, bits_stored - 1);
  put_words (builder, 0x00280103, "US", 1, is_signed);
}

void
put_pixels (Builder *builder, guint bits_allocated, guint frames)
{
  gsize length = 4 * frames * bits_allocated / 8;
  g_autofree guint8 *pixels = g_malloc0 (length);

  put_bytes (builder, 0x7FE00010, "OW", pixels, length);
}

void
assert_sendable (const NegInstance *instance)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (NegInstance) received = NULL;
  g_autoptr (GError) error = NULL;
  NegReader reader;

  neg_instance_write (instance, message);
  neg_reader_init (&reader, message->data, message->len);
  received = neg_instance_read (&reader, &error);
  g_assert_no_error (error);
  g_assert_true (neg_reader_finished (&reader));
}

NegInstance *
builder_read (Builder *builder)
{
  g_auto (NegLayout) layout = { 0 };
  g_autoptr (GError) error = NULL;
  NegSource source;
  NegInstance *instance;

  neg_source_init_memory (&source, builder->bytes->data, builder->bytes->len);
  neg_scan (&source, &layout, &error);
  g_assert_no_error (error);
  instance = neg_dataset_read_instance (&source, &layout, &error);
  g_assert_no_error (error);
  neg_source_clear (&source);
  assert_sendable (instance);
  return instance;
}

gboolean
has_warning (const NegInstance *instance, const char *part)
{
  for (guint i = 0; instance->warnings && instance->warnings[i] != NULL; i++)
    if (strstr (instance->warnings[i], part) != NULL)
      return TRUE;
  return FALSE;
}
