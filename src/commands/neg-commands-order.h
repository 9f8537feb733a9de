/* What the commands that name orders share. */
#pragma once

#include "store/neg-orders.h"

G_BEGIN_DECLS

/* "NUMBER" or "NUMBER^ISSUER" that a person knows the order by; NULL where it has none. Given. */
char *neg_command_make_order_key (const NegOrder *order);

G_END_DECLS
