#include "config.h"

#include "engine/neg-dataset-private.hh"

#include <cmath>
#include <cstring>

namespace neg {

static void
read_layout (const Reading &reading)
{
  const NegLayout *layout = reading.layout;
  NegInstance *instance = reading.instance;

  if (!layout->has_pixels)
    return;
  instance->rows = layout->rows;
  instance->columns = layout->columns;
  instance->samples = layout->samples;
  instance->frames = layout->frames;
  instance->bits_allocated = layout->bits_allocated;
  instance->bits_stored = layout->is_float ? layout->bits_allocated : layout->bits_stored;
  instance->high_bit = layout->is_float ? layout->bits_allocated - 1 : layout->high_bit;
  instance->is_signed = layout->is_signed;
  instance->is_float = layout->is_float;
  instance->planar = layout->planar;
  instance->photometric = layout->photometric[0] != '\0' ? g_utf8_make_valid (layout->photometric, -1) : nullptr;
}

/* Values of padding are US or SS as Pixel Representation says, whatever VR an implicit or careless writer leaves us
 * with (C.7.5.1.1.2). A writer that left a negative value in Bits Stored bits unextended means the negative value. */
static bool
read_padding_word (const Reading &reading, const Item &root, const DcmTagKey &tag, double *target)
{
  const NegLayout *layout = reading.layout;
  std::vector<guint16> words;
  gint32 value;

  if (!root.has (tag))
    return false;
  if (root.is_vr (tag, EVR_DS) || root.is_vr (tag, EVR_IS) || root.is_vr (tag, EVR_SL) || root.is_vr (tag, EVR_UL))
    return root.doubles (tag, target, 1);
  words = root.words (tag);
  if (words.size () != 1) {
    reading.warn ("%s does not have one value and was ignored", TagName (tag).text);
    return false;
  }
  value = words[0];
  if (layout->is_signed && value >= 0x8000)
    value -= 0x10000;
  else if (layout->is_signed && layout->bits_stored < 16 && value >= 1 << (layout->bits_stored - 1)
           && value < 1 << layout->bits_stored)
    value -= 1 << layout->bits_stored;
  *target = value;
  return true;
}

static void
read_padding (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;
  bool is_double = reading.layout->bits_allocated == 64;

  if (instance->rows == 0)
    return;
  if (instance->is_float) {
    DcmTagKey value (0x0028, is_double ? 0x0123 : 0x0122), limit (0x0028, is_double ? 0x0125 : 0x0124);

    instance->has_padding = root.doubles (value, &instance->padding_value, 1);
    instance->has_padding_limit = instance->has_padding && root.doubles (limit, &instance->padding_limit, 1);
    return;
  }
  instance->has_padding = read_padding_word (reading, root, DCM_PixelPaddingValue, &instance->padding_value);
  instance->has_padding_limit
      = instance->has_padding
        && read_padding_word (reading, root, DCM_PixelPaddingRangeLimit, &instance->padding_limit);
}

/* The syntaxes whose every codestream is lossy, and those that may be and are if nothing denies it. */
static bool
is_lossy (const char *syntax, const char *flag)
{
  static const char *const always[] = {
    "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.52", "1.2.840.10008.1.2.4.53",
    "1.2.840.10008.1.2.4.54", "1.2.840.10008.1.2.4.55", "1.2.840.10008.1.2.4.56", nullptr,
  };
  static const char *const perhaps[] = {
    "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.93", "1.2.840.10008.1.2.4.203", nullptr,
  };

  if (g_strcmp0 (flag, "01") == 0 || g_strv_contains (always, syntax))
    return true;
  return g_strcmp0 (flag, "00") != 0 && g_strv_contains (perhaps, syntax);
}

static void
read_lossy (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;
  g_autofree char *flag = root.code (DCM_LossyImageCompression, 64);

  instance->lossy = instance->rows > 0
                    && (is_lossy (instance->transfer_syntax_uid, flag) || reading.layout->codec == NEG_CODEC_VIDEO);
  instance->lossy_ratio = root.code (DCM_LossyImageCompressionRatio);
  instance->lossy_method = root.code (DCM_LossyImageCompressionMethod);
}

static void
read_aspect_ratio (const Item &root, NegInstance *instance)
{
  double values[2];

  if (!root.doubles (DCM_PixelAspectRatio, values, 2))
    return;
  if (!(values[0] >= 1) || !(values[1] >= 1) || values[0] > G_MAXINT32 || values[1] > G_MAXINT32) {
    root.reading->warn ("%s is not a ratio and was ignored", TagName (DCM_PixelAspectRatio).text);
    return;
  }
  instance->has_aspect_ratio = TRUE;
  instance->aspect_ratio[0] = static_cast<guint32> (values[0]);
  instance->aspect_ratio[1] = static_cast<guint32> (values[1]);
}

static void
warn_of_layout (const Reading &reading)
{
  const NegLayout *layout = reading.layout;

  if (layout->syntax_guessed)
    reading.warn ("The transfer syntax is not named and was guessed");
  if (layout->truncated)
    reading.warn ("The object ends in the middle of an element");
  if (layout->pixels_missing_bytes > 0)
    reading.warn ("%" G_GUINT64_FORMAT " bytes of the pixels are missing", layout->pixels_missing_bytes);
}

void
read_pixels (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;

  read_layout (reading);
  warn_of_layout (reading);
  read_padding (reading, root);
  read_lossy (reading, root);
  read_aspect_ratio (root, instance);
  instance->burned_in_annotation = root.code_is (DCM_BurnedInAnnotation, "YES");
  instance->presentation_lut_shape = root.code (DCM_PresentationLUTShape);
}

static void
read_frame_times (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;
  std::vector<double> times = root.numbers (DCM_FrameTimeVector);

  if (times.empty ())
    return;
  instance->frame_times_ms = g_try_new (double, times.size ());
  if (instance->frame_times_ms == nullptr)
    throw std::bad_alloc ();
  memcpy (instance->frame_times_ms, times.data (), times.size () * sizeof (double));
  instance->n_frame_times = times.size ();
}

/* Table C.7-13: which of the frames are meant to be shown, and in which sequence. */
static void
read_playback (const Item &root, NegInstance *instance)
{
  gint32 value;

  instance->sweeps = root.integer (DCM_PreferredPlaybackSequencing, &value) && value == 1;
  if (root.integer (DCM_StartTrim, &value) && value > 0)
    instance->first_shown_frame = value;
  if (root.integer (DCM_StopTrim, &value) && value > 0)
    instance->last_shown_frame = value;
}

void
read_space_and_time (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;

  instance->has_imager_spacing = read_spacing (root, DCM_ImagerPixelSpacing, instance->imager_spacing_mm);
  instance->has_nominal_scanned_spacing
      = read_spacing (root, DCM_NominalScannedPixelSpacing, instance->nominal_scanned_spacing_mm);
  instance->calibration_type = root.code (DCM_PixelSpacingCalibrationType);
  instance->calibration_description = root.text (DCM_PixelSpacingCalibrationDescription);
  instance->magnification = root.number (DCM_EstimatedRadiographicMagnificationFactor);
  instance->slice_thickness_mm = root.number (DCM_SliceThickness);
  instance->spacing_between_slices_mm = root.number (DCM_SpacingBetweenSlices);
  instance->frame_time_ms = root.number (DCM_FrameTime);
  read_frame_times (reading, root);
  /* Table C.7-13 gives no precedence; the rate meant for display comes first here. */
  instance->cine_rate_hz = root.number (DCM_RecommendedDisplayFrameRate);
  if (std::isnan (instance->cine_rate_hz))
    instance->cine_rate_hz = root.number (DCM_CineRate);
  read_playback (root, instance);
}

} // namespace neg
