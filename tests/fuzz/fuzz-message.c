#include "neg-fuzz.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "fill-instance.h"
#include "wire/neg-message.h"

/* The first byte says what the others are to be read as. */
enum { READ_SCAN, READ_FORMAT, READ_ERROR, READ_STREAM, N_KINDS };

#define STREAM_BYTES_MAX 65536

static void
make_scan (GByteArray *input, GRand *random)
{
  static char *names[] = { (char *) "IMAGES/IM1", (char *) "IM2", (char *) "", NULL };
  NegArchiveEntry entries[] = { { (char *) "a/b.dcm", 70000, TRUE }, { (char *) "a", 0, FALSE } };
  g_autoptr (NegInstance) instance = fill_instance ();
  const NegScanResult results[] = {
    { .kind = NEG_SCAN_INSTANCE, .instance = instance },
    { .kind = NEG_SCAN_DIRECTORY, .n_references = 3, .references = names },
    { .kind = NEG_SCAN_ARCHIVE, .n_entries = 2, .entries = entries },
  };

  neg_scan_result_write (&results[g_rand_int_range (random, 0, G_N_ELEMENTS (results))], input);
}

static void
make_stream (GByteArray *input)
{
  const NegMessageHeader headers[] = { { 4, NEG_MESSAGE_READY, 0, 0 }, { 3, NEG_MESSAGE_ITEM, 0, 77 },
                                       { 0, NEG_MESSAGE_DONE, 0, 77 } };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    guint8 bytes[NEG_MESSAGE_HEADER_BYTES];

    neg_message_header_write (&headers[i], bytes);
    g_byte_array_append (input, bytes, sizeof bytes);
    g_byte_array_append (input, (const guint8 *) "body", headers[i].body_length);
  }
}

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  const NegFrameFormat format = { 512, 512, 3, 8, NEG_SAMPLE_U8, NEG_COLOR_RGB };
  GByteArray *input = g_byte_array_new ();
  guint8 kind = g_rand_int_range (random, 0, 8);
  g_autoptr (GError) failure = NULL;

  kind = kind < N_KINDS ? kind : READ_SCAN;
  g_byte_array_append (input, &kind, 1);
  if (kind == READ_SCAN) {
    make_scan (input, random);
  } else if (kind == READ_FORMAT) {
    neg_frame_format_write (&format, input);
  } else if (kind == READ_ERROR) {
    neg_fail (&failure, NEG_ERROR_TRUNCATED, "(7FE0,0010)", "ends early");
    neg_error_write (failure, input);
  } else {
    make_stream (input);
  }
  return input;
}

/* What was taken for a message must be that message: written again it is the same bytes. */
static void
assert_same (const GByteArray *written, const NegReader *reader)
{
  if (written->len != reader->position || memcmp (written->data, reader->data, written->len) != 0)
    g_error ("read as something that it is not");
}

static void
read_scan (NegReader *reader)
{
  g_autoptr (GByteArray) written = g_byte_array_new ();
  g_auto (NegScanResult) result = { 0 };

  if (!neg_scan_result_read (&result, reader, NULL))
    return;
  neg_scan_result_write (&result, written);
  assert_same (written, reader);
}

static void
read_format (NegReader *reader)
{
  g_autoptr (GByteArray) written = g_byte_array_new ();
  NegFrameFormat format;

  if (!neg_frame_format_read (&format, reader, NULL))
    return;
  neg_frame_format_write (&format, written);
  assert_same (written, reader);
}

static void
read_stream (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  NegMessageHeader header;
  int pair[2];

  if (size == 0 || size > STREAM_BYTES_MAX || socketpair (AF_UNIX, SOCK_STREAM, 0, pair) != 0)
    return;
  if (write (pair[0], data, size) == (gssize) size) {
    close (pair[0]);
    while (neg_message_receive (pair[1], &header, body, fds, NULL))
      if (body->len != header.body_length || fds->len > 0)
        g_error ("a message that was not sent");
  } else {
    close (pair[0]);
  }
  close (pair[1]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) failure = NULL;
  NegReader reader;

  if (size == 0)
    return 0;
  neg_reader_init (&reader, data + 1, size - 1);
  switch (data[0] % N_KINDS) {
  case READ_SCAN:
    read_scan (&reader);
    break;
  case READ_FORMAT:
    read_format (&reader);
    break;
  case READ_ERROR:
    failure = neg_error_read (&reader);
    break;
  default:
    read_stream (data + 1, size - 1);
    break;
  }
  return 0;
}
