/* What there is to learn from and to know, for windows: the built-in library with the site's over it, as it is now. Read in a thread;
 * one for the application. Thread: main. */
#pragma once

#include "learning/neg-library.h"
#include "ui/neg-network.h"

G_BEGIN_DECLS

#define NEG_TYPE_LIBRARY_MODEL (neg_library_model_get_type ())
G_DECLARE_FINAL_TYPE (NegLibraryModel, neg_library_model, NEG, LIBRARY_MODEL, GObject)

/* The one of @network: made when it is first asked for, and gone with it. Borrowed.
 * Signal "changed" (): the library is another one, or its state is. */
NegLibraryModel *neg_library_model_get (NegNetwork *network);

/* Both together (neg_library_merge()); never NULL, empty until it is read; borrowed until "changed". */
NegLibrary *neg_library_model_get_library (NegLibraryModel *model);

/* What hinders the site's library, in a sentence: "" while all is well. Borrowed until "changed". */
const char *neg_library_model_get_problem (NegLibraryModel *model);

/* NegAnnouncement for who works here, by role and group; what has not begun or has ended is among them. In the library's order; borrowed
 * until "changed". */
GPtrArray *neg_library_model_get_announcements (NegLibraryModel *model);

/* May the one who works here have the feature, at this time? Features are those of the site's manifest; see there. */
gboolean neg_library_model_is_feature_on (NegLibraryModel *model, const char *name);

/* Reads again, after asking the agent to look at the site's place first. */
void neg_library_model_refresh (NegLibraryModel *model);

G_END_DECLS
