/* What must hold of planes of a volume and of what the fourth viewport shows. */
#pragma once

#include "abuse-check.h"

G_BEGIN_DECLS

/* What is wrong, given; NULL when nothing is. @patient: whose images the session shows. */
char *abuse_planes_check (NegMainWindow *window, guint patient, AbuseSeen *seen);

/* After a paint. @thorough: draws every plane once more and compares. */
char *abuse_planes_check_painted (NegMainWindow *window, guint patient, gboolean thorough, AbuseSeen *seen);

G_END_DECLS
