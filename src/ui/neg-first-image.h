/* Shows a window that is loading with its first image in it: laying out and drawing a whole window only to say "loading"
 * takes longer than the image does. Thread: main. */
#pragma once

#include "ui/neg-main-window.h"

G_BEGIN_DECLS

/* Presents @window when its active viewport has its image or knows that there will be none, when nothing is loading any
 * more, and after @limit_ms in any case. Returns at once. */
void neg_first_image_present (NegMainWindow *window, guint limit_ms);

G_END_DECLS
