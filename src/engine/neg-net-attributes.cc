#include "config.h"

#include <memory>
#include <string>
#include <string.h>

#include <dcmtk/dcmdata/dctk.h>

#include "engine/neg-net-private.hh"

extern "C" {
#include "base/neg-error.h"
#include "engine/neg-text.h"
}

namespace neg {

constexpr guint attributes_max = 4096;
constexpr gsize bytes_max = 1 << 20;
constexpr gsize value_bytes_max = 65536;
constexpr guint path_parts_max = 8;
constexpr guint64 item_index_max = 15;
constexpr guint step_attributes_max = 131072;
constexpr gsize step_bytes_max = 12 << 20;
constexpr guint64 step_item_index_max = 65535;

using Text = std::shared_ptr<NegText>;

// --- A data set, flat ---

struct Flat {
  GVariantBuilder *builder;
  guint n;
  gsize bytes;
  guint n_max;
  gsize most;

  bool is_full () const { return n >= n_max || bytes >= most; }
};

static void add_item (Flat &flat, DcmItem *item, const std::string &prefix, Text text);

static Text
make_text (const char *charset)
{
  return Text (neg_text_new (charset), neg_text_free);
}

// Keywords are of the standard's attributes; a private one may have any name, and some have the same.
static std::string
get_name (DcmElement *element)
{
  const DcmTag &tag = element->getTag ();
  DcmTag known (tag.getXTag ());
  char digits[9];

  if (tag.getGroup () % 2 == 0 && strcmp (known.getTagName (), DcmTag_ERROR_TagName) != 0)
    return known.getTagName ();
  g_snprintf (digits, sizeof digits, "%04X%04X", tag.getGroup (), tag.getElement ());
  return digits;
}

enum class Kind { code, text, person_name, number, bulk };

static Kind
get_kind (DcmEVR vr)
{
  switch (vr) {
  case EVR_AE: case EVR_AS: case EVR_CS: case EVR_DA: case EVR_DS: case EVR_DT: case EVR_IS: case EVR_TM: case EVR_UI:
  case EVR_UR:
    return Kind::code;
  case EVR_LO: case EVR_LT: case EVR_SH: case EVR_ST: case EVR_UC: case EVR_UT:
    return Kind::text;
  case EVR_PN:
    return Kind::person_name;
  case EVR_AT: case EVR_FD: case EVR_FL: case EVR_SL: case EVR_SS: case EVR_SV: case EVR_UL: case EVR_US: case EVR_UV:
    return Kind::number;
  default:
    return Kind::bulk;
  }
}

// Given; nullptr where nothing is to be read.
static char *
decode_bytes (DcmElement *element, NegText *text, bool is_person_name)
{
  gsize length = MIN (element->getLengthField (), value_bytes_max);
  g_autofree guint8 *bytes = static_cast<guint8 *> (g_try_malloc (length + 1));

  if (bytes == nullptr || element->getPartialValue (bytes, 0, static_cast<Uint32> (length)).bad ())
    return nullptr;
  return neg_text_decode (text, bytes, length, is_person_name);
}

static char *
decode_numbers (DcmElement *element)
{
  OFString value;

  if (element->getLengthField () > value_bytes_max || element->getOFStringArray (value).bad ())
    return nullptr;
  return g_utf8_make_valid (value.c_str (), static_cast<gssize> (value.length ()));
}

static char *
dup_value (DcmElement *element, NegText *text, NegText *plain)
{
  switch (get_kind (element->getTag ().getEVR ())) {
  case Kind::code:
    return g_strchug (decode_bytes (element, plain, false));
  case Kind::text:
    return decode_bytes (element, text, false);
  case Kind::person_name:
    return decode_bytes (element, text, true);
  case Kind::number:
    return decode_numbers (element);
  default:
    return nullptr;
  }
}

static void
add_value (Flat &flat, DcmElement *element, const std::string &path, NegText *text)
{
  static const Text plain = make_text (nullptr);
  g_autofree char *value = nullptr;

  if (element->getLengthField () == 0 || element->getLengthField () == DCM_UndefinedLength)
    return;
  value = dup_value (element, text, plain.get ());
  if (value == nullptr || *value == '\0')
    return;
  g_variant_builder_add (flat.builder, "(ss)", path.c_str (), value);
  flat.n++;
  flat.bytes += path.size () + strlen (value);
}

static void
add_sequence (Flat &flat, DcmSequenceOfItems *sequence, const std::string &path, const Text &text)
{
  unsigned long index = 0;

  for (DcmObject *object = sequence->nextInContainer (nullptr); object != nullptr && !flat.is_full ();
       object = sequence->nextInContainer (object), index++)
    if (auto *item = dynamic_cast<DcmItem *> (object))
      add_item (flat, item, path + "[" + std::to_string (index) + "].", text);
}

// PS3.3 C.12.1.1.2: an item may have a character set of its own. Recursion is as deep as the scanner has let pass.
static void
add_item (Flat &flat, DcmItem *item, const std::string &prefix, Text text)
{
  OFString charset;

  if (item->findAndGetOFStringArray (DCM_SpecificCharacterSet, charset).good ())
    text = make_text (charset.c_str ());
  for (DcmObject *object = item->nextInContainer (nullptr); object != nullptr && !flat.is_full ();
       object = item->nextInContainer (object)) {
    auto *element = dynamic_cast<DcmElement *> (object);

    if (element == nullptr || element->getTag ().getElement () == 0)
      continue;
    if (auto *sequence = dynamic_cast<DcmSequenceOfItems *> (element))
      add_sequence (flat, sequence, prefix + get_name (element), text);
    else
      add_value (flat, element, prefix + get_name (element), text.get ());
  }
}

void
net_attributes_add (GVariantBuilder *builder, DcmItem *item)
{
  Flat flat = { builder, 0, 0, attributes_max, bytes_max };

  add_item (flat, item, "", make_text (nullptr));
}

bool
net_attributes_add_all (GVariantBuilder *builder, DcmItem *item)
{
  Flat flat = { builder, 0, 0, step_attributes_max, step_bytes_max };

  add_item (flat, item, "", make_text (nullptr));
  return !flat.is_full ();
}

// --- Flat keys to a data set ---

static bool
find_tag (const char *name, gsize length, DcmTag *tag)
{
  g_autofree char *copy = g_strndup (name, length);
  char *end = nullptr;

  if (DcmTag::findTagFromName (copy, *tag).good ())
    return true;
  if (length != 8)
    return false;
  guint64 number = g_ascii_strtoull (copy, &end, 16);
  if (*end != '\0')
    return false;
  *tag = DcmTag (static_cast<Uint16> (number >> 16), static_cast<Uint16> (number & 0xffff));
  return tag->getEVR () != EVR_UNKNOWN;
}

// The item that "Sequence[2]" stands for, made where it is not there.
static DcmItem *
enter_sequence (DcmItem *item, const char *part, guint64 index_max)
{
  const char *bracket = strchr (part, '[');
  guint64 index = 0;
  const char *end = nullptr;
  DcmTag tag;
  DcmItem *inside = nullptr;

  if (bracket == nullptr
      || !g_ascii_string_to_unsigned (std::string (bracket + 1, strcspn (bracket + 1, "]")).c_str (), 10, 0,
                                      index_max, &index, nullptr))
    return nullptr;
  end = bracket + 1 + strcspn (bracket + 1, "]");
  if (strcmp (end, "]") != 0 || !find_tag (part, static_cast<gsize> (bracket - part), &tag) || tag.getEVR () != EVR_SQ)
    return nullptr;
  if (item->findOrCreateSequenceItem (tag, inside, static_cast<long> (index)).bad ())
    return nullptr;
  return inside;
}

static bool
put_value (DcmItem *item, const char *name, const char *value, guint64 index_max)
{
  DcmTag tag;

  if (strchr (name, '[') != nullptr)
    return *value == '\0' && enter_sequence (item, name, index_max) != nullptr;
  if (!find_tag (name, strlen (name), &tag))
    return false;
  if (tag.getEVR () == EVR_SQ)
    return *value == '\0' && item->insertEmptyElement (tag, OFFalse).good ();
  if (*value == '\0')
    return item->insertEmptyElement (tag, OFTrue).good ();
  return get_kind (tag.getEVR ()) != Kind::bulk && item->putAndInsertString (tag, value).good ();
}

static bool
put_key (DcmDataset *dataset, const char *path, const char *value, guint64 index_max)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", path_parts_max + 1);
  guint n = g_strv_length (parts);
  DcmItem *item = dataset;

  if (n == 0 || n > path_parts_max || strlen (value) > value_bytes_max)
    return false;
  for (guint i = 0; i + 1 < n && item != nullptr; i++)
    item = enter_sequence (item, parts[i], index_max);
  return item != nullptr && put_value (item, parts[n - 1], value, index_max);
}

static DcmDataset *
make_dataset (GVariant *keys, guint most, guint64 index_max, GError **error)
{
  std::unique_ptr<DcmDataset> dataset (new DcmDataset);
  GVariantIter iterator;
  const char *path;
  const char *value;
  bool is_ascii = true;

  if (g_variant_n_children (keys) == 0 || g_variant_n_children (keys) > most) {
    neg_fail (error, NEG_ERROR_USAGE, nullptr, "no keys, or too many");
    return nullptr;
  }
  g_variant_iter_init (&iterator, keys);
  while (g_variant_iter_next (&iterator, "(&s&s)", &path, &value)) {
    if (!put_key (dataset.get (), path, value, index_max)) {
      neg_fail (error, NEG_ERROR_USAGE, path, "a key that no attribute has, or a value that it cannot have");
      return nullptr;
    }
    is_ascii &= g_str_is_ascii (value) != FALSE;
  }
  if (!is_ascii)
    dataset->putAndInsertString (DCM_SpecificCharacterSet, "ISO_IR 192");
  return dataset.release ();
}

DcmDataset *
net_dataset_from_keys (GVariant *keys, GError **error)
{
  return make_dataset (keys, attributes_max, item_index_max, error);
}

DcmDataset *
net_dataset_from_attributes (GVariant *attributes, GError **error)
{
  return make_dataset (attributes, step_attributes_max, step_item_index_max, error);
}

} // namespace neg
