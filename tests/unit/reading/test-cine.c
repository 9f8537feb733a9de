/* NegCine: when which image is due, worked out by hand; nothing here looks at a clock. */
#include "config.h"

#include <math.h>

#include "reading/neg-cine.h"

#define DEFAULT_HZ 10.0

static NegInstance *
new_film (guint32 frames)
{
  NegInstance *instance = neg_instance_new ();

  instance->kind = NEG_OBJECT_IMAGE;
  instance->modality = g_strdup ("XA");
  instance->study_uid = g_strdup ("1.2.3");
  instance->series_uid = g_strdup ("1.2.3.4");
  instance->sop_instance_uid = g_strdup ("1.2.3.4.1");
  instance->rows = instance->columns = 8;
  instance->samples = 1;
  instance->frames = frames;
  instance->bits_allocated = instance->bits_stored = 8;
  instance->high_bit = 7;
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  return instance;
}

static void
set_frame_times (NegInstance *instance, const double *times_ms, guint n)
{
  instance->frame_times_ms = g_memdup2 (times_ms, n * sizeof *times_ms);
  instance->n_frame_times = n;
}

/* Takes @instance. */
static NegSeries *
build (NegInstance *instance)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (GPtrArray) built = NULL;

  g_ptr_array_add (instances, instance);
  g_ptr_array_add (blobs, neg_blob_new_for_path ("film"));
  built = neg_series_build (instances, blobs);
  g_assert_cmpuint (built->len, ==, 1);
  return g_object_ref (g_ptr_array_index (built, 0));
}

static void
init (NegCine *cine, NegInstance *instance)
{
  g_autoptr (NegSeries) series = build (instance);

  neg_cine_init (cine, series, DEFAULT_HZ);
}

/* What the file says, and which of it wins. */
static void
test_rate (void)
{
  static const double vector_ms[] = { 0, 20, 40, 60 };
  static const struct {
    double rate_hz, frame_time_ms;
    gboolean has_vector;
    NegCineSource source;
    double expected_hz;
  } cases[] = {
    { NAN, NAN, FALSE, NEG_CINE_SOURCE_DEFAULT, 10 },
    { 15, 40, TRUE, NEG_CINE_SOURCE_RATE, 15 },
    { NAN, 50, TRUE, NEG_CINE_SOURCE_FRAME_TIMES, 25 },
    { NAN, 50, FALSE, NEG_CINE_SOURCE_FRAME_TIME, 20 },
    { 0, 50, FALSE, NEG_CINE_SOURCE_FRAME_TIME, 20 },
    { -5, 0, FALSE, NEG_CINE_SOURCE_DEFAULT, 10 },
    { INFINITY, -3, FALSE, NEG_CINE_SOURCE_DEFAULT, 10 },
    { 1e9, NAN, FALSE, NEG_CINE_SOURCE_RATE, 120 },
    { 0.01, NAN, FALSE, NEG_CINE_SOURCE_RATE, 0.5 },
    { NAN, 1e-300, FALSE, NEG_CINE_SOURCE_FRAME_TIME, 120 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (NegCine) cine = { 0 };
    NegInstance *instance = new_film (4);

    instance->cine_rate_hz = cases[i].rate_hz;
    instance->frame_time_ms = cases[i].frame_time_ms;
    if (cases[i].has_vector)
      set_frame_times (instance, vector_ms, 4);
    init (&cine, instance);
    g_assert_cmpuint (cine.source, ==, cases[i].source);
    g_assert_cmpfloat_with_epsilon (cine.rate_hz, cases[i].expected_hz, 1e-9);
  }
}

/* Entry i lies between frames i - 1 and i; the last frame stays for the mean. Twice as fast, each is half as long. */
static void
test_vector (void)
{
  static const double vector_ms[] = { 0, 20, 40, 60 };
  static const gint64 expected_us[] = { 20000, 40000, 60000, 40000 };
  g_auto (NegCine) cine = { 0 };
  NegInstance *instance = new_film (4);

  set_frame_times (instance, vector_ms, 4);
  init (&cine, instance);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (neg_cine_get_duration_us (&cine, i), ==, expected_us[i]);
  neg_cine_set_rate_hz (&cine, 2 * cine.file_rate_hz);
  g_assert_cmpfloat_with_epsilon (cine.rate_hz, 50, 1e-9);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (neg_cine_get_duration_us (&cine, i), ==, expected_us[i] / 2);
}

/* Entries that cannot be, and vectors too short or too long, are no reason to stand still or to race. */
static void
test_bad_vectors (void)
{
  static const double odd_ms[] = { 7, -4, 0, NAN, 50, 1e300, 99, 99, 99 };
  static const gint64 limits_us[2] = { 8333, 2000000 };

  for (guint n = 1; n <= G_N_ELEMENTS (odd_ms); n++) {
    g_auto (NegCine) cine = { 0 };
    NegInstance *instance = new_film (6);

    set_frame_times (instance, odd_ms, n);
    init (&cine, instance);
    g_assert_cmpint (cine.source == NEG_CINE_SOURCE_FRAME_TIMES, ==, n > 4);
    for (guint i = 0; i < 6; i++) {
      g_assert_cmpint (neg_cine_get_duration_us (&cine, i), >=, limits_us[0]);
      g_assert_cmpint (neg_cine_get_duration_us (&cine, i), <=, limits_us[1]);
    }
  }
}

static void
assert_sequence (NegCine *cine, guint start, const char *expected)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  guint index;

  neg_cine_set_rate_hz (cine, 10);
  neg_cine_start (cine, start, 0);
  g_string_append_printf (seen, "%u", cine->place.index);
  for (gint64 now_us = 50000; now_us < 1000000; now_us += 100000)
    if (neg_cine_advance (cine, now_us, &index))
      g_string_append_printf (seen, "%u", index);
  g_assert_cmpstr (seen->str, ==, expected);
}

static void
test_modes_and_range (void)
{
  g_auto (NegCine) cine = { 0 };

  init (&cine, new_film (5));
  assert_sequence (&cine, 2, "2340123401");
  neg_cine_set_mode (&cine, NEG_CINE_SWEEP);
  assert_sequence (&cine, 2, "2343210123");
  neg_cine_set_mode (&cine, NEG_CINE_ONCE);
  assert_sequence (&cine, 1, "1234");
  g_assert_false (cine.playing);
  assert_sequence (&cine, 4, "01234");
  neg_cine_set_range (&cine, 3, 1);
  assert_sequence (&cine, 4, "123");
  neg_cine_set_mode (&cine, NEG_CINE_SWEEP);
  assert_sequence (&cine, 0, "1232123212");
  neg_cine_set_range (&cine, 3, 3);
  assert_sequence (&cine, 0, "3");
  neg_cine_set_range (&cine, 77, 4);
  g_assert_cmpuint (cine.first, ==, 4);
  g_assert_cmpuint (cine.last, ==, 4);
}

/* A range that is moved while it plays is entered at its beginning. */
static void
test_range_moves (void)
{
  g_auto (NegCine) cine = { 0 };
  guint index = 99;

  init (&cine, new_film (9));
  neg_cine_start (&cine, 2, 0);
  neg_cine_set_range (&cine, 5, 7);
  g_assert_true (neg_cine_advance (&cine, 100000, &index));
  g_assert_cmpuint (index, ==, 5);
}

static void
test_file_range (void)
{
  static const struct {
    guint32 first, last;
    guint expected_first, expected_last;
  } cases[] = { { 3, 6, 2, 5 }, { 0, 4, 0, 3 }, { 5, 0, 4, 7 }, { 6, 3, 0, 7 }, { 2, 9, 0, 7 }, { 4, 4, 0, 7 },
                { G_MAXUINT32, G_MAXUINT32, 0, 7 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (NegCine) cine = { 0 };
    NegInstance *instance = new_film (8);

    instance->first_shown_frame = cases[i].first;
    instance->last_shown_frame = cases[i].last;
    instance->sweeps = TRUE;
    init (&cine, instance);
    g_assert_cmpuint (cine.first, ==, cases[i].expected_first);
    g_assert_cmpuint (cine.last, ==, cases[i].expected_last);
    g_assert_cmpuint (cine.mode, ==, NEG_CINE_SWEEP);
  }
}

/* Drawing that is too slow skips images and says how many; the film keeps its time. */
static void
test_skipping (void)
{
  g_auto (NegCine) cine = { 0 };
  guint index;

  init (&cine, new_film (8));
  neg_cine_start (&cine, 0, 0);
  g_assert_false (neg_cine_advance (&cine, 99999, &index));
  g_assert_true (neg_cine_advance (&cine, 100000, &index));
  g_assert_cmpuint (index, ==, 1);
  g_assert_true (neg_cine_advance (&cine, 450000, &index));
  g_assert_cmpuint (index, ==, 4);
  g_assert_cmpuint (neg_cine_get_n_skipped (&cine), ==, 2);
  g_assert_true (neg_cine_advance (&cine, 500000, &index));
  g_assert_cmpuint (index, ==, 5);
  /* Nobody looked for a minute: it goes on, and nothing counts as lost. */
  g_assert_true (neg_cine_advance (&cine, 60000000, &index));
  g_assert_cmpuint (index, ==, 6);
  g_assert_cmpuint (neg_cine_get_n_skipped (&cine), ==, 2);
}

/* What is not decoded yet is waited for, however late it comes; then it goes on without a jump. */
static void
test_holding (void)
{
  g_auto (NegCine) cine = { 0 };
  guint index;

  init (&cine, new_film (8));
  neg_cine_start (&cine, 0, 0);
  g_assert_true (neg_cine_advance (&cine, 330000, &index));
  g_assert_cmpuint (index, ==, 3);
  neg_cine_hold (&cine, 330000);
  g_assert_cmpuint (neg_cine_get_n_skipped (&cine), ==, 0);
  for (gint64 now_us = 340000; now_us < 900000; now_us += 16000) {
    g_assert_true (neg_cine_advance (&cine, now_us, &index));
    g_assert_cmpuint (index, ==, 1);
    neg_cine_hold (&cine, now_us);
  }
  g_assert_true (neg_cine_advance (&cine, 900000, &index));
  g_assert_cmpuint (index, ==, 1);
  g_assert_false (neg_cine_advance (&cine, 999999, &index));
  g_assert_true (neg_cine_advance (&cine, 1000000, &index));
  g_assert_cmpuint (index, ==, 2);
  g_assert_cmpuint (neg_cine_get_n_skipped (&cine), ==, 0);
}

/* The last image of a film that is played once may have to be waited for too. */
static void
test_holding_at_the_end (void)
{
  g_auto (NegCine) cine = { 0 };
  guint index;

  init (&cine, new_film (3));
  neg_cine_set_mode (&cine, NEG_CINE_ONCE);
  neg_cine_start (&cine, 0, 0);
  g_assert_true (neg_cine_advance (&cine, 800000, &index));
  g_assert_cmpuint (index, ==, 2);
  neg_cine_hold (&cine, 800000);
  g_assert_true (neg_cine_advance (&cine, 800000, &index));
  g_assert_cmpuint (index, ==, 1);
  g_assert_true (neg_cine_advance (&cine, 900000, &index));
  g_assert_cmpuint (index, ==, 2);
  g_assert_false (neg_cine_advance (&cine, 1000000, &index));
  g_assert_false (cine.playing);
}

static void
test_shown_rate (void)
{
  g_auto (NegCine) cine = { 0 };
  gint64 now_us = 0;
  guint index;

  init (&cine, new_film (8));
  neg_cine_set_rate_hz (&cine, 25);
  neg_cine_start (&cine, 0, 0);
  g_assert_cmpfloat (neg_cine_get_shown_hz (&cine, 0), ==, 0);
  for (guint i = 0; i < 100; i++) {
    now_us += 40000;
    g_assert_true (neg_cine_advance (&cine, now_us, &index));
    if (i % 3 == 0) {
      neg_cine_hold (&cine, now_us);
      g_assert_true (neg_cine_advance (&cine, now_us, &index));
    }
    g_assert_cmpfloat_with_epsilon (neg_cine_get_shown_hz (&cine, now_us), 25, 1e-9);
  }
  /* It stands still: 30 intervals in the 1.2 s that they took and the 2.4 s since the next was due. */
  g_assert_cmpfloat_with_epsilon (neg_cine_get_shown_hz (&cine, now_us + 40000 + 2400000), 30 / 3.6, 1e-9);
}

static void
test_nothing (void)
{
  g_auto (NegCine) cine = { 0 };
  guint index;

  neg_cine_init (&cine, NULL, NAN);
  neg_cine_start (&cine, 3, 0);
  g_assert_false (neg_cine_advance (&cine, G_MAXINT64 / 2, &index));
  neg_cine_set_range (&cine, 5, 2);
  g_assert_cmpuint (cine.last, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cine/pitfall-15-rate", test_rate);
  g_test_add_func ("/cine/pitfall-15-vector", test_vector);
  g_test_add_func ("/cine/bad-vectors", test_bad_vectors);
  g_test_add_func ("/cine/pitfall-15-modes-and-range", test_modes_and_range);
  g_test_add_func ("/cine/range-moves", test_range_moves);
  g_test_add_func ("/cine/file-range", test_file_range);
  g_test_add_func ("/cine/skipping", test_skipping);
  g_test_add_func ("/cine/holding", test_holding);
  g_test_add_func ("/cine/holding-at-the-end", test_holding_at_the_end);
  g_test_add_func ("/cine/shown-rate", test_shown_rate);
  g_test_add_func ("/cine/nothing", test_nothing);
  return g_test_run ();
}
