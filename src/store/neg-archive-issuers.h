/* archive.issuers: whose patient IDs and accession numbers a study has by its source, where the objects themselves do not
 * say. The index knows it; this is for the day on which the index is lost. A line per study, the study and its patient as
 * a hash: nothing of a patient stays in it when he is deleted.
 * Thread: one for each NegArchiveIssuers. */
#pragma once

#include "model/neg-object-record.h"

G_BEGIN_DECLS

typedef struct _NegArchiveIssuers NegArchiveIssuers;

/* Without a file there is nothing to know. A line that a crash has cut off is none. */
NegArchiveIssuers *neg_archive_issuers_load (const char *data_folder, GError **error);
void neg_archive_issuers_free (NegArchiveIssuers *issuers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegArchiveIssuers, neg_archive_issuers_free)

typedef struct {
  const char *issuer, *accession_issuer; /* "": not said; of NegArchiveIssuers */
  gboolean is_contradicted;              /* several sources said several; these are the first one's */
} NegArchiveIssuer;

/* FALSE: nothing was said. */
gboolean neg_archive_issuers_find (const NegArchiveIssuers *issuers, const NegObjectRecord *record,
                                   NegArchiveIssuer *found);

G_END_DECLS
