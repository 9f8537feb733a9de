/* What an instance is made of beside its plain fields: every member arrives, and what is out of range is refused. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "fill-instance.h"
#include "model/neg-annotation.h"
#include "model/neg-presentation.h"
#include "wire/neg-message.h"

static NegInstance *
send_instance (const NegInstance *sent, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NegInstance *received;
  NegReader reader;

  neg_instance_write (sent, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  received = neg_instance_read (&reader, error);
  if (received != NULL)
    g_assert_true (neg_reader_finished (&reader));
  return received;
}

/* Members one by one, so that one which is not sent stays behind: filled objects have no member that is 0. */
#define SAME(member) g_assert_true (a->member == b->member)
#define SAME_TEXT(member) g_assert_cmpstr (a->member, ==, b->member)
#define SAME_NUMBERS(member, n) g_assert_cmpmem (a->member, (n) * sizeof *a->member, b->member, (n) * sizeof *b->member)

static void
assert_same_overlay (const NegOverlayPlane *a, const NegOverlayPlane *b)
{
  SAME (group);
  SAME (rows);
  SAME (columns);
  SAME (origin_row);
  SAME (origin_column);
  SAME (n_frames);
  SAME (first_frame);
  SAME (is_roi);
  SAME_TEXT (label);
  SAME_TEXT (description);
  SAME_TEXT (activation_layer);
  SAME (is_embedded);
  SAME (bit_position);
  SAME (n_bytes);
  SAME_NUMBERS (bits, a->n_bytes);
}

static void
assert_same_shutter (const NegShutter *a, const NegShutter *b)
{
  SAME (has_rectangle);
  SAME (has_circle);
  SAME (left);
  SAME (right);
  SAME (top);
  SAME (bottom);
  SAME (circle_row);
  SAME (circle_column);
  SAME (circle_radius_px);
  SAME (n_vertices);
  SAME_NUMBERS (vertices, 2 * a->n_vertices);
  SAME (bitmap_group);
  SAME (has_value);
  SAME (value);
}

static void
assert_same_mask (const NegMaskItem *a, const NegMaskItem *b)
{
  SAME (operation);
  SAME (n_ranges);
  SAME_NUMBERS (ranges, 2 * a->n_ranges);
  SAME (n_mask_frames);
  SAME_NUMBERS (mask_frames, a->n_mask_frames);
  SAME_NUMBERS (shift_px, 2);
  SAME (tid_offset);
}

static void
assert_same_region (const NegUltrasoundRegion *a, const NegUltrasoundRegion *b)
{
  SAME (frame);
  SAME (x0);
  SAME (y0);
  SAME (x1);
  SAME (y1);
  SAME (x_units);
  SAME (y_units);
  SAME (x_delta);
  SAME (y_delta);
  SAME (has_reference);
  SAME (reference_x);
  SAME (reference_y);
  SAME (reference_x_value);
  SAME (reference_y_value);
  SAME (spatial_format);
  SAME (data_type);
  SAME (flags);
}

static void
assert_same_map (const NegRealWorldMap *a, const NegRealWorldMap *b)
{
  SAME (frame);
  SAME (first_mapped);
  SAME (last_mapped);
  SAME (slope);
  SAME (intercept);
  SAME (n_entries);
  SAME_NUMBERS (entries, a->n_entries);
  SAME_TEXT (label);
  SAME_TEXT (explanation);
  SAME_TEXT (units_code);
  SAME_TEXT (units_meaning);
}

static void
assert_same_table (const NegLut *a, const NegLut *b)
{
  SAME (n_entries);
  SAME (first_mapped);
  SAME (bits);
  SAME_TEXT (explanation);
  SAME_NUMBERS (entries, a->n_entries);
}

static void
assert_same_references (const NegImageReferences *left, const NegImageReferences *right)
{
  g_assert_cmpuint (left->n, ==, right->n);
  for (guint32 i = 0; i < left->n; i++) {
    const NegImageReference *a = &left->items[i], *b = &right->items[i];

    SAME_TEXT (study_uid);
    SAME_TEXT (series_uid);
    SAME_TEXT (sop_class_uid);
    SAME_TEXT (sop_instance_uid);
    SAME (n_frames);
    SAME_NUMBERS (frames, a->n_frames);
  }
}

static void
test_modules (void)
{
  g_autoptr (NegInstance) sent = fill_instance ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NegInstance) received = send_instance (sent, &error);
  const NegInstance *a = sent, *b = received;

  g_assert_no_error (error);
  SAME (n_overlays);
  for (guint32 i = 0; i < a->n_overlays; i++)
    assert_same_overlay (&a->overlays[i], &b->overlays[i]);
  assert_same_shutter (&a->shutter, &b->shutter);
  SAME (n_ultrasound_regions);
  assert_same_region (a->ultrasound_regions, b->ultrasound_regions);
  SAME (n_real_world_maps);
  for (guint32 i = 0; i < a->n_real_world_maps; i++)
    assert_same_map (&a->real_world_maps[i], &b->real_world_maps[i]);
  SAME (n_masks);
  assert_same_mask (a->masks, b->masks);
}

static void
assert_same_voi (const NegSoftcopyVoi *a, const NegSoftcopyVoi *b)
{
  assert_same_references (&a->references, &b->references);
  SAME (n_windows);
  SAME (windows[0].center);
  SAME (windows[0].width);
  SAME_TEXT (windows[0].explanation);
  SAME (n_luts);
  assert_same_table (a->luts, b->luts);
  SAME (function);
}

static void
assert_same_area (const NegDisplayedArea *a, const NegDisplayedArea *b)
{
  assert_same_references (&a->references, &b->references);
  SAME (mode);
  SAME_NUMBERS (top_left, 2);
  SAME_NUMBERS (bottom_right, 2);
  SAME (has_spacing);
  SAME (has_aspect);
  SAME_NUMBERS (spacing_mm, 2);
  SAME_NUMBERS (aspect, 2);
  SAME (magnification);
}

static void
assert_same_layer (const NegGraphicLayer *a, const NegGraphicLayer *b)
{
  SAME_TEXT (name);
  SAME_TEXT (description);
  SAME (order);
  SAME (has_gray);
  SAME (has_color);
  SAME (gray);
  SAME_NUMBERS (color_lab, 3);
}

static void
assert_same_text (const NegGraphicText *a, const NegGraphicText *b)
{
  SAME_TEXT (text);
  SAME (has_box);
  SAME (has_anchor);
  SAME (anchor_visible);
  SAME (box_units);
  SAME (anchor_units);
  SAME_NUMBERS (box, 4);
  SAME_NUMBERS (anchor, 2);
  SAME_TEXT (justification);
}

static void
assert_same_drawing (const NegGraphicAnnotation *left, const NegGraphicAnnotation *right)
{
  g_assert_cmpstr (left->layer, ==, right->layer);
  assert_same_references (&left->references, &right->references);
  g_assert_cmpuint (left->n_graphics, ==, right->n_graphics);
  for (guint32 i = 0; i < left->n_graphics; i++) {
    const NegGraphic *a = &left->graphics[i], *b = &right->graphics[i];

    SAME (type);
    SAME (units);
    SAME (is_filled);
    SAME (n_points);
    SAME_NUMBERS (points, 2 * a->n_points);
  }
  g_assert_cmpuint (left->n_texts, ==, right->n_texts);
  assert_same_text (left->texts, right->texts);
}

static void
assert_same_state (const NegPresentation *a, const NegPresentation *b)
{
  SAME (kind);
  SAME_TEXT (label);
  SAME_TEXT (description);
  SAME_TEXT (creator);
  SAME_TEXT (created_date);
  SAME_TEXT (created_time);
  SAME (has_rescale);
  SAME (rescale_slope);
  SAME (rescale_intercept);
  SAME_TEXT (rescale_type);
  SAME (is_inverse);
  SAME (rotation_deg);
  SAME (is_flipped);
  SAME (n_vois);
  SAME (n_masks);
  SAME (n_areas);
  SAME (n_overlays);
  SAME (n_layers);
  SAME (n_annotations);
}

static void
test_presentation (void)
{
  g_autoptr (NegInstance) sent = fill_instance ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NegInstance) received = send_instance (sent, &error);
  const NegPresentation *a = sent->presentation, *b;

  g_assert_no_error (error);
  b = received->presentation;
  g_assert_nonnull (b);
  assert_same_state (a, b);
  assert_same_references (&a->references, &b->references);
  assert_same_table (&a->modality_lut, &b->modality_lut);
  assert_same_voi (a->vois, b->vois);
  assert_same_table (&a->presentation_lut, &b->presentation_lut);
  for (guint i = 0; i < 3; i++)
    assert_same_table (&a->palette[i], &b->palette[i]);
  assert_same_shutter (&a->shutter, &b->shutter);
  assert_same_mask (a->masks, b->masks);
  assert_same_area (a->areas, b->areas);
  for (guint32 i = 0; i < a->n_overlays; i++)
    assert_same_overlay (&a->overlays[i], &b->overlays[i]);
  assert_same_layer (a->layers, b->layers);
  assert_same_drawing (a->annotations, b->annotations);
}

static void
test_key_selection (void)
{
  g_autoptr (NegInstance) sent = fill_instance ();
  g_autoptr (NegInstance) received = send_instance (sent, NULL);
  const NegKeySelection *a = sent->key_selection, *b;

  g_assert_nonnull (received);
  b = received->key_selection;
  g_assert_nonnull (b);
  SAME_TEXT (title_scheme);
  SAME_TEXT (title_value);
  SAME_TEXT (title_meaning);
  SAME_TEXT (modifier_value);
  SAME_TEXT (description);
  SAME_TEXT (observer);
  assert_same_references (&a->references, &b->references);
}

static void
test_annotations (void)
{
  g_autoptr (NegInstance) sent = fill_instance ();
  g_autoptr (NegInstance) received = send_instance (sent, NULL);
  const NegAnnotation *a = g_ptr_array_index (sent->annotations, 0), *b;

  g_assert_nonnull (received);
  g_assert_nonnull (received->annotations);
  g_assert_cmpuint (received->annotations->len, ==, 1);
  b = g_ptr_array_index (received->annotations, 0);
  SAME_TEXT (uid);
  SAME (kind);
  SAME_TEXT (study_uid);
  SAME_TEXT (series_uid);
  SAME_TEXT (sop_class_uid);
  SAME_TEXT (sop_instance_uid);
  SAME_TEXT (frame_of_reference_uid);
  SAME (frame);
  SAME (n_points);
  SAME_NUMBERS (points_px, 2 * a->n_points);
  SAME_NUMBERS (points_patient_mm, 3 * a->n_points);
  SAME_TEXT (text);
  SAME_TEXT (author);
  SAME (changed_us);
  SAME (n_values);
  for (guint i = 0; i < a->n_values; i++) {
    SAME (values[i].quantity);
    SAME (values[i].value);
    SAME_TEXT (values[i].unit);
  }
  SAME_TEXT (calibration);
  SAME (is_foreign);
}

/* A list of no annotations is not the same as no list. */
static void
test_absent_contents (void)
{
  g_autoptr (NegInstance) sent = fill_instance ();
  g_autoptr (NegInstance) received = NULL;

  g_clear_pointer (&sent->presentation, neg_presentation_unref);
  g_clear_pointer (&sent->key_selection, neg_key_selection_free);
  g_ptr_array_set_size (sent->annotations, 0);
  received = send_instance (sent, NULL);
  g_assert_nonnull (received);
  g_assert_null (received->presentation);
  g_assert_null (received->key_selection);
  g_assert_nonnull (received->annotations);
  g_assert_cmpuint (received->annotations->len, ==, 0);
}

static NegAnnotation *
get_annotation (NegInstance *instance)
{
  return g_ptr_array_index (instance->annotations, 0);
}

static void
spoil_text_length (NegInstance *instance)
{
  NegAnnotation *annotation = get_annotation (instance);

  g_free (annotation->text);
  annotation->text = g_strnfill (NEG_ANNOTATION_TEXT_BYTES_MAX + 1, 'x');
}

static void
spoil_selection (NegInstance *instance)
{
  neg_image_references_clear (&instance->key_selection->references);
}

#define SPOIL(name, statement) \
  static void spoil_##name (NegInstance *instance) { statement; }
SPOIL (overlay_group, instance->overlays[0].group = 0x6001)
SPOIL (overlay_high_group, instance->overlays[0].group = 0x6020)
SPOIL (overlay_rows, instance->overlays[0].rows = 0)
SPOIL (overlay_bits, instance->overlays[0].rows = 4)
SPOIL (overlay_wrap, instance->overlays[0].rows = instance->overlays[0].columns = G_MAXUINT32)
SPOIL (overlay_frames, instance->overlays[0].n_frames = 0)
SPOIL (overlay_place, instance->overlays[0].first_frame = 0)
SPOIL (overlay_position, instance->overlays[1].bit_position = 64)
SPOIL (overlay_without_bits, instance->overlays[1].is_embedded = FALSE)
SPOIL (polygon, instance->shutter.n_vertices = 2)
SPOIL (radius, instance->shutter.circle_radius_px = -1)
SPOIL (bitmap, instance->shutter.bitmap_group = 7)
SPOIL (region, instance->ultrasound_regions[0].x1 = 0)
SPOIL (region_delta, instance->ultrasound_regions[0].x_delta = NAN)
SPOIL (map_slope, instance->real_world_maps[0].slope = INFINITY)
SPOIL (map_order, instance->real_world_maps[0].last_mapped = -2000)
SPOIL (map_entries, instance->real_world_maps[1].last_mapped = 13)
SPOIL (mask_operation, instance->masks[0].operation = 4)
SPOIL (mask_frame, instance->masks[0].mask_frames[1] = 0)
SPOIL (state_kind, instance->presentation->kind = 5)
SPOIL (state_slope, instance->presentation->rescale_slope = 0)
SPOIL (state_rotation, instance->presentation->rotation_deg = 45)
SPOIL (state_turn, instance->presentation->rotation_deg = 360)
SPOIL (state_function, instance->presentation->vois[0].function = 3)
SPOIL (state_frame, instance->presentation->references.items[0].frames[0] = 0)
SPOIL (state_reference, g_clear_pointer (&instance->presentation->references.items[1].sop_instance_uid, g_free))
SPOIL (area_mode, instance->presentation->areas[0].mode = 3)
SPOIL (area_spacing, instance->presentation->areas[0].spacing_mm[1] = 0)
SPOIL (area_aspect, instance->presentation->areas[0].aspect[0] = 0)
SPOIL (layer_name, g_clear_pointer (&instance->presentation->layers[0].name, g_free))
SPOIL (activation, g_clear_pointer (&instance->presentation->overlays[1].activation_layer, g_free))
SPOIL (graphic_type, instance->presentation->annotations[0].graphics[0].type = 5)
SPOIL (graphic_units, instance->presentation->annotations[0].graphics[0].units = 3)
SPOIL (graphic_points, instance->presentation->annotations[0].graphics[0].n_points = 3)
SPOIL (graphic_nan, instance->presentation->annotations[0].graphics[0].points[2] = NAN)
SPOIL (text_units, instance->presentation->annotations[0].texts[0].box_units = 3)
SPOIL (text, g_clear_pointer (&instance->presentation->annotations[0].texts[0].text, g_free))
SPOIL (annotation_kind, get_annotation (instance)->kind = NEG_ANNOTATION_N_KINDS)
SPOIL (annotation_points, get_annotation (instance)->kind = NEG_ANNOTATION_ANGLE)
SPOIL (annotation_nan, get_annotation (instance)->points_px[3] = NAN)
SPOIL (annotation_frame, get_annotation (instance)->frame = 0)
SPOIL (annotation_uid, g_clear_pointer (&get_annotation (instance)->uid, g_free))
SPOIL (annotation_quantity, get_annotation (instance)->values[0].quantity = NEG_QUANTITY_N)
SPOIL (annotation_value, get_annotation (instance)->values[0].value = NAN)

static void
test_out_of_range_is_refused (void)
{
#define CASE(name) { #name, spoil_##name }
  static const struct {
    const char *name;
    void (*spoil) (NegInstance *instance);
  } cases[] = {
    CASE (text_length), CASE (selection), CASE (overlay_group), CASE (overlay_high_group), CASE (overlay_rows),
    CASE (overlay_bits), CASE (overlay_wrap), CASE (overlay_frames), CASE (overlay_place), CASE (overlay_position),
    CASE (overlay_without_bits), CASE (polygon), CASE (radius), CASE (bitmap), CASE (region), CASE (region_delta),
    CASE (map_slope), CASE (map_order), CASE (map_entries), CASE (mask_operation), CASE (mask_frame),
    CASE (state_kind), CASE (state_slope), CASE (state_rotation), CASE (state_turn), CASE (state_function),
    CASE (state_frame), CASE (state_reference), CASE (area_mode), CASE (area_spacing), CASE (area_aspect),
    CASE (layer_name), CASE (activation), CASE (graphic_type), CASE (graphic_units), CASE (graphic_points),
    CASE (graphic_nan), CASE (text_units), CASE (text), CASE (annotation_kind), CASE (annotation_points),
    CASE (annotation_nan), CASE (annotation_frame), CASE (annotation_uid), CASE (annotation_quantity),
    CASE (annotation_value),
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) sent = fill_instance ();
    g_autoptr (GError) error = NULL;
    g_autoptr (NegInstance) received = NULL;

    cases[i].spoil (sent);
    received = send_instance (sent, &error);
    if (received != NULL)
      g_error ("an instance with a wrong %s was taken", cases[i].name);
    g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message-parts/modules", test_modules);
  g_test_add_func ("/message-parts/presentation", test_presentation);
  g_test_add_func ("/message-parts/key-selection", test_key_selection);
  g_test_add_func ("/message-parts/annotations", test_annotations);
  g_test_add_func ("/message-parts/absent-contents", test_absent_contents);
  g_test_add_func ("/message-parts/out-of-range-is-refused", test_out_of_range_is_refused);
  return g_test_run ();
}
