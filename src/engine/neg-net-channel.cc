#include "config.h"

#include "engine/neg-net-private.hh"

#include <poll.h>
#include <unistd.h>

extern "C" {
#include "base/neg-error.h"
#include "engine/neg-seal.h"
}

#include "engine/neg-net-peer.hh"

namespace neg {

// Between two messages: what one of them asks for at most.
constexpr guint message_cpu_seconds = 60;
// A peer that is slow, or only says that it is there, is not silent.
constexpr gint64 alive_us = 10 * G_USEC_PER_SEC;

struct Waiting {
  guint16 type;
  GVariant *body;
  int fd;
};

static void
note_end (NetChannel &channel)
{
  channel.is_gone = true;
  channel.is_cancelled = true;
}

bool
net_send (NetChannel &channel, NegNetMessageType type, GVariant *body)
{
  neg_seal_renew_cpu_limit (message_cpu_seconds);
  if (type == NEG_NET_OPENED || channel.told_us != 0)
    channel.told_us = g_get_monotonic_time ();
  if (neg_net_message_send (channel.socket, type, body, nullptr, 0, nullptr))
    return true;
  note_end (channel);
  return false;
}

void
net_tell_alive (NetChannel &channel)
{
  if (channel.told_us != 0 && g_get_monotonic_time () - channel.told_us >= alive_us)
    net_send (channel, NEG_NET_PROGRESS, g_variant_new ("(t)", guint64 (0)));
}

static void
note_files (NetChannel &channel, const GArray *fds)
{
  for (guint i = 0; i < fds->len; i++)
    g_queue_push_tail (&channel.files, GINT_TO_POINTER (g_array_index (fds, int, i)));
  channel.has_no_room = fds->len == 0;
}

static void
keep (NetChannel &channel, guint16 type, GVariant *body, const GArray *fds)
{
  Waiting *message = g_new (Waiting, 1);

  *message = { type, g_variant_ref (body), fds->len > 0 ? g_array_index (fds, int, 0) : -1 };
  g_queue_push_tail (&channel.waiting, message);
}

void
net_take_in (NetChannel &channel)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GVariant) body = nullptr;
  guint16 type = 0;

  neg_seal_renew_cpu_limit (message_cpu_seconds);
  body = neg_net_message_receive (channel.socket, &type, fds, nullptr);
  if (body == nullptr)
    note_end (channel);
  else if (type == NEG_MESSAGE_CANCEL)
    channel.is_cancelled = true;
  else if (type == NEG_NET_FINISH)
    channel.is_finished = true;
  else if (type == NEG_NET_FILES)
    note_files (channel, fds);
  else
    keep (channel, type, body, fds);
}

static bool
has_arrived (const NetChannel &channel, bool wait)
{
  struct pollfd ready = { channel.socket, POLLIN, 0 };
  int n;

  do
    n = poll (&ready, 1, wait ? -1 : 0);
  while (n < 0 && errno == EINTR);
  return n > 0;
}

bool
net_receive (NetChannel &channel, bool wait, guint16 *type, GVariant **body, int *fd)
{
  if (g_queue_is_empty (&channel.waiting) && !channel.is_gone && has_arrived (channel, wait))
    net_take_in (channel);
  Waiting *message = static_cast<Waiting *> (g_queue_pop_head (&channel.waiting));
  if (message == nullptr)
    return false;
  *type = message->type;
  *body = message->body;
  if (fd != nullptr)
    *fd = message->fd;
  else if (message->fd >= 0)
    close (message->fd);
  g_free (message);
  return true;
}

void
net_put_back (NetChannel &channel, guint16 type, GVariant *body)
{
  Waiting *message = g_new (Waiting, 1);

  *message = { type, g_variant_ref (body), -1 };
  g_queue_push_head (&channel.waiting, message);
}

const char *
net_option_string (const NetChannel &channel, const char *name)
{
  const char *value = nullptr;

  g_variant_lookup (channel.options, name, "&s", &value);
  return value;
}

bool
net_option_flag (const NetChannel &channel, const char *name)
{
  gboolean value = FALSE;

  g_variant_lookup (channel.options, name, "b", &value);
  return value;
}

GBytes *
net_option_bytes (const NetChannel &channel, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (channel.options, name, G_VARIANT_TYPE_BYTESTRING);

  return value != nullptr ? g_variant_get_data_as_bytes (value) : nullptr;
}

static const struct {
  unsigned short code;
  NegErrorCode error;
  const char *words;
} meanings[] = {
  { DULC_PEERABORTEDASSOCIATION, NEG_ERROR_ABORTED, "the peer aborted the association" },
  { DULC_NETWORKCLOSED, NEG_ERROR_ABORTED, "the peer closed the connection" },
  { DULC_TCPIOERROR, NEG_ERROR_ABORTED, "the connection broke" },
  { DULC_PEERREQUESTEDRELEASE, NEG_ERROR_ABORTED, "the peer released the association too early" },
  { DULC_READTIMEOUT, NEG_ERROR_TIMEOUT, "the peer is silent" },
  { DIMSEC_NODATAAVAILABLE, NEG_ERROR_TIMEOUT, "the peer is silent" },
  { DIMSEC_NOVALIDPRESENTATIONCONTEXTID, NEG_ERROR_UNSUPPORTED, "the peer did not accept this kind of object or request" },
  { DIMSEC_OUTOFRESOURCES, NEG_ERROR_MEMORY, "no memory for what the peer sends" },
};

bool
net_fail (GError **error, const OFCondition &condition, const char *doing)
{
  const GError *seen = NetPeer::get_failure ();

  // First, as DCMTK calls every end of a connection an abort.
  if (seen != nullptr)
    return neg_fail (error, static_cast<NegErrorCode> (seen->code), doing, "%s", seen->message);
  for (const auto &meaning : meanings)
    if (condition.module () == OFM_dcmnet && condition.code () == meaning.code)
      return neg_fail (error, meaning.error, doing, "%s", meaning.words);
  return neg_fail (error, NEG_ERROR_PROTOCOL, doing, "the peer does not keep to the protocol (%u.%u)",
                   condition.module (), condition.code ());
}

} // namespace neg
