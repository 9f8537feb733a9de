/* The planes of a volume in place of the grid: coming and going, and commands of their own. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "imaging/neg-plane.h"
#include "ui/neg-main-window-private.h"
#include "ui/neg-measurement-place.h"
#include "ui/neg-volume-words.h"

#define TURN_DEG 1.0
#define TURN_FAR_DEG 5.0
#define TILT_PX 20.0

gboolean
_neg_main_window_has_volume (NegMainWindow *self)
{
  return self->mpr_view != NULL;
}

NegMprViewport *
_neg_main_window_get_plane (NegMainWindow *self)
{
  return neg_mpr_view_get_viewport (self->mpr_view, neg_mpr_view_get_active (self->mpr_view));
}

NegMpr *
_neg_main_window_get_mpr (NegMainWindow *self)
{
  return self->mpr_view != NULL ? neg_volume_reading_get_mpr (self->volumes) : NULL;
}

/* --- What people prefer --- */

static void
set_up_cb (NegMprViewport *viewport, gpointer data)
{
  NegMainWindow *self = data;

  neg_mpr_viewport_set_tool (viewport, self->tool);
  neg_mpr_viewport_set_curve (viewport, self->curve);
  neg_mpr_viewport_set_lines (viewport, !self->mpr_lines_hidden);
}

void
_neg_main_window_set_up_planes (NegMainWindow *self)
{
  if (self->mpr_view == NULL)
    return;
  neg_mpr_view_foreach (self->mpr_view, set_up_cb, self);
  neg_mpr_view_set_captions (self->mpr_view, self->captions);
  if (self->settings != NULL)
    neg_mpr_view_set_wheel_reversed (self->mpr_view, g_settings_get_boolean (self->settings, "wheel-reversed"));
}

/* --- Going --- */

/* The viewports of the grid go to where one was. */
static void
show_point (NegMainWindow *self)
{
  const guint cell = neg_reading_get_active (self->reading);
  NegSeries *series = neg_volume_reading_get_series (self->volumes);
  const NegSeriesFrame *frame;
  double point_mm[3], image_px[2];
  NegPlane plane;

  if (neg_reading_get_state (self->reading, cell)->series != series)
    return;
  neg_reading_set_index (self->reading, cell, neg_volume_reading_get_index (self->volumes));
  frame = neg_view_state_get_frame (neg_reading_get_state (self->reading, cell));
  if (frame == NULL || !neg_plane_init (&plane, frame->instance, frame->frame))
    return;
  neg_mpr_get_point (neg_volume_reading_get_mpr (self->volumes), point_mm);
  neg_plane_to_image (&plane, point_mm, image_px);
  neg_reading_set_point (self->reading, cell, image_px);
}

static void
leave (NegMainWindow *self, gboolean goes_to_point)
{
  NegMprView *view = g_steal_pointer (&self->mpr_view);

  if (view == NULL)
    return;
  if (goes_to_point)
    show_point (self);
  g_signal_handlers_disconnect_by_data (self->volumes, self);
  g_signal_handlers_disconnect_by_data (neg_volume_reading_get_mpr (self->volumes), self);
  g_signal_handlers_disconnect_by_data (view, self);
  if (self->volume_page != NULL)
    neg_volume_page_set_volumes (self->volume_page, NULL);
  neg_context_pane_set_volumes (self->context, NULL);
  gtk_box_remove (GTK_BOX (self->images), GTK_WIDGET (view));
  g_clear_object (&self->volumes);
  gtk_widget_set_visible (GTK_WIDGET (self->grid), TRUE);
  _neg_main_window_take_view_actions (self);
  _neg_main_window_update_actions (self);
  _neg_main_window_update_status (self);
}

void
_neg_main_window_leave_volume (NegMainWindow *self)
{
  if (self->mpr_view == NULL)
    return;
  leave (self, TRUE);
  _neg_main_window_focus (self);
}

void
_neg_main_window_close_volume (NegMainWindow *self)
{
  leave (self, FALSE);
}

/* --- Coming --- */

static void
volumes_changed_cb (NegMainWindow *self, guint changes)
{
  if (changes & (NEG_VOLUME_SLICES | NEG_VOLUME_SERIES))
    _neg_main_window_update_status (self);
  _neg_main_window_update_actions (self);
}

static void
update_cb (NegMainWindow *self)
{
  _neg_main_window_update_actions (self);
}

static void
active_changed_cb (NegMainWindow *self)
{
  if (self->volume_page != NULL)
    neg_volume_page_set_plane (self->volume_page, neg_mpr_view_get_active (self->mpr_view));
  _neg_main_window_update_actions (self);
}

static void
menu_requested_cb (NegMainWindow *self, GtkWidget *viewport, double x, double y)
{
  _neg_main_window_popup_menu (self, viewport, x, y);
}

static void
add_annotations_cb (NegMprViewport *viewport, gpointer data)
{
  NegMainWindow *self = data;

  neg_mpr_viewport_set_annotations (viewport, self->annotations);
  g_signal_connect_object (viewport, "annotation-failed", G_CALLBACK (_neg_main_window_annotation_failed), self,
                           G_CONNECT_SWAPPED);
}

static void
show (NegMainWindow *self, NegVolumeReading *volumes)
{
  self->volumes = volumes;
  self->mpr_view = neg_mpr_view_new (self->reading, volumes, self->renderer);
  neg_volume_reading_set_annotations (volumes, self->annotations);
  neg_mpr_view_foreach (self->mpr_view, add_annotations_cb, self);
  _neg_main_window_set_up_planes (self);
  gtk_widget_set_hexpand (GTK_WIDGET (self->mpr_view), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->grid), FALSE);
  gtk_box_append (GTK_BOX (self->images), GTK_WIDGET (self->mpr_view));
  g_signal_connect_object (volumes, "changed", G_CALLBACK (volumes_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (neg_volume_reading_get_mpr (volumes), "changed", G_CALLBACK (update_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->mpr_view, "active-changed", G_CALLBACK (active_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->mpr_view, "menu-requested", G_CALLBACK (menu_requested_cb), self, G_CONNECT_SWAPPED);
  if (self->volume_page != NULL)
    neg_volume_page_set_volumes (self->volume_page, volumes);
  neg_context_pane_set_volumes (self->context, volumes);
  _neg_main_window_take_plane_actions (self);
  active_changed_cb (self);
  _neg_main_window_update_status (self);
  neg_mpr_view_focus (self->mpr_view);
}

static void
hint_why_not (NegMainWindow *self, const GError *error)
{
  g_autofree char *text = g_strdup_printf (_ ("No volume: %s"), neg_volume_words_for_error (error));

  _neg_main_window_hint (self, text);
}

static void
enter (NegMainWindow *self)
{
  NegSeries *series = neg_reading_get_state (self->reading, neg_reading_get_active (self->reading))->series;
  g_autoptr (GError) error = NULL;
  NegVolumeReading *volumes;

  if (series == NULL || self->pool == NULL)
    return;
  neg_reading_set_active (self->reading, neg_reading_get_active (self->reading)); /* a hand was here: nothing settles */
  volumes = neg_volume_reading_new (self->pool, self->store, self->reading, series, &error);
  if (volumes != NULL)
    show (self, volumes);
  else
    hint_why_not (self, error);
}

/* --- Where something was measured --- */

static NegSeries *
find_series (NegMainWindow *self, const char *series_uid)
{
  const NegPatient *patient = neg_reading_get_patient (self->reading);

  for (guint i = 0; patient != NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    for (guint k = 0; k < study->series->len; k++) {
      NegSeries *series = g_ptr_array_index (study->series, k);

      if (g_strcmp0 (neg_series_get_frame (series, 0)->instance->series_uid, series_uid) == 0
          && neg_volume_check (series, NULL))
        return series;
    }
  }
  return NULL;
}

/* The list that it was chosen in keeps the keys. */
static gboolean
show_volume_of (NegMainWindow *self, NegSeries *series)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self->measurements));
  g_autoptr (GtkWidget) focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus != NULL)
    g_object_ref (focus);
  if (!neg_reading_show (self->reading, neg_reading_get_active (self->reading), series))
    return FALSE;
  if (self->mpr_view == NULL)
    enter (self);
  if (focus != NULL)
    gtk_widget_grab_focus (focus);
  return self->mpr_view != NULL && neg_volume_reading_get_series (self->volumes) == series;
}

void
_neg_main_window_show_measured (NegMainWindow *self, const char *uid)
{
  const NegAnnotation *annotation = neg_annotations_find (self->annotations, uid);
  NegSeries *series = annotation != NULL ? find_series (self, annotation->series_uid) : NULL;
  const NegAnnotationPlane *kept = annotation != NULL ? annotation->plane : NULL;
  NegMprPlane plane;
  double up[3], point_mm[3];

  if (series == NULL || kept == NULL || !show_volume_of (self, series))
    return;
  for (guint i = 0; i < 3; i++)
    up[i] = -kept->y_mm[i];
  neg_measurement_get_point (annotation, point_mm);
  if (!neg_mpr_show (_neg_main_window_get_mpr (self), kept->x_mm, up, point_mm, kept->slab_mm,
                     (NegProjection) kept->projection, &plane))
    return;
  if (plane == NEG_MPR_OBLIQUE)
    neg_volume_reading_set_fourth (self->volumes, NEG_FOURTH_OBLIQUE);
  neg_mpr_view_set_active (self->mpr_view, plane);
}

/* --- What is open changes --- */

void
_neg_main_window_update_volume (NegMainWindow *self)
{
  if (self->mpr_view != NULL && !neg_volume_reading_update (self->volumes))
    leave (self, FALSE);
}

/* Another series was chosen where all are listed: its planes, or its images where it has none. */
static void
cell_changed_cb (NegMainWindow *self, guint cell, guint changes)
{
  NegSeries *series;
  g_autoptr (GError) error = NULL;

  if (self->mpr_view == NULL || !(changes & NEG_CHANGED_IMAGE) || cell != neg_reading_get_active (self->reading))
    return;
  series = neg_reading_get_state (self->reading, cell)->series;
  if (series == neg_volume_reading_get_series (self->volumes))
    return;
  if (series != NULL && neg_volume_reading_set_series (self->volumes, series, &error))
    return;
  leave (self, FALSE);
  if (error != NULL)
    hint_why_not (self, error);
}

/* --- Commands --- */

static void
show_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (self->mpr_view != NULL)
    _neg_main_window_leave_volume (self);
  else
    enter (self);
}

static gboolean
has_planes (NegMainWindow *self)
{
  if (self->mpr_view == NULL)
    _neg_main_window_hint (self, _ ("This is for the planes of a volume: M shows them."));
  return self->mpr_view != NULL;
}

static void
turn_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const struct {
    const char *how;
    double angle_deg;
  } turns[] = { { "left", -TURN_DEG }, { "right", TURN_DEG }, { "far-left", -TURN_FAR_DEG }, { "far-right", TURN_FAR_DEG } };
  NegMainWindow *self = data;

  if (!has_planes (self) || !_neg_main_window_has_active_plane (self))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (turns); i++)
    if (g_str_equal (turns[i].how, g_variant_get_string (parameter, NULL))) {
      NegMpr *mpr = _neg_main_window_get_mpr (self);

      neg_mpr_mark_step (mpr, 0);
      neg_mpr_turn_lines (mpr, neg_mpr_view_get_active (self->mpr_view), turns[i].angle_deg * G_PI / 180);
      return;
    }
}

static void
tilt_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  const char *how = g_variant_get_string (parameter, NULL);
  double dx = g_str_equal (how, "left") ? -TILT_PX : g_str_equal (how, "right") ? TILT_PX : 0;
  double dy = g_str_equal (how, "up") ? -TILT_PX : g_str_equal (how, "down") ? TILT_PX : 0;

  if (!has_planes (self))
    return;
  if (neg_mpr_view_get_cast (self->mpr_view) != NULL) {
    _neg_main_window_hint (self, _ ("The free plane is not in sight: Q goes on to it."));
    return;
  }
  neg_mpr_mark_step (_neg_main_window_get_mpr (self), 0);
  neg_mpr_turn_oblique (_neg_main_window_get_mpr (self), dx, dy);
}

static void
set_slab (NegMainWindow *self, double slab_mm, NegProjection projection)
{
  NegMpr *mpr = _neg_main_window_get_mpr (self);

  neg_mpr_mark_step (mpr, 0);
  neg_mpr_set_slab (mpr, neg_mpr_view_get_active (self->mpr_view), CLAMP (slab_mm, 0, NEG_MPR_SLAB_MAX_MM), projection);
}

/* In whole steps: what is thin changes by one millimetre, what is thick by five. */
static void
slab_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  gboolean is_thicker = g_str_equal (g_variant_get_string (parameter, NULL), "thicker");
  NegMprPlane plane;
  double now_mm, step_mm;

  if (!has_planes (self) || !_neg_main_window_has_active_plane (self))
    return;
  plane = neg_mpr_view_get_active (self->mpr_view);
  now_mm = neg_mpr_get_slab_mm (_neg_main_window_get_mpr (self), plane);
  step_mm = now_mm < (is_thicker ? 10 : 11) ? 1 : 5;
  set_slab (self, now_mm + (is_thicker ? step_mm : -step_mm),
            neg_mpr_get_projection (_neg_main_window_get_mpr (self), plane));
}

static void
projection_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  NegMprPlane plane;
  NegMpr *mpr;

  if (!has_planes (self) || !_neg_main_window_has_active_plane (self))
    return;
  mpr = _neg_main_window_get_mpr (self);
  plane = neg_mpr_view_get_active (self->mpr_view);
  set_slab (self, neg_mpr_get_slab_mm (mpr, plane), (neg_mpr_get_projection (mpr, plane) + 1) % NEG_PROJECTION_N);
  if (!(neg_mpr_get_slab_mm (mpr, plane) > 0))
    _neg_main_window_hint (self, _ ("It shows when the plane is a slab: Shift+Page Up makes it thicker."));
}

/* What fits best, and nothing again. */
static void
fuse_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_planes (self))
    return;
  others = neg_volume_reading_list_fusable (self->volumes);
  if (neg_volume_reading_get_fused (self->volumes) != NULL)
    neg_volume_reading_set_fused (self->volumes, NULL, NULL);
  else if (others->len == 0)
    _neg_main_window_hint (self, _ ("No other series of this study lies in the same space."));
  else if (!neg_volume_reading_set_fused (self->volumes, g_ptr_array_index (others, 0), &error))
    hint_why_not (self, error);
}

/* What the fourth viewport shows; C turns it. */
static void
fourth_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  if (has_planes (self))
    neg_volume_reading_set_fourth (self->volumes, (neg_volume_reading_get_fourth (self->volumes) + 1) % NEG_FOURTH_N);
}

static void
page_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  NegMainWindow *self = data;

  neg_pane_set_open (self->context_pane, TRUE);
  neg_context_pane_show_page (self->context, "volume");
  gtk_widget_child_focus (GTK_WIDGET (self->volume_page), GTK_DIR_TAB_FORWARD);
}

static void
take_state_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  g_simple_action_set_state (action, state);
}

void
_neg_main_window_add_volume (NegMainWindow *self)
{
  static const GActionEntry entries[] = {
    { "show", show_cb, NULL, "false", take_state_cb }, { "turn", turn_cb, "s" }, { "tilt", tilt_cb, "s" },
    { "slab", slab_cb, "s" }, { "projection", projection_cb }, { "fuse", fuse_cb },
    { "fourth", fourth_cb }, { "page", page_cb },
  };

  _neg_main_window_add_group (self, "volume", entries, G_N_ELEMENTS (entries));
  g_signal_connect_object (self->reading, "cell-changed", G_CALLBACK (cell_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->reading, "patient-changed", G_CALLBACK (_neg_main_window_close_volume), self,
                           G_CONNECT_SWAPPED);
}

static void
show_requested_cb (NegMainWindow *self)
{
  enter (self);
}

static void
fusion_failed_cb (NegMainWindow *self, const GError *error)
{
  hint_why_not (self, error);
}

void
_neg_main_window_add_volume_page (NegMainWindow *self)
{
  g_set_weak_pointer (&self->volume_page, neg_volume_page_new (self->reading));
  g_signal_connect_object (self->volume_page, "show-requested", G_CALLBACK (show_requested_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->volume_page, "failed", G_CALLBACK (fusion_failed_cb), self, G_CONNECT_SWAPPED);
  neg_context_pane_add_page (self->context, "volume", _ ("Planes"), "neg-mpr-symbolic", GTK_WIDGET (self->volume_page));
}
