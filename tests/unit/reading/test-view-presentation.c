/* What is seen, written down as a presentation state, comes back the same: window, polarity, turn and place. */
#include "config.h"

#include <math.h>

#include "base/neg-error.h"
#include "imaging/neg-layers.h"
#include "reading/neg-presentation-private.h"
#include "fake-study.h"

#define N_MANY 5000
#define COLUMNS 100
#define ROWS 80
#define WIDTH 640
#define HEIGHT 480

typedef struct {
  FakeStudy study;
  NegViewState view;
  guint8 *pixels;
  NegFrame frame;
} Fixture;

static void
give_pixels (NegInstance *instance, guint number)
{
  instance->rows = ROWS;
  instance->columns = COLUMNS;
  instance->samples = 1;
  instance->bits_allocated = instance->bits_stored = 8;
  instance->high_bit = 7;
  g_free (instance->photometric);
  instance->photometric = g_strdup ("MONOCHROME2");
  instance->n_windows = 1;
  instance->windows = g_new0 (NegWindow, 1);
  instance->windows[0] = (NegWindow){ number < 5 ? 40 : 50, 400, NULL };
  instance->frame_infos[0].n_windows = 1;
  instance->frame_infos[0].has_rescale = TRUE;
  instance->frame_infos[0].rescale_slope = 2;
  instance->frame_infos[0].rescale_intercept = number < 8 ? -1024 : -1000;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_study_init (&fixture->study);
  for (guint i = 0; i < fixture->study.instances->len; i++)
    give_pixels (g_ptr_array_index (fixture->study.instances, i), i % FAKE_N_IMAGES);
  fake_study_fill (&fixture->study);
  fake_study_publish (&fixture->study);
  neg_view_state_init (&fixture->view);
  neg_view_state_set_series (&fixture->view, fake_study_find (&fixture->study, 0));
  fixture->pixels = g_malloc0 (ROWS * COLUMNS);
  fixture->frame = (NegFrame){ { ROWS, COLUMNS, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 }, fixture->pixels };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  neg_view_state_clear (&fixture->view);
  fake_study_clear (&fixture->study);
  g_free (fixture->pixels);
}

static NegPresentation *
write_down (Fixture *fixture, guint *n_left_out)
{
  g_autoptr (GError) error = NULL;
  NegPresentation *presentation;
  NegDraw own;

  neg_view_state_init_own (&fixture->view, &fixture->frame, &own);
  presentation = neg_view_state_to_presentation (&fixture->view, &own, WIDTH, HEIGHT, NULL, n_left_out, &error);
  g_assert_no_error (error);
  return presentation;
}

static const char *
get_study_uid (Fixture *fixture)
{
  return neg_view_state_get_frame (&fixture->view)->instance->study_uid;
}

/* As another viewer would show it. */
static void
assert_comes_back (Fixture *fixture)
{
  g_autoptr (NegPresentation) presentation = write_down (fixture, NULL);
  g_autoptr (GError) error = NULL;
  NegViewState again;
  NegAffine before, after;
  NegDraw own, drawn, own_again, drawn_again;

  neg_view_state_init (&again);
  neg_view_state_set_series (&again, fixture->view.series);
  neg_view_state_set_index (&again, fixture->view.index);
  neg_view_state_set_presentation (&again, presentation, get_study_uid (fixture), WIDTH, HEIGHT, 0, &error);
  g_assert_no_error (error);
  g_assert_true (neg_view_state_get_affine (&fixture->view, WIDTH, HEIGHT, &before));
  g_assert_true (neg_view_state_get_affine (&again, WIDTH, HEIGHT, &after));
  /* A displayed area is of whole pixels (C.10.4). */
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (before.m[i], after.m[i], i % 3 == 2 ? 1.5 : 0.02);
  neg_view_state_init_own (&fixture->view, &fixture->frame, &own);
  neg_view_state_init_own (&again, &fixture->frame, &own_again);
  neg_view_state_prepare (&fixture->view, &own, WIDTH, HEIGHT, &drawn);
  neg_view_state_prepare (&again, &own_again, WIDTH, HEIGHT, &drawn_again);
  g_assert_cmpfloat (drawn.voi.center, ==, drawn_again.voi.center);
  g_assert_cmpfloat (drawn.voi.width, ==, drawn_again.voi.width);
  g_assert_cmpint (drawn.voi.function, ==, drawn_again.voi.function);
  g_assert_cmpfloat (drawn.modality.slope, ==, drawn_again.modality.slope);
  g_assert_cmpfloat (drawn.modality.intercept, ==, drawn_again.modality.intercept);
  g_assert_cmpint (drawn.inverted, ==, drawn_again.inverted);
  neg_view_state_clear (&again);
}

/* All eight ways an image can lie, the whole of it and a part. */
static void
test_turns (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 16; i++) {
    neg_view_state_reset (&fixture->view);
    fixture->view.mirrored = i & 1;
    fixture->view.turns = i >> 1 & 3;
    if (i >= 8)
      neg_view_state_zoom_at (&fixture->view, WIDTH, HEIGHT, 300, 200, 2);
    assert_comes_back (fixture);
  }
}

static void
test_window (Fixture *fixture, gconstpointer data)
{
  const NegVoi voi = { NEG_VOI_SIGMOID, -600.5, 1500.25, NULL };

  neg_view_state_set_window (&fixture->view, &voi);
  fixture->view.inverted = TRUE;
  assert_comes_back (fixture);
}

/* C.7.6.3.1.2 and C.11.6.1.2: what is written is what is seen, whichever way it came about. */
static void
test_monochrome1 (Fixture *fixture, gconstpointer data)
{
  NegInstance *instance = neg_view_state_get_frame (&fixture->view)->instance;

  g_free (instance->photometric);
  instance->photometric = g_strdup ("MONOCHROME1");
  assert_comes_back (fixture);
  fixture->view.inverted = TRUE;
  assert_comes_back (fixture);
}

/* Images 0 to 4 have one window, 5 to 7 another; 8 and on another rescale, which a state cannot hold. */
static void
test_by_image (Fixture *fixture, gconstpointer data)
{
  guint n_left_out = 0;
  g_autoptr (NegPresentation) presentation = write_down (fixture, &n_left_out);

  g_assert_cmpuint (n_left_out, ==, FAKE_N_IMAGES - 8);
  g_assert_cmpuint (presentation->references.n, ==, 8);
  g_assert_cmpuint (presentation->n_vois, ==, 2);
  g_assert_cmpuint (presentation->vois[0].references.n, ==, 5);
  g_assert_cmpfloat (presentation->vois[0].windows[0].center, ==, 40);
  g_assert_cmpuint (presentation->vois[1].references.n, ==, 3);
  g_assert_cmpfloat (presentation->vois[1].windows[0].center, ==, 50);
  neg_view_state_set_index (&fixture->view, 6);
  assert_comes_back (fixture);
}

/* A state that is shown and written down again keeps the windows of the images that are not on screen. */
static void
test_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPresentation) first = write_down (fixture, NULL);
  g_autoptr (NegPresentation) again = NULL;
  g_autoptr (GError) error = NULL;

  first->vois[1].windows[0].center = 66;
  neg_view_state_set_presentation (&fixture->view, first, get_study_uid (fixture), WIDTH, HEIGHT, 0, &error);
  g_assert_no_error (error);
  again = write_down (fixture, NULL);
  g_assert_cmpuint (again->n_vois, ==, 2);
  g_assert_cmpuint (again->vois[0].references.n, ==, 5);
  g_assert_cmpfloat (again->vois[0].windows[0].center, ==, 40);
  g_assert_cmpuint (again->vois[1].references.n, ==, 3);
  g_assert_cmpfloat (again->vois[1].windows[0].center, ==, 66);
}

static void
add_covers (NegPresentation *state)
{
  state->shutter = (NegShutter){ .has_rectangle = TRUE, .left = 3, .right = 90, .top = 4, .bottom = 70,
                                 .bitmap_group = 0x6000, .has_color = TRUE, .color_lab = { 50, 20, -20 } };
  g_free (state->overlays);
  state->overlays = g_new0 (NegOverlayPlane, 3);
  state->n_overlays = 3;
  state->overlays[0] = (NegOverlayPlane){ .group = 0x6000, .rows = 2, .columns = 8, .origin_row = 1, .origin_column = 1,
                                          .n_frames = 1, .n_bytes = 2, .bits = g_memdup2 ("\x0f\xf0", 2) };
  state->overlays[1] = (NegOverlayPlane){ .group = 0x6002, .n_frames = 1, .activation_layer = g_strdup ("RED") };
  state->overlays[2] = (NegOverlayPlane){ .group = 0x6004, .rows = 1, .columns = 8, .origin_row = 9, .origin_column = 9,
                                          .n_frames = 1, .n_bytes = 1, .bits = g_memdup2 ("\x11", 1),
                                          .activation_layer = g_strdup ("RED") };
  g_free (state->layers);
  state->layers = g_new0 (NegGraphicLayer, 1);
  state->n_layers = 1;
  state->layers[0] = (NegGraphicLayer){ .name = g_strdup ("RED"), .order = 4, .has_color = TRUE, .color_lab = { 60, 70, 50 } };
  state->masks = g_new0 (NegMaskItem, 1);
  state->n_masks = 1;
  state->masks[0] = (NegMaskItem){ .operation = NEG_MASK_AVG_SUB, .n_mask_frames = 1,
                                   .mask_frames = g_memdup2 ((const guint32[]){ 1 }, 4), .tid_offset = 1 };
}

/* One on an image of the state, one on an image that nobody knows, one on all. */
static void
add_drawings (NegPresentation *state)
{
  static const double line[] = { 1, 2, 3, 4 };

  state->annotations = g_new0 (NegGraphicAnnotation, 3);
  state->n_annotations = 3;
  for (guint i = 0; i < 3; i++) {
    NegGraphicAnnotation *one = &state->annotations[i];

    one->layer = g_strdup ("RED");
    one->n_graphics = 1;
    one->graphics = g_new0 (NegGraphic, 1);
    one->graphics[0] = (NegGraphic){ NEG_GRAPHIC_POLYLINE, NEG_UNITS_PIXEL, FALSE, 2, g_memdup2 (line, sizeof line) };
    if (i == 2)
      continue;
    one->references = (NegImageReferences){ 1, g_new0 (NegImageReference, 1) };
    one->references.items[0].sop_instance_uid = g_strdup (i == 0 ? state->references.items[1].sop_instance_uid : "1.9.9");
  }
}

/* What covers, what is drawn, what a window is called: shown, written and shown again it is the same. */
static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPresentation) first = write_down (fixture, NULL);
  g_autoptr (NegPresentation) again = NULL;
  g_autoptr (GError) error = NULL;

  first->vois[1].windows[0].explanation = g_strdup ("LUNG");
  add_covers (first);
  add_drawings (first);
  neg_view_state_set_presentation (&fixture->view, first, get_study_uid (fixture), WIDTH, HEIGHT, 0, &error);
  g_assert_no_error (error);
  again = write_down (fixture, NULL);
  g_assert_cmpstr (again->vois[1].windows[0].explanation, ==, "LUNG");
  g_assert_null (again->vois[0].windows[0].explanation);
  g_assert_cmpuint (again->shutter.bitmap_group, ==, 0x6000);
  g_assert_true (again->shutter.has_rectangle && again->shutter.has_color && again->shutter.color_lab[1] == 20);
  g_assert_cmpuint (again->n_overlays, ==, 3);
  g_assert_cmpmem (again->overlays[0].bits, again->overlays[0].n_bytes, "\x0f\xf0", 2);
  g_assert_cmpmem (again->overlays[2].bits, again->overlays[2].n_bytes, "\x11", 1);
  g_assert_cmpstr (again->overlays[1].activation_layer, ==, "RED");
  g_assert_cmpuint (again->n_layers, ==, 1);
  g_assert_cmpfloat (again->layers[0].color_lab[1], ==, 70);
  g_assert_cmpuint (again->n_masks, ==, 1);
  g_assert_cmpuint (again->masks[0].mask_frames[0], ==, 1);
  g_assert_cmpuint (again->n_annotations, ==, 2);
  g_assert_cmpuint (again->annotations[0].references.n, ==, 1);
  g_assert_cmpuint (again->annotations[1].references.n, ==, first->references.n);
  g_assert_cmpfloat (again->annotations[1].graphics[0].points[3], ==, 4);
}

/* A state about one image of many: its covers are of that image. Saved from there it is about that image again, saved from
 * another one it is about the others, as their files say. */
static void
test_some_images (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPresentation) first = write_down (fixture, NULL);
  g_autoptr (NegPresentation) again = NULL, others = NULL;
  g_autoptr (GError) error = NULL;
  guint n_left_out = 0;

  for (guint i = 1; i < first->references.n; i++)
    neg_image_reference_clear (&first->references.items[i]);
  first->references.n = 1;
  first->is_inverse = TRUE;
  add_covers (first);
  neg_view_state_set_presentation (&fixture->view, first, get_study_uid (fixture), WIDTH, HEIGHT, 0, &error);
  g_assert_no_error (error);
  again = write_down (fixture, &n_left_out);
  g_assert_cmpuint (again->references.n, ==, 1);
  g_assert_cmpstr (again->references.items[0].sop_instance_uid, ==, first->references.items[0].sop_instance_uid);
  g_assert_cmpuint (n_left_out, ==, FAKE_N_IMAGES - 1);
  g_assert_cmpuint (again->n_overlays, ==, 3);
  g_assert_true (again->is_inverse);
  neg_view_state_set_index (&fixture->view, 1);
  others = write_down (fixture, &n_left_out);
  g_assert_cmpuint (others->references.n, ==, 7); /* 8 and on have another rescale */
  g_assert_cmpuint (n_left_out, ==, FAKE_N_IMAGES - 7);
  for (guint i = 0; i < others->references.n; i++)
    g_assert_cmpstr (others->references.items[i].sop_instance_uid, !=, first->references.items[0].sop_instance_uid);
  g_assert_false (neg_shutter_is_set (&others->shutter));
  g_assert_cmpuint (others->n_overlays, ==, 0);
  g_assert_false (others->is_inverse);
}

static NegAnnotation *
new_length (const NegInstance *instance, guint32 frame)
{
  NegAnnotation *length = neg_annotation_new (NEG_ANNOTATION_LENGTH);

  length->uid = g_strdup ("2.25.7");
  length->study_uid = g_strdup (instance->study_uid);
  length->sop_instance_uid = g_strdup (instance->sop_instance_uid);
  length->frame = frame;
  neg_annotation_set_points (length, (const double[]){ 1, 2, 3, 4 }, 2);
  return length;
}

/* What a measurement draws again is there once; the same line on another frame of the object is another drawing. */
static void
test_drawn_again (Fixture *fixture, gconstpointer data)
{
  NegInstance *instance = neg_series_get_frame (fixture->view.series, 1)->instance;

  for (guint pass = 0; pass < 3; pass++) {
    g_autoptr (NegPresentation) first = write_down (fixture, NULL), again = NULL;
    g_autoptr (NegAnnotation) length = new_length (instance, 1);
    g_autoptr (GPtrArray) annotations = g_ptr_array_new ();
    g_autoptr (GError) error = NULL;
    NegImageReference *reference;
    NegDraw own;

    add_drawings (first);
    reference = first->annotations[0].references.items;
    if (pass == 2) { /* three frames, and the drawing is on the third */
      instance->frames = 3;
      reference->n_frames = 1;
      reference->frames = g_memdup2 (&(guint32){ 3 }, sizeof (guint32));
    } else if (pass == 1) { /* one frame, that is named */
      reference->n_frames = 1;
      reference->frames = g_memdup2 (&(guint32){ 1 }, sizeof (guint32));
    }
    g_ptr_array_add (annotations, length);
    neg_view_state_set_presentation (&fixture->view, first, get_study_uid (fixture), WIDTH, HEIGHT, 0, &error);
    g_assert_no_error (error);
    neg_view_state_init_own (&fixture->view, &fixture->frame, &own);
    again = neg_view_state_to_presentation (&fixture->view, &own, WIDTH, HEIGHT, annotations, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (again->n_annotations, ==, pass == 2 ? 3 : 2); /* and the one on all images */
    neg_view_state_set_presentation (&fixture->view, NULL, NULL, WIDTH, HEIGHT, 0, NULL);
  }
}

/* A bitmap of the image itself becomes the state's, where all images have the same; else it would cover others. */
static void
test_own_bitmap (Fixture *fixture, gconstpointer data)
{
  for (guint pass = 0; pass < 2; pass++) {
    g_autoptr (NegPresentation) presentation = NULL;

    for (guint i = 0; i < 8; i++) {
      NegInstance *instance = neg_series_get_frame (fixture->view.series, i)->instance;

      if (pass == 0) {
        instance->overlays = g_new0 (NegOverlayPlane, 1);
        instance->n_overlays = 1;
        instance->overlays[0] = (NegOverlayPlane){ .group = 0x6000, .rows = 2, .columns = 8, .origin_row = 1,
                                                   .origin_column = 1, .n_frames = 1, .n_bytes = 2,
                                                   .bits = g_memdup2 ("\x0f\xf0", 2) };
        instance->shutter.bitmap_group = 0x6000;
      } else if (i == 7) {
        instance->overlays[0].bits[1] = 0;
      }
    }
    presentation = write_down (fixture, NULL);
    g_assert_cmpuint (presentation->shutter.bitmap_group, ==, pass == 0 ? 0x6000 : 0);
    g_assert_cmpuint (presentation->n_overlays, ==, pass == 0 ? 1 : 0);
    if (pass == 0)
      g_assert_null (presentation->overlays[0].activation_layer);
  }
}

/* The same answers as by looking at each part of the state, also where alternatives are no windows or named twice. */
static void
test_index (void)
{
  g_autoptr (NegPresentation) state = neg_presentation_new ();
  g_autoptr (NegPresentationIndex) index = NULL;
  g_autoptr (NegInstance) instance = neg_instance_new ();
  const guint n_images = 6, n_vois = 40;

  state->references = (NegImageReferences){ n_images, g_new0 (NegImageReference, n_images) };
  for (guint i = 0; i < n_images; i++)
    state->references.items[i].sop_instance_uid = g_strdup_printf ("1.%u", i);
  state->n_vois = n_vois;
  state->vois = g_new0 (NegSoftcopyVoi, n_vois);
  for (guint i = 0; i < n_vois; i++) {
    NegSoftcopyVoi *voi = &state->vois[i];

    voi->n_windows = 1 + i % 2;
    voi->windows = g_new0 (NegWindow, 2);
    for (guint j = 0; j < 2; j++)
      voi->windows[j] = (NegWindow){ i, (gint32) ((i + j) % 5) - 1, NULL };
    if (i % 7 == 0)
      continue; /* of all */
    voi->references = (NegImageReferences){ 2, g_new0 (NegImageReference, 2) };
    for (guint j = 0; j < 2; j++) {
      voi->references.items[j].sop_instance_uid = g_strdup_printf ("1.%u", i * (j + 1) % n_images);
      voi->references.items[j].n_frames = i % 3 == 0;
      voi->references.items[j].frames = g_memdup2 (&(guint32){ 1 + i % 2 }, sizeof (guint32));
    }
  }
  index = _neg_presentation_index_new (state);
  for (guint i = 0; i < (n_images + 1) * 2 * n_vois; i++) {
    NegVoi expected = { 0 }, found = { 0 };
    const char *explanation;
    const guint32 frame = i % 2;
    const guint alternative = i / 2 % n_vois;
    gboolean is_there;

    g_free (instance->sop_instance_uid);
    instance->sop_instance_uid = g_strdup_printf ("1.%u", i / 2 / n_vois);
    is_there = neg_presentation_find_voi (state, instance, frame, alternative, &expected);
    g_assert_cmpint (_neg_presentation_index_find_voi (index, instance->sop_instance_uid, frame, alternative, &found,
                                                       &explanation), ==, is_there);
    g_assert_true (!is_there || (found.center == expected.center && found.width == expected.width));
    g_assert_cmpint (_neg_presentation_index_means (index, instance->sop_instance_uid, frame), ==,
                     i / 2 / n_vois < n_images);
  }
}

static NegSeries *
new_many (void)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (GPtrArray) built = NULL;

  for (guint i = 0; i < N_MANY; i++) {
    NegInstance *instance = neg_instance_new ();

    instance->kind = NEG_OBJECT_IMAGE;
    instance->modality = g_strdup ("MR");
    instance->study_uid = g_strdup ("1.2.826.0.1.3680043.10.1");
    instance->series_uid = g_strdup ("1.2.826.0.1.3680043.10.1.1");
    instance->sop_instance_uid = g_strdup_printf ("1.2.826.0.1.3680043.10.1.1.%u", i + 1);
    instance->has_instance_number = TRUE;
    instance->instance_number = (gint32) i + 1;
    instance->frames = 1;
    instance->n_frame_infos = 1;
    instance->frame_infos = g_new0 (NegFrameInfo, 1);
    neg_frame_info_init (instance->frame_infos);
    give_pixels (instance, 0);
    instance->windows[0].width = 100 + i;
    g_ptr_array_add (instances, instance);
    g_ptr_array_add (blobs, neg_blob_new_for_path ("image"));
  }
  built = neg_series_build (instances, blobs);
  g_assert_cmpuint (built->len, ==, 1);
  return g_object_ref (g_ptr_array_index (built, 0));
}

/* Thousands of images with a window each: all come back, and the time goes with their number. How long it may take no
 * clock of a loaded machine can say; it is told. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegSeries) series = new_many ();
  g_autoptr (NegPresentation) first = NULL, again = NULL;
  g_autoptr (GError) error = NULL;

  neg_view_state_set_series (&fixture->view, series);
  first = write_down (fixture, NULL);
  g_assert_cmpuint (first->n_vois, ==, N_MANY);
  neg_view_state_set_presentation (&fixture->view, first, get_study_uid (fixture), WIDTH, HEIGHT, 0, &error);
  g_assert_no_error (error);
  g_test_timer_start ();
  again = write_down (fixture, NULL);
  g_test_message ("%u windows were written again in %.1f ms", N_MANY, g_test_timer_elapsed () * 1000);
  g_assert_cmpuint (again->n_vois, ==, N_MANY);
  for (guint i = 0; i < N_MANY; i++)
    g_assert_cmpfloat (again->vois[i].windows[0].width, ==, 100 + i);
}

/* What can be chosen under a state is the state's, not what the file calls its own. */
static void
test_presets (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPresentation) presentation = write_down (fixture, NULL);
  g_autoptr (GError) error = NULL;
  NegPreset preset;

  g_assert_cmpuint (neg_view_state_count_presets (&fixture->view), ==, 1);
  neg_view_state_set_presentation (&fixture->view, presentation, get_study_uid (fixture), WIDTH, HEIGHT, 0, &error);
  g_assert_no_error (error);
  presentation->vois[0].windows[0].center = 66;
  g_assert_cmpuint (neg_view_state_count_presets (&fixture->view), ==, 1);
  g_assert_true (neg_view_state_look_up_preset (&fixture->view, 0, &preset));
  g_assert_cmpfloat (preset.center, ==, 66);
  g_assert_null (preset.explanation);
  g_assert_false (neg_view_state_look_up_preset (&fixture->view, 1, &preset));
  presentation->vois[0].n_windows = 0;
  g_assert_cmpuint (neg_view_state_count_presets (&fixture->view), ==, 0);
  neg_view_state_set_index (&fixture->view, 10); /* not of the state */
  g_assert_cmpuint (neg_view_state_count_presets (&fixture->view), ==, 1);
  g_assert_true (neg_view_state_look_up_preset (&fixture->view, 0, &preset));
  g_assert_cmpfloat (preset.center, ==, 50);
  presentation->vois[0].n_windows = 1;
}

static void
test_each_its_own (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPresentation) presentation = NULL;

  for (guint i = 0; i < 8; i++)
    neg_series_get_frame (fixture->view.series, i)->instance->windows[0].width = 100 + 10 * (i % 4 == 3 ? 0 : i);
  presentation = write_down (fixture, NULL);
  g_assert_cmpuint (presentation->n_vois, ==, 7); /* 0 and 3 share one, 7 has another centre */
  g_assert_cmpuint (presentation->vois[0].references.n, ==, 2);
  g_assert_cmpfloat (presentation->vois[1].windows[0].width, ==, 110);
  g_assert_cmpfloat (presentation->vois[6].windows[0].width, ==, 100);
}

/* Imaging pitfall 33. */
static void
test_other_images (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPresentation) presentation = write_down (fixture, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (
    neg_view_state_set_presentation (&fixture->view, presentation, "1.9.9", WIDTH, HEIGHT, 0, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_REFUSED);
  g_clear_error (&error);
  neg_view_state_set_index (&fixture->view, 10);
  g_assert_false (neg_view_state_set_presentation (&fixture->view, presentation, get_study_uid (fixture), WIDTH,
                                                   HEIGHT, 0, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_REFUSED);
  g_assert_null (fixture->view.presentation);
}

/* Scrolling to an image that it is not about shows that one as its file says. */
static void
test_scroll (Fixture *fixture, gconstpointer data)
{
  g_autoptr (NegPresentation) presentation = write_down (fixture, NULL);
  g_autoptr (GError) error = NULL;
  NegDraw own;

  presentation->vois[0].windows[0].center = 77;
  neg_view_state_set_presentation (&fixture->view, presentation, get_study_uid (fixture), WIDTH, HEIGHT, 0, &error);
  g_assert_no_error (error);
  g_assert_true (neg_view_state_is_presented (&fixture->view));
  neg_view_state_init_own (&fixture->view, &fixture->frame, &own);
  g_assert_cmpfloat (own.voi.center, ==, 77);
  neg_view_state_set_index (&fixture->view, 10);
  g_assert_false (neg_view_state_is_presented (&fixture->view));
  neg_view_state_init_own (&fixture->view, &fixture->frame, &own);
  g_assert_cmpfloat (own.voi.center, ==, 50);
  neg_view_state_set_presentation (&fixture->view, NULL, NULL, WIDTH, HEIGHT, 0, NULL);
  g_assert_null (fixture->view.presentation);
}

/* Between the places of a scrambled table (corpus: pr_clunie-luts) nothing is drawn that the table does not say; a rising
 * one, and one that rises and falls, stay smooth. */
static void
test_scrambled (Fixture *fixture, gconstpointer data)
{
  guint16 entries[64];
  NegLut lut = { G_N_ELEMENTS (entries), 0, 8, entries, NULL };
  NegDraw own, draw;

  neg_view_state_init_own (&fixture->view, &fixture->frame, &own);
  own.modality.lut = &lut;
  for (guint form = 0; form < 3; form++) {
    for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
      entries[i] = form == 0 ? i : form == 1 ? MIN (i, 63 - i) : i * 37 % 64;
    g_assert_true (neg_view_state_prepare (&fixture->view, &own, WIDTH, HEIGHT, &draw));
    g_assert_cmpint (draw.interpolation, ==, form == 2 ? NEG_INTERPOLATION_NEAREST : NEG_INTERPOLATION_LINEAR);
  }
}

#define ADD(path, func) g_test_add ("/view-presentation/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("turns", test_turns);
  ADD ("window", test_window);
  ADD ("monochrome1", test_monochrome1);
  ADD ("by-image", test_by_image);
  ADD ("again", test_again);
  ADD ("kept", test_kept);
  ADD ("some-images", test_some_images);
  ADD ("drawn-again", test_drawn_again);
  ADD ("many", test_many);
  ADD ("own-bitmap", test_own_bitmap);
  g_test_add_func ("/view-presentation/index", test_index);
  ADD ("presets", test_presets);
  ADD ("each-its-own", test_each_its_own);
  ADD ("pitfall-33-other-images", test_other_images);
  ADD ("scroll", test_scroll);
  ADD ("scrambled", test_scrambled);
  return g_test_run ();
}
