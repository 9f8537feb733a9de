#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "reading/neg-cover.h"
#include "ui/neg-privacy.h"
#include "ui/neg-renderer.h"
#include "ui/neg-viewport-private.h"

G_DEFINE_FINAL_TYPE (NegViewport, neg_viewport, GTK_TYPE_WIDGET)

enum { CHANGED, MENU_REQUESTED, RENDERER_CHANGED, ANNOTATION_FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

guint
neg_viewport_get_width_px (NegViewport *self)
{
  return gtk_widget_get_width (GTK_WIDGET (self)) * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

guint
neg_viewport_get_height_px (NegViewport *self)
{
  return gtk_widget_get_height (GTK_WIDGET (self)) * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

const NegViewState *
_neg_viewport_get_state (NegViewport *self)
{
  return neg_reading_get_state (self->reading, self->cell);
}

gboolean
neg_viewport_prepare (NegViewport *self, guint width, guint height, NegDraw *draw)
{
  NegDraw own = self->own;

  own.interpolation = self->interpolation; /* wished: the view knows where tables leave nothing between two pixels */
  if (self->pixels == NULL
      || !neg_view_state_prepare (_neg_viewport_get_state (self), &own, width, height, draw))
    return FALSE;
  draw->curve = self->curve;
  draw->is_dithered = TRUE;
  return TRUE;
}

gboolean
_neg_viewport_prepare (NegViewport *self, NegDraw *draw)
{
  return neg_viewport_prepare (self, neg_viewport_get_width_px (self), neg_viewport_get_height_px (self), draw);
}

static void
forget_picture (NegViewport *self)
{
  NegDraw draw;

  g_clear_object (&self->texture);
  if (self->gl != NULL) {
    gboolean has_draw = _neg_viewport_prepare (self, &draw);

    neg_gl_canvas_set_picture (NEG_GL_CANVAS (self->gl), has_draw ? self->pixels : NULL, has_draw ? &draw : NULL);
  }
  _neg_viewport_forget_texts (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Shutter and overlays: of the image, or of the presentation state in their place. */
static void
read_layers (NegViewport *self, const NegViewState *state, const NegSeriesFrame *frame)
{
  const NegPresentation *presentation = neg_view_state_is_presented (state) ? state->presentation : NULL;

  g_clear_pointer (&self->layers, neg_layers_free);
  self->layers = neg_fiction_is_on () ? neg_cover_new_layers (frame->instance, frame->frame, presentation)
                                      : neg_layers_new (frame->instance, frame->frame, presentation);
  self->own.layers = self->layers;
}

static void
read_own (NegViewport *self)
{
  const NegViewState *state = _neg_viewport_get_state (self);
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);

  if (self->pixels == NULL || frame == NULL)
    return;
  neg_view_state_init_own (state, neg_pixels_get_frame (self->pixels), &self->own);
  read_layers (self, state, frame);
  /* A supplemental palette colours only some values; the others have a window (C.7.6.19). */
  self->has_window = !neg_draw_is_color (&self->own, neg_pixels_get_frame (self->pixels))
                     || (self->own.palette != NULL && self->own.palette_supplemental);
  self->own_preset = state->preset;
  self->own_presentation = state->presentation;
}

/* What was drawn last is of no use for another frame, and may be large. */
static void
forget_pixels (NegViewport *self)
{
  g_clear_pointer (&self->pixels, neg_pixels_unref);
  if (self->cpu != NULL)
    neg_cpu_canvas_forget (self->cpu);
  if (self->magnifier != NULL)
    neg_cpu_canvas_forget (self->magnifier);
}

/* Takes what the store has of the frame shown: pixels, an error, or nothing yet. Never what was there before. */
static void
take_frame (NegViewport *self)
{
  const NegViewState *state = _neg_viewport_get_state (self);
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  NegInstance *instance = self->instance;

  forget_pixels (self);
  g_clear_error (&self->failure);
  self->instance = NULL;
  self->is_covered = frame != NULL && neg_cover_get (frame->instance, NULL, NULL) == NEG_COVER_ALL;
  if (frame != NULL) {
    self->instance = neg_instance_ref (frame->instance);
    if (self->store != NULL && !self->is_covered && neg_reading_is_visible (self->reading, self->cell))
      self->pixels = neg_frame_store_get (self->store, state->series, state->index, NEG_PRIORITY_ON_SCREEN,
                                          &self->failure);
  }
  self->is_new_frame = TRUE;
  read_own (self);
  forget_picture (self);
  g_clear_pointer (&instance, neg_instance_unref);
  _neg_viewport_annotations_image_changed (self);
  _neg_viewport_update_accessible (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static char *
dup_drawn_text (GtkWidget *widget)
{
  return neg_overlay_painter_dup_text (&NEG_VIEWPORT (widget)->overlay);
}

/* Texts, covers and overlays are others, whatever they were. */
static void
privacy_changed_cb (NegViewport *self)
{
  _neg_viewport_drop_texts (self);
  take_frame (self);
}

static void
look_changed (NegViewport *self)
{
  if (self->own_preset != _neg_viewport_get_state (self)->preset
      || self->own_presentation != _neg_viewport_get_state (self)->presentation)
    read_own (self);
  forget_picture (self);
  _neg_viewport_update_accessible (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
cell_changed_cb (NegReading *reading, guint cell, guint changes, NegViewport *self)
{
  if (cell != self->cell)
    return;
  if (changes & NEG_CHANGED_IMAGE)
    take_frame (self);
  else if (changes & NEG_CHANGED_LOOK)
    look_changed (self);
  if (changes & NEG_CHANGED_LINKS) {
    self->overlay_is_old = TRUE;
    gtk_widget_queue_draw (GTK_WIDGET (self));
  }
}

/* One that was hidden behind another had asked for nothing; one that is no part of the grid keeps nothing. */
static void
grid_changed_cb (NegReading *reading, NegViewport *self)
{
  gboolean is_outside = self->cell >= neg_reading_get_n_cells (reading);

  if (is_outside && (self->instance != NULL || self->pixels != NULL))
    take_frame (self);
  if (self->pixels == NULL && self->failure == NULL && neg_reading_is_visible (reading, self->cell))
    take_frame (self);
}

static void
frame_ready_cb (NegFrameStore *store, NegSeries *series, guint index, NegViewport *self)
{
  const NegSeriesFrame *shown = neg_view_state_get_frame (_neg_viewport_get_state (self));
  const NegSeriesFrame *ready = neg_series_get_frame (series, index);

  if (shown != NULL && self->pixels == NULL && ready->blob == shown->blob && ready->frame == shown->frame)
    take_frame (self);
}

void
neg_viewport_set_store (NegViewport *self, NegFrameStore *store)
{
  g_return_if_fail (NEG_IS_VIEWPORT (self));

  if (self->store != NULL)
    g_clear_signal_handler (&self->frame_ready_handler, self->store);
  if (g_set_object (&self->store, store) && store != NULL)
    self->frame_ready_handler = g_signal_connect (store, "frame-ready", G_CALLBACK (frame_ready_cb), self);
}

guint
neg_viewport_get_cell (NegViewport *self)
{
  return self->cell;
}

NegPixels *
neg_viewport_get_pixels (NegViewport *self)
{
  return self->pixels;
}

const GError *
neg_viewport_get_failure (NegViewport *self)
{
  return self->failure;
}

guint64
neg_viewport_get_n_uploads (NegViewport *self)
{
  return self->n_uploads + (self->layer != NULL ? neg_annotation_layer_get_n_paints (self->layer) : 0)
         + (self->gl != NULL ? neg_gl_canvas_get_n_uploads (NEG_GL_CANVAS (self->gl)) : 0);
}

gboolean
neg_viewport_has_window (NegViewport *self)
{
  return self->pixels != NULL && self->has_window;
}

void
neg_viewport_set_interpolation (NegViewport *self, NegInterpolation interpolation)
{
  if (interpolation == self->interpolation)
    return;
  self->interpolation = interpolation;
  forget_picture (self);
}

void
neg_viewport_set_curve (NegViewport *self, const NegDisplayCurve *curve)
{
  g_autofree NegDisplayCurve *old = self->curve; /* until nobody draws with it any more */

  if (curve == NULL ? old == NULL : old != NULL && memcmp (curve, old, sizeof *curve) == 0) {
    old = NULL; /* stays */
    return;
  }
  self->curve = curve != NULL ? g_memdup2 (curve, sizeof *curve) : NULL;
  forget_picture (self);
}

void
neg_viewport_set_captions (NegViewport *self, NegCaptionsLevel level)
{
  self->level = level;
  _neg_viewport_forget_texts (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_viewport_set_idle_text (NegViewport *self, const char *text)
{
  if (g_strcmp0 (text, self->idle_text) == 0)
    return;
  g_free (self->idle_text);
  self->idle_text = g_strdup (text);
  g_clear_object (&self->message);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_renderer_note (NegViewport *self, char *note)
{
  g_free (self->renderer_note);
  self->renderer_note = note;
  g_signal_emit (self, signals[RENDERER_CHANGED], 0);
}

void
neg_viewport_set_renderer (NegViewport *self, NegRenderer renderer)
{
  self->renderer = renderer;
}

const char *
neg_viewport_get_renderer_note (NegViewport *self)
{
  return self->renderer_note;
}

static gboolean
drop_gl_cb (gpointer data)
{
  NegViewport *self = data;

  self->drop_gl_source = 0;
  if (self->gl != NULL)
    self->n_uploads += neg_gl_canvas_get_n_uploads (NEG_GL_CANVAS (self->gl));
  g_clear_pointer (&self->gl, gtk_widget_unparent);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* From inside the canvas's own callbacks: it goes a moment later. */
static void
gl_failed_cb (NegGlCanvas *canvas, const char *reason, NegViewport *self)
{
  set_renderer_note (self, g_strdup_printf (_ ("drawn by the processor: OpenGL failed (%s)"), reason));
  if (self->drop_gl_source == 0)
    self->drop_gl_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, drop_gl_cb, self, NULL);
}

static void
choose_renderer (NegViewport *self)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (GTK_WIDGET (self)));
  gboolean is_software = TRUE;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  if (self->gl != NULL)
    return;
  if (self->renderer != NEG_RENDERER_CPU)
    name = neg_gl_canvas_probe (surface, &is_software, &error);
  if (name != NULL && (!is_software || self->renderer == NEG_RENDERER_GL)) {
    self->gl = neg_gl_canvas_new ();
    g_signal_connect_object (self->gl, "failed", G_CALLBACK (gl_failed_cb), self, 0);
    gtk_widget_set_parent (self->gl, GTK_WIDGET (self));
    set_renderer_note (self, g_strdup_printf (_ ("drawn by OpenGL (%s)"), name));
  } else if (self->renderer == NEG_RENDERER_GL) {
    set_renderer_note (self, g_strdup_printf (_ ("drawn by the processor: OpenGL failed (%s)"), error->message));
  } else {
    set_renderer_note (self, g_strdup (_ ("drawn by the processor")));
  }
}

static void
neg_viewport_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (neg_viewport_parent_class)->realize (widget);
  choose_renderer (NEG_VIEWPORT (widget));
  forget_picture (NEG_VIEWPORT (widget));
}

static void
neg_viewport_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  NegViewport *self = NEG_VIEWPORT (widget);

  if (self->gl != NULL) /* GTK wants a child measured before it is given its size */
    gtk_widget_measure (self->gl, orientation, for_size, minimum, natural, NULL, NULL);
  *minimum = 64;
  *natural = 512;
}

static void
neg_viewport_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  NegViewport *self = NEG_VIEWPORT (widget);

  if (self->gl != NULL)
    gtk_widget_allocate (self->gl, width, height, baseline, NULL);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child)) /* GTK leaves that to whoever has one: a menu of another size stays cut off else */
      gtk_popover_present (GTK_POPOVER (child));
  forget_picture (self);
}

static void
draw_by_cpu (NegViewport *self)
{
  NegDraw draw;
  g_autoptr (GError) error = NULL;

  if (self->texture != NULL || !_neg_viewport_prepare (self, &draw))
    return;
  if (self->cpu == NULL)
    self->cpu = neg_cpu_canvas_new ();
  self->texture = neg_cpu_canvas_draw (self->cpu, &draw, self->pixels, neg_viewport_get_width_px (self),
                                       neg_viewport_get_height_px (self), &error);
  if (self->is_new_frame || !neg_renderer_is_cairo (GTK_WIDGET (self)))
    self->n_uploads++;
  self->is_new_frame = FALSE;
  if (self->texture == NULL) {
    g_clear_pointer (&self->pixels, neg_pixels_unref);
    self->failure = g_steal_pointer (&error);
    _neg_viewport_forget_texts (self);
  }
}

static void
neg_viewport_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA black = { 0, 0, 0, 1 };
  NegViewport *self = NEG_VIEWPORT (widget);
  graphene_rect_t area
      = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));

  gtk_snapshot_push_clip (snapshot, &area);
  if (self->gl == NULL)
    draw_by_cpu (self);
  if (self->texture == NULL) /* which covers all of it */
    gtk_snapshot_append_color (snapshot, &black, &area);
  if (self->gl != NULL)
    gtk_widget_snapshot_child (widget, self->gl, snapshot);
  else if (self->texture != NULL)
    neg_cpu_canvas_append (widget, snapshot, self->texture, &area);
  _neg_viewport_snapshot_magnifier (self, snapshot);
  _neg_viewport_snapshot_texts (self, snapshot);
  _neg_viewport_snapshot_annotations (self, snapshot);
  gtk_snapshot_pop (snapshot);
}

/* The size in device pixels changes with the scale, fonts and colours with the style. */
static void
scale_changed_cb (NegViewport *self)
{
  _neg_viewport_drop_texts (self);
  forget_picture (self);
}

static void
neg_viewport_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (neg_viewport_parent_class)->css_changed (widget, change);
  _neg_viewport_drop_texts (NEG_VIEWPORT (widget));
}

static void
neg_viewport_dispose (GObject *object)
{
  NegViewport *self = NEG_VIEWPORT (object);

  neg_viewport_set_store (self, NULL);
  _neg_viewport_dispose_annotations (self);
  g_clear_handle_id (&self->drop_gl_source, g_source_remove);
  self->gl = NULL;
  while (gtk_widget_get_first_child (GTK_WIDGET (self)) != NULL) /* the canvas, a menu that is open */
    gtk_widget_unparent (gtk_widget_get_first_child (GTK_WIDGET (self)));
  g_clear_pointer (&self->pixels, neg_pixels_unref);
  g_clear_object (&self->texture);
  _neg_viewport_drop_texts (self);
  G_OBJECT_CLASS (neg_viewport_parent_class)->dispose (object);
}

static void
neg_viewport_finalize (GObject *object)
{
  NegViewport *self = NEG_VIEWPORT (object);

  g_clear_object (&self->reading);
  g_clear_pointer (&self->instance, neg_instance_unref);
  g_clear_error (&self->failure);
  g_clear_pointer (&self->layers, neg_layers_free);
  g_clear_pointer (&self->cpu, neg_cpu_canvas_free);
  g_clear_pointer (&self->magnifier, neg_cpu_canvas_free);
  neg_overlay_painter_free (self->painter);
  neg_overlay_clear (&self->overlay);
  g_free (self->curve);
  g_free (self->renderer_note);
  g_free (self->idle_text);
  G_OBJECT_CLASS (neg_viewport_parent_class)->finalize (object);
}

static void
neg_viewport_class_init (NegViewportClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->dispose = neg_viewport_dispose;
  object_class->finalize = neg_viewport_finalize;
  widget_class->realize = neg_viewport_realize;
  widget_class->measure = neg_viewport_measure;
  widget_class->size_allocate = neg_viewport_size_allocate;
  widget_class->snapshot = neg_viewport_snapshot;
  widget_class->css_changed = neg_viewport_css_changed;
  signals[CHANGED]
      = g_signal_new ("changed", NEG_TYPE_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MENU_REQUESTED] = g_signal_new ("menu-requested", NEG_TYPE_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[RENDERER_CHANGED]
      = g_signal_new ("renderer-changed", NEG_TYPE_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ANNOTATION_FAILED] = g_signal_new ("annotation-failed", NEG_TYPE_VIEWPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                             NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  gtk_widget_class_set_css_name (widget_class, "neg-viewport");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  _neg_viewport_class_init_input (widget_class);
}

static void
neg_viewport_init (NegViewport *self)
{
  self->interpolation = NEG_INTERPOLATION_LINEAR;
  self->painter = neg_overlay_painter_new (GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (scale_changed_cb), NULL);
  _neg_viewport_init_input (self);
}

NegViewport *
neg_viewport_new (NegReading *reading, guint cell)
{
  NegViewport *self = g_object_new (NEG_TYPE_VIEWPORT, NULL);

  self->reading = g_object_ref (reading);
  self->cell = cell;
  g_signal_connect_object (reading, "cell-changed", G_CALLBACK (cell_changed_cb), self, 0);
  g_signal_connect_object (reading, "grid-changed", G_CALLBACK (grid_changed_cb), self, 0);
  neg_privacy_watch (self, G_CALLBACK (privacy_changed_cb));
  neg_privacy_set_drawn_text (GTK_WIDGET (self), dup_drawn_text);
  _neg_viewport_update_accessible (self);
  return self;
}
