#include "config.h"

#include "ui/neg-quality-words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-quality-field.h"

const char *
neg_quality_words_get_severity (NegSeverity severity, gboolean with_sign)
{
  switch (severity) {
  case NEG_SEVERITY_ERROR:
    return with_sign ? _ ("■ error") : _ ("error");
  case NEG_SEVERITY_WARNING:
    return with_sign ? _ ("▲ warning") : _ ("warning");
  case NEG_SEVERITY_NOTE:
    return with_sign ? _ ("● note") : _ ("note");
  default:
    return with_sign ? _ ("✓ in order") : _ ("in order");
  }
}

const char *
neg_quality_words_get_severity_class (NegSeverity severity)
{
  switch (severity) {
  case NEG_SEVERITY_ERROR:
    return "danger";
  case NEG_SEVERITY_WARNING:
    return "attention";
  case NEG_SEVERITY_NOTE:
    return "note";
  default:
    return "dim";
  }
}

const char *
neg_quality_words_get_side (const char *value)
{
  if (g_str_equal (value, "L"))
    return _ ("left");
  if (g_str_equal (value, "R"))
    return _ ("right");
  if (g_str_equal (value, "B"))
    return _ ("both sides");
  return g_str_equal (value, "U") ? _ ("unpaired") : value;
}

/* --- findings --- */

static const struct {
  const char *check, *title;
} checks[] = {
  { "patient-id", N_ ("Patient ID") },
  { "patient-name", N_ ("Patient's name") },
  { "birth-date", N_ ("Birth date") },
  { "sex", N_ ("Sex") },
  { "patient-mixed", N_ ("Several patients in one study") },
  { "accession", N_ ("Accession number") },
  { "procedure", N_ ("Procedure") },
  { "modality", N_ ("Modality") },
  { "body-part", N_ ("Body part") },
  { "laterality", N_ ("Side") },
  { "laterality-marker", N_ ("Side marker") },
  { "view-pair", N_ ("Views of a pair") },
  { "study-split", N_ ("One examination in several studies") },
  { "study-mixed", N_ ("Several orders in one study") },
  { "images-missing", N_ ("Images missing") },
  { "images-announced", N_ ("Fewer images than announced") },
  { "images-doubled", N_ ("Images there twice") },
  { "orientation", N_ ("Orientation") },
  { "exposure-clipped", N_ ("Clipped exposure") },
  { "saturation", N_ ("Saturation") },
  { "noise", N_ ("Noise") },
  { "motion", N_ ("Motion") },
  { "exposure-index", N_ ("Exposure index") },
  { "deviation-index", N_ ("Deviation index") },
  { "dose", N_ ("Dose") },
  { "field-of-view", N_ ("Field of view") },
  { "collimation", N_ ("Collimation") },
  { "unreadable", N_ ("Unreadable object") },
  { "character-set", N_ ("Character set") },
  { "private-tags", N_ ("Private elements") },
  { "transfer-syntax", N_ ("Transfer syntax") },
  { "burned-in", N_ ("Text in the pixels") },
  { "future-date", N_ ("Date in the future") },
  { "uid-reused", N_ ("UID used twice") },
};

const char *
neg_quality_words_get_check (const char *check)
{
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (g_str_equal (checks[i].check, check))
      return _ (checks[i].title);
  return check;
}

/* Of "Keyword=value". */
static char *
dup_value (const char *argument, const char *equals)
{
  g_autofree char *path = g_strndup (argument, equals - argument);

  return neg_text_dup_shown (neg_text_kind_of_keyword (path), equals + 1);
}

static char *
dup_set_action (const char *argument)
{
  const char *equals = strchr (argument, '=');
  g_autofree char *clean = equals != NULL ? dup_value (argument, equals) : NULL;

  if (clean == NULL || *clean == '\0')
    return g_strdup (_ ("Set the Value…"));
  if (g_str_has_suffix (argument, "Laterality=L") || g_str_has_suffix (argument, "Laterality=R"))
    return g_strdup_printf (_ ("Set to %s…"), neg_quality_words_get_side (clean));
  return g_strdup_printf (_ ("Set to “%s”…"), clean);
}

char *
neg_quality_words_dup_action (const NegFinding *finding)
{
  switch (finding->action) {
  case NEG_ACTION_MATCH:
    return g_strdup (_ ("Match to an Order…"));
  case NEG_ACTION_SET:
    return dup_set_action (finding->argument);
  case NEG_ACTION_MERGE:
    return g_strdup (_ ("Join the Studies…"));
  case NEG_ACTION_SPLIT:
    return g_strdup (_ ("Split the Study…"));
  case NEG_ACTION_DROP:
    return g_strdup (_ ("Put the Doubles Aside…"));
  case NEG_ACTION_MOVE:
    return g_strdup (_ ("Move the Images…"));
  case NEG_ACTION_REJECT:
  case NEG_ACTION_MASK:
    return g_strdup (_ ("Reject…"));
  case NEG_ACTION_FETCH:
    return g_strdup (_ ("Check Again"));
  default:
    return g_strdup (_ ("It Is Right…"));
  }
}

/* What was found mostly says of what; where it does not, the check's title does. */
char *
neg_quality_words_dup_finding (const NegFinding *finding)
{
  const char *title = neg_quality_words_get_check (finding->check);
  g_autofree char *found = neg_text_dup_shown (NEG_TEXT_SENTENCE, finding->found), *expected = neg_text_dup_shown (NEG_TEXT_SENTENCE, finding->expected);
  g_autofree char *folded_title = g_utf8_casefold (title, -1), *folded = g_utf8_casefold (found, -1), *what = NULL;

  if (*found == '\0')
    return g_strdup (title);
  what = strstr (folded, folded_title) != NULL ? g_strdup (found) : g_strdup_printf ("%s: %s", title, found);
  return *expected != '\0' ? g_strdup_printf (_ ("%s; expected: %s"), what, expected) : g_steal_pointer (&what);
}

/* --- a study --- */

static void
add_part (GString *text, NegTextKind kind, const char *part)
{
  g_autofree char *shown = neg_text_dup_shown (kind, part);

  if (*shown == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, shown);
}

char *
neg_quality_words_dup_patient (const NegDeskRow *row)
{
  g_autofree char *person = neg_caption_dup_person (row->patient_name);

  return *person != '\0' ? g_steal_pointer (&person) : g_strdup (_ ("No name"));
}

/* Notes and states are no images. */
static char *
dup_count (const NegDeskRow *row)
{
  static const char *const others[] = { "KO", "PR", "SR", "DOC", "REG", "SEG" };
  g_auto (GStrv) modalities = g_strsplit (row->modalities, "\\", -1);
  const guint n = row->n_objects;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_strv_contains ((const char *const *) modalities, others[i]))
      return g_strdup_printf (ngettext ("%u object", "%u objects", n), n);
  return g_strdup_printf (ngettext ("%u image", "%u images", n), n);
}

char *
neg_quality_words_dup_about (const NegDeskRow *row)
{
  GString *text = g_string_new (NULL);
  g_autofree char *modalities = g_strdelimit (g_strdup (row->modalities), "\\", ' ');
  g_autofree char *images = dup_count (row);
  g_autofree char *time = neg_caption_dup_time (row->time), *date = neg_caption_dup_date (row->date);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *today = g_date_time_format (now, "%Y%m%d");

  add_part (text, NEG_TEXT_SITE, modalities);
  add_part (text, NEG_TEXT_SITE, images);
  add_part (text, NEG_TEXT_PLACE, row->station);
  if (!g_str_equal (row->date, today) && date != NULL)
    add_part (text, NEG_TEXT_SITE, date);
  add_part (text, NEG_TEXT_SITE, time != NULL ? time : "");
  add_part (text, NEG_TEXT_FREE, row->description);
  return g_string_free (text, FALSE);
}

static char *
dup_waiting (const NegDeskRow *row)
{
  if (row->n_waiting_looks == 0)
    return NULL;
  return g_strdup_printf (ngettext ("%u correction waits for a second look", "%u corrections wait for a second look",
                                    row->n_waiting_looks),
                          row->n_waiting_looks);
}

char *
neg_quality_words_dup_matter (const NegDeskRow *row, const NegFinding *worst)
{
  g_autofree char *what = worst != NULL ? neg_quality_words_dup_finding (worst) : NULL;
  g_autofree char *failure = neg_text_dup_shown (NEG_TEXT_SENTENCE, row->failure);
  g_autofree char *waiting = dup_waiting (row);
  g_autofree char *matter = NULL;

  if (*failure != '\0')
    return g_strdup_printf (_ ("could not be checked: %s"), failure);
  if (row->n_findings > 0)
    matter = g_strdup_printf (ngettext ("%u finding: %s", "%u findings: %s", row->n_findings), row->n_findings,
                              what != NULL ? what : "");
  else if (row->checked_us == 0)
    matter = g_strdup (_ ("is being checked"));
  else
    matter = g_strdup (_ ("nothing was found"));
  return waiting != NULL ? g_strdup_printf ("%s; %s", waiting, matter) : g_steal_pointer (&matter);
}

static char *
dup_on_its_way (const NegDeskRow *row, gboolean *problem)
{
  *problem = row->n_refused > 0 || row->n_late > 0;
  if (row->n_refused > 0)
    return g_strdup_printf (_ ("refused by %u of %u"), row->n_refused, row->n_deliveries);
  if (row->n_late > 0)
    return g_strdup_printf (_ ("not committed in time by %u of %u"), row->n_late, row->n_deliveries);
  return g_strdup_printf (_ ("committed by %u of %u"), row->n_committed, row->n_deliveries);
}

char *
neg_quality_words_dup_sending (const NegDeskRow *row, gboolean *is_proved, gboolean *is_problem)
{
  gboolean problem = FALSE, proved = row->n_deliveries > 0 && row->n_committed == row->n_deliveries;
  char *words;

  switch (row->state) {
  case NEG_DESK_ASIDE:
    words = g_strdup (_ ("put aside: not to be sent"));
    break;
  case NEG_DESK_SETTLED:
    words = g_strdup (_ ("settled by a person"));
    break;
  case NEG_DESK_NEW:
    words = row->n_deliveries == 0 ? g_strdup (_ ("not released")) : dup_on_its_way (row, &problem);
    break;
  default:
    words = proved ? g_strdup (_ ("committed")) : dup_on_its_way (row, &problem);
    break;
  }
  if (is_proved != NULL)
    *is_proved = proved && row->state != NEG_DESK_NEW;
  if (is_problem != NULL)
    *is_problem = problem;
  return words;
}

char *
neg_quality_words_dup_all (const NegDeskRow *row, const NegFinding *worst)
{
  g_autofree char *patient = neg_quality_words_dup_patient (row), *about = neg_quality_words_dup_about (row);
  g_autofree char *matter = neg_quality_words_dup_matter (row, worst), *id = neg_text_dup_shown (NEG_TEXT_ID, row->patient_id);
  g_autofree char *sending = neg_quality_words_dup_sending (row, NULL, NULL);

  return g_strdup_printf (_ ("%s, ID %s, %s, %s, %s, %s"), patient, id, about,
                          neg_quality_words_get_severity (row->worst, FALSE), matter, sending);
}

/* Notes are worth a look, no more; of a warning a person has to say that it is right (neg-finding.h). */
static guint
count_open (GPtrArray *findings, NegSeverity severity)
{
  guint n = 0;

  for (guint i = 0; i < findings->len; i++) {
    const NegFinding *finding = g_ptr_array_index (findings, i);

    n += finding->accepted_us == 0 && finding->severity == severity;
  }
  return n;
}

char *
neg_quality_words_dup_obstacle (const NegDeskRow *row, GPtrArray *findings)
{
  guint n_errors = count_open (findings, NEG_SEVERITY_ERROR), n_warnings = count_open (findings, NEG_SEVERITY_WARNING);
  g_autofree char *waiting = dup_waiting (row);

  if (row->state == NEG_DESK_ASIDE)
    return g_strdup (_ ("It was put aside: it is not to be sent."));
  if (waiting != NULL)
    return g_strdup_printf (_ ("Not yet: %s."), waiting);
  if (n_errors > 0)
    return g_strdup_printf (ngettext ("Not yet: %u error is neither mended nor said to be right.",
                                      "Not yet: %u errors are neither mended nor said to be right.", n_errors),
                            n_errors);
  if (n_warnings > 0)
    return g_strdup_printf (ngettext ("Not yet: of %u warning nobody has said that it is right.",
                                      "Not yet: of %u warnings nobody has said that they are right.", n_warnings),
                            n_warnings);
  if (row->checked_us == 0 && *row->failure == '\0')
    return g_strdup (_ ("Not yet: it is being checked."));
  return NULL;
}

char *
neg_quality_words_dup_moment (gint64 us, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now (zone);
  gboolean is_today;

  if (local == NULL)
    return g_strdup ("");
  is_today = g_date_time_get_year (local) == g_date_time_get_year (now)
             && g_date_time_get_day_of_year (local) == g_date_time_get_day_of_year (now);
  return g_date_time_format (local, is_today ? "%H:%M" : "%Y-%m-%d %H:%M");
}

/* --- corrections --- */

static const char *
get_kind (const char *kind)
{
  static const struct {
    const char *kind, *words;
  } kinds[] = {
    { "match", N_ ("Matched to an order") },      { "set", N_ ("Values set") },
    { "merge", N_ ("Studies joined") },           { "split", N_ ("Study split") },
    { "move", N_ ("Images moved") },              { "drop", N_ ("Doubles put aside") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return _ (kinds[i].words);
  return kind;
}

char *
neg_quality_words_dup_correction (const NegCorrection *correction)
{
  const char *kind = "", *path, *value;
  g_autoptr (GVariantIter) values = NULL;
  GString *text;

  if (correction->spec != NULL)
    g_variant_lookup (correction->spec, "kind", "&s", &kind);
  text = g_string_new (get_kind (kind));
  if (correction->spec == NULL || !g_variant_lookup (correction->spec, "values", "a(ss)", &values))
    return g_string_free (text, FALSE);
  while (g_variant_iter_next (values, "(&s&s)", &path, &value)) {
    g_autofree char *clean_path = neg_text_dup_shown (NEG_TEXT_SITE, path), *clean = neg_text_dup_shown (neg_text_kind_of_keyword (path), value);
    const NegValueInfo *info = neg_quality_values_find (path);

    g_string_append_printf (text, "\n%s → %s", info != NULL ? _ (info->title) : clean_path, *clean != '\0' ? clean : _ ("nothing"));
  }
  return g_string_free (text, FALSE);
}

const char *
neg_quality_words_get_correction_state (NegCorrectionState state)
{
  switch (state) {
  case NEG_CORRECTION_WAITING:
    return _ ("waits for a second look");
  case NEG_CORRECTION_WORKING:
    return _ ("is being made");
  case NEG_CORRECTION_APPLIED:
    return _ ("made");
  case NEG_CORRECTION_UNDONE:
    return _ ("undone");
  case NEG_CORRECTION_FAILED:
    return _ ("failed: nothing was changed");
  default:
    return _ ("declined at the second look");
  }
}

/* --- deliveries, rejections --- */

const char *
neg_quality_words_get_delivery_state (NegDeliveryState state)
{
  switch (state) {
  case NEG_DELIVERY_QUEUED:
    return _ ("queued");
  case NEG_DELIVERY_SENT:
    return _ ("sent, no answer yet");
  case NEG_DELIVERY_ACCEPTED:
    return _ ("accepted, not committed");
  case NEG_DELIVERY_COMMITTED:
    return _ ("committed");
  case NEG_DELIVERY_REFUSED:
    return _ ("refused");
  default:
    return _ ("settled by a person");
  }
}

char *
neg_quality_words_dup_counts (const guint n[6])
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i <= NEG_DELIVERY_SETTLED; i++)
    if (n[i] > 0)
      g_string_append_printf (text, "%s%u %s", text->len > 0 ? " · " : "", n[i], neg_quality_words_get_delivery_state (i));
  return g_string_free (text, FALSE);
}

char *
neg_quality_words_dup_object (const NegDeliveryObject *object)
{
  const char *state = neg_quality_words_get_delivery_state (object->state);
  g_autofree char *words = neg_text_dup_shown (NEG_TEXT_SENTENCE, object->words);

  if (object->status == 0)
    return *words != '\0' ? g_strdup_printf ("%s: %s", state, words) : g_strdup (state);
  return g_strdup_printf (*words != '\0' ? "%s: %s (0x%04X)" : "%s%s (0x%04X)", state, words, object->status);
}

/* PS3.16 CID 7011 and IHE RAD TF-3 4.66. */
const char *
neg_quality_words_get_code (const char *code)
{
  static const struct {
    const char *code, *words;
  } codes[] = {
    { "113001", N_ ("Rejected for quality") },
    { "113037", N_ ("Rejected for patient safety") },
    { "113038", N_ ("Wrong worklist entry") },
    { "113039", N_ ("Retention time is over") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (codes[i].code, code))
      return _ (codes[i].words);
  return code;
}
