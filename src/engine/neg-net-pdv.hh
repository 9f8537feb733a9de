// One data set as PDVs (PS3.8 9.3.5), bit by bit: DCMTK carries the PDUs and never looks at what is in them.
// Thread: the association's one.
#pragma once

#include "engine/neg-net-contexts.hh"

namespace neg {

// What goes on between two PDUs: progress for the agent at most every 100 ms, and CANCEL, which a peer that takes
// everything at once would never let us see.
class NetTransfer {
public:
  explicit NetTransfer (NetChannel &channel) : channel (channel) {}
  void pass (gsize bytes);
  void tell (bool always = false); // at the end

private:
  NetChannel &channel;
  guint64 untold = 0, unwatched = 0;
  gint64 told_us = 0;
};

// A command and @length bytes of @fd from @offset on as its data set; a byte 0 is added when that is odd (PS3.5 A.5,
// PS3.8 9.3.1). After a failure the association is of no more use.
struct NetStretch {
  int fd;
  guint64 offset, length;
};
bool net_pdv_send (const NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID id,
                   DcmDataset *command, const NetStretch &data, NetTransfer &transfer, GError **error);

// The next command. *detail (nullable) is given. FALSE with *is_release (nullable): the peer asks for the end instead.
bool net_receive_command (NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID *id,
                          T_DIMSE_Message *message, DcmDataset **detail, bool *is_release, GError **error);

// C-STORE-RSP without a data set (PS3.7 9.3.1.2).
bool net_answer_store (const NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID id,
                       const T_DIMSE_C_StoreRQ &request, guint16 status, GError **error);

// Where a data set goes.
class NetSink {
public:
  virtual ~NetSink () = default;
  virtual bool append (const void *bytes, gsize length, GError **error) = 0;
};

// The data set that follows a command in context @id. FALSE: the association is of no more use. What the sink fails
// with is *failure instead, and the rest of the data set is read away so that the peer can be told.
bool net_pdv_receive (NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID id,
                      NetSink &sink, NetTransfer &transfer, GError **failure, GError **error);

// The data set of a message other than C-STORE: at most @most bytes, looked over by our own scanner, then read by DCMTK.
// Given; nullptr on failure, after which *is_broken says whether the association is of no more use.
DcmDataset *net_pdv_receive_dataset (NetChannel &channel, T_ASC_Association *association, const NetContext &context,
                                     gsize most, bool *is_broken, GError **error);

} // namespace neg
