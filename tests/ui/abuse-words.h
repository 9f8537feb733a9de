/* Whose names are anywhere in the windows. */
#pragma once

#include "ui/neg-main-window.h"

G_BEGIN_DECLS

/* Whose images the session shows; ABUSE_N_PATIENTS: nobody's. */
guint abuse_words_get_patient (NegMainWindow *window);

/* @patient, as far as it may be named: ABUSE_N_PATIENTS while invented people are shown in place of all. */
guint abuse_words_get_named (guint patient);

/* Every text of this window, of those of its panes and of the tags, but for lists that name everybody. What is wrong, given; NULL
 * when nothing is. @painted: only what is in sight. */
char *abuse_words_check (NegMainWindow *window, gboolean painted);

G_END_DECLS
