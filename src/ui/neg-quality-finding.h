/* One finding: what was found, what was expected, why it matters, and what mends it. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "model/neg-finding.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_FINDING (neg_quality_finding_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityFinding, neg_quality_finding, NEG, QUALITY_FINDING, GtkListBoxRow)

/* Signals: "act" (): a person wants to mend it;
 *          "accept" (char *words): it is right, he says. */
GtkWidget *neg_quality_finding_new (const NegFinding *finding); /* copied */
const NegFinding *neg_quality_finding_get (NegQualityFinding *row); /* borrowed */
/* FALSE: it is another finding. */
gboolean neg_quality_finding_update (NegQualityFinding *row, const NegFinding *finding);
GtkWidget *neg_quality_finding_get_words (NegQualityFinding *row); /* for what went wrong; borrowed */

G_END_DECLS
