#include "config.h"

#include "engine/neg-dataset-references.hh"

namespace neg {

constexpr gsize list_max = 250000;
constexpr gsize frames_bytes_max = 1u << 20;

bool
ReferenceReader::take (gsize n)
{
  if (n > left) {
    reading->warn ("The object refers to too many images; the first were taken");
    return false;
  }
  left -= n;
  return true;
}

bool
ReferenceReader::read_one (const Item &item, NegImageReferences *references)
{
  g_autofree char *uid = item.code (DCM_ReferencedSOPInstanceUID, 256);
  std::vector<gint32> frames = item.integers (DCM_ReferencedFrameNumber, frames_bytes_max);

  for (gint32 frame : frames)
    if (frame < 1)
      return false;
  if (uid == nullptr || (frames.empty () && item.has (DCM_ReferencedFrameNumber)) || !take (1 + frames.size ()))
    return false;
  NegImageReference *reference = grow (&references->items, &references->n);
  reference->sop_instance_uid = g_steal_pointer (&uid);
  reference->sop_class_uid = item.code (DCM_ReferencedSOPClassUID, 256);
  reference->frames = copy_numbers<guint32> (frames);
  reference->n_frames = frames.size ();
  return true;
}

bool
ReferenceReader::read_images (const Item &item, NegImageReferences *references)
{
  guint32 n_before = references->n;

  for (const Item &part : item.items (DCM_ReferencedImageSequence, list_max))
    if (!read_one (part, references))
      reading->warn ("An item of %s is malformed and was left out", TagName (DCM_ReferencedImageSequence).text);
  return references->n > n_before || !item.has (DCM_ReferencedImageSequence);
}

void
ReferenceReader::read_series (const Item &item, const char *study_uid, NegImageReferences *references)
{
  static const DcmTagKey lists[] = { DCM_ReferencedImageSequence, DCM_ReferencedSOPSequence };

  for (const Item &series : item.items (DCM_ReferencedSeriesSequence, list_max)) {
    g_autofree char *series_uid = series.code (DCM_SeriesInstanceUID, 256);
    guint32 n = references->n;

    for (const DcmTagKey &tag : lists)
      for (const Item &part : series.items (tag, list_max))
        if (!read_one (part, references))
          reading->warn ("An item of %s is malformed and was left out", TagName (tag).text);
    for (; n < references->n; n++) {
      references->items[n].series_uid = g_strdup (series_uid);
      references->items[n].study_uid = g_strdup (study_uid);
    }
  }
}

} // namespace neg
