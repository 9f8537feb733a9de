/* What attributes are, by DCMTK's dictionary. */
#include "config.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dctk.h"

#include "engine/neg-modify.h"

namespace {

gboolean
find (const char *keyword, guint32 *tag)
{
  DcmTag found;

  /* Other forms of a tag have a comma; names of private ones are nobody's keywords. */
  if (strchr (keyword, ',') != nullptr || DcmTag::findTagFromName (keyword, found).bad ())
    return FALSE;
  *tag = static_cast<guint32> (found.getGroup ()) << 16 | found.getElement ();
  return TRUE;
}

/* What depends on other attributes is taken as what it mostly is; private creators are named (PS3.5 7.8.1). */
const char *
get_vr (guint32 tag)
{
  const guint32 group = tag >> 16, element = tag & 0xFFFF;

  if (group % 2 != 0)
    return element >= 0x10 && element <= 0xFF ? "LO" : "";
  if (element == 0)
    return "UL";
  const DcmEVR vr = DcmTag (DcmTagKey (static_cast<Uint16> (group), static_cast<Uint16> (element))).getEVR ();
  switch (vr) {
  case EVR_UNKNOWN:
  case EVR_UNKNOWN2B:
  case EVR_UN:
    return "";
  case EVR_xs:
    return "US";
  case EVR_lt:
  case EVR_ox:
  case EVR_px:
    return "OW";
  case EVR_up:
    return "UL";
  default:
    return DcmVR (vr).getValidVRName ();
  }
}

} // namespace

const NegDictionary *
neg_modify_get_dictionary (void)
{
  static const NegDictionary dictionary = { find, get_vr };

  return &dictionary;
}
