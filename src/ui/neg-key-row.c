#include "config.h"

#include "ui/neg-key-row.h"

#include <glib/gi18n-lib.h>

struct _NegKeyRow {
  GtkListBoxRow parent_instance;

  NegKeymap *keymap;
  const NegCommandInfo *command;
  gboolean is_recording;
  char *contested; /* the key that another command has, while that is asked */

  GtkLabel *title;
  GtkBox *caps;
  GtkButton *reset;
  GtkBox *question;
  GtkLabel *question_text;
  GtkButton *take;
};

G_DEFINE_FINAL_TYPE (NegKeyRow, neg_key_row, GTK_TYPE_LIST_BOX_ROW)

static void
clear_caps (NegKeyRow *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->caps))) != NULL)
    gtk_box_remove (self->caps, child);
}

static void
add_cap (NegKeyRow *self, const char *text, const char *class)
{
  GtkWidget *cap = gtk_label_new (text);

  gtk_widget_add_css_class (cap, class);
  gtk_box_append (self->caps, cap);
}

/* "Invert: I, Ctrl+I", for who hears it. */
static void
update_name (NegKeyRow *self)
{
  GString *name = g_string_new (_ (self->command->title));
  const char *const *keys = neg_keymap_get_keys (self->keymap, self->command->action);

  g_string_append (name, ": ");
  if (*keys == NULL)
    g_string_append (name, _ ("no key"));
  for (guint i = 0; keys[i] != NULL; i++) {
    g_autofree char *label = neg_keymap_dup_key_label (keys[i]);

    g_string_append_printf (name, i > 0 ? ", %s" : "%s", label);
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->is_recording ? _ ("Press the new key") : name->str, -1);
  g_string_free (name, TRUE);
}

static void
show_keys (NegKeyRow *self)
{
  const char *const *keys = neg_keymap_get_keys (self->keymap, self->command->action);

  clear_caps (self);
  if (self->is_recording)
    add_cap (self, _ ("Press the new key; Escape leaves it"), "attention");
  for (guint i = 0; !self->is_recording && keys[i] != NULL; i++) {
    g_autofree char *label = neg_keymap_dup_key_label (keys[i]);

    add_cap (self, label, "key-cap");
  }
  gtk_widget_set_visible (GTK_WIDGET (self->reset), neg_keymap_is_changed (self->keymap, self->command->action)
                                                        && !self->is_recording);
  update_name (self);
}

static void
set_recording (NegKeyRow *self, gboolean is_recording)
{
  if (self->is_recording == is_recording)
    return;
  self->is_recording = is_recording;
  show_keys (self);
}

static void
drop_question (NegKeyRow *self)
{
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL;

  g_clear_pointer (&self->contested, g_free);
  gtk_widget_set_visible (GTK_WIDGET (self->question), FALSE);
  if (had_focus)
    gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
ask (NegKeyRow *self, const char *key, const NegCommandInfo *holder)
{
  g_autofree char *label = neg_keymap_dup_key_label (key);
  /* Translators: a key, then the name of the command that has it. */
  g_autofree char *text = g_strdup_printf (_ ("%s belongs to “%s”."), label, _ (holder->title));

  g_free (self->contested);
  self->contested = g_strdup (key);
  gtk_label_set_text (self->question_text, text);
  gtk_widget_set_visible (GTK_WIDGET (self->question), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->take), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void
take_cb (NegKeyRow *self)
{
  g_autofree char *key = g_steal_pointer (&self->contested);

  drop_question (self);
  if (key != NULL)
    neg_keymap_add_key (self->keymap, self->command->action, key, TRUE);
}

static void
reset_cb (NegKeyRow *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  neg_keymap_reset (self->keymap, self->command->action);
}

/* The new key, or how people leave it be. */
static void
recorded (NegKeyRow *self, GdkEvent *event)
{
  g_autofree char *name = NULL;
  g_autofree char *key = NULL;
  const NegCommandInfo *holder;
  GdkModifierType modifiers;
  guint keyval;

  if (!gdk_key_event_get_match (event, &keyval, &modifiers))
    return;
  name = gtk_accelerator_name (keyval, modifiers);
  key = name != NULL ? neg_keymap_normalize (name) : NULL;
  if (key == NULL)
    return; /* a modifier; the key comes */
  set_recording (self, FALSE);
  if (keyval == GDK_KEY_Escape && modifiers == 0)
    return;
  holder = neg_keymap_find_rival (self->keymap, self->command->action, key);
  if (!neg_keymap_add_key (self->keymap, self->command->action, key, FALSE) && holder != NULL)
    ask (self, key, holder);
}

static gboolean
key_cb (GtkEventControllerKey *controller, guint keyval, guint keycode, GdkModifierType state, NegKeyRow *self)
{
  gboolean on_row = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self))) == GTK_WIDGET (self);
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));

  if (self->is_recording) {
    recorded (self, event);
    if (self->contested != NULL)
      gtk_widget_child_focus (GTK_WIDGET (self->question), GTK_DIR_TAB_FORWARD);
    return GDK_EVENT_STOP;
  }
  if (keyval == GDK_KEY_Escape && self->contested != NULL) {
    drop_question (self);
    return GDK_EVENT_STOP;
  }
  if (keyval == GDK_KEY_BackSpace && on_row) {
    neg_keymap_remove_keys (self->keymap, self->command->action);
    return GDK_EVENT_STOP;
  }
  return GDK_EVENT_PROPAGATE;
}

static void
focus_left_cb (NegKeyRow *self)
{
  set_recording (self, FALSE);
}

void
neg_key_row_record (NegKeyRow *self)
{
  g_return_if_fail (NEG_IS_KEY_ROW (self));

  drop_question (self);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  set_recording (self, TRUE);
}

const NegCommandInfo *
neg_key_row_get_command (NegKeyRow *self)
{
  g_return_val_if_fail (NEG_IS_KEY_ROW (self), NULL);

  return self->command;
}

static gboolean
contains (const char *text, const char *part)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  return strstr (folded, part) != NULL;
}

gboolean
neg_key_row_matches (NegKeyRow *self, const char *text)
{
  const char *const *keys;

  g_return_val_if_fail (NEG_IS_KEY_ROW (self), FALSE);

  if (contains (_ (self->command->title), text) || contains (_ (self->command->group), text))
    return TRUE;
  keys = neg_keymap_get_keys (self->keymap, self->command->action);
  for (guint i = 0; keys[i] != NULL; i++) {
    g_autofree char *label = neg_keymap_dup_key_label (keys[i]);

    if (contains (label, text))
      return TRUE;
  }
  return FALSE;
}

static void
neg_key_row_dispose (GObject *object)
{
  NegKeyRow *self = NEG_KEY_ROW (object);

  if (self->keymap != NULL)
    g_signal_handlers_disconnect_by_data (self->keymap, self);
  g_clear_object (&self->keymap);
  gtk_widget_dispose_template (GTK_WIDGET (self), NEG_TYPE_KEY_ROW);
  G_OBJECT_CLASS (neg_key_row_parent_class)->dispose (object);
}

static void
neg_key_row_finalize (GObject *object)
{
  g_free (NEG_KEY_ROW (object)->contested);
  G_OBJECT_CLASS (neg_key_row_parent_class)->finalize (object);
}

static void
neg_key_row_class_init (NegKeyRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_key_row_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_key_row_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/negatoscope/ui/neg-key-row.ui");
  gtk_widget_class_bind_template_child (widget_class, NegKeyRow, title);
  gtk_widget_class_bind_template_child (widget_class, NegKeyRow, caps);
  gtk_widget_class_bind_template_child (widget_class, NegKeyRow, reset);
  gtk_widget_class_bind_template_child (widget_class, NegKeyRow, question);
  gtk_widget_class_bind_template_child (widget_class, NegKeyRow, question_text);
  gtk_widget_class_bind_template_child (widget_class, NegKeyRow, take);
  gtk_widget_class_bind_template_callback (widget_class, key_cb);
  gtk_widget_class_bind_template_callback (widget_class, focus_left_cb);
  gtk_widget_class_bind_template_callback (widget_class, take_cb);
  gtk_widget_class_bind_template_callback (widget_class, drop_question);
  gtk_widget_class_bind_template_callback (widget_class, reset_cb);
}

static void
neg_key_row_init (NegKeyRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
neg_key_row_new (NegKeymap *keymap, const NegCommandInfo *command)
{
  NegKeyRow *self = g_object_new (NEG_TYPE_KEY_ROW, NULL);
  g_autofree char *reset = g_strdup_printf (_ ("Default keys of “%s”"), _ (command->title));

  self->keymap = g_object_ref (keymap);
  self->command = command;
  gtk_label_set_text (self->title, _ (command->title));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->reset), GTK_ACCESSIBLE_PROPERTY_LABEL, reset, -1);
  g_signal_connect_swapped (keymap, "changed", G_CALLBACK (show_keys), self);
  show_keys (self);
  return GTK_WIDGET (self);
}
