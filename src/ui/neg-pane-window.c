#include "config.h"

#include "ui/neg-pane-window.h"

#include <glib/gi18n-lib.h>

struct _NegPaneWindow {
  GtkWindow parent_instance;
};

G_DEFINE_FINAL_TYPE (NegPaneWindow, neg_pane_window, GTK_TYPE_WINDOW)

enum { ATTACH, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
attach_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[ATTACH], 0);
}

static char *
dup_connector (GtkWindow *window)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));
  GdkMonitor *monitor = NULL;
  const char *connector = NULL;

  if (surface != NULL)
    monitor = gdk_display_get_monitor_at_surface (gtk_widget_get_display (GTK_WIDGET (window)), surface);
  if (monitor != NULL)
    connector = gdk_monitor_get_connector (monitor);
  return g_strdup (connector != NULL ? connector : "");
}

void
neg_pane_window_get_place (NegPaneWindow *self, int *width, int *height, gboolean *maximized, gboolean *fullscreen,
                           char **connector)
{
  g_return_if_fail (NEG_IS_PANE_WINDOW (self));

  gtk_window_get_default_size (GTK_WINDOW (self), width, height);
  *maximized = gtk_window_is_maximized (GTK_WINDOW (self));
  *fullscreen = gtk_window_is_fullscreen (GTK_WINDOW (self));
  *connector = dup_connector (GTK_WINDOW (self));
}

static void
fullscreen_on (GtkWindow *window, const char *connector)
{
  GListModel *monitors = gdk_display_get_monitors (gtk_widget_get_display (GTK_WIDGET (window)));

  for (guint i = 0; i < g_list_model_get_n_items (monitors); i++) {
    g_autoptr (GdkMonitor) monitor = g_list_model_get_item (monitors, i);

    if (g_strcmp0 (gdk_monitor_get_connector (monitor), connector) == 0) {
      gtk_window_fullscreen_on_monitor (window, monitor);
      return;
    }
  }
  gtk_window_fullscreen (window);
}

void
neg_pane_window_set_place (NegPaneWindow *self, int width, int height, gboolean maximized, gboolean fullscreen,
                           const char *connector)
{
  g_return_if_fail (NEG_IS_PANE_WINDOW (self));

  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (maximized)
    gtk_window_maximize (GTK_WINDOW (self));
  if (fullscreen)
    fullscreen_on (GTK_WINDOW (self), connector);
}

static void
neg_pane_window_class_init (NegPaneWindowClass *class)
{
  signals[ATTACH]
      = g_signal_new ("attach", NEG_TYPE_PANE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), "pane.detach", NULL, attach_cb);
}

static void
neg_pane_window_init (NegPaneWindow *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (self), "pane-window");
}

/* The main window's commands are this one's, too. */
static GtkWidget *
new_feedback_button (void)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("neg-feedback-symbolic");

  gtk_widget_set_tooltip_text (button, _ ("Feedback (F2)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Feedback"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "support.feedback");
  gtk_widget_set_focus_on_click (button, FALSE);
  return button;
}

NegPaneWindow *
neg_pane_window_new (const char *title)
{
  NegPaneWindow *self = g_object_new (NEG_TYPE_PANE_WINDOW, NULL);
  g_autofree char *full_title = g_strdup_printf (_ ("Negatoscope – %s"), title);
  GtkWidget *bar = gtk_header_bar_new ();
  GtkWidget *back = gtk_button_new_from_icon_name ("neg-attach-symbolic");

  gtk_window_set_title (GTK_WINDOW (self), full_title);
  gtk_widget_set_tooltip_text (back, _ ("Back into the main window"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (back), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Back into the main window"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (back), "pane.detach");
  gtk_widget_set_focus_on_click (back, FALSE);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (bar), back);
  gtk_header_bar_pack_end (GTK_HEADER_BAR (bar), new_feedback_button ());
  gtk_window_set_titlebar (GTK_WINDOW (self), bar);
  return self;
}
