/* Where a length in millimetres would come from, so that every one can say so (PS3.3 10.7.1.1, 10.7.1.2; imaging
 * pitfalls 16, 17, 19). Thread: any, no state. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

typedef enum {
  NEG_CALIBRATION_NONE,     /* no spacing: lengths are in pixels */
  NEG_CALIBRATION_PATIENT,  /* a cross-section: spacing in the patient */
  NEG_CALIBRATION_GEOMETRY, /* projection, corrected for geometric magnification */
  NEG_CALIBRATION_FIDUCIAL, /* projection, calibrated by an object of known size */
  NEG_CALIBRATION_CORRECTED, /* projection, spacing differs from the detector's and nothing says how */
  NEG_CALIBRATION_DETECTOR, /* projection, at the detector's surface: too large for the patient */
  NEG_CALIBRATION_UNKNOWN,  /* a spacing of unknown origin */
  NEG_CALIBRATION_REGION,   /* a calibrated region of an ultrasound image: neg-ultrasound.h, never of a whole frame */
} NegCalibration;

/* The spacing of frame @frame (from 0) in mm, row spacing (vertical) first; NONE leaves @spacing_mm alone. */
NegCalibration neg_calibration_get (const NegInstance *instance, guint32 frame, double spacing_mm[2]);

/* "none", "patient", "geometry", "fiducial", "corrected", "detector", "unknown", "region". */
const char *neg_calibration_get_name (NegCalibration calibration);

G_END_DECLS
