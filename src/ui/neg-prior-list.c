#include "config.h"

#include "ui/neg-prior-list.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-privacy.h"
#include "ui/neg-worklist-words.h"

struct _NegPriorList {
  GtkWidget parent_instance;

  GtkWidget *box, *list;
  GPtrArray *entries; /* NegEntry, in the order of the rows */
  gint64 relevant;    /* 0: none */
};

G_DEFINE_FINAL_TYPE (NegPriorList, neg_prior_list, GTK_TYPE_WIDGET)

static guint signal_activate;

static char *
dup_place (const NegEntry *entry)
{
  g_autofree char *peers = neg_text_dup_shown (NEG_TEXT_SITE, entry->peers);
  g_auto (GStrv) names = g_strsplit (peers, "\\", -1);
  g_autofree char *listed = g_strjoinv (", ", names);

  if (entry->n_here > 0)
    return g_strdup (_ ("here: open"));
  if (*listed == '\0')
    return g_strdup (neg_worklist_words_get_status (entry->status, FALSE));
  return g_strdup_printf (_ ("at %s: retrieve"), listed);
}

static GtkWidget *
new_label (const char *text, gboolean dim)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (dim)
    gtk_widget_add_css_class (label, "dim");
  return label;
}

static GtkWidget *
new_row (const NegEntry *entry, gboolean is_relevant)
{
  g_autofree char *time = neg_worklist_words_dup_cell (entry, NEG_COLUMN_TIME);
  g_autofree char *modality = neg_worklist_words_dup_cell (entry, NEG_COLUMN_MODALITY);
  g_autofree char *description = neg_worklist_words_dup_cell (entry, NEG_COLUMN_DESCRIPTION);
  g_autofree char *place = dup_place (entry);
  g_autofree char *title = g_strdup_printf ("%s · %s", *time != '\0' ? time : _ ("Study without a date"), modality);
  g_autofree char *where = *description != '\0' ? g_strdup_printf ("%s · %s", description, place) : g_strdup (place);
  g_autofree char *about = is_relevant ? g_strdup_printf (_ ("▸ compare first · %s"), where) : g_strdup (where);
  g_autofree char *spoken = g_strdup_printf ("%s, %s", title, about);
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (box), new_label (title, FALSE));
  gtk_box_append (GTK_BOX (box), new_label (about, TRUE));
  gtk_widget_add_css_class (box, "row-content");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, spoken);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  return row;
}

static void
make_rows (NegPriorList *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  for (guint i = 0; i < self->entries->len; i++) {
    const NegEntry *entry = g_ptr_array_index (self->entries, i);
    GtkWidget *row = new_row (entry, entry->id == self->relevant);

    gtk_list_box_append (GTK_LIST_BOX (self->list), row);
    if (entry->id == self->relevant)
      gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (row));
  }
}

static void
privacy_changed_cb (NegPriorList *self)
{
  if (self->box != NULL)
    make_rows (self);
}

void
neg_prior_list_set_entries (NegPriorList *self, GPtrArray *entries, GHashTable *open_uids, gint64 relevant)
{
  g_return_if_fail (NEG_IS_PRIOR_LIST (self));

  g_ptr_array_set_size (self->entries, 0);
  self->relevant = relevant;
  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    const NegEntry *entry = g_ptr_array_index (entries, i);

    if (open_uids == NULL || !g_hash_table_contains (open_uids, entry->study_uid))
      g_ptr_array_add (self->entries, neg_entry_copy (entry));
  }
  make_rows (self);
  gtk_widget_set_visible (GTK_WIDGET (self), self->entries->len > 0);
}

static void
activated_cb (NegPriorList *self, GtkListBoxRow *row)
{
  guint index = (guint) gtk_list_box_row_get_index (row);
  g_autoptr (NegEntry) entry = NULL;

  if (index >= self->entries->len)
    return;
  entry = neg_entry_copy (g_ptr_array_index (self->entries, index)); /* a handler may set other ones */
  g_signal_emit (self, signal_activate, 0, entry);
}

static gboolean
neg_prior_list_grab_focus (GtkWidget *widget)
{
  NegPriorList *self = NEG_PRIOR_LIST (widget);
  GtkListBoxRow *selected = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  GtkListBoxRow *row = selected != NULL ? selected : gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0);

  return row != NULL && gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
neg_prior_list_dispose (GObject *object)
{
  g_clear_pointer (&NEG_PRIOR_LIST (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (neg_prior_list_parent_class)->dispose (object);
}

static void
neg_prior_list_finalize (GObject *object)
{
  g_ptr_array_unref (NEG_PRIOR_LIST (object)->entries);
  G_OBJECT_CLASS (neg_prior_list_parent_class)->finalize (object);
}

static void
neg_prior_list_class_init (NegPriorListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_prior_list_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_prior_list_finalize;
  widget_class->grab_focus = neg_prior_list_grab_focus;
  signal_activate = g_signal_new ("activate", NEG_TYPE_PRIOR_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
neg_prior_list_init (NegPriorList *self)
{
  GtkWidget *title = gtk_label_new (_ ("Other studies of this patient"));
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_entry_free);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_SINGLE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Other studies of this patient"), -1);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 160);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->list);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "list-title");
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), title);
  gtk_box_append (GTK_BOX (self->box), scrolled);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
}

GtkWidget *
neg_prior_list_new (void)
{
  return g_object_new (NEG_TYPE_PRIOR_LIST, NULL);
}
