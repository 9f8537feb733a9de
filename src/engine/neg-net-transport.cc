#include "config.h"

#include "engine/neg-net-peer.hh"
#include "engine/neg-net-tls.hh"

#include <dcmtk/dcmnet/dcmlayer.h>
#include <dcmtk/dcmnet/dcmtrans.h>
#include <dcmtk/dcmnet/dulstruc.h>
#include <errno.h>
#include <sys/socket.h>

// DCMTK has a way to be handed a connected socket as an acceptor (dcmExternalSocketHandle), but none as a requestor:
// DUL_RequestAssociation() calls socket() and connect() in the middle of its state machine, whose functions are not
// exported. So the program has those two itself, which come before the C library's wherever one is linked: the first
// gives out the socket that was handed over, once, and the second finds it connected. Everything else is refused, as
// it would be by the cage. libcurl 7.88 connects a socket although it is told that it is connected, too.
static int handed_over = -1;
static int given_out = -1;

extern "C" __attribute__ ((visibility ("default"))) int
socket (int, int, int) noexcept
{
  given_out = handed_over;
  handed_over = -1;
  if (given_out < 0)
    errno = EPERM;
  return given_out;
}

extern "C" __attribute__ ((visibility ("default"))) int
connect (int fd, const struct sockaddr *, socklen_t)
{
  if (fd >= 0 && fd == given_out)
    return 0;
  errno = EPERM;
  return -1;
}

namespace neg {

static NetTls *tls;
static NetPeer *peer;

// Gives DCMTK its one connection.
class Layer : public DcmTransportLayer {
public:
  DcmTransportConnection *
  createConnection (DcmNativeSocketType, OFBool is_secure) override
  {
    return is_secure ? net_connection_new_tls (*peer, tls) : net_connection_new_plain (*peer);
  }
};

void
net_give_out (int socket)
{
  given_out = socket;
}

static bool
prepare (NetChannel &channel, int socket, bool is_acceptor, GError **error)
{
  dcmDisableGethostbyaddr.set (OFTrue);
  dcmSocketSendTimeout.set (-1);
  dcmSocketReceiveTimeout.set (-1);
  peer = new NetPeer (channel, socket);
  if (!net_option_flag (channel, NEG_NET_TLS))
    return true;
  tls = net_tls_new (channel, is_acceptor, error);
  return tls != nullptr;
}

static bool
make_network (NetChannel &channel, bool is_acceptor, T_ASC_Network **network, GError **error)
{
  OFCondition condition = ASC_initializeNetwork (is_acceptor ? NET_ACCEPTOR : NET_REQUESTOR, 0,
                                                 static_cast<int> (channel.timeout_s), network);

  if (condition.good ())
    condition = ASC_setTransportLayer (*network, new Layer, 1);
  return condition.good () || net_fail (error, condition, "association");
}

// PS3.8 9.3.4, table 9-21.
static const char *
describe_rejection (guint source, guint reason)
{
  static const char *const user[] = { "no reason given", "no reason given", "application context name not supported",
                                      "calling AE title not recognized", nullptr, nullptr, nullptr,
                                      "called AE title not recognized" };
  static const char *const association[] = { "no reason given", "no reason given", "protocol version not supported" };
  static const char *const presentation[] = { "no reason given", "temporary congestion", "local limit exceeded" };
  const char *words = nullptr;

  if (source == 1 && reason < G_N_ELEMENTS (user))
    words = user[reason];
  else if (source == 2 && reason < G_N_ELEMENTS (association))
    words = association[reason];
  else if (source == 3 && reason < G_N_ELEMENTS (presentation))
    words = presentation[reason];
  return words != nullptr ? words : "for a reason that the standard does not know";
}

static bool
fail_rejected (T_ASC_Parameters *parameters, GError **error)
{
  T_ASC_RejectParameters rejection;

  ASC_getRejectParameters (parameters, &rejection);
  return neg_fail (error, NEG_ERROR_REFUSED, "association", "the peer rejected the association%s: %s",
                   rejection.result == ASC_RESULT_REJECTEDTRANSIENT ? " for now" : "",
                   describe_rejection (rejection.source & 0xff, rejection.reason & 0xff));
}

bool
net_request (NetChannel &channel, int socket, T_ASC_Parameters *parameters, T_ASC_Network **network,
             T_ASC_Association **association, GError **error)
{
  OFCondition condition;

  if (!prepare (channel, socket, false, error) || !make_network (channel, false, network, error))
    return false;
  // An address of digits, so that nobody looks a name up; it is not used.
  ASC_setPresentationAddresses (parameters, "127.0.0.1", "127.0.0.1:104");
  ASC_setTransportLayerType (parameters, tls != nullptr);
  handed_over = socket;
  condition = ASC_requestAssociation (*network, parameters, association, nullptr, nullptr, DUL_NOBLOCK,
                                      static_cast<int> (channel.timeout_s));
  handed_over = -1;
  given_out = -1;
  if (condition.good ()) {
    peer->give_grace ();
    return true;
  }
  if (condition == DUL_ASSOCIATIONREJECTED)
    return fail_rejected (parameters, error);
  return net_fail (error, condition, "association");
}

bool
net_await (NetChannel &channel, int socket, T_ASC_Network **network, T_ASC_Association **association, GError **error)
{
  OFCondition condition;

  dcmExternalSocketHandle.set (socket);
  if (!prepare (channel, socket, true, error) || !make_network (channel, true, network, error))
    return false;
  condition = ASC_receiveAssociation (*network, association, net_pdu_bytes_max, nullptr, nullptr, tls != nullptr,
                                      DUL_NOBLOCK, static_cast<int> (channel.timeout_s));
  if (condition.bad ())
    return net_fail (error, condition, "association");
  peer->give_grace ();
  return true;
}

bool
net_is_readable (T_ASC_Association *association, gint64 timeout_us)
{
  auto *key = reinterpret_cast<PRIVATE_ASSOCIATIONKEY *> (association->DULassociation);

  return key->pdvIndex != -1 || ASC_dataWaiting (association, 0) || peer->poll_readable (timeout_us, true);
}

char *
net_dup_peer_subject ()
{
  return tls != nullptr ? net_tls_dup_peer_subject (tls) : nullptr;
}

} // namespace neg
