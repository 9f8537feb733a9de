// TLS on the peer's socket, by OpenSSL itself: DCMTK's layer reads keys from files, knows nothing of host names and
// loses the reason of a refusal. TLS 1.2 at least; forward secrecy and authenticated encryption only (PS3.15 B.9, BCP
// 195); the chain against the authorities given and no others; the name or address of the host; never plain instead.
#pragma once

#include "engine/neg-net-peer.hh"

namespace neg {

struct NetTls;

// What OpenSSL reads from files and makes once, before the seal.
bool net_tls_preload (GError **error);

NetTls *net_tls_new (NetChannel &channel, bool is_acceptor, GError **error);
DcmTransportConnection *net_connection_new_tls (NetPeer &peer, NetTls *tls);
char *net_tls_dup_peer_subject (const NetTls *tls);

} // namespace neg
