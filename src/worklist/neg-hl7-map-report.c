/* ORU^R01: one report per OBR, as plain text. */
#include "config.h"

#include <string.h>

#include "worklist/neg-hl7-map-private.h"

/* A UID among the results of a report is of the study, its series or its document, and nothing to read. */
#define UID_DOTS 4

/* Where a report stands, from what is read least to what is. What is not final in a part is not final as a whole. */
typedef struct {
  gboolean is_preliminary, is_corrected, is_final, is_withdrawn;
} Standing;

typedef struct {
  NegHl7Map *map;
  NegSaid *said;
  guint orc; /* before the OBR, NEG_HL7_NO_SEGMENT */
  guint obr;
  NegSaidReport *report; /* under way, in said->reports already; nullable */
  GString *text;
  char *heading; /* OBX-3 of the part under way */
  gsize heading_bytes; /* of the one that the text begins with: it is left out where it is the only one */
  guint n_headings;
  GPtrArray *study_uids;
  Standing parts;
  gboolean is_taken_back; /* the OBX before: nor are its notes shown */
} Reports;

static NegHl7Path
at (guint segment, guint field, guint component)
{
  return (NegHl7Path) { .segment = segment, .field = field, .repetition = 1, .component = component };
}

static gboolean
is_among (const char *code, const char *codes)
{
  return code != NULL && strlen (code) == 1 && strchr (codes, *code) != NULL;
}

/* Tables 0123 (OBR-25) and 0085 (OBX-11). */
static void
note_status (Standing *standing, const char *code, gboolean is_part)
{
  standing->is_preliminary |= is_among (code, "PRISAO");
  standing->is_corrected |= is_among (code, "C");
  standing->is_final |= is_among (code, "FU");
  standing->is_withdrawn |= is_among (code, is_part ? "DWX" : "XYZ");
}

/* Nothing is called final that nobody has called final. */
static NegReportStatus
get_status (const Standing *whole, const Standing *parts)
{
  gboolean is_said = parts->is_preliminary || parts->is_corrected || parts->is_final;

  if (whole->is_withdrawn || (parts->is_withdrawn && !is_said))
    return NEG_REPORT_DELETED;
  if (whole->is_preliminary || parts->is_preliminary)
    return NEG_REPORT_PRELIMINARY;
  if (whole->is_corrected || parts->is_corrected)
    return NEG_REPORT_CORRECTED;
  return whole->is_final || parts->is_final ? NEG_REPORT_FINAL : NEG_REPORT_PRELIMINARY;
}

static gboolean
refuse_length (Reports *reports, guint segment)
{
  gboolean is_note = neg_hl7_map_is_named (reports->map, segment, "NTE");

  return neg_hl7_map_refuse (reports->map, NEG_HL7_DATA_TYPE, is_note ? "NTE" : "OBX", segment, is_note ? 3 : 5,
                             "the report is too long");
}

/* A line feed for every kind of line end; other controls are spaces. */
static void
append_lines (GString *text, const char *more)
{
  for (const char *p = more; *p != '\0'; p++) {
    if (*p == '\r' && p[1] == '\n')
      continue;
    g_string_append_c (text, *p == '\r' ? '\n' : g_ascii_iscntrl (*p) && *p != '\n' && *p != '\t' ? ' ' : *p);
  }
}

/* OBX-5 of TX, FT and ST, and NTE-3: whole, because an unescaped ^ or & is a sender's slip and what stands behind it is part
 * of the report. A ~ ends a line (a repetition) but before a digit, where it means "about". */
static gboolean
append_text (Reports *reports, guint segment, guint field)
{
  NegHl7Map *map = reports->map;
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (map->message);
  NegHl7Value rest = neg_hl7_message_get_value (map->message, (NegHl7Path) { .segment = segment, .field = field });
  NegHl7Value line, before = { NULL, 0 };

  if (rest.length + reports->text->len > NEG_HL7_MAP_REPORT_BYTES_MAX)
    return refuse_length (reports, segment);
  if (neg_hl7_value_get_presence (rest) == NEG_HL7_NULL)
    return TRUE;
  for (; neg_hl7_value_split (&rest, delimiters->repetition, &line); before = line) {
    g_autofree char *text = neg_hl7_value_dup_text (line, delimiters, neg_hl7_message_get_charset (map->message));
    g_autofree char *composed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);

    if (before.data != NULL)
      g_string_append_c (reports->text,
                         line.length > 0 && g_ascii_isdigit (*line.data) ? delimiters->repetition : '\n');
    append_lines (reports->text, composed != NULL ? composed : "");
    if (reports->text->len > NEG_HL7_MAP_REPORT_BYTES_MAX)
      return refuse_length (reports, segment);
  }
  return TRUE;
}

/* A document or a reference is not opened, and not passed over in silence: what it is, by ED.2-3 or RP.3-4. */
static void
append_mention (Reports *reports, guint obx, gboolean is_document)
{
  NegHl7Map *map = reports->map;
  g_autofree char *kind = neg_hl7_map_dup_text (map, at (obx, 5, is_document ? 2 : 3));
  g_autofree char *subtype = neg_hl7_map_dup_text (map, at (obx, 5, is_document ? 3 : 4));

  neg_hl7_map_join (&kind, "/", g_steal_pointer (&subtype));
  g_string_append_printf (reports->text, "[%s]", kind != NULL && *kind != '\0' ? kind : is_document ? "ED" : "RP");
}

/* Codes by their text, numbers with their unit. */
static void
append_value (Reports *reports, guint obx, const char *type)
{
  NegHl7Map *map = reports->map;
  gboolean is_coded = g_str_has_prefix (type, "C");
  g_autofree char *value = NULL, *unit = NULL;

  if (is_coded) {
    value = neg_hl7_map_dup_coded_all (map, obx, 5);
  } else {
    g_autofree char *first = neg_hl7_map_dup_text (map, at (obx, 5, 1));
    g_autofree char *second = neg_hl7_map_dup_text (map, at (obx, 5, 2));

    neg_hl7_map_join (&value, " ", g_steal_pointer (&first)); /* SN: ">^5", names: all that is in them */
    neg_hl7_map_join (&value, " ", g_steal_pointer (&second));
    unit = neg_hl7_map_dup_text (map, at (obx, 6, 1));
  }
  if (value == NULL || *value == '\0')
    return;
  neg_hl7_map_join (&value, " ", g_steal_pointer (&unit));
  g_string_append (reports->text, value);
}

/* Findings, impression...: a line of its own where it changes. */
static void
append_heading (Reports *reports, guint obx)
{
  NegHl7Map *map = reports->map;
  g_autofree char *heading = neg_hl7_map_dup_coded (map, neg_hl7_message_get_value (map->message, at (obx, 3, 0)));
  gboolean is_first = reports->text->len == 0;

  if (!is_first)
    g_string_append_c (reports->text, '\n');
  if (heading == NULL || *heading == '\0' || g_strcmp0 (heading, reports->heading) == 0)
    return;
  g_string_append_printf (reports->text, "%s:\n", heading);
  reports->n_headings++;
  if (is_first)
    reports->heading_bytes = reports->text->len;
  g_free (reports->heading);
  reports->heading = g_steal_pointer (&heading);
}

static gboolean
is_study_uid (const NegHl7Map *map, guint obx)
{
  return neg_hl7_value_equals (neg_hl7_message_get_value (map->message, at (obx, 3, 3)), "DCM")
         && (neg_hl7_value_equals (neg_hl7_message_get_value (map->message, at (obx, 3, 1)), "113014")
             || neg_hl7_value_equals (neg_hl7_message_get_value (map->message, at (obx, 3, 1)), "110180"));
}

static gboolean
is_any_uid (const NegHl7Map *map, guint obx)
{
  g_autofree char *uid = neg_hl7_map_dup_uid (map, neg_hl7_message_get_value (map->message, at (obx, 5, 0)));
  guint n = 0;

  for (const char *p = uid; p != NULL && *p != '\0'; p++)
    n += *p == '.';
  return n >= UID_DOTS;
}

static gboolean
add_study_uids (Reports *reports, guint obx)
{
  NegHl7Map *map = reports->map;
  const NegHl7Delimiters *delimiters = neg_hl7_message_get_delimiters (map->message);
  NegHl7Value rest = neg_hl7_message_get_value (map->message, (NegHl7Path) { .segment = obx, .field = 5 }), part;

  while (neg_hl7_value_split (&rest, delimiters->repetition, &part)) {
    char *uid = neg_hl7_map_dup_uid (map, neg_hl7_value_get_part (part, delimiters->component, 1));

    if (uid == NULL || *uid == '\0') {
      g_free (uid);
      continue;
    }
    g_ptr_array_add (reports->study_uids, uid);
    if (reports->study_uids->len > NEG_HL7_MAP_IDS_MAX)
      return neg_hl7_map_refuse (map, NEG_HL7_DATA_TYPE, "OBX", obx, 5, "too many studies");
  }
  return TRUE;
}

static gboolean
append_result (Reports *reports, guint obx)
{
  g_autofree char *type = neg_hl7_map_dup_text (reports->map, at (obx, 2, 1));
  gboolean is_text = type == NULL || *type == '\0' || strcmp (type, "TX") == 0 || strcmp (type, "FT") == 0
                     || strcmp (type, "ST") == 0;

  if (is_any_uid (reports->map, obx))
    return TRUE;
  append_heading (reports, obx);
  if (is_text) {
    if (!append_text (reports, obx, 5))
      return FALSE;
  } else if (strcmp (type, "ED") == 0 || strcmp (type, "RP") == 0)
    append_mention (reports, obx, *type == 'E');
  else
    append_value (reports, obx, type);
  return reports->text->len <= NEG_HL7_MAP_REPORT_BYTES_MAX || refuse_length (reports, obx);
}

/* What its sender takes back or calls wrong is not shown. */
static gboolean
add_result (Reports *reports, guint obx)
{
  g_autofree char *status = neg_hl7_map_dup_text (reports->map, at (obx, 11, 1));

  reports->is_taken_back = FALSE;
  if (is_study_uid (reports->map, obx))
    return add_study_uids (reports, obx);
  note_status (&reports->parts, status, TRUE);
  reports->is_taken_back = is_among (status, "DW");
  return reports->is_taken_back || append_result (reports, obx);
}

/* Behind an OBR or OBX: some write the impression there. An empty one is an empty line. */
static gboolean
add_note (Reports *reports, guint nte)
{
  if (reports->is_taken_back)
    return TRUE;
  if (reports->text->len > 0)
    g_string_append_c (reports->text, '\n');
  return append_text (reports, nte, 3) && (reports->text->len <= NEG_HL7_MAP_REPORT_BYTES_MAX
                                           || refuse_length (reports, nte));
}

static gboolean
begin (Reports *reports, guint obr)
{
  NegHl7Map *map = reports->map;
  NegSaidReport *report = reports->report = neg_said_report_new ();
  guint orc = reports->orc;

  g_ptr_array_add (reports->said->reports, report);
  reports->obr = obr;
  reports->is_taken_back = FALSE;
  reports->orc = NEG_HL7_NO_SEGMENT;
  if (!neg_hl7_map_count (map, "OBR", obr)
      || !neg_hl7_map_take_number (map, obr, 2, &report->placer, &report->placer_issuer)
      || !neg_hl7_map_take_number (map, obr, 3, &report->filler, &report->filler_issuer)
      || !neg_hl7_map_take_number (map, obr, 18, &report->accession, &report->accession_issuer))
    return FALSE;
  if (orc != NEG_HL7_NO_SEGMENT
      && (!neg_hl7_map_take_number (map, orc, 2, &report->placer, &report->placer_issuer)
          || !neg_hl7_map_take_number (map, orc, 3, &report->filler, &report->filler_issuer)))
    return FALSE;
  report->title = neg_hl7_map_dup_coded (map, neg_hl7_message_get_value (map->message, at (obr, 4, 0)));
  report->author = neg_hl7_map_dup_performer (map, obr, 32);
  report->time = neg_hl7_map_dup_moment (map, at (obr, 22, 1));
  return TRUE;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

static void
take_text (Reports *reports)
{
  const char *start = reports->text->str + (reports->n_headings == 1 ? reports->heading_bytes : 0);
  g_autofree char *text = NULL;

  while (*start == '\n')
    start++;
  text = g_strchomp (g_strdup (start));
  if (*text != '\0')
    reports->report->text = g_steal_pointer (&text);
  g_string_truncate (reports->text, 0);
  g_clear_pointer (&reports->heading, g_free);
  reports->n_headings = 0;
  reports->heading_bytes = 0;
}

static gboolean
finish (Reports *reports)
{
  NegSaidReport *report = reports->report;
  Standing whole = { FALSE };
  g_autofree char *status = NULL;

  if (report == NULL)
    return TRUE;
  status = neg_hl7_map_dup_text (reports->map, at (reports->obr, 25, 1));
  note_status (&whole, status, FALSE);
  report->status = get_status (&whole, &reports->parts);
  reports->parts = (Standing) { FALSE };
  take_text (reports);
  if (reports->study_uids->len > 0) {
    g_ptr_array_add (reports->study_uids, NULL);
    g_strfreev (report->study_uids);
    report->study_uids = (char **) g_ptr_array_free (reports->study_uids, FALSE);
    reports->study_uids = g_ptr_array_new_with_free_func (g_free);
  }
  reports->report = NULL;
  if (is_empty (report->accession) && is_empty (report->placer) && is_empty (report->filler)
      && report->study_uids[0] == NULL)
    return neg_hl7_map_refuse (reports->map, NEG_HL7_FIELD_MISSING, "OBR", reports->obr, 3,
                               "no number that the report could be known by");
  return TRUE;
}

static gboolean
add_segment (Reports *reports, guint segment)
{
  NegHl7Map *map = reports->map;

  if (neg_hl7_map_is_named (map, segment, "ORC")) {
    reports->orc = segment;
    return finish (reports);
  }
  if (neg_hl7_map_is_named (map, segment, "OBR"))
    return finish (reports) && begin (reports, segment);
  /* An OBX or a note before the first OBR is of the patient, not of a report. */
  if (reports->report == NULL)
    return TRUE;
  if (neg_hl7_map_is_named (map, segment, "NTE"))
    return add_note (reports, segment);
  return !neg_hl7_map_is_named (map, segment, "OBX") || add_result (reports, segment);
}

gboolean
neg_hl7_map_add_reports (NegHl7Map *map, const NegHl7MapPart *part)
{
  NegSaid *said = neg_hl7_map_add_patient (map, part, NEG_SAID_REPORT);
  g_autoptr (GString) text = g_string_new (NULL);
  Reports reports = { .map = map, .said = said, .orc = NEG_HL7_NO_SEGMENT, .text = text };
  gboolean is_done = said != NULL;

  reports.study_uids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = part->pid + 1; is_done && i < part->end; i++)
    is_done = add_segment (&reports, i);
  is_done = is_done && finish (&reports);
  g_ptr_array_unref (reports.study_uids);
  g_free (reports.heading);
  if (!is_done)
    return FALSE;
  return said->reports->len > 0
         || neg_hl7_map_refuse (map, NEG_HL7_SEGMENT_SEQUENCE, "OBR", NEG_HL7_NO_SEGMENT, 0, "no report");
}
