#include "config.h"

#include "ui/neg-keymap-private.h"

/* One shortcut. The widget comes with the call. */
typedef struct {
  char *action; /* without its parameter */
  GVariant *parameter;
  gboolean is_plain; /* a person who edits a text may mean it as text */
} Binding;

/* Which keys a controller has. */
typedef enum {
  KEYS_OF_FOCUS,    /* those that GTK moves and presses with: only inside the images */
  KEYS_OF_FUNCTION, /* F1 and on, which nobody writes with: before GTK's own, as F6 of a GtkPaned */
  KEYS_ELSE,        /* after entries and lists have had them */
  KEYS_OF_LIST,     /* all of a list's own commands, before the window's and before GTK moves the focus with them */
} Keys;

/* A controller on one widget, and which keys are its. */
typedef struct {
  NegKeymap *keymap;
  GtkWidget *widget;         /* borrowed: ends with it */
  GtkEventController *controller; /* borrowed: the widget's */
  Keys keys;
} Attachment;

static void
free_binding (gpointer data)
{
  Binding *binding = data;

  g_free (binding->action);
  g_clear_pointer (&binding->parameter, g_variant_unref);
  g_free (binding);
}

/* The entries themselves keep what they use; this is about what they leave, as paging. */
static gboolean
is_editing (GtkWidget *focus)
{
  return GTK_IS_EDITABLE (focus) || GTK_IS_TEXT_VIEW (focus);
}

static gboolean
activate_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  const Binding *binding = data;
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus != NULL && binding->is_plain && is_editing (focus))
    return FALSE;
  return gtk_widget_activate_action_variant (focus != NULL ? focus : widget, binding->action, binding->parameter);
}

/* GTK moves the focus and presses buttons with these. */
static gboolean
is_focus_key (guint keyval, GdkModifierType modifiers)
{
  static const guint keyvals[] = { GDK_KEY_Tab, GDK_KEY_Up, GDK_KEY_Down, GDK_KEY_Left, GDK_KEY_Right,
                                   GDK_KEY_Return, GDK_KEY_space };

  if (modifiers & GDK_ALT_MASK)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (keyvals); i++)
    if (keyvals[i] == keyval)
      return TRUE;
  return FALSE;
}

static Keys
keys_of (guint keyval, GdkModifierType modifiers)
{
  if (keyval >= GDK_KEY_F1 && keyval <= GDK_KEY_F35)
    return KEYS_OF_FUNCTION;
  return is_focus_key (keyval, modifiers) ? KEYS_OF_FOCUS : KEYS_ELSE;
}

static gboolean
is_plain_key (guint keyval, GdkModifierType modifiers)
{
  return (modifiers & ~GDK_SHIFT_MASK) == 0 && (keyval < GDK_KEY_F1 || keyval > GDK_KEY_F35)
         && keyval != GDK_KEY_Escape;
}

static GtkShortcutTrigger *
make_trigger (guint keyval, GdkModifierType modifiers)
{
  GtkShortcutTrigger *trigger = gtk_keyval_trigger_new (keyval, modifiers);
  guint keypad = _neg_keymap_get_keypad_twin (keyval);

  return keypad != 0 ? gtk_alternative_trigger_new (trigger, gtk_keyval_trigger_new (keypad, modifiers)) : trigger;
}

static void
add_key (Attachment *attachment, const NegCommandInfo *command, const char *key)
{
  GdkModifierType modifiers;
  guint keyval;
  Binding *binding;

  if (!gtk_accelerator_parse (key, &keyval, &modifiers)
      || (attachment->keys != KEYS_OF_LIST && keys_of (keyval, modifiers) != attachment->keys))
    return;
  binding = g_new0 (Binding, 1);
  binding->is_plain = is_plain_key (keyval, modifiers);
  if (!g_action_parse_detailed_name (command->action, &binding->action, &binding->parameter, NULL))
    g_assert_not_reached (); /* the command table is ours; a test parses all of it */
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (attachment->controller),
      gtk_shortcut_new (make_trigger (keyval, modifiers),
                        gtk_callback_action_new (activate_cb, binding, free_binding)));
}

/* A new controller for every change: the shortcuts of one have no other order than that of adding. */
static void
install (Attachment *attachment)
{
  if (attachment->controller != NULL)
    gtk_widget_remove_controller (attachment->widget, attachment->controller);
  attachment->controller = gtk_shortcut_controller_new ();
  gtk_event_controller_set_name (attachment->controller, "negatoscope-keys");
  if (attachment->keys == KEYS_OF_FUNCTION)
    gtk_event_controller_set_propagation_phase (attachment->controller, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (attachment->widget, attachment->controller);
  for (guint i = 0; i < neg_command_table_get_n (); i++) {
    const NegCommandInfo *command = neg_command_table_get (i);

    if (neg_keymap_is_of_list (command) != (attachment->keys == KEYS_OF_LIST))
      continue;
    for (const char *const *key = neg_keymap_get_keys (attachment->keymap, command->action); *key != NULL; key++)
      add_key (attachment, command, *key);
  }
}

static void
free_attachment (gpointer data, GObject *widget)
{
  Attachment *attachment = data;

  g_signal_handlers_disconnect_by_data (attachment->keymap, attachment);
  g_object_unref (attachment->keymap);
  g_free (attachment);
}

static void
attach (NegKeymap *keymap, GtkWidget *widget, Keys keys)
{
  Attachment *attachment = g_new0 (Attachment, 1);

  attachment->keymap = g_object_ref (keymap);
  attachment->widget = widget;
  attachment->keys = keys;
  g_object_weak_ref (G_OBJECT (widget), free_attachment, attachment);
  g_signal_connect_swapped (keymap, "changed", G_CALLBACK (install), attachment);
  install (attachment);
}

void
neg_keymap_attach (NegKeymap *keymap, GtkWidget *window, GtkWidget *images)
{
  g_return_if_fail (NEG_IS_KEYMAP (keymap));
  g_return_if_fail (GTK_IS_WIDGET (window));

  attach (keymap, window, KEYS_OF_FUNCTION);
  attach (keymap, window, KEYS_ELSE);
  if (images != NULL)
    attach (keymap, images, KEYS_OF_FOCUS);
}

void
neg_keymap_attach_list (NegKeymap *keymap, GtkWidget *list)
{
  g_return_if_fail (NEG_IS_KEYMAP (keymap));
  g_return_if_fail (GTK_IS_WIDGET (list));

  attach (keymap, list, KEYS_OF_LIST);
}
