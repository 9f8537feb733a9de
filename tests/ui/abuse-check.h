/* What must hold at any moment, whatever hands do. */
#pragma once

#include "ui/neg-main-window.h"

G_BEGIN_DECLS

typedef struct {
  guint n_pixels, n_failures, n_paints, n_pictures; /* what there was to look at */
  guint n_planes, n_plane_pictures; /* looks at planes of a volume; those that were drawn again */
  guint n_of_entries; /* looks at a patient of the reading list */
} AbuseSeen;

/* After any event, painted or not. What is wrong, given; NULL when nothing is. */
char *abuse_check (NegMainWindow *window, AbuseSeen *seen);

/* After a paint: what is in the window now. @thorough: draws every picture once more and compares. */
char *abuse_check_painted (NegMainWindow *window, gboolean thorough, AbuseSeen *seen);

G_END_DECLS
