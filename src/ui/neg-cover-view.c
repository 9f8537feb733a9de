#include "config.h"

#include "ui/neg-cover-view.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "reading/neg-annotation-shape.h"
#include "reading/neg-view-presentation.h"
#include "ui/neg-cpu-canvas.h"

#define STEP_PX 8 /* of the image, with a key */
#define SIDE_MIN_PX 3 /* of the image: less is a click */

struct _NegCoverView {
  GtkWidget parent_instance;

  NegFrameStore *store;
  NegViewState state;
  NegDraw own;
  NegPixels *pixels; /* nullable */
  GError *failure;
  NegCpuCanvas *canvas;

  NegCoverBox boxes[NEG_COVER_BOXES_MAX];
  guint n_boxes;
  int selected; /* -1: none */
  gboolean is_new; /* the box that is being drawn */
  double from_px[2]; /* of the image, where the drag began */
  NegCoverBox before; /* what is being moved, as it was */
};

G_DEFINE_FINAL_TYPE (NegCoverView, neg_cover_view, GTK_TYPE_WIDGET)

static guint changed_signal;

/* --- where things are --- */

static gboolean
prepare (NegCoverView *self, NegDraw *draw)
{
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const guint width = gtk_widget_get_width (GTK_WIDGET (self)) * scale;
  const guint height = gtk_widget_get_height (GTK_WIDGET (self)) * scale;

  return self->pixels != NULL && width > 0 && height > 0
         && neg_view_state_prepare (&self->state, &self->own, width, height, draw);
}

static gboolean
to_image (NegCoverView *self, double x, double y, double place_px[2])
{
  const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const double place[2] = { x * scale, y * scale };
  NegDraw draw;

  if (!prepare (self, &draw))
    return FALSE;
  neg_affine_apply (&draw.output_to_image, place, place_px);
  return TRUE;
}

/* FALSE: it maps all of the picture to a line. */
static gboolean
invert (const NegAffine *affine, NegAffine *inverse)
{
  const double *m = affine->m;
  const double determinant = m[0] * m[4] - m[1] * m[3];

  if (fabs (determinant) < 1e-12)
    return FALSE;
  *inverse = (NegAffine){ { m[4] / determinant, -m[1] / determinant, (m[1] * m[5] - m[4] * m[2]) / determinant,
                            -m[3] / determinant, m[0] / determinant, (m[3] * m[2] - m[0] * m[5]) / determinant } };
  return TRUE;
}

static graphene_rect_t
to_widget (NegCoverView *self, const NegAffine *image_to_output, const NegCoverBox *box)
{
  const double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const double one[2] = { box->x, box->y }, other[2] = { box->x + box->width, box->y + box->height };
  double a[2], b[2];

  neg_affine_apply (image_to_output, one, a);
  neg_affine_apply (image_to_output, other, b);
  return GRAPHENE_RECT_INIT (MIN (a[0], b[0]) / scale, MIN (a[1], b[1]) / scale, fabs (b[0] - a[0]) / scale,
                             fabs (b[1] - a[1]) / scale);
}

/* --- the image --- */

const NegInstance *
neg_cover_view_get_instance (NegCoverView *self)
{
  return neg_view_state_get_frame (&self->state)->instance;
}

static void
update_accessible (NegCoverView *self)
{
  g_autofree char *label = g_strdup_printf (ngettext ("Image %u of %u, %u box", "Image %u of %u, %u boxes", self->n_boxes),
                                            self->state.index + 1, neg_view_state_get_n_frames (&self->state), self->n_boxes);
  g_autofree char *box = NULL;

  if (self->selected >= 0) {
    const NegCoverBox *at = &self->boxes[self->selected];

    box = g_strdup_printf (_ ("box %d: from column %.0f, row %.0f; %.0f × %.0f pixels"), self->selected + 1, at->x + 1, at->y + 1,
                           at->width, at->height);
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, box != NULL ? box : "", -1);
}

static void
take_frame (NegCoverView *self)
{
  g_clear_pointer (&self->pixels, neg_pixels_unref);
  g_clear_error (&self->failure);
  neg_cpu_canvas_forget (self->canvas);
  self->pixels = neg_frame_store_get (self->store, self->state.series, self->state.index, NEG_PRIORITY_ON_SCREEN,
                                      &self->failure);
  if (self->pixels != NULL)
    neg_view_state_init_own (&self->state, neg_pixels_get_frame (self->pixels), &self->own);
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
frame_ready_cb (NegFrameStore *store, NegSeries *series, guint index, NegCoverView *self)
{
  if (self->pixels == NULL && series == self->state.series && index == self->state.index)
    take_frame (self);
}

void
neg_cover_view_set_index (NegCoverView *self, guint index)
{
  g_return_if_fail (NEG_IS_COVER_VIEW (self));

  if (neg_view_state_set_index (&self->state, index))
    take_frame (self);
}

guint
neg_cover_view_get_index (NegCoverView *self)
{
  return self->state.index;
}

/* --- boxes --- */

static void
changed (NegCoverView *self)
{
  update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, changed_signal, 0);
}

const NegCoverBox *
neg_cover_view_get_boxes (NegCoverView *self, guint *n)
{
  *n = self->n_boxes;
  return self->boxes;
}

void
neg_cover_view_set_boxes (NegCoverView *self, const NegCoverBox *boxes, guint n)
{
  g_return_if_fail (NEG_IS_COVER_VIEW (self) && n <= NEG_COVER_BOXES_MAX);

  for (guint i = 0; i < n; i++)
    self->boxes[i] = boxes[i];
  self->n_boxes = n;
  self->selected = -1;
  changed (self);
}

/* Inside the image, whatever hands and keys want. */
static void
keep_inside (NegCoverView *self, NegCoverBox *box)
{
  const NegInstance *instance = neg_cover_view_get_instance (self);

  box->width = CLAMP (box->width, 1, instance->columns);
  box->height = CLAMP (box->height, 1, instance->rows);
  box->x = CLAMP (box->x, 0, instance->columns - box->width);
  box->y = CLAMP (box->y, 0, instance->rows - box->height);
}

static gboolean
add_box (NegCoverView *self, const NegCoverBox *box)
{
  if (self->n_boxes == NEG_COVER_BOXES_MAX)
    return FALSE;
  self->boxes[self->n_boxes] = *box;
  keep_inside (self, &self->boxes[self->n_boxes]);
  self->selected = (int) self->n_boxes++;
  changed (self);
  return TRUE;
}

void
neg_cover_view_add (NegCoverView *self)
{
  const NegInstance *instance = neg_cover_view_get_instance (self);
  const double width = MAX (instance->columns / 4, 1), height = MAX (instance->rows / 12, 1);

  add_box (self, &(NegCoverBox){ floor ((instance->columns - width) / 2), floor ((instance->rows - height) / 2), width, height });
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

void
neg_cover_view_remove (NegCoverView *self)
{
  if (self->selected < 0)
    return;
  for (guint i = self->selected; i + 1 < self->n_boxes; i++)
    self->boxes[i] = self->boxes[i + 1];
  self->n_boxes--;
  self->selected = MIN (self->selected, (int) self->n_boxes - 1);
  changed (self);
}

/* --- drawing --- */

static void
append_boxes (NegCoverView *self, GtkSnapshot *snapshot, const NegAffine *image_to_output)
{
  static const GdkRGBA cover = { 0.16, 0.16, 0.16, 0.82 }, line = { 0.36, 0.61, 0.84, 1 }, mark = { 1, 0.82, 0.25, 1 };

  for (guint i = 0; i < self->n_boxes; i++) {
    const GdkRGBA *color = (int) i == self->selected ? &mark : &line;
    graphene_rect_t area = to_widget (self, image_to_output, &self->boxes[i]);
    GskRoundedRect frame;

    gsk_rounded_rect_init_from_rect (&frame, &area, 0);
    gtk_snapshot_append_color (snapshot, &cover, &area);
    gtk_snapshot_append_border (snapshot, &frame, (float[4]){ 2, 2, 2, 2 }, (GdkRGBA[4]){ *color, *color, *color, *color });
  }
}

static void
neg_cover_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA black = { 0, 0, 0, 1 };
  NegCoverView *self = NEG_COVER_VIEW (widget);
  const int scale = gtk_widget_get_scale_factor (widget);
  graphene_rect_t area = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  g_autoptr (GdkTexture) texture = NULL;
  NegAffine image_to_output;
  NegDraw draw;

  gtk_snapshot_append_color (snapshot, &black, &area);
  if (!prepare (self, &draw))
    return;
  texture = neg_cpu_canvas_draw (self->canvas, &draw, self->pixels, gtk_widget_get_width (widget) * scale,
                                 gtk_widget_get_height (widget) * scale, NULL);
  if (texture == NULL)
    return;
  neg_cpu_canvas_append (widget, snapshot, texture, &area);
  if (invert (&draw.output_to_image, &image_to_output))
    append_boxes (self, snapshot, &image_to_output);
}

/* --- hands --- */

static int
find_box (NegCoverView *self, const double place_px[2])
{
  for (int i = (int) self->n_boxes - 1; i >= 0; i--) {
    const NegCoverBox *box = &self->boxes[i];

    if (place_px[0] >= box->x && place_px[0] < box->x + box->width && place_px[1] >= box->y && place_px[1] < box->y + box->height)
      return i;
  }
  return -1;
}

static void
drag_begin_cb (NegCoverView *self, double x, double y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!to_image (self, x, y, self->from_px))
    return;
  self->selected = find_box (self, self->from_px);
  self->is_new = self->selected < 0;
  if (!self->is_new)
    self->before = self->boxes[self->selected];
  changed (self);
}

static void
draw_new (NegCoverView *self, const double to_px[2])
{
  const double left = floor (MIN (self->from_px[0], to_px[0])), right = ceil (MAX (self->from_px[0], to_px[0]));
  const double top = floor (MIN (self->from_px[1], to_px[1])), bottom = ceil (MAX (self->from_px[1], to_px[1]));
  NegCoverBox box = { left, top, right - left, bottom - top };

  if (box.width < SIDE_MIN_PX || box.height < SIDE_MIN_PX)
    return;
  if (self->selected < 0 && !add_box (self, &box))
    return;
  keep_inside (self, &box);
  self->boxes[self->selected] = box;
}

static void
drag_update_cb (NegCoverView *self, double dx, double dy, GtkGestureDrag *drag)
{
  double x, y, to_px[2];

  if (!gtk_gesture_drag_get_start_point (drag, &x, &y) || !to_image (self, x + dx, y + dy, to_px))
    return;
  if (self->is_new) {
    draw_new (self, to_px);
  } else if (self->selected >= 0) {
    NegCoverBox *box = &self->boxes[self->selected];

    *box = self->before;
    box->x = round (box->x + to_px[0] - self->from_px[0]);
    box->y = round (box->y + to_px[1] - self->from_px[1]);
    keep_inside (self, box);
  }
  changed (self);
}

/* Arrows move the selected box, with Control its lower right corner. */
static void
move (NegCoverView *self, double dx, double dy, gboolean corner)
{
  NegCoverBox *box = &self->boxes[self->selected];

  if (corner) {
    box->width += dx;
    box->height += dy;
  } else {
    box->x += dx;
    box->y += dy;
  }
  keep_inside (self, box);
  changed (self);
}

static gboolean
arrow (NegCoverView *self, guint keyval, gboolean corner)
{
  static const struct {
    guint keyval, twin;
    double dx, dy;
  } arrows[] = { { GDK_KEY_Left, GDK_KEY_KP_Left, -STEP_PX, 0 },
                 { GDK_KEY_Right, GDK_KEY_KP_Right, STEP_PX, 0 },
                 { GDK_KEY_Up, GDK_KEY_KP_Up, 0, -STEP_PX },
                 { GDK_KEY_Down, GDK_KEY_KP_Down, 0, STEP_PX } };

  for (guint i = 0; self->selected >= 0 && i < G_N_ELEMENTS (arrows); i++)
    if (keyval == arrows[i].keyval || keyval == arrows[i].twin) {
      move (self, arrows[i].dx, arrows[i].dy, corner);
      return TRUE;
    }
  return FALSE;
}

static gboolean
key_cb (NegCoverView *self, guint keyval, guint keycode, GdkModifierType modifiers)
{
  const guint index = self->state.index;

  switch (keyval) {
  case GDK_KEY_Insert:
  case GDK_KEY_KP_Insert:
    neg_cover_view_add (self);
    return TRUE;
  case GDK_KEY_Delete:
  case GDK_KEY_KP_Delete:
  case GDK_KEY_BackSpace:
    neg_cover_view_remove (self);
    return TRUE;
  case GDK_KEY_space:
    if (self->n_boxes > 0)
      self->selected = (self->selected + 1) % (int) self->n_boxes;
    changed (self);
    return TRUE;
  case GDK_KEY_Page_Down:
  case GDK_KEY_Page_Up:
    neg_cover_view_set_index (self, keyval == GDK_KEY_Page_Down ? index + 1 : MAX (index, 1) - 1);
    changed (self);
    return TRUE;
  default:
    return arrow (self, keyval, (modifiers & GDK_CONTROL_MASK) != 0);
  }
}

/* --- the widget --- */

static void
neg_cover_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  *minimum = 160;
  *natural = 512;
}

static void
neg_cover_view_dispose (GObject *object)
{
  NegCoverView *self = NEG_COVER_VIEW (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->pixels, neg_pixels_unref);
  G_OBJECT_CLASS (neg_cover_view_parent_class)->dispose (object);
}

static void
neg_cover_view_finalize (GObject *object)
{
  NegCoverView *self = NEG_COVER_VIEW (object);

  neg_view_state_clear (&self->state);
  g_clear_error (&self->failure);
  neg_cpu_canvas_free (self->canvas);
  G_OBJECT_CLASS (neg_cover_view_parent_class)->finalize (object);
}

static void
neg_cover_view_class_init (NegCoverViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_cover_view_dispose;
  G_OBJECT_CLASS (class)->finalize = neg_cover_view_finalize;
  widget_class->snapshot = neg_cover_view_snapshot;
  widget_class->measure = neg_cover_view_measure;
  changed_signal
      = g_signal_new ("changed", NEG_TYPE_COVER_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
neg_cover_view_init (NegCoverView *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();

  neg_view_state_init (&self->state);
  self->canvas = neg_cpu_canvas_new ();
  self->selected = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

GtkWidget *
neg_cover_view_new (NegFrameStore *store, NegSeries *series, guint index)
{
  NegCoverView *self = g_object_new (NEG_TYPE_COVER_VIEW, NULL);

  self->store = g_object_ref (store);
  neg_view_state_set_series (&self->state, series);
  neg_view_state_set_index (&self->state, index);
  g_signal_connect_object (store, "frame-ready", G_CALLBACK (frame_ready_cb), self, 0);
  take_frame (self);
  return GTK_WIDGET (self);
}
