#include "slices.h"

#include "support/neg-test-object.h"

void
slices_set_up (Slices *slices, guint n_series, guint n_slices)
{
  g_autoptr (GError) error = NULL;

  slices->folder = neg_test_folder_new ();
  for (guint series = 0; series < n_series; series++) {
    g_autofree char *uid = g_strdup_printf ("2.25.20.%u", series);

    for (guint i = 0; i < n_slices; i++) {
      NegTestObject object = { SLICES_SIDE_PX, SLICES_SIDE_PX, 1, i + 1, 2.0 * i, uid };
      g_autofree char *name = g_strdup_printf ("slice-%u-%04u", series, (i * 7) % n_slices);

      g_free (neg_test_object_write (&object, slices->folder, name));
    }
  }
  slices->pool = neg_engine_pool_new (NULL, &error);
  g_assert_no_error (error);
  slices->loader = neg_loader_new (slices->pool);
  neg_loader_load (slices->loader, (const char *[]){ slices->folder, NULL });
  neg_loader_wait (slices->loader);
  g_assert_cmpuint (g_list_model_get_n_items (neg_loader_get_series (slices->loader)), ==, n_series);
}

void
slices_tear_down (Slices *slices)
{
  g_clear_object (&slices->loader);
  g_clear_pointer (&slices->pool, neg_engine_pool_free);
  neg_test_folder_remove (slices->folder);
  g_clear_pointer (&slices->folder, g_free);
}

NegSeries *
slices_get_series (Slices *slices, guint index)
{
  return g_list_model_get_item (neg_loader_get_series (slices->loader), index);
}

void
slices_truncate (NegSeries *series, guint index)
{
  const char *path = neg_blob_get_name (neg_series_get_frame (series, index)->blob);
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, length - 100, NULL));
}
