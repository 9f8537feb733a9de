/* The narrow strip of buttons beside the images. It knows the names of actions only: who owns them installs them on a
 * widget above; a stateful one (boolean) shows its state. Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "ui/neg-keymap.h"

G_BEGIN_DECLS

#define NEG_TYPE_TOOL_STRIP (neg_tool_strip_get_type ())
G_DECLARE_FINAL_TYPE (NegToolStrip, neg_tool_strip, NEG, TOOL_STRIP, GtkWidget)

GtkWidget *neg_tool_strip_new (void);

/* Whose keys the tooltips name; nullable. */
void neg_tool_strip_set_keymap (NegToolStrip *strip, NegKeymap *keymap);

/* What the chooser of rows and columns starts with. */
void neg_tool_strip_set_grid (NegToolStrip *strip, guint rows, guint columns);

/* Opens it; choosing activates "layout.grid" with "RxC". */
void neg_tool_strip_choose_grid (NegToolStrip *strip);

/* The chooser's popover; borrowed. Closed without a choice, it leaves the focus on its button. */
GtkPopover *neg_tool_strip_get_popover (NegToolStrip *strip);

G_END_DECLS
