#include "config.h"

#include "engine/neg-dataset.h"

#include "engine/neg-dataset-private.hh"

#include <cstring>
#include <unordered_set>

#include "dcmtk/dcmdata/dcistrmb.h"
#include "dcmtk/oflog/oflog.h"

#include "base/neg-error.h"
#include "engine/neg-embedded-overlays.h"
#include "engine/neg-scanner-private.h"

namespace neg {

/* The bytes of the data set before the pixels: of the inflated memory, or read from the source into @owned. */
static const guint8 *
load_header (NegSource *source, const NegLayout *layout, std::vector<guint8> *owned, gsize *length, GError **error)
{
  guint64 end = layout->header_end;

  if (end < layout->dataset_offset || end - layout->dataset_offset > NEG_SCAN_HEADER_BYTES_MAX) {
    neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, nullptr, "the data set before the pixels is too long");
    return nullptr;
  }
  *length = end - layout->dataset_offset;
  if (layout->inflated != nullptr) {
    if (end <= layout->inflated_length)
      return layout->inflated + layout->dataset_offset;
    neg_fail (error, NEG_ERROR_TRUNCATED, nullptr, "the inflated data set is too short");
    return nullptr;
  }
  owned->resize (MAX (*length, 1));
  return neg_source_read (source, layout->dataset_offset, owned->data (), *length, error) ? owned->data () : nullptr;
}

static E_TransferSyntax
get_syntax (const NegLayout *layout)
{
  if (layout->implicit_vr)
    return layout->big_endian ? EXS_BigEndianImplicit : EXS_LittleEndianImplicit;
  return layout->big_endian ? EXS_BigEndianExplicit : EXS_LittleEndianExplicit;
}

/* A data set that ends early is read as far as it goes (the caller warns of it); any other failure of the parser is
 * one, since what follows it would silently be missing. */
static bool
parse (const NegLayout *layout, const guint8 *bytes, gsize length, DcmDataset *dataset, GError **error)
{
  DcmInputBufferStream stream;

  stream.setBuffer (bytes, length);
  stream.setEos ();
  dataset->transferInit ();
  OFCondition condition = dataset->read (stream, get_syntax (layout), EGL_noChange);
  dataset->transferEnd ();
  if (condition.good () || condition == EC_EndOfStream || layout->truncated)
    return true;
  return neg_fail (error, NEG_ERROR_UNREADABLE, nullptr, "the data set cannot be parsed (%04x:%04x)",
                   condition.module (), condition.code ());
}

/* PS3.5 7.1 allows an attribute once. DCMTK and the scanner both take the first and say nothing; programs that take the
 * last show another patient or another window, so a reader must know. */
static void
warn_of_repeats (const Reading &reading, const guint8 *bytes, gsize length)
{
  NegEncoding encoding = { reading.layout->implicit_vr, reading.layout->big_endian };
  std::unordered_set<guint32> seen;
  NegSource memory;
  guint64 position = 0;
  guint n_elements = 0;

  neg_source_init_memory (&memory, bytes, length);
  while (position < length) {
    NegElement element;
    NegEncoding inside;

    if (!neg_element_read (&memory, position, length, encoding, &element, nullptr))
      return;
    if (!seen.insert (element.tag).second)
      reading.warn ("%s occurs more than once; the first is taken",
                    TagName (DcmTagKey (element.tag >> 16, element.tag & 0xFFFF)).text);
    position = element.value + element.length;
    if (neg_scan_opens_sequence (&memory, &element, encoding, &inside)
        && !neg_scan_skip_sequence (&memory, &element, inside, &n_elements, &position, nullptr))
      return;
  }
}

bool
read_dataset (NegSource *source, const Reading &reading, DcmDataset *dataset, GError **error)
{
  std::vector<guint8> owned;
  gsize length;
  const guint8 *bytes = load_header (source, reading.layout, &owned, &length, error);

  if (bytes == nullptr || !parse (reading.layout, bytes, length, dataset, error))
    return false;
  warn_of_repeats (reading, bytes, length);
  return true;
}

Reading
new_reading (NegInstance *instance, const NegLayout *layout)
{
  return { instance, layout, std::shared_ptr<NegText> (neg_text_new (nullptr), neg_text_free) };
}

static bool
read_instance (NegSource *source, const NegLayout *layout, NegInstance *instance, GError **error)
{
  DcmDataset dataset;
  Reading reading = new_reading (instance, layout);

  if (!read_dataset (source, reading, &dataset, error))
    return false;
  Item root (&dataset, &reading, reading.plain);
  read_identity (reading, root);
  read_pixels (reading, root);
  read_space_and_time (reading, root);
  read_kind (reading, root);
  if (!read_frames (reading, root, error))
    return false;
  read_luts (reading, root);
  read_modules (reading, root);
  neg_embedded_overlays_read (source, layout, instance);
  return true;
}

/* File IDs are up to eight components (PS3.10 8.2); joined by '/', which no component can hold. */
static void
add_reference (const Item &record, GPtrArray *references, GHashTable *seen)
{
  g_autofree char *file_id = record.code (DCM_ReferencedFileID, 1024);

  if (file_id == nullptr)
    return;
  g_auto (GStrv) parts = g_strsplit (file_id, "\\", 64);
  for (char **part = parts; *part != nullptr; part++)
    g_strstrip (*part);
  char *joined = g_strjoinv ("/", parts);
  if (g_hash_table_contains (seen, joined)) {
    g_free (joined);
    return;
  }
  g_ptr_array_add (references, joined);
  g_hash_table_add (seen, joined);
}

static bool
read_directory (NegSource *source, const NegLayout *layout, GPtrArray *references, GError **error)
{
  DcmDataset dataset;
  g_autoptr (NegInstance) instance = neg_instance_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal); /* borrowed from references */
  Reading reading = new_reading (instance, layout);

  if (!read_dataset (source, reading, &dataset, error))
    return false;
  Item root (&dataset, &reading, reading.plain);
  DcmSequenceOfItems *records = root.sequence (DCM_DirectoryRecordSequence);
  if (records == nullptr)
    return neg_fail (error, NEG_ERROR_UNREADABLE, "(0004,1220)", "the directory has no records");
  for (DcmObject *object = records->nextInContainer (nullptr); object != nullptr;
       object = records->nextInContainer (object))
    if (Item record = root.inside (object))
      add_reference (record, references, seen);
  return true;
}

} // namespace neg

gboolean
neg_dataset_preload (GError **error)
{
  return neg::guard (error, [error] () -> bool {
    OFLog::configure (OFLogger::OFF_LOG_LEVEL);
    dcmEnableUnknownVRConversion.set (OFTrue);
    neg_text_preload ();
    if (dcmDataDict.isDictionaryLoaded ())
      return true;
    return neg_fail (error, NEG_ERROR_NOT_FOUND, "DCMDICTPATH", "the DICOM dictionary is not installed");
  });
}

NegInstance *
neg_dataset_read_instance (NegSource *source, const NegLayout *layout, GError **error)
{
  g_autoptr (NegInstance) instance = neg_instance_new ();
  bool done = neg::guard (error, [&] { return neg::read_instance (source, layout, instance, error); });

  return done ? g_steal_pointer (&instance) : nullptr;
}

/* Group 0004 exists in directories alone (PS3.3 F.3), and nothing comes before it. */
gboolean
neg_dataset_is_directory (const NegLayout *layout, NegSource *source)
{
  guint8 bytes[2];

  if (layout->header_end < layout->dataset_offset + 8)
    return FALSE;
  if (layout->inflated != nullptr)
    memcpy (bytes, layout->inflated + layout->dataset_offset, sizeof bytes);
  else if (!neg_source_read (source, layout->dataset_offset, bytes, sizeof bytes, nullptr))
    return FALSE;
  return layout->big_endian ? bytes[0] == 0 && bytes[1] == 4 : bytes[0] == 4 && bytes[1] == 0;
}

char **
neg_dataset_read_directory (NegSource *source, const NegLayout *layout, GError **error)
{
  g_autoptr (GPtrArray) references = g_ptr_array_new_with_free_func (g_free);
  bool done = neg::guard (error, [&] { return neg::read_directory (source, layout, references, error); });

  if (!done)
    return nullptr;
  g_ptr_array_add (references, nullptr);
  return reinterpret_cast<char **> (g_ptr_array_free (g_steal_pointer (&references), FALSE));
}
