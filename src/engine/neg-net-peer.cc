#include "config.h"

#include "engine/neg-net-peer.hh"

#include <dcmtk/dcmnet/dcmtrans.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace neg {

static NetPeer *current;

static void
set_tcp_option (int socket, int option)
{
  const int on = 1;

  // Not for sockets that are none of TCP, as in tests.
  (void) !setsockopt (socket, IPPROTO_TCP, option, &on, sizeof on);
}

NetPeer::NetPeer (NetChannel &channel_, int socket_) : channel (channel_), socket (socket_)
{
  neg_net_guard_init (&guard);
  set_tcp_option (socket, TCP_NODELAY);
  set_tcp_option (socket, TCP_QUICKACK);
  channel.peer = socket;
  current = this;
}

NetPeer::~NetPeer ()
{
  close ();
  g_clear_error (&failure);
  if (current == this)
    current = nullptr;
}

void
NetPeer::close ()
{
  if (socket >= 0)
    ::close (socket);
  socket = -1;
  channel.peer = -1;
}

const GError *
NetPeer::get_failure ()
{
  return current != nullptr ? current->failure : nullptr;
}

void
NetPeer::begin_abort ()
{
  if (current != nullptr)
    current->is_aborting = true;
}

bool
NetPeer::fail (NegErrorCode code, const char *words)
{
  if (failure == nullptr)
    neg_fail (&failure, code, nullptr, "%s", words);
  errno = ECONNABORTED;
  return false;
}

void
NetPeer::restate (NegErrorCode code, const char *words)
{
  g_clear_error (&failure);
  fail (code, words);
}

// The time until which is waited: cut to the grace once there was a CANCEL, to nothing when the agent is gone.
gint64
NetPeer::get_limit (gint64 deadline_us)
{
  if (!channel.is_cancelled)
    return deadline_us;
  if (channel.is_gone)
    return 0;
  if (cancel_deadline_us == 0)
    cancel_deadline_us = g_get_monotonic_time () + grace_us;
  return MIN (deadline_us, cancel_deadline_us);
}

bool
NetPeer::is_over ()
{
  if (failure != nullptr || socket < 0)
    return true;
  if (channel.is_cancelled && g_get_monotonic_time () >= get_limit (G_MAXINT64))
    fail (NEG_ERROR_CANCELLED, "cancelled");
  return failure != nullptr;
}

bool
NetPeer::wait (short events, gint64 timeout_us, bool stops)
{
  gint64 deadline_us = g_get_monotonic_time () + timeout_us;
  bool was_cancelled = channel.is_cancelled;

  while (!is_aborting && !is_over ()) {
    gint64 remaining_us = get_limit (deadline_us) - g_get_monotonic_time ();
    struct pollfd ready[] = { { socket, events, 0 }, { channel.is_gone ? -1 : channel.socket, POLLIN, 0 } };
    int n = poll (ready, G_N_ELEMENTS (ready), static_cast<int> (CLAMP ((remaining_us + 999) / 1000, 0, G_MAXINT)));

    if (n < 0 && errno != EINTR)
      return fail (NEG_ERROR_ABORTED, "the connection broke");
    if (n > 0 && ready[1].revents != 0)
      net_take_in (channel);
    if (n > 0 && ready[0].revents != 0)
      return true;
    if (g_get_monotonic_time () >= deadline_us || (stops && channel.is_cancelled && !was_cancelled))
      return false;
  }
  errno = ECONNABORTED;
  return false;
}

bool
NetPeer::poll_readable (gint64 timeout_us, bool stops)
{
  return wait (POLLIN, timeout_us, stops);
}

// In the middle of something: silence ends it.
void
NetPeer::need (short events)
{
  if (!wait (events, channel.timeout_s * G_USEC_PER_SEC, false) && !is_aborting)
    fail (NEG_ERROR_TIMEOUT, "the peer is silent");
}

gssize
NetPeer::receive (void *target, gsize length)
{
  while (!is_aborting && !is_over ()) {
    gssize n = recv (socket, target, length, MSG_DONTWAIT);

    if (n == 0)
      fail (NEG_ERROR_ABORTED, "the peer closed the connection");
    if (n > 0) {
      set_tcp_option (socket, TCP_QUICKACK); // the kernel takes it back by itself
      net_tell_alive (channel);
    }
    if (n >= 0)
      return n;
    if (errno != EAGAIN && errno != EINTR)
      fail (NEG_ERROR_ABORTED, "the peer broke the connection");
    else if (errno == EAGAIN)
      need (POLLIN);
  }
  errno = ECONNABORTED;
  return -1;
}

bool
NetPeer::send (const void *bytes, gsize length)
{
  const guint8 *position = static_cast<const guint8 *> (bytes);

  while (length > 0 && (is_aborting ? socket >= 0 : !is_over ())) {
    gssize n = ::send (socket, position, length, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n >= 0) {
      position += n;
      length -= static_cast<gsize> (n);
      net_tell_alive (channel);
    } else if (is_aborting) {
      break;
    } else if (errno == EAGAIN) {
      need (POLLOUT);
    } else if (errno != EINTR) {
      fail (NEG_ERROR_ABORTED, "the peer broke the connection");
    }
  }
  return length == 0;
}

bool
NetPeer::check (const void *bytes, gsize length)
{
  g_autoptr (GError) error = nullptr;

  if (neg_net_guard_feed (&guard, static_cast<const guint8 *> (bytes), length, &error))
    return true;
  return fail (static_cast<NegErrorCode> (error->code), error->message);
}

// DCMTK's own connection of this kind reads and writes the socket itself and knows neither agent nor guard.
class PlainConnection : public DcmTransportConnection {
public:
  explicit PlainConnection (NetPeer &peer_) : DcmTransportConnection (-1), peer (peer_) { }
  ~PlainConnection () override { peer.close (); }

  OFCondition serverSideHandshake () override { return EC_Normal; }
  OFCondition clientSideHandshake () override { return EC_Normal; }
  OFCondition renegotiate (const char *) override { return EC_IllegalCall; }

  ssize_t
  read (void *target, size_t length) override
  {
    gssize n = peer.receive (target, length);

    return n > 0 && !peer.check (target, static_cast<gsize> (n)) ? -1 : n;
  }

  ssize_t
  write (void *bytes, size_t length) override
  {
    return peer.send (bytes, length) ? static_cast<ssize_t> (length) : -1;
  }

  void close () override { peer.close (); }
  void closeTransportConnection () override { peer.close (); }
  unsigned long getPeerCertificateLength () override { return 0; }
  unsigned long getPeerCertificate (void *, unsigned long) override { return 0; }
  OFBool networkDataAvailable (int timeout_s) override { return peer.poll_readable (timeout_s * G_USEC_PER_SEC, false); }
  // False, so that DCMTK asks networkDataAvailable() and does not poll the socket behind our back.
  OFBool isTransparentConnection () override { return OFFalse; }
  OFString &dumpConnectionParameters (OFString &text) override { return text = "TCP"; }

private:
  NetPeer &peer;
};

DcmTransportConnection *
net_connection_new_plain (NetPeer &peer)
{
  return new PlainConnection (peer);
}

} // namespace neg
