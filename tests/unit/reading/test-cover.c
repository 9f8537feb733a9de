/* What may hold text in its pixels, and what of it is covered. */
#include "config.h"

#include "model/neg-fiction.h"
#include "reading/neg-cover.h"

#define CT "1.2.840.10008.5.1.4.1.1.2"
#define US "1.2.840.10008.5.1.4.1.1.6.1"

static NegInstance *
make (const char *sop_class, guint32 columns, guint32 rows)
{
  NegInstance *instance = neg_instance_new ();

  instance->sop_class_uid = g_strdup (sop_class);
  instance->series_uid = g_strdup ("2.25.77");
  instance->patient_name = g_strdup ("Lamp^Ada");
  instance->patient_id = g_strdup ("T-1");
  instance->columns = columns;
  instance->rows = rows;
  instance->samples = instance->frames = instance->n_frame_infos = 1;
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  return instance;
}

static void
test_which (void)
{
  g_autoptr (NegInstance) plain = make (CT, 8, 8), other = make (US, 8, 8), said = make (CT, 8, 8), colour = make (CT, 8, 8);
  g_autoptr (NegInstance) screen = make (CT, 8, 8), none = make (NULL, 8, 8), demo = make (US, 8, 8);

  said->burned_in_annotation = TRUE;
  colour->samples = 3;
  screen->image_type = g_strdup ("DERIVED\\SECONDARY\\SCREEN SAVE");
  neg_fiction_let_pass (NEG_TEXT_NAME, "Beispiel^Otto");
  neg_fiction_let_pass (NEG_TEXT_ID, "DEMO-X");
  g_free (demo->patient_name);
  g_free (demo->patient_id);
  demo->patient_name = g_strdup ("Beispiel^Otto");
  demo->patient_id = g_strdup ("DEMO-X");
  g_assert_false (neg_cover_may_hold_text (plain));
  g_assert_true (neg_cover_may_hold_text (other));
  g_assert_true (neg_cover_may_hold_text (said));
  g_assert_true (neg_cover_may_hold_text (colour));
  g_assert_true (neg_cover_may_hold_text (screen));
  g_assert_true (neg_cover_may_hold_text (none));
  g_assert_false (neg_cover_may_hold_text (demo));
}

static void
test_confirm (void)
{
  g_autoptr (NegInstance) image = make (US, 8, 6), larger = make (US, 16, 12), plain = make (CT, 8, 6);
  const NegCoverBox boxes[] = { { 1, 1, 3, 2 }, { -5, -5, 2, 2 }, { 6, 4, 100, 100 } }, *said;
  guint n = 7;

  neg_fiction_set_on (FALSE);
  g_assert_cmpint (neg_cover_get (image, NULL, NULL), ==, NEG_COVER_NONE);
  neg_fiction_set_on (TRUE);
  g_assert_cmpint (neg_cover_get (plain, NULL, NULL), ==, NEG_COVER_NONE);
  g_assert_cmpint (neg_cover_get (image, &said, &n), ==, NEG_COVER_ALL);
  g_assert_true (said == NULL && n == 0);
  neg_cover_confirm (image, boxes, G_N_ELEMENTS (boxes));
  g_assert_cmpint (neg_cover_get (image, &said, &n), ==, NEG_COVER_BOXES);
  g_assert_cmpuint (n, ==, 2); /* the one outside covers nothing */
  g_assert_cmpfloat (said[1].width, ==, 2);
  g_assert_cmpint (neg_cover_get (larger, NULL, NULL), ==, NEG_COVER_ALL); /* of another size boxes mean nothing */
  neg_cover_take_back (image);
  g_assert_cmpint (neg_cover_get (image, NULL, NULL), ==, NEG_COVER_ALL);
  g_assert_null (neg_cover_get_confirmed (image, &n));
  neg_fiction_set_on (FALSE);
}

static guint
count_covered (const NegLayers *layers)
{
  guint n = 0;

  for (gsize i = 0; i < (gsize) layers->columns * layers->rows; i++)
    n += layers->cells[i] != 0;
  return n;
}

/* One pixel more all round, and nothing outside of the picture. */
static void
test_layers (void)
{
  g_autoptr (NegInstance) image = make (US, 8, 6);
  const NegCoverBox box = { 2.5, 2, 1, 1 };
  g_autoptr (NegLayers) layers = NULL, all = NULL;

  neg_fiction_set_on (TRUE);
  neg_cover_confirm (image, &box, 1);
  layers = neg_cover_new_layers (image, 0, NULL);
  g_assert_cmpuint (count_covered (layers), ==, 4 * 3);
  g_assert_cmpint (layers->cells[1 * 8 + 1], !=, 0);
  g_assert_cmpint (layers->cells[3 * 8 + 4], !=, 0);
  g_assert_cmpint (layers->cells[4 * 8 + 4], ==, 0);
  neg_cover_confirm (image, &(NegCoverBox){ 0, 0, 8, 6 }, 1);
  all = neg_cover_new_layers (image, 0, NULL);
  g_assert_cmpuint (count_covered (all), ==, 48);
  neg_fiction_set_on (FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cover/which", test_which);
  g_test_add_func ("/cover/confirm", test_confirm);
  g_test_add_func ("/cover/layers", test_layers);
  return g_test_run ();
}
