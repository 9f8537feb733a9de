/* An annotation as JSON: one object with flat lists, read like any foreign file. What is text is written with its
 * brackets escaped, so that a text has no others than those of its structure and nesting can be counted before it is
 * parsed. Unknown members are ignored; a newer format is refused. */
#include "config.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-json-shape.h"
#include "base/neg-uid.h"
#include "reading/neg-annotations.h"

#define FORMAT 1
#define TEXT_BYTES_MAX (1u << 20)
#define PLANE_NUMBERS 11 /* origin, x, y, slab, projection */
#define DEPTH_MAX 8 /* the format has 3 */
#define JSON_VALUES_MAX 65536 /* the format has some dozens, and five numbers for each point at most */
#define REACH_PX 1e6
#define REACH_MM 1e9
#define NAME_BYTES_MAX 256
#define WHERE "annotation"

static const char *const quantity_names[NEG_QUANTITY_N] = {
  [NEG_QUANTITY_LENGTH] = "length", [NEG_QUANTITY_ANGLE] = "angle", [NEG_QUANTITY_AREA] = "area",
  [NEG_QUANTITY_MEAN] = "mean",     [NEG_QUANTITY_SD] = "sd",       [NEG_QUANTITY_MINIMUM] = "minimum",
  [NEG_QUANTITY_MAXIMUM] = "maximum", [NEG_QUANTITY_VALUE] = "value",
};

/* --- Writing --- */

/* By hand: json-glib writes 1e-300 as "1e-300.0", which nobody can read. Text is escaped to what needs no other
 * escape. */
static void
add_text (GString *to, const char *name, const char *text)
{
  g_autofree char *escaped = text != NULL ? g_uri_escape_string (text, " /:;,!'()+=", TRUE) : NULL;

  if (escaped != NULL)
    g_string_append_printf (to, ",\"%s\":\"%s\"", name, escaped);
}

static void
add_int (GString *to, const char *name, gint64 value)
{
  g_string_append_printf (to, ",\"%s\":%" G_GINT64_FORMAT, name, value);
}

static void
append_number (GString *to, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (to, g_ascii_dtostr (text, sizeof text, number));
}

static void
add_numbers (GString *to, const char *name, const double *numbers, guint n)
{
  if (numbers == NULL)
    return;
  g_string_append_printf (to, ",\"%s\":[", name);
  for (guint i = 0; i < n; i++) {
    if (i > 0)
      g_string_append_c (to, ',');
    append_number (to, numbers[i]);
  }
  g_string_append_c (to, ']');
}

static void
add_values (GString *to, const NegAnnotation *annotation)
{
  const char *separator = "";

  g_string_append (to, ",\"values\":[");
  for (guint i = 0; i < annotation->n_values; i++) {
    const NegAnnotationValue *value = &annotation->values[i];

    if (!isfinite (value->value))
      continue;
    g_string_append_printf (to, "%s{\"value\":", separator);
    append_number (to, value->value);
    add_text (to, "quantity", quantity_names[value->quantity]);
    add_text (to, "unit", value->unit);
    g_string_append_c (to, '}');
    separator = ",";
  }
  g_string_append_c (to, ']');
}

static void
add_plane (GString *to, const NegAnnotationPlane *plane)
{
  double numbers[PLANE_NUMBERS];

  if (plane == NULL)
    return;
  for (guint i = 0; i < 3; i++) {
    numbers[i] = plane->origin_mm[i];
    numbers[3 + i] = plane->x_mm[i];
    numbers[6 + i] = plane->y_mm[i];
  }
  numbers[9] = plane->slab_mm;
  numbers[10] = plane->projection;
  add_numbers (to, "plane", numbers, PLANE_NUMBERS);
}

char *
neg_annotation_to_text (const NegAnnotation *annotation)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{\"format\":%d", FORMAT);
  add_text (text, "uid", annotation->uid);
  add_text (text, "kind", neg_annotation_kind_get_name (annotation->kind));
  add_text (text, "study", annotation->study_uid);
  add_text (text, "series", annotation->series_uid);
  add_text (text, "class", annotation->sop_class_uid);
  add_text (text, "image", annotation->sop_instance_uid);
  add_text (text, "space", annotation->frame_of_reference_uid);
  add_plane (text, annotation->plane);
  add_int (text, "frame", annotation->frame);
  add_numbers (text, "points", annotation->points_px, 2 * annotation->n_points);
  add_numbers (text, "patient", annotation->points_patient_mm, 3 * annotation->n_points);
  add_text (text, "text", annotation->text);
  add_text (text, "author", annotation->author);
  add_int (text, "changed", annotation->changed_us);
  add_text (text, "calibration", annotation->calibration);
  add_values (text, annotation);
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

/* --- Reading --- */

/* Keeps the name of what was wrong first. */
typedef struct {
  JsonObject *object;
  const char *wrong; /* nullable */
} Reader;

static void
refuse (Reader *reader, const char *name)
{
  if (reader->wrong == NULL)
    reader->wrong = name;
}

static gboolean
holds (JsonNode *node, GType type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

/* Given; NULL where it is absent or refused. */
static char *
read_text (Reader *reader, const char *name, gsize most_bytes)
{
  JsonNode *node = json_object_get_member (reader->object, name);
  g_autofree char *text = NULL;

  if (node == NULL)
    return NULL;
  if (holds (node, G_TYPE_STRING))
    text = g_uri_unescape_string (json_node_get_string (node), NULL);
  if (text != NULL && strlen (text) <= most_bytes && g_utf8_validate (text, -1, NULL))
    return g_steal_pointer (&text);
  refuse (reader, name);
  return NULL;
}

/* Of a file, so not by the rules always. */
static char *
read_name (Reader *reader, const char *name)
{
  g_autofree char *uid = read_text (reader, name, NAME_BYTES_MAX);

  if (uid == NULL || *uid == '\0')
    refuse (reader, name);
  return g_steal_pointer (&uid);
}

static gint64
read_int (Reader *reader, const char *name, gint64 least, gint64 most)
{
  JsonNode *node = json_object_get_member (reader->object, name);
  gint64 value;

  if (!holds (node, G_TYPE_INT64)) {
    refuse (reader, name);
    return least;
  }
  value = json_node_get_int (node);
  if (value < least || value > most)
    refuse (reader, name);
  return CLAMP (value, least, most);
}

/* NaN for what is no number. */
static double
get_number (JsonNode *node)
{
  if (holds (node, G_TYPE_INT64))
    return (double) json_node_get_int (node);
  return holds (node, G_TYPE_DOUBLE) ? json_node_get_double (node) : NAN;
}

static JsonArray *
read_array (Reader *reader, const char *name, gboolean needed)
{
  JsonNode *node = json_object_get_member (reader->object, name);

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    return json_node_get_array (node);
  if (node != NULL || needed)
    refuse (reader, name);
  return NULL;
}

/* Numbers, @width for each point; given, NULL where absent or refused. */
static double *
read_numbers (Reader *reader, const char *name, guint width, double reach, gboolean needed, guint *n_points)
{
  JsonArray *array = read_array (reader, name, needed);
  guint n = array != NULL ? json_array_get_length (array) : 0;
  g_autofree double *numbers = NULL;

  if (array == NULL)
    return NULL;
  if (n == 0 || n % width != 0 || n / width > NEG_ANNOTATION_POINTS_MAX) {
    refuse (reader, name);
    return NULL;
  }
  numbers = g_new (double, n);
  for (guint i = 0; i < n; i++) {
    numbers[i] = get_number (json_array_get_element (array, i));
    if (!(fabs (numbers[i]) <= reach)) {
      refuse (reader, name);
      return NULL;
    }
  }
  *n_points = n / width;
  return g_steal_pointer (&numbers);
}

static gboolean
read_value (JsonNode *node, NegAnnotationValue *value)
{
  Reader reader = { 0 };
  g_autofree char *quantity = NULL, *unit = NULL;
  guint number = 0;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  reader.object = json_node_get_object (node);
  quantity = read_text (&reader, "quantity", NAME_BYTES_MAX);
  unit = read_text (&reader, "unit", sizeof value->unit - 1);
  while (number < NEG_QUANTITY_N && g_strcmp0 (quantity, quantity_names[number]) != 0)
    number++;
  value->quantity = number;
  value->value = get_number (json_object_get_member (reader.object, "value"));
  g_strlcpy (value->unit, unit != NULL ? unit : "", sizeof value->unit);
  return reader.wrong == NULL && number < NEG_QUANTITY_N && isfinite (value->value);
}

static void
read_values (Reader *reader, NegAnnotation *annotation)
{
  JsonArray *array = read_array (reader, "values", FALSE);
  guint n = array != NULL ? json_array_get_length (array) : 0;
  NegAnnotationValue values[NEG_QUANTITY_N];

  if (n > G_N_ELEMENTS (values)) {
    refuse (reader, "values");
    return;
  }
  for (guint i = 0; i < n; i++)
    if (!read_value (json_array_get_element (array, i), &values[i])) {
      refuse (reader, "values");
      return;
    }
  neg_annotation_set_values (annotation, values, n);
}

static void
read_plane (Reader *reader, NegAnnotation *annotation)
{
  guint n = 0;
  g_autofree double *numbers = read_numbers (reader, "plane", PLANE_NUMBERS, REACH_MM, FALSE, &n);
  NegAnnotationPlane plane;

  if (numbers == NULL)
    return;
  for (guint i = 0; i < 3; i++) {
    plane.origin_mm[i] = numbers[i];
    plane.x_mm[i] = numbers[3 + i];
    plane.y_mm[i] = numbers[6 + i];
  }
  plane.slab_mm = numbers[9];
  plane.projection = numbers[10] == 0 ? 0 : numbers[10] == 1 ? 1 : numbers[10] == 2 ? 2 : G_MAXUINT32;
  if (n != 1 || !neg_annotation_plane_is_valid (&plane))
    refuse (reader, "plane");
  else
    annotation->plane = g_memdup2 (&plane, sizeof plane);
}

static void
read_places (Reader *reader, NegAnnotation *annotation)
{
  guint n_patient = 0;

  annotation->points_px = read_numbers (reader, "points", 2, REACH_PX, annotation->kind != NEG_ANNOTATION_KEY,
                                        &annotation->n_points);
  annotation->points_patient_mm = read_numbers (reader, "patient", 3, REACH_MM, FALSE, &n_patient);
  if (annotation->points_patient_mm != NULL && n_patient != annotation->n_points)
    refuse (reader, "patient");
}

static void
read_members (Reader *reader, NegAnnotation *annotation)
{
  g_autofree char *kind = read_text (reader, "kind", NAME_BYTES_MAX);

  if (!neg_annotation_kind_from_name (&annotation->kind, kind))
    refuse (reader, "kind");
  annotation->uid = read_name (reader, "uid");
  if (!neg_uid_is_valid (annotation->uid))
    refuse (reader, "uid");
  annotation->study_uid = read_name (reader, "study");
  annotation->sop_instance_uid = read_name (reader, "image");
  annotation->series_uid = read_text (reader, "series", NAME_BYTES_MAX);
  annotation->sop_class_uid = read_text (reader, "class", NAME_BYTES_MAX);
  annotation->frame_of_reference_uid = read_text (reader, "space", NAME_BYTES_MAX);
  annotation->frame = (guint32) read_int (reader, "frame", 1, G_MAXUINT32);
  annotation->text = read_text (reader, "text", NEG_ANNOTATION_TEXT_BYTES_MAX);
  annotation->author = read_text (reader, "author", NAME_BYTES_MAX);
  annotation->changed_us = read_int (reader, "changed", G_MININT64, G_MAXINT64);
  annotation->calibration = read_text (reader, "calibration", NAME_BYTES_MAX);
  read_plane (reader, annotation);
  read_places (reader, annotation);
  read_values (reader, annotation);
  if (reader->wrong == NULL && !neg_annotation_is_valid (annotation))
    refuse (reader, "points");
}

static JsonObject *
parse_object (JsonParser *parser, const char *text, gsize length)
{
  static const NegJsonLimits limits = { .depth_max = DEPTH_MAX, .values_max = JSON_VALUES_MAX };
  JsonNode *root;

  if (length > TEXT_BYTES_MAX || !neg_json_check_shape (text, length, &limits, NULL)
      || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
}

NegAnnotation *
neg_annotation_from_text (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  Reader reader = { .object = parse_object (parser, text, length) };
  g_autoptr (NegAnnotation) annotation = neg_annotation_new (NEG_ANNOTATION_LENGTH);

  if (reader.object == NULL) {
    neg_fail (error, NEG_ERROR_INCONSISTENT, WHERE, "An annotation that was kept cannot be read");
    return NULL;
  }
  if (read_int (&reader, "format", 1, G_MAXINT64) > FORMAT) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, WHERE, "An annotation was kept by a newer version");
    return NULL;
  }
  read_members (&reader, annotation);
  if (reader.wrong != NULL) {
    neg_fail (error, NEG_ERROR_INCONSISTENT, WHERE, "An annotation that was kept cannot be read: %s", reader.wrong);
    return NULL;
  }
  return g_steal_pointer (&annotation);
}
