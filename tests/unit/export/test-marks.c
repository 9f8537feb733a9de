/* Marks on a picture: where they are, that both white and black show them, that texts stay inside. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "export/neg-marks-cairo.h"
#include "export/neg-picture-cairo.h"

#define SIDE 160

typedef struct {
  NegMarksStyle style;
  const NegAnnotation *annotation;
  const NegPresentation *presentation;
  const char *lines;
} Scene;

static void
paint (cairo_t *cr, gpointer user_data)
{
  const Scene *scene = user_data;

  if (scene->annotation != NULL)
    neg_marks_draw_annotation (cr, &scene->style, scene->annotation, scene->lines);
  if (scene->presentation != NULL)
    neg_marks_draw_presentation (cr, &scene->style, scene->presentation, "2.25.1", 0);
}

/* One output pixel is half an image pixel. */
static guint8 *
draw (Scene *scene, guint8 ground, guint channels)
{
  guint8 *pixels = g_malloc (SIDE * SIDE * channels);
  NegPicture picture = { SIDE, SIDE, SIDE * channels, channels, pixels };
  g_autoptr (GError) error = NULL;

  memset (pixels, ground, SIDE * SIDE * channels);
  scene->style.output_to_image = (NegAffine){ { 0.5, 0, 0, 0, 0.5, 0 } };
  scene->style.width = scene->style.height = SIDE;
  scene->style.line_px = 14;
  scene->style.area_px[2] = scene->style.area_px[3] = SIDE;
  g_assert_true (neg_picture_paint (&picture, paint, scene, &error));
  g_assert_no_error (error);
  return pixels;
}

/* Pixels of the box that differ from the ground. */
static guint
count (const guint8 *pixels, guint8 ground, guint left, guint top, guint right, guint bottom)
{
  guint n = 0;

  for (guint y = top; y < bottom; y++)
    for (guint x = left; x < right; x++)
      n += pixels[y * SIDE + x] != ground;
  return n;
}

static NegAnnotation *
make (NegAnnotationKind kind, const double *points_px, guint n_points)
{
  NegAnnotation *annotation = neg_annotation_new (kind);

  annotation->uid = g_strdup ("2.25.7");
  neg_annotation_set_points (annotation, points_px, n_points);
  return annotation;
}

/* Each kind on black and on white: something is drawn, inside of the box round its points (ticks, barbs and shadows
 * reach a little farther) and nothing far from it. */
static void
test_kinds (void)
{
  static const double points[] = { 20, 20, 40, 20, 40, 40, 20, 40 };
  static const guint n_points[NEG_ANNOTATION_KEY] = { 2, 3, 4, 2, 2, 4, 2, 1 };

  for (guint kind = 0; kind < NEG_ANNOTATION_KEY; kind++)
    for (guint ground = 0; ground < 256; ground += 255) {
      double box[8];
      g_autoptr (NegAnnotation) annotation = NULL;
      g_autofree guint8 *pixels = NULL;
      Scene scene = { 0 };

      memcpy (box, points, sizeof box);
      if (kind == NEG_ANNOTATION_ELLIPSE || kind == NEG_ANNOTATION_RECTANGLE)
        box[3] = 40;
      annotation = make (kind, box, n_points[kind]);
      scene.annotation = annotation;
      pixels = draw (&scene, ground, 1);
      g_assert_cmpuint (count (pixels, ground, 26, 26, 94, 94), >, 40);
      g_assert_cmpuint (count (pixels, ground, 0, 0, SIDE, 26), ==, 0);
      g_assert_cmpuint (count (pixels, ground, 0, 94, SIDE, SIDE), ==, 0);
      g_assert_cmpuint (count (pixels, ground, 94, 0, SIDE, SIDE), ==, 0);
    }
}

/* A line from (20, 20) to (40, 20) of the image is at y = 40 of the picture, from x = 40 to 80, in our colour. */
static void
test_place_and_color (void)
{
  g_autoptr (NegAnnotation) annotation = make (NEG_ANNOTATION_LENGTH, (double[]){ 20, 20, 40, 20 }, 2);
  Scene scene = { .annotation = annotation };
  g_autofree guint8 *ours = draw (&scene, 0, 3), *selected = NULL, *foreign = NULL;
  const guint8 *middle = ours + 3 * (39 * SIDE + 60), accent[] = { 0x5b, 0x9b, 0xd5 };

  if (memcmp (middle, accent, 3) != 0)
    middle += 3 * SIDE;
  g_assert_cmpint (middle[2], >, middle[1]);
  g_assert_cmpint (middle[1], >, middle[0]);
  g_assert_cmpint (middle[2], >, 120);
  scene.style.selected_uid = "2.25.7";
  scene.style.has_handles = TRUE;
  selected = draw (&scene, 0, 3);
  /* A handle of 8 px about the end (40, 40). */
  g_assert_cmpint (selected[3 * (37 * SIDE + 37)], >, 100);
  g_assert_cmpint (ours[3 * (37 * SIDE + 37)], ==, 0);
  annotation->is_foreign = TRUE;
  foreign = draw (&scene, 0, 3);
  g_assert_cmpint (memcmp (foreign, selected, SIDE * SIDE * 3), !=, 0);
}

/* Beside a mark at the very edge the text is still inside, all of it: as many pixels as in the middle. */
static void
test_text_stays_inside (void)
{
  static const double places[][2] = { { 40, 40 }, { 79.5, 79.5 }, { 0.5, 0.5 }, { 79.5, 0.5 }, { 500, 40 } };
  guint first = 0;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autoptr (NegAnnotation) annotation = make (NEG_ANNOTATION_PROBE, places[i], 1);
    Scene scene = { .annotation = annotation, .lines = "42.3 mm" };
    g_autofree guint8 *with = draw (&scene, 0, 1), *without = NULL;
    guint n = 0;

    scene.lines = NULL;
    without = draw (&scene, 0, 1);
    for (guint j = 0; j < SIDE * SIDE; j++)
      n += with[j] > 100 && without[j] <= 100;
    first = i == 0 ? n : first;
    g_assert_cmpuint (first, >, 50);
    g_assert_cmpfloat (n, >=, first * 0.7);
  }
}

static NegPresentation *
make_state (void)
{
  NegPresentation *presentation = neg_presentation_new ();
  const double filled[] = { 10, 10, 30, 10, 30, 30, 10, 30, 10, 10 }, display[] = { 0.5, 0, 0.5, 1 };
  NegGraphicAnnotation *annotations = g_new0 (NegGraphicAnnotation, 2);

  presentation->n_layers = 2;
  presentation->layers = g_new0 (NegGraphicLayer, 2);
  presentation->layers[0] = (NegGraphicLayer){ .name = g_strdup ("UP"), .order = 5, .has_gray = TRUE, .gray = 65535 };
  presentation->layers[1] = (NegGraphicLayer){ .name = g_strdup ("DOWN"), .order = 1, .has_gray = TRUE, .gray = 32896 };
  for (guint i = 0; i < 2; i++) {
    annotations[i].layer = g_strdup (i == 0 ? "UP" : "DOWN");
    annotations[i].n_graphics = 1;
    annotations[i].graphics = g_new0 (NegGraphic, 1);
  }
  annotations[0].graphics[0] = (NegGraphic){ .type = NEG_GRAPHIC_POLYLINE, .units = NEG_UNITS_PIXEL, .is_filled = TRUE,
                                             .n_points = 5, .points = g_memdup2 (filled, sizeof filled) };
  annotations[1].graphics[0] = (NegGraphic){ .type = NEG_GRAPHIC_POLYLINE, .units = NEG_UNITS_DISPLAY, .n_points = 2,
                                             .points = g_memdup2 (display, sizeof display) };
  presentation->n_annotations = 2;
  presentation->annotations = annotations;
  return presentation;
}

/* A filled square in image pixels, a line down the middle of the displayed area; the upper layer is white and the
 * lower grey. The line at x = 80 passes the square (20 to 60) by. Another image has neither. */
static void
test_state (void)
{
  g_autoptr (NegPresentation) presentation = make_state ();
  Scene scene = { .presentation = presentation };
  g_autofree guint8 *pixels = draw (&scene, 0, 1), *other = NULL;

  g_assert_cmpuint (pixels[40 * SIDE + 40], ==, 255);
  g_assert_cmpuint (pixels[70 * SIDE + 40], ==, 0);
  g_assert_cmpuint (MAX (pixels[100 * SIDE + 79], pixels[100 * SIDE + 80]), >=, 64);
  g_assert_cmpuint (MAX (pixels[100 * SIDE + 79], pixels[100 * SIDE + 80]), <=, 128);
  /* Over the line, once it lies there: the order of the layers and not of the list. */
  presentation->annotations[1].graphics[0].points[0] = presentation->annotations[1].graphics[0].points[2] = 0.25;
  g_clear_pointer (&pixels, g_free);
  pixels = draw (&scene, 0, 1);
  g_assert_cmpuint (pixels[40 * SIDE + 40], ==, 255);
  g_assert_cmpuint (pixels[30 * SIDE + 50], ==, 255);
  /* Of a total pixel matrix: nobody knows where that is in this image. */
  presentation->annotations[0].graphics[0].units = NEG_UNITS_MATRIX;
  g_clear_pointer (&pixels, g_free);
  pixels = draw (&scene, 0, 1);
  g_assert_cmpuint (pixels[30 * SIDE + 50], ==, 0);
  presentation->annotations[0].graphics[0].units = NEG_UNITS_PIXEL;
  presentation->annotations[0].references.n = 1;
  presentation->annotations[0].references.items = g_new0 (NegImageReference, 1);
  presentation->annotations[0].references.items[0].sop_instance_uid = g_strdup ("2.25.2");
  other = draw (&scene, 0, 1);
  g_assert_cmpuint (other[30 * SIDE + 50], ==, 0);
}

/* Nothing that a file may say ends the program. */
static void
test_hostile (void)
{
  g_autoptr (NegPresentation) presentation = make_state ();
  NegGraphic *graphic = &presentation->annotations[1].graphics[0];
  g_autoptr (NegAnnotation) annotation = make (NEG_ANNOTATION_LENGTH, (double[]){ 1e300, -1e300, 2, 2 }, 2);
  Scene scene = { .presentation = presentation, .annotation = annotation };

  graphic->points[0] = 1e300;
  graphic->points[1] = -1e300;
  g_free (draw (&scene, 0, 1));
  graphic->points[0] = NAN;
  g_free (draw (&scene, 0, 1));
  presentation->annotations[0].n_texts = 1;
  presentation->annotations[0].texts = g_new0 (NegGraphicText, 1);
  presentation->annotations[0].texts[0]
      = (NegGraphicText){ .text = g_strdup ("a\xff" "b"), .has_box = TRUE, .box = { NAN, 1e300, -1e300, INFINITY },
                          .has_anchor = TRUE, .anchor_visible = TRUE, .anchor = { NAN, 0 } };
  g_free (draw (&scene, 0, 1));
}

/* A state as large as a file can be: as many layers as annotations, each of which names the last ones. All pairs of them
 * would be compared for a minute. */
static void
test_many_layers (void)
{
  enum { N = 100000 };
  g_autoptr (NegPresentation) presentation = neg_presentation_new ();
  g_autofree guint8 *pixels = NULL;
  Scene scene = { .presentation = presentation };
  gint64 start_us;

  presentation->n_layers = presentation->n_annotations = N;
  presentation->layers = g_new0 (NegGraphicLayer, N);
  presentation->annotations = g_new0 (NegGraphicAnnotation, N);
  for (guint i = 0; i < N; i++) {
    presentation->layers[i].name = g_strdup_printf ("LAYER%u", i);
    presentation->annotations[i].layer = g_strdup_printf ("LAYER%u", N - 1 - i % 10);
  }
  start_us = g_get_monotonic_time ();
  pixels = draw (&scene, 0, 1);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10 * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/marks/kinds", test_kinds);
  g_test_add_func ("/marks/place-and-color", test_place_and_color);
  g_test_add_func ("/marks/text-stays-inside", test_text_stays_inside);
  g_test_add_func ("/marks/state", test_state);
  g_test_add_func ("/marks/hostile", test_hostile);
  g_test_add_func ("/marks/many-layers", test_many_layers);
  return g_test_run ();
}
