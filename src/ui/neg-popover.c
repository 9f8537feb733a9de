#include "config.h"

#include "ui/neg-popover.h"

#include <math.h>

/* At least a pixel of it stays. */
static void
clamp (int *start, int *length, double low, double high)
{
  int first = (int) ceil (low), end = MAX (first + 1, (int) floor (high)), last = *start + *length;

  *start = CLAMP (*start, first, end - 1);
  *length = CLAMP (last, *start + 1, end) - *start;
}

/* Where a popover points outside of the window, it stands outside of it too; where that is on no monitor, GTK 4.8 has no
 * bounds to place it in (gdk_surface_get_layout_monitor). */
void
neg_popover_point_to (GtkPopover *popover, const GdkRectangle *place)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (popover));
  GdkRectangle seen = *place;
  graphene_rect_t bounds;

  for (GtkWidget *widget = parent; widget != NULL; widget = gtk_widget_get_parent (widget)) {
    if (gtk_widget_get_overflow (widget) != GTK_OVERFLOW_HIDDEN && !GTK_IS_ROOT (widget))
      continue;
    if (!gtk_widget_compute_bounds (widget, parent, &bounds))
      break;
    clamp (&seen.x, &seen.width, bounds.origin.x, bounds.origin.x + bounds.size.width);
    clamp (&seen.y, &seen.height, bounds.origin.y, bounds.origin.y + bounds.size.height);
  }
  gtk_popover_set_pointing_to (popover, &seen);
}
