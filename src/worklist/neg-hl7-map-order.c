/* ORM^O01, OMG^O19, OMI^O23: what ORC, TQ1, OBR, IPC and ZDS say of each requested step. One pass over the segments of a
 * patient: what stands in ORC and OBR is read once, and copied for each IPC. */
#include "config.h"

#include <string.h>

#include "worklist/neg-hl7-map-private.h"

typedef struct {
  NegHl7Map *map;
  NegSaid *said;
  char *referrer, *alerts; /* of the patient's visit, for every order */
  guint orc;               /* of the group under way, NEG_HL7_NO_SEGMENT before the first */
  NegSaidOrder *common;    /* by its ORC */
  NegSaidOrder *order;     /* and by its OBR */
  GArray *ipcs;            /* guint */
  gboolean is_foreign;     /* of medicine, diets, supplies */
  gboolean has_timing;
  gboolean is_new; /* NW */
  gint64 time_us;  /* the latest ORC-9 of new ones, MSH-7 of what changes or ends one */
} Orders;

static NegHl7Path
at (guint segment, guint field, guint component)
{
  return (NegHl7Path) { .segment = segment, .field = field, .component = component };
}

static void
replace (char **text, char *with)
{
  if (with == NULL)
    return;
  g_free (*text);
  *text = with;
}

static void
fill (char **text, char *with)
{
  if (*text == NULL)
    *text = with;
  else
    g_free (with);
}

/* Pairs of ORC-1 and ORC-5 as dcm4chee has them and others send them. Of a pair that is not here nothing is guessed; where
 * ORC-5 says nothing, a new order, a cancellation and a stop are what ORC-1 alone calls them (table 0119: CR, OC and DR, OD are
 * the filler's words for the latter two; SC says that ORC-5 has changed). */
static NegOrderStatus
find_status (const char *control, const char *status)
{
  static const struct {
    const char *control, *status;
    NegOrderStatus meaning;
  } pairs[] = {
    { "NW", "SC", NEG_ORDER_SCHEDULED },    { "NW", "IP", NEG_ORDER_SCHEDULED },    { "XO", "SC", NEG_ORDER_SCHEDULED },
    { "SC", "IP", NEG_ORDER_SCHEDULED },    { "NW", "", NEG_ORDER_SCHEDULED },      { "CA", "CA", NEG_ORDER_CANCELED },
    { "CA", "", NEG_ORDER_CANCELED },       { "DC", "CA", NEG_ORDER_DISCONTINUED }, { "DC", "DC", NEG_ORDER_DISCONTINUED },
    { "DC", "", NEG_ORDER_DISCONTINUED },   { "XO", "CM", NEG_ORDER_COMPLETED },    { "SC", "CM", NEG_ORDER_COMPLETED },
    { "SC", "A", NEG_ORDER_COMPLETED },     { "CR", "CA", NEG_ORDER_CANCELED },     { "CR", "", NEG_ORDER_CANCELED },
    { "OC", "CA", NEG_ORDER_CANCELED },     { "OC", "", NEG_ORDER_CANCELED },       { "SC", "CA", NEG_ORDER_CANCELED },
    { "DR", "CA", NEG_ORDER_DISCONTINUED }, { "DR", "DC", NEG_ORDER_DISCONTINUED }, { "DR", "", NEG_ORDER_DISCONTINUED },
    { "OD", "CA", NEG_ORDER_DISCONTINUED }, { "OD", "DC", NEG_ORDER_DISCONTINUED }, { "OD", "", NEG_ORDER_DISCONTINUED },
    { "SC", "DC", NEG_ORDER_DISCONTINUED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (strcmp (pairs[i].control, control) == 0 && strcmp (pairs[i].status, status) == 0)
      return pairs[i].meaning;
  return NEG_ORDER_KEEP;
}

/* Tables 0485 and 0027 to (0040,1003). */
char *
neg_hl7_map_dup_priority (const NegHl7Map *map, NegHl7Path path)
{
  static const struct {
    const char *code, *word, *priority;
  } priorities[] = {
    { "", "", "" },          { "S", "STAT", "STAT" },       { "A", "ASAP", "HIGH" }, { "P", "PREOP", "HIGH" },
    { "C", "CALLBACK", "HIGH" }, { "R", "ROUTINE", "ROUTINE" }, { "T", "TIMING CRITICAL", "MEDIUM" },
  };
  g_autofree char *text = neg_hl7_map_dup_text (map, path);

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (priorities); i++)
    if (g_ascii_strcasecmp (text, priorities[i].code) == 0 || g_ascii_strcasecmp (text, priorities[i].word) == 0)
      return g_strdup (priorities[i].priority);
  return NULL;
}

static gboolean
take_plain (NegHl7Map *map, guint segment, guint field, char **text)
{
  return *text != NULL
         || neg_hl7_map_take_id (map, segment, field, neg_hl7_message_get_value (map->message, at (segment, field, 1)),
                                 text);
}

/* The fields of one segment; @order's texts that are said already stay. */
static void
take_timing (const NegHl7Map *map, guint segment, guint field, NegSaidOrder *order)
{
  neg_hl7_map_take_start (map, (NegHl7Path) { segment, field, 1, 4, 1 }, order);
  fill (&order->priority, neg_hl7_map_dup_priority (map, (NegHl7Path) { segment, field, 1, 6, 1 }));
}

/* As EVN-2: nothing is told before it happens. ORC-9 of a new order keeps one that is sent again, in a new message, from
 * undoing what came after it. Of a change or a cancellation it is often when the order was made, so that it would be older
 * than what came before it, and lost: it holds from when it was told. */
static void
note_time (Orders *orders, guint orc)
{
  gint64 time_us = neg_hl7_map_get_moment (orders->map, at (orc, 9, 1)), told_us = orders->map->time_us;

  if (time_us == 0 || (told_us != 0 && (!orders->is_new || time_us > told_us)))
    time_us = told_us;
  orders->time_us = MAX (orders->time_us, time_us);
}

static gboolean
begin (Orders *orders, guint orc)
{
  NegHl7Map *map = orders->map;
  g_autofree char *control = neg_hl7_map_dup_text (map, at (orc, 1, 1));
  g_autofree char *status = neg_hl7_map_dup_text (map, at (orc, 5, 1));
  NegSaidOrder *order = orders->common = neg_said_order_new ();

  orders->orc = orc;
  if (control == NULL || *control == '\0')
    return neg_hl7_map_refuse (map, NEG_HL7_FIELD_MISSING, "ORC", orc, 1, "no order control code");
  if (!neg_hl7_map_take_number (map, orc, 2, &order->placer, &order->placer_issuer)
      || !neg_hl7_map_take_number (map, orc, 3, &order->filler, &order->filler_issuer))
    return FALSE;
  orders->is_new = strcmp (control, "NW") == 0;
  order->status = find_status (control, status != NULL ? status : "");
  order->referrer = g_strdup (orders->referrer);
  order->alerts = g_strdup (orders->alerts);
  order->requester = neg_hl7_map_dup_person (map, orc, 12);
  note_time (orders, orc);
  return TRUE;
}

/* TQ1-7 and TQ1-9 go before what ORC-7 and OBR-27 say. */
static void
add_timing (Orders *orders, guint tq1)
{
  NegSaidOrder *order = orders->order != NULL ? orders->order : orders->common;
  NegSaidOrder timing = { 0 };

  if (orders->has_timing)
    return;
  orders->has_timing = TRUE;
  neg_hl7_map_take_start (orders->map, at (tq1, 7, 1), &timing);
  replace (&order->date, timing.date);
  replace (&order->time, timing.time);
  replace (&order->timezone, timing.timezone);
  replace (&order->priority, neg_hl7_map_dup_priority (orders->map, at (tq1, 9, 1)));
}

static void
take_side (const NegHl7Map *map, guint obr, NegSaidOrder *order)
{
  static const struct {
    const char *said, *side;
  } sides[] = { { "", "" },  { "L", "L" },  { "LT", "L" },  { "LEFT", "L" },      { "R", "R" },
                { "RT", "R" }, { "RIGHT", "R" }, { "B", "B" }, { "BILATERAL", "B" }, { "U", "U" } };
  g_autofree char *text = neg_hl7_map_dup_text (map, (NegHl7Path) { obr, 15, 1, 5, 1 });

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (sides); i++)
    if (g_ascii_strcasecmp (text, sides[i].said) == 0) {
      order->laterality = g_strdup (sides[i].side);
      return;
    }
}

static void
describe (const NegHl7Map *map, guint obr, NegSaidOrder *order)
{
  guint code = neg_hl7_message_get_presence (map->message, at (obr, 44, 0)) == NEG_HL7_ABSENT ? 4 : 44;
  NegHl7Value procedure = neg_hl7_message_get_value (map->message, (NegHl7Path) { obr, code, 1, 0, 0 });

  order->procedure_code = neg_hl7_map_dup_text (map, at (obr, code, 1));
  order->procedure = neg_hl7_map_dup_coded (map, procedure);
  order->modality = neg_hl7_map_dup_modality (map, at (obr, 24, 1));
  order->body_part = neg_hl7_map_dup_text (map, (NegHl7Path) { obr, 15, 1, 4, 2 });
  fill (&order->body_part, neg_hl7_map_dup_text (map, (NegHl7Path) { obr, 15, 1, 4, 1 }));
  take_side (map, obr, order);
  replace (&order->requester, neg_hl7_map_dup_person (map, obr, 16));
  order->performer = neg_hl7_map_dup_performer (map, obr, 34);
  order->reason = neg_hl7_map_dup_coded_all (map, obr, 31);
  neg_hl7_map_join (&order->alerts, "; ", neg_hl7_map_dup_coded_all (map, obr, 12));
  neg_hl7_map_join (&order->alerts, "; ", neg_hl7_map_dup_text (map, at (obr, 13, 0)));
  order->alerts = neg_hl7_map_cut (order->alerts, NEG_HL7_MAP_TEXT_BYTES_MAX);
}

static gboolean
add_details (Orders *orders, guint obr)
{
  NegHl7Map *map = orders->map;
  NegSaidOrder *order = orders->order = neg_said_order_copy (orders->common);

  if (!neg_hl7_map_take_number (map, obr, 2, &order->placer, &order->placer_issuer)
      || !neg_hl7_map_take_number (map, obr, 3, &order->filler, &order->filler_issuer)
      || !neg_hl7_map_take_number (map, obr, 18, &order->accession, &order->accession_issuer)
      || !take_plain (map, obr, 19, &order->procedure_id) || !take_plain (map, obr, 20, &order->step_id))
    return FALSE;
  take_timing (map, orders->orc, 7, order);
  take_timing (map, obr, 27, order);
  describe (map, obr, order);
  return TRUE;
}

static gboolean
is_known_by_something (const NegSaidOrder *order)
{
  const char *const numbers[] = { order->accession, order->placer, order->filler };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (numbers[i] != NULL && *numbers[i] != '\0')
      return TRUE;
  return FALSE;
}

static gboolean
check_order (Orders *orders, const NegSaidOrder *order, guint ipc)
{
  NegHl7Map *map = orders->map;

  if (!is_known_by_something (order))
    return neg_hl7_map_refuse (map, NEG_HL7_FIELD_MISSING, "ORC", orders->orc, 2,
                               "no number that the order could be known by");
  return neg_hl7_map_count (map, ipc == NEG_HL7_NO_SEGMENT ? "ORC" : "IPC",
                            ipc == NEG_HL7_NO_SEGMENT ? orders->orc : ipc);
}

/* IPC-9, its repetitions. */
static char *
dup_titles (const NegHl7Map *map, guint ipc)
{
  NegHl7Value rest = neg_hl7_message_get_value (map->message, at (ipc, 9, 0)), title;
  char delimiter = neg_hl7_message_get_delimiters (map->message)->repetition;
  char *titles = NULL;

  for (guint n = 0; n < NEG_HL7_MAP_IDS_MAX && neg_hl7_value_split (&rest, delimiter, &title); n++)
    neg_hl7_map_join (&titles, "\\", neg_hl7_map_dup_value (map, title));
  return neg_hl7_map_cut (titles, NEG_HL7_MAP_TEXT_BYTES_MAX);
}

static gboolean
add_step (Orders *orders, guint ipc)
{
  NegHl7Map *map = orders->map;
  NegSaidOrder *order = neg_said_order_copy (orders->order);
  g_autoptr (NegSaidOrder) said = neg_said_order_new ();

  g_ptr_array_add (orders->said->orders, order);
  if (!neg_hl7_map_take_number (map, ipc, 1, &said->accession, &said->accession_issuer)
      || !take_plain (map, ipc, 2, &said->procedure_id) || !take_plain (map, ipc, 4, &said->step_id))
    return FALSE;
  replace (&order->accession, g_steal_pointer (&said->accession));
  replace (&order->accession_issuer, g_steal_pointer (&said->accession_issuer));
  replace (&order->procedure_id, g_steal_pointer (&said->procedure_id));
  replace (&order->step_id, g_steal_pointer (&said->step_id));
  replace (&order->study_uid, neg_hl7_map_dup_uid (map, neg_hl7_message_get_value (map->message, at (ipc, 3, 1))));
  replace (&order->modality, neg_hl7_map_dup_modality (map, at (ipc, 5, 1)));
  fill (&order->procedure,
        neg_hl7_map_dup_coded (map, neg_hl7_message_get_value (map->message, (NegHl7Path) { ipc, 6, 1, 0, 0 })));
  order->station = neg_hl7_map_dup_coded (map, neg_hl7_message_get_value (map->message, (NegHl7Path) { ipc, 7, 1, 0, 0 }));
  order->location
      = neg_hl7_map_dup_coded (map, neg_hl7_message_get_value (map->message, (NegHl7Path) { ipc, 8, 1, 0, 0 }));
  order->station_ae = dup_titles (map, ipc);
  return check_order (orders, order, ipc);
}

/* The group ends: one order, or one per IPC. */
static gboolean
finish (Orders *orders)
{
  gboolean is_done = TRUE;

  if (orders->common == NULL)
    return TRUE;
  if (!orders->is_foreign && orders->order == NULL && orders->is_new)
    is_done = neg_hl7_map_refuse (orders->map, NEG_HL7_SEGMENT_SEQUENCE, "OBR", NEG_HL7_NO_SEGMENT, 0,
                                  "a new order without its OBR");
  if (is_done && !orders->is_foreign) {
    if (orders->order == NULL) {
      take_timing (orders->map, orders->orc, 7, orders->common);
      orders->order = g_steal_pointer (&orders->common);
    }
    for (guint i = 0; is_done && i < orders->ipcs->len; i++)
      is_done = add_step (orders, g_array_index (orders->ipcs, guint, i));
    if (orders->ipcs->len == 0) {
      is_done = check_order (orders, orders->order, NEG_HL7_NO_SEGMENT);
      g_ptr_array_add (orders->said->orders, g_steal_pointer (&orders->order));
    }
  }
  g_clear_pointer (&orders->common, neg_said_order_free);
  g_clear_pointer (&orders->order, neg_said_order_free);
  g_array_set_size (orders->ipcs, 0);
  orders->is_foreign = orders->has_timing = orders->is_new = FALSE;
  return is_done;
}

/* A second OBR has no ORC of its own: whether it is new or canceled nobody says. */
static gboolean
add_segment_of_group (Orders *orders, guint segment)
{
  static const char *const foreign[] = { "RXO", "RXE", "RXD", "ODS", "ODT", "RQD", "RQ1", "BPO" };
  NegHl7Map *map = orders->map;

  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    orders->is_foreign = orders->is_foreign || neg_hl7_map_is_named (map, segment, foreign[i]);
  if (neg_hl7_map_is_named (map, segment, "OBR"))
    return orders->order == NULL ? add_details (orders, segment)
                                 : neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, "OBR", segment, 0,
                                                       "an OBR without an ORC of its own");
  if (neg_hl7_map_is_named (map, segment, "TQ1"))
    add_timing (orders, segment);
  if (neg_hl7_map_is_named (map, segment, "IPC")) {
    if (orders->order == NULL)
      return neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, "IPC", segment, 0, "an IPC without its OBR");
    g_array_append_val (orders->ipcs, segment);
  }
  if (orders->order == NULL)
    return TRUE;
  if (neg_hl7_map_is_named (map, segment, "ZDS"))
    fill (&orders->order->study_uid,
          neg_hl7_map_dup_uid (map, neg_hl7_message_get_value (map->message, (NegHl7Path) { segment, 1, 1, 1, 0 })));
  if (orders->order->reason == NULL && neg_hl7_map_is_named (map, segment, "DG1")) {
    orders->order->reason = neg_hl7_map_dup_text (map, at (segment, 4, 0));
    fill (&orders->order->reason,
          neg_hl7_map_dup_coded (map, neg_hl7_message_get_value (map->message, (NegHl7Path) { segment, 3, 1, 0, 0 })));
  }
  return TRUE;
}

static gboolean
add_segment (Orders *orders, guint segment)
{
  NegHl7Map *map = orders->map;

  if (neg_hl7_map_is_named (map, segment, "ORC"))
    return finish (orders) && begin (orders, segment);
  if (orders->common != NULL)
    return add_segment_of_group (orders, segment);
  if (neg_hl7_map_is_named (map, segment, "OBR") || neg_hl7_map_is_named (map, segment, "IPC"))
    return neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, "ORC", NEG_HL7_NO_SEGMENT, 0, "no ORC before it");
  if (neg_hl7_map_is_named (map, segment, "AL1") && (orders->alerts == NULL
                                                    || strlen (orders->alerts) < NEG_HL7_MAP_TEXT_BYTES_MAX)) {
    neg_hl7_map_join (&orders->alerts, "; ",
                      neg_hl7_map_dup_coded (map, neg_hl7_message_get_value (map->message,
                                                                             (NegHl7Path) { segment, 3, 1, 0, 0 })));
    orders->alerts = neg_hl7_map_cut (orders->alerts, NEG_HL7_MAP_TEXT_BYTES_MAX);
  }
  return TRUE;
}

gboolean
neg_hl7_map_add_orders (NegHl7Map *map, const NegHl7MapPart *part)
{
  NegSaid *said = neg_hl7_map_add_patient (map, part, NEG_SAID_ORDER);
  g_autoptr (GArray) ipcs = g_array_new (FALSE, FALSE, sizeof (guint));
  Orders orders = { .map = map, .said = said, .orc = NEG_HL7_NO_SEGMENT, .ipcs = ipcs };
  gboolean is_done = said != NULL;

  if (part->visit != NEG_HL7_NO_SEGMENT)
    orders.referrer = neg_hl7_map_dup_person (map, part->visit, 8);
  for (guint i = part->pid + 1; is_done && i < part->end; i++)
    is_done = add_segment (&orders, i);
  is_done = is_done && finish (&orders);
  g_clear_pointer (&orders.common, neg_said_order_free);
  g_clear_pointer (&orders.order, neg_said_order_free);
  g_free (orders.referrer);
  g_free (orders.alerts);
  if (!is_done)
    return FALSE;
  if (orders.orc == NEG_HL7_NO_SEGMENT)
    return neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, "ORC", NEG_HL7_NO_SEGMENT, 0, "no order");
  said->time_us = orders.time_us;
  if (said->orders->len == 0) /* orders of medicine alone */
    g_ptr_array_set_size (map->said, map->said->len - 1);
  return TRUE;
}
