#include "config.h"

#include "reading/neg-captions.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "reading/neg-preset.h"
#include "reading/neg-view-presentation.h"

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

/* PS3.5 6.2.1.1: family, given, middle, prefix, suffix. */
#define SUFFIX 4

/* "Family, Prefix Given Middle, Suffix" without what is empty. */
static char *
person_group_to_text (const char *group)
{
  g_auto (GStrv) parts = g_strsplit (group, "^", 5);
  guint n = g_strv_length (parts);
  GString *text = g_string_new (n > 0 ? parts[0] : "");
  const guint order[] = { 3, 1, 2, SUFFIX };

  g_strstrip (text->str);
  text->len = strlen (text->str);
  for (guint i = 0, added = 0; i < G_N_ELEMENTS (order); i++) {
    const char *part = order[i] < n ? g_strstrip (parts[order[i]]) : "";
    const char *separator = added > 0 && order[i] != SUFFIX ? " " : text->len > 0 ? ", " : "";

    if (*part == '\0')
      continue;
    g_string_append_printf (text, "%s%s", separator, part);
    added++;
  }
  return g_string_free (text, FALSE);
}

char *
neg_caption_dup_person (const char *person_name)
{
  g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_NAME, person_name);
  g_auto (GStrv) groups = g_strsplit (clean, "=", 3);
  g_autofree char *alphabetic = person_group_to_text (groups[0] != NULL ? groups[0] : "");
  g_autofree char *ideographic = NULL;

  if (groups[0] != NULL && groups[1] != NULL)
    ideographic = person_group_to_text (groups[1]);
  if (is_empty (ideographic))
    return g_steal_pointer (&alphabetic);
  if (is_empty (alphabetic))
    return g_steal_pointer (&ideographic);
  return g_strdup_printf ("%s (%s)", alphabetic, ideographic);
}

static char *
dup_birth (const NegInstance *instance)
{
  g_autofree char *date = neg_caption_dup_date (instance->patient_birth_date);
  g_autofree char *age = neg_caption_dup_age (instance);
  g_autofree char *sex = neg_text_dup_shown (NEG_TEXT_SITE, instance->patient_sex);
  g_autofree char *about = g_strdup_printf ("%s%s%s", age ? age : "", age && *sex ? ", " : "", sex);

  if (!is_empty (date))
    return g_strdup_printf (*about ? _ ("born %s (%s)") : _ ("born %s"), date, about);
  return g_steal_pointer (&about);
}

static void
add_part (GString *line, const char *separator, const char *text)
{
  if (is_empty (text))
    return;
  if (line->len > 0)
    g_string_append (line, separator);
  g_string_append (line, text);
}

static char *
dup_patient (const NegInstance *instance, const char *separator)
{
  g_autofree char *name = neg_caption_dup_person (instance->patient_name);
  g_autofree char *id = neg_text_dup_shown (NEG_TEXT_ID, instance->patient_id);
  g_autofree char *id_text = *id ? g_strdup_printf (_ ("ID %s"), id) : NULL;
  g_autofree char *birth = dup_birth (instance);
  GString *text = g_string_new (*name ? name : _ ("(no name)"));

  add_part (text, separator, id_text);
  add_part (text, separator, birth);
  return g_string_free (text, FALSE);
}

char *
neg_caption_dup_patient (const NegInstance *instance)
{
  return dup_patient (instance, " · ");
}

static char *
dup_study_moment (const NegInstance *instance)
{
  g_autofree char *date = neg_caption_dup_date (instance->study_date);
  g_autofree char *time = neg_caption_dup_time (instance->study_time);
  GString *text = g_string_new (NULL);

  add_part (text, " ", date);
  add_part (text, " ", time);
  return g_string_free (text, FALSE);
}

char *
neg_caption_dup_study (const NegInstance *instance)
{
  g_autofree char *moment = dup_study_moment (instance);
  g_autofree char *description = neg_text_dup_shown (NEG_TEXT_FREE, instance->study_description);
  g_autofree char *accession = neg_text_dup_shown (NEG_TEXT_ACCESSION, instance->accession_number);
  g_autofree char *accession_text = *accession ? g_strdup_printf (_ ("accession %s"), accession) : NULL;
  GString *text = g_string_new (NULL);

  add_part (text, " · ", moment);
  add_part (text, " · ", description);
  add_part (text, " · ", accession_text);
  return g_string_free (text, FALSE);
}

/* As many decimals as tell two neighbouring windows apart, no more. */
static char *
dup_number (double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  double size = fabs (value);

  if (fabs (value - round (value)) < 1e-6 && size < 1e9)
    g_snprintf (digits, sizeof digits, "%.0f", round (value) + 0.0);
  else
    g_ascii_formatd (digits, sizeof digits,
                     size >= 1e9   ? "%.6g"
                     : size >= 100 ? "%.0f"
                     : size >= 1   ? "%.1f"
                                   : "%.3g",
                     value);
  return g_strdup (digits);
}

char *
neg_caption_dup_window (double center, double width)
{
  g_autofree char *center_text = dup_number (center);
  g_autofree char *width_text = dup_number (width);

  return g_strdup_printf (_ ("C %s W %s"), center_text, width_text);
}

static char *
dup_shown_window (const NegViewState *state, const NegSeriesFrame *frame, const NegVoi *voi)
{
  g_autofree char *explanation = NULL;
  g_autofree char *window = NULL;
  NegPreset preset;

  /* Only what is drawn is named: a window that PS3.3 does not allow is passed over when drawing. */
  if (!state->has_window
      && neg_view_state_look_up_preset (state, neg_view_state_is_presented (state) ? state->preset
                                                                                 : neg_view_state_get_preset (state),
                                        &preset)
      && (voi->lut != NULL ? preset.is_lut : preset.center == voi->center && preset.width == voi->width))
    explanation = neg_text_dup_shown (NEG_TEXT_FREE, preset.explanation);
  if (voi->lut != NULL)
    return is_empty (explanation) ? g_strdup (_ ("VOI LUT")) : g_strdup_printf (_ ("VOI LUT (%s)"), explanation);
  window = neg_caption_dup_window (voi->center, voi->width);
  if (is_empty (explanation))
    return g_steal_pointer (&window);
  return g_strdup_printf ("%s (%s)", window, explanation);
}

/* The last of the values that successive compressions have left; given. */
static char *
dup_last_value (const char *values)
{
  g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_SITE, values);
  const char *last = strrchr (clean, '\\');

  return g_strdup (last != NULL ? last + 1 : clean);
}

/* C.7.6.1.1.5.1: the standard's number, as people know it; nothing for another term: the mark stands on pictures without a
 * name too, where no free text of the file may be. Given. */
static char *
dup_method (const NegInstance *instance)
{
  static const char *const names[][2] = { { "ISO_10918_1", "JPEG" },     { "ISO_14495_1", "JPEG-LS" },
                                          { "ISO_15444_1", "JPEG 2000" }, { "ISO_15444_15", "HTJ2K" },
                                          { "ISO_13818_2", "MPEG-2" },   { "ISO_14496_10", "H.264" },
                                          { "ISO_23008_2", "H.265" },    { "ISO_18181_1", "JPEG XL" } };
  g_autofree char *last = dup_last_value (instance->lossy_method);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (last, names[i][0]) == 0)
      return g_strdup (names[i][1]);
  return g_strdup ("");
}

/* BIR 4.16.4.2.2.5.8: an image that was ever compressed with loss says so for as long as it is on screen. */
static char *
dup_lossy (const NegInstance *instance)
{
  g_autofree char *ratio = dup_last_value (instance->lossy_ratio);
  g_autofree char *method = dup_method (instance);
  GString *text;

  if (!instance->lossy)
    return NULL;
  text = g_string_new (NULL);
  if (is_empty (ratio))
    g_string_append (text, _ ("LOSSY"));
  else
    g_string_append_printf (text, _ ("LOSSY %s:1"), ratio);
  add_part (text, " ", method);
  return g_string_free (text, FALSE);
}

/* Image Type value 1 (C.7.6.1.1.2), of a frame its Frame Type: what was computed from other pixels says so. */
static gboolean
is_derived (const NegSeriesFrame *frame)
{
  const NegInstance *instance = frame->instance;
  const NegFrameInfo *info
      = instance->n_frame_infos > 0 ? neg_instance_get_frame_info (instance, frame->frame) : NULL;
  const char *type = info != NULL && !is_empty (info->frame_type) ? info->frame_type : instance->image_type;

  return type != NULL && strncmp (type, "DERIVED", 7) == 0 && (type[7] == '\0' || type[7] == '\\');
}

static char *
dup_position (const NegViewState *state)
{
  const NegSliceGroup *geometry = neg_series_get_geometry (state->series);

  if (geometry == NULL || geometry->n != neg_view_state_get_n_frames (state))
    return NULL;
  return g_strdup_printf (_ ("position %.1f mm"), geometry->distances_mm[state->index]);
}

static char *
dup_thickness (const NegInstance *instance)
{
  if (!isfinite (instance->slice_thickness_mm) || instance->slice_thickness_mm <= 0)
    return NULL;
  return g_strdup_printf (_ ("thickness %.4g mm"), instance->slice_thickness_mm);
}

static char *
corner_of_series (const NegViewState *state, const NegSeriesFrame *frame)
{
  g_autofree char *study = neg_text_dup_shown (NEG_TEXT_FREE, frame->instance->study_description);
  g_autofree char *moment = dup_study_moment (frame->instance);
  g_autofree char *title = neg_text_dup_shown (NEG_TEXT_FREE, neg_series_get_title (state->series));
  GString *text = g_string_new (NULL);

  add_part (text, "\n", study);
  add_part (text, "\n", moment);
  add_part (text, "\n", title);
  return g_string_free (text, FALSE);
}

static char *
corner_of_image (const NegViewState *state, const NegSeriesFrame *frame, NegCaptionsLevel level)
{
  g_autofree char *number = g_strdup_printf (_ ("image %u/%u"), state->index + 1, neg_view_state_get_n_frames (state));
  g_autofree char *lossy = dup_lossy (frame->instance);
  GString *text = g_string_new (lossy);

  if (level == NEG_CAPTIONS_ALL) {
    g_autofree char *modality = neg_text_dup_shown (NEG_TEXT_SITE, frame->instance->modality);
    g_autofree char *position = dup_position (state);
    g_autofree char *thickness = dup_thickness (frame->instance);

    add_part (text, "\n", thickness);
    add_part (text, "\n", position);
    add_part (text, "\n", modality);
    if (*modality != '\0')
      g_string_append (text, "  ");
    else if (text->len > 0)
      g_string_append_c (text, '\n');
    g_string_append (text, number);
  } else if (level == NEG_CAPTIONS_ESSENTIAL) {
    add_part (text, "\n", number);
  }
  if (level != NEG_CAPTIONS_NONE && is_derived (frame))
    add_part (text, "  ", _ ("derived"));
  return g_string_free (text, FALSE);
}

static char *
corner_of_view (const NegViewState *state, const NegSeriesFrame *frame, const NegVoi *voi, double magnification,
                NegCaptionsLevel level)
{
  g_autofree char *window = voi != NULL ? dup_shown_window (state, frame, voi) : NULL;
  GString *text = g_string_new (state->inverted ? _ ("INVERTED") : NULL);

  /* Somebody else's grey levels and cover, not the image's own. */
  if (neg_view_state_is_presented (state))
    add_part (text, "\n", state->presentation->n_undrawn > 0 ? _ ("PRESENTATION STATE, DRAWINGS MISSING")
                                                            : _ ("PRESENTATION STATE"));
  /* Seen from behind: left and right are not where the eye expects them, whatever the letters say. */
  add_part (text, "\n", state->mirrored ? _ ("MIRRORED") : NULL);
  if (level == NEG_CAPTIONS_NONE)
    return g_string_free (text, FALSE);
  if (level == NEG_CAPTIONS_ALL && state->turns != 0) {
    g_autofree char *turned = g_strdup_printf (_ ("turned %u°"), (state->turns & 3) * 90);

    add_part (text, "\n", turned);
  }
  if (level == NEG_CAPTIONS_ALL && magnification > 0) {
    g_autofree char *zoom = g_strdup_printf (_ ("zoom %.0f %%"), magnification * 100);

    add_part (text, "\n", zoom);
  }
  add_part (text, "\n", window);
  return g_string_free (text, FALSE);
}

char *
neg_caption_dup_corner (NegCorner corner, NegCaptionsLevel level, const NegViewState *state, const NegVoi *voi,
                        double magnification)
{
  const NegSeriesFrame *frame = neg_view_state_get_frame (state);

  if (frame == NULL)
    return g_strdup ("");
  if (corner == NEG_CORNER_BOTTOM_LEFT)
    return corner_of_image (state, frame, level);
  if (corner == NEG_CORNER_BOTTOM_RIGHT)
    return corner_of_view (state, frame, voi, magnification, level);
  if (level == NEG_CAPTIONS_NONE)
    return g_strdup ("");
  if (corner == NEG_CORNER_TOP_LEFT)
    return dup_patient (frame->instance, "\n");
  return level == NEG_CAPTIONS_ALL ? corner_of_series (state, frame) : g_strdup ("");
}

const char *
neg_caption_get_calibration (NegCalibration calibration)
{
  switch (calibration) {
  case NEG_CALIBRATION_GEOMETRY:
    return _ ("corrected for magnification");
  case NEG_CALIBRATION_FIDUCIAL:
    return _ ("calibrated by an object");
  case NEG_CALIBRATION_CORRECTED:
    return _ ("corrected, not said how");
  case NEG_CALIBRATION_DETECTOR:
    return _ ("at the detector");
  case NEG_CALIBRATION_UNKNOWN:
    return _ ("of unknown origin");
  case NEG_CALIBRATION_REGION:
    return _ ("calibrated region");
  case NEG_CALIBRATION_PATIENT:
  case NEG_CALIBRATION_NONE:
  default:
    return NULL;
  }
}

char *
neg_caption_dup_known_as (const NegInstance *shown, gboolean other_id, gboolean other_name, gboolean identified)
{
  g_autofree char *name = other_name ? neg_caption_dup_person (shown->patient_name) : NULL;
  g_autofree char *id = other_id ? neg_text_dup_shown (NEG_TEXT_ID, shown->patient_id) : NULL;

  if (!identified || (is_empty (name) && is_empty (id)))
    return g_strdup (_ ("known otherwise then"));
  if (is_empty (name))
    return g_strdup_printf (_ ("known as ID %s then"), id);
  if (is_empty (id))
    return g_strdup_printf (_ ("known as %s then"), name);
  return g_strdup_printf (_ ("known as %s, ID %s, then"), name, id);
}

/* Whole numbers are enough for what is 1, 2 or 5 times a power of ten. */
char *
neg_caption_dup_length (double length_mm)
{
  if (length_mm >= 20)
    return g_strdup_printf (_ ("%.0f cm"), length_mm / 10);
  if (length_mm >= 1)
    return g_strdup_printf (_ ("%.0f mm"), length_mm);
  return g_strdup_printf (_ ("%.0f µm"), length_mm * 1000);
}
