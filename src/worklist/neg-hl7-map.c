#include "config.h"

#include "worklist/neg-hl7-map.h"

#include <string.h>

#include "worklist/neg-hl7-map-private.h"

typedef gboolean (*AddPart) (NegHl7Map *map, const NegHl7MapPart *part);

static gboolean
add_demographics (NegHl7Map *map, const NegHl7MapPart *part)
{
  return neg_hl7_map_add_patient (map, part, NEG_SAID_PATIENT) != NULL;
}

/* What is taken, and by whom. Events that touch beds, visits and accounts only are accepted and change nothing; those that
 * say who is whom in ways that are not done here (A17's swap is of beds; A24, A30, A36, A37, A39, A43, A46...) must not be
 * acknowledged as if they had been, so they are not here. */
static const struct {
  const char *type;
  const char *events; /* each of three characters, with spaces between them; the first one is meant where none is said */
  gboolean is_alone;  /* the type says it all */
  AddPart add;
} handled[] = {
  { "ORM", "O01", TRUE, neg_hl7_map_add_orders },
  { "OMG", "O19", TRUE, neg_hl7_map_add_orders },
  { "OMI", "O23", TRUE, neg_hl7_map_add_orders },
  { "ORU", "R01", TRUE, neg_hl7_map_add_reports },
  { "SIU", "S12 S13 S14 S15 S17 S26", FALSE, neg_hl7_map_add_appointment },
  { "ADT", "A01 A04 A05 A08 A31", FALSE, add_demographics },
  { "ADT", "A18 A34 A40 A47", FALSE, neg_hl7_map_add_merges },
  { "ADT",
    "A02 A03 A06 A07 A09 A10 A11 A12 A13 A14 A15 A16 A17 A20 A21 A22 A23 A25 A26 A27 A28 A32 A33 A35 A38 A41 A42 A44 A45 "
    "A49 A50 A51 A52 A53 A54 A55 A60 A61 A62",
    FALSE, NULL },
};

/* Segments that mean nothing without the patient before them. */
static const char *const of_patient[] = { "ORC", "OBR", "IPC", "OBX", "MRG", "PV1", "AIS", "AIG", "AIL", "AIP" };

gboolean
neg_hl7_map_is_named (const NegHl7Map *map, guint segment, const char *name)
{
  return neg_hl7_value_equals (neg_hl7_message_get_name (map->message, segment), name);
}

/* Borrowed names for the refusal, which outlives the message. */
static const char *
intern_name (const NegHl7Map *map, guint segment)
{
  static const char *const names[] = { "MSH", "EVN", "PID", "PV1", "MRG", "ORC", "TQ1", "OBR", "IPC", "ZDS",
                                       "OBX", "SCH", "AIS", "AIG", "AIL", "AIP", "AL1", "DG1" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (neg_hl7_map_is_named (map, segment, names[i]))
      return names[i];
  return "MSH";
}

gboolean
neg_hl7_map_refuse (NegHl7Map *map, NegHl7Condition condition, const char *name, guint segment, guint field,
                    const char *text)
{
  guint sequence = 0;

  name = name != NULL ? name : intern_name (map, segment);
  for (guint i = 0; segment != NEG_HL7_NO_SEGMENT && i <= segment; i++)
    sequence += neg_hl7_map_is_named (map, i, name);
  *map->refusal = (NegHl7Refusal) {
    .condition = condition,
    .is_reject = condition >= NEG_HL7_UNSUPPORTED_TYPE && condition <= NEG_HL7_UNSUPPORTED_VERSION,
    .segment = name,
    .sequence = MAX (sequence, 1),
    .field = field,
    .text = text,
  };
  return FALSE;
}

gboolean
neg_hl7_map_count (NegHl7Map *map, const char *name, guint segment)
{
  if (++map->n_things > NEG_HL7_MAP_THINGS_MAX)
    return neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, name, segment, 0,
                               "more than one message may hold; send it in parts");
  return TRUE;
}

static char *
dup_header (const NegHl7Map *map, guint field, guint component)
{
  char *text = neg_hl7_map_dup_text (map, (NegHl7Path) { .field = field, .component = component });

  return text != NULL ? text : g_strdup ("");
}

/* MSH-9.2; of ADT without one EVN-1, which said it before 2.3.1. */
static char *
dup_event (const NegHl7Map *map)
{
  g_autofree char *event = dup_header (map, 9, 2);
  guint evn;

  if (*event != '\0')
    return g_steal_pointer (&event);
  evn = neg_hl7_message_find (map->message, "EVN", 0);
  return evn == NEG_HL7_NO_SEGMENT ? g_strdup ("")
                                   : neg_hl7_map_dup_text (map, (NegHl7Path) { .segment = evn, .field = 1 });
}

static gboolean
has_event (const char *events, const char *event)
{
  const char *found = strlen (event) == 3 && strchr (event, ' ') == NULL ? strstr (events, event) : NULL;

  return found != NULL;
}

/* *found: index of handled. */
static gboolean
find_handler (NegHl7Map *map, guint *found)
{
  g_autofree char *type = dup_header (map, 9, 1), *event = dup_event (map);
  gboolean is_type = FALSE;

  if (*type == '\0')
    return neg_hl7_map_refuse (map, NEG_HL7_FIELD_MISSING, "MSH", 0, 9, "no message type");
  for (guint i = 0; i < G_N_ELEMENTS (handled); i++) {
    if (strcmp (type, handled[i].type) != 0)
      continue;
    is_type = TRUE;
    *found = i;
    if (event == NULL || *event == '\0') {
      if (handled[i].is_alone)
        return TRUE;
    } else if (has_event (handled[i].events, event)) {
      g_strlcpy (map->event, event, sizeof map->event);
      return TRUE;
    }
  }
  return neg_hl7_map_refuse (map, is_type ? NEG_HL7_UNSUPPORTED_EVENT : NEG_HL7_UNSUPPORTED_TYPE, "MSH", 0, 9,
                             is_type ? "this trigger event is not taken here" : "this message type is not taken here");
}

/* MSH-12.1: any 2, and none is taken for one. */
static gboolean
check_version (NegHl7Map *map)
{
  g_autofree char *version = dup_header (map, 12, 1);

  if (*version == '\0' || strcmp (version, "2") == 0 || g_str_has_prefix (version, "2."))
    return TRUE;
  return neg_hl7_map_refuse (map, NEG_HL7_UNSUPPORTED_VERSION, "MSH", 0, 12, "only versions 2.x are taken");
}

/* MSH-11.1: a message of somebody's tests is nobody's order. */
static gboolean
check_processing_id (NegHl7Map *map)
{
  const char *taken = map->settings->processing_id;
  g_autofree char *id = dup_header (map, 11, 1);

  if (taken == NULL || *taken == '\0' || strcmp (id, taken) == 0)
    return TRUE;
  if (*id == '\0')
    return neg_hl7_map_refuse (map, NEG_HL7_FIELD_MISSING, "MSH", 0, 11, "no processing ID");
  return neg_hl7_map_refuse (map, NEG_HL7_UNSUPPORTED_PROCESSING_ID, "MSH", 0, 11,
                             "this processing ID is not taken here");
}

static gboolean
check_header (NegHl7Map *map, guint *found)
{
  g_autofree char *control_id = dup_header (map, 10, 1);

  if (!check_version (map) || !find_handler (map, found) || !check_processing_id (map))
    return FALSE;
  if (*control_id == '\0')
    return neg_hl7_map_refuse (map, NEG_HL7_FIELD_MISSING, "MSH", 0, 10, "no message control ID");
  return TRUE;
}

/* MSH-7's zone is that of all times of the message that have none (HL7 v2.5.1 chapter 2, 2.15.9.7). */
static void
read_time (NegHl7Map *map)
{
  NegHl7Value value = neg_hl7_message_get_value (map->message, (NegHl7Path) { .field = 7, .component = 1 });
  NegHl7MapTime time;

  map->zone = map->settings->timezone != NULL ? g_time_zone_ref (map->settings->timezone) : g_time_zone_new_utc ();
  if (!neg_hl7_map_parse_time (map, value, &time))
    return;
  map->time_us = strlen (time.time) >= 4 ? time.us : 0;
  if (time.has_zone) {
    g_time_zone_unref (map->zone);
    map->zone = g_time_zone_new_offset (time.offset_s);
  }
}

/* EVN-2. Nothing is told before it happens: a clock that is wrong must not make everything later look old. */
static void
read_event_time (NegHl7Map *map)
{
  guint evn = neg_hl7_message_find (map->message, "EVN", 0);
  gint64 time_us = 0;

  if (evn != NEG_HL7_NO_SEGMENT)
    time_us = neg_hl7_map_get_moment (map, (NegHl7Path) { .segment = evn, .field = 2, .component = 1 });
  map->event_us = time_us == 0 || (map->time_us != 0 && time_us > map->time_us) ? map->time_us : time_us;
}

/* The first segment of a patient's that stands before any PID. */
static gboolean
check_start (NegHl7Map *map, guint first_pid)
{
  guint n = first_pid == NEG_HL7_NO_SEGMENT ? neg_hl7_message_get_n_segments (map->message) : first_pid;

  if (first_pid == NEG_HL7_NO_SEGMENT)
    return neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, "PID", NEG_HL7_NO_SEGMENT, 0, "no patient");
  for (guint i = 1; i < n; i++)
    for (guint j = 0; j < G_N_ELEMENTS (of_patient); j++)
      if (neg_hl7_map_is_named (map, i, of_patient[j]))
        return neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, of_patient[j], i, 0, "it stands before its patient");
  return TRUE;
}

static gboolean
add_parts (NegHl7Map *map, AddPart add)
{
  guint n = neg_hl7_message_get_n_segments (map->message);
  guint pid = neg_hl7_message_find (map->message, "PID", 1);

  if (!check_start (map, pid))
    return FALSE;
  while (pid != NEG_HL7_NO_SEGMENT) {
    guint next = neg_hl7_message_find (map->message, "PID", pid + 1);
    NegHl7MapPart part = { pid, next == NEG_HL7_NO_SEGMENT ? n : next, NEG_HL7_NO_SEGMENT };

    for (guint i = pid + 1; i < part.end && part.visit == NEG_HL7_NO_SEGMENT; i++)
      part.visit = neg_hl7_map_is_named (map, i, "PV1") ? i : NEG_HL7_NO_SEGMENT;
    if (!add (map, &part))
      return FALSE;
    pid = next;
  }
  return TRUE;
}

GPtrArray *
neg_hl7_map (const NegHl7Message *message, const NegHl7MapSettings *settings, NegHl7Refusal *refusal)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_said_free);
  NegHl7Map map = { .message = message, .settings = settings, .refusal = refusal, .said = said };
  guint found = 0;
  gboolean is_done;

  *refusal = (NegHl7Refusal) { .condition = NEG_HL7_ACCEPTED };
  if (!check_header (&map, &found))
    return NULL;
  if (handled[found].add == NULL)
    return g_steal_pointer (&said);
  read_time (&map);
  read_event_time (&map);
  is_done = add_parts (&map, handled[found].add);
  g_time_zone_unref (map.zone);
  neg_said_order_free (map.appointment);
  return is_done ? g_steal_pointer (&said) : NULL;
}
