#include "config.h"

#include "ui/neg-patient-pane.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-captions.h"
#include "ui/neg-patient-list.h"
#include "ui/neg-prior-list.h"
#include "ui/neg-privacy.h"
#include "ui/neg-timeline.h"

#define PATIENTS_HEIGHT_PX 220

struct _NegPatientPane {
  GtkWidget parent_instance;

  NegReading *reading;
  NegLoader *loader;
  GSignalGroup *reading_signals, *loader_signals;
  GtkWidget *box, *paned, *one_line, *patients, *timeline, *priors;
  GtkWidget *progress_box, *progress_label, *progress;
};

G_DEFINE_FINAL_TYPE (NegPatientPane, neg_patient_pane, GTK_TYPE_WIDGET)

enum { DONE, PRIOR_ACTIVATED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* One patient needs no list: a line says who. */
static void
patients_changed_cb (NegPatientPane *self)
{
  GPtrArray *patients = self->reading != NULL ? neg_reading_get_patients (self->reading) : NULL;
  guint n = patients != NULL ? patients->len : 0;
  const NegPatient *patient = n == 1 ? g_ptr_array_index (patients, 0) : NULL;
  g_autofree char *text = patient != NULL ? neg_caption_dup_patient (patient->instance) : NULL;

  gtk_label_set_text (GTK_LABEL (self->one_line), text);
  gtk_widget_set_tooltip_text (self->one_line, text);
  gtk_widget_set_visible (self->one_line, text != NULL);
  gtk_widget_set_visible (self->patients, n > 1);
}

static void
loader_changed_cb (NegPatientPane *self)
{
  guint n_found = 0, n_scanned = 0;
  gboolean running = self->loader != NULL && !neg_loader_is_finished (self->loader);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->progress_box, running);
  if (!running)
    return;
  neg_loader_get_progress (self->loader, &n_found, &n_scanned);
  text = g_strdup_printf (_ ("Reading: %u of %u files"), n_scanned, n_found);
  gtk_label_set_text (GTK_LABEL (self->progress_label), text);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), n_found > 0 ? (double) n_scanned / n_found : 0);
}

void
neg_patient_pane_set_reading (NegPatientPane *self, NegReading *reading)
{
  g_return_if_fail (NEG_IS_PATIENT_PANE (self));

  if (!g_set_object (&self->reading, reading))
    return;
  g_signal_group_set_target (self->reading_signals, reading);
  neg_patient_list_set_reading (NEG_PATIENT_LIST (self->patients), reading);
  neg_timeline_set_reading (NEG_TIMELINE (self->timeline), reading);
  patients_changed_cb (self);
}

void
neg_patient_pane_set_loader (NegPatientPane *self, NegLoader *loader)
{
  g_return_if_fail (NEG_IS_PATIENT_PANE (self));

  if (!g_set_object (&self->loader, loader))
    return;
  g_signal_group_set_target (self->loader_signals, loader);
  neg_timeline_set_loader (NEG_TIMELINE (self->timeline), loader);
  loader_changed_cb (self);
}

void
neg_patient_pane_set_store (NegPatientPane *self, NegFrameStore *store)
{
  g_return_if_fail (NEG_IS_PATIENT_PANE (self));

  neg_timeline_set_store (NEG_TIMELINE (self->timeline), store);
}

void
neg_patient_pane_set_thumbnails (NegPatientPane *self, NegThumbnails *thumbnails)
{
  g_return_if_fail (NEG_IS_PATIENT_PANE (self));

  neg_timeline_set_thumbnails (NEG_TIMELINE (self->timeline), thumbnails);
}

void
neg_patient_pane_set_priors (NegPatientPane *self, GPtrArray *priors, GHashTable *open_uids, gint64 relevant)
{
  g_return_if_fail (NEG_IS_PATIENT_PANE (self));

  neg_prior_list_set_entries (NEG_PRIOR_LIST (self->priors), priors, open_uids, relevant);
}

static void
prior_cb (NegPatientPane *self, gpointer entry)
{
  g_signal_emit (self, signals[PRIOR_ACTIVATED], 0, entry);
}

static void
done_cb (NegPatientPane *self)
{
  g_signal_emit (self, signals[DONE], 0);
}

/* The loader's own, so that it also works where the window of the action is not above: in a pane's window. */
static void
cancel_cb (NegPatientPane *self)
{
  if (self->loader != NULL)
    neg_loader_cancel (self->loader);
}

static gboolean
key_cb (NegPatientPane *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape)
    return FALSE;
  done_cb (self);
  return TRUE;
}

static gboolean
neg_patient_pane_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (NEG_PATIENT_PANE (widget)->timeline);
}

static void
neg_patient_pane_dispose (GObject *object)
{
  NegPatientPane *self = NEG_PATIENT_PANE (object);

  g_clear_object (&self->reading_signals);
  g_clear_object (&self->loader_signals);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->reading);
  g_clear_object (&self->loader);
  G_OBJECT_CLASS (neg_patient_pane_parent_class)->dispose (object);
}

static void
neg_patient_pane_class_init (NegPatientPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_patient_pane_dispose;
  widget_class->grab_focus = neg_patient_pane_grab_focus;
  signals[DONE]
      = g_signal_new ("done", NEG_TYPE_PATIENT_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PRIOR_ACTIVATED] = g_signal_new ("prior-activated", NEG_TYPE_PATIENT_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "neg-patient-pane");
}

static void
make_progress (NegPatientPane *self)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));

  self->progress_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->progress_label = gtk_label_new (NULL);
  self->progress = gtk_progress_bar_new ();
  gtk_label_set_xalign (GTK_LABEL (self->progress_label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->progress_label), PANGO_ELLIPSIZE_END);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Reading files"),
                                  -1);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (cancel, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (texts), self->progress_label);
  gtk_box_append (GTK_BOX (texts), self->progress);
  gtk_box_append (GTK_BOX (self->progress_box), texts);
  gtk_box_append (GTK_BOX (self->progress_box), cancel);
  gtk_widget_add_css_class (self->progress_box, "progress");
  gtk_widget_set_visible (self->progress_box, FALSE);
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (cancel_cb), self, G_CONNECT_SWAPPED);
}

static void
make_parts (NegPatientPane *self)
{
  self->one_line = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->one_line), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->one_line), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->one_line, "one-patient");
  gtk_widget_set_visible (self->one_line, FALSE);
  self->patients = neg_patient_list_new ();
  gtk_widget_set_visible (self->patients, FALSE);
  self->timeline = neg_timeline_new ();
  self->paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  gtk_paned_set_start_child (GTK_PANED (self->paned), self->patients);
  gtk_paned_set_end_child (GTK_PANED (self->paned), self->timeline);
  gtk_paned_set_resize_start_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_position (GTK_PANED (self->paned), PATIENTS_HEIGHT_PX);
  gtk_widget_set_vexpand (self->paned, TRUE);
  g_signal_connect_object (self->patients, "done", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->timeline, "done", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
}

static void
neg_patient_pane_init (NegPatientPane *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->reading_signals = g_signal_group_new (NEG_TYPE_READING);
  self->loader_signals = g_signal_group_new (NEG_TYPE_LOADER);
  g_signal_group_connect_swapped (self->reading_signals, "patients-changed", G_CALLBACK (patients_changed_cb), self);
  neg_privacy_watch (self, G_CALLBACK (patients_changed_cb));
  g_signal_group_connect_swapped (self->loader_signals, "changed", G_CALLBACK (loader_changed_cb), self);
  g_signal_group_connect_swapped (self->loader_signals, "finished", G_CALLBACK (loader_changed_cb), self);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  make_parts (self);
  make_progress (self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), self->one_line);
  gtk_box_append (GTK_BOX (self->box), self->paned);
  self->priors = neg_prior_list_new ();
  g_signal_connect_object (self->priors, "activate", G_CALLBACK (prior_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (self->box), self->priors);
  gtk_box_append (GTK_BOX (self->box), self->progress_box);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
neg_patient_pane_new (void)
{
  return g_object_new (NEG_TYPE_PATIENT_PANE, NULL);
}
