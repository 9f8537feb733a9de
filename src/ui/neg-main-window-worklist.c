/* The reading list in the window: its pane, its commands, and the network in the status line. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "base/neg-paths.h"
#include "ui/neg-cache-window.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-peers-page.h"
#include "ui/neg-preferences.h"
#include "ui/neg-settle-window.h"
#include "ui/neg-transfers-window.h"
#include "worklist/neg-worklist-unsettled.h"

#define PEERS "peers"
#define SETTLE_S 3

/* --- commands --- */

static gboolean
has_focus (NegMainWindow *self)
{
  GtkWidget *list = GTK_WIDGET (self->reading_list);

  return gtk_widget_get_mapped (list) && gtk_widget_get_focus_child (list) != NULL
         && gtk_window_is_active (GTK_WINDOW (gtk_widget_get_root (list)));
}

static void
show_pane (NegMainWindow *self)
{
  neg_pane_set_open (self->worklist_pane, TRUE);
  gtk_window_present (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self->reading_list))));
}

/* There, and back: a second time it goes. */
static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (has_focus (self)) {
    neg_pane_set_open (self->worklist_pane, FALSE);
    gtk_window_present (GTK_WINDOW (self));
    _neg_main_window_focus (self);
    return;
  }
  show_pane (self);
  neg_worklist_pane_focus_list (self->reading_list);
}

static void
search_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  show_pane (self);
  neg_worklist_pane_focus_search (self->reading_list);
}

static void
next_unread_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_next_unread (data);
}

static void
finish_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_save_then (data, _neg_main_window_finish_entry);
}

static void
transfers_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_transfers_window_open (self->transfers, GTK_WINDOW (self)));
}

static void
settle_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_settle_window_open (self->network, self->worklist, GTK_WINDOW (self)));
}

static void
cache_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  gtk_window_present (neg_cache_window_open (self->network, GTK_WINDOW (self)));
}

static void
compare_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_compare (data);
}

GtkWindow *
_neg_main_window_open_preferences (NegMainWindow *self)
{
  GtkWindow *window = neg_preferences_open (self->settings, self->keymap, GTK_WINDOW (self));
  GtkWidget *page;

  if (!neg_preferences_has_page (window, PEERS)) {
    page = g_object_new (NEG_TYPE_PEERS_PAGE, NULL);
    neg_peers_page_set_network (NEG_PEERS_PAGE (page), self->network);
    neg_preferences_add_page (window, page, PEERS, _ ("Peers"));
  }
  return window;
}

static void
show_peers (NegMainWindow *self)
{
  GtkWindow *window = _neg_main_window_open_preferences (self);

  neg_preferences_show_page (window, PEERS);
  gtk_window_present (window);
}

static void
network_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (neg_network_get_state (self->network) == NEG_NETWORK_READY)
    show_peers (self);
  else
    neg_network_start (self->network);
}

void
_neg_main_window_add_worklist_actions (NegMainWindow *self)
{
  static const GActionEntry entries[] = {
    { "show", show_cb },     { "search", search_cb },       { "next-unread", next_unread_cb },
    { "finish", finish_cb }, { "transfers", transfers_cb }, { "network", network_cb },
    { "settle", settle_cb }, { "cache", cache_cb },         { "compare", compare_cb },
  };

  _neg_main_window_add_group (self, "worklist", entries, G_N_ELEMENTS (entries));
}

/* --- the status line --- */

static void
set_button (GtkButton *button, const char *text, const char *tooltip, gboolean attention)
{
  gtk_button_set_label (button, text);
  gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (button)), PANGO_ELLIPSIZE_END); /* the tooltip has all of it */
  gtk_widget_set_tooltip_text (GTK_WIDGET (button), tooltip);
  if (attention)
    gtk_widget_add_css_class (GTK_WIDGET (button), "attention");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (button), "attention");
}

static void
network_changed_cb (NegMainWindow *self)
{
  g_autofree char *text = neg_network_dup_text (self->network);
  gboolean failed = neg_network_get_state (self->network) == NEG_NETWORK_FAILED;
  g_autofree char *tried = failed ? g_strdup_printf (_ ("%s — Try Again"), text) : g_strdup (text);

  set_button (self->network_button, tried, failed ? tried : _ ("Peers and this workstation"), failed);
  gtk_widget_set_visible (GTK_WIDGET (self->network_button), neg_network_get_state (self->network) != NEG_NETWORK_OFF);
  gtk_widget_set_visible (GTK_WIDGET (self->cache_button),
                          neg_network_get_state (self->network) == NEG_NETWORK_READY);
}

static void
transfers_changed_cb (NegMainWindow *self)
{
  gboolean attention;
  g_autofree char *text = neg_transfers_dup_summary (self->transfers, &attention);

  set_button (self->transfers_button, text != NULL ? text : _ ("Transfers"), _ ("Transfers (Ctrl+T)"), attention);
  gtk_widget_set_visible (GTK_WIDGET (self->transfers_button), text != NULL);
}

/* --- making it --- */

static void
done_cb (NegMainWindow *self)
{
  gtk_window_present (GTK_WINDOW (self));
  _neg_main_window_focus (self);
}

/* What is to settle, in the status line: an archive that changes ten times a second is not asked as often. */
static void
settle_counted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegMainWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items
      = neg_worklist_model_list_unsettled_finish (NEG_WORKLIST_MODEL (source), result, &error);
  g_autofree char *text = NULL;
  guint n = 0;

  if (self->reading_list == NULL)
    return;
  for (guint i = 0; items != NULL && i < items->len; i++) /* what only waits is in the window */
    n += ((NegSettleItem *) g_ptr_array_index (items, i))->candidates->len > 0;
  text = g_strdup_printf (ngettext ("%u to settle", "%u to settle", n), n);
  set_button (self->settle_button, text, _ ("Orders and patients to settle (Ctrl+Shift+M)"), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->settle_button), n > 0);
}

static gboolean
count_settle_cb (gpointer data)
{
  NegMainWindow *self = data;

  self->settle_source = 0;
  neg_worklist_model_list_unsettled_async (self->worklist, NULL, settle_counted_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
schedule_settle (NegMainWindow *self)
{
  if (self->settle_source == 0)
    self->settle_source = g_timeout_add_seconds (SETTLE_S, count_settle_cb, self);
}

static void
archive_changed_cb (NegMainWindow *self, char **study_uids)
{
  schedule_settle (self);
  _neg_main_window_quality_changed (self);
  _neg_main_window_archive_changed (self, (const char *const *) study_uids);
}

static void
make_pane (NegMainWindow *self)
{
  g_autofree char *data = neg_paths_dup_data_folder (self->home);
  g_autofree char *cache = neg_paths_dup_cache_folder (self->home);

  self->worklist = neg_worklist_model_new (data, cache);
  self->reading_list = NEG_WORKLIST_PANE (neg_worklist_pane_new (self->settings, self->network, self->worklist));
  neg_worklist_pane_set_keymap (self->reading_list, self->keymap);
  g_signal_connect_object (self->worklist, "updated", G_CALLBACK (_neg_main_window_update_empty_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading_list, "open-requested", G_CALLBACK (_neg_main_window_open_entry), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading_list, "peers-requested", G_CALLBACK (show_peers), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading_list, "done", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
}

void
_neg_main_window_add_worklist (NegMainWindow *self)
{
  make_pane (self);
  g_signal_connect_object (self->network, "changed", G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->network, "archive-changed", G_CALLBACK (archive_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->network, "job-changed", G_CALLBACK (_neg_main_window_job_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transfers, "changed", G_CALLBACK (transfers_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->patients, "prior-activated", G_CALLBACK (_neg_main_window_open_prior), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading, "patients-changed", G_CALLBACK (_neg_main_window_show_priors), self,
                           G_CONNECT_SWAPPED);
  network_changed_cb (self);
  transfers_changed_cb (self);
  schedule_settle (self);
}

void
_neg_main_window_close_worklist (NegMainWindow *self)
{
  if (self->reading_list == NULL)
    return;
  _neg_main_window_leave_entry (self);
  g_clear_handle_id (&self->settle_source, g_source_remove);
  _neg_main_window_close_comparing (self);
  _neg_main_window_close_quality (self);
  self->reading_list = NULL;
  g_clear_object (&self->worklist);
  g_clear_object (&self->network);
  g_clear_object (&self->transfers);
}
