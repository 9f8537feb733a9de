#include "config.h"

#include "ui/neg-order-words.h"

#include <glib/gi18n-lib.h>

#include "model/neg-fiction.h"
#include "reading/neg-captions.h"
#include "ui/neg-worklist-words.h"

const char *
neg_order_words_get_status (NegOrderStatus status)
{
  switch (status) {
  case NEG_ORDER_CANCELED:
    return _ ("canceled");
  case NEG_ORDER_DISCONTINUED:
    return _ ("discontinued");
  case NEG_ORDER_COMPLETED:
    return _ ("completed");
  default:
    return _ ("scheduled");
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
neg_order_words_dup_scheduled (const NegOrder *order)
{
  g_autofree char *date = neg_caption_dup_date (order->date), *time = neg_caption_dup_time (order->time);
  GString *words = g_string_new (date);

  if (words->len > 0)
    add_part (words, " ", time);
  return g_string_free (words, FALSE);
}

char *
neg_order_words_dup_requester (const NegOrder *order)
{
  return neg_caption_dup_person (*order->requester != '\0' ? order->requester : order->referrer);
}

static void
add_order (GString *words, const NegOrder *order)
{
  g_autofree char *procedure = neg_text_dup_shown (NEG_TEXT_FREE, order->procedure), *reason = neg_text_dup_shown (NEG_TEXT_FREE, order->reason);
  g_autofree char *time = neg_order_words_dup_scheduled (order), *requester = neg_order_words_dup_requester (order);
  GString *line = g_string_new (*procedure != '\0' ? procedure : _ ("Order"));

  add_part (line, " · ", neg_worklist_words_get_urgency (order->urgency, TRUE));
  add_part (line, " · ", time);
  add_part (line, " · ", requester);
  add_part (words, "\n", line->str);
  g_string_free (line, TRUE);
  if (*reason != '\0')
    g_string_append_printf (words, _ ("\nReason: %s"), reason);
}

char *
neg_order_words_dup_all (GPtrArray *orders)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < orders->len; i++)
    add_order (words, g_ptr_array_index (orders, i));
  return g_string_free (words, FALSE);
}

char *
neg_order_words_dup_attention (GPtrArray *orders)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < orders->len; i++) {
    const NegOrder *order = g_ptr_array_index (orders, i);
    g_autofree char *alerts = neg_text_dup_shown (NEG_TEXT_FREE, order->alerts);
    g_autofree char *procedure = neg_text_dup_shown (NEG_TEXT_FREE, order->procedure);
    g_autofree char *status = NULL;

    if (order->status == NEG_ORDER_CANCELED || order->status == NEG_ORDER_DISCONTINUED)
      status = g_strdup_printf ("%s: %s", *procedure != '\0' ? procedure : _ ("Order"),
                                neg_order_words_get_status (order->status));
    add_part (words, "\n", status);
    add_part (words, "\n", alerts);
  }
  return g_string_free (words, FALSE);
}
