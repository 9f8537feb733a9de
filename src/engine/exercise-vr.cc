#include "config.h"

#include "engine/exercise-vr.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dcvr.h"

gboolean
exercise_vr (const char *name, gboolean *is_long)
{
  const DcmVR vr (name);

  *is_long = vr.usesExtendedLengthEncoding ();
  return vr.isStandard () || vr.getEVR () == EVR_UNKNOWN || vr.getEVR () == EVR_UNKNOWN2B;
}
