/* What a person prefers, as soon as they say so. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/neg-main-window-private.h"
#include "ui/neg-monitor.h"

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
  _neg_main_window_set_up_planes (self);
  _neg_main_window_queue_save (self);
}

void
_neg_main_window_set_up_viewport (NegMainWindow *self, NegViewport *viewport)
{
  neg_viewport_set_renderer (viewport, self->renderer);
  neg_viewport_set_captions (viewport, self->captions);
  neg_viewport_set_tool (viewport, self->tool);
  neg_viewport_set_curve (viewport, self->curve);
  neg_viewport_set_loading (viewport, self->loader != NULL && !neg_loader_is_finished (self->loader));
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
set_curve_cb (NegViewport *viewport, gpointer data)
{
  neg_viewport_set_curve (viewport, NEG_MAIN_WINDOW (data)->curve);
}

/* Images are drawn as the monitor needs them that most of the window is on. */
static void
follow_monitor (NegMainWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree NegDisplayCurve *curve = NULL;

  if (self->grid == NULL)
    return;
  curve = neg_monitor_dup_curve (self->settings, neg_monitor_get (GTK_WIDGET (self)), &error);
  if (error != NULL)
    _neg_main_window_hint (self, _ ("What is kept of this monitor's luminance cannot be read: see the Display page."));
  if (curve == NULL ? self->curve == NULL
                    : self->curve != NULL && memcmp (curve, self->curve, sizeof *curve) == 0)
    return;
  g_free (self->curve);
  self->curve = g_steal_pointer (&curve);
  neg_grid_foreach (self->grid, set_curve_cb, self);
  _neg_main_window_set_up_planes (self);
}

static void
realize_cb (NegMainWindow *self)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (self));

  g_signal_connect_object (surface, "enter-monitor", G_CALLBACK (follow_monitor), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (surface, "leave-monitor", G_CALLBACK (follow_monitor), self, G_CONNECT_SWAPPED);
  follow_monitor (self);
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
  else if (g_strcmp0 (key, "monitor-luminances") == 0)
    follow_monitor (self);
  else {
    neg_grid_foreach (self->grid, set_up_cb, self);
    _neg_main_window_set_up_planes (self);
  }
}

void
_neg_main_window_follow_settings (NegMainWindow *self)
{
  if (self->settings == NULL)
    return;
  g_signal_connect (self, "realize", G_CALLBACK (realize_cb), NULL);
  g_signal_connect_object (self->settings, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self, "captions");
  changed_cb (self, "synchronize");
  changed_cb (self, "reference-lines");
  changed_cb (self, NULL);
}
