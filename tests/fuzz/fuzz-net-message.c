#include "neg-fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "wire/neg-net-message.h"

#define STREAM_BYTES_MAX 65536

static const struct {
  NegNetMessageType type;
  const char *text;
} samples[] = {
  { NEG_NET_KEYS, "(1, 200, false, [('QueryRetrieveLevel', 'STUDY'), ('PatientName', '')])" },
  { NEG_NET_STATUS, "(1, 0xa700, 'disk full')" },
  { NEG_NET_ACTION, "('1.2', [('1.3', '1.4')])" },
  { NEG_NET_FINISH, "()" },
  { NEG_NET_OPENED, "{'implementation': <'X'>, 'contexts': <[('1.2', '1.2.840.10008.1.2', byte 0x00)]>}" },
  { NEG_NET_ROWS, "(1, [[('PatientName', 'A^B'), ('PatientID', '1')], [], [('Rows', '512')]])" },
  { NEG_NET_DONE, "(1, 0xff00, ['limit'])" },
  { NEG_NET_COUNTS, "(1, 2, 3, 4)" },
  { NEG_NET_FAILED, "['1.2', '1.3']" },
  { NEG_NET_RECEIVED, "(3, 500, {'sop-class': <'1.2'>, 'record': <b'record'>, 'error': <(uint32 2, 'nested')>})" },
  { NEG_NET_EVENT, "('1.2', [('1.3', '1.4')], [('1.3', '1.5', 0x112)])" },
  { NEG_NET_REPORT, "('1.2', [('1.3', '1.4')], [('1.3', '1.5', 0x112)])" },
  { NEG_NET_ASKED, "('1.2', '', [('1.3', '1.4'), ('1.3', '1.5')])" },
  { NEG_NET_END, "(20, 'conflict', 'there')" },
};

GByteArray *
neg_fuzz_make_input (GRand *random)
{
  GByteArray *input = g_byte_array_new ();
  guint n = (guint) g_rand_int_range (random, 1, 4);

  for (guint i = 0; i < n; i++) {
    guint which = (guint) g_rand_int_range (random, 0, G_N_ELEMENTS (samples));
    g_autoptr (GVariant) body = g_variant_parse (neg_net_message_get_type (samples[which].type), samples[which].text,
                                                 NULL, NULL, NULL);
    const NegMessageHeader header = { (guint32) g_variant_get_size (body), samples[which].type, 0, 0 };
    guint8 bytes[NEG_MESSAGE_HEADER_BYTES];

    neg_message_header_write (&header, bytes);
    g_byte_array_append (input, bytes, sizeof bytes);
    g_byte_array_append (input, g_variant_get_data (body), header.body_length);
  }
  return input;
}

/* What was taken for a message can be read to the last value, and sent on. */
static void
use (int socket, guint16 type, GVariant *body)
{
  g_autofree char *text = g_variant_print (body, TRUE);

  if (*text == '\0')
    g_error ("a message without a value");
  if (!neg_net_message_send (socket, type, body, NULL, 0, NULL))
    g_error ("a message that cannot be sent again");
  g_variant_unref (body);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  GVariant *body;
  guint16 type = 0;
  int pair[2];

  if (size == 0 || size > STREAM_BYTES_MAX || socketpair (AF_UNIX, SOCK_STREAM, 0, pair) != 0)
    return 0;
  if (write (pair[0], data, size) == (gssize) size && shutdown (pair[0], SHUT_WR) == 0)
    while ((body = neg_net_message_receive (pair[1], &type, fds, NULL)) != NULL)
      use (pair[1], type, body);
  close (pair[0]);
  close (pair[1]);
  return 0;
}
