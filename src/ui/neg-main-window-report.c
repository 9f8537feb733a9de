/* The page of what was ordered and reported, beside the case that is open. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-main-window-private.h"
#include "ui/neg-report-page.h"

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegWorklistCase) subject
      = neg_worklist_model_load_case_finish (NEG_WORKLIST_MODEL (source), result, &error);

  /* Cancelled: another case is open by now, or none. */
  if (self->report_page == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (subject != NULL)
    neg_report_page_set_case (self->report_page, g_steal_pointer (&subject));
  else
    neg_report_page_set_failure (self->report_page, error->message);
}

void
_neg_main_window_load_case (NegMainWindow *self)
{
  neg_worklist_model_load_case_async (self->worklist, self->entry->id, self->entry_cancellable, loaded_cb,
                                      g_object_ref (self));
}

void
_neg_main_window_forget_case (NegMainWindow *self)
{
  if (self->report_page != NULL)
    neg_report_page_set_case (self->report_page, NULL);
}

static gboolean
has_focus (NegMainWindow *self)
{
  GtkWidget *page = GTK_WIDGET (self->report_page);

  return gtk_widget_get_mapped (page) && gtk_widget_get_focus_child (page) != NULL
         && gtk_window_is_active (GTK_WINDOW (gtk_widget_get_root (page)));
}

/* There, and back to the image. */
void
_neg_main_window_show_report (NegMainWindow *self)
{
  GtkWidget *page = GTK_WIDGET (self->report_page);

  if (has_focus (self)) {
    gtk_window_present (GTK_WINDOW (self));
    _neg_main_window_focus (self);
    return;
  }
  neg_pane_set_open (self->context_pane, TRUE);
  neg_context_pane_show_page (self->context, "report");
  gtk_window_present (GTK_WINDOW (gtk_widget_get_root (page)));
  gtk_widget_grab_focus (page);
}

void
_neg_main_window_add_report (NegMainWindow *self)
{
  g_set_weak_pointer (&self->report_page, NEG_REPORT_PAGE (neg_report_page_new ()));
  neg_context_pane_add_page (self->context, "report", _ ("Report"), "neg-page-report-symbolic",
                             GTK_WIDGET (self->report_page));
}
