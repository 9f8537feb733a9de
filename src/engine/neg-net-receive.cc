#include "config.h"

#include "engine/neg-net-receive.hh"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "dcmtk/dcmdata/dcdeftag.h"

#include "base/neg-error.h"
#include "engine/neg-net-part10.h"
#include "engine/neg-net-peer.hh"
#include "engine/neg-record-reader.h"
#include "engine/neg-scanner.h"
#include "wire/neg-message.h"

namespace neg {

constexpr guint64 object_bytes_max = guint64 (16) << 30;
// Written in blocks of this size, and at its multiples: the kernel then takes few large pages instead of many small ones.
constexpr gsize block_bytes = 128 << 10;
constexpr guint64 early_bytes = 256 << 10;

// PS3.4 B.2.3
constexpr guint status_out_of_resources = 0xa700;
constexpr guint status_class_mismatch = 0xa900;

// A file that was handed over, written from its beginning in large pieces.
class FileSink : public NetSink {
public:
  explicit FileSink (int fd) : fd (fd) {}
  FileSink (const FileSink &) = delete;
  FileSink &operator= (const FileSink &) = delete;
  ~FileSink () override { close (); }
  bool append (const void *bytes, gsize length, GError **error) override;
  bool flush (GError **error);
  void close ();

  int fd;
  guint64 written = 0;

private:
  bool write (const guint8 *bytes, gsize length, GError **error);
  bool write_blocks (const guint8 *bytes, gsize length, GError **error);
  void begin_sync ();

  guint64 handed_over = 0;    // to the disk
  std::vector<guint8> buffer; // less than a block
};

bool
FileSink::write (const guint8 *bytes, gsize length, GError **error)
{
  if (length > object_bytes_max - written)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the object is larger than 16 GiB");
  while (length > 0) {
    ssize_t n = pwrite (fd, bytes, length, written);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return errno == ENOSPC || errno == EDQUOT
                 ? neg_fail (error, NEG_ERROR_DISK_FULL, nullptr, "no space is left for the object")
                 : neg_fail (error, NEG_ERROR_UNREADABLE, nullptr, "the object cannot be written (%s)",
                            g_strerror (errno));
    bytes += n;
    length -= n;
    written += n;
  }
  return true;
}

bool
FileSink::flush (GError **error)
{
  bool is_written = write (buffer.data (), buffer.size (), error);

  buffer.clear ();
  return is_written;
}

void
FileSink::close ()
{
  if (fd >= 0)
    ::close (fd);
  fd = -1;
}

// The disk writes while more comes: whoever syncs the file waits for its last piece only. A hint, whose failure is told to
// whoever syncs.
void
FileSink::begin_sync ()
{
  if (written - handed_over < early_bytes)
    return;
  (void) !sync_file_range (fd, off64_t (handed_over), off64_t (written - handed_over), SYNC_FILE_RANGE_WRITE);
  handed_over = written;
}

// What is buffered and then @bytes, in one call if the disk takes it so.
bool
FileSink::write_blocks (const guint8 *bytes, gsize length, GError **error)
{
  struct iovec parts[] = { { buffer.data (), buffer.size () }, { const_cast<guint8 *> (bytes), length } };
  gsize n = 0;

  if (buffer.size () + length <= object_bytes_max - written)
    n = MAX (pwritev (fd, parts, G_N_ELEMENTS (parts), written), 0);
  written += n;
  gsize n_buffered = MIN (n, buffer.size ());
  if (!write (buffer.data () + n_buffered, buffer.size () - n_buffered, error)
      || !write (bytes + (n - n_buffered), length - (n - n_buffered), error))
    return false;
  buffer.clear ();
  begin_sync ();
  return true;
}

bool
FileSink::append (const void *bytes, gsize length, GError **error)
{
  auto *first = static_cast<const guint8 *> (bytes);
  gsize whole = (buffer.size () + length) / block_bytes * block_bytes;

  if (whole > 0) {
    gsize taken = whole - buffer.size ();
    if (!write_blocks (first, taken, error))
      return false;
    first += taken;
    length -= taken;
  }
  buffer.insert (buffer.end (), first, first + length);
  return true;
}

class NoSink : public NetSink {
public:
  bool
  append (const void *, gsize, GError **) override
  {
    return true;
  }
};

// The agent hands out files ahead; when there is none it is behind, or has no room. -1: none came.
static int
take_file (NetChannel &channel)
{
  gint64 end_us = g_get_monotonic_time () + gint64 (channel.timeout_s) * G_USEC_PER_SEC;

  while (g_queue_is_empty (&channel.files) && !channel.has_no_room && !channel.is_cancelled && !channel.is_gone) {
    struct pollfd agent = { channel.socket, POLLIN, 0 };
    gint64 left_ms = (end_us - g_get_monotonic_time ()) / 1000;

    if (left_ms <= 0 || (poll (&agent, 1, left_ms) < 0 && errno != EINTR))
      return -1;
    if (agent.revents != 0)
      net_take_in (channel);
  }
  if (g_queue_is_empty (&channel.files))
    return -1;
  channel.n_files_taken++;
  return GPOINTER_TO_INT (g_queue_pop_head (&channel.files));
}

bool
net_await_status (NetChannel &channel, guint32 number, guint *status, std::string *comment, GError **error)
{
  guint16 type;
  GVariant *given;
  guint32 answered;
  const char *words;

  while (!net_receive (channel, true, &type, &given, nullptr))
    if (channel.is_cancelled)
      return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  g_autoptr (GVariant) body = given;
  if (type == NEG_NET_REPORT) {
    // What we owe the peer has time until it has its answer.
    bool is_heard = net_await_status (channel, number, status, comment, error);
    net_put_back (channel, type, body);
    return is_heard;
  }
  if (type != NEG_NET_STATUS)
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a message of type %u at the wrong time", type);
  g_variant_get (body, "(uu&s)", &answered, status, &words);
  *comment = words;
  return answered == number
         || neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a status of %u instead of %u", answered, number);
}

bool
NetAsked::hear (GVariant *body, GError **error)
{
  guint32 number, status;

  g_variant_get (body, "(uu&s)", &number, &status, nullptr);
  if (n_unheard == 0 || number != first_unheard)
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a status of %u that is not waited for", number);
  first_unheard++;
  n_unheard--;
  is_careful |= status != 0;
  return true;
}

// The agent's word on @number, behind what it has still to say of those before.
static bool
await_word (NetChannel &channel, NetAsked *asked, guint32 number, guint *status, std::string *comment, GError **error)
{
  for (; asked != nullptr && asked->n_unheard > 0; asked->n_unheard--) {
    if (!net_await_status (channel, asked->first_unheard++, status, comment, error))
      return false;
    asked->is_careful |= *status != 0;
  }
  return net_await_status (channel, number, status, comment, error);
}

// Whether the peer may hear of @number before the agent has said anything.
static bool
is_answered_ahead (NetAsked *asked, const std::string &study, guint32 number)
{
  if (asked == nullptr || asked->is_careful || study.empty () || study != asked->study)
    return false;
  if (asked->n_unheard++ == 0)
    asked->first_unheard = number;
  return true;
}

void
net_add_comment (GVariantBuilder *comments, DcmDataset *detail)
{
  const char *comment = nullptr;

  if (detail == nullptr || detail->findAndGetString (DCM_ErrorComment, comment).bad () || comment == nullptr)
    return;
  g_autofree char *text = g_utf8_make_valid (comment, strnlen (comment, 1024));
  if (*g_strstrip (text) != '\0')
    g_variant_builder_add (comments, "s", text);
}

// Our scanner's view of what was written; then the index record, which must be of the object that was announced.
static GByteArray *
read_record (const FileSink &sink, const T_DIMSE_C_StoreRQ &request, std::string *study, bool *is_mismatch,
             GError **error)
{
  NegSource source;
  g_auto (NegLayout) layout = {};
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  GByteArray *bytes;

  neg_source_init_fd (&source, sink.fd, 0, sink.written);
  bool is_read = neg_scan (&source, &layout, error) && neg_scan_rest (&source, &layout, nullptr, error)
                 && neg_record_read (&source, record, error)
                 && neg_record_check_received (record, error);
  neg_source_clear (&source);
  if (!is_read)
    return nullptr;
  *is_mismatch = strcmp (record->text[NEG_RECORD_SOP_CLASS_UID], request.AffectedSOPClassUID) != 0
                 || strcmp (record->text[NEG_RECORD_SOP_INSTANCE_UID], request.AffectedSOPInstanceUID) != 0;
  if (*is_mismatch) {
    neg_fail (error, NEG_ERROR_INCONSISTENT, nullptr, "the data set is of another object than the one announced");
    return nullptr;
  }
  *study = record->text[NEG_RECORD_STUDY_UID] != nullptr ? record->text[NEG_RECORD_STUDY_UID] : "";
  bytes = g_byte_array_new ();
  neg_object_record_write (record, bytes);
  return bytes;
}

static void
add_text (GVariantBuilder *about, const char *key, const char *value)
{
  g_autofree char *text = g_utf8_make_valid (value, -1);

  g_variant_builder_add (about, "{sv}", key, g_variant_new_string (g_strstrip (text)));
}

static bool
tell_received (NetChannel &channel, guint32 number, guint64 bytes, const NetContext &context,
               const T_DIMSE_C_StoreRQ &request, const GByteArray *record, const GError *failure)
{
  GVariantBuilder about;

  g_variant_builder_init (&about, G_VARIANT_TYPE_VARDICT);
  add_text (&about, "sop-class", net_check_uid (request.AffectedSOPClassUID));
  add_text (&about, "sop-instance", net_check_uid (request.AffectedSOPInstanceUID));
  add_text (&about, "transfer-syntax", context.syntax.c_str ());
  if (request.opts & O_STORE_MOVEORIGINATORAETITLE)
    add_text (&about, "move-originator", request.MoveOriginatorApplicationEntityTitle);
  if (request.opts & O_STORE_MOVEORIGINATORID)
    g_variant_builder_add (&about, "{sv}", "move-message", g_variant_new_uint32 (request.MoveOriginatorID));
  if (failure == nullptr)
    g_variant_builder_add (&about, "{sv}", "record",
                           g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, record->data, record->len, 1));
  else
    g_variant_builder_add (&about, "{sv}", "error",
                           g_variant_new ("(us)", guint32 (failure->code), failure->message));
  return net_send (channel, NEG_NET_RECEIVED, g_variant_new ("(uta{sv})", number, bytes, &about));
}

static bool
answer (const NetChannel &channel, T_ASC_Association *association, const NetContext &context,
        const T_DIMSE_C_StoreRQ &request, guint status, const std::string &comment, GError **error)
{
  T_DIMSE_Message message = T_DIMSE_Message ();
  T_DIMSE_C_StoreRSP &response = message.msg.CStoreRSP;
  DcmDataset detail;

  if (comment.empty ())
    return net_answer_store (channel, association, context.id, request, status, error);
  message.CommandField = DIMSE_C_STORE_RSP;
  response.MessageIDBeingRespondedTo = request.MessageID;
  response.DataSetType = DIMSE_DATASET_NULL;
  response.DimseStatus = status;
  response.opts = O_STORE_AFFECTEDSOPCLASSUID | O_STORE_AFFECTEDSOPINSTANCEUID;
  g_strlcpy (response.AffectedSOPClassUID, request.AffectedSOPClassUID, sizeof response.AffectedSOPClassUID);
  g_strlcpy (response.AffectedSOPInstanceUID, request.AffectedSOPInstanceUID, sizeof response.AffectedSOPInstanceUID);
  detail.putAndInsertString (DCM_ErrorComment, comment.substr (0, 64).c_str ());
  OFCondition condition
      = DIMSE_sendMessageUsingMemoryData (association, context.id, &message, &detail, nullptr, nullptr, nullptr);
  return condition.good () || net_fail (error, condition, "answering");
}

// The data set into @sink, behind a meta header; *failure is what the agent is to be told instead of a record.
static bool
fill_file (NetChannel &channel, T_ASC_Association *association, const NetContext &context,
           const T_DIMSE_C_StoreRQ &request, const char *source_ae, FileSink &sink, NetTransfer &transfer,
           GError **failure, GError **error)
{
  g_autoptr (GByteArray) meta = neg_net_part10_new (request.AffectedSOPClassUID, request.AffectedSOPInstanceUID,
                                                    context.syntax.c_str (), source_ae, failure);
  NoSink nowhere;

  if (meta == nullptr || !sink.append (meta->data, meta->len, failure))
    return net_pdv_receive (channel, association, context.id, nowhere, transfer, failure, error);
  if (!net_pdv_receive (channel, association, context.id, sink, transfer, failure, error))
    return false;
  if (*failure == nullptr)
    sink.flush (failure);
  return true;
}

bool
net_take_object (NetChannel &channel, T_ASC_Association *association, const NetContext *context,
                 const T_DIMSE_C_StoreRQ &request, const char *source_ae, NetAsked *asked, NetTransfer &transfer,
                 GError **error)
{
  guint32 number = channel.n_files_taken;
  int fd = take_file (channel);
  g_autoptr (GError) failure = nullptr;
  g_autoptr (GByteArray) record = nullptr;
  bool is_mismatch = false;
  guint status = status_out_of_resources;
  std::string comment = "no room for the object", study;

  if (context == nullptr)
    return neg_fail (error, NEG_ERROR_PROTOCOL, "association", "the peer uses a context that was not accepted");
  if (fd < 0) {
    NoSink nowhere;
    if (!net_pdv_receive (channel, association, context->id, nowhere, transfer, nullptr, error))
      return false;
    channel.has_no_room = false;
    transfer.tell (true); // the agent looks for room again, and says what it has found
    return answer (channel, association, *context, request, status, comment, error);
  }
  FileSink sink (fd);
  if (!fill_file (channel, association, *context, request, source_ae, sink, transfer, &failure, error))
    return false;
  if (failure == nullptr)
    record = read_record (sink, request, &study, &is_mismatch, &failure);
  sink.close (); // whose file it is now, nobody else may be able to write to
  if (!tell_received (channel, number, sink.written, *context, request, record, failure))
    return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  if (is_answered_ahead (asked, study, number))
    return answer (channel, association, *context, request, STATUS_Success, "", error);
  if (!await_word (channel, asked, number, &status, &comment, error))
    return false;
  return answer (channel, association, *context, request, is_mismatch ? status_class_mismatch : status, comment, error);
}

} // namespace neg
