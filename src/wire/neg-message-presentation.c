#include "config.h"

#include "wire/neg-message-parts-private.h"

#include <math.h>

static const NegField reference_fields[] = {
  NEG_FIELD_OF (NegImageReference, STRING, study_uid),
  NEG_FIELD_OF (NegImageReference, STRING, series_uid),
  NEG_FIELD_OF (NegImageReference, STRING, sop_class_uid),
  NEG_FIELD_OF (NegImageReference, STRING, sop_instance_uid),
};

static const NegField graphic_fields[] = {
  NEG_FIELD_OF (NegGraphic, UINT, type),
  NEG_FIELD_OF (NegGraphic, UINT, units),
  NEG_FIELD_OF (NegGraphic, BOOLEAN, is_filled),
};

static const NegField text_fields[] = {
  NEG_FIELD_OF (NegGraphicText, STRING, text),
  NEG_FIELD_OF (NegGraphicText, BOOLEAN, has_box),
  NEG_FIELD_OF (NegGraphicText, BOOLEAN, has_anchor),
  NEG_FIELD_OF (NegGraphicText, BOOLEAN, anchor_visible),
  NEG_FIELD_OF (NegGraphicText, UINT, box_units),
  NEG_FIELD_OF (NegGraphicText, UINT, anchor_units),
  NEG_FIELDS_OF (NegGraphicText, FINITE, box),
  NEG_FIELDS_OF (NegGraphicText, FINITE, anchor),
  NEG_FIELD_OF (NegGraphicText, STRING, justification),
};

static const NegField layer_fields[] = {
  NEG_FIELD_OF (NegGraphicLayer, STRING, name),
  NEG_FIELD_OF (NegGraphicLayer, STRING, description),
  NEG_FIELD_OF (NegGraphicLayer, UINT, order),
  NEG_FIELD_OF (NegGraphicLayer, BOOLEAN, has_gray),
  NEG_FIELD_OF (NegGraphicLayer, BOOLEAN, has_color),
  NEG_FIELD_OF (NegGraphicLayer, USHORT, gray),
  NEG_FIELDS_OF (NegGraphicLayer, FINITE, color_lab),
};

static const NegField area_fields[] = {
  NEG_FIELD_OF (NegDisplayedArea, UINT, mode),
  NEG_FIELDS_OF (NegDisplayedArea, UINT, top_left),
  NEG_FIELDS_OF (NegDisplayedArea, UINT, bottom_right),
  NEG_FIELD_OF (NegDisplayedArea, BOOLEAN, has_spacing),
  NEG_FIELD_OF (NegDisplayedArea, BOOLEAN, has_aspect),
  NEG_FIELDS_OF (NegDisplayedArea, FINITE, spacing_mm),
  NEG_FIELDS_OF (NegDisplayedArea, UINT, aspect),
  NEG_FIELD_OF (NegDisplayedArea, FINITE, magnification),
};

static const NegField state_fields[] = {
  NEG_FIELD_OF (NegPresentation, UINT, kind),
  NEG_FIELD_OF (NegPresentation, STRING, label),
  NEG_FIELD_OF (NegPresentation, STRING, description),
  NEG_FIELD_OF (NegPresentation, STRING, creator),
  NEG_FIELD_OF (NegPresentation, STRING, created_date),
  NEG_FIELD_OF (NegPresentation, STRING, created_time),
  NEG_FIELD_OF (NegPresentation, BOOLEAN, has_rescale),
  NEG_FIELD_OF (NegPresentation, FINITE, rescale_slope),
  NEG_FIELD_OF (NegPresentation, FINITE, rescale_intercept),
  NEG_FIELD_OF (NegPresentation, STRING, rescale_type),
  NEG_FIELD_OF (NegPresentation, BOOLEAN, is_inverse),
  NEG_FIELD_OF (NegPresentation, UINT, rotation_deg),
  NEG_FIELD_OF (NegPresentation, BOOLEAN, is_flipped),
  NEG_FIELD_OF (NegPresentation, UINT, n_undrawn),
};

static const NegField selection_fields[] = {
  NEG_FIELD_OF (NegKeySelection, STRING, title_scheme),
  NEG_FIELD_OF (NegKeySelection, STRING, title_value),
  NEG_FIELD_OF (NegKeySelection, STRING, title_meaning),
  NEG_FIELD_OF (NegKeySelection, STRING, modifier_value),
  NEG_FIELD_OF (NegKeySelection, STRING, modifier_meaning),
  NEG_FIELD_OF (NegKeySelection, STRING, description),
  NEG_FIELD_OF (NegKeySelection, STRING, observer),
};

#define WRITE(fields, record, array) _neg_fields_write (fields, G_N_ELEMENTS (fields), record, array)
#define READ(fields, record, reader) _neg_fields_read (fields, G_N_ELEMENTS (fields), record, reader)
#define BYTES_MIN(fields) _neg_fields_bytes_min (fields, G_N_ELEMENTS (fields))

static void
write_references (const NegImageReferences *references, GByteArray *array)
{
  neg_write_u32 (array, references->n);
  for (guint32 i = 0; i < references->n; i++) {
    WRITE (reference_fields, &references->items[i], array);
    _neg_u32s_write (references->items[i].frames, references->items[i].n_frames, 1, array);
  }
}

static void
read_references (NegImageReferences *references, NegReader *reader)
{
  references->items
      = _neg_array_read (reader, BYTES_MIN (reference_fields) + 4, sizeof (NegImageReference), &references->n);
  for (guint32 i = 0; i < references->n && !reader->failed; i++) {
    NegImageReference *reference = &references->items[i];

    READ (reference_fields, reference, reader);
    reference->frames = _neg_u32s_read (reader, 1, &reference->n_frames);
    for (guint32 j = 0; j < reference->n_frames; j++)
      _neg_reader_require (reader, reference->frames[j] >= 1);
    _neg_reader_require (reader, reference->sop_instance_uid != NULL);
  }
}

static void
write_vois (const NegPresentation *state, GByteArray *array)
{
  neg_write_u32 (array, state->n_vois);
  for (guint32 i = 0; i < state->n_vois; i++) {
    const NegSoftcopyVoi *voi = &state->vois[i];

    write_references (&voi->references, array);
    neg_write_u32 (array, voi->function);
    _neg_windows_write (voi->windows, voi->n_windows, array);
    _neg_luts_write (voi->luts, voi->n_luts, array);
  }
}

static void
read_vois (NegPresentation *state, NegReader *reader)
{
  state->vois = _neg_array_read (reader, 16, sizeof (NegSoftcopyVoi), &state->n_vois);
  for (guint32 i = 0; i < state->n_vois && !reader->failed; i++) {
    NegSoftcopyVoi *voi = &state->vois[i];

    read_references (&voi->references, reader);
    voi->function = neg_reader_u32 (reader);
    voi->windows = _neg_windows_read (reader, &voi->n_windows);
    voi->luts = _neg_luts_read (reader, &voi->n_luts);
    _neg_reader_require (reader, voi->function <= NEG_VOI_SIGMOID);
  }
}

static void
write_areas (const NegPresentation *state, GByteArray *array)
{
  neg_write_u32 (array, state->n_areas);
  for (guint32 i = 0; i < state->n_areas; i++) {
    write_references (&state->areas[i].references, array);
    WRITE (area_fields, &state->areas[i], array);
  }
}

static gboolean
area_is_valid (const NegDisplayedArea *area)
{
  return area->mode <= NEG_AREA_MAGNIFY && area->magnification >= 0
         && (!area->has_spacing || (area->spacing_mm[0] > 0 && area->spacing_mm[1] > 0))
         && (!area->has_aspect || (area->aspect[0] > 0 && area->aspect[1] > 0));
}

static void
read_areas (NegPresentation *state, NegReader *reader)
{
  state->areas = _neg_array_read (reader, BYTES_MIN (area_fields) + 4, sizeof (NegDisplayedArea), &state->n_areas);
  for (guint32 i = 0; i < state->n_areas && !reader->failed; i++) {
    read_references (&state->areas[i].references, reader);
    READ (area_fields, &state->areas[i], reader);
    _neg_reader_require (reader, area_is_valid (&state->areas[i]));
  }
}

static void
write_layers (const NegPresentation *state, GByteArray *array)
{
  neg_write_u32 (array, state->n_layers);
  for (guint32 i = 0; i < state->n_layers; i++)
    WRITE (layer_fields, &state->layers[i], array);
}

static void
read_layers (NegPresentation *state, NegReader *reader)
{
  state->layers = _neg_array_read (reader, BYTES_MIN (layer_fields), sizeof (NegGraphicLayer), &state->n_layers);
  for (guint32 i = 0; i < state->n_layers && !reader->failed; i++) {
    READ (layer_fields, &state->layers[i], reader);
    _neg_reader_require (reader, state->layers[i].name != NULL);
  }
}

static void
write_annotation (const NegGraphicAnnotation *annotation, GByteArray *array)
{
  neg_write_string (array, annotation->layer);
  write_references (&annotation->references, array);
  neg_write_u32 (array, annotation->n_graphics);
  for (guint32 i = 0; i < annotation->n_graphics; i++) {
    WRITE (graphic_fields, &annotation->graphics[i], array);
    _neg_doubles_write (annotation->graphics[i].points, annotation->graphics[i].n_points, 2, array);
  }
  neg_write_u32 (array, annotation->n_texts);
  for (guint32 i = 0; i < annotation->n_texts; i++)
    WRITE (text_fields, &annotation->texts[i], array);
}

static void
read_graphics (NegGraphicAnnotation *annotation, NegReader *reader)
{
  /* What each type takes at least: C.10.5.1.2. */
  static const guint n_points_min[] = {
    [NEG_GRAPHIC_POINT] = 1,  [NEG_GRAPHIC_POLYLINE] = 2, [NEG_GRAPHIC_INTERPOLATED] = 2,
    [NEG_GRAPHIC_CIRCLE] = 2, [NEG_GRAPHIC_ELLIPSE] = 4,
  };

  annotation->graphics
      = _neg_array_read (reader, BYTES_MIN (graphic_fields) + 4, sizeof (NegGraphic), &annotation->n_graphics);
  for (guint32 i = 0; i < annotation->n_graphics && !reader->failed; i++) {
    NegGraphic *graphic = &annotation->graphics[i];

    READ (graphic_fields, graphic, reader);
    graphic->points = _neg_doubles_read (reader, 2, &graphic->n_points);
    _neg_reader_require (reader, graphic->type <= NEG_GRAPHIC_ELLIPSE && graphic->units <= NEG_UNITS_MATRIX
                                     && graphic->n_points >= n_points_min[graphic->type]);
  }
}

static void
read_annotation (NegGraphicAnnotation *annotation, NegReader *reader)
{
  annotation->layer = neg_reader_string (reader);
  read_references (&annotation->references, reader);
  read_graphics (annotation, reader);
  annotation->texts = _neg_array_read (reader, BYTES_MIN (text_fields), sizeof (NegGraphicText), &annotation->n_texts);
  for (guint32 i = 0; i < annotation->n_texts && !reader->failed; i++) {
    NegGraphicText *text = &annotation->texts[i];

    READ (text_fields, text, reader);
    _neg_reader_require (reader, text->text != NULL && text->box_units <= NEG_UNITS_MATRIX
                                     && text->anchor_units <= NEG_UNITS_MATRIX);
  }
}

void
_neg_presentation_write (const NegPresentation *state, GByteArray *array)
{
  WRITE (state_fields, state, array);
  write_references (&state->references, array);
  _neg_lut_write (&state->modality_lut, array);
  write_vois (state, array);
  _neg_lut_write (&state->presentation_lut, array);
  for (guint i = 0; i < G_N_ELEMENTS (state->palette); i++)
    _neg_lut_write (&state->palette[i], array);
  _neg_shutter_write (&state->shutter, array);
  _neg_masks_write (state->masks, state->n_masks, array);
  write_areas (state, array);
  _neg_overlays_write (state->overlays, state->n_overlays, array);
  write_layers (state, array);
  neg_write_u32 (array, state->n_annotations);
  for (guint32 i = 0; i < state->n_annotations; i++)
    write_annotation (&state->annotations[i], array);
}

static gboolean
state_is_valid (const NegPresentation *state)
{
  return state->kind <= NEG_STATE_OTHER && state->rescale_slope != 0 && state->rotation_deg < 360
         && state->rotation_deg % 90 == 0;
}

NegPresentation *
_neg_presentation_read (NegReader *reader)
{
  g_autoptr (NegPresentation) state = neg_presentation_new ();

  READ (state_fields, state, reader);
  read_references (&state->references, reader);
  _neg_lut_read (&state->modality_lut, reader);
  read_vois (state, reader);
  _neg_lut_read (&state->presentation_lut, reader);
  for (guint i = 0; i < G_N_ELEMENTS (state->palette); i++)
    _neg_lut_read (&state->palette[i], reader);
  _neg_shutter_read (&state->shutter, reader);
  state->masks = _neg_masks_read (reader, &state->n_masks);
  read_areas (state, reader);
  state->overlays = _neg_overlays_read (reader, TRUE, &state->n_overlays);
  read_layers (state, reader);
  state->annotations = _neg_array_read (reader, 16, sizeof (NegGraphicAnnotation), &state->n_annotations);
  for (guint32 i = 0; i < state->n_annotations && !reader->failed; i++)
    read_annotation (&state->annotations[i], reader);
  _neg_reader_require (reader, state_is_valid (state));
  return reader->failed ? NULL : g_steal_pointer (&state);
}

void
_neg_key_selection_write (const NegKeySelection *selection, GByteArray *array)
{
  WRITE (selection_fields, selection, array);
  write_references (&selection->references, array);
}

NegKeySelection *
_neg_key_selection_read (NegReader *reader)
{
  g_autoptr (NegKeySelection) selection = neg_key_selection_new ();

  READ (selection_fields, selection, reader);
  read_references (&selection->references, reader);
  _neg_reader_require (reader, selection->references.n > 0); /* none would be all */
  return reader->failed ? NULL : g_steal_pointer (&selection);
}
