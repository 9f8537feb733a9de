// An association on which the agent has something told to the peer, one thing after the other, and hears what the peer
// answers: storage commitment, its reports, performed procedure steps. Thread: the association's.
#pragma once

#include <memory>

#include "engine/neg-net-contexts.hh"

namespace neg {

class NetConversation {
public:
  // The agent's orders are messages of type @order.
  NetConversation (NetChannel &channel, T_ASC_Association *association, guint16 order)
      : channel (channel), association (association), contexts (association), order (order) {}
  virtual ~NetConversation () = default;
  // Until the peer or the agent ends it. FALSE: the association is of no more use, or was cancelled.
  bool run (GError **error);

protected:
  // An order, as a request to the peer.
  virtual bool ask (GVariant *order, GError **error) = 0;
  // What the peer has sent, in @context (nullptr: one that was not accepted), with @detail (nullable).
  virtual bool take (const T_DIMSE_Message &message, const NetContext *context, DcmDataset *detail, GError **error) = 0;

  NetChannel &channel;
  T_ASC_Association *association;
  NetContexts contexts;

private:
  bool take_order (GError **error);
  bool serve (GError **error);

  guint16 order;
  bool is_over = false;
};

// The data set of a request, at most @most bytes: given, or null where there is none or it cannot be read. FALSE: the
// association is of no more use.
bool net_take_dataset (NetChannel &channel, T_ASC_Association *association, const NetContext *context, bool has_dataset,
                       gsize most, std::unique_ptr<DcmDataset> *dataset, GError **error);

// The agent hears what the peer answered to an order; a data set behind it is read away. @context and @detail are nullable.
// FALSE as above.
bool net_take_response (NetChannel &channel, T_ASC_Association *association, const NetContext *context, bool has_dataset,
                        guint status, DcmDataset *detail, GError **error);

} // namespace neg
