#include "config.h"

#include "ui/neg-context-pane.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-header-page.h"
#include "ui/neg-pane-rows.h"
#include "ui/neg-privacy.h"

struct _NegContextPane {
  GtkWidget parent_instance;

  NegReading *reading;
  NegVolumeReading *volumes; /* nullable */
  NegLoader *loader;
  GSignalGroup *reading_signals, *loader_signals, *mpr_signals, *volume_signals;
  GtkWidget *box, *stack, *header_page, *no_objects;
  GListStore *objects; /* of NegPaneRow */
  char *study_uid;     /* whose objects they are */
  gboolean image_pending, objects_pending;
  guint tick;
};

G_DEFINE_FINAL_TYPE (NegContextPane, neg_context_pane, GTK_TYPE_WIDGET)

enum { DONE, N_SIGNALS };
static guint signals[N_SIGNALS];

static const NegSeriesFrame *
get_frame (NegContextPane *self)
{
  if (self->reading == NULL)
    return NULL;
  if (self->volumes != NULL)
    return neg_series_get_frame (neg_volume_reading_get_series (self->volumes),
                                 neg_volume_reading_get_index (self->volumes));
  return neg_view_state_get_frame (neg_reading_get_state (self->reading, neg_reading_get_active (self->reading)));
}

static void
update_objects (NegContextPane *self, const char *study_uid)
{
  g_autoptr (GPtrArray) rows = neg_pane_rows_build_objects (self->loader, study_uid);

  g_free (self->study_uid);
  self->study_uid = g_strdup (study_uid);
  neg_pane_row_update_store (self->objects, rows);
  gtk_widget_set_visible (self->no_objects, rows->len == 0);
}

static void
update_image (NegContextPane *self, const NegSeriesFrame *frame)
{
  neg_header_page_set_image (NEG_HEADER_PAGE (self->header_page), frame != NULL ? frame->instance : NULL,
                             frame != NULL ? frame->frame : 0);
  self->image_pending = FALSE;
}

static void
update (NegContextPane *self)
{
  const NegSeriesFrame *frame = get_frame (self);
  const char *study_uid = frame != NULL ? frame->instance->study_uid : NULL;

  if (self->objects_pending || g_strcmp0 (study_uid, self->study_uid) != 0)
    update_objects (self, study_uid);
  self->objects_pending = FALSE;
  if (self->image_pending && gtk_stack_get_visible_child (GTK_STACK (self->stack)) == self->header_page)
    update_image (self, frame);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  NegContextPane *self = NEG_CONTEXT_PANE (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (NegContextPane *self)
{
  if (self->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
image_changed_cb (NegContextPane *self)
{
  self->image_pending = TRUE;
  schedule (self);
}

/* Of another patient nothing stays for the next frame, in sight or not. Planes may still be about to go. */
static void
patient_changed_cb (NegContextPane *self)
{
  const NegSeriesFrame *frame
      = neg_view_state_get_frame (neg_reading_get_state (self->reading, neg_reading_get_active (self->reading)));

  update_objects (self, frame != NULL ? frame->instance->study_uid : NULL);
  update_image (self, frame);
}

/* Before it is painted, not in the frame after that. */
static void
page_changed_cb (NegContextPane *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    update (self);
}

static void
cell_changed_cb (NegContextPane *self, guint cell, guint changes)
{
  if ((changes & NEG_CHANGED_IMAGE) && cell == neg_reading_get_active (self->reading))
    image_changed_cb (self);
}

/* Of an object the row says something else: made anew. */
static void
privacy_changed_cb (NegContextPane *self)
{
  g_autofree char *study_uid = g_strdup (self->study_uid);

  g_list_store_remove_all (self->objects);
  update_objects (self, study_uid);
}

static void
loader_changed_cb (NegContextPane *self)
{
  self->objects_pending = TRUE;
  schedule (self);
}

void
neg_context_pane_set_reading (NegContextPane *self, NegReading *reading)
{
  g_return_if_fail (NEG_IS_CONTEXT_PANE (self));

  if (!g_set_object (&self->reading, reading))
    return;
  g_signal_group_set_target (self->reading_signals, reading);
  image_changed_cb (self);
}

void
neg_context_pane_set_volumes (NegContextPane *self, NegVolumeReading *volumes)
{
  g_return_if_fail (NEG_IS_CONTEXT_PANE (self));

  if (!g_set_object (&self->volumes, volumes))
    return;
  g_signal_group_set_target (self->mpr_signals, volumes != NULL ? neg_volume_reading_get_mpr (volumes) : NULL);
  g_signal_group_set_target (self->volume_signals, volumes);
  image_changed_cb (self);
}

void
neg_context_pane_set_loader (NegContextPane *self, NegLoader *loader)
{
  g_return_if_fail (NEG_IS_CONTEXT_PANE (self));

  if (!g_set_object (&self->loader, loader))
    return;
  g_signal_group_set_target (self->loader_signals, loader);
  loader_changed_cb (self);
}

void
neg_context_pane_add_page (NegContextPane *self, const char *name, const char *title, const char *icon_name,
                           GtkWidget *page)
{
  GtkStackPage *stack_page;

  g_return_if_fail (NEG_IS_CONTEXT_PANE (self));

  stack_page = gtk_stack_add_titled (GTK_STACK (self->stack), page, name, title);
  gtk_stack_page_set_icon_name (stack_page, icon_name);
}

void
neg_context_pane_set_page_visible (NegContextPane *self, const char *name, gboolean visible)
{
  GtkWidget *page;

  g_return_if_fail (NEG_IS_CONTEXT_PANE (self));

  page = gtk_stack_get_child_by_name (GTK_STACK (self->stack), name);
  g_return_if_fail (page != NULL);
  if (!visible && gtk_stack_get_visible_child (GTK_STACK (self->stack)) == page)
    gtk_stack_set_visible_child (GTK_STACK (self->stack), self->header_page);
  gtk_stack_page_set_visible (gtk_stack_get_page (GTK_STACK (self->stack), page), visible);
}

void
neg_context_pane_show_page (NegContextPane *self, const char *name)
{
  g_return_if_fail (NEG_IS_CONTEXT_PANE (self));

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), name);
}

static void
done_cb (NegContextPane *self)
{
  g_signal_emit (self, signals[DONE], 0);
}

static gboolean
key_cb (NegContextPane *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape)
    return FALSE;
  done_cb (self);
  return TRUE;
}

/* --- the page of objects --- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  for (guint i = 0; i < 2; i++) {
    GtkWidget *label = gtk_label_new (NULL);

    gtk_label_set_xalign (GTK_LABEL (label), 0);
    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
    gtk_widget_add_css_class (label, i == 0 ? "title" : "subtitle");
    gtk_box_append (GTK_BOX (box), label);
  }
  gtk_widget_add_css_class (box, "row-content");
  gtk_list_item_set_child (list_item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  NegPaneRow *row = gtk_list_item_get_item (list_item);
  GtkWidget *box = gtk_list_item_get_child (list_item);
  GtkWidget *title = gtk_widget_get_first_child (box);
  g_autofree char *label = neg_pane_row_dup_label (row);

  gtk_label_set_text (GTK_LABEL (title), neg_pane_row_get (row)->title);
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_next_sibling (title)), neg_pane_row_get (row)->subtitle);
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (box)), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static GtkWidget *
new_objects_page (NegContextPane *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *words
      = gtk_label_new (_ ("Reports, presentation states and documents of this study come here. There are none."));
  GtkWidget *view;

  self->objects = g_list_store_new (NEG_TYPE_PANE_ROW);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  view = gtk_list_view_new (
      GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->objects)))), factory);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Objects of this study without images"), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_label_set_wrap (GTK_LABEL (words), TRUE);
  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_widget_add_css_class (words, "empty-page");
  /* Scrolled: a GtkPaned does not count with a child that gets higher as it gets narrow. */
  self->no_objects = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->no_objects), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->no_objects), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->no_objects), words);
  gtk_box_append (GTK_BOX (page), self->no_objects);
  gtk_box_append (GTK_BOX (page), scrolled);
  return page;
}

/* --- widget --- */

static void
neg_context_pane_map (GtkWidget *widget)
{
  NegContextPane *self = NEG_CONTEXT_PANE (widget);

  self->image_pending = self->objects_pending = TRUE;
  update (self);
  GTK_WIDGET_CLASS (neg_context_pane_parent_class)->map (widget);
}

static void
neg_context_pane_dispose (GObject *object)
{
  NegContextPane *self = NEG_CONTEXT_PANE (object);

  if (self->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick);
  self->tick = 0;
  g_clear_object (&self->reading_signals);
  g_clear_object (&self->loader_signals);
  g_clear_object (&self->mpr_signals);
  g_clear_object (&self->volume_signals);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->objects);
  g_clear_object (&self->reading);
  g_clear_object (&self->volumes);
  g_clear_object (&self->loader);
  g_clear_pointer (&self->study_uid, g_free);
  G_OBJECT_CLASS (neg_context_pane_parent_class)->dispose (object);
}

static void
neg_context_pane_class_init (NegContextPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_context_pane_dispose;
  widget_class->map = neg_context_pane_map;
  signals[DONE]
      = g_signal_new ("done", NEG_TYPE_CONTEXT_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-context-pane");
}

static void
make_signal_groups (NegContextPane *self)
{
  self->reading_signals = g_signal_group_new (NEG_TYPE_READING);
  self->loader_signals = g_signal_group_new (NEG_TYPE_LOADER);
  self->mpr_signals = g_signal_group_new (NEG_TYPE_MPR);
  self->volume_signals = g_signal_group_new (NEG_TYPE_VOLUME_READING);
  g_signal_group_connect_swapped (self->reading_signals, "cell-changed", G_CALLBACK (cell_changed_cb), self);
  g_signal_group_connect_swapped (self->reading_signals, "active-changed", G_CALLBACK (image_changed_cb), self);
  g_signal_group_connect_swapped (self->reading_signals, "grid-changed", G_CALLBACK (image_changed_cb), self);
  g_signal_group_connect_swapped (self->reading_signals, "patient-changed", G_CALLBACK (patient_changed_cb), self);
  g_signal_group_connect_swapped (self->mpr_signals, "changed", G_CALLBACK (image_changed_cb), self);
  g_signal_group_connect_swapped (self->volume_signals, "changed", G_CALLBACK (image_changed_cb), self);
  g_signal_group_connect_swapped (self->loader_signals, "changed", G_CALLBACK (loader_changed_cb), self);
}

static void
neg_context_pane_init (NegContextPane *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkWidget *switcher = gtk_stack_switcher_new ();

  make_signal_groups (self);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  self->stack = gtk_stack_new ();
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_widget_set_vexpand (self->stack, TRUE);
  self->header_page = neg_header_page_new ();
  g_signal_connect_object (self->header_page, "done", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  neg_context_pane_add_page (self, "image", _ ("Image"), "neg-page-image-symbolic", self->header_page);
  neg_context_pane_add_page (self, "objects", _ ("Objects"), "neg-page-objects-symbolic", new_objects_page (self));
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), GTK_STACK (self->stack));
  gtk_widget_add_css_class (switcher, "pane-pages");
  g_signal_connect_object (self->stack, "notify::visible-child", G_CALLBACK (page_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), switcher);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
neg_context_pane_new (void)
{
  return g_object_new (NEG_TYPE_CONTEXT_PANE, NULL);
}
