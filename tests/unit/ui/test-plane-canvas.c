#include "config.h"

#include "ui/neg-plane-canvas.h"

#define SIDE 64
#define WIDTH 150
#define HEIGHT 110
#define SLAB_MM 20.0
#define LIMIT_US (60 * G_USEC_PER_SEC)

typedef struct {
  NegVolume *volume;
  NegPlaneCanvas *canvas;
  guint n_finer;
} Fixture;

static void
finer_cb (gpointer user_data)
{
  ((Fixture *) user_data)->n_finer++;
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
  for (int i = 0; i < SIDE * SIDE * SIDE; i++)
    voxels[i] = (gint16) (i * 2654435761u >> 22);
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
  fixture->canvas = neg_plane_canvas_new (finer_cb, fixture);
}

static void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  neg_plane_canvas_free (fixture->canvas);
  neg_volume_unref (fixture->volume);
}

/* A slab that slants, @z_mm through the volume. */
static NegPlaneView
make_view (Fixture *fixture, double z_mm)
{
  static const double normal[3] = { 0.6, 0, 0.8 }, up[3] = { 0, -1, 0 };
  const double middle_mm[3] = { SIDE / 2.0, SIDE / 2.0, z_mm };
  NegPlaneView view = { .volume = fixture->volume,
                        .width = WIDTH,
                        .height = HEIGHT,
                        .look = { .modality = { .slope = 1 }, .voi = { .center = 512, .width = 1024 } } };

  view.look.output_to_image = (NegAffine){ { 1, 0, 0, 0, 1, 0 } };
  neg_reformat_init (&view.reformat, middle_mm, normal, up, WIDTH, HEIGHT, 0.4);
  neg_reformat_set_slab (&view.reformat, fixture->volume, SLAB_MM, NEG_PROJECTION_MIP);
  return view;
}

/* Whether with some share of time it is waited for: it must take longer than that, but not much longer. */
static gboolean
prepare (Fixture *fixture, const NegPlaneView *view)
{
  for (gint64 budget_us = 10 * G_USEC_PER_SEC; budget_us > 0; budget_us /= 2)
    if (neg_plane_canvas_prepare (fixture->canvas, view, budget_us))
      return TRUE;
  return FALSE;
}

static GdkTexture *
draw (NegPlaneCanvas *canvas, const NegPlaneView *view, gint64 budget_us, guint *cell)
{
  g_autoptr (GError) error = NULL;
  GdkTexture *texture = neg_plane_canvas_draw (canvas, view, budget_us, cell, &error);

  g_assert_no_error (error);
  return texture;
}

static void
assert_is_exact (GdkTexture *texture, const NegPlaneView *view)
{
  NegPlaneCanvas *canvas = neg_plane_canvas_new (finer_cb, &(Fixture){ .n_finer = 0 });
  g_autofree guint8 *pixels = g_malloc (WIDTH * HEIGHT * 4), *expected = g_malloc (WIDTH * HEIGHT * 4);
  guint cell;
  g_autoptr (GdkTexture) again = draw (canvas, view, G_MAXINT64, &cell);

  g_assert_cmpuint (cell, ==, 1);
  gdk_texture_download (texture, pixels, WIDTH * 4);
  gdk_texture_download (again, expected, WIDTH * 4);
  g_assert_cmpmem (pixels, WIDTH * HEIGHT * 4, expected, WIDTH * HEIGHT * 4);
  neg_plane_canvas_free (canvas);
}

static void
wait_for_finer (Fixture *fixture, guint n)
{
  gint64 end_us = g_get_monotonic_time () + LIMIT_US;

  while (fixture->n_finer < n && g_get_monotonic_time () < end_us)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (500);
  g_assert_cmpuint (fixture->n_finer, ==, n);
}

static void
draw_first (Fixture *fixture)
{
  NegPlaneView view = make_view (fixture, 20);
  guint cell;
  g_autoptr (GdkTexture) texture = draw (fixture->canvas, &view, G_MAXINT64, &cell);

  g_assert_cmpuint (cell, ==, 1);
  assert_is_exact (texture, &view);
}

static void
test_waits (Fixture *fixture, gconstpointer data)
{
  NegPlaneView view = make_view (fixture, 25);
  g_autoptr (GdkTexture) texture = NULL;
  guint cell;

  draw_first (fixture);
  g_assert_true (prepare (fixture, &view));
  g_assert_true (neg_plane_canvas_prepare (fixture->canvas, &view, 0)); /* the same: still waited for */
  wait_for_finer (fixture, 1);
  texture = draw (fixture->canvas, &view, 0, &cell);
  g_assert_cmpuint (cell, ==, 1);
  assert_is_exact (texture, &view);
  g_assert_cmpuint (neg_plane_canvas_get_n_samplings (fixture->canvas), ==, 1); /* the first; threads did the other */
}

static void
test_moves_on (Fixture *fixture, gconstpointer data)
{
  NegPlaneView view = make_view (fixture, 25), next = make_view (fixture, 30);
  g_autoptr (GdkTexture) coarse = NULL, fine = NULL;
  guint cell;

  draw_first (fixture);
  g_assert_true (prepare (fixture, &view));
  g_assert_false (prepare (fixture, &next));
  coarse = draw (fixture->canvas, &next, 0, &cell);
  g_assert_cmpuint (cell, >, 1);
  wait_for_finer (fixture, 1); /* not of the one between */
  fine = draw (fixture->canvas, &next, 0, &cell);
  g_assert_cmpuint (cell, ==, 1);
  assert_is_exact (fine, &next);
}

/* A coarse picture is not left to stand: what follows it is drawn. */
static void
test_coarse_goes (Fixture *fixture, gconstpointer data)
{
  NegPlaneView view = make_view (fixture, 25), next = make_view (fixture, 30);
  g_autoptr (GdkTexture) coarse = NULL;
  guint cell;

  coarse = draw (fixture->canvas, &view, 0, &cell);
  g_assert_cmpuint (cell, >, 1);
  g_assert_false (prepare (fixture, &next));
}

/* Neither is a picture of another size, or of another volume. */
static void
test_others_go (Fixture *fixture, gconstpointer data)
{
  NegPlaneView larger = make_view (fixture, 20), other = make_view (fixture, 20);

  draw_first (fixture);
  larger.width++;
  g_assert_false (prepare (fixture, &larger));
  other.volume = make_volume ();
  g_assert_false (prepare (fixture, &other));
  neg_volume_unref (other.volume);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/plane-canvas/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("waits", test_waits);
  ADD ("moves-on", test_moves_on);
  ADD ("coarse-goes", test_coarse_goes);
  ADD ("others-go", test_others_go);
  return g_test_run ();
}
