/* What is drawn above an image, as plain values: the viewport, an export and `render` draw the same. Lengths and places
 * are output pixels, texts UTF-8 of one line per line.
 *
 * Levels (neg-captions.h): scale bar and orientation letters belong to the overlay and go with it. What could make a
 * picture be read wrongly without it stays at every level: the marks LOSSY, INVERTED, MIRRORED, the band of a prior,
 * and the letters of a picture that is turned or mirrored. Reference line and point have switches of their own.
 * Thread: any, but neg_overlay_init(), which asks the session: main. */
#pragma once

#include "reading/neg-captions.h"
#include "reading/neg-letters.h"
#include "reading/neg-reading.h"
#include "reading/neg-volume-reading.h"

G_BEGIN_DECLS

typedef struct {
  char *corners[NEG_N_CORNERS]; /* never NULL after init */
  char letters[NEG_N_EDGES][NEG_LETTERS_BYTES]; /* by NegEdge, as seen; "" where nobody knows */

  gboolean has_scale_bar; /* upright: of what is seen from top to bottom */
  double scale_bar_px, scale_bar_mm;
  guint scale_bar_parts; /* between ticks, each of 1 or 5 times a power of ten */
  char *scale_bar_text;  /* "5 cm", "5 cm at the detector": where a length comes from when not from the patient */

  gboolean has_line; /* where the image of the active viewport cuts this one */
  double line[4];    /* x, y of both ends */
  gboolean has_point; /* the same point of the patient everywhere */
  double point[2];

  char *prior_band; /* "PRIOR · 2024-03-02 · 2 y 3 m before · known as ID 4711 then"; NULL: none */
} NegOverlay;

/* @voi is what is drawn, NULL for colour or while there is no image. */
void neg_overlay_init (NegOverlay *overlay, NegReading *reading, guint cell, const NegVoi *voi, guint width,
                       guint height, NegCaptionsLevel level);

/* The same without what other viewports and studies have to say: no line, point or band. */
void neg_overlay_init_for_view (NegOverlay *overlay, const NegViewState *state, const NegVoi *voi, guint width,
                                guint height, NegCaptionsLevel level);

/* Of a plane or slab out of a volume: where the image would be described it says which plane, where, how thick, and at every
 * level what of the volume is missing. */
void neg_overlay_init_for_plane (NegOverlay *overlay, NegReading *reading, NegVolumeReading *volumes, NegMprPlane plane,
                                 const NegVoi *voi, guint width, guint height, NegCaptionsLevel level);

/* The same without a session: @nearest is the image that is, @place what stands in its corner; @reformat NULL: nobody knows
 * which plane it is. */
void neg_overlay_init_for_reformat (NegOverlay *overlay, const NegViewState *nearest, const NegReformat *reformat,
                                    const char *place, const NegVoi *voi, guint height, NegCaptionsLevel level);
void neg_overlay_clear (NegOverlay *overlay);

/* Where it goes, for text with lines @line_px high: corner texts in the corners, below the band; letters in the middle
 * of the edges; the scale bar at the right edge with its text below, unless the texts of the corners leave no room. */
typedef struct {
  double band_px;                        /* height of the band across the top; 0: none */
  double corners_px[NEG_N_CORNERS][2];   /* the corner of the text that is nearest to the viewport's corner */
  double letters_px[NEG_N_EDGES][2];     /* the middle of that side of the text which is towards the edge */
  gboolean has_scale_bar;
  double scale_bar_px[4];                /* x, top, x, bottom; ticks go to the left, half a line long */
  double scale_bar_text_px[2];           /* the text's top right corner */
} NegOverlayPlaces;

void neg_overlay_get_places (const NegOverlay *overlay, guint width, guint height, double margin_px, double line_px,
                             NegOverlayPlaces *places);

G_END_DECLS
