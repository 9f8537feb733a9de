// What the DICOMweb files share. libcurl on sockets that the agent has connected: it never resolves, opens or connects
// (CURLOPT_OPENSOCKETFUNCTION, CURL_SOCKOPT_ALREADY_CONNECTED); HTTP/1.1 on one connection at a time, no redirects, no
// proxies, no content coding.
//
// neg-net-web.cc           the client, one request at a time, the agent's channel beside it
// neg-net-web-query.cc     QIDO-RS (PS3.18 10.6)
// neg-net-web-json.cc      DICOM JSON (PS3.18 annex F) to flat attributes
// neg-net-web-transfer.cc  WADO-RS (10.4), STOW-RS (10.5)
// neg-net-web-fetch.cc     no DICOM: files of a site's library, what is posted to it
#pragma once

#include "engine/neg-net-private.hh"

#include <curl/curl.h>
#include <deque>
#include <string>

namespace neg {

// A message that came while a request was under way.
struct WebMessage {
  guint16 type;
  GVariant *body;
  int fd;
};

struct Web {
  NetChannel *channel;
  CURLM *multi;
  CURL *easy;
  int first_socket; // handed over with NET_BEGIN; -1 once used
  std::string base; // without a slash at its end
  std::string authorization;
  std::deque<WebMessage> waiting;
  GError *failure; // of a callback, which can only say no
  gsize head_bytes; // of the answer under way
};

struct WebRequest {
  std::string url;
  const char *accept;
  // The answer's body in pieces, with status and content type known; false: *error is set.
  bool (*take) (const guint8 *bytes, gsize length, void *user_data, GError **error);
  void *user_data;
  // Of a POST; nullptr: GET.
  const char *content_type;
  gint64 upload_bytes;
  gssize (*give) (guint8 *target, gsize length, void *user_data, GError **error);
  void (*rewind) (void *user_data); // the connection had been closed meanwhile: all of it once more
  const char *if_none_match, *if_modified_since; // nullptr or "": none
  long limit_s; // for all of it; 0: silence alone ends it
};

// The next message for this role, when it comes. False: finished, cancelled or gone.
bool web_receive (Web &web, guint16 *type, GVariant **body, int *fd);

// The next empty file and its number; waits for it. -1 when cancelled.
int web_take_file (Web &web, guint *number);

// Blocks until the answer is there; *status is HTTP's. False for anything below HTTP, and when take() failed.
bool web_perform (Web &web, const WebRequest &request, long *status, GError **error);

// The content type of the answer under way; "" where absent.
const char *web_content_type (const Web &web);

// An HTTP status that ends what was asked for, in words. Always false.
bool web_fail_status (const Web &web, long status, GError **error);

// Part of a path or query, escaped.
std::string web_escape (const Web &web, const char *text);

// What comes, into the file at @offset. DISK_FULL, UNREADABLE.
bool web_write (int fd, const guint8 *bytes, gsize length, guint64 offset, GError **error);

// The value of @keyword among a(ss), "" where absent; borrowed.
const char *web_find_key (GVariant *keys, const char *keyword);

bool web_run_query (Web &web, GError **error);
bool web_run_retrieve (Web &web, GError **error);
bool web_run_store (Web &web, GError **error);
bool web_run_fetch (Web &web, GError **error);

// libcurl's handles, made before the engine is sealed: later it could not open what it wakes itself with. Null: no
// memory. Given, for the life of the process.
struct WebHandles {
  CURLM *multi;
  CURL *easy;
};
WebHandles *web_preload ();

// The role of NET_BEGIN, to its end.
bool web_run (NetChannel &channel, int socket, WebHandles *handles, GError **error);

// The objects of a JSON array as a(ss) each, into @rows; bounded in depth and size. Nullable @failure_reason: the first
// Failure Reason (0008,1197) found in a Failed SOP Sequence (0008,1198), else 0.
bool web_json_read (const char *text, gsize length, GPtrArray *rows, guint *failure_reason, GError **error);

} // namespace neg
