/* Who the patient is, and who was merged into whom. */
#include "config.h"

#include <string.h>

#include "worklist/neg-hl7-map-private.h"

/* A repetition of PID-3 or MRG-1. */
typedef struct {
  NegSaidId *id;
  gboolean is_primary_authority, is_medical; /* CX.5 PI or MR, or one that may be */
  gboolean has_authority;
} Found;

typedef struct {
  NegHl7Map *map;
  guint segment, field;
  GArray *found; /* Found */
} Ids;

static NegHl7Value
get_component (const NegHl7Map *map, NegHl7Value value, guint n)
{
  return neg_hl7_value_get_part (value, neg_hl7_message_get_delimiters (map->message)->component, n);
}

/* By namespace or universal ID, whichever the site wrote down. */
static gboolean
is_primary_authority (const NegHl7Map *map, NegHl7Value authority)
{
  const char *wanted = map->settings->primary_authority;
  char delimiter = neg_hl7_message_get_delimiters (map->message)->subcomponent;

  if (wanted == NULL || *wanted == '\0')
    return FALSE;
  for (guint i = 1; i <= 2; i++) {
    g_autofree char *part = neg_hl7_map_dup_value (map, neg_hl7_value_get_part (authority, delimiter, i));

    if (g_strcmp0 (part, wanted) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_typed (NegHl7Value type, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (neg_hl7_value_equals (type, names[i]))
      return TRUE;
  return FALSE;
}

static gboolean
add_id (Ids *ids, NegHl7Value value)
{
  static const char *const medical[] = { "PI", "MR", NULL };
  NegHl7Map *map = ids->map;
  NegHl7Value authority = get_component (map, value, 4);
  char delimiter = neg_hl7_message_get_delimiters (map->message)->subcomponent;
  Found found = { .id = g_new0 (NegSaidId, 1) };

  if (!neg_hl7_map_take_id (map, ids->segment, ids->field, get_component (map, value, 1), &found.id->id)
      || !neg_hl7_map_take_authority (map, ids->segment, ids->field, authority, delimiter, &found.id->issuer)) {
    neg_said_id_free (found.id);
    return FALSE;
  }
  if (found.id->id == NULL || *found.id->id == '\0') {
    neg_said_id_free (found.id);
    return TRUE;
  }
  found.has_authority = *found.id->issuer != '\0';
  found.is_primary_authority = is_primary_authority (map, authority);
  found.is_medical = is_typed (get_component (map, value, 5), medical);
  /* A number of insurance, a licence, a visit: not of whom the site numbers its patients by. */
  if (!found.has_authority && map->settings->default_issuer != NULL
      && (found.is_medical || get_component (map, value, 5).length == 0)) {
    g_free (found.id->issuer);
    found.id->issuer = g_strdup (map->settings->default_issuer);
  }
  g_array_append_val (ids->found, found);
  return TRUE;
}

static guint
choose_primary (const GArray *found)
{
  guint best = 0;

  for (guint i = 0; i < found->len; i++)
    if (g_array_index (found, Found, i).is_primary_authority)
      return i;
  while (best < found->len && !g_array_index (found, Found, best).is_medical)
    best++;
  return best < found->len ? best : 0;
}

static gboolean
has_id (const GPtrArray *ids, const NegSaidId *wanted)
{
  for (guint i = 0; i < ids->len; i++) {
    const NegSaidId *id = g_ptr_array_index (ids, i);

    if (strcmp (id->id, wanted->id) == 0 && strcmp (id->issuer, wanted->issuer) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The chosen one first; it is the site's, whatever its type is. */
static void
order_ids (const NegHl7Map *map, GArray *found, GPtrArray *ids)
{
  guint primary = choose_primary (found);

  for (guint i = 0; i <= found->len; i++) {
    guint index = i == 0 ? primary : i - 1;
    Found *item = index < found->len ? &g_array_index (found, Found, index) : NULL;

    if (item == NULL || item->id == NULL)
      continue;
    if (i == 0 && !item->has_authority && map->settings->default_issuer != NULL) {
      g_free (item->id->issuer);
      item->id->issuer = g_strdup (map->settings->default_issuer);
    }
    if (!has_id (ids, item->id))
      g_ptr_array_add (ids, g_steal_pointer (&item->id));
  }
}

static void
clear_found (gpointer item)
{
  neg_said_id_free (((Found *) item)->id);
}

static gboolean
take_ids (NegHl7Map *map, guint segment, guint field, GPtrArray *ids)
{
  NegHl7Value rest = neg_hl7_message_get_value (map->message, (NegHl7Path) { .segment = segment, .field = field });
  char delimiter = neg_hl7_message_get_delimiters (map->message)->repetition;
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Found));
  Ids all = { map, segment, field, found };
  NegHl7Value value;

  g_array_set_clear_func (found, clear_found);
  for (guint n = 1; neg_hl7_value_split (&rest, delimiter, &value); n++) {
    if (n > NEG_HL7_MAP_IDS_MAX)
      return neg_hl7_map_refuse (map, NEG_HL7_DATA_TYPE, NULL, segment, field, "too many identifiers");
    if (!add_id (&all, value))
      return FALSE;
  }
  order_ids (map, found, ids);
  return TRUE;
}

char *
neg_hl7_map_dup_location (const NegHl7Map *map, guint segment, guint field)
{
  static const guint within[] = { 1, 2, 3 };
  NegHl7Value value
      = neg_hl7_message_get_value (map->message, (NegHl7Path) { .segment = segment, .field = field, .repetition = 1 });
  char sub = neg_hl7_message_get_delimiters (map->message)->subcomponent;
  char *text = NULL;

  if (neg_hl7_value_get_presence (value) == NEG_HL7_NULL)
    return g_strdup ("");
  for (guint i = 0; i < G_N_ELEMENTS (within); i++)
    neg_hl7_map_join (&text, " ", neg_hl7_map_dup_value (
                                      map, neg_hl7_value_get_part (get_component (map, value, within[i]), sub, 1)));
  neg_hl7_map_join (&text, ", ",
                    neg_hl7_map_dup_value (map, neg_hl7_value_get_part (get_component (map, value, 4), sub, 1)));
  if (text == NULL)
    text = neg_hl7_map_dup_value (map, get_component (map, value, 9));
  if (text != NULL && *text == '\0') /* nulls among its parts delete no location */
    g_clear_pointer (&text, g_free);
  return neg_hl7_map_cut (text, NEG_HL7_MAP_TEXT_BYTES_MAX);
}

/* Table 0001 to (0010,0040); what is not known keeps what is. */
static char *
dup_sex (const NegHl7Map *map, guint pid)
{
  static const struct {
    const char *hl7, *dicom;
  } sexes[] = { { "", "" }, { "M", "M" }, { "F", "F" }, { "O", "O" }, { "A", "O" }, { "N", "O" } };
  g_autofree char *text = neg_hl7_map_dup_text (map, (NegHl7Path) { .segment = pid, .field = 8, .component = 1 });

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (sexes); i++)
    if (g_ascii_strcasecmp (text, sexes[i].hl7) == 0)
      return g_strdup (sexes[i].dicom);
  return NULL;
}

static gboolean
take_visit (NegHl7Map *map, const NegHl7MapPart *part, NegSaidPatient *patient)
{
  if (part->visit != NEG_HL7_NO_SEGMENT) {
    NegHl7Value value = neg_hl7_message_get_value (
        map->message, (NegHl7Path) { .segment = part->visit, .field = 19, .component = 1 });

    patient->location = neg_hl7_map_dup_location (map, part->visit, 3);
    if (!neg_hl7_map_take_id (map, part->visit, 19, value, &patient->admission_id))
      return FALSE;
  }
  if (patient->admission_id != NULL)
    return TRUE;
  return neg_hl7_map_take_id (
      map, part->pid, 18,
      neg_hl7_message_get_value (map->message, (NegHl7Path) { .segment = part->pid, .field = 18, .component = 1 }),
      &patient->admission_id);
}

NegSaid *
neg_hl7_map_add_patient (NegHl7Map *map, const NegHl7MapPart *part, NegSaidKind kind)
{
  NegSaid *said = neg_said_new (kind);
  NegSaidPatient *patient = &said->patient;
  guint pid = part->pid;

  g_ptr_array_add (map->said, said);
  said->time_us = kind == NEG_SAID_PATIENT || kind == NEG_SAID_MERGE ? map->event_us : map->time_us;
  if (!neg_hl7_map_count (map, "PID", pid) || !take_ids (map, pid, 3, patient->ids))
    return NULL;
  if (patient->ids->len == 0 && !take_ids (map, pid, 2, patient->ids))
    return NULL;
  if (patient->ids->len == 0) {
    neg_hl7_map_refuse (map, NEG_HL7_FIELD_MISSING, "PID", pid, 3, "no patient ID");
    return NULL;
  }
  if (!neg_hl7_map_take_name (map, pid, 5, &patient->name) || !take_visit (map, part, patient))
    return NULL;
  patient->birth_date = neg_hl7_map_dup_day (map, (NegHl7Path) { .segment = pid, .field = 7, .component = 1 });
  patient->sex = dup_sex (map, pid);
  return said;
}

static gboolean
is_same (const NegSaidId *a, const NegSaidId *b)
{
  return strcmp (a->id, b->id) == 0 && strcmp (a->issuer, b->issuer) == 0;
}

/* In the domain of the retired ID, which some senders leave among those of the survivor; else the patient's first. NULL:
 * it is itself. */
static const NegSaidId *
choose_survivor (const GPtrArray *ids, const NegSaidId *retired)
{
  for (guint i = 0; i < ids->len; i++) {
    const NegSaidId *id = g_ptr_array_index (ids, i);

    if (strcmp (id->issuer, retired->issuer) == 0 && strcmp (id->id, retired->id) != 0)
      return id;
  }
  return is_same (g_ptr_array_index (ids, 0), retired) ? NULL : g_ptr_array_index (ids, 0);
}

static gboolean
add_merge (NegHl7Map *map, NegSaid *said, guint mrg, const NegSaidId *retired, const char *name)
{
  const NegSaidId *survivor = choose_survivor (said->patient.ids, retired);
  NegSaidMerge *merge;

  if (survivor == NULL)
    return TRUE;
  if (!neg_hl7_map_count (map, "MRG", mrg))
    return FALSE;
  merge = g_new0 (NegSaidMerge, 1);
  merge->retired = (NegSaidId) { g_strdup (retired->id), g_strdup (retired->issuer) };
  merge->survivor = (NegSaidId) { g_strdup (survivor->id), g_strdup (survivor->issuer) };
  merge->retired_name = g_strdup (name);
  merge->is_new_id = strcmp (map->event, "A47") == 0;
  g_ptr_array_add (said->merges, merge);
  return TRUE;
}

static gboolean
add_retired (NegHl7Map *map, NegSaid *said, guint mrg)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_said_id_free);
  g_autofree char *name = NULL;
  guint before = said->merges->len;

  if (!take_ids (map, mrg, 1, ids))
    return FALSE;
  if (ids->len == 0)
    return neg_hl7_map_refuse (map, NEG_HL7_FIELD_MISSING, "MRG", mrg, 1, "no identifier to merge");
  if (!neg_hl7_map_take_name (map, mrg, 7, &name))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!add_merge (map, said, mrg, g_ptr_array_index (ids, i), name))
      return FALSE;
  return said->merges->len > before
         || neg_hl7_map_refuse (map, NEG_HL7_DUPLICATE_KEY, "MRG", mrg, 1, "merges an identifier into itself");
}

gboolean
neg_hl7_map_add_merges (NegHl7Map *map, const NegHl7MapPart *part)
{
  NegSaid *said = neg_hl7_map_add_patient (map, part, NEG_SAID_MERGE);
  gboolean has_any = FALSE;

  if (said == NULL)
    return FALSE;
  for (guint i = part->pid + 1; i < part->end; i++) {
    if (!neg_hl7_map_is_named (map, i, "MRG"))
      continue;
    has_any = TRUE;
    if (!add_retired (map, said, i))
      return FALSE;
  }
  return has_any
         || neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, "MRG", NEG_HL7_NO_SEGMENT, 0,
                                "no MRG behind the patient");
}
