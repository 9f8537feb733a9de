/* Where a plane is, in words. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "reading/neg-mpr-private.h"

/* The patient's axes, low and high end (PS3.3 C.7.6.2.1.1). */
static const char *const sides[3][2] = { { "R", "L" }, { "A", "P" }, { "F", "H" } };

/* As it is written with one decimal, so that nothing is 0.0 mm to a side. */
static double
round_tenth (double value)
{
  return round (value * 10) / 10;
}

static const char *
get_side (guint axis, double value_mm)
{
  return sides[axis][round_tenth (value_mm) < 0 ? 0 : 1];
}

static guint
get_axis (const double normal[3])
{
  guint axis = 0;

  for (guint i = 1; i < 3; i++)
    if (fabs (normal[i]) > fabs (normal[axis]))
      axis = i;
  return axis;
}

char *
neg_mpr_dup_place (const double p[3], const double normal[3], gboolean turned)
{
  guint axis = get_axis (normal);

  if (turned)
    /* Translators: sides of the patient (R or L, A or P, F or H) and how far the point is there */
    return g_strdup_printf (_ ("%s %.1f %s %.1f %s %.1f mm"), get_side (0, p[0]), fabs (p[0]), get_side (1, p[1]),
                            fabs (p[1]), get_side (2, p[2]), fabs (p[2]));
  if (round_tenth (p[axis]) == 0)
    return g_strdup_printf (_ ("%.1f mm"), 0.0);
  /* Translators: how far a plane is from the patient's origin, and to which side: 12.3 mm P */
  return g_strdup_printf (_ ("%.1f mm %s"), fabs (p[axis]), get_side (axis, p[axis]));
}

char *
neg_mpr_dup_position (NegMpr *self, NegMprPlane plane)
{
  g_return_val_if_fail (NEG_IS_MPR (self) && plane < NEG_MPR_N_PLANES, NULL);

  return neg_mpr_dup_place (self->point_mm, self->state.views[plane].normal, neg_mpr_is_turned (self, plane));
}
