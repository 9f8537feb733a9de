/* A network engine that behaves as its name says: fake-net-engine.MODE. It never touches the socket that it is handed. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "wire/neg-net-message.h"

#define SOCKET_FD 3

static const char *mode;

static gboolean
mode_is (const char *name)
{
  return strcmp (mode, name) == 0;
}

static void
hang (void)
{
  for (;;)
    pause ();
}

static void
send_ready (void)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  NegMessageHeader header = { .type = NEG_MESSAGE_READY, .body_length = 4 };

  neg_write_u32 (body, mode_is ("old") ? NEG_PROTOCOL_VERSION + 1 : NEG_PROTOCOL_VERSION);
  if (!neg_message_send (SOCKET_FD, &header, body->data, NULL, NULL))
    _exit (0);
}

static void
say (NegNetMessageType type, GVariant *body)
{
  if (!neg_net_message_send (SOCKET_FD, type, body, NULL, 0, NULL))
    _exit (0);
}

static void
misbehave (void)
{
  static const guint8 half[NEG_MESSAGE_HEADER_BYTES] = { 8, 0, 0, 0, NEG_NET_PROGRESS, 0 };
  int fd = SOCKET_FD;
  const NegMessageHeader with_fd = { 0, NEG_NET_CONNECT, 1, 0 };

  if (mode_is ("dies"))
    abort ();
  if (mode_is ("exits"))
    _exit (3);
  if (mode_is ("deaf"))
    hang ();
  if (mode_is ("request"))
    say (NEG_NET_FINISH, g_variant_new_tuple (NULL, 0));
  if (mode_is ("refused"))
    say (NEG_NET_END, g_variant_new ("(uss)", NEG_ERROR_REFUSED + 1, "called AE title not recognized", "PACS"));
  if (mode_is ("half") && write (SOCKET_FD, half, sizeof half) > 0)
    hang ();
  if (mode_is ("descriptor"))
    neg_message_send (SOCKET_FD, &with_fd, (const guint8 *) "", &fd, NULL);
}

static void
answer (guint16 type, GVariant *body)
{
  if (type == NEG_MESSAGE_CANCEL || type == NEG_NET_FINISH) {
    say (NEG_NET_END, g_variant_new ("(uss)", 0, "", ""));
    _exit (0);
  }
  if (type == NEG_NET_BEGIN && !mode_is ("good"))
    misbehave ();
  else if (type == NEG_NET_BEGIN)
    say (NEG_NET_PROGRESS, g_variant_new ("(t)", G_GUINT64_CONSTANT (5)));
}

int
main (int argc, char **argv)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  const char *dot = strrchr (argv[0], '.');

  mode = dot != NULL ? dot + 1 : "good";
  if (argc != 2 || strcmp (argv[1], "--network") != 0)
    return 2;
  if (mode_is ("mute"))
    hang ();
  send_ready ();
  if (mode_is ("stale"))
    _exit (0);
  if (mode_is ("words")) {
    say (NEG_NET_END, g_variant_new ("(uss)", NEG_ERROR_REFUSED + 1, "called AE title not recognized", ""));
    close (SOCKET_FD);
    hang ();
  }
  for (;;) {
    guint16 type;
    g_autoptr (GVariant) body = neg_net_message_receive (SOCKET_FD, &type, fds, NULL);

    if (body == NULL)
      _exit (0);
    for (guint i = 0; i < fds->len; i++)
      close (g_array_index (fds, int, i));
    answer (type, body);
  }
}
