/* One item of a data set as DCMTK parsed it, read with distrust: whatever is absent, empty or malformed comes back as
 * absent, the malformed with a warning in the instance. Private to neg-dataset*.cc; throws only std::bad_alloc.
 * Thread: the engine's one thread. */
#pragma once

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dctk.h"

#include <memory>
#include <utility>
#include <vector>

#include "engine/neg-scanner.h"
#include "engine/neg-text.h"
#include "model/neg-instance.h"

namespace neg {

constexpr gsize string_bytes_max = 16384;
constexpr gsize frame_string_bytes_max = 256;
constexpr guint windows_max = 64;       /* of one frame, and VOI LUTs of one object */
constexpr guint warnings_max = 64;      /* of one object */
constexpr guint32 frame_infos_max = 250000;

/* What one call of neg_dataset_read_instance() works on. */
struct Reading {
  NegInstance *instance; /* borrowed */
  const NegLayout *layout;
  std::shared_ptr<NegText> plain; /* the default repertoire, for codes, dates and identifiers */

  /* The same sentence once, and not more than warnings_max. */
  void warn (const char *format, ...) const G_GNUC_PRINTF (2, 3);
};

class Item {
public:
  Item () = default; /* of which everything is absent */
  Item (DcmItem *item, const Reading *reading, std::shared_ptr<NegText> enclosing_text);

  explicit operator bool () const { return reading != nullptr; }

  bool has (const DcmTagKey &tag) const; /* there, with a length other than 0 */
  bool is_vr (const DcmTagKey &tag, DcmEVR vr) const;
  gsize length (const DcmTagKey &tag) const; /* of the value in bytes */

  /* The value, numbers in native byte order. */
  std::vector<guint8> bytes (const DcmTagKey &tag) const;
  std::vector<guint16> words (const DcmTagKey &tag) const;

  /* Given; NULL when absent or blank. */
  char *text (const DcmTagKey &tag, gsize bytes_max = string_bytes_max) const;
  char *person_name (const DcmTagKey &tag) const;
  char *code (const DcmTagKey &tag, gsize bytes_max = string_bytes_max) const;
  bool code_is (const DcmTagKey &tag, const char *value) const;

  /* All values of an attribute of any numeric or decimal text VR; none when one of them is not a finite number. */
  std::vector<double> numbers (const DcmTagKey &tag) const;
  bool doubles (const DcmTagKey &tag, double *target, guint n) const; /* exactly @n */
  double number (const DcmTagKey &tag) const;                        /* NaN when absent */
  bool integer (const DcmTagKey &tag, gint32 *target) const;
  guint32 cardinal (const DcmTagKey &tag) const; /* 0 when absent */
  /* All values, in values of @bytes_max bytes at most; none when one of them is not a number of 32 bits. */
  std::vector<gint32> integers (const DcmTagKey &tag, gsize bytes_max) const;

  /* The first item of a sequence, or an empty Item. */
  Item first (const DcmTagKey &tag) const;
  std::vector<Item> items (const DcmTagKey &tag, gsize n_max) const; /* of more the first, with a warning */
  DcmSequenceOfItems *sequence (const DcmTagKey &tag) const;
  Item inside (DcmObject *object) const;

  const Reading *reading = nullptr;

private:
  DcmElement *find (const DcmTagKey &tag) const;
  char *decode (const DcmTagKey &tag, NegText *text, bool is_person_name, gsize bytes_max) const;
  void warn_malformed (const DcmTagKey &tag) const;
  std::vector<double> text_numbers (const DcmTagKey &tag) const;

  std::vector<std::pair<guint32, DcmElement *>> elements; /* sorted by tag */
  std::shared_ptr<NegText> item_text;
};

/* The name and number of an attribute, for warnings. */
struct TagName {
  explicit TagName (const DcmTagKey &tag);
  char text[96];
};

/* Exactly @n values that are greater than 0. */
bool read_spacing (const Item &item, const DcmTagKey &tag, double *target_mm);

} // namespace neg
