#include "config.h"

#include "support/neg-feedback-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "base/neg-error.h"

static const struct {
  const char *name, *words;
} kinds[NEG_FEEDBACK_N_KINDS] = {
  [NEG_FEEDBACK_PROBLEM] = { "problem", N_ ("Something goes wrong") },
  [NEG_FEEDBACK_IDEA] = { "idea", N_ ("An idea") },
  [NEG_FEEDBACK_QUESTION] = { "question", N_ ("A question") },
  [NEG_FEEDBACK_PRAISE] = { "praise", N_ ("Praise") },
};

static const struct {
  const char *name, *words;
} how_bads[NEG_FEEDBACK_N_HOW_BAD] = {
  [NEG_FEEDBACK_NOT_BAD] = { "not-bad", N_ ("It is not bad") },
  [NEG_FEEDBACK_ANNOYS] = { "annoys", N_ ("It annoys") },
  [NEG_FEEDBACK_SLOWS] = { "slows", N_ ("It slows my work down") },
  [NEG_FEEDBACK_STOPS] = { "stops", N_ ("I cannot go on with my work") },
  [NEG_FEEDBACK_ENDANGERS] = { "endangers", N_ ("A patient may be harmed") },
};

const char *
neg_feedback_kind_get_name (NegFeedbackKind kind)
{
  return kinds[kind].name;
}

const char *
neg_feedback_kind_get_words (NegFeedbackKind kind)
{
  return _(kinds[kind].words);
}

const char *
neg_feedback_how_bad_get_name (NegFeedbackHowBad how_bad)
{
  return how_bads[how_bad].name;
}

const char *
neg_feedback_how_bad_get_words (NegFeedbackHowBad how_bad)
{
  return _(how_bads[how_bad].words);
}

/* --- what is sent --- */

static gboolean
check_words (const char *words, GError **error)
{
  const char *first = words + strspn (words, " \t\r\n");

  if (*first == '\0')
    return neg_fail (error, NEG_ERROR_USAGE, "words", "there are no words");
  if (strlen (words) > NEG_FEEDBACK_WORDS_BYTES_MAX)
    return neg_fail (error, NEG_ERROR_USAGE, "words", "there are more than %d bytes of words", NEG_FEEDBACK_WORDS_BYTES_MAX);
  return g_utf8_validate (words, -1, NULL) || neg_fail (error, NEG_ERROR_USAGE, "words", "the words are not UTF-8");
}

char *
neg_feedback_make_json (const NegFeedback *feedback, const NegSender *sender, gint64 now_us, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *time = neg_json_dup_time (now_us);

  if (!check_words (feedback->words, error))
    return NULL;
  json_object_set_string_member (object, "kind", kinds[feedback->kind].name);
  json_object_set_string_member (object, "how_bad", how_bads[feedback->how_bad].name);
  json_object_set_string_member (object, "words", feedback->words);
  if (!_neg_sender_write (sender, object, error))
    return NULL;
  json_object_set_string_member (object, "at", time);
  if (feedback->has_picture) {
    JsonArray *attachments = json_array_new ();

    json_array_add_string_element (attachments, NEG_FEEDBACK_PICTURE);
    json_object_set_array_member (object, "attachments", attachments);
  }
  return neg_json_write (object);
}

/* --- what was sent --- */

void
_neg_feedback_clear (NegFeedback *feedback)
{
  g_clear_pointer (&feedback->words, g_free);
}

static gboolean
read_choice (JsonObject *object, const char *name, gboolean is_kind, int *choice, GError **error)
{
  const int n = is_kind ? (int) NEG_FEEDBACK_N_KINDS : (int) NEG_FEEDBACK_N_HOW_BAD;
  const char *text;

  if (!neg_json_read_text (object, name, TRUE, 40, &text, error))
    return FALSE;
  for (*choice = 0; *choice < n; (*choice)++)
    if (strcmp (text, is_kind ? kinds[*choice].name : how_bads[*choice].name) == 0)
      return TRUE;
  return neg_fail (error, NEG_ERROR_INCONSISTENT, name, "“%s” is none that is known", name);
}

static gboolean
read_item (JsonObject *object, NegFeedbackItem *item, GError **error)
{
  const char *id, *words;
  JsonArray *attachments;
  int kind, how_bad;

  if (!neg_json_read_text (object, "id", FALSE, 80, &id, error) || !read_choice (object, "kind", TRUE, &kind, error)
      || !read_choice (object, "how_bad", FALSE, &how_bad, error)
      || !neg_json_read_text (object, "words", TRUE, NEG_FEEDBACK_WORDS_BYTES_MAX, &words, error)
      || !_neg_sender_read (&item->sender, object, error) || !neg_json_read_time (object, "at", FALSE, &item->at_us, error)
      || !neg_json_read_array (object, "attachments", 1, &attachments, error))
    return FALSE;
  item->id = g_strdup (id);
  item->feedback.kind = (NegFeedbackKind) kind;
  item->feedback.how_bad = (NegFeedbackHowBad) how_bad;
  item->feedback.words = g_strdup (words);
  item->feedback.has_picture = attachments != NULL && json_array_get_length (attachments) > 0;
  return TRUE;
}

NegFeedbackItem *
neg_feedback_item_parse (const char *json, gsize length, GError **error)
{
  g_autoptr (JsonObject) object = neg_json_parse (json, length, _NEG_FEEDBACK_JSON_BYTES_MAX, error);
  g_autoptr (NegFeedbackItem) item = g_new0 (NegFeedbackItem, 1);

  return object != NULL && read_item (object, item, error) ? g_steal_pointer (&item) : NULL;
}

void
neg_feedback_item_free (NegFeedbackItem *item)
{
  g_free (item->id);
  neg_sender_clear (&item->sender);
  _neg_feedback_clear (&item->feedback);
  g_free (item->picture);
  g_clear_pointer (&item->answer, neg_feedback_answer_free);
  g_free (item);
}
