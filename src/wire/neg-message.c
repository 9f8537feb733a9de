#include "config.h"

#include "wire/neg-message.h"

#include <string.h>

#include "base/neg-error.h"
#include "wire/neg-net-message.h"

#define TEXT_BYTES_MAX 1000

static gboolean
type_is_known (guint16 type)
{
  return (type >= NEG_MESSAGE_SCAN && type <= NEG_MESSAGE_CANCEL)
         || (type >= NEG_MESSAGE_READY && type <= NEG_MESSAGE_DONE)
         || (type >= NEG_NET_BEGIN && type <= NEG_NET_REPORT) || (type >= NEG_NET_OPENED && type <= NEG_NET_ASKED);
}

void
neg_message_header_write (const NegMessageHeader *header, guint8 bytes[NEG_MESSAGE_HEADER_BYTES])
{
  for (guint i = 0; i < 4; i++)
    bytes[i] = header->body_length >> (8 * i);
  for (guint i = 0; i < 2; i++) {
    bytes[4 + i] = header->type >> (8 * i);
    bytes[6 + i] = header->n_fds >> (8 * i);
  }
  for (guint i = 0; i < 8; i++)
    bytes[8 + i] = header->request_id >> (8 * i);
}

gboolean
neg_message_header_read (NegMessageHeader *header, const guint8 bytes[NEG_MESSAGE_HEADER_BYTES], GError **error)
{
  NegReader reader;

  neg_reader_init (&reader, bytes, NEG_MESSAGE_HEADER_BYTES);
  header->body_length = neg_reader_u32 (&reader);
  header->type = neg_reader_u16 (&reader);
  header->n_fds = neg_reader_u16 (&reader);
  header->request_id = neg_reader_u64 (&reader);
  if (header->body_length > NEG_MESSAGE_BODY_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message of %u bytes", header->body_length);
  if (!type_is_known (header->type))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message of unknown type %u", header->type);
  if (header->n_fds > NEG_SCAN_BATCH_MAX)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message with %u descriptors", header->n_fds);
  return TRUE;
}

void
neg_frame_format_write (const NegFrameFormat *format, GByteArray *array)
{
  neg_write_u32 (array, format->rows);
  neg_write_u32 (array, format->columns);
  neg_write_u32 (array, format->samples);
  neg_write_u32 (array, format->bits_stored);
  neg_write_u8 (array, format->sample_type);
  neg_write_u8 (array, format->color);
}

gboolean
neg_frame_format_read (NegFrameFormat *format, NegReader *reader, GError **error)
{
  guint64 bytes;

  format->rows = neg_reader_u32 (reader);
  format->columns = neg_reader_u32 (reader);
  format->samples = neg_reader_u32 (reader);
  format->bits_stored = neg_reader_u32 (reader);
  format->sample_type = neg_reader_u8 (reader);
  format->color = neg_reader_u8 (reader);
  if (reader->failed || format->bits_stored > 64 || format->sample_type >= NEG_SAMPLE_N_TYPES
      || format->color >= NEG_COLOR_N_MODELS || !neg_frame_format_get_bytes (format, &bytes))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "what was sent is no frame format");
  return TRUE;
}

/* An error's text may quote hostile bytes: what is sent is always valid and short. */
static void
write_error_text (const char *text, GByteArray *array)
{
  g_autofree char *valid = text ? g_utf8_make_valid (text, -1) : NULL;
  g_autofree char *part = NULL;

  if (valid != NULL && strlen (valid) > TEXT_BYTES_MAX)
    part = g_utf8_make_valid (valid, TEXT_BYTES_MAX);
  neg_write_string (array, part ? part : valid);
}

void
neg_error_write (const GError *failure, GByteArray *array)
{
  neg_write_u32 (array, failure->domain == NEG_ERROR ? (guint32) failure->code : NEG_ERROR_UNREADABLE);
  write_error_text (failure->message, array);
  write_error_text (neg_error_get_where (failure), array);
}

GError *
neg_error_read (NegReader *reader)
{
  guint32 code = neg_reader_u32 (reader);
  g_autofree char *message = neg_reader_string (reader);
  g_autofree char *where = neg_reader_string (reader);
  GError *failure = NULL;

  if (reader->failed || code >= NEG_ERROR_N_CODES || message == NULL) {
    reader->failed = TRUE;
    neg_fail (&failure, NEG_ERROR_PROTOCOL, NULL, "what was sent is no error");
  } else {
    neg_fail (&failure, code, where, "%s", message);
  }
  return failure;
}
