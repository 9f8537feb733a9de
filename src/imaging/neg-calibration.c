#include "config.h"

#include "imaging/neg-calibration.h"

#include <math.h>
#include <string.h>

static gboolean
same_spacing (const double a[2], const double b[2])
{
  return fabs (a[0] - b[0]) <= 1e-4 * b[0] && fabs (a[1] - b[1]) <= 1e-4 * b[1];
}

/* Pixel Spacing of an image without a place in the patient: 10.7.1.2 names what it was corrected for. */
static NegCalibration
classify_projection (const NegInstance *instance, const double spacing_mm[2])
{
  const double *detector_mm = instance->has_imager_spacing            ? instance->imager_spacing_mm
                              : instance->has_nominal_scanned_spacing ? instance->nominal_scanned_spacing_mm
                                                                      : NULL;

  if (g_strcmp0 (instance->calibration_type, "GEOMETRY") == 0)
    return NEG_CALIBRATION_GEOMETRY;
  if (g_strcmp0 (instance->calibration_type, "FIDUCIAL") == 0)
    return NEG_CALIBRATION_FIDUCIAL;
  if (detector_mm == NULL)
    return NEG_CALIBRATION_UNKNOWN;
  return same_spacing (spacing_mm, detector_mm) ? NEG_CALIBRATION_DETECTOR : NEG_CALIBRATION_CORRECTED;
}

NegCalibration
neg_calibration_get (const NegInstance *instance, guint32 frame, double spacing_mm[2])
{
  const NegFrameInfo *info = neg_instance_get_frame_info (instance, frame);

  if (info->has_spacing) {
    memcpy (spacing_mm, info->spacing_mm, sizeof info->spacing_mm);
    return info->has_position && info->has_orientation ? NEG_CALIBRATION_PATIENT
                                                       : classify_projection (instance, spacing_mm);
  }
  if (instance->has_imager_spacing)
    memcpy (spacing_mm, instance->imager_spacing_mm, sizeof instance->imager_spacing_mm);
  else if (instance->has_nominal_scanned_spacing)
    memcpy (spacing_mm, instance->nominal_scanned_spacing_mm, sizeof instance->nominal_scanned_spacing_mm);
  else
    return NEG_CALIBRATION_NONE;
  return NEG_CALIBRATION_DETECTOR;
}

const char *
neg_calibration_get_name (NegCalibration calibration)
{
  static const char *const names[]
      = { "none", "patient", "geometry", "fiducial", "corrected", "detector", "unknown", "region" };

  return (guint) calibration < G_N_ELEMENTS (names) ? names[calibration] : "unknown";
}
