#include "config.h"

#include "ui/neg-viewport-private.h"

#define SIDE_PX 240 /* logical */
#define FACTOR 2.5

/* Always by the processor: it is small, and lies over the canvas of either kind. */
void
_neg_viewport_snapshot_magnifier (NegViewport *self, GtkSnapshot *snapshot)
{
  static const GdkRGBA line = { 0.36, 0.61, 0.84, 1 };
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  g_autoptr (GdkTexture) texture = NULL;
  GskRoundedRect frame;
  graphene_rect_t area;
  NegDraw draw;

  if (!self->has_magnifier || !_neg_viewport_prepare (self, &draw)
      || !neg_view_state_get_magnifier (_neg_viewport_get_state (self), neg_viewport_get_width_px (self),
                                        neg_viewport_get_height_px (self), self->magnifier_x * scale,
                                        self->magnifier_y * scale, SIDE_PX * scale, FACTOR, &draw.output_to_image))
    return;
  if (self->magnifier == NULL)
    self->magnifier = neg_cpu_canvas_new ();
  texture = neg_cpu_canvas_draw (self->magnifier, &draw, self->pixels, SIDE_PX * scale, SIDE_PX * scale, NULL);
  if (texture == NULL)
    return;
  area = GRAPHENE_RECT_INIT (self->magnifier_x - SIDE_PX / 2.0, self->magnifier_y - SIDE_PX / 2.0, SIDE_PX, SIDE_PX);
  gsk_rounded_rect_init_from_rect (&frame, &area, 0);
  gtk_snapshot_append_texture (snapshot, texture, &area);
  gtk_snapshot_append_border (snapshot, &frame, (float[4]){ 2, 2, 2, 2 }, (GdkRGBA[4]){ line, line, line, line });
}
