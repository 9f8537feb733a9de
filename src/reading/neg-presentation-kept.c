/* What a state that is shown, or the image itself, brings along into the state that is written. */
#include "config.h"

#include "reading/neg-presentation-private.h"

#include <math.h>
#include <string.h>

#include "reading/neg-annotation-graphics.h"

/* Coordinates are written in single precision. */
#define SAME_PX 0.01

/* --- overlays --- */

static NegOverlayPlane *
add_plane (NegPresentation *result)
{
  result->overlays = g_renew (NegOverlayPlane, result->overlays, result->n_overlays + 1);
  result->overlays[result->n_overlays] = (NegOverlayPlane){ .n_frames = 1 };
  return &result->overlays[result->n_overlays++];
}

static void
copy_plane (NegOverlayPlane *to, const NegOverlayPlane *from, const char *layer)
{
  *to = *from;
  to->label = g_strdup (from->label);
  to->description = g_strdup (from->description);
  to->bits = g_memdup2 (from->bits, from->n_bytes);
  to->activation_layer = g_strdup (layer);
}

static const NegOverlayPlane *
find_plane (const NegOverlayPlane *planes, guint32 n_planes, guint16 group)
{
  for (guint32 i = 0; i < n_planes; i++)
    if (planes[i].group == group && planes[i].bits != NULL)
      return &planes[i];
  return NULL;
}

/* Planes of the image itself are activated, those that the state brought are brought again. */
static void
keep_overlays (NegPresentation *result, const NegPresentation *applied, const NegInstance *instance)
{
  for (guint32 i = 0; applied != NULL && i < applied->n_overlays; i++)
    copy_plane (add_plane (result), &applied->overlays[i], applied->overlays[i].activation_layer);
  for (guint32 i = 0; applied == NULL && i < instance->n_overlays; i++)
    if (instance->overlays[i].group != instance->shutter.bitmap_group) {
      NegOverlayPlane *plane = add_plane (result);

      plane->group = instance->overlays[i].group;
      plane->activation_layer = g_strdup (NEG_LAYER_OVERLAYS);
    }
}

static void
keep_layers (NegPresentation *result, const NegPresentation *applied)
{
  result->layers = g_new0 (NegGraphicLayer, MAX (applied->n_layers, 1));
  result->n_layers = applied->n_layers;
  for (guint32 i = 0; i < applied->n_layers; i++) {
    result->layers[i] = applied->layers[i];
    result->layers[i].name = g_strdup (applied->layers[i].name);
    result->layers[i].description = g_strdup (applied->layers[i].description);
  }
}

/* --- shutter --- */

/* The state's plane covers all of its images: it may, where they all have the same. */
static gboolean
is_of_all (const NegOverlayPlane *plane, const GPtrArray *frames)
{
  const NegInstance *last = NULL;

  for (guint i = 0; i < frames->len; i++) {
    const NegInstance *instance = ((const NegSeriesFrame *) g_ptr_array_index (frames, i))->instance;
    const NegOverlayPlane *other;

    if (instance == last)
      continue;
    last = instance;
    other = find_plane (instance->overlays, instance->n_overlays, plane->group);
    if (other != plane
        && (other == NULL || other->rows != plane->rows || other->columns != plane->columns
            || other->origin_row != plane->origin_row || other->origin_column != plane->origin_column
            || other->n_frames != plane->n_frames || other->first_frame != plane->first_frame
            || other->n_bytes != plane->n_bytes || memcmp (other->bits, plane->bits, plane->n_bytes) != 0))
      return FALSE;
  }
  return TRUE;
}

/* The bitmap of a shutter stands in the state that names it (C.7.6.15). */
static void
keep_bitmap (NegPresentation *result, const NegInstance *instance, const GPtrArray *frames)
{
  const guint16 group = result->shutter.bitmap_group;
  const NegOverlayPlane *plane = find_plane (instance->overlays, instance->n_overlays, group);

  if (find_plane (result->overlays, result->n_overlays, group) != NULL)
    return;
  for (guint32 i = 0; i < result->n_overlays; i++)
    if (result->overlays[i].group == group) /* the group is taken by a drawing */
      plane = NULL;
  if (plane == NULL || !is_of_all (plane, frames))
    result->shutter.bitmap_group = 0;
  else
    copy_plane (add_plane (result), plane, NULL);
}

static void
keep_masks (NegPresentation *result, const NegPresentation *applied)
{
  result->masks = g_new0 (NegMaskItem, MAX (applied->n_masks, 1));
  result->n_masks = applied->n_masks;
  for (guint32 i = 0; i < applied->n_masks; i++) {
    const NegMaskItem *mask = &applied->masks[i];

    result->masks[i] = *mask;
    result->masks[i].ranges = g_memdup2 (mask->ranges, 2 * (gsize) mask->n_ranges * sizeof *mask->ranges);
    result->masks[i].mask_frames = g_memdup2 (mask->mask_frames, (gsize) mask->n_mask_frames * sizeof *mask->mask_frames);
  }
}

void
_neg_presentation_keep_covers (NegPresentation *result, const NegPresentation *applied, const NegInstance *instance,
                               const GPtrArray *frames)
{
  const NegShutter *shutter = applied != NULL ? &applied->shutter : &instance->shutter;

  result->shutter = *shutter;
  result->shutter.vertices = g_memdup2 (shutter->vertices, 2 * (gsize) shutter->n_vertices * sizeof *shutter->vertices);
  keep_overlays (result, applied, instance);
  if (result->shutter.bitmap_group != 0)
    keep_bitmap (result, instance, frames);
  if (applied == NULL)
    return;
  keep_layers (result, applied);
  keep_masks (result, applied);
}

/* --- drawings --- */

/* Those of @from, or (none: all) of @all, that @about names. */
static NegImageReferences
filter_references (const NegImageReferences *from, const NegImageReferences *all, GHashTable *about)
{
  const NegImageReferences *source = from->n > 0 ? from : all;
  NegImageReferences kept = { 0, g_new0 (NegImageReference, MAX (source->n, 1)) };

  for (guint32 i = 0; i < source->n; i++) {
    const NegImageReference *one = &source->items[i];

    if (!g_hash_table_contains (about, one->sop_instance_uid))
      continue;
    kept.items[kept.n++] = (NegImageReference){
      .sop_class_uid = g_strdup (one->sop_class_uid),
      .sop_instance_uid = g_strdup (one->sop_instance_uid),
      .n_frames = one->n_frames,
      .frames = g_memdup2 (one->frames, (gsize) one->n_frames * sizeof *one->frames),
    };
  }
  return kept;
}

static gboolean
is_same_graphic (const NegGraphic *a, const NegGraphic *b)
{
  if (a->type != b->type || a->units != b->units || a->n_points != b->n_points)
    return FALSE;
  for (gsize i = 0; i < 2 * (gsize) a->n_points; i++)
    if (!(fabs (a->points[i] - b->points[i]) < SAME_PX))
      return FALSE;
  return TRUE;
}

/* The same object, and the same frames of it: a line of another frame is another line. Of an object with one frame nobody
 * has to name it. */
static gboolean
is_same_image (const NegImageReferences *a, const NegImageReferences *b, GHashTable *about)
{
  const NegImageReference *one = a->items, *other = b->items;

  if (a->n != 1 || b->n != 1 || strcmp (one->sop_instance_uid, other->sop_instance_uid) != 0)
    return FALSE;
  return GPOINTER_TO_UINT (g_hash_table_lookup (about, one->sop_instance_uid)) == 1
         || (one->n_frames == other->n_frames
             && (one->n_frames == 0 || memcmp (one->frames, other->frames, one->n_frames * sizeof *one->frames) == 0));
}

static gboolean
is_same_drawing (const NegGraphicAnnotation *a, const NegGraphicAnnotation *b, GHashTable *about)
{
  if (a->n_graphics != b->n_graphics || a->n_graphics == 0 || !is_same_image (&a->references, &b->references, about))
    return FALSE;
  for (guint32 i = 0; i < a->n_graphics; i++)
    if (!is_same_graphic (&a->graphics[i], &b->graphics[i]))
      return FALSE;
  return TRUE;
}

static void
copy_drawing (NegGraphicAnnotation *to, const NegGraphicAnnotation *from, NegImageReferences references)
{
  *to = (NegGraphicAnnotation){ .layer = g_strdup (from->layer), .references = references };
  to->n_graphics = from->n_graphics;
  to->graphics = g_memdup2 (from->graphics, from->n_graphics * sizeof *from->graphics);
  for (guint32 i = 0; i < to->n_graphics; i++)
    to->graphics[i].points = g_memdup2 (from->graphics[i].points, 2 * (gsize) from->graphics[i].n_points * sizeof (double));
  to->n_texts = from->n_texts;
  to->texts = g_memdup2 (from->texts, from->n_texts * sizeof *from->texts);
  for (guint32 i = 0; i < to->n_texts; i++) {
    to->texts[i].text = g_strdup (from->texts[i].text);
    to->texts[i].justification = g_strdup (from->texts[i].justification);
  }
}

static gboolean
is_drawn_again (const NegPresentation *result, guint32 n_new, const NegGraphicAnnotation *drawing, GHashTable *about)
{
  for (guint32 i = 0; i < n_new; i++)
    if (is_same_drawing (&result->annotations[i], drawing, about))
      return TRUE;
  return FALSE;
}

void
_neg_presentation_keep_graphics (NegPresentation *result, const NegPresentation *applied, const GPtrArray *frames)
{
  g_autoptr (GHashTable) about = g_hash_table_new (g_str_hash, g_str_equal); /* UID -> how many frames it has */
  const guint32 n_new = result->n_annotations;

  for (guint i = 0; i < frames->len; i++) {
    NegInstance *instance = ((const NegSeriesFrame *) g_ptr_array_index (frames, i))->instance;

    g_hash_table_insert (about, instance->sop_instance_uid, GUINT_TO_POINTER (instance->frames));
  }
  result->annotations = g_renew (NegGraphicAnnotation, result->annotations, n_new + applied->n_annotations + 1);
  for (guint32 i = 0; i < applied->n_annotations; i++) {
    const NegGraphicAnnotation *drawing = &applied->annotations[i];
    NegImageReferences references;

    if (is_drawn_again (result, n_new, drawing, about))
      continue;
    references = filter_references (&drawing->references, &applied->references, about);
    if (references.n > 0) /* none would be all */
      copy_drawing (&result->annotations[result->n_annotations++], drawing, references);
    else
      neg_image_references_clear (&references);
  }
  neg_presentation_define_layers (result);
}
