#include "config.h"

#include "ui/neg-tags-view.h"

#include <glib/gi18n-lib.h>

#define TOOLTIP_CHARACTERS_MIN 40 /* what may be cut off */

struct _NegTagsView {
  GtkWidget parent_instance;

  GtkColumnView *view;
  GtkColumnViewColumn *columns[NEG_TAGS_N_COLUMNS];
  GtkTreeListModel *tree;       /* nullable */
  GtkMultiSelection *selection; /* nullable */
  NegTagsRows *rows;            /* borrowed; nullable */
};

G_DEFINE_FINAL_TYPE (NegTagsView, neg_tags_view, GTK_TYPE_WIDGET)

enum { SELECTION_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- the tree --- */

static GListModel *
create_model_cb (gpointer item, gpointer data)
{
  GListModel *children = neg_tags_row_get_children (item);

  return children != NULL ? g_object_ref (children) : NULL;
}

/* The tree's line of @row, what it is inside of being opened; given. */
static GtkTreeListRow *
open_to (NegTagsView *self, NegTagsRow *row)
{
  NegTagsRow *parent = neg_tags_row_get_parent (row);
  g_autoptr (GtkTreeListRow) around = NULL;

  if (parent == NULL)
    return gtk_tree_list_model_get_child_row (self->tree, neg_tags_row_get_index (row));
  around = open_to (self, parent);
  if (around == NULL)
    return NULL;
  gtk_tree_list_row_set_expanded (around, TRUE);
  return gtk_tree_list_row_get_child_row (around, neg_tags_row_get_index (row));
}

static void
scroll_to (NegTagsView *self, guint position)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->view)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LIST_VIEW (child))
      gtk_widget_activate_action (child, "list.scroll-to-item", "u", position);
}

void
neg_tags_view_go_to (NegTagsView *self, NegTagsRow *row)
{
  g_autoptr (GtkTreeListRow) line = self->tree != NULL ? open_to (self, row) : NULL;

  if (line == NULL)
    return;
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), gtk_tree_list_row_get_position (line), TRUE);
  scroll_to (self, gtk_tree_list_row_get_position (line));
}

/* --- what is selected --- */

GPtrArray *
neg_tags_view_list_selected (NegTagsView *self)
{
  GPtrArray *rows = g_ptr_array_new ();
  g_autoptr (GtkBitset) selected = NULL;

  if (self->selection == NULL)
    return rows;
  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  for (guint64 i = 0; i < gtk_bitset_get_size (selected); i++) {
    g_autoptr (GtkTreeListRow) line = gtk_tree_list_model_get_row (self->tree, gtk_bitset_get_nth (selected, i));
    g_autoptr (NegTagsRow) row = line != NULL ? gtk_tree_list_row_get_item (line) : NULL;

    if (row != NULL)
      g_ptr_array_add (rows, row); /* it lives as long as all rows */
  }
  return rows;
}

NegTagsRow *
neg_tags_view_get_selected (NegTagsView *self)
{
  g_autoptr (GPtrArray) rows = neg_tags_view_list_selected (self);

  return rows->len > 0 ? g_ptr_array_index (rows, rows->len - 1) : NULL;
}

static void
selection_cb (NegTagsView *self)
{
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* --- opening and closing --- */

static GtkTreeListRow *
get_line_of_selected (NegTagsView *self)
{
  g_autoptr (GtkBitset) selected = NULL;

  if (self->selection == NULL)
    return NULL;
  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  return gtk_bitset_is_empty (selected) ? NULL
                                        : gtk_tree_list_model_get_row (self->tree, gtk_bitset_get_minimum (selected));
}

/* Right opens, Left closes or goes to what it is inside of: as in every tree. */
static gboolean
key_cb (NegTagsView *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  g_autoptr (GtkTreeListRow) line = NULL;
  g_autoptr (GtkTreeListRow) parent = NULL;

  if ((modifiers & gtk_accelerator_get_default_mod_mask ()) != 0 || (keyval != GDK_KEY_Right && keyval != GDK_KEY_Left))
    return FALSE;
  line = get_line_of_selected (self);
  if (line == NULL)
    return FALSE;
  if (keyval == GDK_KEY_Right) {
    gtk_tree_list_row_set_expanded (line, TRUE);
    return TRUE;
  }
  if (gtk_tree_list_row_get_expanded (line)) {
    gtk_tree_list_row_set_expanded (line, FALSE);
    return TRUE;
  }
  parent = gtk_tree_list_row_get_parent (line);
  if (parent != NULL) {
    g_autoptr (NegTagsRow) row = gtk_tree_list_row_get_item (parent);

    neg_tags_view_go_to (self, row);
  }
  return TRUE;
}

void
neg_tags_view_open_all (NegTagsView *self, gboolean open)
{
  if (self->tree == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tree)); i++) {
    g_autoptr (GtkTreeListRow) line = gtk_tree_list_model_get_row (self->tree, i);

    if (gtk_tree_list_row_is_expandable (line))
      gtk_tree_list_row_set_expanded (line, open);
  }
}

/* --- cells --- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  const NegTagsColumn column = GPOINTER_TO_UINT (data);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), column == NEG_TAGS_COLUMN_LENGTH ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (column == NEG_TAGS_COLUMN_TAG || column == NEG_TAGS_COLUMN_LENGTH)
    gtk_widget_add_css_class (label, "numeric");
  if (column == NEG_TAGS_COLUMN_TAG) {
    GtkWidget *expander = gtk_tree_expander_new ();

    gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), label);
    gtk_list_item_set_child (item, expander);
  } else {
    gtk_list_item_set_child (item, label);
  }
}

static GtkLabel *
get_label (GtkListItem *item)
{
  GtkWidget *child = gtk_list_item_get_child (item);

  return GTK_LABEL (GTK_IS_TREE_EXPANDER (child) ? gtk_tree_expander_get_child (GTK_TREE_EXPANDER (child)) : child);
}

static void
set_class (GtkWidget *widget, const char *class, gboolean has)
{
  if (has)
    gtk_widget_add_css_class (widget, class);
  else
    gtk_widget_remove_css_class (widget, class);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  const NegTagsColumn column = GPOINTER_TO_UINT (data);
  GtkTreeListRow *line = gtk_list_item_get_item (item);
  g_autoptr (NegTagsRow) row = gtk_tree_list_row_get_item (line);
  g_autofree char *text = neg_tags_row_dup_shown (row, column);
  GtkLabel *label = get_label (item);
  const gboolean is_value = column == NEG_TAGS_COLUMN_VALUE || column == NEG_TAGS_COLUMN_OTHER;

  gtk_label_set_text (label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), is_value && g_utf8_strlen (text, -1) > TOOLTIP_CHARACTERS_MIN ? text : NULL);
  /* By a weight, too: never by colour alone. */
  set_class (GTK_WIDGET (label), "differs", neg_tags_row_stands_out (row));
  set_class (GTK_WIDGET (label), "dim", (neg_tags_row_get_tag (row)->tag >> 16) % 2 == 1 && !neg_tags_row_stands_out (row));
  if (column == NEG_TAGS_COLUMN_TAG)
    gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (gtk_list_item_get_child (item)), line);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  if (GTK_IS_TREE_EXPANDER (gtk_list_item_get_child (item)))
    gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (gtk_list_item_get_child (item)), NULL);
}

static void
add_column (NegTagsView *self, NegTagsColumn column, int width_px)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER (column));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), GUINT_TO_POINTER (column));
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), GUINT_TO_POINTER (column));
  self->columns[column] = gtk_column_view_column_new (NULL, factory);
  gtk_column_view_column_set_resizable (self->columns[column], TRUE);
  if (width_px > 0)
    gtk_column_view_column_set_fixed_width (self->columns[column], width_px);
  else
    gtk_column_view_column_set_expand (self->columns[column], TRUE);
  gtk_column_view_append_column (self->view, self->columns[column]);
  g_object_unref (self->columns[column]);
}

static void
name_columns (NegTagsView *self)
{
  const gboolean is_series = self->rows != NULL && neg_tags_rows_are_series (self->rows);
  const gboolean is_pair = self->rows != NULL && neg_tags_rows_are_pairs (self->rows);

  gtk_column_view_column_set_title (self->columns[NEG_TAGS_COLUMN_VALUE],
                                    is_series ? _ ("From … to") : is_pair ? _ ("This object") : _ ("Value"));
  gtk_column_view_column_set_title (self->columns[NEG_TAGS_COLUMN_OTHER], is_series ? _ ("Different") : _ ("Other object"));
  gtk_column_view_column_set_visible (self->columns[NEG_TAGS_COLUMN_OTHER], is_series || is_pair);
  gtk_column_view_column_set_visible (self->columns[NEG_TAGS_COLUMN_LENGTH], !is_series);
}

/* --- all of it --- */

static char *
dup_selected_key (NegTagsView *self)
{
  NegTagsRow *row = neg_tags_view_get_selected (self);

  return row != NULL && neg_tags_row_get_parent (row) == NULL ? neg_tags_row_dup_text (row, NEG_TAGS_COLUMN_TAG) : NULL;
}

static NegTagsRow *
find_by_key (NegTagsRows *rows, const char *key)
{
  GListModel *top = neg_tags_rows_get_top (rows);

  for (guint i = 0; key != NULL && i < g_list_model_get_n_items (top); i++) {
    g_autoptr (NegTagsRow) row = g_list_model_get_item (top, i);
    g_autofree char *its = neg_tags_row_dup_text (row, NEG_TAGS_COLUMN_TAG);

    if (g_str_equal (its, key))
      return row;
  }
  return NULL;
}

void
neg_tags_view_set_rows (NegTagsView *self, NegTagsRows *rows)
{
  g_autofree char *selected = self->rows != NULL ? dup_selected_key (self) : NULL;
  NegTagsRow *row;

  gtk_column_view_set_model (self->view, NULL);
  g_clear_object (&self->selection);
  self->tree = NULL;
  self->rows = rows;
  name_columns (self);
  if (rows == NULL)
    return;
  self->tree = gtk_tree_list_model_new (g_object_ref (neg_tags_rows_get_top (rows)), FALSE,
                                        neg_tags_rows_are_pairs (rows), create_model_cb, NULL, NULL);
  self->selection = gtk_multi_selection_new (G_LIST_MODEL (self->tree));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_cb), self, G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  row = find_by_key (rows, selected);
  if (row != NULL)
    neg_tags_view_go_to (self, row);
  selection_cb (self);
}

void
neg_tags_view_grab_focus (NegTagsView *self)
{
  gtk_widget_child_focus (GTK_WIDGET (self->view), GTK_DIR_DOWN);
}

/* Tab leaves the list, wherever in it one is: it would go through all lines. */
static gboolean
neg_tags_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  const gboolean is_tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;

  if (is_tab && gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;
  return GTK_WIDGET_CLASS (neg_tags_view_parent_class)->focus (widget, direction);
}

static void
neg_tags_view_dispose (GObject *object)
{
  NegTagsView *self = NEG_TAGS_VIEW (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  if (self->view != NULL)
    gtk_column_view_set_model (self->view, NULL);
  self->view = NULL;
  g_clear_object (&self->selection);
  self->tree = NULL;
  self->rows = NULL;
  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (neg_tags_view_parent_class)->dispose (object);
}

static void
neg_tags_view_class_init (NegTagsViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_tags_view_dispose;
  GTK_WIDGET_CLASS (class)->focus = neg_tags_view_focus;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", NEG_TYPE_TAGS_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                             G_TYPE_NONE, 0);
}

static void
neg_tags_view_init (NegTagsView *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_column_view_set_reorderable (self->view, FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "tags");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Elements"), -1);
  add_column (self, NEG_TAGS_COLUMN_TAG, 170);
  add_column (self, NEG_TAGS_COLUMN_NAME, 250);
  add_column (self, NEG_TAGS_COLUMN_VR, 52);
  add_column (self, NEG_TAGS_COLUMN_LENGTH, 72);
  add_column (self, NEG_TAGS_COLUMN_VALUE, 0);
  add_column (self, NEG_TAGS_COLUMN_OTHER, 0);
  gtk_column_view_column_set_title (self->columns[NEG_TAGS_COLUMN_TAG], _ ("Tag"));
  gtk_column_view_column_set_title (self->columns[NEG_TAGS_COLUMN_NAME], _ ("Name"));
  gtk_column_view_column_set_title (self->columns[NEG_TAGS_COLUMN_VR], _ ("VR"));
  gtk_column_view_column_set_title (self->columns[NEG_TAGS_COLUMN_LENGTH], _ ("Length"));
  name_columns (self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->view));
  gtk_widget_set_parent (scrolled, GTK_WIDGET (self));
}

GtkWidget *
neg_tags_view_new (void)
{
  return g_object_new (NEG_TYPE_TAGS_VIEW, "vexpand", TRUE, "hexpand", TRUE, NULL);
}
