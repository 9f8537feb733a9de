/* The steps of reading an instance; each fills its own fields of reading.instance. Private to neg-dataset*.cc and to
 * neg-compose*.cc, which writes about objects that it reads. */
#pragma once

#include "base/neg-error.h"
#include <cstring>

#include "engine/neg-dataset-item.hh"
#include "model/neg-presentation.h"

namespace neg {

/* Runs @function, which returns FALSE with @error set, and lets nothing be thrown out of this folder. */
template <typename Function>
bool
guard (GError **error, Function function) noexcept
{
  try {
    return function ();
  } catch (const std::bad_alloc &) {
    g_clear_error (error);
    return neg_fail (error, NEG_ERROR_MEMORY, nullptr, "no memory for the data set");
  } catch (...) {
    g_clear_error (error);
    return neg_fail (error, NEG_ERROR_UNREADABLE, nullptr, "the data set cannot be parsed");
  }
}

/* neg-dataset.cc: one call's state, and the data set before the pixels as DCMTK parses it. */
Reading new_reading (NegInstance *instance, const NegLayout *layout);
bool read_dataset (NegSource *source, const Reading &reading, DcmDataset *dataset, GError **error);

/* neg-dataset-identity.cc: who, when, and what kind of object (after the pixels are known). */
void read_identity (const Reading &reading, const Item &root);
void read_kind (const Reading &reading, const Item &root);

/* neg-dataset-pixels.cc: how the stored values are to be understood and shown. */
void read_pixels (const Reading &reading, const Item &root);
void read_space_and_time (const Reading &reading, const Item &root);

/* neg-dataset-luts.cc. The rescale of the first frame decides about a sign, so this comes after the frames. */
void read_luts (const Reading &reading, const Item &root);

/* One item of a Modality, VOI or Presentation LUT Sequence; FALSE when it holds no usable table. */
bool read_lut (const Item &item, bool is_signed, NegLut *lut);
/* The three tables of a palette, or none. */
void read_palette (const Item &item, bool is_signed, NegLut palette[3]);

/* neg-dataset-frames.cc: geometry, rescale and windows of each frame. FALSE only with @error set. */
bool read_frames (const Reading &reading, const Item &root, GError **error);

/* Rescale, and windows of one item: the top level or a functional group macro. */
void read_rescale (const Item &item, NegFrameInfo *info);
void read_position (const Item &item, NegFrameInfo *info);
void read_orientation (const Item &item, NegFrameInfo *info);

/* The windows of all frames while they are collected. */
class WindowTable {
public:
  WindowTable () = default;
  WindowTable (const WindowTable &) = delete;
  WindowTable &operator= (const WindowTable &) = delete;
  ~WindowTable ();

  void read (const Item &item, NegFrameInfo *info);
  void move_to (NegWindow **target, guint32 *n);

private:
  bool repeats_last (guint32 first) const;

  std::vector<NegWindow> windows;
  guint32 last_first = 0;
};

/* neg-dataset-overlays.cc: what lies over the pixels. @is_state: of a presentation state, which also activates the
 * planes of its images. */
void read_overlays (const Item &root, bool is_state, NegOverlayPlane **overlays, guint32 *n);
void read_shutter (const Item &item, NegShutter *shutter);
bool read_lab (const Item &item, const DcmTagKey &tag, double lab[3]);
void read_masks (const Item &item, NegMaskItem **masks, guint32 *n);

/* neg-dataset-modules.cc: the modules that only some images have. After the frames. */
void read_modules (const Reading &reading, const Item &root);

/* neg-dataset-presentation.cc */
NegPresentation *read_presentation (const Item &root); /* given; NULL when it refers to no image */

/* neg-dataset-key-selection.cc */
NegKeySelection *read_key_selection (const Item &root); /* given; NULL when it refers to nothing */

/* neg-dataset-report.cc */
GPtrArray *read_report (const Item &root); /* of NegAnnotation; given */

/* neg-dataset-content.cc: which kind of document it is, and documents of the same study whose content it has (SOP Instance
 * UIDs); given, nullable. */
char *read_document_code (const Item &root);
char **read_predecessors (const Item &root);

/* One more zeroed record at the end of an array that its owner frees, whatever is thrown later. */
template <typename T>
T *
grow (T **array, guint32 *n)
{
  if ((*n & (*n - 1)) == 0) {
    gsize capacity = *n == 0 ? 1 : static_cast<gsize> (*n) * 2;
    T *larger = static_cast<T *> (g_try_realloc_n (*array, capacity, sizeof (T)));

    if (larger == nullptr)
      throw std::bad_alloc ();
    *array = larger;
  }
  T *added = &(*array)[(*n)++];
  memset (added, 0, sizeof (T));
  return added;
}

/* A copy of numbers for a record that owns it; NULL of none. */
template <typename T, typename U>
T *
copy_numbers (const std::vector<U> &values)
{
  if (values.empty ())
    return nullptr;
  T *copy = g_try_new (T, values.size ());
  if (copy == nullptr)
    throw std::bad_alloc ();
  for (gsize i = 0; i < values.size (); i++)
    copy[i] = static_cast<T> (values[i]);
  return copy;
}

} // namespace neg
