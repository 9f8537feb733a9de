#include "volume-files.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "engine-client.h"
#include "support/neg-test-object.h"

void
files_set_up (Files *files, guint n_engines)
{
  const NegEnginePoolOptions options = { .n_engines = n_engines };
  g_autoptr (GError) error = NULL;

  files->folder = neg_test_folder_new ();
  files->scan = scan_new ();
  files->pool = neg_engine_pool_new (&options, &error);
  g_assert_no_error (error);
}

void
files_tear_down (Files *files)
{
  g_clear_pointer (&files->pool, neg_engine_pool_free);
  g_clear_pointer (&files->scan, scan_free);
  neg_test_folder_remove (files->folder);
  g_clear_pointer (&files->folder, g_free);
}

static char *
dup_path (Files *files, guint number)
{
  g_autofree char *name = g_strdup_printf ("%05u", number);

  return g_build_filename (files->folder, name, NULL);
}

guint16
files_value (guint number, guint x, guint y)
{
  return neg_test_object_value (0, x, y) + 257 * number;
}

/* The pixels are the end of the file. */
static void
write_slice (Files *files, guint number)
{
  NegTestObject object = { FILES_SIDE_PX, FILES_SIDE_PX, 1, number + 1, 2.0 * number, NULL };
  g_autoptr (GByteArray) bytes = neg_test_object_new (&object);
  g_autofree char *path = dup_path (files, number);
  guint8 *next = bytes->data + bytes->len - FILES_SLICE_BYTES;

  for (guint y = 0; y < FILES_SIDE_PX; y++)
    for (guint x = 0; x < FILES_SIDE_PX; x++, next += 2) {
      next[0] = files_value (number, x, y) & 255;
      next[1] = files_value (number, x, y) >> 8;
    }
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
}

/* The instance that was added last is of the file at @path, and its pixels are 1 mm large. */
static void
set_file (Files *files, const char *path)
{
  NegInstance *instance = g_ptr_array_index (files->scan->instances, files->scan->instances->len - 1);
  gpointer *blob = &g_ptr_array_index (files->scan->blobs, files->scan->blobs->len - 1);

  neg_blob_unref (*blob);
  *blob = neg_blob_new_for_path (path);
  instance->rows = instance->columns = FILES_SIDE_PX;
  for (guint i = 0; i < instance->n_frame_infos; i++) {
    instance->frame_infos[i].has_spacing = TRUE;
    instance->frame_infos[i].spacing_mm[0] = instance->frame_infos[i].spacing_mm[1] = 1;
  }
}

NegInstance *
files_add (Files *files, guint number)
{
  g_autofree char *path = dup_path (files, number);
  NegInstance *instance = scan_add_slice (files->scan, number + 1, 2.0 * number);

  write_slice (files, number);
  set_file (files, path);
  return instance;
}

void
files_add_many (Files *files, guint first, guint end)
{
  const guint step = 7; /* no divisor of what is asked for */

  for (guint i = 0; i < end - first; i++)
    files_add (files, first + i * step % (end - first));
}

NegInstance *
files_add_frames (Files *files, guint n, const double *z_mm)
{
  NegTestObject object = { FILES_SIDE_PX, FILES_SIDE_PX, n, 1, 0, NULL };
  g_autofree char *path = neg_test_object_write (&object, files->folder, "frames");
  NegInstance *instance = scan_add_image (files->scan, 1);

  series_make_frames (instance, n, n);
  for (guint i = 0; i < n; i++)
    series_set_place (&instance->frame_infos[i], series_axial, -100, -100, z_mm[i]);
  set_file (files, path);
  return instance;
}

NegSeries *
files_build (Files *files)
{
  scan_build (files->scan, 1);
  return g_object_ref (scan_get (files->scan, 0));
}

void
files_remove (Files *files, guint number)
{
  g_autofree char *path = dup_path (files, number);

  g_assert_cmpint (g_remove (path), ==, 0);
}

void
files_truncate (Files *files, guint number)
{
  g_autofree char *path = dup_path (files, number);
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (path, bytes, length - 100, NULL));
}

gboolean
files_is_slice (const void *pixels, guint number)
{
  const guint16 *values = pixels;

  for (guint y = 0; y < FILES_SIDE_PX; y++)
    for (guint x = 0; x < FILES_SIDE_PX; x++)
      if (values[y * FILES_SIDE_PX + x] != files_value (number, x, y))
        return FALSE;
  return TRUE;
}

void
files_signal_engines (int number)
{
  g_autoptr (GArray) pids = client_engine_pids ();

  for (guint i = 0; i < pids->len; i++)
    kill (g_array_index (pids, pid_t, i), number);
}

NegVolumeLoad *
files_load (Files *files, NegFrameStore *store, NegSeries *series)
{
  g_autoptr (GError) error = NULL;
  NegVolumeLoad *load = neg_volume_load_new (files->pool, store, series, &error);

  g_assert_no_error (error);
  return load;
}

const void *
files_get_voxels (NegVolumeLoad *load, guint slice)
{
  NegVolume *volume = neg_volume_load_get_volume (load);

  return volume->voxels + slice * volume->slice_bytes;
}

/* Every slice is the image that lies there. */
void
files_assert_slices (NegVolumeLoad *load, guint n)
{
  NegVolume *volume = neg_volume_load_get_volume (load);

  g_assert_cmpuint (volume->n_slices, ==, n);
  g_assert_true (neg_volume_is_complete (volume));
  g_assert_cmpuint (neg_volume_load_get_n_ready (load), ==, n);
  for (guint slice = 0; slice < n; slice++) {
    g_assert_cmpuint (neg_volume_load_get_slice (load, neg_volume_load_get_index (load, slice)), ==, slice);
    g_assert_true (files_is_slice (files_get_voxels (load, slice), slice));
  }
}

/* The store shows the volume's own memory. */
void
files_assert_shared (NegVolumeLoad *load, NegFrameStore *store)
{
  NegSeries *series = neg_volume_load_get_series (load);

  for (guint i = 0; i < neg_series_get_n_frames (series); i++) {
    g_autoptr (NegPixels) pixels = neg_frame_store_peek (store, series, i);

    g_assert_nonnull (pixels);
    g_assert_true (neg_pixels_get_frame (pixels)->pixels
                   == files_get_voxels (load, neg_volume_load_get_slice (load, i)));
  }
  g_assert_cmpuint (neg_frame_store_get_bytes (store), ==, 0);
}

void
files_wish_for (NegFrameStore *store, NegSeries *series, guint index)
{
  const NegFrameWish wish = { series, index, 1, TRUE };

  neg_frame_store_set_wishes (store, &wish, 1);
}
