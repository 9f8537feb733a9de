#include "config.h"

#include "engine/neg-net-web.hh"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

extern "C" {
#include "base/neg-error.h"
}

namespace {

using neg::Web;
using neg::WebMessage;
using neg::WebRequest;

constexpr long buffer_bytes = 512 * 1024;
constexpr int poll_ms = 1000;
constexpr gsize head_bytes_max = 256 * 1024;

// One transfer: what its callbacks need.
struct Transfer {
  Web *web;
  const WebRequest *request;
};

// --- the agent beside it ---

// What became of a received object is the agent's matter alone: the archive is not told.
void
keep (Web &web, const WebMessage &message)
{
  if (message.type == NEG_NET_STATUS)
    g_variant_unref (message.body);
  else
    web.waiting.push_back (message);
}

// Takes in what the agent has said meanwhile. False when nobody waits for the answer any more.
bool
look_up (Web &web)
{
  WebMessage message;

  while (neg::net_receive (*web.channel, false, &message.type, &message.body, &message.fd))
    keep (web, message);
  return !web.channel->is_cancelled;
}

// The socket that NET_CONNECT asks for; what else comes first waits.
int
wait_for_socket (Web &web)
{
  WebMessage message;

  if (!neg::net_send (*web.channel, NEG_NET_CONNECT, g_variant_new ("()")))
    return -1;
  while (!web.channel->is_cancelled) {
    g_autoptr (GVariant) body = nullptr;
    const char *why;

    if (!neg::net_receive (*web.channel, true, &message.type, &message.body, &message.fd))
      continue; // files, or the end
    if (message.type != NEG_NET_SOCKET) {
      keep (web, message);
      continue;
    }
    body = message.body;
    g_variant_get (body, "(&s)", &why);
    if (message.fd < 0)
      neg_fail (&web.failure, NEG_ERROR_REFUSED, nullptr, "%s", *why != '\0' ? why : "no connection");
    return message.fd;
  }
  neg_fail (&web.failure, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  return -1;
}

// --- libcurl's callbacks ---

curl_socket_t
open_socket (void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
  Web &web = *static_cast<Web *> (user_data);
  int fd = web.first_socket;

  web.first_socket = -1;
  if (fd < 0)
    fd = wait_for_socket (web);
  neg::net_give_out (fd);
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

int
set_up_socket (void *user_data, curl_socket_t fd, curlsocktype purpose)
{
  return CURL_SOCKOPT_ALREADY_CONNECTED;
}

// Headers may come for ever, one short line after the other.
size_t
count_head (char *bytes, size_t size, size_t n, void *user_data)
{
  Web &web = *static_cast<Web *> (user_data);

  web.head_bytes += size * n;
  if (web.head_bytes <= head_bytes_max)
    return size * n;
  if (web.failure == nullptr)
    neg_fail (&web.failure, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the headers of the archive's answer have no end");
  return 0;
}

// No coding was asked for, and none is undone.
bool
check_coding (const Web &web, GError **error)
{
  struct curl_header *header;

  if (curl_easy_header (web.easy, "Content-Encoding", 0, CURLH_HEADER, -1, &header) != CURLHE_OK
      || g_ascii_strcasecmp (header->value, "identity") == 0)
    return true;
  return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "the archive compresses its answer, although nobody asked for it");
}

size_t
take_body (char *bytes, size_t size, size_t n, void *user_data)
{
  Transfer &transfer = *static_cast<Transfer *> (user_data);
  Web &web = *transfer.web;

  if (web.failure != nullptr || !check_coding (web, &web.failure)
      || !transfer.request->take (reinterpret_cast<const guint8 *> (bytes), size * n, transfer.request->user_data,
                                  &web.failure))
    return 0;
  return size * n;
}

size_t
give_body (char *target, size_t size, size_t n, void *user_data)
{
  Transfer &transfer = *static_cast<Transfer *> (user_data);
  Web &web = *transfer.web;
  gssize given = transfer.request->give (reinterpret_cast<guint8 *> (target), size * n, transfer.request->user_data,
                                         &web.failure);

  return given < 0 ? CURL_READFUNC_ABORT : (size_t) given;
}

int
rewind_body (void *user_data, curl_off_t offset, int origin)
{
  Transfer &transfer = *static_cast<Transfer *> (user_data);

  if (offset != 0 || origin != SEEK_SET)
    return CURL_SEEKFUNC_FAIL;
  transfer.request->rewind (transfer.request->user_data);
  return CURL_SEEKFUNC_OK;
}

// --- one request ---

bool
set_blob (Web &web, CURLoption option, const char *name)
{
  g_autoptr (GBytes) bytes = neg::net_option_bytes (*web.channel, name);
  struct curl_blob blob = {};

  if (bytes == nullptr)
    return false;
  blob.data = const_cast<void *> (g_bytes_get_data (bytes, &blob.len));
  blob.flags = CURL_BLOB_COPY;
  return curl_easy_setopt (web.easy, option, &blob) == CURLE_OK;
}

// TLS 1.2 at least, the chain by the authorities that were handed over and no others, the name of the host.
void
set_tls (Web &web)
{
  curl_easy_setopt (web.easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt (web.easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (web.easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (web.easy, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt (web.easy, CURLOPT_CAPATH, nullptr);
  set_blob (web, CURLOPT_CAINFO_BLOB, NEG_NET_TLS_CA);
  set_blob (web, CURLOPT_SSLCERT_BLOB, NEG_NET_TLS_CERTIFICATE);
  set_blob (web, CURLOPT_SSLKEY_BLOB, NEG_NET_TLS_KEY);
}

void
set_always (Web &web)
{
  curl_easy_setopt (web.easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (web.easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (web.easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (web.easy, CURLOPT_PROXY, "");
  curl_easy_setopt (web.easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (web.easy, CURLOPT_BUFFERSIZE, buffer_bytes);
  curl_easy_setopt (web.easy, CURLOPT_UPLOAD_BUFFERSIZE, buffer_bytes);
  curl_easy_setopt (web.easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt (web.easy, CURLOPT_OPENSOCKETDATA, &web);
  curl_easy_setopt (web.easy, CURLOPT_SOCKOPTFUNCTION, set_up_socket);
  curl_easy_setopt (web.easy, CURLOPT_HEADERFUNCTION, count_head);
  curl_easy_setopt (web.easy, CURLOPT_HEADERDATA, &web);
  /* Silence, not slowness, is what ends a transfer. */
  curl_easy_setopt (web.easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt (web.easy, CURLOPT_LOW_SPEED_TIME, (long) web.channel->timeout_s);
  curl_easy_setopt (web.easy, CURLOPT_CONNECTTIMEOUT, (long) web.channel->timeout_s);
  set_tls (web);
}

// Names are resolved by the agent; libcurl is told an address that nobody connects to. It needs none for an address of
// IPv6 in digits.
struct curl_slist *
make_addresses (const Web &web)
{
  g_autoptr (GUri) uri = g_uri_parse (web.base.c_str (), G_URI_FLAGS_NONE, nullptr);
  int port = uri != nullptr ? g_uri_get_port (uri) : -1;
  std::string entry;

  if (uri == nullptr || strchr (g_uri_get_host (uri), ':') != nullptr)
    return nullptr;
  if (port < 0)
    port = g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 ? 443 : 80;
  entry = std::string (g_uri_get_host (uri)) + ":" + std::to_string (port) + ":127.0.0.1";
  return curl_slist_append (nullptr, entry.c_str ());
}

struct curl_slist *
make_headers (const Web &web, const WebRequest &request)
{
  struct curl_slist *headers
      = curl_slist_append (nullptr, (std::string ("Accept: ") + request.accept).c_str ());

  headers = curl_slist_append (headers, "Expect:");
  if (request.content_type != nullptr)
    headers = curl_slist_append (headers, (std::string ("Content-Type: ") + request.content_type).c_str ());
  if (request.if_none_match != nullptr && *request.if_none_match != '\0')
    headers = curl_slist_append (headers, (std::string ("If-None-Match: ") + request.if_none_match).c_str ());
  if (request.if_modified_since != nullptr && *request.if_modified_since != '\0')
    headers = curl_slist_append (headers, (std::string ("If-Modified-Since: ") + request.if_modified_since).c_str ());
  if (!web.authorization.empty ())
    headers = curl_slist_append (headers, ("Authorization: " + web.authorization).c_str ());
  return headers;
}

void
set_request (Web &web, Transfer &transfer)
{
  const WebRequest &request = *transfer.request;

  curl_easy_setopt (web.easy, CURLOPT_URL, request.url.c_str ());
  curl_easy_setopt (web.easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt (web.easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt (web.easy, CURLOPT_TIMEOUT, request.limit_s);
  if (request.content_type == nullptr) {
    curl_easy_setopt (web.easy, CURLOPT_HTTPGET, 1L);
    return;
  }
  curl_easy_setopt (web.easy, CURLOPT_POST, 1L);
  curl_easy_setopt (web.easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request.upload_bytes);
  curl_easy_setopt (web.easy, CURLOPT_READFUNCTION, give_body);
  curl_easy_setopt (web.easy, CURLOPT_READDATA, &transfer);
  curl_easy_setopt (web.easy, CURLOPT_SEEKFUNCTION, rewind_body);
  curl_easy_setopt (web.easy, CURLOPT_SEEKDATA, &transfer);
}

NegErrorCode
code_of (CURLcode code)
{
  switch (code) {
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CIPHER:
    return NEG_ERROR_TLS;
  case CURLE_OPERATION_TIMEDOUT:
    return NEG_ERROR_TIMEOUT;
  case CURLE_COULDNT_CONNECT:
    return NEG_ERROR_REFUSED;
  case CURLE_RECV_ERROR:
  case CURLE_SEND_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_PARTIAL_FILE:
    return NEG_ERROR_ABORTED;
  case CURLE_OUT_OF_MEMORY:
    return NEG_ERROR_MEMORY;
  default:
    return NEG_ERROR_PROTOCOL;
  }
}

// Certificates that do not hold are the one failure of which the library knows more than its number says.
bool
fail (Web &web, CURLcode code, const char *detail, GError **error)
{
  if (web.failure != nullptr) {
    g_propagate_error (error, g_steal_pointer (&web.failure));
    return false;
  }
  if (web.channel->is_cancelled)
    return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  return neg_fail (error, code_of (code), nullptr, "%s",
                   code_of (code) == NEG_ERROR_TLS && *detail != '\0' ? detail : curl_easy_strerror (code));
}

// Until the transfer has ended, the agent wants it no more, or something beneath fails.
CURLcode
run_transfer (Web &web)
{
  struct curl_waitfd agent = {};
  int running = 1;

  agent.fd = web.channel->socket;
  agent.events = CURL_WAIT_POLLIN;
  for (;;) {
    CURLMsg *message;
    int n;

    if (curl_multi_perform (web.multi, &running) != CURLM_OK)
      return CURLE_FAILED_INIT;
    while ((message = curl_multi_info_read (web.multi, &n)) != nullptr)
      if (message->msg == CURLMSG_DONE)
        return message->data.result;
    if (!look_up (web) || curl_multi_poll (web.multi, &agent, 1, poll_ms, nullptr) != CURLM_OK)
      return CURLE_ABORTED_BY_CALLBACK;
  }
}

} // namespace

neg::WebHandles *
neg::web_preload ()
{
  WebHandles *handles;

  if (curl_global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return nullptr;
  handles = g_new0 (WebHandles, 1);
  handles->multi = curl_multi_init ();
  handles->easy = curl_easy_init ();
  return handles->multi != nullptr && handles->easy != nullptr ? handles : nullptr;
}

bool
neg::web_run (NetChannel &channel, int socket, WebHandles *handles, GError **error)
{
  const char *role = net_option_string (channel, NEG_NET_ROLE);
  const char *base = net_option_string (channel, NEG_NET_URL);
  const char *authorization = net_option_string (channel, NEG_NET_AUTHORIZATION);
  Web web = {};

  web.channel = &channel;
  web.multi = handles->multi;
  web.easy = handles->easy;
  web.first_socket = socket;
  web.base = base != nullptr ? base : "";
  web.authorization = authorization != nullptr ? authorization : "";
  while (!web.base.empty () && web.base.back () == '/')
    web.base.pop_back ();
  if (!net_send (channel, NEG_NET_OPENED, g_variant_new_parsed ("@a{sv} {}")))
    return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  if (g_strcmp0 (role, "web-query") == 0)
    return web_run_query (web, error);
  if (g_strcmp0 (role, "web-retrieve") == 0)
    return web_run_retrieve (web, error);
  if (g_strcmp0 (role, "web-fetch") == 0)
    return web_run_fetch (web, error);
  return web_run_store (web, error);
}

bool
neg::web_receive (Web &web, guint16 *type, GVariant **body, int *fd)
{
  WebMessage message;

  while (web.waiting.empty () && !web.channel->is_cancelled && !web.channel->is_finished)
    if (net_receive (*web.channel, true, &message.type, &message.body, &message.fd))
      keep (web, message);
  if (web.waiting.empty () || web.channel->is_cancelled)
    return false;
  *type = web.waiting.front ().type;
  *body = web.waiting.front ().body;
  *fd = web.waiting.front ().fd;
  web.waiting.pop_front ();
  return true;
}

int
neg::web_take_file (Web &web, guint *number)
{
  struct pollfd agent = { web.channel->socket, POLLIN, 0 };

  while (look_up (web) && g_queue_is_empty (&web.channel->files) && !web.channel->has_no_room)
    if (poll (&agent, 1, -1) < 0 && errno != EINTR)
      return -1;
  if (web.channel->is_cancelled || g_queue_is_empty (&web.channel->files))
    return -1;
  *number = web.channel->n_files_taken++;
  return GPOINTER_TO_INT (g_queue_pop_head (&web.channel->files));
}

bool
neg::web_perform (Web &web, const WebRequest &request, long *status, GError **error)
{
  char detail[CURL_ERROR_SIZE] = "";
  Transfer transfer = { &web, &request };
  struct curl_slist *addresses = make_addresses (web);
  struct curl_slist *headers = make_headers (web, request);
  CURLcode code;

  *status = 0;
  web.head_bytes = 0;
  curl_easy_reset (web.easy);
  set_always (web);
  set_request (web, transfer);
  curl_easy_setopt (web.easy, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt (web.easy, CURLOPT_RESOLVE, addresses);
  curl_easy_setopt (web.easy, CURLOPT_HTTPHEADER, headers);
  curl_multi_add_handle (web.multi, web.easy);
  code = run_transfer (web);
  curl_easy_getinfo (web.easy, CURLINFO_RESPONSE_CODE, status);
  curl_multi_remove_handle (web.multi, web.easy);
  curl_slist_free_all (headers);
  curl_slist_free_all (addresses);
  return (code == CURLE_OK && web.failure == nullptr) || fail (web, code, detail, error);
}

const char *
neg::web_content_type (const Web &web)
{
  const char *type = nullptr;

  curl_easy_getinfo (web.easy, CURLINFO_CONTENT_TYPE, &type);
  return type != nullptr ? type : "";
}

bool
neg::web_fail_status (const Web &web, long status, GError **error)
{
  switch (status) {
  case 401:
    return neg_fail (error, NEG_ERROR_AUTH, nullptr, "the archive wants a user name and a password, or other ones (401)");
  case 403:
    return neg_fail (error, NEG_ERROR_AUTH, nullptr, "the archive does not allow this (403)");
  case 404:
    return neg_fail (error, NEG_ERROR_NOT_FOUND, nullptr, "the archive does not have this, or the path is wrong (404)");
  case 406:
  case 415:
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, nullptr, "the archive does not speak this form of DICOMweb (%ld)",
                     status);
  case 503:
    return neg_fail (error, NEG_ERROR_BUSY, nullptr, "the archive is busy (503)");
  default:
    if (status >= 300 && status < 400)
      return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "the archive sends us elsewhere (%ld): its address is another",
                       status);
    return neg_fail (error, NEG_ERROR_REFUSED, nullptr, "the archive answered with HTTP status %ld", status);
  }
}

std::string
neg::web_escape (const Web &web, const char *text)
{
  char *escaped = curl_easy_escape (web.easy, text, 0);
  std::string copy = escaped != nullptr ? escaped : "";

  curl_free (escaped);
  return copy;
}

bool
neg::web_write (int fd, const guint8 *bytes, gsize length, guint64 offset, GError **error)
{
  while (length > 0) {
    gssize written = pwrite (fd, bytes, length, (off_t) offset);

    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return neg_fail (error, errno == ENOSPC || errno == EDQUOT ? NEG_ERROR_DISK_FULL : NEG_ERROR_UNREADABLE, nullptr,
                       "what came cannot be written: %s", g_strerror (errno));
    bytes += written;
    offset += (guint64) written;
    length -= (gsize) written;
  }
  return true;
}

const char *
neg::web_find_key (GVariant *keys, const char *keyword)
{
  GVariantIter iterator;
  const char *name;
  const char *value;

  g_variant_iter_init (&iterator, keys);
  while (g_variant_iter_next (&iterator, "(&s&s)", &name, &value))
    if (g_str_equal (name, keyword))
      return value;
  return "";
}
