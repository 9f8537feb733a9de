#include "config.h"

#include <string.h>

#include "ui/neg-cast-canvas.h"

#define SIDE 64
#define WIDTH 150
#define HEIGHT 110
#define LIMIT_US (60 * G_USEC_PER_SEC)

typedef struct {
  NegVolume *volume;
  NegCastCanvas *canvas;
  NegCastView view;
  guint n_drawn;
} Fixture;

static void
drawn_cb (gpointer user_data)
{
  ((Fixture *) user_data)->n_drawn++;
}

static NegVolume *
make_volume (void)
{
  gint16 *voxels = g_new (gint16, SIDE * SIDE * SIDE);
  NegVolumeSlice slices[SIDE];
  NegVolumeLayout layout = { .columns = SIDE, .rows = SIDE, .n_slices = SIDE, .orientation = { 1, 0, 0, 0, 1, 0 },
                             .spacing_mm = { 1, 1 }, .sample_type = NEG_SAMPLE_S16, .slices = slices };
  g_autoptr (GError) error = NULL;
  NegVolume *volume;

  for (guint i = 0; i < SIDE; i++)
    slices[i] = (NegVolumeSlice){ .origin_mm = { 0, 0, i }, .slope = 1 };
  for (int i = 0; i < SIDE * SIDE * SIDE; i++) {
    int x = i % SIDE - 20, y = i / SIDE % SIDE - 30, z = i / SIDE / SIDE - 40;

    voxels[i] = x * x + y * y + z * z < 18 * 18 ? 1000 : -1000;
  }
  volume = neg_volume_new (&layout, voxels, voxels, g_free, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < SIDE; i++)
    neg_volume_set_state (volume, i, NEG_SLICE_READY);
  return volume;
}

static void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->volume = make_volume ();
  fixture->canvas = neg_cast_canvas_new (drawn_cb, fixture);
  fixture->view = (NegCastView){ .volume = fixture->volume, .width = WIDTH, .height = HEIGHT };
  neg_raycast_init (&fixture->view.raycast, fixture->volume, NEG_RAYCAST_BONE, TRUE);
  fixture->view.raycast.pixel_mm = 0.6;
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  neg_cast_canvas_free (fixture->canvas);
  neg_volume_unref (fixture->volume);
}

static void
wait_for_drawn (Fixture *fixture, guint n)
{
  gint64 end_us = g_get_monotonic_time () + LIMIT_US;

  while (fixture->n_drawn < n && g_get_monotonic_time () < end_us)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (500);
  g_assert_cmpuint (fixture->n_drawn, >=, n);
}

static void
wait_until_settled (Fixture *fixture)
{
  gint64 end_us = g_get_monotonic_time () + LIMIT_US;

  while (!neg_cast_canvas_is_settled (fixture->canvas) && g_get_monotonic_time () < end_us)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (500);
  g_assert_true (neg_cast_canvas_is_settled (fixture->canvas));
}

static void
assert_is_fine (Fixture *fixture)
{
  g_autofree guint8 *expected = g_malloc (WIDTH * HEIGHT * 4), *pixels = g_malloc (WIDTH * HEIGHT * 4);
  NegPicture picture = { WIDTH, HEIGHT, WIDTH * 4, 4, expected };
  guint cell;
  GdkTexture *texture = neg_cast_canvas_get (fixture->canvas, &cell);

  g_assert_nonnull (texture);
  g_assert_cmpuint (cell, ==, 1);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, WIDTH);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, HEIGHT);
  gdk_texture_download (texture, pixels, WIDTH * 4);
  neg_raycast_draw_rows (&fixture->view.raycast, fixture->volume, &picture, 1, 0, HEIGHT);
  g_assert_cmpmem (pixels, WIDTH * HEIGHT * 4, expected, WIDTH * HEIGHT * 4);
}

static void
test_settles (Fixture *fixture, gconstpointer data)
{
  guint cell;

  g_assert_null (neg_cast_canvas_get (fixture->canvas, &cell));
  neg_cast_canvas_want (fixture->canvas, &fixture->view);
  wait_until_settled (fixture);
  g_assert_cmpuint (fixture->n_drawn, ==, 2); /* coarse, fine */
  assert_is_fine (fixture);
  neg_cast_canvas_want (fixture->canvas, &fixture->view); /* the same */
  g_assert_true (neg_cast_canvas_is_settled (fixture->canvas));
}

/* What is coarse is of the same place: the middle of the ball stays where it is. */
static void
get_middle (Fixture *fixture, guint *cell, double middle_px[2])
{
  GdkTexture *texture = neg_cast_canvas_get (fixture->canvas, cell);
  guint width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  g_autofree guint8 *pixels = g_malloc (width * height * 4);
  double n = 0;

  middle_px[0] = middle_px[1] = 0;
  gdk_texture_download (texture, pixels, width * 4);
  for (guint i = 0; i < width * height; i++)
    if (pixels[4 * i] > 0) {
      middle_px[0] += (i % width + 0.5) * *cell;
      middle_px[1] += (i / width + 0.5) * *cell;
      n++;
    }
  g_assert_cmpfloat (n, >, 10);
  middle_px[0] /= n;
  middle_px[1] /= n;
}

static void
test_coarse_place (Fixture *fixture, gconstpointer data)
{
  double coarse_px[2], fine_px[2];
  guint coarse, fine;

  fixture->view.is_moving = TRUE;
  neg_cast_canvas_want (fixture->canvas, &fixture->view);
  wait_for_drawn (fixture, 1);
  get_middle (fixture, &coarse, coarse_px);
  g_assert_cmpuint (coarse, >, 1); /* the first one does not know how fast it will be */
  g_assert_false (neg_cast_canvas_is_settled (fixture->canvas));
  fixture->view.is_moving = FALSE;
  neg_cast_canvas_want (fixture->canvas, &fixture->view);
  wait_until_settled (fixture);
  get_middle (fixture, &fine, fine_px);
  g_assert_cmpfloat_with_epsilon (coarse_px[0], fine_px[0], 0.7);
  g_assert_cmpfloat_with_epsilon (coarse_px[1], fine_px[1], 0.7);
}

/* Faster than pictures come: the last one is what stays. */
static void
test_turned (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 50; i++) {
    neg_raycast_turn (&fixture->view.raycast, 3, 2);
    neg_cast_canvas_want (fixture->canvas, &fixture->view);
    g_main_context_iteration (NULL, FALSE);
  }
  wait_until_settled (fixture);
  assert_is_fine (fixture);
}

static void
test_forgets (Fixture *fixture, gconstpointer data)
{
  NegCastView other = fixture->view;
  guint cell;

  neg_cast_canvas_want (fixture->canvas, &fixture->view);
  wait_until_settled (fixture);
  other.width++;
  neg_cast_canvas_want (fixture->canvas, &other);
  g_assert_null (neg_cast_canvas_get (fixture->canvas, &cell)); /* of another size */
  neg_cast_canvas_want (fixture->canvas, &fixture->view);
  wait_until_settled (fixture);
  assert_is_fine (fixture);
  neg_cast_canvas_want (fixture->canvas, NULL);
  g_assert_null (neg_cast_canvas_get (fixture->canvas, &cell));
}

/* Another patient's volume in its place: never the picture of the first. */
static void
test_other_volume (Fixture *fixture, gconstpointer data)
{
  NegVolume *first = fixture->volume;
  guint cell;

  neg_cast_canvas_want (fixture->canvas, &fixture->view); /* being cast when the other one is wanted */
  fixture->volume = make_volume ();
  for (guint slice = 0; slice < SIDE; slice++)
    neg_volume_set_state (fixture->volume, slice, NEG_SLICE_WAITING);
  fixture->view.volume = fixture->volume;
  fixture->view.is_moving = TRUE;
  neg_cast_canvas_want (fixture->canvas, &fixture->view);
  neg_volume_unref (first);
  wait_for_drawn (fixture, 1);
  {
    GdkTexture *texture = neg_cast_canvas_get (fixture->canvas, &cell);
    gsize n_bytes = (gsize) gdk_texture_get_width (texture) * gdk_texture_get_height (texture) * 4;
    g_autofree guint8 *pixels = g_malloc (n_bytes);

    gdk_texture_download (texture, pixels, gdk_texture_get_width (texture) * 4);
    for (gsize i = 0; i < n_bytes; i += 4)
      g_assert_cmpuint (pixels[i], ==, 0); /* nothing of it is there yet */
  }
}

/* Slices that come. */
static void
test_grows (Fixture *fixture, gconstpointer data)
{
  for (guint slice = 30; slice < SIDE; slice++)
    neg_volume_set_state (fixture->volume, slice, NEG_SLICE_WAITING);
  neg_cast_canvas_want (fixture->canvas, &fixture->view);
  wait_until_settled (fixture);
  for (guint slice = 30; slice < SIDE; slice++) {
    neg_volume_set_state (fixture->volume, slice, NEG_SLICE_READY);
    fixture->view.serial++;
    neg_cast_canvas_want (fixture->canvas, &fixture->view);
    g_main_context_iteration (NULL, FALSE);
  }
  wait_until_settled (fixture);
  assert_is_fine (fixture);
}

/* A table of the file is lent: who lends it may go while threads draw. */
static void
test_lent_table (Fixture *fixture, gconstpointer data)
{
  NegLut lut = { .n_entries = 2001, .first_mapped = -1000, .bits = 8 };
  g_autofree guint8 *pixels = NULL;
  GdkTexture *texture;
  guint cell, width, height;

  lut.entries = g_new (guint16, lut.n_entries);
  for (guint i = 0; i < lut.n_entries; i++)
    lut.entries[i] = 255;
  neg_raycast_init (&fixture->view.raycast, fixture->volume, NEG_RAYCAST_MIP, TRUE);
  fixture->view.raycast.pixel_mm = 0.1; /* nothing beside the volume */
  fixture->view.raycast.voi = (NegVoi){ .lut = &lut };
  fixture->view.is_moving = TRUE;
  neg_cast_canvas_want (fixture->canvas, &fixture->view);
  memset (lut.entries, 0, lut.n_entries * sizeof *lut.entries);
  g_free (lut.entries);
  wait_for_drawn (fixture, 1);
  texture = neg_cast_canvas_get (fixture->canvas, &cell);
  width = gdk_texture_get_width (texture);
  height = gdk_texture_get_height (texture);
  pixels = g_malloc (width * height * 4);
  gdk_texture_download (texture, pixels, width * 4);
  for (guint i = 0; i < width * height; i++)
    g_assert_cmpuint (pixels[4 * i], ==, 255);
}

/* Freed while threads work. */
static void
test_dropped (void)
{
  for (guint i = 0; i < 20; i++) {
    Fixture fixture = { 0 };

    fixture_set_up (&fixture, NULL);
    neg_cast_canvas_want (fixture.canvas, &fixture.view);
    for (guint j = 0; j < i * 20; j++)
      g_main_context_iteration (NULL, FALSE);
    fixture_tear_down (&fixture, NULL);
  }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("/cast-canvas/settles", test_settles);
  ADD ("/cast-canvas/coarse-place", test_coarse_place);
  ADD ("/cast-canvas/turned", test_turned);
  ADD ("/cast-canvas/forgets", test_forgets);
  ADD ("/cast-canvas/other-volume", test_other_volume);
  ADD ("/cast-canvas/grows", test_grows);
  ADD ("/cast-canvas/lent-table", test_lent_table);
  g_test_add_func ("/cast-canvas/dropped", test_dropped);
  return g_test_run ();
}
