/* Whether the session bus and the accessibility bus answer, asked before GTK does: GTK asks without a time limit, and
 * a bus that hangs would keep the window from appearing. Thread: main, before any other thread exists. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Waits at most @bus_limit_ms for the session bus, and only when that has answered at most @accessibility_limit_ms for
 * the accessibility bus, which may have to be started. What does not answer is taken out of this process's environment.
 * TRUE when there is a session bus. */
gboolean neg_bus_probe (guint bus_limit_ms, guint accessibility_limit_ms);

G_END_DECLS
