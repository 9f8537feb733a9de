/* Who did what to whose images when: append-only rows of archive.db, each with the SHA-256 of itself and of the one
 * before, so that a change or a gap shows (PS3.15 A.5, RFC 3881 give the events; protocols.md section 4 the list).
 * Thread: any. */
#pragma once

#include "store/neg-archive.h"

G_BEGIN_DECLS

typedef enum {
  NEG_AUDIT_START = 110120, /* application activity */
  NEG_AUDIT_STOP = 110121,
  NEG_AUDIT_ACCESSED = 110103, /* a study is opened or closed */
  NEG_AUDIT_BEGIN_TRANSFER = 110102,
  NEG_AUDIT_TRANSFERRED = 110104,
  NEG_AUDIT_DELETED = 110105,
  NEG_AUDIT_EXPORT = 110106,
  NEG_AUDIT_IMPORT = 110107,
  NEG_AUDIT_NETWORK_ENTRY = 110108,
  NEG_AUDIT_QUERY = 110112,
  NEG_AUDIT_SECURITY_ALERT = 110113,
  NEG_AUDIT_NODE_AUTHENTICATION = 110126,
  NEG_AUDIT_CONFIGURATION = 110128,
  NEG_AUDIT_ORDER_RECORD = 110109, /* orders, reports, claims and states of reading */
  NEG_AUDIT_PATIENT_RECORD = 110110, /* patients' data, and whose IDs are one patient's */
  NEG_AUDIT_PROCEDURE_RECORD = 110111, /* what images say of whom and what, corrected or rejected */
} NegAuditEvent;

typedef struct {
  NegAuditEvent event;
  gboolean failed;
  const char *user;    /* OS account; NULL: this process's */
  const char *peer;    /* nullable */
  const char *study_uid, *patient_id, *issuer; /* nullable */
  const char *detail;  /* nullable: in words, without names of patients */
} NegAuditEntry;

/* In a transaction of its own, committed when it returns. */
gboolean neg_audit_append (NegArchive *archive, const NegAuditEntry *entry, GError **error);
/* Within a transaction of neg_archive_write(). */
gboolean neg_audit_append_within (NegDatabase *database, const NegAuditEntry *entry, GError **error);

/* Walks the chain; INCONSISTENT names the first row that is not as it was written. *n_rows nullable. */
gboolean neg_audit_verify (NegDatabase *database, guint64 *n_rows, GError **error);

G_END_DECLS
