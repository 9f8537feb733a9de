/* The fourth viewport: the free plane, or a volume from somewhere. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "reading/neg-mpr-private.h"
#include "reading/neg-volume-reading-private.h"

#define ZOOM_MIN 0.1
#define ZOOM_MAX 64.0

static void
tell (NegVolumeReading *self)
{
  _neg_volume_reading_emit (self, NEG_VOLUME_FOURTH);
}

void
neg_volume_reading_set_fourth (NegVolumeReading *self, NegFourth fourth)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self) && fourth < NEG_FOURTH_N);

  if (fourth == self->view.fourth)
    return;
  self->view.fourth = fourth;
  tell (self);
}

NegFourth
neg_volume_reading_get_fourth (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NEG_FOURTH_OBLIQUE);

  return self->view.fourth;
}

void
neg_volume_reading_set_preset (NegVolumeReading *self, NegRaycastPreset preset)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self) && preset < NEG_RAYCAST_MIP);

  self->view.preset = preset;
  tell (self);
}

NegRaycastPreset
neg_volume_reading_get_preset (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), NEG_RAYCAST_BONE);

  return self->view.preset;
}

void
neg_volume_reading_set_clipped (NegVolumeReading *self, gboolean clipped)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  self->view.is_clipped = clipped;
  tell (self);
}

gboolean
neg_volume_reading_is_clipped (NegVolumeReading *self)
{
  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), FALSE);

  return self->view.is_clipped;
}

/* --- From where --- */

void
neg_volume_reading_turn (NegVolumeReading *self, double dx_px, double dy_px)
{
  NegRaycast raycast = { 0 };

  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  if (!isfinite (dx_px) || !isfinite (dy_px))
    return;
  memcpy (raycast.normal, self->view.normal, sizeof raycast.normal);
  memcpy (raycast.up, self->view.up, sizeof raycast.up);
  neg_raycast_turn (&raycast, dx_px, dy_px);
  neg_volume_reading_look_from (self, raycast.normal, raycast.up);
}

void
neg_volume_reading_look_from (NegVolumeReading *self, const double normal[3], const double up[3])
{
  double size = sqrt (neg_mpr_dot (normal, normal)), along, up_size, upright[3];

  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  /* Written so that NaN fails. */
  if (!(size > 1e-6 && size < 1e6))
    return;
  along = neg_mpr_dot (up, normal) / (size * size);
  for (guint i = 0; i < 3; i++)
    upright[i] = up[i] - along * normal[i];
  up_size = sqrt (neg_mpr_dot (upright, upright));
  if (!(up_size > 1e-6 && up_size < 1e6))
    return;
  for (guint i = 0; i < 3; i++) {
    self->view.normal[i] = normal[i] / size;
    self->view.up[i] = upright[i] / up_size;
  }
  tell (self);
}

static void
rotate_about_z (double v[3], double angle_rad)
{
  double x = v[0];

  v[0] = x * cos (angle_rad) - v[1] * sin (angle_rad);
  v[1] = x * sin (angle_rad) + v[1] * cos (angle_rad);
}

void
neg_volume_reading_turn_about (NegVolumeReading *self, double angle_rad)
{
  double normal[3], up[3];

  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  if (!isfinite (angle_rad))
    return;
  memcpy (normal, self->view.normal, sizeof normal);
  memcpy (up, self->view.up, sizeof up);
  rotate_about_z (normal, fmod (angle_rad, 2 * G_PI));
  rotate_about_z (up, fmod (angle_rad, 2 * G_PI));
  neg_volume_reading_look_from (self, normal, up);
}

void
neg_volume_reading_fit (NegVolumeReading *self)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  self->view.zoom = 1;
  tell (self);
}

void
neg_volume_reading_zoom (NegVolumeReading *self, double factor)
{
  g_return_if_fail (NEG_IS_VOLUME_READING (self));

  if (!isfinite (factor) || !(factor > 0))
    return;
  self->view.zoom = CLAMP (self->view.zoom * factor, ZOOM_MIN, ZOOM_MAX);
  tell (self);
}

/* --- What is drawn --- */

/* All of it while it turns about the patient's axis. */
static double
get_pixel_mm (const NegVolume *volume, guint width, guint height, double zoom)
{
  double box_mm[6], around_mm;

  neg_volume_get_box (volume, box_mm);
  around_mm = hypot (box_mm[3] - box_mm[0], box_mm[4] - box_mm[1]);
  return MAX (around_mm / width, (box_mm[5] - box_mm[2]) / height) / zoom;
}

/* What lies in front of each plane, as one looks at it, is cut away: what is left does not jump while the picture turns. */
static void
clip (NegVolumeReading *self, NegRaycast *raycast)
{
  double point_mm[3], normal[3], up[3];

  neg_mpr_get_point (self->mpr, point_mm);
  for (NegMprPlane plane = 0; plane < NEG_MPR_OBLIQUE; plane++) {
    NegClip *one = &raycast->clips[raycast->n_clips++];

    neg_mpr_get_normal (self->mpr, plane, normal, up);
    for (guint i = 0; i < 3; i++)
      one->normal[i] = -normal[i];
    one->distance_mm = neg_mpr_dot (one->normal, point_mm);
  }
}

/* PET is read black on white, in the window of what is laid over, until a person exchanges the two; anything else as the
 * free plane is. */
static void
set_mip_look (NegVolumeReading *self, NegRaycast *raycast, NegVolumeLoad *load)
{
  NegDraw look;

  if (load == self->over.load) {
    raycast->voi = (NegVoi){ .function = NEG_VOI_LINEAR_EXACT,
                             .center = (self->over.low + self->over.high) / 2,
                             .width = self->over.high - self->over.low };
    raycast->scale = self->over.scale;
  } else if (neg_volume_reading_get_look (self, NEG_MPR_OBLIQUE, &look)) {
    raycast->voi = look.voi;
    raycast->inverted = look.inverted;
  }
  if (_neg_volume_reading_is_nuclear (neg_volume_load_get_series (load)))
    raycast->inverted = !neg_mpr_is_inverted (self->mpr, NEG_MPR_OBLIQUE);
}

/* What depends on the values costs a few milliseconds where they have no unit: once for what is there. */
static const NegRaycast *
get_base (NegVolumeReading *self, NegVolumeLoad *load, NegRaycastPreset preset)
{
  NegVolume *volume = neg_volume_load_get_volume (load);
  guint n = _neg_volume_reading_count_ready (volume);
  NegFourthView *view = &self->view;

  if (view->cached_volume != volume || view->n_cached != n || view->cached_preset != preset) {
    neg_raycast_init (&view->cached, volume, preset, _neg_volume_reading_is_ct (neg_volume_load_get_series (load)));
    view->cached_volume = volume;
    view->n_cached = n;
    view->cached_preset = preset;
  }
  return &view->cached;
}

gboolean
neg_volume_reading_get_raycast (NegVolumeReading *self, guint width, guint height, NegRaycast *raycast,
                                NegVolume **volume)
{
  gboolean is_mip;
  NegVolumeLoad *load;

  g_return_val_if_fail (NEG_IS_VOLUME_READING (self), FALSE);

  is_mip = self->view.fourth == NEG_FOURTH_MIP;
  load = is_mip && self->over.load != NULL ? self->over.load : self->load;
  *volume = neg_volume_load_get_volume (load);
  if (self->view.fourth == NEG_FOURTH_OBLIQUE || width == 0 || height == 0
      || _neg_volume_reading_count_ready (*volume) == 0)
    return FALSE;
  *raycast = *get_base (self, load, is_mip ? NEG_RAYCAST_MIP : self->view.preset);
  memcpy (raycast->normal, self->view.normal, sizeof raycast->normal);
  memcpy (raycast->up, self->view.up, sizeof raycast->up);
  raycast->pixel_mm = get_pixel_mm (*volume, width, height, self->view.zoom);
  if (is_mip)
    set_mip_look (self, raycast, load);
  if (self->view.is_clipped)
    clip (self, raycast);
  return TRUE;
}
