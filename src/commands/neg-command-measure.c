#include "config.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-command-measure-private.h"

/* What is asked for, each nullable: x and y one after the other. */
typedef struct {
  int frame; /* from 1 */
  GArray *line, *angle, *ellipse, *rectangle, *polygon, *probe;
} Request;

static void
request_clear (Request *request)
{
  GArray **const lists[] = { &request->line,      &request->angle,   &request->ellipse,
                             &request->rectangle, &request->polygon, &request->probe };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_clear_pointer (lists[i], g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Request, request_clear)

static const double *
points_of (const GArray *list)
{
  return (const double *) list->data;
}

/* Numbers between commas, within reach of an image; NULL where one of them is not. Given. */
static GArray *
parse_points (const char *text)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (double));
  g_auto (GStrv) parts = g_strsplit (text, ",", 2 * NEG_REGION_POINTS_MAX + 2);

  for (guint i = 0; parts[i] != NULL; i++) {
    char *end;
    double value = g_ascii_strtod (parts[i], &end);

    if (end == parts[i] || *end != '\0' || !isfinite (value))
      return NULL;
    g_array_append_val (list, value);
  }
  if (list->len % 2 != 0 || !neg_points_are_valid (points_of (list), list->len / 2))
    return NULL;
  return g_steal_pointer (&list);
}

/* @n_min, @n_max: how many numbers. FALSE and one line for others; TRUE where @text is NULL. */
static gboolean
parse_shape (const char *name, const char *text, guint n_min, guint n_max, GArray **list)
{
  if (text == NULL)
    return TRUE;
  *list = parse_points (text);
  if (*list != NULL && (*list)->len >= n_min && (*list)->len <= n_max)
    return TRUE;
  if (n_min == n_max)
    neg_command_usage (_ ("--%s is %u numbers x,y,... in pixels, between commas"), name, n_min);
  else
    neg_command_usage (_ ("--%s is %u to %u numbers x,y,... in pixels, between commas"), name, n_min, n_max);
  return FALSE;
}

static gboolean
get_region (const Request *request, NegRegion *region, double points_px[8])
{
  if (request->polygon != NULL)
    *region = (NegRegion){ NEG_REGION_POLYGON, request->polygon->len / 2, points_of (request->polygon) };
  else if (request->ellipse != NULL)
    neg_region_init_ellipse (region, points_px, points_of (request->ellipse));
  else if (request->rectangle != NULL)
    neg_region_init_rectangle (region, points_px, points_of (request->rectangle));
  else
    return FALSE;
  return TRUE;
}

static void
add_line (NegMeasureAnswer *answer, const Request *request, const NegSubject *subject, const NegMeasureScale *scale)
{
  gboolean is_mm = scale->calibration != NEG_CALIBRATION_NONE;
  double length = neg_measure_length (scale, points_of (request->line));

  neg_json_add_double (answer->builder, is_mm ? "length_mm" : "length_px", length);
  neg_measure_answer_add_object_length (answer, subject, scale->calibration, length);
}

static void
add_angle (NegMeasureAnswer *answer, const Request *request, const NegMeasureScale *scale)
{
  double angle_deg = neg_measure_angle_deg (scale, points_of (request->angle));

  neg_json_add_double (answer->builder, "angle_deg", angle_deg);
  neg_measure_note (answer, isnan (angle_deg), "a leg of the angle has no length");
}

static void
add_statistics (NegMeasureAnswer *answer, const NegRegion *region, const NegDraw *draw, const NegFrame *frame,
                NegStatistics *statistics)
{
  g_autoptr (GError) error = NULL;
  gboolean has_values = neg_measure_statistics (statistics, draw, frame, region, &error);

  neg_json_add_double (answer->builder, "mean", statistics->mean);
  neg_json_add_double (answer->builder, "sd", statistics->sd);
  neg_json_add_double (answer->builder, "min", statistics->minimum);
  neg_json_add_double (answer->builder, "max", statistics->maximum);
  if (!has_values) {
    json_builder_set_member_name (answer->builder, "pixels");
    json_builder_add_null_value (answer->builder);
    neg_measure_note (answer, TRUE, g_intern_string (error->message));
    return;
  }
  neg_json_add_int (answer->builder, "pixels", statistics->n_pixels);
  neg_json_add_int (answer->builder, "left_out", statistics->n_left_out);
  neg_measure_note (answer, statistics->n_left_out > 0, "pixels of padding, or without a value, are left out");
  neg_measure_note (answer, statistics->n_pixels == 0, "the center of no pixel with a value lies in the region");
  neg_measure_note (answer, statistics->n_pixels == 1, "one pixel has no standard deviation");
}

static void
add_region (NegMeasureAnswer *answer, const NegRegion *region, const NegMeasureScale *scale, const NegDraw *draw,
            const NegFrame *frame, NegStatistics *statistics)
{
  gboolean is_mm = scale->calibration != NEG_CALIBRATION_NONE, crosses;
  double area = neg_measure_area (scale, region, &crosses);

  neg_json_add_double (answer->builder, is_mm ? "area_mm2" : "area_px", area);
  neg_measure_note (answer, isnan (area), "the polygon crosses itself too often to have an area");
  neg_measure_note (answer, crosses && !isnan (area), "the polygon crosses or touches itself: inside by the even-odd rule");
  neg_measure_note (answer, !neg_region_is_within (region, frame->format.columns, frame->format.rows),
        "the region reaches beyond the image: the area is of all of it, the values of what lies inside the image");
  add_statistics (answer, region, draw, frame, statistics);
}

static void
add_stored (NegMeasureAnswer *answer, const NegProbe *probe, NegSampleType type)
{
  JsonBuilder *builder = answer->builder;
  gboolean is_float = type == NEG_SAMPLE_F32 || type == NEG_SAMPLE_F64;

  json_builder_set_member_name (builder, "stored");
  if (probe->n_stored != 1)
    json_builder_begin_array (builder);
  for (guint i = 0; i < probe->n_stored; i++)
    if (!isfinite (probe->stored[i]))
      json_builder_add_null_value (builder);
    else if (is_float)
      json_builder_add_double_value (builder, probe->stored[i]);
    else
      json_builder_add_int_value (builder, probe->stored[i]);
  if (probe->n_stored != 1)
    json_builder_end_array (builder);
}

static void
add_probe (NegMeasureAnswer *answer, const Request *request, const NegDraw *draw, const NegFrame *frame, NegProbe *probe)
{
  JsonBuilder *builder = answer->builder;

  neg_measure_probe (probe, draw, frame, points_of (request->probe));
  if (!probe->is_inside) {
    probe->modality = NAN;
    neg_json_add_double (builder, "stored", NAN);
    neg_json_add_double (builder, "modality", NAN);
    neg_json_add_double (builder, "display", NAN);
    neg_measure_note (answer, TRUE, "the point lies outside of the image");
    return;
  }
  add_stored (answer, probe, frame->format.sample_type);
  neg_json_add_double (builder, "modality", probe->modality);
  json_builder_set_member_name (builder, "display");
  if (probe->n_display != 1)
    json_builder_begin_array (builder);
  for (guint i = 0; i < probe->n_display; i++)
    json_builder_add_int_value (builder, probe->display[i]);
  if (probe->n_display != 1)
    json_builder_end_array (builder);
  neg_measure_note (answer, probe->is_left_out, "the pixel is padding or has no value");
}

/* A probe has no extent: it needs a scale only to say where one would come from. */
static void
init_scale (NegMeasureAnswer *answer, const Request *request, const NegSubject *subject, NegMeasureScale *scale)
{
  const GArray *shapes[] = { request->line, request->angle, request->ellipse, request->rectangle, request->polygon };
  g_autoptr (GArray) points_px = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (shapes[i] != NULL)
      g_array_append_vals (points_px, shapes[i]->data, shapes[i]->len);
  neg_measure_answer_init_scale (answer, scale, subject, points_of (points_px), points_px->len / 2);
}

static void
add_all (NegMeasureAnswer *answer, const Request *request, const NegSubject *subject, const NegFrame *frame)
{
  JsonBuilder *builder = answer->builder;
  double points_px[8];
  NegMeasureScale scale;
  NegRegion region;
  NegDraw draw;
  NegStatistics statistics;
  NegProbe probe;
  gboolean has_region = get_region (request, &region, points_px), has_probe = request->probe != NULL;

  init_scale (answer, request, subject, &scale);
  neg_draw_init (&draw, subject->instance, subject->frame, frame, 0);
  if (request->line != NULL)
    add_line (answer, request, subject, &scale);
  if (request->angle != NULL)
    add_angle (answer, request, &scale);
  if (has_region)
    add_region (answer, &region, &scale, &draw, frame, &statistics);
  if (has_probe) {
    add_probe (answer, request, &draw, frame, &probe);
    neg_measure_answer_add_axes (answer, subject, points_of (request->probe));
    neg_measure_answer_add_real_world (answer, subject, &probe);
  }
  if (has_region || has_probe) {
    neg_measure_answer_add_suv (answer, subject, has_region ? &statistics : NULL, has_probe ? &probe : NULL);
    neg_json_add_string (builder, "units", neg_measure_get_units (subject->instance, subject->frame, &draw));
  }
  neg_json_add_string (builder, "calibration", neg_calibration_get_name (scale.calibration));
  g_ptr_array_add (answer->notes, NULL);
  neg_json_add_strings (builder, "notes", (const char *const *) answer->notes->pdata);
}

static void
print_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init_ordered (&iter, json_node_get_object (root));
  while (json_object_iter_next_ordered (&iter, &name, &value)) {
    g_autofree char *text = json_to_string (value, FALSE);

    g_print ("%-12s %s\n", name, text);
  }
}

static gboolean
run (const Request *request, const char *path, gboolean json, GError **error)
{
  g_autoptr (NegEnginePool) pool = neg_engine_pool_new (NULL, error);
  g_auto (NegSubject) subject = { 0 };
  g_autoptr (NegPixels) pixels = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GPtrArray) notes = g_ptr_array_new ();
  NegMeasureAnswer answer = { builder, notes };

  if (pool == NULL || !neg_subject_find (pool, path, request->frame - 1, &subject, error))
    return FALSE;
  pixels = neg_wait_decode (pool, subject.blob, subject.instance, subject.frame, NEG_FRAME_STORED, error);
  if (pixels == NULL)
    return FALSE;
  json_builder_begin_object (builder);
  add_all (&answer, request, &subject, neg_pixels_get_frame (pixels));
  json_builder_end_object (builder);
  if (json)
    neg_json_print (builder);
  else
    print_text (builder);
  return TRUE;
}

static int
check_usage (const Request *request, char **paths)
{
  guint n_regions = (request->ellipse != NULL) + (request->rectangle != NULL) + (request->polygon != NULL);

  if (g_strv_length (paths) != 1)
    return neg_command_usage (_ ("one PATH is needed"));
  if (request->frame < 1)
    return neg_command_usage (_ ("--frame counts from 1"));
  if (n_regions > 1)
    return neg_command_usage (_ ("one of --ellipse, --rectangle and --polygon at a time"));
  if (n_regions == 0 && request->line == NULL && request->angle == NULL && request->probe == NULL)
    return neg_command_usage (_ ("what to measure is missing; see --help"));
  return NEG_EXIT_DONE;
}

int
neg_command_measure (int argc, char **argv)
{
  g_auto (Request) request = { .frame = 1 };
  g_autofree char *line = NULL, *angle = NULL, *ellipse = NULL, *rectangle = NULL, *polygon = NULL, *probe = NULL;
  g_auto (GStrv) paths = NULL;
  gboolean json = FALSE;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "frame", 0, 0, G_OPTION_ARG_INT, &request.frame, N_ ("which frame or image of the series, from 1"), N_ ("N") },
    { "line", 0, 0, G_OPTION_ARG_STRING, &line, N_ ("a length"), "X0,Y0,X1,Y1" },
    { "angle", 0, 0, G_OPTION_ARG_STRING, &angle, N_ ("an angle, at the second point"), "X0,Y0,X1,Y1,X2,Y2" },
    { "ellipse", 0, 0, G_OPTION_ARG_STRING, &ellipse, N_ ("in a rectangle of two corners"), "X0,Y0,X1,Y1" },
    { "rectangle", 0, 0, G_OPTION_ARG_STRING, &rectangle, N_ ("of two corners"), "X0,Y0,X1,Y1" },
    { "polygon", 0, 0, G_OPTION_ARG_STRING, &polygon, N_ ("closed by itself"), "X,Y,..." },
    { "probe", 0, 0, G_OPTION_ARG_STRING, &probe, N_ ("stored, modality and display value"), "X,Y" },
    { NULL },
  };
  int status;

  if (!neg_command_parse (&argc, &argv, entries, _ ("PATH"),
                          _ ("Lengths, angles, areas and values on one image. Points are in pixels, the center of "
                             "the first one at 0.5,0.5. A pixel belongs to a region when its center does."),
                          1, &paths, &json)
      || !parse_shape ("line", line, 4, 4, &request.line) || !parse_shape ("angle", angle, 6, 6, &request.angle)
      || !parse_shape ("ellipse", ellipse, 4, 4, &request.ellipse)
      || !parse_shape ("rectangle", rectangle, 4, 4, &request.rectangle)
      || !parse_shape ("polygon", polygon, 6, 2 * NEG_REGION_POINTS_MAX, &request.polygon)
      || !parse_shape ("probe", probe, 2, 2, &request.probe))
    return NEG_EXIT_USAGE;
  status = check_usage (&request, paths);
  if (status != NEG_EXIT_DONE)
    return status;
  return run (&request, paths[0], json, &error) ? NEG_EXIT_DONE : neg_command_fail (paths[0], error);
}
