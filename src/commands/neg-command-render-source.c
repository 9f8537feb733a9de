/* What `render` draws: pixels, a presentation state, masks, layers. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "base/neg-error.h"
#include "commands/neg-command-render-private.h"
#include "imaging/neg-mask.h"

#define OUTPUT_SIDE_MAX 16384.0
#define MASKS_MAX 64

void
neg_render_source_clear (NegRenderSource *source)
{
  g_clear_pointer (&source->pixels, neg_pixels_unref);
  g_clear_pointer (&source->difference, g_free);
  g_clear_pointer (&source->state, neg_instance_unref);
  g_clear_pointer (&source->layers, neg_layers_free);
}

const NegPresentation *
neg_render_source_get_presentation (const NegRenderSource *source)
{
  return source->state != NULL ? source->state->presentation : NULL;
}

/* A state is for images of its own study, whatever it says otherwise (imaging pitfall 33). */
static gboolean
load_state (NegRenderSource *source, NegEnginePool *pool, const char *path, const NegInstance *image, GError **error)
{
  g_autoptr (NegBlob) blob = neg_blob_new_for_path (path);
  g_auto (NegScanResult) scan = { 0 };

  if (!neg_wait_scan (pool, blob, &scan, error)) {
    g_prefix_error (error, "the presentation state: ");
    return FALSE;
  }
  if (scan.kind != NEG_SCAN_INSTANCE || scan.instance->presentation == NULL)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, path, "this is no presentation state");
  if (image->study_uid == NULL || g_strcmp0 (scan.instance->study_uid, image->study_uid) != 0)
    return neg_fail (error, NEG_ERROR_REFUSED, path, "the presentation state belongs to another study");
  source->state = g_steal_pointer (&scan.instance);
  return TRUE;
}

static gboolean
apply_state (NegRenderSource *source, const NegRenderOptions *options, const NegSubject *subject, GError **error)
{
  const NegPresentation *presentation = neg_render_source_get_presentation (source);

  if (presentation == NULL
      || neg_draw_apply_presentation (&source->draw, subject->instance, subject->frame, &source->frame, presentation,
                                      MAX (options->voi, 1) - 1))
    return TRUE;
  if (neg_image_references_contain (&presentation->references, subject->instance->sop_instance_uid, subject->frame))
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, options->presentation_state,
                     "presentation states of this kind are not applied");
  return neg_fail (error, NEG_ERROR_REFUSED, options->presentation_state,
                   "the presentation state does not mean this image");
}

/* Asking for one that is not there is an error, not another picture. */
gboolean
neg_render_check_voi (const NegRenderOptions *options, const NegInstance *instance, guint32 frame, GError **error)
{
  guint n = neg_instance_get_frame_info (instance, frame)->n_windows + instance->n_voi_luts;

  return options->voi <= 0 || (guint) options->voi <= n
         || neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "the object has %u windows and tables of its own", n);
}

static gboolean
choose_voi (NegRenderSource *source, const NegRenderOptions *options, const NegSubject *subject, GError **error)
{
  if (source->state == NULL && !neg_render_check_voi (options, subject->instance, subject->frame, error))
    return FALSE;
  neg_draw_init (&source->draw, subject->instance, subject->frame, &source->frame, MAX (options->voi, 1) - 1);
  if (!apply_state (source, options, subject, error))
    return FALSE;
  if (options->has_window)
    source->draw.voi = options->window;
  return TRUE;
}

/* ---- masks */

static const NegMaskItem *
find_mask (const NegRenderSource *source, const NegRenderOptions *options, const NegSubject *subject)
{
  const NegPresentation *presentation = neg_render_source_get_presentation (source);

  if (presentation != NULL)
    return neg_mask_find (presentation->masks, presentation->n_masks, subject->frame);
  return options->subtract ? neg_mask_find (subject->instance->masks, subject->instance->n_masks, subject->frame)
                           : NULL;
}

static gboolean
subtract (NegRenderSource *source, NegEnginePool *pool, const NegMaskItem *item, const NegSubject *subject,
          GError **error)
{
  gboolean is_linear = g_strcmp0 (subject->instance->pixel_intensity_relationship, "LIN") == 0;
  g_autoptr (GPtrArray) decoded = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_pixels_unref);
  NegFrame masks[MASKS_MAX];
  guint n;
  g_autofree guint32 *frames = neg_mask_dup_frames (item, subject->instance->frames, subject->frame, &n);

  if (frames == NULL || n > MASKS_MAX)
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "the frames that are the mask of this one are not there");
  for (guint i = 0; i < n; i++) {
    NegPixels *pixels = neg_wait_decode (pool, subject->blob, subject->instance, frames[i], NEG_FRAME_STORED, error);

    if (pixels == NULL)
      return FALSE;
    g_ptr_array_add (decoded, pixels);
    masks[i] = *neg_pixels_get_frame (pixels);
  }
  source->difference = neg_mask_subtract (item, &source->frame, masks, n, is_linear, &source->frame);
  if (source->difference == NULL)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, NULL, "a mask cannot be subtracted from frames of this kind");
  return TRUE;
}

/* The difference has its own numbers, with 0 in the middle: a window of the state or of the person is for them, one of
 * the image is not. */
static void
show_difference (NegRenderSource *source, const NegRenderOptions *options)
{
  const NegPresentation *presentation = neg_render_source_get_presentation (source);

  source->draw.modality = (NegModality){ .slope = 1 };
  source->draw.padding = (NegPadding){ 0 };
  if (!options->has_window && (presentation == NULL || presentation->n_vois == 0))
    neg_mask_init_voi (&source->draw.voi, &source->frame);
}

static gboolean
apply_mask (NegRenderSource *source, NegEnginePool *pool, const NegRenderOptions *options, const NegSubject *subject,
            GError **error)
{
  const NegMaskItem *item = find_mask (source, options, subject);

  if (item == NULL)
    return !options->subtract
           || neg_fail (error, NEG_ERROR_NOT_FOUND, NULL, "nothing says what is to be subtracted from this frame");
  if (!subtract (source, pool, item, subject, error))
    return FALSE;
  show_difference (source, options);
  return TRUE;
}

/* ---- place */

static gboolean
find_place (NegRenderSource *source, const NegRenderOptions *options, const NegSubject *subject, GError **error)
{
  const NegPresentation *presentation = neg_render_source_get_presentation (source);
  double width = source->frame.format.columns, height = source->frame.format.rows;

  if (presentation != NULL)
    neg_presentation_get_size (presentation, subject->instance, subject->frame, &width, &height);
  if (options->width != 0) {
    width = options->width;
    height = options->height;
  }
  if (presentation != NULL && !(width <= OUTPUT_SIDE_MAX && height <= OUTPUT_SIDE_MAX))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, options->presentation_state,
                     "the presentation state wants a picture too large to make; --size gives it another size");
  source->width = MAX (round (width), 1);
  source->height = MAX (round (height), 1);
  if (presentation != NULL)
    neg_affine_init_presentation (&source->draw.output_to_image, subject->instance, subject->frame, presentation,
                                  source->width, source->height, 0);
  else if (options->width != 0)
    neg_affine_init_fit (&source->draw.output_to_image, subject->instance, subject->frame, source->width,
                         source->height, 1, 0, 0);
  return TRUE;
}

gboolean
neg_render_source_init (NegRenderSource *source, NegEnginePool *pool, const NegRenderOptions *options,
                        NegSubject *subject, GError **error)
{
  *source = (NegRenderSource){ 0 };
  if (options->presentation_state != NULL
      && !load_state (source, pool, options->presentation_state, subject->instance, error))
    return FALSE;
  source->pixels = neg_wait_decode (pool, subject->blob, subject->instance, subject->frame, NEG_FRAME_STORED, error);
  if (source->pixels == NULL)
    return FALSE;
  source->frame = *neg_pixels_get_frame (source->pixels);
  if (!choose_voi (source, options, subject, error) || !apply_mask (source, pool, options, subject, error))
    return FALSE;
  source->layers = neg_layers_new (subject->instance, subject->frame, neg_render_source_get_presentation (source));
  source->draw.layers = source->layers;
  return find_place (source, options, subject, error);
}
