#include "config.h"

#include "export/neg-export-picture.h"

#include <math.h>

#include "base/neg-error.h"
#include "export/neg-marks-cairo.h"
#include "export/neg-overlay-cairo.h"
#include "export/neg-picture-cairo.h"
#include "imaging/neg-layers.h"
#include "reading/neg-annotation-values.h"
#include "reading/neg-view-presentation.h"

/* A plain copy that borrows the series: for functions that only read it. */
static NegViewState
look_at (const NegViewState *state, const NegExportLook *look)
{
  NegViewState view = *state;

  if (look->size == NEG_EXPORT_IMAGE)
    neg_view_state_fit (&view);
  return view;
}

gboolean
neg_export_get_size (const NegViewState *state, const NegExportLook *look, guint *width, guint *height)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  double wide, high;

  if (frame == NULL)
    return FALSE;
  if (look->size == NEG_EXPORT_AS_SHOWN) {
    wide = look->width;
    high = look->height;
  } else {
    wide = (double) frame->instance->columns * MAX (look->factor, 1);
    high = round (frame->instance->rows * neg_instance_get_pixel_aspect (frame->instance, frame->frame)
                  * MAX (look->factor, 1));
  }
  if (!(wide >= 1 && high >= 1 && wide <= NEG_EXPORT_SIDE_MAX && high <= NEG_EXPORT_SIDE_MAX))
    return FALSE;
  *width = look->size == NEG_EXPORT_IMAGE && state->turns & 1 ? high : wide;
  *height = look->size == NEG_EXPORT_IMAGE && state->turns & 1 ? wide : high;
  return TRUE;
}

static void
take_links (NegOverlay *overlay, const NegExportLook *look, const NegOverlay *links)
{
  if (look->identified && links->prior_band != NULL)
    overlay->prior_band = g_strdup (links->prior_band);
  if (!look->annotated || look->size != NEG_EXPORT_AS_SHOWN)
    return;
  overlay->has_line = links->has_line;
  overlay->has_point = links->has_point;
  for (guint i = 0; i < G_N_ELEMENTS (links->line); i++)
    overlay->line[i] = links->line[i];
  for (guint i = 0; i < G_N_ELEMENTS (links->point); i++)
    overlay->point[i] = links->point[i];
}

void
neg_export_init_overlay (NegOverlay *overlay, const NegViewState *state, const NegExportLook *look, const NegVoi *voi,
                         guint width, guint height, const NegOverlay *links)
{
  NegViewState view = look_at (state, look);
  NegCaptionsLevel level = look->annotated ? NEG_CAPTIONS_ALL : NEG_CAPTIONS_NONE;

  /* A window of one's own has no explanation: free text of the file, which may say anything. */
  if (!look->identified)
    view.has_window = TRUE;
  neg_overlay_init_for_view (overlay, &view, voi, width, height, level);
  if (!look->identified) {
    g_free (overlay->corners[NEG_CORNER_TOP_LEFT]);
    g_free (overlay->corners[NEG_CORNER_TOP_RIGHT]);
    overlay->corners[NEG_CORNER_TOP_LEFT] = g_strdup ("");
    overlay->corners[NEG_CORNER_TOP_RIGHT] = g_strdup ("");
  } else if (!look->annotated) {
    g_free (overlay->corners[NEG_CORNER_TOP_LEFT]);
    overlay->corners[NEG_CORNER_TOP_LEFT]
        = neg_caption_dup_corner (NEG_CORNER_TOP_LEFT, NEG_CAPTIONS_ESSENTIAL, &view, voi, 0);
  }
  if (links != NULL)
    take_links (overlay, look, links);
}

/* TRUE: a window means something for what is drawn. */
static gboolean
has_window (const NegDraw *draw, const NegFrame *frame)
{
  return !neg_draw_is_color (draw, frame);
}

static gboolean
draw_texts (const NegViewState *state, const NegExportLook *look, const NegOverlay *links, const NegVoi *voi,
            const NegPicture *picture, GError **error)
{
  NegOverlay overlay;
  gboolean drawn;

  neg_export_init_overlay (&overlay, state, look, voi, picture->width, picture->height, links);
  drawn = neg_overlay_draw (&overlay, picture, error);
  neg_overlay_clear (&overlay);
  return drawn;
}

/* --- marks --- */

typedef struct {
  NegMarksStyle style;
  const NegViewState *state;
  const GPtrArray *annotations; /* nullable */
} Marks;

static void
paint_marks (cairo_t *cr, gpointer user_data)
{
  const Marks *marks = user_data;
  const NegSeriesFrame *shown = neg_view_state_get_frame (marks->state);

  if (neg_view_state_is_presented (marks->state))
    neg_marks_draw_presentation (cr, &marks->style, marks->state->presentation, shown->instance->sop_instance_uid,
                                 shown->frame);
  for (guint i = 0; marks->annotations != NULL && i < marks->annotations->len; i++) {
    const NegAnnotation *annotation = g_ptr_array_index (marks->annotations, i);
    g_autofree char *lines = NULL;

    if (annotation->frame != shown->frame + 1
        || g_strcmp0 (annotation->sop_instance_uid, shown->instance->sop_instance_uid) != 0)
      continue;
    lines = neg_annotation_dup_lines (annotation, shown->instance);
    neg_marks_draw_annotation (cr, &marks->style, annotation, lines);
  }
}

static gboolean
draw_marks (const NegViewState *view, const NegExportLook *look, const GPtrArray *annotations, const NegDraw *draw,
            const NegPicture *picture, GError **error)
{
  const NegSeriesFrame *shown = neg_view_state_get_frame (view);
  Marks marks = { .state = view, .annotations = annotations };

  if (!look->measured || (annotations == NULL && !neg_view_state_is_presented (view)))
    return TRUE;
  marks.style = (NegMarksStyle){ .output_to_image = draw->output_to_image,
                                 .width = picture->width,
                                 .height = picture->height,
                                 .line_px = CLAMP (MIN (picture->width, picture->height) / 40.0, 9, 84),
                                 .hides_words = !look->identified,
                                 .area_px = { 0, 0, picture->width, picture->height } };
  if (neg_view_state_is_presented (view))
    neg_presentation_get_area (view->presentation, shown->instance, shown->frame, &draw->output_to_image,
                               marks.style.area_px);
  return neg_picture_paint (picture, paint_marks, &marks, error);
}

gboolean
neg_export_draw (const NegViewState *state, NegPixels *pixels, const NegExportLook *look, const NegOverlay *links,
                 const GPtrArray *annotations, guint width, guint height, guint channels, NegPicture *picture,
                 GError **error)
{
  const NegSeriesFrame *shown = neg_view_state_get_frame (state);
  const NegFrame *frame = neg_pixels_get_frame (pixels);
  NegViewState view = look_at (state, look);
  g_autoptr (NegLayers) layers = NULL;
  g_autofree guint8 *memory = NULL;
  NegDraw own, draw;

  *picture = (NegPicture){ .width = width, .height = height };
  if (shown == NULL || (width == 0 && !neg_export_get_size (state, look, &picture->width, &picture->height)))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "a picture of this size cannot be made");
  neg_view_state_init_own (state, frame, &own);
  layers = neg_layers_new (shown->instance, shown->frame,
                           neg_view_state_is_presented (state) ? state->presentation : NULL);
  own.layers = layers;
  if (!neg_view_state_prepare (&view, &own, picture->width, picture->height, &draw))
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, NULL, "a picture of this size cannot be made");
  picture->channels = channels != 0 ? channels : neg_draw_is_color (&draw, frame) ? 3 : 1;
  if (picture->channels == 1 && neg_draw_is_color (&draw, frame))
    return neg_fail (error, NEG_ERROR_INCONSISTENT, NULL, "grey and coloured images are mixed");
  picture->stride = (gsize) picture->width * picture->channels;
  memory = g_try_malloc0_n (picture->height, picture->stride);
  if (memory == NULL)
    return neg_fail (error, NEG_ERROR_MEMORY, NULL, "no memory for a picture of %u x %u", picture->width,
                     picture->height);
  picture->pixels = memory;
  neg_draw_rows (&draw, frame, picture, 0, picture->height);
  if (!draw_marks (&view, look, annotations, &draw, picture, error)
      || !draw_texts (state, look, links, has_window (&draw, frame) ? &draw.voi : NULL, picture, error))
    return FALSE;
  g_steal_pointer (&memory);
  return TRUE;
}

/* Ultrasound and screen captures are known for names in the pixels; what a camera takes shows the person. */
NegBurnedIn
neg_export_get_burned_in (const NegInstance *instance)
{
  static const char *const modalities[] = { "US", "IVUS", "SC", "OT", "XA", "RF", "ES", "XC", "GM", "DG", "OP", "DOC",
                                            "SM", NULL };
  const char *sop_class = instance->sop_class_uid != NULL ? instance->sop_class_uid : "";

  if (instance->burned_in_annotation)
    return NEG_BURNED_IN_STATED;
  if (instance->modality == NULL || g_strv_contains (modalities, instance->modality))
    return NEG_BURNED_IN_POSSIBLE;
  /* Secondary Capture (PS3.6): one frame, and the multi-frame kinds .7.1 to .7.4. */
  if (g_str_equal (sop_class, "1.2.840.10008.5.1.4.1.1.7")
      || g_str_has_prefix (sop_class, "1.2.840.10008.5.1.4.1.1.7."))
    return NEG_BURNED_IN_POSSIBLE;
  return NEG_BURNED_IN_UNLIKELY;
}

static void
append_word (GString *name, const char *text)
{
  guint n = 0;

  for (const char *at = text; at != NULL && *at != '\0' && n < 8; at++)
    if (g_ascii_isalnum (*at)) {
      g_string_append_c (name, g_ascii_tolower (*at));
      n++;
    }
}

char *
neg_export_dup_name (const NegViewState *state, gboolean whole)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  GString *name = g_string_new (NULL);

  if (frame != NULL)
    append_word (name, frame->instance->modality);
  if (name->len == 0)
    g_string_append (name, "image");
  if (frame != NULL && frame->instance->has_series_number)
    g_string_append_printf (name, "-series-%d", frame->instance->series_number);
  if (frame != NULL && !whole)
    g_string_append_printf (name, "-image-%u", state->index + 1);
  return g_string_free (name, FALSE);
}
