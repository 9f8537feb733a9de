#include "config.h"

#include "engine/neg-tags.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dctk.h"

#include <cstring>

static const char retired_prefix[] = "RETIRED_";

/* What no edition could know: a private dictionary says so in place of a name. */
static bool
is_name (const char *name)
{
  return name != nullptr && strncmp (name, "Unknown", 7) != 0;
}

static void
fill (const DcmDictEntry *found, NegTagEntry *entry)
{
  const char *name = found->getTagName ();

  entry->is_retired = name != nullptr && strncmp (name, retired_prefix, sizeof retired_prefix - 1) == 0;
  if (entry->is_retired)
    name += sizeof retired_prefix - 1;
  g_strlcpy (entry->keyword, is_name (name) ? name : "", sizeof entry->keyword);
  g_strlcpy (entry->vr, found->getVR ().getVRName (), sizeof entry->vr);
  entry->vm_min = found->getVMMin () < 0 ? 0 : found->getVMMin ();
  entry->vm_max = found->getVMMax () < 0 ? G_MAXUINT32 : found->getVMMax ();
}

gboolean
neg_tag_lookup (guint32 tag, const char *creator, NegTagEntry *entry)
{
  const DcmTagKey key (tag >> 16, tag & 0xFFFF);
  const DcmDataDictionary &dictionary = dcmDataDict.rdlock ();
  const DcmDictEntry *found = dictionary.findEntry (key, *creator != '\0' ? creator : nullptr);

  memset (entry, 0, sizeof *entry);
  if (found != nullptr)
    fill (found, entry);
  dcmDataDict.rdunlock ();
  return found != nullptr;
}

NegTags *
neg_tags_list (NegSource *source, GError **error)
{
  return neg_tags_list_with (source, neg_tag_lookup, error);
}
