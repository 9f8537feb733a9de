#include "config.h"

#include "ui/neg-key-list.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-key-row.h"

struct _NegKeyList {
  GtkBox parent_instance;

  NegKeymap *keymap;

  GtkSearchEntry *search;
  GtkListBox *list;
  GtkButton *reset_all;
};

G_DEFINE_FINAL_TYPE (NegKeyList, neg_key_list, GTK_TYPE_BOX)

/* The name of a group above its first row that is shown. */
static void
header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  const char *group = neg_key_row_get_command (NEG_KEY_ROW (row))->group;
  const char *last = before != NULL ? neg_key_row_get_command (NEG_KEY_ROW (before))->group : "";
  GtkWidget *label;

  if (g_str_equal (group, last)) {
    gtk_list_box_row_set_header (row, NULL);
    return;
  }
  label = gtk_label_new (_ (group));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "preferences-title");
  gtk_list_box_row_set_header (row, label);
}

/* Not by a filter of the list box: what that leaves out a screen reader still reads. */
static void
search_changed_cb (NegKeyList *self)
{
  g_autofree char *wanted = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    gtk_widget_set_visible (GTK_WIDGET (row), neg_key_row_matches (NEG_KEY_ROW (row), wanted));
}

static void
activated_cb (NegKeyList *self, GtkListBoxRow *row)
{
  neg_key_row_record (NEG_KEY_ROW (row));
}

static void
reset_all_cb (NegKeyList *self)
{
  neg_keymap_reset_all (self->keymap);
}

static gboolean
any_changed (NegKeymap *keymap)
{
  for (guint i = 0; i < neg_command_table_get_n (); i++)
    if (neg_keymap_is_changed (keymap, neg_command_table_get (i)->action))
      return TRUE;
  return FALSE;
}

static void
keys_changed_cb (NegKeyList *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->reset_all), any_changed (self->keymap));
}

void
neg_key_list_set_keymap (NegKeyList *self, NegKeymap *keymap)
{
  g_return_if_fail (NEG_IS_KEY_LIST (self));
  g_return_if_fail (NEG_IS_KEYMAP (keymap) && self->keymap == NULL);

  self->keymap = g_object_ref (keymap);
  for (guint i = 0; i < neg_command_table_get_n (); i++) {
    const NegCommandInfo *command = neg_command_table_get (i);

    if (command->group != NULL)
      gtk_list_box_append (self->list, neg_key_row_new (keymap, command));
  }
  g_signal_connect_swapped (keymap, "changed", G_CALLBACK (keys_changed_cb), self);
  keys_changed_cb (self);
}

static void
neg_key_list_dispose (GObject *object)
{
  NegKeyList *self = NEG_KEY_LIST (object);

  if (self->keymap != NULL)
    g_signal_handlers_disconnect_by_data (self->keymap, self);
  g_clear_object (&self->keymap);
  gtk_widget_dispose_template (GTK_WIDGET (self), NEG_TYPE_KEY_LIST);
  G_OBJECT_CLASS (neg_key_list_parent_class)->dispose (object);
}

static void
neg_key_list_class_init (NegKeyListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_key_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/negatoscope/ui/neg-key-list.ui");
  gtk_widget_class_bind_template_child (widget_class, NegKeyList, search);
  gtk_widget_class_bind_template_child (widget_class, NegKeyList, list);
  gtk_widget_class_bind_template_child (widget_class, NegKeyList, reset_all);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, reset_all_cb);
}

static void
neg_key_list_init (NegKeyList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  neg_accessible_set_name (GTK_WIDGET (self->search), _ ("Search commands and keys"));
  gtk_list_box_set_header_func (self->list, header_cb, NULL, NULL);
}
