// What is received: one object from its command to the answer, and an event report likewise. Thread: the association's.
#pragma once

#include <string>

#include "engine/neg-net-pdv.hh"
#include "engine/neg-net-references.hh"

namespace neg {

// What was asked for on this association. The peer holds it still, so that an object of it is answered when it is whole,
// and the next one comes while the agent takes this one in: its word is heard later. As many may be on their way as there
// are files. When one was refused, the agent's word is waited for again.
struct NetAsked {
  std::string study; // "": nothing
  guint32 first_unheard = 0, n_unheard = 0;
  bool is_careful = false;

  bool hear (GVariant *body, GError **error); // a NET_STATUS
};

// C-STORE-RQ: into the next file, scanned, told to the agent, and answered with what the agent says once the object is
// safe; what was @asked for (nullable), at once. FALSE: the association is of no more use; the agent is told nothing then.
bool net_take_object (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                      const T_DIMSE_C_StoreRQ &request, const char *source_ae, NetAsked *asked, NetTransfer &transfer,
                      GError **error);

// N-EVENT-REPORT-RQ of storage commitment (PS3.4 J.3.3); as above.
bool net_take_event (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                     const T_DIMSE_N_EventReportRQ &request, GError **error);

// N-CREATE-RQ and N-SET-RQ of performed procedure steps (PS3.4 F.7.2); as above.
bool net_take_step (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                    const T_DIMSE_Message &message, GError **error);

// N-ACTION-RQ of storage commitment (PS3.4 J.3.2); as above.
bool net_take_question (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                        const T_DIMSE_N_ActionRQ &request, GError **error);
// A NET_REPORT as N-EVENT-REPORT-RQ, and its answer, which the agent is told.
bool net_send_report (T_ASC_Association *association, const NetContext &context, GVariant *order, GError **error);
bool net_take_reported (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                        const T_DIMSE_N_EventReportRSP &response, GError **error);

// The agent's NET_STATUS of @number. CANCELLED, PROTOCOL.
bool net_await_status (NetChannel &channel, guint32 number, guint *status, std::string *comment, GError **error);

// Whatever a peer writes, as UTF-8.
void net_add_comment (GVariantBuilder *comments, DcmDataset *detail);

} // namespace neg
