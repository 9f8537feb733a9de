#include "config.h"

#include "ui/neg-patient-list.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-pane-rows.h"
#include "ui/neg-privacy.h"

struct _NegPatientList {
  GtkWidget parent_instance;

  NegReading *reading;
  GSignalGroup *signals;
  GtkWidget *box, *entry, *nothing, *scrolled;
  GtkListView *view;
  GListStore *store; /* of NegPaneRow */
  guint tick;
  gboolean to_shown; /* with the next rows: another patient is shown */
};

G_DEFINE_FINAL_TYPE (NegPatientList, neg_patient_list, GTK_TYPE_WIDGET)

enum { DONE, N_SIGNALS };
static guint signals[N_SIGNALS];

/* One row's widgets, kept with the list item. */
typedef struct {
  NegPatientList *list;   /* borrowed */
  GtkListItem *list_item; /* borrowed */
  GtkWidget *box, *title, *subtitle, *details, *mark;
  gulong changed_handler;
} Row;

static void
scroll_to_shown (NegPatientList *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->store)); i++) {
    g_autoptr (NegPaneRow) row = g_list_model_get_item (G_LIST_MODEL (self->store), i);

    if (neg_pane_row_get (row)->active) {
      gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", i);
      return;
    }
  }
}

static void
update_rows (NegPatientList *self)
{
  GPtrArray *patients = self->reading != NULL ? neg_reading_get_patients (self->reading) : NULL;
  const NegPatient *shown = self->reading != NULL ? neg_reading_get_patient (self->reading) : NULL;
  g_autoptr (GPtrArray) rows = neg_pane_rows_build_patients (patients, shown != NULL ? shown->key : NULL,
                                                             gtk_editable_get_text (GTK_EDITABLE (self->entry)));

  neg_pane_row_update_store (self->store, rows);
  gtk_widget_set_visible (self->nothing, rows->len == 0 && patients != NULL && patients->len > 0);
}

static void
update (NegPatientList *self)
{
  update_rows (self);
  if (self->to_shown)
    scroll_to_shown (self);
  self->to_shown = FALSE;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  NegPatientList *self = NEG_PATIENT_LIST (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (NegPatientList *self)
{
  if (self->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

/* Who is not open any more is named no more, in sight or not. */
static void
patient_changed_cb (NegPatientList *self)
{
  update_rows (self);
  self->to_shown = TRUE; /* when they have their places */
  changed_cb (self);
}

void
neg_patient_list_set_reading (NegPatientList *self, NegReading *reading)
{
  g_return_if_fail (NEG_IS_PATIENT_LIST (self));

  if (!g_set_object (&self->reading, reading))
    return;
  g_signal_group_set_target (self->signals, reading);
  changed_cb (self);
}

static void
choose (NegPatientList *self, NegPaneRow *row)
{
  g_autofree char *key = row != NULL ? g_strdup (neg_pane_row_get (row)->id) : NULL;

  if (key == NULL || self->reading == NULL)
    return;
  neg_reading_set_patient (self->reading, key);
  g_signal_emit (self, signals[DONE], 0);
}

static void
activate_cb (NegPatientList *self, guint position)
{
  g_autoptr (NegPaneRow) row = g_list_model_get_item (G_LIST_MODEL (self->store), position);

  choose (self, row);
}

/* The first one that was found: searching and Enter is enough. */
static void
entry_activate_cb (NegPatientList *self)
{
  g_autoptr (NegPaneRow) row = NULL;

  update (self);
  row = g_list_model_get_item (G_LIST_MODEL (self->store), 0);
  choose (self, row);
}

static void
stop_search_cb (NegPatientList *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->entry)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  else
    g_signal_emit (self, signals[DONE], 0);
}

/* --- rows --- */

static void
set_line (GtkWidget *label, const char *text)
{
  gtk_label_set_text (GTK_LABEL (label), text != NULL ? text : "");
  gtk_widget_set_visible (label, text != NULL && *text != '\0');
}

static void
show_row_cb (NegPaneRow *item, Row *row)
{
  const NegPaneRowContent *content = neg_pane_row_get (item);
  g_autofree char *label = neg_pane_row_dup_label (item);
  g_autofree char *spoken = content->active ? g_strdup_printf ("%s, %s", label, _ ("shown")) : g_strdup (label);
  g_autofree char *mark = content->mark != NULL ? g_strdup_printf ("⚠ %s", content->mark) : NULL;
  const char *classes[] = { "row-content", "person", content->active ? "shown" : NULL, NULL };

  set_line (row->title, content->title);
  set_line (row->subtitle, content->subtitle);
  set_line (row->details, content->details);
  set_line (row->mark, mark);
  gtk_widget_set_css_classes (row->box, classes);
  gtk_widget_set_tooltip_text (row->box, spoken);
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (row->box)), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  spoken, -1);
}

static GtkWidget *
add_label (GtkWidget *box, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
clicked_cb (Row *row)
{
  choose (row->list, gtk_list_item_get_item (row->list_item));
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegPatientList *self)
{
  Row *row = g_new0 (Row, 1);
  GtkGesture *click = gtk_gesture_click_new ();

  row->list = self;
  row->list_item = list_item;
  row->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  row->title = add_label (row->box, "title");
  row->subtitle = add_label (row->box, "subtitle");
  row->details = add_label (row->box, "details");
  row->mark = add_label (row->box, "attention");
  g_signal_connect_swapped (click, "released", G_CALLBACK (clicked_cb), row);
  gtk_widget_add_controller (row->box, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (list_item, row->box);
  gtk_list_item_set_selectable (list_item, FALSE);
  g_object_set_data_full (G_OBJECT (list_item), "neg-row", row, g_free);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegPatientList *self)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "neg-row");
  NegPaneRow *item = gtk_list_item_get_item (list_item);

  row->changed_handler = g_signal_connect (item, "changed", G_CALLBACK (show_row_cb), row);
  show_row_cb (item, row);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, NegPatientList *self)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "neg-row");

  g_clear_signal_handler (&row->changed_handler, gtk_list_item_get_item (list_item));
}

static GtkListItemFactory *
make_factory (NegPatientList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, 0);
  return factory;
}

static void
neg_patient_list_map (GtkWidget *widget)
{
  update_rows (NEG_PATIENT_LIST (widget)); /* before it is painted */
  GTK_WIDGET_CLASS (neg_patient_list_parent_class)->map (widget);
  changed_cb (NEG_PATIENT_LIST (widget));
}

static void
neg_patient_list_dispose (GObject *object)
{
  NegPatientList *self = NEG_PATIENT_LIST (object);

  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_object (&self->signals);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->store);
  g_clear_object (&self->reading);
  G_OBJECT_CLASS (neg_patient_list_parent_class)->dispose (object);
}

static void
neg_patient_list_class_init (NegPatientListClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_patient_list_dispose;
  widget_class->map = neg_patient_list_map;
  signals[DONE]
      = g_signal_new ("done", NEG_TYPE_PATIENT_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-patient-list");
}

static void
make_entry (NegPatientList *self)
{
  self->entry = gtk_search_entry_new ();
  g_object_set (self->entry, "placeholder-text", _ ("Search patients"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Search patients"),
                                  -1);
  gtk_widget_add_css_class (self->entry, "pane-search");
  g_signal_connect_object (self->entry, "search-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (entry_activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "stop-search", G_CALLBACK (stop_search_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), self->entry);
}

static void
make_view (NegPatientList *self)
{
  GtkNoSelection *selection;

  self->store = g_list_store_new (NEG_TYPE_PANE_ROW);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->store)));
  self->view = GTK_LIST_VIEW (gtk_list_view_new (GTK_SELECTION_MODEL (selection), make_factory (self)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Patients"), -1);
  g_signal_connect_object (self->view, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (self->scrolled, TRUE);
  gtk_box_append (GTK_BOX (self->box), self->scrolled);
}

static void
neg_patient_list_init (NegPatientList *self)
{
  self->signals = g_signal_group_new (NEG_TYPE_READING);
  g_signal_group_connect_swapped (self->signals, "patients-changed", G_CALLBACK (changed_cb), self);
  neg_privacy_watch (self, G_CALLBACK (update_rows));
  g_signal_group_connect_swapped (self->signals, "patient-changed", G_CALLBACK (patient_changed_cb), self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  make_entry (self);
  self->nothing = gtk_label_new (_ ("No patient here matches."));
  gtk_widget_add_css_class (self->nothing, "dim");
  gtk_widget_set_visible (self->nothing, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->nothing);
  make_view (self);
}

GtkWidget *
neg_patient_list_new (void)
{
  return g_object_new (NEG_TYPE_PATIENT_LIST, NULL);
}
