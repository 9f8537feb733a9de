#include "config.h"

#include <cstring>
#include <memory>

#include "dcmtk/dcmdata/dcuid.h"

#include "base/neg-error.h"
#include "engine/neg-net-conversation.hh"
#include "engine/neg-net-receive.hh"

// Storage commitment that a modality asks of us (PS3.4 J.3): its question, and the report that we owe.

namespace neg {

#define PUSH_MODEL_INSTANCE "1.2.840.10008.1.20.1.1"

constexpr guint request_commitment = 1;
constexpr guint event_complete = 1;
constexpr guint event_with_failures = 2;
constexpr gsize question_bytes_max = 16 << 20;
constexpr guint status_processing_failure = 0x0110;
constexpr guint status_no_such_instance = 0x0112;
constexpr guint status_no_such_class = 0x0118;
constexpr guint status_invalid_value = 0x0115;
constexpr guint status_no_such_action = 0x0123;

// --- the question ---

static bool
answer (T_ASC_Association *association, const NetContext &context, const T_DIMSE_N_ActionRQ &request, guint status,
        GError **error)
{
  T_DIMSE_Message message = T_DIMSE_Message ();
  T_DIMSE_N_ActionRSP &response = message.msg.NActionRSP;

  message.CommandField = DIMSE_N_ACTION_RSP;
  response.MessageIDBeingRespondedTo = request.MessageID;
  response.DimseStatus = status;
  response.DataSetType = DIMSE_DATASET_NULL;
  response.ActionTypeID = request.ActionTypeID;
  response.opts = O_NACTION_AFFECTEDSOPCLASSUID | O_NACTION_AFFECTEDSOPINSTANCEUID | O_NACTION_ACTIONTYPEID;
  g_strlcpy (response.AffectedSOPClassUID, request.RequestedSOPClassUID, sizeof response.AffectedSOPClassUID);
  g_strlcpy (response.AffectedSOPInstanceUID, request.RequestedSOPInstanceUID, sizeof response.AffectedSOPInstanceUID);
  OFCondition condition
      = DIMSE_sendMessageUsingMemoryData (association, context.id, &message, nullptr, nullptr, nullptr, nullptr);
  return condition.good () || net_fail (error, condition, "answering");
}

static guint
check_request (const NetContext &context, const T_DIMSE_N_ActionRQ &request)
{
  if (context.sop_class != UID_StorageCommitmentPushModelSOPClass
      || strcmp (request.RequestedSOPClassUID, UID_StorageCommitmentPushModelSOPClass) != 0)
    return status_no_such_class;
  if (strcmp (request.RequestedSOPInstanceUID, PUSH_MODEL_INSTANCE) != 0)
    return status_no_such_instance;
  if (request.ActionTypeID != request_commitment)
    return status_no_such_action;
  return request.DataSetType == DIMSE_DATASET_NULL ? status_invalid_value : 0;
}

static bool
tell_question (NetChannel &channel, DcmDataset *dataset, guint *status, GError **error)
{
  GVariant *question = net_read_question (dataset, status);
  std::string comment;

  if (question == nullptr)
    return true;
  if (!net_send (channel, NEG_NET_ASKED, question))
    return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  return net_await_status (channel, 0, status, &comment, error);
}

bool
net_take_question (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                   const T_DIMSE_N_ActionRQ &request, GError **error)
{
  std::unique_ptr<DcmDataset> dataset;

  if (!net_take_dataset (channel, association, context, request.DataSetType != DIMSE_DATASET_NULL, question_bytes_max,
                         &dataset, error))
    return false;
  guint status = check_request (*context, request);
  if (status == 0 && dataset == nullptr)
    status = status_processing_failure;
  if (status == 0 && !tell_question (channel, dataset.get (), &status, error))
    return false;
  return answer (association, *context, request, status, error);
}

// --- the report ---

static bool
build_report (DcmDataset *dataset, GVariant *order, bool *has_failures)
{
  g_autoptr (GVariant) committed = nullptr;
  g_autoptr (GVariant) failed = nullptr;
  const char *transaction;

  g_variant_get (order, "(&s@a(ss)@a(ssu))", &transaction, &committed, &failed);
  *has_failures = g_variant_n_children (failed) > 0;
  return dataset->putAndInsertString (DCM_TransactionUID, transaction).good ()
         && net_add_references (dataset, DCM_ReferencedSOPSequence, committed)
         && net_add_references (dataset, DCM_FailedSOPSequence, failed);
}

bool
net_send_report (T_ASC_Association *association, const NetContext &context, GVariant *order, GError **error)
{
  DcmDataset dataset;
  T_DIMSE_Message message = T_DIMSE_Message ();
  T_DIMSE_N_EventReportRQ &request = message.msg.NEventReportRQ;
  bool has_failures = false;

  if (!build_report (&dataset, order, &has_failures))
    return neg_fail (error, NEG_ERROR_USAGE, nullptr, "these objects cannot be reported");
  message.CommandField = DIMSE_N_EVENT_REPORT_RQ;
  request.MessageID = association->nextMsgID++;
  request.EventTypeID = has_failures ? event_with_failures : event_complete;
  request.DataSetType = DIMSE_DATASET_PRESENT;
  g_strlcpy (request.AffectedSOPClassUID, UID_StorageCommitmentPushModelSOPClass, sizeof request.AffectedSOPClassUID);
  g_strlcpy (request.AffectedSOPInstanceUID, PUSH_MODEL_INSTANCE, sizeof request.AffectedSOPInstanceUID);
  OFCondition condition
      = DIMSE_sendMessageUsingMemoryData (association, context.id, &message, nullptr, &dataset, nullptr, nullptr);
  return condition.good () || net_fail (error, condition, "reporting what is committed");
}

bool
net_take_reported (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                   const T_DIMSE_N_EventReportRSP &response, GError **error)
{
  return net_take_response (channel, association, context, response.DataSetType != DIMSE_DATASET_NULL, response.DimseStatus,
                            nullptr, error);
}

// --- on an association of our own ---

class Reporting : public NetConversation {
public:
  Reporting (NetChannel &channel, T_ASC_Association *association) : NetConversation (channel, association, NEG_NET_REPORT) {}

private:
  bool ask (GVariant *order, GError **error) override;
  bool take (const T_DIMSE_Message &message, const NetContext *context, DcmDataset *detail, GError **error) override;
};

bool
Reporting::ask (GVariant *order, GError **error)
{
  const NetContext *context = contexts.find_uncompressed (UID_StorageCommitmentPushModelSOPClass);

  if (context == nullptr)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "association", "the peer takes no reports of storage commitment");
  return net_send_report (association, *context, order, error);
}

bool
Reporting::take (const T_DIMSE_Message &message, const NetContext *context, DcmDataset *detail, GError **error)
{
  if (message.CommandField != DIMSE_N_EVENT_REPORT_RSP)
    return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer answered something else than the report");
  return net_take_reported (channel, association, context, message.msg.NEventReportRSP, error);
}

bool
net_run_report (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  return Reporting (channel, association).run (error);
}

// The provider says on its own association that it is one (PS3.4 J.3.3, PS3.7 D.3.3.4).
bool
net_propose_report (NetChannel &channel, T_ASC_Parameters *parameters, GError **error)
{
  const char *syntaxes[] = { UID_LittleEndianExplicitTransferSyntax, UID_LittleEndianImplicitTransferSyntax };
  OFCondition condition = ASC_addPresentationContext (parameters, 1, UID_StorageCommitmentPushModelSOPClass, syntaxes,
                                                      G_N_ELEMENTS (syntaxes), ASC_SC_ROLE_SCP);

  return condition.good () || net_fail (error, condition, "proposing");
}

} // namespace neg
