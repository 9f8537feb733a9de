// What the network files of the engine share. One association, one thread, blocking; the agent's channel is looked at
// between PDUs (CANCEL, NET_FINISH).
//
// neg-net.cc            reads NET_BEGIN, makes the association, runs its role
// neg-net-channel.cc    messages to and from the agent
// neg-net-transport.cc  DCMTK on the socket that was handed over; neg-net-peer.cc: the socket, TCP with quick
//                       acknowledgements; neg-net-tls.cc: TLS on it; neg-net-guard.c: what DCMTK never gets to see
// neg-net-attributes.cc data set <-> flat attributes, character sets
// neg-net-query.cc      C-ECHO, C-FIND, C-MOVE
// neg-net-pdv.cc        one data set as PDVs to and from a descriptor, bit by bit
// neg-net-contexts.cc   what was negotiated; waiting for the peer and the agent at once
// neg-net-store.cc      C-STORE SCU; neg-net-recode.cc: in another uncompressed transfer syntax
// neg-net-receive.cc    one object that comes; neg-net-scp.cc: C-STORE and C-ECHO SCP; neg-net-get.cc: C-GET SCU
// neg-net-commit.cc     N-ACTION to a peer, its N-EVENT-REPORT; neg-net-asked.cc: the other way round
// neg-net-step.cc       N-CREATE, N-SET of performed procedure steps in both roles
// neg-net-conversation.cc  what these three have in common: orders of the agent, answers of the peer
// neg-net-web*.c        DICOMweb (libcurl)
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/dimse.h>

extern "C" {
#include "wire/neg-net-message.h"
}

namespace neg {

// The channel to the agent and what was asked at its begin.
struct NetChannel {
  int socket;          // descriptor 3
  int peer;            // the connection; from net_request() or net_await() on
  GVariant *options;   // of NET_BEGIN
  guint timeout_s;
  bool is_cancelled;   // CANCEL or the agent's end was seen
  bool is_finished;    // NET_FINISH was seen
  GQueue files;        // of GINT_TO_POINTER (fd): empty files to receive into
  guint n_files_taken; // the number of the next one
  bool has_no_room;    // the agent can make no files now
  bool is_gone;        // the agent's end was seen
  gint64 told_us;      // when the agent was told something, since NET_OPENED; 0: before
  GQueue waiting;      // messages that came while the peer was read or written; net_receive() gives them first
};

// A message waits that no poll() of the socket would tell of.
inline bool
net_has_waiting (const NetChannel &channel)
{
  return channel.waiting.length > 0;
}

bool net_send (NetChannel &channel, NegNetMessageType type, GVariant *body);

// The next message if one is there (wait false) or when it comes; CANCEL, FINISH, FILES and the agent's end are noted and
// not returned. False: none; one was noted (look at the channel); the agent is gone (is_cancelled). *body is given; *fd
// the first descriptor or -1, given (nullable where none can come).
bool net_receive (NetChannel &channel, bool wait, guint16 *type, GVariant **body, int *fd);
void net_put_back (NetChannel &channel, guint16 type, GVariant *body); // it is the next one again

const char *net_option_string (const NetChannel &channel, const char *name); // nullptr where absent
bool net_option_flag (const NetChannel &channel, const char *name);
GBytes *net_option_bytes (const NetChannel &channel, const char *name);      // given; nullptr where absent

// *error from what the connection has seen (silence, its end, TLS, CANCEL), else from DCMTK's condition: texts without
// names. Always false.
bool net_fail (GError **error, const OFCondition &condition, const char *doing);

// neg-net-transport.cc. DIMSE and DUL calls on the association read and write through neg::NetPeer: they end within a
// second of CANCEL, after timeout_s of silence, and at once when a command is nested or a PDU absurd; net_fail() knows.
constexpr long net_pdu_bytes_max = 131072;
constexpr gint64 net_grace_us = G_USEC_PER_SEC;
bool net_request (NetChannel &channel, int socket, T_ASC_Parameters *parameters, T_ASC_Network **network,
                  T_ASC_Association **association, GError **error);
bool net_await (NetChannel &channel, int socket, T_ASC_Network **network, T_ASC_Association **association,
                GError **error);

// connect() finds @socket connected.
void net_give_out (int socket);

// The peer has something, within @timeout_us or until CANCEL is noted; other messages wait.
bool net_is_readable (T_ASC_Association *association, gint64 timeout_us);

char *net_dup_peer_subject (); // of the checked certificate, RFC 2253; given, nullptr without

// The roles, run after the association is there; each answers its messages until NET_FINISH or the peer's end.
bool net_run_query (NetChannel &channel, T_ASC_Association *association, GError **error); // echo, query, worklist, move
bool net_run_store (NetChannel &channel, T_ASC_Association *association, GError **error);
bool net_run_get (NetChannel &channel, T_ASC_Association *association, GError **error);
bool net_run_commit (NetChannel &channel, T_ASC_Association *association, GError **error);
bool net_run_step (NetChannel &channel, T_ASC_Association *association, GError **error); // mpps
bool net_run_report (NetChannel &channel, T_ASC_Association *association, GError **error);
bool net_run_scp (NetChannel &channel, T_ASC_Association *association, GError **error);

// What each role proposes or accepts.
bool net_propose_query (NetChannel &channel, T_ASC_Parameters *parameters, GError **error);
bool net_propose_store (NetChannel &channel, T_ASC_Parameters *parameters, GError **error);
bool net_propose_get (NetChannel &channel, T_ASC_Parameters *parameters, GError **error);
bool net_propose_commit (NetChannel &channel, T_ASC_Parameters *parameters, GError **error);
bool net_propose_step (NetChannel &channel, T_ASC_Parameters *parameters, GError **error);
bool net_propose_report (NetChannel &channel, T_ASC_Parameters *parameters, GError **error);
bool net_accept_scp (NetChannel &channel, T_ASC_Parameters *parameters, GError **error);

// neg-net-attributes.cc. Keys become a data set in UTF-8 (ISO_IR 192) when any value is not ASCII; what was received is
// decoded by neg-text in its own character sets. 4,096 attributes and 1 MiB per data set at most; the rest is left out.
DcmDataset *net_dataset_from_keys (GVariant *keys, GError **error);
void net_attributes_add (GVariantBuilder *builder, DcmItem *item);

// Likewise of performed procedure steps, which list every image: 131,072 attributes and 12 MiB. False: there is more.
DcmDataset *net_dataset_from_attributes (GVariant *attributes, GError **error);
bool net_attributes_add_all (GVariantBuilder *builder, DcmItem *item);

} // namespace neg
