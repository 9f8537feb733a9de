#include "config.h"

#include <cstring>
#include <memory>

#include "dcmtk/dcmdata/dcuid.h"

#include "base/neg-error.h"
#include "engine/neg-net-conversation.hh"
#include "engine/neg-net-receive.hh"

// Modality performed procedure steps (PS3.4 F.7): what a modality says, and what we say for one that cannot.

namespace neg {

constexpr gsize step_bytes_max = 32 << 20;
constexpr guint status_processing_failure = 0x0110;
constexpr guint status_no_such_class = 0x0118;
constexpr guint status_missing_attribute = 0x0120;
constexpr guint status_resource_limitation = 0x0213;

// --- what a modality says ---

// N-CREATE and N-SET, as far as they are the same here.
struct Asked {
  bool is_create;
  const char *sop_class, *instance; // "": the modality leaves it to us
  bool has_dataset;
};

static Asked
read_request (const T_DIMSE_Message &message)
{
  if (message.CommandField == DIMSE_N_CREATE_RQ) {
    const T_DIMSE_N_CreateRQ &request = message.msg.NCreateRQ;
    const bool has_instance = (request.opts & O_NCREATE_AFFECTEDSOPINSTANCEUID) != 0;

    return { true, request.AffectedSOPClassUID, has_instance ? request.AffectedSOPInstanceUID : "",
             request.DataSetType != DIMSE_DATASET_NULL };
  }
  const T_DIMSE_N_SetRQ &request = message.msg.NSetRQ;
  return { false, request.RequestedSOPClassUID, request.RequestedSOPInstanceUID, request.DataSetType != DIMSE_DATASET_NULL };
}

static bool
answer (T_ASC_Association *association, const NetContext &context, const T_DIMSE_Message &request, guint status,
        const std::string &instance, GError **error)
{
  T_DIMSE_Message message = T_DIMSE_Message ();

  if (request.CommandField == DIMSE_N_CREATE_RQ) {
    T_DIMSE_N_CreateRSP &response = message.msg.NCreateRSP;

    message.CommandField = DIMSE_N_CREATE_RSP;
    response.MessageIDBeingRespondedTo = request.msg.NCreateRQ.MessageID;
    response.DimseStatus = status;
    response.DataSetType = DIMSE_DATASET_NULL;
    response.opts = O_NCREATE_AFFECTEDSOPCLASSUID;
    g_strlcpy (response.AffectedSOPClassUID, request.msg.NCreateRQ.AffectedSOPClassUID, sizeof response.AffectedSOPClassUID);
    if (!instance.empty ())
      response.opts |= O_NCREATE_AFFECTEDSOPINSTANCEUID;
    g_strlcpy (response.AffectedSOPInstanceUID, instance.c_str (), sizeof response.AffectedSOPInstanceUID);
  } else {
    T_DIMSE_N_SetRSP &response = message.msg.NSetRSP;

    message.CommandField = DIMSE_N_SET_RSP;
    response.MessageIDBeingRespondedTo = request.msg.NSetRQ.MessageID;
    response.DimseStatus = status;
    response.DataSetType = DIMSE_DATASET_NULL;
    response.opts = O_NSET_AFFECTEDSOPCLASSUID | O_NSET_AFFECTEDSOPINSTANCEUID;
    g_strlcpy (response.AffectedSOPClassUID, request.msg.NSetRQ.RequestedSOPClassUID, sizeof response.AffectedSOPClassUID);
    g_strlcpy (response.AffectedSOPInstanceUID, request.msg.NSetRQ.RequestedSOPInstanceUID,
               sizeof response.AffectedSOPInstanceUID);
  }
  OFCondition condition
      = DIMSE_sendMessageUsingMemoryData (association, context.id, &message, nullptr, nullptr, nullptr, nullptr);
  return condition.good () || net_fail (error, condition, "answering");
}

// *instance: as the agent says, which makes one where the modality has none.
static bool
tell_step (NetChannel &channel, const Asked &asked, DcmDataset *dataset, guint *status, std::string *instance, GError **error)
{
  GVariantBuilder attributes;

  g_variant_builder_init (&attributes, G_VARIANT_TYPE ("a(ss)"));
  if (!net_attributes_add_all (&attributes, dataset)) {
    g_variant_builder_clear (&attributes);
    *status = status_resource_limitation; // a part of what was said is none of it
    return true;
  }
  if (!net_send (channel, NEG_NET_STEP,
                 g_variant_new ("(bsa(ss))", asked.is_create, net_check_uid (asked.instance), &attributes)))
    return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  return net_await_status (channel, 0, status, instance, error);
}

bool
net_take_step (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
               const T_DIMSE_Message &message, GError **error)
{
  const Asked asked = read_request (message);
  std::unique_ptr<DcmDataset> dataset;
  std::string instance = net_check_uid (asked.instance);
  guint status = status_processing_failure;

  if (!net_take_dataset (channel, association, context, asked.has_dataset, step_bytes_max, &dataset, error))
    return false;
  if (strcmp (asked.sop_class, UID_ModalityPerformedProcedureStepSOPClass) != 0
      || context->sop_class != UID_ModalityPerformedProcedureStepSOPClass)
    status = status_no_such_class;
  else if (!asked.has_dataset)
    status = status_missing_attribute;
  else if (dataset != nullptr && !tell_step (channel, asked, dataset.get (), &status, &instance, error))
    return false;
  return answer (association, *context, message, status, instance, error);
}

// --- what we say ---

class Telling : public NetConversation {
public:
  Telling (NetChannel &channel, T_ASC_Association *association)
      : NetConversation (channel, association, NEG_NET_TELL_STEP) {}

private:
  bool ask (GVariant *order, GError **error) override;
  bool take (const T_DIMSE_Message &message, const NetContext *context, DcmDataset *detail, GError **error) override;
};

static void
fill_create (T_DIMSE_Message &message, guint16 id, const char *instance)
{
  T_DIMSE_N_CreateRQ &request = message.msg.NCreateRQ;

  message.CommandField = DIMSE_N_CREATE_RQ;
  request.MessageID = id;
  request.DataSetType = DIMSE_DATASET_PRESENT;
  request.opts = O_NCREATE_AFFECTEDSOPINSTANCEUID;
  g_strlcpy (request.AffectedSOPClassUID, UID_ModalityPerformedProcedureStepSOPClass, sizeof request.AffectedSOPClassUID);
  g_strlcpy (request.AffectedSOPInstanceUID, instance, sizeof request.AffectedSOPInstanceUID);
}

static void
fill_set (T_DIMSE_Message &message, guint16 id, const char *instance)
{
  T_DIMSE_N_SetRQ &request = message.msg.NSetRQ;

  message.CommandField = DIMSE_N_SET_RQ;
  request.MessageID = id;
  request.DataSetType = DIMSE_DATASET_PRESENT;
  g_strlcpy (request.RequestedSOPClassUID, UID_ModalityPerformedProcedureStepSOPClass, sizeof request.RequestedSOPClassUID);
  g_strlcpy (request.RequestedSOPInstanceUID, instance, sizeof request.RequestedSOPInstanceUID);
}

bool
Telling::ask (GVariant *order, GError **error)
{
  g_autoptr (GVariant) attributes = nullptr;
  T_DIMSE_Message message = T_DIMSE_Message ();
  T_ASC_PresentationContextID id
      = ASC_findAcceptedPresentationContextID (association, UID_ModalityPerformedProcedureStepSOPClass);
  const char *instance;
  gboolean is_create;

  g_variant_get (order, "(b&s@a(ss))", &is_create, &instance, &attributes);
  if (id == 0)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "association", "the peer takes no performed procedure steps");
  if (*net_check_uid (instance) == '\0')
    return neg_fail (error, NEG_ERROR_USAGE, nullptr, "a performed procedure step has a UID");
  std::unique_ptr<DcmDataset> dataset (net_dataset_from_attributes (attributes, error));
  if (dataset == nullptr)
    return false;
  if (is_create)
    fill_create (message, association->nextMsgID++, instance);
  else
    fill_set (message, association->nextMsgID++, instance);
  OFCondition condition
      = DIMSE_sendMessageUsingMemoryData (association, id, &message, nullptr, dataset.get (), nullptr, nullptr);
  return condition.good () || net_fail (error, condition, "telling of a performed procedure step");
}

// Status and data set of the response; false: it is none.
static bool
read_response (const T_DIMSE_Message &message, guint *status, bool *has_dataset)
{
  if (message.CommandField == DIMSE_N_CREATE_RSP) {
    *status = message.msg.NCreateRSP.DimseStatus;
    *has_dataset = message.msg.NCreateRSP.DataSetType != DIMSE_DATASET_NULL;
  } else if (message.CommandField == DIMSE_N_SET_RSP) {
    *status = message.msg.NSetRSP.DimseStatus;
    *has_dataset = message.msg.NSetRSP.DataSetType != DIMSE_DATASET_NULL;
  } else {
    return false;
  }
  return true;
}

bool
Telling::take (const T_DIMSE_Message &message, const NetContext *context, DcmDataset *detail, GError **error)
{
  bool has_dataset = false;
  guint status = 0;

  if (!read_response (message, &status, &has_dataset))
    return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer answered something else than the request");
  return net_take_response (channel, association, context, has_dataset, status, detail, error);
}

bool
net_run_step (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  return Telling (channel, association).run (error);
}

bool
net_propose_step (NetChannel &channel, T_ASC_Parameters *parameters, GError **error)
{
  const char *syntaxes[] = { UID_LittleEndianExplicitTransferSyntax, UID_LittleEndianImplicitTransferSyntax };
  OFCondition condition = ASC_addPresentationContext (parameters, 1, UID_ModalityPerformedProcedureStepSOPClass, syntaxes,
                                                      G_N_ELEMENTS (syntaxes));

  return condition.good () || net_fail (error, condition, "proposing");
}

} // namespace neg
