#include "config.h"

#include <cerrno>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "engine/neg-net-web.hh"

extern "C" {
#include "base/neg-error.h"
#include "engine/neg-multipart.h"
#include "engine/neg-net-part10.h"
#include "engine/neg-record-reader.h"
#include "engine/neg-scanner.h"
}

namespace {

using neg::Web;

constexpr guint preamble_bytes = 128;
constexpr gint64 progress_us = 100000;
constexpr gsize buffer_bytes = (gsize) 1 << 20; // libcurl gives 16 KiB at a time
constexpr gsize answer_bytes_max = (gsize) 4 << 20;
constexpr guint64 object_bytes_max = (guint64) 16 << 30;
constexpr guint status_failed = 0x0110;  // processing failure (PS3.7 C.5)
constexpr guint status_warning = 0xb000; // coercion of data elements (PS3.4 B.2.3)

// --- WADO-RS: parts into files ---

// One answer under way. The part that is being written has the file @fd, or -1.
struct Retrieval {
  Web *web;
  NegMultipart *multipart; // nullptr until the first bytes
  int fd;
  guint number;
  guint64 bytes;  // of the part that are in the file
  GByteArray *buffer; // that are not yet
  guint64 passed; // since the last NET_PROGRESS
  gint64 told_us;
  bool is_refused; // the answer's body is none of parts: its status will tell
};

gboolean
begin_part (const char *content_type, gpointer user_data, GError **error)
{
  Retrieval &retrieval = *static_cast<Retrieval *> (user_data);

  if (g_ascii_strncasecmp (content_type, "application/dicom", 17) != 0)
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "the archive sends something else than DICOM objects");
  retrieval.fd = web_take_file (*retrieval.web, &retrieval.number);
  retrieval.bytes = 0;
  g_byte_array_set_size (retrieval.buffer, 0);
  if (retrieval.fd < 0 && retrieval.web->channel->has_no_room)
    return neg_fail (error, NEG_ERROR_DISK_FULL, nullptr, "no room for an object");
  return retrieval.fd >= 0 || neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
}

void
tell_progress (Retrieval &retrieval, guint64 bytes)
{
  gint64 now_us = g_get_monotonic_time ();

  retrieval.passed += bytes;
  if (now_us - retrieval.told_us < progress_us)
    return;
  neg::net_send (*retrieval.web->channel, NEG_NET_PROGRESS, g_variant_new ("(t)", retrieval.passed));
  retrieval.passed = 0;
  retrieval.told_us = now_us;
}

bool
flush (Retrieval &retrieval, GError **error)
{
  gsize length = retrieval.buffer->len;

  if (length > object_bytes_max - retrieval.bytes)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the object is larger than 16 GiB");
  if (!neg::web_write (retrieval.fd, retrieval.buffer->data, length, retrieval.bytes, error))
    return false;
  retrieval.bytes += length;
  g_byte_array_set_size (retrieval.buffer, 0);
  return true;
}

gboolean
write_part (const guint8 *bytes, gsize length, gpointer user_data, GError **error)
{
  Retrieval &retrieval = *static_cast<Retrieval *> (user_data);

  if (retrieval.buffer->len + length > buffer_bytes && !flush (retrieval, error))
    return FALSE;
  g_byte_array_append (retrieval.buffer, bytes, (guint) length);
  tell_progress (retrieval, length);
  return TRUE;
}

// The whole object through our scanner, then its record. The preamble may be anything (PS3.10 7.1): ours is zeros.
bool
examine (const Retrieval &retrieval, NegObjectRecord *record, GError **error)
{
  static const guint8 zeros[preamble_bytes] = { 0 };
  g_auto (NegLayout) layout = {};
  NegSource source;
  bool done;

  neg_source_init_fd (&source, retrieval.fd, 0, retrieval.bytes);
  done = neg_scan (&source, &layout, error) && neg_scan_rest (&source, &layout, nullptr, error)
         && neg_record_read (&source, record, error)
         && neg_record_check_received (record, error);
  neg_source_clear (&source);
  if (!done)
    return false;
  return record->dataset_offset < preamble_bytes || neg::web_write (retrieval.fd, zeros, sizeof zeros, 0, error);
}

void
add_text (GVariantDict &about, const char *name, const char *text)
{
  g_variant_dict_insert (&about, name, "s", text != nullptr ? text : "");
}

// The part is whole: the agent hears what it is. It is not waited for, as nobody but the agent's supply of files
// holds the archive up.
gboolean
end_part (gpointer user_data, GError **error)
{
  Retrieval &retrieval = *static_cast<Retrieval *> (user_data);
  g_autoptr (NegObjectRecord) record = neg_object_record_new ();
  g_autoptr (GError) refused = nullptr;
  GVariantDict about;
  bool is_good;

  if (!flush (retrieval, error))
    return FALSE;
  is_good = examine (retrieval, record, &refused);
  g_variant_dict_init (&about, nullptr);
  add_text (about, "sop-class", record->text[NEG_RECORD_SOP_CLASS_UID]);
  add_text (about, "sop-instance", record->text[NEG_RECORD_SOP_INSTANCE_UID]);
  add_text (about, "transfer-syntax", record->text[NEG_RECORD_TRANSFER_SYNTAX_UID]);
  if (is_good) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();

    neg_object_record_write (record, bytes);
    g_variant_dict_insert_value (&about, "record",
                                 g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes->data, bytes->len, 1));
  } else {
    g_variant_dict_insert (&about, "error", "(us)", (guint32) refused->code, refused->message);
  }
  close (retrieval.fd);
  retrieval.fd = -1;
  return neg::net_send (*retrieval.web->channel, NEG_NET_RECEIVED,
                        g_variant_new ("(ut@a{sv})", retrieval.number, retrieval.bytes, g_variant_dict_end (&about)))
         || neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
}

const NegMultipartHandler parts = { begin_part, write_part, end_part };

bool
take_answer (const guint8 *bytes, gsize length, void *user_data, GError **error)
{
  Retrieval &retrieval = *static_cast<Retrieval *> (user_data);

  if (retrieval.multipart == nullptr && !retrieval.is_refused) {
    long status = 0;

    curl_easy_getinfo (retrieval.web->easy, CURLINFO_RESPONSE_CODE, &status);
    retrieval.is_refused = status != 200 && status != 206;
    if (!retrieval.is_refused) {
      retrieval.multipart = neg_multipart_new (web_content_type (*retrieval.web), &parts, &retrieval, error);
      if (retrieval.multipart == nullptr)
        return false;
    }
  }
  return retrieval.is_refused || neg_multipart_feed (retrieval.multipart, bytes, length, error);
}

// /studies/1.2[/series/3.4[/instances/5.6]]: a study, a series, or each instance by itself.
bool
make_paths (const Web &web, GVariant *keys, std::vector<std::string> *paths, GError **error)
{
  const char *study = neg::web_find_key (keys, "StudyInstanceUID");
  const char *series = neg::web_find_key (keys, "SeriesInstanceUID");
  g_auto (GStrv) instances = g_strsplit (neg::web_find_key (keys, "SOPInstanceUID"), "\\", -1);
  std::string path = "/studies/" + neg::web_escape (web, study);

  if (*study == '\0' || (*series == '\0' && instances[0] != nullptr))
    return neg_fail (error, NEG_ERROR_USAGE, nullptr, "a study, and for instances a series, must be named");
  if (*series != '\0')
    path += "/series/" + neg::web_escape (web, series);
  if (instances[0] == nullptr)
    paths->push_back (path);
  for (guint i = 0; instances[i] != nullptr; i++)
    paths->push_back (path + "/instances/" + neg::web_escape (web, instances[i]));
  return true;
}

bool
fetch (Web &web, const std::string &path, bool *is_part, GError **error)
{
  g_autoptr (GByteArray) buffer = g_byte_array_sized_new (buffer_bytes);
  Retrieval retrieval = {};
  neg::WebRequest request = {};
  long status = 0;
  bool done;

  retrieval.web = &web;
  retrieval.buffer = buffer;
  retrieval.fd = -1;
  request.url = web.base + path;
  request.accept = "multipart/related; type=\"application/dicom\"; transfer-syntax=*";
  request.take = take_answer;
  request.user_data = &retrieval;
  done = web_perform (web, request, &status, error)
         && (status == 200 || status == 206 || web_fail_status (web, status, error))
         && (retrieval.multipart == nullptr || neg_multipart_finish (retrieval.multipart, error));
  neg_multipart_free (retrieval.multipart);
  if (retrieval.fd >= 0)
    close (retrieval.fd);
  if (done && retrieval.passed > 0)
    neg::net_send (*web.channel, NEG_NET_PROGRESS, g_variant_new ("(t)", retrieval.passed));
  *is_part |= status == 206;
  return done;
}

bool
retrieve (Web &web, GVariant *body, GError **error)
{
  g_autoptr (GVariant) keys = g_variant_get_child_value (body, 2);
  const char *comments[] = { nullptr, nullptr };
  bool is_part = false;
  std::vector<std::string> paths;

  if (!make_paths (web, keys, &paths, error))
    return false;
  for (const std::string &path : paths)
    if (!fetch (web, path, &is_part, error))
      return false;
  // Partial Content (PS3.18 10.4.3): not all of what was asked for is in the answer.
  if (is_part)
    comments[0] = "the archive says that it has sent a part (206)";
  return neg::net_send (*web.channel, NEG_NET_DONE, g_variant_new ("(uu^as)", 0, is_part ? status_warning : 0, comments));
}

// --- STOW-RS: one object, one request ---

constexpr char boundary[] = "negatoscope-2e9f61c7a4";

struct Upload {
  std::string head, tail; // around the data set
  int fd;
  guint64 offset, bytes; // of what is sent of the file
  guint64 position;      // in all
  GString *answer;
};

gssize
give (guint8 *target, gsize length, void *user_data, GError **error)
{
  Upload &upload = *static_cast<Upload *> (user_data);
  guint64 file_start = upload.head.size ();
  guint64 file_end = file_start + upload.bytes;
  gssize given = 0;

  if (upload.position < file_start) {
    given = (gssize) MIN (length, file_start - upload.position);
    memcpy (target, upload.head.data () + upload.position, (gsize) given);
  } else if (upload.position < file_end) {
    do
      given = pread (upload.fd, target, MIN (length, file_end - upload.position),
                     (off_t) (upload.offset + upload.position - file_start));
    while (given < 0 && errno == EINTR);
    if (given <= 0) {
      neg_fail (error, NEG_ERROR_TRUNCATED, nullptr, "the object's file is shorter than it was");
      return -1;
    }
  } else if (upload.position < file_end + upload.tail.size ()) {
    given = (gssize) MIN (length, file_end + upload.tail.size () - upload.position);
    memcpy (target, upload.tail.data () + (upload.position - file_end), (gsize) given);
  }
  upload.position += (guint64) given;
  return given;
}

bool
keep_answer (const guint8 *bytes, gsize length, void *user_data, GError **error)
{
  Upload &upload = *static_cast<Upload *> (user_data);

  if (upload.answer->len + length > answer_bytes_max)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the archive's answer is larger than 4 MiB");
  g_string_append_len (upload.answer, reinterpret_cast<const char *> (bytes), (gssize) length);
  return true;
}

void
begin_again (void *user_data)
{
  static_cast<Upload *> (user_data)->position = 0;
}

// The data set as it is, behind a preamble and a meta header of ours, whatever the file's are (PS3.10 7.1).
bool
prepare (Upload &upload, GVariant *body, GError **error)
{
  g_autoptr (GByteArray) meta = nullptr;
  const char *sop_class;
  const char *sop_instance;
  const char *syntax;
  struct stat status;

  g_variant_get (body, "(u&s&s&sts)", nullptr, &sop_class, &sop_instance, &syntax, &upload.offset, nullptr);
  if (fstat (upload.fd, &status) != 0 || status.st_size < 0 || (guint64) status.st_size <= upload.offset)
    return neg_fail (error, NEG_ERROR_UNREADABLE, nullptr, "the object's file cannot be read");
  upload.bytes = (guint64) status.st_size - upload.offset;
  meta = neg_net_part10_new (sop_class, sop_instance, syntax, nullptr, error);
  if (meta == nullptr)
    return false;
  upload.head = std::string ("--") + boundary + "\r\nContent-Type: application/dicom\r\n\r\n";
  upload.tail = std::string ("\r\n--") + boundary + "--\r\n";
  upload.head.append (reinterpret_cast<const char *> (meta->data), meta->len);
  return true;
}

// What became of the object, as a status of C-STORE. False: the archive takes nothing at all.
bool
judge (Web &web, const Upload &upload, long http, guint *status, std::string *comment, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (reinterpret_cast<GDestroyNotify> (g_variant_unref));
  guint reason = 0;

  if (http == 401 || http == 403 || http == 404 || http == 503)
    return web_fail_status (web, http, error);
  /* What is no JSON says nothing more than the HTTP status does; of 202 that something was not stored, perhaps this. */
  bool is_read = upload.answer->len > 0
                 && neg::web_json_read (upload.answer->str, upload.answer->len, rows, &reason, nullptr);
  *status = 0;
  if (reason != 0)
    *status = reason;
  else if (http == 202)
    *status = is_read ? status_warning : status_failed;
  else if (http != 200)
    *status = status_failed;
  if (*status != 0)
    *comment = "HTTP " + std::to_string (http);
  return true;
}

bool
post (Web &web, Upload &upload, long *http, GError **error)
{
  g_autofree char *type
      = g_strconcat ("multipart/related; type=\"application/dicom\"; boundary=", boundary, nullptr);
  neg::WebRequest request = {};

  request.url = web.base + "/studies";
  request.accept = "application/dicom+json";
  request.take = keep_answer;
  request.user_data = &upload;
  request.content_type = type;
  request.upload_bytes = (gint64) (upload.head.size () + upload.bytes + upload.tail.size ());
  request.give = give;
  request.rewind = begin_again;
  return web_perform (web, request, http, error);
}

bool
answer (Web &web, GVariant *body, guint status, const char *comment)
{
  const char *comments[] = { comment, nullptr };
  guint number;

  g_variant_get_child (body, 0, "u", &number);
  return neg::net_send (*web.channel, NEG_NET_DONE, g_variant_new ("(uu^as)", number, status, comments));
}

// What cannot be sent fails alone; false: nothing more can be.
bool
store (Web &web, GVariant *body, int fd, GError **error)
{
  g_autoptr (GString) text = g_string_new (nullptr);
  g_autoptr (GError) unreadable = nullptr;
  Upload upload = {};
  std::string comment;
  const char *reason;
  guint status = 0;
  long http = 0;

  g_variant_get_child (body, 5, "&s", &reason);
  if (fd < 0)
    return answer (web, body, status_failed, reason);
  upload.fd = fd;
  upload.answer = text;
  if (!prepare (upload, body, &unreadable))
    return answer (web, body, status_failed, unreadable->message);
  if (!post (web, upload, &http, error) || !judge (web, upload, http, &status, &comment, error))
    return false;
  neg::net_send (*web.channel, NEG_NET_PROGRESS, g_variant_new ("(t)", upload.bytes));
  return answer (web, body, status, comment.c_str ());
}

} // namespace

bool
neg::web_run_retrieve (Web &web, GError **error)
{
  guint16 type;
  GVariant *body;
  int fd;

  while (web_receive (web, &type, &body, &fd)) {
    g_autoptr (GVariant) question = g_steal_pointer (&body);

    if (fd >= 0)
      close (fd);
    if (type != NEG_NET_MOVE)
      return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a study to retrieve was expected");
    if (!retrieve (web, question, error))
      return false;
  }
  return true;
}

bool
neg::web_run_store (Web &web, GError **error)
{
  guint16 type;
  GVariant *body;
  int fd;

  while (web_receive (web, &type, &body, &fd)) {
    g_autoptr (GVariant) object = g_steal_pointer (&body);
    bool done = type == NEG_NET_SEND ? store (web, object, fd, error)
                                     : neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "an object to send was expected");

    if (fd >= 0)
      close (fd);
    if (!done)
      return false;
  }
  return true;
}
