// Data sets that DCMTK is to read: always after our own scanner has looked them over. Thread: the association's one.
#pragma once

#include "engine/neg-net-contexts.hh"

namespace neg {

// An object with its meta header, in memory; all of it, pixels too. Given; nullptr on failure. Copies what it keeps.
DcmDataset *net_read_dataset (const guint8 *bytes, gsize length, GError **error);

// The object in @fd, to be written in another uncompressed transfer syntax. NEG_ERROR_MEMORY beyond 256 MiB.
DcmDataset *net_read_file (int fd, GError **error);

} // namespace neg
