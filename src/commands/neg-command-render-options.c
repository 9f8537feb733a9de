/* What `render` is asked for, from the words of the command line. */
#include "config.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "commands/neg-command-render-private.h"
#include "reading/neg-mpr.h"

#define OUTPUT_SIDE_MAX 16384
#define FIELD_MAX_MM 1e5

/* Of unit vectors: below this, one is nothing but a multiple of the other. */
#define PARALLEL 1e-6

static const char *const interpolation_names[] = { "nearest", "linear", "cubic", NULL };
static const char *const renderer_names[] = { "auto", "gl", "cpu", NULL };
static const char *const function_names[] = { "linear", "linear-exact", "sigmoid", NULL };
static const char *const plane_names[] = { "axial", "coronal", "sagittal", NULL };

static gboolean
parse_name (const char *text, const char *const *names, guint *value)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (text, names[i]) == 0) {
      *value = i;
      return TRUE;
    }
  return FALSE;
}

static gboolean
parse_double (const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (*value);
}

/* Exactly @n numbers. */
static gboolean
parse_numbers (const char *text, const char *separator, double *values, guint n)
{
  g_auto (GStrv) parts = g_strsplit (text, separator, n + 1);

  if (g_strv_length (parts) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!parse_double (parts[i], &values[i]))
      return FALSE;
  return TRUE;
}

/* C,W[,linear|linear-exact|sigmoid] */
static gboolean
parse_window (const char *text, NegRenderOptions *options)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 4);
  guint n = g_strv_length (parts);
  guint function = NEG_VOI_LINEAR;

  if (n < 2 || n > 3 || !parse_double (parts[0], &options->window.center)
      || !parse_double (parts[1], &options->window.width) || (n == 3 && !parse_name (parts[2], function_names, &function)))
    return FALSE;
  options->window.function = function;
  options->window.lut = NULL;
  options->has_window = TRUE;
  return neg_voi_is_valid (&options->window);
}

/* WxH */
static gboolean
parse_size (const char *text, NegRenderOptions *options)
{
  char *end;
  guint64 width = g_ascii_strtoull (text, &end, 10);
  guint64 height = *end == 'x' ? g_ascii_strtoull (end + 1, &end, 10) : 0;

  options->width = width;
  options->height = height;
  return *end == '\0' && width > 0 && height > 0 && width <= OUTPUT_SIDE_MAX && height <= OUTPUT_SIDE_MAX;
}

/* ---- planes */

static gboolean
normalize (double vector[3])
{
  double length = hypot (hypot (vector[0], vector[1]), vector[2]);

  for (guint i = 0; i < 3; i++)
    vector[i] /= length;
  return length > 0 && isfinite (length);
}

/* @up without what of it points along @normal. */
static gboolean
make_perpendicular (const double normal[3], double up[3])
{
  double along = normal[0] * up[0] + normal[1] * up[1] + normal[2] * up[2];

  for (guint i = 0; i < 3; i++)
    up[i] -= along * normal[i];
  return hypot (hypot (up[0], up[1]), up[2]) > PARALLEL && normalize (up);
}

/* One looks along the first, the second is up (commands.md, Conventions). */
static void
set_named_plane (NegRenderPlane *plane, guint name)
{
  static const double named[][2][3] = { { { 0, 0, 1 }, { 0, -1, 0 } },
                                        { { 0, 1, 0 }, { 0, 0, 1 } },
                                        { { -1, 0, 0 }, { 0, 0, 1 } } };

  memcpy (plane->normal, named[name][0], sizeof plane->normal);
  memcpy (plane->up, named[name][1], sizeof plane->up);
}

static int
parse_direction (NegRenderPlane *plane, const NegRenderWords *words)
{
  guint name;

  if (words->plane != NULL && (words->normal != NULL || words->up != NULL))
    return neg_command_usage (_ ("a plane has either a name (--plane) or --normal and --up"));
  if (words->plane != NULL) {
    if (!parse_name (words->plane, plane_names, &name))
      return neg_command_usage (_ ("--plane is axial, coronal or sagittal"));
    set_named_plane (plane, name);
    return NEG_EXIT_DONE;
  }
  if (words->normal == NULL || words->up == NULL)
    return neg_command_usage (_ ("--normal and --up go together"));
  if (!parse_numbers (words->normal, ",", plane->normal, 3) || !normalize (plane->normal)
      || !parse_numbers (words->up, ",", plane->up, 3) || !normalize (plane->up))
    return neg_command_usage (_ ("--normal and --up are directions: x,y,z, not all 0"));
  if (!make_perpendicular (plane->normal, plane->up))
    return neg_command_usage (_ ("--up points along --normal: it is to point up in the picture"));
  return NEG_EXIT_DONE;
}

static int
parse_slab (NegRenderPlane *plane, const NegRenderWords *words)
{
  if (words->projection != NULL && words->slab == NULL)
    return neg_command_usage (_ ("--projection is of a slab: --slab-mm"));
  if (words->slab != NULL && (!parse_double (words->slab, &plane->slab_mm) || plane->slab_mm < 0
                              || plane->slab_mm > NEG_MPR_SLAB_MAX_MM))
    return neg_command_usage (_ ("--slab-mm is from 0 to %.0f"), NEG_MPR_SLAB_MAX_MM);
  if (words->projection != NULL && !neg_projection_from_name (&plane->projection, words->projection))
    return neg_command_usage (_ ("--projection is mip, minip or mean"));
  return NEG_EXIT_DONE;
}

static int
parse_place (NegRenderPlane *plane, const NegRenderWords *words)
{
  plane->has_point = words->at != NULL;
  if (words->at != NULL && !parse_numbers (words->at, ",", plane->point_mm, 3))
    return neg_command_usage (_ ("--at is x,y,z in millimetres of the patient"));
  if (words->field != NULL
      && !(parse_numbers (words->field, "x", plane->field_mm, 2) && plane->field_mm[0] > 0 && plane->field_mm[1] > 0
           && plane->field_mm[0] <= FIELD_MAX_MM && plane->field_mm[1] <= FIELD_MAX_MM))
    return neg_command_usage (_ ("--field-mm is WxH in millimetres"));
  return NEG_EXIT_DONE;
}

static int
parse_plane (NegRenderOptions *options, const NegRenderWords *words)
{
  NegRenderPlane *plane = &options->plane;
  int status;

  plane->wanted = words->plane != NULL || words->normal != NULL || words->up != NULL;
  if (!plane->wanted) {
    if (words->at != NULL || words->field != NULL || words->slab != NULL || words->projection != NULL)
      return neg_command_usage (_ ("--at, --field-mm, --slab-mm and --projection are of a plane: --plane or --normal"));
    return NEG_EXIT_DONE;
  }
  if (options->frame != 1 || options->subtract)
    return neg_command_usage (_ ("--frame and --subtract are about images, not about planes out of a volume"));
  status = parse_direction (plane, words);
  if (status == NEG_EXIT_DONE)
    status = parse_place (plane, words);
  return status == NEG_EXIT_DONE ? parse_slab (plane, words) : status;
}

int
neg_render_options_parse (NegRenderOptions *options, const NegRenderWords *words)
{
  guint value;

  if (options->frame < 1 || options->voi < 0)
    return neg_command_usage (_ ("--frame and --voi count from 1"));
  if (words->size != NULL && !parse_size (words->size, options))
    return neg_command_usage (_ ("--size is WxH in pixels"));
  if (words->window != NULL && !parse_window (words->window, options))
    return neg_command_usage (_ ("--window is C,W[,linear|linear-exact|sigmoid] with a width that the function allows"));
  if (words->interpolation != NULL) {
    if (!parse_name (words->interpolation, interpolation_names, &value))
      return neg_command_usage (_ ("--interpolation is nearest, linear or cubic"));
    options->interpolation = value;
  }
  if (words->renderer != NULL) {
    if (!parse_name (words->renderer, renderer_names, &value))
      return neg_command_usage (_ ("--renderer is auto, gl or cpu"));
    options->renderer = value;
  }
  return parse_plane (options, words);
}

void
neg_render_words_clear (NegRenderWords *words)
{
  char *all[] = { words->size, words->window, words->interpolation, words->renderer, words->plane, words->normal,
                  words->up, words->at, words->field, words->slab, words->projection };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_free (all[i]);
  *words = (NegRenderWords){ 0 };
}
