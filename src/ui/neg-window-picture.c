#include "config.h"

#include "ui/neg-window-picture.h"

#include <math.h>

/* A region of many pieces costs more than what it saves. */
#define PIECES_MAX 40

struct _NegWindowPicture {
  GtkWidget *window;
  cairo_surface_t *surface;
  int width_px, height_px;
  GskRenderNode *node; /* that is drawn; nullable */
  int window_width, window_height; /* when it was */
};

NegWindowPicture *
neg_window_picture_new (GtkWidget *window, int width_px, int height_px)
{
  NegWindowPicture *picture = g_new0 (NegWindowPicture, 1);

  picture->window = window;
  picture->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width_px, height_px);
  picture->width_px = width_px;
  picture->height_px = height_px;
  return picture;
}

void
neg_window_picture_free (NegWindowPicture *picture)
{
  if (picture == NULL)
    return;
  cairo_surface_destroy (picture->surface);
  g_clear_pointer (&picture->node, gsk_render_node_unref);
  g_free (picture);
}

cairo_surface_t *
neg_window_picture_get_surface (NegWindowPicture *picture)
{
  return picture->surface;
}

void
neg_window_picture_get_bounds (GtkWidget *window, graphene_rect_t *bounds)
{
  if (!gtk_widget_compute_bounds (window, window, bounds))
    *bounds = GRAPHENE_RECT_INIT (0, 0, 0, 0);
  bounds->size.width = MAX (bounds->size.width, 2);
  bounds->size.height = MAX (bounds->size.height, 2);
}

void
neg_window_picture_get_place (NegWindowPicture *picture, double *scale, double *x_px, double *y_px)
{
  graphene_rect_t bounds;

  neg_window_picture_get_bounds (picture->window, &bounds);
  *scale = MIN (1.0, MIN (picture->width_px / bounds.size.width, picture->height_px / bounds.size.height));
  *x_px = floor ((picture->width_px - *scale * bounds.size.width) / 2) - *scale * bounds.origin.x;
  *y_px = floor ((picture->height_px - *scale * bounds.size.height) / 2) - *scale * bounds.origin.y;
}

/* --- What is shown now --- */

/* Where a popover's coordinates begin in those of the window. Popovers have surfaces of their own, placed by the desktop. */
static void
find_origin (NegWindowPicture *picture, GtkNative *native, double *x, double *y)
{
  *x = *y = 0;
  while (native != NULL && GTK_WIDGET (native) != picture->window) {
    GtkNative *parent = gtk_widget_get_native (gtk_widget_get_parent (GTK_WIDGET (native)));
    GdkSurface *surface = gtk_native_get_surface (native);
    double own_x, own_y, parent_x = 0, parent_y = 0;

    gtk_native_get_surface_transform (native, &own_x, &own_y);
    if (parent != NULL)
      gtk_native_get_surface_transform (parent, &parent_x, &parent_y);
    if (GDK_IS_POPUP (surface)) {
      *x += gdk_popup_get_position_x (GDK_POPUP (surface)) + own_x - parent_x;
      *y += gdk_popup_get_position_y (GDK_POPUP (surface)) + own_y - parent_y;
    }
    native = parent;
  }
}

gboolean
neg_window_picture_find_point (NegWindowPicture *picture, GtkWidget *widget, double x, double y, double *window_x,
                               double *window_y)
{
  GtkNative *native = gtk_widget_get_native (widget != NULL ? widget : picture->window);
  double origin_x, origin_y;

  if (native == NULL || gtk_widget_get_root (GTK_WIDGET (native)) != gtk_widget_get_root (picture->window)
      || !gtk_widget_translate_coordinates (widget != NULL ? widget : picture->window, GTK_WIDGET (native), x, y, &x, &y))
    return FALSE;
  find_origin (picture, native, &origin_x, &origin_y);
  *window_x = x + origin_x;
  *window_y = y + origin_y;
  return TRUE;
}

/* A paintable begins with the frame; a widget's coordinates do not. */
static void
append_widget (GtkSnapshot *snapshot, GtkWidget *widget)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  graphene_rect_t bounds;

  neg_window_picture_get_bounds (widget, &bounds);
  gtk_snapshot_translate (snapshot, &bounds.origin);
  gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable),
                          gdk_paintable_get_intrinsic_height (paintable));
}

static void
append_popovers (NegWindowPicture *picture, GtkSnapshot *snapshot, GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    if (!gtk_widget_get_mapped (child))
      continue;
    if (GTK_IS_POPOVER (child)) {
      double x, y;

      find_origin (picture, GTK_NATIVE (child), &x, &y);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
      append_widget (snapshot, child);
      gtk_snapshot_restore (snapshot);
    }
    append_popovers (picture, snapshot, child);
  }
}

static GskRenderNode *
take_node (NegWindowPicture *picture)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gtk_snapshot_save (snapshot);
  append_widget (snapshot, picture->window);
  gtk_snapshot_restore (snapshot);
  append_popovers (picture, snapshot, picture->window);
  return gtk_snapshot_free_to_node (snapshot);
}

/* --- What is different --- */

typedef struct {
  cairo_region_t *region; /* of the window */
} Damage;

static void
add_bounds (Damage *damage, GskRenderNode *node, double dx, double dy)
{
  graphene_rect_t bounds;
  cairo_rectangle_int_t rectangle;

  gsk_render_node_get_bounds (node, &bounds);
  rectangle.x = (int) floor (CLAMP (bounds.origin.x + dx, -1e6, 1e6)) - 1;
  rectangle.y = (int) floor (CLAMP (bounds.origin.y + dy, -1e6, 1e6)) - 1;
  rectangle.width = (int) ceil (MIN (bounds.size.width, 1e6)) + 3;
  rectangle.height = (int) ceil (MIN (bounds.size.height, 1e6)) + 3;
  cairo_region_union_rectangle (damage->region, &rectangle);
}

static void find_damage (Damage *damage, GskRenderNode *old, GskRenderNode *new, double dx, double dy);

/* Children at the beginning and at the end that are the same object have not moved among the others. */
static void
find_damage_of_children (Damage *damage, GskRenderNode *old, GskRenderNode *new, double dx, double dy)
{
  guint n_old = gsk_container_node_get_n_children (old), n_new = gsk_container_node_get_n_children (new);
  guint first = 0, last = 0;

  if (n_old == n_new) {
    for (guint i = 0; i < n_old; i++)
      find_damage (damage, gsk_container_node_get_child (old, i), gsk_container_node_get_child (new, i), dx, dy);
    return;
  }
  while (first < MIN (n_old, n_new)
         && gsk_container_node_get_child (old, first) == gsk_container_node_get_child (new, first))
    first++;
  while (last < MIN (n_old, n_new) - first
         && gsk_container_node_get_child (old, n_old - 1 - last) == gsk_container_node_get_child (new, n_new - 1 - last))
    last++;
  for (guint i = first; i < n_old - last; i++)
    add_bounds (damage, gsk_container_node_get_child (old, i), dx, dy);
  for (guint i = first; i < n_new - last; i++)
    add_bounds (damage, gsk_container_node_get_child (new, i), dx, dy);
}

static gboolean
is_same_clip (GskRenderNode *old, GskRenderNode *new)
{
  return graphene_rect_equal (gsk_clip_node_get_clip (old), gsk_clip_node_get_clip (new));
}

static gboolean
is_same_rounded_clip (GskRenderNode *old, GskRenderNode *new)
{
  return memcmp (gsk_rounded_clip_node_get_clip (old), gsk_rounded_clip_node_get_clip (new), sizeof (GskRoundedRect)) == 0;
}

static gboolean
find_damage_of_moved (Damage *damage, GskRenderNode *old, GskRenderNode *new, double dx, double dy)
{
  GskTransform *transform = gsk_transform_node_get_transform (new);
  float x, y;

  if (!gsk_transform_equal (gsk_transform_node_get_transform (old), transform)
      || gsk_transform_get_category (transform) < GSK_TRANSFORM_CATEGORY_2D_TRANSLATE)
    return FALSE;
  gsk_transform_to_translate (transform, &x, &y);
  find_damage (damage, gsk_transform_node_get_child (old), gsk_transform_node_get_child (new), dx + x, dy + y);
  return TRUE;
}

/* FALSE: of what is inside nothing can be said. */
static gboolean
find_damage_inside (Damage *damage, GskRenderNode *old, GskRenderNode *new, double dx, double dy)
{
  if (gsk_render_node_get_node_type (old) != gsk_render_node_get_node_type (new))
    return FALSE;
  switch (gsk_render_node_get_node_type (new)) {
  case GSK_CONTAINER_NODE:
    find_damage_of_children (damage, old, new, dx, dy);
    return TRUE;
  case GSK_TRANSFORM_NODE:
    return find_damage_of_moved (damage, old, new, dx, dy);
  case GSK_CLIP_NODE:
    if (!is_same_clip (old, new))
      return FALSE;
    find_damage (damage, gsk_clip_node_get_child (old), gsk_clip_node_get_child (new), dx, dy);
    return TRUE;
  case GSK_ROUNDED_CLIP_NODE:
    if (!is_same_rounded_clip (old, new))
      return FALSE;
    find_damage (damage, gsk_rounded_clip_node_get_child (old), gsk_rounded_clip_node_get_child (new), dx, dy);
    return TRUE;
  case GSK_DEBUG_NODE:
    find_damage (damage, gsk_debug_node_get_child (old), gsk_debug_node_get_child (new), dx, dy);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
find_damage (Damage *damage, GskRenderNode *old, GskRenderNode *new, double dx, double dy)
{
  if (old == new || find_damage_inside (damage, old, new, dx, dy))
    return;
  add_bounds (damage, old, dx, dy);
  add_bounds (damage, new, dx, dy);
}

/* --- Drawing --- */

static void
clip_to (cairo_t *cr, cairo_region_t *region)
{
  cairo_rectangle_int_t piece;

  if (cairo_region_num_rectangles (region) > PIECES_MAX) {
    cairo_region_get_extents (region, &piece);
    cairo_rectangle (cr, piece.x, piece.y, piece.width, piece.height);
  } else {
    for (int i = 0; i < cairo_region_num_rectangles (region); i++) {
      cairo_region_get_rectangle (region, i, &piece);
      cairo_rectangle (cr, piece.x, piece.y, piece.width, piece.height);
    }
  }
  cairo_clip (cr);
}

static void
draw (NegWindowPicture *picture, cairo_region_t *region)
{
  cairo_t *cr = cairo_create (picture->surface);
  double scale, x_px, y_px;

  neg_window_picture_get_place (picture, &scale, &x_px, &y_px);
  cairo_translate (cr, x_px, y_px);
  cairo_scale (cr, scale, scale);
  if (region != NULL) {
    cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE); /* of the clip: a soft edge would leave traces */
    clip_to (cr, region);
    cairo_set_antialias (cr, CAIRO_ANTIALIAS_DEFAULT);
  }
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_paint (cr);
  gsk_render_node_draw (picture->node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (picture->surface);
}

gboolean
neg_window_picture_update (NegWindowPicture *picture)
{
  int width = gtk_widget_get_width (picture->window), height = gtk_widget_get_height (picture->window);
  gboolean is_same_size = width == picture->window_width && height == picture->window_height;
  GskRenderNode *old = picture->node, *node = take_node (picture);
  cairo_region_t *region = cairo_region_create ();
  gboolean changed = FALSE;

  if (node == old || node == NULL) {
    g_clear_pointer (&node, gsk_render_node_unref);
    cairo_region_destroy (region);
    return FALSE;
  }
  if (old != NULL && is_same_size)
    find_damage (&(Damage){ region }, old, node, 0, 0);
  picture->node = node;
  picture->window_width = width;
  picture->window_height = height;
  changed = old == NULL || !is_same_size || !cairo_region_is_empty (region);
  if (changed)
    draw (picture, old != NULL && is_same_size ? region : NULL);
  g_clear_pointer (&old, gsk_render_node_unref);
  cairo_region_destroy (region);
  return changed;
}
