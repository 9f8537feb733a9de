/* One study of the technologist's desk, beside its images: what was found and what mends it, what was corrected and rejected, and how
 * it leaves. Forms take its place while they are filled in: nothing covers an image. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "reading/neg-reading.h"
#include "ui/neg-network.h"
#include "ui/neg-quality-model.h"

G_BEGIN_DECLS

#define NEG_TYPE_QUALITY_PAGE (neg_quality_page_get_type ())
G_DECLARE_FINAL_TYPE (NegQualityPage, neg_quality_page, NEG, QUALITY_PAGE, GtkWidget)

/* Signals: "images-changed" (gint64 study): the study, which may be another one now, has other images than those on the screen;
 *          "known" (): whether the study is on the desk;
 *          "compare-requested" ();
 *          "difference" (gint64 correction): before and after, tag by tag. */
GtkWidget *neg_quality_page_new (NegNetwork *network, NegQualityModel *model, NegReading *reading);

void neg_quality_page_set_study (NegQualityPage *page, gint64 study_id); /* 0: none */
gint64 neg_quality_page_get_study (NegQualityPage *page);
void neg_quality_page_refresh (NegQualityPage *page); /* something has changed in the archive */
/* An image of the study goes to the active viewport; FALSE: it is not there. */
gboolean neg_quality_page_show (NegQualityPage *page, const char *const *uids);
/* It came, and has neither left nor was put aside. */
gboolean neg_quality_page_is_on_desk (NegQualityPage *page);
/* To the first thing to do. */
void neg_quality_page_focus (NegQualityPage *page);
/* What a key asks for; FALSE: no study of the desk is open. */
gboolean neg_quality_page_match (NegQualityPage *page);
gboolean neg_quality_page_correct (NegQualityPage *page);
gboolean neg_quality_page_reject (NegQualityPage *page);
gboolean neg_quality_page_release (NegQualityPage *page); /* to the button, not past it */

G_END_DECLS
