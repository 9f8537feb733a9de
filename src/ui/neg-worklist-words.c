#include "config.h"

#include "ui/neg-worklist-words.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"

#define PINNED "⚑"

/* Sign and word apart, so that the word alone can be spoken. */
static const struct {
  const char *signed_word, *word;
} statuses[NEG_STATUS_N] = {
  [NEG_STATUS_SCHEDULED] = { N_ ("◌ scheduled"), N_ ("scheduled") },
  [NEG_STATUS_ARRIVED] = { N_ ("● unread"), N_ ("unread") },
  [NEG_STATUS_BEING_READ] = { N_ ("◐ being read"), N_ ("being read") },
  [NEG_STATUS_READ] = { N_ ("✓ read"), N_ ("read") },
  [NEG_STATUS_REPORTED] = { N_ ("■ reported"), N_ ("reported") },
}, urgencies[NEG_URGENCY_N] = {
  [NEG_URGENCY_STAT] = { N_ ("‼ STAT"), N_ ("STAT") },
  [NEG_URGENCY_HIGH] = { N_ ("! high"), N_ ("high") },
  [NEG_URGENCY_MEDIUM] = { N_ ("· medium"), N_ ("medium") },
  [NEG_URGENCY_ROUTINE] = { "", N_ ("routine") },
};

const char *
neg_worklist_words_get_status (NegEntryStatus status, gboolean with_sign)
{
  if ((guint) status >= NEG_STATUS_N)
    return "";
  return _ (with_sign ? statuses[status].signed_word : statuses[status].word);
}

const char *
neg_worklist_words_get_urgency (NegUrgency urgency, gboolean with_sign)
{
  const char *text;

  if ((guint) urgency >= NEG_URGENCY_N)
    return "";
  text = with_sign ? urgencies[urgency].signed_word : urgencies[urgency].word;
  return *text != '\0' ? _ (text) : "";
}

/* The hour of today, else the day. */
static char *
dup_moment (gint64 time_us)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);

  if (then == NULL)
    return g_strdup ("");
  if (g_date_time_get_year (then) == g_date_time_get_year (now)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now))
    return g_date_time_format (then, "%H:%M");
  return g_date_time_format (then, "%Y-%m-%d %H:%M");
}

char *
neg_worklist_words_dup_claim (const NegEntry *entry)
{
  g_autofree char *who = neg_text_dup_shown (NEG_TEXT_SITE, entry->claimed_by);
  g_autofree char *where = neg_text_dup_shown (NEG_TEXT_SITE, entry->claimed_at);
  g_autofree char *since = NULL;

  if (*who == '\0')
    return NULL;
  since = dup_moment (entry->claimed_us);
  if (*where == '\0')
    return g_strdup_printf (_ ("being read by %s since %s"), who, since);
  return g_strdup_printf (_ ("being read by %s at %s since %s"), who, where, since);
}

static char *
dup_status (const NegEntry *entry)
{
  const char *word = neg_worklist_words_get_status (entry->status, TRUE);
  g_autofree char *who = neg_text_dup_shown (NEG_TEXT_SITE, entry->claimed_by);
  g_autofree char *since = *who != '\0' ? dup_moment (entry->claimed_us) : NULL;

  if (entry->status != NEG_STATUS_BEING_READ || *who == '\0')
    return g_strdup (word);
  return g_strdup_printf ("%s · %s %s", word, who, since);
}

static char *
dup_patient (const NegEntry *entry)
{
  g_autofree char *name = neg_caption_dup_person (entry->patient_name);
  const char *shown = *name != '\0' ? name : _ ("(no name)");

  return entry->is_conflict ? g_strdup_printf ("⚠ %s", shown) : g_strdup (shown);
}

static char *
dup_birth (const NegEntry *entry)
{
  const NegInstance instance = { .patient_birth_date = entry->birth_date, .study_date = entry->study_date };
  g_autofree char *date = neg_caption_dup_date (entry->birth_date);
  g_autofree char *age = neg_caption_dup_age (&instance);

  if (date == NULL || *date == '\0')
    return g_strdup ("");
  return age != NULL ? g_strdup_printf ("%s (%s)", date, age) : g_steal_pointer (&date);
}

static char *
dup_time (const NegEntry *entry)
{
  g_autofree char *date = neg_caption_dup_date (entry->study_date);
  g_autofree char *time = neg_caption_dup_time (entry->study_time);

  if (date == NULL || *date == '\0')
    return g_strdup ("");
  return time != NULL ? g_strdup_printf ("%s %s", date, time) : g_steal_pointer (&date);
}

static char *
dup_images (const NegEntry *entry)
{
  if (entry->n_here > 0 && entry->n_here >= entry->n_there)
    return g_strdup_printf (_ ("%u here"), entry->n_here);
  if (entry->n_here > 0)
    return g_strdup_printf (_ ("%u of %u here"), entry->n_here, entry->n_there);
  if (entry->n_there > 0)
    return g_strdup_printf (_ ("%u there"), entry->n_there);
  return g_strdup (entry->peers != NULL && *entry->peers != '\0' ? _ ("there") : "–");
}

static char *
dup_marked_images (const NegEntry *entry)
{
  g_autofree char *images = dup_images (entry);

  return entry->is_pinned ? g_strdup_printf (PINNED " %s", images) : g_steal_pointer (&images);
}

static char *
dup_priors (const NegEntry *entry)
{
  if (entry->n_priors == 0)
    return g_strdup ("–");
  return g_strdup_printf (_ ("%u (%u here)"), entry->n_priors, entry->n_priors_here);
}

static char *
dup_modalities (const NegEntry *entry)
{
  g_autofree char *clean = neg_text_dup_shown (NEG_TEXT_SITE, entry->modalities);
  g_auto (GStrv) parts = g_strsplit (clean, "\\", -1);

  return g_strjoinv (" ", parts);
}

char *
neg_worklist_words_dup_cell (const NegEntry *entry, NegEntryColumn column)
{
  switch (column) {
  case NEG_COLUMN_PRIORITY:
    return g_strdup (neg_worklist_words_get_urgency (entry->urgency, TRUE));
  case NEG_COLUMN_STATUS:
    return dup_status (entry);
  case NEG_COLUMN_PATIENT:
    return dup_patient (entry);
  case NEG_COLUMN_ID:
    return neg_text_dup_shown (NEG_TEXT_ID, entry->patient_id);
  case NEG_COLUMN_BIRTH_DATE:
    return dup_birth (entry);
  case NEG_COLUMN_SEX:
    return neg_text_dup_shown (NEG_TEXT_SITE, entry->sex);
  case NEG_COLUMN_ACCESSION:
    return neg_text_dup_shown (NEG_TEXT_ACCESSION, entry->accession);
  case NEG_COLUMN_MODALITY:
    return dup_modalities (entry);
  case NEG_COLUMN_DESCRIPTION:
    return neg_text_dup_shown (NEG_TEXT_FREE, entry->description);
  case NEG_COLUMN_BODY_PART:
    return neg_text_dup_shown (NEG_TEXT_FREE, entry->body_part);
  case NEG_COLUMN_TIME:
    return dup_time (entry);
  case NEG_COLUMN_LOCATION:
    return neg_text_dup_shown (NEG_TEXT_PLACE, entry->location);
  case NEG_COLUMN_REFERRER:
    return neg_caption_dup_person (entry->referrer);
  case NEG_COLUMN_IMAGES:
    return dup_marked_images (entry);
  case NEG_COLUMN_PRIORS:
    return dup_priors (entry);
  case NEG_COLUMN_N:
  default:
    return g_strdup ("");
  }
}

static void
add_part (GString *line, const char *separator, const char *text)
{
  if (text == NULL || *text == '\0')
    return;
  if (line->len > 0)
    g_string_append (line, separator);
  g_string_append (line, text);
}

char *
neg_worklist_words_dup_sign (const NegEntry *entry)
{
  const char *word = neg_worklist_words_get_status (entry->status, TRUE);

  return *word != '\0' ? g_utf8_substring (word, 0, 1) : g_strdup ("");
}

char *
neg_worklist_words_dup_about (const NegEntry *entry)
{
  const NegInstance instance = { .patient_birth_date = entry->birth_date, .study_date = entry->study_date };
  g_autofree char *age = neg_caption_dup_age (&instance);
  g_autofree char *sex = neg_text_dup_shown (NEG_TEXT_SITE, entry->sex);
  GString *line = g_string_new (age);

  add_part (line, ", ", sex);
  return g_string_free (line, FALSE);
}

char *
neg_worklist_words_dup_line (const NegEntry *entry)
{
  static const NegEntryColumn columns[]
      = { NEG_COLUMN_MODALITY, NEG_COLUMN_DESCRIPTION, NEG_COLUMN_IMAGES, NEG_COLUMN_TIME };
  gboolean is_here = entry->n_here > 0 && entry->n_here >= entry->n_there;
  gboolean is_awaited = entry->status == NEG_STATUS_SCHEDULED;
  g_autofree char *when = is_awaited && entry->time_us != 0 ? dup_moment (entry->time_us) : NULL;
  GString *line = g_string_new (entry->is_pinned ? PINNED : NULL); /* first, where it is never cut off */

  add_part (line, " ", when); /* of what is still to come */
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++) {
    g_autofree char *text = neg_worklist_words_dup_cell (entry, columns[i]);

    if (columns[i] != NEG_COLUMN_IMAGES || !(is_here || is_awaited))
      add_part (line, " · ", columns[i] != NEG_COLUMN_TIME || when == NULL ? text : NULL);
  }
  return g_string_free (line, FALSE);
}

static void
add_named (GString *line, NegTextKind kind, const char *format, const char *text)
{
  g_autofree char *shown = neg_text_dup_shown (kind, text);
  g_autofree char *named = *shown != '\0' ? g_strdup_printf (format, shown) : NULL;

  add_part (line, ", ", named);
}

static void
add_counts (GString *line, const NegEntry *entry)
{
  g_autofree char *images = dup_images (entry);
  g_autofree char *counted = g_strdup_printf (_ ("images: %s"), images);
  g_autofree char *priors
      = entry->n_priors > 0 ? g_strdup_printf (ngettext ("%u prior", "%u priors", entry->n_priors), entry->n_priors)
                            : NULL;

  add_part (line, ", ", counted);
  add_part (line, ", ", priors);
}

char *
neg_worklist_words_dup_all (const NegEntry *entry)
{
  g_autofree char *name = neg_caption_dup_person (entry->patient_name);
  g_autofree char *claim = neg_worklist_words_dup_claim (entry);
  g_autofree char *birth = dup_birth (entry);
  g_autofree char *time = dup_time (entry);
  g_autofree char *modalities = dup_modalities (entry);
  g_autofree char *referrer = neg_caption_dup_person (entry->referrer);
  GString *line = g_string_new (*name != '\0' ? name : _ ("(no name)"));

  if (entry->is_conflict)
    add_part (line, ", ", _ ("attention: the same study UID with another patient"));
  if (entry->urgency != NEG_URGENCY_ROUTINE)
    add_part (line, ", ", neg_worklist_words_get_urgency (entry->urgency, FALSE));
  if (claim == NULL || entry->status != NEG_STATUS_BEING_READ) /* what says who says that, too */
    add_part (line, ", ", neg_worklist_words_get_status (entry->status, FALSE));
  add_part (line, ", ", claim);
  add_named (line, NEG_TEXT_ID, _ ("ID %s"), entry->patient_id);
  add_named (line, NEG_TEXT_SITE, _ ("born %s"), birth);
  add_named (line, NEG_TEXT_SITE, "%s", entry->sex);
  add_named (line, NEG_TEXT_SITE, "%s", modalities);
  add_named (line, NEG_TEXT_FREE, "%s", entry->description);
  add_named (line, NEG_TEXT_FREE, "%s", entry->body_part);
  add_named (line, NEG_TEXT_SITE, "%s", time);
  add_named (line, NEG_TEXT_ACCESSION, _ ("accession %s"), entry->accession);
  add_named (line, NEG_TEXT_PLACE, _ ("at %s"), entry->location);
  add_named (line, NEG_TEXT_SITE, _ ("sent by %s"), referrer);
  add_counts (line, entry);
  add_part (line, ", ", entry->is_pinned ? _ ("pinned: stays here") : NULL);
  return g_string_free (line, FALSE);
}
