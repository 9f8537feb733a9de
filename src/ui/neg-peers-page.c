#include "config.h"

#include "ui/neg-peers-page.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-peer-editor.h"
#include "ui/neg-peer-test.h"

#define CALL_MS 10000

struct _NegPeersPage {
  GtkWidget parent_instance;

  NegNetwork *network; /* nullable until it is set */
  GCancellable *cancellable;
  GtkWidget *scrolled, *box, *own, *retry, *list, *add, *message;
  GtkWidget *test;
  GtkWidget *editor; /* while one is edited; child of the box */
  char *to_remove;   /* the peer whose removal is asked about; nullable */
};

G_DEFINE_FINAL_TYPE (NegPeersPage, neg_peers_page, GTK_TYPE_WIDGET)

/* --- this workstation --- */

static char *
dup_own (GVariant *info)
{
  const char *title = "", *address = "", *problem = "";
  guint32 port = 0;

  g_variant_lookup (info, "ae-title", "&s", &title);
  g_variant_lookup (info, "listen-address", "&s", &address);
  g_variant_lookup (info, "listen-error", "&s", &problem);
  g_variant_lookup (info, "port", "u", &port);
  if (*problem != '\0')
    return g_strdup_printf (_ ("AE title %s. ✗ Nothing can be received: %s"), title, problem);
  if (port == 0)
    return g_strdup_printf (_ ("AE title %s. It receives nothing: the site file names no port."), title);
  return g_strdup_printf (_ ("AE title %s. ✓ It receives on port %u (%s)."), title, port,
                          *address != '\0' ? address : _ ("all addresses"));
}

static void
update_own (NegPeersPage *self)
{
  GVariant *info = neg_network_get_info (self->network);
  g_autofree char *own = info != NULL ? dup_own (info) : NULL;
  g_autofree char *state = neg_network_dup_text (self->network);
  gboolean ready = neg_network_get_state (self->network) == NEG_NETWORK_READY;

  gtk_label_set_text (GTK_LABEL (self->own), own != NULL ? own : state);
  gtk_widget_set_visible (self->retry, neg_network_get_state (self->network) == NEG_NETWORK_FAILED);
  gtk_widget_set_sensitive (self->add, ready);
}

/* --- what is asked --- */

static void
say (NegPeersPage *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->message), text);
  gtk_widget_set_visible (self->message, text != NULL);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegPeersPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *why = answer == NULL ? neg_network_dup_error (error) : NULL;

  if (self->scrolled != NULL)
    say (self, why);
}

static void
close_editor (NegPeersPage *self)
{
  if (self->editor == NULL)
    return;
  gtk_box_remove (GTK_BOX (self->box), self->editor);
  self->editor = NULL;
  gtk_widget_set_visible (self->add, TRUE);
  gtk_widget_grab_focus (self->add);
}

static void
edit (NegPeersPage *self, const char *name, GVariant *keys)
{
  close_editor (self);
  say (self, NULL);
  self->editor = neg_peer_editor_new (self->network, name, keys);
  g_signal_connect_object (self->editor, "done", G_CALLBACK (close_editor), self, G_CONNECT_SWAPPED);
  gtk_box_insert_child_after (GTK_BOX (self->box), self->editor, self->list);
  gtk_widget_set_visible (self->add, FALSE);
  gtk_widget_child_focus (self->editor, GTK_DIR_TAB_FORWARD);
}

static void
add_cb (NegPeersPage *self)
{
  edit (self, NULL, NULL);
}

static void
retry_cb (NegPeersPage *self)
{
  neg_network_start (self->network);
}

static const char *
get_name (GtkWidget *button)
{
  return g_object_get_data (G_OBJECT (button), "neg-name");
}

static void
edit_cb (GtkWidget *button, NegPeersPage *self)
{
  edit (self, get_name (button), g_object_get_data (G_OBJECT (button), "neg-keys"));
}

static void
test_cb (GtkWidget *button, NegPeersPage *self)
{
  neg_peer_test_run (NEG_PEER_TEST (self->test), get_name (button));
}

/* Twice: the first time the button asks. */
static void
remove_cb (GtkWidget *button, NegPeersPage *self)
{
  const char *name = get_name (button);

  if (g_strcmp0 (self->to_remove, name) != 0) {
    g_free (self->to_remove);
    self->to_remove = g_strdup (name);
    gtk_button_set_label (GTK_BUTTON (button), _ ("Remove It?"));
    gtk_widget_add_css_class (button, "destructive-action");
    return;
  }
  g_clear_pointer (&self->to_remove, g_free);
  neg_network_call_async (self->network, "SetPeer",
                          g_variant_new ("(s@a{ss})", name, g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0)),
                          CALL_MS, self->cancellable, removed_cb, g_object_ref (self));
}

/* --- the peers --- */

static void
add_button (NegPeersPage *self, GtkWidget *box, const char *label, const char *name, GVariant *keys,
            GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", label, name);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "small-button");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, spoken, -1);
  g_object_set_data_full (G_OBJECT (button), "neg-name", g_strdup (name), g_free);
  g_object_set_data_full (G_OBJECT (button), "neg-keys", g_variant_ref (keys), (GDestroyNotify) g_variant_unref);
  g_signal_connect_object (button, "clicked", callback, self, 0);
  gtk_box_append (GTK_BOX (box), button);
}

static GtkWidget *
new_texts (const char *name, GVariant *keys, gboolean writable)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *title = gtk_label_new (name), *about;
  const char *address = "", *use = "";
  g_autofree char *text = NULL;

  g_variant_lookup (keys, "address", "&s", &address);
  g_variant_lookup (keys, "use", "&s", &use);
  text = g_strdup_printf ("%s%s%s%s", address, *use != '\0' ? " · " : "", use,
                          writable ? "" : _ (" · set by the administrator"));
  about = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (about), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap (GTK_LABEL (about), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (title), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_wrap_mode (GTK_LABEL (about), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (about, "dim");
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), about);
  gtk_widget_set_hexpand (texts, TRUE);
  return texts;
}

static GtkWidget *
new_row (NegPeersPage *self, const char *name, GVariant *keys, gboolean writable)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_SITE, name);

  gtk_box_append (GTK_BOX (box), new_texts (clean, keys, writable));
  add_button (self, box, _ ("Test"), name, keys, G_CALLBACK (test_cb));
  if (writable) {
    add_button (self, box, _ ("Edit"), name, keys, G_CALLBACK (edit_cb));
    add_button (self, box, _ ("Remove"), name, keys, G_CALLBACK (remove_cb));
  }
  gtk_widget_add_css_class (box, "preferences-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, clean, -1);
  return row;
}

static void
update_list (NegPeersPage *self)
{
  GVariant *peers = neg_network_get_peers (self->network);
  GtkWidget *child;
  GVariantIter iter;
  const char *name;
  GVariant *keys;
  gboolean writable;

  while ((child = GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0))) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  g_clear_pointer (&self->to_remove, g_free);
  if (peers == NULL || !g_variant_is_of_type (peers, G_VARIANT_TYPE ("a(sa{ss}b)")))
    return;
  g_variant_iter_init (&iter, peers);
  while (g_variant_iter_next (&iter, "(&s@a{ss}b)", &name, &keys, &writable)) {
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (self, name, keys, writable));
    g_variant_unref (keys);
  }
}

/* --- the widget --- */

void
neg_peers_page_set_network (NegPeersPage *self, NegNetwork *network)
{
  g_return_if_fail (NEG_IS_PEERS_PAGE (self));

  if (!g_set_object (&self->network, network) || network == NULL)
    return;
  self->test = neg_peer_test_new (network);
  gtk_box_append (GTK_BOX (self->box), self->test);
  g_signal_connect_object (network, "changed", G_CALLBACK (update_own), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "peers-changed", G_CALLBACK (update_list), self, G_CONNECT_SWAPPED);
  update_own (self);
  update_list (self);
}

static void
neg_peers_page_dispose (GObject *object)
{
  NegPeersPage *self = NEG_PEERS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  g_clear_object (&self->network);
  G_OBJECT_CLASS (neg_peers_page_parent_class)->dispose (object);
}

static void
neg_peers_page_finalize (GObject *object)
{
  g_free (NEG_PEERS_PAGE (object)->to_remove);
  g_object_unref (NEG_PEERS_PAGE (object)->cancellable);
  G_OBJECT_CLASS (neg_peers_page_parent_class)->finalize (object);
}

static void
neg_peers_page_class_init (NegPeersPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_peers_page_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_peers_page_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
add_label (NegPeersPage *self, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (self->box), label);
  return label;
}

static GtkWidget *
add_page_button (NegPeersPage *self, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), button);
  return button;
}

static void
neg_peers_page_init (NegPeersPage *self)
{
  GtkWidget *empty = gtk_label_new (_ ("Archives and other systems come here. None is known yet: add one."));

  self->cancellable = g_cancellable_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_add_css_class (self->box, "preferences-page");
  add_label (self, _ ("This workstation"), "preferences-title");
  self->own = add_label (self, NULL, "preferences-row");
  self->retry = add_page_button (self, _ ("Try Again"), G_CALLBACK (retry_cb));
  add_label (self, _ ("Peers"), "preferences-title");
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "preferences-group");
  gtk_widget_add_css_class (empty, "preferences-row");
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->list), empty);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Peers"), -1);
  gtk_box_append (GTK_BOX (self->box), self->list);
  self->message = add_label (self, NULL, "danger");
  gtk_widget_set_visible (self->message, FALSE);
  self->add = add_page_button (self, _ ("Add a Peer"), G_CALLBACK (add_cb));
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (self->scrolled), FALSE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->box);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
}
