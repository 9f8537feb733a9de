#include "config.h"

#include "quality/neg-remarks-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

void
neg_remark_free (NegRemark *remark)
{
  g_free (remark->sentence);
  g_free (remark);
}

void
_neg_remark (NegRemarking *remarking, NegSeverity severity, guint place, guint32 tag, const char *clause, const char *format, ...)
{
  NegRemark *remark;
  va_list arguments;

  if (remarking->remarks->len >= NEG_REMARKS_MAX)
    return;
  remark = g_new0 (NegRemark, 1);
  remark->severity = severity;
  remark->place = place;
  remark->tag = tag;
  remark->clause = clause;
  va_start (arguments, format);
  remark->sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (remarking->remarks, remark);
}

char *
_neg_remark_dup_name (const NegTag *tag)
{
  return g_strdup_printf ("%s (%04X,%04X)", *tag->name != '\0' ? tag->name : _ ("Element"), tag->tag >> 16, tag->tag & 0xFFFF);
}

static gboolean
is_private (const NegTag *tag)
{
  return (tag->tag >> 16) % 2 == 1;
}

/* The VR that the dictionary leaves open is one of several. */
static gboolean
vr_is_allowed (const NegTag *tag)
{
  static const struct {
    char choice[3];
    const char *vrs;
  } choices[] = { { "xs", "US SS" }, { "ox", "OB OW" }, { "lt", "US SS OW" }, { "up", "UL" }, { "px", "OB OW" } };

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if (strcmp (tag->dictionary_vr, choices[i].choice) == 0)
      return strstr (choices[i].vrs, tag->vr) != NULL;
  return strcmp (tag->vr, tag->dictionary_vr) == 0;
}

static void
check_vr (NegRemarking *remarking, const NegTag *tag, guint place)
{
  g_autofree char *name = NULL;

  if (tag->dictionary_vr[0] == '\0' || tag->kind == NEG_TAG_KIND_ITEM || is_private (tag) || vr_is_allowed (tag))
    return;
  name = _neg_remark_dup_name (tag);
  if (strcmp (tag->vr, "UN") == 0)
    _neg_remark (remarking, NEG_SEVERITY_NOTE, place, tag->tag, "PS3.5 6.2.2", _ ("%s is written as of unknown VR (UN) instead of %s."), name,
                 tag->dictionary_vr);
  else
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.6 6", _ ("%s has the VR %s instead of %s."), name, tag->vr,
                 tag->dictionary_vr);
}

static void
check_kind (NegRemarking *remarking, const NegTag *tag, guint place)
{
  g_autofree char *name = _neg_remark_dup_name (tag);

  if (tag->is_retired && (tag->tag & 0xFFFF) != 0)
    _neg_remark (remarking, NEG_SEVERITY_NOTE, place, tag->tag, "PS3.6 6", _ ("%s is retired: new readers need not know it."), name);
  if (is_private (tag) && (tag->tag & 0xFFFF) >= 0x1000 && *tag->creator == '\0')
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.5 7.8.1", _ ("%s is private, and nobody says whose it is."), name);
  if (is_private (tag) && (tag->tag & 0xFFFF) >= 0x10 && (tag->tag & 0xFFFF) <= 0xFF && *tag->value == '\0')
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.5 7.8.1", _ ("%s reserves private elements without a name."), name);
}

static void
check_length (NegRemarking *remarking, const NegTag *tag, guint place)
{
  g_autofree char *name = NULL;

  if (tag->length % 2 == 0 || tag->length == G_MAXUINT32 || tag->kind == NEG_TAG_KIND_ITEM)
    return;
  name = _neg_remark_dup_name (tag);
  _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.5 7.1.1", _ ("%s has an odd number of bytes (%u)."), name,
               tag->length);
}

static void
check_order (NegRemarking *remarking, const NegTag *tag, const NegTag *previous, guint place)
{
  g_autofree char *name = NULL;

  if (tag->kind == NEG_TAG_KIND_ITEM || previous == NULL || previous->tag < tag->tag)
    return;
  name = _neg_remark_dup_name (tag);
  if (previous->tag == tag->tag)
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.5 7.1",
                 _ ("%s is there twice: one program takes the first, another the last."), name);
  else
    _neg_remark (remarking, NEG_SEVERITY_ERROR, place, tag->tag, "PS3.5 7.1", _ ("%s stands behind an element of a larger number."), name);
}

/* Not one by one: a scanner writes hundreds. */
static void
note_private (NegRemarking *remarking, guint n_private, guint n_creators)
{
  if (n_private > 0)
    _neg_remark (remarking, NEG_SEVERITY_NOTE, NEG_REMARK_NOT_THERE, 0, "PS3.5 7.8",
                 g_dngettext (GETTEXT_PACKAGE, "There is %u private element (blocks of private elements: %u).",
                              "There are %u private elements (blocks of private elements: %u).", n_private),
                 n_private, n_creators);
}

static void
check_elements (NegRemarking *remarking)
{
  const NegTag *previous[NEG_TAGS_DEPTH_MAX + 2] = { NULL };
  guint n_private = 0, n_creators = 0;

  for (guint i = 0; i < remarking->tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (remarking->tags->tags, NegTag, i);
    const guint depth = MIN (tag->depth, NEG_TAGS_DEPTH_MAX);

    check_order (remarking, tag, previous[depth], i);
    previous[depth] = tag;
    previous[depth + 1] = NULL;
    check_vr (remarking, tag, i);
    check_kind (remarking, tag, i);
    check_length (remarking, tag, i);
    _neg_remark_value (remarking, i);
    n_private += is_private (tag) && (tag->tag & 0xFFFF) >= 0x1000;
    n_creators += is_private (tag) && (tag->tag & 0xFFFF) < 0x1000;
  }
  note_private (remarking, n_private, n_creators);
}

GPtrArray *
neg_remarks_new (const NegTags *tags)
{
  NegRemarking remarking = { tags, g_ptr_array_new_with_free_func ((GDestroyNotify) neg_remark_free) };

  if (tags->is_cut)
    _neg_remark (&remarking, NEG_SEVERITY_ERROR, NEG_REMARK_NOT_THERE, 0, "PS3.5 7",
                 _ ("The object ends early or cannot be read to its end: elements are missing from the list."));
  _neg_remark_modules (&remarking);
  check_elements (&remarking);
  return remarking.remarks;
}
