#include "config.h"

#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include "dcmtk/dcmdata/dcdeftag.h"

#include "base/neg-error.h"
#include "engine/neg-net-dataset.hh"
#include "engine/neg-net-receive.hh"

// The role "store": one object after the other, as DIMSE without asynchronous operations has it.

namespace neg {

#define IMPLICIT_LITTLE "1.2.840.10008.1.2"
#define EXPLICIT_LITTLE "1.2.840.10008.1.2.1"
#define DEFLATED "1.2.840.10008.1.2.1.99"

// PS3.7 C.4: what is said of an object that was not sent.
constexpr guint status_processing_failure = 0x0110;
constexpr guint status_class_not_supported = 0x0122;

struct Outgoing {
  Outgoing (GVariant *body, int fd);
  Outgoing (const Outgoing &) = delete;
  Outgoing &operator= (const Outgoing &) = delete;
  ~Outgoing ();

  guint32 number;
  const char *sop_class, *instance, *syntax, *reason; // in body
  guint64 offset;
  int fd;
  GVariant *body;
};

Outgoing::Outgoing (GVariant *body, int fd) : fd (fd), body (body)
{
  g_variant_get (body, "(u&s&s&st&s)", &number, &sop_class, &instance, &syntax, &offset, &reason);
}

Outgoing::~Outgoing ()
{
  if (fd >= 0)
    close (fd);
  g_variant_unref (body);
}

class Store {
public:
  Store (NetChannel &channel, T_ASC_Association *association)
      : channel (channel), association (association), contexts (association), transfer (channel) {}
  bool run (GError **error);

private:
  bool send_next (GError **error);
  bool refuse_peer (GError **error);
  bool send_object (const Outgoing &object, GError **error);
  bool send_as_it_is (const Outgoing &object, const NetContext &context, guint64 length, GError **error);
  bool send_recoded (const Outgoing &object, const NetContext &context, GError **error);
  bool await_answer (const Outgoing &object, GError **error);
  bool refuse (const Outgoing &object, guint status, const char *comment);

  NetChannel &channel;
  T_ASC_Association *association;
  NetContexts contexts;
  NetTransfer transfer;
  guint16 message_id = 0;
};

// The object is not sent, and the others are.
bool
Store::refuse (const Outgoing &object, guint status, const char *comment)
{
  const char *const comments[] = { comment };

  net_send (channel, NEG_NET_DONE,
            g_variant_new ("(uu@as)", object.number, status, g_variant_new_strv (comments, 1)));
  return true;
}

// DCMTK writes no command of its own for a data set that it does not hold.
static bool
build_command (DcmDataset *command, const Outgoing &object, guint16 message_id)
{
  return command->putAndInsertString (DCM_AffectedSOPClassUID, object.sop_class).good ()
         && command->putAndInsertUint16 (DCM_CommandField, DIMSE_C_STORE_RQ).good ()
         && command->putAndInsertUint16 (DCM_MessageID, message_id).good ()
         && command->putAndInsertUint16 (DCM_Priority, DIMSE_PRIORITY_MEDIUM).good ()
         && command->putAndInsertUint16 (DCM_CommandDataSetType, DIMSE_DATASET_PRESENT).good ()
         && command->putAndInsertString (DCM_AffectedSOPInstanceUID, object.instance).good ();
}

bool
Store::send_as_it_is (const Outgoing &object, const NetContext &context, guint64 length, GError **error)
{
  DcmDataset command;

  if (!build_command (&command, object, ++message_id))
    return neg_fail (error, NEG_ERROR_MEMORY, nullptr, "no memory for a command");
  return net_pdv_send (channel, association, context.id, &command, { object.fd, object.offset, length }, transfer,
                       error)
         && await_answer (object, error);
}

bool
Store::send_recoded (const Outgoing &object, const NetContext &context, GError **error)
{
  g_autoptr (GError) failure = nullptr;
  std::unique_ptr<DcmDataset> dataset (net_read_file (object.fd, &failure));
  T_DIMSE_Message message = T_DIMSE_Message ();
  T_DIMSE_C_StoreRQ &request = message.msg.CStoreRQ;

  if (dataset == nullptr)
    return refuse (object, status_processing_failure, failure->message);
  if (!dataset->canWriteXfer (DcmXfer (context.syntax.c_str ()).getXfer ()))
    return refuse (object, status_processing_failure, "the object cannot be re-encoded");
  message.CommandField = DIMSE_C_STORE_RQ;
  request.MessageID = ++message_id;
  request.Priority = DIMSE_PRIORITY_MEDIUM;
  request.DataSetType = DIMSE_DATASET_PRESENT;
  g_strlcpy (request.AffectedSOPClassUID, object.sop_class, sizeof request.AffectedSOPClassUID);
  g_strlcpy (request.AffectedSOPInstanceUID, object.instance, sizeof request.AffectedSOPInstanceUID);
  OFCondition condition = DIMSE_sendMessageUsingMemoryData (association, context.id, &message, nullptr, dataset.get (),
                                                            nullptr, nullptr);
  if (condition.bad ())
    return net_fail (error, condition, "sending");
  transfer.pass (dataset->calcElementLength (EXS_LittleEndianExplicit, EET_ExplicitLength));
  return await_answer (object, error);
}

bool
Store::await_answer (const Outgoing &object, GError **error)
{
  T_ASC_PresentationContextID id;
  T_DIMSE_Message message;
  DcmDataset *given = nullptr;
  GVariantBuilder comments;

  if (!net_receive_command (channel, association, &id, &message, &given, nullptr, error))
    return false;
  std::unique_ptr<DcmDataset> detail (given);
  const T_DIMSE_C_StoreRSP &response = message.msg.CStoreRSP;
  if (message.CommandField != DIMSE_C_STORE_RSP || response.MessageIDBeingRespondedTo != message_id)
    return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer answered something else than the object");
  g_variant_builder_init (&comments, G_VARIANT_TYPE ("as"));
  net_add_comment (&comments, detail.get ());
  transfer.tell (); // what is told after the last answer nobody hears
  net_send (channel, NEG_NET_DONE, g_variant_new ("(uuas)", object.number, guint32 (response.DimseStatus), &comments));
  return true;
}

// Bit by bit where the peer takes the object's transfer syntax; else in another one without compression.
bool
Store::send_object (const Outgoing &object, GError **error)
{
  struct stat status;
  const NetContext *exact = contexts.find (object.sop_class, object.syntax);
  const NetContext *other = contexts.find_uncompressed (object.sop_class);

  if (object.fd < 0 || fstat (object.fd, &status) != 0)
    return refuse (object, status_processing_failure,
                   *object.reason != '\0' ? object.reason : "the object's file cannot be read");
  if (status.st_size < 0 || object.offset >= guint64 (status.st_size))
    return refuse (object, status_processing_failure, "the object's file holds no data set");
  guint64 length = guint64 (status.st_size) - object.offset;
  // DIMSE carries even lengths only (PS3.8 9.3.1): zlib's stream may be padded, data elements not.
  bool is_even = length % 2 == 0 || strcmp (object.syntax, DEFLATED) == 0;
  if (exact != nullptr && is_even)
    return send_as_it_is (object, *exact, length, error);
  if (net_syntax_is_uncompressed (object.syntax) && other != nullptr)
    return send_recoded (object, *other, error);
  if (exact != nullptr)
    return refuse (object, status_processing_failure, "the data set has an odd length");
  std::string name = net_class_get_name (object.sop_class), taken = contexts.describe (object.sop_class);
  std::string comment = taken.empty () ? "the peer does not take " + name + " as " + net_syntax_get_name (object.syntax)
                                       : "the peer takes " + name + " only as " + taken;
  return refuse (object, status_class_not_supported, comment.c_str ());
}

bool
Store::send_next (GError **error)
{
  guint16 type;
  GVariant *body;
  int fd;

  if (!net_receive (channel, false, &type, &body, &fd))
    return true;
  if (type == NEG_NET_SEND)
    return send_object (Outgoing (body, fd), error);
  g_variant_unref (body);
  return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a message of type %u at the wrong time", type);
}

// A peer has nothing to say unasked, but it may end.
bool
Store::refuse_peer (GError **error)
{
  T_ASC_PresentationContextID id;
  T_DIMSE_Message message;

  return net_receive_command (channel, association, &id, &message, nullptr, nullptr, error)
         && neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer asked for something without being asked");
}

bool
Store::run (GError **error)
{
  while (!channel.is_cancelled) {
    if (!send_next (error))
      return false;
    if (net_has_waiting (channel) || channel.is_cancelled)
      continue;
    if (channel.is_finished) {
      transfer.tell ();
      return true;
    }
    if (net_wait (channel, association, -1) == NetReady::PEER && !refuse_peer (error))
      return false;
  }
  return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
}

bool
net_run_store (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  return Store (channel, association).run (error);
}

// Each class and transfer syntax for itself, so that the peer has no choice to make. Classes with uncompressed objects
// once more with the two that every peer has one of, while there is room.
bool
net_propose_store (NetChannel &channel, T_ASC_Parameters *parameters, GError **error)
{
  g_autoptr (GVariant) wanted = g_variant_lookup_value (channel.options, NEG_NET_CONTEXTS, G_VARIANT_TYPE ("a(sas)"));
  NetProposal proposal (parameters);
  GVariantIter classes;
  std::vector<const char *> uncompressed;
  const char *sop_class, *syntax;
  GVariantIter *syntaxes;

  if (wanted == nullptr || g_variant_n_children (wanted) == 0)
    return neg_fail (error, NEG_ERROR_USAGE, NEG_NET_CONTEXTS, "nothing to be proposed");
  g_variant_iter_init (&classes, wanted);
  while (g_variant_iter_loop (&classes, "(&sas)", &sop_class, &syntaxes)) {
    bool has_uncompressed = false;
    while (g_variant_iter_next (syntaxes, "&s", &syntax)) {
      if (!proposal.add (sop_class, { syntax }, ASC_SC_ROLE_DEFAULT, error)) {
        g_variant_iter_free (syntaxes);
        return false;
      }
      has_uncompressed = has_uncompressed || net_syntax_is_uncompressed (syntax);
    }
    if (has_uncompressed)
      uncompressed.push_back (sop_class);
  }
  for (const char *also : uncompressed)
    if (!proposal.is_full () && !proposal.add (also, { EXPLICIT_LITTLE, IMPLICIT_LITTLE }, ASC_SC_ROLE_DEFAULT, error))
      return false;
  return true;
}

} // namespace neg
