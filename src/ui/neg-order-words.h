/* What an order says, in words. Text of messages comes from elsewhere: it is cleaned. Thread: any, no state. */
#pragma once

#include "store/neg-orders.h"

G_BEGIN_DECLS

/* Translated, borrowed. */
const char *neg_order_words_get_status (NegOrderStatus status);
/* "2026-01-02 14:30"; given, "" where it is not said. */
char *neg_order_words_dup_scheduled (const NegOrder *order);
/* Who asked for it, as a person reads a name; given. */
char *neg_order_words_dup_requester (const NegOrder *order);

/* Beside a row of the reading list, given: what was asked for, how urgent, when, by whom, and below it why. Orders: NegOrder. */
char *neg_order_words_dup_all (GPtrArray *orders);
/* What must not be missed: alerts, and that it is not wanted any more; "" mostly. */
char *neg_order_words_dup_attention (GPtrArray *orders);

G_END_DECLS
