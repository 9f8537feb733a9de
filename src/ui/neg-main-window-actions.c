#include "config.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-preset.h"
#include "reading/neg-captions.h"
#include "ui/neg-main-window-private.h"

static void
open_files_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  _neg_main_window_choose (NEG_MAIN_WINDOW (widget), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
open_folder_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  _neg_main_window_choose (NEG_MAIN_WINDOW (widget), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
cancel_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (widget);

  if (self->loader != NULL)
    neg_loader_cancel (self->loader);
}

static void
invert_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  neg_viewport_invert (NEG_MAIN_WINDOW (widget)->viewport);
}

static void
fit_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  neg_viewport_fit (NEG_MAIN_WINDOW (widget)->viewport);
}

static void
true_pixels_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  neg_viewport_set_true_pixels (NEG_MAIN_WINDOW (widget)->viewport);
}

static void
captions_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  neg_viewport_cycle_captions (NEG_MAIN_WINDOW (widget)->viewport);
}

static void
list_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (widget);

  gtk_toggle_button_set_active (self->list_button, !gtk_toggle_button_get_active (self->list_button));
}

static void
image_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_grab_focus (GTK_WIDGET (NEG_MAIN_WINDOW (widget)->viewport));
}

/* 0: as the file says; 1 to 9: the file's own windows and tables in their order. */
static void
preset_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (widget);
  const NegSeriesFrame *frame = neg_view_state_get_frame (neg_viewport_get_state (self->viewport));
  guint number = MAX (g_variant_get_int32 (parameter), 1);
  guint n = frame != NULL ? neg_presets_count (frame->instance, frame->frame) : 0;

  if (frame == NULL)
    return;
  if (g_variant_get_int32 (parameter) > 0 && number > n) {
    g_autofree char *text = g_strdup_printf (
        ngettext ("This image has %u window of its own.", "This image has %u windows of its own.", n), n);

    neg_main_window_report (self, text);
    return;
  }
  neg_viewport_set_preset (self->viewport, number - 1);
}

static void
shortcuts_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new ();
  GtkWindow *window;

  if (!gtk_builder_add_from_resource (builder, "/org/negatoscope/ui/neg-shortcuts.ui", NULL))
    return;
  window = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));
  gtk_window_set_transient_for (window, GTK_WINDOW (widget));
  gtk_window_present (window);
}

static void
bind_key (GtkWidgetClass *class, guint keyval, GdkModifierType modifiers, const char *action)
{
  gtk_widget_class_add_binding_action (class, keyval, modifiers, action, NULL);
}

void
_neg_main_window_class_install_actions (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "file.open", NULL, open_files_cb);
  gtk_widget_class_install_action (class, "file.open-folder", NULL, open_folder_cb);
  gtk_widget_class_install_action (class, "file.cancel", NULL, cancel_cb);
  gtk_widget_class_install_action (class, "view.invert", NULL, invert_cb);
  gtk_widget_class_install_action (class, "view.fit", NULL, fit_cb);
  gtk_widget_class_install_action (class, "view.true-pixels", NULL, true_pixels_cb);
  gtk_widget_class_install_action (class, "view.captions", NULL, captions_cb);
  gtk_widget_class_install_action (class, "view.list", NULL, list_cb);
  gtk_widget_class_install_action (class, "view.image", NULL, image_cb);
  gtk_widget_class_install_action (class, "view.preset", "i", preset_cb);
  gtk_widget_class_install_action (class, "view.shortcuts", NULL, shortcuts_cb);
  bind_key (class, GDK_KEY_o, GDK_CONTROL_MASK, "file.open");
  bind_key (class, GDK_KEY_o, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "file.open-folder");
  bind_key (class, GDK_KEY_i, 0, "view.invert");
  bind_key (class, GDK_KEY_f, 0, "view.fit");
  bind_key (class, GDK_KEY_g, 0, "view.true-pixels");
  bind_key (class, GDK_KEY_o, 0, "view.captions");
  bind_key (class, GDK_KEY_F9, 0, "view.list");
  bind_key (class, GDK_KEY_Escape, 0, "view.image");
  bind_key (class, GDK_KEY_question, GDK_CONTROL_MASK, "view.shortcuts");
  for (int i = 0; i <= 9; i++) {
    gtk_widget_class_add_binding_action (class, GDK_KEY_0 + i, 0, "view.preset", "i", i);
    gtk_widget_class_add_binding_action (class, GDK_KEY_KP_0 + i, 0, "view.preset", "i", i);
  }
}

void
_neg_main_window_update_actions (NegMainWindow *self)
{
  gboolean has_series = neg_viewport_get_state (self->viewport)->series != NULL;
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_action_set_enabled (widget, "file.open", self->pool != NULL);
  gtk_widget_action_set_enabled (widget, "file.open-folder", self->pool != NULL);
  gtk_widget_action_set_enabled (widget, "view.invert", has_series);
  gtk_widget_action_set_enabled (widget, "view.fit", has_series);
  gtk_widget_action_set_enabled (widget, "view.true-pixels", has_series);
  gtk_widget_action_set_enabled (widget, "view.captions", has_series);
}

static char *
dup_preset_label (const NegPreset *preset, guint index)
{
  g_autofree char *explanation = neg_caption_dup_clean (preset->explanation);
  g_autofree char *window = neg_caption_dup_window (preset->center, preset->width);
  const char *what = preset->is_lut ? _ ("VOI LUT") : window;

  if (*explanation == '\0')
    return g_strdup_printf ("%u  %s", index + 1, what);
  return g_strdup_printf ("%u  %s · %s", index + 1, explanation, what);
}

/* The presets of the image shown, then "own window" while there is one. */
static GPtrArray *
list_presets (const NegViewState *state)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  GPtrArray *labels = g_ptr_array_new_with_free_func (g_free);
  guint n = frame != NULL ? neg_presets_count (frame->instance, frame->frame) : 0;
  NegPreset preset;

  for (guint i = 0; i < n; i++)
    if (neg_preset_get (frame->instance, frame->frame, i, &preset))
      g_ptr_array_add (labels, dup_preset_label (&preset, i));
  if (n == 0)
    g_ptr_array_add (labels, g_strdup (_ ("Range of the values")));
  if (state->has_window)
    g_ptr_array_add (labels, g_strdup (_ ("Own window")));
  return labels;
}

static gboolean
same_labels (GListModel *model, GPtrArray *labels)
{
  if (model == NULL || g_list_model_get_n_items (model) != labels->len)
    return FALSE;
  for (guint i = 0; i < labels->len; i++)
    if (g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (model), i), g_ptr_array_index (labels, i)) != 0)
      return FALSE;
  return TRUE;
}

void
_neg_main_window_update_presets (NegMainWindow *self)
{
  const NegViewState *state = neg_viewport_get_state (self->viewport);
  g_autoptr (GPtrArray) labels = list_presets (state);
  guint selected = state->has_window ? labels->len - 1 : neg_view_state_get_preset (state);

  self->filling_presets = TRUE;
  if (!same_labels (gtk_drop_down_get_model (self->presets), labels)) {
    g_autoptr (GtkStringList) model = gtk_string_list_new (NULL);

    for (guint i = 0; i < labels->len; i++)
      gtk_string_list_append (model, g_ptr_array_index (labels, i));
    gtk_drop_down_set_model (self->presets, G_LIST_MODEL (model));
  }
  gtk_drop_down_set_selected (self->presets, selected);
  gtk_widget_set_sensitive (GTK_WIDGET (self->presets), state->series != NULL);
  self->filling_presets = FALSE;
}

void
_neg_main_window_preset_selected_cb (NegMainWindow *self)
{
  const NegViewState *state = neg_viewport_get_state (self->viewport);
  guint selected = gtk_drop_down_get_selected (self->presets);
  guint n = g_list_model_get_n_items (gtk_drop_down_get_model (self->presets));

  if (self->filling_presets || state->series == NULL || (state->has_window && selected == n - 1))
    return;
  neg_viewport_set_preset (self->viewport, selected);
  gtk_widget_grab_focus (GTK_WIDGET (self->viewport));
}
