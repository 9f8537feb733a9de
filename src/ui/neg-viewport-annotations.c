/* Annotations in a viewport: what is drawn of them, the label of the probe, keys, the text of an arrow. */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "export/neg-marks-cairo.h"
#include "reading/neg-annotation-shape.h"
#include "reading/neg-annotation-values.h"
#include "ui/neg-viewport-private.h"

#define LABEL_GAP_PX 14 /* logical, from the pointer */
#define LABEL_PAD_PX 4
#define TEXT_CHARS 28

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

void
_neg_viewport_get_output_point (NegViewport *self, double x, double y, double point[2])
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  point[0] = x * scale;
  point[1] = y * scale;
}

/* --- What can be measured --- */

static const NegSuv *
get_suv (NegViewport *self)
{
  const NegViewState *state = _neg_viewport_get_state (self);

  if (self->suv_series != state->series || self->suv_instance != self->instance) {
    self->suv_series = state->series;
    self->suv_instance = self->instance;
    self->has_suv = neg_annotation_init_suv (&self->suv, state->series, state->index);
  }
  if (self->is_loading) /* an image that is still to come may be the earliest, from which SUV counts */
    return NULL;
  return self->has_suv ? &self->suv : NULL;
}

/* All of it belongs together: the state names the frame whose pixels and header are there (imaging pitfall 32). */
gboolean
_neg_viewport_get_hands_image (NegViewport *self, NegHandsImage *image)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (_neg_viewport_get_state (self));

  if (frame == NULL || self->pixels == NULL || frame->instance != self->instance
      || !_neg_viewport_prepare (self, &image->draw))
    return FALSE;
  image->instance = self->instance;
  image->frame = frame->frame;
  image->plane = NULL;
  image->held = self->pixels;
  image->pixels = neg_pixels_get_frame (self->pixels);
  image->suv = get_suv (self);
  image->device_scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  image->width = neg_viewport_get_width_px (self);
  image->height = neg_viewport_get_height_px (self);
  return TRUE;
}

/* --- Drawing --- */

static void
init_style (NegViewport *self, const NegHandsImage *image, gboolean is_selected, const NegAnnotation *annotation,
            NegMarksStyle *style)
{
  *style = (NegMarksStyle){
    .output_to_image = image->draw.output_to_image,
    .width = image->width,
    .height = image->height,
    .line_px = neg_overlay_painter_get_line_px (self->painter) * image->device_scale,
    .has_handles = is_selected,
    .selected_uid = is_selected ? annotation->uid : NULL,
    .area_px = { 0, 0, image->width, image->height },
  };
}

/* @annotation NULL: what the presentation state draws. */
static cairo_surface_t *
record (NegViewport *self, const NegHandsImage *image, const NegAnnotation *annotation, gboolean is_selected)
{
  const cairo_rectangle_t all = { 0, 0, image->width, image->height };
  g_autofree char *lines = annotation != NULL ? neg_annotation_dup_lines (annotation, image->instance) : NULL;
  cairo_surface_t *recording = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, &all);
  cairo_t *cr = cairo_create (recording);
  const NegViewState *state = _neg_viewport_get_state (self);
  NegMarksStyle style;

  init_style (self, image, is_selected, annotation, &style);
  if (annotation != NULL) {
    neg_marks_draw_annotation (cr, &style, annotation, *lines != '\0' ? lines : NULL);
  } else {
    neg_presentation_get_area (state->presentation, image->instance, image->frame, &style.output_to_image,
                               style.area_px);
    neg_marks_draw_presentation (cr, &style, state->presentation, image->instance->sop_instance_uid, image->frame);
  }
  cairo_destroy (cr);
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
new_mark (NegViewport *self, const NegHandsImage *image, const NegAnnotation *annotation, gboolean is_selected)
{
  cairo_surface_t *recording = record (self, image, annotation, is_selected);
  Mark *mark = g_new0 (Mark, 1);
  cairo_rectangle_int_t extents;
  double scale = image->device_scale;

  mark->is_selected = is_selected;
  if (get_extents (recording, image, &extents)) {
    mark->texture = paint (recording, &extents);
    self->n_uploads++;
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
update_marks (NegViewport *self, const NegHandsImage *image)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->marks);
  const char *selected = neg_annotations_get_selected (self->annotations);
  const char *uid = image->instance->sop_instance_uid;
  guint n = neg_annotations_get_n_of_image (self->annotations, uid, image->frame + 1);

  if (memcmp (&self->marks_affine, &image->draw.output_to_image, sizeof self->marks_affine) != 0)
    g_ptr_array_set_size (before, 0);
  self->marks_affine = image->draw.output_to_image;
  self->marks = g_ptr_array_new_with_free_func (free_mark);
  if (neg_view_state_is_presented (_neg_viewport_get_state (self)))
    g_ptr_array_add (self->marks, new_mark (self, image, NULL, FALSE));
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
append_probe (NegViewport *self, GtkSnapshot *snapshot)
{
  static const GdkRGBA ground = { 0, 0, 0, 0.7 };
  g_autoptr (PangoLayout) layout = neg_overlay_painter_new_layout (GTK_WIDGET (self), -1);
  double x = self->pointer_x + LABEL_GAP_PX, y = self->pointer_y + LABEL_GAP_PX;
  GdkRGBA color;
  int width, height;

  pango_layout_set_text (layout, self->probe_text, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  if (x + width + LABEL_PAD_PX > gtk_widget_get_width (GTK_WIDGET (self)))
    x = self->pointer_x - LABEL_GAP_PX - width;
  if (y + height + LABEL_PAD_PX > gtk_widget_get_height (GTK_WIDGET (self)))
    y = self->pointer_y - LABEL_GAP_PX - height;
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &color);
  gtk_snapshot_append_color (snapshot, &ground,
                             &GRAPHENE_RECT_INIT (x - LABEL_PAD_PX, y - LABEL_PAD_PX, width + 2 * LABEL_PAD_PX,
                                                  height + 2 * LABEL_PAD_PX));
  neg_overlay_painter_append_text (snapshot, layout, round (x), round (y), &color);
}

gboolean
_neg_viewport_is_key_image (NegViewport *self)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (_neg_viewport_get_state (self));
  const char *uid = frame != NULL ? frame->instance->sop_instance_uid : NULL;
  const guint n = self->annotations != NULL && uid != NULL
                    ? neg_annotations_get_n_of_image (self->annotations, uid, frame->frame + 1)
                    : 0;

  for (guint i = 0; i < n; i++)
    if (neg_annotations_get_of_image (self->annotations, uid, frame->frame + 1, i)->kind == NEG_ANNOTATION_KEY)
      return TRUE;
  return FALSE;
}

void
_neg_viewport_snapshot_annotations (NegViewport *self, GtkSnapshot *snapshot)
{
  NegHandsImage image;

  if (self->hands == NULL || !_neg_viewport_get_hands_image (self, &image))
    return;
  if (self->marks_are_old
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

static void
queue_marks (NegViewport *self)
{
  self->overlay_is_old = TRUE;
  self->marks_are_old = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
_neg_viewport_forget_marks (NegViewport *self)
{
  if (self->marks != NULL)
    g_ptr_array_set_size (self->marks, 0);
  self->marks_are_old = TRUE;
}

/* --- The probe --- */

static void
add_line (char **text, const char *line)
{
  char *longer = g_strconcat (*text, "\n", line, NULL);

  g_free (*text);
  *text = longer;
}

void
_neg_viewport_update_probe (NegViewport *self)
{
  g_autofree char *text = NULL;
  double point[2], point_px[2];
  NegHandsImage image;

  if (self->hands != NULL && self->tool == NEG_TOOL_PROBE && self->has_pointer
      && _neg_viewport_get_hands_image (self, &image)) {
    _neg_viewport_get_output_point (self, self->pointer_x, self->pointer_y, point);
    neg_affine_apply (&image.draw.output_to_image, point, point_px);
    text = neg_annotation_dup_probe_lines (image.instance, image.frame, &image.draw, image.pixels, image.suv,
                                           point_px);
    if (self->is_loading && self->has_suv)
      add_line (&text, _ ("SUV when all of the series is there"));
  }
  if (text == NULL && self->probe_text == NULL)
    return;
  g_free (self->probe_text);
  self->probe_text = g_steal_pointer (&text);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- The text of an arrow --- */

static void
text_done_cb (GtkEntry *entry, NegViewport *self)
{
  const char *uid = g_object_get_data (G_OBJECT (entry), "uid");
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));

  if (strlen (text) > NEG_ANNOTATION_TEXT_BYTES_MAX)
    *g_utf8_find_prev_char (text, text + NEG_ANNOTATION_TEXT_BYTES_MAX) = '\0';
  neg_annotation_hands_set_text (self->hands, uid, text);
  gtk_popover_popdown (GTK_POPOVER (self->text_popover));
}

static void
drop_closed (NegViewport *self)
{
  g_clear_handle_id (&self->drop_closed_source, g_source_remove);
  g_clear_pointer (&self->closed_popover, gtk_widget_unparent);
}

static gboolean
drop_closed_cb (gpointer data)
{
  NegViewport *self = data;

  self->drop_closed_source = 0;
  drop_closed (self);
  return G_SOURCE_REMOVE;
}

/* Who emits "closed" goes on with the popover (gtk_popover_popdown() does): it has to live until then, but not longer than
 * the viewport that is its parent. */
static void
text_closed_cb (GtkWidget *popover, NegViewport *self)
{
  if (popover != self->text_popover)
    return;
  drop_closed (self);
  self->closed_popover = g_steal_pointer (&self->text_popover);
  self->drop_closed_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, drop_closed_cb, self, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static GtkWidget *
new_text_entry (NegViewport *self, const NegAnnotation *annotation)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_width_chars (GTK_EDITABLE (entry), TEXT_CHARS);
  gtk_editable_set_text (GTK_EDITABLE (entry), annotation->text != NULL ? annotation->text : "");
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("Text of the arrow"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Text of the arrow"), -1);
  g_object_set_data_full (G_OBJECT (entry), "uid", g_strdup (annotation->uid), g_free);
  g_signal_connect_object (entry, "activate", G_CALLBACK (text_done_cb), self, 0);
  return entry;
}

/* Beside the tail, where the text will stand. */
static void
text_wanted_cb (NegViewport *self, const char *uid)
{
  const NegAnnotation *annotation = neg_annotations_find (self->annotations, uid);
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self)), tail[2] = { 0, 0 };
  NegHandsImage image;
  NegAffine to_output;
  GtkWidget *entry;

  if (annotation == NULL || !_neg_viewport_get_hands_image (self, &image)
      || !neg_affine_invert (&image.draw.output_to_image, &to_output))
    return;
  neg_affine_apply (&to_output, annotation->points_px + 2 * (annotation->n_points - 1), tail);
  g_clear_pointer (&self->text_popover, gtk_widget_unparent);
  entry = new_text_entry (self, annotation);
  self->text_popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->text_popover), entry);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->text_popover),
                               &(GdkRectangle){ (int) (CLAMP (tail[0], 0, image.width) / scale),
                                                (int) (CLAMP (tail[1], 0, image.height) / scale), 1, 1 });
  gtk_widget_set_parent (self->text_popover, GTK_WIDGET (self));
  g_signal_connect_object (self->text_popover, "closed", G_CALLBACK (text_closed_cb), self, 0);
  gtk_popover_popup (GTK_POPOVER (self->text_popover));
  gtk_widget_grab_focus (entry);
}

gboolean
_neg_viewport_edit_text_at (NegViewport *self, double x, double y)
{
  NegHandsImage image;
  NegAnnotation *annotation;
  double point[2];

  if (self->hands == NULL || !_neg_viewport_get_hands_image (self, &image))
    return FALSE;
  _neg_viewport_get_output_point (self, x, y, point);
  annotation = neg_annotation_hands_find (self->hands, &image, point);
  if (annotation == NULL || annotation->kind != NEG_ANNOTATION_ARROW || annotation->is_foreign)
    return FALSE;
  text_wanted_cb (self, annotation->uid);
  return TRUE;
}

/* --- Keys --- */

static gboolean
key_pressed_cb (GtkEventControllerKey *keys, guint keyval, guint keycode, GdkModifierType modifiers,
                NegViewport *self)
{
  NegHandsImage image;

  return self->hands != NULL && self->text_popover == NULL && _neg_viewport_get_hands_image (self, &image)
         && neg_annotation_hands_key (self->hands, &image, keyval, modifiers);
}

static void
keys_ended_cb (NegViewport *self)
{
  if (self->hands != NULL)
    neg_annotation_hands_end_keys (self->hands);
}

static void
key_released_cb (GtkEventControllerKey *keys, guint keyval, guint keycode, GdkModifierType modifiers,
                 NegViewport *self)
{
  keys_ended_cb (self);
}

void
neg_viewport_remove_annotation (NegViewport *self)
{
  NegHandsImage image;

  g_return_if_fail (NEG_IS_VIEWPORT (self));

  if (self->hands != NULL && _neg_viewport_get_hands_image (self, &image))
    neg_annotation_hands_remove (self->hands, &image);
}

void
neg_viewport_place_annotation (NegViewport *self)
{
  NegHandsImage image;

  g_return_if_fail (NEG_IS_VIEWPORT (self));

  if (self->hands != NULL && _neg_viewport_get_hands_image (self, &image))
    neg_annotation_hands_place (self->hands, &image);
}

/* --- Coming and going --- */

static void
annotations_changed_cb (NegViewport *self, const char *sop_instance_uid)
{
  if (sop_instance_uid == NULL
      || (self->instance != NULL && g_strcmp0 (sop_instance_uid, self->instance->sop_instance_uid) == 0))
    queue_marks (self);
}

static void
failed_cb (NegViewport *self, const GError *error)
{
  g_signal_emit_by_name (self, "annotation-failed", error);
}

/* A series that grows is shown as a new one with the same image: who is drawing goes on. */
static gboolean
note_image (NegViewport *self)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (_neg_viewport_get_state (self));
  gboolean is_same = frame != NULL && frame->instance == self->marks_instance && frame->frame == self->marks_frame;

  self->marks_instance = frame != NULL ? frame->instance : NULL;
  self->marks_frame = frame != NULL ? frame->frame : 0;
  return is_same;
}

void
_neg_viewport_annotations_image_changed (NegViewport *self)
{
  if (self->hands == NULL)
    return;
  self->suv_series = NULL; /* one that has grown may begin earlier, and stand where the last one did */
  if (note_image (self)) {
    self->marks_are_old = TRUE;
    return;
  }
  neg_annotation_hands_leave (self->hands);
  self->hands_have_drag = FALSE;
  if (self->text_popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->text_popover));
  _neg_viewport_forget_marks (self);
  _neg_viewport_update_probe (self);
}

void
neg_viewport_set_annotations (NegViewport *self, NegAnnotations *annotations)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_return_if_fail (NEG_IS_VIEWPORT (self) && self->annotations == NULL);

  self->annotations = g_object_ref (annotations);
  self->hands = neg_annotation_hands_new (annotations);
  self->marks = g_ptr_array_new_with_free_func (free_mark);
  self->marks_are_old = TRUE;
  g_signal_connect_object (annotations, "changed", G_CALLBACK (annotations_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (annotations, "selection-changed", G_CALLBACK (queue_marks), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hands, "changed", G_CALLBACK (queue_marks), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hands, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->hands, "text-wanted", G_CALLBACK (text_wanted_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self, 0);
  g_signal_connect_object (keys, "key-released", G_CALLBACK (key_released_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

void
neg_viewport_set_loading (NegViewport *self, gboolean is_loading)
{
  g_return_if_fail (NEG_IS_VIEWPORT (self));

  if (is_loading == self->is_loading)
    return;
  self->is_loading = is_loading;
  self->suv_series = NULL;
  _neg_viewport_update_probe (self);
}

void
_neg_viewport_dispose_annotations (NegViewport *self)
{
  g_clear_pointer (&self->text_popover, gtk_widget_unparent);
  drop_closed (self);
  g_clear_object (&self->hands);
  g_clear_object (&self->annotations);
  g_clear_pointer (&self->marks, g_ptr_array_unref);
  g_clear_pointer (&self->probe_text, g_free);
}
