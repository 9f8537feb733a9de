#include "config.h"

#include "ui/neg-quality-pane.h"

#include <glib/gi18n-lib.h>

#include "base/neg-error.h"
#include "ui/neg-accessible.h"
#include "ui/neg-quality-row.h"

struct _NegQualityPane {
  GtkWidget parent_instance;

  NegQualityModel *model;
  gint64 open;   /* the study that is on the screen; 0 */
  gint64 cursor; /* the study that was selected last; 0 */
  gboolean had_focus;   /* before the list became another one */
  gboolean wants_focus; /* with the first row */
  GtkWidget *box, *count, *all, *stack, *list, *empty, *scrolled;
};

G_DEFINE_FINAL_TYPE (NegQualityPane, neg_quality_pane, GTK_TYPE_WIDGET)

enum { DONE, OPEN_REQUESTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static NegQualityRow *
find_row (NegQualityPane *self, gint64 study_id)
{
  guint position;

  if (study_id == 0 || neg_quality_model_find (self->model, study_id, &position) == NULL)
    return NULL;
  return NEG_QUALITY_ROW (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) position));
}

/* --- the list is another one --- */

static gboolean
has_focus (NegQualityPane *self)
{
  return gtk_widget_get_focus_child (self->list) != NULL;
}

/* A row that moves is a new widget: who was at it stays at it. */
static void
updating_cb (NegQualityPane *self)
{
  self->had_focus = has_focus (self) || (self->wants_focus && gtk_widget_has_focus (self->all));
}

static void
select_again (NegQualityPane *self)
{
  NegQualityRow *row = find_row (self, self->cursor);
  GtkListBoxRow *first = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0);
  GtkWidget *wanted = row != NULL ? GTK_WIDGET (row) : first != NULL ? GTK_WIDGET (first) : NULL;

  if (wanted == NULL)
    return;
  if (gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list)) != GTK_LIST_BOX_ROW (wanted))
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (wanted));
  if (self->had_focus && !has_focus (self))
    gtk_widget_grab_focus (wanted);
  self->had_focus = self->wants_focus = FALSE;
}

static void
mark_open (NegQualityPane *self)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i)) != NULL; i++)
    neg_quality_row_set_open (NEG_QUALITY_ROW (row), neg_quality_row_get_study (NEG_QUALITY_ROW (row)) == self->open);
}

static void
say_empty (NegQualityPane *self)
{
  const GError *failure = neg_quality_model_get_failure (self->model);

  if (failure != NULL && !g_error_matches (failure, NEG_ERROR, NEG_ERROR_NOT_FOUND))
    gtk_label_set_text (GTK_LABEL (self->empty), failure->message);
  else
    gtk_label_set_text (GTK_LABEL (self->empty),
                        _ ("Studies that scanners send here, or that are imported, come here with what their checks found, and stay "
                           "until they have left and arrived. Nothing waits: send a study to this workstation, or open “All”."));
}

static void
updated_cb (NegQualityPane *self)
{
  guint n = g_list_model_get_n_items (neg_quality_model_get_list (self->model));
  g_autofree char *words = g_strdup_printf (ngettext ("%u study", "%u studies", n), n);

  gtk_label_set_text (GTK_LABEL (self->count), words);
  say_empty (self);
  neg_accessible_show_page (GTK_STACK (self->stack), n == 0 ? "empty" : "list");
  select_again (self);
  mark_open (self);
}

void
neg_quality_pane_set_open (NegQualityPane *self, gint64 study_id)
{
  g_return_if_fail (NEG_IS_QUALITY_PANE (self));

  self->open = study_id;
  mark_open (self);
}

/* --- hands --- */

static void
selected_cb (NegQualityPane *self, GtkListBoxRow *row)
{
  if (row != NULL)
    self->cursor = neg_quality_row_get_study (NEG_QUALITY_ROW (row));
}

static void
activated_cb (NegQualityPane *self, GtkListBoxRow *row)
{
  g_signal_emit (self, signals[OPEN_REQUESTED], 0, neg_quality_row_get_study (NEG_QUALITY_ROW (row)));
}

static void
all_toggled_cb (NegQualityPane *self)
{
  neg_quality_model_set_all (self->model, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->all)));
}

static gboolean
key_cb (NegQualityPane *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape)
    return FALSE;
  g_signal_emit (self, signals[DONE], 0);
  return TRUE;
}

void
neg_quality_pane_focus_list (NegQualityPane *self)
{
  GtkListBoxRow *row;

  g_return_if_fail (NEG_IS_QUALITY_PANE (self));

  select_again (self);
  row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  self->wants_focus = row == NULL; /* rows may be still to come */
  gtk_widget_grab_focus (row != NULL ? GTK_WIDGET (row) : self->all);
}

/* --- the widget --- */

static void
neg_quality_pane_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (neg_quality_pane_parent_class)->map (widget);
  neg_quality_model_refresh (NEG_QUALITY_PANE (widget)->model);
}

static void
neg_quality_pane_dispose (GObject *object)
{
  NegQualityPane *self = NEG_QUALITY_PANE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (neg_quality_pane_parent_class)->dispose (object);
}

static void
neg_quality_pane_class_init (NegQualityPaneClass *class)
{
  GType type = NEG_TYPE_QUALITY_PANE;

  G_OBJECT_CLASS (class)->dispose = neg_quality_pane_dispose;
  GTK_WIDGET_CLASS (class)->map = neg_quality_pane_map;
  signals[DONE] = g_signal_new ("done", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[OPEN_REQUESTED]
      = g_signal_new ("open-requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "neg-quality-pane");
}

static GtkWidget *
create_row_cb (gpointer item, gpointer data)
{
  return neg_quality_row_new (item);
}

static GtkWidget *
new_bar (NegQualityPane *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->count = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->count), 0);
  gtk_widget_set_hexpand (self->count, TRUE);
  gtk_widget_add_css_class (self->count, "dim");
  self->all = gtk_toggle_button_new_with_label (_ ("All"));
  gtk_widget_add_css_class (self->all, "small-button");
  gtk_widget_set_tooltip_text (self->all, _ ("Also what has left, and what was put aside"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->all), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("All: also what has left, and what was put aside"), -1);
  g_signal_connect_object (self->all, "toggled", G_CALLBACK (all_toggled_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (bar), self->count);
  gtk_box_append (GTK_BOX (bar), self->all);
  gtk_widget_add_css_class (bar, "list-message");
  return bar;
}

static void
make_list (NegQualityPane *self)
{
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Quality list"), -1);
  g_signal_connect_object (self->list, "row-selected", G_CALLBACK (selected_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), self->list);
  gtk_stack_add_named (GTK_STACK (self->stack), self->scrolled, "list");
}

static void
make_empty (NegQualityPane *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->empty = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->empty), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->empty), 0);
  gtk_widget_set_valign (self->empty, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->empty, "list-empty");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->empty);
  gtk_stack_add_named (GTK_STACK (self->stack), scrolled, "empty");
}

static void
neg_quality_pane_init (NegQualityPane *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  make_list (self);
  make_empty (self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), new_bar (self));
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
neg_quality_pane_new (NegQualityModel *model)
{
  NegQualityPane *self = g_object_new (NEG_TYPE_QUALITY_PANE, NULL);

  self->model = g_object_ref (model);
  g_signal_connect_object (model, "updating", G_CALLBACK (updating_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "updated", G_CALLBACK (updated_cb), self, G_CONNECT_SWAPPED);
  gtk_list_box_bind_model (GTK_LIST_BOX (self->list), neg_quality_model_get_list (model), create_row_cb, NULL, NULL);
  return GTK_WIDGET (self);
}
