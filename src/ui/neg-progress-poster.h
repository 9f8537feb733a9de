/* What was learned goes to the agent, which takes it to the site: when the agent is there, and once a minute what is new. What cannot be
 * handed over waits in reading.db. One for a window; those of several windows post nothing twice that matters, for a line counts once.
 * Thread: main. */
#pragma once

#include "store/neg-reading-store.h"
#include "ui/neg-network.h"

G_BEGIN_DECLS

typedef struct _NegProgressPoster NegProgressPoster;

NegProgressPoster *neg_progress_poster_new (NegNetwork *network);
void neg_progress_poster_free (NegProgressPoster *poster);

/* Nullable; has to outlive the poster, or be taken away by NULL. */
void neg_progress_poster_set_store (NegProgressPoster *poster, NegReadingStore *store);

G_END_DECLS
