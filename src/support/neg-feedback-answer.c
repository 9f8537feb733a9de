#include "config.h"

#include <string.h>

#include "base/neg-error.h"
#include "support/neg-feedback-private.h"

#define ANSWERS_MAX 10000
#define ANSWERS_BYTES_MAX (4u << 20)
#define WORDS_BYTES_MAX 20000
#define DONE_BYTES_MAX 1000

void
neg_feedback_answer_free (NegFeedbackAnswer *answer)
{
  g_free (answer->id);
  g_free (answer->words);
  g_free (answer->by);
  g_free (answer->done);
  g_free (answer);
}

NegFeedbackAnswer *
_neg_feedback_answer_read (JsonObject *object, GError **error)
{
  g_autoptr (NegFeedbackAnswer) answer = g_new0 (NegFeedbackAnswer, 1);
  const char *id, *words, *by, *done;

  if (!neg_json_read_text (object, "id", FALSE, 80, &id, error)
      || !neg_json_read_text (object, "words", FALSE, WORDS_BYTES_MAX, &words, error)
      || !neg_json_read_text (object, "by", FALSE, _NEG_SUPPORT_PERSON_BYTES_MAX, &by, error)
      || !neg_json_read_text (object, "done", FALSE, DONE_BYTES_MAX, &done, error)
      || !neg_json_read_time (object, "at", FALSE, &answer->at_us, error))
    return NULL;
  if (*words == '\0' && *done == '\0') {
    neg_fail (error, NEG_ERROR_INCONSISTENT, "words", "an answer has neither “words” nor “done”");
    return NULL;
  }
  answer->id = g_strdup (id);
  answer->words = g_strdup (words);
  answer->by = g_strdup (by);
  answer->done = g_strdup (done);
  return g_steal_pointer (&answer);
}

NegFeedbackAnswer *
neg_feedback_answer_parse (const char *json, gsize length, GError **error)
{
  g_autoptr (JsonObject) object = neg_json_parse (json, length, _NEG_FEEDBACK_JSON_BYTES_MAX, error);

  return object != NULL ? _neg_feedback_answer_read (object, error) : NULL;
}

char *
neg_feedback_answer_to_json (const NegFeedbackAnswer *answer)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *time = neg_json_dup_time (answer->at_us);

  json_object_set_string_member (object, "id", answer->id);
  json_object_set_string_member (object, "words", answer->words);
  json_object_set_string_member (object, "done", answer->done);
  json_object_set_string_member (object, "by", answer->by);
  if (answer->at_us != 0)
    json_object_set_string_member (object, "at", time);
  return neg_json_write (object);
}

GPtrArray *
neg_feedback_answers_parse (const char *json, gsize length, GError **error)
{
  g_autoptr (JsonObject) root = neg_json_parse (json, length, ANSWERS_BYTES_MAX, error);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func ((GDestroyNotify) neg_feedback_answer_free);
  JsonArray *array;

  if (root == NULL || !neg_json_read_array (root, "answers", ANSWERS_MAX, &array, error))
    return NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    NegFeedbackAnswer *answer
        = JSON_NODE_HOLDS_OBJECT (node) ? _neg_feedback_answer_read (json_node_get_object (node), NULL) : NULL;

    if (answer != NULL)
      g_ptr_array_add (answers, answer);
  }
  return g_steal_pointer (&answers);
}
