/* What a viewport shows as a picture of its own: drawn by imaging/, with or without texts, with or without the person.
 * Thread: any; what is given is only read. */
#pragma once

#include "model/neg-annotation.h"
#include "pipeline/neg-pixels.h"
#include "reading/neg-overlay.h"

G_BEGIN_DECLS

#define NEG_EXPORT_SIDE_MAX 16384

typedef enum {
  NEG_EXPORT_AS_SHOWN, /* what the viewport shows of it, and as large */
  NEG_EXPORT_IMAGE,    /* the whole image, turned as shown, one pixel (times factor) per pixel */
} NegExportSize;

typedef struct {
  NegExportSize size;
  guint factor;        /* of NEG_EXPORT_IMAGE: 1, 2, 4 */
  guint width, height; /* of NEG_EXPORT_AS_SHOWN */
  gboolean annotated;  /* else only the marks that must stay */
  gboolean measured;   /* annotations, and what a presentation state draws; words of them only where identified */
  gboolean identified; /* else no name, ID, date, description: see DESIGN.md */
} NegExportLook;

/* How large the picture will be; FALSE where there is no image or the picture would have no or too many pixels. */
gboolean neg_export_get_size (const NegViewState *state, const NegExportLook *look, guint *width, guint *height);

/* What is written on a picture of @width x @height; to be cleared by neg_overlay_clear(). @voi is what is drawn, NULL
 * for colour. @links (nullable): an overlay of the same view, as shown, from which the reference line, the point and the
 * prior's band are taken. */
void neg_export_init_overlay (NegOverlay *overlay, const NegViewState *state, const NegExportLook *look,
                              const NegVoi *voi, guint width, guint height, const NegOverlay *links);

/* The image at state->index, whose pixels are @pixels, as a picture whose memory is given (g_free its pixels); of
 * @width x @height where they are not 0 (a film's). @annotations (nullable, of NegAnnotation): those of this image are drawn
 * where the look wants them. @channels: 1, 3, or 0 for what the image is. */
gboolean neg_export_draw (const NegViewState *state, NegPixels *pixels, const NegExportLook *look,
                          const NegOverlay *links, const GPtrArray *annotations, guint width, guint height,
                          guint channels, NegPicture *picture, GError **error);

typedef enum {
  NEG_BURNED_IN_UNLIKELY,
  NEG_BURNED_IN_POSSIBLE, /* of a kind that often has the name in its pixels, or shows the person */
  NEG_BURNED_IN_STATED,   /* Burned In Annotation (0028,0301) is YES */
} NegBurnedIn;

NegBurnedIn neg_export_get_burned_in (const NegInstance *instance);

/* A file name that says nothing about the person: "ct-series-3-image-12", given, without suffix; without the image's
 * number when @whole. */
char *neg_export_dup_name (const NegViewState *state, gboolean whole);

G_END_DECLS
