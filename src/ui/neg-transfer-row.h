/* One transfer: what, how far, what one can do. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-transfers.h"

G_BEGIN_DECLS

#define NEG_TYPE_TRANSFER_ROW (neg_transfer_row_get_type ())
G_DECLARE_FINAL_TYPE (NegTransferRow, neg_transfer_row, NEG, TRANSFER_ROW, GtkListBoxRow)

GtkWidget *neg_transfer_row_new (NegTransfers *transfers, NegTransfer *transfer);

G_END_DECLS
