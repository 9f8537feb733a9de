/* Planes through volumes, drawn by OpenGL without a window and by the processor: at most one grey level apart, but where
 * a place lies on the edge of something, on either side with the same right. */
#include "config.h"

#include <epoxy/gl.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "render/neg-gl-volume.h"
#include "volume-scene.h"

#define N_SCENES 20

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

/* ---- bricks */

static void
draw_uploaded (NegGlVolume *gl, const VolumeScene *scene, const NegPicture *picture)
{
  g_autoptr (GError) error = NULL;

  neg_gl_volume_draw_to_picture (shared_device, gl, &scene->reformat, &scene->look, NULL, NULL, picture, &error);
  g_assert_no_error (error);
}

/* A scene that is a plain one: linear, one sample, nothing over it. */
static VolumeScene *
new_plain_scene (guint32 seed, gboolean holes)
{
  VolumeScene *scene;

  /* Some are too small to be cut. */
  for (scene = volume_scene_new (seed, NEG_SAMPLE_S16, holes);
       scene->over.volume != NULL || MIN (scene->base.volume->columns, scene->base.volume->rows) < 16
       || scene->base.volume->n_slices < 10 || scene->base.volume->padding.active;
       scene = volume_scene_new (++seed, NEG_SAMPLE_S16, holes))
    volume_scene_free (scene);
  scene->look.voi = (NegVoi){ .function = NEG_VOI_LINEAR, .center = 100, .width = 40000 };
  return scene;
}

/* Cut into pieces or not: the same to the last bit, with missing slices too. */
static void
test_bricks (void)
{
  static const char *const edges[] = { "24", "13", "7" };

  if (!need_device ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (edges); i++) {
    g_autoptr (VolumeScene) scene = new_plain_scene (700 + 50 * i, i % 2);
    g_autofree guint8 *whole_pixels = NULL, *cut_pixels = NULL;
    g_autoptr (GError) error = NULL;
    NegPicture whole, cut;
    NegGlVolume *gl = upload (scene->base.volume);

    whole_pixels = new_picture (scene, &whole);
    cut_pixels = new_picture (scene, &cut);
    draw_uploaded (gl, scene, &whole);
    neg_gl_volume_free (gl);
    g_setenv ("NEGATOSCOPE_GL_BRICK", edges[i], TRUE);
    gl = neg_gl_volume_new (shared_device, scene->base.volume, &error);
    g_unsetenv ("NEGATOSCOPE_GL_BRICK");
    if (gl == NULL) {
      /* More of them than there are texture units. */
      g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
      g_assert_cmpuint (i, ==, G_N_ELEMENTS (edges) - 1);
      continue;
    }
    g_assert_true (neg_gl_volume_update (gl, 0));
    draw_uploaded (gl, scene, &cut);
    g_assert_cmpmem (cut_pixels, cut.stride * cut.height, whole_pixels, whole.stride * whole.height);
    neg_gl_volume_free (gl);
  }
}

/* ---- slices that arrive */

/* A few slices a time; each time the picture is that of the slices that are there. */
static void
test_arrival (void)
{
  g_autoptr (VolumeScene) scene = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *pixels = NULL, *expected_pixels = NULL;
  NegPicture picture, expected;
  NegVolume *volume;
  NegGlVolume *gl;
  guint n_rounds = 0;

  if (!need_device ())
    return;
  scene = new_plain_scene (900, FALSE);
  volume = scene->base.volume;
  pixels = new_picture (scene, &picture);
  expected_pixels = new_picture (scene, &expected);
  gl = neg_gl_volume_new (shared_device, volume, &error);
  g_assert_no_error (error);
  while (!neg_gl_volume_update (gl, 3 * volume->slice_bytes))
    n_rounds++;
  g_assert_cmpuint (n_rounds, ==, (volume->n_slices - 1) / 3);
  g_assert_true (neg_gl_volume_update (gl, 1));
  for (guint i = 0; i < 3; i++) {
    neg_volume_set_state (volume, i * 2 + 1, i == 2 ? NEG_SLICE_FAILED : NEG_SLICE_WAITING);
    g_assert_true (neg_gl_volume_update (gl, 0));
    volume_scene_draw (scene, &expected, (double[3]){ 0, 0, 0 }, 0);
    draw_uploaded (gl, scene, &picture);
    for (gsize j = 0; j < picture.stride * picture.height; j++)
      g_assert_cmpint (abs (pixels[j] - expected_pixels[j]), <=, 1);
  }
  neg_gl_volume_free (gl);
}

/* Each slice is one upload; another window, opacity or curve none, another plane one of coordinates. */
static void
test_uploads (void)
{
  g_autoptr (VolumeScene) scene = NULL;
  g_autofree guint8 *pixels = NULL;
  NegPicture picture;
  NegGlVolume *gl;
  guint64 n;

  if (!need_device ())
    return;
  scene = new_plain_scene (1000, FALSE);
  pixels = new_picture (scene, &picture);
  n = neg_gl_device_get_n_uploads (shared_device);
  gl = upload (scene->base.volume);
  /* And three tables: where the slices are, that none of them are there, and that all are. */
  g_assert_cmpuint (neg_gl_device_get_n_uploads (shared_device), ==, n + scene->base.volume->n_slices + 3);
  draw_uploaded (gl, scene, &picture);
  n = neg_gl_device_get_n_uploads (shared_device);
  for (guint i = 0; i < 20; i++) {
    scene->look.voi.center += 10;
    scene->look.voi.width += 7;
    g_assert_true (neg_gl_volume_update (gl, 0));
    draw_uploaded (gl, scene, &picture);
  }
  g_assert_cmpuint (neg_gl_device_get_n_uploads (shared_device), ==, n);
  scene->reformat.origin_mm[0] += 0.5;
  draw_uploaded (gl, scene, &picture);
  g_assert_cmpuint (neg_gl_device_get_n_uploads (shared_device), ==, n + 1);
  neg_gl_volume_free (gl);
}

/* ---- the rest */

static GLuint
bind_framebuffer (GLuint *renderbuffer, guint size)
{
  GLuint framebuffer;

  glGenFramebuffers (1, &framebuffer);
  glGenRenderbuffers (1, renderbuffer);
  glBindRenderbuffer (GL_RENDERBUFFER, *renderbuffer);
  glRenderbufferStorage (GL_RENDERBUFFER, GL_RGBA8, size, size);
  glBindFramebuffer (GL_FRAMEBUFFER, framebuffer);
  glFramebufferRenderbuffer (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, *renderbuffer);
  return framebuffer;
}

static void
assert_nothing_bound (void)
{
  GLint units = 0, bound = 0;

  glGetIntegerv (GL_MAX_TEXTURE_IMAGE_UNITS, &units);
  for (gint i = 0; i < units; i++) {
    glActiveTexture (GL_TEXTURE0 + i);
    glGetIntegerv (GL_TEXTURE_BINDING_3D, &bound);
    g_assert_cmpint (bound, ==, 0);
  }
  glGetIntegerv (GL_CURRENT_PROGRAM, &bound);
  g_assert_cmpint (bound, ==, 0);
}

/* What others left on must not show, what is outside the rectangle must stay, and what was bound comes back; rows that GL
 * counts from below are those of a picture. */
static void
test_rectangle_and_state (void)
{
  g_autoptr (VolumeScene) scene = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *pixels = NULL, *expected_pixels = NULL;
  GLint viewport[4], bound = 0;
  GLuint framebuffer, renderbuffer;
  NegPicture expected;
  NegGlVolume *gl;

  if (!need_device ())
    return;
  scene = new_plain_scene (1100, TRUE);
  scene->channels = 4;
  expected_pixels = new_picture (scene, &expected);
  gl = upload (scene->base.volume);
  draw_uploaded (gl, scene, &expected);
  framebuffer = bind_framebuffer (&renderbuffer, 80);
  glViewport (1, 2, 3, 4);
  glClearColor (1, 0, 1, 1);
  glClear (GL_COLOR_BUFFER_BIT);
  glEnable (GL_BLEND);
  glBlendFunc (GL_ZERO, GL_ZERO);
  glEnable (GL_SCISSOR_TEST);
  glScissor (0, 0, 1, 1);
  /* Another plane first: what is kept of the one before must not be taken for it. */
  scene->reformat.origin_mm[0] += 1;
  g_assert_true (neg_gl_volume_draw (shared_device, gl, &scene->reformat, &scene->look, NULL, NULL, 3, 5, scene->width,
                                     scene->height, &error));
  scene->reformat.origin_mm[0] -= 1;
  g_assert_true (neg_gl_volume_draw (shared_device, gl, &scene->reformat, &scene->look, NULL, NULL, 3, 5, scene->width,
                                     scene->height, &error));
  g_assert_no_error (error);
  glGetIntegerv (GL_VIEWPORT, viewport);
  g_assert_cmpint (viewport[3], ==, 4);
  glGetIntegerv (GL_DRAW_FRAMEBUFFER_BINDING, &bound);
  g_assert_cmpint (bound, ==, framebuffer);
  assert_nothing_bound ();
  pixels = g_malloc (80 * 80 * 4);
  glPixelStorei (GL_PACK_ALIGNMENT, 1);
  glReadPixels (0, 0, 80, 80, GL_BGRA, GL_UNSIGNED_BYTE, pixels);
  for (guint y = 0; y < 80; y++)
    for (guint x = 0; x < 80; x++) {
      const guint8 *pixel = pixels + 4 * (80 * y + x);
      gboolean is_inside = x >= 3 && x < 3 + scene->width && y >= 5 && y < 5 + scene->height;

      if (is_inside)
        g_assert_cmpmem (pixel, 4, expected_pixels + (scene->height - 1 - (y - 5)) * expected.stride + 4 * (x - 3), 4);
      else
        g_assert_cmpmem (pixel, 4, "\xff\x00\xff\xff", 4);
    }
  neg_gl_volume_free (gl);
  glDisable (GL_BLEND);
  glDisable (GL_SCISSOR_TEST);
  glBindFramebuffer (GL_FRAMEBUFFER, 0);
  glDeleteFramebuffers (1, &framebuffer);
  glDeleteRenderbuffers (1, &renderbuffer);
}

static void
assert_refused (NegGlVolume *gl, const VolumeScene *scene, const NegFusion *fusion, const NegPicture *picture)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (neg_gl_volume_draw_to_picture (shared_device, gl, &scene->reformat, &scene->look, fusion,
                                                 fusion ? gl : NULL, picture, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
}

static void
test_refused (void)
{
  g_autoptr (VolumeScene) scene = NULL;
  g_autofree guint8 *pixels = NULL;
  NegPicture picture;
  NegFusion fusion;
  NegGlVolume *gl;

  if (!need_device ())
    return;
  scene = new_plain_scene (1200, FALSE);
  scene->channels = 1;
  pixels = new_picture (scene, &picture);
  gl = upload (scene->base.volume);
  draw_uploaded (gl, scene, &picture);
  fusion = (NegFusion){ scene->base.volume, scene->look.voi, 1, NEG_COLOR_MAP_PET, 0.5, NEG_PROJECTION_MIP };
  assert_refused (gl, scene, &fusion, &picture);
  scene->reformat.interpolation = NEG_INTERPOLATION_CUBIC;
  assert_refused (gl, scene, NULL, &picture);
  scene->reformat.interpolation = NEG_INTERPOLATION_LINEAR;
  scene->reformat.origin_mm[1] = NAN;
  assert_refused (gl, scene, NULL, &picture);
  scene->reformat.origin_mm[1] = 1e12;
  assert_refused (gl, scene, NULL, &picture);
  scene->reformat.origin_mm[1] = 0;
  scene->look.voi.width = 2;
  assert_refused (gl, scene, NULL, &picture);
  neg_gl_volume_free (gl);
}

static void
test_type_refused (void)
{
  static const double voxels[2] = { 1, 2 };
  const NegVolumeSlice slices[2] = { { .slope = 1 }, { .slope = 1, .origin_mm = { 0, 0, 1 } } };
  NegVolumeLayout layout = { 1, 1, 2, { 1, 0, 0, 0, 1, 0 }, { 1, 1 }, NEG_SAMPLE_F64, { 0 }, NULL, slices };
  g_autoptr (GError) error = NULL;
  g_autoptr (NegVolume) volume = NULL;

  if (!need_device ())
    return;
  volume = neg_volume_new (&layout, voxels, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (neg_gl_volume_new (shared_device, volume, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
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
  g_test_add_func ("/render/volume/bricks", test_bricks);
  g_test_add_func ("/render/volume/arrival", test_arrival);
  g_test_add_func ("/render/volume/uploads", test_uploads);
  g_test_add_func ("/render/volume/rectangle-and-state", test_rectangle_and_state);
  g_test_add_func ("/render/volume/refused", test_refused);
  g_test_add_func ("/render/volume/type-refused", test_type_refused);
  status = g_test_run ();
  if (shared_device != NULL)
    neg_gl_device_free (shared_device);
  neg_gl_context_free (context);
  return status;
}
