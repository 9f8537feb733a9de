/* Which images an object refers to. Private to neg-dataset*.cc. */
#pragma once

#include "engine/neg-dataset-private.hh"

namespace neg {

/* References that are only looked at. */
struct ImageReferences {
  ImageReferences () = default;
  ImageReferences (const ImageReferences &) = delete;
  ImageReferences &operator= (const ImageReferences &) = delete;
  ~ImageReferences () { neg_image_references_clear (&references); }

  NegImageReferences references = {};
};

class ReferenceReader {
public:
  explicit ReferenceReader (const Reading *reading_) : reading (reading_) {}

  /* Adds the Referenced Image Sequence (0008,1140) of @item. Where there is none everything is meant, as with none in
   * @references; FALSE when something is referred to that cannot be told: it must not become everything. */
  bool read_images (const Item &item, NegImageReferences *references);

  /* Adds what the Referenced Series Sequence (0008,1115) of @item lists: images, or any objects (0008,1199). */
  void read_series (const Item &item, const char *study_uid, NegImageReferences *references);

  /* Adds one item with a SOP class and instance and, perhaps, frames. */
  bool read_one (const Item &item, NegImageReferences *references);

private:
  bool take (gsize n);

  const Reading *reading; /* borrowed */
  gsize left = 1000000;   /* references and frame numbers of one object */
};

} // namespace neg
