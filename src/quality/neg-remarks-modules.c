#include "config.h"

#include "quality/neg-remarks-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef enum {
  TYPE_1, /* there, with a value */
  TYPE_2, /* there */
} Type;

typedef struct {
  guint32 tag;
  Type type;
  const char *name; /* of what may not be there to say it */
} Attribute;

typedef struct {
  const char *name, *clause;
  const char *classes; /* SOP classes below 1.2.840.10008.5.1.4.1.1., each between blanks; "": of every object; "*": with pixels */
  const Attribute *attributes;
  guint n_attributes;
} Module;

#define STORAGE "1.2.840.10008.5.1.4.1.1."
#define CROSS_SECTIONS " 2 4 128 " /* CT, MR, PET: one frame each */

static const Attribute patient[] = {
  { 0x00100010, TYPE_2, "Patient's Name" },
  { 0x00100020, TYPE_2, "Patient ID" },
  { 0x00100030, TYPE_2, "Patient's Birth Date" },
  { 0x00100040, TYPE_2, "Patient's Sex" },
};
static const Attribute study[] = {
  { 0x0020000D, TYPE_1, "Study Instance UID" },       { 0x00080020, TYPE_2, "Study Date" },
  { 0x00080030, TYPE_2, "Study Time" },               { 0x00080090, TYPE_2, "Referring Physician's Name" },
  { 0x00200010, TYPE_2, "Study ID" },                 { 0x00080050, TYPE_2, "Accession Number" },
};
static const Attribute series[] = {
  { 0x00080060, TYPE_1, "Modality" },
  { 0x0020000E, TYPE_1, "Series Instance UID" },
  { 0x00200011, TYPE_2, "Series Number" },
};
static const Attribute equipment[] = { { 0x00080070, TYPE_2, "Manufacturer" } };
static const Attribute sop_common[] = {
  { 0x00080016, TYPE_1, "SOP Class UID" },
  { 0x00080018, TYPE_1, "SOP Instance UID" },
};
static const Attribute image_pixel[] = {
  { 0x00280002, TYPE_1, "Samples per Pixel" }, { 0x00280004, TYPE_1, "Photometric Interpretation" },
  { 0x00280010, TYPE_1, "Rows" },              { 0x00280011, TYPE_1, "Columns" },
  { 0x00280100, TYPE_1, "Bits Allocated" },    { 0x00280101, TYPE_1, "Bits Stored" },
  { 0x00280102, TYPE_1, "High Bit" },          { 0x00280103, TYPE_1, "Pixel Representation" },
};
static const Attribute general_image[] = { { 0x00200013, TYPE_2, "Instance Number" } };
static const Attribute frame_of_reference[] = {
  { 0x00200052, TYPE_1, "Frame of Reference UID" },
  { 0x00201040, TYPE_2, "Position Reference Indicator" },
};
static const Attribute image_plane[] = {
  { 0x00280030, TYPE_1, "Pixel Spacing" },
  { 0x00200037, TYPE_1, "Image Orientation (Patient)" },
  { 0x00200032, TYPE_1, "Image Position (Patient)" },
  { 0x00180050, TYPE_2, "Slice Thickness" },
};
static const Attribute ct[] = {
  { 0x00080008, TYPE_1, "Image Type" },    { 0x00281052, TYPE_1, "Rescale Intercept" },
  { 0x00281053, TYPE_1, "Rescale Slope" }, { 0x00180060, TYPE_2, "KVP" },
  { 0x00200012, TYPE_2, "Acquisition Number" },
};
static const Attribute mr[] = {
  { 0x00080008, TYPE_1, "Image Type" },   { 0x00180020, TYPE_1, "Scanning Sequence" },
  { 0x00180021, TYPE_1, "Sequence Variant" }, { 0x00180022, TYPE_2, "Scan Options" },
  { 0x00180023, TYPE_2, "MR Acquisition Type" }, { 0x00180081, TYPE_2, "Echo Time" },
  { 0x00180091, TYPE_2, "Echo Train Length" },
};
static const Attribute pet[] = {
  { 0x00080008, TYPE_1, "Image Type" },      { 0x00080021, TYPE_1, "Series Date" },
  { 0x00080031, TYPE_1, "Series Time" },     { 0x00541001, TYPE_1, "Units" },
  { 0x00541002, TYPE_1, "Counts Source" },   { 0x00541000, TYPE_1, "Series Type" },
  { 0x00540081, TYPE_1, "Number of Slices" }, { 0x00541102, TYPE_1, "Decay Correction" },
  { 0x00280051, TYPE_2, "Corrected Image" }, { 0x00281052, TYPE_1, "Rescale Intercept" },
  { 0x00281053, TYPE_1, "Rescale Slope" },   { 0x00541300, TYPE_1, "Frame Reference Time" },
  { 0x00541330, TYPE_1, "Image Index" },
};
static const Attribute cr[] = {
  { 0x00180015, TYPE_2, "Body Part Examined" },
  { 0x00185101, TYPE_2, "View Position" },
};
static const Attribute dx[] = {
  { 0x00080068, TYPE_1, "Presentation Intent Type" },
  { 0x00200062, TYPE_1, "Image Laterality" },
  { 0x00080008, TYPE_1, "Image Type" },
  { 0x00281040, TYPE_1, "Pixel Intensity Relationship" },
  { 0x00281041, TYPE_1, "Pixel Intensity Relationship Sign" },
  { 0x00281052, TYPE_1, "Rescale Intercept" },
  { 0x00281053, TYPE_1, "Rescale Slope" },
  { 0x00281054, TYPE_1, "Rescale Type" },
  { 0x20500020, TYPE_1, "Presentation LUT Shape" },
  { 0x00282110, TYPE_1, "Lossy Image Compression" },
  { 0x00280301, TYPE_1, "Burned In Annotation" },
  { 0x00181164, TYPE_1, "Imager Pixel Spacing" },
};
static const Attribute mg[] = {
  { 0x00181508, TYPE_1, "Positioner Type" },
  { 0x00180015, TYPE_2, "Body Part Examined" },
  { 0x00540220, TYPE_1, "View Code Sequence" },
};
static const Attribute us[] = { { 0x00080008, TYPE_2, "Image Type" } };
static const Attribute multi_frame[] = {
  { 0x00280008, TYPE_1, "Number of Frames" },
  { 0x00280009, TYPE_1, "Frame Increment Pointer" },
};
static const Attribute secondary_capture[] = { { 0x00080064, TYPE_1, "Conversion Type" } };

#define MODULE(title, clause, classes, attributes) { title, clause, classes, attributes, G_N_ELEMENTS (attributes) }

static const Module modules[] = {
  MODULE (N_ ("Patient"), "PS3.3 C.7.1.1", "", patient),
  MODULE (N_ ("General Study"), "PS3.3 C.7.2.1", "", study),
  MODULE (N_ ("General Series"), "PS3.3 C.7.3.1", "", series),
  MODULE (N_ ("General Equipment"), "PS3.3 C.7.5.1", "", equipment),
  MODULE (N_ ("SOP Common"), "PS3.3 C.12.1", "", sop_common),
  MODULE (N_ ("General Image"), "PS3.3 C.7.6.1", "*", general_image),
  MODULE (N_ ("Image Pixel"), "PS3.3 C.7.6.3", "*", image_pixel),
  MODULE (N_ ("Frame of Reference"), "PS3.3 C.7.4.1", CROSS_SECTIONS, frame_of_reference),
  MODULE (N_ ("Image Plane"), "PS3.3 C.7.6.2", CROSS_SECTIONS, image_plane),
  MODULE (N_ ("CT Image"), "PS3.3 C.8.2.1", " 2 ", ct),
  MODULE (N_ ("MR Image"), "PS3.3 C.8.3.1", " 4 ", mr),
  MODULE (N_ ("PET Image"), "PS3.3 C.8.9", " 128 ", pet),
  MODULE (N_ ("CR Series"), "PS3.3 C.8.1.1", " 1 ", cr),
  MODULE (N_ ("DX Image"), "PS3.3 C.8.11", " 1.1 1.1.1 1.2 1.2.1 1.3 1.3.1 ", dx),
  MODULE (N_ ("Mammography Image"), "PS3.3 C.8.11.7", " 1.2 1.2.1 ", mg),
  MODULE (N_ ("US Image"), "PS3.3 C.8.5.6", " 6.1 3.1 ", us),
  MODULE (N_ ("Multi-frame"), "PS3.3 C.7.6.6", " 3.1 7.1 7.2 7.3 7.4 ", multi_frame),
  MODULE (N_ ("SC Equipment"), "PS3.3 C.8.6.1", " 7 7.1 7.2 7.3 7.4 ", secondary_capture),
};

/* The first one of the top level. */
static guint
find (const NegTags *tags, guint32 number)
{
  for (guint i = 0; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);

    if (tag->depth == 0 && tag->tag == number)
      return i;
  }
  return NEG_REMARK_NOT_THERE;
}

/* A sequence without items is empty, too. */
static gboolean
is_empty (const NegTags *tags, guint place)
{
  const NegTag *tag = &g_array_index (tags->tags, NegTag, place);

  if (tag->kind == NEG_TAG_KIND_SEQUENCE)
    return place + 1 >= tags->tags->len || (tag + 1)->depth <= tag->depth;
  return tag->length == 0 || (*tag->value == '\0' && tag->vr[0] != 'O' && strcmp (tag->vr, "UN") != 0);
}

static void
check_attribute (NegRemarking *remarking, const Module *module, const Attribute *attribute)
{
  const guint place = find (remarking->tags, attribute->tag);
  const NegSeverity severity = attribute->type == TYPE_1 ? NEG_SEVERITY_ERROR : NEG_SEVERITY_WARNING;

  if (place == NEG_REMARK_NOT_THERE)
    _neg_remark (remarking, severity, place, attribute->tag, module->clause, _ ("%s (%04X,%04X) is missing (%s, type %d)."),
                 attribute->name, attribute->tag >> 16, attribute->tag & 0xFFFF, _ (module->name),
                 attribute->type == TYPE_1 ? 1 : 2);
  else if (attribute->type == TYPE_1 && is_empty (remarking->tags, place))
    _neg_remark (remarking, severity, place, attribute->tag, module->clause, _ ("%s (%04X,%04X) is empty and must not be (%s, type 1)."),
                 attribute->name, attribute->tag >> 16, attribute->tag & 0xFFFF, _ (module->name));
}

static gboolean
has_pixels (const NegTags *tags)
{
  return find (tags, 0x7FE00010) != NEG_REMARK_NOT_THERE;
}

static gboolean
module_holds (const Module *module, const NegTags *tags, const char *sop_class)
{
  g_autofree char *part = NULL;

  if (*module->classes == '\0')
    return TRUE;
  if (*module->classes == '*')
    return has_pixels (tags);
  if (!g_str_has_prefix (sop_class, STORAGE))
    return FALSE;
  part = g_strdup_printf (" %s ", sop_class + strlen (STORAGE));
  return strstr (module->classes, part) != NULL;
}

static guint64
get_number (const NegTags *tags, guint32 number, guint64 fallback)
{
  const guint place = find (tags, number);
  guint64 value;

  if (place == NEG_REMARK_NOT_THERE
      || !g_ascii_string_to_unsigned (g_array_index (tags->tags, NegTag, place).value, 10, 0, G_MAXUINT32, &value, NULL))
    return fallback;
  return value;
}

/* PS3.3 C.7.6.3.1: what the numbers of the pixels say about each other. */
static void
check_pixels (NegRemarking *remarking)
{
  static const Attribute planar = { 0x00280006, TYPE_1, "Planar Configuration" };
  static const Module module = { N_ ("Image Pixel"), "PS3.3 C.7.6.3", "*", NULL, 0 };
  const guint64 stored = get_number (remarking->tags, 0x00280101, 0);
  const guint64 allocated = get_number (remarking->tags, 0x00280100, 0);
  const guint64 high = get_number (remarking->tags, 0x00280102, 0);

  if (get_number (remarking->tags, 0x00280002, 1) > 1)
    check_attribute (remarking, &module, &planar);
  if (stored > allocated && allocated > 0)
    _neg_remark (remarking, NEG_SEVERITY_ERROR, find (remarking->tags, 0x00280101), 0x00280101, "PS3.5 8.1.1",
                 _ ("More bits are stored (%u) than allocated (%u)."), (guint) stored, (guint) allocated);
  if (stored > 0 && high != stored - 1)
    _neg_remark (remarking, NEG_SEVERITY_ERROR, find (remarking->tags, 0x00280102), 0x00280102, "PS3.5 8.1.1",
                 _ ("The high bit is %u and must be one less than the stored bits (%u)."), (guint) high, (guint) stored);
}

void
_neg_remark_modules (NegRemarking *remarking)
{
  const char *sop_class = neg_tags_get (remarking->tags, "00080016");

  if (sop_class != NULL && strcmp (sop_class, "1.2.840.10008.1.3.10") == 0)
    return; /* a directory is of no patient */
  for (guint m = 0; m < G_N_ELEMENTS (modules); m++)
    if (module_holds (&modules[m], remarking->tags, sop_class != NULL ? sop_class : ""))
      for (guint i = 0; i < modules[m].n_attributes; i++)
        check_attribute (remarking, &modules[m], &modules[m].attributes[i]);
  if (has_pixels (remarking->tags))
    check_pixels (remarking);
}
