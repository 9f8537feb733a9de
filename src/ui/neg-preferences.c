#include "config.h"

#include "ui/neg-preferences.h"

#include <glib/gi18n-lib.h>

#include "ui/neg-accessible.h"
#include "ui/neg-glass-ruler.h"
#include "ui/neg-key-list.h"
#include "ui/neg-monitor.h"
#include "ui/neg-support-button.h"

struct _NegPreferences {
  GtkWindow parent_instance;

  GSettings *settings; /* nullable */
  gboolean filling;    /* the ruler's length is being set by us */

  GtkWidget *not_kept;
  GtkStack *stack;
  GtkDropDown *theme, *captions, *interpolation, *renderer;
  GtkSwitch *wheel_reversed, *synchronize, *reference_lines;
  GtkSpinButton *cine_rate, *ruler_mm;
  GtkLabel *monitor_text;
  NegGlassRuler *ruler;
  NegKeyList *key_list;
};

G_DEFINE_FINAL_TYPE (NegPreferences, neg_preferences, GTK_TYPE_WINDOW)

static void
show_monitor (NegPreferences *self)
{
  const char *connector = neg_monitor_get_connector (GTK_WIDGET (self));
  gboolean measured;
  double pixel_mm = neg_monitor_get_pixel_mm (self->settings, GTK_WIDGET (self), &measured);
  g_autofree char *text = NULL;

  if (connector == NULL)
    return;
  if (measured)
    text = g_strdup_printf (_ ("%s: %.4f mm per pixel, measured."), connector, pixel_mm);
  else if (pixel_mm > 0)
    text = g_strdup_printf (_ ("%s: %.4f mm per pixel, as it says of itself. Nobody has measured it."), connector,
                            pixel_mm);
  else
    text = g_strdup_printf (_ ("%s: nobody knows how large its pixels are. True size needs it measured."), connector);
  gtk_label_set_text (self->monitor_text, text);
  self->filling = TRUE;
  gtk_spin_button_set_value (self->ruler_mm, measured ? pixel_mm * neg_glass_ruler_get_length_px (self->ruler) : 0);
  self->filling = FALSE;
}

static void
ruler_changed_cb (NegPreferences *self)
{
  guint length_px = neg_glass_ruler_get_length_px (self->ruler);

  if (self->filling || self->settings == NULL)
    return;
  if (!neg_monitor_set_pixel_mm (self->settings, GTK_WIDGET (self),
                                 gtk_spin_button_get_value (self->ruler_mm) / length_px))
    gtk_label_set_text (self->monitor_text, _ ("No monitor has pixels of this size: nothing was kept."));
  else
    show_monitor (self);
}

static gboolean
nick_to_selected (GValue *value, GVariant *variant, gpointer data)
{
  const char *const *nicks = data;

  for (guint i = 0; nicks[i] != NULL; i++)
    if (g_str_equal (nicks[i], g_variant_get_string (variant, NULL))) {
      g_value_set_uint (value, i);
      return TRUE;
    }
  return FALSE;
}

static GVariant *
selected_to_nick (const GValue *value, const GVariantType *type, gpointer data)
{
  const char *const *nicks = data;
  guint selected = g_value_get_uint (value);

  return selected < g_strv_length ((char **) nicks) ? g_variant_new_string (nicks[selected]) : NULL;
}

static void
bind_choice (NegPreferences *self, const char *key, GtkDropDown *drop_down, const char *const *nicks)
{
  g_settings_bind_with_mapping (self->settings, key, drop_down, "selected", G_SETTINGS_BIND_DEFAULT, nick_to_selected,
                                selected_to_nick, (gpointer) nicks, NULL);
}

/* The nicks stand in the order of the words in the .ui file. */
static void
bind_settings (NegPreferences *self)
{
  static const char *const themes[] = { "dark", "light", "system", NULL };
  static const char *const captions[] = { "all", "essential", "none", NULL };
  static const char *const interpolations[] = { "nearest", "linear", "cubic", NULL };
  static const char *const renderers[] = { "auto", "gl", "cpu", NULL };

  bind_choice (self, "theme", self->theme, themes);
  bind_choice (self, "captions", self->captions, captions);
  bind_choice (self, "interpolation", self->interpolation, interpolations);
  bind_choice (self, "renderer", self->renderer, renderers);
  g_settings_bind (self->settings, "wheel-reversed", self->wheel_reversed, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "synchronize", self->synchronize, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "reference-lines", self->reference_lines, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "cine-rate", self->cine_rate, "value", G_SETTINGS_BIND_DEFAULT);
}

static void
monitor_changed_cb (NegPreferences *self)
{
  show_monitor (self);
}

static void
neg_preferences_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (neg_preferences_parent_class)->realize (widget);
  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (widget)), "enter-monitor",
                           G_CALLBACK (monitor_changed_cb), widget, G_CONNECT_SWAPPED);
  show_monitor (NEG_PREFERENCES (widget));
}

static void
neg_preferences_dispose (GObject *object)
{
  NegPreferences *self = NEG_PREFERENCES (object);

  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (self), NEG_TYPE_PREFERENCES);
  G_OBJECT_CLASS (neg_preferences_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_child (class, NegPreferences, not_kept);
  gtk_widget_class_bind_template_child (class, NegPreferences, stack);
  gtk_widget_class_bind_template_child (class, NegPreferences, theme);
  gtk_widget_class_bind_template_child (class, NegPreferences, captions);
  gtk_widget_class_bind_template_child (class, NegPreferences, interpolation);
  gtk_widget_class_bind_template_child (class, NegPreferences, renderer);
  gtk_widget_class_bind_template_child (class, NegPreferences, wheel_reversed);
  gtk_widget_class_bind_template_child (class, NegPreferences, synchronize);
  gtk_widget_class_bind_template_child (class, NegPreferences, reference_lines);
  gtk_widget_class_bind_template_child (class, NegPreferences, cine_rate);
  gtk_widget_class_bind_template_child (class, NegPreferences, ruler_mm);
  gtk_widget_class_bind_template_child (class, NegPreferences, monitor_text);
  gtk_widget_class_bind_template_child (class, NegPreferences, ruler);
  gtk_widget_class_bind_template_child (class, NegPreferences, key_list);
}

static void
neg_preferences_class_init (NegPreferencesClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_preferences_dispose;
  widget_class->realize = neg_preferences_realize;
  g_type_ensure (NEG_TYPE_GLASS_RULER);
  g_type_ensure (NEG_TYPE_KEY_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/negatoscope/ui/neg-preferences.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, ruler_changed_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

/* Controls that GTK makes of several: the .ui file cannot name their parts. */
static void
name_controls (NegPreferences *self)
{
  neg_accessible_set_name (GTK_WIDGET (self->theme), _ ("Theme"));
  neg_accessible_set_name (GTK_WIDGET (self->captions), _ ("Texts over an image"));
  neg_accessible_set_name (GTK_WIDGET (self->interpolation), _ ("Between magnified pixels"));
  neg_accessible_set_name (GTK_WIDGET (self->renderer), _ ("Drawn by"));
  neg_accessible_set_name (GTK_WIDGET (self->cine_rate), _ ("Cine, images per second"));
  neg_accessible_set_name (GTK_WIDGET (self->ruler_mm), _ ("Length of the line in mm"));
}

static void
neg_preferences_init (NegPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  name_controls (self);
}

/* The one that is open already. */
static GtkWindow *
find_open (GtkWindow *parent)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

    if (NEG_IS_PREFERENCES (window) && gtk_window_get_transient_for (window) == parent)
      return window;
  }
  return NULL;
}

GtkWindow *
neg_preferences_open (GSettings *settings, NegKeymap *keymap, GtkWindow *parent)
{
  GtkWindow *open = find_open (parent);
  NegPreferences *self;

  g_return_val_if_fail (NEG_IS_KEYMAP (keymap), NULL);

  if (open != NULL)
    return open;
  self = g_object_new (NEG_TYPE_PREFERENCES, "transient-for", parent, NULL);
  neg_support_button_add (GTK_WINDOW (self), "preferences");
  neg_key_list_set_keymap (self->key_list, keymap);
  gtk_widget_set_visible (self->not_kept, settings == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->stack), settings != NULL);
  if (g_set_object (&self->settings, settings))
    bind_settings (self);
  return GTK_WINDOW (self);
}

void
neg_preferences_add_page (GtkWindow *preferences, GtkWidget *page, const char *name, const char *title)
{
  g_return_if_fail (NEG_IS_PREFERENCES (preferences));

  gtk_stack_add_titled (NEG_PREFERENCES (preferences)->stack, page, name, title);
}

gboolean
neg_preferences_has_page (GtkWindow *preferences, const char *name)
{
  g_return_val_if_fail (NEG_IS_PREFERENCES (preferences), FALSE);

  return gtk_stack_get_child_by_name (NEG_PREFERENCES (preferences)->stack, name) != NULL;
}

void
neg_preferences_show_page (GtkWindow *preferences, const char *name)
{
  g_return_if_fail (NEG_IS_PREFERENCES (preferences));

  neg_accessible_show_page (NEG_PREFERENCES (preferences)->stack, name);
}
