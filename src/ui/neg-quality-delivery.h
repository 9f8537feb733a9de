/* One destination of a study: its objects by state, what was refused in words, and what can be done. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"
#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_DELIVERY (neg_quality_delivery_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityDelivery, neg_quality_delivery, NEG, QUALITY_DELIVERY, GtkWidget)

GtkWidget *neg_quality_delivery_new (NegNetwork *network, NegQualityModel *model, const NegDelivery *delivery);
gint64 neg_quality_delivery_get_id (NegQualityDelivery *widget);
void neg_quality_delivery_update (NegQualityDelivery *widget, const NegDelivery *delivery);

G_END_DECLS
