/* The two ways to draw, against each other: OpenGL without a window and the CPU reference, at most one grey level
 * apart on every pixel of random scenes. And OpenGL against itself, where a frame that is mirrored or turned must give
 * the same picture. */
#include "config.h"

#include <epoxy/gl.h>
#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "render/neg-gl.h"
#include "scene.h"

#define N_SCENES 120


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
new_picture (const Scene *scene, NegPicture *picture)
{
  *picture = (NegPicture){
    .width = scene->width,
    .height = scene->height,
    .stride = scene->width * scene->channels + 5,
    .channels = scene->channels,
  };
  picture->pixels = g_malloc (picture->stride * picture->height);
  memset (picture->pixels, 0x55, picture->stride * picture->height);
  return picture->pixels;
}

static void
draw_by_gl (const Scene *scene, const NegPicture *picture)
{
  g_autoptr (GError) error = NULL;
  NegGlImage *image = neg_gl_image_new (shared_device, &scene->frame, &error);
  gboolean drawn;

  g_assert_no_error (error);
  drawn = neg_gl_draw_to_picture (shared_device, image, &scene->draw, picture, &error);
  g_assert_no_error (error);
  g_assert_true (drawn);
  neg_gl_image_free (image);
}

static guint
greatest_difference (const NegPicture *one, const NegPicture *other)
{
  guint greatest = 0;

  for (guint row = 0; row < one->height; row++)
    for (gsize i = 0; i < (gsize) one->width * one->channels; i++)
      greatest = MAX (greatest, (guint) abs (one->pixels[row * one->stride + i] - other->pixels[row * other->stride + i]));
  return greatest;
}

static void
append_row (GString *out, const NegPicture *picture, guint row)
{
  for (guint column = 0; column < picture->width; column++) {
    const guint8 *pixel = picture->pixels + row * picture->stride + (gsize) column * picture->channels;
    guint8 rgb[3] = { pixel[0], pixel[0], pixel[0] };

    if (picture->channels == 3)
      memcpy (rgb, pixel, 3);
    else if (picture->channels == 4)
      memcpy (rgb, ((guint8[]){ pixel[2], pixel[1], pixel[0] }), 3);
    g_string_append_len (out, (char *) rgb, 3);
  }
}

/* Both pictures side by side into the build folder, for a person to look at. */
static char *
save_pictures (const char *name, const NegPicture *one, const NegPicture *other)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *folder = g_getenv ("NEGATOSCOPE_BUILD");
  char *path = g_strdup_printf ("%s/%s.ppm", folder ? folder : ".", name);

  g_string_append_printf (out, "P6\n%u %u\n255\n", 2 * one->width, one->height);
  for (guint row = 0; row < one->height; row++) {
    append_row (out, one, row);
    append_row (out, other, row);
  }
  g_file_set_contents (path, out->str, out->len, NULL);
  return path;
}

static void
assert_same (const Scene *scene, const char *what, guint32 seed, const NegPicture *one, const NegPicture *other)
{
  guint difference = greatest_difference (one, other);
  g_autofree char *name = NULL, *path = NULL, *description = NULL;

  if (difference <= 1)
    return;
  name = g_strdup_printf ("render-%s-%u", what, seed);
  path = save_pictures (name, one, other);
  description = scene_describe (scene);
  g_test_message ("%s", description);
  g_test_fail_printf ("%s, seed %u: %u grey levels apart, see %s", what, seed, difference, path);
}

static void
compare (Scene *scene, guint32 seed)
{
  g_autofree guint8 *by_cpu_pixels = NULL, *by_gl_pixels = NULL;
  NegPicture by_cpu, by_gl;

  by_cpu_pixels = new_picture (scene, &by_cpu);
  by_gl_pixels = new_picture (scene, &by_gl);
  neg_draw_rows (&scene->draw, &scene->frame, &by_cpu, 0, by_cpu.height);
  draw_by_gl (scene, &by_gl);
  assert_same (scene, "gl-cpu", seed, &by_cpu, &by_gl);
}

static void
compare_scene (SceneKind kind, NegSampleType type, guint32 seed)
{
  g_autoptr (Scene) scene = scene_new (seed, kind, type);

  compare (scene, seed);
}

static void
test_grey (gconstpointer data)
{
  NegSampleType type = GPOINTER_TO_UINT (data);

  if (!need_device ())
    return;
  for (guint32 i = 0; i < N_SCENES; i++)
    compare_scene (SCENE_GREY, type, 1000 * type + i);
}

static void
test_palette (gconstpointer data)
{
  NegSampleType type = GPOINTER_TO_UINT (data);

  if (!need_device ())
    return;
  for (guint32 i = 0; i < N_SCENES / 2; i++) {
    compare_scene (SCENE_PALETTE, type, 20000 + 1000 * type + i);
    compare_scene (SCENE_SUPPLEMENTAL, type, 30000 + 1000 * type + i);
  }
}

static void
test_color (gconstpointer data)
{
  NegSampleType type = GPOINTER_TO_UINT (data);

  if (!need_device ())
    return;
  for (guint32 i = 0; i < N_SCENES / 2; i++)
    compare_scene (SCENE_COLOR, type, 40000 + 1000 * type + i);
}

static void
test_orientations (gconstpointer data)
{
  static const SceneKind kinds[] = { SCENE_GREY, SCENE_PALETTE, SCENE_SUPPLEMENTAL, SCENE_COLOR };
  NegSampleType type = GPOINTER_TO_UINT (data);
  guint n_kinds = type >= NEG_SAMPLE_F32 ? 3 : 4; /* no colour in floating point */

  if (!need_device ())
    return;
  for (guint i = 0; i < 8 * 8; i++) {
    guint32 seed = 60000 + 1000 * type + i;
    g_autoptr (Scene) scene = scene_new (seed, kinds[i / 8 % n_kinds], type);

    scene_orient (scene, i % 8);
    compare (scene, seed);
  }
}

/* The whole picture moved by a fraction that puts no point on a border of pixels: there the mirrored frame may choose
 * the other neighbour with the same right. */
static void
test_metamorphic (gconstpointer data)
{
  NegSampleType type = GPOINTER_TO_UINT (data);

  if (!need_device ())
    return;
  for (guint32 seed = 50000 + 1000 * type; seed < 50000 + 1000 * type + N_SCENES / 4; seed++) {
    g_autoptr (Scene) scene = scene_new (seed, SCENE_GREY, type);
    g_autofree guint8 *plain_pixels = NULL, *changed_pixels = NULL;
    NegPicture plain, changed;

    /* The cells would have to be mirrored too; they are drawn by the same places as nearest pixels. */
    scene->draw.layers = NULL;
    scene->draw.output_to_image.m[2] += 0.0123456789;
    scene->draw.output_to_image.m[5] += 0.0213243546;
    plain_pixels = new_picture (scene, &plain);
    changed_pixels = new_picture (scene, &changed);
    draw_by_gl (scene, &plain);
    scene_mirror (scene);
    draw_by_gl (scene, &changed);
    assert_same (scene, "mirrored", seed, &plain, &changed);
    scene_turn (scene);
    draw_by_gl (scene, &changed);
    assert_same (scene, "turned", seed, &plain, &changed);
  }
}

/* Neighbours at the far end of a type, a window of one value between them: black and white, or they have merged. */
static void
assert_not_merged (NegFrame *frame, double lower)
{
  guint8 pixels[2] = { 7, 7 };
  NegPicture picture = { 2, 1, 2, 1, pixels };
  NegDraw draw = {
    .modality = { .slope = 1 },
    .voi = { .function = NEG_VOI_LINEAR, .center = lower + 1, .width = 1 },
    .interpolation = NEG_INTERPOLATION_NEAREST,
    .output_to_image = { { 1, 0, 0, 0, 1, 0 } },
  };
  Scene scene = { .frame = *frame, .draw = draw, .width = 2, .height = 1, .channels = 1 };

  draw_by_gl (&scene, &picture);
  g_assert_cmpuint (pixels[0], ==, 0);
  g_assert_cmpuint (pixels[1], ==, 255);
}

static void
test_values_stay_apart (void)
{
  static const guint16 u16[] = { 65534, 65535 };
  static const gint16 s16[] = { -32768, -32767 };
  static const guint32 u32[] = { 4294967294u, 4294967295u };
  static const gint32 s32[] = { -2147483647 - 1, -2147483647 };
  static const double f64[] = { 9007199254740990.0, 9007199254740991.0 };
  const struct {
    NegSampleType type;
    const void *pixels;
    double lower;
  } cases[] = {
    { NEG_SAMPLE_U16, u16, u16[0] }, { NEG_SAMPLE_S16, s16, s16[0] }, { NEG_SAMPLE_U32, u32, u32[0] },
    { NEG_SAMPLE_S32, s32, s32[0] }, { NEG_SAMPLE_F64, f64, f64[0] - 0.5 },
  };

  if (!need_device ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    NegFrame frame = {
      { 1, 2, 1, 8 * neg_sample_type_get_bytes (cases[i].type), cases[i].type, NEG_COLOR_MONOCHROME2 },
      cases[i].pixels,
    };

    assert_not_merged (&frame, cases[i].lower);
  }
}

static const guint8 four[] = { 0, 80, 160, 240 };

static Scene
make_four (void)
{
  return (Scene){
    .frame = { { 2, 2, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 }, four },
    .draw = {
      .modality = { .slope = 1 },
      .voi = { .function = NEG_VOI_LINEAR, .center = 128, .width = 256 },
      .interpolation = NEG_INTERPOLATION_NEAREST,
      .output_to_image = { { 1, 0, 0, 0, 1, 0 } },
    },
    .width = 2,
    .height = 2,
    .channels = 1,
  };
}

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

/* What others left on must not show, what is outside the rectangle must stay, and the viewport comes back. */
static void
test_rectangle_and_state (void)
{
  g_autoptr (GError) error = NULL;
  Scene scene = make_four ();
  guint8 pixels[6 * 6];
  GLuint framebuffer, renderbuffer;
  NegGlImage *image;
  GLint viewport[4];

  if (!need_device ())
    return;
  framebuffer = bind_framebuffer (&renderbuffer, 6);
  glViewport (0, 0, 6, 6);
  glClearColor (1, 1, 1, 1);
  glClear (GL_COLOR_BUFFER_BIT);
  glEnable (GL_BLEND);
  glBlendFunc (GL_ZERO, GL_ONE);
  glEnable (GL_SCISSOR_TEST);
  glScissor (0, 0, 1, 1);
  glColorMask (FALSE, FALSE, FALSE, FALSE);
  image = neg_gl_image_new (shared_device, &scene.frame, &error);
  g_assert_no_error (error);
  g_assert_true (neg_gl_draw (shared_device, image, &scene.draw, 3, 1, 2, 2, &error));
  glGetIntegerv (GL_VIEWPORT, viewport);
  g_assert_cmpint (viewport[2], ==, 6);
  glPixelStorei (GL_PACK_ALIGNMENT, 1);
  glReadPixels (0, 0, 6, 6, GL_RED, GL_UNSIGNED_BYTE, pixels);
  /* Row 0 of the read is the lowest; the image's first row is the upper one of the rectangle. */
  g_assert_cmpuint (pixels[1 * 6 + 3], ==, 160);
  g_assert_cmpuint (pixels[1 * 6 + 4], ==, 240);
  g_assert_cmpuint (pixels[2 * 6 + 3], ==, 0);
  g_assert_cmpuint (pixels[2 * 6 + 4], ==, 80);
  for (guint i = 0; i < 36; i++)
    if (i != 9 && i != 10 && i != 15 && i != 16)
      g_assert_cmpuint (pixels[i], ==, 255);
  neg_gl_image_free (image);
  glBindFramebuffer (GL_FRAMEBUFFER, 0);
  glDeleteFramebuffers (1, &framebuffer);
  glDeleteRenderbuffers (1, &renderbuffer);
}

/* A table that changes in place, at the same address, is looked up anew. */
static void
test_table_changes_in_place (void)
{
  guint16 entries[4] = { 0, 255, 0, 255 };
  NegLut lut = { 4, 0, 8, entries, NULL };
  Scene scene = make_four ();
  guint8 pixels[4];
  NegPicture picture = { 2, 2, 2, 1, pixels };
  static const guint8 indices[] = { 0, 1, 2, 3 };

  if (!need_device ())
    return;
  scene.frame.pixels = indices;
  scene.draw.voi.lut = &lut;
  draw_by_gl (&scene, &picture);
  g_assert_cmpmem (pixels, 4, "\0\xff\0\xff", 4);
  entries[2] = 255;
  draw_by_gl (&scene, &picture);
  g_assert_cmpmem (pixels, 4, "\0\xff\xff\xff", 4);
}

/* A window that is dragged over a frame uploads nothing: no pixel, no table, no layer. Another frame is one upload, a
 * picture that lies otherwise is one of coordinates. */
static void
test_uploads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Scene) scene = scene_new (11, SCENE_GREY, NEG_SAMPLE_U16);
  g_autofree guint8 *pixels = NULL;
  NegPicture picture;
  NegGlImage *image;
  guint64 n;

  if (!need_device ())
    return;
  scene->draw.voi = (NegVoi){ .function = NEG_VOI_LINEAR_EXACT, .center = 1000, .width = 5000 };
  pixels = new_picture (scene, &picture);
  n = neg_gl_device_get_n_uploads (shared_device);
  image = neg_gl_image_new (shared_device, &scene->frame, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (neg_gl_device_get_n_uploads (shared_device), ==, n + 1);
  g_assert_true (neg_gl_draw_to_picture (shared_device, image, &scene->draw, &picture, NULL));
  n = neg_gl_device_get_n_uploads (shared_device);
  for (guint i = 0; i < 50; i++) {
    scene->draw.voi.center += 10;
    scene->draw.voi.width += 7;
    g_assert_true (neg_gl_draw_to_picture (shared_device, image, &scene->draw, &picture, NULL));
  }
  g_assert_cmpuint (neg_gl_device_get_n_uploads (shared_device), ==, n);
  scene->draw.output_to_image.m[2] += 1;
  g_assert_true (neg_gl_draw_to_picture (shared_device, image, &scene->draw, &picture, NULL));
  g_assert_cmpuint (neg_gl_device_get_n_uploads (shared_device), ==, n + 1);
  neg_gl_image_free (image);
  image = neg_gl_image_new (shared_device, &scene->frame, &error);
  g_assert_cmpuint (neg_gl_device_get_n_uploads (shared_device), ==, n + 2);
  neg_gl_image_free (image);
}

/* One grey level and four tenths all over, which lies on no threshold: pixel by pixel the same, or the matrix or its
 * place is another. In the rectangle of a window too, whose rows GL counts from below. */
static void
test_dither (void)
{
  g_autoptr (GError) error = NULL;
  static const guint16 one[] = { 1004 };
  Scene scene = make_four ();
  guint8 by_cpu[11 * 13], by_gl[11 * 13], in_window[13][11];
  NegPicture picture = { 11, 13, 11, 1, by_cpu };
  GLuint framebuffer, renderbuffer;
  NegGlImage *image;

  if (!need_device ())
    return;
  scene.frame = (NegFrame){ { 1, 1, 1, 16, NEG_SAMPLE_U16, NEG_COLOR_MONOCHROME2 }, one };
  scene.draw.voi = (NegVoi){ .function = NEG_VOI_LINEAR_EXACT, .center = 1275, .width = 2550 };
  scene.draw.output_to_image = (NegAffine){ { 1 / 11.0, 0, 0, 0, 1 / 13.0, 0 } };
  scene.draw.is_dithered = TRUE;
  neg_draw_rows (&scene.draw, &scene.frame, &picture, 0, 13);
  picture.pixels = by_gl;
  draw_by_gl (&scene, &picture);
  g_assert_cmpmem (by_gl, sizeof by_gl, by_cpu, sizeof by_cpu);
  g_assert_nonnull (memchr (by_cpu, 100, sizeof by_cpu));
  g_assert_nonnull (memchr (by_cpu, 101, sizeof by_cpu));
  framebuffer = bind_framebuffer (&renderbuffer, 16);
  image = neg_gl_image_new (shared_device, &scene.frame, &error);
  g_assert_no_error (error);
  g_assert_true (neg_gl_draw (shared_device, image, &scene.draw, 3, 1, 11, 13, &error));
  glPixelStorei (GL_PACK_ALIGNMENT, 1);
  glReadPixels (3, 1, 11, 13, GL_RED, GL_UNSIGNED_BYTE, in_window);
  for (guint row = 0; row < 13; row++)
    g_assert_cmpmem (in_window[12 - row], 11, by_cpu + row * 11, 11);
  neg_gl_image_free (image);
  glBindFramebuffer (GL_FRAMEBUFFER, 0);
  glDeleteFramebuffers (1, &framebuffer);
  glDeleteRenderbuffers (1, &renderbuffer);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  Scene scene = make_four ();
  NegFrame wide = { { 1, 1 << 20, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 }, four };
  NegLut empty = { 0 };
  guint8 pixels[4];
  NegPicture picture = { 2, 2, 2, 1, pixels };
  NegGlImage *image;

  if (!need_device ())
    return;
  g_assert_null (neg_gl_image_new (shared_device, &wide, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  image = neg_gl_image_new (shared_device, &scene.frame, &error);
  g_assert_no_error (error);
  scene.draw.modality.lut = &empty;
  g_assert_false (neg_gl_draw_to_picture (shared_device, image, &scene.draw, &picture, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_INCONSISTENT);
  g_clear_error (&error);
  scene.draw.modality.lut = NULL;
  scene.draw.output_to_image.m[2] = NAN;
  g_assert_false (neg_gl_draw_to_picture (shared_device, image, &scene.draw, &picture, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
  neg_gl_image_free (image);
}

static void
add_for_types (const char *name, GTestDataFunc test, NegSampleType last)
{
  static const char *const types[NEG_SAMPLE_N_TYPES] = { "u8", "s8", "u16", "s16", "u32", "s32", "f32", "f64" };

  for (guint type = 0; type <= last; type++) {
    g_autofree char *path = g_strdup_printf ("/render/%s/%s", name, types[type]);

    g_test_add_data_func (path, GUINT_TO_POINTER (type), test);
  }
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
  add_for_types ("grey", test_grey, NEG_SAMPLE_F64);
  add_for_types ("palette", test_palette, NEG_SAMPLE_F64);
  add_for_types ("color", test_color, NEG_SAMPLE_S32);
  add_for_types ("orientations", test_orientations, NEG_SAMPLE_F64);
  add_for_types ("metamorphic", test_metamorphic, NEG_SAMPLE_F64);
  g_test_add_func ("/render/values-stay-apart", test_values_stay_apart);
  g_test_add_func ("/render/rectangle-and-state", test_rectangle_and_state);
  g_test_add_func ("/render/table-changes-in-place", test_table_changes_in_place);
  g_test_add_func ("/render/uploads", test_uploads);
  g_test_add_func ("/render/dither", test_dither);
  g_test_add_func ("/render/refused", test_refused);
  status = g_test_run ();
  if (shared_device != NULL)
    neg_gl_device_free (shared_device);
  neg_gl_context_free (context);
  return status;
}
