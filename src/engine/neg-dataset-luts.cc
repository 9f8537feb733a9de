#include "config.h"

#include "engine/neg-dataset-private.hh"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/neg-palette.h"

namespace neg {

/* LUT Descriptor: entries (0 means 65536), first value mapped, bits (C.11.1.1.1). */
namespace {
struct Descriptor {
  guint32 n_entries;
  gint32 first_mapped;
  guint bits;
};
} // namespace

static bool
read_descriptor (const Item &item, const DcmTagKey &tag, bool is_signed, Descriptor *descriptor)
{
  std::vector<guint16> words = item.words (tag);

  if (words.empty ())
    return false;
  if (words.size () != 3 || words[2] < 8 || words[2] > 16) {
    item.reading->warn ("%s is malformed; the table was ignored", TagName (tag).text);
    return false;
  }
  descriptor->n_entries = words[0] == 0 ? 65536 : words[0];
  descriptor->first_mapped = is_signed ? static_cast<gint16> (words[1]) : words[1];
  descriptor->bits = words[2];
  return true;
}

/* Entries as wide as the data are long, whatever the descriptor's bits say: bytes packed in words occur. Empty when
 * the data are too short. */
static std::vector<guint16>
unpack_entries (const std::vector<guint8> &data, guint32 n_entries)
{
  bool is_narrow = data.size () < 2 * static_cast<gsize> (n_entries);
  std::vector<guint16> entries;

  if (is_narrow && data.size () < n_entries)
    return entries;
  entries.resize (n_entries);
  if (is_narrow)
    std::copy_n (data.begin (), n_entries, entries.begin ());
  else
    memcpy (entries.data (), data.data (), 2 * static_cast<gsize> (n_entries));
  return entries;
}

static void
set_lut (NegLut *lut, const Descriptor &descriptor, const std::vector<guint16> &entries)
{
  lut->entries = g_try_new (guint16, entries.size ());
  if (lut->entries == nullptr)
    throw std::bad_alloc ();
  memcpy (lut->entries, entries.data (), entries.size () * sizeof (guint16));
  lut->n_entries = entries.size ();
  lut->first_mapped = descriptor.first_mapped;
  lut->bits = descriptor.bits;
}

bool
read_lut (const Item &item, bool is_signed, NegLut *lut)
{
  Descriptor descriptor;
  std::vector<guint16> entries;
  bool is_clamped = false;

  if (!read_descriptor (item, DCM_LUTDescriptor, is_signed, &descriptor))
    return false;
  entries = unpack_entries (item.bytes (DCM_LUTData), descriptor.n_entries);
  if (entries.empty ()) {
    item.reading->warn ("%s has fewer entries than it declares; the table was ignored", TagName (DCM_LUTData).text);
    return false;
  }
  for (guint16 &entry : entries)
    if (entry >= 1u << descriptor.bits) {
      entry = (1u << descriptor.bits) - 1;
      is_clamped = true;
    }
  if (is_clamped)
    item.reading->warn ("%s has entries of more than the declared %u bits; they were limited",
                        TagName (DCM_LUTData).text, descriptor.bits);
  set_lut (lut, descriptor, entries);
  lut->explanation = item.text (DCM_LUTExplanation);
  return true;
}

/* The first value mapped is US or SS. An explicit VR says which, but SS where stored values are signed is often
 * written as US (C.11.1.1: the VR follows Pixel Representation). */
static void
read_modality_lut (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;
  Item item = root.first (DCM_ModalityLUTSequence);

  if (!item)
    return;
  instance->modality_lut_type = item.text (DCM_ModalityLUTType);
  if (read_lut (item, instance->is_signed || item.is_vr (DCM_LUTDescriptor, EVR_SS), &instance->modality_lut)
      && instance->frame_infos[0].has_rescale)
    reading.warn ("The object has both a Modality LUT and a rescale, which PS3.3 C.11.1 forbids");
}

/* C.11.2.1.1: signed when the values after the modality transformation can be negative; always for CT. */
static bool
modality_may_be_negative (const NegInstance *instance)
{
  const NegFrameInfo *info = &instance->frame_infos[0];
  double low = instance->is_signed ? -ldexp (1, instance->bits_stored - 1) : 0;
  double high = ldexp (1, instance->is_signed ? instance->bits_stored - 1 : instance->bits_stored) - 1;

  if (g_strcmp0 (instance->modality, "CT") == 0)
    return true;
  if (instance->modality_lut.n_entries > 0)
    return false;
  return MIN (info->rescale_slope * low, info->rescale_slope * high) + info->rescale_intercept < 0;
}

static void
read_voi_luts (const Reading &reading, const Item &root)
{
  NegInstance *instance = reading.instance;
  Item shared = root.first (DcmTagKey (0x5200, 0x9229));
  Item holder = shared ? shared.first (DCM_FrameVOILUTSequence) : Item ();
  std::vector<Item> items = (shared ? holder : root).items (DCM_VOILUTSequence, windows_max);

  if (items.empty ())
    return;
  instance->voi_luts = g_new0 (NegLut, items.size ());
  for (const Item &item : items) {
    bool is_known = item.is_vr (DCM_LUTDescriptor, EVR_US) || item.is_vr (DCM_LUTDescriptor, EVR_SS);
    bool is_signed = is_known ? item.is_vr (DCM_LUTDescriptor, EVR_SS) : modality_may_be_negative (instance);

    if (read_lut (item, is_signed, &instance->voi_luts[instance->n_voi_luts]))
      instance->n_voi_luts++;
  }
}

static const DcmTagKey palette_descriptor_tags[3] = {
  DCM_RedPaletteColorLookupTableDescriptor,
  DCM_GreenPaletteColorLookupTableDescriptor,
  DCM_BluePaletteColorLookupTableDescriptor,
};
static const DcmTagKey palette_data_tags[3] = {
  DCM_RedPaletteColorLookupTableData,
  DCM_GreenPaletteColorLookupTableData,
  DCM_BluePaletteColorLookupTableData,
};
static const DcmTagKey palette_segmented_tags[3] = {
  DCM_SegmentedRedPaletteColorLookupTableData,
  DCM_SegmentedGreenPaletteColorLookupTableData,
  DCM_SegmentedBluePaletteColorLookupTableData,
};

static std::vector<guint16>
expand_segments (const Item &root, guint channel, const Descriptor &descriptor)
{
  bool is_narrow = descriptor.bits <= 8;
  std::vector<guint16> words;

  if (is_narrow)
    for (guint8 byte : root.bytes (palette_segmented_tags[channel]))
      words.push_back (byte);
  else
    words = root.words (palette_segmented_tags[channel]);
  g_autofree guint16 *expanded
      = neg_palette_expand (words.data (), words.size (), is_narrow ? 1 : 2, descriptor.n_entries, nullptr);
  if (expanded == nullptr)
    return {};
  return std::vector<guint16> (expanded, expanded + descriptor.n_entries);
}

/* C.7.6.3.1.6 wants 16-bit entries over the whole range; entries of 8 bits occur, one per byte or one per word, and
 * 16-bit entries declared as 8. All three channels decide, for one of them may be black. */
static guint
decide_palette_bits (const std::vector<guint16> (&entries)[3])
{
  for (const auto &channel : entries)
    for (guint16 entry : channel)
      if (entry > 255)
        return 16;
  return 8;
}

void
read_palette (const Item &item, bool is_signed, NegLut palette[3])
{
  Descriptor descriptors[3];
  std::vector<guint16> entries[3];
  guint bits;

  for (guint i = 0; i < 3; i++) {
    if (!read_descriptor (item, palette_descriptor_tags[i], is_signed, &descriptors[i]))
      return;
    if (item.has (palette_data_tags[i]))
      entries[i] = unpack_entries (item.bytes (palette_data_tags[i]), descriptors[i].n_entries);
    else
      entries[i] = expand_segments (item, i, descriptors[i]);
    if (entries[i].empty ()) {
      item.reading->warn ("The palette is not usable (%s); the values are shown as gray",
                          TagName (palette_data_tags[i]).text);
      return;
    }
  }
  bits = decide_palette_bits (entries);
  for (guint i = 0; i < 3; i++) {
    descriptors[i].bits = bits;
    set_lut (&palette[i], descriptors[i], entries[i]);
  }
}

void
read_luts (const Reading &reading, const Item &root)
{
  read_modality_lut (reading, root);
  read_voi_luts (reading, root);
  read_palette (root, reading.instance->is_signed, reading.instance->palette);
}

WindowTable::~WindowTable ()
{
  for (NegWindow &window : windows)
    g_free (window.explanation);
}

static NegVoiFunction
read_voi_function (const Item &item)
{
  g_autofree char *name = item.code (DCM_VOILUTFunction, 64);

  if (g_strcmp0 (name, "SIGMOID") == 0)
    return NEG_VOI_SIGMOID;
  if (g_strcmp0 (name, "LINEAR_EXACT") == 0)
    return NEG_VOI_LINEAR_EXACT;
  if (name != nullptr && strcmp (name, "LINEAR") != 0)
    item.reading->warn ("%s is not known; LINEAR is used", TagName (DCM_VOILUTFunction).text);
  return NEG_VOI_LINEAR;
}

/* Frames mostly repeat the windows of the frame before: those are kept once. */
bool
WindowTable::repeats_last (guint32 first) const
{
  guint32 n = windows.size () - first;

  if (first - last_first != n)
    return false;
  for (guint32 i = 0; i < n; i++) {
    const NegWindow &a = windows[last_first + i], &b = windows[first + i];

    if (a.center != b.center || a.width != b.width || g_strcmp0 (a.explanation, b.explanation) != 0)
      return false;
  }
  return true;
}

/* The values of an explanation are parted after decoding (a trail byte may be 5C); in JIS X 0201 the separator reads
 * as a yen sign. */
static char **
read_explanations (const Item &item)
{
  g_autofree char *joined = item.text (DCM_WindowCenterWidthExplanation);
  g_auto (GStrv) parts = g_strsplit (joined ? joined : "", "\u00A5", -1);
  g_autofree char *parted = g_strjoinv ("\\", parts);

  return g_strsplit (parted, "\\", windows_max + 1);
}

void
WindowTable::read (const Item &item, NegFrameInfo *info)
{
  std::vector<double> centers = item.numbers (DCM_WindowCenter);
  std::vector<double> widths = item.numbers (DCM_WindowWidth);
  g_auto (GStrv) explanations = nullptr;
  guint32 first = windows.size ();
  guint n = MIN (MIN (centers.size (), widths.size ()), windows_max);
  guint n_explanations;

  info->voi_function = read_voi_function (item);
  info->first_window = info->n_windows = 0;
  if (centers.size () != widths.size ())
    item.reading->warn ("%s and %s have different numbers of values", TagName (DCM_WindowCenter).text,
                        TagName (DCM_WindowWidth).text);
  if (n == 0)
    return;
  explanations = read_explanations (item);
  n_explanations = g_strv_length (explanations);
  for (guint i = 0; i < n; i++) {
    windows.push_back ({ centers[i], widths[i], nullptr });
    if (i < n_explanations && *g_strstrip (explanations[i]) != '\0')
      windows.back ().explanation = g_strdup (explanations[i]);
  }
  if (first > 0 && repeats_last (first)) {
    for (guint32 i = first; i < windows.size (); i++)
      g_free (windows[i].explanation);
    windows.resize (first);
    first = last_first;
  }
  last_first = first;
  info->first_window = first;
  info->n_windows = n;
}

void
WindowTable::move_to (NegWindow **target, guint32 *n)
{
  if (windows.empty ())
    return;
  *target = g_try_new (NegWindow, windows.size ());
  if (*target == nullptr)
    throw std::bad_alloc ();
  memcpy (*target, windows.data (), windows.size () * sizeof (NegWindow));
  *n = windows.size ();
  windows.clear ();
}

} // namespace neg
