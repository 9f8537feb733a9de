/* How a study leaves: release, destinations, what became of each object there, and what a person decides. Only "committed" is green.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"
#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_DELIVERIES (neg_quality_deliveries_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityDeliveries, neg_quality_deliveries, NEG, QUALITY_DELIVERIES, GtkWidget)

GtkWidget *neg_quality_deliveries_new (NegNetwork *network, NegQualityModel *model);
void neg_quality_deliveries_set (NegQualityDeliveries *deliveries, const NegQualitySheet *sheet);
void neg_quality_deliveries_focus_release (NegQualityDeliveries *deliveries);

G_END_DECLS
