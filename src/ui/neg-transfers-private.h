/* What a transfer and the list of them share. */
#pragma once

#include "ui/neg-transfers.h"

G_BEGIN_DECLS

NegTransfer *_neg_transfer_new (gint64 id);
/* @job as in org.negatoscope.Agent.xml; what it does not say stays. */
void _neg_transfer_update (NegTransfer *self, GVariant *job, const char *home);
double _neg_transfer_get_rate (NegTransfer *self, double *remaining_s);

G_END_DECLS
