#include "config.h"

#include "ui/neg-series-list.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-series-rows.h"

struct _NegSeriesList {
  GtkWidget parent_instance;

  GtkWidget *scrolled;
  GtkListView *view;
  GListStore *series, *objects, *unreadable; /* of NegListItem */
  GtkSingleSelection *selection;
  gboolean updating; /* the program moves the selection, not a person */
};

G_DEFINE_FINAL_TYPE (NegSeriesList, neg_series_list, GTK_TYPE_WIDGET)

enum { SERIES_SELECTED, DONE, N_SIGNALS };
static guint signals[N_SIGNALS];

static NegListItem *
item_at (NegSeriesList *self, guint position)
{
  g_autoptr (NegListItem) item = g_list_model_get_item (G_LIST_MODEL (self->series), position);

  return item; /* the model holds it on */
}

static guint
n_series_rows (NegSeriesList *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->series));
}

static void
selected_cb (NegSeriesList *self)
{
  NegListItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (!self->updating && item != NULL && neg_list_item_get_series (item) != NULL)
    g_signal_emit (self, signals[SERIES_SELECTED], 0, neg_list_item_get_series (item));
}

static void
mark_current (NegSeriesList *self, NegSeries *current)
{
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; current != NULL && i < n_series_rows (self); i++)
    if (neg_list_item_get_series (item_at (self, i)) == current)
      position = i;
  gtk_single_selection_set_selected (self->selection, position);
}

/* Rows change in place and are added or removed at the end: the list never jumps under the eye. */
static void
update_series (NegSeriesList *self, GPtrArray *rows)
{
  guint n_old = n_series_rows (self);
  guint n_common = MIN (n_old, rows->len);

  for (guint i = 0; i < n_common; i++)
    neg_list_item_become (item_at (self, i), g_ptr_array_index (rows, i));
  if (n_old != rows->len)
    g_list_store_splice (self->series, n_common, n_old - n_common, rows->pdata + n_common, rows->len - n_common);
}

static void
update_header (GListStore *store, const char *title, guint n)
{
  g_autofree char *text = g_strdup_printf ("%s (%u)", title, n);
  g_autoptr (NegListItem) header = neg_list_item_new (NEG_LIST_ITEM_SECTION, text, NULL, NULL, NULL);
  g_autoptr (NegListItem) old = g_list_model_get_item (G_LIST_MODEL (store), 0);

  if (n == 0)
    return;
  if (old == NULL)
    g_list_store_append (store, header);
  else
    neg_list_item_become (old, header);
}

/* Both only grow, so only what is new gets a row; the first row is the header. */
static void
update_rest (NegSeriesList *self, NegLoader *loader)
{
  GPtrArray *objects = neg_loader_get_objects (loader);
  GPtrArray *unreadable = neg_loader_get_unreadable (loader);
  g_autoptr (GPtrArray) new_objects = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) new_unreadable = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_objects, n_unreadable;

  update_header (self->objects, _ ("Without images"), objects->len);
  update_header (self->unreadable, _ ("Could not be read"), unreadable->len);
  n_objects = g_list_model_get_n_items (G_LIST_MODEL (self->objects));
  n_unreadable = g_list_model_get_n_items (G_LIST_MODEL (self->unreadable));
  for (guint i = MAX (n_objects, 1) - 1; i < objects->len; i++)
    g_ptr_array_add (new_objects, neg_series_rows_new_object (g_ptr_array_index (objects, i)));
  for (guint i = MAX (n_unreadable, 1) - 1; i < unreadable->len; i++)
    g_ptr_array_add (new_unreadable, neg_series_rows_new_unreadable (g_ptr_array_index (unreadable, i)));
  g_list_store_splice (self->objects, n_objects, 0, new_objects->pdata, new_objects->len);
  g_list_store_splice (self->unreadable, n_unreadable, 0, new_unreadable->pdata, new_unreadable->len);
}

void
neg_series_list_update (NegSeriesList *self, NegLoader *loader, NegSeries *current)
{
  g_autoptr (GPtrArray) rows = NULL;

  g_return_if_fail (NEG_IS_SERIES_LIST (self));

  rows = neg_series_rows_build (neg_loader_get_series (loader));
  self->updating = TRUE;
  update_series (self, rows);
  update_rest (self, loader);
  mark_current (self, current);
  self->updating = FALSE;
}

void
neg_series_list_clear (NegSeriesList *self)
{
  g_return_if_fail (NEG_IS_SERIES_LIST (self));

  self->updating = TRUE;
  g_list_store_remove_all (self->series);
  g_list_store_remove_all (self->objects);
  g_list_store_remove_all (self->unreadable);
  self->updating = FALSE;
}

NegSeries *
neg_series_list_get_first (NegSeriesList *self)
{
  for (guint i = 0; i < n_series_rows (self); i++)
    if (neg_list_item_get_series (item_at (self, i)) != NULL)
      return neg_list_item_get_series (item_at (self, i));
  return NULL;
}

void
neg_series_list_step (NegSeriesList *self, int step)
{
  guint selected = gtk_single_selection_get_selected (self->selection);
  gint64 position = selected == GTK_INVALID_LIST_POSITION ? (step > 0 ? -1 : (gint64) n_series_rows (self)) : selected;

  for (position += step; position >= 0 && position < n_series_rows (self); position += step) {
    if (neg_list_item_get_series (item_at (self, position)) == NULL)
      continue;
    gtk_single_selection_set_selected (self->selection, position);
    gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", (guint) position);
    return;
  }
}

/* One row's widgets, kept with the list item. */
typedef struct {
  GtkWidget *box, *title, *subtitle, *details;
  gulong changed_handler;
} Row;

static GtkWidget *
add_label (GtkWidget *box, const char *css_class, int n_lines)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), n_lines);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
set_line (GtkWidget *label, const char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text != NULL ? text : "");
  gtk_widget_set_visible (label, text != NULL && *text != '\0');
}

static void
show_item_cb (NegListItem *item, GtkListItem *list_item)
{
  static const char *const classes[] = { "patient", "study", "section", "series", "object", "unreadable" };
  Row *row = g_object_get_data (G_OBJECT (list_item), "neg-row");
  const char *css_classes[] = { "row-content", classes[neg_list_item_get_kind (item)], NULL };
  const char *subtitle = neg_list_item_get_subtitle (item);
  const char *details = neg_list_item_get_details (item);
  gboolean is_series = neg_list_item_get_kind (item) == NEG_LIST_ITEM_SERIES;
  g_autofree char *mark = is_series && details != NULL ? g_strdup_printf ("⚠ %s", details) : g_strdup (details);
  g_autofree char *label = g_strdup_printf ("%s%s%s%s%s", neg_list_item_get_title (item), subtitle ? ", " : "",
                                            subtitle ? subtitle : "", details ? ", " : "", details ? details : "");

  set_line (row->title, neg_list_item_get_title (item));
  set_line (row->subtitle, subtitle);
  set_line (row->details, mark);
  gtk_widget_set_css_classes (row->box, css_classes);
  gtk_widget_set_tooltip_text (row->box, label);
  gtk_list_item_set_selectable (list_item, is_series);
  gtk_list_item_set_activatable (list_item, is_series);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->box), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (row->box)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegSeriesList *self)
{
  Row *row = g_new0 (Row, 1);

  row->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  row->title = add_label (row->box, "title", 3);
  row->subtitle = add_label (row->box, "subtitle", 2);
  row->details = add_label (row->box, "details", 3);
  gtk_list_item_set_child (list_item, row->box);
  g_object_set_data_full (G_OBJECT (list_item), "neg-row", row, g_free);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegSeriesList *self)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "neg-row");
  NegListItem *item = gtk_list_item_get_item (list_item);

  row->changed_handler = g_signal_connect (item, "changed", G_CALLBACK (show_item_cb), list_item);
  show_item_cb (item, list_item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegSeriesList *self)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "neg-row");

  g_clear_signal_handler (&row->changed_handler, gtk_list_item_get_item (list_item));
}

static void
done_cb (NegSeriesList *self)
{
  g_signal_emit (self, signals[DONE], 0);
}

static void
make_selection (NegSeriesList *self)
{
  GListStore *parts = g_list_store_new (G_TYPE_LIST_MODEL);

  self->series = g_list_store_new (NEG_TYPE_LIST_ITEM);
  self->objects = g_list_store_new (NEG_TYPE_LIST_ITEM);
  self->unreadable = g_list_store_new (NEG_TYPE_LIST_ITEM);
  g_list_store_append (parts, self->series);
  g_list_store_append (parts, self->objects);
  g_list_store_append (parts, self->unreadable);
  self->selection
      = gtk_single_selection_new (G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (parts))));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
}

static GtkListItemFactory *
make_factory (NegSeriesList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, 0);
  return factory;
}

static void
neg_series_list_dispose (GObject *object)
{
  NegSeriesList *self = NEG_SERIES_LIST (object);

  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  g_clear_object (&self->series);
  g_clear_object (&self->objects);
  g_clear_object (&self->unreadable);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (neg_series_list_parent_class)->dispose (object);
}

static void
neg_series_list_class_init (NegSeriesListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_series_list_dispose;
  signals[SERIES_SELECTED] = g_signal_new ("series-selected", NEG_TYPE_SERIES_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, NEG_TYPE_SERIES);
  signals[DONE] = g_signal_new ("done", NEG_TYPE_SERIES_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-series-list");
}

static void
neg_series_list_init (NegSeriesList *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  make_selection (self);
  self->view = GTK_LIST_VIEW (
      gtk_list_view_new (GTK_SELECTION_MODEL (g_object_ref (self->selection)), make_factory (self)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Series"), -1);
  g_signal_connect_object (self->view, "activate", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  /* After a click the keys scroll images again; who walks the list by keys stays in it until Enter. */
  g_signal_connect_object (click, "released", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (click));
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), GTK_WIDGET (self->view));
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
}
