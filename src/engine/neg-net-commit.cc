#include "config.h"

#include <cstring>
#include <memory>

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcuid.h"

#include "base/neg-error.h"
#include "engine/neg-net-conversation.hh"
#include "engine/neg-net-receive.hh"

// Storage commitment (PS3.4 J): the request, and the report whenever it comes.

namespace neg {

#define PUSH_MODEL_INSTANCE "1.2.840.10008.1.20.1.1"

constexpr guint request_commitment = 1;
constexpr gsize event_bytes_max = 16 << 20;
constexpr guint status_processing_failure = 0x0110;
constexpr guint status_no_such_class = 0x0118;

static bool
answer_event (T_ASC_Association *association, const NetContext &context, const T_DIMSE_N_EventReportRQ &request,
              guint status, GError **error)
{
  T_DIMSE_Message message = T_DIMSE_Message ();
  T_DIMSE_N_EventReportRSP &response = message.msg.NEventReportRSP;

  message.CommandField = DIMSE_N_EVENT_REPORT_RSP;
  response.MessageIDBeingRespondedTo = request.MessageID;
  response.EventTypeID = request.EventTypeID;
  response.DimseStatus = status;
  response.DataSetType = DIMSE_DATASET_NULL;
  response.opts = O_NEVENTREPORT_AFFECTEDSOPCLASSUID | O_NEVENTREPORT_AFFECTEDSOPINSTANCEUID
                  | O_NEVENTREPORT_EVENTTYPEID;
  g_strlcpy (response.AffectedSOPClassUID, request.AffectedSOPClassUID, sizeof response.AffectedSOPClassUID);
  g_strlcpy (response.AffectedSOPInstanceUID, request.AffectedSOPInstanceUID, sizeof response.AffectedSOPInstanceUID);
  OFCondition condition
      = DIMSE_sendMessageUsingMemoryData (association, context.id, &message, nullptr, nullptr, nullptr, nullptr);
  return condition.good () || net_fail (error, condition, "answering");
}

static bool
tell_event (NetChannel &channel, DcmDataset *dataset, guint *status, GError **error)
{
  std::string comment;

  if (!net_send (channel, NEG_NET_EVENT,
                 g_variant_new ("(s@a(ss)@a(ssu))", net_read_uid (dataset, DCM_TransactionUID),
                                net_read_references (dataset, DCM_ReferencedSOPSequence, false),
                                net_read_references (dataset, DCM_FailedSOPSequence, true))))
    return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  return net_await_status (channel, 0, status, &comment, error);
}

bool
net_take_event (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                const T_DIMSE_N_EventReportRQ &request, GError **error)
{
  std::unique_ptr<DcmDataset> dataset;
  guint status = status_processing_failure;

  if (!net_take_dataset (channel, association, context, request.DataSetType != DIMSE_DATASET_NULL, event_bytes_max,
                         &dataset, error))
    return false;
  if (strcmp (request.AffectedSOPClassUID, UID_StorageCommitmentPushModelSOPClass) != 0)
    status = status_no_such_class;
  else if (dataset != nullptr && !tell_event (channel, dataset.get (), &status, error))
    return false;
  return answer_event (association, *context, request, status, error);
}

class Commitment : public NetConversation {
public:
  Commitment (NetChannel &channel, T_ASC_Association *association) : NetConversation (channel, association, NEG_NET_ACTION) {}

private:
  bool ask (GVariant *order, GError **error) override;
  bool take (const T_DIMSE_Message &message, const NetContext *context, DcmDataset *detail, GError **error) override;
};

static bool
build_action (DcmDataset *dataset, GVariant *order)
{
  g_autoptr (GVariant) references = nullptr;
  const char *transaction;

  g_variant_get (order, "(&s@a(ss))", &transaction, &references);
  return dataset->putAndInsertString (DCM_TransactionUID, transaction).good ()
         && net_add_references (dataset, DCM_ReferencedSOPSequence, references);
}

bool
Commitment::ask (GVariant *order, GError **error)
{
  DcmDataset dataset;
  T_DIMSE_Message message = T_DIMSE_Message ();
  T_DIMSE_N_ActionRQ &request = message.msg.NActionRQ;
  T_ASC_PresentationContextID id
      = ASC_findAcceptedPresentationContextID (association, UID_StorageCommitmentPushModelSOPClass);

  if (id == 0)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "association", "the peer does not do storage commitment");
  if (!build_action (&dataset, order))
    return neg_fail (error, NEG_ERROR_USAGE, nullptr, "a commitment cannot be asked for these objects");
  message.CommandField = DIMSE_N_ACTION_RQ;
  request.MessageID = association->nextMsgID++;
  request.ActionTypeID = request_commitment;
  request.DataSetType = DIMSE_DATASET_PRESENT;
  g_strlcpy (request.RequestedSOPClassUID, UID_StorageCommitmentPushModelSOPClass,
             sizeof request.RequestedSOPClassUID);
  g_strlcpy (request.RequestedSOPInstanceUID, PUSH_MODEL_INSTANCE, sizeof request.RequestedSOPInstanceUID);
  OFCondition condition
      = DIMSE_sendMessageUsingMemoryData (association, id, &message, nullptr, &dataset, nullptr, nullptr);
  return condition.good () || net_fail (error, condition, "asking for storage commitment");
}

// Some report before they answer the request.
bool
Commitment::take (const T_DIMSE_Message &message, const NetContext *context, DcmDataset *detail, GError **error)
{
  const T_DIMSE_N_ActionRSP &response = message.msg.NActionRSP;

  if (message.CommandField == DIMSE_N_EVENT_REPORT_RQ)
    return net_take_event (channel, association, context, message.msg.NEventReportRQ, error);
  if (message.CommandField != DIMSE_N_ACTION_RSP)
    return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer answered something else than the request");
  return net_take_response (channel, association, context, response.DataSetType != DIMSE_DATASET_NULL, response.DimseStatus,
                            detail, error);
}

bool
net_run_commit (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  return Commitment (channel, association).run (error);
}

bool
net_propose_commit (NetChannel &channel, T_ASC_Parameters *parameters, GError **error)
{
  const char *syntaxes[] = { UID_LittleEndianExplicitTransferSyntax, UID_LittleEndianImplicitTransferSyntax };
  OFCondition condition = ASC_addPresentationContext (parameters, 1, UID_StorageCommitmentPushModelSOPClass, syntaxes,
                                                      G_N_ELEMENTS (syntaxes));

  return condition.good () || net_fail (error, condition, "proposing");
}

} // namespace neg
