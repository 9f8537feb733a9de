#include "config.h"

#include <dcmtk/dcmdata/dctag.h>
#include <json-glib/json-glib.h>

#include "engine/neg-net-web.hh"

extern "C" {
#include "base/neg-error.h"
#include "base/neg-json-shape.h"
}

namespace {

constexpr guint attributes_max = 4096; // of one data set
constexpr gsize value_bytes_max = 65536;
constexpr guint reason_unknown = 0x0110; // processing failure (PS3.7 C.5)
constexpr gsize row_bytes_max = (gsize) 1 << 20;

// json-glib makes 400 bytes of an object and 150 of a value or an array, be it empty: what an answer of 500 data sets
// has is a tenth of these, and what they need is a third of this process's memory.
constexpr NegJsonLimits limits = { 200, 1000000, 400000 }; // 64 nested sequences are 3 levels of JSON each

struct Row {
  GVariantBuilder builder;
  guint n;
  gsize bytes;
};

// Eight hex digits; 0 for anything else.
guint32
read_tag (const char *name)
{
  for (guint i = 0; i < 8; i++)
    if (!g_ascii_isxdigit (name[i]))
      return 0;
  return name[8] == '\0' ? (guint32) g_ascii_strtoull (name, nullptr, 16) : 0;
}

// The keyword where the dictionary has one.
std::string
name_tag (guint32 number)
{
  DcmTag tag ((Uint16) (number >> 16), (Uint16) number);
  const char *keyword = tag.getTagName ();
  char digits[9];

  if (keyword != nullptr && g_strcmp0 (keyword, DcmTag_ERROR_TagName) != 0 && strchr (keyword, ' ') == nullptr)
    return keyword;
  g_snprintf (digits, sizeof digits, "%08X", number);
  return digits;
}

// A person's name in its groups (F.2.2), a number, or text; "" for anything else, such as null.
std::string
read_value (JsonNode *node)
{
  static const char *const groups[] = { "Alphabetic", "Ideographic", "Phonetic" };
  std::string text;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    for (guint i = 0; i < 3; i++) {
      JsonNode *group = json_object_get_member (json_node_get_object (node), groups[i]);

      text += i > 0 ? "=" : "";
      if (group != nullptr && JSON_NODE_HOLDS_VALUE (group) && json_node_get_string (group) != nullptr)
        text += json_node_get_string (group);
    }
    text.erase (text.find_last_not_of ('=') + 1);
    return text;
  }
  if (!JSON_NODE_HOLDS_VALUE (node))
    return text;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_get_string (node);
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return std::to_string (json_node_get_int (node));
  if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return g_ascii_formatd (number, sizeof number, "%.15g", json_node_get_double (node));
  return text;
}

void add_object (Row &row, JsonObject *object, const std::string &prefix);

void
add_values (Row &row, const std::string &path, JsonArray *values)
{
  std::string text;

  for (guint i = 0; i < json_array_get_length (values) && text.size () < value_bytes_max; i++)
    text += (i > 0 ? "\\" : "") + read_value (json_array_get_element (values, i));
  if (row.bytes + path.size () + text.size () > row_bytes_max)
    return;
  g_autofree char *valid = g_utf8_make_valid (text.c_str (), -1);
  g_variant_builder_add (&row.builder, "(ss)", path.c_str (), valid);
  row.bytes += path.size () + text.size ();
  row.n++;
}

void
add_items (Row &row, const std::string &path, JsonArray *items)
{
  for (guint i = 0; i < json_array_get_length (items) && row.n < attributes_max; i++) {
    JsonNode *item = json_array_get_element (items, i);

    if (JSON_NODE_HOLDS_OBJECT (item))
      add_object (row, json_node_get_object (item), path + "[" + std::to_string (i) + "].");
  }
}

// Bulk data is left out: it has no "Value".
void
add_attribute (Row &row, const char *name, JsonNode *node, const std::string &prefix)
{
  guint32 tag = read_tag (name);
  JsonNode *vr;
  JsonNode *value;

  if (tag == 0 || !JSON_NODE_HOLDS_OBJECT (node) || row.n >= attributes_max)
    return;
  vr = json_object_get_member (json_node_get_object (node), "vr");
  value = json_object_get_member (json_node_get_object (node), "Value");
  if (value == nullptr || !JSON_NODE_HOLDS_ARRAY (value))
    return;
  if (vr != nullptr && JSON_NODE_HOLDS_VALUE (vr) && g_strcmp0 (json_node_get_string (vr), "SQ") == 0)
    add_items (row, prefix + name_tag (tag), json_node_get_array (value));
  else
    add_values (row, prefix + name_tag (tag), json_node_get_array (value));
}

void
add_object (Row &row, JsonObject *object, const std::string &prefix)
{
  JsonObjectIter iterator;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iterator, object);
  while (json_object_iter_next (&iterator, &name, &node))
    add_attribute (row, name, node, prefix);
}

GVariant *
read_row (JsonObject *object)
{
  Row row = {};

  g_variant_builder_init (&row.builder, G_VARIANT_TYPE ("a(ss)"));
  add_object (row, object, "");
  return g_variant_ref_sink (g_variant_builder_end (&row.builder));
}

// FailedSOPSequence[0].FailureReason, of an answer to STOW-RS (PS3.18 10.5.3, annex I.2); an item that does not say why,
// or for what object (Other Failures Sequence), is a failure all the same.
guint
find_failure_reason (GVariant *row)
{
  GVariantIter iterator;
  const char *path;
  const char *value;
  guint reason = 0;

  g_variant_iter_init (&iterator, row);
  while (g_variant_iter_next (&iterator, "(&s&s)", &path, &value)) {
    if (!g_str_has_prefix (path, "FailedSOPSequence[") && !g_str_has_prefix (path, "OtherFailuresSequence["))
      continue;
    if (g_str_has_suffix (path, ".FailureReason"))
      reason = (guint) g_ascii_strtoull (value, nullptr, 10) & 0xffff;
    if (reason == 0)
      reason = reason_unknown;
    else if (reason != reason_unknown)
      break;
  }
  return reason;
}

void
add_row (JsonNode *node, GPtrArray *rows, guint *failure_reason)
{
  GVariant *row;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return;
  row = read_row (json_node_get_object (node));
  if (failure_reason != nullptr && *failure_reason == 0)
    *failure_reason = find_failure_reason (row);
  g_ptr_array_add (rows, row);
}

} // namespace

bool
neg::web_json_read (const char *text, gsize length, GPtrArray *rows, guint *failure_reason, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) failure = nullptr;
  JsonNode *root;

  if (failure_reason != nullptr)
    *failure_reason = 0;
  if (length == 0)
    return true;
  if (!neg_json_check_shape (text, length, &limits, &failure))
    return neg_fail (error, failure->code == NEG_ERROR_UNREADABLE ? NEG_ERROR_PROTOCOL : NegErrorCode (failure->code), nullptr,
                     "the archive's answer: %s", failure->message);
  /* The parser's own words quote what it read, which may be a name. */
  if (!json_parser_load_from_data (parser, text, (gssize) length, nullptr))
    return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "the archive's answer is not JSON");
  root = json_parser_get_root (parser);
  if (root == nullptr)
    return true;
  if (JSON_NODE_HOLDS_OBJECT (root))
    add_row (root, rows, failure_reason);
  else if (JSON_NODE_HOLDS_ARRAY (root))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (root)); i++)
      add_row (json_array_get_element (json_node_get_array (root), i), rows, failure_reason);
  return true;
}
