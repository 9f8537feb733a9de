/* What the files of privacy share. */
#pragma once

#include "ui/neg-privacy.h"

G_BEGIN_DECLS

/* What is typed anywhere is drawn as dots, unless it is words that give nobody away; and as it is again. */
void _neg_privacy_hide_typed (void);
void _neg_privacy_show_typed (void);

G_END_DECLS
