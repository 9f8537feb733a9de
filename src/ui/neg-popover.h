/* Popovers that a key or an action opens. Thread: UI. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Points @popover at @place, in its parent's pixels, or, where scrolling or a small window leaves that out of sight, at
 * what is nearest to it in sight. */
void neg_popover_point_to (GtkPopover *popover, const GdkRectangle *place);

G_END_DECLS
