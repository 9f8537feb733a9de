/* The steps of reading an instance; each fills its own fields of reading.instance. Private to neg-dataset*.cc. */
#pragma once

#include "engine/neg-dataset-item.hh"

namespace neg {

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
