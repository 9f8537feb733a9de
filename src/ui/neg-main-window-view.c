/* The commands of the active viewport. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "reading/neg-view-presentation.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-monitor.h"

#define PAGE_IMAGES 10
#define DEFAULT_RATE_HZ 10.0
#define KEY_ZOOM 1.25
#define KEY_PAN 0.1            /* of the viewport */
#define KEY_WINDOW_PX 30.0     /* as far as a drag */

static guint
active (NegMainWindow *self)
{
  return neg_reading_get_active (self->reading);
}

static const NegViewState *
get_state (NegMainWindow *self)
{
  return neg_reading_get_state (self->reading, active (self));
}

static NegViewState *
begin (NegMainWindow *self)
{
  return neg_reading_begin_change (self->reading, active (self), 0);
}

static void
end (NegMainWindow *self)
{
  neg_reading_end_change (self->reading, active (self));
}

/* --- image, series, study, patient, viewport --- */

static void
image_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const struct {
    const char *name;
    int n_images;
  } steps[] = { { "next", 1 }, { "previous", -1 }, { "page-next", PAGE_IMAGES }, { "page-previous", -PAGE_IMAGES },
                { "first", -G_MAXINT32 }, { "last", G_MAXINT32 } };
  NegMainWindow *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_str_equal (steps[i].name, g_action_get_name (G_ACTION (action))))
      neg_reading_scroll (self->reading, active (self), steps[i].n_images);
}

static int
step_of (GSimpleAction *action)
{
  return g_str_equal (g_action_get_name (G_ACTION (action)), "next") ? 1 : -1;
}

static void
series_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (!neg_reading_step_series (self->reading, active (self), step_of (action)))
    _neg_main_window_hint (self, step_of (action) > 0 ? _ ("This is the patient's last series.")
                                                       : _ ("This is the patient's first series."));
}

static void
page_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  int step = g_str_equal (g_action_get_name (G_ACTION (action)), "next-page") ? 1 : -1;

  _neg_main_window_leave_volume (self);
  if (!neg_reading_step_page (self->reading, step))
    _neg_main_window_hint (self, step > 0 ? _ ("All series of this patient have been shown.")
                                           : _ ("These are the patient's first series."));
}

static guint
find_study (const NegPatient *patient, NegSeries *series)
{
  for (guint i = 0; i < patient->studies->len; i++)
    if (g_ptr_array_find (((NegStudy *) g_ptr_array_index (patient->studies, i))->series, series, NULL))
      return i;
  return 0;
}

static void
study_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const NegPatient *patient = neg_reading_get_patient (self->reading);
  gint64 target = patient != NULL ? (gint64) find_study (patient, get_state (self)->series) + step_of (action) : -1;
  NegStudy *study;

  if (target < 0 || target >= patient->studies->len) {
    _neg_main_window_hint (self, step_of (action) > 0 ? _ ("This is the patient's oldest study.")
                                                       : _ ("This is the patient's newest study."));
    return;
  }
  study = g_ptr_array_index (patient->studies, target);
  neg_reading_show (self->reading, active (self), g_ptr_array_index (study->series, 0));
}

static void
patient_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  GPtrArray *patients = neg_reading_get_patients (self->reading);
  const NegPatient *patient = neg_reading_get_patient (self->reading);
  guint position = 0;
  gint64 target;

  if (patient == NULL || !g_ptr_array_find (patients, patient, &position))
    return;
  target = (gint64) position + step_of (action);
  if (target >= 0 && target < patients->len)
    neg_reading_set_patient (self->reading, ((NegPatient *) g_ptr_array_index (patients, target))->key);
  else
    _neg_main_window_hint (self, step_of (action) > 0 ? _ ("This is the last patient of what is open.")
                                                       : _ ("This is the first patient of what is open."));
}

static void
viewport_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  neg_reading_step_active (self->reading, step_of (action));
  neg_grid_focus (self->grid);
}

/* --- window --- */

void
_neg_main_window_hint_presets (NegMainWindow *self, guint n)
{
  g_autofree char *text
      = n > 0 ? g_strdup_printf (ngettext ("There is %u window preset.", "There are %u window presets.", n), n)
              : g_strdup (_ ("There are no customary windows for these values; 0: the file's own, Shift+W: automatic."));

  _neg_main_window_hint (self, text);
}

/* Each number of the modality, else a word why not. */
static void
show_modality_preset (NegMainWindow *self, const NegSeriesFrame *frame, guint number)
{
  guint n;
  const NegModalityPreset *presets = neg_modality_presets_get (frame->instance, frame->frame, &n);

  if (number > n) {
    _neg_main_window_hint_presets (self, n);
    return;
  }
  neg_view_state_set_window (begin (self), &(NegVoi){ .function = NEG_VOI_LINEAR, .center = presets[number - 1].center,
                                                      .width = presets[number - 1].width });
  end (self);
}

/* Again: the next of those that the file offers, or the presentation state that is shown. */
static void
show_file_preset (NegMainWindow *self)
{
  const NegViewState *state = get_state (self);
  guint n = neg_view_state_count_presets (state);
  guint now = state->preset < n ? state->preset : 0;
  guint next = state->has_window || state->inverted || n == 0 ? now : (now + 1) % n;

  neg_view_state_set_preset (begin (self), next);
  end (self);
}

static void
preset_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const NegSeriesFrame *frame = neg_view_state_get_frame (get_state (self));
  int number = g_variant_get_int32 (parameter);

  if (frame == NULL || !neg_viewport_has_window (neg_grid_get_active (self->grid)))
    return;
  if (number <= 0)
    show_file_preset (self);
  else
    show_modality_preset (self, frame, number);
}

static void
file_preset_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (get_state (self)->series == NULL)
    return;
  neg_view_state_set_preset (begin (self), MAX (g_variant_get_int32 (parameter), 0));
  end (self);
}

static void
auto_window_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewport *viewport = neg_grid_get_active (self->grid);
  NegDraw draw;
  NegVoi voi;

  if (!neg_viewport_has_window (viewport) || !neg_viewport_prepare (viewport, 1, 1, &draw)
      || !neg_voi_init_auto (&voi, neg_pixels_get_frame (neg_viewport_get_pixels (viewport)), &draw.modality,
                             &draw.padding, NULL))
    return;
  neg_view_state_set_window (begin (self), &voi);
  end (self);
}

static void
window_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewport *viewport = neg_grid_get_active (self->grid);
  const char *how = g_variant_get_string (parameter, NULL);
  double dx = g_str_equal (how, "wider") ? KEY_WINDOW_PX : g_str_equal (how, "narrower") ? -KEY_WINDOW_PX : 0;
  double dy = g_str_equal (how, "darker") ? KEY_WINDOW_PX : g_str_equal (how, "brighter") ? -KEY_WINDOW_PX : 0;
  NegDraw draw;

  if (!neg_viewport_has_window (viewport) || !neg_viewport_prepare (viewport, 1, 1, &draw))
    return;
  neg_view_state_drag_window (begin (self), &draw.voi, dx, dy);
  end (self);
}

static void
invert_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewState *state = begin (self);

  state->inverted = !state->inverted;
  end (self);
}

/* --- place and turn --- */

static void
turn_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const char *name = g_action_get_name (G_ACTION (action));
  NegViewState *state = begin (self);

  if (g_str_equal (name, "rotate-left"))
    neg_view_state_turn (state, -1);
  else if (g_str_equal (name, "rotate-right"))
    neg_view_state_turn (state, 1);
  else if (g_str_equal (name, "flip-horizontal"))
    neg_view_state_flip_horizontally (state);
  else
    neg_view_state_flip_vertically (state);
  end (self);
}

static void
fit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  neg_view_state_fit (begin (data));
  end (data);
}

static void
reset_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  neg_view_state_reset (begin (data));
  end (data);
}

static void
true_pixels_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewport *viewport = neg_grid_get_active (self->grid);

  neg_view_state_set_true_pixels (begin (self), neg_viewport_get_width_px (viewport),
                                  neg_viewport_get_height_px (viewport));
  end (self);
}

static void
true_size_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewport *viewport = neg_grid_get_active (self->grid);
  double glass_mm = neg_monitor_get_pixel_mm (self->settings, GTK_WIDGET (viewport), NULL);
  NegViewState tried = *get_state (self); /* borrows its series */

  /* What cannot be done is no step that undo would take back. */
  if (neg_view_state_set_true_size (&tried, neg_viewport_get_width_px (viewport),
                                    neg_viewport_get_height_px (viewport), glass_mm)) {
    begin (self)->zoom = tried.zoom;
    end (self);
  } else {
    _neg_main_window_hint (self, glass_mm > 0 ? _ ("This image does not say how large its pixels are.")
                                               : _ ("This monitor does not say how large it is: measure it in the "
                                                    "preferences."));
  }
}

static void
zoom_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewport *viewport = neg_grid_get_active (self->grid);
  guint width = neg_viewport_get_width_px (viewport), height = neg_viewport_get_height_px (viewport);
  gboolean larger = g_str_equal (g_action_get_name (G_ACTION (action)), "zoom-in");

  neg_view_state_zoom_at (begin (self), width, height, width / 2.0, height / 2.0, larger ? KEY_ZOOM : 1 / KEY_ZOOM);
  end (self);
}

static void
pan_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegViewport *viewport = neg_grid_get_active (self->grid);
  const char *where = g_variant_get_string (parameter, NULL);
  guint width = neg_viewport_get_width_px (viewport), height = neg_viewport_get_height_px (viewport);
  double dx = g_str_equal (where, "left") ? -KEY_PAN * width : g_str_equal (where, "right") ? KEY_PAN * width : 0;
  double dy = g_str_equal (where, "up") ? -KEY_PAN * height : g_str_equal (where, "down") ? KEY_PAN * height : 0;

  neg_view_state_pan (begin (self), width, height, dx, dy);
  end (self);
}

static void
undo_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_undo (data, TRUE);
}

static void
redo_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_undo (data, FALSE);
}

/* --- all viewports --- */

static void
maximize_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  neg_reading_set_maximized (self->reading, !neg_reading_is_maximized (self->reading));
}

static void
synchronize_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  neg_reading_set_synchronized (self->reading, !neg_reading_is_synchronized (self->reading));
}

static void
lines_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  neg_reading_set_lines (self->reading, !neg_reading_has_lines (self->reading));
}

static void
captions_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  _neg_main_window_set_captions (self, (self->captions + 1) % NEG_CAPTIONS_N_LEVELS);
}

static void
grid_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const char *text = g_variant_get_string (parameter, NULL);

  _neg_main_window_leave_volume (self);
  if (g_ascii_isdigit (text[0]) && text[1] == 'x' && g_ascii_isdigit (text[2]) && text[3] == '\0')
    neg_reading_set_grid (self->reading, text[0] - '0', text[2] - '0');
  _neg_main_window_focus_later (self);
}

static void
choose_grid_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  neg_tool_strip_choose_grid (NEG_MAIN_WINDOW (data)->tool_strip);
}

/* --- cine --- */

static NegCell *
active_cell (NegMainWindow *self)
{
  return neg_grid_get_cell (self->grid, active (self));
}

double
_neg_main_window_get_cine_rate_hz (NegMainWindow *self)
{
  return self->settings != NULL ? g_settings_get_double (self->settings, "cine-rate") : DEFAULT_RATE_HZ;
}

static void
cine_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (neg_view_state_get_n_frames (get_state (self)) > 1)
    neg_cell_toggle_cine (active_cell (self), _neg_main_window_get_cine_rate_hz (self));
  else
    _neg_main_window_hint (self, _ ("There is only one image."));
}

static void
cine_rate_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegCinePlayer *player = neg_cell_get_player (active_cell (data));

  if (player != NULL)
    neg_cine_player_step_rate (player, g_str_equal (g_action_get_name (G_ACTION (action)), "faster") ? 1 : -1);
}

/* --- tools --- */

static const char *const tool_names[NEG_N_TOOLS] = { "window", "scroll", "pan", "zoom", "magnifier", "crosshair",
                                                   "length", "angle",  "cobb", "ellipse", "rectangle", "freehand",
                                                   "arrow",  "probe" };

static void
set_tool_cb (NegViewport *viewport, gpointer data)
{
  neg_viewport_set_tool (viewport, NEG_MAIN_WINDOW (data)->tool);
}

static void
take_tool (NegMainWindow *self, NegTool tool)
{
  self->tool = tool;
  neg_grid_foreach (self->grid, set_tool_cb, self);
  _neg_main_window_set_up_planes (self);
  for (guint i = 0; i < NEG_N_TOOLS; i++)
    g_action_group_change_action_state (g_hash_table_lookup (self->groups, "tool"), tool_names[i],
                                        g_variant_new_boolean (i == tool));
  if (tool != NEG_TOOL_CROSSHAIR)
    neg_reading_clear_point (self->reading);
}

static void
tool_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  for (guint i = 0; i < NEG_N_TOOLS; i++)
    if (g_str_equal (tool_names[i], g_action_get_name (G_ACTION (action))))
      take_tool (data, i);
}

/* Escape: the tool is put down, and the keys go to the image again; from planes where nothing is to be put down back to
 * the images. */
static void
no_tool_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (_neg_main_window_has_volume (self) && self->tool == NEG_TOOL_WINDOW
      && gtk_widget_get_focus_child (GTK_WIDGET (self->mpr_view)) != NULL) {
    _neg_main_window_leave_volume (self);
    return;
  }
  take_tool (self, NEG_TOOL_WINDOW);
  _neg_main_window_focus (self);
}

static void
take_state_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  g_simple_action_set_state (action, state);
}

/* --- groups --- */

static const GActionEntry image_entries[] = {
  { "next", image_cb },      { "previous", image_cb }, { "page-next", image_cb }, { "page-previous", image_cb },
  { "first", image_cb },     { "last", image_cb },
};
static const GActionEntry series_entries[] = { { "next", series_cb }, { "previous", series_cb } };
static const GActionEntry study_entries[] = { { "next", study_cb }, { "previous", study_cb } };
static const GActionEntry patient_entries[] = { { "next", patient_cb }, { "previous", patient_cb } };
static const GActionEntry viewport_entries[] = { { "next", viewport_cb }, { "previous", viewport_cb } };
static const GActionEntry layout_entries[] = {
  { "grid", grid_cb, "s" }, { "choose", choose_grid_cb }, { "next-page", page_cb }, { "previous-page", page_cb },
};

static const GActionEntry view_entries[] = {
  { "preset", preset_cb, "i" },
  { "file-preset", file_preset_cb, "i" },
  { "auto-window", auto_window_cb },
  { "window", window_cb, "s" },
  { "invert", invert_cb, NULL, "false", take_state_cb },
  { "fit", fit_cb },
  { "true-pixels", true_pixels_cb },
  { "true-size", true_size_cb },
  { "zoom-in", zoom_cb },
  { "zoom-out", zoom_cb },
  { "pan", pan_cb, "s" },
  { "rotate-left", turn_cb },
  { "rotate-right", turn_cb },
  { "flip-horizontal", turn_cb },
  { "flip-vertical", turn_cb },
  { "reset", reset_cb },
  { "undo", undo_cb },
  { "redo", redo_cb },
  { "cine", cine_cb, NULL, "false", take_state_cb },
  { "maximize", maximize_cb, NULL, "false", take_state_cb },
  { "synchronize", synchronize_cb, NULL, "false", take_state_cb },
  { "lines", lines_cb, NULL, "false", take_state_cb },
  { "captions", captions_cb },
};

static const GActionEntry cine_entries[] = { { "faster", cine_rate_cb }, { "slower", cine_rate_cb } };
static const GActionEntry tool_entries[] = {
  { "window", tool_cb, NULL, "true", take_state_cb },     { "scroll", tool_cb, NULL, "false", take_state_cb },
  { "pan", tool_cb, NULL, "false", take_state_cb },       { "zoom", tool_cb, NULL, "false", take_state_cb },
  { "magnifier", tool_cb, NULL, "false", take_state_cb }, { "crosshair", tool_cb, NULL, "false", take_state_cb },
  { "length", tool_cb, NULL, "false", take_state_cb },    { "angle", tool_cb, NULL, "false", take_state_cb },
  { "cobb", tool_cb, NULL, "false", take_state_cb },      { "ellipse", tool_cb, NULL, "false", take_state_cb },
  { "rectangle", tool_cb, NULL, "false", take_state_cb }, { "freehand", tool_cb, NULL, "false", take_state_cb },
  { "arrow", tool_cb, NULL, "false", take_state_cb },     { "probe", tool_cb, NULL, "false", take_state_cb },
  { "none", no_tool_cb },
};

void
_neg_main_window_add_view_actions (NegMainWindow *self)
{
  _neg_main_window_add_group (self, "image", image_entries, G_N_ELEMENTS (image_entries));
  _neg_main_window_add_group (self, "series", series_entries, G_N_ELEMENTS (series_entries));
  _neg_main_window_add_group (self, "study", study_entries, G_N_ELEMENTS (study_entries));
  _neg_main_window_add_group (self, "patient", patient_entries, G_N_ELEMENTS (patient_entries));
  _neg_main_window_add_group (self, "viewport", viewport_entries, G_N_ELEMENTS (viewport_entries));
  _neg_main_window_add_group (self, "layout", layout_entries, G_N_ELEMENTS (layout_entries));
  _neg_main_window_add_group (self, "view", view_entries, G_N_ELEMENTS (view_entries));
  _neg_main_window_add_group (self, "cine", cine_entries, G_N_ELEMENTS (cine_entries));
  _neg_main_window_add_group (self, "tool", tool_entries, G_N_ELEMENTS (tool_entries));
}

static void
take (NegMainWindow *self, const char *prefix, const GActionEntry *entries, guint n)
{
  g_action_map_add_action_entries (g_hash_table_lookup (self->groups, prefix), entries, n, self);
}

void
_neg_main_window_take_view_actions (NegMainWindow *self)
{
  take (self, "image", image_entries, G_N_ELEMENTS (image_entries));
  take (self, "series", series_entries, G_N_ELEMENTS (series_entries));
  take (self, "viewport", viewport_entries, G_N_ELEMENTS (viewport_entries));
  take (self, "view", view_entries, G_N_ELEMENTS (view_entries));
  _neg_main_window_take_states_actions (self);
}

static void
set_view_state (NegMainWindow *self, const char *name, gboolean state)
{
  GAction *action = g_action_map_lookup_action (g_hash_table_lookup (self->groups, "view"), name);
  g_autoptr (GVariant) before = g_action_get_state (action);

  if (g_variant_get_boolean (before) != state)
    g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (state));
}

void
_neg_main_window_update_view_actions (NegMainWindow *self)
{
  static const char *const always[] = { "undo", "redo", "captions", "maximize", "synchronize", "lines", NULL };
  const NegViewState *state = get_state (self);
  gboolean has_image = neg_view_state_get_frame (state) != NULL;
  NegCinePlayer *player = neg_cell_get_player (active_cell (self));

  for (guint i = 0; i < G_N_ELEMENTS (view_entries); i++)
    if (!g_strv_contains (always, view_entries[i].name))
      _neg_main_window_enable (self, "view", view_entries[i].name, has_image);
  _neg_main_window_update_undo (self);
  _neg_main_window_update_plane_actions (self);
  if (_neg_main_window_has_volume (self))
    return;
  _neg_main_window_enable (self, "view", "maximize", neg_reading_get_n_cells (self->reading) > 1);
  set_view_state (self, "cine", player != NULL && neg_cine_player_is_playing (player));
  set_view_state (self, "invert", state->inverted);
  set_view_state (self, "maximize", neg_reading_is_maximized (self->reading));
  set_view_state (self, "synchronize", neg_reading_is_synchronized (self->reading));
  set_view_state (self, "lines", neg_reading_has_lines (self->reading));
}
