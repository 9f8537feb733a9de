/* The shared test vectors: JSON files with a list of cases, from the folder NEGATOSCOPE_VECTORS. One test per file. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Asserts all that one case says; TRUE when it compared something, so that none passes by being overlooked. */
typedef gboolean (*VectorCheck) (JsonObject *item);

gboolean vector_check_geometry (JsonObject *item);
gboolean vector_check_gsdf (JsonObject *item);
gboolean vector_check_lut (JsonObject *item);
gboolean vector_check_orientation (JsonObject *item);
gboolean vector_check_palette (JsonObject *item);
gboolean vector_check_person_name (JsonObject *item);
gboolean vector_check_suv (JsonObject *item);
gboolean vector_check_window (JsonObject *item);

void vector_get_doubles (JsonObject *item, const char *name, double *values, guint n);

G_END_DECLS
