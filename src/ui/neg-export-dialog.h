/* What is shown, as a file for elsewhere: what, how large, and whether the person's name goes with it. Nothing leaves
 * without that question; its safe answer is the default. Progress, cancel and a true last word are in the same window.
 * Thread: main. */
#pragma once

#include <gtk/gtk.h>

#include "pipeline/neg-frame-store.h"
#include "reading/neg-annotations.h"
#include "reading/neg-cine.h"
#include "reading/neg-reading.h"

G_BEGIN_DECLS

#define NEG_TYPE_EXPORT_DIALOG (neg_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (NegExportDialog, neg_export_dialog, NEG, EXPORT_DIALOG, GtkWindow)

/* For what @cell shows now, which is kept: changing the cell later changes nothing here. @width_px x @height_px: of the
 * viewport, device pixels. @cine (nullable): rate and range of a film; else as the file says, @default_hz where it says
 * nothing. @annotations (nullable): as they are now. NULL where the cell shows no image. */
GtkWindow *neg_export_dialog_new (GtkWindow *parent, NegReading *reading, guint cell, NegFrameStore *store,
                                  NegAnnotations *annotations, guint width_px, guint height_px, const NegCine *cine,
                                  double default_hz);

/* Those of the study, of NegAnnotation; given, NULL without any. */
GPtrArray *neg_export_list_annotations (NegAnnotations *annotations, const char *study_uid);

/* The view as on screen, annotated and measured, without the person, into the clipboard; it is taken out again after a minute.
 * NEG_ERROR_BUSY while the image is not decoded; NEG_ERROR_REFUSED where the pixels themselves may name the person: the
 * dialog asks about those. */
gboolean neg_export_copy (GdkClipboard *clipboard, NegReading *reading, guint cell, NegFrameStore *store,
                          NegAnnotations *annotations, guint width_px, guint height_px, GError **error);

G_END_DECLS
