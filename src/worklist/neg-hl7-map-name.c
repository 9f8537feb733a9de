/* Names of persons as DICOM writes them (PS3.5 6.2, PN): Family^Given^Middle^Prefix^Suffix. A degree stands behind the
 * suffix, as DICOM has no place for it. */
#include "config.h"

#include <string.h>

#include "worklist/neg-hl7-map-private.h"

#define N_COMPONENTS 5
#define N_GROUPS 3 /* alphabetic, ideographic, phonetic */

/* Where the family name is: XPN has no ID before it. */
typedef enum { FAMILY_OF_XPN = 1, FAMILY_OF_XCN = 2 } Family;

/* Delimiters of PN that a text holds are no delimiters. */
static char *
dup_component (const NegHl7Map *map, NegHl7Value value)
{
  char *text = neg_hl7_map_dup_value (map, value);

  return text == NULL ? g_strdup ("") : g_strstrip (g_strdelimit (text, "^=\\", ' '));
}

/* FN: the surname with what belongs to it, else its parts (own prefix and own surname). */
static char *
dup_family (const NegHl7Map *map, NegHl7Value value, char delimiter)
{
  char sub = neg_hl7_message_get_delimiters (map->message)->subcomponent;
  char *name;

  if (delimiter == sub)
    return dup_component (map, value);
  name = dup_component (map, neg_hl7_value_get_part (value, sub, 1));
  if (*name == '\0') {
    g_autofree char *own = dup_component (map, neg_hl7_value_get_part (value, sub, 3));
    g_autofree char *prefix = dup_component (map, neg_hl7_value_get_part (value, sub, 2));

    g_free (name);
    name = g_strstrip (g_strconcat (prefix, " ", own, NULL));
  }
  return name;
}

/* NULL where nothing is said, "" where it is null. */
static char *
dup_group (const NegHl7Map *map, NegHl7Value value, char delimiter, Family family)
{
  char *parts[N_COMPONENTS + 1] = { NULL };
  g_autofree char *suffix = NULL, *degree = NULL;
  char *group;
  gsize length;

  if (neg_hl7_value_get_presence (value) == NEG_HL7_NULL)
    return g_strdup ("");
  parts[0] = dup_family (map, neg_hl7_value_get_part (value, delimiter, family), delimiter);
  parts[1] = dup_component (map, neg_hl7_value_get_part (value, delimiter, family + 1));
  parts[2] = dup_component (map, neg_hl7_value_get_part (value, delimiter, family + 2));
  suffix = dup_component (map, neg_hl7_value_get_part (value, delimiter, family + 3));
  parts[3] = dup_component (map, neg_hl7_value_get_part (value, delimiter, family + 4));
  degree = dup_component (map, neg_hl7_value_get_part (value, delimiter, family + 5));
  parts[4] = g_strstrip (g_strconcat (suffix, " ", degree, NULL));
  group = g_strjoinv ("^", parts);
  for (guint i = 0; i < N_COMPONENTS; i++)
    g_free (parts[i]);
  for (length = strlen (group); length > 0 && group[length - 1] == '^'; length--)
    group[length - 1] = '\0';
  if (length == 0)
    g_clear_pointer (&group, g_free);
  return group;
}

/* XPN.7, table 0200; without one it is the legal name. */
static char
get_type (NegHl7Value name, char delimiter)
{
  NegHl7Value type = neg_hl7_value_get_part (name, delimiter, 7);

  return type.length == 1 ? *type.data : 'L';
}

/* XPN.8, table 4000: 0 to 2, N_GROUPS where it is something else. */
static guint
get_representation (NegHl7Value name, char delimiter)
{
  NegHl7Value code = neg_hl7_value_get_part (name, delimiter, 8);

  if (code.length == 0 || neg_hl7_value_equals (code, "A"))
    return 0;
  return neg_hl7_value_equals (code, "I") ? 1 : neg_hl7_value_equals (code, "P") ? 2 : N_GROUPS;
}

/* PID-5 begins with the name that the person is known by here; a maiden name, an alias and a nickname are that only where
 * there is no other, and none of them is a group of another. '\0': there is no name. */
static char
choose_type (const NegHl7Map *map, NegHl7Value rest)
{
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (map->message);
  NegHl7Value name;
  char first = '\0';

  for (guint n = 0; n < NEG_HL7_MAP_IDS_MAX && neg_hl7_value_split (&rest, delimiters->repetition, &name); n++) {
    char type = get_type (name, delimiters->component);
    g_autofree char *group = dup_group (map, name, delimiters->component, FAMILY_OF_XPN);

    if (group == NULL)
      continue;
    if (type != 'M' && type != 'A' && type != 'N')
      return type;
    first = first == '\0' ? type : first;
  }
  return first;
}

static char *
join_groups (char *const *groups)
{
  g_autofree char *name = NULL;
  gsize length;

  if (groups[1] == NULL && groups[2] == NULL)
    return g_strdup (groups[0]);
  name = g_strdup_printf ("%s=%s=%s", groups[0] != NULL ? groups[0] : "", groups[1] != NULL ? groups[1] : "",
                          groups[2] != NULL ? groups[2] : "");
  for (length = strlen (name); length > 0 && name[length - 1] == '='; length--)
    name[length - 1] = '\0';
  return g_steal_pointer (&name);
}

gboolean
neg_hl7_map_take_name (NegHl7Map *map, guint segment, guint field, char **name)
{
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (map->message);
  NegHl7Value rest = neg_hl7_message_get_value (map->message, (NegHl7Path) { .segment = segment, .field = field });
  char type = choose_type (map, rest);
  char *groups[N_GROUPS] = { NULL };
  NegHl7Value part;

  for (guint n = 0; n < NEG_HL7_MAP_IDS_MAX && neg_hl7_value_split (&rest, delimiters->repetition, &part); n++) {
    guint i = get_representation (part, delimiters->component);

    if (i < N_GROUPS && groups[i] == NULL && get_type (part, delimiters->component) == type)
      groups[i] = dup_group (map, part, delimiters->component, FAMILY_OF_XPN);
  }
  g_free (*name);
  *name = join_groups (groups);
  for (guint i = 0; i < N_GROUPS; i++)
    g_free (groups[i]);
  if (*name != NULL && strlen (*name) > NEG_HL7_MAP_NAME_BYTES_MAX)
    return neg_hl7_map_refuse (map, NEG_HL7_DATA_TYPE, NULL, segment, field, "a name is too long");
  return TRUE;
}

static char *
dup_xcn (const NegHl7Map *map, NegHl7Value value, char delimiter)
{
  return neg_hl7_map_cut (dup_group (map, value, delimiter, FAMILY_OF_XCN), NEG_HL7_MAP_NAME_BYTES_MAX);
}

static NegHl7Value
get_first (const NegHl7Map *map, guint segment, guint field)
{
  return neg_hl7_message_get_value (map->message,
                                    (NegHl7Path) { .segment = segment, .field = field, .repetition = 1 });
}

char *
neg_hl7_map_dup_person (const NegHl7Map *map, guint segment, guint field)
{
  return dup_xcn (map, get_first (map, segment, field), neg_hl7_message_get_delimiters (map->message)->component);
}

char *
neg_hl7_map_dup_performer (const NegHl7Map *map, guint segment, guint field)
{
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (map->message);
  NegHl7Value value = get_first (map, segment, field);
  NegHl7Value cnn = neg_hl7_value_get_part (value, delimiters->component, 1);

  if (delimiters->subcomponent != '\0'
      && neg_hl7_value_get_part (cnn, delimiters->subcomponent, FAMILY_OF_XCN).data != NULL)
    return dup_xcn (map, cnn, delimiters->subcomponent);
  return dup_xcn (map, value, delimiters->component);
}
