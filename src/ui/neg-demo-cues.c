#include "config.h"

#include "ui/neg-demo-cues.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-draft-work.h"
#include "ui/neg-words.h"

/* So long is a caption shown: as long as it takes to read it, or until the next one begins. */
#define CAPTION_MIN_US (2 * G_USEC_PER_SEC)
#define CHARACTERS_PER_S 15

struct _NegDemoCues {
  GtkWidget parent_instance;

  NegDraft *draft; /* borrowed, nullable */
  NegVtt *vtt;
  gint64 position_us;
  GtkWidget *box, *kind, *language, *entry, *add_button, *list, *problem;
};

G_DEFINE_FINAL_TYPE (NegDemoCues, neg_demo_cues, GTK_TYPE_WIDGET)

enum { CHANGED, SEEK, N_SIGNALS };
static guint signals[N_SIGNALS];

static const char *const kinds[] = { "captions", "chapters" };
static const char *const languages[] = NEG_DRAFT_LANGUAGES;

static const char *
get_kind (NegDemoCues *self)
{
  return kinds[MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->kind)), G_N_ELEMENTS (kinds) - 1)];
}

static const char *
get_language (NegDemoCues *self)
{
  return languages[MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->language)), G_N_ELEMENTS (languages) - 1)];
}

static char *
dup_time (gint64 time_us)
{
  return g_strdup_printf ("%u:%02u.%u", (guint) (time_us / (60 * G_USEC_PER_SEC)), (guint) (time_us / G_USEC_PER_SEC % 60),
                          (guint) (time_us / 100000 % 10));
}

static void
say (NegDemoCues *self, const char *problem)
{
  gtk_label_set_text (GTK_LABEL (self->problem), problem != NULL ? problem : "");
  gtk_widget_set_visible (self->problem, problem != NULL);
}

static void fill_list (NegDemoCues *self);

static void
keep (NegDemoCues *self)
{
  g_autoptr (GError) error = NULL;

  if (self->draft == NULL)
    return;
  neg_draft_save_cues (self->draft, get_kind (self), get_language (self), self->vtt, &error);
  say (self, error != NULL ? neg_words_for_error (error) : NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* A chapter lasts until the next one, a caption as long as it takes to read it, both of them no longer than the film. */
static void
lay_out (NegDemoCues *self)
{
  gboolean are_chapters = g_str_equal (get_kind (self), "chapters");
  NegVtt *laid = neg_vtt_new ();

  for (guint i = 0; i < neg_vtt_get_n_cues (self->vtt); i++) {
    const NegVttCue *cue = neg_vtt_get_cue (self->vtt, i);
    const NegVttCue *next = i + 1 < neg_vtt_get_n_cues (self->vtt) ? neg_vtt_get_cue (self->vtt, i + 1) : NULL;
    gint64 limit_us = next != NULL ? next->start_us : MAX (self->draft->duration_us, cue->start_us + G_USEC_PER_SEC);
    gint64 wish_us = MAX (CAPTION_MIN_US, g_utf8_strlen (cue->text, -1) * G_USEC_PER_SEC / CHARACTERS_PER_S);

    neg_vtt_add (laid, cue->start_us, are_chapters ? limit_us : MIN (cue->start_us + wish_us, limit_us), cue->text);
  }
  neg_vtt_free (self->vtt);
  self->vtt = laid;
}

static void
add_cb (NegDemoCues *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (self->draft == NULL || *text == '\0')
    return;
  if (!neg_vtt_add (self->vtt, self->position_us, self->position_us + 1000, text)) {
    say (self, _ ("This cannot be written here."));
    return;
  }
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  lay_out (self);
  fill_list (self);
  keep (self);
}

/* --- Rows --- */

static guint
get_index (GtkWidget *widget)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (widget), "neg-cue"));
}

static void
seek_cb (GtkWidget *button, NegDemoCues *self)
{
  g_signal_emit (self, signals[SEEK], 0, neg_vtt_get_cue (self->vtt, get_index (button))->start_us);
}

static gboolean
fill_list_cb (gpointer data)
{
  NegDemoCues *self = data;

  if (self->box != NULL)
    fill_list (self);
  return G_SOURCE_REMOVE;
}

/* The row goes after what is happening to it. */
static void
fill_list_later (NegDemoCues *self)
{
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, fill_list_cb, g_object_ref (self), g_object_unref);
}

static void
remove_cb (GtkWidget *button, NegDemoCues *self)
{
  neg_vtt_remove (self->vtt, get_index (button));
  lay_out (self);
  keep (self);
  fill_list_later (self);
}

static void
edited_cb (GtkWidget *entry, NegDemoCues *self)
{
  const NegVttCue *cue = neg_vtt_get_cue (self->vtt, get_index (entry));
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));
  gint64 start_us = cue->start_us, end_us = cue->end_us;

  if (*text == '\0' || g_str_equal (text, cue->text))
    return;
  neg_vtt_remove (self->vtt, get_index (entry));
  neg_vtt_add (self->vtt, start_us, end_us, text);
  lay_out (self);
  keep (self);
}

static void
left_cb (GtkEventControllerFocus *controller, NegDemoCues *self)
{
  edited_cb (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller)), self);
}

static GtkWidget *
new_row (NegDemoCues *self, guint index)
{
  const NegVttCue *cue = neg_vtt_get_cue (self->vtt, index);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  g_autofree char *time = dup_time (cue->start_us);
  GtkWidget *parts[] = { gtk_button_new_with_label (time), gtk_entry_new (),
                         gtk_button_new_from_icon_name ("edit-delete-symbolic") };
  GtkEventController *focus = gtk_event_controller_focus_new ();

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_object_set_data (G_OBJECT (parts[i]), "neg-cue", GUINT_TO_POINTER (index));
    gtk_box_append (GTK_BOX (row), parts[i]);
  }
  gtk_widget_set_tooltip_text (parts[0], _ ("Go there"));
  gtk_editable_set_text (GTK_EDITABLE (parts[1]), cue->text);
  gtk_editable_set_width_chars (GTK_EDITABLE (parts[1]), 8);
  gtk_widget_set_hexpand (parts[1], TRUE);
  neg_accessible_set_name (parts[1], time);
  gtk_widget_set_tooltip_text (parts[2], _ ("Remove"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (parts[2]), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Remove"), -1);
  g_signal_connect_object (parts[0], "clicked", G_CALLBACK (seek_cb), self, 0);
  g_signal_connect_object (parts[1], "activate", G_CALLBACK (edited_cb), self, 0);
  g_signal_connect_object (focus, "leave", G_CALLBACK (left_cb), self, 0);
  gtk_widget_add_controller (parts[1], focus);
  g_signal_connect_object (parts[2], "clicked", G_CALLBACK (remove_cb), self, 0);
  return row;
}

static void
fill_list (NegDemoCues *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_box_remove (GTK_BOX (self->list), row);
  for (guint i = 0; i < neg_vtt_get_n_cues (self->vtt); i++)
    gtk_box_append (GTK_BOX (self->list), new_row (self, i));
}

static void
load_cb (NegDemoCues *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->vtt, neg_vtt_free);
  if (self->draft != NULL)
    self->vtt = neg_draft_load_cues (self->draft, get_kind (self), get_language (self), &error);
  if (self->vtt == NULL)
    self->vtt = neg_vtt_new ();
  say (self, error != NULL ? neg_words_for_error (error) : NULL);
  fill_list (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
neg_demo_cues_set_draft (NegDemoCues *self, NegDraft *draft)
{
  g_return_if_fail (NEG_IS_DEMO_CUES (self));

  self->draft = draft;
  load_cb (self);
}

void
neg_demo_cues_set_position (NegDemoCues *self, gint64 time_us)
{
  g_autofree char *time = dup_time (time_us);
  g_autofree char *label = g_strdup_printf (_ ("Add at %s"), time);

  g_return_if_fail (NEG_IS_DEMO_CUES (self));

  self->position_us = time_us;
  gtk_button_set_label (GTK_BUTTON (self->add_button), label);
}

NegVtt *
neg_demo_cues_load (NegDemoCues *self, const char *kind)
{
  NegVtt *vtt;

  g_return_val_if_fail (NEG_IS_DEMO_CUES (self), NULL);

  vtt = self->draft != NULL ? neg_draft_load_cues (self->draft, kind, get_language (self), NULL) : NULL;
  return vtt != NULL ? vtt : neg_vtt_new ();
}

/* --- widget --- */

static GtkWidget *
new_choice (const char *name, const char *const *choices)
{
  GtkWidget *choice = gtk_drop_down_new_from_strings (choices);

  neg_accessible_set_name (choice, name);
  gtk_widget_set_hexpand (choice, TRUE);
  return choice;
}

static void
add_choices (NegDemoCues *self)
{
  const char *const kind_names[] = { _ ("Captions"), _ ("Chapters"), NULL };
  const char *const language_names[] = { _ ("English"), _ ("German"), NULL };
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);

  self->kind = new_choice (_ ("What is written"), kind_names);
  self->language = new_choice (_ ("Language"), language_names);
  gtk_box_append (GTK_BOX (row), self->kind);
  gtk_box_append (GTK_BOX (row), self->language);
  gtk_box_append (GTK_BOX (self->box), row);
  g_signal_connect_object (self->kind, "notify::selected", G_CALLBACK (load_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->language, "notify::selected", G_CALLBACK (load_cb), self, G_CONNECT_SWAPPED);
}

static void
neg_demo_cues_dispose (GObject *object)
{
  NegDemoCues *self = NEG_DEMO_CUES (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->vtt, neg_vtt_free);
  G_OBJECT_CLASS (neg_demo_cues_parent_class)->dispose (object);
}

static void
neg_demo_cues_class_init (NegDemoCuesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_demo_cues_dispose;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_DEMO_CUES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SEEK] = g_signal_new ("seek", NEG_TYPE_DEMO_CUES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                G_TYPE_INT64);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
neg_demo_cues_init (NegDemoCues *self)
{
  self->vtt = neg_vtt_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  add_choices (self);
  self->entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("What is to be read here"));
  neg_accessible_set_name (self->entry, _ ("New caption or chapter"));
  self->add_button = gtk_button_new ();
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->problem = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->problem), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->problem), 0);
  gtk_widget_add_css_class (self->problem, "attention");
  gtk_widget_set_visible (self->problem, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->entry);
  gtk_box_append (GTK_BOX (self->box), self->add_button);
  gtk_box_append (GTK_BOX (self->box), self->problem);
  gtk_box_append (GTK_BOX (self->box), self->list);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->add_button, "clicked", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  neg_demo_cues_set_position (self, 0);
}

GtkWidget *
neg_demo_cues_new (void)
{
  return g_object_new (NEG_TYPE_DEMO_CUES, NULL);
}
