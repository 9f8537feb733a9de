#include "config.h"

#include "quality/neg-quality-tags.h"

#include <math.h>
#include <string.h>

#include "quality/neg-quality-dose.h"

#define TAG_CODE_VALUE 0x00080100u
#define TAG_CONCEPT_NAME 0x0040A043u
#define TAG_MEASURED 0x0040A300u
#define TAG_NUMERIC_VALUE 0x0040A30Au
#define ODDITIES_MAX 20
#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD: what the character set could not say */

gboolean
neg_quality_is_dose_report (const NegObjectRecord *record)
{
  static const char *const classes[] = { "1.2.840.10008.5.1.4.1.1.88.67", "1.2.840.10008.5.1.4.1.1.88.76",
                                         NULL };

  return record->text[NEG_RECORD_SOP_CLASS_UID] != NULL
         && g_strv_contains (classes, record->text[NEG_RECORD_SOP_CLASS_UID]);
}

/* --- doses --- */

/* What a code of DCM means (PS3.16 annex D); units as of its template, factor to ours. */
static const struct {
  const char *code, *dose;
  double factor;
  enum { DOSE_LARGEST, DOSE_SUM, DOSE_TOTAL } what; /* of several; a total wins over sums */
} doses[] = {
  { "113830", NEG_DOSE_CTDI_VOL, 1, DOSE_LARGEST },      /* Mean CTDIvol, mGy (TID 10013) */
  { "113838", NEG_DOSE_DLP, 1, DOSE_SUM },               /* DLP, mGy.cm */
  { "113813", NEG_DOSE_DLP, 1, DOSE_TOTAL },             /* CT Dose Length Product Total */
  { "122130", NEG_DOSE_DAP, 1e4, DOSE_SUM },             /* Dose Area Product, Gy.m2 (TID 10003) */
  { "113722", NEG_DOSE_DAP, 1e4, DOSE_TOTAL },           /* Dose Area Product Total */
  { "113738", NEG_DOSE_ENTRANCE, 1e3, DOSE_SUM },        /* Dose (RP), Gy */
  { "113725", NEG_DOSE_ENTRANCE, 1e3, DOSE_TOTAL },      /* Dose (RP) Total */
  { "111631", NEG_DOSE_ORGAN, 1, DOSE_LARGEST },         /* Average Glandular Dose, mGy */
};

typedef struct {
  GHashTable *doses; /* name to a double */
  GHashTable *totals; /* names of which a total was said */
} Doses;

static void
add_dose (Doses *all, const char *code, const char *text)
{
  char *end = NULL;
  double value = g_ascii_strtod (text, &end);
  guint i = 0;
  double *known;

  while (i < G_N_ELEMENTS (doses) && !g_str_equal (doses[i].code, code))
    i++;
  if (i == G_N_ELEMENTS (doses) || end == text || !isfinite (value) || value < 0)
    return;
  value *= doses[i].factor;
  known = g_hash_table_lookup (all->doses, doses[i].dose);
  if (known == NULL) {
    known = g_new0 (double, 1);
    g_hash_table_insert (all->doses, (gpointer) doses[i].dose, known);
  }
  if (doses[i].what == DOSE_TOTAL)
    /* Of several accumulations (two planes) the sum counts. */
    *known = g_hash_table_add (all->totals, (gpointer) doses[i].dose) ? value : *known + value;
  else if (!g_hash_table_contains (all->totals, doses[i].dose))
    *known = doses[i].what == DOSE_LARGEST ? MAX (*known, value) : *known + value;
}

/* A content item says its concept before its value (PS3.3 C.17.3: in the order of tags). */
static GHashTable *
read_doses (const NegTags *tags)
{
  Doses all = { g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free), g_hash_table_new (g_str_hash, g_str_equal) };
  guint32 sequences[NEG_TAGS_DEPTH_MAX + 1] = { 0 };
  const char *concepts[NEG_TAGS_DEPTH_MAX + 1] = { NULL }; /* by the depth of the item's elements */

  for (guint i = 0; i < tags->tags->len; i++) {
    const NegTag *tag = &g_array_index (tags->tags, NegTag, i);

    if (tag->depth > NEG_TAGS_DEPTH_MAX)
      continue;
    if (tag->kind == NEG_TAG_KIND_SEQUENCE)
      sequences[tag->depth] = tag->tag;
    if (tag->kind == NEG_TAG_KIND_ITEM && tag->depth < NEG_TAGS_DEPTH_MAX)
      concepts[tag->depth + 1] = NULL;
    if (tag->kind != NEG_TAG_KIND_ELEMENT || tag->depth < 2)
      continue;
    if (tag->tag == TAG_CODE_VALUE && sequences[tag->depth - 2] == TAG_CONCEPT_NAME)
      concepts[tag->depth - 2] = tag->value;
    if (tag->tag == TAG_NUMERIC_VALUE && sequences[tag->depth - 2] == TAG_MEASURED && concepts[tag->depth - 2] != NULL)
      add_dose (&all, concepts[tag->depth - 2], tag->value);
  }
  g_hash_table_unref (all.totals);
  return all.doses;
}

/* --- oddities --- */

static void
add_oddity (GPtrArray *oddities, const char *check, const NegTag *tag, const char *what)
{
  if (oddities->len < ODDITIES_MAX)
    g_ptr_array_add (oddities, g_strdup_printf ("%s: (%04X,%04X) %s", check, tag->tag >> 16, tag->tag & 0xFFFF, what));
}

/* PS3.5 7.8.1: who uses a private element has reserved its block. */
static gboolean
is_private (const NegTag *tag)
{
  return tag->tag >> 16 & 1;
}

static gboolean
is_creator (const NegTag *tag)
{
  return (tag->tag & 0xFFFF) >= 0x10 && (tag->tag & 0xFFFF) <= 0xFF;
}

static void
look_at (const NegTag *tag, GPtrArray *oddities)
{
  /* Lengths of groups are of nobody's block (PS3.5 7.2). */
  if (tag->kind == NEG_TAG_KIND_ITEM || (tag->tag & 0xFFFF) == 0)
    return;
  if (is_private (tag) && !is_creator (tag) && *tag->creator == '\0')
    add_oddity (oddities, "private-tags", tag, "has no private creator");
  else if (is_private (tag) && is_creator (tag) && *tag->value == '\0' && tag->kind == NEG_TAG_KIND_ELEMENT)
    add_oddity (oddities, "private-tags", tag, "reserves a block for nobody");
  else if (!is_private (tag) && strstr (tag->value, REPLACEMENT) != NULL)
    add_oddity (oddities, "character-set", tag, "has characters that the character set does not have");
}

void
neg_quality_object_take_tags (NegQualityObject *object, const NegTags *tags)
{
  g_autoptr (GPtrArray) oddities = g_ptr_array_new ();

  for (guint i = 0; i < tags->tags->len; i++)
    look_at (&g_array_index (tags->tags, NegTag, i), oddities);
  g_strfreev (object->oddities);
  object->oddities = NULL;
  if (oddities->len > 0) {
    g_ptr_array_add (oddities, NULL);
    object->oddities = (char **) g_ptr_array_free (g_steal_pointer (&oddities), FALSE);
  }
  if (object->record == NULL || !neg_quality_is_dose_report (object->record))
    return;
  g_clear_pointer (&object->dose, g_hash_table_unref);
  object->dose = read_doses (tags);
}
