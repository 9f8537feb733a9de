#include "config.h"

#include "ui/neg-player-picture.h"

#define WIDTH_MIN 160
#define WIDTH_MAX 8192

struct _NegPlayerPicture {
  GtkWidget parent_instance;

  GdkTexture *texture; /* nullable */
};

G_DEFINE_FINAL_TYPE (NegPlayerPicture, neg_player_picture, GTK_TYPE_WIDGET)

/* Width by height; of screens where there is no picture yet, so that little moves when it comes. */
static double
get_ratio (NegPlayerPicture *self)
{
  return self->texture != NULL ? (double) gdk_texture_get_width (self->texture) / gdk_texture_get_height (self->texture)
                               : 16.0 / 10;
}

static GtkSizeRequestMode
neg_player_picture_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
neg_player_picture_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                            int *minimum_baseline, int *natural_baseline)
{
  NegPlayerPicture *self = NEG_PLAYER_PICTURE (widget);
  double ratio = get_ratio (self);

  *minimum_baseline = *natural_baseline = -1;
  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = *natural = WIDTH_MIN;
  } else { /* the least height may not grow with the width */
    *minimum = (int) (WIDTH_MIN / ratio);
    *natural = (int) (CLAMP (for_size, WIDTH_MIN, WIDTH_MAX) / ratio + 0.5);
  }
}

static void
neg_player_picture_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  NegPlayerPicture *self = NEG_PLAYER_PICTURE (widget);
  double width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget), ratio = get_ratio (self);
  double shown_width = MIN (width, height * ratio), shown_height = shown_width / ratio;

  gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0, 0, 0, 1 }, &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (self->texture != NULL && width > 0 && height > 0)
    gtk_snapshot_append_texture (snapshot, self->texture,
                                 &GRAPHENE_RECT_INIT ((width - shown_width) / 2, (height - shown_height) / 2, shown_width, shown_height));
}

void
neg_player_picture_set_texture (NegPlayerPicture *self, GdkTexture *texture)
{
  double before;

  g_return_if_fail (NEG_IS_PLAYER_PICTURE (self));

  before = get_ratio (self);
  if (!g_set_object (&self->texture, texture))
    return;
  if (get_ratio (self) != before)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
neg_player_picture_set_fills (NegPlayerPicture *self, gboolean fills)
{
  g_return_if_fail (NEG_IS_PLAYER_PICTURE (self));

  gtk_widget_set_vexpand (GTK_WIDGET (self), fills);
}

static void
neg_player_picture_dispose (GObject *object)
{
  g_clear_object (&NEG_PLAYER_PICTURE (object)->texture);
  G_OBJECT_CLASS (neg_player_picture_parent_class)->dispose (object);
}

static void
neg_player_picture_class_init (NegPlayerPictureClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = neg_player_picture_dispose;
  widget_class->get_request_mode = neg_player_picture_get_request_mode;
  widget_class->measure = neg_player_picture_measure;
  widget_class->snapshot = neg_player_picture_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "neg-player-picture");
}

static void
neg_player_picture_init (NegPlayerPicture *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
neg_player_picture_new (void)
{
  return g_object_new (NEG_TYPE_PLAYER_PICTURE, NULL);
}
