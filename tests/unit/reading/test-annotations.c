/* NegAnnotations: every change is an operation, and playing the operations again ends where the reader ended. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "fake-study.h"
#include "reading/neg-annotations.h"
#include "reading/neg-undo.h"
#include "store/neg-annotation-store.h"

#define STUDY "1.2.3"
#define CLASS_UID "1.2.840.10008.5.1.4.1.1.88.34"

typedef struct {
  NegAnnotationOperation operation;
  char *study, *uid, *text;
} Kept;

typedef struct {
  GPtrArray *kept; /* Kept */
  gboolean is_full;
} Disk;

static void
free_kept (gpointer data)
{
  Kept *kept = data;

  g_free (kept->study);
  g_free (kept->uid);
  g_free (kept->text);
  g_free (kept);
}

static gboolean
keep (const char *study_uid, NegAnnotationOperation operation, const char *uid, const char *text, GError **error,
      gpointer user_data)
{
  Disk *disk = user_data;
  Kept *kept;

  if (disk->is_full)
    return neg_fail (error, NEG_ERROR_DISK_FULL, NULL, "full");
  kept = g_new0 (Kept, 1);
  kept->operation = operation;
  kept->study = g_strdup (study_uid);
  kept->uid = g_strdup (uid);
  kept->text = g_strdup (text);
  g_ptr_array_add (disk->kept, kept);
  return TRUE;
}

typedef struct {
  NegAnnotations *annotations;
  Disk disk;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->annotations = neg_annotations_new ();
  fixture->disk.kept = g_ptr_array_new_with_free_func (free_kept);
  neg_annotations_set_sink (fixture->annotations, keep, &fixture->disk);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->annotations);
  g_ptr_array_unref (fixture->disk.kept);
}

static NegAnnotation *
new_line (const char *uid, double x)
{
  const double points_px[] = { x, 1, 5, 5 };
  NegAnnotation *annotation = neg_annotation_new (NEG_ANNOTATION_LENGTH);

  annotation->uid = g_strdup (uid);
  annotation->study_uid = g_strdup (STUDY);
  annotation->sop_instance_uid = g_strdup ("1.2.3.4");
  neg_annotation_set_points (annotation, points_px, 2);
  return annotation;
}

static void
put (NegAnnotations *annotations, const char *uid, double x, guint gesture)
{
  g_autoptr (NegAnnotation) annotation = new_line (uid, x);
  g_autoptr (GError) error = NULL;

  neg_annotations_put (annotations, annotation, gesture, &error);
  g_assert_no_error (error);
}

static void
drop (NegAnnotations *annotations, const char *uid)
{
  g_autoptr (GError) error = NULL;

  neg_annotations_remove (annotations, uid, &error);
  g_assert_no_error (error);
}

static void
undo (NegAnnotations *annotations)
{
  g_autoptr (GError) error = NULL;

  neg_annotations_undo (annotations, &error);
  g_assert_no_error (error);
}

static void
redo (NegAnnotations *annotations)
{
  g_autoptr (GError) error = NULL;

  neg_annotations_redo (annotations, &error);
  g_assert_no_error (error);
}

/* "1:2 4:7" for lines "2.25.1" at 2 and "2.25.4" at 7. */
static char *
dup_content (NegAnnotations *annotations)
{
  g_autoptr (GPtrArray) list = neg_annotations_list_study (annotations, STUDY);
  GString *content = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++) {
    const NegAnnotation *annotation = g_ptr_array_index (list, i);

    g_string_append_printf (content, "%s%s:%g", i > 0 ? " " : "", annotation->uid + strlen ("2.25."),
                            annotation->points_px[0]);
  }
  return g_string_free (content, FALSE);
}

static void
assert_content (NegAnnotations *annotations, const char *expected)
{
  g_autofree char *content = dup_content (annotations);

  g_assert_cmpstr (content, ==, expected);
}

static void
assert_replayed (const Disk *disk, const char *expected)
{
  g_autoptr (NegAnnotations) again = neg_annotations_new ();

  for (guint i = 0; i < disk->kept->len; i++) {
    const Kept *kept = g_ptr_array_index (disk->kept, i);
    g_autoptr (GError) error = NULL;

    neg_annotations_replay (again, kept->study, kept->operation, kept->uid, kept->text, &error);
    g_assert_no_error (error);
  }
  assert_content (again, expected);
  g_assert_cmpuint (neg_annotations_get_undo_serial (again), ==, 0);
}

static void
test_steps (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;

  put (annotations, "2.25.1", 1, 0);
  put (annotations, "2.25.2", 2, 0);
  put (annotations, "2.25.1", 3, 0);
  assert_content (annotations, "1:3 2:2");
  undo (annotations);
  assert_content (annotations, "1:1 2:2");
  drop (annotations, "2.25.1");
  assert_content (annotations, "2:2");
  g_assert_cmpuint (neg_annotations_get_redo_serial (annotations), ==, 0);
  undo (annotations);
  assert_content (annotations, "1:1 2:2"); /* in its place of before */
  undo (annotations);
  undo (annotations);
  assert_content (annotations, "");
  undo (annotations);
  redo (annotations);
  redo (annotations);
  redo (annotations);
  redo (annotations);
  assert_content (annotations, "2:2");
  g_assert_cmpuint (fixture->disk.kept->len, ==, 11);
  assert_replayed (&fixture->disk, "2:2");
}

/* Whatever is done, the disk ends where the screen ends. */
static void
test_any_order (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;

  for (int i = 0; i < 600; i++) {
    g_autofree char *uid = g_strdup_printf ("2.25.%d", g_test_rand_int_range (1, 8));
    int what = g_test_rand_int_range (0, 10);

    if (what < 4)
      put (annotations, uid, i, 0);
    else if (what < 6)
      undo (annotations);
    else if (what < 8)
      redo (annotations);
    else if (neg_annotations_find (annotations, uid) != NULL)
      drop (annotations, uid);
    if (i % 50 == 0) {
      g_autofree char *content = dup_content (annotations);

      assert_replayed (&fixture->disk, content);
    }
  }
}

static void
test_gesture (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;

  for (int x = 1; x <= 50; x++)
    put (annotations, "2.25.1", x, 7);
  g_assert_cmpuint (fixture->disk.kept->len, ==, 0);
  g_assert_true (neg_annotations_is_unsaved (annotations, STUDY));
  g_assert_true (neg_annotations_end_gesture (annotations, 6, NULL)); /* not the one that goes on */
  g_assert_cmpuint (fixture->disk.kept->len, ==, 0);
  g_assert_true (neg_annotations_end_gesture (annotations, 7, NULL));
  g_assert_cmpuint (fixture->disk.kept->len, ==, 1);
  assert_replayed (&fixture->disk, "1:50");
  put (annotations, "2.25.1", 60, 8);
  put (annotations, "2.25.1", 50, 8); /* and back: nothing has changed */
  g_assert_true (neg_annotations_end_gesture (annotations, 8, NULL));
  g_assert_cmpuint (fixture->disk.kept->len, ==, 1);
  put (annotations, "2.25.1", 70, 9);
  put (annotations, "2.25.2", 2, 0); /* ends what went on */
  g_assert_cmpuint (fixture->disk.kept->len, ==, 3);
  undo (annotations);
  undo (annotations);
  assert_content (annotations, "1:50");
  undo (annotations);
  assert_content (annotations, "");
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;

  put (annotations, "2.25.1", 1, 3);
  neg_annotations_cancel_gesture (annotations, 3);
  assert_content (annotations, "");
  put (annotations, "2.25.1", 1, 0);
  put (annotations, "2.25.1", 2, 4);
  g_assert_cmpuint (neg_annotations_get_undo_serial (annotations), ==, G_MAXUINT64);
  neg_annotations_cancel_gesture (annotations, 4);
  assert_content (annotations, "1:1");
  g_assert_cmpuint (fixture->disk.kept->len, ==, 1);
}

/* What is not kept is not shown either. */
static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;
  g_autoptr (NegAnnotation) moved = new_line ("2.25.1", 9);
  g_autoptr (NegAnnotation) other = new_line ("2.25.2", 9);
  g_autoptr (GError) error = NULL;

  put (annotations, "2.25.1", 1, 0);
  fixture->disk.is_full = TRUE;
  g_assert_false (neg_annotations_put (annotations, moved, 0, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_DISK_FULL);
  g_assert_false (neg_annotations_put (annotations, other, 0, NULL));
  g_assert_false (neg_annotations_remove (annotations, "2.25.1", NULL));
  g_assert_false (neg_annotations_undo (annotations, NULL));
  assert_content (annotations, "1:1");
  g_assert_true (neg_annotations_put (annotations, moved, 5, NULL));
  assert_content (annotations, "1:9");
  g_assert_false (neg_annotations_end_gesture (annotations, 5, NULL));
  assert_content (annotations, "1:1");
  fixture->disk.is_full = FALSE;
  undo (annotations);
  assert_content (annotations, "");
  fixture->disk.is_full = TRUE;
  g_assert_false (neg_annotations_redo (annotations, NULL));
  assert_content (annotations, "");
  assert_replayed (&fixture->disk, "");
}

static void
count_cb (NegAnnotations *annotations, const char *image, GPtrArray *images)
{
  g_ptr_array_add (images, g_strdup (image));
}

static void
test_images (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;
  g_autoptr (GPtrArray) images = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (NegAnnotation) other = new_line ("2.25.9", 1);

  g_signal_connect (annotations, "changed", G_CALLBACK (count_cb), images);
  put (annotations, "2.25.2", 1, 0);
  put (annotations, "2.25.1", 2, 0);
  other->frame = 2;
  g_assert_true (neg_annotations_put (annotations, other, 0, NULL));
  put (annotations, "2.25.2", 3, 0);
  g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3.4", 1), ==, 2);
  g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3.4", 2), ==, 1);
  g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3.4", 3), ==, 0);
  g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3", 1), ==, 0);
  g_assert_cmpstr (neg_annotations_get_of_image (annotations, "1.2.3.4", 1, 0)->uid, ==, "2.25.2");
  g_assert_cmpstr (neg_annotations_get_of_image (annotations, "1.2.3.4", 1, 1)->uid, ==, "2.25.1");
  neg_annotations_select (annotations, "2.25.9");
  drop (annotations, "2.25.9");
  g_assert_null (neg_annotations_get_selected (annotations));
  g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3.4", 2), ==, 0);
  g_assert_cmpuint (images->len, ==, 5);
  g_assert_cmpstr (g_ptr_array_index (images, 0), ==, "1.2.3.4");
  neg_annotations_clear (annotations);
  g_assert_null (g_ptr_array_index (images, 5));
  assert_content (annotations, "");
  g_assert_cmpuint (neg_annotations_get_undo_serial (annotations), ==, 0);
}

/* Of a report: shown, not changed; what our own operations know is ours, also what was removed. */
static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;
  g_autoptr (GPtrArray) report = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);
  g_autoptr (NegAnnotation) change = new_line ("2.25.3", 5);
  g_autoptr (NegInstance) object = neg_instance_new ();
  g_autoptr (GError) error = NULL;

  put (annotations, "2.25.1", 1, 0);
  put (annotations, "2.25.2", 1, 0);
  drop (annotations, "2.25.2");
  for (int i = 1; i <= 3; i++) {
    g_autofree char *uid = g_strdup_printf ("2.25.%d", i);

    g_ptr_array_add (report, new_line (uid, 100));
  }
  g_ptr_array_add (report, new_line (NULL, 100));
  neg_annotations_add_report (annotations, object, report);
  neg_annotations_show_reports (annotations);
  assert_content (annotations, "1:1 3:100");
  g_assert_true (neg_annotations_find (annotations, "2.25.3")->is_foreign);
  g_assert_false (neg_annotations_put (annotations, change, 0, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_REFUSED);
  g_assert_false (neg_annotations_put (annotations, change, 1, NULL));
  g_assert_false (neg_annotations_remove (annotations, "2.25.3", NULL));
  assert_content (annotations, "1:1 3:100");
  g_assert_cmpuint (fixture->disk.kept->len, ==, 3);
}

static NegAnnotation *
new_foreign (const char *uid, double x, const char *image, const char *author, gint64 changed_us)
{
  NegAnnotation *annotation = new_line (uid, x);

  g_free (annotation->sop_instance_uid);
  annotation->sop_instance_uid = g_strdup (image);
  annotation->author = g_strdup (author);
  annotation->changed_us = changed_us;
  return annotation;
}

static void
add_foreign (NegAnnotations *annotations, NegAnnotation *one)
{
  g_autoptr (NegInstance) object = neg_instance_new ();
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);

  g_ptr_array_add (list, one);
  neg_annotations_add_report (annotations, object, list);
  neg_annotations_show_reports (annotations);
}

static double
get_first_x (NegAnnotations *annotations, const char *image, guint position)
{
  g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, image, 1), >, position);
  return neg_annotations_get_of_image (annotations, image, 1, position)->points_px[0];
}

/* The identifier is that of a finding: followed up on another image, measured by another reader, corrected. */
static void
test_same_finding (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;

  for (guint i = 0; i < 2; i++) { /* read again, nothing changes */
    add_foreign (annotations, new_foreign ("2.25.1", 10, "1.2.3.4", "A", 5));
    add_foreign (annotations, new_foreign ("2.25.1", 11, "1.2.3.4", "A", 6));
    add_foreign (annotations, new_foreign ("2.25.1", 20, "1.2.3.5", "A", 7));
    add_foreign (annotations, new_foreign ("2.25.1", 21, "1.2.3.5", "A", 8));
    add_foreign (annotations, new_foreign ("2.25.1", 30, "1.2.3.4", "B", 1));
    g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3.4", 1), ==, 2);
    g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3.5", 1), ==, 1);
    g_assert_cmpfloat (get_first_x (annotations, "1.2.3.4", 0), ==, 11);
    g_assert_cmpfloat (get_first_x (annotations, "1.2.3.4", 1), ==, 30);
    g_assert_cmpfloat (get_first_x (annotations, "1.2.3.5", 0), ==, 21);
  }
  put (annotations, "2.25.2", 1, 0); /* ours, in our report, and followed up by somebody else */
  add_foreign (annotations, new_foreign ("2.25.2", 1, "1.2.3.4", "C", 9));
  add_foreign (annotations, new_foreign ("2.25.2", 2, "1.2.3.6", "C", 9));
  g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3.4", 1), ==, 3);
  g_assert_cmpfloat (get_first_x (annotations, "1.2.3.6", 0), ==, 2);
  drop (annotations, "2.25.2");
  add_foreign (annotations, new_foreign ("2.25.2", 1, "1.2.3.4", "C", 9));
  g_assert_cmpuint (neg_annotations_get_n_of_image (annotations, "1.2.3.4", 1), ==, 2);
}

/* A report with the lines @numbers ("1 2"), each at its number + 10 times the report's. */
static void
add_coded (NegAnnotations *annotations, const char *code, const char *object_uid, const char *predecessors,
            const char *numbers)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);
  g_autoptr (NegInstance) object = neg_instance_new ();
  g_auto (GStrv) parts = g_strsplit (numbers, " ", 0);

  object->study_uid = g_strdup (STUDY);
  object->sop_instance_uid = g_strdup (object_uid);
  object->document_code = g_strdup (code);
  object->predecessors = g_strsplit (predecessors, " ", 0);
  for (char **part = parts; *part != NULL; part++) {
    g_autofree char *uid = g_strdup_printf ("2.25.%s", *part);
    const double x = g_ascii_strtod (*part, NULL) + 10 * g_ascii_strtod (object_uid, NULL);

    g_ptr_array_add (list, new_foreign (uid, x, "1.2.3.4", "A", (gint64) x));
  }
  neg_annotations_add_report (annotations, object, list);
}

static void
add_report (NegAnnotations *annotations, const char *object_uid, const char *predecessors, const char *numbers)
{
  add_coded (annotations, "DCM 126000", object_uid, predecessors, numbers);
}

/* A text about measurements names them as what it has content of, and takes away none. */
static void
test_predecessors_of_text (Fixture *fixture, gconstpointer data)
{
  add_report (fixture->annotations, "1", "", "1");
  add_report (fixture->annotations, "2", "1", "2");
  add_coded (fixture->annotations, "LN 18748-4", "3", "2", "");
  add_coded (fixture->annotations, NULL, "4", "2", "4");
  neg_annotations_show_reports (fixture->annotations);
  assert_content (fixture->annotations, "2:22 4:44");
}

/* Of a chain the newest counts, whichever comes first and whether they come together: 1 <- 2 <- 3, and 4 beside them. */
static void
test_predecessors (Fixture *fixture, gconstpointer data)
{
  static const char *const reports[][3]
      = { { "1", "", "1 2 3" }, { "2", "1", "2 3" }, { "3", "2", "3" }, { "4", "77", "4" } };
  static const guint orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 3, 0, 2 }, { 2, 0, 3, 1 } };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (orders); i++) {
    neg_annotations_clear (fixture->annotations);
    for (guint j = 0; j < 4; j++) {
      const char *const *report = reports[orders[i / 2][j]];

      add_report (fixture->annotations, report[0], report[1], report[2]);
      if (i % 2 == 0)
        neg_annotations_show_reports (fixture->annotations);
    }
    neg_annotations_show_reports (fixture->annotations);
    g_assert_null (neg_annotations_find (fixture->annotations, "2.25.1"));
    g_assert_null (neg_annotations_find (fixture->annotations, "2.25.2"));
    g_assert_cmpfloat (neg_annotations_find (fixture->annotations, "2.25.3")->points_px[0], ==, 33);
    g_assert_nonnull (neg_annotations_find (fixture->annotations, "2.25.4"));
    g_assert_cmpuint (neg_annotations_get_n_of_image (fixture->annotations, "1.2.3.4", 1), ==, 2);
  }
}

/* A mark of a report that is gone may come back with another one, in its place; what is ours never moves. */
static void
test_predecessors_and_own (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;

  put (annotations, "2.25.8", 1, 0);
  put (annotations, "2.25.9", 1, 0);
  drop (annotations, "2.25.9");
  add_report (annotations, "1", "", "1 2 8 9");
  neg_annotations_show_reports (annotations);
  neg_annotations_select (annotations, "2.25.2");
  assert_content (annotations, "8:1 1:11 2:12");
  add_report (annotations, "2", "1", "2 8 9");
  neg_annotations_show_reports (annotations);
  assert_content (annotations, "8:1 2:22");
  g_assert_cmpstr (neg_annotations_get_selected (annotations), ==, "2.25.2");
  add_report (annotations, "3", "2", "9 1");
  neg_annotations_show_reports (annotations);
  assert_content (annotations, "8:1 1:31");
  g_assert_null (neg_annotations_get_selected (annotations));
}

/* A circle has no newest, and one that names itself is none of its own: all are shown. What a newest one names goes. */
static void
test_predecessor_circle (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;

  add_report (annotations, "1", "2", "1");
  neg_annotations_show_reports (annotations);
  add_report (annotations, "2", "1", "2");
  add_report (annotations, "3", "3", "3");
  neg_annotations_show_reports (annotations);
  assert_content (annotations, "1:11 2:22 3:33");
  add_report (annotations, "4", "1", "4");
  neg_annotations_show_reports (annotations);
  assert_content (annotations, "3:33 4:44");
}

static void
test_saved (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;
  g_autoptr (NegAnnotations) again = neg_annotations_new ();
  guint64 change;
  const char *uid, *series_uid, *class_uid;

  g_assert_false (neg_annotations_is_unsaved (annotations, STUDY));
  put (annotations, "2.25.1", 1, 0);
  undo (annotations);
  g_assert_false (neg_annotations_is_unsaved (annotations, STUDY)); /* nothing is there, nothing was written */
  redo (annotations);
  g_assert_true (neg_annotations_is_unsaved (annotations, STUDY));
  g_assert_false (neg_annotations_is_unsaved (annotations, "1.2"));
  change = neg_annotations_get_change (annotations, STUDY);
  put (annotations, "2.25.2", 1, 0); /* while it was written */
  g_assert_true (neg_annotations_mark_saved (annotations, STUDY, "2.25.77", "2.25.7", CLASS_UID, change, NULL));
  g_assert_true (neg_annotations_is_unsaved (annotations, STUDY));
  change = neg_annotations_get_change (annotations, STUDY);
  g_assert_true (neg_annotations_mark_saved (annotations, STUDY, "2.25.78", "2.25.7", CLASS_UID, change, NULL));
  g_assert_false (neg_annotations_is_unsaved (annotations, STUDY));
  for (guint i = 0; i < fixture->disk.kept->len; i++) {
    const Kept *kept = g_ptr_array_index (fixture->disk.kept, i);

    g_assert_true (neg_annotations_replay (again, kept->study, kept->operation, kept->uid, kept->text, NULL));
    /* After 3 changes nothing is saved, after the 4th, and the mark of 3, something is not. */
    g_assert_cmpint (neg_annotations_is_unsaved (again, STUDY), ==, i != 1 && i != 5);
  }
  g_assert_true (neg_annotations_get_saved (again, STUDY, &uid, &series_uid, &class_uid));
  g_assert_cmpstr (uid, ==, "2.25.78");
  g_assert_cmpstr (class_uid, ==, CLASS_UID);
  /* As it was kept when there was one class. */
  g_assert_true (neg_annotations_replay (again, STUDY, NEG_ANNOTATION_SAVED, "2.25.79", "4 2.25.7", NULL));
  g_assert_true (neg_annotations_get_saved (again, STUDY, &uid, &series_uid, &class_uid));
  g_assert_cmpstr (series_uid, ==, "2.25.7");
  g_assert_cmpstr (class_uid, ==, "1.2.840.10008.5.1.4.1.1.88.33");
  drop (annotations, "2.25.1");
  drop (annotations, "2.25.2");
  g_assert_true (neg_annotations_is_unsaved (annotations, STUDY)); /* the object that was written still shows them */
}

/* What is in the hand is of its own study alone, and can be written down at any moment. */
static void
test_in_hand (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;

  put (annotations, "2.25.1", 1, 4);
  g_assert_true (neg_annotations_is_unsaved (annotations, STUDY));
  g_assert_false (neg_annotations_is_unsaved (annotations, "1.2"));
  g_assert_cmpuint (fixture->disk.kept->len, ==, 0);
  g_assert_true (neg_annotations_settle (annotations, NULL));
  g_assert_cmpuint (fixture->disk.kept->len, ==, 1);
  g_assert_cmpuint (neg_annotations_get_change (annotations, STUDY), ==, 1);
  put (annotations, "2.25.1", 2, 4); /* the hand has not noticed */
  g_assert_true (neg_annotations_end_gesture (annotations, 4, NULL));
  assert_content (annotations, "1:2");
  put (annotations, "2.25.1", 3, 5);
  fixture->disk.is_full = TRUE;
  g_assert_false (neg_annotations_settle (annotations, NULL));
  assert_content (annotations, "1:2");
  g_assert_true (neg_annotations_settle (annotations, NULL));
}

/* One that was begun is known in the next life too, and nothing counts as saved by it. */
static void
test_own_object (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;
  g_autoptr (NegAnnotations) again = neg_annotations_new ();
  const char *uid, *series_uid, *class_uid;

  put (annotations, "2.25.1", 1, 0);
  g_assert_false (neg_annotations_is_own_object (annotations, STUDY, "2.25.90"));
  g_assert_true (neg_annotations_mark_saved (annotations, STUDY, "2.25.90", "", "", 0, NULL));
  for (guint i = 0; i < fixture->disk.kept->len; i++) {
    const Kept *kept = g_ptr_array_index (fixture->disk.kept, i);

    g_assert_true (neg_annotations_replay (again, kept->study, kept->operation, kept->uid, kept->text, NULL));
  }
  g_assert_true (neg_annotations_is_own_object (again, STUDY, "2.25.90"));
  g_assert_false (neg_annotations_is_own_object (again, STUDY, "2.25.91"));
  g_assert_false (neg_annotations_is_own_object (again, "1.2", "2.25.90"));
  g_assert_true (neg_annotations_is_unsaved (again, STUDY));
  g_assert_false (neg_annotations_get_saved (again, STUDY, &uid, &series_uid, &class_uid));
}

static void
test_bad_replay (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;
  g_autoptr (NegAnnotation) line = new_line ("2.25.1", 1);
  g_autofree char *text = neg_annotation_to_text (line);

  g_assert_false (neg_annotations_replay (annotations, STUDY, NEG_ANNOTATION_PUT, "2.25.2", text, NULL));
  g_assert_false (neg_annotations_replay (annotations, "1.2", NEG_ANNOTATION_PUT, "2.25.1", text, NULL));
  g_assert_false (neg_annotations_replay (annotations, STUDY, NEG_ANNOTATION_PUT, "2.25.1", "{}", NULL));
  g_assert_false (neg_annotations_replay (annotations, STUDY, 17, "2.25.1", text, NULL));
  g_assert_false (neg_annotations_replay (annotations, STUDY, NEG_ANNOTATION_SAVED, "2.25.1", "-1", NULL));
  assert_content (annotations, "");
  g_assert_true (neg_annotations_replay (annotations, STUDY, NEG_ANNOTATION_REMOVE, "2.25.1", "", NULL));
  g_assert_true (neg_annotations_replay (annotations, STUDY, NEG_ANNOTATION_PUT, "2.25.1", text, NULL));
  g_assert_true (neg_annotations_replay (annotations, STUDY, NEG_ANNOTATION_SAVED, "2.25.1", "999", NULL));
  g_assert_false (neg_annotations_is_unsaved (annotations, STUDY));
  assert_content (annotations, "1:1");
}

/* --- Views and annotations --- */

static void
change_view (NegReading *reading, double zoom)
{
  neg_reading_begin_change (reading, 0, 0)->zoom = zoom;
  neg_reading_end_change (reading, 0);
}

static void
assert_both (NegReading *reading, NegAnnotations *annotations, double zoom, const char *content)
{
  g_assert_cmpfloat (neg_reading_get_state (reading, 0)->zoom, ==, zoom);
  assert_content (annotations, content);
}

/* A1 V2 A3, back and forth; then something else, after which what was taken back is gone. */
static void
test_both (Fixture *fixture, gconstpointer data)
{
  NegAnnotations *annotations = fixture->annotations;
  g_autoptr (NegReading) reading = neg_reading_new ();
  FakeStudy study;

  fake_study_init (&study);
  fake_study_fill (&study);
  fake_study_publish (&study);
  neg_reading_set_series (reading, G_LIST_MODEL (study.store));
  g_assert_false (neg_undo_can_undo (reading, NULL, annotations));
  put (annotations, "2.25.1", 1, 0);
  change_view (reading, 2);
  put (annotations, "2.25.1", 3, 0);
  for (int round = 0; round < 2; round++) {
    g_assert_false (neg_undo_can_redo (reading, NULL, annotations));
    assert_both (reading, annotations, 2, "1:3");
    neg_undo_undo (reading, NULL, annotations, NULL);
    assert_both (reading, annotations, 2, "1:1");
    neg_undo_undo (reading, NULL, annotations, NULL);
    assert_both (reading, annotations, 1, "1:1");
    neg_undo_undo (reading, NULL, annotations, NULL);
    assert_both (reading, annotations, 1, "");
    g_assert_false (neg_undo_can_undo (reading, NULL, annotations));
    neg_undo_redo (reading, NULL, annotations, NULL);
    assert_both (reading, annotations, 1, "1:1");
    neg_undo_redo (reading, NULL, annotations, NULL);
    assert_both (reading, annotations, 2, "1:1");
    neg_undo_redo (reading, NULL, annotations, NULL);
    neg_undo_redo (reading, NULL, annotations, NULL);
  }
  neg_undo_undo (reading, NULL, annotations, NULL);
  change_view (reading, 5);
  g_assert_false (neg_undo_can_redo (reading, NULL, annotations));
  neg_undo_redo (reading, NULL, annotations, NULL);
  assert_both (reading, annotations, 5, "1:1");
  neg_undo_undo (reading, NULL, annotations, NULL);
  neg_undo_redo (reading, NULL, annotations, NULL);
  assert_both (reading, annotations, 5, "1:1");
  neg_undo_undo (reading, NULL, annotations, NULL);
  neg_undo_undo (reading, NULL, annotations, NULL);
  assert_both (reading, annotations, 1, "1:1");
  fake_study_clear (&study);
}

/* --- On a disk --- */

static gboolean
keep_in_store (const char *study_uid, NegAnnotationOperation operation, const char *uid, const char *text,
               GError **error, gpointer user_data)
{
  return neg_annotation_store_append (user_data, study_uid, operation, uid, text, error);
}

/* One of many histories, and what is on the screen after @n_steps of it. */
static void
live (NegAnnotations *annotations, guint n_steps)
{
  static const char steps[] = "ppuprdpuurrp";

  for (guint i = 0; i < n_steps; i++) {
    g_autofree char *uid = g_strdup_printf ("2.25.%u", i % 3 + 1);

    switch (steps[i % strlen (steps)]) {
    case 'u':
      undo (annotations);
      break;
    case 'r':
      redo (annotations);
      break;
    case 'd':
      if (neg_annotations_find (annotations, uid) != NULL)
        drop (annotations, uid);
      break;
    default:
      put (annotations, uid, i, 0);
    }
  }
}

static void
live_and_die (const char *folder, guint n_steps)
{
  NegReadingStore *store = neg_reading_store_open (folder, NULL, NULL, NULL);
  NegAnnotations *annotations = neg_annotations_new ();

  neg_annotations_set_sink (annotations, keep_in_store, store);
  live (annotations, n_steps);
  _exit (0);
}

static void
assert_kept (const char *folder, const char *expected)
{
  g_autoptr (NegReadingStore) store = neg_reading_store_open (folder, NULL, NULL, NULL);
  g_autoptr (GPtrArray) operations = neg_annotation_store_load (store, STUDY, NULL);
  g_autoptr (NegAnnotations) again = neg_annotations_new ();

  for (guint i = 0; i < operations->len; i++) {
    const NegStoredOperation *one = g_ptr_array_index (operations, i);

    g_assert_true (neg_annotations_replay (again, STUDY, one->operation, one->uid, one->text, NULL));
  }
  assert_content (again, expected);
}

/* Dying after any step loses none. */
static void
test_died (void)
{
  for (guint n_steps = 1; n_steps <= 14; n_steps++) {
    g_autofree char *folder = g_dir_make_tmp ("neg-annotations-XXXXXX", NULL);
    g_autofree char *expected = NULL, *path = g_build_filename (folder, "reading.db", NULL);
    g_autoptr (NegAnnotations) here = neg_annotations_new ();
    pid_t child = fork ();
    int status;

    if (child == 0)
      live_and_die (folder, n_steps);
    waitpid (child, &status, 0);
    g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
    live (here, n_steps);
    expected = dup_content (here);
    assert_kept (folder, expected);
    g_assert_cmpint (g_unlink (path), ==, 0);
    g_rmdir (folder);
  }
}

/* --- Text --- */

static void
add (const char *path, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/annotations/died", test_died); /* first, while this process has no threads */
  add ("/annotations/steps", test_steps);
  add ("/annotations/any-order", test_any_order);
  add ("/annotations/gesture", test_gesture);
  add ("/annotations/cancel", test_cancel);
  add ("/annotations/disk-full", test_disk_full);
  add ("/annotations/images", test_images);
  add ("/annotations/foreign", test_foreign);
  add ("/annotations/same-finding", test_same_finding);
  add ("/annotations/predecessors", test_predecessors);
  add ("/annotations/predecessors-of-text", test_predecessors_of_text);
  add ("/annotations/predecessors-and-own", test_predecessors_and_own);
  add ("/annotations/predecessor-circle", test_predecessor_circle);
  add ("/annotations/saved", test_saved);
  add ("/annotations/in-hand", test_in_hand);
  add ("/annotations/own-object", test_own_object);
  add ("/annotations/bad-replay", test_bad_replay);
  add ("/annotations/both", test_both);
  return g_test_run ();
}
