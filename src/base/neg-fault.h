/* Named points in the program where a test lets it die: NEGATOSCOPE_FAULT=NAME:N in the environment kills this process
 * (SIGKILL) when it passes the point for the Nth time. Without the variable a point costs a comparison.
 * Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void neg_fault_point (const char *name);

G_END_DECLS
