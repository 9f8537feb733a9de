/* The commands of the active viewport while it shows a plane of a volume. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "reading/neg-plane-caption.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-monitor.h"

#define PAGE_STEPS 10
#define KEY_ZOOM 1.25
#define KEY_PAN 0.1        /* of the viewport */
#define KEY_WINDOW_PX 30.0 /* as far as a drag */

static NegMprPlane
active (NegMainWindow *self)
{
  return neg_mpr_view_get_active (self->mpr_view);
}

static guint
get_width (NegMainWindow *self)
{
  return neg_mpr_viewport_get_width_px (_neg_main_window_get_plane (self));
}

static guint
get_height (NegMainWindow *self)
{
  return neg_mpr_viewport_get_height_px (_neg_main_window_get_plane (self));
}

/* Why a command for planes does nothing where the fourth viewport shows something else. */
gboolean
_neg_main_window_has_active_plane (NegMainWindow *self)
{
  if (neg_mpr_view_get_active_cast (self->mpr_view) == NULL)
    return TRUE;
  _neg_main_window_hint (self, _ ("This is for a plane, not for a rendering: Q goes on to the free plane."));
  return FALSE;
}

/* A MIP of what is read has the window of its planes. */
static gboolean
has_window (NegMainWindow *self)
{
  if (neg_mpr_view_get_active_cast (self->mpr_view) == NULL
      || (neg_volume_reading_get_fourth (self->volumes) == NEG_FOURTH_MIP
          && neg_volume_reading_get_fused (self->volumes) == NULL))
    return TRUE;
  _neg_main_window_hint (self, _ ("What this shows is set on the page of the planes: Ctrl+M."));
  return FALSE;
}

/* What is about to change may be taken back. */
static NegMpr *
begin (NegMainWindow *self)
{
  NegMpr *mpr = _neg_main_window_get_mpr (self);

  neg_mpr_mark_step (mpr, 0);
  return mpr;
}

/* --- image, series, viewport --- */

static gboolean
is_named (GSimpleAction *action, const char *name)
{
  return g_str_equal (g_action_get_name (G_ACTION (action)), name);
}

/* What is seen of a rendering turns. */
static gboolean
turn_cast (NegMainWindow *self, int right, int down)
{
  NegCastViewport *cast = neg_mpr_view_get_active_cast (self->mpr_view);

  if (cast != NULL)
    neg_cast_viewport_turn (cast, right, down);
  return cast != NULL;
}

/* With the crosshair in hand arrows move the point in the plane, else along its normal. */
static void
image_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const struct {
    const char *name;
    int n_steps;
  } steps[] = { { "next", 1 }, { "previous", -1 }, { "page-next", PAGE_STEPS }, { "page-previous", -PAGE_STEPS } };
  NegMainWindow *self = data;
  NegMpr *mpr = _neg_main_window_get_mpr (self);

  if ((is_named (action, "first") || is_named (action, "last")) && _neg_main_window_has_active_plane (self))
    neg_mpr_scroll_to_end (mpr, active (self), is_named (action, "last") ? 1 : -1);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (is_named (action, steps[i].name) && !turn_cast (self, 0, CLAMP (steps[i].n_steps, -1, 1))) {
      if (self->tool == NEG_TOOL_CROSSHAIR && ABS (steps[i].n_steps) == 1)
        neg_mpr_viewport_move_point (_neg_main_window_get_plane (self), 0, steps[i].n_steps);
      else
        neg_mpr_scroll (mpr, active (self), steps[i].n_steps);
    }
}

/* The next series of the patient that is a volume; borrowed, NULL at the end. */
static NegSeries *
find_next (NegMainWindow *self, int step)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  guint at = 0;

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    for (guint k = 0; k < study->series->len; k++)
      g_ptr_array_add (all, g_ptr_array_index (study->series, k));
  }
  if (!g_ptr_array_find (all, neg_volume_reading_get_series (self->volumes), &at))
    return NULL;
  for (gint64 i = (gint64) at + step; i >= 0 && i < all->len; i += step)
    if (neg_volume_check (g_ptr_array_index (all, i), NULL))
      return g_ptr_array_index (all, i);
  return NULL;
}

static void
series_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  int step = is_named (action, "next") ? 1 : -1;
  NegSeries *series;

  if (turn_cast (self, step, 0))
    return;
  if (self->tool == NEG_TOOL_CROSSHAIR) {
    neg_mpr_viewport_move_point (_neg_main_window_get_plane (self), step, 0);
    return;
  }
  series = find_next (self, step);
  if (series != NULL)
    neg_reading_show (self->reading, neg_reading_get_active (self->reading), series);
  else
    _neg_main_window_hint (self, _ ("There is no further series that is a volume."));
}

static void
viewport_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  neg_mpr_view_step_active (NEG_MAIN_WINDOW (data)->mpr_view, is_named (action, "next") ? 1 : -1);
}

/* --- window --- */

static const NegSeriesFrame *
get_frame (NegMainWindow *self)
{
  return neg_series_get_frame (neg_volume_reading_get_series (self->volumes),
                               neg_volume_reading_get_index (self->volumes));
}

static void
auto_window_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegVoi voi;

  if (_neg_main_window_has_active_plane (self)
      && neg_mpr_viewport_get_auto_voi (_neg_main_window_get_plane (self), &voi))
    neg_mpr_set_voi (begin (self), active (self), &voi);
}

/* Of the image that is nearest; where it offers none, what shows its values. */
static void
show_file_preset (NegMainWindow *self, guint index)
{
  const NegSeriesFrame *frame = get_frame (self);
  const NegFrame nothing = { .format = { .samples = 1, .sample_type = NEG_SAMPLE_F32, .color = NEG_COLOR_MONOCHROME2 } };
  NegDraw draw;

  if (index >= neg_presets_count (frame->instance, frame->frame)) {
    auto_window_cb (NULL, NULL, self);
    return;
  }
  neg_draw_init (&draw, frame->instance, frame->frame, &nothing, index);
  if (neg_voi_is_valid (&draw.voi))
    neg_mpr_set_voi (begin (self), active (self), &draw.voi);
}

static void
show_modality_preset (NegMainWindow *self, guint number)
{
  const NegSeriesFrame *frame = get_frame (self);
  guint n;
  const NegModalityPreset *presets = neg_modality_presets_get (frame->instance, frame->frame, &n);

  if (number > n) {
    _neg_main_window_hint_presets (self, n);
    return;
  }
  neg_mpr_set_voi (begin (self), active (self), &(NegVoi){ .function = NEG_VOI_LINEAR,
                                                           .center = presets[number - 1].center,
                                                           .width = presets[number - 1].width });
}

static void
preset_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  int number = g_variant_get_int32 (parameter);

  if (!has_window (data))
    return;
  if (number <= 0)
    show_file_preset (data, 0);
  else
    show_modality_preset (data, number);
}

static void
file_preset_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  if (has_window (data))
    show_file_preset (data, MAX (g_variant_get_int32 (parameter), 0));
}

static void
window_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const char *how = g_variant_get_string (parameter, NULL);
  double dx = g_str_equal (how, "wider") ? KEY_WINDOW_PX : g_str_equal (how, "narrower") ? -KEY_WINDOW_PX : 0;
  double dy = g_str_equal (how, "darker") ? KEY_WINDOW_PX : g_str_equal (how, "brighter") ? -KEY_WINDOW_PX : 0;
  NegViewState state;
  NegVoi voi;

  if (!has_window (self))
    return;
  neg_mpr_get_voi (_neg_main_window_get_mpr (self), active (self), &voi);
  neg_view_state_init (&state);
  neg_view_state_drag_window (&state, &voi, dx, dy);
  if (state.has_window)
    neg_mpr_set_voi (begin (self), active (self),
                     &(NegVoi){ .function = state.function, .center = state.center, .width = state.width });
  neg_view_state_clear (&state);
}

static void
invert_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegMpr *mpr = _neg_main_window_get_mpr (self);

  if (neg_volume_reading_get_fourth (self->volumes) != NEG_FOURTH_MIP && !_neg_main_window_has_active_plane (self))
    return;
  neg_mpr_set_inverted (begin (self), active (self), !neg_mpr_is_inverted (mpr, active (self)));
}

/* --- place and turn --- */

static void
turn_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (!_neg_main_window_has_active_plane (self))
    return;
  if (is_named (action, "rotate-left"))
    neg_mpr_rotate_view (begin (self), active (self), -1);
  else if (is_named (action, "rotate-right"))
    neg_mpr_rotate_view (begin (self), active (self), 1);
  else
    neg_mpr_flip_view (begin (self), active (self), is_named (action, "flip-vertical"));
}

static void
fit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (neg_mpr_view_get_active_cast (self->mpr_view) != NULL)
    neg_volume_reading_fit (self->volumes);
  else
    neg_mpr_fit (begin (self), active (self));
}

static void
reset_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const double from_the_front[3] = { 0, 1, 0 }, up[3] = { 0, 0, 1 };
  NegMainWindow *self = data;

  if (neg_mpr_view_get_active_cast (self->mpr_view) == NULL) {
    neg_mpr_reset (begin (self));
    return;
  }
  neg_volume_reading_look_from (self->volumes, from_the_front, up);
  neg_volume_reading_fit (self->volumes);
}

static void
true_pixels_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  if (_neg_main_window_has_active_plane (data))
    neg_mpr_set_true_pixels (begin (data), active (data), get_width (data), get_height (data));
}

static void
true_size_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  double glass_mm = neg_monitor_get_pixel_mm (self->settings, GTK_WIDGET (_neg_main_window_get_plane (self)), NULL);

  if (!_neg_main_window_has_active_plane (self))
    return;
  if (glass_mm > 0)
    neg_mpr_set_true_size (begin (self), active (self), get_width (self), get_height (self), glass_mm);
  else
    _neg_main_window_hint (self, _ ("This monitor does not say how large it is: measure it in the preferences."));
}

static void
zoom_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegCastViewport *cast = neg_mpr_view_get_active_cast (NEG_MAIN_WINDOW (data)->mpr_view);
  guint width = get_width (data), height = get_height (data);

  if (cast != NULL)
    neg_cast_viewport_zoom (cast, is_named (action, "zoom-in") ? 1 : -1);
  else
    neg_mpr_zoom_at (begin (data), active (data), width, height, width / 2.0, height / 2.0,
                     is_named (action, "zoom-in") ? KEY_ZOOM : 1 / KEY_ZOOM);
}

static void
pan_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const char *where = g_variant_get_string (parameter, NULL);
  guint width = get_width (data), height = get_height (data);
  double dx = g_str_equal (where, "left") ? -KEY_PAN * width : g_str_equal (where, "right") ? KEY_PAN * width : 0;
  double dy = g_str_equal (where, "up") ? -KEY_PAN * height : g_str_equal (where, "down") ? KEY_PAN * height : 0;

  if (_neg_main_window_has_active_plane (data))
    neg_mpr_pan (begin (data), active (data), width, height, dx, dy);
}

/* --- the rest --- */

static void
maximize_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMprView *view = NEG_MAIN_WINDOW (data)->mpr_view;

  neg_mpr_view_set_maximized (view, !neg_mpr_view_is_maximized (view));
}

static void
lines_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  self->mpr_lines_hidden = !self->mpr_lines_hidden;
  _neg_main_window_set_up_planes (self);
  _neg_main_window_update_actions (self);
}

/* What would play images turns what is cast. */
static void
cine_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegCastViewport *cast = neg_mpr_view_get_cast (self->mpr_view);

  if (cast != NULL && gtk_widget_get_mapped (GTK_WIDGET (cast)))
    neg_cast_viewport_set_turning (cast, !neg_cast_viewport_is_turning (cast));
  else if (cast != NULL)
    _neg_main_window_hint (self, _ ("What turns is not in sight: Return shows all viewports."));
  else
    _neg_main_window_hint (self, _ ("Nothing here turns: the fourth viewport can show a rendering (Q)."));
}

static void
not_here_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  _neg_main_window_hint (data, _ ("This is for images, not for planes of a volume: M goes back to them."));
}

static void
take_state_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  g_simple_action_set_state (action, state);
}

static const GActionEntry image_entries[] = {
  { "next", image_cb },      { "previous", image_cb }, { "page-next", image_cb }, { "page-previous", image_cb },
  { "first", image_cb },     { "last", image_cb },
};
static const GActionEntry series_entries[] = { { "next", series_cb }, { "previous", series_cb } };
static const GActionEntry viewport_entries[] = { { "next", viewport_cb }, { "previous", viewport_cb } };
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
  { "cine", cine_cb, NULL, "false", take_state_cb },
  { "maximize", maximize_cb, NULL, "false", take_state_cb },
  { "synchronize", not_here_cb, NULL, "false", take_state_cb },
  { "lines", lines_cb, NULL, "true", take_state_cb },
};
static const GActionEntry state_entries[] = { { "key-image", not_here_cb } };

static void
take (NegMainWindow *self, const char *prefix, const GActionEntry *entries, guint n)
{
  g_action_map_add_action_entries (g_hash_table_lookup (self->groups, prefix), entries, n, self);
}

void
_neg_main_window_take_plane_actions (NegMainWindow *self)
{
  take (self, "image", image_entries, G_N_ELEMENTS (image_entries));
  take (self, "series", series_entries, G_N_ELEMENTS (series_entries));
  take (self, "viewport", viewport_entries, G_N_ELEMENTS (viewport_entries));
  take (self, "view", view_entries, G_N_ELEMENTS (view_entries));
  take (self, "state", state_entries, G_N_ELEMENTS (state_entries));
}

static void
set_state (NegMainWindow *self, const char *prefix, const char *name, gboolean state)
{
  GAction *action = g_action_map_lookup_action (g_hash_table_lookup (self->groups, prefix), name);
  g_autoptr (GVariant) before = g_action_get_state (action);

  if (g_variant_get_boolean (before) != state)
    g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (state));
}

void
_neg_main_window_update_plane_actions (NegMainWindow *self)
{
  NegMpr *mpr = _neg_main_window_get_mpr (self);

  set_state (self, "volume", "show", mpr != NULL);
  if (mpr == NULL)
    return;
  set_state (self, "view", "invert", neg_mpr_is_inverted (mpr, active (self)));
  set_state (self, "view", "maximize", neg_mpr_view_is_maximized (self->mpr_view));
  set_state (self, "view", "lines", !self->mpr_lines_hidden);
}
