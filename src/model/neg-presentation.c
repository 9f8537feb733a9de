#include "config.h"

#include "model/neg-presentation.h"

void
neg_image_reference_clear (NegImageReference *reference)
{
  g_free (reference->study_uid);
  g_free (reference->series_uid);
  g_free (reference->sop_class_uid);
  g_free (reference->sop_instance_uid);
  g_free (reference->frames);
}

void
neg_image_references_clear (NegImageReferences *references)
{
  for (guint32 i = 0; i < references->n; i++)
    neg_image_reference_clear (&references->items[i]);
  g_clear_pointer (&references->items, g_free);
  references->n = 0;
}

static gboolean
reference_has_frame (const NegImageReference *reference, guint32 number)
{
  for (guint32 i = 0; i < reference->n_frames; i++)
    if (reference->frames[i] == number)
      return TRUE;
  return reference->n_frames == 0;
}

gboolean
neg_image_references_contain (const NegImageReferences *references, const char *sop_instance_uid, guint32 frame)
{
  for (guint32 i = 0; i < references->n; i++)
    if (g_strcmp0 (references->items[i].sop_instance_uid, sop_instance_uid) == 0
        && reference_has_frame (&references->items[i], frame + 1))
      return TRUE;
  return references->n == 0;
}

gboolean
neg_graphic_text_is_of_matrix (const NegGraphicText *text)
{
  return (text->has_box && text->box_units == NEG_UNITS_MATRIX)
         || (text->has_anchor && text->anchor_units == NEG_UNITS_MATRIX);
}

void
neg_graphic_annotation_clear (NegGraphicAnnotation *annotation)
{
  g_free (annotation->layer);
  neg_image_references_clear (&annotation->references);
  for (guint32 i = 0; i < annotation->n_graphics; i++)
    g_free (annotation->graphics[i].points);
  for (guint32 i = 0; i < annotation->n_texts; i++) {
    g_free (annotation->texts[i].text);
    g_free (annotation->texts[i].justification);
  }
  g_free (annotation->graphics);
  g_free (annotation->texts);
}

void
neg_softcopy_voi_clear (NegSoftcopyVoi *voi)
{
  neg_image_references_clear (&voi->references);
  for (guint32 i = 0; i < voi->n_windows; i++)
    g_free (voi->windows[i].explanation);
  for (guint32 i = 0; i < voi->n_luts; i++)
    neg_lut_clear (&voi->luts[i]);
  g_free (voi->windows);
  g_free (voi->luts);
}

NegPresentation *
neg_presentation_new (void)
{
  NegPresentation *presentation = g_new0 (NegPresentation, 1);

  presentation->rescale_slope = 1;
  g_atomic_ref_count_init (&presentation->ref_count);
  return presentation;
}

NegPresentation *
neg_presentation_ref (NegPresentation *presentation)
{
  g_atomic_ref_count_inc (&presentation->ref_count);
  return presentation;
}

static void
clear_parts (NegPresentation *presentation)
{
  for (guint32 i = 0; i < presentation->n_vois; i++)
    neg_softcopy_voi_clear (&presentation->vois[i]);
  for (guint32 i = 0; i < presentation->n_masks; i++)
    neg_mask_item_clear (&presentation->masks[i]);
  for (guint32 i = 0; i < presentation->n_areas; i++)
    neg_image_references_clear (&presentation->areas[i].references);
  for (guint32 i = 0; i < presentation->n_overlays; i++)
    neg_overlay_plane_clear (&presentation->overlays[i]);
  for (guint32 i = 0; i < presentation->n_layers; i++) {
    g_free (presentation->layers[i].name);
    g_free (presentation->layers[i].description);
  }
  for (guint32 i = 0; i < presentation->n_annotations; i++)
    neg_graphic_annotation_clear (&presentation->annotations[i]);
  g_free (presentation->vois);
  g_free (presentation->masks);
  g_free (presentation->areas);
  g_free (presentation->overlays);
  g_free (presentation->layers);
  g_free (presentation->annotations);
}

void
neg_presentation_unref (NegPresentation *presentation)
{
  if (presentation == NULL || !g_atomic_ref_count_dec (&presentation->ref_count))
    return;
  clear_parts (presentation);
  g_free (presentation->label);
  g_free (presentation->description);
  g_free (presentation->creator);
  g_free (presentation->created_date);
  g_free (presentation->created_time);
  g_free (presentation->rescale_type);
  neg_image_references_clear (&presentation->references);
  neg_lut_clear (&presentation->modality_lut);
  neg_lut_clear (&presentation->presentation_lut);
  for (guint i = 0; i < G_N_ELEMENTS (presentation->palette); i++)
    neg_lut_clear (&presentation->palette[i]);
  neg_shutter_clear (&presentation->shutter);
  g_free (presentation);
}

gboolean
neg_key_selection_is_rejection (const NegKeySelection *selection)
{
  static const char *const codes[] = { "113001", "113037", "113038", "113039", NULL };

  return g_strcmp0 (selection->title_scheme, "DCM") == 0 && selection->title_value != NULL
         && g_strv_contains (codes, selection->title_value);
}

NegKeySelection *
neg_key_selection_new (void)
{
  return g_new0 (NegKeySelection, 1);
}

void
neg_key_selection_free (NegKeySelection *selection)
{
  if (selection == NULL)
    return;
  g_free (selection->title_scheme);
  g_free (selection->title_value);
  g_free (selection->title_meaning);
  g_free (selection->modifier_value);
  g_free (selection->modifier_meaning);
  g_free (selection->description);
  g_free (selection->observer);
  neg_image_references_clear (&selection->references);
  g_free (selection);
}
