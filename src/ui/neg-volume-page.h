/* The page of the context pane about planes of a volume: slab, what is shared, what is laid over, the fourth viewport.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

#define NEG_TYPE_VOLUME_PAGE (neg_volume_page_get_type ())
G_DECLARE_FINAL_TYPE (NegVolumePage, neg_volume_page, NEG, VOLUME_PAGE, GtkWidget)

/* Signals: "show-requested" (): planes are wanted while none are shown;
 *          "failed" (const GError *error): a series cannot be laid over. */
NegVolumePage *neg_volume_page_new (NegReading *reading);

void neg_volume_page_set_volumes (NegVolumePage *page, NegVolumeReading *volumes); /* nullable */
void neg_volume_page_set_plane (NegVolumePage *page, NegMprPlane plane); /* the active one */

G_END_DECLS
