// The peer's socket. Everything that is read from it and written to it goes through here: with the agent's channel
// beside it, so that CANCEL is seen while the peer is silent; with Nagle's delay off and acknowledgements sent at once
// (a peer that leaves Nagle on waits 40 ms for them per object); and what comes, past the guard. The first thing that
// goes wrong is kept: DCMTK's conditions tell too little. One in a process.
#pragma once

#include "engine/neg-net-private.hh"

extern "C" {
#include "base/neg-error.h"
#include "engine/neg-net-guard.h"
}

namespace neg {

// The next message from the agent, which is there: noted, or kept for net_receive().
void net_take_in (NetChannel &channel);

// Bytes flow: after 10 s without a message the agent is told.
void net_tell_alive (NetChannel &channel);

class NetPeer {
public:
  NetPeer (NetChannel &channel, int socket);
  NetPeer (const NetPeer &) = delete;
  NetPeer &operator= (const NetPeer &) = delete;
  ~NetPeer ();

  // Blocking: some bytes; 0: the peer has closed; -1: failed.
  gssize receive (void *target, gsize length);
  bool send (const void *bytes, gsize length); // all of them

  // Whether something can be read within @timeout_us (@stops: or until CANCEL is noted); silence is no failure.
  bool poll_readable (gint64 timeout_us, bool stops);

  // What comes out of the connection (of TLS: in plain), before DCMTK has it.
  bool check (const void *bytes, gsize length);

  bool fail (NegErrorCode code, const char *words); // the first one counts; false
  void restate (NegErrorCode code, const char *words); // in place of the first one
  void close ();
  void give_grace () { grace_us = net_grace_us; } // the association is there: it may be ended in good order

  static const GError *get_failure (); // borrowed, nullptr

  // From here on nothing is waited for, and what is sent may go out though something has failed: an A-ABORT.
  static void begin_abort ();

private:
  bool wait (short events, gint64 timeout_us, bool stops);
  void need (short events);
  gint64 get_limit (gint64 deadline_us);
  bool is_over ();

  NetChannel &channel;
  int socket;
  NegNetGuard guard;
  GError *failure = nullptr;
  gint64 grace_us = 0;
  gint64 cancel_deadline_us = 0; // of the first CANCEL
  bool is_aborting = false;
};

// One connection of DCMTK's on it.
DcmTransportConnection *net_connection_new_plain (NetPeer &peer);

} // namespace neg
