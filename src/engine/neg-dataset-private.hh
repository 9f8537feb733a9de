/* The steps of reading an instance; each fills its own fields of reading.instance. Private to neg-dataset*.cc and to
 * neg-compose*.cc, which writes about objects that it reads. */
#pragma once

#include "base/neg-error.h"
#include "engine/neg-dataset-item.hh"

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
  void move_to (NegInstance *instance);

private:
  bool repeats_last (guint32 first) const;

  std::vector<NegWindow> windows;
  guint32 last_first = 0;
};

} // namespace neg
