/* What the engine writes: read back by its own reader, and without an error of dciodvfy (Debian: dicom3tools). */
#include "config.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "base/neg-error.h"
#include "engine/neg-compose.h"
#include "engine/neg-dataset.h"
#include "dataset-builder.h"
#include "wire/neg-message.h"

#define IMAGE_UID "1.2.3.4.5"
#define OTHER_UID "1.2.3.4.6"
#define CT_CLASS STORAGE "2"

static void
describe (NegCompose *compose)
{
  compose->sop_instance_uid = g_strdup ("2.25.100");
  compose->series_uid = g_strdup ("2.25.101");
  compose->series_number = 900;
  compose->instance_number = 1;
  compose->series_description = g_strdup ("Reading");
  compose->date = g_strdup ("20260302");
  compose->time = g_strdup ("101500");
  compose->timezone = g_strdup ("+0100");
  compose->creator = g_strdup ("Reader^One");
  compose->device_version = g_strdup ("0.1");
}

/* An image of somebody whose name is in Latin 1, one that says less than it should. */
static Builder *
new_source (const char *charset, const char *name)
{
  Builder *builder = builder_new (EXPLICIT_LE);

  put_text (builder, 0x00080005, "CS", charset);
  put_text (builder, 0x00080016, "UI", CT_CLASS);
  put_text (builder, 0x00080018, "UI", IMAGE_UID);
  put_text (builder, 0x00080020, "DA", "20260301");
  put_text (builder, 0x00080030, "TM", "120000");
  put_text (builder, 0x00080050, "SH", "A1");
  put_text (builder, 0x00080060, "CS", "CT");
  put_text (builder, 0x00081030, "LO", "Sch\xe4""del");
  put_text (builder, 0x00100010, "PN", name);
  put_text (builder, 0x00100020, "LO", "ID 1");
  put_text (builder, 0x00100021, "LO", "Hospital");
  put_text (builder, 0x00100030, "DA", "19560302");
  put_text (builder, 0x00100040, "CS", "F");
  put_text (builder, 0x0020000D, "UI", "1.2.3.1");
  put_text (builder, 0x0020000E, "UI", "1.2.3.2");
  put_image (builder, 16, 16, TRUE);
  return builder;
}

static GByteArray *
compose_about (Builder *source, const NegCompose *compose, GError **error)
{
  g_auto (NegLayout) layout = { 0 };
  NegSource bytes;

  neg_source_init_memory (&bytes, source->bytes->data, source->bytes->len);
  g_assert_true (neg_scan (&bytes, &layout, NULL));
  return neg_compose_object (&bytes, &layout, compose, error);
}

static NegInstance *
read_back (const GByteArray *file)
{
  g_auto (NegLayout) layout = { 0 };
  g_autoptr (GError) error = NULL;
  NegSource source;
  NegInstance *instance;

  neg_source_init_memory (&source, file->data, file->len);
  g_assert_true (neg_scan (&source, &layout, &error));
  g_assert_no_error (error);
  instance = neg_dataset_read_instance (&source, &layout, &error);
  g_assert_no_error (error);
  return instance;
}

/* Its remarks are for people; an error begins a line with the word. */
static void
assert_valid (const GByteArray *file)
{
  g_autofree char *folder = g_dir_make_tmp ("neg-compose-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "object.dcm", NULL);
  g_autofree char *program = g_find_program_in_path ("dciodvfy");
  const char *arguments[] = { program, path, NULL };
  g_autofree char *remarks = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (program);
  g_assert_true (g_file_set_contents (path, (const char *) file->data, file->len, NULL));
  g_spawn_sync (NULL, (char **) arguments, NULL, 0, NULL, NULL, NULL, &remarks, NULL, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (folder);
  if (strstr (remarks, "Error") != NULL)
    g_test_message ("%s", remarks);
  g_assert_null (strstr (remarks, "Error"));
}

static NegImageReferences
refer (guint n)
{
  static const char *const uids[] = { IMAGE_UID, OTHER_UID };
  NegImageReferences references = { n, g_new0 (NegImageReference, n) };

  for (guint i = 0; i < n; i++) {
    references.items[i].study_uid = g_strdup ("1.2.3.1");
    references.items[i].series_uid = g_strdup ("1.2.3.2");
    references.items[i].sop_class_uid = g_strdup (CT_CLASS);
    references.items[i].sop_instance_uid = g_strdup (uids[i]);
  }
  return references;
}

static void
add_drawing (NegPresentation *state)
{
  static const double line[] = { 10.5, 20.25, 30, 40 };
  NegGraphicAnnotation *annotation = g_new0 (NegGraphicAnnotation, 1);

  annotation->layer = g_strdup ("MEASURED");
  annotation->references = refer (1);
  annotation->n_graphics = 1;
  annotation->graphics = g_new0 (NegGraphic, 1);
  annotation->graphics[0] = (NegGraphic){ NEG_GRAPHIC_POLYLINE, NEG_UNITS_PIXEL, FALSE, 2,
                                          g_memdup2 (line, sizeof line) };
  annotation->n_texts = 1;
  annotation->texts = g_new0 (NegGraphicText, 1);
  annotation->texts[0] = (NegGraphicText){ .text = g_strdup ("27,6 mm"), .has_anchor = TRUE, .anchor_visible = FALSE,
                                           .anchor_units = NEG_UNITS_PIXEL, .anchor = { 30, 40 } };
  state->annotations = annotation;
  state->n_annotations = 1;
  state->layers = g_new0 (NegGraphicLayer, 1);
  state->layers[0] = (NegGraphicLayer){ .name = g_strdup ("MEASURED"), .order = 1, .has_gray = TRUE, .gray = 0xFFFF };
  state->n_layers = 1;
}

static NegPresentation *
new_state (void)
{
  NegPresentation *state = neg_presentation_new ();

  state->label = g_strdup ("READING");
  state->description = g_strdup ("Lunge rechts");
  state->references = refer (2);
  state->has_rescale = TRUE;
  state->rescale_intercept = -1024;
  state->rescale_type = g_strdup ("HU");
  state->n_vois = 1;
  state->vois = g_new0 (NegSoftcopyVoi, 1);
  state->vois[0].n_windows = 1;
  state->vois[0].windows = g_new0 (NegWindow, 1);
  state->vois[0].windows[0] = (NegWindow){ -600.25, 1500.125, g_strdup ("LUNG") };
  state->is_inverse = TRUE;
  state->n_areas = 1;
  state->areas = g_new0 (NegDisplayedArea, 1);
  state->areas[0] = (NegDisplayedArea){ .mode = NEG_AREA_SCALE_TO_FIT, .top_left = { 3, 1 },
                                        .bottom_right = { 512, 400 }, .has_spacing = TRUE,
                                        .spacing_mm = { 0.7, 0.35 } };
  state->rotation_deg = 90;
  state->is_flipped = TRUE;
  state->shutter = (NegShutter){ .has_rectangle = TRUE, .left = 5, .right = 500, .top = 6, .bottom = 400,
                                 .has_circle = TRUE, .circle_row = 200, .circle_column = 256,
                                 .circle_radius_px = 100 };
  add_drawing (state);
  return state;
}

static GByteArray *
compose_state (void)
{
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_PRESENTATION);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "M\xfcller^J\xf6rg");
  g_autoptr (GError) error = NULL;
  GByteArray *file;

  describe (compose);
  compose->presentation = new_state ();
  file = compose_about (source, compose, &error);
  g_assert_no_error (error);
  return file;
}

/* The patient's name in UTF-8, everything else of the study as the image has it. */
static void
test_identity (void)
{
  g_autoptr (GByteArray) file = compose_state ();
  g_autoptr (NegInstance) instance = read_back (file);

  g_assert_cmpstr (instance->patient_name, ==, "Müller^Jörg");
  g_assert_cmpstr (instance->patient_id, ==, "ID 1");
  g_assert_cmpstr (instance->patient_id_issuer, ==, "Hospital");
  g_assert_cmpstr (instance->patient_birth_date, ==, "19560302");
  g_assert_cmpstr (instance->patient_sex, ==, "F");
  g_assert_cmpstr (instance->study_uid, ==, "1.2.3.1");
  g_assert_cmpstr (instance->study_date, ==, "20260301");
  g_assert_cmpstr (instance->study_description, ==, "Schädel");
  g_assert_cmpstr (instance->accession_number, ==, "A1");
  g_assert_cmpstr (instance->series_uid, ==, "2.25.101");
  g_assert_cmpstr (instance->sop_instance_uid, ==, "2.25.100");
}

static void
test_state (void)
{
  g_autoptr (GByteArray) file = compose_state ();
  g_autoptr (NegInstance) instance = read_back (file);
  const NegPresentation *state = instance->presentation;

  assert_valid (file);
  g_assert_nonnull (state);
  g_assert_cmpuint (state->references.n, ==, 2);
  g_assert_true (state->has_rescale && state->rescale_intercept == -1024 && state->rescale_slope == 1);
  g_assert_cmpuint (state->n_vois, ==, 1);
  g_assert_cmpfloat (state->vois[0].windows[0].center, ==, -600.25);
  g_assert_cmpfloat (state->vois[0].windows[0].width, ==, 1500.125);
  g_assert_true (state->is_inverse && state->is_flipped && state->rotation_deg == 90);
  g_assert_cmpint (state->areas[0].top_left[0], ==, 3);
  g_assert_cmpint (state->areas[0].bottom_right[1], ==, 400);
  g_assert_cmpfloat (state->areas[0].spacing_mm[1], ==, 0.35);
  g_assert_true (state->shutter.has_circle && state->shutter.circle_column == 256 && state->shutter.right == 500);
  g_assert_cmpfloat (state->annotations[0].graphics[0].points[1], ==, 20.25);
  g_assert_cmpstr (state->annotations[0].texts[0].text, ==, "27,6 mm");
  g_assert_true (neg_image_references_contain (&state->annotations[0].references, IMAGE_UID, 0));
  g_assert_false (neg_image_references_contain (&state->annotations[0].references, OTHER_UID, 0));
}

/* A state with everything that a state may have: what was read and is written again is the same, byte for byte of its
 * message. */
static void
test_state_again (void)
{
  g_autoptr (NegCompose) first = neg_compose_new (NEG_COMPOSE_PRESENTATION);
  g_autoptr (NegCompose) again = neg_compose_new (NEG_COMPOSE_PRESENTATION);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "A^B");
  g_autoptr (GByteArray) file = NULL, second_file = NULL, sent = g_byte_array_new (), second_sent = g_byte_array_new ();
  g_autoptr (NegInstance) instance = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  NegPresentation *state = new_state ();
  const guint8 bits[] = { 0x81, 0x7E, 0xFF, 0x3F, 1 };

  describe (first);
  describe (again);
  state->vois[0].n_windows = 2;
  state->vois[0].windows = g_renew (NegWindow, state->vois[0].windows, 2);
  state->vois[0].windows[1] = (NegWindow){ 40, 400, g_strdup ("SOFT TISSUE") };
  state->layers[0].has_color = TRUE;
  memcpy (state->layers[0].color_lab, (const double[]){ 50, -20.5, 30 }, sizeof state->layers[0].color_lab);
  neg_shutter_clear (&state->shutter);
  state->shutter = (NegShutter){ .bitmap_group = 0x6000, .has_color = TRUE, .color_lab = { 25, 10, -10 } };
  state->n_overlays = 2;
  state->overlays = g_new0 (NegOverlayPlane, 2);
  state->overlays[0] = (NegOverlayPlane){ .group = 0x6000, .rows = 5, .columns = 8, .origin_row = -3, .origin_column = 2,
                                          .n_frames = 1, .label = g_strdup ("Cover"), .n_bytes = sizeof bits,
                                          .bits = g_memdup2 (bits, sizeof bits) };
  state->overlays[1] = (NegOverlayPlane){ .group = 0x6004, .n_frames = 1, .activation_layer = g_strdup ("MEASURED") };
  state->n_masks = 1;
  state->masks = g_new0 (NegMaskItem, 1);
  state->masks[0] = (NegMaskItem){ .operation = NEG_MASK_AVG_SUB, .n_ranges = 1, .n_mask_frames = 2,
                                   .ranges = g_memdup2 ((const guint32[]){ 3, 9 }, 8),
                                   .mask_frames = g_memdup2 ((const guint32[]){ 1, 2 }, 8),
                                   .shift_px = { 0.5, -1.25 }, .tid_offset = 1 };
  first->presentation = state;
  file = compose_about (source, first, &error);
  g_assert_no_error (error);
  assert_valid (file);
  instance = read_back (file);
  state = instance->presentation;
  g_assert_nonnull (state);
  g_assert_cmpstr (state->vois[0].windows[1].explanation, ==, "SOFT TISSUE");
  g_assert_cmpuint (state->shutter.bitmap_group, ==, 0x6000);
  g_assert_true (state->shutter.has_value && !state->shutter.has_color); /* no colour in a grayscale state (C.11.12) */
  g_assert_cmpuint (state->shutter.value, ==, 16384);
  g_assert_cmpfloat_with_epsilon (state->layers[0].color_lab[1], -20.5, 0.01);
  g_assert_cmpmem (state->overlays[0].bits, state->overlays[0].n_bytes, bits, sizeof bits);
  g_assert_cmpint (state->overlays[0].origin_row, ==, -3);
  g_assert_cmpuint (state->masks[0].ranges[1], ==, 9);
  g_assert_cmpfloat (state->masks[0].shift_px[1], ==, -1.25);
  again->presentation = neg_presentation_ref (state);
  second_file = compose_about (source, again, &error);
  g_assert_no_error (error);
  second = read_back (second_file);
  g_assert_cmpstrv (instance->warnings, second->warnings);
  neg_instance_write (instance, sent);
  neg_instance_write (second, second_sent);
  g_assert_cmpmem (sent->data, sent->len, second_sent->data, second_sent->len);
}

/* Signed and unsigned first values, and the 65536 entries that are written as 0. */
static void
test_tables (void)
{
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_PRESENTATION);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "A^B");
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (GError) error = NULL;
  NegPresentation *state = new_state ();

  describe (compose);
  compose->presentation = state;
  g_free (state->vois[0].windows[0].explanation);
  g_clear_pointer (&state->vois[0].windows, g_free);
  state->vois[0].n_windows = 0;
  state->vois[0].n_luts = 1;
  state->vois[0].luts = g_new0 (NegLut, 1);
  state->vois[0].luts[0] = (NegLut){ 65536, -32768, 16, g_new0 (guint16, 65536), g_strdup ("A curve") };
  state->vois[0].luts[0].entries[65535] = 65535;
  state->presentation_lut = (NegLut){ 256, 0, 16, g_new0 (guint16, 256), NULL };
  state->presentation_lut.entries[255] = 60000;
  file = compose_about (source, compose, &error);
  g_assert_no_error (error);
  assert_valid (file);
  instance = read_back (file);
  g_assert_nonnull (instance->presentation);
  state = instance->presentation;
  g_assert_cmpuint (state->vois[0].luts[0].n_entries, ==, 65536);
  g_assert_cmpint (state->vois[0].luts[0].first_mapped, ==, -32768);
  g_assert_cmpuint (state->vois[0].luts[0].entries[65535], ==, 65535);
  g_assert_cmpuint (state->presentation_lut.n_entries, ==, 256);
  g_assert_cmpuint (state->presentation_lut.entries[255], ==, 60000);
}

/* C.11.1: the type of a modality LUT is as much a part of it as its numbers. */
static void
test_modality_table (void)
{
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_PRESENTATION);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "A^B");
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (GError) error = NULL;
  NegPresentation *state = new_state ();

  describe (compose);
  compose->presentation = state;
  state->has_rescale = FALSE;
  g_free (state->rescale_type);
  state->rescale_type = g_strdup ("OD");
  state->modality_lut = (NegLut){ 4, 10, 16, g_new0 (guint16, 4), NULL };
  state->modality_lut.entries[3] = 60000;
  file = compose_about (source, compose, &error);
  g_assert_no_error (error);
  assert_valid (file);
  instance = read_back (file);
  g_assert_nonnull (instance->presentation);
  g_assert_cmpstr (instance->presentation->rescale_type, ==, "OD");
  g_assert_cmpint (instance->presentation->modality_lut.first_mapped, ==, 10);
  g_assert_cmpuint (instance->presentation->modality_lut.entries[3], ==, 60000);
}

/* A text of a drawing is an ST, of at most 1024 characters, which others count in bytes; its lines remain. */
static void
test_long_text (void)
{
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_PRESENTATION);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "A^B");
  g_autoptr (GString) text = g_string_new ("one\r\ntwo");
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (GError) error = NULL;
  const NegPresentation *state;

  for (guint i = 0; i < 1500; i++)
    g_string_append (text, "\u00e4");
  describe (compose);
  compose->presentation = new_state ();
  g_free (compose->presentation->annotations[0].texts[0].text);
  compose->presentation->annotations[0].texts[0].text = g_strdup (text->str);
  file = compose_about (source, compose, &error);
  g_assert_no_error (error);
  assert_valid (file);
  instance = read_back (file);
  state = instance->presentation;
  g_assert_nonnull (state);
  g_assert_cmpuint (strlen (state->annotations[0].texts[0].text), ==, 1024);
  g_assert_true (g_str_has_prefix (state->annotations[0].texts[0].text, "one\r\ntwo\u00e4"));
}

static void
test_key_selection (void)
{
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_KEY_SELECTION);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "M\xfcller^J\xf6rg");
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (GError) error = NULL;

  describe (compose);
  compose->key_selection = neg_key_selection_new ();
  compose->key_selection->title_scheme = g_strdup ("DCM");
  compose->key_selection->title_value = g_strdup ("113000");
  compose->key_selection->title_meaning = g_strdup ("Of Interest");
  compose->key_selection->description = g_strdup ("für die Besprechung");
  compose->key_selection->modifier_value = g_strdup ("113038");
  compose->key_selection->modifier_meaning = g_strdup ("Incorrect Modality Worklist Entry");
  compose->key_selection->references = refer (2);
  file = compose_about (source, compose, &error);
  g_assert_no_error (error);
  assert_valid (file);
  instance = read_back (file);
  g_assert_nonnull (instance->key_selection);
  g_assert_cmpstr (instance->key_selection->title_value, ==, "113000");
  g_assert_cmpstr (instance->key_selection->description, ==, "für die Besprechung");
  g_assert_cmpstr (instance->key_selection->modifier_value, ==, "113038");
  g_assert_cmpstr (instance->key_selection->modifier_meaning, ==, "Incorrect Modality Worklist Entry");
  g_assert_cmpuint (instance->key_selection->references.n, ==, 2);
  g_assert_cmpstr (instance->key_selection->references.items[1].sop_instance_uid, ==, OTHER_UID);
}

static void
add_annotation (GPtrArray *annotations, NegAnnotationKind kind, guint n_points, const NegAnnotationValue *value)
{
  static const double points[] = { 10.5, 20.25, 100, 80, 40, 60, 70, 20 };
  NegAnnotation *annotation = neg_annotation_new (kind);

  annotation->uid = g_strdup_printf ("2.25.%u", 200 + annotations->len);
  annotation->study_uid = g_strdup ("1.2.3.1");
  annotation->series_uid = g_strdup ("1.2.3.2");
  annotation->sop_class_uid = g_strdup (CT_CLASS);
  annotation->sop_instance_uid = g_strdup (IMAGE_UID);
  neg_annotation_set_points (annotation, points, n_points);
  neg_annotation_set_values (annotation, value, 1);
  annotation->calibration = g_strdup ("geometry");
  annotation->text = kind == NEG_ANNOTATION_ARROW ? g_strdup ("Rundherd") : NULL;
  g_ptr_array_add (annotations, annotation);
}

static GPtrArray *
new_annotations (void)
{
  static const NegAnnotationValue length = { NEG_QUANTITY_LENGTH, 42.125, "mm" };
  static const NegAnnotationValue angle = { NEG_QUANTITY_ANGLE, 33.5, "deg" };
  static const NegAnnotationValue area = { NEG_QUANTITY_AREA, 1200.5, "mm2" };
  static const NegAnnotationValue mean = { NEG_QUANTITY_VALUE, -57, "[hnsf'U]" };
  GPtrArray *annotations = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);

  add_annotation (annotations, NEG_ANNOTATION_LENGTH, 2, &length);
  add_annotation (annotations, NEG_ANNOTATION_ANGLE, 3, &angle);
  add_annotation (annotations, NEG_ANNOTATION_ELLIPSE, 2, &area);
  add_annotation (annotations, NEG_ANNOTATION_RECTANGLE, 2, &area);
  add_annotation (annotations, NEG_ANNOTATION_FREEHAND, 4, &area);
  add_annotation (annotations, NEG_ANNOTATION_PROBE, 1, &mean);
  return annotations;
}

static const NegAnnotation *
find (const GPtrArray *annotations, const char *uid)
{
  for (guint i = 0; i < annotations->len; i++) {
    const NegAnnotation *annotation = g_ptr_array_index (annotations, i);

    if (g_strcmp0 (annotation->uid, uid) == 0)
      return annotation;
  }
  return NULL;
}

static void
test_measurements (void)
{
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_MEASUREMENTS);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "M\xfcller^J\xf6rg");
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (GError) error = NULL;

  describe (compose);
  compose->annotations = new_annotations ();
  compose->predecessor_sop_class_uid = g_strdup (STORAGE "88.33");
  compose->predecessor_sop_instance_uid = g_strdup ("2.25.99");
  compose->predecessor_series_uid = g_strdup ("2.25.98");
  file = compose_about (source, compose, &error);
  g_assert_no_error (error);
  assert_valid (file);
  instance = read_back (file);
  g_assert_nonnull (instance->annotations);
  g_assert_cmpstr (instance->document_code, ==, "DCM 126000");
  g_assert_nonnull (instance->predecessors);
  g_assert_cmpstr (instance->predecessors[0], ==, "2.25.99");
  g_assert_null (instance->predecessors[1]);
  for (guint i = 0; i < compose->annotations->len; i++) {
    const NegAnnotation *wrote = g_ptr_array_index (compose->annotations, i);
    const NegAnnotation *read = find (instance->annotations, wrote->uid);

    g_assert_nonnull (read);
    g_assert_cmpstr (read->sop_instance_uid, ==, IMAGE_UID);
    g_assert_cmpuint (read->n_values, ==, 1);
    g_assert_cmpfloat (read->values[0].value, ==, wrote->values[0].value);
    g_assert_cmpstr (read->values[0].unit, ==, wrote->values[0].unit);
    g_assert_cmpstr (read->calibration, ==, wrote->kind == NEG_ANNOTATION_PROBE ? NULL : "geometry");
  }
}

/* Places on planes out of volumes are on no image: the report is one whose coordinates are in the patient, and the one that
 * is on an image stays there. Of x = (0, 2, 0), y = (0, 0, -0.5) from (-7, 30, 100): the point 10.5, 20.25 is at
 * (-7, 30 + 21, 100 - 10.125). */
static void
test_planes (void)
{
  static const NegAnnotationPlane plane = { { -7, 30, 100 }, { 0, 2, 0 }, { 0, 0, -0.5 }, 10, 0 };
  static const float first_mm[3] = { -7, 51, 89.875 };
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_MEASUREMENTS);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "A^B");
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (GError) error = NULL;

  describe (compose);
  compose->annotations = new_annotations ();
  g_assert_cmpstr (neg_compose_get_sop_class_uid (compose), ==, STORAGE "88.33");
  for (guint i = 1; i < compose->annotations->len; i++) {
    NegAnnotation *annotation = g_ptr_array_index (compose->annotations, i);

    annotation->plane = g_memdup2 (&plane, sizeof plane);
    annotation->frame_of_reference_uid = g_strdup ("1.2.3.9");
    g_free (annotation->sop_instance_uid);
    annotation->sop_instance_uid = g_strdup ("2.25.4711");
  }
  file = compose_about (source, compose, &error);
  g_assert_no_error (error);
  assert_valid (file);
  g_assert_null (memmem (file->data, file->len, "2.25.4711", 9)); /* names no object */
  g_assert_nonnull (memmem (file->data, file->len, "SCOORD3D", 8));
  g_assert_nonnull (memmem (file->data, file->len, "POLYGON", 7));
  g_assert_nonnull (memmem (file->data, file->len, first_mm, sizeof first_mm));
  instance = read_back (file);
  g_assert_cmpstr (instance->sop_class_uid, ==, STORAGE "88.34");
  g_assert_nonnull (find (instance->annotations, "2.25.200"));
  g_assert_cmpuint (instance->annotations->len, ==, 1);
}

/* As many points as an outline may have, and the first once more: all of them within the 16 bit length of FL. */
static void
test_longest_outline (void)
{
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_MEASUREMENTS);
  g_autoptr (Builder) source = new_source ("ISO_IR 100", "A^B");
  g_autofree double *points = g_new (double, 2 * NEG_ANNOTATION_POINTS_MAX);
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (NegInstance) instance = NULL;
  g_autoptr (GError) error = NULL;
  static const NegAnnotationValue area = { NEG_QUANTITY_AREA, 1200.5, "mm2" };
  const NegAnnotation *read;

  for (guint i = 0; i < NEG_ANNOTATION_POINTS_MAX; i++) {
    points[2 * i] = i % 512;
    points[2 * i + 1] = i / 16.0;
  }
  describe (compose);
  compose->annotations = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);
  add_annotation (compose->annotations, NEG_ANNOTATION_FREEHAND, 4, &area);
  neg_annotation_set_points (g_ptr_array_index (compose->annotations, 0), points, NEG_ANNOTATION_POINTS_MAX);
  neg_annotation_set_values (g_ptr_array_index (compose->annotations, 0), &area, 1);
  file = compose_about (source, compose, &error);
  g_assert_no_error (error);
  assert_valid (file);
  g_assert_nonnull (memmem (file->data, file->len, "\x70\x00\x22\x00" "FL", 6));
  instance = read_back (file);
  read = find (instance->annotations, "2.25.200");
  g_assert_nonnull (read);
  g_assert_cmpuint (read->n_points, ==, NEG_ANNOTATION_POINTS_MAX);
  g_assert_cmpmem (read->points_px, read->n_points * 2 * sizeof (double), points,
                   NEG_ANNOTATION_POINTS_MAX * 2 * sizeof (double));
}

/* What is said of the first frame must not become a word about all of them: a class that nobody knows may have
 * several. Of one that has one frame none is named. */
static void
test_first_frame (void)
{
  static const char *const classes[] = { "1.2.840.99999.1", STORAGE "30", CT_CLASS };
  const guint32 first = 1;

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++) {
    g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_PRESENTATION);
    g_autoptr (Builder) source = new_source ("ISO_IR 100", "A^B");
    g_autoptr (GByteArray) file = NULL;
    g_autoptr (NegInstance) instance = NULL;
    g_autoptr (GError) error = NULL;
    NegImageReference *reference;

    describe (compose);
    compose->presentation = new_state ();
    reference = &compose->presentation->annotations[0].references.items[0];
    g_free (reference->sop_class_uid);
    reference->sop_class_uid = g_strdup (classes[i]);
    reference->n_frames = 1;
    reference->frames = g_memdup2 (&first, sizeof first);
    file = compose_about (source, compose, &error);
    g_assert_no_error (error);
    instance = read_back (file);
    reference = &instance->presentation->annotations[0].references.items[0];
    g_assert_cmpuint (reference->n_frames, ==, g_str_equal (classes[i], CT_CLASS) ? 0 : 1);
  }
}

/* A name that cannot be read is not written as another one. */
static void
test_unreadable_name (void)
{
  g_autoptr (NegCompose) compose = neg_compose_new (NEG_COMPOSE_PRESENTATION);
  g_autoptr (Builder) source = new_source ("ISO_IR 999", "M\xfcller^J\xf6rg");
  g_autoptr (GError) error = NULL;

  describe (compose);
  compose->presentation = new_state ();
  g_assert_null (compose_about (source, compose, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  neg_dataset_preload (&error);
  g_assert_no_error (error);
  g_test_add_func ("/compose/identity", test_identity);
  g_test_add_func ("/compose/state", test_state);
  g_test_add_func ("/compose/state-again", test_state_again);
  g_test_add_func ("/compose/tables", test_tables);
  g_test_add_func ("/compose/modality-table", test_modality_table);
  g_test_add_func ("/compose/long-text", test_long_text);
  g_test_add_func ("/compose/longest-outline", test_longest_outline);
  g_test_add_func ("/compose/first-frame", test_first_frame);
  g_test_add_func ("/compose/key-selection", test_key_selection);
  g_test_add_func ("/compose/measurements", test_measurements);
  g_test_add_func ("/compose/planes", test_planes);
  g_test_add_func ("/compose/unreadable-name", test_unreadable_name);
  return g_test_run ();
}
