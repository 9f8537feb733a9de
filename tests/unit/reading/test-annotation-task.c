/* Numbers that take longer: the same as at once, and kept without being a step of their own. */
#include "config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reading/neg-annotation-task.h"
#include "reading/neg-annotations.h"
#include "reading/neg-undo.h"

#define N_COLUMNS 1200
#define N_ROWS 900

typedef struct {
  NegInstance *instance;
  NegPixels *pixels;
  NegAnnotations *annotations;
  guint n_kept;
  GAsyncResult *result;
} Fixture;

static NegPixels *
new_pixels (void)
{
  const NegFrameFormat format = { N_ROWS, N_COLUMNS, 1, 16, NEG_SAMPLE_U16, NEG_COLOR_MONOCHROME2 };
  int fd = -1;
  g_autoptr (GError) error = NULL;
  NegPixels *pixels = neg_pixels_new (&format, &fd, &error);
  guint16 *values;

  g_assert_no_error (error);
  values = mmap (NULL, N_ROWS * N_COLUMNS * 2, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (values != MAP_FAILED);
  for (guint i = 0; i < N_ROWS * N_COLUMNS; i++)
    values[i] = i % N_COLUMNS + 3 * (i / N_COLUMNS);
  munmap (values, N_ROWS * N_COLUMNS * 2);
  close (fd);
  return pixels;
}

static gboolean
keep (const char *study_uid, NegAnnotationOperation operation, const char *uid, const char *text, GError **error,
      gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_kept++;
  return TRUE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  NegInstance *instance = neg_instance_new ();

  instance->rows = N_ROWS;
  instance->columns = N_COLUMNS;
  instance->samples = instance->frames = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->n_frame_infos = 1;
  instance->frame_infos = g_new (NegFrameInfo, 1);
  neg_frame_info_init (instance->frame_infos);
  fixture->instance = instance;
  fixture->pixels = new_pixels ();
  fixture->annotations = neg_annotations_new ();
  neg_annotations_set_sink (fixture->annotations, keep, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->annotations);
  neg_instance_unref (fixture->instance);
  neg_pixels_unref (fixture->pixels);
}

static NegAnnotation *
new_box (double right)
{
  const double points_px[] = { 10, 10, right, 890 };
  NegAnnotation *box = neg_annotation_new (NEG_ANNOTATION_RECTANGLE);

  box->uid = g_strdup ("2.25.1");
  box->study_uid = g_strdup ("1.2.3");
  box->sop_instance_uid = g_strdup ("1.2.3.4");
  box->frame = 1;
  neg_annotation_set_points (box, points_px, 2);
  return box;
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  /* Of an owner that the task kept the last reference might go in the thread. */
  g_assert_null (source);
  fixture->result = g_object_ref (result);
}

static NegAnnotation *
measure_in_thread (Fixture *fixture, const NegAnnotation *box, GCancellable *cancellable, NegHistogram *histogram)
{
  g_autoptr (GAsyncResult) result = NULL;
  NegAnnotation *measured;

  neg_annotation_measure_async (box, fixture->instance, 0, fixture->pixels, NULL, cancellable, done_cb, fixture);
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = g_steal_pointer (&fixture->result);
  measured = neg_annotation_measure_finish (result, histogram, NULL, NULL);
  return measured;
}

static void
test_same (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegAnnotation) box = new_box (1190), measured = NULL;
  const NegFrame *pixels = neg_pixels_get_frame (fixture->pixels);
  NegHistogram at_once, later;
  NegDraw draw;

  g_assert_true (neg_annotation_is_large (box));
  measured = measure_in_thread (fixture, box, NULL, &later);
  g_assert_cmpuint (box->n_values, ==, 0); /* a copy was measured */
  neg_draw_init (&draw, fixture->instance, 0, pixels, 0);
  neg_annotation_measure (box, fixture->instance, 0, &draw, pixels, NULL, &at_once, NULL);
  g_assert_cmpuint (box->n_values, ==, 5);
  g_assert_cmpuint (measured->n_values, ==, 5);
  for (guint i = 0; i < 5; i++) {
    g_assert_cmpint (measured->values[i].quantity, ==, box->values[i].quantity);
    g_assert_cmpfloat (measured->values[i].value, ==, box->values[i].value);
  }
  g_assert_cmpmem (&at_once, sizeof at_once, &later, sizeof later);
}

/* A line across the image has no pixels to count: it is not measured twice. */
static void
test_only_regions (void)
{
  g_autoptr (NegAnnotation) line = neg_annotation_new (NEG_ANNOTATION_LENGTH);

  neg_annotation_set_points (line, (const double[]){ 0, 0, 4000, 3000 }, 2);
  g_assert_false (neg_annotation_is_large (line));
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegAnnotation) box = new_box (1190);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_null (measure_in_thread (fixture, box, cancellable, NULL));
}

static guint
get_n_values (Fixture *fixture)
{
  NegAnnotation *now = neg_annotations_find (fixture->annotations, "2.25.1");

  return now != NULL ? now->n_values : 0;
}

/* Drawn, then its numbers: on the disk both, in undo one step, which has the numbers when it comes back. */
static void
test_no_step (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegAnnotation) box = new_box (1190), measured = NULL;
  guint64 serial;

  g_assert_true (neg_annotations_put (fixture->annotations, box, 0, NULL));
  serial = neg_annotations_get_undo_serial (fixture->annotations);
  measured = measure_in_thread (fixture, box, NULL, NULL);
  g_assert_true (neg_annotations_put_values (fixture->annotations, measured, NULL));
  g_assert_cmpuint (get_n_values (fixture), ==, 5);
  g_assert_cmpuint (fixture->n_kept, ==, 2);
  g_assert_cmpuint (neg_annotations_get_undo_serial (fixture->annotations), ==, serial);
  g_assert_true (neg_annotations_undo (fixture->annotations, NULL));
  g_assert_null (neg_annotations_find (fixture->annotations, "2.25.1"));
  g_assert_true (neg_annotations_redo (fixture->annotations, NULL));
  g_assert_cmpuint (get_n_values (fixture), ==, 5);
}

/* What was moved since or has gone has other numbers, or none; what is being moved has them when the move is given up. */
static void
test_too_late (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegAnnotation) box = new_box (1190), moved = new_box (1100), measured = NULL;

  g_assert_true (neg_annotations_put (fixture->annotations, box, 0, NULL));
  measured = measure_in_thread (fixture, box, NULL, NULL);
  g_assert_true (neg_annotations_put (fixture->annotations, moved, 0, NULL));
  g_assert_true (neg_annotations_put_values (fixture->annotations, measured, NULL));
  g_assert_cmpuint (get_n_values (fixture), ==, 0);
  g_assert_true (neg_annotations_undo (fixture->annotations, NULL));
  g_assert_true (neg_annotations_put (fixture->annotations, box, 7, NULL)); /* a gesture that has not moved it yet */
  g_assert_true (neg_annotations_put_values (fixture->annotations, measured, NULL));
  g_assert_cmpuint (get_n_values (fixture), ==, 0);
  g_assert_true (neg_annotations_put (fixture->annotations, moved, 7, NULL));
  g_assert_true (neg_annotations_put_values (fixture->annotations, measured, NULL));
  g_assert_cmpuint (get_n_values (fixture), ==, 0);
  neg_annotations_cancel_gesture (fixture->annotations, 7);
  g_assert_cmpuint (get_n_values (fixture), ==, 5);
  g_assert_true (neg_annotations_remove (fixture->annotations, "2.25.1", NULL));
  g_assert_true (neg_annotations_put_values (fixture->annotations, measured, NULL));
  g_assert_null (neg_annotations_find (fixture->annotations, "2.25.1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/annotation-task/same", Fixture, NULL, set_up, test_same, tear_down);
  g_test_add_func ("/annotation-task/only-regions", test_only_regions);
  g_test_add ("/annotation-task/cancelled", Fixture, NULL, set_up, test_cancelled, tear_down);
  g_test_add ("/annotation-task/no-step", Fixture, NULL, set_up, test_no_step, tear_down);
  g_test_add ("/annotation-task/too-late", Fixture, NULL, set_up, test_too_late, tear_down);
  return g_test_run ();
}
