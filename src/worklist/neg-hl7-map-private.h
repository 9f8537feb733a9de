/* The parts of neg-hl7-map. Every function that may refuse gives FALSE after it has said why (neg_hl7_map_refuse). */
#pragma once

#include "worklist/neg-hl7-map.h"

G_BEGIN_DECLS

/* Patients, orders, merges and reports together: a message says a few, and what it repeats for each of them (names of
 * physicians...) is bounded by this. */
#define NEG_HL7_MAP_THINGS_MAX 200 /* all of them are one transaction, for which everybody else waits */
#define NEG_HL7_MAP_IDS_MAX 100           /* repetitions of PID-3 and MRG-1 */
#define NEG_HL7_MAP_ID_BYTES_MAX 256      /* what identifies is refused when it is longer, never cut */
#define NEG_HL7_MAP_NAME_BYTES_MAX 1024
#define NEG_HL7_MAP_TEXT_BYTES_MAX 4096   /* what describes is cut, and says so by an ellipsis */
#define NEG_HL7_MAP_REPORT_BYTES_MAX (1024 * 1024)

typedef struct {
  const NegHl7Message *message;
  const NegHl7MapSettings *settings;
  NegHl7Refusal *refusal;
  GTimeZone *zone; /* of times without one: MSH-7's, else the settings' */
  gint64 time_us;  /* MSH-7 */
  gint64 event_us; /* EVN-2, else MSH-7 */
  char event[4];   /* "A40" */
  GPtrArray *said;
  guint n_things;
  NegSaidOrder *appointment; /* what SCH says, once it was read */
} NegHl7Map;

/* One patient's part: from its PID to before the next. */
typedef struct {
  guint pid, end;
  guint visit; /* PV1, NEG_HL7_NO_SEGMENT */
} NegHl7MapPart;

/* --- neg-hl7-map.c --- */

/* @segment: its index, NEG_HL7_NO_SEGMENT where it is the segment that is missing. @text: static. Always FALSE. */
gboolean neg_hl7_map_refuse (NegHl7Map *map, NegHl7Condition condition, const char *name, guint segment, guint field,
                             const char *text);
gboolean neg_hl7_map_is_named (const NegHl7Map *map, guint segment, const char *name);
/* One more patient, order, merge or report. */
gboolean neg_hl7_map_count (NegHl7Map *map, const char *name, guint segment);

/* --- neg-hl7-map-value.c --- */

/* One line for people; NULL where @value is absent or blank, "" where it is null. Given. */
char *neg_hl7_map_dup_value (const NegHl7Map *map, NegHl7Value value);
char *neg_hl7_map_dup_text (const NegHl7Map *map, NegHl7Path path);
/* Of a coded element (CE, CWE): its text, else its alternate text, else its code. */
char *neg_hl7_map_dup_coded (const NegHl7Map *map, NegHl7Value value);
/* The same of all repetitions of a field, with "; " between them. */
char *neg_hl7_map_dup_coded_all (const NegHl7Map *map, guint segment, guint field);
/* Adds @text (taken, nullable) to *@list (nullable). */
void neg_hl7_map_join (char **list, const char *separator, char *text);
/* An ellipsis behind what is longer than @max bytes. Takes @text, nullable. */
char *neg_hl7_map_cut (char *text, gsize max);

/* What identifies: *text is as of neg_hl7_map_dup_value, or the message is refused as @segment's field is too long. */
gboolean neg_hl7_map_take_id (NegHl7Map *map, guint segment, guint field, NegHl7Value value, char **text);
/* EI, or ST that is used as one: where *number is NULL still and the field says something. The issuer is then never NULL. */
gboolean neg_hl7_map_take_number (NegHl7Map *map, guint segment, guint field, char **number, char **issuer);
/* HD whose parts are parted by @delimiter: its namespace, else its universal ID; never NULL. */
gboolean neg_hl7_map_take_authority (NegHl7Map *map, guint segment, guint field, NegHl7Value value, char delimiter,
                                     char **issuer);
/* Digits and dots only, 64 of them at most: some that are written do not keep to the letter of PS3.5 9.1, and images bear
 * the same. NULL where it is none. */
char *neg_hl7_map_dup_uid (const NegHl7Map *map, NegHl7Value value);
char *neg_hl7_map_dup_modality (const NegHl7Map *map, NegHl7Path path);

/* --- neg-hl7-map-name.c: PN --- */

/* XPN with all of its repetitions, by their representation codes. */
gboolean neg_hl7_map_take_name (NegHl7Map *map, guint segment, guint field, char **name);
/* XCN, first repetition. */
char *neg_hl7_map_dup_person (const NegHl7Map *map, guint segment, guint field);
/* NDL, whose first component is a CNN, or XCN where somebody wrote one. */
char *neg_hl7_map_dup_performer (const NegHl7Map *map, guint segment, guint field);

/* --- neg-hl7-map-time.c --- */

typedef struct {
  char date[9];   /* YYYYMMDD */
  char time[14];  /* HHMM, HHMMSS, HHMMSS.FFFFFF; "" */
  char zone[6];   /* +HHMM */
  gboolean has_zone; /* of its own */
  int offset_s;
  gint64 us;
} NegHl7MapTime;

/* TS, DTM: to the day at least. FALSE where it is none. */
gboolean neg_hl7_map_parse_time (const NegHl7Map *map, NegHl7Value value, NegHl7MapTime *time);
/* To the minute at least; 0 else. */
gint64 neg_hl7_map_get_moment (const NegHl7Map *map, NegHl7Path path);
/* DA of a birth: its zone moves no day. */
char *neg_hl7_map_dup_day (const NegHl7Map *map, NegHl7Path path);
char *neg_hl7_map_dup_moment (const NegHl7Map *map, NegHl7Path path); /* DT */
/* Where order has no start yet and the field says one. */
void neg_hl7_map_take_start (const NegHl7Map *map, NegHl7Path path, NegSaidOrder *order);

/* --- of each kind --- */

/* Adds a NegSaid with the patient of @part. NULL: refused. */
NegSaid *neg_hl7_map_add_patient (NegHl7Map *map, const NegHl7MapPart *part, NegSaidKind kind);
gboolean neg_hl7_map_add_merges (NegHl7Map *map, const NegHl7MapPart *part);
gboolean neg_hl7_map_add_orders (NegHl7Map *map, const NegHl7MapPart *part);
gboolean neg_hl7_map_add_appointment (NegHl7Map *map, const NegHl7MapPart *part);
gboolean neg_hl7_map_add_reports (NegHl7Map *map, const NegHl7MapPart *part);

/* S A R T..., or the words; NULL where it is none of them. Given. */
char *neg_hl7_map_dup_priority (const NegHl7Map *map, NegHl7Path path);
/* PL: where, room, bed, and the facility behind a comma. */
char *neg_hl7_map_dup_location (const NegHl7Map *map, guint segment, guint field);

G_END_DECLS
