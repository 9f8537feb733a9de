#include "config.h"

#include "engine/neg-net-conversation.hh"

#include "base/neg-error.h"
#include "engine/neg-net-receive.hh"

namespace neg {

constexpr gsize response_bytes_max = 1 << 20; // nobody reads it

static bool
fail_context (GError **error)
{
  return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer uses a context that was not accepted");
}

bool
net_take_dataset (NetChannel &channel, T_ASC_Association *association, const NetContext *context, bool has_dataset, gsize most,
                  std::unique_ptr<DcmDataset> *dataset, GError **error)
{
  g_autoptr (GError) failure = nullptr;
  bool is_broken = false;

  if (context == nullptr)
    return fail_context (error);
  if (has_dataset)
    dataset->reset (net_pdv_receive_dataset (channel, association, *context, most, &is_broken, &failure));
  if (is_broken)
    g_propagate_error (error, g_steal_pointer (&failure));
  return !is_broken;
}

bool
net_take_response (NetChannel &channel, T_ASC_Association *association, const NetContext *context, bool has_dataset,
                   guint status, DcmDataset *detail, GError **error)
{
  std::unique_ptr<DcmDataset> unread;
  GVariantBuilder comments;

  if (has_dataset && !net_take_dataset (channel, association, context, true, response_bytes_max, &unread, error))
    return false;
  g_variant_builder_init (&comments, G_VARIANT_TYPE ("as"));
  net_add_comment (&comments, detail);
  net_send (channel, NEG_NET_DONE, g_variant_new ("(uuas)", 0u, guint32 (status), &comments));
  return true;
}

bool
NetConversation::take_order (GError **error)
{
  guint16 type;
  GVariant *given;

  if (!net_receive (channel, false, &type, &given, nullptr))
    return true;
  g_autoptr (GVariant) body = given;
  if (type != order)
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a message of type %u at the wrong time", type);
  return ask (body, error);
}

bool
NetConversation::serve (GError **error)
{
  T_ASC_PresentationContextID id;
  T_DIMSE_Message message;
  DcmDataset *given = nullptr;

  if (!net_receive_command (channel, association, &id, &message, &given, &is_over, error)) {
    if (!is_over)
      return false;
    g_clear_error (error);
    OFCondition condition = ASC_acknowledgeRelease (association);
    return condition.good () || net_fail (error, condition, "releasing");
  }
  std::unique_ptr<DcmDataset> detail (given);
  return take (message, contexts.find (id), detail.get (), error);
}

bool
NetConversation::run (GError **error)
{
  while (!is_over && !channel.is_cancelled) {
    if (!take_order (error))
      return false;
    if (net_has_waiting (channel) || channel.is_cancelled)
      continue;
    if (channel.is_finished)
      return true;
    if (net_wait (channel, association, -1) == NetReady::PEER && !serve (error))
      return false;
  }
  return is_over || neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
}

} // namespace neg
