#include "config.h"

#include "ui/neg-main-window.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "reading/neg-captions.h"
#include "ui/neg-main-window-private.h"

/* Decoded frames may take a quarter of the machine's memory, within these. */
#define BUDGET_MIN_BYTES ((guint64) 256 << 20)
#define BUDGET_MAX_BYTES ((guint64) 8 << 30)

G_DEFINE_FINAL_TYPE (NegMainWindow, neg_main_window, GTK_TYPE_APPLICATION_WINDOW)

static guint64
get_budget_bytes (void)
{
  guint64 n_pages = MAX (sysconf (_SC_PHYS_PAGES), 0);
  guint64 page_bytes = MAX (sysconf (_SC_PAGESIZE), 0);

  return CLAMP (n_pages * page_bytes / 4, BUDGET_MIN_BYTES, BUDGET_MAX_BYTES);
}

static guint
count_images (GListModel *series)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (series); i++) {
    g_autoptr (NegSeries) item = g_list_model_get_item (series, i);

    n += neg_series_get_n_frames (item);
  }
  return n;
}

static void
add_count (GString *text, guint n, const char *format)
{
  if (n == 0)
    return;
  if (text->len > 0)
    g_string_append (text, ", ");
  g_string_append_printf (text, format, n);
}

static char *
dup_summary (NegLoader *loader)
{
  GListModel *series = neg_loader_get_series (loader);
  guint n_series = g_list_model_get_n_items (series);
  guint n_images = count_images (series);
  guint n_objects = neg_loader_get_objects (loader)->len;
  guint n_unreadable = neg_loader_get_unreadable (loader)->len;
  GString *text = g_string_new (NULL);

  if (n_series == 0)
    g_string_append (text, _ ("No images"));
  add_count (text, n_series, ngettext ("%u series", "%u series", n_series));
  add_count (text, n_images, ngettext ("%u image", "%u images", n_images));
  add_count (text, n_objects, ngettext ("%u object without images", "%u objects without images", n_objects));
  add_count (text, n_unreadable,
             ngettext ("%u file could not be read (see the list)", "%u files could not be read (see the list)",
                       n_unreadable));
  return g_string_free (text, FALSE);
}

void
_neg_main_window_update_status (NegMainWindow *self)
{
  g_autofree char *summary = self->loader != NULL ? dup_summary (self->loader) : g_strdup ("");
  g_autofree char *both = NULL;

  if (self->report != NULL && *summary != '\0')
    both = g_strdup_printf ("%s — %s", self->report, summary);
  if (self->report != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->status_label), "attention");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->status_label), "attention");
  gtk_label_set_text (self->status_label, both != NULL ? both : self->report != NULL ? self->report : summary);
}

void
neg_main_window_report (NegMainWindow *self, const char *text)
{
  g_return_if_fail (NEG_IS_MAIN_WINDOW (self));

  g_free (self->report);
  self->report = g_strdup (text);
  _neg_main_window_update_status (self);
}

static void
update_progress (NegMainWindow *self)
{
  guint n_found = 0, n_scanned = 0;
  gboolean running = self->loader != NULL && !neg_loader_is_finished (self->loader);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->progress_box, running);
  if (!running)
    return;
  neg_loader_get_progress (self->loader, &n_found, &n_scanned);
  text = g_strdup_printf (_ ("Reading: %u of %u files"), n_scanned, n_found);
  gtk_label_set_text (self->progress_label, text);
  gtk_progress_bar_set_fraction (self->progress, n_found > 0 ? (double) n_scanned / n_found : 0);
}

static void
update_empty_page (NegMainWindow *self)
{
  gboolean has_loader = self->loader != NULL;
  gboolean empty = neg_viewport_get_state (self->viewport)->series == NULL
                   && (!has_loader || neg_loader_is_finished (self->loader));

  gtk_label_set_text (self->empty_title, has_loader ? _ ("No images here") : _ ("No images are open"));
  gtk_label_set_text (self->empty_text,
                      has_loader ? _ ("What was opened holds no image that can be shown. The list says what was found.")
                                 : _ ("Drop a folder, a DICOMDIR, a ZIP or DICOM files here, or open them."));
  gtk_stack_set_visible_child_name (self->stack, empty ? "empty" : "image");
}

static void
update_header (NegMainWindow *self)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (neg_viewport_get_state (self->viewport));
  g_autofree char *patient = frame != NULL ? neg_caption_dup_patient (frame->instance) : NULL;
  g_autofree char *study = frame != NULL ? neg_caption_dup_study (frame->instance) : NULL;

  gtk_label_set_text (self->patient_label, patient != NULL ? patient : "Negatoscope");
  gtk_label_set_text (self->study_label, study);
  gtk_widget_set_visible (GTK_WIDGET (self->study_label), study != NULL && *study != '\0');
}

static void
viewport_changed_cb (NegMainWindow *self)
{
  const NegViewState *state = neg_viewport_get_state (self->viewport);

  neg_frame_bar_set_position (self->frame_bar, state->series, state->index);
  update_header (self);
  _neg_main_window_update_presets (self);
  _neg_main_window_update_actions (self);
}

/* The series shown may have grown: then the list holds another object for it. */
static void
follow_current (NegMainWindow *self)
{
  GListModel *series = neg_loader_get_series (self->loader);
  NegSeries *current = neg_viewport_get_state (self->viewport)->series;
  guint n = g_list_model_get_n_items (series);

  for (guint i = 0; i < n; i++) {
    g_autoptr (NegSeries) item = g_list_model_get_item (series, i);

    if (item == current)
      return;
  }
  for (guint i = 0; i < n; i++) {
    g_autoptr (NegSeries) item = g_list_model_get_item (series, i);

    if (neg_viewport_follow_series (self->viewport, item))
      return;
  }
}

static void
loader_changed_cb (NegMainWindow *self)
{
  const NegViewState *state = neg_viewport_get_state (self->viewport);

  if (state->series != NULL)
    follow_current (self);
  neg_series_list_update (self->series_list, self->loader, state->series);
  if (state->series == NULL && neg_series_list_get_first (self->series_list) != NULL) {
    neg_viewport_show_series (self->viewport, neg_series_list_get_first (self->series_list));
    neg_series_list_update (self->series_list, self->loader, state->series);
  }
  update_progress (self);
  update_empty_page (self);
  _neg_main_window_update_status (self);
}

static void
close_loader (NegMainWindow *self)
{
  if (self->loader == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->loader, self);
  neg_loader_cancel (self->loader);
  g_clear_object (&self->loader);
  neg_viewport_show_series (self->viewport, NULL);
  neg_viewport_set_store (self->viewport, NULL);
  neg_frame_bar_set_store (self->frame_bar, NULL);
  neg_series_list_clear (self->series_list);
  g_clear_object (&self->store);
}

void
neg_main_window_open (NegMainWindow *self, const char *const *paths)
{
  g_return_if_fail (NEG_IS_MAIN_WINDOW (self));

  if (self->pool == NULL)
    return;
  close_loader (self);
  g_clear_pointer (&self->report, g_free);
  self->store = neg_frame_store_new (self->pool, get_budget_bytes ());
  neg_viewport_set_store (self->viewport, self->store);
  neg_frame_bar_set_store (self->frame_bar, self->store);
  self->loader = neg_loader_new (self->pool);
  g_signal_connect_swapped (self->loader, "changed", G_CALLBACK (loader_changed_cb), self);
  g_signal_connect_swapped (self->loader, "finished", G_CALLBACK (loader_changed_cb), self);
  neg_loader_load (self->loader, paths);
  loader_changed_cb (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->viewport));
}

static void
series_selected_cb (NegMainWindow *self, NegSeries *series)
{
  neg_viewport_show_series (self->viewport, series);
}

static void
list_done_cb (NegMainWindow *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->viewport));
}

static void
series_requested_cb (NegMainWindow *self, int step)
{
  neg_series_list_step (self->series_list, step);
}

static void
index_requested_cb (NegMainWindow *self, guint index)
{
  neg_viewport_set_index (self->viewport, index);
}

static void
renderer_changed_cb (NegMainWindow *self)
{
  gtk_label_set_text (self->renderer_label, neg_viewport_get_renderer_note (self->viewport));
}

static gboolean
neg_main_window_close_request (GtkWindow *window)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (window);
  int width, height;

  if (self->settings != NULL) {
    gtk_window_get_default_size (window, &width, &height);
    g_settings_set_int (self->settings, "window-width", width);
    g_settings_set_int (self->settings, "window-height", height);
    g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (window));
  }
  return GTK_WINDOW_CLASS (neg_main_window_parent_class)->close_request (window);
}

static void
neg_main_window_dispose (GObject *object)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (object);

  if (self->viewport != NULL)
    close_loader (self);
  g_clear_object (&self->chooser);
  g_clear_object (&self->last_folder);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (self), NEG_TYPE_MAIN_WINDOW);
  G_OBJECT_CLASS (neg_main_window_parent_class)->dispose (object);
}

static void
neg_main_window_finalize (GObject *object)
{
  g_free (NEG_MAIN_WINDOW (object)->report);
  G_OBJECT_CLASS (neg_main_window_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_child (class, NegMainWindow, patient_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, study_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, list_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, presets);
  gtk_widget_class_bind_template_child (class, NegMainWindow, side);
  gtk_widget_class_bind_template_child (class, NegMainWindow, progress_box);
  gtk_widget_class_bind_template_child (class, NegMainWindow, progress);
  gtk_widget_class_bind_template_child (class, NegMainWindow, progress_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, series_list);
  gtk_widget_class_bind_template_child (class, NegMainWindow, stack);
  gtk_widget_class_bind_template_child (class, NegMainWindow, empty_title);
  gtk_widget_class_bind_template_child (class, NegMainWindow, empty_text);
  gtk_widget_class_bind_template_child (class, NegMainWindow, viewport);
  gtk_widget_class_bind_template_child (class, NegMainWindow, frame_bar);
  gtk_widget_class_bind_template_child (class, NegMainWindow, status_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, renderer_label);
}

static void
neg_main_window_class_init (NegMainWindowClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = neg_main_window_dispose;
  object_class->finalize = neg_main_window_finalize;
  GTK_WINDOW_CLASS (class)->close_request = neg_main_window_close_request;
  g_type_ensure (NEG_TYPE_SERIES_LIST);
  g_type_ensure (NEG_TYPE_VIEWPORT);
  g_type_ensure (NEG_TYPE_FRAME_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/negatoscope/ui/neg-main-window.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, viewport_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, series_requested_cb);
  gtk_widget_class_bind_template_callback (widget_class, renderer_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, series_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, list_done_cb);
  gtk_widget_class_bind_template_callback (widget_class, index_requested_cb);
  gtk_widget_class_bind_template_callback (widget_class, _neg_main_window_preset_selected_cb);
  _neg_main_window_class_install_actions (widget_class);
}

static void
neg_main_window_init (NegMainWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  _neg_main_window_accept_drops (self);
  neg_viewport_set_idle_text (self->viewport, _ ("Looking for images…"));
  viewport_changed_cb (self);
  update_progress (self);
  update_empty_page (self);
}

NegMainWindow *
neg_main_window_new (GtkApplication *application, NegEnginePool *pool, GSettings *settings, NegRenderer renderer)
{
  NegMainWindow *self = g_object_new (NEG_TYPE_MAIN_WINDOW, "application", application, NULL);

  self->pool = pool;
  neg_viewport_set_renderer (self->viewport, renderer);
  if (g_set_object (&self->settings, settings) && settings != NULL) {
    gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                                 g_settings_get_int (settings, "window-height"));
    if (g_settings_get_boolean (settings, "window-maximized"))
      gtk_window_maximize (GTK_WINDOW (self));
  }
  _neg_main_window_update_actions (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->viewport));
  return self;
}
