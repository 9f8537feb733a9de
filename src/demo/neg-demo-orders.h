/* The orders of the demo department, as HL7 messages: those that its studies answer, and some whose images are still to be made.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* ORM^O01 messages (HL7 2.5.1, chapter 4), one behind the other, in the order in which they were given, UTF-8. Of the first
 * @n_patients, 0 for all. Given; *n_orders (nullable). */
char *neg_demo_dup_orders (guint n_patients, guint *n_orders);

G_END_DECLS
