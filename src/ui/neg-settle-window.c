#include "config.h"

#include "ui/neg-settle-window.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-close-keys.h"
#include "ui/neg-privacy.h"
#include "ui/neg-settle-row.h"
#include "ui/neg-support-button.h"

#define WINDOW_KEY "neg-settle-window"
#define CALL_MS 30000
#define LIST_MS 300 /* an archive that changes ten times a second is not listed as often */
#define LOOK_US (G_USEC_PER_SEC / 2) /* a key that was meant for the row that was here a moment ago is nobody's */

#define NEG_TYPE_SETTLE_WINDOW (neg_settle_window_get_type ())
G_DECLARE_FINAL_TYPE (NegSettleWindow, neg_settle_window, NEG, SETTLE_WINDOW, GtkWindow)

struct _NegSettleWindow {
  GtkWindow parent_instance;

  NegNetwork *network;
  NegWorklistModel *model;
  GCancellable *cancellable;
  GtkWidget *list, *links, *links_title, *empty, *words, *keys;
  char *links_shown; /* their ids; nullable */
  guint list_source;
  gboolean is_answered; /* the list that comes next is what a person has asked for */
  gint64 moved_us;      /* when another row came below the hand, unasked; 0: never */
  guint n_calls; /* the rows stay as long as one is asked about */
};

G_DEFINE_FINAL_TYPE (NegSettleWindow, neg_settle_window, GTK_TYPE_WINDOW)

static void schedule (NegSettleWindow *self);

static void
say (NegSettleWindow *self, const char *words)
{
  gtk_label_set_text (GTK_LABEL (self->words), words != NULL ? words : "");
  gtk_widget_set_visible (self->words, words != NULL);
}

/* --- asking the agent --- */

typedef struct {
  NegSettleWindow *self;
  NegSettleRow *row; /* nullable */
} Call;

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Call *call = data;
  g_autoptr (NegSettleWindow) self = call->self;
  g_autoptr (NegSettleRow) row = call->row;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = neg_network_call_finish (NEG_NETWORK (source), result, &error);
  g_autofree char *why = answer == NULL ? neg_network_dup_error (error) : NULL;

  self->n_calls--;
  if (self->list == NULL)
    return;
  if (row != NULL)
    neg_settle_row_set_busy (row, FALSE, why);
  else
    say (self, why);
  if (answer != NULL)
    self->is_answered = TRUE;
  else
    g_clear_pointer (&self->links_shown, g_free); /* its button shall be there again */
  if (self->n_calls == 0)
    schedule (self);
}

static void
ask (NegSettleWindow *self, NegSettleRow *row, const char *method, GVariant *parameters)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  call->row = row != NULL ? g_object_ref (row) : NULL;
  self->n_calls++;
  say (self, NULL);
  if (row != NULL)
    neg_settle_row_set_busy (row, TRUE, NULL);
  neg_network_call_async (self->network, method, parameters, CALL_MS, NULL, called_cb, call);
}

static void
chosen_cb (NegSettleWindow *self, guint index, NegSettleRow *row)
{
  const NegSettleItem *item = neg_settle_row_get_item (row);
  const NegSettleSide *side = g_ptr_array_index (item->candidates, index);

  switch (item->unsettled->kind) {
  case NEG_UNSETTLED_ORDER:
    ask (self, row, "MatchOrder", g_variant_new ("(xx)", item->unsettled->id, side->id));
    break;
  case NEG_UNSETTLED_STUDY:
    ask (self, row, "MatchOrder", g_variant_new ("(xx)", side->id, item->unsettled->id));
    break;
  case NEG_UNSETTLED_REPORT:
    ask (self, row, "MatchReport", g_variant_new ("(xx)", item->unsettled->id, side->id));
    break;
  default:
    break;
  }
}

/* Who an order is for was said where patients are registered, an ID at the scanner is often typed: the patient of the images
 * becomes the order's. Of two patients in the list it is the first that becomes the one that was chosen. */
static void
joined_cb (NegSettleWindow *self, guint index, NegSettleRow *row)
{
  const NegSettleItem *item = neg_settle_row_get_item (row);
  const NegSettleSide *side = g_ptr_array_index (item->candidates, index);
  gint64 from = item->subject->entry, into = side->entry;

  if (item->unsettled->kind == NEG_UNSETTLED_ORDER) {
    from = side->entry;
    into = item->subject->entry;
  }
  if (from == 0 || into == 0)
    neg_settle_row_set_busy (row, FALSE,
                             _ ("The report is of another patient, of whom nothing is here. The sender has to correct it."));
  else
    ask (self, row, "JoinPatients", g_variant_new ("(xx)", from, into));
}

static void
undo_cb (GtkWidget *button, NegSettleWindow *self)
{
  const gint64 *id = g_object_get_data (G_OBJECT (button), "link");

  gtk_widget_set_sensitive (button, FALSE);
  ask (self, NULL, "UndoJoin", g_variant_new ("(x)", *id));
}

/* --- the lists --- */

static void
empty_list (GtkWidget *list)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (list), child);
}

static NegSettleRow *
get_row (NegSettleWindow *self, guint index)
{
  return NEG_SETTLE_ROW (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) index));
}

static guint
count_rows (NegSettleWindow *self)
{
  guint n = 0;

  while (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) n) != NULL)
    n++;
  return n;
}

static gboolean
is_among (const NegSettleItem *item, GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    if (neg_settle_items_equal (item, g_ptr_array_index (items, i)))
      return TRUE;
  return FALSE;
}

static void
insert_row (NegSettleWindow *self, NegSettleItem *item, guint index)
{
  GtkWidget *row = neg_settle_row_new (item);

  g_signal_connect_object (row, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "joined", G_CALLBACK (joined_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_insert (GTK_LIST_BOX (self->list), row, (int) index);
}

/* Rows of what is as it was stay, and with them the focus, the place and what was said there. Takes the items. */
static void
change_rows (NegSettleWindow *self, GPtrArray *items)
{
  for (guint i = count_rows (self); i > 0; i--)
    if (!is_among (neg_settle_row_get_item (get_row (self, i - 1)), items))
      gtk_list_box_remove (GTK_LIST_BOX (self->list), GTK_WIDGET (get_row (self, i - 1)));
  g_ptr_array_set_free_func (items, NULL);
  for (guint i = 0; i < items->len; i++) {
    NegSettleItem *item = g_ptr_array_index (items, i);
    NegSettleRow *row = get_row (self, i);

    if (row != NULL && neg_settle_items_equal (neg_settle_row_get_item (row), item))
      neg_settle_item_free (item);
    else
      insert_row (self, item, i);
  }
  while (get_row (self, items->len) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), GTK_WIDGET (get_row (self, items->len)));
}

/* The row that a person was at is gone: the one in its place takes over, also the keys where they were in the list. */
static void
select_row (NegSettleWindow *self, guint index, gboolean with_focus)
{
  guint n = count_rows (self);
  GtkListBoxRow *row = n > 0 ? GTK_LIST_BOX_ROW (get_row (self, MIN (index, n - 1))) : NULL;

  if (row != NULL)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  else
    row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->links), 0);
  if (with_focus && row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
show_items (NegSettleWindow *self, GPtrArray *items)
{
  GtkListBoxRow *selected = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  guint index = selected != NULL ? (guint) gtk_list_box_row_get_index (selected) : 0;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  gboolean has_focus = focus == NULL || !gtk_widget_is_ancestor (focus, self->links);

  change_rows (self, items);
  gtk_widget_set_visible (self->empty, items->len == 0);
  gtk_widget_set_visible (self->list, items->len > 0);
  gtk_widget_set_visible (self->keys, items->len > 0);
  if (gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list)) != NULL)
    return;
  if (selected != NULL && !self->is_answered)
    self->moved_us = g_get_monotonic_time ();
  select_row (self, index, has_focus);
}

static void
say_error (NegSettleWindow *self, const GError *error)
{
  g_autofree char *words = neg_text_dup_shown (NEG_TEXT_SENTENCE, error->message);

  say (self, words);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegSettleWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items
      = neg_worklist_model_list_unsettled_finish (NEG_WORKLIST_MODEL (source), result, &error);

  if (self->list == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (items == NULL)
    say_error (self, error);
  if (items == NULL || self->n_calls > 0)
    return; /* what is being asked will list them anew */
  show_items (self, items);
  self->is_answered = FALSE;
}

static char *
dup_link_words (const NegPatientLink *link)
{
  g_autofree char *from = neg_text_dup_shown (NEG_TEXT_ID, link->from_id), *to = neg_text_dup_shown (NEG_TEXT_ID, link->to_id);
  g_autofree char *person = neg_caption_dup_person (link->to_name);
  g_autofree char *user = neg_text_dup_shown (NEG_TEXT_SITE, link->user);

  if (*user == '\0')
    return g_strdup_printf (_ ("ID %s is %s, %s: a message said so"), from, to, person);
  return g_strdup_printf (_ ("ID %s is %s, %s: %s said so"), from, to, person, user);
}

static GtkWidget *
new_link_row (NegSettleWindow *self, const NegPatientLink *link)
{
  g_autofree char *words = dup_link_words (link), *spoken = g_strdup_printf (_ ("Take apart: %s"), words);
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (words), *button = gtk_button_new_with_label (_ ("Take Apart"));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "small-button");
  gtk_widget_add_css_class (box, "row-content");
  g_object_set_data_full (G_OBJECT (button), "link", g_memdup2 (&link->id, sizeof link->id), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (undo_cb), self, 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), button);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

static char *
dup_ids (GPtrArray *links)
{
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < links->len; i++)
    g_string_append_printf (ids, "%" G_GINT64_FORMAT " ", ((const NegPatientLink *) g_ptr_array_index (links, i))->id);
  return g_string_free (ids, FALSE);
}

/* As long as they are the same, their rows and the focus stay. */
static void
show_links (NegSettleWindow *self, GPtrArray *links)
{
  g_autofree char *ids = dup_ids (links);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  gboolean has_focus = focus != NULL ? gtk_widget_is_ancestor (focus, self->links) : count_rows (self) == 0;

  if (g_strcmp0 (ids, self->links_shown) == 0)
    return;
  empty_list (self->links);
  for (guint i = 0; i < links->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->links), new_link_row (self, g_ptr_array_index (links, i)));
  gtk_widget_set_visible (self->links, links->len > 0);
  gtk_widget_set_visible (self->links_title, links->len > 0);
  g_free (self->links_shown);
  self->links_shown = g_steal_pointer (&ids);
  if (!has_focus)
    return;
  if (links->len > 0)
    gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->links), 0)));
  else
    select_row (self, 0, TRUE);
}

static void
links_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegSettleWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) links = neg_worklist_model_list_links_finish (NEG_WORKLIST_MODEL (source), result, &error);

  if (self->list == NULL || links == NULL)
    return; /* the list above says why */
  if (self->n_calls == 0)
    show_links (self, links);
}

static gboolean
list_now_cb (gpointer data)
{
  NegSettleWindow *self = data;

  self->list_source = 0;
  neg_worklist_model_list_unsettled_async (self->model, self->cancellable, listed_cb, g_object_ref (self));
  neg_worklist_model_list_links_async (self->model, self->cancellable, links_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
schedule (NegSettleWindow *self)
{
  if (self->list_source == 0 && gtk_widget_get_visible (GTK_WIDGET (self)))
    self->list_source = g_timeout_add (LIST_MS, list_now_cb, self);
}

/* --- the window --- */

/* What is listed again says the same otherwise. */
static void
privacy_changed_cb (NegSettleWindow *self)
{
  if (self->list == NULL)
    return;
  empty_list (self->list);
  empty_list (self->links);
  g_clear_pointer (&self->links_shown, g_free);
  schedule (self);
}

static gboolean
is_choice (guint keyval)
{
  return keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter || (keyval >= GDK_KEY_1 && keyval <= GDK_KEY_9)
         || (keyval >= GDK_KEY_KP_1 && keyval <= GDK_KEY_KP_9);
}

static gboolean
key_cb (NegSettleWindow *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  modifiers &= gtk_accelerator_get_default_mod_mask ();
  if (neg_close_keys_take (GTK_WINDOW (self), keyval, modifiers))
    return TRUE;
  if (modifiers != 0 || row == NULL || focus == NULL
      || (focus != GTK_WIDGET (row) && !gtk_widget_is_ancestor (focus, GTK_WIDGET (row))))
    return FALSE;
  if (is_choice (keyval) && self->moved_us != 0 && g_get_monotonic_time () - self->moved_us < LOOK_US)
    return TRUE;
  return neg_settle_row_press (NEG_SETTLE_ROW (row), keyval, focus == GTK_WIDGET (row));
}

static void
neg_settle_window_dispose (GObject *object)
{
  NegSettleWindow *self = NEG_SETTLE_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->list_source, g_source_remove);
  self->list = NULL; /* answers that are still to come look at this */
  g_clear_object (&self->network);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (neg_settle_window_parent_class)->dispose (object);
}

static void
neg_settle_window_finalize (GObject *object)
{
  NegSettleWindow *self = NEG_SETTLE_WINDOW (object);

  g_object_unref (self->cancellable);
  g_free (self->links_shown);
  G_OBJECT_CLASS (neg_settle_window_parent_class)->finalize (object);
}

static void
neg_settle_window_class_init (NegSettleWindowClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_settle_window_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_settle_window_finalize;
}

static GtkWidget *
new_words (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
make_content (NegSettleWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scrolled = gtk_scrolled_window_new ();

  self->words = new_words ("", "attention");
  self->empty = new_words (_ ("Orders that found no images, images that nobody ordered, reports of nothing that is known "
                              "and one ID with two names come here. There is nothing to settle."),
                           "empty-page");
  self->keys = new_words (_ ("Enter matches with the first, a number with another one. Where the patient is not the same, the "
                             "number says that both are one person; that can be taken apart again below."),
                          "dim");
  gtk_widget_add_css_class (self->keys, "list-message");
  gtk_widget_set_visible (self->keys, FALSE);
  self->links_title = new_words (_ ("Joined patients"), "list-title");
  self->list = gtk_list_box_new ();
  self->links = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->links), GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("To settle"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->links), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Joined patients"),
                                  -1);
  gtk_widget_set_visible (self->words, FALSE);
  gtk_widget_set_visible (self->links, FALSE);
  gtk_widget_set_visible (self->links_title, FALSE);
  gtk_widget_add_css_class (self->words, "list-message");
  gtk_box_append (GTK_BOX (box), self->words);
  gtk_box_append (GTK_BOX (box), self->keys);
  gtk_box_append (GTK_BOX (box), self->empty);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_box_append (GTK_BOX (box), self->links_title);
  gtk_box_append (GTK_BOX (box), self->links);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_window_set_child (GTK_WINDOW (self), scrolled);
}

static void
neg_settle_window_init (NegSettleWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  make_content (self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (self, "show", G_CALLBACK (schedule), NULL);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  gtk_widget_add_css_class (GTK_WIDGET (self), "negatoscope");
  gtk_widget_add_css_class (GTK_WIDGET (self), "pane-window");
}

GtkWindow *
neg_settle_window_open (NegNetwork *network, NegWorklistModel *model, GtkWindow *parent)
{
  NegSettleWindow *self = g_object_get_data (G_OBJECT (parent), WINDOW_KEY);

  if (self != NULL)
    return GTK_WINDOW (self);
  self = g_object_new (NEG_TYPE_SETTLE_WINDOW, "title", _ ("To settle"), "transient-for", parent,
                       "destroy-with-parent", TRUE, "hide-on-close", TRUE, "default-width", 860, "default-height", 520,
                       NULL);
  neg_support_button_add (GTK_WINDOW (self), "settle");
  self->network = g_object_ref (network);
  self->model = g_object_ref (model);
  g_signal_connect_object (network, "archive-changed", G_CALLBACK (schedule), self, G_CONNECT_SWAPPED);
  g_object_set_data (G_OBJECT (parent), WINDOW_KEY, self);
  return GTK_WINDOW (self);
}
