#include "config.h"

#include <dcmtk/dcmdata/dctag.h>

#include "engine/neg-net-web.hh"

extern "C" {
#include "base/neg-error.h"
}

namespace {

using neg::Web;

constexpr gsize answer_bytes_max = (gsize) 64 << 20;
constexpr guint page = 500;
constexpr guint rows_max = 1000000;

// One C-FIND identifier, sorted into what the path, the filters and the return keys of QIDO-RS are.
struct Query {
  guint32 id;
  guint32 limit;
  std::string path;
  std::string filters;
  GPtrArray *rows; // of GVariant a(ss)
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

bool
make_query (const Web &web, GVariant *body, Query &query, GError **error)
{
  g_autoptr (GVariant) keys = g_variant_get_child_value (body, 3);
  const char *level = find_key (keys, "QueryRetrieveLevel");
  GVariantIter iterator;
  const char *name;
  const char *value;

  g_variant_get_child (body, 0, "u", &query.id);
  g_variant_get_child (body, 1, "u", &query.limit);
  query.limit = MIN (query.limit, rows_max);
  query.path = make_path (web, keys, level);
  g_variant_iter_init (&iterator, keys);
  while (g_variant_iter_next (&iterator, "(&s&s)", &name, &value)) {
    std::string attribute = attribute_of (name);
    g_autofree char *list = g_strdelimit (g_strdup (value), "\\", ',');

    if (attribute.empty ())
      return neg_fail (error, NEG_ERROR_USAGE, name, "no attribute has the keyword %s", name);
    if (is_in_path (name, level) && (*value != '\0' || g_strcmp0 (name, "QueryRetrieveLevel") == 0))
      continue;
    query.filters += "&" + (*value != '\0' ? attribute + "=" + neg::web_escape (web, list) : "includefield=" + attribute);
  }
  return true;
}

bool
keep_text (const guint8 *bytes, gsize length, void *user_data, GError **error)
{
  GString *text = static_cast<GString *> (user_data);

  if (text->len + length > answer_bytes_max)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the archive's answer is larger than 64 MiB");
  g_string_append_len (text, reinterpret_cast<const char *> (bytes), (gssize) length);
  return true;
}

// One page, added to query.rows; *n is what came.
bool
fetch_page (Web &web, Query &query, guint wanted, guint *n, GError **error)
{
  g_autoptr (GString) text = g_string_new (nullptr);
  neg::WebRequest request = {};
  guint before = query.rows->len;
  long status = 0;

  *n = 0;
  request.url = web.base + query.path + "?limit=" + std::to_string (wanted) + "&offset=" + std::to_string (before)
                + query.filters;
  request.accept = "application/dicom+json";
  request.take = keep_text;
  request.user_data = text;
  if (!web_perform (web, request, &status, error))
    return false;
  if (status == 204)
    return true;
  if (status != 200 && status != 206)
    return web_fail_status (web, status, error);
  if (!neg::web_json_read (text->str, text->len, query.rows, nullptr, error))
    return false;
  *n = query.rows->len - before;
  return true;
}

// An archive that does not know "offset" would answer the same for ever.
bool
is_repeated (const Query &query, guint n)
{
  guint second = query.rows->len - n;

  return second > 0 && n > 0
         && g_variant_equal (static_cast<GVariant *> (query.rows->pdata[0]),
                             static_cast<GVariant *> (query.rows->pdata[second]));
}

// Up to one more than the limit, so that it shows whether there is more. *reason is static.
bool
fetch_all (Web &web, Query &query, const char **reason, GError **error)
{
  *reason = "";
  for (;;) {
    guint left = query.limit + 1 > query.rows->len ? query.limit + 1 - query.rows->len : 0;
    guint wanted = MIN (left, page);
    guint n = 0;

    if (wanted == 0)
      break;
    if (!fetch_page (web, query, wanted, &n, error))
      return false;
    if (is_repeated (query, n)) {
      g_ptr_array_set_size (query.rows, (gint) (query.rows->len - n));
      *reason = "the archive gives only the first page";
      return true;
    }
    if (n != wanted)
      break; // the last page, or an archive that knows no limit and gave all
  }
  if (query.rows->len > query.limit) {
    g_ptr_array_set_size (query.rows, (gint) query.limit);
    *reason = "limit";
  }
  return true;
}

void
send_rows (Web &web, const Query &query)
{
  for (guint first = 0; first < query.rows->len; first += NEG_NET_ROWS_MAX) {
    GVariantBuilder rows;

    g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa(ss)"));
    for (guint i = first; i < MIN (first + NEG_NET_ROWS_MAX, query.rows->len); i++)
      g_variant_builder_add_value (&rows, static_cast<GVariant *> (query.rows->pdata[i]));
    neg::net_send (*web.channel, NEG_NET_ROWS, g_variant_new ("(uaa(ss))", query.id, &rows));
  }
}

bool
answer (Web &web, GVariant *body, GError **error)
{
  g_autoptr (GPtrArray) rows
      = g_ptr_array_new_with_free_func (reinterpret_cast<GDestroyNotify> (g_variant_unref));
  const char *comments[] = { "", nullptr };
  Query query = {};

  query.rows = rows;
  if (!make_query (web, body, query, error) || !fetch_all (web, query, &comments[0], error))
    return false;
  send_rows (web, query);
  return neg::net_send (*web.channel, NEG_NET_DONE, g_variant_new ("(uu^as)", query.id, 0, comments));
}

} // namespace

bool
neg::web_run_query (Web &web, GError **error)
{
  guint16 type;
  GVariant *body;
  int fd;

  while (web_receive (web, true, &type, &body, &fd)) {
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
