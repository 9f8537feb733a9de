#include "config.h"

#include <math.h>
#include <string.h>

#include "reading/neg-reading-private.h"

/* Planes closer than this to each other (about 18 degrees) are scrolled together. */
#define PARALLEL_DOT_MIN 0.95

static gboolean
get_plane (NegReading *self, guint cell, NegPlane *plane, const char **frame_of_reference)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (&self->screen.cells[cell]);

  if (frame == NULL || !neg_plane_init (plane, frame->instance, frame->frame))
    return FALSE;
  *frame_of_reference = frame->instance->frame_of_reference_uid;
  return TRUE;
}

static double
dot (const double a[3], const double b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* An image without a UID of its space shares it with nothing but its own series. */
static gboolean
is_same_space (NegReading *self, guint a, const char *space_a, guint b, const char *space_b)
{
  if (self->screen.cells[a].series == self->screen.cells[b].series)
    return TRUE;
  return space_a != NULL && *space_a != '\0' && g_strcmp0 (space_a, space_b) == 0;
}

/* Of image @index from the point; infinite where it is not parallel to @normal. */
static double
get_distance (NegSeries *series, guint index, const double normal[3], const double point_mm[3])
{
  const NegSeriesFrame *frame = neg_series_get_frame (series, index);
  double image_px[2];
  NegPlane plane;

  if (!neg_plane_init (&plane, frame->instance, frame->frame) || fabs (dot (plane.normal, normal)) < PARALLEL_DOT_MIN)
    return INFINITY;
  return fabs (neg_plane_to_image (&plane, point_mm, image_px));
}

/* To the image whose plane is nearest to @point_mm, among those parallel to @normal. Of several that are equally near,
 * as those of a film at one place, the one that is shown stays. */
static void
move_to (NegReading *self, guint cell, const double normal[3], const double point_mm[3])
{
  NegViewState *state = &self->screen.cells[cell];
  guint n = neg_series_get_n_frames (state->series), best = state->index;
  double nearest_mm = get_distance (state->series, best, normal, point_mm);

  for (guint i = 0; i < n; i++) {
    double distance_mm = get_distance (state->series, i, normal, point_mm);

    if (distance_mm < nearest_mm) {
      nearest_mm = distance_mm;
      best = i;
    }
  }
  if (neg_view_state_set_index (state, best))
    _neg_reading_emit_cell (self, cell, NEG_CHANGED_IMAGE);
}

static double
position_along (const NegPlane *plane, const double normal[3])
{
  return dot (plane->origin_mm, normal);
}

/* Another space: as far from where the two were placed by hand. */
static void
move_by (NegReading *self, guint cell, const NegPlane *plane, const NegPlane *leader, double moved_mm)
{
  double sense = dot (plane->normal, leader->normal) < 0 ? -1 : 1;
  double wanted_mm = self->anchors_mm[cell] + sense * moved_mm;
  double here_mm = position_along (plane, plane->normal);
  double point_mm[3];

  for (guint i = 0; i < 3; i++)
    point_mm[i] = plane->origin_mm[i] + (wanted_mm - here_mm) * plane->normal[i];
  move_to (self, cell, plane->normal, point_mm);
}

static void
middle_of (const NegPlane *plane, double point_mm[3])
{
  const double middle_px[2] = { plane->width_px / 2, plane->height_px / 2 };

  neg_plane_to_patient (plane, middle_px, point_mm);
}

/* Images without a place in space, such as films and cines of the same length, go by number. */
static void
follow_by_number (NegReading *self, guint cell, int n_images)
{
  NegViewState *state = &self->screen.cells[cell];

  if (neg_view_state_scroll (state, n_images))
    _neg_reading_emit_cell (self, cell, NEG_CHANGED_IMAGE);
}

static void
follow_one (NegReading *self, guint cell, guint leader_cell, const NegPlane *leader, const char *leader_space,
            int n_images)
{
  const char *space;
  NegPlane plane;

  if (leader == NULL) {
    if (!get_plane (self, cell, &plane, &space))
      follow_by_number (self, cell, n_images);
    return;
  }
  if (!get_plane (self, cell, &plane, &space) || fabs (dot (plane.normal, leader->normal)) < PARALLEL_DOT_MIN)
    return;
  if (is_same_space (self, cell, space, leader_cell, leader_space)) {
    double point_mm[3];

    middle_of (leader, point_mm);
    move_to (self, cell, leader->normal, point_mm);
  } else {
    move_by (self, cell, &plane, leader, position_along (leader, leader->normal) - self->anchors_mm[leader_cell]);
  }
}

void
_neg_reading_follow (NegReading *self, guint leader_cell, guint index_before)
{
  int n_images = (int) self->screen.cells[leader_cell].index - (int) index_before;
  const char *space = NULL;
  NegPlane leader;
  gboolean has_plane = get_plane (self, leader_cell, &leader, &space);

  for (guint i = 0; self->synchronized && i < neg_reading_get_n_cells (self); i++)
    if (i != leader_cell && self->screen.cells[i].series != NULL)
      follow_one (self, i, leader_cell, has_plane ? &leader : NULL, space, n_images);
  if (!self->synchronized)
    _neg_reading_anchor (self);
  for (guint i = 0; (self->lines || self->has_point) && i < neg_reading_get_n_cells (self); i++)
    _neg_reading_emit_cell (self, i, NEG_CHANGED_LINKS);
}

void
_neg_reading_anchor (NegReading *self)
{
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++) {
    const char *space;
    NegPlane plane;

    self->anchors_mm[i] = get_plane (self, i, &plane, &space) ? position_along (&plane, plane.normal) : 0;
  }
}

void
neg_reading_set_synchronized (NegReading *self, gboolean synchronized)
{
  g_return_if_fail (NEG_IS_READING (self));

  if (synchronized == self->synchronized)
    return;
  self->synchronized = synchronized;
  _neg_reading_anchor (self);
  _neg_reading_emit_links_switched (self);
}

gboolean
neg_reading_is_synchronized (NegReading *self)
{
  return self->synchronized;
}

void
neg_reading_set_lines (NegReading *self, gboolean lines)
{
  g_return_if_fail (NEG_IS_READING (self));

  if (lines == self->lines)
    return;
  self->lines = lines;
  _neg_reading_emit_links_switched (self);
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++)
    _neg_reading_emit_cell (self, i, NEG_CHANGED_LINKS);
}

gboolean
neg_reading_has_lines (NegReading *self)
{
  return self->lines;
}

gboolean
neg_reading_get_line (NegReading *self, guint cell, double from_px[2], double to_px[2])
{
  guint active = self->screen.active;
  const char *space, *active_space;
  NegPlane plane, other;

  return self->lines && cell != active && get_plane (self, cell, &plane, &space)
         && get_plane (self, active, &other, &active_space)
         && is_same_space (self, cell, space, active, active_space)
         && neg_plane_intersect (&plane, &other, from_px, to_px);
}

/* An image without a UID of its space has that of its series. */
static const char *
space_of_point (NegReading *self, guint cell, const char *space)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (&self->screen.cells[cell]);

  return space != NULL && *space != '\0' ? space : frame->instance->series_uid;
}

void
neg_reading_set_point (NegReading *self, guint cell, const double image_px[2])
{
  const char *space;
  NegPlane plane;

  g_return_if_fail (NEG_IS_READING (self) && cell < neg_reading_get_n_cells (self));

  if (!get_plane (self, cell, &plane, &space))
    return;
  self->has_point = TRUE;
  g_free (self->point_space);
  self->point_space = g_strdup (space_of_point (self, cell, space));
  neg_plane_to_patient (&plane, image_px, self->point_mm);
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++) {
    const char *other_space;
    NegPlane other;

    if (i != cell && get_plane (self, i, &other, &other_space)
        && is_same_space (self, cell, space, i, other_space))
      move_to (self, i, other.normal, self->point_mm);
    _neg_reading_emit_cell (self, i, NEG_CHANGED_LINKS);
  }
}

void
neg_reading_clear_point (NegReading *self)
{
  g_return_if_fail (NEG_IS_READING (self));

  if (!self->has_point)
    return;
  self->has_point = FALSE;
  for (guint i = 0; i < neg_reading_get_n_cells (self); i++)
    _neg_reading_emit_cell (self, i, NEG_CHANGED_LINKS);
}

/* Half of what lies between two images of the series, else half of its thickness. */
static double
reach_mm (const NegViewState *state)
{
  const NegSliceGroup *geometry = neg_series_get_geometry (state->series);
  double thickness_mm = neg_view_state_get_frame (state)->instance->slice_thickness_mm;
  double spacing_mm = geometry != NULL && geometry->n > 1 ? geometry->median_spacing_mm : thickness_mm;

  return isfinite (spacing_mm) && spacing_mm > 0 ? spacing_mm / 2 * 1.001 : 0.5;
}

gboolean
neg_reading_get_point (NegReading *self, guint cell, double image_px[2])
{
  const char *space;
  NegPlane plane;

  if (!self->has_point || !get_plane (self, cell, &plane, &space)
      || g_strcmp0 (space_of_point (self, cell, space), self->point_space) != 0)
    return FALSE;
  return fabs (neg_plane_to_image (&plane, self->point_mm, image_px)) <= reach_mm (&self->screen.cells[cell]);
}
