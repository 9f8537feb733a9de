#include "config.h"

#include "ui/neg-main-window.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-accessible.h"
#include "ui/neg-frame-times-window.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-privacy.h"
#include "ui/neg-tags-window.h"
#include "ui/neg-volume-words.h"

/* Decoded frames may take a quarter of the machine's memory, within these. */
#define BUDGET_MIN_BYTES ((guint64) 256 << 20)
#define HINT_MS 6000

/* Later than this somebody looks at what is there: nothing moves under the eye. */
#define SETTLE_MS 2000

#define THUMBNAILS_BYTES ((guint64) 32 << 20)
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

/* What is not all of it says so first, as long as it is on screen. */
static char *
dup_reading_text (NegLoader *loader)
{
  guint n_found, n_scanned;

  neg_loader_get_progress (loader, &n_found, &n_scanned);
  if (neg_loader_is_cancelled (loader))
    return g_strdup (_ ("Cancelled: not everything was read, images may be missing"));
  return neg_loader_is_finished (loader) ? NULL : g_strdup_printf (_ ("Reading: %u of %u files"), n_scanned, n_found);
}

static gboolean
is_incomplete (NegLoader *loader)
{
  return loader != NULL && (neg_loader_is_cancelled (loader) || neg_loader_get_unreadable (loader)->len > 0);
}

static char *
dup_summary (NegLoader *loader)
{
  GListModel *series = neg_loader_get_series (loader);
  guint n_series = g_list_model_get_n_items (series);
  guint n_images = count_images (series);
  guint n_objects = neg_loader_get_objects (loader)->len;
  guint n_unreadable = neg_loader_get_unreadable (loader)->len;
  g_autofree char *reading = dup_reading_text (loader);
  GString *text = g_string_new (reading);

  if (n_series == 0 && neg_loader_is_finished (loader))
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", _ ("No images"));
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
  g_autofree char *summary = self->loader != NULL ? dup_summary (self->loader) : NULL;
  g_autofree char *planes = self->volumes != NULL ? neg_volume_words_dup_progress (self->volumes) : NULL;
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  /* What failed may quote what somebody else has written. */
  g_autofree char *hint = neg_text_dup_shown (NEG_TEXT_SENTENCE, self->hint);
  g_autofree char *report = neg_text_dup_shown (NEG_TEXT_SENTENCE, self->report);
  g_autofree char *text = NULL;

  if (neg_fiction_is_on ())
    g_ptr_array_add (parts, _ ("Invented people are shown in place of patients"));
  if (self->hint != NULL)
    g_ptr_array_add (parts, hint);
  if (self->report != NULL)
    g_ptr_array_add (parts, report);
  if (planes != NULL)
    g_ptr_array_add (parts, planes);
  if (summary != NULL)
    g_ptr_array_add (parts, summary);
  g_ptr_array_add (parts, NULL);
  text = g_strjoinv (" — ", (char **) parts->pdata);
  if (neg_fiction_is_on () || self->report != NULL || self->hint != NULL || is_incomplete (self->loader))
    gtk_widget_add_css_class (GTK_WIDGET (self->status_label), "attention");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->status_label), "attention");
  gtk_label_set_text (self->status_label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status_label), text);
}

static gboolean
clear_hint_cb (gpointer data)
{
  NegMainWindow *self = data;

  self->hint_source = 0;
  g_clear_pointer (&self->hint, g_free);
  _neg_main_window_update_status (self);
  return G_SOURCE_REMOVE;
}

void
_neg_main_window_hint (NegMainWindow *self, const char *text)
{
  g_free (self->hint);
  self->hint = g_strdup (text);
  g_clear_handle_id (&self->hint_source, g_source_remove);
  self->hint_source = g_timeout_add (HINT_MS, clear_hint_cb, self);
  _neg_main_window_update_status (self);
}

void
neg_main_window_report (NegMainWindow *self, const char *text)
{
  g_return_if_fail (NEG_IS_MAIN_WINDOW (self));

  g_free (self->report);
  self->report = g_strdup (text);
  self->report_is_of_screens = FALSE;
  _neg_main_window_update_status (self);
}

static const char *
get_empty_text (NegMainWindow *self)
{
  if (self->entry != NULL && self->loader == NULL)
    return _ ("Its images are shown as they arrive. Transfers (Ctrl+T) say how far it is.");
  if (self->loader == NULL && neg_worklist_model_get_counts (self->worklist)->n_all > 0)
    return _ ("Choose a study in the reading list (F9), or drop a folder, a DICOMDIR, a ZIP or DICOM files here.");
  if (self->loader == NULL)
    return _ ("Drop a folder, a DICOMDIR, a ZIP or DICOM files here, or open them.");
  if (neg_loader_get_objects (self->loader)->len == 0 && neg_loader_get_unreadable (self->loader)->len == 0)
    return _ ("No DICOM file was found in what was opened.");
  return _ ("What was opened holds no image that can be shown. The list says what was found.");
}

void
_neg_main_window_update_empty_page (NegMainWindow *self)
{
  gboolean has_loader = self->loader != NULL;
  gboolean empty = neg_reading_get_patient (self->reading) == NULL
                   && (!has_loader || neg_loader_is_finished (self->loader));
  gboolean was_empty = gtk_stack_get_visible_child (self->stack) != self->images;

  gtk_label_set_text (self->empty_title, self->entry != NULL && !has_loader ? _ ("Waiting for the study")
                                         : has_loader                       ? _ ("No images here")
                                                                            : _ ("No images are open"));
  gtk_label_set_text (self->empty_text, get_empty_text (self));
  neg_accessible_show_page (self->stack, empty ? "empty" : "image");
  if (empty != was_empty && gtk_widget_get_mapped (GTK_WIDGET (self)) && !gtk_widget_get_visible (self->question_bar)
      && !_neg_main_window_is_mending (self))
    _neg_main_window_focus (self);
}

void
_neg_main_window_focus (NegMainWindow *self)
{
  if (gtk_stack_get_visible_child (self->stack) == self->images && _neg_main_window_has_volume (self))
    neg_mpr_view_focus (self->mpr_view);
  else if (gtk_stack_get_visible_child (self->stack) == self->images)
    neg_grid_focus (self->grid);
  else
    gtk_widget_grab_focus (self->open_button);
}

static gboolean
focus_cb (gpointer data)
{
  NegMainWindow *self = data;

  if (self->grid != NULL)
    _neg_main_window_focus (self);
  return G_SOURCE_REMOVE;
}

void
_neg_main_window_focus_later (NegMainWindow *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, focus_cb, g_object_ref (self), g_object_unref);
}

static void
focus_after_menu (NegMainWindow *self, GtkMenuButton *button)
{
  g_signal_connect_object (gtk_menu_button_get_popover (button), "closed", G_CALLBACK (_neg_main_window_focus_later),
                           self, G_CONNECT_SWAPPED);
}

static void
set_text (GtkLabel *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (label), text != NULL ? text : "") != 0)
    gtk_label_set_text (label, text);
}

/* The patient of what is on screen, never of what was there before: one source for the name everywhere. */
static void
update_header (NegMainWindow *self)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);
  const NegViewState *state = neg_reading_get_state (self->reading, neg_reading_get_active (self->reading));
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  const NegInstance *instance = frame != NULL ? frame->instance : patient != NULL ? patient->instance : NULL;
  g_autofree char *who = instance != NULL ? neg_caption_dup_patient (instance) : NULL;
  g_autofree char *study = frame != NULL ? neg_caption_dup_study (frame->instance) : NULL;

  set_text (self->patient_label, who != NULL ? who : "Negatoscope");
  set_text (self->study_label, study);
  gtk_widget_set_visible (GTK_WIDGET (self->study_label), study != NULL && *study != '\0');
}

static void
active_changed_cb (NegMainWindow *self)
{
  update_header (self);
  _neg_main_window_update_actions (self);
}

static void
privacy_changed_cb (NegMainWindow *self)
{
  update_header (self);
  _neg_main_window_update_status (self);
  _neg_main_window_update_actions (self);
}

static void
set_loading_cb (NegViewport *viewport, gpointer data)
{
  neg_viewport_set_loading (viewport, GPOINTER_TO_INT (data));
}

static void
update_loading (NegMainWindow *self)
{
  gboolean is_loading = !neg_loader_is_finished (self->loader);

  neg_grid_foreach (self->grid, set_loading_cb, GINT_TO_POINTER (is_loading));
  neg_measurements_page_set_loading (self->measurements, is_loading);
}

/* NEGATOSCOPE_SETTLE_MS: another limit, for tests on machines that are slower than any reader's. */
static gboolean
is_fresh (NegMainWindow *self)
{
  const char *text = g_getenv ("NEGATOSCOPE_SETTLE_MS");
  guint64 limit_ms = SETTLE_MS;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &limit_ms, NULL))
    limit_ms = SETTLE_MS;
  return g_get_monotonic_time () - self->opened_us < (gint64) limit_ms * 1000;
}

static void
loader_changed_cb (NegMainWindow *self)
{
  update_loading (self);
  neg_reading_update (self->reading);
  _neg_main_window_update_volume (self);
  _neg_main_window_load_annotations (self);
  _neg_main_window_restore (self);
  if (neg_loader_is_finished (self->loader) && is_fresh (self))
    neg_reading_settle (self->reading);
  neg_tags_window_update_objects (GTK_WINDOW (self));
  if (neg_loader_is_finished (self->loader))
    _neg_main_window_update_actions (self);
  _neg_main_window_update_empty_page (self);
  _neg_main_window_update_status (self);
}

/* What belongs to what is open. */
static void
set_up_panes (NegMainWindow *self)
{
  neg_patient_pane_set_loader (self->patients, self->loader);
  neg_patient_pane_set_store (self->patients, self->store);
  neg_context_pane_set_loader (self->context, self->loader);
  neg_measurements_page_set_store (self->measurements, self->store);
  if (self->thumbnails != NULL) {
    neg_thumbnails_clear (self->thumbnails);
    neg_thumbnails_set_store (self->thumbnails, self->store);
  }
  if (self->frame_times != NULL)
    neg_frame_times_window_set_store (self->frame_times, self->store);
  neg_tags_window_update_objects (GTK_WINDOW (self));
}

static void
close_loader (NegMainWindow *self)
{
  if (self->loader == NULL)
    return;
  _neg_main_window_close_volume (self);
  g_signal_handlers_disconnect_by_data (self->loader, self);
  neg_loader_cancel (self->loader);
  neg_reading_set_series (self->reading, NULL);
  g_clear_object (&self->loader);
  neg_grid_set_store (self->grid, NULL);
  g_clear_object (&self->store);
  set_up_panes (self);
}

void
neg_main_window_close_study (NegMainWindow *self)
{
  g_return_if_fail (NEG_IS_MAIN_WINDOW (self));

  _neg_main_window_leave_entry (self);
  close_loader (self);
  neg_reading_set_aliases (self->reading, NULL);
  g_clear_pointer (&self->paths, g_strfreev);
  _neg_main_window_forget_screen (self);
  g_clear_pointer (&self->report, g_free);
  _neg_main_window_update_empty_page (self);
  active_changed_cb (self);
  _neg_main_window_update_status (self);
}

void
neg_main_window_open (NegMainWindow *self, const char *const *paths)
{
  g_return_if_fail (NEG_IS_MAIN_WINDOW (self));

  if (self->pool == NULL)
    return;
  _neg_main_window_leave_entry (self);
  g_clear_pointer (&self->restoring, neg_reading_state_free);
  close_loader (self);
  neg_reading_set_aliases (self->reading, NULL);
  _neg_main_window_load (self, paths, paths);
}

void
_neg_main_window_load (NegMainWindow *self, const char *const *named, const char *const *paths)
{
  close_loader (self);
  _neg_main_window_withdraw_offer (self);
  g_strfreev (self->paths);
  self->paths = g_strdupv ((char **) named);
  g_clear_pointer (&self->report, g_free);
  self->store = neg_frame_store_new (self->pool, get_budget_bytes ());
  neg_grid_set_store (self->grid, self->store);
  self->loader = neg_loader_new (self->pool);
  neg_reading_set_series (self->reading, neg_loader_get_series (self->loader));
  g_signal_connect_swapped (self->loader, "changed", G_CALLBACK (loader_changed_cb), self);
  g_signal_connect_swapped (self->loader, "finished", G_CALLBACK (loader_changed_cb), self);
  set_up_panes (self);
  self->opened_us = g_get_monotonic_time ();
  neg_loader_load (self->loader, paths);
  loader_changed_cb (self);
  active_changed_cb (self);
  if (!_neg_main_window_is_mending (self))
    neg_grid_focus (self->grid);
}

static void
renderer_changed_cb (NegMainWindow *self)
{
  gtk_label_set_text (self->renderer_label, neg_viewport_get_renderer_note (neg_grid_get_active (self->grid)));
}

static void
menu_requested_cb (NegViewport *viewport, double x, double y, NegMainWindow *self)
{
  neg_reading_set_active (self->reading, neg_viewport_get_cell (viewport));
  _neg_main_window_popup_menu (self, GTK_WIDGET (viewport), x, y);
}

static const char *
get_idle_text (NegMainWindow *self)
{
  if (neg_reading_get_patient (self->reading) == NULL)
    return _ ("Looking for images…");
  return _ ("Drag a series here, or press → for the next one");
}

static void
set_idle_text_cb (NegViewport *viewport, gpointer data)
{
  neg_viewport_set_idle_text (viewport, get_idle_text (data));
}

static void
set_up_viewport (NegViewport *viewport, gpointer data)
{
  NegMainWindow *self = data;

  _neg_main_window_set_up_annotations (self, viewport);
  _neg_main_window_set_up_viewport (self, viewport);
  neg_viewport_set_idle_text (viewport, get_idle_text (self));
  g_signal_connect_object (viewport, "renderer-changed", G_CALLBACK (renderer_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (viewport, "menu-requested", G_CALLBACK (menu_requested_cb), self, 0);
}

static void
viewport_added_cb (NegGrid *grid, NegViewport *viewport, NegMainWindow *self)
{
  set_up_viewport (viewport, self);
}

static void
create_presets_popup_cb (GtkMenuButton *button, gpointer data)
{
  g_autoptr (GMenu) menu = _neg_main_window_new_presets_menu (data);

  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
  focus_after_menu (data, button);
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
  _neg_main_window_close_record (self);
  _neg_main_window_close_state (self);
  return GTK_WINDOW_CLASS (neg_main_window_parent_class)->close_request (window);
}

static void
neg_main_window_dispose (GObject *object)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (object);

  g_clear_handle_id (&self->hint_source, g_source_remove);
  _neg_main_window_withdraw_offer (self);
  _neg_main_window_close_record (self);
  _neg_main_window_close_worklist (self);
  _neg_main_window_close_state (self);
  g_clear_pointer (&self->paths, g_strfreev); /* what goes now is no change to be kept */
  if (self->grid != NULL)
    close_loader (self);
  self->grid = NULL;
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->curve, g_free);
  g_clear_object (&self->last_folder);
  if (self->settings != NULL) /* panes keep their place there as they go */
    g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->settings);
  g_clear_object (&self->keymap);
  g_clear_object (&self->thumbnails);
  if (self->frame_times != NULL)
    g_object_remove_weak_pointer (G_OBJECT (self->frame_times), (gpointer *) &self->frame_times);
  self->frame_times = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), NEG_TYPE_MAIN_WINDOW);
  G_OBJECT_CLASS (neg_main_window_parent_class)->dispose (object);
}

static void
neg_main_window_finalize (GObject *object)
{
  NegMainWindow *self = NEG_MAIN_WINDOW (object);

  g_free (self->report);
  g_free (self->hint);
  g_free (self->home);
  g_strfreev (self->paths);
  _neg_main_window_close_annotations (self);
  g_clear_object (&self->reading);
  g_hash_table_unref (self->groups);
  G_OBJECT_CLASS (neg_main_window_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *class)
{
  gtk_widget_class_bind_template_child (class, NegMainWindow, question_bar);
  gtk_widget_class_bind_template_child (class, NegMainWindow, question_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, continue_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, dismiss_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, patient_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, study_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, menu_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, window_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, outer);
  gtk_widget_class_bind_template_child (class, NegMainWindow, inner);
  gtk_widget_class_bind_template_child (class, NegMainWindow, center);
  gtk_widget_class_bind_template_child (class, NegMainWindow, stack);
  gtk_widget_class_bind_template_child (class, NegMainWindow, empty_title);
  gtk_widget_class_bind_template_child (class, NegMainWindow, empty_text);
  gtk_widget_class_bind_template_child (class, NegMainWindow, open_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, images);
  gtk_widget_class_bind_template_child (class, NegMainWindow, status_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, renderer_label);
  gtk_widget_class_bind_template_child (class, NegMainWindow, network_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, settle_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, transfers_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, cache_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, news_button);
  gtk_widget_class_bind_template_child (class, NegMainWindow, answers_button);
}

static void
neg_main_window_class_init (NegMainWindowClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = neg_main_window_dispose;
  object_class->finalize = neg_main_window_finalize;
  GTK_WINDOW_CLASS (class)->close_request = neg_main_window_close_request;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/negatoscope/ui/neg-main-window.ui");
  bind_children (widget_class);
  _neg_main_window_class_init_state (widget_class);
}

static void
neg_main_window_init (NegMainWindow *self)
{
  self->reading = neg_reading_new ();
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  _neg_main_window_add_actions (self);
  _neg_main_window_add_annotations (self);
  _neg_main_window_accept_drops (self);
  focus_after_menu (self, self->menu_button);
  gtk_menu_button_set_create_popup_func (self->window_button, create_presets_popup_cb, self, NULL);
}

static void
patient_changed_cb (NegMainWindow *self)
{
  neg_grid_foreach (self->grid, set_idle_text_cb, self);
  active_changed_cb (self);
}

static void
add_grid (NegMainWindow *self)
{
  static const char *const kept[] = { "cell-changed", "grid-changed", "active-changed", "links-changed",
                                      "patient-changed" };

  self->grid = neg_grid_new (self->reading);
  neg_grid_foreach (self->grid, set_up_viewport, self);
  _neg_main_window_add_volume (self);
  g_signal_connect_object (self->grid, "viewport-added", G_CALLBACK (viewport_added_cb), self, 0);
  g_signal_connect_object (self->grid, "changed", G_CALLBACK (active_changed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_hexpand (GTK_WIDGET (self->grid), TRUE);
  gtk_box_append (GTK_BOX (self->images), GTK_WIDGET (self->grid));
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    g_signal_connect_object (self->reading, kept[i], G_CALLBACK (_neg_main_window_queue_save), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading, "links-changed", G_CALLBACK (_neg_main_window_update_actions), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading, "grid-changed", G_CALLBACK (active_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading, "patient-changed", G_CALLBACK (patient_changed_cb), self, G_CONNECT_SWAPPED);
}

static void
restore_size (NegMainWindow *self)
{
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

NegMainWindow *
neg_main_window_new (GtkApplication *application, NegEnginePool *pool, GSettings *settings, NegNetwork *network,
                     NegTransfers *transfers, NegRenderer renderer)
{
  NegMainWindow *self = g_object_new (NEG_TYPE_MAIN_WINDOW, "application", application, NULL);

  self->pool = pool;
  self->renderer = renderer;
  self->home = g_strdup (neg_network_get_home (network));
  self->network = g_object_ref (network);
  self->transfers = g_object_ref (transfers);
  if (g_set_object (&self->settings, settings) && settings != NULL)
    restore_size (self);
  self->keymap = neg_keymap_new (settings);
  if (pool != NULL)
    self->thumbnails = neg_thumbnails_new (pool, THUMBNAILS_BYTES);
  add_grid (self);
  _neg_main_window_add_panes (self);
  _neg_main_window_add_support (self);
  _neg_main_window_add_practice (self);
  _neg_main_window_add_record (self);
  _neg_main_window_follow_settings (self);
  neg_keymap_attach (self->keymap, GTK_WIDGET (self), self->images);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  active_changed_cb (self);
  _neg_main_window_update_empty_page (self);
  _neg_main_window_restore_panes (self);
  neg_grid_focus (self->grid);
  return self;
}
