/* What was corrected in a study, and what was rejected: who, when, why; second looks; the way back while it is not sent. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-network.h"
#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_CORRECTIONS (neg_quality_corrections_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityCorrections, neg_quality_corrections, NEG, QUALITY_CORRECTIONS, GtkWidget)

/* Signals: "images-changed" (gint64 correction): what was answered changes which images there are; 0: of a rejection;
 *          "difference" (gint64 correction): before and after, tag by tag. */
GtkWidget *neg_quality_corrections_new (NegNetwork *network);
/* Rows of what is as it was stay. */
void neg_quality_corrections_set (NegQualityCorrections *corrections, const NegQualitySheet *sheet);
/* To the initials of the first one that waits, if one does. */
gboolean neg_quality_corrections_focus_waiting (NegQualityCorrections *corrections);

G_END_DECLS
