/* The page "Report" of the context pane: what was asked for (reason, alerts), and the report texts of the study and of the
 * patient's other ones, as plain text only: whatever markup a sender put into them is shown as it stands. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "worklist/neg-worklist-case.h"

G_BEGIN_DECLS

#define NEG_TYPE_REPORT_PAGE (neg_report_page_get_type ())
G_DECLARE_FINAL_TYPE (NegReportPage, neg_report_page, NEG, REPORT_PAGE, GtkWidget)

GtkWidget *neg_report_page_new (void);

/* Takes @subject; NULL: no case is open. The report that was being read stays the one shown where it is still there. */
void neg_report_page_set_case (NegReportPage *page, NegWorklistCase *subject);
/* Instead of a case: why there is none. */
void neg_report_page_set_failure (NegReportPage *page, const char *why);

G_END_DECLS
