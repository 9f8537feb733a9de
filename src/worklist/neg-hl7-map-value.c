/* Texts, numbers and codes. */
#include "config.h"

#include <string.h>

#include "worklist/neg-hl7-map-private.h"

#define UID_CHARACTERS_MAX 64
#define CODE_CHARACTERS_MAX 16 /* CS */
#define ELLIPSIS "\xE2\x80\xA6"

char *
neg_hl7_map_cut (char *text, gsize max)
{
  char *end, *cut;

  if (text == NULL || strlen (text) <= max)
    return text;
  end = g_utf8_find_prev_char (text, text + max + 1);
  cut = g_strdup_printf ("%.*s" ELLIPSIS, end != NULL ? (int) (end - text) : 0, text);
  g_free (text);
  return cut;
}

/* The bytes that are looked at at all: an escape may stand for many. */
static NegHl7Value
shorten (NegHl7Value value)
{
  if (value.length <= NEG_HL7_MAP_TEXT_BYTES_MAX)
    return value;
  value.length = NEG_HL7_MAP_TEXT_BYTES_MAX;
  while (value.length > 0 && ((guint8) value.data[value.length] & 0xC0) == 0x80)
    value.length--;
  return value;
}

char *
neg_hl7_map_dup_value (const NegHl7Map *map, NegHl7Value value)
{
  NegHl7Value shortened = shorten (value);
  g_autofree char *text = NULL, *composed = NULL;

  if (value.length == 0)
    return NULL;
  if (neg_hl7_value_get_presence (value) == NEG_HL7_NULL)
    return g_strdup ("");
  text = neg_hl7_value_dup_text (shortened, neg_hl7_message_get_delimiters (map->message),
                                 neg_hl7_message_get_charset (map->message));
  if (shortened.length < value.length) {
    g_autofree char *part = g_steal_pointer (&text);

    text = g_strconcat (part, ELLIPSIS, NULL);
  }
  composed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  if (composed == NULL)
    return NULL;
  for (char *p = composed; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  g_strstrip (composed);
  return *composed == '\0' ? NULL : neg_hl7_map_cut (g_steal_pointer (&composed), NEG_HL7_MAP_TEXT_BYTES_MAX);
}

char *
neg_hl7_map_dup_text (const NegHl7Map *map, NegHl7Path path)
{
  return neg_hl7_map_dup_value (map, neg_hl7_message_get_value (map->message, path));
}

char *
neg_hl7_map_dup_coded (const NegHl7Map *map, NegHl7Value value)
{
  static const guint components[] = { 2, 5, 1 };
  char delimiter = neg_hl7_message_get_delimiters (map->message)->component;

  if (neg_hl7_value_get_presence (value) == NEG_HL7_NULL)
    return g_strdup ("");
  for (guint i = 0; i < G_N_ELEMENTS (components); i++) {
    char *text = neg_hl7_map_dup_value (map, neg_hl7_value_get_part (value, delimiter, components[i]));

    if (text != NULL && *text != '\0')
      return text;
    g_free (text);
  }
  return NULL;
}

void
neg_hl7_map_join (char **list, const char *separator, char *text)
{
  g_autofree char *taken = text;
  g_autofree char *before = NULL;

  if (taken == NULL || (*list != NULL && *taken == '\0'))
    return;
  before = g_steal_pointer (list);
  *list = before == NULL || *before == '\0' ? g_steal_pointer (&taken) : g_strconcat (before, separator, taken, NULL);
}

char *
neg_hl7_map_dup_coded_all (const NegHl7Map *map, guint segment, guint field)
{
  NegHl7Value rest = neg_hl7_message_get_value (map->message, (NegHl7Path) { .segment = segment, .field = field });
  char delimiter = neg_hl7_message_get_delimiters (map->message)->repetition;
  NegHl7Value part;
  char *list = NULL;

  while ((list == NULL || strlen (list) <= NEG_HL7_MAP_TEXT_BYTES_MAX)
         && neg_hl7_value_split (&rest, delimiter, &part))
    neg_hl7_map_join (&list, "; ", neg_hl7_map_dup_coded (map, part));
  return neg_hl7_map_cut (list, NEG_HL7_MAP_TEXT_BYTES_MAX);
}

gboolean
neg_hl7_map_take_id (NegHl7Map *map, guint segment, guint field, NegHl7Value value, char **text)
{
  g_autofree char *found = neg_hl7_map_dup_value (map, value);

  if (found != NULL && strlen (found) > NEG_HL7_MAP_ID_BYTES_MAX)
    return neg_hl7_map_refuse (map, NEG_HL7_DATA_TYPE, NULL, segment, field, "an identifier is too long");
  g_free (*text);
  *text = g_steal_pointer (&found);
  return TRUE;
}

/* HD.1, HD.2, HD.3. The universal ID is what an object says in (0040,0032) where it has no namespace (0040,0031). */
gboolean
neg_hl7_map_take_authority (NegHl7Map *map, guint segment, guint field, NegHl7Value value, char delimiter,
                            char **issuer)
{
  for (guint i = 1; i <= 2; i++) {
    if (!neg_hl7_map_take_id (map, segment, field, neg_hl7_value_get_part (value, delimiter, i), issuer))
      return FALSE;
    if (*issuer != NULL && **issuer != '\0')
      return TRUE;
  }
  g_free (*issuer);
  *issuer = g_strdup ("");
  return TRUE;
}

/* What is behind the first delimiter. */
static NegHl7Value
get_rest (NegHl7Value value, char delimiter)
{
  NegHl7Value first;

  neg_hl7_value_split (&value, delimiter, &first);
  return value;
}

gboolean
neg_hl7_map_take_number (NegHl7Map *map, guint segment, guint field, char **number, char **issuer)
{
  char delimiter = neg_hl7_message_get_delimiters (map->message)->component;
  NegHl7Value value
      = neg_hl7_message_get_value (map->message, (NegHl7Path) { .segment = segment, .field = field, .repetition = 1 });

  if (*number != NULL)
    return TRUE;
  if (!neg_hl7_map_take_id (map, segment, field, neg_hl7_value_get_part (value, delimiter, 1), number))
    return FALSE;
  if (*number == NULL)
    return TRUE;
  return neg_hl7_map_take_authority (map, segment, field, get_rest (value, delimiter), delimiter, issuer);
}

char *
neg_hl7_map_dup_uid (const NegHl7Map *map, NegHl7Value value)
{
  g_autofree char *text = neg_hl7_map_dup_value (map, value);

  if (text == NULL || strlen (text) > UID_CHARACTERS_MAX || text[strspn (text, "0123456789.")] != '\0'
      || (*text != '\0' && strchr (text, '.') == NULL))
    return NULL;
  return g_steal_pointer (&text);
}

char *
neg_hl7_map_dup_modality (const NegHl7Map *map, NegHl7Path path)
{
  g_autofree char *text = neg_hl7_map_dup_text (map, path);

  if (text == NULL || *text == '\0')
    return g_steal_pointer (&text);
  if (strlen (text) > CODE_CHARACTERS_MAX || !g_ascii_isalpha (*text) || text[1] == '\0')
    return NULL;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p))
      return NULL;
  return g_ascii_strup (text, -1);
}
