/* Shutters and overlays, by hand: the five origins of PS3.3 are where viewers go wrong (imaging-correctness, section C
 * and pitfall 21). Pictures of cells are written as text: '.' is seen, other characters are the cell's number. */
#include "config.h"

#include <string.h>

#include "imaging/neg-layers.h"

static NegInstance *
make_instance (guint32 columns, guint32 rows)
{
  NegInstance *instance = neg_instance_new ();

  instance->columns = columns;
  instance->rows = rows;
  instance->samples = 1;
  instance->frames = 2;
  instance->sop_instance_uid = g_strdup ("2.25.1");
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  return instance;
}

static char *
describe (const NegLayers *layers)
{
  GString *text = g_string_new (NULL);

  for (guint32 row = 0; layers != NULL && row < layers->rows; row++) {
    for (guint32 column = 0; column < layers->columns; column++) {
      guint8 cell = layers->cells[row * layers->columns + column];

      g_string_append_c (text, cell == 0 ? '.' : '0' + cell);
    }
    g_string_append_c (text, '/');
  }
  return g_string_free (text, FALSE);
}

static void
assert_layers (const NegInstance *instance, const NegPresentation *presentation, const char *expected)
{
  g_autoptr (NegLayers) layers = neg_layers_new (instance, 0, presentation);
  g_autofree char *seen = describe (layers);

  g_assert_cmpstr (seen, ==, expected);
}

/* The edges are rows and columns from 1 and belong to the image: columns 2 to 4 and rows 2 to 3 of 5 x 4 remain. */
static void
test_rectangle (void)
{
  g_autoptr (NegInstance) instance = make_instance (5, 4);
  g_autoptr (NegLayers) layers = NULL;

  instance->shutter = (NegShutter){ .has_rectangle = TRUE, .left = 2, .right = 4, .top = 2, .bottom = 3 };
  assert_layers (instance, NULL, "11111/1...1/1...1/11111/");
  layers = neg_layers_new (instance, 0, NULL);
  g_assert_cmpmem (layers->colors[1], 3, "\0\0\0", 3); /* no value: black */
  g_assert_cmpuint (layers->greys[1], ==, 0);
}

/* P-value 32768 of 65535 is 127.5 + a bit of 255: 128. */
static void
test_value (void)
{
  g_autoptr (NegInstance) instance = make_instance (2, 1);
  g_autoptr (NegLayers) layers = NULL;

  instance->shutter = (NegShutter){ .has_rectangle = TRUE, .left = 2, .right = 2, .top = 1, .bottom = 1,
                                    .has_value = TRUE, .value = 32768 };
  layers = neg_layers_new (instance, 0, NULL);
  g_assert_cmpuint (layers->cells[0], ==, 1);
  g_assert_cmpuint (layers->cells[1], ==, 0);
  g_assert_cmpmem (layers->colors[1], 3, "\x80\x80\x80", 3);
}

/* L* 50, a* 0, b* 0 is a grey of sRGB 119; a picture without colours takes the value, or what the colour is in grey. */
static void
test_color (void)
{
  g_autoptr (NegInstance) instance = make_instance (2, 1);
  g_autoptr (NegLayers) valued = NULL, layers = NULL;

  instance->shutter = (NegShutter){ .has_rectangle = TRUE, .left = 2, .right = 2, .top = 1, .bottom = 1,
                                    .has_value = TRUE, .value = 65535, .has_color = TRUE, .color_lab = { 50, 0, 0 } };
  valued = neg_layers_new (instance, 0, NULL);
  g_assert_cmpmem (valued->colors[1], 3, "\x77\x77\x77", 3);
  g_assert_cmpuint (valued->greys[1], ==, 255);
  instance->shutter.has_value = FALSE;
  instance->shutter.color_lab[1] = 60;
  layers = neg_layers_new (instance, 0, NULL);
  g_assert_cmpuint (layers->colors[1][0], >, layers->colors[1][1]);
  g_assert_cmpuint (layers->greys[1], >, layers->colors[1][1]);
  g_assert_cmpuint (layers->greys[1], <, layers->colors[1][0]);
}

/* Centre row 3, column 4, radius 2: in the row of the centre columns 2 to 6; two rows off only column 4. Edges far
 * outside and reversed ones are taken as they are. */
static void
test_circle (void)
{
  g_autoptr (NegInstance) instance = make_instance (7, 5);

  instance->shutter = (NegShutter){ .has_circle = TRUE, .circle_row = 3, .circle_column = 4, .circle_radius_px = 2 };
  assert_layers (instance, NULL, "111.111/11...11/1.....1/11...11/111.111/");
  /* Pixels twice as high as wide: the same circle is one row high each way. */
  instance->has_aspect_ratio = TRUE;
  instance->aspect_ratio[0] = 2;
  instance->aspect_ratio[1] = 1;
  assert_layers (instance, NULL, "1111111/111.111/1.....1/111.111/1111111/");
  instance->shutter = (NegShutter){ .has_circle = TRUE, .circle_row = G_MININT32, .circle_column = G_MAXINT32,
                                    .circle_radius_px = -1 };
  assert_layers (instance, NULL, "1111111/1111111/1111111/1111111/1111111/");
  instance->shutter = (NegShutter){ .has_rectangle = TRUE, .left = G_MININT32, .right = G_MAXINT32,
                                    .top = G_MININT32, .bottom = G_MAXINT32 };
  assert_layers (instance, NULL, "");
}

/* Vertices are row, column: the triangle (1,1) (1,5) (5,1); what lies on its edge belongs to the image. Together with
 * columns from 2 on, the least image remains. */
static void
test_polygon_and_all (void)
{
  g_autoptr (NegInstance) instance = make_instance (5, 5);
  const gint32 vertices[] = { 1, 1, 1, 5, 5, 1 };

  instance->shutter.n_vertices = 3;
  instance->shutter.vertices = g_memdup2 (vertices, sizeof vertices);
  assert_layers (instance, NULL, "...../....1/...11/..111/.1111/");
  instance->shutter.has_rectangle = TRUE;
  instance->shutter.left = 2;
  instance->shutter.right = instance->shutter.bottom = 9;
  instance->shutter.top = 0;
  assert_layers (instance, NULL, "1..../1...1/1..11/1.111/11111/");
}

static void
add_plane (NegOverlayPlane **planes, guint32 *n_planes, guint16 group, const NegOverlayPlane *like)
{
  *planes = g_renew (NegOverlayPlane, *planes, *n_planes + 1);
  (*planes)[*n_planes] = *like;
  (*planes)[*n_planes].group = group;
  if (like->bits != NULL)
    (*planes)[*n_planes].bits = g_memdup2 (like->bits, like->n_bytes);
  (*n_planes)++;
}

/* Bits come lowest first and rows are not padded: 3 x 3, ones on the diagonal are bits 0, 4 and 8. With the origin at
 * row 0, column 2 the first row lies above the image, the second is its first from column 2 on. */
static void
test_overlay_origin (void)
{
  g_autoptr (NegInstance) instance = make_instance (5, 3);
  guint8 bits[] = { 0x11, 0x01 };
  NegOverlayPlane plane = { .rows = 3, .columns = 3, .origin_row = 0, .origin_column = 2, .n_frames = 1,
                            .first_frame = 1, .n_bytes = 2, .bits = bits };

  add_plane (&instance->overlays, &instance->n_overlays, 0x6000, &plane);
  assert_layers (instance, NULL, "..1../...1./...../");
  instance->overlays[0].origin_row = instance->overlays[0].origin_column = G_MININT32;
  assert_layers (instance, NULL, "");
  instance->overlays[0].rows = instance->overlays[0].columns = G_MAXUINT32; /* promises more than its bytes hold */
  assert_layers (instance, NULL, "");
}

/* Pixel by pixel what the plane says, wherever it lies and whatever its rows' lengths: bits are not aligned. */
static void
test_overlay_bits (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 200; round++) {
    g_autoptr (NegInstance) instance = make_instance (g_rand_int_range (rand, 1, 70), g_rand_int_range (rand, 1, 9));
    guint8 bits[1024];
    NegOverlayPlane plane = { .rows = g_rand_int_range (rand, 1, 9), .columns = g_rand_int_range (rand, 1, 70),
                              .origin_row = g_rand_int_range (rand, -5, 9),
                              .origin_column = g_rand_int_range (rand, -40, 70), .n_frames = 2, .first_frame = 1,
                              .n_bytes = sizeof bits, .bits = bits };
    guint32 frame = g_rand_int_range (rand, 0, 3);
    g_autoptr (NegLayers) layers = NULL;

    for (guint i = 0; i < sizeof bits; i++)
      bits[i] = g_rand_boolean (rand) ? 0 : g_rand_int_range (rand, 0, 256);
    add_plane (&instance->overlays, &instance->n_overlays, 0x6000, &plane);
    layers = neg_layers_new (instance, frame, NULL);
    for (guint32 row = 0; row < instance->rows; row++)
      for (guint32 column = 0; column < instance->columns; column++)
        g_assert_cmpint (layers != NULL && layers->cells[row * layers->columns + column] != 0, ==,
                         neg_overlay_plane_get (&plane, frame, column, row));
  }
}

/* Only frame 2 of the image has the plane's first frame. */
static void
test_overlay_frames (void)
{
  g_autoptr (NegInstance) instance = make_instance (2, 1);
  guint8 bits[] = { 0x02 };
  NegOverlayPlane plane = { .rows = 1, .columns = 2, .origin_row = 1, .origin_column = 1, .n_frames = 1,
                            .first_frame = 2, .n_bytes = 1, .bits = bits };
  g_autoptr (NegLayers) layers = NULL;
  g_autofree char *seen = NULL;

  add_plane (&instance->overlays, &instance->n_overlays, 0x6000, &plane);
  assert_layers (instance, NULL, "");
  layers = neg_layers_new (instance, 1, NULL);
  seen = describe (layers);
  g_assert_cmpstr (seen, ==, ".1/");
}

static void
add_layer (NegPresentation *presentation, const char *name, gint32 order, guint16 gray)
{
  presentation->layers = g_renew (NegGraphicLayer, presentation->layers, presentation->n_layers + 1);
  presentation->layers[presentation->n_layers++]
      = (NegGraphicLayer){ .name = g_strdup (name), .order = order, .has_gray = TRUE, .gray = gray };
}

/* A state shows what it activates and what it brings, in the order of its layers; the image's other planes and its
 * shutter are gone (C.11.7, PS3.4 N.2). */
static void
test_activation (void)
{
  g_autoptr (NegInstance) instance = make_instance (4, 1);
  g_autoptr (NegPresentation) presentation = neg_presentation_new ();
  g_autoptr (NegLayers) layers = NULL;
  guint8 all[] = { 0x0f }, left[] = { 0x03 };
  NegOverlayPlane plane = { .rows = 1, .columns = 4, .origin_row = 1, .origin_column = 1, .n_frames = 1,
                            .first_frame = 1, .n_bytes = 1, .bits = all };
  g_autofree char *seen = NULL;

  add_plane (&instance->overlays, &instance->n_overlays, 0x6000, &plane);
  add_plane (&instance->overlays, &instance->n_overlays, 0x6002, &plane);
  instance->shutter = (NegShutter){ .has_rectangle = TRUE };
  assert_layers (instance, presentation, "");
  add_layer (presentation, "UPPER", 2, 65535);
  add_layer (presentation, "LOWER", 1, 0);
  plane.bits = left;
  add_plane (&presentation->overlays, &presentation->n_overlays, 0x6008, &plane);
  presentation->overlays[0].activation_layer = g_strdup ("UPPER");
  add_plane (&presentation->overlays, &presentation->n_overlays, 0x6002, &(NegOverlayPlane){ 0 });
  presentation->overlays[1].activation_layer = g_strdup ("LOWER");
  layers = neg_layers_new (instance, 0, presentation);
  seen = describe (layers);
  g_assert_cmpstr (seen, ==, "2211/");
  g_assert_cmpmem (layers->colors[1], 3, "\0\0\0", 3);
  g_assert_cmpmem (layers->colors[2], 3, "\xff\xff\xff", 3);
}

/* The ones of the overlay cover, and are no drawing besides (C.7.6.15). */
static void
test_bitmap_shutter (void)
{
  g_autoptr (NegInstance) instance = make_instance (4, 1);
  g_autoptr (NegLayers) layers = NULL;
  guint8 bits[] = { 0x05 };
  NegOverlayPlane plane = { .rows = 1, .columns = 4, .origin_row = 1, .origin_column = 1, .n_frames = 1,
                            .first_frame = 1, .n_bytes = 1, .bits = bits };

  add_plane (&instance->overlays, &instance->n_overlays, 0x6004, &plane);
  instance->shutter.bitmap_group = 0x6004;
  assert_layers (instance, NULL, "1.1./");
  layers = neg_layers_new (instance, 0, NULL);
  g_assert_cmpmem (layers->colors[1], 3, "\0\0\0", 3);
}

/* Cells are drawn after polarity, at the place of their pixels: two pixels twice as large, turned by a quarter
 * clockwise, so that the image's first is at the top. */
static void
test_drawn (void)
{
  g_autoptr (NegInstance) instance = make_instance (2, 1);
  g_autoptr (NegLayers) layers = NULL;
  const guint8 pixels[] = { 255, 0 };
  NegFrame frame = { { 1, 2, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 }, pixels };
  guint8 out[2 * 4 * 3];
  NegPicture picture = { 2, 4, 2, 1, out };
  NegDraw draw = { .modality = { .slope = 1 }, .voi = { .center = 128, .width = 256 }, .inverted = TRUE,
                   .output_to_image = { { 0, 0.5, 0, -0.5, 0, 1 } } };

  instance->shutter = (NegShutter){ .has_rectangle = TRUE, .left = 2, .right = 2, .top = 1, .bottom = 1,
                                    .has_value = TRUE, .value = 0x8080 };
  layers = neg_layers_new (instance, 0, NULL);
  draw.layers = layers;
  neg_draw_rows (&draw, &frame, &picture, 0, 4);
  g_assert_cmpmem (out, 8, "\x80\x80\x80\x80\xff\xff\xff\xff", 8);
  picture.channels = 3;
  picture.stride = 6;
  neg_draw_rows (&draw, &frame, &picture, 2, 2);
  g_assert_cmpmem (out + 12, 12, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layers/shutter-rectangle", test_rectangle);
  g_test_add_func ("/layers/shutter-value", test_value);
  g_test_add_func ("/layers/shutter-color", test_color);
  g_test_add_func ("/layers/shutter-circle", test_circle);
  g_test_add_func ("/layers/shutter-polygon-and-all", test_polygon_and_all);
  g_test_add_func ("/layers/shutter-bitmap", test_bitmap_shutter);
  g_test_add_func ("/layers/overlay-origin", test_overlay_origin);
  g_test_add_func ("/layers/overlay-bits", test_overlay_bits);
  g_test_add_func ("/layers/overlay-frames", test_overlay_frames);
  g_test_add_func ("/layers/overlay-activation", test_activation);
  g_test_add_func ("/layers/drawn", test_drawn);
  return g_test_run ();
}
