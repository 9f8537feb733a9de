#include "config.h"

#include "fill-instance.h"

#include "model/neg-annotation.h"
#include "model/neg-instance-fields.h"
#include "model/neg-presentation.h"

static void
fill_fields (const NegField *fields, guint n_fields, gpointer record, guint *counter)
{
  for (guint i = 0; i < n_fields; i++)
    for (guint j = 0; j < fields[i].n; j++) {
      guint value = (*counter)++;

      switch (fields[i].type) {
      case NEG_FIELD_STRING:
        (&G_STRUCT_MEMBER (char *, record, fields[i].offset))[j] = g_strdup_printf ("text %u \303\274", value);
        break;
      case NEG_FIELD_UINT:
        (&G_STRUCT_MEMBER (guint32, record, fields[i].offset))[j] = 1000 + value;
        break;
      case NEG_FIELD_BOOLEAN:
        (&G_STRUCT_MEMBER (gboolean, record, fields[i].offset))[j] = TRUE;
        break;
      case NEG_FIELD_USHORT:
        (&G_STRUCT_MEMBER (guint16, record, fields[i].offset))[j] = 2000 + value;
        break;
      case NEG_FIELD_DOUBLE:
      case NEG_FIELD_FINITE:
        (&G_STRUCT_MEMBER (double, record, fields[i].offset))[j] = 0.125 + value;
        break;
      }
    }
}

static void
fill_lut (NegLut *lut, guint32 n_entries, guint16 first)
{
  lut->n_entries = n_entries;
  lut->first_mapped = -1024;
  lut->bits = 12;
  lut->explanation = g_strdup ("a table");
  lut->entries = g_new (guint16, n_entries);
  for (guint32 i = 0; i < n_entries; i++)
    lut->entries[i] = (first + i * 7) & 0xfff;
}

static void
fill_arrays (NegInstance *instance)
{
  fill_lut (&instance->modality_lut, 100, 1);
  for (guint i = 0; i < 3; i++)
    fill_lut (&instance->palette[i], 16 + i, i);
  instance->n_voi_luts = 2;
  instance->voi_luts = g_new0 (NegLut, 2);
  fill_lut (&instance->voi_luts[0], 30, 3);
  fill_lut (&instance->voi_luts[1], 40, 4);
  instance->n_windows = 2;
  instance->windows = g_new0 (NegWindow, 2);
  instance->windows[0] = (NegWindow){ 40, 400, g_strdup ("SOFT") };
  instance->windows[1] = (NegWindow){ -500.5, 1500, NULL };
  instance->n_frame_times = 3;
  instance->frame_times_ms = g_new0 (double, 3);
  instance->frame_times_ms[2] = 33.25;
  neg_instance_add_warning (instance, "one %s", "warning");
  neg_instance_add_warning (instance, "another");
}

static void
fill_overlay (NegOverlayPlane *plane, guint16 group)
{
  *plane = (NegOverlayPlane){
    .group = group, .rows = 3, .columns = 5, .origin_row = -1, .origin_column = 2, .n_frames = 2, .first_frame = 3,
    .is_roi = TRUE, .label = g_strdup ("label"), .description = g_strdup ("description"), .bit_position = 0,
    .n_bytes = 4,
  };
  plane->bits = g_memdup2 ("\x81\x7E\xFF\x3F", 4);
}

static void
fill_shutter (NegShutter *shutter)
{
  static const gint32 vertices[] = { 1, 1, 1, 9, 9, 9, -3, 4 };

  *shutter = (NegShutter){
    .has_rectangle = TRUE, .has_circle = TRUE, .left = -1, .right = 100, .top = 2, .bottom = 99, .circle_row = 50,
    .circle_column = 51, .circle_radius_px = 30, .n_vertices = 4, .bitmap_group = 0x6002, .has_value = TRUE,
    .value = 0x1234, .has_color = TRUE, .color_lab = { 50, -20.5, 30 },
  };
  shutter->vertices = g_memdup2 (vertices, sizeof vertices);
}

static void
fill_masks (NegMaskItem **masks, guint32 *n)
{
  static const guint32 ranges[] = { 2, 5, 7, 9 }, frames[] = { 1, 3, 4 };

  *n = 1;
  *masks = g_new0 (NegMaskItem, 1);
  **masks = (NegMaskItem){
    .operation = NEG_MASK_REV_TID, .n_ranges = 2, .n_mask_frames = 3, .shift_px = { -0.5, 1.25 }, .tid_offset = -2,
  };
  (*masks)->ranges = g_memdup2 (ranges, sizeof ranges);
  (*masks)->mask_frames = g_memdup2 (frames, sizeof frames);
}

static void
fill_maps (NegInstance *instance)
{
  static const double entries[] = { 1.5, -2.5, 3 };

  instance->n_real_world_maps = 2;
  instance->real_world_maps = g_new0 (NegRealWorldMap, 2);
  instance->real_world_maps[0] = (NegRealWorldMap){
    .frame = 2, .first_mapped = -1024, .last_mapped = 3071, .slope = 0.5, .intercept = -7, .label = g_strdup ("SUV"),
    .explanation = g_strdup ("body weight"), .units_code = g_strdup ("g/ml"), .units_meaning = g_strdup ("grams"),
  };
  instance->real_world_maps[1] = (NegRealWorldMap){ .first_mapped = 10, .last_mapped = 12, .n_entries = 3 };
  instance->real_world_maps[1].entries = g_memdup2 (entries, sizeof entries);
}

static void
fill_modules (NegInstance *instance)
{
  instance->n_overlays = 2;
  instance->overlays = g_new0 (NegOverlayPlane, 2);
  fill_overlay (&instance->overlays[0], 0x6000);
  instance->overlays[1] = (NegOverlayPlane){
    .group = 0x601E, .rows = 2, .columns = 2, .n_frames = 1, .first_frame = 1, .is_embedded = TRUE, .bit_position = 15,
  };
  fill_shutter (&instance->shutter);
  instance->n_ultrasound_regions = 1;
  instance->ultrasound_regions = g_new0 (NegUltrasoundRegion, 1);
  instance->ultrasound_regions[0] = (NegUltrasoundRegion){
    .frame = 2, .x0 = 1, .y0 = 2, .x1 = 30, .y1 = 40, .x_units = 4, .y_units = 7, .x_delta = 0.01, .y_delta = -0.2,
    .has_reference = TRUE, .reference_x = -5, .reference_y = 17, .reference_x_value = 1, .reference_y_value = -2,
    .spatial_format = 3, .data_type = 4, .flags = 2,
  };
  fill_maps (instance);
  fill_masks (&instance->masks, &instance->n_masks);
}

static void
fill_references (NegImageReferences *references)
{
  static const guint32 frames[] = { 1, 7 };

  references->n = 2;
  references->items = g_new0 (NegImageReference, 2);
  references->items[0] = (NegImageReference){
    .study_uid = g_strdup ("1.2"), .series_uid = g_strdup ("1.2.3"), .sop_class_uid = g_strdup ("1.2.4"),
    .sop_instance_uid = g_strdup ("1.2.5"), .n_frames = 2,
  };
  references->items[0].frames = g_memdup2 (frames, sizeof frames);
  references->items[1].sop_instance_uid = g_strdup ("1.2.6");
}

static void
fill_graphics (NegGraphicAnnotation *annotation)
{
  static const double points[] = { 0.5, 1, 20, -3, 4, 5.5, 6, 7 };

  annotation->layer = g_strdup ("LAYER");
  fill_references (&annotation->references);
  annotation->n_graphics = 2;
  annotation->graphics = g_new0 (NegGraphic, 2);
  annotation->graphics[0] = (NegGraphic){ NEG_GRAPHIC_ELLIPSE, NEG_UNITS_DISPLAY, TRUE, 4, NULL };
  annotation->graphics[0].points = g_memdup2 (points, sizeof points);
  annotation->graphics[1] = (NegGraphic){ NEG_GRAPHIC_POINT, NEG_UNITS_MATRIX, FALSE, 1, NULL };
  annotation->graphics[1].points = g_memdup2 (points, 2 * sizeof points[0]);
  annotation->n_texts = 1;
  annotation->texts = g_new0 (NegGraphicText, 1);
  annotation->texts[0] = (NegGraphicText){
    .text = g_strdup ("text \303\274"), .has_box = TRUE, .has_anchor = TRUE, .anchor_visible = TRUE,
    .box_units = NEG_UNITS_DISPLAY, .anchor_units = NEG_UNITS_PIXEL, .box = { 0.1, 0.2, 0.3, 0.4 },
    .anchor = { 5, 6 }, .justification = g_strdup ("LEFT"),
  };
}

static void
fill_state_parts (NegPresentation *state)
{
  state->n_vois = 1;
  state->vois = g_new0 (NegSoftcopyVoi, 1);
  fill_references (&state->vois[0].references);
  state->vois[0].n_windows = 1;
  state->vois[0].windows = g_new0 (NegWindow, 1);
  state->vois[0].windows[0] = (NegWindow){ 1, 2, g_strdup ("voi") };
  state->vois[0].n_luts = 1;
  state->vois[0].luts = g_new0 (NegLut, 1);
  fill_lut (&state->vois[0].luts[0], 5, 9);
  state->vois[0].function = NEG_VOI_SIGMOID;
  state->n_areas = 1;
  state->areas = g_new0 (NegDisplayedArea, 1);
  state->areas[0] = (NegDisplayedArea){
    .mode = NEG_AREA_MAGNIFY, .top_left = { -4, 1 }, .bottom_right = { 512, 600 }, .has_spacing = TRUE,
    .has_aspect = TRUE, .spacing_mm = { 0.5, 0.25 }, .aspect = { 2, 1 }, .magnification = 1.5,
  };
  fill_references (&state->areas[0].references);
  state->n_layers = 1;
  state->layers = g_new0 (NegGraphicLayer, 1);
  state->layers[0] = (NegGraphicLayer){
    .name = g_strdup ("LAYER"), .description = g_strdup ("of lines"), .order = -3, .has_gray = TRUE,
    .has_color = TRUE, .gray = 65535, .color_lab = { 50, -10, 20 },
  };
}

static NegPresentation *
fill_presentation (void)
{
  NegPresentation *state = neg_presentation_new ();

  state->kind = NEG_STATE_XA_XRF;
  state->label = g_strdup ("LABEL");
  state->description = g_strdup ("description");
  state->creator = g_strdup ("A^B");
  state->created_date = g_strdup ("20260101");
  state->created_time = g_strdup ("120000");
  fill_references (&state->references);
  state->has_rescale = TRUE;
  state->rescale_slope = 2;
  state->rescale_intercept = -1024;
  state->rescale_type = g_strdup ("HU");
  fill_lut (&state->modality_lut, 11, 1);
  fill_state_parts (state);
  state->is_inverse = TRUE;
  fill_lut (&state->presentation_lut, 12, 2);
  for (guint i = 0; i < 3; i++)
    fill_lut (&state->palette[i], 4 + i, i);
  fill_shutter (&state->shutter);
  fill_masks (&state->masks, &state->n_masks);
  state->rotation_deg = 270;
  state->n_undrawn = 7;
  state->is_flipped = TRUE;
  state->n_overlays = 2;
  state->overlays = g_new0 (NegOverlayPlane, 2);
  fill_overlay (&state->overlays[0], 0x6004);
  state->overlays[0].activation_layer = g_strdup ("LAYER");
  state->overlays[1] = (NegOverlayPlane){ .group = 0x6006, .n_frames = 1, .first_frame = 1 };
  state->overlays[1].activation_layer = g_strdup ("LAYER");
  state->n_annotations = 1;
  state->annotations = g_new0 (NegGraphicAnnotation, 1);
  fill_graphics (&state->annotations[0]);
  return state;
}

static NegKeySelection *
fill_key_selection (void)
{
  NegKeySelection *selection = neg_key_selection_new ();

  selection->title_scheme = g_strdup ("DCM");
  selection->title_value = g_strdup ("113001");
  selection->title_meaning = g_strdup ("Rejected for Quality Reasons");
  selection->modifier_value = g_strdup ("111210");
  selection->modifier_meaning = g_strdup ("Motion blur");
  selection->description = g_strdup ("motion");
  selection->observer = g_strdup ("C^D");
  fill_references (&selection->references);
  return selection;
}

static GPtrArray *
fill_annotations (void)
{
  static const double points[] = { 0.5, 0.25, 30, 40 }, places[] = { 1, 2, 3, -4, 5, 6 };
  static const NegAnnotationValue values[] = { { NEG_QUANTITY_LENGTH, 12.5, "mm" }, { NEG_QUANTITY_SD, 3, "[hnsf'U]" } };
  GPtrArray *annotations = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_annotation_unref);
  static const NegAnnotationPlane plane = { { -1, 2.5, 300 }, { 0, 0.5, 0 }, { 0, 0, -0.5 }, 20, 1 };
  NegAnnotation *annotation = neg_annotation_new (NEG_ANNOTATION_ELLIPSE);

  annotation->plane = g_memdup2 (&plane, sizeof plane);
  annotation->uid = g_strdup ("2.25.1");
  annotation->study_uid = g_strdup ("1.2");
  annotation->series_uid = g_strdup ("1.3");
  annotation->sop_class_uid = g_strdup ("1.4");
  annotation->sop_instance_uid = g_strdup ("1.5");
  annotation->frame_of_reference_uid = g_strdup ("1.6");
  annotation->frame = 7;
  neg_annotation_set_points (annotation, points, 2);
  annotation->points_patient_mm = g_memdup2 (places, sizeof places);
  neg_annotation_set_values (annotation, values, G_N_ELEMENTS (values));
  annotation->text = g_strdup ("lesion");
  annotation->author = g_strdup ("E^F");
  annotation->changed_us = G_GINT64_CONSTANT (1767225600000000);
  annotation->calibration = g_strdup ("detector");
  annotation->is_foreign = TRUE;
  g_ptr_array_add (annotations, annotation);
  return annotations;
}

NegInstance *
fill_instance (void)
{
  NegInstance *instance = neg_instance_new ();
  guint counter = 1;

  fill_fields (neg_instance_fields, neg_instance_n_fields, instance, &counter);
  instance->kind = NEG_OBJECT_SEG;
  instance->bits_allocated = 16;
  instance->bits_stored = 12;
  instance->high_bit = 11;
  instance->frames = 3;
  fill_arrays (instance);
  fill_modules (instance);
  instance->presentation = fill_presentation ();
  instance->key_selection = fill_key_selection ();
  instance->annotations = fill_annotations ();
  instance->predecessors = g_strsplit ("1.2.3 2.25.4", " ", 0);
  instance->n_frame_infos = 3;
  instance->frame_infos = g_new0 (NegFrameInfo, 3);
  for (guint i = 0; i < 3; i++) {
    fill_fields (neg_frame_info_fields, neg_frame_info_n_fields, &instance->frame_infos[i], &counter);
    instance->frame_infos[i].voi_function = i;
    instance->frame_infos[i].first_window = i % 2;
    instance->frame_infos[i].n_windows = 1;
  }
  return instance;
}
