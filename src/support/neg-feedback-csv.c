#include "config.h"

#include "support/neg-feedback-private.h"

/* RFC 4180; what a spreadsheet would take for a formula is text to it. */
static void
append_field (GString *csv, const char *text, gboolean is_last)
{
  g_string_append_c (csv, '"');
  if (*text == '=' || *text == '+' || *text == '-' || *text == '@' || *text == '\t' || *text == '\r')
    g_string_append_c (csv, '\'');
  for (; *text != '\0'; text++)
    if (*text == '"')
      g_string_append (csv, "\"\"");
    else
      g_string_append_c (csv, *text);
  g_string_append (csv, is_last ? "\"\r\n" : "\",");
}

static void
append_item (GString *csv, const NegFeedbackItem *item)
{
  const NegFeedbackAnswer *answer = item->answer;
  g_autofree char *at = item->at_us != 0 ? neg_json_dup_time (item->at_us) : g_strdup ("");
  g_autofree char *answered = answer != NULL && answer->at_us != 0 ? neg_json_dup_time (answer->at_us) : g_strdup ("");
  const char *const fields[] = { item->id,
                                 at,
                                 neg_feedback_kind_get_name (item->feedback.kind),
                                 neg_feedback_how_bad_get_name (item->feedback.how_bad),
                                 item->feedback.words,
                                 item->sender.user,
                                 item->sender.role,
                                 item->sender.workstation,
                                 item->sender.version,
                                 item->sender.page,
                                 item->picture != NULL ? item->picture : "",
                                 answer != NULL ? answer->words : "",
                                 answer != NULL ? answer->done : "",
                                 answer != NULL ? answer->by : "",
                                 answered };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    append_field (csv, fields[i], i + 1 == G_N_ELEMENTS (fields));
}

char *
neg_feedback_dup_csv (GPtrArray *items)
{
  GString *csv = g_string_new ("id,at,kind,how bad,words,user,role,workstation,version,page,picture,answer,done,answered by,answered at\r\n");

  for (guint i = 0; i < items->len; i++)
    append_item (csv, items->pdata[i]);
  return g_string_free (csv, FALSE);
}
