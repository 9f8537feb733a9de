#include "config.h"

#include "ui/neg-quality-form.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-quality-parts.h"

typedef struct {
  GtkWidget *box, *title, *content, *reason_title, *reason, *obstacle, *words, *apply, *back;
  gboolean lacks; /* something but the reason is missing */
} NegQualityFormPrivate;

typedef NegQualityFormPrivate Private;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (NegQualityForm, neg_quality_form, GTK_TYPE_WIDGET)

enum { CANCEL, ASK, N_SIGNALS };
static guint signals[N_SIGNALS];

static Private *
get (NegQualityForm *self)
{
  return neg_quality_form_get_instance_private (self);
}

GtkWidget *
neg_quality_form_get_box (NegQualityForm *self)
{
  return get (self)->content;
}

GtkWidget *
neg_quality_form_get_words (NegQualityForm *self)
{
  return get (self)->words;
}

const char *
neg_quality_form_get_reason (NegQualityForm *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (get (self)->reason));
}

void
neg_quality_form_set_reason (NegQualityForm *self, const char *reason)
{
  gtk_editable_set_text (GTK_EDITABLE (get (self)->reason), reason);
}

static void
update (NegQualityForm *self)
{
  Private *parts = get (self);
  gboolean needs_reason = gtk_widget_get_visible (parts->reason) && *neg_quality_form_get_reason (self) == '\0';

  if (!parts->lacks)
    neg_quality_set_text (parts->obstacle, needs_reason ? _ ("Say why: it stays with the images.") : NULL);
  gtk_widget_set_sensitive (parts->apply, !parts->lacks && !needs_reason);
}

void
neg_quality_form_set_obstacle (NegQualityForm *self, const char *obstacle)
{
  Private *parts = get (self);

  parts->lacks = obstacle != NULL;
  neg_quality_set_text (parts->obstacle, obstacle);
  update (self);
}

static void
apply_cb (NegQualityForm *self)
{
  if (gtk_widget_get_sensitive (get (self)->apply))
    NEG_QUALITY_FORM_GET_CLASS (self)->apply (self);
}

static void
cancel_cb (NegQualityForm *self)
{
  g_signal_emit (self, signals[CANCEL], 0);
}

static gboolean
key_cb (NegQualityForm *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  if (keyval != GDK_KEY_Escape)
    return FALSE;
  cancel_cb (self);
  return TRUE;
}

void
neg_quality_form_start (NegQualityForm *self)
{
  NegQualityFormClass *class = NEG_QUALITY_FORM_GET_CLASS (self);
  Private *parts = get (self);
  GtkWidget *first = class->get_first != NULL ? class->get_first (self) : NULL;

  if (first == NULL && gtk_widget_get_visible (parts->reason) && *neg_quality_form_get_reason (self) == '\0')
    first = parts->reason;
  if (first == NULL || !gtk_widget_grab_focus (first))
    if (!gtk_widget_grab_focus (parts->apply))
      neg_quality_form_leave (self, TRUE);
}

void
neg_quality_form_leave (NegQualityForm *self, gboolean forwards)
{
  Private *parts = get (self);

  if (!forwards || (!gtk_widget_grab_focus (parts->reason) && !gtk_widget_grab_focus (parts->apply)))
    gtk_widget_grab_focus (parts->back);
}

void
neg_quality_form_ask (NegQualityForm *self, gint64 study, const char *method, GVariant *parameters)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (parameters);

  g_signal_emit (self, signals[ASK], 0, study, method, sunk);
}

void
neg_quality_form_correct (NegQualityForm *self, gint64 study, GVariant *spec)
{
  neg_quality_form_ask (self, study, "Correct", g_variant_new ("(x@a{sv}s)", study, spec, neg_quality_form_get_reason (self)));
}

void
neg_quality_form_set_up (NegQualityForm *self, const char *title, const char *button, const char *reason)
{
  Private *parts = get (self);

  gtk_label_set_text (GTK_LABEL (parts->title), title);
  gtk_button_set_label (GTK_BUTTON (parts->apply), button);
  gtk_widget_set_visible (parts->reason, reason != NULL);
  neg_quality_set_text (parts->reason_title, reason);
  if (reason != NULL)
    neg_accessible_set_name (parts->reason, reason);
  update (self);
}

/* --- the widget --- */

static void
neg_quality_form_dispose (GObject *object)
{
  g_clear_pointer (&get (NEG_QUALITY_FORM (object))->box, gtk_widget_unparent);
  G_OBJECT_CLASS (neg_quality_form_parent_class)->dispose (object);
}

static void
neg_quality_form_class_init (NegQualityFormClass *class)
{
  GType type = NEG_TYPE_QUALITY_FORM;

  G_OBJECT_CLASS (class)->dispose = neg_quality_form_dispose;
  signals[CANCEL] = g_signal_new ("cancel", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ASK] = g_signal_new ("ask", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_INT64, G_TYPE_STRING,
                               G_TYPE_VARIANT);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
new_head (NegQualityForm *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  get (self)->title = neg_quality_new_title (NULL);
  gtk_widget_set_hexpand (get (self)->title, TRUE);
  gtk_box_append (GTK_BOX (head), get (self)->title);
  get (self)->back = neg_quality_new_button (_ ("Back"), _ ("Back: change nothing"), G_CALLBACK (cancel_cb), self);
  gtk_box_append (GTK_BOX (head), get (self)->back);
  gtk_widget_add_css_class (head, "quality-head");
  return head;
}

/* What does it stays in sight, however long the content is. */
static GtkWidget *
new_foot (NegQualityForm *self)
{
  Private *parts = get (self);
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  parts->reason_title = neg_quality_new_label (NULL, "dim");
  parts->reason = gtk_entry_new ();
  g_signal_connect_object (parts->reason, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (parts->reason, "activate", G_CALLBACK (apply_cb), self, G_CONNECT_SWAPPED);
  parts->obstacle = neg_quality_new_label (NULL, "attention");
  parts->words = neg_quality_new_label (NULL, "danger");
  gtk_widget_set_visible (parts->words, FALSE);
  gtk_widget_set_visible (parts->obstacle, FALSE);
  parts->apply = gtk_button_new ();
  gtk_widget_add_css_class (parts->apply, "suggested-action");
  g_signal_connect_object (parts->apply, "clicked", G_CALLBACK (apply_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (foot), parts->reason_title);
  gtk_box_append (GTK_BOX (foot), parts->reason);
  gtk_box_append (GTK_BOX (foot), parts->obstacle);
  gtk_box_append (GTK_BOX (foot), parts->words);
  gtk_box_append (GTK_BOX (foot), parts->apply);
  gtk_widget_add_css_class (foot, "quality-foot");
  return foot;
}

static void
neg_quality_form_init (NegQualityForm *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  Private *parts = get (self);

  parts->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  parts->content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_add_css_class (parts->content, "quality-form");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), parts->content);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (parts->box), new_head (self));
  gtk_box_append (GTK_BOX (parts->box), scrolled);
  gtk_box_append (GTK_BOX (parts->box), new_foot (self));
  gtk_widget_set_parent (parts->box, GTK_WIDGET (self));
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}
