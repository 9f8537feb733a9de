#include "config.h"

#include <math.h>
#include <string.h>

#include "reading/neg-annotation-shape.h"
#include "reading/neg-annotation-values.h"
#include "ui/neg-annotation-layer-private.h"
#include "ui/neg-overlay-painter.h"

#define LABEL_GAP_PX 14 /* logical, from the pointer */
#define LABEL_PAD_PX 4

G_DEFINE_FINAL_TYPE (NegAnnotationLayer, neg_annotation_layer, G_TYPE_OBJECT)

enum { CHANGED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* One annotation as a picture of the pixels that it covers: a window that is dragged draws nothing anew. */
typedef struct {
  NegAnnotation *annotation; /* NULL: what is being drawn, or what the presentation state draws */
  gboolean is_selected;
  GdkTexture *texture; /* NULL: outside of the viewport */
  graphene_rect_t area; /* logical pixels */
} Mark;

static void
free_mark (gpointer data)
{
  Mark *mark = data;

  g_clear_pointer (&mark->annotation, neg_annotation_unref);
  g_clear_object (&mark->texture);
  g_free (mark);
}

gboolean
_neg_annotation_layer_get_image (NegAnnotationLayer *self, gboolean is_needed, NegHandsImage *image)
{
  return self->viewport != NULL && self->functions->get_image (self->viewport, is_needed, image);
}

void
_neg_annotation_layer_get_point (NegAnnotationLayer *self, double x, double y, double point[2])
{
  int scale = gtk_widget_get_scale_factor (self->viewport);

  point[0] = x * scale;
  point[1] = y * scale;
}

/* --- Drawing --- */

static void
init_style (NegAnnotationLayer *self, const NegHandsImage *image, gboolean is_selected, const NegAnnotation *annotation,
            NegMarksStyle *style)
{
  *style = (NegMarksStyle){
    .output_to_image = image->draw.output_to_image,
    .width = image->width,
    .height = image->height,
    .line_px = self->line_px * image->device_scale,
    .has_handles = is_selected,
    .selected_uid = is_selected ? annotation->uid : NULL,
    .area_px = { 0, 0, image->width, image->height },
  };
}

/* @annotation NULL: what lies below all of them; NULL where there is none. */
static cairo_surface_t *
record (NegAnnotationLayer *self, const NegHandsImage *image, const NegAnnotation *annotation, gboolean is_selected)
{
  const cairo_rectangle_t all = { 0, 0, image->width, image->height };
  g_autofree char *lines = annotation != NULL ? neg_annotation_dup_lines (annotation, image->instance) : NULL;
  cairo_surface_t *recording = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, &all);
  cairo_t *cr = cairo_create (recording);
  gboolean is_there = TRUE;
  NegMarksStyle style;

  init_style (self, image, is_selected, annotation, &style);
  if (annotation != NULL)
    neg_marks_draw_annotation (cr, &style, annotation, *lines != '\0' ? lines : NULL);
  else
    is_there = self->functions->draw_below (self->viewport, image, &style, cr);
  cairo_destroy (cr);
  if (!is_there)
    g_clear_pointer (&recording, cairo_surface_destroy);
  return recording;
}

/* Whole device pixels. FALSE where nothing of it can be seen. */
static gboolean
get_extents (cairo_surface_t *recording, const NegHandsImage *image, cairo_rectangle_int_t *extents)
{
  double x, y, width, height;
  int right, bottom;

  cairo_recording_surface_ink_extents (recording, &x, &y, &width, &height);
  extents->x = (int) MAX (floor (x), 0);
  extents->y = (int) MAX (floor (y), 0);
  right = (int) MIN (ceil (x + width), image->width);
  bottom = (int) MIN (ceil (y + height), image->height);
  extents->width = right - extents->x;
  extents->height = bottom - extents->y;
  return extents->width > 0 && extents->height > 0;
}

static GdkTexture *
take_surface (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  int stride = cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) bytes = NULL;

  cairo_surface_flush (surface);
  bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface), (gsize) stride * height,
                                      (GDestroyNotify) cairo_surface_destroy, surface);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, stride);
}

static GdkTexture *
paint (cairo_surface_t *recording, const cairo_rectangle_int_t *extents)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, extents->width, extents->height);
  cairo_t *cr = cairo_create (surface);
  gboolean is_done;

  cairo_set_source_surface (cr, recording, -extents->x, -extents->y);
  cairo_paint (cr);
  is_done = cairo_status (cr) == CAIRO_STATUS_SUCCESS;
  cairo_destroy (cr);
  if (is_done)
    return take_surface (surface);
  cairo_surface_destroy (surface);
  return NULL;
}

static Mark *
new_mark (NegAnnotationLayer *self, const NegHandsImage *image, const NegAnnotation *annotation, gboolean is_selected)
{
  cairo_surface_t *recording = record (self, image, annotation, is_selected);
  cairo_rectangle_int_t extents;
  double scale = image->device_scale;
  Mark *mark;

  if (recording == NULL)
    return NULL;
  mark = g_new0 (Mark, 1);
  mark->is_selected = is_selected;
  if (get_extents (recording, image, &extents)) {
    mark->texture = paint (recording, &extents);
    self->n_paints++;
    mark->area = GRAPHENE_RECT_INIT (extents.x / scale, extents.y / scale, extents.width / scale,
                                     extents.height / scale);
  }
  cairo_surface_destroy (recording);
  return mark;
}

/* What has not changed keeps its picture. */
static Mark *
steal_mark (GPtrArray *marks, const NegAnnotation *annotation, gboolean is_selected)
{
  for (guint i = 0; i < marks->len; i++) {
    Mark *mark = g_ptr_array_index (marks, i);

    if (mark->annotation == annotation && mark->is_selected == is_selected)
      return g_ptr_array_steal_index (marks, i);
  }
  return NULL;
}

static void
add_below (NegAnnotationLayer *self, const NegHandsImage *image)
{
  Mark *mark = self->functions->draw_below != NULL ? new_mark (self, image, NULL, FALSE) : NULL;

  if (mark != NULL)
    g_ptr_array_add (self->marks, mark);
}

static void
update_marks (NegAnnotationLayer *self, const NegHandsImage *image)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->marks);
  const char *selected = neg_annotations_get_selected (self->annotations);
  const char *uid = image->instance->sop_instance_uid;
  guint n = neg_annotations_get_n_of_image (self->annotations, uid, image->frame + 1);

  if (memcmp (&self->marks_affine, &image->draw.output_to_image, sizeof self->marks_affine) != 0)
    g_ptr_array_set_size (before, 0);
  self->marks_affine = image->draw.output_to_image;
  self->marks = g_ptr_array_new_with_free_func (free_mark);
  g_free (self->marks_uid);
  self->marks_uid = g_strdup (uid);
  add_below (self, image);
  for (guint i = 0; i < n; i++) {
    NegAnnotation *annotation = neg_annotations_get_of_image (self->annotations, uid, image->frame + 1, i);
    gboolean is_selected = g_strcmp0 (annotation->uid, selected) == 0;
    Mark *mark = steal_mark (before, annotation, is_selected);

    if (mark == NULL) {
      mark = new_mark (self, image, annotation, is_selected);
      mark->annotation = neg_annotation_ref (annotation);
    }
    g_ptr_array_add (self->marks, mark);
  }
  if (neg_annotation_hands_get_draft (self->hands) != NULL)
    g_ptr_array_add (self->marks, new_mark (self, image, neg_annotation_hands_get_draft (self->hands), FALSE));
  self->marks_are_old = FALSE;
}

/* Beside the pointer, on the side where there is room. */
static void
append_probe (NegAnnotationLayer *self, GtkSnapshot *snapshot)
{
  static const GdkRGBA ground = { 0, 0, 0, 0.7 };
  g_autoptr (PangoLayout) layout = neg_overlay_painter_new_layout (self->viewport, -1);
  double x = self->pointer_x + LABEL_GAP_PX, y = self->pointer_y + LABEL_GAP_PX;
  GdkRGBA color;
  int width, height;

  pango_layout_set_text (layout, self->probe_text, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  if (x + width + LABEL_PAD_PX > gtk_widget_get_width (self->viewport))
    x = self->pointer_x - LABEL_GAP_PX - width;
  if (y + height + LABEL_PAD_PX > gtk_widget_get_height (self->viewport))
    y = self->pointer_y - LABEL_GAP_PX - height;
  gtk_style_context_get_color (gtk_widget_get_style_context (self->viewport), &color);
  gtk_snapshot_append_color (snapshot, &ground,
                             &GRAPHENE_RECT_INIT (x - LABEL_PAD_PX, y - LABEL_PAD_PX, width + 2 * LABEL_PAD_PX,
                                                  height + 2 * LABEL_PAD_PX));
  neg_overlay_painter_append_text (snapshot, layout, round (x), round (y), &color);
}

void
neg_annotation_layer_snapshot (NegAnnotationLayer *self, GtkSnapshot *snapshot, double line_px)
{
  NegHandsImage image;

  self->line_px = line_px;
  if (!_neg_annotation_layer_get_image (self, FALSE, &image))
    return;
  if (self->marks_are_old || g_strcmp0 (self->marks_uid, image.instance->sop_instance_uid) != 0
      || memcmp (&self->marks_affine, &image.draw.output_to_image, sizeof self->marks_affine) != 0)
    update_marks (self, &image);
  for (guint i = 0; i < self->marks->len; i++) {
    const Mark *mark = g_ptr_array_index (self->marks, i);

    if (mark->texture != NULL)
      gtk_snapshot_append_texture (snapshot, mark->texture, &mark->area);
  }
  if (self->probe_text != NULL && *self->probe_text != '\0')
    append_probe (self, snapshot);
}

void
_neg_annotation_layer_queue (NegAnnotationLayer *self)
{
  self->marks_are_old = TRUE;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
neg_annotation_layer_forget (NegAnnotationLayer *self)
{
  g_ptr_array_set_size (self->marks, 0);
  self->marks_are_old = TRUE;
}

guint64
neg_annotation_layer_get_n_paints (NegAnnotationLayer *self)
{
  return self->n_paints;
}

/* --- The probe --- */

void
neg_annotation_layer_update_probe (NegAnnotationLayer *self)
{
  g_autofree char *text = NULL;
  double point[2], point_px[2];
  NegHandsImage image;

  if (self->tool == NEG_TOOL_PROBE && self->has_pointer && _neg_annotation_layer_get_image (self, TRUE, &image)) {
    _neg_annotation_layer_get_point (self, self->pointer_x, self->pointer_y, point);
    neg_affine_apply (&image.draw.output_to_image, point, point_px);
    text = self->functions->dup_probe (self->viewport, &image, point_px);
  }
  if (self->viewport == NULL || (text == NULL && self->probe_text == NULL))
    return;
  g_free (self->probe_text);
  self->probe_text = g_steal_pointer (&text);
  gtk_widget_queue_draw (self->viewport);
}

void
neg_annotation_layer_set_pointer (NegAnnotationLayer *self, gboolean is_there, double x, double y)
{
  self->has_pointer = is_there;
  if (is_there) {
    self->pointer_x = x;
    self->pointer_y = y;
  }
  neg_annotation_layer_update_probe (self);
}

gboolean
neg_annotation_layer_is_tool (NegTool tool)
{
  return tool >= NEG_TOOL_LENGTH && tool < NEG_N_TOOLS;
}

void
neg_annotation_layer_set_tool (NegAnnotationLayer *self, NegTool tool)
{
  g_return_if_fail (NEG_IS_ANNOTATION_LAYER (self) && tool < NEG_N_TOOLS);

  self->tool = tool;
  neg_annotation_hands_set_kind (self->hands, neg_annotation_layer_is_tool (tool)
                                                  ? (NegAnnotationKind) (tool - NEG_TOOL_LENGTH)
                                                  : NEG_ANNOTATION_N_KINDS);
  neg_annotation_layer_update_probe (self);
}

/* --- Keys --- */

static gboolean
key_pressed_cb (GtkEventControllerKey *keys, guint keyval, guint keycode, GdkModifierType modifiers,
                NegAnnotationLayer *self)
{
  NegHandsImage image;

  return self->text_popover == NULL && _neg_annotation_layer_get_image (self, FALSE, &image)
         && neg_annotation_hands_key (self->hands, &image, keyval, modifiers);
}

static void
keys_ended_cb (NegAnnotationLayer *self)
{
  neg_annotation_hands_end_keys (self->hands);
}

static void
key_released_cb (GtkEventControllerKey *keys, guint keyval, guint keycode, GdkModifierType modifiers,
                 NegAnnotationLayer *self)
{
  keys_ended_cb (self);
}

void
neg_annotation_layer_remove (NegAnnotationLayer *self)
{
  NegHandsImage image;

  g_return_if_fail (NEG_IS_ANNOTATION_LAYER (self));

  if (_neg_annotation_layer_get_image (self, FALSE, &image))
    neg_annotation_hands_remove (self->hands, &image);
}

void
neg_annotation_layer_place (NegAnnotationLayer *self)
{
  NegHandsImage image;

  g_return_if_fail (NEG_IS_ANNOTATION_LAYER (self));

  if (_neg_annotation_layer_get_image (self, TRUE, &image))
    neg_annotation_hands_place (self->hands, &image);
}

/* --- Coming and going --- */

/* The text that is written beside an arrow is given up with its image, too. */
void
neg_annotation_layer_image_changed (NegAnnotationLayer *self, gboolean is_same)
{
  g_return_if_fail (NEG_IS_ANNOTATION_LAYER (self));

  if (is_same) {
    self->marks_are_old = TRUE;
    return;
  }
  neg_annotation_hands_leave (self->hands);
  self->has_drag = FALSE;
  _neg_annotation_layer_close_text (self);
  neg_annotation_layer_forget (self);
  neg_annotation_layer_update_probe (self);
}

static void
failed_cb (NegAnnotationLayer *self, const GError *error)
{
  g_signal_emit (self, signals[FAILED], 0, error);
}

/* Marks of other images keep their pictures: looking again costs nothing. */
static void
annotations_changed_cb (NegAnnotationLayer *self, const char *sop_instance_uid)
{
  if (sop_instance_uid == NULL || self->marks_uid == NULL || g_str_equal (sop_instance_uid, self->marks_uid))
    _neg_annotation_layer_queue (self);
}

void
neg_annotation_layer_close (NegAnnotationLayer *self)
{
  _neg_annotation_layer_drop_text (self);
  self->viewport = NULL;
}

static void
neg_annotation_layer_dispose (GObject *object)
{
  NegAnnotationLayer *self = NEG_ANNOTATION_LAYER (object);

  g_clear_object (&self->hands);
  g_clear_object (&self->annotations);
  g_clear_pointer (&self->marks, g_ptr_array_unref);
  g_clear_pointer (&self->marks_uid, g_free);
  g_clear_pointer (&self->probe_text, g_free);
  G_OBJECT_CLASS (neg_annotation_layer_parent_class)->dispose (object);
}

static void
neg_annotation_layer_class_init (NegAnnotationLayerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = neg_annotation_layer_dispose;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_ANNOTATION_LAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", NEG_TYPE_ANNOTATION_LAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
neg_annotation_layer_init (NegAnnotationLayer *self)
{
  self->marks = g_ptr_array_new_with_free_func (free_mark);
  self->marks_are_old = TRUE;
}

static void
listen (NegAnnotationLayer *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_object (self->annotations, "changed", G_CALLBACK (annotations_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->annotations, "selection-changed", G_CALLBACK (_neg_annotation_layer_queue), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hands, "changed", G_CALLBACK (_neg_annotation_layer_queue), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hands, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hands, "text-wanted", G_CALLBACK (_neg_annotation_layer_want_text), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self, 0);
  g_signal_connect_object (keys, "key-released", G_CALLBACK (key_released_cb), self, 0);
  gtk_widget_add_controller (self->viewport, keys);
}

NegAnnotationLayer *
neg_annotation_layer_new (GtkWidget *viewport, const NegAnnotationLayerFuncs *functions, NegAnnotations *annotations)
{
  NegAnnotationLayer *self = g_object_new (NEG_TYPE_ANNOTATION_LAYER, NULL);

  self->viewport = viewport;
  self->functions = functions;
  self->annotations = g_object_ref (annotations);
  self->hands = neg_annotation_hands_new (annotations);
  listen (self);
  return self;
}
