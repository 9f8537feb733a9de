/* SIU: an appointment, as an order that has no accession number yet. */
#include "config.h"

#include <string.h>

#include "worklist/neg-hl7-map-private.h"

#define APPOINTMENTS "SCH" /* the issuer of numbers of appointments: an order number may be the same digits */

static NegHl7Path
at (guint segment, guint field, guint component)
{
  return (NegHl7Path) { .segment = segment, .field = field, .repetition = 1, .component = component };
}

static char *
dup_coded_at (const NegHl7Map *map, guint segment, guint field)
{
  return neg_hl7_map_dup_coded (map, neg_hl7_message_get_value (map->message, at (segment, field, 0)));
}

/* SCH-25, table 0278; what the event says goes first. A patient who did not come has nothing that was begun. */
static NegOrderStatus
find_status (const NegHl7Map *map, guint sch)
{
  static const struct {
    const char *code;
    NegOrderStatus status;
  } codes[] = { { "Cancelled", NEG_ORDER_CANCELED },  { "Canceled", NEG_ORDER_CANCELED },
                { "Deleted", NEG_ORDER_CANCELED },    { "Noshow", NEG_ORDER_CANCELED },
                { "Dc", NEG_ORDER_DISCONTINUED },     { "Discontinued", NEG_ORDER_DISCONTINUED },
                { "Complete", NEG_ORDER_COMPLETED } };
  g_autofree char *code = neg_hl7_map_dup_text (map, at (sch, 25, 1));

  if (strcmp (map->event, "S15") == 0 || strcmp (map->event, "S17") == 0 || strcmp (map->event, "S26") == 0)
    return NEG_ORDER_CANCELED;
  for (guint i = 0; code != NULL && i < G_N_ELEMENTS (codes); i++)
    if (g_ascii_strcasecmp (code, codes[i].code) == 0)
      return codes[i].status;
  return NEG_ORDER_SCHEDULED;
}

/* The number of an order where the appointment names it, else the appointment's own, marked as such. */
static gboolean
take_number (NegHl7Map *map, guint sch, guint order_field, guint own_field, char **number, char **issuer)
{
  g_autofree char *own = NULL;

  if (!neg_hl7_map_take_number (map, sch, order_field, number, issuer))
    return FALSE;
  if (*number != NULL)
    return TRUE;
  if (!neg_hl7_map_take_number (map, sch, own_field, number, &own))
    return FALSE;
  if (*number != NULL)
    *issuer = *own == '\0' ? g_strdup (APPOINTMENTS) : g_strconcat (APPOINTMENTS " ", own, NULL);
  return TRUE;
}

static gboolean
fill_by_schedule (NegHl7Map *map, guint sch, NegSaidOrder *order)
{
  g_autofree char *issuer = NULL;

  if (!take_number (map, sch, 26, 1, &order->placer, &order->placer_issuer)
      || !take_number (map, sch, 27, 2, &order->filler, &order->filler_issuer)
      || !neg_hl7_map_take_number (map, sch, 2, &order->step_id, &issuer)
      || (order->step_id == NULL && !neg_hl7_map_take_number (map, sch, 1, &order->step_id, &issuer)))
    return FALSE;
  if (order->step_id == NULL || *order->step_id == '\0')
    return neg_hl7_map_refuse (map, NEG_HL7_FIELD_MISSING, "SCH", sch, 2, "no appointment number");
  order->status = find_status (map, sch);
  order->reason = dup_coded_at (map, sch, 7);
  neg_hl7_map_take_start (map, at (sch, 11, 4), order);
  order->priority = neg_hl7_map_dup_priority (map, at (sch, 11, 6));
  return TRUE;
}

static void
fill_text (char **text, char *with)
{
  if (*text == NULL)
    *text = with;
  else
    g_free (with);
}

/* Of several services, rooms and persons the first is shown. */
static void
fill_by_resource (const NegHl7Map *map, guint segment, NegSaidOrder *order)
{
  if (neg_hl7_map_is_named (map, segment, "AIS")) {
    fill_text (&order->procedure_code, neg_hl7_map_dup_text (map, at (segment, 3, 1)));
    fill_text (&order->procedure, dup_coded_at (map, segment, 3));
    neg_hl7_map_take_start (map, at (segment, 4, 1), order);
  } else if (neg_hl7_map_is_named (map, segment, "AIG")) {
    fill_text (&order->station, dup_coded_at (map, segment, 3));
    neg_hl7_map_take_start (map, at (segment, 8, 1), order);
  } else if (neg_hl7_map_is_named (map, segment, "AIL")) {
    fill_text (&order->location, neg_hl7_map_dup_location (map, segment, 3));
    neg_hl7_map_take_start (map, at (segment, 6, 1), order);
  } else if (neg_hl7_map_is_named (map, segment, "AIP")) {
    fill_text (&order->performer, neg_hl7_map_dup_person (map, segment, 3));
    neg_hl7_map_take_start (map, at (segment, 6, 1), order);
  } else if (neg_hl7_map_is_named (map, segment, "ZDS")) {
    fill_text (&order->study_uid,
               neg_hl7_map_dup_uid (map, neg_hl7_message_get_value (map->message, at (segment, 1, 1))));
  }
}

/* SCH and TQ1 stand before the patients, whose part comes in between: they are read once. */
static gboolean
read_schedule (NegHl7Map *map)
{
  guint sch = neg_hl7_message_find (map->message, "SCH", 1);
  guint tq1 = sch == NEG_HL7_NO_SEGMENT ? sch : neg_hl7_message_find (map->message, "TQ1", sch);

  map->appointment = neg_said_order_new ();
  if (sch == NEG_HL7_NO_SEGMENT)
    return neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, "SCH", sch, 0, "no appointment");
  if (!fill_by_schedule (map, sch, map->appointment))
    return FALSE;
  if (tq1 != NEG_HL7_NO_SEGMENT) {
    neg_hl7_map_take_start (map, at (tq1, 7, 1), map->appointment);
    fill_text (&map->appointment->priority, neg_hl7_map_dup_priority (map, at (tq1, 9, 1)));
  }
  return TRUE;
}

gboolean
neg_hl7_map_add_appointment (NegHl7Map *map, const NegHl7MapPart *part)
{
  NegSaid *said;
  NegSaidOrder *order;

  if (map->appointment == NULL && !read_schedule (map))
    return FALSE;
  said = neg_hl7_map_add_patient (map, part, NEG_SAID_ORDER);
  if (said == NULL)
    return FALSE;
  order = neg_said_order_copy (map->appointment);
  g_ptr_array_add (said->orders, order);
  if (part->visit != NEG_HL7_NO_SEGMENT)
    order->referrer = neg_hl7_map_dup_person (map, part->visit, 8);
  for (guint i = part->pid + 1; i < part->end; i++)
    fill_by_resource (map, i, order);
  return TRUE;
}
