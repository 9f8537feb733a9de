#include "config.h"

#include "engine/neg-codec-private.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmjpeg/djcparam.h>
#include <dcmtk/dcmjpeg/djdijg12.h>
#include <dcmtk/dcmjpeg/djdijg16.h>
#include <dcmtk/dcmjpeg/djdijg8.h>
#include <dcmtk/dcmjpeg/djutils.h>
#include <dcmtk/oflog/appender.h>
#include <dcmtk/oflog/oflog.h>
#include <dcmtk/oflog/spi/logevent.h>

#include <cstring>
#include <exception>

#include "base/neg-error.h"

namespace {

/* What libijg says of the codestream is only to be had from its log: it goes on after damage with pixels of its own
 * making, and tells that by a warning. */
class Listener final : public dcmtk::log4cplus::Appender {
public:
  ~Listener () override { destructorImpl (); }

  void close () override {}

  bool is_damaged = false, is_cut = false;

protected:
  void
  append (const dcmtk::log4cplus::spi::InternalLoggingEvent &event) override
  {
    const char *message = event.getMessage ().c_str ();

    /* Padding before a marker is legal (10918-1 B.1.1.2), and the other warnings are of forms, not of data. */
    if (std::strstr (message, "premature end") != nullptr || std::strstr (message, "Premature end") != nullptr)
      is_cut = true;
    else if (std::strncmp (message, "Corrupt JPEG data", 17) == 0 && std::strstr (message, "extraneous") == nullptr)
      is_damaged = true;
  }
};

Listener *
get_listener ()
{
  static Listener *listener = nullptr;

  if (listener == nullptr) {
    OFLogger logger = OFLog::getLogger ("dcmtk.dcmjpeg");

    listener = new Listener;
    logger.setAdditivity (false);
    logger.removeAllAppenders ();
    logger.addAppender (dcmtk::log4cplus::SharedAppenderPtr (listener));
    logger.setLogLevel (OFLogger::WARN_LOG_LEVEL);
  }
  return listener;
}

gboolean
fail_condition (const OFCondition &condition, GError **error)
{
  if (condition == EJ_Suspension)
    return neg_fail (error, NEG_ERROR_TRUNCATED, "JPEG", "the codestream has no end");
  return neg_fail (error, condition == EC_MemoryExhausted ? NEG_ERROR_MEMORY : NEG_ERROR_UNREADABLE, "JPEG", "%s",
                   condition.text ());
}

template <typename Decoder>
gboolean
decode_with (const guint8 *data, gsize length, guint8 *target, gsize target_bytes, gboolean is_signed, GError **error)
{
  /* Colour is converted by nobody here: the codestream's own samples come out. */
  const DJCodecParameter parameters (ECC_lossyYCbCr, EDC_never, EUC_never, EPC_colorByPixel);
  Decoder decoder (parameters, OFFalse);
  Listener *listener = get_listener ();
  OFCondition condition = decoder.init ();

  listener->is_damaged = listener->is_cut = false;
  if (condition.good ())
    condition = decoder.decode (const_cast<Uint8 *> (data), static_cast<Uint32> (length), target,
                                static_cast<Uint32> (target_bytes), is_signed ? OFTrue : OFFalse);
  if (condition.bad ())
    return fail_condition (condition, error);
  if (listener->is_cut)
    return neg_fail (error, NEG_ERROR_TRUNCATED, "JPEG", "the codestream ends before its pixels do");
  return !listener->is_damaged || neg_fail (error, NEG_ERROR_UNREADABLE, "JPEG", "the codestream is damaged");
}

gboolean
decode (const NegCodestream *stream, const guint8 *data, gsize length, const NegCells *cells, GError **error)
{
  const gsize n = cells->bytes / cells->bytes_per_cell;
  const gsize bytes = stream->precision <= 8 ? n : 2 * n;
  guint8 *target = cells->cells + cells->bytes - bytes;

  /* The three libraries are one source compiled for three depths; DCMTK takes the smallest that holds the samples. */
  if (stream->precision > 12)
    return decode_with<DJDecompressIJG16Bit> (data, length, target, bytes, cells->is_signed, error);
  if (stream->precision > 8)
    return decode_with<DJDecompressIJG12Bit> (data, length, target, bytes, cells->is_signed, error);
  if (!decode_with<DJDecompressIJG8Bit> (data, length, target, bytes, cells->is_signed, error))
    return FALSE;
  if (cells->bytes_per_cell == 2)
    neg_values_widen (cells);
  return TRUE;
}

} // namespace

gboolean
neg_codec_ijg_decode (const NegCodestream *stream, const guint8 *data, gsize length, const NegCells *cells,
                      GError **error)
{
  if (length > G_MAXUINT32 || cells->bytes > G_MAXUINT32 || cells->bytes_per_cell > 2)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, "JPEG", "a codestream of %" G_GSIZE_FORMAT " bytes", length);
  try {
    return decode (stream, data, length, cells, error);
  } catch (const std::exception &exception) {
    return neg_fail (error, NEG_ERROR_UNREADABLE, "JPEG", "%s", exception.what ());
  } catch (...) {
    return neg_fail (error, NEG_ERROR_UNREADABLE, "JPEG", "the codestream cannot be decoded");
  }
}

void
neg_codec_ijg_preload (void)
{
  get_listener ();
}
