#include "config.h"

#include "engine/neg-net-dataset.hh"

#include <memory>
#include <sys/stat.h>

#include "dcmtk/dcmdata/dcistrmb.h"

#include "base/neg-error.h"
#include "engine/neg-scanner.h"

namespace neg {

// DCMTK has it a second time, and the cage has 1 GiB.
constexpr guint64 file_bytes_max = guint64 (256) << 20;

static E_TransferSyntax
get_syntax (const NegLayout &layout)
{
  if (layout.implicit_vr)
    return layout.big_endian ? EXS_BigEndianImplicit : EXS_LittleEndianImplicit;
  return layout.big_endian ? EXS_BigEndianExplicit : EXS_LittleEndianExplicit;
}

DcmDataset *
net_read_dataset (const guint8 *bytes, gsize length, GError **error)
{
  NegSource source;
  g_auto (NegLayout) layout = {};
  auto dataset = std::make_unique<DcmDataset> ();
  DcmInputBufferStream stream;
  guint64 end;

  neg_source_init_memory (&source, bytes, length);
  if (!neg_scan (&source, &layout, error) || !neg_scan_rest (&source, &layout, &end, error))
    return nullptr;
  // DCMTK gets what was walked, and nothing behind it.
  stream.setBuffer ((layout.inflated != nullptr ? layout.inflated : bytes) + layout.dataset_offset,
                    end - layout.dataset_offset);
  stream.setEos ();
  dataset->transferInit ();
  OFCondition condition = dataset->read (stream, get_syntax (layout), EGL_noChange);
  dataset->transferEnd ();
  if (condition.good ())
    return dataset.release ();
  net_fail (error, condition, "parsing a data set");
  return nullptr;
}

DcmDataset *
net_read_file (int fd, GError **error)
{
  struct stat status;
  NegSource source;
  g_autofree guint8 *bytes = nullptr;

  if (fstat (fd, &status) != 0 || status.st_size <= 0) {
    neg_fail (error, NEG_ERROR_UNREADABLE, nullptr, "the object's file cannot be read");
    return nullptr;
  }
  if (guint64 (status.st_size) > file_bytes_max
      || (bytes = static_cast<guint8 *> (g_try_malloc (status.st_size))) == nullptr) {
    neg_fail (error, NEG_ERROR_MEMORY, nullptr, "the object is too large to be re-encoded");
    return nullptr;
  }
  neg_source_init_fd (&source, fd, 0, status.st_size);
  bool is_read = neg_source_read (&source, 0, bytes, status.st_size, error);
  neg_source_clear (&source);
  return is_read ? net_read_dataset (bytes, status.st_size, error) : nullptr;
}

} // namespace neg
