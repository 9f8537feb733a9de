#include "config.h"

#include <glib/gi18n.h>

#include "base/neg-error.h"
#include "commands/neg-commands-private.h"
#include "imaging/neg-calibration.h"
#include "pipeline/neg-loader.h"

static void
add_indices (JsonBuilder *builder, const char *name, const GArray *indices)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; indices != NULL && i < indices->len; i++)
    json_builder_add_int_value (builder, g_array_index (indices, guint, i));
  json_builder_end_array (builder);
}

static void
add_spacing (JsonBuilder *builder, const NegInstance *instance, guint32 frame)
{
  double spacing_mm[2];
  NegCalibration calibration = neg_calibration_get (instance, frame, spacing_mm);

  json_builder_set_member_name (builder, "spacing_mm");
  if (calibration == NEG_CALIBRATION_NONE) {
    json_builder_add_null_value (builder);
  } else {
    json_builder_begin_array (builder);
    json_builder_add_double_value (builder, spacing_mm[0]);
    json_builder_add_double_value (builder, spacing_mm[1]);
    json_builder_end_array (builder);
  }
  neg_json_add_string (builder, "calibration", neg_calibration_get_name (calibration));
}

static void
add_geometry (JsonBuilder *builder, NegSeries *series)
{
  const NegSliceGroup *geometry = neg_series_get_geometry (series);

  json_builder_set_member_name (builder, "slice_spacing_mm");
  if (geometry != NULL && geometry->n > 1)
    json_builder_add_double_value (builder, geometry->median_spacing_mm);
  else
    json_builder_add_null_value (builder);
  neg_json_add_boolean (builder, "uniform", geometry != NULL && geometry->uniform);
  neg_json_add_double (builder, "tilt_deg", geometry ? geometry->tilt_deg : 0);
  add_indices (builder, "missing_after", geometry ? geometry->gaps_after : NULL);
  neg_json_add_string (builder, "orientation", neg_orientation_get_name (neg_series_get_orientation (series)));
}

static void
add_transfer_syntaxes (JsonBuilder *builder, NegSeries *series)
{
  g_autoptr (GPtrArray) uids = g_ptr_array_new ();

  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    char *uid = neg_series_get_frame (series, i)->instance->transfer_syntax_uid;

    if (uid != NULL && !g_ptr_array_find_with_equal_func (uids, uid, g_str_equal, NULL))
      g_ptr_array_add (uids, uid);
  }
  g_ptr_array_add (uids, NULL);
  neg_json_add_strings (builder, "transfer_syntaxes", (const char *const *) uids->pdata);
}

static void
add_series (JsonBuilder *builder, NegSeries *series)
{
  const NegSeriesFrame *first = neg_series_get_frame (series, 0);
  const NegInstance *instance = first->instance;

  json_builder_begin_object (builder);
  neg_json_add_string (builder, "study_uid", instance->study_uid);
  neg_json_add_string (builder, "series_uid", instance->series_uid);
  neg_json_add_string (builder, "modality", instance->modality);
  neg_json_add_string (builder, "description", instance->series_description);
  neg_json_add_string (builder, "title", neg_series_get_title (series));
  neg_json_add_string (builder, "kind", neg_series_kind_get_name (neg_series_get_kind (series)));
  neg_json_add_int (builder, "frames", neg_series_get_n_frames (series));
  neg_json_add_int (builder, "rows", instance->rows);
  neg_json_add_int (builder, "columns", instance->columns);
  add_spacing (builder, instance, first->frame);
  add_geometry (builder, series);
  add_transfer_syntaxes (builder, series);
  neg_json_add_strings (builder, "warnings", neg_series_get_warnings (series));
  json_builder_end_object (builder);
}

static void
add_object (JsonBuilder *builder, const NegLoadedObject *object)
{
  const NegInstance *instance = object->instance;

  json_builder_begin_object (builder);
  neg_json_add_string (builder, "path", neg_blob_get_name (object->blob));
  neg_json_add_string (builder, "sop_class", instance->sop_class_uid);
  neg_json_add_string (builder, "kind", neg_object_kind_get_name (instance->kind));
  neg_json_add_string (builder, "title", instance->document_title ? instance->document_title
                                                                  : instance->series_description);
  json_builder_end_object (builder);
}

static void
add_unreadable (JsonBuilder *builder, const NegUnreadable *unreadable)
{
  json_builder_begin_object (builder);
  neg_json_add_string (builder, "path", unreadable->path);
  neg_json_add_string (builder, "reason", unreadable->error->message);
  neg_json_add_error (builder, unreadable->error);
  json_builder_end_object (builder);
}

static void
print_json (NegLoader *loader)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GListModel *list = neg_loader_get_series (loader);
  GPtrArray *objects = neg_loader_get_objects (loader);
  GPtrArray *unreadable = neg_loader_get_unreadable (loader);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "series");
  json_builder_begin_array (builder);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (list, i);

    add_series (builder, series);
  }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "objects");
  json_builder_begin_array (builder);
  for (guint i = 0; i < objects->len; i++)
    add_object (builder, g_ptr_array_index (objects, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "unreadable");
  json_builder_begin_array (builder);
  for (guint i = 0; i < unreadable->len; i++)
    add_unreadable (builder, g_ptr_array_index (unreadable, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  neg_json_print (builder);
}

static void
print_text (NegLoader *loader)
{
  GListModel *list = neg_loader_get_series (loader);
  GPtrArray *objects = neg_loader_get_objects (loader);
  GPtrArray *unreadable = neg_loader_get_unreadable (loader);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (NegSeries) series = g_list_model_get_item (list, i);
    const NegInstance *instance = neg_series_get_frame (series, 0)->instance;
    const char *const *warnings = neg_series_get_warnings (series);

    g_print ("%-7s %4u x %u x %u  %s\n", neg_series_kind_get_name (neg_series_get_kind (series)),
             neg_series_get_n_frames (series), instance->rows, instance->columns, neg_series_get_title (series));
    for (guint j = 0; warnings != NULL && warnings[j] != NULL; j++)
      g_print ("        ! %s\n", warnings[j]);
  }
  for (guint i = 0; i < objects->len; i++) {
    const NegLoadedObject *object = g_ptr_array_index (objects, i);

    g_print ("%-7s %s\n", neg_object_kind_get_name (object->instance->kind), neg_blob_get_name (object->blob));
  }
  for (guint i = 0; i < unreadable->len; i++) {
    const NegUnreadable *item = g_ptr_array_index (unreadable, i);

    g_print ("%-7s %s: %s\n", _ ("failed"), item->path, item->error->message);
  }
}

/* A folder of a CD holds a player and a leaflet: what is merely no DICOM, and was not named by the person, is listed
 * and fails nothing. */
static gboolean
is_failure (const NegUnreadable *unreadable, const char *const *paths)
{
  return g_strv_contains (paths, unreadable->path)
         || !g_error_matches (unreadable->error, NEG_ERROR, NEG_ERROR_UNREADABLE);
}

static int
exit_status (NegLoader *loader, const char *const *paths)
{
  GPtrArray *unreadable = neg_loader_get_unreadable (loader);
  int status = NEG_EXIT_DONE;

  for (guint i = 0; i < unreadable->len; i++) {
    const NegUnreadable *item = g_ptr_array_index (unreadable, i);

    if (!is_failure (item, paths))
      continue;
    neg_command_fail (item->path, item->error);
    status = NEG_EXIT_FAILED;
  }
  return status;
}

int
neg_command_info (int argc, char **argv)
{
  g_auto (GStrv) paths = NULL;
  gboolean json = FALSE;
  g_autoptr (GError) error = NULL;
  g_autoptr (NegEnginePool) pool = NULL;
  g_autoptr (NegLoader) loader = NULL;

  if (!neg_command_parse (&argc, &argv, NULL, _ ("PATH..."),
                          _ ("What files, folders, DICOMDIRs and ZIPs hold: series as they would be shown, other "
                             "objects, and what could not be read and why."),
                          1, &paths, &json))
    return NEG_EXIT_USAGE;
  pool = neg_engine_pool_new (NULL, &error);
  if (pool == NULL)
    return neg_command_fail ("negatoscope-engine", error);
  loader = neg_loader_new (pool);
  neg_loader_load (loader, (const char *const *) paths);
  neg_loader_wait (loader);
  if (json)
    print_json (loader);
  else
    print_text (loader);
  return exit_status (loader, (const char *const *) paths);
}
