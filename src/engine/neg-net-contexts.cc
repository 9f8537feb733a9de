#include "config.h"

#include "engine/neg-net-contexts.hh"

#include <cerrno>
#include <poll.h>

#include "dcmtk/dcmdata/dcuid.h"
#include "dcmtk/dcmdata/dcxfer.h"
#include "dcmtk/dcmnet/dulstruc.h"

#include "base/neg-error.h"
#include "engine/neg-net-peer.hh"

namespace neg {

#define IMPLICIT_LITTLE "1.2.840.10008.1.2"
#define EXPLICIT_LITTLE "1.2.840.10008.1.2.1"
#define DEFLATED "1.2.840.10008.1.2.1.99"
#define EXPLICIT_BIG "1.2.840.10008.1.2.2"

// PS3.6 A: younger than DCMTK 3.6.7.
static const struct {
  const char *uid, *name;
} young_syntaxes[] = {
  { "1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 (Lossless Only)" },
  { "1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 with RPCL (Lossless Only)" },
  { "1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000" },
};

NetContexts::NetContexts (T_ASC_Association *association)
{
  LST_HEAD **list = &association->params->DULparams.requestedPresentationContext;

  if (*list == nullptr)
    return;
  auto *context = reinterpret_cast<DUL_PRESENTATIONCONTEXT *> (LST_Head (list));
  LST_Position (list, reinterpret_cast<LST_NODE *> (context));
  for (; context != nullptr; context = reinterpret_cast<DUL_PRESENTATIONCONTEXT *> (LST_Next (list))) {
    if (context->result != ASC_P_ACCEPTANCE)
      continue;
    contexts.push_back ({ context->presentationContextID, context->abstractSyntax, context->acceptedTransferSyntax });
    if (DcmXfer (context->acceptedTransferSyntax).getXfer () == EXS_Unknown)
      g_strlcpy (context->acceptedTransferSyntax, EXPLICIT_LITTLE, sizeof context->acceptedTransferSyntax);
  }
}

const NetContext *
NetContexts::find (T_ASC_PresentationContextID id) const
{
  for (const NetContext &context : contexts)
    if (context.id == id)
      return &context;
  return nullptr;
}

const NetContext *
NetContexts::find (const std::string &sop_class, const std::string &syntax) const
{
  for (const NetContext &context : contexts)
    if (context.sop_class == sop_class && context.syntax == syntax)
      return &context;
  return nullptr;
}

const NetContext *
NetContexts::find_uncompressed (const std::string &sop_class) const
{
  for (const char *syntax : { EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG }) {
    const NetContext *context = find (sop_class, syntax);
    if (context != nullptr)
      return context;
  }
  return nullptr;
}

std::string
NetContexts::describe (const std::string &sop_class) const
{
  std::string names;

  for (const NetContext &context : contexts)
    if (context.sop_class == sop_class) {
      std::string name = net_syntax_get_name (context.syntax);
      if (names.find (name) == std::string::npos)
        names += (names.empty () ? "" : ", ") + name;
    }
  return names;
}

constexpr guint contexts_max = 128;

NetProposal::NetProposal (T_ASC_Parameters *parameters)
    : parameters (parameters), n (ASC_countPresentationContexts (parameters))
{
}

bool
NetProposal::is_full () const
{
  return n >= contexts_max;
}

bool
NetProposal::add (const char *sop_class, const std::vector<const char *> &syntaxes, T_ASC_SC_ROLE role, GError **error)
{
  std::vector<const char *> list = syntaxes;

  if (is_full ())
    return neg_fail (error, NEG_ERROR_USAGE, NEG_NET_CONTEXTS, "an association has %u contexts at most", contexts_max);
  OFCondition condition
      = ASC_addPresentationContext (parameters, 2 * n++ + 1, sop_class, list.data (), list.size (), role);
  return condition.good () || net_fail (error, condition, "proposing");
}

bool
net_syntax_is_uncompressed (const std::string &syntax)
{
  return syntax == IMPLICIT_LITTLE || syntax == EXPLICIT_LITTLE || syntax == DEFLATED || syntax == EXPLICIT_BIG;
}

std::string
net_syntax_get_name (const std::string &syntax)
{
  for (const auto &young : young_syntaxes)
    if (syntax == young.uid)
      return young.name;
  DcmXfer known (syntax.c_str ());
  return known.getXfer () == EXS_Unknown ? syntax : known.getXferName ();
}

std::string
net_class_get_name (const std::string &sop_class)
{
  std::string name = dcmFindNameOfUID (sop_class.c_str (), sop_class.c_str ());

  // "CTImageStorage"
  for (size_t at = 1; at + 1 < name.size (); at++)
    if (g_ascii_isupper (name[at]) && (g_ascii_islower (name[at - 1]) || g_ascii_islower (name[at + 1])))
      name.insert (at++, " ");
  return name;
}

struct Noted {
  explicit Noted (const NetChannel &channel)
      : n_files (channel.files.length), n_flags (channel.is_cancelled + channel.is_finished + channel.is_gone) {}
  bool operator== (const Noted &other) const { return n_files == other.n_files && n_flags == other.n_flags; }

  guint n_files;
  int n_flags;
};

// Several PDVs may have come in one PDU (PS3.8 9.3.1), and TLS reads whole records.
static bool
has_read_ahead (T_ASC_Association *association)
{
  auto *key = reinterpret_cast<PRIVATE_ASSOCIATIONKEY *> (association->DULassociation);

  return key->pdvIndex != -1 || ASC_dataWaiting (association, 0);
}

NetReady
net_wait (NetChannel &channel, T_ASC_Association *association, int timeout_ms)
{
  struct pollfd sockets[] = { { channel.peer, POLLIN, 0 }, { channel.socket, POLLIN, 0 } };
  Noted before (channel);
  int n;

  // Looking at the connection takes in what the agent says.
  if (has_read_ahead (association))
    return NetReady::PEER;
  if (net_has_waiting (channel) || !(before == Noted (channel)))
    return NetReady::AGENT;
  do
    n = poll (sockets, G_N_ELEMENTS (sockets), timeout_ms);
  while (n < 0 && errno == EINTR);
  if (n <= 0)
    return NetReady::NEITHER;
  if (sockets[0].revents != 0)
    return NetReady::PEER;
  net_take_in (channel);
  return NetReady::AGENT;
}

} // namespace neg
