/* Where a released study goes: [quality] route.N of the site file (src/quality/DESIGN.md has the language). Pure. Thread: any; routes are
 * immutable. */
#pragma once

#include "model/neg-site.h"

G_BEGIN_DECLS

typedef struct _NegRoutes NegRoutes;

/* An error names file, group and key: a word that is none, a peer that the site does not have or that takes no objects. */
NegRoutes *neg_routes_new (const NegSite *site, GError **error);
void neg_routes_free (NegRoutes *routes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegRoutes, neg_routes_free)

/* What is known of the study; texts never NULL. */
typedef struct {
  const char *modalities; /* backslash */
  const char *station, *location;
  guint minute;           /* of the day, in the site's zone */
} NegRouted;

typedef struct {
  char *peer, *route; /* route: key of the rule, "only peer" */
} NegDestination;

void neg_destination_free (NegDestination *destination);

/* Each rule that matches adds its peers, each peer once. A site without routes has one peer for all, if only one may be sent to.
 * NegDestination, given with its free function; empty: no rule says where. */
GPtrArray *neg_routes_choose (const NegRoutes *routes, const NegRouted *study);

G_END_DECLS
