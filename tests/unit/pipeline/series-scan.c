#include "config.h"

#include "series-scan.h"

#include <string.h>

const double series_axial[6] = { 1, 0, 0, 0, 1, 0 };
const double series_coronal[6] = { 1, 0, 0, 0, 0, -1 };
const double series_sagittal[6] = { 0, 1, 0, 0, 0, -1 };

Scan *
scan_new (void)
{
  Scan *scan = g_new0 (Scan, 1);

  scan->instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  scan->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  return scan;
}

void
scan_free (Scan *scan)
{
  g_ptr_array_unref (scan->instances);
  g_ptr_array_unref (scan->blobs);
  g_clear_pointer (&scan->series, g_ptr_array_unref);
  g_free (scan);
}

NegInstance *
scan_add_image (Scan *scan, int number)
{
  NegInstance *instance = neg_instance_new ();
  g_autofree char *path = g_strdup_printf ("/scan/%05u.dcm", scan->instances->len);

  instance->kind = NEG_OBJECT_IMAGE;
  instance->sop_instance_uid = g_strdup_printf ("1.2.3.%d.%u", number, scan->instances->len);
  instance->study_uid = g_strdup ("1.2");
  instance->series_uid = g_strdup ("1.2.3");
  instance->modality = g_strdup ("CT");
  instance->series_description = g_strdup ("Thorax 1.0");
  instance->has_series_number = TRUE;
  instance->series_number = 3;
  instance->has_instance_number = TRUE;
  instance->instance_number = number;
  instance->rows = instance->columns = 64;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new (NegFrameInfo, 1);
  neg_frame_info_init (&instance->frame_infos[0]);
  g_ptr_array_add (scan->instances, instance);
  g_ptr_array_add (scan->blobs, neg_blob_new_for_path (path));
  return instance;
}

void
series_set_place (NegFrameInfo *info, const double orientation[6], double x, double y, double z)
{
  info->has_position = info->has_orientation = TRUE;
  memcpy (info->orientation, orientation, sizeof info->orientation);
  info->position_mm[0] = x;
  info->position_mm[1] = y;
  info->position_mm[2] = z;
}

NegInstance *
scan_add_slice (Scan *scan, int number, double z)
{
  NegInstance *instance = scan_add_image (scan, number);

  series_set_place (&instance->frame_infos[0], series_axial, -100, -100, z);
  return instance;
}

void
series_make_frames (NegInstance *instance, guint n_frames, guint n_infos)
{
  instance->frames = n_frames;
  instance->n_frame_infos = n_infos;
  instance->frame_infos = g_renew (NegFrameInfo, instance->frame_infos, n_infos);
  for (guint i = 0; i < n_infos; i++)
    neg_frame_info_init (&instance->frame_infos[i]);
}

void
scan_build (Scan *scan, guint n_expected)
{
  g_clear_pointer (&scan->series, g_ptr_array_unref);
  scan->series = neg_series_build (scan->instances, scan->blobs);
  for (guint i = 0; i < scan->series->len; i++)
    g_test_message ("%s", neg_series_get_title (g_ptr_array_index (scan->series, i)));
  g_assert_cmpuint (scan->series->len, ==, n_expected);
}

NegSeries *
scan_get (Scan *scan, guint index)
{
  return g_ptr_array_index (scan->series, index);
}

/* The instance numbers of a series as text: "3 1 2". */
static char *
dup_numbers (NegSeries *series)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < neg_series_get_n_frames (series); i++)
    g_string_append_printf (text, "%s%d", i ? " " : "", neg_series_get_frame (series, i)->instance->instance_number);
  return g_string_free (text, FALSE);
}

void
scan_assert_series (Scan *scan, guint index, NegSeriesKind kind, const char *numbers, const char *title)
{
  NegSeries *series = scan_get (scan, index);
  g_autofree char *found = dup_numbers (series);

  g_assert_cmpstr (found, ==, numbers);
  g_assert_cmpint (neg_series_get_kind (series), ==, kind);
  g_assert_cmpstr (neg_series_get_title (series), ==, title);
}

void
series_assert_warnings (NegSeries *series, const char *expected)
{
  g_autofree char *joined = g_strjoinv ("|", (char **) neg_series_get_warnings (series));

  g_assert_cmpstr (joined, ==, expected);
}
