/* What a person prefers, as soon as they say so. */
#include "config.h"

#include "ui/neg-main-window-private.h"

static void
set_captions_cb (NegViewport *viewport, gpointer data)
{
  neg_viewport_set_captions (viewport, NEG_MAIN_WINDOW (data)->captions);
}

void
_neg_main_window_set_captions (NegMainWindow *self, guint level)
{
  self->captions = MIN (level, NEG_CAPTIONS_N_LEVELS - 1);
  neg_grid_foreach (self->grid, set_captions_cb, self);
  _neg_main_window_queue_save (self);
}

void
_neg_main_window_set_up_viewport (NegMainWindow *self, NegViewport *viewport)
{
  neg_viewport_set_renderer (viewport, self->renderer);
  neg_viewport_set_captions (viewport, self->captions);
  neg_viewport_set_tool (viewport, self->tool);
  if (self->settings == NULL)
    return;
  neg_viewport_set_interpolation (viewport, g_settings_get_enum (self->settings, "interpolation"));
  neg_viewport_set_wheel_reversed (viewport, g_settings_get_boolean (self->settings, "wheel-reversed"));
}

static void
set_up_cb (NegViewport *viewport, gpointer data)
{
  _neg_main_window_set_up_viewport (data, viewport);
}

static void
changed_cb (NegMainWindow *self, const char *key)
{
  if (self->grid == NULL) /* the panes keep their places as the window goes */
    return;
  if (g_strcmp0 (key, "captions") == 0)
    _neg_main_window_set_captions (self, g_settings_get_enum (self->settings, "captions"));
  else if (g_strcmp0 (key, "synchronize") == 0)
    neg_reading_set_synchronized (self->reading, g_settings_get_boolean (self->settings, "synchronize"));
  else if (g_strcmp0 (key, "reference-lines") == 0)
    neg_reading_set_lines (self->reading, g_settings_get_boolean (self->settings, "reference-lines"));
  else
    neg_grid_foreach (self->grid, set_up_cb, self);
}

void
_neg_main_window_follow_settings (NegMainWindow *self)
{
  if (self->settings == NULL)
    return;
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self, "captions");
  changed_cb (self, "synchronize");
  changed_cb (self, "reference-lines");
  changed_cb (self, NULL);
}
