#include "config.h"

#include "engine/neg-dataset-item.hh"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/neg-utf8.h"

namespace neg {

TagName::TagName (const DcmTagKey &key)
{
  DcmTag tag (key);

  g_snprintf (text, sizeof text, "%s (%04X,%04X)", tag.getTagName (), key.getGroup (), key.getElement ());
}

void
Reading::warn (const char *format, ...) const
{
  va_list args;

  va_start (args, format);
  g_autofree char *sentence = g_strdup_vprintf (format, args);
  va_end (args);
  if (instance->warnings != nullptr
      && (g_strv_length (instance->warnings) >= warnings_max
          || g_strv_contains (const_cast<const char *const *> (instance->warnings), sentence)))
    return;
  neg_instance_add_warning (instance, "%s", sentence);
}

static guint32
tag_number (const DcmTagKey &tag)
{
  return static_cast<guint32> (tag.getGroup ()) << 16 | tag.getElement ();
}

Item::Item (DcmItem *item, const Reading *reading_, std::shared_ptr<NegText> enclosing_text)
    : reading (reading_), item_text (std::move (enclosing_text))
{
  for (DcmObject *object = item->nextInContainer (nullptr); object != nullptr; object = item->nextInContainer (object))
    if (auto *element = dynamic_cast<DcmElement *> (object))
      elements.emplace_back (tag_number (object->getTag ()), element);
  auto before = [] (const auto &a, const auto &b) { return a.first < b.first; };
  if (!std::is_sorted (elements.begin (), elements.end (), before))
    std::stable_sort (elements.begin (), elements.end (), before);

  /* PS3.3 C.12.1.1.2: an item may have a character set of its own. */
  if (find (DCM_SpecificCharacterSet) != nullptr) {
    g_autofree char *charset = code (DCM_SpecificCharacterSet, 256);
    item_text = std::shared_ptr<NegText> (neg_text_new (charset), neg_text_free);
    if (neg_text_get_unknown (item_text.get ()) != nullptr)
      reading->warn ("Specific Character Set (0008,0005) is not known; some characters cannot be shown");
  }
}

DcmElement *
Item::find (const DcmTagKey &tag) const
{
  guint32 number = tag_number (tag);
  auto found = std::lower_bound (elements.begin (), elements.end (), number,
                                 [] (const auto &a, guint32 b) { return a.first < b; });

  return found != elements.end () && found->first == number ? found->second : nullptr;
}

bool
Item::has (const DcmTagKey &tag) const
{
  DcmElement *element = find (tag);

  if (auto *sequence = dynamic_cast<DcmSequenceOfItems *> (element))
    return sequence->card () > 0;
  return element != nullptr && element->getLengthField () > 0;
}

gsize
Item::length (const DcmTagKey &tag) const
{
  DcmElement *element = find (tag);

  return element != nullptr && element->isLeaf () ? element->getLengthField () : 0;
}

/* An unknown VR is what the dictionary says of the attribute (PS3.5 6.2.2). */
static DcmEVR
get_vr (DcmElement *element)
{
  DcmEVR vr = element->getTag ().getEVR ();

  if (vr != EVR_UN && vr != EVR_UNKNOWN && vr != EVR_UNKNOWN2B)
    return vr;
  return DcmTag (element->getTag ().getXTag ()).getEVR ();
}

bool
Item::is_vr (const DcmTagKey &tag, DcmEVR vr) const
{
  DcmElement *element = find (tag);

  return element != nullptr && element->getTag ().getEVR () == vr;
}

std::vector<guint8>
Item::bytes (const DcmTagKey &tag) const
{
  DcmElement *element = find (tag);
  std::vector<guint8> value;

  if (element == nullptr || !element->isLeaf () || element->getLengthField () == 0
      || element->getLengthField () == DCM_UndefinedLength)
    return value;
  value.resize (element->getLengthField ());
  if (element->getPartialValue (value.data (), 0, value.size ()).bad ()) {
    warn_malformed (tag);
    value.clear ();
  }
  return value;
}

std::vector<guint16>
Item::words (const DcmTagKey &tag) const
{
  std::vector<guint8> value = bytes (tag);
  std::vector<guint16> result (value.size () / 2);

  if (!result.empty ())
    memcpy (result.data (), value.data (), result.size () * 2);
  return result;
}

void
Item::warn_malformed (const DcmTagKey &tag) const
{
  reading->warn ("%s is malformed and was ignored", TagName (tag).text);
}

char *
Item::decode (const DcmTagKey &tag, NegText *text, bool is_person_name, gsize bytes_max) const
{
  std::vector<guint8> value = bytes (tag);

  if (value.empty ())
    return nullptr;
  char *result = neg_text_decode (text, value.data (), std::min (value.size (), bytes_max), is_person_name);
  g_strstrip (result);
  neg_utf8_cut (result, bytes_max);
  if (*result == '\0')
    g_clear_pointer (&result, g_free);
  return result;
}

char *
Item::text (const DcmTagKey &tag, gsize bytes_max) const
{
  return decode (tag, item_text.get (), false, bytes_max);
}

char *
Item::person_name (const DcmTagKey &tag) const
{
  return decode (tag, item_text.get (), true, string_bytes_max);
}

char *
Item::code (const DcmTagKey &tag, gsize bytes_max) const
{
  return reading != nullptr ? decode (tag, reading->plain.get (), false, bytes_max) : nullptr;
}

bool
Item::code_is (const DcmTagKey &tag, const char *value) const
{
  g_autofree char *found = code (tag, 64);

  return g_strcmp0 (found, value) == 0;
}

/* PS3.5 6.2, DS and IS: digits, sign, point and exponent, blanks around; nothing else, in no locale. */
static bool
parse_decimal (const guint8 *bytes, gsize length, double *value)
{
  char text[64];
  char *end = nullptr;

  while (length > 0 && (bytes[length - 1] == ' ' || bytes[length - 1] == '\0'))
    length--;
  while (length > 0 && *bytes == ' ')
    bytes++, length--;
  if (length == 0 || length >= sizeof text)
    return false;
  memcpy (text, bytes, length);
  text[length] = '\0';
  if (strspn (text, "0123456789+-.eE") != length)
    return false;
  *value = g_ascii_strtod (text, &end);
  return *end == '\0' && std::isfinite (*value);
}

static bool
is_blank (const std::vector<guint8> &value)
{
  return std::all_of (value.begin (), value.end (), [] (guint8 byte) { return byte == ' ' || byte == '\0'; });
}

std::vector<double>
Item::text_numbers (const DcmTagKey &tag) const
{
  std::vector<guint8> joined = bytes (tag);
  std::vector<double> values;

  if (is_blank (joined))
    return values;
  for (auto begin = joined.begin ();;) {
    auto end = std::find (begin, joined.end (), '\\');
    double value;

    if (!parse_decimal (joined.data () + (begin - joined.begin ()), end - begin, &value)) {
      warn_malformed (tag);
      return {};
    }
    values.push_back (value);
    if (end == joined.end ())
      return values;
    begin = end + 1;
  }
}

template <typename T>
static std::vector<double>
binary_numbers (const std::vector<guint8> &value)
{
  std::vector<double> values;

  for (gsize i = 0; i + sizeof (T) <= value.size (); i += sizeof (T)) {
    T number;

    memcpy (&number, value.data () + i, sizeof number);
    values.push_back (static_cast<double> (number));
  }
  return values;
}

std::vector<double>
Item::numbers (const DcmTagKey &tag) const
{
  DcmElement *element = find (tag);
  std::vector<double> values;

  if (element == nullptr || element->getLengthField () == 0)
    return values;
  switch (get_vr (element)) {
  case EVR_US:
  case EVR_xs:
  case EVR_OW:
    values = binary_numbers<guint16> (bytes (tag));
    break;
  case EVR_SS:
    values = binary_numbers<gint16> (bytes (tag));
    break;
  case EVR_UL:
  case EVR_up:
    values = binary_numbers<guint32> (bytes (tag));
    break;
  case EVR_SL:
    values = binary_numbers<gint32> (bytes (tag));
    break;
  case EVR_FL:
  case EVR_OF:
    values = binary_numbers<float> (bytes (tag));
    break;
  case EVR_FD:
  case EVR_OD:
    values = binary_numbers<double> (bytes (tag));
    break;
  default:
    return text_numbers (tag);
  }
  bool is_finite = std::all_of (values.begin (), values.end (), [] (double value) { return std::isfinite (value); });
  if (values.empty () || !is_finite) {
    warn_malformed (tag);
    values.clear ();
  }
  return values;
}

bool
Item::doubles (const DcmTagKey &tag, double *target, guint n) const
{
  std::vector<double> values = numbers (tag);

  if (values.empty ())
    return false;
  if (values.size () != n) {
    reading->warn ("%s has %u values instead of %u and was ignored", TagName (tag).text,
                   static_cast<guint> (values.size ()), n);
    return false;
  }
  std::copy (values.begin (), values.end (), target);
  return true;
}

double
Item::number (const DcmTagKey &tag) const
{
  double value;

  return doubles (tag, &value, 1) ? value : std::numeric_limits<double>::quiet_NaN ();
}

bool
Item::integer (const DcmTagKey &tag, gint32 *target) const
{
  double value = number (tag);

  if (std::isnan (value))
    return false;
  if (value != std::trunc (value) || value < G_MININT32 || value > G_MAXINT32) {
    warn_malformed (tag);
    return false;
  }
  *target = static_cast<gint32> (value);
  return true;
}

guint32
Item::cardinal (const DcmTagKey &tag) const
{
  double value = number (tag);

  if (std::isnan (value))
    return 0;
  if (value != std::trunc (value) || value < 0 || value > G_MAXUINT32) {
    warn_malformed (tag);
    return 0;
  }
  return static_cast<guint32> (value);
}

std::vector<gint32>
Item::integers (const DcmTagKey &tag, gsize bytes_max) const
{
  std::vector<gint32> result;

  if (length (tag) > bytes_max) {
    reading->warn ("%s has too many values and was ignored", TagName (tag).text);
    return result;
  }
  for (double value : numbers (tag)) {
    if (value != std::trunc (value) || value < G_MININT32 || value > G_MAXINT32) {
      warn_malformed (tag);
      return {};
    }
    result.push_back (static_cast<gint32> (value));
  }
  return result;
}

DcmSequenceOfItems *
Item::sequence (const DcmTagKey &tag) const
{
  return dynamic_cast<DcmSequenceOfItems *> (find (tag));
}

Item
Item::inside (DcmObject *object) const
{
  auto *item = dynamic_cast<DcmItem *> (object);

  return item != nullptr ? Item (item, reading, item_text) : Item ();
}

Item
Item::first (const DcmTagKey &tag) const
{
  DcmSequenceOfItems *found = sequence (tag);

  return found != nullptr ? inside (found->nextInContainer (nullptr)) : Item ();
}

std::vector<Item>
Item::items (const DcmTagKey &tag, gsize n_max) const
{
  DcmSequenceOfItems *found = sequence (tag);
  std::vector<Item> result;

  if (found == nullptr)
    return result;
  for (DcmObject *object = found->nextInContainer (nullptr); object != nullptr && result.size () < n_max;
       object = found->nextInContainer (object))
    if (Item item = inside (object))
      result.push_back (std::move (item));
  if (found->card () > n_max)
    reading->warn ("%s has more than %u items; the first were taken", TagName (tag).text, static_cast<guint> (n_max));
  return result;
}

bool
read_spacing (const Item &item, const DcmTagKey &tag, double *target_mm)
{
  double values[2];

  if (!item.doubles (tag, values, 2))
    return false;
  if (!(values[0] > 0) || !(values[1] > 0)) {
    item.reading->warn ("%s is not greater than 0 and was ignored", TagName (tag).text);
    return false;
  }
  target_mm[0] = values[0];
  target_mm[1] = values[1];
  return true;
}

} // namespace neg
