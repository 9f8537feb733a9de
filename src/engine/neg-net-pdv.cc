#include "config.h"

#include "engine/neg-net-pdv.hh"

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dcmtk/dcmdata/dcostrmb.h"

#include "base/neg-error.h"
#include "engine/neg-net-dataset.hh"
#include "engine/neg-net-part10.h"
#include "engine/neg-net-peer.hh"

namespace neg {

constexpr gsize piece_bytes = 128 << 10;
constexpr gsize watch_bytes = 512 << 10;
constexpr gint64 tell_us = 100000;

void
NetTransfer::pass (gsize bytes)
{
  struct pollfd agent = { channel.socket, POLLIN, 0 };

  untold += bytes;
  unwatched += bytes + 12;
  if (unwatched < watch_bytes)
    return;
  unwatched = 0;
  if (g_get_monotonic_time () - told_us >= tell_us)
    tell ();
  if (!channel.is_gone && poll (&agent, 1, 0) > 0)
    net_take_in (channel);
}

void
NetTransfer::tell (bool always)
{
  told_us = g_get_monotonic_time ();
  if (untold > 0 || always)
    net_send (channel, NEG_NET_PROGRESS, g_variant_new ("(t)", untold));
  untold = 0;
}

static bool
write_pdv (T_ASC_Association *association, T_ASC_PresentationContextID id, DUL_DATAPDV type, void *bytes, gsize length,
           bool is_last, GError **error)
{
  DUL_PDV pdv = { length, id, type, is_last, bytes };
  DUL_PDVLIST list;

  list.count = 1;
  list.pdv = &pdv;
  OFCondition condition = DUL_WritePDVs (&association->DULassociation, &list);
  return condition.good () || net_fail (error, condition, "sending");
}

// Implicit VR Little Endian with Command Group Length (PS3.7 6.3.1).
static bool
send_command (T_ASC_Association *association, T_ASC_PresentationContextID id, DcmDataset *command, GError **error)
{
  char bytes[4096];
  DcmOutputBufferStream stream (bytes, sizeof bytes);
  void *written = nullptr;
  offile_off_t length = 0;

  command->transferInit ();
  OFCondition condition
      = command->write (stream, EXS_LittleEndianImplicit, EET_ExplicitLength, nullptr, EGL_withGL, EPD_withoutPadding);
  command->transferEnd ();
  if (condition.bad ())
    return net_fail (error, condition, "writing a command");
  stream.flush ();
  stream.flushBuffer (written, length);
  return write_pdv (association, id, DUL_COMMANDPDV, written, length, true, error);
}

static bool
read_piece (const NetStretch &data, guint64 done, guint8 *piece, gsize length, GError **error)
{
  gsize got = 0;

  while (got < length) {
    ssize_t n = pread (data.fd, piece + got, length - got, data.offset + done + got);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return neg_fail (error, n < 0 ? NEG_ERROR_UNREADABLE : NEG_ERROR_TRUNCATED, nullptr,
                       "the object's file cannot be read to its end");
    got += n;
  }
  return true;
}

// PDVs as long as the peer takes them. Full ones only, so that nothing is cut again by DCMTK.
static bool
send_data (const NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID id,
           const NetStretch &data, guint8 *piece, NetTransfer &transfer, GError **error)
{
  gsize fragment = MIN (association->sendPDVLength, piece_bytes);
  gsize most = piece_bytes / fragment * fragment;
  guint64 done = 0;

  while (done < data.length) {
    gsize length = MIN (data.length - done, most);

    if (!read_piece (data, done, piece, length, error))
      return false;
    done += length;
    if (length % 2 != 0)
      piece[length++] = 0;
    for (gsize at = 0; at < length; at += fragment) {
      gsize part = MIN (length - at, fragment);
      bool is_last = done == data.length && at + part == length;
      if (channel.is_cancelled)
        return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
      if (!write_pdv (association, id, DUL_DATASETPDV, piece + at, part, is_last, error))
        return false;
      transfer.pass (part);
    }
  }
  return true;
}

// DCMTK writes a PDU's head and body apart. Corked, they leave together and in full segments; what is left over leaves
// when the object ends. Failing costs only that.
static void
set_cork (const NetChannel &channel, int on)
{
  (void) !setsockopt (channel.peer, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

bool
net_pdv_send (const NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID id,
              DcmDataset *command, const NetStretch &data, NetTransfer &transfer, GError **error)
{
  g_autofree guint8 *piece = static_cast<guint8 *> (g_malloc (piece_bytes + 1));

  if (data.length == 0 || association->sendPDVLength == 0)
    return neg_fail (error, NEG_ERROR_TRUNCATED, nullptr, "the object has no data set");
  set_cork (channel, 1);
  bool is_sent = send_command (association, id, command, error)
                 && send_data (channel, association, id, data, piece, transfer, error);
  set_cork (channel, 0);
  return is_sent;
}

static void
add_words (GByteArray *command, std::initializer_list<guint16> words)
{
  for (guint16 word : words) {
    guint16 little = GUINT16_TO_LE (word);
    g_byte_array_append (command, reinterpret_cast<const guint8 *> (&little), sizeof little);
  }
}

static void
add_uid (GByteArray *command, guint16 element, const char *uid)
{
  guint16 length = strlen (uid);

  // The padding is a NUL (PS3.5 9.1), and one stands behind the text.
  length += length % 2;
  add_words (command, { 0, element, length, 0 });
  g_byte_array_append (command, reinterpret_cast<const guint8 *> (uid), length);
}

// Of DCMTK's making it is a data set by the dictionary, sent in two parts: a peer waits for each object's.
bool
net_answer_store (const NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID id,
                  const T_DIMSE_C_StoreRQ &request, guint16 status, GError **error)
{
  g_autoptr (GByteArray) command = g_byte_array_new ();
  g_autoptr (GByteArray) rest = g_byte_array_new ();

  add_uid (rest, 0x0002, request.AffectedSOPClassUID);
  add_words (rest, { 0, 0x0100, 2, 0, DIMSE_C_STORE_RSP });
  add_words (rest, { 0, 0x0120, 2, 0, request.MessageID });
  add_words (rest, { 0, 0x0800, 2, 0, DIMSE_DATASET_NULL });
  add_words (rest, { 0, 0x0900, 2, 0, status });
  add_uid (rest, 0x1000, request.AffectedSOPInstanceUID);
  add_words (command, { 0, 0x0000, 4, 0, static_cast<guint16> (rest->len), 0 });
  g_byte_array_append (command, rest->data, rest->len);
  set_cork (channel, 1);
  bool is_sent = write_pdv (association, id, DUL_COMMANDPDV, command->data, command->len, true, error);
  set_cork (channel, 0);
  return is_sent;
}

// The next PDV, read from the connection when none is waiting.
static bool
next_pdv (const NetChannel &channel, T_ASC_Association *association, DUL_PDV *pdv, GError **error)
{
  OFCondition condition = DUL_NextPDV (&association->DULassociation, pdv);

  if (condition.good ())
    return true;
  condition = DUL_ReadPDVs (&association->DULassociation, nullptr, DUL_NOBLOCK, channel.timeout_s);
  if (condition == DUL_PDATAPDUARRIVED)
    condition = DUL_NextPDV (&association->DULassociation, pdv);
  else if (condition.good ())
    return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer sent something other than data");
  return condition.good () || net_fail (error, condition, "receiving");
}

bool
net_pdv_receive (NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID id, NetSink &sink,
                 NetTransfer &transfer, GError **failure, GError **error)
{
  g_autoptr (GError) sunk = nullptr;
  DUL_PDV pdv;

  do {
    if (!next_pdv (channel, association, &pdv, error))
      return false;
    if (pdv.pdvType != DUL_DATASETPDV || pdv.presentationContextID != id)
      return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer broke into a data set");
    transfer.pass (pdv.fragmentLength);
    if (sunk == nullptr)
      sink.append (pdv.data, pdv.fragmentLength, &sunk);
  } while (!pdv.lastPDV);
  if (sunk != nullptr)
    g_propagate_error (failure, g_steal_pointer (&sunk));
  return true;
}

bool
net_receive_command (NetChannel &channel, T_ASC_Association *association, T_ASC_PresentationContextID *id,
                     T_DIMSE_Message *message, DcmDataset **detail, bool *is_release, GError **error)
{
  *message = T_DIMSE_Message ();
  OFCondition condition = DIMSE_receiveCommand (association, DIMSE_NONBLOCKING, channel.timeout_s, id, message, detail);
  if (condition == DUL_PEERREQUESTEDRELEASE && is_release != nullptr)
    *is_release = true;
  return condition.good () || net_fail (error, condition, "waiting for the peer");
}

// Into memory, behind a meta header that tells the scanner how it is encoded.
class MemorySink : public NetSink {
public:
  MemorySink (GByteArray *bytes, gsize most) : bytes (bytes), most (most) {}
  bool
  append (const void *piece, gsize length, GError **error) override
  {
    if (length > most - bytes->len)
      return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the peer's data set is too long");
    g_byte_array_append (bytes, static_cast<const guint8 *> (piece), length);
    return true;
  }

private:
  GByteArray *bytes;
  gsize most;
};

DcmDataset *
net_pdv_receive_dataset (NetChannel &channel, T_ASC_Association *association, const NetContext &context, gsize most,
                         bool *is_broken, GError **error)
{
  // The scanner wants UIDs; these are not of the data set.
  g_autoptr (GByteArray) bytes
      = neg_net_part10_new ("1.2.840.10008.1.1", "1.2.840.10008.1.1", context.syntax.c_str (), nullptr, error);
  NetTransfer transfer (channel);
  g_autoptr (GError) failure = nullptr;

  *is_broken = true;
  if (bytes == nullptr)
    return nullptr;
  MemorySink sink (bytes, bytes->len + most);
  if (!net_pdv_receive (channel, association, context.id, sink, transfer, &failure, error))
    return nullptr;
  *is_broken = false;
  if (failure == nullptr)
    return net_read_dataset (bytes->data, bytes->len, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return nullptr;
}

} // namespace neg
