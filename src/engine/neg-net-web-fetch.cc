#include "config.h"

#include <cerrno>
#include <unistd.h>

#include "engine/neg-net-web.hh"

extern "C" {
#include "base/neg-error.h"
}

namespace {

using neg::Web;

constexpr guint64 bytes_max_default = (guint64) 4 << 20;
constexpr gint64 progress_us = 1000000;
constexpr guint64 limit_s_max = 3600;
constexpr gsize header_bytes_max = 1000;
constexpr time_t settled_s = 2;

// One answer under way, into the file.
struct Fetch {
  Web *web;
  int fd; // -1: what comes is not kept
  guint64 bytes, bytes_max;
  gint64 told_us;
  std::string body;
  gsize n_given;
};

guint64
find_number (GVariant *keys, const char *name, guint64 otherwise)
{
  guint64 value = 0;

  return g_ascii_string_to_unsigned (neg::web_find_key (keys, name), 10, 1, G_MAXINT64, &value, nullptr) ? value : otherwise;
}

// The agent would take silence for the end of it.
void
tell_progress (Fetch &fetch)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - fetch.told_us < progress_us)
    return;
  neg::net_send (*fetch.web->channel, NEG_NET_PROGRESS, g_variant_new ("(t)", fetch.bytes));
  fetch.told_us = now_us;
}

// Only what was asked for is kept: the body of an error is not.
bool
take_answer (const guint8 *bytes, gsize length, void *user_data, GError **error)
{
  Fetch &fetch = *static_cast<Fetch *> (user_data);
  long status = 0;

  if (length > fetch.bytes_max - fetch.bytes)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the answer is larger than %" G_GUINT64_FORMAT " bytes",
                     fetch.bytes_max);
  curl_easy_getinfo (fetch.web->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200 && fetch.fd >= 0 && !neg::web_write (fetch.fd, bytes, length, fetch.bytes, error))
    return false;
  fetch.bytes += length;
  tell_progress (fetch);
  return true;
}

gssize
give_body (guint8 *target, gsize length, void *user_data, GError **error)
{
  Fetch &fetch = *static_cast<Fetch *> (user_data);
  gsize n = MIN (length, fetch.body.size () - fetch.n_given);

  fetch.body.copy (reinterpret_cast<char *> (target), n, fetch.n_given);
  fetch.n_given += n;
  return (gssize) n;
}

void
rewind_body (void *user_data)
{
  static_cast<Fetch *> (user_data)->n_given = 0;
}

void
add_header (const Web &web, GVariantBuilder *row, const char *name, const char *key)
{
  struct curl_header *header;

  if (curl_easy_header (web.easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
    return;
  g_autofree char *valid = g_utf8_make_valid (header->value, (gssize) strnlen (header->value, header_bytes_max));
  g_variant_builder_add (row, "(ss)", key, valid);
}

// What may change again within its second says nothing yet (RFC 9110 8.8.2.2).
bool
is_old_enough (const Web &web)
{
  struct curl_header *modified;
  struct curl_header *date;

  // A header that is read is good until the next one is.
  if (curl_easy_header (web.easy, "Last-Modified", 0, CURLH_HEADER, -1, &modified) != CURLHE_OK)
    return false;
  const time_t modified_s = curl_getdate (modified->value, nullptr);
  if (modified_s < 0 || curl_easy_header (web.easy, "Date", 0, CURLH_HEADER, -1, &date) != CURLHE_OK)
    return false;
  const time_t date_s = curl_getdate (date->value, nullptr);
  return date_s >= 0 && date_s - modified_s >= settled_s;
}

bool
tell (Web &web, guint id, long status)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa(ss)"));
  g_variant_builder_open (&rows, G_VARIANT_TYPE ("a(ss)"));
  add_header (web, &rows, "ETag", "etag");
  add_header (web, &rows, "Location", "location");
  if (is_old_enough (web))
    add_header (web, &rows, "Last-Modified", "last-modified");
  g_variant_builder_close (&rows);
  return neg::net_send (*web.channel, NEG_NET_ROWS, g_variant_new ("(uaa(ss))", id, &rows))
         && neg::net_send (*web.channel, NEG_NET_DONE,
                           g_variant_new_parsed ("(%u, %u, @as [])", id, (guint32) CLAMP (status, 0, 999)));
}

bool
fetch_one (Web &web, GVariant *question, GError **error)
{
  g_autoptr (GVariant) keys = g_variant_get_child_value (question, 3);
  neg::WebRequest request = {};
  Fetch fetch = {};
  guint number = 0;
  guint id = 0;
  long status = 0;
  bool done;

  g_variant_get_child (question, 0, "u", &id);
  fetch.web = &web;
  fetch.fd = neg::web_take_file (web, &number);
  if (fetch.fd < 0)
    return neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled");
  fetch.bytes_max = find_number (keys, "bytes-max", bytes_max_default);
  fetch.body = neg::web_find_key (keys, "body");
  request.url = neg::web_find_key (keys, "url");
  request.accept = neg::web_find_key (keys, "accept");
  request.if_none_match = neg::web_find_key (keys, "if-none-match");
  request.if_modified_since = neg::web_find_key (keys, "if-modified-since");
  request.limit_s = (long) MIN (find_number (keys, "limit-s", 60), limit_s_max);
  request.take = take_answer;
  request.user_data = &fetch;
  if (*neg::web_find_key (keys, "content-type") != '\0') {
    request.content_type = neg::web_find_key (keys, "content-type");
    request.upload_bytes = (gint64) fetch.body.size ();
    request.give = give_body;
    request.rewind = rewind_body;
  }
  done = neg::web_perform (web, request, &status, error);
  close (fetch.fd);
  // What was posted is taken, whatever else the answer says, at any length or without an end: nobody reads it.
  if (!done && request.content_type != nullptr && status >= 200 && status < 300 && !web.channel->is_cancelled) {
    g_clear_error (error);
    done = true;
  }
  return done && (tell (web, id, status) || neg_fail (error, NEG_ERROR_CANCELLED, nullptr, "cancelled"));
}

} // namespace

bool
neg::web_run_fetch (Web &web, GError **error)
{
  guint16 type;
  GVariant *body;
  int fd;

  while (web_receive (web, &type, &body, &fd)) {
    g_autoptr (GVariant) question = g_steal_pointer (&body);

    if (fd >= 0)
      close (fd);
    if (type != NEG_NET_KEYS)
      return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a request was expected");
    if (!fetch_one (web, question, error))
      return false;
  }
  return true;
}
