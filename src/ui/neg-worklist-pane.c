#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-privacy.h"
#include "ui/neg-worklist-pane-private.h"

G_DEFINE_FINAL_TYPE (NegWorklistPane, neg_worklist_pane, GTK_TYPE_WIDGET)

/* --- what is said --- */

void
neg_worklist_pane_say (NegWorklistPane *self, const char *text, gboolean is_problem)
{
  g_return_if_fail (NEG_IS_WORKLIST_PANE (self));

  gtk_label_set_text (GTK_LABEL (self->message_text), text);
  if (is_problem)
    gtk_widget_add_css_class (self->message_text, "attention");
  else
    gtk_widget_remove_css_class (self->message_text, "attention");
  gtk_widget_set_visible (self->message, TRUE);
}

static void
message_button_cb (NegWorklistPane *self)
{
  if (self->asking != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "list.stop-asking", NULL);
  gtk_widget_set_visible (self->message, FALSE);
}

/* --- the empty list --- */

typedef enum { EMPTY_FAILED, EMPTY_NO_PEERS, EMPTY_NOTHING, EMPTY_NO_MATCH } Empty;

static Empty
get_empty (NegWorklistPane *self)
{
  GVariant *peers = neg_network_get_peers (self->network);

  if (neg_worklist_model_get_failure (self->model) != NULL)
    return EMPTY_FAILED;
  if (neg_worklist_model_get_counts (self->model)->n_all > 0)
    return EMPTY_NO_MATCH;
  return peers != NULL && g_variant_n_children (peers) == 0 ? EMPTY_NO_PEERS : EMPTY_NOTHING;
}

static char *
dup_empty_text (NegWorklistPane *self, Empty empty)
{
  g_autofree char *why = NULL;

  switch (empty) {
  case EMPTY_FAILED:
    why = neg_network_dup_error (neg_worklist_model_get_failure (self->model));
    return g_strdup_printf (_ ("The reading list cannot be read: %s"), why);
  case EMPTY_NO_PEERS:
    return g_strdup (_ ("What there is to read comes here: from archives, and what is sent to this workstation. No archive "
                        "is known yet."));
  case EMPTY_NO_MATCH:
    return g_strdup (_ ("No study of the list matches. The archives may have one."));
  case EMPTY_NOTHING:
  default:
    return g_strdup (_ ("What there is to read comes here: what the archives are asked for, and what is sent to this "
                        "workstation."));
  }
}

static void
update_empty (NegWorklistPane *self)
{
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0
                      && !neg_worklist_model_is_counting (self->model);
  Empty empty = get_empty (self);
  g_autofree char *text = is_empty ? dup_empty_text (self, empty) : NULL;
  gboolean had_focus = gtk_widget_get_focus_child (self->view) != NULL;

  if (is_empty) {
    gtk_label_set_text (GTK_LABEL (self->empty_text), text);
    gtk_button_set_label (GTK_BUTTON (self->empty_button), empty == EMPTY_NO_PEERS ? _ ("Add a Peer…")
                                                           : empty == EMPTY_FAILED
                                                               ? _ ("Try Again")
                                                               : _ ("Ask the Archives (Ctrl+Enter)"));
  }
  neg_accessible_show_page (GTK_STACK (self->stack), is_empty ? "empty" : "list");
  if (is_empty && had_focus)
    gtk_widget_grab_focus (self->search);
}

static void
empty_button_cb (NegWorklistPane *self)
{
  Empty empty = get_empty (self);

  if (empty == EMPTY_NO_PEERS)
    g_signal_emit_by_name (self, "peers-requested");
  else if (empty == EMPTY_FAILED)
    neg_worklist_model_refresh (self->model);
  else
    _neg_worklist_pane_ask (self);
}

/* --- what changes --- */

static void
model_changed_cb (NegWorklistPane *self)
{
  _neg_worklist_pane_update_counts (self);
  update_empty (self);
  _neg_worklist_pane_update_details (self);
}

static void
archive_changed_cb (NegWorklistPane *self)
{
  neg_worklist_model_refresh (self->model);
  _neg_worklist_pane_count_chips (self);
}

static void
cursor_changed_cb (NegWorklistPane *self)
{
  _neg_worklist_pane_update_details (self);
}

/* What is asked for anew is empty until it comes. */
static void
privacy_changed_cb (NegWorklistPane *self)
{
  if (self->box == NULL)
    return;
  if (gtk_widget_get_visible (self->question))
    _neg_worklist_pane_answer (self, FALSE);
  neg_prior_list_set_entries (NEG_PRIOR_LIST (self->priors), NULL, NULL, 0);
  gtk_label_set_text (GTK_LABEL (self->orders_text), "");
  gtk_label_set_text (GTK_LABEL (self->orders_attention), "");
  _neg_worklist_pane_update_details (self);
  update_empty (self);
}

static void
leave_upwards_cb (NegWorklistPane *self)
{
  gtk_widget_grab_focus (self->search);
}

static void
activate_cb (NegWorklistPane *self, NegWorklistItem *item)
{
  const NegEntry *entry = neg_worklist_item_get_entry (item);
  g_autoptr (NegEntry) copy = entry != NULL ? neg_entry_copy (entry) : NULL;

  if (copy != NULL)
    neg_worklist_pane_open (self, copy);
}

static void
prior_cb (NegWorklistPane *self, NegEntry *entry)
{
  if (entry->n_here > 0)
    neg_worklist_pane_open (self, entry);
  else
    neg_worklist_pane_retrieve (self, entry);
}

static void
columns_menu_cb (NegWorklistPane *self)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->columns_button));
}

static void
yes_cb (NegWorklistPane *self)
{
  _neg_worklist_pane_answer (self, TRUE);
}

static void
no_cb (NegWorklistPane *self)
{
  _neg_worklist_pane_answer (self, FALSE);
}

static gboolean
key_cb (NegWorklistPane *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape)
    return FALSE;
  if (gtk_widget_get_visible (self->question))
    _neg_worklist_pane_answer (self, FALSE);
  else
    g_signal_emit_by_name (self, "done");
  return TRUE;
}

/* --- from outside --- */

void
neg_worklist_pane_set_keymap (NegWorklistPane *self, NegKeymap *keymap)
{
  g_return_if_fail (NEG_IS_WORKLIST_PANE (self));

  neg_keymap_attach_list (keymap, GTK_WIDGET (self));
}

void
neg_worklist_pane_focus_search (NegWorklistPane *self)
{
  g_return_if_fail (NEG_IS_WORKLIST_PANE (self));

  gtk_widget_grab_focus (self->search);
}

void
neg_worklist_pane_focus_list (NegWorklistPane *self)
{
  g_return_if_fail (NEG_IS_WORKLIST_PANE (self));

  if (gtk_stack_get_visible_child (GTK_STACK (self->stack)) != self->view || !gtk_widget_grab_focus (self->view))
    gtk_widget_grab_focus (self->search);
}

void
neg_worklist_pane_set_open (NegWorklistPane *self, gint64 entry_id)
{
  g_return_if_fail (NEG_IS_WORKLIST_PANE (self));

  neg_worklist_view_set_open (NEG_WORKLIST_VIEW (self->view), entry_id);
  if (entry_id != 0)
    neg_worklist_view_go_to (NEG_WORKLIST_VIEW (self->view), entry_id);
}

static gboolean
neg_worklist_pane_grab_focus (GtkWidget *widget)
{
  neg_worklist_pane_focus_list (NEG_WORKLIST_PANE (widget));
  return TRUE;
}

/* --- the widget --- */

static void
neg_worklist_pane_dispose (GObject *object)
{
  NegWorklistPane *self = NEG_WORKLIST_PANE (object);

  g_cancellable_cancel (self->cancellable);
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->model);
  g_clear_object (&self->network);
  g_clear_object (&self->columns);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (neg_worklist_pane_parent_class)->dispose (object);
}

static void
neg_worklist_pane_finalize (GObject *object)
{
  NegWorklistPane *self = NEG_WORKLIST_PANE (object);

  g_object_unref (self->cancellable);
  g_hash_table_unref (self->problems);
  g_clear_pointer (&self->asked_about, neg_entry_free);
  G_OBJECT_CLASS (neg_worklist_pane_parent_class)->finalize (object);
}

static void
neg_worklist_pane_class_init (NegWorklistPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  GType type = NEG_TYPE_WORKLIST_PANE;

  G_OBJECT_CLASS (class)->dispose = neg_worklist_pane_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_worklist_pane_finalize;
  widget_class->grab_focus = neg_worklist_pane_grab_focus;
  g_signal_new ("done", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("open-requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  g_signal_new ("peers-requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-worklist-pane");
}

static void
neg_worklist_pane_init (NegWorklistPane *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  self->problems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

static GtkWidget *
new_text (gboolean dim)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (label, TRUE);
  if (dim)
    gtk_widget_add_css_class (label, "dim");
  return label;
}

static GtkWidget *
new_bar (GtkWidget *text, const char *css_class)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_box_append (GTK_BOX (bar), text);
  gtk_widget_add_css_class (bar, css_class);
  gtk_widget_set_visible (bar, FALSE);
  return bar;
}

static GtkWidget *
add_button (NegWorklistPane *self, GtkWidget *bar, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "small-button");
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static void
make_bars (NegWorklistPane *self)
{
  self->question_text = new_text (FALSE);
  self->question = new_bar (self->question_text, "question-bar");
  self->question_yes = add_button (self, self->question, _ ("Take Over"), G_CALLBACK (yes_cb));
  self->question_no = add_button (self, self->question, _ ("Leave It"), G_CALLBACK (no_cb));
  self->message_text = new_text (FALSE);
  g_object_set (self->message_text, "selectable", FALSE, NULL);
  self->message = new_bar (self->message_text, "list-message");
  self->message_button = add_button (self, self->message, _ ("Dismiss"), G_CALLBACK (message_button_cb));
  self->details_text = new_text (TRUE);
  self->orders_text = new_text (FALSE);
  self->orders_attention = new_text (FALSE);
  gtk_widget_add_css_class (self->orders_attention, "attention");
  self->details = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->priors = neg_prior_list_new ();
  gtk_box_append (GTK_BOX (self->details), self->details_text);
  gtk_box_append (GTK_BOX (self->details), self->orders_attention);
  gtk_box_append (GTK_BOX (self->details), self->orders_text);
  gtk_box_append (GTK_BOX (self->details), self->priors);
  gtk_widget_add_css_class (self->details, "list-details");
  gtk_widget_set_visible (self->details, FALSE);
  g_signal_connect_object (self->priors, "activate", G_CALLBACK (prior_cb), self, G_CONNECT_SWAPPED);
}

static GtkWidget *
make_empty (NegWorklistPane *self)
{
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8), *scrolled = gtk_scrolled_window_new ();

  self->empty_text = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->empty_text), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->empty_text), GTK_JUSTIFY_CENTER);
  self->empty_button = gtk_button_new_with_label ("");
  gtk_widget_set_halign (self->empty_button, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->empty_button, "clicked", G_CALLBACK (empty_button_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (page), self->empty_text);
  gtk_box_append (GTK_BOX (page), self->empty_button);
  gtk_widget_set_valign (page, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (page, "list-empty");
  /* On a small screen it must not ask for more height than there is. */
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), page);
  return scrolled;
}

static void
make_list (NegWorklistPane *self)
{
  self->view = neg_worklist_view_new (self->columns);
  neg_worklist_view_set_model (NEG_WORKLIST_VIEW (self->view), self->model);
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), self->view, "list");
  gtk_stack_add_named (GTK_STACK (self->stack), make_empty (self), "empty");
  gtk_widget_set_vexpand (self->stack, TRUE);
  g_signal_connect_object (self->view, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "menu-requested", G_CALLBACK (_neg_worklist_pane_popup_menu), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "columns-menu-requested", G_CALLBACK (columns_menu_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "cursor-changed", G_CALLBACK (cursor_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "leave-upwards", G_CALLBACK (leave_upwards_cb), self, G_CONNECT_SWAPPED);
}

static void
connect_sources (NegWorklistPane *self)
{
  g_signal_connect_object (self->model, "updated", G_CALLBACK (model_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (model_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->network, "archive-changed", G_CALLBACK (archive_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->network, "peers-changed", G_CALLBACK (update_empty), self, G_CONNECT_SWAPPED);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  g_signal_connect_object (self->columns, "sort-changed", G_CALLBACK (_neg_worklist_pane_update_query), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
neg_worklist_pane_new (GSettings *settings, NegNetwork *network, NegWorklistModel *model)
{
  NegWorklistPane *self = g_object_new (NEG_TYPE_WORKLIST_PANE, NULL);

  g_set_object (&self->settings, settings);
  self->network = g_object_ref (network);
  self->model = g_object_ref (model);
  self->columns = neg_worklist_columns_new (settings);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  make_bars (self);
  _neg_worklist_pane_make_search (self);
  make_list (self);
  gtk_box_append (GTK_BOX (self->box), self->question);
  gtk_box_append (GTK_BOX (self->box), self->message);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_box_append (GTK_BOX (self->box), self->details);
  _neg_worklist_pane_add_actions (self);
  connect_sources (self);
  _neg_worklist_pane_update_query (self);
  model_changed_cb (self);
  _neg_worklist_pane_count_chips (self);
  return GTK_WIDGET (self);
}
