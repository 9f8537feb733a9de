/* The agent's jobs: what is on its way, what failed and was not dismissed yet. Thread: main. */
#pragma once

#include "ui/neg-network.h"

G_BEGIN_DECLS

#define NEG_TYPE_TRANSFER (neg_transfer_get_type ())
G_DECLARE_FINAL_TYPE (NegTransfer, neg_transfer, NEG, TRANSFER, GObject)

/* Signal "changed" (). */
gint64 neg_transfer_get_id (NegTransfer *transfer);
const char *neg_transfer_get_state (NegTransfer *transfer); /* of neg-jobs.h */
gboolean neg_transfer_is_over (NegTransfer *transfer);
double neg_transfer_get_fraction (NegTransfer *transfer); /* -1: not known */
char *neg_transfer_dup_title (NegTransfer *transfer);     /* what, from or to where, of whom; given */
char *neg_transfer_dup_progress (NegTransfer *transfer);  /* bytes, objects, rate, remaining; or how it ended; given */
guint neg_transfer_get_n_failed (NegTransfer *transfer);

#define NEG_TYPE_TRANSFERS (neg_transfers_get_type ())
G_DECLARE_FINAL_TYPE (NegTransfers, neg_transfers, NEG, TRANSFERS, GObject)

/* A GListModel of NegTransfer, newest first. Signal "changed" (): the summary is another. @settings nullable. */
NegTransfers *neg_transfers_new (NegNetwork *network, GSettings *settings);
NegNetwork *neg_transfers_get_network (NegTransfers *transfers); /* borrowed */

/* One line for the status line; NULL: nothing to say. Given. */
char *neg_transfers_dup_summary (NegTransfers *transfers, gboolean *attention);
/* What is over goes; failures stay until then. */
void neg_transfers_dismiss (NegTransfers *transfers, NegTransfer *transfer);

G_END_DECLS
