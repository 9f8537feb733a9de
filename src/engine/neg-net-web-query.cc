#include "config.h"

#include <dcmtk/dcmdata/dctag.h>

#include "engine/neg-net-web.hh"

extern "C" {
#include "base/neg-error.h"
}

namespace {

using neg::Web;

constexpr gsize answer_bytes_max = (gsize) 32 << 20;
constexpr gsize rows_bytes_max = (gsize) 8 << 20; // of one message; well below NEG_NET_BODY_MAX
constexpr guint page = 500;
constexpr guint page_certain = 100; // no archive's own limit is smaller: a page below it is the last one
constexpr guint rows_max = 1000000;

// One C-FIND identifier, sorted into what the path, the filters and the return keys of QIDO-RS are.
struct Query {
  guint32 id;
  guint32 limit;
  std::string path;
  std::string filters, fields;
  std::string bare_filters; // with "^" as it is, which a query may not have, and which some find names by alone
  guint n_rows;    // sent to the agent
  GVariant *first; // of them
};

const char *
find_key (GVariant *keys, const char *name)
{
  GVariantIter iterator;
  const char *path;
  const char *value;

  g_variant_iter_init (&iterator, keys);
  while (g_variant_iter_next (&iterator, "(&s&s)", &path, &value))
    if (g_strcmp0 (path, name) == 0)
      return value;
  return "";
}

// "Sequence[0].Keyword" as QIDO-RS has it: tags joined by dots (PS3.18 8.3.4.1). "" where the dictionary has none.
std::string
attribute_of (const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", 64);
  std::string joined;

  for (guint i = 0; names[i] != nullptr; i++) {
    DcmTag tag;
    char digits[9];

    names[i][strcspn (names[i], "[")] = '\0';
    if (DcmTag::findTagFromName (names[i], tag).bad ())
      return "";
    g_snprintf (digits, sizeof digits, "%04X%04X", tag.getGTag (), tag.getETag ());
    joined += (i > 0 ? "." : "") + std::string (digits);
  }
  return joined;
}

// The study and series that the path names are not filters as well.
bool
is_in_path (const char *name, const char *level)
{
  if (g_strcmp0 (name, "QueryRetrieveLevel") == 0)
    return true;
  if (g_strcmp0 (name, "StudyInstanceUID") == 0)
    return g_strcmp0 (level, "SERIES") == 0 || g_strcmp0 (level, "IMAGE") == 0;
  return g_strcmp0 (name, "SeriesInstanceUID") == 0 && g_strcmp0 (level, "IMAGE") == 0;
}

std::string
make_path (const Web &web, GVariant *keys, const char *level)
{
  const char *study = find_key (keys, "StudyInstanceUID");
  const char *series = find_key (keys, "SeriesInstanceUID");
  bool is_image = g_strcmp0 (level, "IMAGE") == 0;
  std::string path;

  if (!is_image && g_strcmp0 (level, "SERIES") != 0)
    return "/studies";
  if (*study != '\0')
    path = "/studies/" + neg::web_escape (web, study);
  if (is_image && *study != '\0' && *series != '\0')
    path += "/series/" + neg::web_escape (web, series);
  return path + (is_image ? "/instances" : "/series");
}

// What a query may have as it is (RFC 3986 3.4) stays so: Orthanc undoes no escaping here, and looks for a name with a
// percent sign in it.
std::string
escape_value (const char *value, const char *plain)
{
  g_autofree char *escaped = g_uri_escape_string (value, plain, FALSE);

  return escaped;
}

void
add_filter (Query &query, const std::string &attribute, const char *value)
{
  query.filters += "&" + attribute + "=" + escape_value (value, "*?,:/");
  query.bare_filters += "&" + attribute + "=" + escape_value (value, "*?,:/^");
}

bool
make_query (const Web &web, GVariant *body, Query &query, GError **error)
{
  g_autoptr (GVariant) keys = g_variant_get_child_value (body, 3);
  const char *level = find_key (keys, "QueryRetrieveLevel");
  GVariantIter iterator;
  const char *name;
  const char *value;

  if (g_strcmp0 (level, "PATIENT") == 0)
    return neg_fail (error, NEG_ERROR_UNSUPPORTED, nullptr, "patients are not asked for over DICOMweb, but their studies");
  g_variant_get_child (body, 0, "u", &query.id);
  g_variant_get_child (body, 1, "u", &query.limit);
  query.limit = query.limit != 0 ? MIN (query.limit, rows_max) : rows_max;
  query.path = make_path (web, keys, level);
  g_variant_iter_init (&iterator, keys);
  while (g_variant_iter_next (&iterator, "(&s&s)", &name, &value)) {
    std::string attribute = attribute_of (name);
    g_autofree char *list = g_strdelimit (g_strdup (value), "\\", ',');

    if (attribute.empty ())
      return neg_fail (error, NEG_ERROR_USAGE, name, "no attribute has the keyword %s", name);
    if (is_in_path (name, level) && (*value != '\0' || g_strcmp0 (name, "QueryRetrieveLevel") == 0))
      continue;
    if (*value != '\0')
      add_filter (query, attribute, list);
    else
      query.fields += "&includefield=" + attribute;
  }
  return true;
}

bool
keep_text (const guint8 *bytes, gsize length, void *user_data, GError **error)
{
  GString *text = static_cast<GString *> (user_data);

  if (text->len + length > answer_bytes_max)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the archive's answer is larger than 32 MiB");
  g_string_append_len (text, reinterpret_cast<const char *> (bytes), (gssize) length);
  return true;
}

// One page.
bool
fetch_page (Web &web, const Query &query, guint wanted, GPtrArray *rows, GError **error)
{
  g_autoptr (GString) text = g_string_new (nullptr);
  neg::WebRequest request = {};
  long status = 0;

  request.url = web.base + query.path + "?limit=" + std::to_string (wanted) + "&offset=" + std::to_string (query.n_rows)
                + query.filters + query.fields;
  request.accept = "application/dicom+json";
  request.take = keep_text;
  request.user_data = text;
  if (!web_perform (web, request, &status, error))
    return false;
  if (status == 204)
    return true;
  if (status != 200 && status != 206)
    return web_fail_status (web, status, error);
  return neg::web_json_read (text->str, text->len, rows, nullptr, error);
}

// An archive that does not know "offset" would answer the same for ever.
bool
is_repeated (Query &query, GPtrArray *rows)
{
  auto *first = rows->len > 0 ? static_cast<GVariant *> (rows->pdata[0]) : nullptr;

  if (first == nullptr)
    return false;
  if (query.first != nullptr)
    return g_variant_equal (query.first, first);
  query.first = g_variant_ref (first);
  return false;
}

// A page's rows up to the limit, in messages of a size that can travel.
void
send_rows (Web &web, Query &query, GPtrArray *rows)
{
  guint n = MIN (rows->len, query.limit - query.n_rows);

  for (guint i = 0; i < n;) {
    GVariantBuilder part;
    gsize bytes = 0;

    g_variant_builder_init (&part, G_VARIANT_TYPE ("aa(ss)"));
    for (guint k = 0; i < n && k < NEG_NET_ROWS_MAX && bytes < rows_bytes_max; i++, k++) {
      auto *row = static_cast<GVariant *> (rows->pdata[i]);

      bytes += g_variant_get_size (row);
      g_variant_builder_add_value (&part, row);
    }
    neg::net_send (*web.channel, NEG_NET_ROWS, g_variant_new ("(uaa(ss))", query.id, &part));
  }
  query.n_rows += n;
}

// Up to one more than the limit, so that it shows whether there is more. A page shorter than asked for may be as long as
// the archive makes them (PS3.18 8.3.4.4), or all that an archive has that knows no pages. *reason is static.
bool
fetch_all (Web &web, Query &query, const char **reason, GError **error)
{
  bool was_full = false;

  for (;;) {
    g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (reinterpret_cast<GDestroyNotify> (g_variant_unref));
    guint left = query.limit - query.n_rows;
    guint wanted = MIN (left, page - 1) + 1;

    if (!fetch_page (web, query, wanted, rows, error))
      return false;
    if (is_repeated (query, rows)) {
      *reason = was_full ? "the archive gives only the first page" : "";
      return true;
    }
    send_rows (web, query, rows);
    if (rows->len > left) {
      *reason = "limit";
      return true;
    }
    was_full = rows->len == wanted;
    if (!was_full && rows->len < page_certain)
      return true;
  }
}

bool
answer (Web &web, GVariant *body, GError **error)
{
  const char *comments[] = { "", nullptr };
  Query query = {};
  bool done = make_query (web, body, query, error) && fetch_all (web, query, &comments[0], error);

  if (done && query.n_rows == 0 && query.filters != query.bare_filters) {
    query.filters = query.bare_filters;
    fetch_all (web, query, &comments[0], nullptr); // who refuses this had understood it the first time
  }
  g_clear_pointer (&query.first, g_variant_unref);
  return done && neg::net_send (*web.channel, NEG_NET_DONE, g_variant_new ("(uu^as)", query.id, 0, comments));
}

} // namespace

bool
neg::web_run_query (Web &web, GError **error)
{
  guint16 type;
  GVariant *body;
  int fd;

  while (web_receive (web, &type, &body, &fd)) {
    g_autoptr (GVariant) question = g_steal_pointer (&body);

    if (fd >= 0)
      close (fd);
    if (type != NEG_NET_KEYS)
      return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "a query was expected");
    if (!answer (web, question, error))
      return false;
  }
  return true;
}
