#include "config.h"

#include "reading/neg-reading-state-private.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "base/neg-json-shape.h"

#define FORMAT 2 /* 1 had numbers where 2 has texts of them */
#define DEPTH_MAX 16 /* the format has 4 */
#define JSON_VALUES_MAX 65536
#define ZOOM_LEAST 1e-6
#define ZOOM_MOST 1e6
#define OFFSET_MOST_PX 1e9
#define WINDOW_MOST 1e100
#define WHERE "saved screen"

static const char *const function_names[] = {
  [NEG_VOI_LINEAR] = "linear",
  [NEG_VOI_LINEAR_EXACT] = "linear-exact",
  [NEG_VOI_SIGMOID] = "sigmoid",
};

/* PS3.3 C.11.2.1.2: LINEAR needs a width of at least 1, the others one above 0. */
static gboolean
is_window (NegVoiFunction function, double center, double width)
{
  return isfinite (center) && fabs (center) <= WINDOW_MOST && isfinite (width) && width <= WINDOW_MOST
         && (function == NEG_VOI_LINEAR ? width >= 1 : width > 0);
}

char *
_neg_reading_state_dup_hash (const char *patient_key)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, patient_key, -1);
}

/* --- Writing --- */

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

/* As text: json-glib writes 1e-300 as "1e-300.0", which it cannot read again. */
static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, g_ascii_dtostr (text, sizeof text, value));
}

/* Names of files are bytes, and a text has no brackets but those of its structure (see is_shallow()). */
static void
add_escaped (JsonBuilder *builder, const char *text)
{
  g_autofree char *escaped = g_uri_escape_string (text, "/", TRUE);

  json_builder_add_string_value (builder, escaped);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  add_escaped (builder, value != NULL ? value : "");
}

static void
add_window (JsonBuilder *builder, const NegViewState *view)
{
  if (!view->has_window || !is_window (view->function, view->center, view->width))
    return;
  json_builder_set_member_name (builder, "window");
  json_builder_begin_object (builder);
  add_string (builder, "function", function_names[view->function]);
  add_double (builder, "center", view->center);
  add_double (builder, "width", view->width);
  json_builder_end_object (builder);
}

static double
bounded (double value, double least, double most, double fallback)
{
  return isfinite (value) ? CLAMP (value, least, most) : fallback;
}

static void
add_cell (JsonBuilder *builder, const NegViewState *view)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (view);

  json_builder_begin_object (builder);
  if (frame != NULL) {
    add_string (builder, "series", neg_series_get_key (view->series));
    add_string (builder, "image", frame->instance->sop_instance_uid);
    add_int (builder, "frame", frame->frame);
    add_int (builder, "index", view->index);
    add_int (builder, "preset", MIN (view->preset, G_MAXINT32));
    add_window (builder, view);
    add_boolean (builder, "inverted", view->inverted);
    add_boolean (builder, "mirrored", view->mirrored);
    add_int (builder, "turns", view->turns & 3);
    add_double (builder, "zoom", bounded (view->zoom, ZOOM_LEAST, ZOOM_MOST, 1));
    add_double (builder, "x", bounded (view->offset_px[0], -OFFSET_MOST_PX, OFFSET_MOST_PX, 0));
    add_double (builder, "y", bounded (view->offset_px[1], -OFFSET_MOST_PX, OFFSET_MOST_PX, 0));
  }
  json_builder_end_object (builder);
}

static void
add_screen (JsonBuilder *builder, NegReading *reading)
{
  const NegPatient *patient = neg_reading_get_patient (reading);
  g_autofree char *hash = patient != NULL ? _neg_reading_state_dup_hash (patient->key) : NULL;

  add_string (builder, "patient", hash);
  add_int (builder, "rows", neg_reading_get_rows (reading));
  add_int (builder, "columns", neg_reading_get_columns (reading));
  add_int (builder, "active", neg_reading_get_active (reading));
  add_boolean (builder, "maximized", neg_reading_is_maximized (reading));
  add_boolean (builder, "synchronized", neg_reading_is_synchronized (reading));
  add_boolean (builder, "lines", neg_reading_has_lines (reading));
  json_builder_set_member_name (builder, "cells");
  json_builder_begin_array (builder);
  for (guint i = 0; i < neg_reading_get_n_cells (reading); i++)
    add_cell (builder, neg_reading_get_state (reading, i));
  json_builder_end_array (builder);
}

static gsize
total_length (const char *const *strings)
{
  gsize total = 0;

  for (; *strings != NULL; strings++)
    total += strlen (*strings);
  return total;
}

char *
neg_reading_save_state (NegReading *reading, const char *const *paths, guint captions)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (NEG_IS_READING (reading), NULL);

  if (paths == NULL || paths[0] == NULL || total_length (paths) > NEG_READING_STATE_TEXT_MAX)
    return NULL;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  add_int (builder, "format", FORMAT);
  json_builder_set_member_name (builder, "paths");
  json_builder_begin_array (builder);
  for (guint i = 0; paths[i] != NULL; i++)
    add_escaped (builder, paths[i]);
  json_builder_end_array (builder);
  add_int (builder, "captions", MIN (captions, G_MAXINT32));
  add_screen (builder, reading);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  return strlen (text) <= NEG_READING_STATE_TEXT_MAX ? g_steal_pointer (&text) : NULL;
}

/* --- Reading --- */

/* Keeps the first failure; everything after it gives the fallback. */
typedef struct {
  GError *error;
} Reader;

static void
refuse (Reader *reader, const char *name)
{
  if (reader->error == NULL)
    neg_fail (&reader->error, NEG_ERROR_INCONSISTENT, name, "What was on screen cannot be read: %s", name);
}

static JsonNode *
get_value (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

static gint64
read_int (Reader *reader, JsonObject *object, const char *name, gint64 least, gint64 most, gint64 fallback)
{
  JsonNode *node = get_value (object, name);
  gint64 value;

  if (!json_object_has_member (object, name))
    return fallback;
  value = node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : least - 1;
  if (value >= least && value <= most)
    return value;
  refuse (reader, name);
  return fallback;
}

/* The whole of it is a number; NaN: it is none. */
static double
parse_double (const char *text)
{
  char *end = NULL;
  double value = g_ascii_isdigit (*text) || *text == '-' ? g_ascii_strtod (text, &end) : NAN;

  return end != NULL && *end == '\0' ? value : NAN;
}

static double
read_double (Reader *reader, JsonObject *object, const char *name, double least, double most, double fallback)
{
  JsonNode *node = get_value (object, name);
  double value = NAN;

  if (!json_object_has_member (object, name))
    return fallback;
  if (node != NULL && json_node_get_value_type (node) == G_TYPE_INT64)
    value = (double) json_node_get_int (node);
  else if (node != NULL && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    value = json_node_get_double (node);
  else if (node != NULL && json_node_get_value_type (node) == G_TYPE_STRING)
    value = parse_double (json_node_get_string (node));
  if (isfinite (value) && value >= least && value <= most)
    return value;
  refuse (reader, name);
  return fallback;
}

static gboolean
read_boolean (Reader *reader, JsonObject *object, const char *name)
{
  JsonNode *node = get_value (object, name);

  if (!json_object_has_member (object, name))
    return FALSE;
  if (node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  refuse (reader, name);
  return FALSE;
}

/* Given; NULL when it is refused. */
static char *
dup_unescaped (Reader *reader, JsonNode *node, const char *name)
{
  char *text = NULL;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    text = g_uri_unescape_string (json_node_get_string (node), NULL);
  if (text == NULL)
    refuse (reader, name);
  return text;
}

/* Given; NULL when it is not there. */
static char *
read_string (Reader *reader, JsonObject *object, const char *name)
{
  return json_object_has_member (object, name)
             ? dup_unescaped (reader, json_object_get_member (object, name), name)
             : NULL;
}

static JsonArray *
read_array (Reader *reader, JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    return json_node_get_array (node);
  refuse (reader, name);
  return NULL;
}

static void
read_window (Reader *reader, JsonObject *cell, NegViewState *view)
{
  JsonNode *node = json_object_get_member (cell, "window");
  g_autofree char *name = NULL;
  JsonObject *window;
  guint function = 0;

  if (node == NULL)
    return;
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    refuse (reader, "window");
    return;
  }
  window = json_node_get_object (node);
  name = read_string (reader, window, "function");
  while (function < G_N_ELEMENTS (function_names) && g_strcmp0 (name, function_names[function]) != 0)
    function++;
  view->center = read_double (reader, window, "center", -WINDOW_MOST, WINDOW_MOST, 0);
  view->width = read_double (reader, window, "width", 0, WINDOW_MOST, 0);
  if (function == G_N_ELEMENTS (function_names) || !is_window (function, view->center, view->width)) {
    refuse (reader, "window");
    return;
  }
  view->function = function;
  view->has_window = TRUE;
}

static void
read_cell (Reader *reader, JsonNode *node, NegSavedCell *cell)
{
  NegViewState *view = &cell->view;
  JsonObject *object;

  neg_view_state_init (view);
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    refuse (reader, "cells");
    return;
  }
  object = json_node_get_object (node);
  cell->series = read_string (reader, object, "series");
  cell->image = read_string (reader, object, "image");
  cell->frame = (guint32) read_int (reader, object, "frame", 0, G_MAXUINT32, 0);
  view->index = (guint) read_int (reader, object, "index", 0, G_MAXINT32, 0);
  view->preset = (guint) read_int (reader, object, "preset", 0, G_MAXINT32, 0);
  read_window (reader, object, view);
  view->inverted = read_boolean (reader, object, "inverted");
  view->mirrored = read_boolean (reader, object, "mirrored");
  view->turns = (guint) read_int (reader, object, "turns", 0, 3, 0);
  view->zoom = read_double (reader, object, "zoom", ZOOM_LEAST, ZOOM_MOST, 1);
  view->offset_px[0] = read_double (reader, object, "x", -OFFSET_MOST_PX, OFFSET_MOST_PX, 0);
  view->offset_px[1] = read_double (reader, object, "y", -OFFSET_MOST_PX, OFFSET_MOST_PX, 0);
}

static void
read_cells (Reader *reader, JsonObject *object, NegReadingState *state)
{
  JsonArray *cells = read_array (reader, object, "cells");

  if (cells == NULL || json_array_get_length (cells) != state->rows * state->columns) {
    refuse (reader, "cells");
    return;
  }
  state->n_cells = state->rows * state->columns;
  for (guint i = 0; i < state->n_cells; i++)
    read_cell (reader, json_array_get_element (cells, i), &state->cells[i]);
}

static void
read_paths (Reader *reader, JsonObject *object, NegReadingState *state)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  JsonArray *array = read_array (reader, object, "paths");
  guint n = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n; i++) {
    g_autofree char *path = dup_unescaped (reader, json_array_get_element (array, i), "paths");

    if (path != NULL)
      g_strv_builder_add (paths, path);
  }
  state->paths = g_strv_builder_end (paths);
}

static void
read_screen (Reader *reader, JsonObject *object, NegReadingState *state)
{
  read_paths (reader, object, state);
  state->captions = (guint) read_int (reader, object, "captions", 0, G_MAXINT32, 0);
  state->patient = read_string (reader, object, "patient");
  state->rows = (guint) read_int (reader, object, "rows", 1, NEG_GRID_MAX, 1);
  state->columns = (guint) read_int (reader, object, "columns", 1, NEG_GRID_MAX, 1);
  state->active = (guint) read_int (reader, object, "active", 0, state->rows * state->columns - 1, 0);
  state->maximized = read_boolean (reader, object, "maximized");
  state->synchronized = read_boolean (reader, object, "synchronized");
  state->lines = read_boolean (reader, object, "lines");
  read_cells (reader, object, state);
}

/* Texts of the format 1 may have exponents with a ".0" behind them; taken away outside of strings. Given. */
static char *
dup_mended (const char *text)
{
  GString *mended = g_string_sized_new (strlen (text));
  gboolean is_string = FALSE, is_exponent = FALSE;

  for (const char *c = text; *c != '\0'; c++) {
    if (is_string && *c == '\\' && c[1] != '\0')
      g_string_append_c (mended, *c++);
    else if (*c == '"')
      is_string = !is_string;
    if (is_exponent && c[0] == '.' && c[1] == '0' && !g_ascii_isdigit (c[2])) {
      c++;
      continue;
    }
    is_exponent = !is_string
                  && ((is_exponent && g_ascii_isdigit (*c))
                      || ((*c == 'e' || *c == 'E') && c > text && g_ascii_isdigit (c[-1]))
                      || ((*c == '-' || *c == '+') && is_exponent && g_ascii_isdigit (c[1])));
    g_string_append_c (mended, *c);
  }
  return g_string_free (mended, FALSE);
}

static JsonObject *
parse_object (JsonParser *parser, const char *text)
{
  static const NegJsonLimits limits = { .depth_max = DEPTH_MAX, .values_max = JSON_VALUES_MAX };
  g_autofree char *mended = NULL;
  JsonNode *root;

  if (strlen (text) > NEG_READING_STATE_TEXT_MAX)
    return NULL;
  mended = dup_mended (text);
  if (!neg_json_check_shape (mended, strlen (mended), &limits, NULL) || !json_parser_load_from_data (parser, mended, -1, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
}

NegReadingState *
neg_reading_state_parse (const char *text, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = parse_object (parser, text);
  g_autoptr (NegReadingState) state = g_new0 (NegReadingState, 1);
  Reader reader = { 0 };
  gint64 format;

  if (object == NULL || !json_object_has_member (object, "format")) {
    neg_fail (error, NEG_ERROR_INCONSISTENT, WHERE, "What was on screen cannot be read");
    return NULL;
  }
  format = read_int (&reader, object, "format", 1, G_MAXINT64, 1);
  if (format > FORMAT) {
    neg_fail (error, NEG_ERROR_UNSUPPORTED, WHERE, "What was on screen was saved by a newer version");
    return NULL;
  }
  read_screen (&reader, object, state);
  if (reader.error != NULL) {
    g_propagate_error (error, reader.error);
    return NULL;
  }
  return g_steal_pointer (&state);
}

void
neg_reading_state_free (NegReadingState *state)
{
  if (state == NULL)
    return;
  for (guint i = 0; i < NEG_CELLS_MAX; i++) {
    g_free (state->cells[i].series);
    g_free (state->cells[i].image);
  }
  g_strfreev (state->paths);
  g_free (state->patient);
  g_clear_pointer (&state->expected, _neg_screen_free);
  g_free (state->expected_patient);
  g_free (state);
}

const char *const *
neg_reading_state_get_paths (const NegReadingState *state)
{
  return (const char *const *) state->paths;
}

guint
neg_reading_state_get_captions (const NegReadingState *state)
{
  return state->captions;
}
