/* VRs for attributes that were written without, by DCMTK: it knows which depend on which others (PS3.5 A.1, A.2). */
#include "config.h"

#include "engine/neg-dataset-private.hh"

#include "dcmtk/dcmdata/dcistrmb.h"
#include "dcmtk/dcmdata/dcostrmb.h"

#include "engine/neg-modify-private.h"

namespace {

constexpr gsize room_to_spare = 1 << 16;

bool
read (const GByteArray *elements, NegEncoding encoding, DcmDataset *dataset, GError **error)
{
  const E_TransferSyntax syntax = encoding.implicit_vr ? encoding.big_endian ? EXS_BigEndianImplicit : EXS_LittleEndianImplicit
                                  : encoding.big_endian ? EXS_BigEndianExplicit
                                                        : EXS_LittleEndianExplicit;
  DcmInputBufferStream stream;

  stream.setBuffer (elements->data, elements->len);
  stream.setEos ();
  dataset->transferInit ();
  const OFCondition condition = dataset->read (stream, syntax, EGL_withoutGL);
  dataset->transferEnd ();
  if (condition.good () || condition == EC_EndOfStream)
    return true;
  return neg_fail (error, NEG_ERROR_UNREADABLE, nullptr, "the data set cannot be parsed (%04x:%04x)", condition.module (),
                   condition.code ());
}

bool
write (DcmDataset *dataset, GByteArray **made, GError **error)
{
  std::vector<guint8> room (dataset->getLength (EXS_LittleEndianExplicit, EET_UndefinedLength) + room_to_spare);
  DcmOutputBufferStream stream (room.data (), room.size ());
  void *bytes = nullptr;
  offile_off_t length = 0;

  dataset->transferInit ();
  const OFCondition condition = dataset->write (stream, EXS_LittleEndianExplicit, EET_UndefinedLength, nullptr);
  dataset->transferEnd ();
  stream.flushBuffer (bytes, length);
  if (condition.bad () || length <= 0)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "a value is too long for its explicit VR");
  *made = g_byte_array_new ();
  g_byte_array_append (*made, static_cast<const guint8 *> (bytes), length);
  return true;
}

} // namespace

GByteArray *
neg_modify_make_explicit (const GByteArray *elements, NegEncoding encoding, GError **error)
{
  GByteArray *made = nullptr;

  neg::guard (error, [&] () -> bool {
    DcmDataset dataset;

    return read (elements, encoding, &dataset, error) && write (&dataset, &made, error);
  });
  return made;
}
