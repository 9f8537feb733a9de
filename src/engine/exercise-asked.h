/* For tests/fuzz only: the data sets of N-CREATE, N-SET and N-ACTION that others send, read as the engine reads them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @bytes: with a meta header. Aborts where what was read contradicts itself. */
void exercise_asked (const guint8 *bytes, gsize length);

G_END_DECLS
