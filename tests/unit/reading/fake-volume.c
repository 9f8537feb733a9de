#include "fake-volume.h"

NegVolume *
fake_volume_new (const double *places_mm, guint n, double tilt)
{
  g_autofree NegVolumeSlice *slices = g_new0 (NegVolumeSlice, n);
  gsize n_voxels = (gsize) n * FAKE_VOLUME_ROWS * FAKE_VOLUME_COLUMNS;
  guint16 *voxels = g_new (guint16, n_voxels);
  NegVolumeLayout layout = { .columns = FAKE_VOLUME_COLUMNS, .rows = FAKE_VOLUME_ROWS, .n_slices = n,
                             .orientation = { 1, 0, 0, 0, 1, 0 }, .spacing_mm = { 0.5, 0.8 },
                             .sample_type = NEG_SAMPLE_U16, .slices = slices };
  g_autoptr (GError) error = NULL;
  NegVolume *volume;

  for (guint i = 0; i < n; i++)
    slices[i] = (NegVolumeSlice){ .origin_mm = { -10, -20 + tilt * places_mm[i], places_mm[i] }, .slope = 1 };
  for (gsize i = 0; i < n_voxels; i++)
    voxels[i] = (guint16) (i % FAKE_VOLUME_COLUMNS + 100 * (i / FAKE_VOLUME_COLUMNS % FAKE_VOLUME_ROWS)
                           + 10000 * (i / (FAKE_VOLUME_COLUMNS * FAKE_VOLUME_ROWS)));
  volume = neg_volume_new (&layout, voxels, voxels, g_free, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    neg_volume_set_state (volume, i, NEG_SLICE_READY);
  return volume;
}

NegVolume *
fake_volume_new_even (guint n)
{
  g_autofree double *places_mm = g_new (double, n);

  for (guint i = 0; i < n; i++)
    places_mm[i] = 5 + 2.0 * i;
  return fake_volume_new (places_mm, n, 0);
}
