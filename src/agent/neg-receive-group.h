/* What was asked for and that the peer still has, on its way into the archive in groups: while the disk writes one, the
 * next gathers, for a moment at least. The first object finds nobody before it and waits for nobody.
 * Thread: one at a time, beside the group's own. */
#pragma once

#include "agent/neg-agent.h"
#include "agent/neg-receive-check.h"

G_BEGIN_DECLS

typedef struct _NegReceiveGroup NegReceiveGroup;

/* One object, all of it owned. */
typedef struct {
  NegIncoming *incoming;
  NegObjectRecord *record;
  guint64 bytes;
  NegAdded added;
  gboolean is_told;        /* the record is not the file's, but what the engine that met the peer says */
  NegReceiveCheck *check;  /* of that, when it has begun */
  guint number;            /* within @check */
  gboolean is_lie;     /* which was not so */
  GError *error;       /* NULL: committed */
} NegGrouped;

void neg_grouped_free (NegGrouped *grouped);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegGrouped, neg_grouped_free)

/* @source and the issuers as in NegArchiveObject. */
NegReceiveGroup *neg_receive_group_new (NegAgent *agent, const char *source, const char *issuer,
                                        const char *accession_issuer);
void neg_receive_group_free (NegReceiveGroup *group); /* when what was put into it has been committed */

/* Given. What is only told is checked before it is committed. Waits when the disk is far behind. */
void neg_receive_group_put (NegReceiveGroup *group, NegIncoming *incoming, NegObjectRecord *record, guint64 bytes,
                            gboolean is_told);
/* One that is committed, or has failed; given. NULL: none yet, or (wait: nothing more gathers) none any more. */
NegGrouped *neg_receive_group_get (NegReceiveGroup *group, gboolean wait);

G_END_DECLS
