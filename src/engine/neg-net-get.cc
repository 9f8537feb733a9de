#include "config.h"

#include <cstring>
#include <memory>

#include "dcmtk/dcmdata/dcdeftag.h"
#include "dcmtk/dcmdata/dcuid.h"

#include "base/neg-error.h"
#include "engine/neg-net-receive.hh"

// The role "get": a request, and the objects on the same association.

namespace neg {

constexpr gsize answer_bytes_max = 16 << 20;

// An archive sends an object as it has it stored if it has accepted a context with that transfer syntax; of several in
// one context it accepts the one that it likes best, and then decompresses, or fails (Orthanc cannot decompress JPEG
// 2000). So each way of storing has a context of its own: all of them for classes that the agent knows of; else, as there are 128
// contexts, those that occur for the classes of most images, and one context each for others, which are hardly
// ever compressed.
static const struct {
  char letter;
  const char *uid;
} syntaxes[] = {
  { 'e', "1.2.840.10008.1.2.1" },      { 'i', "1.2.840.10008.1.2" },        { 'l', "1.2.840.10008.1.2.4.70" },
  { 'k', "1.2.840.10008.1.2.4.90" },   { 'K', "1.2.840.10008.1.2.4.91" },   { 'j', "1.2.840.10008.1.2.4.50" },
  { 's', "1.2.840.10008.1.2.4.80" },   { 'r', "1.2.840.10008.1.2.5" },      { 'x', "1.2.840.10008.1.2.4.51" },
  { 'S', "1.2.840.10008.1.2.4.81" },   { 'p', "1.2.840.10008.1.2.4.57" },   { 'b', "1.2.840.10008.1.2.2" },
  { 'h', "1.2.840.10008.1.2.4.201" },  { 'H', "1.2.840.10008.1.2.4.203" },  { 'q', "1.2.840.10008.1.2.4.202" },
  { 'm', "1.2.840.10008.1.2.4.100" },  { 'v', "1.2.840.10008.1.2.4.102" },  { 'd', "1.2.840.10008.1.2.1.99" },
};
static const struct {
  const char *uid, *letters;
} frequent_classes[] = {
  { UID_CTImageStorage, "eilkKsr" },
  { UID_MRImageStorage, "eilkKsr" },
  { UID_EnhancedCTImageStorage, "eilkK" },
  { UID_EnhancedMRImageStorage, "eilkK" },
  { UID_PositronEmissionTomographyImageStorage, "eilk" },
  { UID_NuclearMedicineImageStorage, "eil" },
  { UID_ComputedRadiographyImageStorage, "eilkKsx" },
  { UID_DigitalXRayImageStorageForPresentation, "eilkKsx" },
  { UID_DigitalMammographyXRayImageStorageForPresentation, "eilkKs" },
  { UID_BreastTomosynthesisImageStorage, "eilkK" },
  { UID_UltrasoundImageStorage, "eiljkKr" },
  { UID_UltrasoundMultiframeImageStorage, "eiljkKr" },
  { UID_XRayAngiographicImageStorage, "eiljkK" },
  { UID_XRayRadiofluoroscopicImageStorage, "eiljkK" },
  { UID_SecondaryCaptureImageStorage, "eiljkKsr" },
};
static const char *const other_classes[] = {
  UID_GrayscaleSoftcopyPresentationStateStorage, UID_KeyObjectSelectionDocumentStorage, UID_BasicTextSRStorage,
  UID_EnhancedSRStorage, UID_ComprehensiveSRStorage, UID_XRayRadiationDoseSRStorage, UID_MammographyCADSRStorage,
  UID_SegmentationStorage, UID_EncapsulatedPDFStorage, UID_MultiframeGrayscaleByteSecondaryCaptureImageStorage,
  UID_MultiframeGrayscaleWordSecondaryCaptureImageStorage, UID_MultiframeTrueColorSecondaryCaptureImageStorage,
  UID_RTImageStorage, UID_RTDoseStorage, UID_RTStructureSetStorage, UID_RTPlanStorage,
  UID_DigitalXRayImageStorageForProcessing, UID_DigitalMammographyXRayImageStorageForProcessing,
  UID_VLPhotographicImageStorage, UID_VLEndoscopicImageStorage, UID_VideoEndoscopicImageStorage,
  UID_ColorSoftcopyPresentationStateStorage, UID_EnhancedXAImageStorage, UID_EnhancedPETImageStorage,
  UID_TwelveLeadECGWaveformStorage, UID_ParametricMapStorage, UID_SpatialRegistrationStorage,
  UID_RealWorldValueMappingStorage,
};
static const std::vector<const char *> native = { "1.2.840.10008.1.2.1", "1.2.840.10008.1.2" };

class Retrieval {
public:
  Retrieval (NetChannel &channel, T_ASC_Association *association)
      : channel (channel), association (association), contexts (association), transfer (channel) {}
  bool run (GError **error);

private:
  bool take_order (GError **error);
  bool ask (GVariant *order, GError **error);
  bool serve (GError **error);
  bool take_answer (const T_DIMSE_C_GetRSP &answer, DcmDataset *detail, GError **error);
  bool cancel (GError **error);

  NetChannel &channel;
  T_ASC_Association *association;
  NetContexts contexts;
  NetTransfer transfer;
  NetAsked asked;
  T_ASC_PresentationContextID id = 0;
  guint16 message_id = 0;
  bool is_asked = false, is_cancel_sent = false;
};

static const char *
get_model (const NetChannel &channel)
{
  const char *model = net_option_string (channel, NEG_NET_MODEL);

  return g_strcmp0 (model, "patient") == 0 ? UID_GETPatientRootQueryRetrieveInformationModel
                                           : UID_GETStudyRootQueryRetrieveInformationModel;
}

bool
Retrieval::ask (GVariant *order, GError **error)
{
  T_DIMSE_Message message = T_DIMSE_Message ();
  T_DIMSE_C_GetRQ &request = message.msg.CGetRQ;
  g_autoptr (GVariant) keys = g_variant_get_child_value (order, 2);
  std::unique_ptr<DcmDataset> dataset (net_dataset_from_keys (keys, error));
  const char *study = nullptr;

  if (dataset == nullptr)
    return false;
  if (dataset->findAndGetString (DCM_StudyInstanceUID, study).good () && study != nullptr)
    asked.study = study;
  id = ASC_findAcceptedPresentationContextID (association, get_model (channel));
  if (id == 0)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "association", "the peer does not do C-GET");
  message_id = association->nextMsgID++;
  message.CommandField = DIMSE_C_GET_RQ;
  request.MessageID = message_id;
  request.Priority = DIMSE_PRIORITY_MEDIUM;
  request.DataSetType = DIMSE_DATASET_PRESENT;
  g_strlcpy (request.AffectedSOPClassUID, get_model (channel), sizeof request.AffectedSOPClassUID);
  OFCondition condition
      = DIMSE_sendMessageUsingMemoryData (association, id, &message, nullptr, dataset.get (), nullptr, nullptr);
  is_asked = condition.good ();
  return is_asked || net_fail (error, condition, "asking for objects");
}

bool
Retrieval::take_order (GError **error)
{
  guint16 type;
  GVariant *given;

  if (!net_receive (channel, false, &type, &given, nullptr))
    return true;
  g_autoptr (GVariant) order = given;
  if (type == NEG_NET_STATUS)
    return asked.hear (order, error);
  if (type != NEG_NET_MOVE || is_asked)
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a message of type %u at the wrong time", type);
  return ask (order, error);
}

static void
tell_failed (NetChannel &channel, DcmDataset *dataset)
{
  GVariantBuilder failed;
  OFString uid;

  if (dataset == nullptr || !dataset->tagExists (DCM_FailedSOPInstanceUIDList))
    return;
  g_variant_builder_init (&failed, G_VARIANT_TYPE ("as"));
  for (unsigned long i = 0; dataset->findAndGetOFString (DCM_FailedSOPInstanceUIDList, uid, i).good (); i++)
    if (*net_check_uid (uid.c_str ()) != '\0')
      g_variant_builder_add (&failed, "s", uid.c_str ());
  net_send (channel, NEG_NET_FAILED, g_variant_builder_end (&failed));
}

// PS3.7 9.1.3: counts come with the pending answers and the last one.
bool
Retrieval::take_answer (const T_DIMSE_C_GetRSP &answer, DcmDataset *detail, GError **error)
{
  std::unique_ptr<DcmDataset> dataset;
  const NetContext *context = contexts.find (id);
  g_autoptr (GError) failure = nullptr;
  bool is_broken = false;
  GVariantBuilder comments;

  if (answer.MessageIDBeingRespondedTo != message_id || context == nullptr)
    return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer answered something else than the request");
  if (answer.DataSetType != DIMSE_DATASET_NULL)
    dataset.reset (net_pdv_receive_dataset (channel, association, *context, answer_bytes_max, &is_broken, &failure));
  if (is_broken) {
    g_propagate_error (error, g_steal_pointer (&failure));
    return false;
  }
  net_send (channel, NEG_NET_COUNTS,
            g_variant_new ("(uuuu)", guint32 (answer.NumberOfRemainingSubOperations),
                           guint32 (answer.NumberOfCompletedSubOperations),
                           guint32 (answer.NumberOfFailedSubOperations),
                           guint32 (answer.NumberOfWarningSubOperations)));
  if (DICOM_PENDING_STATUS (answer.DimseStatus))
    return true;
  // PS3.4 C.4.3.1.4 puts the failed ones into the data set; Orthanc, beside the status.
  tell_failed (channel, dataset != nullptr ? dataset.get () : detail);
  transfer.tell ();
  g_variant_builder_init (&comments, G_VARIANT_TYPE ("as"));
  net_add_comment (&comments, detail);
  net_send (channel, NEG_NET_DONE, g_variant_new ("(uuas)", 0u, guint32 (answer.DimseStatus), &comments));
  is_asked = false;
  return true;
}

bool
Retrieval::serve (GError **error)
{
  T_ASC_PresentationContextID used;
  T_DIMSE_Message message;
  DcmDataset *given = nullptr;

  if (!net_receive_command (channel, association, &used, &message, &given, nullptr, error))
    return false;
  std::unique_ptr<DcmDataset> detail (given);
  if (message.CommandField == DIMSE_C_STORE_RQ && is_asked)
    return net_take_object (channel, association, contexts.find (used), message.msg.CStoreRQ,
                            association->params->DULparams.calledAPTitle, &asked, transfer, error);
  if (message.CommandField == DIMSE_C_GET_RSP && is_asked)
    return take_answer (message.msg.CGetRSP, detail.get (), error);
  return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer sent something that was not asked for");
}

// Once; what comes until the peer's last answer is still taken, as long as the grace lasts.
bool
Retrieval::cancel (GError **error)
{
  is_cancel_sent = true;
  OFCondition condition = DIMSE_sendCancelRequest (association, id, message_id);
  return condition.good () || net_fail (error, condition, "cancelling");
}

bool
Retrieval::run (GError **error)
{
  while (is_asked || !(channel.is_cancelled || channel.is_finished)) {
    if (!take_order (error))
      return false;
    if (!is_asked && (channel.is_cancelled || channel.is_finished))
      continue;
    if (is_asked && channel.is_cancelled && !is_cancel_sent && !cancel (error))
      return false;
    int timeout_ms = channel.is_cancelled ? int (net_grace_us / 1000) : is_asked ? int (channel.timeout_s * 1000) : -1;
    switch (net_wait (channel, association, timeout_ms)) {
    case NetReady::PEER:
      if (!serve (error))
        return false;
      break;
    case NetReady::NEITHER:
      return channel.is_cancelled ? neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled")
                                  : neg_fail (error, NEG_ERROR_TIMEOUT, "association", "the peer is silent");
    default:
      break;
    }
  }
  return !channel.is_cancelled || neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
}

bool
net_run_get (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  return Retrieval (channel, association).run (error);
}

static bool
propose_letters (NetProposal &proposal, const char *sop_class, const char *letters, GError **error)
{
  for (const auto &syntax : syntaxes)
    if (strchr (letters, syntax.letter) != nullptr && !proposal.is_full ()
        && !proposal.add (sop_class, { syntax.uid }, ASC_SC_ROLE_SCP, error))
      return false;
  return true;
}

// Each class with the transfer syntaxes that were named, or with all, the likely ones of all classes first.
static bool
propose_known (NetProposal &proposal, GVariant *wanted, GError **error)
{
  GVariantIter classes;
  const char *sop_class;
  const char **given;
  std::vector<const char *> unnamed;

  g_variant_iter_init (&classes, wanted);
  while (g_variant_iter_next (&classes, "(&s^a&s)", &sop_class, &given)) {
    g_autofree const char **named = given;
    if (*named == nullptr)
      unnamed.push_back (sop_class);
    for (const char **syntax = named; *syntax != nullptr; syntax++)
      if (!proposal.add (sop_class, { *syntax }, ASC_SC_ROLE_SCP, error))
        return false;
  }
  for (const auto &syntax : syntaxes)
    for (const char *known : unnamed)
      if (!proposal.is_full () && !proposal.add (known, { syntax.uid }, ASC_SC_ROLE_SCP, error))
        return false;
  return true;
}

static bool
propose_unknown (NetProposal &proposal, GError **error)
{
  std::vector<const char *> any_way;

  for (const auto &frequent : frequent_classes)
    if (!propose_letters (proposal, frequent.uid, frequent.letters, error))
      return false;
  for (const auto &syntax : syntaxes)
    any_way.push_back (syntax.uid);
  for (const char *other : other_classes)
    if (!proposal.is_full () && !proposal.add (other, any_way, ASC_SC_ROLE_SCP, error))
      return false;
  return true;
}

bool
net_propose_get (NetChannel &channel, T_ASC_Parameters *parameters, GError **error)
{
  g_autoptr (GVariant) wanted = g_variant_lookup_value (channel.options, NEG_NET_CONTEXTS, G_VARIANT_TYPE ("a(sas)"));
  NetProposal proposal (parameters);

  if (!proposal.add (get_model (channel), native, ASC_SC_ROLE_DEFAULT, error))
    return false;
  if (wanted != nullptr && g_variant_n_children (wanted) > 0)
    return propose_known (proposal, wanted, error);
  return propose_unknown (proposal, error);
}

} // namespace neg
