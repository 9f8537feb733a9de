#include "config.h"

#include <memory>
#include <string.h>

#include <dcmtk/dcmdata/dctk.h>

#include "engine/neg-net-contexts.hh"
#include "engine/neg-net-pdv.hh"
#include "engine/neg-net-private.hh"

extern "C" {
#include "base/neg-error.h"
#include "engine/neg-text.h"
}

#include "engine/neg-net-peer.hh"

namespace neg {

constexpr gsize identifier_bytes_max = 4 << 20;
constexpr gsize rows_bytes_max = 8 << 20; // of one message; well below NEG_NET_BODY_MAX
constexpr gint64 flush_us = 200000;
constexpr guint ignored_max = 2000; // answers to a query that was cancelled
constexpr guint move_patience = 20; // a C-MOVE may be silent for as many times timeout_s
constexpr guint status_cancelled = 0xFE00;

// --- What is proposed ---

static const char *
get_class (const NetChannel &channel)
{
  const char *role = net_option_string (channel, NEG_NET_ROLE);
  bool is_patient = g_strcmp0 (net_option_string (channel, NEG_NET_MODEL), "patient") == 0;

  if (g_strcmp0 (role, "echo") == 0)
    return UID_VerificationSOPClass;
  if (g_strcmp0 (role, "worklist") == 0)
    return UID_FINDModalityWorklistInformationModel;
  if (g_strcmp0 (role, "move") == 0)
    return is_patient ? UID_MOVEPatientRootQueryRetrieveInformationModel
                      : UID_MOVEStudyRootQueryRetrieveInformationModel;
  return is_patient ? UID_FINDPatientRootQueryRetrieveInformationModel : UID_FINDStudyRootQueryRetrieveInformationModel;
}

// PS3.4 C.5.1.1: byte 1 asks for relational queries. Who does not know it does not answer it.
static bool
ask_for_relational (T_ASC_Parameters *parameters, const char *sop_class)
{
  auto *list = new SOPClassExtendedNegotiationSubItemList;
  auto *item = new SOPClassExtendedNegotiationSubItem;

  item->sopClassUID = sop_class;
  item->serviceClassAppInfoLength = 1;
  item->serviceClassAppInfo = new unsigned char[1]{ 1 };
  list->push_back (item);
  ASC_setRequestedExtNegList (parameters, list);
  return true;
}

bool
net_propose_query (NetChannel &channel, T_ASC_Parameters *parameters, GError **error)
{
  const char *syntaxes[] = { UID_LittleEndianExplicitTransferSyntax, UID_LittleEndianImplicitTransferSyntax };
  const char *sop_class = get_class (channel);
  OFCondition condition
      = ASC_addPresentationContext (parameters, 1, sop_class, syntaxes, static_cast<int> (G_N_ELEMENTS (syntaxes)));

  if (condition.bad ())
    return net_fail (error, condition, "association");
  if (g_strcmp0 (net_option_string (channel, NEG_NET_ROLE), "query") == 0)
    ask_for_relational (parameters, sop_class);
  return true;
}

// --- One exchange ---

class Query {
public:
  Query (NetChannel &channel, T_ASC_Association *association)
      : channel (channel), association (association), contexts (association), sop_class (get_class (channel))
  {
    context = find_context ();
  }

  bool echo (GError **error);
  bool find (GVariant *body, GError **error);
  bool move (GVariant *body, GError **error);

private:
  const NetContext *find_context () const;
  bool send (T_DIMSE_Message &message, DcmDataset *identifier, GError **error);
  bool await (guint timeout_s, GError **error);
  bool receive (T_DIMSE_Command wanted, GError **error);
  bool cancel (GError **error);
  DcmDataset *receive_identifier (GError **error);
  bool take_row (GError **error);
  bool skip_row (GError **error);
  bool take_pending (GError **error);
  void flush ();
  void tell_done (guint id, guint status, const char *first_comment);
  void tell_failed (DcmItem *list);
  bool finish_move (const T_DIMSE_C_MoveRSP &response, GError **error);

  NetChannel &channel;
  T_ASC_Association *association;
  NetContexts contexts;
  const char *sop_class;
  const NetContext *context;

  DIC_US message_id = 0;
  bool is_cancelled = false; // C-CANCEL was sent
  T_DIMSE_Message answer;
  std::unique_ptr<DcmDataset> detail; // of the answer

  GVariantBuilder rows;
  guint id = 0, n_rows = 0, n_total = 0, n_ignored = 0, limit = 0;
  gsize rows_bytes = 0;
  gint64 flush_time_us = 0; // of the rows that wait; 0: none
  bool is_limited = false;
};

const NetContext *
Query::find_context () const
{
  T_ASC_PresentationContextID number = ASC_findAcceptedPresentationContextID (association, sop_class);

  return number != 0 ? contexts.find (number) : nullptr;
}

bool
Query::send (T_DIMSE_Message &message, DcmDataset *identifier, GError **error)
{
  OFCondition condition = DIMSE_sendMessageUsingMemoryData (association, context->id, &message, nullptr, identifier,
                                                            nullptr, nullptr);

  is_cancelled = false;
  return condition.good () || net_fail (error, condition, sop_class);
}

// PS3.7 9.3.2.3: the request ends with a final answer all the same.
bool
Query::cancel (GError **error)
{
  OFCondition condition;

  if (is_cancelled)
    return true;
  is_cancelled = true;
  condition = DIMSE_sendCancelRequest (association, context->id, message_id);
  return condition.good () || net_fail (error, condition, sop_class);
}

// Until the peer has something. Meanwhile rows do not wait for ever, and CANCEL is passed on.
bool
Query::await (guint timeout_s, GError **error)
{
  gint64 end_us = g_get_monotonic_time () + gint64 (timeout_s) * G_USEC_PER_SEC;

  for (;;) {
    gint64 now_us = g_get_monotonic_time ();

    if (flush_time_us != 0 && now_us >= flush_time_us)
      flush ();
    if (channel.is_cancelled && !cancel (error))
      return false;
    if (net_is_readable (association, (flush_time_us != 0 ? MIN (flush_time_us, end_us) : end_us) - now_us))
      return true;
    if (NetPeer::get_failure () != nullptr)
      return net_fail (error, DUL_NETWORKCLOSED, sop_class);
    if (g_get_monotonic_time () >= end_us)
      return net_fail (error, DUL_READTIMEOUT, sop_class);
  }
}

// The next answer, which must be to the last request.
bool
Query::receive (T_DIMSE_Command wanted, GError **error)
{
  T_ASC_PresentationContextID number = 0;
  DcmDataset *given = nullptr;
  DIC_US to = 0;

  memset (&answer, 0, sizeof answer);
  if (!net_receive_command (channel, association, &number, &answer, &given, nullptr, error))
    return false;
  detail.reset (given);
  if (answer.CommandField == DIMSE_C_FIND_RSP)
    to = answer.msg.CFindRSP.MessageIDBeingRespondedTo;
  else if (answer.CommandField == DIMSE_C_MOVE_RSP)
    to = answer.msg.CMoveRSP.MessageIDBeingRespondedTo;
  else if (answer.CommandField == DIMSE_C_ECHO_RSP)
    to = answer.msg.CEchoRSP.MessageIDBeingRespondedTo;
  if (answer.CommandField == wanted && to == message_id && number == context->id)
    return true;
  return neg_fail (error, NEG_ERROR_PROTOCOL, sop_class, "the peer answered something that was not asked");
}

DcmDataset *
Query::receive_identifier (GError **error)
{
  bool is_broken = false;

  return net_pdv_receive_dataset (channel, association, *context, identifier_bytes_max, &is_broken, error);
}

// --- C-ECHO ---

bool
Query::echo (GError **error)
{
  T_DIMSE_Message request;

  memset (&request, 0, sizeof request);
  request.CommandField = DIMSE_C_ECHO_RQ;
  request.msg.CEchoRQ.MessageID = message_id = association->nextMsgID++;
  request.msg.CEchoRQ.DataSetType = DIMSE_DATASET_NULL;
  g_strlcpy (request.msg.CEchoRQ.AffectedSOPClassUID, sop_class, sizeof request.msg.CEchoRQ.AffectedSOPClassUID);
  if (!send (request, nullptr, error) || !await (channel.timeout_s, error) || !receive (DIMSE_C_ECHO_RSP, error))
    return false;
  tell_done (0, answer.msg.CEchoRSP.DimseStatus, nullptr);
  return true;
}

// --- What the agent gets ---

static char *
dup_text (DcmItem *item, const DcmTagKey &tag)
{
  g_autoptr (NegText) plain = neg_text_new (nullptr);
  OFString value;

  if (item == nullptr || item->findAndGetOFStringArray (tag, value).bad () || value.empty ())
    return nullptr;
  return neg_text_decode (plain, reinterpret_cast<const guint8 *> (value.c_str ()), value.length (), FALSE);
}

void
Query::tell_done (guint number, guint status, const char *first_comment)
{
  g_autofree char *comment = dup_text (detail.get (), DCM_ErrorComment);
  g_autofree char *element = dup_text (detail.get (), DCM_OffendingElement);
  GVariantBuilder comments;

  g_variant_builder_init (&comments, G_VARIANT_TYPE_STRING_ARRAY);
  if (first_comment != nullptr)
    g_variant_builder_add (&comments, "s", first_comment);
  if (comment != nullptr && *comment != '\0')
    g_variant_builder_add (&comments, "s", comment);
  if (element != nullptr && *element != '\0')
    g_variant_builder_add (&comments, "s", element);
  net_send (channel, NEG_NET_DONE, g_variant_new ("(uuas)", number, status & 0xffff, &comments));
}

void
Query::flush ()
{
  GVariant *sent;

  if (n_rows == 0)
    return;
  sent = g_variant_new ("(uaa(ss))", id, &rows);
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa(ss)"));
  n_rows = 0;
  rows_bytes = 0;
  flush_time_us = 0;
  net_send (channel, NEG_NET_ROWS, sent);
}

// --- C-FIND ---

bool
Query::take_row (GError **error)
{
  std::unique_ptr<DcmDataset> row (receive_identifier (error));
  GVariantBuilder attributes;
  GVariant *flat;

  if (row == nullptr)
    return false;
  g_variant_builder_init (&attributes, G_VARIANT_TYPE ("a(ss)"));
  net_attributes_add (&attributes, row.get ());
  flat = g_variant_builder_end (&attributes);
  rows_bytes += g_variant_get_size (flat);
  g_variant_builder_add_value (&rows, flat);
  n_total++;
  if (n_rows++ == 0)
    flush_time_us = g_get_monotonic_time () + flush_us;
  if (n_rows >= NEG_NET_ROWS_MAX || rows_bytes >= rows_bytes_max)
    flush ();
  return true;
}

class Nowhere : public NetSink {
public:
  bool append (const void *, gsize, GError **) override { return true; }
};

// An answer that nobody wants any more: some are under way when C-CANCEL is sent, a million are not.
bool
Query::skip_row (GError **error)
{
  NetTransfer transfer (channel);
  g_autoptr (GError) failure = nullptr;
  Nowhere nowhere;

  if (++n_ignored > ignored_max)
    return neg_fail (error, NEG_ERROR_ABORTED, sop_class, "the peer goes on answering a query that was cancelled");
  return net_pdv_receive (channel, association, context->id, nowhere, transfer, &failure, error);
}

bool
Query::take_pending (GError **error)
{
  if (answer.msg.CFindRSP.DataSetType == DIMSE_DATASET_NULL)
    return neg_fail (error, NEG_ERROR_PROTOCOL, sop_class, "the peer sent a pending answer with nothing in it");
  if (is_cancelled)
    return skip_row (error);
  if (limit == 0 || n_total < limit)
    return take_row (error);
  is_limited = true;
  return cancel (error) && skip_row (error);
}

static void
fill_find (T_DIMSE_C_FindRQ &request, DIC_US message_id, const char *sop_class)
{
  request.MessageID = message_id;
  request.Priority = DIMSE_PRIORITY_MEDIUM;
  request.DataSetType = DIMSE_DATASET_PRESENT;
  g_strlcpy (request.AffectedSOPClassUID, sop_class, sizeof request.AffectedSOPClassUID);
}

bool
Query::find (GVariant *body, GError **error)
{
  g_autoptr (GVariant) keys = nullptr;
  std::unique_ptr<DcmDataset> identifier;
  T_DIMSE_Message request;
  bool done;

  g_variant_get (body, "(uub@a(ss))", &id, &limit, nullptr, &keys);
  identifier.reset (net_dataset_from_keys (keys, error));
  if (identifier == nullptr)
    return false;
  memset (&request, 0, sizeof request);
  request.CommandField = DIMSE_C_FIND_RQ;
  fill_find (request.msg.CFindRQ, message_id = association->nextMsgID++, sop_class);
  if (!send (request, identifier.get (), error))
    return false;
  n_rows = n_total = n_ignored = 0;
  rows_bytes = 0;
  is_limited = false;
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa(ss)"));
  do
    done = await (channel.timeout_s, error) && receive (DIMSE_C_FIND_RSP, error);
  while (done && DICOM_PENDING_STATUS (answer.msg.CFindRSP.DimseStatus) && (done = take_pending (error)));
  flush ();
  g_variant_builder_clear (&rows);
  if (done)
    tell_done (id, answer.msg.CFindRSP.DimseStatus, is_limited ? "limit" : nullptr);
  else if (is_limited)
    tell_done (id, status_cancelled, "limit");
  return done;
}

// --- C-MOVE ---

static void
tell_counts (NetChannel &channel, const T_DIMSE_C_MoveRSP &response)
{
  if ((response.opts & (O_MOVE_NUMBEROFREMAININGSUBOPERATIONS | O_MOVE_NUMBEROFCOMPLETEDSUBOPERATIONS
                        | O_MOVE_NUMBEROFFAILEDSUBOPERATIONS | O_MOVE_NUMBEROFWARNINGSUBOPERATIONS)) == 0)
    return;
  net_send (channel, NEG_NET_COUNTS,
            g_variant_new ("(uuuu)", response.NumberOfRemainingSubOperations, response.NumberOfCompletedSubOperations,
                           response.NumberOfFailedSubOperations, response.NumberOfWarningSubOperations));
}

void
Query::tell_failed (DcmItem *list)
{
  g_autofree char *uids = dup_text (list, DCM_FailedSOPInstanceUIDList);
  g_auto (GStrv) each = nullptr;

  if (uids == nullptr || *uids == '\0')
    return;
  each = g_strsplit (uids, "\\", 0);
  net_send (channel, NEG_NET_FAILED, g_variant_new_strv (each, -1));
}

// PS3.4 C.4.2.1.4.2 has the failed ones in the data set; some send them beside the status.
bool
Query::finish_move (const T_DIMSE_C_MoveRSP &response, GError **error)
{
  std::unique_ptr<DcmDataset> list;

  if (response.DataSetType != DIMSE_DATASET_NULL) {
    if (!await (channel.timeout_s, error))
      return false;
    list.reset (receive_identifier (error));
    if (list == nullptr)
      return false;
  }
  tell_failed (list != nullptr ? list.get () : detail.get ());
  tell_done (0, response.DimseStatus, nullptr);
  return true;
}

bool
Query::move (GVariant *body, GError **error)
{
  const char *destination;
  g_autoptr (GVariant) keys = nullptr;
  std::unique_ptr<DcmDataset> identifier;
  T_DIMSE_Message request;
  T_DIMSE_C_MoveRQ &move = request.msg.CMoveRQ;

  g_variant_get (body, "(&s&s@a(ss))", &destination, nullptr, &keys);
  identifier.reset (net_dataset_from_keys (keys, error));
  if (identifier == nullptr)
    return false;
  memset (&request, 0, sizeof request);
  request.CommandField = DIMSE_C_MOVE_RQ;
  move.MessageID = message_id = association->nextMsgID++;
  move.Priority = DIMSE_PRIORITY_MEDIUM;
  move.DataSetType = DIMSE_DATASET_PRESENT;
  g_strlcpy (move.AffectedSOPClassUID, sop_class, sizeof move.AffectedSOPClassUID);
  if (g_strlcpy (move.MoveDestination, destination, sizeof move.MoveDestination) >= sizeof move.MoveDestination)
    return neg_fail (error, NEG_ERROR_USAGE, sop_class, "an AE title has 1 to 16 characters");
  if (!send (request, identifier.get (), error))
    return false;
  for (;;) {
    if (!await (channel.timeout_s * move_patience, error) || !receive (DIMSE_C_MOVE_RSP, error))
      return false;
    tell_counts (channel, answer.msg.CMoveRSP);
    if (!DICOM_PENDING_STATUS (answer.msg.CMoveRSP.DimseStatus))
      return finish_move (answer.msg.CMoveRSP, error);
  }
}

// --- The role ---

static bool
serve (NetChannel &channel, Query &query, GError **error)
{
  g_autoptr (GVariant) body = nullptr;
  guint16 type = 0;
  int fd = -1;

  if (!net_receive (channel, false, &type, &body, &fd))
    return true;
  if (type == NEG_NET_KEYS)
    return query.find (body, error);
  if (type == NEG_NET_MOVE)
    return query.move (body, error);
  return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a message of type %u at the wrong time", type);
}

// The peer speaks without having been asked: it ends the association.
static bool
take_end (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  T_ASC_PresentationContextID number = 0;
  T_DIMSE_Message message;

  memset (&message, 0, sizeof message);
  if (!net_receive_command (channel, association, &number, &message, nullptr, nullptr, error))
    return false;
  return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "the peer sent a command that was not asked for");
}

bool
net_run_query (NetChannel &channel, T_ASC_Association *association, GError **error)
{
  Query query (channel, association);
  guint32 first_id = 0;

  if (g_variant_lookup (channel.options, NEG_NET_MESSAGE_ID, "u", &first_id))
    association->nextMsgID = static_cast<unsigned short> (first_id);
  if (g_strcmp0 (net_option_string (channel, NEG_NET_ROLE), "echo") == 0 && !query.echo (error))
    return false;
  while (!channel.is_finished && !channel.is_cancelled) {
    NetReady ready = net_wait (channel, association, -1);

    if (ready == NetReady::NEITHER)
      return net_fail (error, DUL_NETWORKCLOSED, "association");
    if (ready == NetReady::PEER ? !take_end (channel, association, error) : !serve (channel, query, error))
      return false;
  }
  return channel.is_finished || neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
}

} // namespace neg
