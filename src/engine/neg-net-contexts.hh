// What was negotiated, and waiting on both sides of an association. Thread: the association's one.
#pragma once

#include <string>
#include <vector>

#include "engine/neg-net-private.hh"

namespace neg {

struct NetContext {
  T_ASC_PresentationContextID id;
  std::string sop_class, syntax;
};

// The accepted contexts. DCMTK 3.6.7 refuses commands in contexts whose transfer syntax it does not know (HTJ2K),
// though it is never asked to look at a data set: in its own tables those become Explicit VR Little Endian here. So this comes
// after the peer has been answered and the agent told, once for an association.
class NetContexts {
public:
  explicit NetContexts (T_ASC_Association *association);

  const NetContext *find (T_ASC_PresentationContextID id) const;                           // nullptr: none
  const NetContext *find (const std::string &sop_class, const std::string &syntax) const;  // exactly
  // The uncompressed one that loses least for @sop_class; nullptr: none.
  const NetContext *find_uncompressed (const std::string &sop_class) const;
  // "Explicit VR Little Endian, JPEG Lossless", "" when the SOP class was refused.
  std::string describe (const std::string &sop_class) const;

private:
  std::vector<NetContext> contexts;
};

// The contexts to be proposed, 128 at most (PS3.8 9.3.2.2: odd numbers of one byte). Starts behind those that are there.
class NetProposal {
public:
  explicit NetProposal (T_ASC_Parameters *parameters);
  bool is_full () const;
  bool add (const char *sop_class, const std::vector<const char *> &syntaxes, T_ASC_SC_ROLE role, GError **error);

private:
  T_ASC_Parameters *parameters;
  guint n;
};

bool net_syntax_is_uncompressed (const std::string &syntax); // native pixels, deflated ones too
std::string net_syntax_get_name (const std::string &syntax);
std::string net_class_get_name (const std::string &sop_class);

enum class NetReady {
  PEER,
  AGENT,   // something was noted in the channel, or a message waits for net_receive()
  NEITHER, // the time is over
};

// Until one of them has something, @timeout_ms at most (-1: for ever). The peer first when both have. What DCMTK has
// read ahead counts, too.
NetReady net_wait (NetChannel &channel, T_ASC_Association *association, int timeout_ms);

} // namespace neg
