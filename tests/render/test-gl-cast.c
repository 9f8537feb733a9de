/* Rays through volumes by OpenGL and by the processor: not pixel by pixel the same, but the same to the eye. A mean
 * difference of half a grey level and 99 in 100 samples within four are allowed. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "render/neg-gl-volume.h"

#define N_COLUMNS 40
#define N_ROWS 36
#define N_SLICES 30
#define SIDE_PX 64

#define MEAN_MAX 0.5
#define NEAR_LEVELS 4
#define NEAR_SHARE 0.99

static NegGlDevice *shared_device;

/* FALSE where there is no OpenGL: the test is skipped then. */
static gboolean
need_device (void)
{
  if (shared_device != NULL)
    return TRUE;
  g_test_skip ("no OpenGL 3.3 without a window on this system");
  return FALSE;
}

/* Hounsfield units of a body with two bones in it, one of them beside the middle; air around. */
static double
make_value (double x, double y, double z)
{
  double body = hypot (hypot (x, y), z), bone = hypot (hypot (x - 6, y), z - 2), rod = hypot (y + 8, z + 4);
  double value = -1000 + 1040 / (1 + exp (3 * (body - 15)));

  value += 1100 / (1 + exp (3 * (bone - 4)));
  return value + 700 / (1 + exp (3 * (rod - 2.5)));
}

static void
put_value (void *voxels, NegSampleType type, gsize index, double value)
{
  switch (type) {
  case NEG_SAMPLE_U8:
    ((guint8 *) voxels)[index] = (guint8) ((value + 1000) / 10);
    break;
  case NEG_SAMPLE_U16:
    ((guint16 *) voxels)[index] = (guint16) (value + 1024);
    break;
  case NEG_SAMPLE_F32:
    ((float *) voxels)[index] = (float) value;
    break;
  default:
    ((gint16 *) voxels)[index] = (gint16) value;
    break;
  }
}

/* Slices that lie in the patient at any angle, with a gantry tilt and distances that are not all the same. */
static NegVolume *
make_volume (NegSampleType type, double tilt, double jitter)
{
  NegVolumeSlice slices[N_SLICES];
  NegVolumeLayout layout = {
    .columns = N_COLUMNS,
    .rows = N_ROWS,
    .n_slices = N_SLICES,
    .orientation = { 0.8, 0.6, 0, 0, 0, -1 },
    .spacing_mm = { 0.9, 1.1 },
    .sample_type = type,
    .slices = slices,
  };
  const double normal[3] = { -0.6, 0.8, 0 };
  void *voxels = g_malloc ((gsize) N_COLUMNS * N_ROWS * N_SLICES * neg_sample_type_get_bytes (type));
  NegVolume *volume;

  for (guint i = 0; i < N_SLICES; i++) {
    double along_mm = 1.3 * i + jitter * sin (i * 2.1);

    slices[i] = (NegVolumeSlice){ .slope = type == NEG_SAMPLE_U8 ? 10 : 1 };
    slices[i].intercept = type == NEG_SAMPLE_U8 ? -1000 : type == NEG_SAMPLE_U16 ? -1024 : 0;
    for (guint j = 0; j < 3; j++)
      slices[i].origin_mm[j] = 150 - 90.0 * j + along_mm * (normal[j] + tilt * layout.orientation[3 + j]);
    for (gsize k = 0; k < N_COLUMNS * N_ROWS; k++)
      put_value (voxels, type, (gsize) i * N_COLUMNS * N_ROWS + k,
                 make_value ((k % N_COLUMNS - 20.0) * 0.9, (k / (double) N_COLUMNS - 18) * 1.1 + tilt * (along_mm - 19),
                             along_mm - 19));
  }
  volume = neg_volume_new (&layout, voxels, voxels, g_free, NULL);
  for (guint i = 0; i < N_SLICES; i++)
    neg_volume_set_state (volume, i, NEG_SLICE_READY);
  return volume;
}

static void
init_picture (NegPicture *picture, guint channels)
{
  *picture = (NegPicture){ SIDE_PX, SIDE_PX, SIDE_PX * channels, channels, g_malloc0 (SIDE_PX * SIDE_PX * channels) };
}

/* Something is seen: a black picture is like any other black one. */
static void
assert_seen (const NegPicture *picture)
{
  guint n = 0;

  for (gsize i = 0; i < picture->stride * picture->height; i += picture->channels)
    n += picture->pixels[i] > 40;
  g_assert_cmpuint (n, >, SIDE_PX * SIDE_PX / 50);
}

static void
assert_alike (const char *what, const NegPicture *one, const NegPicture *other)
{
  gsize n = one->stride * one->height, n_near = 0;
  double sum = 0;

  for (gsize i = 0; i < n; i++) {
    int difference = abs (one->pixels[i] - other->pixels[i]);

    sum += difference;
    n_near += difference <= NEAR_LEVELS;
  }
  g_test_message ("%s: mean %.3f, near %.4f", what, sum / n, (double) n_near / n);
  g_assert_cmpfloat (sum / n, <, MEAN_MAX);
  g_assert_cmpfloat ((double) n_near / n, >=, NEAR_SHARE);
}

static void
compare (const char *what, NegVolume *volume, const NegRaycast *raycast, guint channels)
{
  g_autoptr (GError) error = NULL;
  NegGlVolume *gl = neg_gl_volume_new (shared_device, volume, &error);
  NegPicture by_cpu, by_gl;

  g_assert_no_error (error);
  g_assert_true (neg_gl_volume_update (gl, 0));
  init_picture (&by_cpu, channels);
  init_picture (&by_gl, channels);
  neg_raycast_draw_rows (raycast, volume, &by_cpu, 1, 0, SIDE_PX);
  neg_gl_volume_cast_to_picture (shared_device, gl, raycast, &by_gl, &error);
  g_assert_no_error (error);
  assert_seen (&by_cpu);
  assert_alike (what, &by_cpu, &by_gl);
  neg_gl_volume_free (gl);
  g_free (by_cpu.pixels);
  g_free (by_gl.pixels);
}

static void
init_look (NegRaycast *raycast, const NegVolume *volume, NegRaycastPreset preset)
{
  neg_raycast_init (raycast, volume, preset, TRUE);
  raycast->pixel_mm = 0.8;
  neg_raycast_turn (raycast, 37, 22);
}

static void
test_presets (gconstpointer data)
{
  g_autoptr (NegVolume) volume = NULL;

  if (!need_device ())
    return;
  volume = make_volume (GPOINTER_TO_UINT (data), 0, 0);
  for (guint preset = 0; preset < NEG_RAYCAST_N; preset++) {
    NegRaycast raycast;

    init_look (&raycast, volume, preset);
    compare (neg_raycast_preset_get_name (preset), volume, &raycast, 4);
  }
}

/* One clip at a slant, and two that make a corner. */
static void
test_clips (void)
{
  g_autoptr (NegVolume) volume = NULL;
  NegRaycast raycast;

  if (!need_device ())
    return;
  volume = make_volume (NEG_SAMPLE_S16, 0, 0);
  init_look (&raycast, volume, NEG_RAYCAST_SKIN);
  for (guint i = 0; i < 3; i++) {
    const double axes[3][3] = { { 0.48, -0.64, 0.6 }, { -0.28, 0.96, 0 }, { 0, 0.6, -0.8 } };
    NegClip *clip = &raycast.clips[raycast.n_clips++];

    memcpy (clip->normal, axes[i], sizeof clip->normal);
    clip->distance_mm = 2 + axes[i][0] * raycast.middle_mm[0] + axes[i][1] * raycast.middle_mm[1]
                        + axes[i][2] * raycast.middle_mm[2];
    compare ("clips", volume, &raycast, 4);
  }
}

/* Tilted slices at distances that differ, some of them missing; and padding. */
static void
test_irregular (void)
{
  g_autoptr (NegVolume) volume = NULL;
  NegRaycast raycast;

  if (!need_device ())
    return;
  volume = make_volume (NEG_SAMPLE_S16, 0.4, 0.25);
  init_look (&raycast, volume, NEG_RAYCAST_SKIN);
  compare ("tilt", volume, &raycast, 4);
  for (guint i = 12; i < 15; i++)
    neg_volume_set_state (volume, i, NEG_SLICE_FAILED);
  compare ("missing", volume, &raycast, 4);
  volume->padding = (NegPadding){ TRUE, -500, 0 };
  compare ("padding", volume, &raycast, 4);
}

static void
test_grey_mip (void)
{
  g_autoptr (NegVolume) volume = NULL;
  NegRaycast raycast;

  if (!need_device ())
    return;
  volume = make_volume (NEG_SAMPLE_U16, 0, 0);
  init_look (&raycast, volume, NEG_RAYCAST_MIP);
  raycast.inverted = TRUE;
  compare ("inverted", volume, &raycast, 1);
  raycast.inverted = FALSE;
  raycast.scale = 0.01;
  raycast.voi = (NegVoi){ .function = NEG_VOI_SIGMOID, .center = 3, .width = 9 };
  compare ("sigmoid", volume, &raycast, 1);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NegVolume) volume = NULL;
  NegGlVolume *gl;
  NegRaycast raycast;
  NegPicture picture;

  if (!need_device ())
    return;
  volume = make_volume (NEG_SAMPLE_S16, 0, 0);
  gl = neg_gl_volume_new (shared_device, volume, &error);
  g_assert_no_error (error);
  init_picture (&picture, 4);
  init_look (&raycast, volume, NEG_RAYCAST_BONE);
  raycast.step_mm = NAN;
  g_assert_false (neg_gl_volume_cast_to_picture (shared_device, gl, &raycast, &picture, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  raycast.step_mm = 1;
  raycast.n_stops = 1;
  g_assert_false (neg_gl_volume_cast_to_picture (shared_device, gl, &raycast, &picture, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  neg_gl_volume_free (gl);
  g_free (picture.pixels);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  NegGlContext *context;
  int status;

  g_test_init (&argc, &argv, NULL);
  context = neg_gl_context_new_surfaceless (&error);
  if (context != NULL)
    shared_device = neg_gl_device_new (&error);
  g_test_message ("%s", shared_device ? neg_gl_device_get_renderer (shared_device) : error->message);
  g_test_add_data_func ("/render/cast/u8", GUINT_TO_POINTER (NEG_SAMPLE_U8), test_presets);
  g_test_add_data_func ("/render/cast/u16", GUINT_TO_POINTER (NEG_SAMPLE_U16), test_presets);
  g_test_add_data_func ("/render/cast/s16", GUINT_TO_POINTER (NEG_SAMPLE_S16), test_presets);
  g_test_add_data_func ("/render/cast/f32", GUINT_TO_POINTER (NEG_SAMPLE_F32), test_presets);
  g_test_add_func ("/render/cast/clips", test_clips);
  g_test_add_func ("/render/cast/irregular", test_irregular);
  g_test_add_func ("/render/cast/mip", test_grey_mip);
  g_test_add_func ("/render/cast/refused", test_refused);
  status = g_test_run ();
  if (shared_device != NULL)
    neg_gl_device_free (shared_device);
  neg_gl_context_free (context);
  return status;
}
