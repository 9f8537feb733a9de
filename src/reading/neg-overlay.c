#include "config.h"

#include "reading/neg-overlay.h"

#include <math.h>

#include "reading/neg-overlay-private.h"

/* Of the height: long enough to measure by, and out of the way of the corners. */
#define SCALE_BAR_PART (1.0 / 3)

/* Beyond these no image of a person is: a slip of the writer, or a zoom where a bar says nothing. */
#define SCALE_BAR_MIN_MM 1e-3
#define SCALE_BAR_MAX_MM 1e4

/* The largest of 1, 2, 5 times a power of ten that is not above @limit_mm; ticks at whole steps. */
static double
round_down (double limit_mm, guint *parts)
{
  static const struct {
    double digit;
    guint parts;
  } steps[] = { { 5, 5 }, { 2, 4 }, { 1, 10 } };
  double power = pow (10, floor (log10 (limit_mm)));

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    *parts = steps[i].parts;
    /* Spacings are decimal text: what is 50 mm on paper is not to become 20 by its last binary digit. */
    if (steps[i].digit * power <= limit_mm * (1 + 1e-9))
      return steps[i].digit * power;
  }
  return power;
}

void
_neg_overlay_set_scale_bar (NegOverlay *overlay, double mm_per_px, const char *origin, guint height)
{
  double limit_mm = height * SCALE_BAR_PART * mm_per_px;
  g_autofree char *length = NULL;

  if (!(mm_per_px > 0 && limit_mm >= SCALE_BAR_MIN_MM && limit_mm <= SCALE_BAR_MAX_MM))
    return;
  overlay->has_scale_bar = TRUE;
  overlay->scale_bar_mm = round_down (limit_mm, &overlay->scale_bar_parts);
  overlay->scale_bar_px = overlay->scale_bar_mm / mm_per_px;
  length = neg_caption_dup_length (overlay->scale_bar_mm);
  overlay->scale_bar_text = origin != NULL ? g_strdup_printf ("%s %s", length, origin) : g_steal_pointer (&length);
}

static void
init_scale_bar (NegOverlay *overlay, const NegSeriesFrame *frame, const NegAffine *affine, guint height)
{
  double spacing_mm[2];
  NegCalibration calibration = neg_calibration_get (frame->instance, frame->frame, spacing_mm);

  /* One output pixel down, in the image: row spacing is the vertical distance (10.7.1.3). */
  if (calibration != NEG_CALIBRATION_NONE)
    _neg_overlay_set_scale_bar (overlay, hypot (affine->m[1] * spacing_mm[1], affine->m[4] * spacing_mm[0]),
                                neg_caption_get_calibration (calibration), height);
}

void
neg_overlay_init_for_view (NegOverlay *overlay, const NegViewState *state, const NegVoi *voi, guint width, guint height,
                           NegCaptionsLevel level)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);
  double magnification = neg_view_state_get_magnification (state, width, height);
  NegAffine affine;

  *overlay = (NegOverlay){ .has_line = FALSE };
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    overlay->corners[corner] = neg_caption_dup_corner (corner, level, state, voi, magnification);
  if (!neg_view_state_get_affine (state, width, height, &affine))
    return;
  if (level != NEG_CAPTIONS_NONE || state->mirrored || state->turns != 0)
    neg_letters_init (overlay->letters, frame->instance, frame->frame, &affine);
  if (level != NEG_CAPTIONS_NONE)
    init_scale_bar (overlay, frame, &affine, height);
}

/* From image coordinates to output pixels. */
static gboolean
to_output (const NegAffine *affine, const double image_px[2], double output_px[2])
{
  const double *m = affine->m;
  double determinant = m[0] * m[4] - m[1] * m[3];
  double x = image_px[0] - m[2], y = image_px[1] - m[5];

  output_px[0] = (m[4] * x - m[1] * y) / determinant;
  output_px[1] = (m[0] * y - m[3] * x) / determinant;
  return isfinite (output_px[0]) && isfinite (output_px[1]);
}

static void
init_links (NegOverlay *overlay, NegReading *reading, guint cell, const NegAffine *affine)
{
  double from_px[2], to_px[2];

  overlay->has_line = neg_reading_get_line (reading, cell, from_px, to_px)
                      && to_output (affine, from_px, overlay->line) && to_output (affine, to_px, overlay->line + 2);
  overlay->has_point = neg_reading_get_point (reading, cell, from_px) && to_output (affine, from_px, overlay->point);
}

/* Against the newest study that is newer: they are sorted, but a date that is none may come first. */
static char *
dup_prior_band (const NegPatient *patient, const NegInstance *shown)
{
  const char *shown_uid = shown->study_uid != NULL ? shown->study_uid : "";
  char *band = NULL;

  for (guint i = 0; patient != NULL && band == NULL && i < patient->studies->len; i++) {
    const NegStudy *study = g_ptr_array_index (patient->studies, i);

    if (g_strcmp0 (study->study_uid, shown_uid) != 0)
      band = neg_caption_dup_prior (shown, study->instance);
  }
  return band;
}

char *
_neg_overlay_dup_band (const NegPatient *patient, const NegInstance *shown, NegCaptionsLevel level)
{
  const NegStudy *study = neg_patient_find_study (patient, shown->study_uid);
  g_autofree char *prior = dup_prior_band (patient, shown);
  g_autofree char *known = NULL;

  if (study == NULL || !(study->other_id || study->other_name))
    return g_steal_pointer (&prior);
  known = neg_caption_dup_known_as (shown, study->other_id, study->other_name, level != NEG_CAPTIONS_NONE);
  return prior != NULL ? g_strdup_printf ("%s · %s", prior, known) : g_steal_pointer (&known);
}

void
neg_overlay_init (NegOverlay *overlay, NegReading *reading, guint cell, const NegVoi *voi, guint width, guint height,
                  NegCaptionsLevel level)
{
  const NegViewState *state = neg_reading_get_state (reading, cell);
  NegAffine affine;

  neg_overlay_init_for_view (overlay, state, voi, width, height, level);
  if (!neg_view_state_get_affine (state, width, height, &affine))
    return;
  init_links (overlay, reading, cell, &affine);
  overlay->prior_band
      = _neg_overlay_dup_band (neg_reading_get_patient (reading), neg_view_state_get_frame (state)->instance, level);
}

void
neg_overlay_clear (NegOverlay *overlay)
{
  for (NegCorner corner = 0; corner < NEG_N_CORNERS; corner++)
    g_free (overlay->corners[corner]);
  g_free (overlay->scale_bar_text);
  g_free (overlay->prior_band);
  *overlay = (NegOverlay){ .has_line = FALSE };
}

static guint
count_lines (const char *text)
{
  guint n = text != NULL && *text != '\0';

  for (const char *at = text; n > 0 && *at != '\0'; at++)
    n += *at == '\n';
  return n;
}

/* Between what the corners on the right leave free, as near to the middle as can be. */
static void
place_scale_bar (const NegOverlay *overlay, guint height, double right_px, double margin_px, double line_px,
                 NegOverlayPlaces *places)
{
  double top = places->corners_px[NEG_CORNER_TOP_RIGHT][1]
               + count_lines (overlay->corners[NEG_CORNER_TOP_RIGHT]) * line_px + margin_px;
  double bottom = places->corners_px[NEG_CORNER_BOTTOM_RIGHT][1]
                  - count_lines (overlay->corners[NEG_CORNER_BOTTOM_RIGHT]) * line_px - margin_px;
  double needed = overlay->scale_bar_px + margin_px / 2 + line_px;
  double start = CLAMP ((height - overlay->scale_bar_px) / 2, top, MAX (top, bottom - needed));

  places->has_scale_bar = overlay->has_scale_bar && start + needed <= bottom;
  if (!places->has_scale_bar)
    return;
  places->scale_bar_px[0] = places->scale_bar_px[2] = right_px;
  places->scale_bar_px[1] = start;
  places->scale_bar_px[3] = start + overlay->scale_bar_px;
  places->scale_bar_text_px[0] = right_px;
  places->scale_bar_text_px[1] = places->scale_bar_px[3] + margin_px / 2;
}

void
neg_overlay_get_places (const NegOverlay *overlay, guint width, guint height, double margin_px, double line_px,
                        NegOverlayPlaces *places)
{
  double band_px = overlay->prior_band != NULL ? line_px + margin_px : 0;
  double top = band_px + margin_px, right = width - margin_px, bottom = height - margin_px;
  double middle = (band_px + height) / 2;

  *places = (NegOverlayPlaces){
    .band_px = band_px,
    .corners_px = { [NEG_CORNER_TOP_LEFT] = { margin_px, top },
                    [NEG_CORNER_TOP_RIGHT] = { right, top },
                    [NEG_CORNER_BOTTOM_LEFT] = { margin_px, bottom },
                    [NEG_CORNER_BOTTOM_RIGHT] = { right, bottom } },
    .letters_px = { [NEG_EDGE_TOP] = { width / 2.0, top },
                    [NEG_EDGE_RIGHT] = { right, middle },
                    [NEG_EDGE_BOTTOM] = { width / 2.0, bottom },
                    [NEG_EDGE_LEFT] = { margin_px, middle } },
  };
  place_scale_bar (overlay, height, right, margin_px, line_px, places);
  /* The bar stands where the letters of the right edge would. */
  if (places->has_scale_bar)
    places->letters_px[NEG_EDGE_RIGHT][0] -= line_px / 2 + margin_px / 2;
}
