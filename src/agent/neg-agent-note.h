/* Rejection notes (IHE IOCM; key object selection, TID 2010), written by the engines. Thread: any but the main one. */
#pragma once

#include "agent/neg-agent.h"
#include "store/neg-object-store.h"

G_BEGIN_DECLS

/* One of 113001 (quality), 113037 (patient safety), 113038 (worklist entry), 113039 (retention), of scheme DCM. */
gboolean neg_agent_note_is_code (const char *code);
char **neg_agent_note_list_takers (const NegSite *site); /* peers that may be sent to; given */

typedef struct {
  const char *code;
  const char *reason, *words; /* of the site's list, and free: "" for none */
  const char *study_uid;
  const char *source_path;    /* an object of patient and study */
  GPtrArray *objects;         /* NegArchiveFile: what is rejected */
} NegAgentNoteRequest;

typedef struct {
  NegIncoming *incoming;      /* written, not sealed */
  NegObjectRecord *record;    /* of what was written, read again */
  guint64 bytes;
} NegAgentNote;

void neg_agent_note_clear (NegAgentNote *note);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NegAgentNote, neg_agent_note_clear)

gboolean neg_agent_note_write (NegAgent *agent, const NegAgentNoteRequest *request, GCancellable *cancellable,
                               NegAgentNote *note, GError **error);

G_END_DECLS
