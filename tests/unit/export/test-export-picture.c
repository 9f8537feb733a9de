/* A picture of what is shown: the same pixels as on screen, and nobody's name unless asked for. */
#include "config.h"

#include <glib.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "export/neg-export-picture.h"
#include "export/neg-overlay-cairo.h"
#include "model/neg-instance-fields.h"
#include "reading/neg-view-presentation.h"

#define COLUMNS 200u
#define ROWS 160u
#define SECRET "Zyx"

typedef struct {
  NegSeries *series;
  NegViewState state;
  NegPixels *pixels;
  GPtrArray *annotations; /* nullable */
} Fixture;

/* Every text of the header is one that must not be seen: fields that come later are covered too. */
static void
fill_texts (const NegField *fields, guint n_fields, gpointer record)
{
  for (guint i = 0; i < n_fields; i++)
    if (fields[i].type == NEG_FIELD_STRING)
      G_STRUCT_MEMBER (char *, record, fields[i].offset) = g_strdup_printf ("%s%u^%s", SECRET, i, SECRET);
}

static void
set_text (char **text, const char *value)
{
  g_free (*text);
  *text = g_strdup (value);
}

static NegInstance *
new_image (void)
{
  NegInstance *instance = neg_instance_new ();
  NegFrameInfo *info = g_new0 (NegFrameInfo, 1);

  neg_frame_info_init (info);
  fill_texts (neg_instance_fields, neg_instance_n_fields, instance);
  fill_texts (neg_frame_info_fields, neg_frame_info_n_fields, info);
  instance->kind = NEG_OBJECT_IMAGE;
  /* Codes that say how to draw, and those that are words of the standard. */
  set_text (&instance->modality, "CT");
  set_text (&instance->photometric, "MONOCHROME2");
  set_text (&instance->presentation_lut_shape, "IDENTITY");
  set_text (&instance->lossy_ratio, "12.5");
  set_text (&instance->patient_birth_date, "19560302");
  set_text (&instance->study_date, "20240203");
  set_text (&instance->study_time, "101112");
  instance->lossy = TRUE;
  instance->rows = ROWS;
  instance->columns = COLUMNS;
  instance->samples = instance->frames = instance->n_frame_infos = 1;
  instance->bits_allocated = instance->bits_stored = 16;
  instance->high_bit = 15;
  instance->windows = g_new0 (NegWindow, 1);
  instance->windows[0] = (NegWindow){ 200, 400, g_strdup (SECRET " window") };
  instance->n_windows = 1;
  instance->frame_infos = info;
  info->n_windows = 1;
  info->has_position = info->has_orientation = info->has_spacing = TRUE;
  info->orientation[0] = info->orientation[4] = 1;
  info->spacing_mm[0] = info->spacing_mm[1] = 0.5;
  return instance;
}

static NegPixels *
new_pixels (void)
{
  const NegFrameFormat format = { ROWS, COLUMNS, 1, 16, NEG_SAMPLE_U16, NEG_COLOR_MONOCHROME2 };
  g_autofree guint16 *values = g_new (guint16, ROWS * COLUMNS);
  g_autoptr (GError) error = NULL;
  NegPixels *pixels;
  int fd;

  for (guint y = 0; y < ROWS; y++)
    for (guint x = 0; x < COLUMNS; x++)
      values[y * COLUMNS + x] = (x * 7 + y * 31) % 400;
  pixels = neg_pixels_new (&format, &fd, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pwrite (fd, values, 2 * ROWS * COLUMNS, 0), ==, 2 * ROWS * COLUMNS);
  close (fd);
  return pixels;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) instances = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_instance_unref);
  g_autoptr (GPtrArray) blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_blob_unref);
  g_autoptr (GPtrArray) built = NULL;
  NegInstance *instance = new_image ();

  if (data != NULL)
    instance->lossy = FALSE;
  g_ptr_array_add (instances, instance);
  g_ptr_array_add (blobs, neg_blob_new_for_path (SECRET));
  built = neg_series_build (instances, blobs);
  g_assert_cmpuint (built->len, ==, 1);
  fixture->series = g_object_ref (g_ptr_array_index (built, 0));
  neg_view_state_init (&fixture->state);
  neg_view_state_set_series (&fixture->state, fixture->series);
  fixture->pixels = new_pixels ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  neg_view_state_clear (&fixture->state);
  g_clear_object (&fixture->series);
  g_clear_pointer (&fixture->annotations, g_ptr_array_unref);
  neg_pixels_unref (fixture->pixels);
}

static NegPicture
export_as (Fixture *fixture, const NegExportLook *look)
{
  g_autoptr (GError) error = NULL;
  NegPicture picture;

  g_assert_true (neg_export_draw (&fixture->state, fixture->pixels, look, NULL, fixture->annotations, 0, 0, 0, &picture, &error));
  g_assert_no_error (error);
  return picture;
}

/* What neg_draw makes of it alone. */
static NegPicture
draw_alone (Fixture *fixture, guint width, guint height)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (&fixture->state);
  NegPicture picture = { width, height, width, 1, g_malloc0 (width * height) };
  NegDraw own, draw;

  neg_draw_init (&own, frame->instance, 0, neg_pixels_get_frame (fixture->pixels), 0);
  if (width == COLUMNS && height == ROWS)
    draw = own; /* the identity: image pixel by image pixel */
  else
    g_assert_true (neg_view_state_prepare (&fixture->state, &own, width, height, &draw));
  neg_draw_rows (&draw, neg_pixels_get_frame (fixture->pixels), &picture, 0, height);
  return picture;
}

static void
assert_same (NegPicture a, NegPicture b)
{
  g_assert_cmpuint (a.width, ==, b.width);
  g_assert_cmpuint (a.height, ==, b.height);
  g_assert_cmpuint (a.channels, ==, b.channels);
  g_assert_cmpmem (a.pixels, a.stride * a.height, b.pixels, b.stride * b.height);
  g_free (a.pixels);
  g_free (b.pixels);
}

static void
test_same_pixels (Fixture *fixture, gconstpointer data)
{
  const NegExportLook image = { .size = NEG_EXPORT_IMAGE, .factor = 1 };
  const NegExportLook shown = { .size = NEG_EXPORT_AS_SHOWN, .width = 333, .height = 217 };

  assert_same (export_as (fixture, &image), draw_alone (fixture, COLUMNS, ROWS));
  assert_same (export_as (fixture, &shown), draw_alone (fixture, 333, 217));
  neg_view_state_zoom_at (&fixture->state, 333, 217, 20, 30, 2.5);
  neg_view_state_pan (&fixture->state, 333, 217, 11, -7);
  assert_same (export_as (fixture, &shown), draw_alone (fixture, 333, 217));
  /* The whole image is whole however it is zoomed. */
  assert_same (export_as (fixture, &image), draw_alone (fixture, COLUMNS, ROWS));
}

/* Turned on screen is turned in the file: a quarter clockwise brings the left column to the top. */
static void
test_turned (Fixture *fixture, gconstpointer data)
{
  const NegExportLook look = { .size = NEG_EXPORT_IMAGE, .factor = 1 };
  NegPicture upright = draw_alone (fixture, COLUMNS, ROWS), turned;
  NegExportLook silent = look;
  NegOverlay overlay;

  neg_view_state_turn (&fixture->state, 1);
  turned = export_as (fixture, &silent);
  g_assert_cmpuint (turned.width, ==, ROWS);
  g_assert_cmpuint (turned.height, ==, COLUMNS);
  /* Letters stay on a turned picture: compare where there are none. */
  for (guint y = COLUMNS / 4; y < COLUMNS / 3; y++)
    for (guint x = ROWS / 4; x < ROWS / 3; x++)
      g_assert_cmpuint (turned.pixels[y * ROWS + x], ==, upright.pixels[(ROWS - 1 - x) * COLUMNS + y]);
  neg_export_init_overlay (&overlay, &fixture->state, &look, NULL, ROWS, COLUMNS, NULL);
  g_assert_cmpstr (overlay.letters[NEG_EDGE_TOP], ==, "R");
  neg_overlay_clear (&overlay);
  g_free (turned.pixels);
  g_free (upright.pixels);
}

static void
test_sizes (Fixture *fixture, gconstpointer data)
{
  NegExportLook look = { .size = NEG_EXPORT_IMAGE, .factor = 4 };
  guint width, height;

  g_assert_true (neg_export_get_size (&fixture->state, &look, &width, &height));
  g_assert_cmpuint (width, ==, 4 * COLUMNS);
  g_assert_cmpuint (height, ==, 4 * ROWS);
  look.factor = 100;
  g_assert_false (neg_export_get_size (&fixture->state, &look, &width, &height));
  look = (NegExportLook){ .size = NEG_EXPORT_AS_SHOWN };
  g_assert_false (neg_export_get_size (&fixture->state, &look, &width, &height));
}

/* Everything that cairo is given, in one text. */
static char *
join_overlay (const NegOverlay *overlay)
{
  GString *text = g_string_new (NULL);

  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    g_string_append_printf (text, "[%s]", overlay->corners[corner]);
  for (NegEdge edge = 0; edge < NEG_N_EDGES; edge++)
    g_string_append_printf (text, "[%s]", overlay->letters[edge]);
  g_string_append_printf (text, "[%s][%s]", overlay->scale_bar_text ? overlay->scale_bar_text : "",
                          overlay->prior_band ? overlay->prior_band : "");
  return g_string_free (text, FALSE);
}

static char *
get_texts (Fixture *fixture, gboolean annotated, gboolean identified)
{
  const NegExportLook look = { .size = NEG_EXPORT_AS_SHOWN, .width = 800, .height = 600, .annotated = annotated,
                               .identified = identified };
  const NegVoi voi = { .function = NEG_VOI_LINEAR, .center = 200, .width = 400 };
  g_autofree char *band = g_strdup ("PRIOR 2024-02-03 " SECRET);
  NegOverlay links = { .has_line = TRUE, .line = { 1, 2, 3, 4 }, .prior_band = band };
  NegOverlay overlay;
  char *texts;

  neg_export_init_overlay (&overlay, &fixture->state, &look, &voi, 800, 600, &links);
  g_assert_cmpint (overlay.has_line, ==, annotated);
  texts = join_overlay (&overlay);
  neg_overlay_clear (&overlay);
  return texts;
}

static void
test_anonymous (Fixture *fixture, gconstpointer data)
{
  static const char *const hidden[] = { SECRET, "1956", "2024", "02-03", "03-02", "10:11", "68", "67", "(no name)" };

  for (guint annotated = 0; annotated < 2; annotated++) {
    g_autofree char *texts = get_texts (fixture, annotated, FALSE);

    for (guint i = 0; i < G_N_ELEMENTS (hidden); i++)
      if (strstr (texts, hidden[i]) != NULL)
        g_error ("%s is in %s", hidden[i], texts);
    g_assert_nonnull (strstr (texts, "LOSSY 12.5:1"));
    g_assert_cmpint (strstr (texts, "C 200 W 400") != NULL, ==, annotated);
    g_assert_cmpint (strstr (texts, "[A]") != NULL, ==, annotated);
    g_assert_cmpint (strstr (texts, "cm]") != NULL, ==, annotated);
  }
}

static void
test_identified (Fixture *fixture, gconstpointer data)
{
  g_autofree char *all = get_texts (fixture, TRUE, TRUE), *name_only = get_texts (fixture, FALSE, TRUE);

  g_assert_nonnull (strstr (all, SECRET));
  g_assert_nonnull (strstr (all, "2024-02-03"));
  g_assert_nonnull (strstr (all, "PRIOR"));
  g_assert_nonnull (strstr (name_only, SECRET));
  g_assert_nonnull (strstr (name_only, "1956-03-02"));
  g_assert_null (strstr (name_only, "C 200 W 400"));
}

/* The marks are drawn even without annotations, nothing else is touched, and it comes out the same twice. */
static void
test_marks (Fixture *fixture, gconstpointer data)
{
  const NegExportLook look = { .size = NEG_EXPORT_IMAGE, .factor = 1 };
  NegPicture alone = draw_alone (fixture, COLUMNS, ROWS), marked = export_as (fixture, &look);
  guint n_changed = 0;

  for (guint y = 0; y < ROWS; y++)
    for (guint x = 0; x < COLUMNS; x++)
      if (alone.pixels[y * COLUMNS + x] != marked.pixels[y * COLUMNS + x]) {
        n_changed++;
        g_assert_cmpuint (y, >, ROWS * 3 / 4);
        g_assert_cmpuint (x, <, COLUMNS / 2);
      }
  g_assert_cmpuint (n_changed, >, 100);
  g_free (alone.pixels);
  assert_same (marked, export_as (fixture, &look));
}

/* Texts on a coloured picture leave the rest as it is; hostile text and tiny pictures harm nobody. */
static void
test_cairo (void)
{
  char *hostile = g_strnfill (20000, 'W');
  NegOverlay overlay = { .letters = { "A", "L", "P", "R" }, .has_scale_bar = TRUE, .scale_bar_px = 1e9,
                         .scale_bar_text = hostile, .has_line = TRUE, .line = { -1e12, 0, 1e12, 5 },
                         .has_point = TRUE, .point = { 1e300, -1e300 }, .prior_band = hostile };

  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    overlay.corners[corner] = hostile;
  for (guint side = 1; side < 400; side = side * 3 + 1)
    for (guint channels = 1; channels <= 3; channels += 2) {
      g_autofree guint8 *pixels = g_malloc0 (side * side * channels);
      NegPicture picture = { side, side, side * channels, channels, pixels };
      g_autoptr (GError) error = NULL;

      g_assert_true (neg_overlay_draw (&overlay, &picture, &error));
      g_assert_no_error (error);
      for (guint i = 0; channels == 3 && i < side * side; i++)
        g_assert_true (pixels[3 * i] == pixels[3 * i + 1] && pixels[3 * i] == pixels[3 * i + 2]);
    }
  g_free (hostile);
}

static void
test_color_kept (void)
{
  guint8 pixels[64 * 64 * 3], before[64 * 64 * 3];
  NegPicture picture = { 64, 64, 64 * 3, 3, pixels };
  NegOverlay overlay = { .corners = { (char *) "", (char *) "", (char *) "", (char *) "" }, .letters = { "", "", "", "L" } };
  guint n_changed = 0;

  for (guint i = 0; i < sizeof pixels; i++)
    pixels[i] = before[i] = i * 37;
  g_assert_true (neg_overlay_draw (&overlay, &picture, NULL));
  for (guint y = 0; y < 64; y++)
    for (guint x = 0; x < 64 * 3; x++)
      if (pixels[y * 192 + x] != before[y * 192 + x]) {
        n_changed++;
        g_assert_cmpuint (x / 3, <, 24);
        g_assert_cmpuint (y, >, 16);
        g_assert_cmpuint (y, <, 48);
      }
  g_assert_cmpuint (n_changed, >, 10);
}

static void
test_name (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = neg_export_dup_name (&fixture->state, FALSE), *whole = neg_export_dup_name (&fixture->state, TRUE);

  g_assert_cmpstr (one, ==, "ct-image-1");
  g_assert_cmpstr (whole, ==, "ct");
}

static void
test_burned_in (void)
{
  static const struct {
    const char *modality, *sop_class;
    gboolean stated;
    NegBurnedIn expected;
  } cases[] = {
    { "CT", "1.2.840.10008.5.1.4.1.1.2", FALSE, NEG_BURNED_IN_UNLIKELY },
    { "CT", "1.2.840.10008.5.1.4.1.1.2", TRUE, NEG_BURNED_IN_STATED },
    { "CT", "1.2.840.10008.5.1.4.1.1.7", FALSE, NEG_BURNED_IN_POSSIBLE },
    { "CT", "1.2.840.10008.5.1.4.1.1.7.2", FALSE, NEG_BURNED_IN_POSSIBLE },
    { "CT", "1.2.840.10008.5.1.4.1.1.77.1.4", FALSE, NEG_BURNED_IN_UNLIKELY },
    { "US", "1.2.840.10008.5.1.4.1.1.3.1", FALSE, NEG_BURNED_IN_POSSIBLE },
    { "XA", NULL, FALSE, NEG_BURNED_IN_POSSIBLE },
    { NULL, NULL, FALSE, NEG_BURNED_IN_POSSIBLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) instance = neg_instance_new ();

    instance->modality = g_strdup (cases[i].modality);
    instance->sop_class_uid = g_strdup (cases[i].sop_class);
    instance->burned_in_annotation = cases[i].stated;
    g_assert_cmpint (neg_export_get_burned_in (instance), ==, cases[i].expected);
  }
}

/* --- measurements --- */

static void
add_mark (Fixture *fixture, NegAnnotationKind kind, double y, const char *text, guint32 frame)
{
  const NegInstance *instance = neg_view_state_get_frame (&fixture->state)->instance;
  NegAnnotation *annotation = neg_annotation_new (kind);

  if (fixture->annotations == NULL)
    fixture->annotations = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);
  annotation->uid = g_strdup_printf ("2.25.%u", fixture->annotations->len + 1);
  annotation->sop_instance_uid = g_strdup (instance->sop_instance_uid);
  annotation->frame = frame;
  annotation->text = g_strdup (text);
  neg_annotation_set_points (annotation, (const double[]){ 40, y, 120, y }, 2);
  neg_annotation_set_values (annotation, &(const NegAnnotationValue){ NEG_QUANTITY_LENGTH, 40, "mm" }, 1);
  g_ptr_array_add (fixture->annotations, annotation);
}

/* Pixels of a row that differ. */
static guint
count_changed (const NegPicture *a, const NegPicture *b, guint top, guint bottom)
{
  guint n = 0;

  for (guint y = top; y < bottom; y++)
    for (guint x = 0; x < a->width; x++)
      n += a->pixels[y * a->stride + x] != b->pixels[y * b->stride + x];
  return n;
}

/* The line is where it was measured, those of other images are not there, and off is off. */
static void
test_measured (Fixture *fixture, gconstpointer data)
{
  const NegExportLook off = { .size = NEG_EXPORT_IMAGE, .factor = 1 };
  NegExportLook on = off;
  NegPicture plain = draw_alone (fixture, COLUMNS, ROWS), picture;

  on.measured = TRUE;
  add_mark (fixture, NEG_ANNOTATION_LENGTH, 40, NULL, 1);
  add_mark (fixture, NEG_ANNOTATION_LENGTH, 120, NULL, 2);
  picture = export_as (fixture, &on);
  g_assert_cmpuint (count_changed (&plain, &picture, 39, 42), >, 150);
  g_assert_cmpuint (count_changed (&plain, &picture, 80, ROWS), ==, 0);
  g_free (picture.pixels);
  assert_same (export_as (fixture, &off), plain);
}

/* What somebody wrote may be a name: without the person it is not there, with the person it is. */
static void
test_words (Fixture *fixture, gconstpointer data)
{
  NegExportLook look = { .size = NEG_EXPORT_IMAGE, .factor = 2, .measured = TRUE };
  NegPicture with, without;

  for (guint identified = 0; identified < 2; identified++) {
    look.identified = identified == 1;
    add_mark (fixture, NEG_ANNOTATION_ARROW, 60, SECRET, 1);
    with = export_as (fixture, &look);
    g_clear_pointer (&fixture->annotations, g_ptr_array_unref);
    add_mark (fixture, NEG_ANNOTATION_ARROW, 60, NULL, 1);
    without = export_as (fixture, &look);
    g_clear_pointer (&fixture->annotations, g_ptr_array_unref);
    g_assert_cmpint (count_changed (&with, &without, 0, 2 * ROWS) > 0, ==, look.identified);
    g_free (with.pixels);
    g_free (without.pixels);
  }
}

static NegPresentation *
new_presentation (const NegInstance *instance, const char *text)
{
  NegPresentation *presentation = neg_presentation_new ();
  NegGraphicAnnotation *annotation = g_new0 (NegGraphicAnnotation, 1);

  presentation->references = (NegImageReferences){ 1, g_new0 (NegImageReference, 1) };
  presentation->references.items[0].sop_instance_uid = g_strdup (instance->sop_instance_uid);
  presentation->annotations = annotation;
  presentation->n_annotations = 1;
  annotation->graphics = g_new0 (NegGraphic, 1);
  annotation->n_graphics = 1;
  annotation->graphics[0] = (NegGraphic){ .type = NEG_GRAPHIC_POLYLINE, .n_points = 2,
                                          .points = g_memdup2 ((const double[]){ 40, 40, 120, 40 }, 4 * sizeof (double)) };
  annotation->texts = g_new0 (NegGraphicText, 1);
  annotation->n_texts = 1;
  annotation->texts[0] = (NegGraphicText){ .text = g_strdup (text), .has_anchor = TRUE, .anchor = { 100, 100 } };
  return presentation;
}

/* A state's graphics, and its words only with the person. */
static void
test_state (Fixture *fixture, gconstpointer data)
{
  const NegInstance *instance = neg_view_state_get_frame (&fixture->state)->instance;
  NegExportLook look = { .size = NEG_EXPORT_IMAGE, .factor = 1, .measured = TRUE };
  g_autoptr (NegPresentation) presentation = new_presentation (instance, SECRET);
  NegPicture off, anonymous, identified;

  g_assert_true (neg_view_state_set_presentation (&fixture->state, presentation, instance->study_uid, COLUMNS, ROWS, 0,
                                                  NULL));
  anonymous = export_as (fixture, &look);
  look.identified = TRUE;
  identified = export_as (fixture, &look);
  look = (NegExportLook){ .size = NEG_EXPORT_IMAGE, .factor = 1 };
  off = export_as (fixture, &look);
  g_assert_cmpuint (count_changed (&off, &anonymous, 39, 42), >, 150);
  g_assert_cmpuint (count_changed (&off, &anonymous, 80, 120), ==, 0);
  g_assert_cmpuint (count_changed (&off, &identified, 80, 120), >, 0);
  g_free (off.pixels);
  g_free (anonymous.pixels);
  g_free (identified.pixels);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, lossless, func) g_test_add (path, Fixture, GINT_TO_POINTER (lossless), set_up, func, tear_down)
  ADD ("/export-picture/same-pixels", TRUE, test_same_pixels);
  ADD ("/export-picture/turned", TRUE, test_turned);
  ADD ("/export-picture/sizes", TRUE, test_sizes);
  ADD ("/export-picture/anonymous", FALSE, test_anonymous);
  ADD ("/export-picture/identified", FALSE, test_identified);
  ADD ("/export-picture/marks", FALSE, test_marks);
  ADD ("/export-picture/name", FALSE, test_name);
  ADD ("/export-picture/measured", TRUE, test_measured);
  ADD ("/export-picture/words", TRUE, test_words);
  ADD ("/export-picture/state", TRUE, test_state);
  g_test_add_func ("/export-picture/cairo", test_cairo);
  g_test_add_func ("/export-picture/colour-kept", test_color_kept);
  g_test_add_func ("/export-picture/burned-in", test_burned_in);
  return g_test_run ();
}
