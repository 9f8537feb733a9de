#include "config.h"

#include "dcmtk/dcmdata/dcuid.h"

#include "base/neg-error.h"
#include "engine/neg-net-receive.hh"
#include "engine/neg-scanner-private.h"

// The role "scp": what a peer sends on an association that it has opened.

namespace neg {

#define STORAGE_ROOT "1.2.840.10008.5.1.4.1.1."

static bool
is_storage (const char *sop_class)
{
  return g_str_has_prefix (sop_class, STORAGE_ROOT) || dcmIsaStorageSOPClassUID (sop_class, ESSC_All);
}

// The first that the caller names and that we can read: callers name first what they have.
static const char *
choose_syntax (const T_ASC_PresentationContext &context, bool is_command_only)
{
  for (int i = 0; i < context.transferSyntaxCount; i++) {
    const char *syntax = context.proposedTransferSyntaxes[i];
    NegEncoding encoding;
    NegCodec codec;

    if (neg_scan_lookup_syntax (syntax, &encoding, &codec) && (!is_command_only || codec == NEG_CODEC_NATIVE))
      return syntax;
  }
  return nullptr;
}

static OFCondition
decide (T_ASC_Parameters *parameters, const T_ASC_PresentationContext &context)
{
  bool is_commitment = strcmp (context.abstractSyntax, UID_StorageCommitmentPushModelSOPClass) == 0;
  bool is_command = is_commitment || strcmp (context.abstractSyntax, UID_VerificationSOPClass) == 0
                    || strcmp (context.abstractSyntax, UID_ModalityPerformedProcedureStepSOPClass) == 0;
  const char *syntax = choose_syntax (context, is_command);
  T_ASC_SC_ROLE role = ASC_SC_ROLE_DEFAULT;

  if (!is_command && !is_storage (context.abstractSyntax))
    return ASC_refusePresentationContext (parameters, context.presentationContextID,
                                          ASC_P_ABSTRACTSYNTAXNOTSUPPORTED);
  if (syntax == nullptr)
    return ASC_refusePresentationContext (parameters, context.presentationContextID,
                                          ASC_P_TRANSFERSYNTAXESNOTSUPPORTED);
  // Who reports what is committed is the provider on an association that it opens itself (PS3.4 J.3.3, PS3.7 D.3.3.4).
  if (is_commitment && (context.proposedRole == ASC_SC_ROLE_SCP || context.proposedRole == ASC_SC_ROLE_SCUSCP))
    role = context.proposedRole;
  return ASC_acceptPresentationContext (parameters, context.presentationContextID, syntax, role);
}

bool
net_accept_scp (NetChannel &channel, T_ASC_Parameters *parameters, GError **error)
{
  T_ASC_PresentationContext context;

  for (int i = 0; i < ASC_countPresentationContexts (parameters); i++) {
    OFCondition condition = ASC_getPresentationContext (parameters, i, &context);
    if (condition.good ())
      condition = decide (parameters, context);
    if (condition.bad ())
      return net_fail (error, condition, "negotiating");
  }
  return true;
}

class Provider {
public:
  Provider (NetChannel &channel, T_ASC_Association *association)
      : channel (channel), association (association), contexts (association), transfer (channel) {}
  bool run (GError **error);

private:
  bool serve (bool *is_over, GError **error);
  bool handle (T_ASC_PresentationContextID id, T_DIMSE_Message &message, GError **error);
  bool take_order (GError **error);

  NetChannel &channel;
  T_ASC_Association *association;
  NetContexts contexts;
  NetTransfer transfer;
};

bool
Provider::handle (T_ASC_PresentationContextID id, T_DIMSE_Message &message, GError **error)
{
  OFCondition condition;

  switch (message.CommandField) {
  case DIMSE_C_ECHO_RQ:
    condition = DIMSE_sendEchoResponse (association, id, &message.msg.CEchoRQ, STATUS_Success, nullptr);
    return condition.good () || net_fail (error, condition, "answering");
  case DIMSE_C_STORE_RQ:
    return net_take_object (channel, association, contexts.find (id), message.msg.CStoreRQ,
                            association->params->DULparams.callingAPTitle, nullptr, transfer, error);
  case DIMSE_N_EVENT_REPORT_RQ:
    return net_take_event (channel, association, contexts.find (id), message.msg.NEventReportRQ, error);
  case DIMSE_N_EVENT_REPORT_RSP:
    return net_take_reported (channel, association, contexts.find (id), message.msg.NEventReportRSP, error);
  case DIMSE_N_ACTION_RQ:
    return net_take_question (channel, association, contexts.find (id), message.msg.NActionRQ, error);
  case DIMSE_N_CREATE_RQ:
  case DIMSE_N_SET_RQ:
    return net_take_step (channel, association, contexts.find (id), message, error);
  case DIMSE_C_CANCEL_RQ:
    return true;
  default:
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "association", "the peer asked for something that is not done here");
  }
}

bool
Provider::serve (bool *is_over, GError **error)
{
  T_ASC_PresentationContextID id;
  T_DIMSE_Message message;
  bool is_release = false;

  if (net_receive_command (channel, association, &id, &message, nullptr, &is_release, error))
    return handle (id, message, error);
  if (!is_release)
    return false;
  *is_over = true;
  g_clear_error (error);
  OFCondition condition = ASC_acknowledgeRelease (association);
  return condition.good () || net_fail (error, condition, "releasing");
}

// Only a report is the agent's to begin.
bool
Provider::take_order (GError **error)
{
  const NetContext *context = contexts.find_uncompressed (UID_StorageCommitmentPushModelSOPClass);
  guint16 type;
  GVariant *given;

  if (!net_receive (channel, false, &type, &given, nullptr))
    return true;
  g_autoptr (GVariant) order = given;
  if (type != NEG_NET_REPORT || context == nullptr)
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a message of type %u at the wrong time", type);
  return net_send_report (association, *context, order, error);
}

bool
Provider::run (GError **error)
{
  bool is_over = false;

  while (!is_over && !channel.is_cancelled && !channel.is_finished)
    switch (net_wait (channel, association, channel.timeout_s * 1000)) {
    case NetReady::PEER:
      if (!serve (&is_over, error))
        return false;
      break;
    case NetReady::NEITHER:
      return neg_fail (error, NEG_ERROR_TIMEOUT, "association", "the peer is silent");
    default:
      if (!take_order (error))
        return false;
    }
  transfer.tell ();
  return is_over || channel.is_finished || neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
}

bool
net_run_scp (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  return Provider (channel, association).run (error);
}

} // namespace neg
