/* Planes through volumes, drawn by OpenGL without a window and by the processor: at most one grey level apart, but where
 * a place lies on the edge of something, on either side with the same right. */
#include "config.h"

#include <epoxy/gl.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "render/neg-gl-volume.h"
#include "volume-scene.h"

#define N_SCENES 40

/* How far from an edge a place counts as on it. */
#define EDGE_VOXELS 2e-6

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

static guint8 *
new_picture (const VolumeScene *scene, NegPicture *picture)
{
  *picture = (NegPicture){
    .width = scene->width,
    .height = scene->height,
    .stride = scene->width * scene->channels + 3,
    .channels = scene->channels,
  };
  picture->pixels = g_malloc (picture->stride * picture->height);
  memset (picture->pixels, 0x55, picture->stride * picture->height);
  return picture->pixels;
}

static NegGlVolume *
upload (NegVolume *volume)
{
  g_autoptr (GError) error = NULL;
  NegGlVolume *gl = neg_gl_volume_new (shared_device, volume, &error);

  g_assert_no_error (error);
  g_assert_true (neg_gl_volume_update (gl, 0));
  return gl;
}

/* FALSE: refused, as a window that single precision does not serve. */
static gboolean
draw_by_gl (const VolumeScene *scene, const NegPicture *picture)
{
  g_autoptr (GError) error = NULL;
  NegGlVolume *base = upload (scene->base.volume);
  NegGlVolume *over = scene->over.volume ? upload (scene->over.volume) : NULL;
  gboolean drawn = neg_gl_volume_draw_to_picture (shared_device, base, &scene->reformat, &scene->look,
                                                  over ? &scene->fusion : NULL, over, picture, &error);

  if (!drawn)
    g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  neg_gl_volume_free (base);
  neg_gl_volume_free (over);
  return drawn;
}

/* The range of levels that a picture may have. */
typedef struct {
  NegPicture low, high;
} Band;

static void
widen (Band *band, const NegPicture *picture)
{
  for (gsize i = 0; i < picture->stride * picture->height; i++) {
    band->low.pixels[i] = MIN (band->low.pixels[i], picture->pixels[i]);
    band->high.pixels[i] = MAX (band->high.pixels[i], picture->pixels[i]);
  }
}

static void
draw_band (const VolumeScene *scene, Band *band)
{
  g_autofree guint8 *pixels = NULL;
  NegPicture picture;

  new_picture (scene, &band->low);
  new_picture (scene, &band->high);
  volume_scene_draw (scene, &band->low, (double[3]){ 0, 0, 0 }, 0);
  volume_scene_draw (scene, &band->high, (double[3]){ 0, 0, 0 }, 0);
  pixels = new_picture (scene, &picture);
  for (guint i = 0; i < 6; i++) {
    double shift[3] = { 0, 0, 0 };

    shift[i / 2] = i % 2 ? EDGE_VOXELS : -EDGE_VOXELS;
    volume_scene_draw (scene, &picture, shift, 0);
    widen (band, &picture);
  }
  for (int i = -1; i <= 1; i += 2) {
    volume_scene_draw (scene, &picture, (double[3]){ 0, 0, 0 }, i * 4e-6);
    widen (band, &picture);
  }
}

static guint
count_outside (const Band *band, const NegPicture *picture, guint *greatest)
{
  guint n = 0;

  *greatest = 0;
  for (guint row = 0; row < picture->height; row++)
    for (gsize i = row * picture->stride; i < row * picture->stride + picture->width * picture->channels; i++) {
      int below = band->low.pixels[i] - picture->pixels[i], above = picture->pixels[i] - band->high.pixels[i];
      int difference = MAX (MAX (below, above), 0);

      *greatest = MAX (*greatest, (guint) difference);
      n += difference > 1;
    }
  return n;
}

/* TRUE when it was drawn. */
static gboolean
compare (const VolumeScene *scene, const char *what, guint32 seed)
{
  g_autofree guint8 *pixels = NULL;
  g_autofree char *description = NULL;
  NegPicture by_gl;
  Band band;
  guint n, greatest;

  pixels = new_picture (scene, &by_gl);
  if (!draw_by_gl (scene, &by_gl))
    return FALSE;
  draw_band (scene, &band);
  n = count_outside (&band, &by_gl, &greatest);
  if (n > 0) {
    description = volume_scene_describe (scene);
    g_test_message ("%s", description);
    g_test_fail_printf ("%s, seed %u: %u samples up to %u grey levels apart", what, seed, n, greatest);
  }
  g_free (band.low.pixels);
  g_free (band.high.pixels);
  return TRUE;
}

static void
compare_scenes (NegSampleType type, gboolean holes, guint32 first_seed)
{
  guint n_drawn = 0;

  for (guint32 seed = first_seed; seed < first_seed + N_SCENES; seed++) {
    g_autoptr (VolumeScene) scene = volume_scene_new (seed, type, holes);

    n_drawn += compare (scene, "plane", seed);
  }
  /* What is refused is drawn by the processor; it has to stay the exception. */
  g_test_message ("%u of %u drawn", n_drawn, N_SCENES);
  g_assert_cmpuint (n_drawn, >=, N_SCENES * 3 / 4);
}

static void
test_planes (gconstpointer data)
{
  NegSampleType type = GPOINTER_TO_UINT (data);

  if (need_device ())
    compare_scenes (type, FALSE, 1000 * type);
}

static void
test_holes (gconstpointer data)
{
  NegSampleType type = GPOINTER_TO_UINT (data);

  if (need_device ())
    compare_scenes (type, TRUE, 10000 + 1000 * type);
}

static void
add_for_types (const char *name, GTestDataFunc test)
{
  static const char *const types[] = { "u8", "s8", "u16", "s16", "u32", "s32", "f32" };

  for (guint type = 0; type < G_N_ELEMENTS (types); type++) {
    g_autofree char *path = g_strdup_printf ("/render/volume/%s/%s", name, types[type]);

    g_test_add_data_func (path, GUINT_TO_POINTER (type), test);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  NegGlContext *context;
  int status;

  /* What is laid over a plane is sampled by the fast ways otherwise, which are not the reference. */
  g_setenv ("NEGATOSCOPE_SIMD", "none", FALSE);
  g_test_init (&argc, &argv, NULL);
  context = neg_gl_context_new_surfaceless (&error);
  if (context != NULL)
    shared_device = neg_gl_device_new (&error);
  g_test_message ("%s", shared_device ? neg_gl_device_get_renderer (shared_device) : error->message);
  add_for_types ("planes", test_planes);
  add_for_types ("holes", test_holes);
  status = g_test_run ();
  if (shared_device != NULL)
    neg_gl_device_free (shared_device);
  neg_gl_context_free (context);
  return status;
}
