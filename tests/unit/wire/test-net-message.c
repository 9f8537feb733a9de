/* The messages of a network engine: what was sent arrives, and nothing else is ever taken for a message. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-net-message.h"

typedef struct {
  int pair[2];
  GArray *fds;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fixture->pair), ==, 0);
  fixture->fds = g_array_new (FALSE, FALSE, sizeof (int));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    if (fixture->pair[i] >= 0)
      close (fixture->pair[i]);
  g_array_unref (fixture->fds);
}

static void
close_received (Fixture *fixture)
{
  for (guint i = 0; i < fixture->fds->len; i++)
    g_assert_cmpint (close (g_array_index (fixture->fds, int, i)), ==, 0);
  g_array_set_size (fixture->fds, 0);
}

static const struct {
  NegNetMessageType type;
  const char *text;
  guint n_fds;
} samples[] = {
  { NEG_NET_BEGIN, "{'role': <'echo'>, 'timeout-s': <uint32 5>, 'tls-ca': <b'pem'>}", 1 },
  { NEG_NET_KEYS, "(1, 200, false, [('QueryRetrieveLevel', 'STUDY'), ('PatientName', '')])", 0 },
  { NEG_NET_SEND, "(7, '1.2', '1.3', '1.2.840.10008.1.2', 400, '')", 1 },
  { NEG_NET_SEND, "(7, '1.2', '1.3', '1.2.840.10008.1.2', 400, 'gone')", 0 },
  { NEG_NET_FILES, "(uint32 8,)", 8 },
  { NEG_NET_STATUS, "(1, 0xa700, 'disk full')", 0 },
  { NEG_NET_MOVE, "('STORE', '', [('StudyInstanceUID', '1.2')])", 0 },
  { NEG_NET_ACTION, "('1.2', [('1.3', '1.4')])", 0 },
  { NEG_NET_VERDICT, "(1, 3)", 0 },
  { NEG_NET_SOCKET, "('',)", 1 },
  { NEG_NET_FINISH, "()", 0 },
  { NEG_NET_OPENED, "{'implementation': <'X'>}", 0 },
  { NEG_NET_ROWS, "(1, [[('PatientName', 'A^B')], []])", 0 },
  { NEG_NET_DONE, "(1, 0xff00, ['limit'])", 0 },
  { NEG_NET_COUNTS, "(1, 2, 3, 4)", 0 },
  { NEG_NET_FAILED, "['1.2', '1.3']", 0 },
  { NEG_NET_PROGRESS, "(uint64 99,)", 0 },
  { NEG_NET_RECEIVED, "(3, 500, {'error': <(uint32 2, 'nested')>})", 0 },
  { NEG_NET_EVENT, "('1.2', [('1.3', '1.4')], [('1.3', '1.5', 0x112)])", 0 },
  { NEG_NET_CONNECT, "()", 0 },
  { NEG_NET_END, "(20, 'conflict', 'there')", 0 },
};

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  const int zero = open ("/dev/zero", O_RDONLY | O_CLOEXEC);
  const int fds[] = { zero, zero, zero, zero, zero, zero, zero, zero };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) sent
        = g_variant_parse (neg_net_message_get_type (samples[i].type), samples[i].text, NULL, NULL, &error);
    g_autoptr (GVariant) received = NULL;
    guint16 type = 0;

    g_assert_no_error (error);
    neg_net_message_send (fixture->pair[0], samples[i].type, sent, fds, samples[i].n_fds, &error);
    g_assert_no_error (error);
    received = neg_net_message_receive (fixture->pair[1], &type, fixture->fds, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (type, ==, samples[i].type);
    g_assert_cmpvariant (sent, received);
    g_assert_cmpuint (fixture->fds->len, ==, samples[i].n_fds);
    close_received (fixture);
  }
  close (zero);
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = NULL;
  const NegMessageHeader header = { .type = NEG_MESSAGE_CANCEL, .request_id = 5 };
  guint16 type = 0;

  g_assert_true (neg_message_send (fixture->pair[0], &header, NULL, NULL, &error));
  body = neg_net_message_receive (fixture->pair[1], &type, fixture->fds, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (type, ==, NEG_MESSAGE_CANCEL);
  g_assert_true (g_variant_is_of_type (body, G_VARIANT_TYPE_UNIT));
}

/* What a hostile side may send: a header of any kind, a body of any bytes. */
static void
assert_refused (Fixture *fixture, guint16 type, const void *bytes, gsize length, guint n_fds, const char *why)
{
  const int fds[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0 };
  const NegMessageHeader header = { (guint32) length, type, (guint16) n_fds, 0 };
  g_autoptr (GError) error = NULL;
  guint16 received = 0;
  int before = dup (0);
  int after;

  g_assert_true (neg_message_send (fixture->pair[0], &header, bytes, fds, NULL));
  g_test_message ("%s", why);
  g_assert_null (neg_net_message_receive (fixture->pair[1], &received, fixture->fds, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
  g_assert_cmpuint (fixture->fds->len, ==, 0);
  /* Nothing stays open. */
  close (before);
  after = dup (0);
  g_assert_cmpint (after, ==, before);
  close (after);
}

static void
assert_text_refused (Fixture *fixture, guint16 type, const char *text, guint n_fds, const char *why)
{
  g_autoptr (GVariant) body = g_variant_parse (neg_net_message_get_type (type), text, NULL, NULL, NULL);

  assert_refused (fixture, type, g_variant_get_data (body), g_variant_get_size (body), n_fds, why);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  assert_refused (fixture, NEG_MESSAGE_READY, "\1\0\0\0", 4, 0, "a message of the other vocabulary");
  assert_refused (fixture, NEG_MESSAGE_SCAN, NULL, 0, 0, "a request of the other vocabulary");
  assert_refused (fixture, NEG_MESSAGE_CANCEL, "x", 1, 0, "a CANCEL with a body");
  assert_refused (fixture, NEG_NET_FINISH, NULL, 0, 0, "an empty tuple that is not there");
  assert_refused (fixture, NEG_NET_COUNTS, "\1\2\3", 3, 0, "a tuple cut short");
  assert_refused (fixture, NEG_NET_FAILED, "\xff\xfe\0\3", 4, 0, "text that is no UTF-8");
  assert_refused (fixture, NEG_NET_ROWS, "\1\0\0\0\xff\xff\xff\xff\xff\xff", 10, 0, "offsets that lead nowhere");
  assert_text_refused (fixture, NEG_NET_BEGIN, "{'role': <'echo'>}", 0, "no socket to begin with");
  assert_text_refused (fixture, NEG_NET_BEGIN, "{'role': <'echo'>}", 2, "two sockets");
  assert_text_refused (fixture, NEG_NET_FILES, "(uint32 0,)", 1, "a file that is not announced");
  assert_text_refused (fixture, NEG_NET_FILES, "(uint32 2,)", 1, "fewer files than announced");
  assert_text_refused (fixture, NEG_NET_FILES, "(uint32 9,)", 9, "more files than there may be");
  assert_text_refused (fixture, NEG_NET_KEYS, "(1, 2, false, [])", 1, "a file where none belongs");
  assert_text_refused (fixture, NEG_NET_DONE, "(1, 0x10000, [])", 0, "a status that is none");
  assert_text_refused (fixture, NEG_NET_STATUS, "(1, 0x10000, '')", 0, "another");
  assert_text_refused (fixture, NEG_NET_VERDICT, "(256, 0)", 0, "a verdict that is none");
  assert_text_refused (fixture, NEG_NET_END, "(21, '', '')", 0, "an error that is none");
}

static void
test_too_long (Fixture *fixture, gconstpointer data)
{
  const NegMessageHeader header = { NEG_NET_BODY_MAX + 1, NEG_NET_FAILED, 0, 0 };
  guint8 bytes[NEG_MESSAGE_HEADER_BYTES];
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (NEG_NET_BODY_MAX, 'x');
  const char *const texts[] = { text, NULL };
  guint16 type = 0;

  neg_message_header_write (&header, bytes);
  g_assert_cmpint (write (fixture->pair[0], bytes, sizeof bytes), ==, sizeof bytes);
  g_assert_null (neg_net_message_receive (fixture->pair[1], &type, fixture->fds, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
  g_clear_error (&error);
  g_assert_false (neg_net_message_send (fixture->pair[0], NEG_NET_FAILED, g_variant_new_strv (texts, -1), NULL, 0,
                                        &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_SIZE_OVERFLOW);
}

static void
test_too_many_rows (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa(ss)"));
  for (guint i = 0; i <= NEG_NET_ROWS_MAX; i++)
    g_variant_builder_add_value (&rows, g_variant_new_array (G_VARIANT_TYPE ("(ss)"), NULL, 0));
  g_assert_false (neg_net_message_send (fixture->pair[0], NEG_NET_ROWS, g_variant_new ("(uaa(ss))", 1, &rows), NULL,
                                        0, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
}

static void
test_end (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint16 type = 0;

  close (fixture->pair[0]);
  fixture->pair[0] = -1;
  g_assert_null (neg_net_message_receive (fixture->pair[1], &type, fixture->fds, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_ABORTED);
}

static void
test_types (void)
{
  g_assert_null (neg_net_message_get_type (NEG_MESSAGE_SCAN));
  g_assert_null (neg_net_message_get_type (NEG_NET_REPORT + 1));
  g_assert_null (neg_net_message_get_type (NEG_NET_ASKED + 1));
  for (guint type = NEG_NET_BEGIN; type <= NEG_NET_TELL_STEP; type++)
    g_assert_nonnull (neg_net_message_get_type (type));
  for (guint type = NEG_NET_OPENED; type <= NEG_NET_STEP; type++)
    g_assert_nonnull (neg_net_message_get_type (type));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net-message/types", test_types);
#define ADD(name, function) g_test_add ("/net-message/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("round-trip", test_round_trip);
  ADD ("cancel", test_cancel);
  ADD ("refused", test_refused);
  ADD ("too-long", test_too_long);
  ADD ("too-many-rows", test_too_many_rows);
  ADD ("end", test_end);
  return g_test_run ();
}
