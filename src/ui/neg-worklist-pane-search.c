/* Search and chips of the reading list: both are words of one language. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-worklist-pane-private.h"
#include "worklist/neg-worklist-language.h"

#define FIRST_COUNTED_CHIP 2 /* the ones before are counted as entries change */

static const struct {
  const char *word, *title;
} chips[NEG_WORKLIST_N_CHIPS] = {
  { "unread", N_ ("Unread") }, { "stat", N_ ("STAT") }, { "today", N_ ("Today") },
  { "mine", N_ ("Mine") },     { "here", N_ ("Here") },
};

/* Most of a frame of 60 Hz is left to draw the rows in. */
#define WAIT_MS 6

char *
_neg_worklist_pane_dup_text (NegWorklistPane *self)
{
  GString *text = g_string_new (gtk_editable_get_text (GTK_EDITABLE (self->search)));

  for (guint i = 0; i < NEG_WORKLIST_N_CHIPS; i++)
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->chips[i])))
      g_string_append_printf (text, " %s", chips[i].word);
  return g_string_free (text, FALSE);
}

void
_neg_worklist_pane_update_query (NegWorklistPane *self)
{
  g_autofree char *text = _neg_worklist_pane_dup_text (self);
  NegEntryQuery query = { 0 };
  gboolean descending;

  neg_worklist_language_parse (text, neg_network_get_timezone (self->network), g_get_real_time (),
                               neg_network_get_user (self->network), &query);
  query.order = neg_worklist_columns_get_sort (self->columns, &descending);
  query.descending = descending;
  neg_worklist_model_set_query (self->model, &query);
  neg_entry_query_clear (&query);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    neg_worklist_model_wait (self->model, WAIT_MS);
}

/* --- counts --- */

/* One after the other; what has changed meanwhile is counted in the next round. */
static void count_next_chip (NegWorklistPane *self);

static void
chip_counted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (NegWorklistPane) self = data;
  guint n;

  if (self->box == NULL)
    return;
  self->chips_known[self->counted_chip]
      = neg_worklist_model_count_finish (NEG_WORKLIST_MODEL (source), result, &n, NULL);
  if (self->chips_known[self->counted_chip])
    self->chip_counts[self->counted_chip] = n;
  self->counted_chip++;
  count_next_chip (self);
}

static void
count_next_chip (NegWorklistPane *self)
{
  NegEntryQuery query = { 0 };

  if (self->counted_chip == NEG_WORKLIST_N_CHIPS) {
    self->counted_chip = 0;
    _neg_worklist_pane_update_counts (self);
    if (!self->count_again)
      return;
    self->count_again = FALSE;
  }
  self->counted_chip = MAX (self->counted_chip, FIRST_COUNTED_CHIP);
  neg_worklist_language_parse (chips[self->counted_chip].word, neg_network_get_timezone (self->network),
                               g_get_real_time (), neg_network_get_user (self->network), &query);
  neg_worklist_model_count_async (self->model, &query, self->cancellable, chip_counted_cb, g_object_ref (self));
  neg_entry_query_clear (&query);
}

void
_neg_worklist_pane_count_chips (NegWorklistPane *self)
{
  if (self->counted_chip != 0)
    self->count_again = TRUE;
  else
    count_next_chip (self);
}

static void
set_chip (GtkWidget *chip, const char *title, gboolean is_known, guint n)
{
  g_autofree char *text = is_known ? g_strdup_printf ("%s %u", title, n) : g_strdup (title);

  if (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (chip)), text) != 0)
    gtk_button_set_label (GTK_BUTTON (chip), text);
}

static void
set_count (NegWorklistPane *self, guint n_all)
{
  guint n = neg_worklist_model_get_n_found (self->model);
  gboolean counting = neg_worklist_model_is_counting (self->model);
  g_autofree char *text = g_strdup_printf (counting ? _ ("%u+ of %u") : _ ("%u of %u"), n, MAX (n, n_all));

  if (g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (self->count)), text) != 0)
    gtk_inscription_set_text (GTK_INSCRIPTION (self->count), text);
}

void
_neg_worklist_pane_update_counts (NegWorklistPane *self)
{
  const NegEntryCounts *counts = neg_worklist_model_get_counts (self->model);

  self->chip_counts[0] = counts->by_status[NEG_STATUS_ARRIVED];
  self->chip_counts[1] = counts->n_stat_unread;
  set_chip (self->all_chip, _ ("All"), TRUE, counts->n_all);
  for (guint i = 0; i < NEG_WORKLIST_N_CHIPS; i++)
    set_chip (self->chips[i], _ (chips[i].title), i < FIRST_COUNTED_CHIP || self->chips_known[i], self->chip_counts[i]);
  set_count (self, counts->n_all);
}

/* --- parts --- */

static void
chip_cb (NegWorklistPane *self)
{
  gboolean any = FALSE;

  if (self->chips_set_by_us)
    return;
  for (guint i = 0; i < NEG_WORKLIST_N_CHIPS; i++)
    any |= gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->chips[i]));
  self->chips_set_by_us = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->all_chip), !any);
  self->chips_set_by_us = FALSE;
  _neg_worklist_pane_update_query (self);
}

static void
all_chip_cb (NegWorklistPane *self)
{
  if (self->chips_set_by_us)
    return;
  self->chips_set_by_us = TRUE;
  for (guint i = 0; i < NEG_WORKLIST_N_CHIPS; i++)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->chips[i]), FALSE);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->all_chip), TRUE);
  self->chips_set_by_us = FALSE;
  _neg_worklist_pane_update_query (self);
}

static void
stop_cb (NegWorklistPane *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    g_signal_emit_by_name (self, "done");
}

/* Down goes into the list; Enter opens the first one that was found. */
static gboolean
key_cb (NegWorklistPane *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if ((modifiers & gtk_accelerator_get_default_mod_mask ()) != 0)
    return FALSE;
  if (keyval != GDK_KEY_Down && keyval != GDK_KEY_KP_Down)
    return FALSE;
  gtk_widget_grab_focus (self->view);
  return TRUE;
}

static void
activate_cb (NegWorklistPane *self)
{
  g_autoptr (NegEntry) entry = _neg_worklist_pane_dup_cursor (self);

  if (entry != NULL)
    neg_worklist_pane_open (self, entry);
}

static GtkWidget *
make_chips (NegWorklistPane *self)
{
  GtkWidget *box = neg_accessible_new_flow (_ ("Show only"));

  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (box), 3);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (box), NEG_WORKLIST_N_CHIPS + 1);
  gtk_widget_set_halign (box, GTK_ALIGN_START);
  gtk_widget_add_css_class (box, "chips");
  self->all_chip = gtk_toggle_button_new_with_label (_ ("All"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->all_chip), TRUE);
  g_signal_connect_object (self->all_chip, "toggled", G_CALLBACK (all_chip_cb), self, G_CONNECT_SWAPPED);
  neg_accessible_add_to_flow (box, self->all_chip);
  for (guint i = 0; i < NEG_WORKLIST_N_CHIPS; i++) {
    self->chips[i] = gtk_toggle_button_new_with_label (_ (chips[i].title));
    g_signal_connect_object (self->chips[i], "toggled", G_CALLBACK (chip_cb), self, G_CONNECT_SWAPPED);
    neg_accessible_add_to_flow (box, self->chips[i]);
  }
  return box;
}

static void
learn_cb (NegWorklistPane *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "learn.topic", "s", "worklist-and-claiming");
}

static GtkWidget *
new_learn_button (NegWorklistPane *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("neg-page-learn-symbolic");

  g_signal_connect_object (button, "clicked", G_CALLBACK (learn_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_tooltip_text (button, _ ("Learn: the reading list (F1)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Learn: the reading list"), -1);
  return button;
}

static GtkWidget *
make_search_line (NegWorklistPane *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_autoptr (GMenuModel) menu = neg_worklist_columns_new_menu ();

  self->search = gtk_search_entry_new ();
  g_object_set (self->search, "placeholder-text", _ ("Name, ID, accession, mod:CT today stat…"), "search-delay", 0,
                NULL);
  neg_accessible_set_name (self->search, _ ("Search the reading list"));
  gtk_widget_set_hexpand (self->search, TRUE);
  g_signal_connect_object (self->search, "search-changed", G_CALLBACK (_neg_worklist_pane_update_query), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "stop-search", G_CALLBACK (stop_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->search, keys);
  self->ask_button = gtk_button_new_from_icon_name ("network-server-symbolic");
  /* Not by its action: a button that goes to another window with its pane loses it for good. */
  g_signal_connect_object (self->ask_button, "clicked", G_CALLBACK (_neg_worklist_pane_ask), self, G_CONNECT_SWAPPED);
  gtk_widget_set_tooltip_text (self->ask_button, _ ("Ask the archives for what is typed (Ctrl+Enter)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->ask_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Ask the archives"), -1);
  self->columns_button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->columns_button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->columns_button), menu);
  gtk_widget_set_tooltip_text (self->columns_button, _ ("Columns and order"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->columns_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Columns and order"), -1);
  gtk_box_append (GTK_BOX (line), self->search);
  gtk_box_append (GTK_BOX (line), self->ask_button);
  gtk_box_append (GTK_BOX (line), self->columns_button);
  gtk_box_append (GTK_BOX (line), new_learn_button (self));
  gtk_widget_add_css_class (line, "pane-search");
  return line;
}

void
_neg_worklist_pane_make_search (NegWorklistPane *self)
{
  /* A label would have the whole window laid out with every key. */
  self->count = gtk_inscription_new (NULL);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (self->count), 1);
  gtk_widget_add_css_class (self->count, "dim");
  gtk_widget_add_css_class (self->count, "list-count");
  gtk_box_append (GTK_BOX (self->box), make_search_line (self));
  gtk_box_append (GTK_BOX (self->box), make_chips (self));
  gtk_box_append (GTK_BOX (self->box), self->count);
}
