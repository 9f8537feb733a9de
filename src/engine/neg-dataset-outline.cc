#include "config.h"

#include "engine/neg-dataset-outline.hh"

#include <algorithm>
#include <cmath>

namespace neg {

constexpr guint ellipse_points = 128;
constexpr double aligned_px = 0.02; /* of single precision and of rounding to hundredths */

bool
read_outline (const Item &item, Outline *outline)
{
  g_autofree char *type = item.code (DCM_GraphicType, 64);

  if (type == nullptr || item.length (DCM_GraphicData) > (NEG_ANNOTATION_POINTS_MAX + 1) * 2 * sizeof (float))
    return false;
  outline->type = type;
  outline->points = item.numbers (DCM_GraphicData);
  return !outline->points.empty () && outline->points.size () % 2 == 0;
}

static bool
has_quantity (const std::vector<NegAnnotationValue> &values, NegQuantity quantity)
{
  return std::any_of (values.begin (), values.end (),
                      [quantity] (const NegAnnotationValue &value) { return value.quantity == quantity; });
}

static std::vector<double>
box_round (double x, double y, double half_width, double half_height)
{
  return { x - half_width, y - half_height, x + half_width, y + half_height };
}

/* The ends of the two axes (C.18.6.1.2): a box where they lie along rows and columns, else an outline. */
static bool
shape_ellipse (const std::vector<double> &p, NegAnnotationKind *kind, std::vector<double> *points)
{
  double x = (p[0] + p[2]) / 2, y = (p[1] + p[3]) / 2;
  double major[2] = { (p[2] - p[0]) / 2, (p[3] - p[1]) / 2 }, minor[2] = { (p[6] - p[4]) / 2, (p[7] - p[5]) / 2 };

  *kind = NEG_ANNOTATION_ELLIPSE;
  if (std::fabs (major[1]) < aligned_px && std::fabs (minor[0]) < aligned_px) {
    *points = box_round (x, y, std::fabs (major[0]), std::fabs (minor[1]));
    return true;
  }
  if (std::fabs (major[0]) < aligned_px && std::fabs (minor[1]) < aligned_px) {
    *points = box_round (x, y, std::fabs (minor[0]), std::fabs (major[1]));
    return true;
  }
  *kind = NEG_ANNOTATION_FREEHAND;
  for (guint i = 0; i < ellipse_points; i++) {
    double angle = 2 * G_PI * i / ellipse_points;

    points->push_back (x + std::cos (angle) * major[0] + std::sin (angle) * minor[0]);
    points->push_back (y + std::cos (angle) * major[1] + std::sin (angle) * minor[1]);
  }
  return true;
}

/* Four corners whose sides follow rows and columns. */
static bool
is_rectangle (const std::vector<double> &p)
{
  auto along = [&p] (gsize i, gsize axis) {
    return std::fabs (p[2 * i + axis] - p[2 * ((i + 1) % 4) + axis]) < aligned_px;
  };

  return p.size () == 8
         && ((along (0, 1) && along (1, 0) && along (2, 1) && along (3, 0))
             || (along (0, 0) && along (1, 1) && along (2, 0) && along (3, 1)));
}

static bool
shape_closed (std::vector<double> p, NegAnnotationKind *kind, std::vector<double> *points)
{
  if (p[0] == p[p.size () - 2] && p[1] == p[p.size () - 1])
    p.resize (p.size () - 2);
  if (p.size () < 6 || p.size () / 2 > NEG_ANNOTATION_POINTS_MAX)
    return false;
  *kind = is_rectangle (p) ? NEG_ANNOTATION_RECTANGLE : NEG_ANNOTATION_FREEHAND;
  if (*kind == NEG_ANNOTATION_RECTANGLE)
    *points = { std::min (p[0], p[4]), std::min (p[1], p[5]), std::max (p[0], p[4]), std::max (p[1], p[5]) };
  else
    *points = std::move (p);
  return true;
}

static bool
shape_polyline (const Outline &outline, NegAnnotationKind hint, const std::vector<NegAnnotationValue> &values,
                NegAnnotationKind *kind, std::vector<double> *points)
{
  const std::vector<double> &p = outline.points;
  gsize n = p.size () / 2;
  bool is_closed = n >= 4 && p[0] == p[p.size () - 2] && p[1] == p[p.size () - 1];
  bool has_angle = has_quantity (values, NEG_QUANTITY_ANGLE);
  bool is_region = n >= 3 && (has_quantity (values, NEG_QUANTITY_AREA) || (outline.is_region && !has_angle));

  if (is_closed || is_region)
    return shape_closed (p, kind, points);
  *points = p;
  if (n == 2)
    *kind = hint == NEG_ANNOTATION_LENGTH || has_quantity (values, NEG_QUANTITY_LENGTH) ? NEG_ANNOTATION_LENGTH
                                                                                        : NEG_ANNOTATION_ARROW;
  else if (n == 3 && (has_angle || hint == NEG_ANNOTATION_ANGLE))
    *kind = NEG_ANNOTATION_ANGLE;
  else if (n == 4 && (has_angle || hint == NEG_ANNOTATION_COBB))
    *kind = NEG_ANNOTATION_COBB;
  else
    return false;
  return true;
}

bool
shape_outline (const Outline &outline, NegAnnotationKind hint, const std::vector<NegAnnotationValue> &values,
               NegAnnotationKind *kind, std::vector<double> *points)
{
  const std::vector<double> &p = outline.points;

  points->clear ();
  if (outline.type == "POLYLINE")
    return shape_polyline (outline, hint, values, kind, points);
  if (outline.type == "ELLIPSE")
    return p.size () == 8 && shape_ellipse (p, kind, points);
  if (outline.type == "CIRCLE" && p.size () == 4) {
    double radius = std::hypot (p[2] - p[0], p[3] - p[1]);

    *kind = NEG_ANNOTATION_ELLIPSE;
    *points = box_round (p[0], p[1], radius, radius);
    return true;
  }
  *points = p;
  *kind = p.size () == 2 ? NEG_ANNOTATION_PROBE : NEG_ANNOTATION_LENGTH;
  if (outline.type == "POINT")
    return p.size () == 2;
  return outline.type == "MULTIPOINT"
         && (p.size () == 2 || (p.size () == 4 && has_quantity (values, NEG_QUANTITY_LENGTH)));
}

} // namespace neg
